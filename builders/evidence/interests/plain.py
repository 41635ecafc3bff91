"""What is plain to see in a user's displayed dislikes: it is said before anything else of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from itdr.builders.evidence.facts import DOWN, UP, Fact
from itdr.builders.evidence.interests.likeness import title_words
from itdr.builders.evidence.interests.person import Person
from itdr.builders.evidence.interests.works import KINDS, PLUS
from itdr.builders.store.reader import Item

AGAINST = 2
"""Displayed dislikes that a reason against an item must apply to."""
PLAIN = 0.75
"""Its difference between the displayed dislikes and likes must be this fraction of the greatest that any trait shows:
what is plain to see is not passed over for a detail."""
UNSAID = 0.4
"""Where most of the displayed dislikes share a trait, and the difference is so great, something is said of them."""
NEARLY_ALL, SETS_APART = 0.8, 0.3
"""Where so many of the displayed dislikes share a trait, and the difference is so great, nothing that fewer share is a
reason."""
FAR_ABOVE = 2
"""A decade that fills the list is said if so many times as many works are from it as would be expected."""
Sayable = Callable[[str, str], bool]
"""Whether a trait can be named, by what it is about and its value."""


def any_trait(about: str, value: str) -> bool:
    """Say that every trait can be named.

    Args:
        about: what the trait is.
        value: its value.

    Returns:
        True.
    """
    return True


def bar(
    person: Person, liked: Sequence[int], disliked: Sequence[int], sayable: Sayable
) -> tuple[float, int]:
    """What a reason against must show in the list at least, given all that could be named.

    Args:
        person: the user.
        liked, disliked: places of the displayed works.
        sayable: whether a trait can be named, by what it is about and its value.

    Returns:
        The `gap`, and how many dislikes must have the trait.
    """
    plain = _plain_to_see(person, liked, disliked, sayable)
    return PLAIN * max((far for _, far in plain), default=0.0), _fewest(plain, len(disliked))


def is_passed_over(
    person: Person,
    said: Sequence[Fact],
    liked: Sequence[int],
    disliked: Sequence[int],
    sayable: Sayable,
) -> bool:
    """Whether nearly all displayed dislikes plainly share a trait of which an answer says nothing; or, where it says
    nothing of dislikes, whether most of them do.

    Args:
        person: the user.
        said: what each statement is about.
        liked, disliked: places of the displayed works.
        sayable: whether a trait can be named, by what it is about and its value.

    Returns:
        False also where a trait is said that as many of them share.
    """
    plain, m = _plain_to_see(person, liked, disliked, sayable), len(disliked)
    told = [fact for fact in said if fact.about in KINDS]
    if not any(fact.direction != UP or sets_apart(fact) for fact in told):
        return any(2 * number > m > 3 and far >= UNSAID for number, far in plain)
    shared = (int(person.carries(fact)[list(disliked)].sum()) for fact in told)
    return _fewest(plain, m) > max(AGAINST, *shared)


def decades(person: Person, liked: Sequence[int], disliked: Sequence[int]) -> list[Fact]:
    """The decade that nearly all displayed likes, or all displayed dislikes, are from.

    Args:
        person: the user.
        liked, disliked: places of the displayed works.

    Returns:
        At most one fact `shown` for each side, the base as many as would be expected of the works that users like or
        dislike; where one decade fills both lists, one without direction, which counts both.
    """
    counts, found = person.counts, []

    def liked_too(code: int) -> bool:
        """Whether a decade is as common among the displayed likes as among those of others, or more so."""
        k = int(person.bears(code)[list(liked)].sum())
        filled = k >= NEARLY_ALL * len(liked)
        return not filled and k * int(counts.likes.sum()) > len(liked) * int(counts.liked[code])

    for places, direction, least, usual in (
        (list(liked), UP, NEARLY_ALL, counts.liked),
        (list(disliked), DOWN, 1.0, counts.disliked),
    ):
        number = len(places)
        for value, code in counts.codes["decade"].items():
            k = int(person.bears(code)[places].sum())
            own = int(usual[code])
            of = int((counts.likes if direction == UP else counts.dislikes).sum())
            expected = round(number * own / max(of, 1), 6)
            fills = value[:1].isdigit() and number > AGAINST and k >= least * number
            if fills and k >= FAR_ABOVE * expected and not (direction == DOWN and liked_too(code)):
                found.append(Fact("shown", "decade", value, k, number, expected, direction))
    if len(found) == 2 and found[0].topic == found[1].topic:
        high, low = found
        count, of, expected = (
            high.count + low.count,
            high.of + low.of,
            round(high.base + low.base, 6),
        )
        return [Fact("shown", "decade", high.value, count, of, expected, 0)]
    return found


def leads_alone(
    person: Person, fact: Fact, liked: Sequence[int], disliked: Sequence[int], sayable: Sayable
) -> bool:
    """Whether no other category or tag is about as plain to see in the displayed dislikes as what a fact is about.

    Args:
        person: the user.
        fact: a fact against a trait, with its details.
        liked, disliked: places of the displayed works.
        sayable: whether a trait can be named, by what it is about and its value.

    Returns:
        False where as many displayed dislikes share another one, and nearly as much sets it apart.
    """
    own = {fact.value, *fact.value.split(PLUS)}

    def is_other(about: str, value: str) -> bool:
        return about in ("category", "tag") and value not in own and sayable(about, value)

    others = _plain_to_see(person, liked, disliked, is_other)
    number, far = fact.details[0].count, gap(fact.details)
    return not any(most >= number and PLAIN * far <= other for most, other in others)


def _plain_to_see(
    person: Person, liked: Sequence[int], disliked: Sequence[int], sayable: Sayable
) -> list[tuple[int, float]]:
    """For each trait that can be named and several displayed dislikes have: how many do, and the `gap`."""
    counts, n, m = person.counts, len(liked), len(disliked)
    of, traits = counts.traits_of(person.codes[[*liked, *disliked]])
    low, against = np.unique(traits[of >= n], return_counts=True)
    found = []
    for trait, number in zip(low.tolist(), against.tolist(), strict=True):
        if number >= AGAINST and sayable(*counts.names[trait]):
            likes = int((traits[of < n] == trait).sum())
            found.append((number, round(number / m - likes / max(n, 1), 6)))
    return found


def _fewest(plain: Sequence[tuple[int, float]], m: int) -> int:
    """How many of the m displayed dislikes must share what is said: nearly all, where they plainly share something."""
    alike = any(number >= NEARLY_ALL * m and far >= SETS_APART for number, far in plain)
    return round(NEARLY_ALL * m) if alike else AGAINST


def gap(shown: Sequence[Fact]) -> float:
    """How much more common a trait is among the displayed dislikes than among the likes.

    Args:
        shown: how many dislikes have it, and how many likes.

    Returns:
        The difference between the two shares.
    """
    against, k = shown[:2]
    return round(against.count / max(against.of, 1) - k.count / max(k.of, 1), 6)


def have_one_name(fact: Fact, has: np.ndarray, items: Sequence[Item], liked: int) -> bool:
    """Whether all displayed works that a fact is about share a word of their titles: the name of a series rather than
    the trait is what they have in common.

    Args:
        fact: a fact about a trait.
        has: of each displayed work, whether it has the trait.
        items: the displayed items, likes first.
        liked: how many of them are liked.

    Returns:
        False for a single work.
    """
    side = range(liked, len(items)) if fact.direction == DOWN else range(liked)
    words = [title_words(items[place].title) for place in side if has[place]]
    return len(words) > 1 and bool(set.intersection(*words))


def sets_apart(fact: Fact) -> bool:
    """Whether a fact is about likes against dislikes.

    Args:
        fact: the fact.

    Returns:
        True for contrasts, and for what many displayed dislikes share.
    """
    return fact.kind in ("contrast", "risk") or (fact.kind == "listed" and fact.direction == DOWN)
