"""Reading an answer: the ranking, title, rating or attributes that a text states.

Each function accepts whatever a model wrote and returns None (or an empty reading) where nothing can be
read; none of them fails. docs/scoring.md describes the rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from itdr.scoring.parsing.answer import answer_part, elements, strip_markup
from itdr.scoring.parsing.lists import ListEntry, entries, is_prose
from itdr.scoring.parsing.ratings import clip_rating, rating
from itdr.scoring.parsing.reasons import Unread
from itdr.scoring.parsing.structured import json_object
from itdr.scoring.parsing.titles import Titles, fold
from itdr.scoring.parsing.verdicts import affirmed_titles, chosen_title

__all__ = [
    "Ranking", "Unread", "answer_part", "attributes", "choice", "clip_rating", "ranking", "rating",
    "why_no_title", "why_no_value",
]  # fmt: skip

MOST_ENTRIES = 10_000
SHORT = 12
"""Words of a line that may be a title."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """Positions in the list of candidates, best first; None: an entry that names none of them.

    Attributes:
        places: the positions.
        ties: sizes of groups of entries that a method ranks equal; empty where all differ.
    """

    places: tuple[int | None, ...] = ()
    ties: tuple[int, ...] = field(default=())

    @property
    def readable(self) -> bool:
        """Whether any candidate is named."""
        return any(place is not None for place in self.places)


# -- titles ---------------------------------------------------------------------------------------


def ranking(text: Any, titles: Titles | Sequence[str]) -> Ranking:
    """The candidates in the order of the answer, repeats and unknown entries included.

    Args:
        text: the prediction.
        titles: the candidates.

    Returns:
        Places of candidates; None for an entry that names no candidate.
    """
    titles = titles if isinstance(titles, Titles) else Titles(titles)
    part = strip_markup(answer_part(text))
    list_entries = entries(part)[:MOST_ENTRIES]
    if not list_entries:
        return Ranking()
    marked = any(entry.marked for entry in list_entries)
    if len(list_entries) == 1 and not marked:
        return Ranking(tuple(titles.mentioned(part)) or _one(titles.find(part)))
    places = [_whole_line(entry, titles) for entry in list_entries]
    if marked:
        return Ranking(
            tuple(
                titles.find(entry.text) if place is None else place
                for entry, place in zip(list_entries, places, strict=True)
                if entry.marked or place is not None
            )
        )
    return _plain_lines(list_entries, places, titles, part)


def choice(text: Any, titles: Titles | Sequence[str]) -> int | None:
    """The candidate that an answer chooses: the first entry of a list, otherwise the first one named in
    the text.

    Args:
        text: the prediction.
        titles: the candidates.

    Returns:
        Its position; None where it names none.
    """
    titles = titles if isinstance(titles, Titles) else Titles(titles)
    part = strip_markup(answer_part(text))
    title = titles.exact(part)
    if title is not None:
        return title
    list_entries = entries(part)
    if not list_entries:
        return None
    first = next((entry for entry in list_entries if entry.marked), None)
    if first is not None and (
        len(list_entries) == 1 or not _title_before_list(list_entries, titles)
    ):
        place = _after_list(list_entries, titles)
        if place is None:
            place = _whole_line(first, titles)
        return titles.find(first.text) if place is None else place
    for entry in list_entries[:MOST_ENTRIES]:
        place = _whole_line(entry, titles)
        place = titles.prefix(entry.text) if place is None else place
        if place is not None:
            return place
    decision = chosen_title(part, titles)
    if decision is not None:
        return decision
    affirmations = affirmed_titles(part, titles)
    quoted = titles.first_quoted(part)
    denied = set(titles.mentioned(part)).difference(affirmations)
    if quoted is not None and quoted not in denied:
        return quoted
    return next(iter(affirmations), None)


def _after_list(listed: list[ListEntry], titles: Titles) -> int | None:
    """The candidate that the lines after a list choose, if any."""
    last = max(place for place, entry in enumerate(listed) if entry.marked)
    rest = "\n".join(entry.line for entry in listed[last + 1 :])
    return chosen_title(rest, titles) if last and rest else None


def why_no_title(text: Any, titles: Titles | Sequence[str]) -> Unread | None:
    """Why an answer that should name candidates names none; None where it names one.

    Args:
        text: the prediction; None where there is none.
        titles: the candidates.

    Returns:
        The reason, or None.
    """
    titles = titles if isinstance(titles, Titles) else Titles(titles)
    if ranking(text, titles).readable:
        return None
    part = strip_markup(answer_part(text))
    list_entries = entries(part)[:MOST_ENTRIES]
    listing = any(entry.marked for entry in list_entries) or (
        bool(list_entries) and all(len(entry.text.split()) <= SHORT for entry in list_entries)
    )
    if listing and isinstance(text, str):
        return Unread.NO_CANDIDATE
    return why_no_value(text, False)


def why_no_value(text: Any, read: bool) -> Unread | None:
    """Why an answer gives no value (a rating, an attribute); None where it does.

    Args:
        text: the prediction; None where there is none.
        read: whether a value was read.

    Returns:
        The reason, or None.
    """
    if read:
        return None
    if text is None:
        return Unread.NO_PREDICTION
    blank = isinstance(text, str) and not answer_part(text).strip()
    return Unread.EMPTY if blank else Unread.UNREADABLE


def _one(place: int | None) -> tuple[int, ...]:
    return () if place is None else (place,)


def _whole_line(entry: ListEntry, titles: Titles) -> int | None:
    """The title that is the whole line, including an apparent mark ("1. FC Köln")."""
    place = titles.exact(entry.line)
    return titles.exact(entry.text) if place is None else place


def _title_before_list(listed: list[ListEntry], titles: Titles) -> bool:
    """Whether an unmarked line before the first marked one already is a title."""
    for entry in listed:
        if entry.marked:
            return False
        if _whole_line(entry, titles) is not None:
            return True
    return False


def _plain_lines(
    listed: list[ListEntry], places: list[int | None], titles: Titles, part: str
) -> Ranking:
    """Lines without marks: remarks take no rank, every other line between titles does."""
    line_places = [
        titles.find(entry.text) if place is None else place
        for entry, place in zip(listed, places, strict=True)
    ]
    title_places = [place for place in line_places if place is not None]
    remarks = [
        place is None and is_prose(entry.text)
        for entry, place in zip(listed, line_places, strict=True)
    ]
    in_one = tuple(titles.mentioned(part))
    if len(in_one) > len(set(title_places)) and len(set(title_places)) < 2:
        # A list within a sentence, with other lines around it.
        return Ranking(in_one)
    return Ranking(
        tuple(place for place, remark in zip(line_places, remarks, strict=True) if not remark)
    )


# -- attributes -----------------------------------------------------------------------------------


def attributes(text: Any, names: Sequence[str]) -> dict[str, str]:
    """The attribute values that an answer states, as written.

    Accepted are a JSON object, or a name followed by a colon, dash, equals sign or "is", whose value
    extends to the end of the line or the next name. For a single attribute, a bare value will do.

    Args:
        text: the prediction.
        names: the attributes.

    Returns:
        Name -> value; attributes without a value are left out.
    """
    part = answer_part(text)
    by_plain_name = {_plain_name(name): name for name in names}
    values: dict[str, str] = {}
    for key, value in [*_pairs(json_object(part)), *elements(part)]:
        name = by_plain_name.get(_plain_name(key))
        if name is not None and name not in values:
            values[name] = value
    if values or not by_plain_name:
        return values
    part = strip_markup(part)
    spelled = sorted(by_plain_name, key=len, reverse=True)
    alternatives = "|".join(re.escape(one).replace(r"\ ", r"[ _-]{1,3}") for one in spelled)
    pattern = re.compile(
        rf"(?<![\w])({alternatives})(?![\w])[*_`\"']{{0,4}}\s{{0,5}}"
        r"(?:[:=\uff1a\u2013\u2014\u2192-]|\bis\b|\|)[\s*_`\"']{0,5}",
        re.I,
    )
    marks = list(pattern.finditer(part))
    for place, mark in enumerate(marks):
        stop = marks[place + 1].start() if place + 1 < len(marks) else len(part)
        value = part[mark.end() : stop].split("\n", 1)[0][:300]
        value = _LEFT_OVER.sub("", value.strip(_EDGES)).strip(_EDGES)
        name = by_plain_name[_plain_name(mark[1])]
        if value and name not in values:
            values[name] = value
    if not values and len(names) == 1 and "\n" not in part and 0 < len(part) <= 100:
        values[names[0]] = part.strip(" \"'`*_.")
    return values


def _pairs(value: dict[str, Any], depth: int = 0) -> Iterator[tuple[str, str]]:
    """The names and values of a JSON object, nested ones included; `{"value": …}` stands for a value."""
    for key, one in value.items():
        if isinstance(one, dict):
            inner = next(
                (one[name] for name in ("value", "answer", "prediction") if name in one), None
            )
            if isinstance(inner, (str, int, float)):
                yield key, str(inner)
            elif depth < 3:
                yield from _pairs(one, depth + 1)
        elif isinstance(one, (str, int, float)) and not isinstance(one, bool):
            yield key, str(one)


_EDGES = " \t,;|*_`\"'\u201c\u201d.-"
_LEFT_OVER = re.compile(r",?\s(?:and|&)(?:\s(?:the|their|his|her))?$", re.I)
"""What joins one attribute to the next within a sentence."""


def _plain_name(name: Any) -> str:
    return " ".join(re.split(r"[\s_-]+", fold(str(name)).strip()))
