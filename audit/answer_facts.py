"""Every number, title and quotation of an answer in prose stands in the row's evidence or its question."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from itdr.audit.result import Result
from itdr.builders.evidence.facts import KINDS, fact_of
from itdr.builders.rendering.realiser import numbers_of
from itdr.scoring.metrics.groundedness import reference
from itdr.scoring.metrics.per_task import TEXT_TASKS

Row = Mapping[str, Any]
_PLACE = re.compile(r"(?m)^\d+\. ")
_QUOTED = re.compile(r'"([^"]*)"')
_NUMBER = re.compile(r"\d+")


class AnswerFacts:
    """The check; for rows whose evidence is a list of facts."""

    def __init__(self) -> None:
        self.result = Result(
            "answer facts", "every number, title and quote of an answer stands in its row"
        )

    def see(self, split: str, row: Row) -> None:
        if row["task"] not in TEXT_TASKS or not row["evidence"]:
            return
        if any(one["fact"].partition("/")[0] not in KINDS for one in row["evidence"]):
            return
        self.result.checked += 1
        for what in unfounded(row):
            self.result.fault(row["id"], what)

    def end(self) -> Result:
        return self.result


def unfounded(row: Row) -> Iterator[str]:
    """What an answer says that neither its evidence nor its question holds."""
    answer = _PLACE.sub("", reference(row))
    shown = _plain(question(row))
    facts = [fact_of(one) for one in row["evidence"]]
    texts = [_plain(text) for fact in facts for text in (fact.value, fact.quote) if text]
    for said in _QUOTED.findall(answer):
        text = _plain(said).rstrip(".…")
        if not any(one.startswith(text) or text == one for one in texts) and text not in shown:
            yield f'"{said}" stands neither in the evidence nor in the question'
    numbers = {number for fact in facts for number in numbers_of(fact)}
    numbers |= {number for text in (*texts, shown) for number in _NUMBER.findall(text)}
    for number in sorted(set(_NUMBER.findall(_QUOTED.sub("", answer))) - numbers):
        yield f"the number {number} stands neither in the evidence nor in the question"


def question(row: Row) -> str:
    """The row's question, in whichever format the row is."""
    for name in ("input", "prompt"):
        if row.get(name) is not None:
            return str(row[name])
    messages = row.get("messages") or []
    return "\n".join(one["content"] for one in messages if one["role"] != "assistant")


def _plain(text: str) -> str:
    return " ".join(text.replace('"', "'").split())
