"""Groundedness: which of the statements in an answer the row's evidence supports.

A statement is the mention of a category, a maker, a title, an attribute or a group that the lexicon of
the row's source knows, in any of its spellings, the longest one at each place; and a side: `for`, or
`against` where the words around it say so. It is supported where the row holds it: among the evidence,
the titles shown, or what the row's own answer says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from itdr.scoring.metrics.surface_forms import demographic_forms, fact_forms, stems, title_forms
from itdr.scoring.parsing.titles import END, words

Row = Mapping[str, Any]
Statement = tuple[str, str]
"""A fact's name and the side on which it is stated."""
FOR, AGAINST = "for", "against"
BOTH = (FOR, AGAINST)
LONGEST = 40_000
"""Characters of an answer that are looked at."""

_PIECES = re.compile(
    r"[.;!?\n]+|,?\s(?=(?:but|while|whereas|although|though|however|rather than|instead of|unlike|"
    r"as opposed to|except)\b)|\s(?=on the other hand\b)|\(|\)|"
    r",?\s(?=(?:and|who|or|that|which)\s(?:\w{1,20}\s)?(?:avoid|dislik|not|never|rarely|seldom|don|does))|"
    r",\s(?=(?:\w{1,20}\s)?(?:avoid|dislik|not|never|rarely|seldom))",
    re.I,
)
"""Where one statement ends: what says `against` in one piece says nothing of the next."""
_AGAINST = re.compile(
    r"\b(?:avoid\w*|dislik\w*|not|never|no|hardly|rarely|seldom|less|little|low|cold|flat|aversion|"
    r"disappoint\w*|lack|lacks|against|skip\w*|warn\w*|steer|critical|pickier|harder|risk|gamble|"
    r"patience|early|drop\w*|least|worse|worst|poor|poorly|unlikely|unsuited|unsuitable|fewer|scarce\w*|"
    r"under-represented|disapprov\w*|pass|leave it|aside|now and then|few of|cautious|hesitate|hesitant|put off|marked down|"
    r"better off|think twice|\w+n't|\w+n\u2019t)\b",
    re.I,
)
_NOT_FOR = re.compile(
    r"(?im)^\W*(?:not (?:for|suited|recommended)|(?:whom? (?:should|to) )?avoid)\b"
)
"""The line from which on an answer speaks of those whom an item does not suit."""
_SKIPPED = frozenset({"count", "claims", "likers", "dislikers"})
_AGAINST_NAMES = ("disliked", "left", "avoid", "warning", "shown_disliked", "shown_left")
_CLAIMS = ("liked", "kept", "disliked", "left", "mixed", "group", "avoid", "comment", "warning")
_NAMED = ("title", "category", "creator", "hashtag", "tag", "decade", "age", "gender", "country",
          "aspect", "audience", "origin")  # fmt: skip
"""What a fact can be about so that an answer names its value."""
_BOTH_NAMES = ("mixed", "attribute", "tag", "shown", "most")


@dataclass(frozen=True)
class Grounds:
    """How far an answer is grounded. stated, supported: distinct statements; wanted, found: the facts
    that an answer to the row should state, and those of them that this one states; works, named: the
    works in the row's evidence, and those of them that the answer names."""

    stated: int
    supported: int
    wanted: int
    found: int
    empty: bool
    works: int = 0
    named: int = 0

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


@dataclass
class Lexicon:
    """What can be stated, by source: a trie of stemmed words whose ends hold a fact's name.

    templates: the user's own folder of them, whose words the answers use.
    """

    tries: dict[str, dict] = field(default_factory=dict)
    templates: Path | None = None
    _known: set[tuple[str, str, str]] = field(default_factory=set)

    @classmethod
    def of(cls, rows: Iterable[Row], templates: Path | None = None) -> Lexicon:
        """All that the evidence of these rows names, the titles that they show, and the groups of
        people (by gender and age) for which there are words."""
        made = cls(templates=templates)
        for row in rows:
            made.see(row)
        return made

    def see(self, row: Row) -> None:
        """Make what one row holds known."""
        source = row["source"]
        if source not in self.tries:
            self.tries[source] = {}
            for kind, value, forms in demographic_forms(source, self.templates):
                self._put(source, fact_name(kind, value), forms)
        for kind, value in facts_of(row):
            self.add(source, kind, value)
        for title in _titles(row):
            self.add(source, "title", title)

    def add(self, source: str, kind: str, value: str) -> None:
        """Make a value known: a category, creator, tag, title, gender, …"""
        if (source, kind, value) in self._known:
            return
        self._known.add((source, kind, value))
        if kind == "title":
            forms = title_forms(value)
        else:
            forms = fact_forms(source, kind, value, self.templates)
        self._put(source, fact_name(kind, value), forms)

    def _put(self, source: str, name: str, forms: Iterable[tuple[str, ...]]) -> None:
        trie = self.tries.setdefault(source, {})
        for form in forms:
            node = trie
            for word in form:
                node = node.setdefault(word, {})
            # Of two facts with one spelling the one that sorts first has it: the order in which they
            # became known decides nothing.
            node[END] = min(node.get(END, name), name)

    def statements(self, source: str, text: str) -> set[Statement]:
        """What a text states: each fact that it names, with the side on which it stands."""
        text = _joined(text[:LONGEST])
        turn = _NOT_FOR.search(text)
        suits, rest = (text[: turn.start()], text[turn.start() :]) if turn else (text, "")
        found = {(name, AGAINST) for name in self._mentions(source, rest)}
        for piece in _PIECES.split(suits):
            side = AGAINST if _AGAINST.search(piece) else FOR
            found |= {(name, side) for name in self._mentions(source, piece)}
        return found

    def _mentions(self, source: str, piece: str) -> set[str]:
        """The facts that a text names, the longest spelling at each place."""
        trie = self.tries.get(source, {})
        said = stems(piece)
        found: set[str] = set()
        place = 0
        while place < len(said):
            node: Any = trie
            stop, name = 0, ""
            for ahead in range(place, len(said)):
                node = node.get(said[ahead])
                if node is None:
                    break
                if END in node:
                    stop, name = ahead + 1, node[END]
            if stop:
                found.add(name)
            place = stop or place + 1
        return found


def grounds(row: Row, text: Any, lexicon: Lexicon) -> Grounds:
    """How far an answer to this row is grounded in it."""
    text = text if isinstance(text, str) else ""
    source = row["source"]
    own = lexicon.statements(source, reference(row))
    held = _held(row) | own
    stated = lexicon.statements(source, text)
    wanted = _wanted(row, own)
    return Grounds(
        stated=len(stated),
        supported=len(stated & held),
        wanted=len(wanted),
        found=len({name for name, side in stated & held if name in wanted}),
        empty=not words(text[:LONGEST]),
        works=len(works := _works(row)),
        named=len(works & {name for name, _ in stated}),
    )


def reference(row: Row) -> str:
    """The row's own answer, in whichever format the row is."""
    for name in ("output", "chosen"):
        if row.get(name) is not None:
            return str(row[name])
    messages = row.get("messages") or []
    said = [one["content"] for one in messages if one["role"] == "assistant"]
    said += [one["value"] for one in row.get("conversations") or [] if one["from"] == "gpt"]
    return str(said[-1]) if said else ""


def facts_of(row: Row) -> list[tuple[str, str]]:
    """(kind, value) of all that the evidence names: `("category", "Horror")`."""
    found = []
    for one in row["evidence"]:
        kind, value, _ = _fact(one["fact"], one["value"] or "")
        if kind and words(value):
            found.append((kind, value))
    return found


def fact_name(kind: str, value: str) -> str:
    """One name for all spellings of a fact. A tag of a category's name is that category."""
    kind = "category" if kind == "tag" else kind
    return f"{kind}:{' '.join(words(value))}"


def _held(row: Row) -> set[Statement]:
    """What the row supports."""
    found: set[Statement] = set()
    for one in row["evidence"]:
        kind, value, sides = _fact(one["fact"], one["value"] or "")
        if kind:
            found |= {(fact_name(kind, value), side) for side in sides}
    for title in _titles(row):
        found |= {(fact_name("title", title), side) for side in BOTH}
    return found


def _works(row: Row) -> set[str]:
    """The works that the row's evidence names for its item or user."""
    return {
        fact_name("title", one["value"])
        for one in row["evidence"]
        if one["fact"].endswith("/work/up") and not one["fact"].startswith("share")
    }


def _wanted(row: Row, own: set[Statement]) -> set[str]:
    """The facts that an answer should state: the claims that the row's own answer makes, or, where it
    makes none, what it says of the item; never the titles, which only illustrate."""
    said = {name for name, _ in own}
    claims: set[str] = set()
    others: set[str] = set()
    for one in row["evidence"]:
        kind, value, _ = _fact(one["fact"], one["value"] or "")
        if kind:
            head = one["fact"].partition(":")[0]
            (claims if head in _CLAIMS or "/" in head else others).add(fact_name(kind, value))
    described = others if row["history"] == [] else set()
    return (claims & said) or (described & said)


def _fact(name: str, value: str) -> tuple[str, str, tuple[str, ...]]:
    """(kind, value, sides) of a row of evidence; the kind is empty where it only counts.

    Names are `liked:category`, `shown_disliked:tag`, `group:gender`, `avoid:missing:age`,
    `comment:children`, `attribute:brand` and the like; what follows (`:members`) are counts.
    """
    if "/" in name:
        kind, about, direction = (*name.split("/"), "", "")[:3]
        about = "title" if about == "work" else about.removeprefix("seldom_")
        if about not in _NAMED or not value:
            return "", value, ()
        side = {"up": (FOR,), "down": (AGAINST,)}.get(direction, BOTH)
        return about, value, side
    head, _, rest = name.partition(":")
    if head in _SKIPPED or head.endswith(("_count", "_common")):
        return "", value, ()
    if head in ("comment", "warning"):
        return "group", rest, (AGAINST,) if head == "warning" else (FOR,)
    if head == "tag":
        return "tag", value, BOTH
    if head == "avoid":
        rest = rest.partition(":")[2]
    kind = rest.split(":")[0] or head
    if head in _AGAINST_NAMES:
        return kind, value, (AGAINST,)
    return kind, value, BOTH if head in _BOTH_NAMES else (FOR,)


def _titles(row: Row) -> list[str]:
    return [one["title"] for one in row["history"] if one["title"]]


_LINE_GOES_ON = re.compile(r"[ \t]*\n(?=[a-z])")


def _joined(text: str) -> str:
    return _LINE_GOES_ON.sub(" ", text)
