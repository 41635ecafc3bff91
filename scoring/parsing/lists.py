"""The entries of a list, in every form that models write.

Everything here runs in time linear in the text, and never fails: an answer is whatever a model wrote.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from itdr.scoring.parsing.structured import json_list

_NUMBERED = re.compile(
    r"^[\s>#*_`]{0,20}(?:(?:no\.?|rank|item|place|top)\s{0,3}|#)?[(\[]?\d{1,3}(?:st|nd|rd|th)?(?:\s{1,3}place)?"
    r"(?:[.)\]:\u3001\uff0e]{1,2}[*_`]{0,3}(?:\s+|(?=[^\s\d]))|\*\*[.):]?\s+|\s+[-\u2013\u2014]\s+"
    r"|\ufe0f?\u20e3\s{0,3})",
    re.I,
)
_SEQUENCES = tuple(
    (re.compile(rf"^[\s>#*_`]{{0,20}}{mark}", re.I), dict(zip(names, range(1, 100), strict=False)))
    for mark, names in (
        (r"[(\[]?([a-z])[.)\]:][*_`]{0,3}\s+", "abcdefghijklmnopqrstuvwxyz"),
        (r"[(\[]?([ivxl]{1,7})[.)\]:][*_`]{0,3}\s+", "i ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi xvii xviii xix xx".split()),
        (r"([a-z]{5,7})(?:ly)?(?:\splace)?\s{0,3}[:,.)-]\s+", "first second third fourth fifth sixth seventh eighth ninth tenth".split()),
        (r"([\u2460-\u2473])\s{0,3}", [chr(0x2460 + n) for n in range(20)]),
        (r"#(\d{1,3})\s+", [str(n) for n in range(1, 100)]),
    )
)  # fmt: skip
"""Marks that count only where they count up: a mark, and its names in order."""
_LONE_NUMBER = re.compile(r"^\s{0,20}[#(\[]?\d{1,3}[.)\]:]\s{0,20}$")
_COLON_ONLY = re.compile(r"\d:\S")
_BULLET = re.compile(r"^[\s>]{0,20}[-*+\u2022\u2013\u2014\u00b7\u25aa\u25e6\u2023\u25cf\u25cb]\s+")
_INLINE_NUMBER = re.compile(r"(?:^|(?<=\s)|(?<=,)|(?<=;))[(\[]?(\d{1,3})[.)\]]\s+")
_SEPARATORS = ("; ", " >> ", " > ", " \u227b ", " \u2192 ", " -> ", " => ", " | ")
_TABLE_RULE = re.compile(r"^\|?[\s:|-]*-{2,}[\s:|-]*$")
_COMMA_ROW = re.compile(r"^\s{0,9}(\d{1,3})\s{0,3},\s{0,3}(\S.*)$")
_HEADS = frozenset(
    "rank # no nr number position place title movie film item book name product score reason why genre "
    "explanation game artist song news video anime candidate year rating".split()
)
_EDGES = " \t\"'`*_\u201c\u201d\u2018\u2019\u300a\u300b\u00ab\u00bb"


@dataclass(frozen=True, slots=True)
class ListEntry:
    """One entry of a list.

    Attributes:
        text: the entry without its mark.
        line: the original line.
        marked: it is set off by a number, a bullet, quotes or a table's row.
    """

    text: str
    line: str
    marked: bool


def entries(part: str) -> list[ListEntry]:
    """The entries of an answer: of a JSON or Python list, a table, a list, or its lines, in order.

    Args:
        part: plain text, as `answer.strip_markup` returns it.

    Returns:
        Entries in order; an unmarked line is an entry of its own.
    """
    quoted = json_list(part, lambda text: [one.text for one in entries(text) if one.marked])
    if quoted:
        return [ListEntry(one, one, True) for one in quoted]
    lines = _joined([line for line in part.split("\n") if line.strip()])
    table = _from_table(lines)
    if table:
        return table
    if len(lines) == 1:
        return _one_line(lines[0])
    readings = _in_sequence(lines) or [_marked(line) for line in lines]
    numbers = sum(kind == "number" for kind, _ in readings)
    list_kind = "number" if numbers else "bullet"
    return [
        ListEntry(text if kind == list_kind else line.strip(), line, kind == list_kind)
        for line, (kind, text) in zip(lines, readings, strict=True)
    ]


def _joined(lines: list[str]) -> list[str]:
    """Lines, with a number on a line of its own joined to the next line."""
    whole_lines: list[str] = []
    number = ""
    for line in lines:
        if _LONE_NUMBER.match(line) and not number:
            number = line.strip()
            continue
        whole_lines.append(f"{number} {line.strip()}" if number else line)
        number = ""
    return [*whole_lines, number] if number else whole_lines


def _in_sequence(lines: list[str]) -> list[tuple[str, str]]:
    """Lines whose marks count up from the first: letters, Roman numerals, words, …"""
    for pattern, places in _SEQUENCES:
        next_place, readings = 1, []
        for line in lines:
            mark = pattern.match(line)
            if mark and places.get(mark[1].lower()) == next_place:
                next_place += 1
                readings.append(("number", line[mark.end() :].strip()))
            else:
                readings.append(("", line.strip()))
        if next_place > 2:
            return readings
    return []


def is_prose(text: str) -> bool:
    """Whether a line reads as a remark rather than a title: it ends in a colon, or is a sentence."""
    text = text.strip().rstrip("*_`")
    if text.endswith((":", "\uff1a")):
        return True
    return text.endswith((".", "!", "?", "\u3002")) and len(text.split()) >= 8


def _marked(line: str) -> tuple[str, str]:
    lead = _NUMBERED.match(line)
    if lead and not _COLON_ONLY.match(lead[0][-2:] + line[lead.end() : lead.end() + 1]):
        return "number", line[lead.end() :].strip()
    lead = _BULLET.match(line)
    if lead:
        return "bullet", line[lead.end() :].strip()
    return "", line.strip()


def _one_line(line: str) -> list[ListEntry]:
    """A list on one line: `1. A 2. B`, or its parts between semicolons, arrows or bars."""
    starts: list[re.Match[str]] = []
    for number in _INLINE_NUMBER.finditer(line):
        if int(number[1]) == len(starts) + 1:
            starts.append(number)
    if len(starts) > 1:
        ends = [one.start() for one in starts[1:]] + [len(line)]
        pieces = [line[a.end() : b].strip(" ,;\t") for a, b in zip(starts, ends, strict=True)]
        return [ListEntry(piece, piece, True) for piece in pieces]
    for sign in _SEPARATORS:
        pieces = [piece.strip() for piece in line.split(sign)]
        if len(pieces) > 1:
            return [ListEntry(_marked(piece)[1], piece, False) for piece in pieces if piece]
    kind, text = _marked(line)
    return [ListEntry(text, line, bool(kind))]


def _from_table(lines: list[str]) -> list[ListEntry]:
    """The rows of a table, each by its first non-numeric cell: separated by bars or tabs, with or without a
    rule; or a number, a comma and the rest.
    """
    for rows in (_cells(lines, "|"), _cells(lines, "\t"), _comma_rows(lines)):
        rules = [place for place, (_, cells) in enumerate(rows) if cells is None]
        body = rows[rules[0] + 1 :] if rules else rows
        if not rules and body and _is_head(body[0][1] or []):
            body = body[1:]
        list_entries = []
        for line, cells in body:
            texts = [
                cell for cell in cells or () if cell and not cell.strip(_EDGES + "#.").isdigit()
            ]
            if texts:
                list_entries.append(ListEntry(texts[0], line, True))
        if list_entries:
            return list_entries
    return []


def _cells(lines: list[str], sign: str) -> list[tuple[str, list[str] | None]]:
    """The rows of a table with their cells, None for a rule; empty where it is no table: at least two rows
    must begin with the separator, follow a rule, or start with a number.
    """
    rows = [line for line in lines if sign in line.strip(" ")]
    if len(rows) < 2:
        return []
    ruled = [bool(_TABLE_RULE.match(row.strip()[:200])) for row in rows]
    table: list[tuple[str, list[str] | None]] = [
        (row, None if rule else [cell.strip() for cell in row.strip().strip("|").split(sign)])
        for row, rule in zip(rows, ruled, strict=True)
    ]
    edged = sum(row.lstrip().startswith("|") for row in rows) > 1 and sign == "|"
    numbered = sum((cells or [""])[0].strip("#. ").isdigit() for _, cells in table)
    return table if edged or any(ruled) or numbered > 1 else []


def _comma_rows(lines: list[str]) -> list[tuple[str, list[str] | None]]:
    matches = [(line, match) for line in lines if (match := _COMMA_ROW.match(line[:2000]))]
    if len(matches) < 2 or [int(match[1]) for _, match in matches] != list(
        range(1, len(matches) + 1)
    ):
        return []
    return [(line, [match[2].strip(_EDGES)]) for line, match in matches]


def _is_head(cells: list[str]) -> bool:
    names = [cell.strip(_EDGES + ".").lower() for cell in cells]
    return bool(names) and all(name in _HEADS or not name for name in names)
