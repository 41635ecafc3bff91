"""What an interest profile tells: the traits to be spoken of, and what stands around them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from itdr.builders.evidence.interests import claims as _claims
from itdr.builders.evidence.interests.claims import Claim
from itdr.builders.evidence.interests.facts import Facts
from itdr.builders.evidence.interests.statements import DISLIKED, LIKED
from itdr.builders.rendering import lexicon
from itdr.builders.rendering import lexicon as words


@dataclass(frozen=True, slots=True)
class Point:
    """A trait to be spoken of.

    titles: displayed items on the trait's own side that carry it; against: those on the other side.
    lift: how many times more often than with others; share: of the user's likes (or dislikes) that carry
    it; firm: see `claims.Claim`.
    """

    kind: str
    name: str
    phrase: words.Phrase
    titles: tuple[str, ...]
    against: tuple[str, ...] = ()
    lift: float = 0.0
    share: float = 0.0
    firm: bool = True


@dataclass(frozen=True)
class Story:
    """All that a profile may say.

    terms: the domain's words.   liked, disliked: displayed titles.   likes, mixed, dislikes: stated
    claims, the strongest first.   held, held_against: whether any claim on likes, or dislikes, holds,
    stated or not.   few: whether the user has few likes at all.   broad: many, of many kinds.
    shared, disliked_shared: a trait that two or more displayed items share, where no claim says so.
    kinds: what the displayed likes are, each by its first category, where they are not all the same.
    also: a trait beside the stated ones that two or more displayed likes share.   makers: those of the
    displayed likes, where each has one and none has two of them.
    """

    terms: Mapping[str, str]
    hours: bool
    liked: tuple[str, ...]
    disliked: tuple[str, ...]
    likes: tuple[Point, ...] = ()
    mixed: tuple[Point, ...] = ()
    dislikes: tuple[Point, ...] = ()
    held: bool = False
    held_against: bool = False
    few: bool = False
    broad: bool = False
    shared: Point | None = None
    disliked_shared: Point | None = None
    kinds: tuple[words.Phrase, ...] = ()
    also: Point | None = None
    makers: tuple[str, ...] = ()


FEW = 5
"""A user with at most this many likes has few."""


BROAD = 8
"""A user is called broad with at least this many likes, of which no category has more than half."""


def broad(facts: Facts) -> bool:
    return facts.n[0] >= BROAD and facts.top is not None and 2 * facts.top[1] <= facts.n[0]


def story_of(facts: Facts, terms: Mapping[str, str], wording: str, hours: bool) -> Story:
    """What the profile says, in the domain's words.   wording: the entry of `domains.yaml`."""
    displayed = {LIKED: facts.liked, DISLIKED: facts.disliked}

    def phrase(kind: str, name: str) -> lexicon.Phrase:
        if kind == "creator":
            return lexicon.creator(name, terms["items"])
        if kind == "tag":
            return lexicon.tag(name, wording, terms["items"])
        return lexicon.category(name, wording, terms["items"])

    def point(key: tuple[str, str], side: int, claim: Claim | None = None) -> Point:
        own, other = (
            tuple(item.title for item in displayed[of] if _claims.carries(item, key))
            for of in (side, LIKED + DISLIKED - side)
        )
        made = Point(*key, phrase(*key), own, other)
        if claim is None:
            return made
        share = claim.k / max(facts.n[side - 1], claim.n)
        return replace(made, lift=claim.lift, share=share, firm=claim.firm)

    def points(side: int, mixed: bool) -> tuple[Point, ...]:
        return tuple(
            point(one.key, side, one)
            for one in facts.stated
            if one.side == side and one.mixed == mixed
        )

    firsts = dict.fromkeys(name for item in facts.liked for name in item.categories[:1])
    known = all(item.categories for item in facts.liked)
    return Story(
        terms=terms,
        hours=hours,
        liked=tuple(item.title for item in facts.liked),
        disliked=tuple(item.title for item in facts.disliked),
        likes=points(LIKED, False),
        mixed=points(LIKED, True),
        dislikes=points(DISLIKED, False),
        held=facts.held[0] > 0,
        held_against=facts.held[1] > 0,
        few=facts.n[0] <= FEW,
        broad=broad(facts),
        shared=point(facts.shared, LIKED) if facts.shared else None,
        disliked_shared=(point(facts.disliked_shared, DISLIKED) if facts.disliked_shared else None),
        also=point(facts.also, LIKED) if facts.also else None,
        makers=facts.makers,
        kinds=tuple(phrase("category", name) for name in firsts)
        if len(firsts) > 1 and known
        else (),
    )
