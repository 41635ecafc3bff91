"""Which facts an answer in prose states, and which of them the row's evidence supports.

The truth is the row's `evidence`: each entry is a fact (`evidence/facts.py`) with a value and a
direction. A statement is the mention of a value that the lexicon of the row's source knows, in any of the
forms that `templates/lexicon/*.yaml` gives it, the longest one at each place; and a side, `for` or
`against`, by the first cue of its clause (`said_for` and `said_against` in the lexicon). What the
question shows (titles) and what the evidence merely cites (`own`, `shown`) may be named freely.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from itdr.builders.dataset.formats import texts_of
from itdr.builders.evidence.facts import DIRECTIONS, DOWN, SELDOM, UP, Fact, fact_of
from itdr.scoring.metrics.surface_forms import (
    Form,
    cues,
    demographic_values,
    forms_of,
    stems,
    title_forms,
)
from itdr.scoring.parsing.titles import END, words

Row = Mapping[str, Any]
Name = tuple[str, str]
"""What a fact is about: its kind of value, and the value, folded."""
Statement = tuple[Name, str]
"""What is stated, and on which side."""
FOR, AGAINST = "for", "against"
CITED = ("own", "shown", "overall")
"""Kinds of facts that support a statement, but need not be stated."""
LONGEST = 40_000
"""Characters of an answer that are read."""
_SIDES = {UP: (FOR,), DOWN: (AGAINST,), 0: (FOR, AGAINST)}
_YEAR = re.compile(r"(?<=\S)\s*\([12]\d{3}\)$")
_HEADING = re.compile(r"^[\s#*\-\d.]*([^:\n]{1,30}):[\s*]*")
# "Games by Fenbright, Inc. such as …" goes on.
_SENTENCE = re.compile(r"(?<=[.!?;])(?<!\binc\.)(?<!\bltd\.)(?<!\bco\.)(?<!\bcorp\.)\s+|\n+", re.I)


@dataclass(frozen=True)
class Grounds:
    """How far an answer is grounded. stated, supported: distinct statements; wanted, found: the facts
    of the evidence, and those of them that are stated; works, hits: the works among these facts."""

    stated: int
    supported: int
    wanted: int
    found: int
    works: int
    hits: int
    empty: bool

    @property
    def precision(self) -> float:
        """Supported statements among all; an answer without any has 1 where none was wanted."""
        if self.empty:
            return 0.0
        return self.supported / self.stated if self.stated else float(not self.wanted)

    @property
    def recall(self) -> float:
        """Facts that are stated among those wanted; 1 where none is."""
        if self.empty:
            return 0.0
        return self.found / self.wanted if self.wanted else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of both."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    @property
    def named_works(self) -> float:
        """Works of the evidence that the answer names, among all of them; 1 where there is none."""
        if self.empty:
            return 0.0
        return self.hits / self.works if self.works else 1.0


@dataclass
class FactSpellings:
    """What can be stated, by source: a trie of stemmed words whose ends hold the names of facts.

    Attributes:
        templates: the user's own folder of them, whose words the answers use.
    """

    tries: dict[str, dict[str, Any]] = field(default_factory=dict)
    templates: Path | None = None
    _known: set[tuple[str, str, str]] = field(default_factory=set)
    _titles: dict[tuple[str, Form], set[Name]] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Iterable[Row], templates: Path | None = None) -> FactSpellings:
        """All that the evidence of these rows names, the titles that they show, and the groups of people
        (by gender and age) for which there are words."""
        spellings = cls(templates=templates)
        for row in rows:
            spellings.see(row)
        return spellings

    def see(self, row: Row) -> None:
        """Add the spellings of everything that one row holds.

        Args:
            row: a row of any subtask.
        """
        source = row["source"]
        if source not in self.tries:
            self.tries[source] = {}
            for about, value in demographic_values(source, self.templates):
                self.add(source, about, value)
            self._put(source, None, forms_of(source, "nothing", "", self.templates))
        for fact in _facts_of(row):
            self.add(source, name_of(fact)[0], fact.value)
            if fact.kind == "aspect" and fact.quote:
                self._put(source, name_of(fact), {tuple(stems(fact.quote))})
        for title in _titles(row):
            self.add(source, "work", title)

    def add(self, source: str, about: str, value: str) -> None:
        """Add the spellings of a value.

        Args:
            source: id of the source.
            about: what the value is, such as category, creator, tag or work.
            value: the value as the source has it.
        """
        if (source, about, value) in self._known:
            return
        self._known.add((source, about, value))
        if about in ("work", "title"):
            forms = title_forms(value)
            for form in {tuple(stems(text)) for text in (value, _YEAR.sub("", value))}:
                self._titles.setdefault((source, form), set()).add(_name(about, value))
        else:
            forms = forms_of(source, about, value, self.templates)
        self._put(source, _name(about, value), forms)

    def _put(self, source: str, name: Name | None, forms: Iterable[Form]) -> None:
        # Without a name these words state nothing, even if shorter spellings inside them would.
        trie = self.tries.setdefault(source, {})
        for form in forms:
            node = trie
            for word in form:
                node = node.setdefault(word, {})
            if node is not trie:
                node.setdefault(END, set()).update([name] if name else ())

    def mentions(self, source: str, text: str) -> Iterator[tuple[frozenset[Name], str]]:
        """What a text names, each with the side (like or dislike) of its clause.

        Args:
            source: id of the source whose words are looked for.
            text: an answer in prose.

        Yields:
            All that one spelling may mean, and the side.
        """
        plain, quoted = _without_quotes(text[:LONGEST])
        for clause, side in _clauses(plain, cues(source, self.templates)):
            for piece in _QUOTE.split(clause):
                if piece.startswith(_MARK):
                    names = self._quoted(source, quoted[int(piece.strip(_MARK))])
                else:
                    names = self._named(source, stems(piece))
                yield from ((one, side) for one in names)

    def _quoted(self, source: str, quote: str) -> Iterator[frozenset[Name]]:
        """What a quotation names: as a whole, where it is a title, however short."""
        quote_stems = stems(quote)
        titles = self._titles.get((source, tuple(quote_stems)))
        name_sets = list(self._named(source, quote_stems))
        if titles:
            # A series may have the name of its first work.
            yield frozenset(titles).union(*name_sets[:1] if len(name_sets) == 1 else ())
        else:
            yield from name_sets

    def _named(self, source: str, text_stems: list[str]) -> Iterator[frozenset[Name]]:
        """What these words name, the longest spelling at each place."""
        trie = self.tries.get(source, {})
        place = 0
        while place < len(text_stems):
            node: Any = trie
            stop, names = 0, frozenset[Name]()
            for ahead in range(place, len(text_stems)):
                node = node.get(text_stems[ahead])
                if node is None:
                    break
                if END in node:
                    stop, names = ahead + 1, frozenset(node[END])
            if names:
                yield names
            place = stop or place + 1


_MARK = "\ufffc"
_QUOTE = re.compile(f"({_MARK}\\d+{_MARK})")
_QUOTED = re.compile(r"[\"\u201c]([^\"\u201c\u201d\n]{1,200})[\"\u201d]")


def _without_quotes(text: str) -> tuple[str, list[str]]:
    """The text with a mark in place of each quotation, whose words are not part of the sentence;
    and the quotations."""
    quoted: list[str] = []

    def mark(match: re.Match[str]) -> str:
        quoted.append(match[1])
        return f"{_MARK}{len(quoted) - 1}{_MARK}"

    return _QUOTED.sub(mark, text.replace(_MARK, " ")), quoted


def _clauses(text: str, cue: Mapping[str, re.Pattern[str]]) -> Iterator[tuple[str, str]]:
    """The clauses of a text, each with its side: that of its first cue. A heading, as "Not for:", lends
    its side to the rest of its line, or to the lines below it up to an empty one."""
    below: str | None = None
    for line in text.split("\n"):
        if not line.strip():
            below = None
            continue
        head = _HEADING.match(line)
        head_side = _side(head[1], cue, "") if head else ""
        if head and head_side and not line[head.end() :].strip():
            below = head_side
            continue
        for sentence in _SENTENCE.split(line):
            for clause in cue["turn"].split(sentence):
                yield clause, below or head_side or _side(clause, cue, FOR)


def _side(clause: str, cue: Mapping[str, re.Pattern[str]], default: str) -> str:
    matches = {side: cue[side].search(clause) for side in (FOR, AGAINST)}
    starts = {side: match.start() for side, match in matches.items() if match}
    return min(starts, key=lambda side: starts[side]) if starts else default


def grounds(row: Row, text: Any, lexicon: FactSpellings) -> Grounds:
    """How far an answer in prose is grounded in its row.

    Args:
        row: the row.
        text: the prediction; anything but a string counts as empty.
        lexicon: spellings of facts and works.

    Returns:
        Counts of stated, supported and wanted facts.
    """
    text = text if isinstance(text, str) else ""
    support = _held(row)
    free = {_name("work", title) for title in _titles(row)}
    stated: set[Statement] = set()
    for names, side in lexicon.mentions(row["source"], text):
        # Where a spelling is ambiguous, the row decides.
        own = sorted(name for name in names if (name, side) in support)
        if own:
            stated |= {(name, side) for name in own}
        elif not names & free:
            stated.add((min(names), side))
    reference_facts = {fact for fact in _facts_of(row) if fact.kind not in CITED}
    topics = {(name_of(fact), side) for fact in reference_facts for side in _sides(fact)}
    topic_names = {name for name, _ in topics}
    matches = {name for name, side in stated & topics}
    works = {name for name in topic_names if name[0] == "work"}
    return Grounds(
        stated=len({one for one in stated if one[0] not in free or one in topics}),
        supported=len({one for one in stated & support if one[0] not in free or one in topics}),
        wanted=len(topic_names),
        found=len(matches),
        works=len(works),
        hits=len(works & matches),
        empty=not words(text[:LONGEST]),
    )


def reference(row: Row) -> str:
    """The row's own answer, in whichever format the row is."""
    return texts_of(row).answer


def _facts_of(row: Row) -> list[Fact]:
    """The facts of the row's evidence."""
    return [fact_of(entry) for entry in row["evidence"]]


def name_of(fact: Fact) -> Name:
    """What a fact is about, whatever it states; for a fact without a value, its direction."""
    # People of one taste are told by works; the first stands for them.
    about = "work" if fact.about == "community" else fact.about.removeprefix(SELDOM)
    way = "" if fact.value or not fact.direction else f"_{DIRECTIONS[fact.direction]}"
    return _name(about + way, fact.value)


@functools.lru_cache(maxsize=1 << 16)
def _name(about: str, value: str) -> Name:
    # A tag named like a category is that category.
    return "category" if about == "tag" else about, " ".join(words(value))


def _held(row: Row) -> set[Statement]:
    """What the row supports. A kind that disappointed in the question may be said to, as the reason for a
    warning against a work, if the row makes no statement of its own about it."""
    statements: set[Statement] = set()
    disappointments: set[Name] = set()
    for fact in _facts_of(row):
        # What is shown has a base only where the answer states it for its own sake.
        if fact.kind not in ("shown", "overall") or (fact.kind == "shown" and fact.base):
            statements |= {(name_of(fact), side) for side in _sides(fact)}
        elif fact.kind == "shown" and fact.direction == DOWN and fact.count:
            disappointments.add(name_of(fact))
    return statements | {
        (name, AGAINST) for name in disappointments - {name for name, _ in statements}
    }


def _sides(fact: Fact) -> tuple[str, ...]:
    """The sides on which a fact may be stated; cited facts, habits, people who hardly like a trait, and works that tell
    the taste of people may be stated on either."""
    work_share = fact.kind == "share" and fact.about == "work"
    if work_share or fact.kind in (*CITED, "habit") or fact.about.startswith(SELDOM):
        return FOR, AGAINST
    return _SIDES[fact.direction]


def _titles(row: Row) -> list[str]:
    return [one["title"] for one in row["history"] if one["title"]]
