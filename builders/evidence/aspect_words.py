"""The words by which reviews are read: what they praise and complain about, and whom they mention.

They come from a domain's lexicon (`templates/lexicon/*.yaml`); here they become the patterns that
`aspects.py` looks for.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from itdr.builders.evidence.facts import DOWN, UP, Fact

DENIED_WITHIN = 4
"""How many words before a judgement are searched for a negation."""
POLARITY = (
    "praise", "complaint", "denial", "doubt", "elsewhere", "link", "degree", "break", "turn", "fond",
    "averse", "whose", "causing", "place", "joined", "grievance", "much", "faulty", "excess", "exceeding", "missing",
    "especially", "valued", "burden", "eased", "announcing", "stating", "redeeming", "turning_back", "pronoun", "slight", "excluding", "spared", "hypothetical",
)  # fmt: skip
"""The word lists that tell whether a clause judges something, and how."""
NAMING = (
    "good_for", "good_to", "not_for", "discourage", "not_if", "aiming", "seeking", "wanting", "refusal", "approval", "nobody", "purposeless",
    "persons", "purposes", "stop", "self", "subject", "addressed", "indefinite", "dangling", "item",
)  # fmt: skip
"""The word lists that tell for whom a review finds an item good or bad."""
LISTS = (
    "minor",
    "flaws",
    "common_faults",
    "everybody",
    "frank",
    "apart",
    "heading",
    "somebody",
    "others",
    "gifts",
    "hints",
)
"""What the lists of `AspectWords.lists` are called."""
SIGNS = "+-@"
"""What may stand before a word: + and - where it judges by itself, @ where it stands in the item's name or
categories."""
MARKS = r"[,;:()\[\]–—]|\s-\s"
ASIDE = re.compile(r"\([^)]*\)")
_ANYTHING_BUT = re.compile(r"(?<!\w)(?:but|only|just)(?!\w)", re.I)
_WORD = r"[\w'’&-]+"


_JUDGING = {UP: ("praise", "fond"), DOWN: ("complaint", "averse")}
"""The word lists of which a judgement of a topic has a word."""


class _FirstWords(NamedTuple):
    """Indexes into `AspectWords.judged` by a whole word, and by the beginning of one."""

    exact: dict[str, list[int]]
    prefixes: dict[str, list[int]]


@dataclass(frozen=True)
class AspectWords:
    """The words of a domain.

    Attributes:
        aspects, niches, wishes, audiences: by name, the words for each; those after + or - also judge it
            (as good or bad). A niche is what items of one kind are for, such as Italian food: words after @
            stand in the names or categories of these items. A wish is something only some people look for,
            such as a burger or outdoor seating.
        polarity: word lists by `POLARITY` name.
        naming: word lists by `NAMING` name.
        unpraised, unblamed: by what is judged, the words that, wherever they appear in what is shown of an item,
            rule out praise of it, or a complaint. A word after + cancels those without a sign, as "co-op"
            cancels "single-player"; words after - always hold.
        bound: by what is judged, words of which an item's name or categories must have one.
        tagged: by what is judged, the tags that say the same of an item, the most telling first. Where a domain has
            them, some group of an answer must rest on one, or on people who are counted.
        lists: `minor`: wishes too small for a group of their own where only one sentence speaks of them.
            `flaws`: aspects whose faults nobody likes.
            `common_faults`: aspects whose faults say nothing of the taste of who complains of them.
            `everybody`: what every customer wants: praise of it names no group, a complaint does.
            `frank`: of what even those who like an item may complain. `apart`: words before a topic with which it is
            another thing, as "food service". `heading`: words with which a part of a review is headed, where the
            next word begins a sentence. `somebody`: words with which a sentence about somebody else begins.
            `others`: people whom a reviewer chose an item for instead of themselves. `hints`: words that speak of a
            group without saying that the item suits it.
    """

    aspects: Mapping[str, Sequence[str]] = field(default_factory=dict)
    niches: Mapping[str, Sequence[str]] = field(default_factory=dict)
    wishes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    audiences: Mapping[str, Sequence[str]] = field(default_factory=dict)
    polarity: Mapping[str, Sequence[str]] = field(default_factory=dict)
    naming: Mapping[str, Sequence[str]] = field(default_factory=dict)
    unpraised: Mapping[str, Sequence[str]] = field(default_factory=dict)
    unblamed: Mapping[str, Sequence[str]] = field(default_factory=dict)
    bound: Mapping[str, Sequence[str]] = field(default_factory=dict)
    tagged: Mapping[str, Sequence[str]] = field(default_factory=dict)
    lists: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @cached_property
    def memory(self) -> dict[str, list[Any]]:
        """What was found in sentences that were looked at lately; see `aspects.py`."""
        return {}

    def rules_out(self, fact: Fact, shown: str, label: str = "") -> bool:
        """Whether anything else shown of the item contradicts the fact.

        Args:
            fact: what a review or the item itself says.
            shown: all that is shown of the item.
            label: its name and categories.

        Returns:
            True where the fact should not be said.
        """
        label_pattern = self._bound.get(fact.value)
        if label_pattern is not None and not label_pattern.search(label):
            return True
        patterns = self._ruling_out[0 if fact.direction == UP else 1].get(fact.value)
        if patterns is None:
            return False
        always, mostly, lifting = (one.search(shown) for one in patterns)
        return bool(always or (mostly and not lifting))

    def is_of(self, which: str, name: str) -> bool:
        """Whether a name stands in that one of the `lists`."""
        return name in self.lists.get(which, ())

    def pleases_everybody(self, name: str, side: int) -> bool:
        """Whether a judgement praises what every customer wants: that names no group, a complaint does."""
        return side == UP and self.is_of("everybody", name)

    def niches_of(self, text: str) -> dict[str, str]:
        """The niches of an item, in the order of the lexicon, each with the word that tells it.

        Args:
            text: the item's categories, or its name where it has none.

        Returns:
            The word as the text has it, by the name of the niche.
        """
        matches = ((name, one.search(text)) for name, one in self._niches)
        return {name: match[0] for name, match in matches if match}

    @cached_property
    def _niches(self) -> list[tuple[str, re.Pattern[str]]]:
        return [
            (name, _pattern(_any_of([word[1:] for word in words if word[0] == "@"])))
            for name, words in self.niches.items()
        ]

    def praises(self, name: str, clause: str) -> bool:
        """Whether a clause speaks well of a wish or niche.

        Args:
            name: of the wish or niche.
            clause: part of a review.

        Returns:
            False also where the clause denies or doubts something.
        """
        matches = [_pattern(one).search(clause) for one in self._praising.get(name, ())]
        if not any(match and not is_proper(match, "topic") for match in matches):
            return False
        return not any(
            self.finds(one, clause) for one in ("denial", "doubt", "elsewhere", "complaint")
        )

    @cached_property
    def _praising(self) -> dict[str, list[str]]:
        """Regular expressions of praise a few words before or after a niche is named (`topic`)."""
        praise = self.one_of("praise")
        patterns = {}
        for name, words in self.niches.items():
            phrases = [word.lstrip("+-") for word in words if word[0] != "@"]
            topic = rf"(?P<topic>{self._topic(phrases)})"
            patterns[name] = [
                rf"{praise}(?:\s+{_WORD}){{0,2}}\s+{topic}",
                rf"{topic}(?:\s+{_WORD}){{0,4}}\s+{praise}",
            ]
        return patterns

    def _topic(self, named: Sequence[str]) -> str:
        """One of these words, unless it is part of another thing's name: no coffee shop, no food service."""
        apart = "".join(rf"(?<!{re.escape(word)}\s)" for word in self.lists.get("apart", ()))
        return rf"{apart}{_any_of(named)}(?!\w|\s+{self.one_of('place')}(?!\w))"

    def mentions(self, name: str, sentences: Sequence[str]) -> int:
        """How many of the sentences speak of a wish, niche, aspect or audience, as good or bad or neither; 0 for other
        names."""
        topic = self._topics.get(name)
        return sum(bool(_pattern(topic).search(one)) for one in sentences) if topic else 0

    def is_against(self, name: str, clause: str) -> bool:
        """Whether a clause that mentions this may deny it, or complain of it.

        Args:
            name: of a wish, niche, aspect or audience.
            clause: part of a review.

        Returns:
            True for "it hardly has a scent" and "the scent is awful", not for "the scent is not awful".
        """
        if not self.mentions(name, [clause]):
            return False
        faulty = self.finds("complaint", clause) or bool(self.grieving.search(clause))
        return self.finds("averse", clause) or self.finds("denial", clause) != faulty

    @cached_property
    def _topics(self) -> dict[str, str]:
        words_by_name: dict[str, list[str]] = {}
        for _, values in self._kinds:
            for name, words in values.items():
                plain = [word.lstrip("+-") for word in words if word[0] != "@"]
                words_by_name.setdefault(name, []).extend(plain)
        return {name: _any_of(words) for name, words in words_by_name.items()}

    @cached_property
    def _bound(self) -> dict[str, re.Pattern[str]]:
        return {name: _pattern(_any_of(words)) for name, words in self.bound.items()}

    @cached_property
    def _ruling_out(self) -> list[dict[str, list[re.Pattern[str]]]]:
        """For each value, the words that always rule it out, those that usually do, and those that cancel the latter:
        for praise and for complaints."""
        patterns_by_side = []
        for entries in (self.unpraised, self.unblamed):
            by_name = {}
            for name, words in entries.items():
                by_sign = [[one[1:] for one in words if one[0] == sign] for sign in "-+"]
                plain = [one for one in words if one[0] not in "+-"]
                by_name[name] = [_pattern(_any_of(one)) for one in (by_sign[0], plain, by_sign[1])]
            patterns_by_side.append(by_name)
        return patterns_by_side

    def one_of(self, name: str) -> str:
        """A regular expression that matches any word of a `polarity` or `naming` list."""
        return _any_of((*self.polarity.get(name, ()), *self.naming.get(name, ())))

    def finds(self, name: str, text: str) -> bool:
        """Whether the text contains a word of that list."""
        return bool(self._whole[name].search(text))

    def count(self, name: str, text: str) -> int:
        """How many words of that list the text contains."""
        return sum(1 for _ in self._whole[name].finditer(text))

    def audience(self, text: str) -> str:
        """The name of the audience that a text names; "" where it names none."""
        return next((name for name, one in self._audiences if one.search(text)), "")

    def audiences_in(self, title: str) -> list[tuple[str, str]]:
        """(name, matched words) of each audience that a title names, in order."""
        hits = [
            (match, name) for name, one in self._audiences for match in [one.search(title)] if match
        ]
        return [(name, match[0]) for match, name in sorted(hits, key=lambda pair: pair[0].start())]

    @cached_property
    def clause_ends(self) -> re.Pattern[str]:
        """Where one clause ends and the next begins."""
        return re.compile(rf"{MARKS}|(?<!\w){self.one_of('turn')}(?!\w)", re.I)

    @cached_property
    def turning(self) -> re.Pattern[str]:
        """A word with which a sentence turns to something else."""
        return _pattern(self.one_of("turn"))

    def judged_in(self, clause: str) -> list[tuple[str, str, int, re.Pattern[str]]]:
        """The entries of `judged` that a clause can hold, with their patterns: those that begin with one of its
        words, and where that is only a topic, of a side that the clause has a word of.

        Args:
            clause: part of a review.

        Returns:
            Entries in the order of `judged`.
        """
        words = re.findall(_WORD, clause.casefold().replace("’", "'"))
        topics, own = (_places_of(words, *first_words) for first_words in self._first_words)
        sides = {
            side: any(self.finds(one, clause) for one in judging)
            for side, judging in (_JUDGING.items() if topics else ())
        }
        able = own.union(place for place in topics if sides[self.judged[place][2]])
        entries = (self.judged[place] for place in sorted(able))
        return [(about, name, side, _pattern(one)) for about, name, side, one in entries]

    @cached_property
    def _first_words(self) -> tuple[_FirstWords, _FirstWords]:
        """Indexes into `judged`, by the first word of what is named and by the beginning of that word: of topics, and
        of what judges by itself."""
        topics, own = _FirstWords({}, {}), _FirstWords({}, {})
        kinds = dict(self._kinds)
        for place, (about, name, side, _) in enumerate(self.judged):
            for phrase in (one for one in kinds[about][name] if one[0] != "@"):
                if phrase[0] in "+-" and phrase[0] != ("+" if side == UP else "-"):
                    continue
                first = re.findall(r"[\w'&*-]+", phrase.lstrip("+-").casefold())[0]
                exact, prefixes = own if phrase[0] in "+-" else topics
                places_by_word = prefixes if first.endswith("*") else exact
                places_by_word.setdefault(first.rstrip("*"), []).append(place)
        return topics, own

    @property
    def _kinds(self) -> tuple[tuple[str, Mapping[str, Sequence[str]]], ...]:
        return (
            ("audience", self.audiences),
            ("niche", self.niches),
            ("wish", self.wishes),
            ("aspect", self.aspects),
        )

    @cached_property
    def judged(self) -> list[tuple[str, str, int, str]]:
        """(about, name, side, regular expression of a judgement), audiences first. They are a thousand and long:
        each is compiled when a clause first needs it."""
        entries = []
        for about, values in self._kinds:
            for name, words in values.items():
                for side, sign in ((UP, "+"), (DOWN, "-")):
                    parts = self._patterns(about, words, side)
                    own = [word[1:] for word in words if word.startswith(sign)]
                    if own:
                        parts.append(rf"(?P<own>{_any_of(own)})")
                    if parts:
                        entries.append((about, name, side, "|".join(parts)))
        return entries

    def _patterns(self, about: str, words: Sequence[str], side: int) -> list[str]:
        topics = [word for word in words if word[0] not in SIGNS]
        if about == "audience" or not topics:
            return []
        topic = self._topic(topics)
        # A judged topic is the noun itself, not a part of the next one: no "nice bar and bartender".
        last = rf"{topic}(?=\s*$|\s*[^\w\s'’]|\s+{self.one_of('break')}(?!\w)|\s+{self.one_of('joined')}(?!\w))"
        judging = self.one_of("praise" if side == UP else "complaint")
        feeling = self.one_of("fond" if side == UP else "averse")
        gap = rf"(?:\s+(?!{self.one_of('break')}(?!\w)){_WORD}){{0,2}}"
        degree = rf"(?:\s+{self.one_of('degree')}){{0,4}}"
        return [
            rf"(?P<before>{judging}){gap}\s+{last}",
            rf"{topic}{gap}\s+{self.one_of('link')}{degree}\s+(?P<after>{judging})",
            rf"(?P<felt>{feeling})\s+{self.one_of('whose')}{gap}\s+{topic}",
            rf"{self.one_of('causing')}\s+{self.one_of('whose')}{gap}\s+{topic}{degree}\s+"
            rf"(?P<caused>{judging})",
        ]

    @cached_property
    def _whole(self) -> dict[str, re.Pattern[str]]:
        return {name: _pattern(self.one_of(name)) for name in (*POLARITY, *NAMING)}

    @cached_property
    def _audiences(self) -> list[tuple[str, re.Pattern[str]]]:
        return [
            (name, _pattern(_any_of([word for word in words if word[0] not in SIGNS])))
            for name, words in self.audiences.items()
        ]

    def denied(self, before: str) -> bool:
        """Whether the last words before a judgement negate it."""
        before = " ".join(ASIDE.sub(" ", before).split()[-DENIED_WITHIN:])
        return self.finds("denial", before) and not _ANYTHING_BUT.search(before)

    @cached_property
    def grieving(self) -> re.Pattern[str]:
        """A word or phrase that complains, or announces a complaint (`announced`)."""
        of = self.one_of
        return _pattern(
            rf"(?P<announced>{of('announcing')})|{of('grievance')}|{of('much')}\s+{of('faulty')}|{of('excess')}\s+{of('exceeding')}"
            rf"|{of('missing')}(?:\s+{of('especially')})?\s+{of('valued')}|{of('burden')}\s+to\s+(?!{of('eased')}(?!\w))\w+"
        )

    @cached_property
    def good_for(self) -> re.Pattern[str]:
        """A judgement of fitness, and for whom or what: `bad`, `good` and `who`."""
        gap = rf"(?:\s+(?!{self.one_of('break')}(?!\w)){_WORD}){{0,2}}"
        good = rf"(?P<good>{self.one_of('good_for')}){gap}\s+for|{self.one_of('good_to')}(?:\s+{self.one_of('item')}(?:\s+{_WORD}){{0,3}})?\s+to"
        item = self.one_of("item")
        bad = rf"{self.one_of('not_for')}|{self.one_of('discourage')}(?:\s+{item})?\s+(?:for|to)"
        return _pattern(rf"(?:(?P<bad>{bad})|{good})\s+(?P<who>[^.,;:!?()]+)")

    @cached_property
    def of_oneself(self) -> re.Pattern[str]:
        """An author's mention of an audience they belong to themselves (`who`)."""
        topics = [
            word for words in self.audiences.values() for word in words if word[0] not in SIGNS
        ]
        return _pattern(rf"{self.one_of('self')}(?:\s+{_WORD}){{0,2}}\s+(?P<who>{_any_of(topics)})")

    @cached_property
    def not_if(self) -> re.Pattern[str]:
        """For whom a sentence says that the item is not, by an aim (`wish`), by what they seek (`feature`), or as they
        are (`who`): "not if you are trying to look natural"."""
        return _pattern(
            rf"{self.one_of('not_if')}\s+(?:{self.one_of('aiming')}\s+(?P<wish>to\s+[^.,;:!?()]+)"
            rf"|{self.one_of('seeking')}\s+(?P<feature>[^.,;:!?()]+)|(?P<who>[^.,;:!?()]+))"
        )

    @cached_property
    def wanting(self) -> re.Pattern[str]:
        """A wish for something (`who`) at the beginning or end of a sentence."""
        wish = self.one_of("wanting")
        return _pattern(
            rf"^{wish}\s+(?P<who>[^.,;:!?()]+),\s*(?P<rest>.+)$"
            rf"|^(?P<rest_2>.+?),?\s+{wish}\s+(?P<who_2>[^.,;:!?()]+)$"
        )


def is_proper(match: re.Match[str], group: str) -> bool:
    """Whether a word seems to be part of a name, as in "the Bad Sneakers band".

    Args:
        match: where it was found.
        group: the word's group.

    Returns:
        True for a word in title case that another one follows, but for the first of the text.
    """
    word, rest = match[group], match.string[match.end(group) :].split()
    has_capital = word[:1].isupper() and not word.isupper()
    return has_capital and bool(rest) and rest[0][:1].isupper() and not rest[0].isupper()


def _places_of(
    words: Sequence[str], exact: Mapping[str, list[int]], prefixes: Mapping[str, list[int]]
) -> set[int]:
    """The indexes that any of the words has, whole or by its beginning."""
    places: set[int] = set()
    for word in words:
        places.update(exact.get(word, ()))
        for prefix, indexes in prefixes.items():
            if word.startswith(prefix):
                places.update(indexes)
    return places


def _any_of(words: Sequence[str]) -> str:
    """Any of these words or phrases; `*` at the end allows any ending."""
    if not words:
        return "(?!)"
    parts = [
        re.escape(word.removesuffix("*")).replace("'", "['’]") + (r"\w*" if word[-1] == "*" else "")
        for word in sorted(words, key=len, reverse=True)
    ]
    return f"(?:{'|'.join(parts)})"


@functools.cache
def _pattern(expression: str) -> re.Pattern[str]:
    """The expression, from one word's beginning to another's end."""
    return re.compile(rf"(?<!\w)(?:{expression})(?!\w)", re.I)
