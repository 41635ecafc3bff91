"""Which form of answer a row with candidates asks for, and answers that are bare numbers or letters.

A row does not say its form outright. Its prompt does, where it is one of the package's; else the row's
own answer; where there is neither, a number is taken for a candidate's.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Any, Literal

from itdr.builders.dataset.formats import texts_of
from itdr.builders.rendering import template_files
from itdr.scoring.parsing.answer import answer_part, strip_markup
from itdr.scoring.parsing.lists import entries

Form = Literal["titles", "set", "index"]
_MARK = r"[#(\[]?(?:\d{1,3}|[a-z])(?![a-z\d_'\u2019])[)\]]?"
_NOUN = (
    r"(?:numbers?|nos?\.?|candidates?|options?|items?|choices?|\u5019\u9009|\u7f16\u53f7|\u7b2c)"
)
_JOIN = r"(?:[\s,;\u3001\uff0c\uff1b.\u3002/|*_`\"'\u4e2a\u53f7\u9879]|\band\b|&|\u548c)"
_RUN = re.compile(
    rf"^[\s*_`\"'\[({{]*(?:{_NOUN}[\s:\uff1a]*)?({_MARK}(?:{_JOIN}+(?:{_NOUN}\s*)?{_MARK})*)", re.I
)
_ALONE = re.compile(rf"^(?:{_JOIN}|[\])}}])*$", re.I)
_NAMED = re.compile(rf"(?<!\w){_NOUN}\s*[#:\uff1a]?\s*[*_`]{{0,3}}(\d{{1,3}})(?!\w)", re.I)
_ONE = re.compile(r"\d+|[a-z](?!\w)", re.I)
_AND = re.compile(r"\band\b", re.I)


def form_of(row: Mapping[str, Any]) -> Form:
    """The form of answer that a row asks for.

    Args:
        row: of a subtask with candidates, in any format.

    Returns:
        `index` for numbers alone, `set` for titles in no order, else `titles`: a ranking or one title.
    """
    declared = _declared(row["task"]).get(row.get("template") or "")
    if declared is not None:
        return declared
    answer = texts_of(row).answer
    if not answer:
        return "titles" if row.get("template") is None else "index"
    if indexes(answer, len(row["candidates"]), alone=True):
        return "index"
    lines = [line for line in answer.splitlines() if line.strip()]
    n = len(row["relevant"])
    return "set" if 1 < n == len(lines) < len(row["candidates"]) else "titles"


def asks_whole_catalogue(row: Mapping[str, Any]) -> bool | None:
    """Whether a row's prompt lists no candidates; None where it is none of the package's."""
    return _open(row["task"]).get(row.get("template") or "")


@functools.cache
def _open(task: str) -> dict[str, bool]:
    """Whether each of the package's own prompts lists no candidates, by id."""
    return {
        one.id: bool(dict(one.when).get("open"))
        for language in template_files.languages()
        for one in template_files.texts_of(task, None, language)["prompts"].values()
    }


@functools.cache
def _declared(task: str) -> dict[str, Form]:
    """The form that each of the package's own prompts asks for, by id."""
    form_by_id: dict[str, Form] = {}
    for language in template_files.languages():
        prompts = template_files.texts_of(task, None, language)["prompts"]
        for one in prompts.values():
            when = dict(one.when)
            form_by_id[one.id] = (
                "index" if when.get("index") else "set" if when.get("set") else "titles"
            )
    return form_by_id


def indexes(text: Any, count: int, alone: bool = False) -> tuple[int | None, ...]:
    """The places that an answer of bare numbers or letters names, in its order.

    Args:
        text: the answer.
        count: how many candidates there are: 1 to `count`, or as many letters from A on.
        alone: read numbers only where there is nothing else; otherwise also those that a text begins
            with ("3, because …"), or calls "number 3" or "candidate 3".

    Returns:
        Places from 0 on; None for a number that no candidate has. Empty where there are no numbers.
    """
    part = strip_markup(answer_part(text)).strip()
    lines = [entry.text.strip() for entry in entries(part)] if "\n" in part else []
    if len(lines) > 1 and all(_whole(line) for line in lines):
        part = ", ".join(lines)
    run = _RUN.match(part[:2000])
    if run and (_ALONE.match(part[run.end() :]) or (not alone and run[1][:1].isdigit())):
        return tuple(_place(one, count) for one in _ONE.findall(_AND.sub(",", run[1])))
    if alone:
        return ()
    return tuple(_place(one, count) for one in _NAMED.findall(part[:2000]))


def _whole(line: str) -> bool:
    run = _RUN.match(line)
    return bool(run and _ALONE.match(line[run.end() :]))


def _place(mark: str, count: int) -> int | None:
    place = int(mark) - 1 if mark.isdigit() else ord(mark.lower()) - ord("a")
    return place if 0 <= place < count else None
