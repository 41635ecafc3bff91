"""From claims and displayed items to the rows of evidence, and to the story that they tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from itdr.builders.evidence.interests import claims as _claims
from itdr.builders.evidence.interests.claims import Claim
from itdr.builders.evidence.interests.counts import KINDS, Work
from itdr.builders.evidence.interests.statements import DISLIKED, LIKED

MOST_MADE = {LIKED: 2, DISLIKED: 1}
MOST_KINDS = {LIKED: 3, DISLIKED: 2}
"""Claims on creators, and on categories and tags, that one profile states at most."""
RANK = {"creator": 0, "category": 1, "tag": 2}

Row = tuple[str, str, float]


@dataclass(frozen=True)
class Facts:
    """What a profile is made of.

    liked, disliked: displayed items.   stated: claims, the strongest first.   n: how many works the
    user liked and disliked.   held: how many claims hold on each side.   top: the commonest category
    of the likes, and how many carry it.   shared, disliked_shared: a trait that two or more displayed
    items share, where no claim is stated on that side.   also: one that displayed likes share beside a
    claim on them.   makers: the first creators of the displayed likes, where all differ.
    """

    liked: tuple[Work, ...] = ()
    disliked: tuple[Work, ...] = ()
    stated: tuple[Claim, ...] = ()
    n: tuple[int, int] = (0, 0)
    held: tuple[int, int] = (0, 0)
    top: tuple[str, int] | None = None
    shared: tuple[str, str] | None = None
    disliked_shared: tuple[str, str] | None = None
    also: tuple[str, str] | None = None
    makers: tuple[str, ...] = ()

    def exchanged(self) -> Facts:
        """The same claims on the wrong sides."""
        turned = tuple(
            replace(one, side=LIKED + DISLIKED - one.side, mixed=False, firm=True)
            for one in self.stated
        )
        return replace(self, stated=turned, also=None)

    def told_as(self, claims: Sequence[Claim]) -> Facts:
        """Another user's claims told of these items."""
        return replace(self, stated=tuple(claims), held=(len(claims), 0), also=None)


def facts_of(
    held: Sequence[Claim],
    liked: Sequence[Work],
    disliked: Sequence[Work],
    items: Sequence[Work],
    sides: Sequence[int],
) -> Facts:
    """held: all claims of the user.   items, sides: all that the user liked or disliked."""
    stated = _capped(_claims.stated([one for one in held if one.side == LIKED], liked))
    stated = [
        one
        for one in stated
        if not one.mixed or any(_claims.carries(item, one.key) for item in disliked)
    ]
    stated += _capped(_claims.stated([one for one in held if one.side == DISLIKED], disliked))
    of = {side: any(one.side == side for one in stated) for side in (LIKED, DISLIKED)}
    tops = Counter(
        name
        for item, side in zip(items, sides, strict=True)
        if side == LIKED
        for name in item.traits("category")
    )
    return Facts(
        tuple(liked),
        tuple(disliked),
        tuple(stated),
        (sum(side == LIKED for side in sides), sum(side == DISLIKED for side in sides)),
        tuple(sum(one.side == side for one in held) for side in (LIKED, DISLIKED)),  # type: ignore[arg-type]
        min(tops.items(), key=lambda pair: (-pair[1], pair[0])) if tops else None,
        None if of[LIKED] else _shared(liked),
        None if of[DISLIKED] else _shared(disliked),
        _shared(liked, stated) if of[LIKED] else None,
        _makers(liked),
    )


def _capped(claims: Sequence[Claim]) -> list[Claim]:
    """The strongest claims, at most so many of them; at most one mixed. A tag that repeats a category
    is left out."""
    kept: list[Claim] = []
    genres = {one.name.casefold() for one in claims if one.kind == "category"}
    for one in claims:
        if one.kind == "tag" and one.name.casefold() in genres:
            continue
        made = one.kind == "creator"
        same = [k for k in kept if (k.kind == "creator", k.mixed) == (made, one.mixed)]
        most = MOST_MADE[one.side] if made else MOST_KINDS[one.side]
        if len(same) < (1 if one.mixed else most):
            kept.append(one)
    return kept


def _shared(items: Sequence[Work], beside: Sequence[Claim] = ()) -> tuple[str, str] | None:
    """The trait that most of the items carry, two at least, none of these claims; a creator before a
    category, a category before a tag."""
    spoken = {one.name.casefold() for one in beside}
    found = Counter(
        (kind, name)
        for item in items
        for kind in KINDS
        for name in item.traits(kind)
        if name.casefold() not in spoken
    )
    often = [(n, key) for key, n in found.items() if n >= _claims.SHOWN]
    return min(often, key=lambda one: (-one[0], RANK[one[1][0]], one[1]))[1] if often else None


def _makers(items: Sequence[Work]) -> tuple[str, ...]:
    """The creators of the items, where each has one, and no two the same."""
    names = [item.creators[0] for item in items if len(item.creators) == 1]
    return tuple(names) if len(names) == len(set(names)) == len(items) else ()


# -- rows -------------------------------------------------------------------------------------


def evidence(facts: Facts, hours: bool) -> Iterator[Row]:
    """The rows of evidence: name, value, weight."""
    liked, disliked = ("kept", "left") if hours else ("liked", "disliked")
    displayed = {LIKED: (facts.liked, "shown"), DISLIKED: (facts.disliked, f"shown_{disliked}")}
    names = {LIKED: liked, DISLIKED: disliked}
    shown: dict[tuple[str, str], int] = {}
    for one in facts.stated:
        own, other = names[one.side], names[LIKED + DISLIKED - one.side]
        yield f"{'mixed' if one.mixed else own}:{one.kind}", one.name, one.lift
        yield f"{own}_count:{one.kind}", one.name, float(one.k)
        yield f"{other}_count:{one.kind}", one.name, float(one.against)
        yield f"{own}_common:{one.kind}", one.name, one.p
        shown[one.key] = 0
    shown |= {("creator", name): 0 for name in facts.makers}
    for key in (facts.shared, facts.disliked_shared, facts.also):
        if key:
            shown[key] = 0
    if not facts.stated:
        shown |= {("category", name): 0 for item in facts.liked for name in item.categories[:1]}
    for kind, name in shown:
        for items, label in displayed.values():
            n = sum(_claims.carries(item, (kind, name)) for item in items)
            if n:
                yield f"{label}:{kind}", name, float(n)
    if facts.top:
        yield "most:category", facts.top[0], float(facts.top[1])
    for place, name in enumerate((liked, disliked)):
        yield "count", name, float(facts.n[place])
        yield "claims", name, float(facts.held[place])


# -- the story --------------------------------------------------------------------------------
