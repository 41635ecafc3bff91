"""Composed answers, regenerated: the statements that a row's evidence supports are rendered with
the declared wordings, and the answer must match them exactly.

The answer reveals which statements were chosen and in which order; the evidence holds the facts of each
in the same order. So an answer is parsed from left to right: each next sentence must be what one of the
plan's statements says about the next facts. Anything swapped, added, negated or left out makes
the parse fail.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from itdr.builders.core.rng import HashRng
from itdr.builders.dataset import registry
from itdr.builders.evidence.facts import Fact, fact_of
from itdr.builders.rendering import templates
from itdr.builders.rendering.answer_files import Section, StatementForm
from itdr.builders.rendering.realiser import Realiser, Statement, capital, load_realiser

Row = Mapping[str, Any]
ROUNDED = (1.0, 1 + 1e-6, 1 - 1e-6)
"""Rows store the base in single precision, so the answer may have been rounded from a neighbouring value."""
LAYOUT = 12
"""The most characters allowed between two sentences besides a section's lead (a number, a line break)."""
MOST_STEPS = 50_000
"""Attempts after which an answer counts as read."""
SHOWN = 60
TITLES = ("work", "title")
"""Kinds of values that are titles."""


class Reading(NamedTuple):
    """What an answer was read as. wrong: why it could not be read, or ""."""

    statements: tuple[Statement, ...]
    wrong: str = ""


@functools.lru_cache(maxsize=64)
def realiser_of(task: str, source: str, folder: Path | None, language: str) -> Realiser:
    """The realiser of a subtask's answers about one source.

    Args:
        task: id of the subtask.
        source: id of the source.
        folder: the user's own templates; None without any.
        language: the language of the words.

    Returns:
        The realiser, read once.
    """
    declared = registry.source(source)
    words = templates.words_of(declared, folder, language)
    return load_realiser(task, declared.words, words, folder)


def read(row: Row, answer: str, folder: Path | None, language: str = "en") -> Reading:
    """Read an answer as statements about the row's evidence.

    Args:
        row: a row whose answer is composed of statements.
        answer: the answer.
        folder: the user's own templates; None without any.
        language: the language of the words.

    Returns:
        The statements; or what is wrong.
    """
    realiser = realiser_of(row["task"], row["source"], folder, language)
    facts = [fact_of(one) for one in row["evidence"]]
    return _Reader(_naming(realiser, facts, answer), facts, answer).read()


def _naming(realiser: Realiser, facts: Sequence[Fact], answer: str) -> Realiser:
    """The realiser that keeps the year of those titles with which the answer gives it, as others bear the same."""
    dated = frozenset(
        fact.value
        for fact in facts
        if fact.about in TITLES and fact.value.endswith(")") and f'"{fact.value}"' in answer
    )
    if not dated:
        return realiser
    lexicon = dataclasses.replace(realiser.lexicon, namesakes=dated, _said={})
    return dataclasses.replace(realiser, lexicon=lexicon)


class _State(NamedTuple):
    """Where a reading stands: section and slot of the last statement, facts used, place in the text."""

    section: int
    slot: int
    used: int
    place: int


class _Reader:
    def __init__(self, realiser: Realiser, facts: Sequence[Fact], answer: str) -> None:
        self.realiser = realiser
        self.facts = facts
        self.answer = answer
        self.farthest = _State(0, -1, 0, 0)
        self.steps = 0
        self.in_counts = realiser.counts_throughout(facts)

    def read(self) -> Reading:
        statements = self._from(_State(0, -1, 0, 0), ())
        if statements is not None or self.steps > MOST_STEPS:
            return Reading(statements or ())
        at = self.farthest
        rest = self.answer[at.place :].strip()
        if rest:
            return Reading((), f"the evidence does not make it say {rest[:SHOWN]!r}")
        if at.used < len(self.facts):
            fact = self.facts[at.used]
            return Reading((), f"it says nothing of the fact {fact.name} {fact.value!r}".rstrip())
        return Reading((), "its sentences are not laid out as the plan has it")

    def _from(self, at: _State, before: tuple[Statement, ...]) -> tuple[Statement, ...] | None:
        self.steps += 1
        if (at.place, at.used) > (self.farthest.place, self.farthest.used):
            self.farthest = at
        if at.used == len(self.facts) and not self.answer[at.place :].strip():
            text = self.realiser.write(before, HashRng(0)).text
            return before if text == self.answer else None
        for state, statement in self._following(at):
            statements = self._from(state, (*before, statement))
            if statements is not None or self.steps > MOST_STEPS:
                return statements
        return None

    def _following(self, at: _State) -> Iterator[tuple[_State, Statement]]:
        """Every statement with which the text can continue."""
        plan = self.realiser.form.plan
        for number in range(at.section, len(plan)):
            section = plan[number]
            start = at.slot + 1 if number == at.section else 0
            slots = (*section.slots, *section.spare)
            for slot in range(start, len(slots)):
                for name in slots[slot]:
                    form = self.realiser.form.statements[name]
                    if form.when.domains and self.realiser.domain not in form.when.domains:
                        continue
                    for facts, used in self._facts_for(form, at.used):
                        match = self._said(section, form, facts, at.place)
                        if match is not None:
                            place, statement = match
                            yield _State(number, slot, used, place), statement

    def _facts_for(self, form: StatementForm, used: int) -> Iterator[tuple[tuple[Fact, ...], int]]:
        """The facts the statement can be about, and how many are used up then: the next ones, leading
        ones first, then details. What is shown of a taste may be cited again, but stands in the
        evidence once."""
        if form.when.without_facts:
            yield (), used
            return
        again = [one for one in self.facts[:used] if one.kind == "shown"]
        rest_facts = self.facts[used : used + form.most + form.details]
        for leading in range(1, min(form.most, len(rest_facts)) + 1):
            if not form.when.holds(rest_facts[leading - 1]):
                return
            if leading >= form.least:
                for details in range(form.details_least, form.details + 1):
                    next_facts = tuple(rest_facts[: leading + details])
                    if len(next_facts) == leading + details:
                        yield next_facts, used + len(next_facts)
                    if details and len(next_facts) >= leading + details - 1:
                        first, rest = (
                            next_facts[:leading],
                            next_facts[leading : leading + details - 1],
                        )
                        for one in again:
                            yield (*first, one, *rest), used + len(first) + len(rest)

    def _said(
        self, section: Section, form: StatementForm, facts: tuple[Fact, ...], place: int
    ) -> tuple[int, Statement] | None:
        """The end of the statement in the text, if it stands next there."""
        reach = place + LAYOUT + len(section.lead) + len(self.realiser.form.between)
        for factor in ROUNDED:
            near = tuple(dataclasses.replace(one, base=one.base * factor) for one in facts)
            statement = Statement(form, section.id, near)
            sentence = self._sentence(statement)
            for text in dict.fromkeys((sentence, capital(sentence))):
                start = self.answer.find(text, place, reach + len(text))
                if text and start >= 0:
                    said_all = self._says_the_last(statement, sentence)
                    return (start + len(text), statement) if said_all else None
        return None

    def _says_the_last(self, statement: Statement, sentence: str) -> bool:
        """Whether the sentence would differ without the last detail. A count of what is shown may go
        unsaid."""
        facts = statement.facts
        if len(facts) <= max(statement.form.least, 1) or facts[-1].kind == "shown":
            return True
        return self._sentence(dataclasses.replace(statement, facts=facts[:-1])) != sentence

    def _sentence(self, statement: Statement) -> str:
        return self.realiser.sentence(statement, in_counts=self.in_counts)
