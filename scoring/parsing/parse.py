"""Reading an answer: the ranking, the title, the rating or the attributes that a text gives.

Each function takes whatever a model wrote and returns None (or an empty reading) where nothing can be
read; none of them fails. The rules stand in docs/scoring.md.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from itdr.builders.core.schema import Scale
from itdr.scoring.parsing.lists import Entry, answer_part, entries, parsed, prose
from itdr.scoring.parsing.titles import Titles, fold

MOST_ENTRIES = 10_000


@dataclass(frozen=True, slots=True)
class Ranking:
    """Places in the list of candidates, best first; None: an entry that names none of them.

    ties: sizes of groups of entries that a method holds to be equal; all of size 1 where empty.
    """

    places: tuple[int | None, ...] = ()
    ties: tuple[int, ...] = field(default=())

    @property
    def readable(self) -> bool:
        """Whether any candidate is named."""
        return any(place is not None for place in self.places)


# -- titles ---------------------------------------------------------------------------------------


def ranking(text: Any, titles: Titles | Sequence[str]) -> Ranking:
    """The candidates in the order in which the answer lists them, repeats and strangers included."""
    titles = titles if isinstance(titles, Titles) else Titles(titles)
    part = answer_part(text)
    listed = entries(part)[:MOST_ENTRIES]
    if not listed:
        return Ranking()
    marked = any(entry.marked for entry in listed)
    if len(listed) == 1 and not marked:
        return Ranking(tuple(titles.contained(part)) or _one(titles.named(part)))
    places = [_whole_line(entry, titles) for entry in listed]
    if marked:
        return Ranking(
            tuple(
                titles.named(entry.text) if place is None else place
                for entry, place in zip(listed, places, strict=True)
                if entry.marked or place is not None
            )
        )
    return _plain_lines(listed, places, titles, part)


def choice(text: Any, titles: Titles | Sequence[str]) -> int | None:
    """The candidate that the answer names: that of the first entry of a list, else the first one
    that stands in the text."""
    titles = titles if isinstance(titles, Titles) else Titles(titles)
    part = answer_part(text)
    title = titles.whole(part)
    if title is not None:
        return title
    listed = entries(part)
    if not listed:
        return None
    first = next((entry for entry in listed if entry.marked), None)
    if first is not None and (len(listed) == 1 or not _spoken(listed, titles)):
        place = _whole_line(first, titles)
        return titles.named(first.text) if place is None else place
    for entry in listed[:MOST_ENTRIES]:
        place = _whole_line(entry, titles)
        place = titles.beginning(entry.text) if place is None else place
        if place is not None:
            return place
    quoted = titles.quoted(part)
    return quoted if quoted is not None else next(titles.contained(part), None)


def _one(place: int | None) -> tuple[int, ...]:
    return () if place is None else (place,)


def _whole_line(entry: Entry, titles: Titles) -> int | None:
    """The title that is the whole line, its apparent mark included ("1. FC Köln")."""
    place = titles.whole(entry.line)
    return titles.whole(entry.text) if place is None else place


def _spoken(listed: list[Entry], titles: Titles) -> bool:
    """Whether a plain line before the first marked one already is a title."""
    for entry in listed:
        if entry.marked:
            return False
        if _whole_line(entry, titles) is not None:
            return True
    return False


def _plain_lines(
    listed: list[Entry], places: list[int | None], titles: Titles, part: str
) -> Ranking:
    """Lines without marks: remarks take no rank, every other line between titles does."""
    known = [
        titles.named(entry.text) if place is None else place
        for entry, place in zip(listed, places, strict=True)
    ]
    named = [place for place in known if place is not None]
    remarks = [
        place is None and prose(entry.text) for entry, place in zip(listed, known, strict=True)
    ]
    in_one = tuple(titles.contained(part))
    if len(in_one) > len(set(named)) and len(set(named)) < 2:
        # A list within a sentence, with other lines around it.
        return Ranking(in_one)
    return Ranking(tuple(place for place, remark in zip(known, remarks, strict=True) if not remark))


# -- ratings --------------------------------------------------------------------------------------

_NUMBER = r"[-+]?\d{1,6}(?:[.,]\d{1,6})?"
_SMALL = {
    **{
        word: k
        for k, word in enumerate("zero one two three four five six seven eight nine".split())
    },
    "ten": 10,
}
_SAID = "|".join(_SMALL)
_VALUE = rf"(?:{_NUMBER}|\b(?:{_SAID})\b)(?:\s{{0,3}}(?:and\s(?:a|one)\s)?half\b)?"
_WORD_RATING = re.compile(
    rf"(?:rating|rate|score|answer|prediction|predict|give|guess|estimate|stars?)\b"
    rf"(?:[^\d.,;\n]{{0,40}}?[^\w\d.,;\n])?({_VALUE})(?:\s{{0,3}}(?:/|out\sof)\s{{0,3}}({_NUMBER}))?",
    re.I,
)
_RATIO = re.compile(rf"({_VALUE})\s{{0,3}}(?:/|out\sof)\s{{0,3}}({_NUMBER})", re.I)
_STARS = re.compile(rf"({_VALUE})(?:\s|-){{0,3}}stars?\b", re.I)
_SPAN = re.compile(
    rf"(?:from|between|scale of)\s{{0,3}}{_NUMBER}\s{{0,3}}(?:to|and|-|\u2013)\s{{0,3}}{_NUMBER}"
    rf"|{_NUMBER}\s{{0,3}}(?:to|\u2013|-)\s{{0,3}}{_NUMBER}(?=\s{{0,3}}(?:scale|stars))",
    re.I,
)
_ALONE = re.compile(rf"({_VALUE})", re.I)
_ANY = re.compile(rf"(?<![\w.,/]){_NUMBER}(?![\w/]|[.,]\d)")
_TITLE_YEAR = re.compile(r"\((?:1[89]|20)\d\d\)")


def rating(text: Any, scale: Scale) -> float | None:
    """The rating that the answer gives, clipped to the scale; None where none can be read."""
    if isinstance(text, (int, float)) and not isinstance(text, bool):
        text = f"{text}"
    part = answer_part(text)
    stars = _drawn_stars(part)
    if stars is not None:
        return clipped(stars, scale)
    part = unicodedata.normalize("NFKC", part.replace("\u00bd", " and a half")).strip()
    part = part.strip(" \t\n\"'`*_[](){}.!")
    if not part:
        return None
    known = parsed("{" + part + "}") if ":" in part and part[:1] in "\"'" else parsed(part)
    for value in known.values():
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            part = f"{value}"
            break
    value = _rating_in(part, scale)
    return None if value is None else clipped(value, scale)


def clipped(value: float, scale: Scale) -> float:
    """The value within the scale's bounds."""
    return min(max(value, scale.low), scale.high)


def _rating_in(part: str, scale: Scale) -> float | None:
    alone = _ALONE.fullmatch(part)
    if alone:
        return _value(alone[1])
    part = _TITLE_YEAR.sub(" ", part)
    ratio = _RATIO.fullmatch(part)
    if ratio:
        return _of(ratio[1], ratio[2], scale)
    spared = _SPAN.sub(" ", part)
    for pattern in (_RATIO, _STARS, _WORD_RATING):
        found = list(pattern.finditer(spared))
        if found:
            first = found[0] if pattern is not _WORD_RATING else found[-1]
            whole = first[2] if pattern is not _STARS else None
            return _of(first[1], whole, scale)
    numbers = [
        value
        for value in map(_value, _ANY.findall(spared))
        if value is not None and scale.low <= value <= scale.high
    ]
    if not numbers:
        said = [word for word in re.findall(r"[a-z]+", spared.lower()) if word in _SMALL]
        return float(_SMALL[said[0]]) if len(set(said)) == 1 else None
    return numbers[0] if re.match(_NUMBER, spared.strip()) else numbers[-1]


def _of(value: str, whole: str | None, scale: Scale) -> float | None:
    """`value` of `whole`, brought to the scale's top where that is another number."""
    number, top = _value(value), _value(whole) if whole else None
    if number is None or not top or top <= 0 or top == scale.high:
        return number
    return number / top * scale.high


def _value(text: str) -> float | None:
    """A number in digits (decimal point or comma) or words, with or without "and a half"."""
    text = text.strip().lower()
    half = text.endswith("half")
    if half:
        text = re.sub(r"\s*(?:and\s(?:a|one)\s)?half$", "", text)
    value = float(_SMALL[text]) if text in _SMALL else None
    if value is None:
        try:
            value = float(text.replace(",", "."))
        except ValueError:
            return None
    return value + 0.5 if half else value


def _drawn_stars(part: str) -> float | None:
    """A rating drawn in stars, as in `★★★★½` or `★★★☆☆`."""
    full = part.count("\u2605") + part.count("\u2b50") + part.count("\U0001f31f")
    if not full or any(sign.isdigit() and sign.isascii() for sign in part):
        return None
    return full + 0.5 * part.count("\u00bd")


# -- attributes -----------------------------------------------------------------------------------


def attributes(text: Any, names: Sequence[str]) -> dict[str, str]:
    """Name -> value of those of the asked attributes that the answer gives, as they were written.

    A JSON object, or a name followed by a colon, dash, equals sign or "is", its value reaching to
    the line's end or the next name. Where one attribute is asked for, a bare value will do.
    """
    part = answer_part(text)
    wanted = {_plain_name(name): name for name in names}
    found: dict[str, str] = {}
    for key, value in parsed(part).items():
        name = wanted.get(_plain_name(key))
        if name is not None and isinstance(value, (str, int, float)):
            found[name] = str(value)
    if found or not wanted:
        return found
    spelled = sorted(wanted, key=len, reverse=True)
    alternatives = "|".join(re.escape(one).replace(r"\ ", r"[ _-]{1,3}") for one in spelled)
    pattern = re.compile(
        rf"(?<![\w])({alternatives})(?![\w])[*_`\"']{{0,4}}\s{{0,5}}"
        r"(?:[:=\uff1a\u2013\u2014-]|\bis\b|\|)[\s*_`\"']{0,5}",
        re.I,
    )
    marks = list(pattern.finditer(part))
    for place, mark in enumerate(marks):
        stop = marks[place + 1].start() if place + 1 < len(marks) else len(part)
        value = part[mark.end() : stop].split("\n", 1)[0][:300]
        value = _LEFT_OVER.sub("", value.strip(_EDGES)).strip(_EDGES)
        name = wanted[_plain_name(mark[1])]
        if value and name not in found:
            found[name] = value
    if not found and len(names) == 1 and "\n" not in part and 0 < len(part) <= 100:
        found[names[0]] = part.strip(" \"'`*_.")
    return found


_EDGES = " \t,;|*_`\"'\u201c\u201d.-"
_LEFT_OVER = re.compile(r",?\s(?:and|&)(?:\s(?:the|their|his|her))?$", re.I)
"""What joins one attribute to the next within a sentence."""


def _plain_name(name: Any) -> str:
    return " ".join(re.split(r"[\s_-]+", fold(str(name)).strip()))
