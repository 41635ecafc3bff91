"""Answers in JSON, or what models write for it: objects, lists, one object per line, Python lists."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from itdr.scoring.parsing.answer import TITLE_KEYS

DEEPEST = 6
_BEGINS = re.compile(r"\A\(\s{0,20}(?=[\"'])|\[\s{0,20}(?=[\"'{\u201c\[])|\{\s{0,20}(?=[\"'])")
_RANK_KEY = re.compile(
    r"(?:rank|no|nr|top|place|position|item|#)?[ _.#-]{0,3}(\d{1,3})(?:st|nd|rd|th)?", re.I
)
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth".split()
_FACTS = frozenset("rank score rating year confidence probability position index id".split())
_DECODER = json.JSONDecoder()
Lines = Callable[[str], list[str]]


def json_list(part: str, lines: Lines) -> list[str]:
    """The entries of a list in JSON.

    Args:
        part: an answer.
        lines: splits a text that is a list of its own.

    Returns:
        The entries, by rank where the values are ranks; [] where there is no JSON.
    """
    begins = _BEGINS.search(part)
    if begins is None:
        return []
    text = part[begins.start() :]
    values = _values(text)
    if values:
        return _flat(values if len(values) > 1 else values[0], lines)
    if text[0] == "{":
        start = min((at for at in (text.find("["), text.find("(")) if at >= 0), default=-1)
        if start < 0:
            return []
        text = text[start:]
    return _strings(text)


def json_object(part: str) -> dict[str, Any]:
    """The JSON object in an answer; {} where there is none.

    Args:
        part: an answer. A list of {name, value} pairs counts as the object that they describe.

    Returns:
        The object's members.
    """
    start = min((at for at in (part.find("{"), part.find("[{")) if at >= 0), default=-1)
    if start < 0:
        return {}
    values = _values(part[start:])
    value = values[0] if values else None
    if isinstance(value, list):
        pairs = [one for one in value if isinstance(one, dict)]
        by_name = {
            str(next(iter(one.values()))): list(one.values())[1]
            for one in pairs
            if len(one) >= 2 and next(iter(one)).lower() in ("attribute", "name", "key", "field")
        }
        return by_name or (pairs[0] if pairs else {})
    return value if isinstance(value, dict) else {}


def _values(text: str) -> list[Any]:
    """The consecutive JSON values at the start of a text."""
    json_values: list[Any] = []
    place = 0
    while place < len(text) and text[place] in "[{":
        try:
            value, place = _DECODER.raw_decode(text, place)
        except (ValueError, RecursionError):
            break
        json_values.append(value)
        while place < len(text) and text[place] in " \t\n,;":
            place += 1
    return json_values


def _flat(value: Any, lines: Lines, depth: int = 0) -> list[str]:
    if depth > DEEPEST:
        return []
    if isinstance(value, list):
        return [text for text in (_entry_title(one) for one in value) if text is not None]
    if not isinstance(value, dict):
        return []
    ranked = _by_key(value) or _by_value(value)
    if ranked:
        return ranked
    for kind in (list, dict):
        for inner in value.values():
            if isinstance(inner, kind) and (inner_titles := _flat(inner, lines, depth + 1)):
                return inner_titles
    title = _entry_title(value)
    if title is None:
        return []
    inside = lines(title)
    return inside if len(inside) > 1 else [title]


def _by_key(value: dict[str, Any]) -> list[str]:
    """The entries of `{"1": title, …}` and the like, by rank."""
    places: list[tuple[int, str]] = []
    for key, one in value.items():
        rank = _RANK_KEY.fullmatch(key.strip())
        title = _entry_title(one)
        if title is None:
            return []
        if rank:
            places.append((int(rank[1]), title))
        elif key.strip().lower() in _ORDINALS:
            places.append((_ORDINALS.index(key.strip().lower()) + 1, title))
        else:
            return []
    return [title for _, title in sorted(places, key=lambda one: one[0])]


def _by_value(value: dict[str, Any]) -> list[str]:
    """The keys of `{title: rank, …}`, or by falling score where the numbers are no ranks."""
    if len(value) < 2 or any(key.strip().lower() in _FACTS for key in value):
        return []
    if not all(
        isinstance(one, (int, float)) and not isinstance(one, bool) for one in value.values()
    ):
        return []
    ranks = sorted(value.values()) == list(range(1, len(value) + 1))
    return sorted(value, key=lambda key: value[key] if ranks else -value[key])


def _entry_title(value: Any, depth: int = 0) -> str | None:
    """The title in one element of a list."""
    if isinstance(value, str):
        return value.strip() or None
    if depth > DEEPEST:
        return None
    if isinstance(value, list):
        return next((one for one in value if isinstance(one, str)), None)
    if isinstance(value, dict):
        low = {key.lower(): one for key, one in value.items()}
        for key in TITLE_KEYS:
            if isinstance(low.get(key), (str, dict)):
                return _entry_title(low[key], depth + 1)
        texts = [one for one in value.values() if isinstance(one, str)]
        inner = [one for one in value.values() if isinstance(one, dict)]
        return texts[0] if texts else _entry_title(inner[0], depth + 1) if inner else None
    return None


_CLOSES = {'"': '"', "'": "'", "\u201c": "\u201d"}
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")


def _strings(text: str) -> list[str]:
    """The quoted strings of a Python-like list, even an unfinished one."""
    strings: list[str] = []
    place, n = 1, len(text)
    while place < n:
        sign = text[place]
        if sign in "])":
            break
        if sign not in _CLOSES:
            place += 1
            continue
        stop = _string_ends(text, place + 1, _CLOSES[sign])
        value = text[place + 1 : stop].replace("\\'", "'").replace('\\"', '"').strip()
        value = _ESCAPED.sub(lambda one: chr(int(one[1], 16)), value)
        if value:
            strings.append(value)
        place = stop + 1
    return strings


def _string_ends(text: str, start: int, sign: str) -> int:
    """Where a string ends: at a quotation mark followed by a comma or bracket."""
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
