"""An answer taken apart: what is its answer, and which entries its list has.

Everything here runs in time linear in the text, and never fails: an answer is whatever a model wrote.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

LONGEST = 100_000
"""Characters of an answer that are read; what follows is not."""
_MARKER = re.compile(
    r"^[ \t>#*_`\"]{0,20}(?:(?:my|the|final|predicted)[ \t]{1,5}){0,2}"
    r"(?:answer|ranking|ranked list|prediction|output|response|result|recommendation)s?"
    r"[*_` ]{0,20}(?:[:\uff1a]|\b(?:is|are)\b[ ]?:?)[*_` ]{0,20}",
    re.I | re.M,
)
_NUMBERED = re.compile(
    r"^[\s>#*_`]{0,20}(?:(?:no\.?|rank|item|place)\s{0,3}|#)?[(\[]?\d{1,3}"
    r"(?:[.)\]:\u3001\uff0e]{1,2}[*_`]{0,3}(?:\s+|(?=[^\s\d]))|\*\*[.):]?\s+|\s+[-\u2013\u2014]\s+)",
    re.I,
)
_COLON_ONLY = re.compile(r"\d:\S")
_BULLET = re.compile(r"^[\s>]{0,20}[-*+\u2022\u2013\u2014\u00b7\u25aa\u25e6\u2023\u25cf\u25cb]\s+")
_INLINE_NUMBER = re.compile(r"(?:^|(?<=\s)|(?<=,)|(?<=;))[(\[]?(\d{1,3})[.)\]]\s+")
_SEPARATORS = ("; ", " > ", " \u2192 ", " -> ", " | ")
_JSON_BEGINS = re.compile(r"\[\s{0,20}(?=[\"'{\u201c])|\{\s{0,20}(?=[\"'])")
_TABLE_RULE = re.compile(r"^\|?[\s:|-]*-{2,}[\s:|-]*$")
_EDGES = " \t\"'`*_\u201c\u201d\u2018\u2019\u300a\u300b\u00ab\u00bb"
_TITLE_KEYS = ("title", "name", "item", "answer", "movie", "film", "book", "product")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: its text without the mark before it, and the line as it stood.

    marked: a number, a bullet, a quoted string of a list or a table's row set it off.
    """

    text: str
    line: str
    marked: bool


def answer_part(text: Any) -> str:
    """The answer without what a model thinks aloud, and from the last "Answer:" on where there is one.

    Anything but a string reads as an empty answer. Carriage returns, zero-width signs and code
    fences are dropped.
    """
    if not isinstance(text, str):
        return ""
    text = text[-LONGEST:] if "</think>" in text[-LONGEST:] else text[:LONGEST]
    text = text.rpartition("</think>")[2]
    for sign in ("\u200b", "\u200c", "\u200d", "\ufeff", "\x00"):
        text = text.replace(sign, "")
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("```")]
    text = "\n".join(lines).strip()
    for found in reversed(list(_MARKER.finditer(text))):
        rest = text[found.end() :].strip()
        if rest.strip(_EDGES + ".:"):
            return rest
    return text


def entries(part: str) -> list[Entry]:
    """The entries of an answer, in order: of a JSON or Python list, a table, a list, its lines."""
    quoted = _from_json(part)
    if quoted:
        return [Entry(one, one, True) for one in quoted]
    lines = [line for line in part.split("\n") if line.strip()]
    table = _from_table(lines)
    if table:
        return table
    if len(lines) == 1:
        return _one_line(lines[0])
    found = [_marked(line) for line in lines]
    numbers = sum(kind == "number" for kind, _ in found)
    wanted = "number" if numbers else "bullet"
    return [
        Entry(text if kind == wanted else line.strip(), line, kind == wanted)
        for line, (kind, text) in zip(lines, found, strict=True)
    ]


def prose(text: str) -> bool:
    """Whether a line reads as a remark and not as a title: it ends in a colon, or is a sentence."""
    text = text.strip().rstrip("*_`")
    if text.endswith((":", "\uff1a")):
        return True
    return text.endswith((".", "!", "?", "\u3002")) and len(text.split()) >= 8


def _marked(line: str) -> tuple[str, str]:
    found = _NUMBERED.match(line)
    if found and not _COLON_ONLY.match(found[0][-2:] + line[found.end() : found.end() + 1]):
        return "number", line[found.end() :].strip()
    found = _BULLET.match(line)
    if found:
        return "bullet", line[found.end() :].strip()
    return "", line.strip()


def _one_line(line: str) -> list[Entry]:
    """A list on one line: `1. A 2. B`, or its pieces between semicolons, arrows or bars."""
    starts: list[re.Match[str]] = []
    for found in _INLINE_NUMBER.finditer(line):
        if int(found[1]) == len(starts) + 1:
            starts.append(found)
    if len(starts) > 1:
        ends = [one.start() for one in starts[1:]] + [len(line)]
        pieces = [line[a.end() : b].strip(" ,;\t") for a, b in zip(starts, ends, strict=True)]
        return [Entry(piece, piece, True) for piece in pieces]
    for sign in _SEPARATORS:
        pieces = [piece.strip() for piece in line.split(sign)]
        if len(pieces) > 1:
            return [Entry(_marked(piece)[1], piece, False) for piece in pieces if piece]
    kind, text = _marked(line)
    return [Entry(text, line, bool(kind))]


def _from_table(lines: list[str]) -> list[Entry]:
    """The rows of a markdown table, each by its first cell that is no number."""
    rows = [line.strip() for line in lines if line.strip().startswith("|")]
    if len(rows) < 2:
        return []
    rules = [place for place, row in enumerate(rows) if _TABLE_RULE.match(row[:200])]
    body = rows[rules[0] + 1 :] if rules else rows
    found = []
    for row in body:
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        named = [cell for cell in cells if cell and not cell.strip(_EDGES + "#.").isdigit()]
        if named and not _TABLE_RULE.match(row[:200]):
            found.append(Entry(named[0], row, True))
    return found


# -- JSON and Python ----------------------------------------------------------------------------


def _from_json(part: str) -> list[str]:
    begins = _JSON_BEGINS.search(part)
    if begins is None:
        return []
    text = part[begins.start() :]
    closing = "]" if text[0] == "[" else "}"
    stop = text.rfind(closing)
    try:
        return _flat(json.loads(text[: stop + 1]))
    except (ValueError, RecursionError):
        return _strings(text) if text[0] == "[" else []


def parsed(part: str) -> dict[str, Any]:
    """The JSON object that an answer holds, {} where it holds none."""
    start, stop = part.find("{"), part.rfind("}")
    if start < 0 or stop < start:
        return {}
    try:
        value = json.loads(part[start : stop + 1])
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _flat(value: Any) -> list[str]:
    if isinstance(value, dict):
        inner = next((one for one in value.values() if isinstance(one, list)), None)
        if inner is not None:
            return _flat(inner)
        if all(str(key).isdigit() for key in value):
            return _flat(list(value.values()))
        return [text for text in [_said(value)] if text is not None]
    return [text for text in map(_said, value) if text is not None]


def _said(value: Any) -> str | None:
    """The title that one element of a list gives."""
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, dict):
        for key in _TITLE_KEYS:
            if isinstance(value.get(key), str):
                return value[key]
        return next((one for one in value.values() if isinstance(one, str)), None)
    return None


_CLOSES = {'"': '"', "'": "'", "\u201c": "\u201d"}


def _strings(text: str) -> list[str]:
    """The quoted strings of a Python-like list, an unfinished one included."""
    found: list[str] = []
    place, n = 1, len(text)
    while place < n:
        sign = text[place]
        if sign == "]":
            break
        if sign not in _CLOSES:
            place += 1
            continue
        stop = _string_ends(text, place + 1, _CLOSES[sign])
        value = text[place + 1 : stop].replace("\\'", "'").replace('\\"', '"').strip()
        if value:
            found.append(value)
        place = stop + 1
    return found


def _string_ends(text: str, start: int, sign: str) -> int:
    """Where the string ends: at a quotation mark that a comma or bracket follows."""
    place = start
    while True:
        place = text.find(sign, place)
        if place < 0:
            return len(text)
        if text[place - 1] != "\\":
            after = text[place + 1 : place + 12].lstrip()
            if not after or after[0] in ",]})":
                return place
        place += 1
