"""The answer about an item's audience, composed of what is known: groups with reasons, whom to avoid.

Every statement stands on a row of evidence. Which words are used follows from the evidence (how many
groups, how strong, what kind, few data, none) and, among those that fit, from a stable draw.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from itdr.builders.cases import Evidence
from itdr.builders.hashing import Draw
from itdr.builders.tasks import _group_words as say
from itdr.builders.tasks import _profile_words as names
from itdr.builders.tasks._audience import Marked, Phrase
from itdr.builders.tasks._groups import MOST, Group
from itdr.builders.tasks._traits import AGE, COUNTRY, GENDER, TASTES
from itdr.builders.works import plain

FEW = 20
"""Likers below this number are few."""
CLEAR, STRONG, HARDLY = 1.6, 2.5, 0.35
"""Lifts at which over-representation is called clear and strong, and absence near complete."""


@dataclass(slots=True)
class Known:
    """What is known of an item, for its answer.

    likers, dislikers: of the training part. tested: whether there are any groups to test for;
    dislikes: whether the source knows of dislikes.   attributes: as shown, as are tags (with how many
    users gave each), comments' phrases and what attributes say.   opens: the verb's domain wording.
    """

    categories: Sequence[str]
    creators: Sequence[str]
    attributes: Sequence[tuple[str, str]]
    likers: int
    dislikers: int
    tested: bool
    dislikes: bool
    rated: bool
    suited: list[Group] = field(default_factory=list)
    avoided: list[Group] = field(default_factory=list)
    phrases: list[Phrase] = field(default_factory=list)
    marked: list[Marked] = field(default_factory=list)
    tags: list[tuple[str, int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Line:
    """One group: who, and why. Both begin in lower case and end without a full stop."""

    who: str
    why: str


def strength(lift: float) -> str:
    """The word for an over-representation, a key of `_group_words.DEGREES`."""
    return "strong" if lift >= STRONG else "clear" if lift >= CLEAR else "slight"


class Teller:
    """Chooses words by a draw, none twice where there are others.

    words: the domain's; wording: its name in `domains.yaml`; rated: whether it has ratings.
    """

    def __init__(self, words: Mapping[str, str], wording: str, rated: bool, draw: Draw) -> None:
        deeds = say.DEEDS.get(wording) or (say.RATED if rated else say.TAKEN)
        self.words = {**words, **deeds, "it": "it"}
        self.wording = wording
        self.draw = draw
        self._used: set[str] = set()

    def chance(self, percent: int) -> bool:
        return self.draw.below(100) < percent

    def tell(self, options: Sequence[str], **values: str) -> str:
        """One of the options that were not used yet, written out."""
        fresh = [one for one in options if one not in self._used] or list(options)
        chosen = fresh[self.draw.below(len(fresh))]
        self._used.add(chosen)
        return self.write(chosen, **values)

    def write(self, text: str, **values: str) -> str:
        """`text` with alternatives drawn and values put in."""
        while match := _CHOICE.search(text):
            parts = match[1].split("|")
            text = text[: match.start()] + parts[self.draw.below(len(parts))] + text[match.end() :]
        known = {**self.words, **values}
        # A value may itself hold words of the domain ("rate {X} highly").
        while "{" in text and _NAME.search(text):
            text = _NAME.sub(lambda found: _Safe.keep(known[found[1]]), text)
        text = _Safe.free(text)
        return _SPACE.sub(" ", text).replace(" ,", ",").replace(" :", ":").replace(" .", ".").strip()

    # -- who ----------------------------------------------------------------------------------

    def taste(self, kind: str, values: Sequence[str], fans: bool) -> str:
        """Those who like items of a trait (or of several together); fans: they are known to."""
        items = _ITEMS.get(self.wording, self.words["items"])
        if kind == "creator":
            one = names.creator(values[0], items)
            return self.tell(say.MAKERS, name=values[0], X=one.items)
        phrases = [self.category(value, items) for value in values]
        quoted = any(one.quoted for one in phrases)
        options = [one for one in say.TASTES if not (quoted and "{T}" in one)]
        if fans:
            options += say.KNOWN_TASTES
        liked, _ = names.things(phrases, items)
        return self.tell(options, X=names.items_of(phrases, items), T=liked)

    def category(self, value: str, items: str) -> names.Phrase:
        topic = say.NEWS.get(value) if self.wording == "news" else None
        if topic:
            return names.Phrase(topic, False, f"articles on {topic}", None)
        return names.category(value, self.wording, items)

    def who(self, group: Group) -> str:
        """A group that was found among likers or dislikers."""
        if group.kind in TASTES:
            return self.taste(group.kind, [group.value], True)
        if group.kind == GENDER:
            return self.tell(say.GENDERS.get(group.value.lower(), say.OTHER_GENDER), name=group.value)
        if group.kind == AGE:
            return self.tell(say.AGES[group.value])
        return self.tell(say.PLACES, place=place(group.value))

    def audience(self, group: str) -> str:
        """A group named by a comment or an attribute."""
        kind, _, relative = group.partition(":")
        if kind == "relative":
            return self.tell(say.RELATIVE, relative=relative)
        return self.tell(say.GROUPS[group])


def sayable(group: Group) -> bool:
    """Whether there are words for the group: an age class of an unknown source has none."""
    return group.kind != AGE or group.value in say.AGES


def place(country: str) -> str:
    """A country as it stands in a sentence: "the Netherlands", "France", "the USA"."""
    key = country.casefold()
    name = country
    if key in say.CAPITALS:
        name = country.upper()
    elif country == key:
        small = ("and", "of", "the")
        parts = [one if one in small else one[:1].upper() + one[1:] for one in country.split(" ")]
        name = " ".join(parts)
    return f"the {name}" if key in say.WITH_ARTICLE else name


class _Safe:
    """Braces of values, kept out of the way of names."""

    @staticmethod
    def keep(value: str) -> str:
        return value if _NAME.search(value) and "[" not in value and len(value) < 40 else value.replace(
            "{", "\ue000"
        ).replace("}", "\ue001")

    @staticmethod
    def free(text: str) -> str:
        return text.replace("\ue000", "{").replace("\ue001", "}")


_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_NAME = re.compile(r"\{(\w+)\}")
_SPACE = re.compile(r" {2,}")
_ITEMS = {"businesses": "places", "short_videos": "videos"}
