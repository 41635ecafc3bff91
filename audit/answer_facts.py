"""Check that the row's evidence holds every number, title and quotation of an answer in prose;
titles and quotations may come from the question. "3 of the 7" are two figures of one fact, and each
entry of a list of groups speaks of a fact."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from itdr.audit.result import Result, RowCheck
from itdr.builders.dataset.formats import texts_of
from itdr.builders.evidence.facts import KINDS, Fact, fact_of
from itdr.builders.rendering.realiser import amounts_of, percents_of
from itdr.scoring.metrics.groundedness import name_of, reference
from itdr.scoring.metrics.per_task import TEXT_TASKS
from itdr.scoring.metrics.surface_forms import forms_of, stems

Row = Mapping[str, Any]
_PLACE = re.compile(r"(?m)^\d+\. ")
_QUOTED = re.compile(r'"([^"]*)"')
_NUMBER = re.compile(r"\d+")
_FIGURE = re.compile(r"(\d+)(%?)")
_SHARE = re.compile(r"\b(\d+) (?:of|out of|in) (?:(?!\d)\w+ ){0,3}?(\d+)\b")
_GROUP = re.compile(r"(?m)^(?:\d+\.|-) (.+)$")


class AnswerFacts(RowCheck):
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
        for what in unsupported_claims(row):
            self.result.fault(row["id"], what)


def unsupported_claims(row: Row) -> Iterator[str]:
    """What an answer says that is neither in its evidence nor in its question.

    Args:
        row: a row answered in prose.

    Yields:
        One sentence per unsupported figure, title or quotation.
    """
    answer = _PLACE.sub("", reference(row))
    shown = _plain(texts_of(row).prompt)
    facts = [fact_of(one) for one in row["evidence"]]
    texts = [_plain(text) for fact in facts for text in (fact.value, fact.quote) if text]
    for said in _QUOTED.findall(answer):
        text = _plain(said).rstrip(".…")
        if not any(one.startswith(text) or text == one for one in texts) and text not in shown:
            yield f'"{said}" stands neither in the evidence nor in the question'
    said = _QUOTED.sub("", answer)
    amounts = [amounts_of(fact) for fact in facts]
    written = {number for text in texts for number in _NUMBER.findall(text)}
    held = {
        "": written.union(*amounts),
        "%": written.union(*map(percents_of, facts)),
    }
    for number, sign in sorted(set(_FIGURE.findall(said))):
        if number not in held[sign]:
            yield f"the number {number}{sign} does not stand in the evidence"
    for pair in _SHARE.findall(said):
        if held[""].issuperset(pair) and not any(one.issuperset(pair) for one in amounts):
            yield f"{pair[0]} of {pair[1]} are no figures of one fact"
    numbers = held[""] | held["%"]
    for group in _GROUP.findall(reference(row)):
        if not _speaks_of(group, row["source"], facts, numbers, texts):
            yield f"{group[:60]!r} speaks of nothing in the evidence"


def _speaks_of(
    group: str, source: str, facts: list[Fact], numbers: set[str], texts: list[str]
) -> bool:
    """Whether an entry of a list refers to a fact: by its value in some form, its quote or its
    figures."""
    if any(number in numbers for number in _NUMBER.findall(group)):
        return True
    plain = _plain(group)
    if any(text in plain for text in texts):
        return True
    said = f" {' '.join(stems(group))} "
    return any(
        f" {' '.join(form)} " in said
        for fact in facts
        if fact.value
        for form in forms_of(source, name_of(fact)[0], fact.value)
        if form
    )


def _plain(text: str) -> str:
    return " ".join(text.replace('"', "'").split())
