"""Facts into words: facts → statements → plan → text, for every subtask whose answer is prose.

1. The evidence gives `Fact`s, the strongest first (`evidence/facts.py`).
2. `plan_statements` walks the plan of the subtask's answer file (`templates/answers/<task>.yaml`): each
   slot takes the first of its statements that has facts of which nothing was said yet.
3. `write` puts the chosen statements into words: one of at most three wordings each, with the forms that
   the domain's lexicon (`templates/lexicon/*.yaml`) has for the values, in the section's layout.
4. The `ComposedAnswer` holds text and statements; `evidence` lists the facts of the statements and nothing else,
   so the text, the row's evidence and the scorer's truth are one.

A new statement is an entry of the answer file; a new kind of fact is an entry of `facts.FACT_KINDS` and the
code that counts it. No English stands in Python.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from itdr.builders.core.rng import HashRng, stable_hash
from itdr.builders.evidence.facts import (
    MIN_RATIO_OF_ABOVE,
    Fact,
    exact,
    expected_number,
    is_above,
    is_taste_sized,
    is_unwanted,
)
from itdr.builders.rendering import answer_files, jinja
from itdr.builders.rendering.answer_files import AnswerForm, Section, StatementForm, When
from itdr.builders.rendering.figures import figures, is_small, plain_numbers
from itdr.builders.rendering.lexicon_files import Lexicon, load_lexicon
from itdr.builders.sampling.case import Evidence

MAX_RATIO_OF_RARER = Fraction(3, 4)
"""A share is clearly smaller than another one if it is so many times as large, at most."""
SHARE_OF_MOST = Fraction(3, 5)
"""The share that is called most."""
MISSES, SCARCE = Fraction(3, 2), 2
"""What has so many times as large a share of the dislikes as of the likes misses more often than it hits; a share is scarce
beside one that is so many times as large."""
_WORD = re.compile(r"[a-z_]\w*")
_FIRST_LETTER = re.compile(r"\s*[a-z]")


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of an answer. form: how it may be put.   section: where it stands.   facts: what it
    says, the leading ones first."""

    form: StatementForm
    section: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class ComposedAnswer:
    """An answer: its text, and the statements that it makes."""

    text: str
    statements: tuple[Statement, ...]

    @property
    def facts(self) -> list[Fact]:
        """Every fact that is said, once, in order."""
        return list(dict.fromkeys(fact for one in self.statements for fact in one.facts))

    @property
    def evidence(self) -> list[Evidence]:
        """The row's evidence."""
        return [fact.evidence() for fact in self.facts]


class _FactsByKind:
    """Facts in their order; most statements are about one kind, and there are many statements."""

    def __init__(self, facts: Sequence[Fact]) -> None:
        self._all = facts
        self._of_kind: dict[str, list[Fact]] = {}
        for fact in facts:
            self._of_kind.setdefault(fact.kind, []).append(fact)

    def has(self, when: When) -> bool:
        """Whether there are facts of the kinds that a statement asks for, if it does."""
        return not when.kinds or not when.kinds.isdisjoint(self._of_kind)

    def fitting(self, when: When) -> list[Fact]:
        """The facts that a statement can be made of; see `has`."""
        facts = self._all
        if len(when.kinds) == 1:
            facts = self._of_kind[next(iter(when.kinds))]
        return [fact for fact in facts if when.holds(fact)]


@dataclass(frozen=True)
class Realiser:
    """Writes the answers of one subtask in one domain."""

    form: AnswerForm
    lexicon: Lexicon
    domain: str
    _bound: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def answer(
        self, facts: Sequence[Fact], rng: HashRng, flags: Collection[str] = frozenset()
    ) -> ComposedAnswer:
        """Compose an answer from these facts, following the plan.

        Args:
            facts: all that may be said, the strongest first.
            rng: chooses among the wordings.
            flags: flags of the case, which statements may ask for.

        Returns:
            The answer; without statements, an empty text.
        """
        return self.write(self.plan_statements(facts, flags), rng)

    def plan_statements(
        self, facts: Sequence[Fact], flags: Collection[str] = frozenset()
    ) -> list[Statement]:
        """The statements that the plan makes of these facts; see `answer`.

        Args:
            facts: the facts, the most important first.
            flags: flags of the case, which statements may ask for.

        Returns:
            Statements in the order of the plan.
        """
        stated_topics: set[tuple[str, str]] = set()
        statements: list[Statement] = []
        at_hand = _FactsByKind(facts)
        for section in self.form.plan:
            if not answer_files.holding(section.flags, flags):
                continue
            here: list[Statement] = []
            for place, slot in enumerate((*section.slots, *section.spare)):
                if len(here) == section.most:
                    break
                if place >= len(section.slots) and len(here) >= section.enough:
                    break
                statement = self._first(section, slot, at_hand, flags, stated_topics)
                if statement is not None:
                    here.append(statement)
                    stated_topics.update(
                        topic for fact in statement.facts for topic in _topics(fact)
                    )
            if len(here) >= section.least:
                statements += here
        return statements

    def _first(
        self,
        section: Section,
        slot: Sequence[str],
        facts: _FactsByKind,
        flags: Collection[str],
        stated_topics: set[tuple[str, str]],
    ) -> Statement | None:
        """The first statement of a slot that can be made."""
        for name in slot:
            form = self.form.statements[name]
            # Most statements are about what nothing is known of.
            if not facts.has(form.when) or not form.when.serves(self.domain, flags):
                continue
            if form.when.without_facts:
                return Statement(form, section.id, ())
            own_facts = self._gather(form, facts.fitting(form.when), stated_topics)
            if own_facts:
                return Statement(form, section.id, own_facts)
        return None

    def _gather(
        self, form: StatementForm, facts: Sequence[Fact], stated_topics: set[tuple[str, str]]
    ) -> tuple[Fact, ...]:
        """The facts of a statement: so many leading ones of `facts`, and details of the first."""
        leading: list[Fact] = []
        details: list[Fact] = []
        for fact in facts:
            if len(leading) == form.most:
                break
            if fact.topic in stated_topics or any(fact.topic == one.topic for one in leading):
                continue
            if form.details and not leading:
                # What was counted of a taste may be said with other things of that taste, too.
                details = [
                    one
                    for one in fact.details
                    if one.kind == "shown" or one.topic not in stated_topics
                ][: form.details]
                if len(details) < form.details_least:
                    details = []
                    continue
            leading.append(fact)
        return (*leading, *details) if len(leading) >= max(form.least, 1) else ()

    def table(self, facts: Sequence[Fact], rng: HashRng) -> list[str]:
        """One line for each fact that a statement fits, without a plan.

        Args:
            facts: the facts, in the order of the lines; of equal lines the first is given.
            rng: draws the wordings.

        Returns:
            The lines.
        """
        lines: dict[str, None] = {}
        for fact in facts:
            fits = (one for one in self.form.statements.values() if one.when.holds(fact))
            form = next((one for one in fits if one.when.serves(self.domain, ())), None)
            if form is not None:
                statement = Statement(form, "", (fact, *fact.details[: form.details]))
                lines[capital(self.sentence(statement))] = None
        return list(lines)

    def write(self, statements: Sequence[Statement], rng: HashRng) -> ComposedAnswer:
        """Put statements into words, in the layout of their sections.

        Args:
            statements: as `plan_statements` returns them.
            rng: draws the wordings.

        Returns:
            The text, with the statements made.
        """
        texts = []
        in_counts = self.counts_throughout(fact for one in statements for fact in one.facts)
        for section in self.form.plan:
            here = [one for one in statements if one.section == section.id]
            if here:
                lines = [self.sentence(one, in_counts=in_counts) for one in here]
                texts.append(_laid_out(section, lines))
        return ComposedAnswer(self.form.between.join(texts), tuple(statements))

    def counts_throughout(self, facts: Iterable[Fact]) -> bool:
        """Whether an answer of one unit gives counts.

        Args:
            facts: all that the answer says.

        Returns:
            True where some number of works is too small for a percentage.
        """
        return self.form.one_unit and any(
            is_small(fact)
            for fact in facts
            if fact.count and fact.kind not in ("also_liked", "aspect", "own", "shown")
        )

    def sentence(self, statement: Statement, *, in_counts: bool = False) -> str:
        """One statement in words, before it is laid out; the same each time.

        Args:
            statement: what to say.
            in_counts: whether counts stand for rates.

        Returns:
            The sentence or sentences.
        """
        # One thing is always said in one way: answers differ by what they say.
        wordings = statement.form.wordings
        subject = "/".join(statement.facts[0].topic) if statement.facts else ""
        if self.form.by_figures and statement.facts:
            subject += f"/{statement.facts[0].count}/{statement.facts[0].of}"
        text, _ = wordings[stable_hash(statement.form.id, subject) % len(wordings)]
        key = f"{statement.form.id}/{text}"
        binding = self._bound.get(key)
        if binding is None:
            words = frozenset(_WORD.findall(text))
            empty = self._empty_context(statement.form)
            # A wording uses some tens of some hundred names.
            blank = {name: value for name, value in empty.items() if name in text}
            binding = self._bound[key] = (jinja.bind(text, {}), words, blank)
        bind, words, blank = binding
        sentence = bind(self._context(statement, words, blank, in_counts))
        return _one_stop(" ".join(sentence.split()))

    def _context(
        self,
        statement: Statement,
        used: frozenset[str],
        blank: Mapping[str, object],
        in_counts: bool,
    ) -> Mapping[str, object]:
        """What a wording that uses these words may say of a statement. blank: what they say of no fact."""
        lexicon, first = self.lexicon, statement.facts[:1]
        context = dict(blank)
        every = [lexicon.forms_of(fact.about, fact.value) for fact in statement.facts]
        for place, (fact, forms) in enumerate(zip(statement.facts, every, strict=True), 1):
            end = f"_{place}" if place > 1 else ""
            names = _that_end(used, end)
            if place == 1 or names:
                texts = {**forms, **figures(fact, lexicon, names, in_counts=in_counts)}
                # Most wordings ask for none of these.
                for name in _HELD.keys() & names:
                    texts[name] = name * _HELD[name](fact, first[0])
                if end:
                    texts = {f"{name}{end}": texts[name] for name in names if name in texts}
                context |= texts
        things = [
            forms.get("thing", fact.value)
            for fact, forms in zip(statement.facts, every, strict=True)
        ]
        pairs = list(zip(things, statement.facts, strict=True))
        if not used.isdisjoint(_LISTS):
            lists = {"all": things, "others": things[1:]}
            lists["works"] = [thing for thing, fact in pairs if fact.about == "work"]
            for name, about in (("titles", "work"), ("failed", "title")):
                own = ("own", about)
                lists[name] = [thing for thing, fact in pairs if (fact.kind, fact.about) == own]
            for name, values in lists.items():
                context[f"{name}_and"] = self._listed(values, lexicon.phrases["and"])
            for name in ("all", "others"):
                context[f"{name}_or"] = self._listed(lists[name], lexicon.phrases.get("or", ""))
        context["number"] = str(len(things))
        context["others_number"] = str(max(len(things) - 1, 0))
        return context

    def _empty_context(self, form: StatementForm) -> dict[str, object]:
        """The domain's words, and nothing of any fact."""
        key = f"context of {form.id}"
        context = self._bound.get(key)
        if context is None:
            context = dict.fromkeys(_names(form, self.lexicon), "")
            context |= {**self.lexicon.words, **self.lexicon.phrases}
            self._bound[key] = context
        return context

    def _listed(self, values: Sequence[str], last: str) -> str:
        """Values as one would list them."""
        if len(values) < 2:
            return "".join(values)
        comma = self.lexicon.phrases["comma"]
        return f"{f'{comma} '.join(values[:-1])} {last} {values[-1]}"


def _is_commoner(fact: Fact, than: Fact) -> bool:
    """Whether a share is clearly greater than another one."""
    part, whole = MIN_RATIO_OF_ABOVE.as_integer_ratio()
    return fact.count * than.of * whole > part * than.count * fact.of


def _is_rarer(fact: Fact, than: Fact) -> bool:
    """Whether a share is clearly smaller than another one."""
    part, whole = MAX_RATIO_OF_RARER.as_integer_ratio()
    return fact.count * than.of * whole <= part * than.count * fact.of


def _is_scarce(fact: Fact, beside: Fact) -> bool:
    """Whether a share is far smaller than another one, and no greater than would be expected of that."""
    usual = exact(expected_number(beside))
    few = SCARCE * fact.count * beside.of <= beside.count * fact.of
    return few and (not usual or fact.count * beside.of <= usual * fact.of)


_HELD: dict[str, Callable[[Fact, Fact], bool]] = {
    "rarer": _is_rarer,
    "commoner": _is_commoner,
    "above": lambda fact, first: is_above(fact),
    "clear": lambda fact, first: is_taste_sized(fact),
    "paired": lambda fact, first: fact.about == "blend",
    "dated": lambda fact, first: fact.about == "decade",
    "most_of_all": lambda fact, first: fact.count >= SHARE_OF_MOST * fact.of,
    "unwanted": is_unwanted,
    "scarce": lambda fact, first: _is_scarce(fact, first),
    "far_rarer": lambda fact, first: SCARCE * fact.count * first.of <= first.count * fact.of,
    "outnumbers": lambda fact, first: fact.count > first.count,
    "rarely_fails": lambda fact, first: 3 * fact.count <= first.count,
    "misses": lambda fact, first: MISSES * first.count * fact.of <= fact.count * first.of,
}
"""What a wording may ask of a fact, and of the first one of its statement."""
_LISTS = frozenset(
    {"all_and", "all_or", "others_and", "others_or", "works_and", "titles_and", "failed_and"}
)


@functools.lru_cache(maxsize=4096)
def _that_end(used: frozenset[str], end: str) -> frozenset[str]:
    """The words with this end, without it."""
    return frozenset(one.removesuffix(end) for one in used if one.endswith(end)) if end else used


def numbers_of(fact: Fact) -> set[str]:
    """Every number that a statement may say of a fact, without commas between thousands."""
    return amounts_of(fact) | percents_of(fact)


def amounts_of(fact: Fact) -> set[str]:
    """The numbers of `numbers_of` that are not percentages."""
    return _sayable(value for name, value in plain_numbers(fact).items() if "percent" not in name)


def percents_of(fact: Fact) -> set[str]:
    """Of `numbers_of` the percentages."""
    return _sayable(value for name, value in plain_numbers(fact).items() if "percent" in name)


def _sayable(numbers: Iterable[str]) -> set[str]:
    digits = {number.replace(",", "") for number in numbers} - {""}
    # A percentage that rounds to 0 is given as "below 1".
    return digits | {"1"} if "0" in digits else digits


def _topics(fact: Fact) -> Iterator[tuple[str, str]]:
    """What is said with a fact: a count of what is shown
    says nothing of its own."""
    if fact.kind != "shown":
        yield fact.topic


def _names(form: StatementForm, lexicon: Lexicon) -> Iterator[str]:
    """The placeholders of a wording that may turn out to be empty."""
    forms = {name for names in lexicon.forms.values() for name in names} | {"value"}
    for place in range(1, form.facts + 1):
        end = f"_{place}" if place > 1 else ""
        yield from (f"{name}{end}" for name in (*answer_files.FIGURES, *forms))


def _laid_out(section: Section, lines: Sequence[str]) -> str:
    """The lines of a section under its lead; a single one goes on where the lead ends, without a number."""
    if section.lead and len(lines) == 1:
        return f"{section.lead_of_one or section.lead} {lines[0]}"
    lines = [capital(line) for line in lines]
    if section.layout == "numbered" and len(lines) > 1:
        text = "\n".join(f"{place}. {line}" for place, line in enumerate(lines, 1))
    elif section.layout == "dashes":
        text = "\n".join(f"- {line}" for line in lines)
    else:
        text = " ".join(lines)
    return f"{section.lead}\n{text}" if section.lead else text


def capital(text: str) -> str:
    """The text with its first letter in upper case, if it begins with a letter."""
    return text[0].upper() + text[1:] if _FIRST_LETTER.match(text) else text


_TWO_STOPS = re.compile(r'(?<!\.)\.\.(?!\.)|(?<=[!?…])\.(?=[\s"]|$)')


def _one_stop(text: str) -> str:
    """Collapse double full stops where a name or quotation ends with its own."""
    if not any(stops in text for stops in ("..", "!.", "?.", "….")):
        return text
    return _TWO_STOPS.sub(lambda match: "." if match[0] == ".." else "", text)


def load_realiser(
    task: str, domain: str, words: Mapping[str, str], folder: Path | None = None
) -> Realiser:
    """The realiser of a subtask in a domain, its files checked.

    Args:
        task: the answer file, as `target_user_identification`.
        domain: the entry of `domains.yaml`.
        words: the words of that entry.
        folder: a user's own folder of templates; None without one.

    Returns:
        A realiser; keep it, since its files are read only once.

    Raises:
        TemplateError: with file and line, for a file that breaks the rules.
    """
    form = answer_files.load_answer(task, folder)
    lexicon = load_lexicon(domain, words, folder)
    answer_files.check(form, lexicon, domain)
    return Realiser(form, lexicon, domain)
