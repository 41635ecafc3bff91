"""Chooses among ways to say a thing, by a stable draw, and puts the values in."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence

from itdr.builders.core.rng import HashRng
from itdr.builders.evidence.audiences.groups import Group
from itdr.builders.evidence.traits import AGE, CREATOR, GENDER, HASHTAG, TASTES
from itdr.builders.rendering import choices
from itdr.builders.rendering import group_reasons as because
from itdr.builders.rendering import group_words as say
from itdr.builders.rendering import lexicon as names

_MARKS = (" ,", " .", " :", " ;")
_ITEMS = {"businesses": "places", "short_videos": "videos", "news": "articles"}
"""What items are called where they stand beside a category."""


@functools.lru_cache(maxsize=8192)
def _written_out(text: str, macros: tuple[tuple[str, str], ...], degree: str, rare: str) -> str:
    """`text` with what stands for several wordings put in, these wordings still to be chosen from."""
    more = (*macros, ("rare", because.RARE[rare]), *because.DEGREES[degree].items())
    for name, wordings in more:
        text = text.replace(f"{{{name}}}", wordings)
    return text


class Teller:
    """Says things about the users of one item; no way to say it is used twice while others are left.

    words: the domain's; wording: its name in `domains.yaml`; rated: whether the source has ratings.
    """

    def __init__(self, words: Mapping[str, str], wording: str, rated: bool, draw: HashRng) -> None:
        self.wording = wording
        self.draw = draw
        deeds = dict(say.DEEDS.get(wording) or (say.RATED if rated else say.TAKEN))
        self._macros = tuple((name, deeds.pop(name)) for name in ("habit", "likers"))
        self._words = {**words, **deeds}
        self._used: set[str] = set()

    def chance(self, percent: int) -> bool:
        """True in so many of 100 cases."""
        return self.draw.below(100) < percent

    def choose(self, text: str) -> str:
        """`text` with its alternatives chosen."""
        return choices.say(text, self.draw.below)

    def tell(
        self, options: Sequence[str], degree: str = "clear", rare: str = "few", **values: str
    ) -> str:
        """One of the options, written out. degree, rare: keys of `DEGREES` and `RARE`."""
        fresh = [one for one in options if one not in self._used] or list(options)
        text = fresh[self.draw.below(len(fresh))]
        self._used.add(text)
        text = " ".join(self.choose(_written_out(text, self._macros, degree, rare)).split())
        for mark in _MARKS:
            text = text.replace(mark, mark[1])
        return text.format_map({**self._words, **values}) if "{" in text else text

    # -- who ----------------------------------------------------------------------------------

    def taste(self, kind: str, values: Sequence[str], fans: bool) -> str:
        """Those who like items of one trait, or of several at once; fans: they are known to."""
        items = _ITEMS.get(self.wording, self._words["items"])
        if kind == HASHTAG:
            tagged = " or ".join(f'"{quoted(value)}"' for value in values)
            return self.tell(_without_nouns(fans), X=f"{items} tagged {tagged}")
        if kind == CREATOR:
            return self.tell(say.MAKERS, name=values[0], X=names.creator(values[0], items).items)
        phrases = [self._category(value, items) for value in values]
        quoted_names = any(one.quoted for one in phrases) or self.wording == "news"
        options = _without_nouns(fans) if quoted_names else _tastes(fans)
        liked, _ = names.things(phrases, items)
        return self.tell(options, X=names.items_of(phrases, items), T=liked)

    def _category(self, value: str, items: str) -> names.Phrase:
        topic = say.NEWS.get(value) if self.wording == "news" else None
        if topic:
            about = topic if topic in say.NEWS_ITEMS else f"{items} on {topic}"
            return names.Phrase(topic, False, about, None)
        return names.category(value, self.wording, items)

    def group(self, group: Group) -> str:
        """A group that was found among likers or dislikers."""
        if group.kind in TASTES:
            return self.taste(group.kind, [group.value], True)
        if group.kind == GENDER:
            words = say.GENDERS.get(group.value.casefold(), say.OTHER_GENDER)
            return self.tell(words, name=group.value)
        if group.kind == AGE:
            return self.tell(say.AGES[group.value])
        return self.tell(say.PLACES, place=place(group.value))

    def audience(self, group: str) -> str:
        """A group that a comment or an attribute names."""
        kind, _, relative = group.partition(":")
        if kind == "relative":
            return self.tell(say.RELATIVE, relative=relative)
        return self.tell(say.GROUPS[group])


def _tastes(fans: bool) -> tuple[str, ...]:
    return say.TASTES + say.KNOWN_TASTES if fans else say.TASTES


def _without_nouns(fans: bool) -> tuple[str, ...]:
    """Those that do not put a trait's name where a noun stands."""
    return tuple(one for one in _tastes(fans) if "{T}" not in one)


def sayable(group: Group) -> bool:
    """Whether there are words for a group: an age class that nobody described has none."""
    return group.kind != AGE or group.value in say.AGES


def place(country: str) -> str:
    """A country as it stands in a sentence.

    >>> place("netherlands"), place("usa"), place("Brazil")
    ('the Netherlands', 'the USA', 'Brazil')
    """
    key = country.casefold()
    name = country
    if key in say.CAPITALS:
        name = country.upper()
    elif country == key:
        small = ("and", "of", "the")
        name = " ".join(one if one in small else upper(one) for one in country.split(" "))
    return f"the {name}" if key in say.WITH_ARTICLE else name


def quoted(text: str) -> str:
    """A text to be put between double quotes."""
    return text.replace('"', "'")


def upper(text: str) -> str:
    """The text with a capital at its beginning."""
    return text[:1].upper() + text[1:]
