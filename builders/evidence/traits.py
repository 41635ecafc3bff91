"""What works and users can have in common: categories, creators and hashtags; gender, age, country."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from itdr.builders.core.text import plain
from itdr.builders.store.reader import StoreReader

CATEGORY, CREATOR, HASHTAG = "category", "creator", "hashtag"
TASTE_KINDS = (CATEGORY, CREATOR, HASHTAG)
"""Kinds of traits that works carry."""
_COLUMNS = {CATEGORY: "categories", CREATOR: "creators"}
_WITH_HASHTAGS = ("short_videos",)
"""Wordings of domains whose titles hold hashtags."""
_HASHTAG = re.compile(r"#\s*([^\W\d][^#]{1,29}?)\s*(?=#|$)")
GENDER, AGE, COUNTRY = "gender", "age", "country"
TRAIT_KINDS = (*TASTE_KINDS, GENDER, AGE, COUNTRY)
PLUS = " + "
"""Between the names of two categories that are named together, as the lexicon has it."""
BLENDED_IN = ("films", "anime")
"""Wordings of domains with few categories and most works of several: two together have a name."""
LOOSELY_LABELLED_IN = ("films",)
"""Those whose works bear genres that hardly fit: to be an example of one, a work must have more in common."""
MAX_CATEGORIES_OF_AN_EXAMPLE = 3
"""A work of more categories is no example of one of them."""
MIN_WORKS_OF_A_TRAIT = 20
"""The fewest works that must carry a trait for it to be counted at all."""

YOUNG, OLD = 20, 60
FIRST_BORN, LAST_BORN = 1970, 2000
"""Ages and birth years are binned by tens, with open-ended bins at both ends."""


@dataclass(frozen=True)
class Traits:
    """Traits by code, with the works that carry them and the users of whom they are known.

    Attributes:
        names: (kind, value) by code.
        carries: work, trait.
        belongs: user_code, trait.
    """

    names: list[tuple[str, str]]
    carries: pa.Table
    belongs: pa.Table


def traits(store: StoreReader) -> Traits:
    """The traits of a store: of works, and what is known of users.

    Those of works stand on `MIN_WORKS_OF_A_TRAIT` works or more; a work has those of its leading item.

    Args:
        store: the store.

    Returns:
        Names of traits, and who or what has them.
    """
    names: list[tuple[str, str]] = []
    works, users = [], []
    leading = np.flatnonzero(store.work == np.arange(len(store.work)))
    for kind in TASTE_KINDS:
        lists = _lists(store, kind, leading)
        if lists is not None:
            works.append(_carried(kind, lists, leading, names))
    for kind, values in _of_users(store).items():
        users.append(_known(kind, values, names))
    return Traits(names, _joined("work", works), _joined("user_code", users))


def hashtags(title: str) -> list[str]:
    """The hashtags of a title: what follows a `#`, if it is no more than three words.

    >>> hashtags("a night on the train # travel # train songs # and so we went on and on")
    ['travel', 'train songs']
    """
    tags = _HASHTAG.findall(title) if "#" in title else []
    return list(dict.fromkeys(one for one in tags if one.count(" ") < 3))


def has_hashtags(store: StoreReader) -> bool:
    """Whether titles of this source hold hashtags."""
    return store.source.words in _WITH_HASHTAGS


def _lists(store: StoreReader, kind: str, leading: np.ndarray) -> pa.ListArray | None:
    """What the items with these codes carry of one kind; None where the source has none."""
    codes = pa.array(leading)
    if kind == HASHTAG:
        if not has_hashtags(store):
            return None
        titles = store.items.column("title").combine_chunks().take(codes).to_pylist()
        return pa.array([hashtags(title or "") for title in titles], pa.list_(pa.string()))
    if _COLUMNS[kind] not in store.items.column_names:
        return None
    return store.items.column(_COLUMNS[kind]).combine_chunks().take(codes)


def _carried(
    kind: str, lists: pa.ListArray, leading: np.ndarray, names: list[tuple[str, str]]
) -> tuple[np.ndarray, np.ndarray]:
    """(works, traits) for one kind; its names are added, each in its commonest spelling."""
    owner = leading[np.asarray(pc.list_parent_indices(lists))].astype(np.int64)
    spelling_codes, spellings = _coded(lists.flatten())
    key_codes, keys = _coded(pa.array([plain(one) for one in spellings], pa.string()))
    # A work may name a trait twice.
    pairs = np.unique(owner * max(len(keys), 1) + key_codes[spelling_codes])
    owner, trait = np.divmod(pairs, max(len(keys), 1))
    often = np.bincount(trait, minlength=len(keys)) >= MIN_WORKS_OF_A_TRAIT
    common = np.lexsort((-np.bincount(spelling_codes, minlength=len(spellings)), key_codes))
    first = common[np.searchsorted(key_codes[common], np.flatnonzero(often))]
    code = np.cumsum(often) - 1 + len(names)
    names.extend((kind, spellings[place]) for place in first.tolist())
    keep = often[trait]
    return owner[keep], code[trait[keep]]


def _coded(texts: pa.StringArray) -> tuple[np.ndarray, list[str]]:
    """Codes of texts (none null), in the order of the texts that they stand for."""
    encoding = texts.dictionary_encode()
    values = encoding.dictionary.to_pylist()
    order = sorted(range(len(values)), key=lambda k: values[k])
    rank = np.zeros(len(values), np.int64)
    rank[order] = np.arange(len(values))
    return rank[np.asarray(encoding.indices).astype(np.int64)], [values[k] for k in order]


def _known(
    kind: str, values: pa.StringArray, names: list[tuple[str, str]]
) -> tuple[np.ndarray, np.ndarray]:
    users = np.flatnonzero(np.asarray(values.is_valid()))
    codes, texts = _coded(values.drop_null())
    code = codes + len(names)
    names.extend((kind, value) for value in texts)
    return users, code


def _joined(name: str, parts: list[tuple[np.ndarray, np.ndarray]]) -> pa.Table:
    def column(place: int) -> pa.Array:
        whole = [part[place].astype(np.int32) for part in parts] or [np.zeros(0, np.int32)]
        return pa.array(np.concatenate(whole))

    return pa.table({name: column(0), "trait": column(1)})


def _of_users(store: StoreReader) -> dict[str, pa.StringArray]:
    """By kind, what is known of each user, by user code; null where nothing is."""
    there = set(store.users.column_names)
    by_kind = {}
    for kind in (GENDER, COUNTRY):
        if kind in there:
            by_kind[kind] = _texts(store, kind)
    if "age_group" in there:
        by_kind[AGE] = _texts(store, "age_group")
    elif "age" in there:
        by_kind[AGE] = _binned(store, "age", _age_bin)
    elif "birth_year" in there:
        by_kind[AGE] = _binned(store, "birth_year", _birth_bin)
    return by_kind


def _texts(store: StoreReader, column: str) -> pa.StringArray:
    texts = store.users.column(column).combine_chunks().cast(pa.string())
    return pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)


def _binned(store: StoreReader, column: str, name: Callable[[int], str]) -> pa.StringArray:
    numbers = store.users.column(column).combine_chunks().dictionary_encode()
    labels = pa.array([name(int(number)) for number in numbers.dictionary.to_pylist()], pa.string())
    return labels.take(numbers.indices)


def _age_bin(age: int) -> str:
    """`20-29`; `under 20`, `60 or older` at the ends.

    >>> _age_bin(34)
    '30-39'
    """
    if age < YOUNG:
        return f"under {YOUNG}"
    return f"{age // 10 * 10}-{age // 10 * 10 + 9}" if age < OLD else f"{OLD} or older"


def _birth_bin(year: int) -> str:
    """`born 1980-1989`; `born before 1970`, `born 2000 or later` at the ends."""
    if year < FIRST_BORN:
        return f"born before {FIRST_BORN}"
    if year >= LAST_BORN:
        return f"born {LAST_BORN} or later"
    return f"born {year // 10 * 10}-{year // 10 * 10 + 9}"
