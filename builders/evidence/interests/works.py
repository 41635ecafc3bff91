"""The traits of works on which a taste can be based, by kind."""

from __future__ import annotations

import collections
import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from itdr.builders.evidence import series as _series
from itdr.builders.evidence.traits import BLENDED_IN, PLUS
from itdr.builders.store.reader import MAX_CACHED_ITEMS, Item, StoreReader
from itdr.builders.store.titles import shown_titles

if TYPE_CHECKING:
    import pyarrow as pa

KINDS = ("category", "creator", "tag", "decade", "series", "sequel", "blend")
"""Kinds of traits. A blend is two categories together, or one and a sequel: `Comedy + Romance`. Tags are what players call a game, in the attribute `Tags`, set apart by commas;
decades and series go by year and title, what is old also by longer spans; a sequel is a film or game that its title
numbers."""
NARROW = ("series", "creator")
"""Kinds of traits that say more than others."""
TAGS_ATTRIBUTE, _COMMA = "Tags", ", "
SEQUEL = "numbered sequels"
_COLUMNS = {"category": "categories", "creator": "creators"}
_IN_SERIES = ("films", "books", "book_reviews", "anime", "games")
"""Wordings of domains whose titles name series."""
_NUMBERED_IN = ("films", "anime", "games")
"""Those where a number means a sequel, and the year says when the work itself is from."""
_OLDEST = 1950
_SPANS = (1960, 1970, 1980)
"""What is older than one of these years is of that span, too."""
_YEAR = re.compile(r"(?<=\S)\s*\([12]\d{3}\)$")


@dataclass(slots=True)
class Work(Item):
    """An item with all its traits; no trait stands twice."""

    tags: tuple[str, ...] = ()
    decade: tuple[str, ...] = ()
    series: tuple[str, ...] = ()
    sequel: tuple[str, ...] = ()
    blend: tuple[str, ...] = ()

    def traits(self, kind: str) -> tuple[str, ...]:
        """The traits of a kind, in the item's own order."""
        if kind == "category":
            return self.categories
        if kind == "creator":
            return self.creators
        return self.tags if kind == "tag" else getattr(self, kind)


def decade(year: int) -> str:
    """The decade of a year: `1980s`; what is older than the fifties is one.

    >>> decade(1984), decade(1931)
    ('1980s', 'before 1950')
    """
    return f"{year // 10 * 10}s" if year >= _OLDEST else f"before {_OLDEST}"


def periods(year: int) -> tuple[str, ...]:
    """The decade of a year, and the longer spans that it falls into.

    >>> periods(1955)
    ('1950s', 'before 1960', 'before 1970', 'before 1980')
    """
    return (decade(year), *(f"before {end}" for end in _SPANS if year < end))


def ends(period: str) -> int:
    """The first year after a decade or span.

    >>> ends("1980s"), ends("before 1950")
    (1990, 1950)
    """
    return int(period[:4]) + 10 if period[:1].isdigit() else int(period.rpartition(" ")[2])


def without_year(title: str) -> str:
    """A title without the year in brackets at its end.

    >>> without_year("Shane (1953)")
    'Shane'
    """
    return _YEAR.sub("", title)


def namesakes(store: StoreReader) -> np.ndarray:
    """By work code, whether another work's title differs from this one's only by the year at its end, or an article
    before it."""
    return store.shared("namesakes", lambda: _namesakes(store))


def titles_of_namesakes(store: StoreReader) -> list[str]:
    """The titles of these works, which an answer gives with their years."""
    codes = np.flatnonzero(namesakes(store))
    return [title or "" for title in shown_titles(store, codes)]


def _namesakes(store: StoreReader) -> np.ndarray:
    leads = np.flatnonzero(_leading(store))
    titles = store.items.column("title").combine_chunks().take(leads).to_pylist()
    have_year = [len(without_year(title)) < len(title) for title in titles]
    plain = [_series.first_words(title) for title in titles]
    number = collections.Counter(plain)
    is_namesake = np.zeros(len(store.work), bool)
    for code, name, has_year in zip(leads.tolist(), plain, have_year, strict=True):
        is_namesake[code] = number[name] > 1 and has_year
    return is_namesake


def works_of(store: StoreReader, codes: Sequence[int]) -> list[Work]:
    """The works with these codes, cached by the store.

    Args:
        store: the store.
        codes: work codes.

    Returns:
        One work per code.
    """
    cache: dict[int, Work] = store.shared("works", dict)
    missing = [code for code in dict.fromkeys(codes) if code not in cache]
    if missing:
        if len(cache) + len(missing) > MAX_CACHED_ITEMS:
            cache.clear()
            missing = list(dict.fromkeys(codes))
        cache.update(zip(missing, _read(store, missing), strict=True))
    return [cache[code] for code in codes]


def _read(store: StoreReader, codes: Sequence[int]) -> list[Work]:
    (items,) = store.items_of([codes])
    pairs = store.values("items", "attributes", codes)
    years = _years(store, codes)
    names = series_of(store)
    has_blends = store.source.words in BLENDED_IN
    return [
        _work(item, attributes or (), year, names[code], has_blends)
        for item, attributes, year, code in zip(items, pairs, years, codes, strict=True)
    ]


def _work(
    item: Item,
    attributes: Sequence[dict[str, str]],
    year: int | None,
    series: tuple[str, bool],
    blended: bool,
) -> Work:
    tags = itertools.chain(
        *(one["value"].split(_COMMA) for one in attributes if one["name"] == TAGS_ATTRIBUTE)
    )
    categories, creators, own = (
        tuple(dict.fromkeys(filter(None, of))) for of in (item.categories, item.creators, tags)
    )
    # A tag that repeats a category is one trait.
    keys = {name.casefold() for name in categories}
    return Work(
        item.id,
        item.title,
        categories,
        creators,
        item.listed,
        item.shown,
        tags=tuple(tag for tag in own if tag.casefold() not in keys),
        decade=periods(year) if year else (),
        series=(series[0],) if series[0] else (),
        sequel=(SEQUEL,) if series[1] else (),
        blend=blends((*categories, SEQUEL) if series[1] else categories) if blended else (),
    )


def blends(categories: Sequence[str]) -> tuple[str, ...]:
    """The pairs of these categories, each by its name.

    >>> blends(["Romance", "Comedy"])
    ('Comedy + Romance',)
    """
    return tuple(map(PLUS.join, itertools.combinations(sorted(set(categories)), 2)))


def years_apart(store: StoreReader, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """How many years lie between works.

    Args:
        store: the store.
        first, second: work codes, as many of each.

    Returns:
        Years, by pair; 0 where one of the years is not known.
    """
    ends = []
    for codes in (first, second):
        every, place = np.unique(codes, return_inverse=True)
        years = [np.nan if one is None else one for one in _years(store, every)]
        ends.append(np.array(years, float)[place])
    return np.nan_to_num(np.abs(ends[0] - ends[1]))


def _years(store: StoreReader, codes: Sequence[int] | np.ndarray) -> list[int | None]:
    """The years that the works are from; a book's year is that of its edition."""
    if store.source.words not in _NUMBERED_IN:
        return [None] * len(codes)
    return store.values("items", "year", codes)


def series_of(store: StoreReader) -> Sequence[tuple[str, bool]]:
    """By work code: the series that the work belongs to, "" for none, and whether its title numbers
    it as a sequel."""
    return store.shared("series", lambda: _named_series(store))


def _named_series(store: StoreReader) -> Sequence[tuple[str, bool]]:
    n = len(store.work)
    if store.source.words not in _IN_SERIES:
        return [("", False)] * n
    leads = np.flatnonzero(_leading(store))
    titles = store.items.column("title").combine_chunks().take(leads).to_pylist()
    has_numbers = store.source.words in _NUMBERED_IN
    series = [("", False)] * n
    for code, title, name in zip(leads.tolist(), titles, _series.series_of(titles), strict=True):
        if name:
            series[code] = name, has_numbers and _series.part(title).numbered
    return series


def _leading(store: StoreReader) -> np.ndarray:
    """Which items stand for a work that can be shown."""
    return (store.work == np.arange(len(store.work))) & (store.title_code >= 0)


# -- all works at once ------------------------------------------------------------------------


def carried(store: StoreReader) -> tuple[pa.Table, pa.Table]:
    """The traits of all works at once.

    Args:
        store: the store.

    Returns:
        The traits (kind, name), and the pairs (work, trait, kind).
    """
    import pyarrow as pa

    leads = np.flatnonzero(_leading(store))
    names: list[str] = []
    kinds: list[int] = []
    parts = [np.zeros((3, 0), np.int64)]
    for number, kind in enumerate(KINDS):
        owner, values = _named(store, kind, leads)
        encoding = values.dictionary_encode()
        n = max(len(encoding.dictionary), 1)
        pairs = np.unique(owner.astype(np.int64) * n + encoding.indices.to_numpy())
        owner, index = np.divmod(pairs, n)
        parts.append(np.stack([owner, index + len(names), np.full(len(owner), number)]))
        names += encoding.dictionary.to_pylist()
        kinds += [number] * (len(names) - len(kinds))
    work, trait, of = np.concatenate(parts, axis=1).astype(np.int32)
    traits = pa.table({"kind": pa.array(kinds, pa.int8()), "name": pa.array(names, pa.string())})
    return traits, pa.table({"work": work, "trait": trait, "kind": of})


def _named(store: StoreReader, kind: str, leads: np.ndarray) -> tuple[np.ndarray, pa.StringArray]:
    """Works and the traits of this kind that they name, repeated ones too."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if kind == "decade":
        return _periods(store, leads)
    if kind in ("series", "sequel"):
        values = _said(store, kind, leads)
        bears = np.array([bool(value) for value in values], bool)
        return leads[bears], pa.array([value for value in values if value], pa.string())
    column = _COLUMNS.get(kind, "attributes")
    if kind == "blend":
        return _blended(store, leads)
    if column not in store.items.column_names:
        return np.zeros(0, np.int64), pa.array([], pa.string())
    lists = store.items.column(column).combine_chunks().take(pa.array(leads))
    owner, values = leads[pc.list_parent_indices(lists).to_numpy()], pc.list_flatten(lists)
    if kind == "tag":
        tags = pc.fill_null(pc.equal(pc.struct_field(values, "name"), TAGS_ATTRIBUTE), False)
        pieces = pc.split_pattern(pc.struct_field(values, "value").filter(tags), _COMMA)
        owner = owner[tags.to_numpy(zero_copy_only=False)]
        owner, values = owner[pc.list_parent_indices(pieces).to_numpy()], pc.list_flatten(pieces)
    there = pc.fill_null(pc.not_equal(values, ""), False)
    return owner[there.to_numpy(zero_copy_only=False)], values.filter(there)


def _periods(store: StoreReader, leads: np.ndarray) -> tuple[np.ndarray, pa.StringArray]:
    """Works and the periods that their years fall into."""
    import pyarrow as pa

    periods_by_work = [periods(year) if year else () for year in _years(store, leads)]
    owner = leads.repeat(np.array([len(one) for one in periods_by_work], np.int64))
    return owner, pa.array(list(itertools.chain.from_iterable(periods_by_work)), pa.string())


def _blended(store: StoreReader, leads: np.ndarray) -> tuple[np.ndarray, pa.StringArray]:
    """Works and the pairs of their categories."""
    import pyarrow as pa

    if store.source.words not in BLENDED_IN or "categories" not in store.items.column_names:
        return np.zeros(0, np.int64), pa.array([], pa.string())
    lists = store.items.column("categories").combine_chunks().take(pa.array(leads)).to_pylist()
    series = series_of(store)
    pairs = [
        blends([*filter(None, one or ()), *[SEQUEL] * series[code][1]])
        for one, code in zip(lists, leads.tolist(), strict=True)
    ]
    owner = leads.repeat(np.array([len(one) for one in pairs], np.int64))
    return owner, pa.array(list(itertools.chain.from_iterable(pairs)), pa.string())


def _said(store: StoreReader, kind: str, leads: np.ndarray) -> list[str]:
    """What the title says of each of these works; "" for nothing."""
    series = series_of(store)
    if kind == "series":
        return [series[code][0] for code in leads.tolist()]
    return [SEQUEL if series[code][1] else "" for code in leads.tolist()]
