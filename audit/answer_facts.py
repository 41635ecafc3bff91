"""Check that the row's evidence holds every number, title and quotation of an answer in prose;
titles and quotations may come from the question. "3 of the 7" are two figures of one fact, and each
entry in a list of groups must refer to a fact. If all of that holds, the answer must also be, word for
word, what the declared statements make of the evidence (`composed.py`), and the evidence must be consistent."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from itdr.audit import composed, question_facts
from itdr.audit.result import Result, RowCheck
from itdr.builders.core.errors import ItdrError
from itdr.builders.dataset.formats import texts_of
from itdr.builders.evidence.facts import DOWN, FACT_KINDS, SHARE_KINDS, UP, Fact, fact_of
from itdr.builders.rendering.realiser import amounts_of, percents_of
from itdr.scoring.metrics.groundedness import name_of, reference
from itdr.scoring.metrics.per_task import TEXT_TASKS
from itdr.scoring.metrics.surface_forms import forms_of, stems

Row = Mapping[str, Any]
COMPARED = (
    "also_liked", "also_taken", "taken_with", "same_taken", "liked_if", "reception", "group", "series",
    *SHARE_KINDS,
)  # fmt: skip
"""Kinds whose count is compared with their base."""
_PLACE = re.compile(r"(?m)^\d+\. ")
_QUOTED = re.compile(r'"([^"]*)"')
_NUMBER = re.compile(r"\d+")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_FIGURE = re.compile(r"(\d+)(%?)")
_SHARE = re.compile(r"\b(\d+) (?:of|out of|in) (?:(?!\d)\w+ ){0,3}?(\d+)\b")
_GROUP = re.compile(r"(?m)^(?:\d+\.|-) (.+)$")


class AnswerFacts(RowCheck):
    """The check; for rows whose evidence is a list of facts."""

    def __init__(self, folder: Path | None = None) -> None:
        self.result = Result(
            "answer facts",
            "a prose answer says what its evidence says, and the evidence is possible",
        )
        self._folder = folder

    def see(self, split: str, row: Row) -> None:
        if not row["evidence"]:
            return
        judgeable = all(one["fact"].partition("/")[0] in FACT_KINDS for one in row["evidence"])
        if row["task"] not in TEXT_TASKS or not judgeable:
            self.result.leave_out(row["task"])
            return
        self.result.checked += 1
        for what in [*unsupported_claims(row), *impossible_facts(row)] or self._differences(row):
            self.result.fault(row["id"], what)

    def _differences(self, row: Row) -> Iterator[str]:
        """Where the answer is not what its evidence says, in the declared words."""
        answer = texts_of(row).answer
        if not answer:
            return
        try:
            reading = composed.read(row, answer, self._folder)
        except ItdrError as error:
            yield str(error).splitlines()[0]
            return
        if reading.wrong:
            yield f"the answer is not what the evidence says: {reading.wrong}"
            return
        yield from question_facts.differences(row, reading.statements)


def impossible_facts(row: Row) -> Iterator[str]:
    """Facts in a row's evidence whose figures are impossible or contradict their direction.

    Args:
        row: a row answered in prose.

    Yields:
        One sentence per fact.
    """
    for fact in map(fact_of, row["evidence"]):
        label = f"{fact.name} {fact.value!r}".rstrip("' ")
        if fact.count < 0 or fact.of < 0 or fact.base < 0:
            yield f"{label}: a count cannot be negative"
        elif fact.of and fact.count > fact.of:
            yield f"{label}: {fact.count} of {fact.of} cannot be"
        elif fact.of and fact.base and fact.kind in COMPARED:
            usual = fact.base * fact.of if fact.kind in SHARE_KINDS else fact.base
            # Works that go together, and the counted side of a contrast, are always above the usual.
            # The commonest trait without a direction is no more common than usual.
            above = fact.kind in (*SHARE_KINDS, "also_liked")
            up = fact.direction == UP or (above and (fact.kind, fact.direction) != ("most", 0))
            if (fact.count < usual) if up else (fact.direction == DOWN and fact.count > usual):
                side = "fewer" if up else "more"
                yield f"{label}: {fact.count} of {fact.of} is {side} than the {usual:.1f} to be expected"


def unsupported_claims(row: Row) -> Iterator[str]:
    """What an answer says that is neither in its evidence nor in its question.

    Args:
        row: a row answered in prose.

    Yields:
        One sentence per unsupported figure, title or quotation.
    """
    answer = _PLACE.sub("", reference(row))
    question_text = _plain(texts_of(row).prompt)
    facts = [fact_of(one) for one in row["evidence"]]
    texts = [_plain(text) for fact in facts for text in (fact.value, fact.quote) if text]
    for quotation in _QUOTED.findall(answer):
        text = _plain(quotation).rstrip(".…")
        if (
            not any(one.startswith(text) or text == one for one in texts)
            and text not in question_text
        ):
            yield f'"{quotation}" stands neither in the evidence nor in the question'
    own_words = _THOUSANDS.sub("", _QUOTED.sub("", answer))
    amounts = [amounts_of(fact) for fact in facts]
    evidence_numbers = {number for text in texts for number in _NUMBER.findall(text)}
    numbers_by_sign = {
        "": evidence_numbers.union(*amounts),
        "%": evidence_numbers.union(*map(percents_of, facts)),
    }
    for number, sign in sorted(set(_FIGURE.findall(own_words))):
        if number not in numbers_by_sign[sign]:
            yield f"the number {number}{sign} does not stand in the evidence"
    for pair in _SHARE.findall(own_words):
        if numbers_by_sign[""].issuperset(pair) and not any(
            one.issuperset(pair) for one in amounts
        ):
            yield f"{pair[0]} of {pair[1]} are no figures of one fact"
    numbers = numbers_by_sign[""] | numbers_by_sign["%"]
    for group in _GROUP.findall(reference(row)):
        if not _speaks_of(group, row["source"], facts, numbers, texts):
            yield f"{group[:60]!r} speaks of nothing in the evidence"


def _speaks_of(
    group: str, source: str, facts: list[Fact], numbers: set[str], texts: list[str]
) -> bool:
    """Whether an entry of a list refers to a fact: by its value in some form, its quote or its
    figures."""
    if any(number in numbers for number in _NUMBER.findall(_THOUSANDS.sub("", group))):
        return True
    plain = _plain(group)
    if any(text in plain for text in texts):
        return True
    group_stems = f" {' '.join(stems(group))} "
    return any(
        f" {' '.join(form)} " in group_stems
        for fact in facts
        if fact.value
        for form in forms_of(source, name_of(fact)[0], fact.value)
        if form
    )


def _plain(text: str) -> str:
    return " ".join(text.replace('"', "'").split())
