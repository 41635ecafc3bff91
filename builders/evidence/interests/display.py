"""Which of a user's likes and dislikes the question shows, and which facts they show with it.

The works shown are a fair sample: each taste that could be stated is as common among them as among
all of the user's likes (or dislikes). A fact that the sample does not show is not stated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from itdr.builders.evidence.facts import DOWN, UP, Fact
from itdr.builders.evidence.interests import plain
from itdr.builders.evidence.interests.likeness import title_words
from itdr.builders.evidence.interests.person import Person
from itdr.builders.evidence.interests.works import KINDS, PLUS
from itdr.builders.evidence.verdicts import DISLIKE, LIKE
from itdr.builders.store.reader import Item

SHOWN = 2
"""Displayed likes that must carry a taste."""
TRACKED = 6
"""How many facts (the strongest first) have their share preserved by the sample."""
MIX, HEAVIER = 20, 4
"""So many of a side's commonest traits keep their shares as well; the facts weigh so many times as much."""
NARROW = ("series", "creator")
"""Kinds of traits that say more than others."""
MIXED = ("category", "creator", "tag", "decade")
"""The kinds of these traits."""
CONSIDERED = 120
"""How many works of a side, in hash order, the sample is taken from."""
MORE = 1.15
"""What is left over is named if it is so many times as common as among others' likes: else it tells nothing."""
REST = 0.4
"""What so large a share of the displayed likes have in common is named if no taste that is named applies to them."""
CAVEAT = 3
"""Where so many of the displayed dislikes have the trait of a taste, that is said with it."""
WIDE = 12
"""A taste shared by fewer than one like in this many cannot be seen in a fair sample."""
FAR = 2
"""A reason against an item must be this many times as common among the displayed dislikes as among the likes."""
LISTED = 3
"""A taste that is fairly sure must apply to one displayed like in so many."""
CLEARLY, SEEN = 2, 4
"""A reason for an item must be this many times as common among the displayed likes as among the dislikes, and apply to
one like in so many."""
SAME = 0.7
"""Two tastes count as one if they share this fraction of the works of the smaller."""
FOCUSED = 3
"""A work of more categories is no example of one of them, where there are others."""
_FARTHEST = np.iinfo(np.int64).max


def distinct_tastes(person: Person, facts: Sequence[Fact]) -> list[Fact]:
    """The facts without those that merely restate an earlier one.

    Args:
        person: the user.
        facts: the strongest first.

    Returns:
        Facts in the same order; those about no trait of works all stay.
    """
    kept: list[tuple[Fact, int]] = []
    for fact in facts:
        own = 0
        if fact.about in KINDS:
            side = DISLIKE if fact.direction == DOWN else LIKE
            has = person.carries(fact) & (person.sides == side)
            own = int.from_bytes(np.packbits(has).tobytes(), "big")
        if not any(_restates(fact, own, *one) for one in kept):
            kept.append((fact, own))
    return [fact for fact, _ in kept]


def _restates(fact: Fact, own: int, earlier: Fact, theirs: int) -> bool:
    """Whether a fact says what an earlier one did: of most works of the smaller trait. A series or maker says more
    than the kind of its works.

    own, theirs: the works that each is about, as bits.
    """
    if not own or not theirs or earlier.direction != fact.direction:
        return False
    if plain.sets_apart(earlier) != plain.sets_apart(fact) and not nested(earlier, fact):
        return False
    narrow, narrower = (one.about in NARROW for one in (earlier, fact))
    if narrower and not narrow:
        return False
    # A series does not stand for all works of the kind that it is of.
    number = own.bit_count() if narrow else min(own.bit_count(), theirs.bit_count())
    return (own & theirs).bit_count() >= SAME * number


def nested(fact: Fact, other: Fact) -> bool:
    """Whether one trait is a blend that contains the other.

    Args:
        fact: a fact about a trait.
        other: another one.

    Returns:
        False for two facts about the same trait.
    """
    if "blend" not in (fact.about, other.about) or fact.topic == other.topic:
        return False
    if not {fact.about, other.about} <= {"blend", "category"}:
        return False
    parts, others = (set(one.value.split(PLUS)) for one in (fact, other))
    return parts <= others or others <= parts


def fair_sample(
    person: Person,
    facts: Sequence[Fact],
    order: np.ndarray,
    titles: np.ndarray,
    most: int,
    taken: set[int],
) -> list[int]:
    """Up to `most` places of one side's works, which mirror that side's share of every taste.

    Args:
        person: the user.
        facts: those whose shares are kept, as far as they are about traits of works.
        order: places of that side's works, in the order of a stable hash, which breaks ties.
        titles: title codes, by place; no two displayed works have the same.
        most: how many are displayed.
        taken: title codes already displayed; those of the chosen ones are added.

    Returns:
        The places, in the order in which they are displayed.
    """
    n = len(order)
    if not n:
        return []
    has, weights = _tracked(person, facts, order)
    wanted = has.sum(0)
    has, order = has[:CONSIDERED], order[:CONSIDERED]
    named = titles[order].tolist()
    alike: dict[int, list[int]] = {}
    for place, title in enumerate(named):
        alike.setdefault(title, []).append(place)
    barred = np.array([title in taken for title in named], bool)
    # The squared distance of s + t from w (c + 1) / n, times n, minus what is the same for all works:
    # t: traits of a work, s: of the c chosen ones, w: of all n. Integers tie identically on every machine.
    own = n * (has @ weights)
    shown = np.zeros(len(weights), np.int64)
    chosen: list[int] = []
    while len(chosen) < most:
        off = own + 2 * (has @ (weights * (n * shown - (len(chosen) + 1) * wanted)))
        off[barred] = _FARTHEST
        best = int(off.argmin())
        if barred[best]:
            break
        chosen.append(int(order[best]))
        taken.add(named[best])
        shown += has[best]
        barred[alike[named[best]]] = True
    return chosen


def _tracked(
    person: Person, facts: Sequence[Fact], order: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """What keeps its share: for each work of one side and each trait, whether the work has it; and the traits' weights."""
    known = person.counts
    stated = list(dict.fromkeys(fact.topic for fact in facts if fact.about in KINDS))[:TRACKED]
    codes = {known.codes[about].get(value): HEAVIER for about, value in stated}
    traits, number = np.unique(known.traits_of(person.codes[order])[1], return_counts=True)
    mixed = np.isin(known.kinds[traits], [KINDS.index(kind) for kind in MIXED])
    traits, number = traits[mixed], number[mixed]
    for code in traits[np.lexsort((traits, -number))][:MIX].tolist():
        codes.setdefault(code, 1)
    has = [person.bears(code)[order] for code in codes if code is not None]
    weights = [weight for code, weight in codes.items() if code is not None]
    none = np.zeros((len(order), 0), np.int64)
    return np.stack(has, 1, dtype=np.int64) if has else none, np.array(weights, np.int64)


def shown_facts(
    person: Person,
    facts: Sequence[Fact],
    liked: Sequence[int],
    disliked: Sequence[int],
    items: Sequence[Item],
    sayable: plain.Sayable = plain.any_trait,
) -> list[Fact]:
    """The facts that the displayed works bear out, each with what it may cite from them as details.

    Args:
        person: the user.
        facts: what may be said.
        liked, disliked: places of the displayed works.
        items: the displayed items, likes first.
        sayable: whether a trait can be named, by what it is about and its value.

    Returns:
        Facts in the same order, but those against works last, in the order of what the lists show: how much more
        common the trait is among the displayed dislikes than among the likes. None that says much less there than
        another trait does, whether or not that holds of all works. Details are how many of the displayed likes carry the
        trait, how many of the dislikes (dislikes first for reasons against), and example titles, those first
        of which the trait says most; where `CAVEAT` dislikes have the trait of a taste, too, the title of one precedes
        them.
        What is warned of is no example of a taste where there are two others, and what one reason
        excludes is no example of the next. Fewer than `CAVEAT` displayed dislikes make no mixed taste.
    """
    places = np.array([*liked, *disliked], np.int64)
    ends = slice(len(liked)), slice(len(liked), None)
    least, fewest = plain.bar(person, liked, disliked, sayable)
    found: list[tuple[Fact, np.ndarray | None]] = []
    for fact in facts:
        has = person.carries(fact)[places] if fact.about in KINDS else None
        if has is not None:
            k, against = (int(has[end].sum()) for end in ends)
            if fact.direction == 0 and against < CAVEAT:
                fact = replace(fact, direction=UP)
            if not _is_shown(fact, k, len(liked), against, len(disliked)):
                continue
            shown = [
                Fact("shown", fact.about, fact.value, k, len(liked), 0.0, UP),
                Fact("shown", fact.about, fact.value, against, len(disliked), 0.0, DOWN),
            ]
            shown = shown[::-1] if fact.direction == DOWN else shown
            if fact.direction == DOWN and (plain.gap(shown) < least or against < fewest):
                continue
            sure = fact.about == "series" or (fact.kind == "contrast" and fact.about != "decade")
            if not sure and plain.have_one_name(fact, has, items, len(liked)):
                continue
            fact = replace(fact, details=(*shown, *_other_side(person, fact)))
        found.append((fact, has))
    found.sort(key=lambda one: _less_plain(one[0]))
    warned = np.zeros(len(places), bool)
    for fact, has in found:
        if has is not None and fact.direction == DOWN:
            warned |= has
    excluded = np.zeros(len(places), bool)
    kept = []
    for fact, has in found:
        if has is not None:
            examples = _examples(fact, has, warned, excluded, items, len(liked))
            if fact.about == "blend" and sum(one.about == "work" for one in examples) < SHOWN:
                continue
            fact = replace(fact, details=(*fact.details, *examples))
            excluded |= has if fact.direction == DOWN else False
        kept.append(fact)
    return kept


def _other_side(person: Person, fact: Fact) -> list[Fact]:
    """What there is to set against a contrast: how many of all verdicts on the other side have the trait."""
    if not plain.sets_apart(fact):
        return []
    code = person.counts.codes[fact.about][fact.value]
    side, of = (DISLIKE, person.dislikes) if fact.direction == UP else (LIKE, person.likes)
    count = int((person.bears(code) & (person.sides == side)).sum())
    expected = person.counts.share(code, person.likes) * of
    return [Fact("overall", fact.about, fact.value, count, of, expected, -fact.direction)]


def left_over(
    person: Person,
    common: Sequence[Fact],
    named: Sequence[Fact],
    facts: Sequence[Fact],
    liked: Sequence[int],
    disliked: Sequence[int],
    items: Sequence[Item],
) -> list[Fact]:
    """What most displayed likes have in common that none of the named tastes accounts for.

    Args:
        person: the user.
        common: facts about categories, whether or not others like them as much.
        named: the tastes that are stated.
        facts: all that holds of the user; what it speaks against is not named.
        liked, disliked: places of the displayed works.
        items: the displayed items, likes first.

    Returns:
        At most one fact, with its details: about a category of `REST` of the displayed likes that no named taste
        applies to.
    """
    barred = {fact.topic for fact in facts if fact.direction == DOWN}
    barred |= {part.topic for part in named}
    places, n = np.array([*liked, *disliked], np.int64), len(liked)
    free = np.arange(len(places)) < n
    for fact in named:
        free &= ~person.carries(fact)[places]
    able = [
        (int((person.carries(fact)[places] & free).sum()), fact)
        for fact in common
        if fact.topic not in barred and fact.count >= MORE * fact.base * fact.of
    ]
    number, best = max(able, key=lambda one: (one[0], one[1].count), default=(0, None))
    if best is None or number < max(SHOWN, REST * n):
        return []
    has, none = person.carries(best)[places], np.zeros(len(places), bool)
    k, against = int(has[:n].sum()), int(has[n:].sum())
    shown = (
        Fact("shown", best.about, best.value, k, n, 0.0, UP),
        Fact("shown", best.about, best.value, against, len(disliked), 0.0, DOWN),
    )
    # Examples are works that no named taste applies to, where there are enough of them.
    examples = _examples(best, has & (free | (np.arange(len(has)) >= n)), none, none, items, n)
    return [replace(best, details=(*shown, *examples))]


def _examples(
    fact: Fact,
    has: np.ndarray,
    warned: np.ndarray,
    excluded: np.ndarray,
    items: Sequence[Item],
    liked: int,
) -> list[Fact]:
    """The displayed works that stand for a fact; see `shown_facts`.

    has, warned, excluded: of each displayed work, whether it has the trait, any trait that is warned of, or
    one that an earlier fact warns of.   liked: how many of the items are liked.
    """
    is_like = np.arange(len(has)) < liked
    if fact.direction == DOWN:
        return _titles("work", _foremost(fact, has & ~is_like & ~excluded, items, 1), items)
    able = has & is_like
    if (able & ~warned).sum() >= SHOWN:
        able &= ~warned
    titles = _titles("work", _foremost(fact, able, items, SHOWN), items)
    if (has & ~is_like).sum() < CAVEAT:
        return titles
    return _titles("title", _foremost(fact, has & ~is_like, items, 1)[:1], items) + titles


def _titles(about: str, places: Sequence[int], items: Sequence[Item]) -> list[Fact]:
    """The titles of these works, those last that share a word with an earlier one: two of a series are no two
    examples."""
    first: list[str] = []
    last: list[str] = []
    words: set[str] = set()
    for title in (items[place].title for place in places):
        (first if words.isdisjoint(title_words(title)) else last).append(title)
        words |= title_words(title)
    return [Fact("own", about, title) for title in first + last]


def _foremost(fact: Fact, able: np.ndarray, items: Sequence[Item], least: int) -> list[int]:
    """Places of works with a trait, first those of which it says most: that have few other categories, and
    name it early. Of the others only as many as are needed."""
    parts = fact.value.split(PLUS) if fact.about == "blend" else [fact.value]
    own = fact.about in ("category", "blend")

    def place_of(place: int) -> tuple[int, int]:
        named = items[place].categories
        if not own or not set(parts) <= set(named):
            return 0, 0
        return len(named), max(map(named.index, parts))

    places = sorted(np.flatnonzero(able).tolist(), key=place_of)
    if fact.about == "blend":
        # A blend says what a work is only where it has hardly another category.
        both = [one for one in places if place_of(one)[0] <= len(parts)]
        return (
            both if len(both) >= SHOWN else [one for one in places if place_of(one)[0] <= FOCUSED]
        )
    return [
        one for number, one in enumerate(places) if number < least or place_of(one)[0] <= FOCUSED
    ]


def _less_plain(fact: Fact) -> float:
    """0 for what is not against works; the more, the less the lists show it."""
    if fact.about not in KINDS or fact.direction != DOWN:
        return 0.0
    return 2 - plain.gap(fact.details)


def _is_shown(fact: Fact, k: int, n: int, against: int, m: int) -> bool:
    """Whether the displayed works show a fact: k of n likes carry its trait, and so many of m dislikes."""
    if fact.direction == DOWN:
        return against >= plain.AGAINST and against * n >= FAR * k * m
    if fact.kind == "listed" and k * LISTED < n:
        return False
    if k < SHOWN or WIDE * fact.count < fact.of:
        return False
    return fact.kind != "contrast" or (k * m >= CLEARLY * against * n and k * SEEN >= n)
