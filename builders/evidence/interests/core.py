"""Which tastes a profile names, in which order, and how it can open.

The strength of a taste is by how many standard deviations it is more common among the likes than expected.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from itdr.builders.evidence.facts import (
    DOWN,
    UP,
    Fact,
    exact,
    expected_number,
    is_taste_sized,
    sets_apart,
    z_score,
)
from itdr.builders.evidence.interests.opinions import is_shared
from itdr.builders.evidence.interests.tastes import (
    FACT_OF,
    MIN_SHARE_OF_CORE,
    is_clearly_above,
    is_field,
)
from itdr.builders.evidence.interests.works import KINDS
from itdr.builders.evidence.traits import PLUS

TASTES = ("share", *FACT_OF.values(), "beside")
MIN_SHARE_OF_FIRST_TASTE = Fraction(1, 5)
"""The share of the likes that the first taste has at least."""
MIN_SHARE_OF_USUAL_FIRST, MIN_LIFT_OF_SMALL_FIRST = Fraction(1, 3), 3
"""A first taste of fewer likes has at least so many times as many as expected."""
MIN_LISTED_SHARE_OF_CORE = Fraction(2, 5)
"""The share of the listed likes that the core of a taste has at least."""
MIN_LIFT_OF_CORE = 1.5
"""A core of whatever size has so many times as many likes as expected."""
MIN_SHARE_OF_LARGE_CORE, MIN_LIFT_OF_SMALL_CORE = Fraction(2, 5), 2
"""A core of fewer likes has at least so many times as many as expected."""
MIN_PERCENT_OF_EQUALS, MAX_PERCENT_OF_WEAKER = 80, 65
"""A second taste is as strong as the first if its share is at least this percentage of the first one's, and so is what
it exceeds the expected number by, and the other way round; it is weaker if it is less common, and exceeds what is
expected by less than the second percentage of what the first one does, in standard deviations."""
MIN_SHARE_OF_MAIN, MIN_SHARE_OF_BOTH = Fraction(3, 10), Fraction(1, 2)
"""Two tastes are the main interests if each has so many of the likes, or if both together would."""
MIN_LIFT_OF_COMMONEST = Fraction(7, 5)
"""What is merely the commonest trait comes first only if it is so many times as common as expected."""
MIN_LIKES_TO_A_DISLIKE, MIN_RATIO_OF_SAFE_SHARES = 10, 3
"""A kind is safe if the likes are so many times as many as the dislikes, and their share so many times as large,"""
FEWEST_DISLIKES_OF_SAFE = 10
"""and if there are so many dislikes of any kind."""
TIMES_WIDER, MIN_LIFT_OF_WIDER = 2, Fraction(3, 2)
"""A taste of so many times as many likes, so many times as many as expected, comes before a first one that a third of the
likes do not have."""
MIN_DIVIDING_DIFFERENCE = Fraction(1, 4)
"""What separates likes from dislikes differs by this share between them."""


def is_taste(fact: Fact) -> bool:
    """Whether a fact names what the user likes."""
    return fact.kind in TASTES or (fact.kind in ("contrast", "listed") and fact.direction == UP)


def is_own(fact: Fact) -> bool:
    """Whether a fact sets the user apart from others."""
    return is_taste(fact) or separates(fact) or is_shared(fact)


def separates(fact: Fact) -> bool:
    """Whether a fact tells likes from dislikes, of all works or of those of a kind."""
    return sets_apart(fact) or fact.kind == "among"


def first_liking(said: Sequence[Fact]) -> Fact | None:
    """The first of these facts that names what is liked, if any."""
    likings = (one for one in said if is_taste(one) or one.kind == "most")
    return next((one for one in likings if one.direction == UP), None)


def is_reason(fact: Fact) -> bool:
    """Whether a fact speaks against all works with a trait; that all listed dislikes are of a decade does not."""
    return fact.about in KINDS and fact.direction == DOWN and fact.kind not in ("shown", "among")


def lift(fact: Fact) -> Fraction:
    """How many times as many works as expected a fact counts, or as few as a fraction of them.

    Args:
        fact: a fact about likes.

    Returns:
        The greater of the two ratios, 1 or more.
    """
    count, expected = Fraction(fact.count), Fraction(str(round(expected_number(fact), 6)))
    low, high = sorted((max(count, Fraction(1, 2)), max(expected, Fraction(1, 2))))
    return high / low


def is_nameable(fact: Fact) -> bool:
    """Whether a fact can be stated as a taste. A decade that displeases as often as it pleases is merely the one the
    user watches."""
    if fact.about not in KINDS or fact.direction == DOWN:
        return False
    if not fact.direction and fact.about == "decade":
        return False
    return (is_taste(fact) or fact.kind == "most") and is_clearly_above(fact)


def by_strength(facts: Sequence[Fact]) -> list[Fact]:
    """The facts with the tastes first, the strongest at the head.

    Args:
        facts: what may be said.

    Returns:
        Tastes that can be named, those with mixed results last, then all that is no taste in its own order. Of those
        about one trait, a contrast precedes a share. The first taste has a third of the likes, or a fifth that is far more
        than expected; where none has, there are no tastes.
    """
    nameable = [fact for fact in facts if is_nameable(fact)]
    most: dict[tuple[str, str], float] = {}
    for fact in nameable:
        most[fact.topic] = max(z_score(fact), most.get(fact.topic, 0))
    # What displeases as often as it pleases tells less than any liking.
    nameable = sorted(
        nameable,
        key=lambda fact: (
            not fact.direction,
            _has_a_part(fact, nameable),
            -most[fact.topic],
            fact.kind != "contrast",
            fact.kind == "most",
            # Players' tags repeat what a game is filed under.
            fact.about == "tag",
        ),
    )
    rest = [fact for fact in facts if fact.kind != "most" and not is_about_likes(fact)]
    return [*led(nameable), *rest]


def _has_a_part(fact: Fact, named: Sequence[Fact]) -> bool:
    """Whether one of the categories of a blend can be named by itself."""
    parts = fact.value.split(PLUS) if fact.about == "blend" else []
    return any(one.about == "category" and one.direction and one.value in parts for one in named)


def is_about_likes(fact: Fact) -> bool:
    """Whether a fact says how common a trait is among the likes."""
    return fact.about in KINDS and fact.direction != DOWN and fact.kind != "among"


def can_lead(fact: Fact, k: int, n: int) -> bool:
    """Whether a taste may come first, or stand alone, where k of n works have it.

    Args:
        fact: the taste.
        k: how many of the likes, or of the listed likes, have it.
        n: how many there are.

    Returns:
        True for a third of them, or for far more likes than expected.
    """
    usual = round(expected_number(fact), 6)
    far = fact.count >= MIN_LIFT_OF_SMALL_FIRST * usual
    if fact.kind == "most" and fact.count < MIN_LIFT_OF_COMMONEST * exact(usual):
        return False
    return fact.direction == UP and (far or k >= MIN_SHARE_OF_USUAL_FIRST * n)


def led(tastes: Sequence[Fact]) -> list[Fact]:
    """The tastes with the first one at the head that is common enough to lead.

    Args:
        tastes: the strongest first.

    Returns:
        All of them; none where none is common enough.
    """
    common = (one for one in tastes if one.count >= MIN_SHARE_OF_FIRST_TASTE * one.of)
    able = [one for one in common if can_lead(one, one.count, one.of)]
    if not able:
        return [one for one in tastes if is_field(one)][:1]
    lead = able[0]
    if lead.count < MIN_SHARE_OF_USUAL_FIRST * lead.of:
        lead = next((one for one in able if _is_wider(one, lead)), lead)
    # A contrast of the same trait, if there is one, stands directly before or after it.
    return [
        *(one for one in tastes if one.topic == lead.topic),
        *(one for one in tastes if one.topic != lead.topic),
    ]


def _is_wider(taste: Fact, lead: Fact) -> bool:
    """Whether a taste has many more likes than the strongest one, and is clearly one all the same."""
    return taste.count >= TIMES_WIDER * lead.count and lift(taste) >= MIN_LIFT_OF_WIDER


def chosen_tastes(shown: Sequence[Fact]) -> list[Fact]:
    """The facts without the tastes that are not stated: beside the two strongest, series, and a contrast that is
    safe or divides likes from dislikes.

    Args:
        shown: the facts that the question shows, with their details, as `by_strength` orders them.

    Returns:
        The facts in their order, of those about likes with one trait only the first; of two tastes of about equal strength the
        commoner one first.
    """
    tastes: list[Fact] = []
    for fact in shown:
        if is_about_likes(fact) and fact.topic not in {one.topic for one in tastes}:
            tastes.append(fact)
    tastes = [
        one
        for place, one in enumerate(led(tastes))
        if not place or not one.direction or one.kind == "series" or is_taste_sized(one)
    ]
    pair = tastes[:2]
    if len(pair) > 1 and _comes_first(pair[1], pair[0]):
        pair.reverse()
    third = [] if any(one.kind == "contrast" for one in pair[1:]) else tastes
    extra = [one for one in third if one not in pair and (is_safe(one) or _divides(one))][:1]
    series_and_fields = [one for one in tastes if one.kind == "series" or _is_field(one)]
    series_and_fields = [one for one in series_and_fields if one not in pair and one not in extra]
    return [*pair, *extra, *series_and_fields, *(one for one in shown if not is_about_likes(one))]


def _comes_first(second: Fact, first: Fact) -> bool:
    """Whether of two tastes the second one comes first: if it is as strong and commoner, or if it may lead, and is more
    times as common as expected."""
    if _are_alike(first, second):
        return second.count > first.count
    plain = second.about in ("category", "tag", "decade") and second.kind not in ("beside", "most")
    common = second.count >= MIN_SHARE_OF_FIRST_TASTE * second.of
    able = plain and common and can_lead(second, second.count, second.of)
    return able and lift(second) > lift(first)


def is_safe(fact: Fact) -> bool:
    """Whether hardly any work with the trait of a contrast is disliked, and many are liked.

    Args:
        fact: a fact with its details.

    Returns:
        False for all that is no contrast.
    """
    if fact.kind != "contrast" or fact.direction != UP or not is_clearly_above(fact):
        return False
    low = _other_side(fact)
    return (
        low.of >= FEWEST_DISLIKES_OF_SAFE
        and MIN_LIKES_TO_A_DISLIKE * low.count <= fact.count
        and MIN_RATIO_OF_SAFE_SHARES * low.count * fact.of <= fact.count * low.of
    )


def flags(shown: Sequence[Fact]) -> set[str]:
    """The flags for how an answer opens and compares.

    `two` where the second taste is about as strong as the first (with `nearly` where it is less so, and `equal` where
    it is just as common), or `weaker`; without `two`, one of `core_line`, `core` or `mainstay` where the first one makes up much of the likes. `safe` where the
    next contrast is a safe choice; `field` where nearly all that is chosen is of one kind; `divides_up` or `divides_down` where the greatest contrast is said in that direction.

    Args:
        shown: the facts that `chosen_tastes` leaves.

    Returns:
        The flags.
    """
    names = _dividing(shown)
    tastes = [fact for fact in shown if is_about_likes(fact)]
    names |= {"safe"} if any(map(is_safe, tastes[1:])) else set()
    most = max((one.count for one in tastes if one.direction), default=0)
    names |= {"field"} if any(_is_field(one) and one.count >= most for one in tastes) else set()
    # What has mixed results is said after all that is liked.
    tastes = [one for one in tastes if one.direction]
    if not tastes:
        return names
    first, second = tastes[0], next(iter(tastes[1:]), None)
    # What is called nearly as frequent is not followed by what is more so.
    is_second = not any(one.count > tastes[1].count for one in tastes[2:])
    if len(tastes) > 1 and _are_alike(first, tastes[1]) and is_second:
        return names | {"two", "equal" if tastes[1].count == first.count else "nearly"}
    if second and _is_weaker(second, first):
        names |= {"weaker"}
    return names | _core_of(first)


def _core_of(first: Fact) -> set[str]:
    """The flag for a first taste that makes up much of the likes."""
    list_share = first.details[0]
    if list_share.count < MIN_LISTED_SHARE_OF_CORE * list_share.of or not _is_large(first):
        return set()
    return {{"contrast": "core_line", "most": "mainstay"}.get(first.kind, "core")}


def _is_field(fact: Fact) -> bool:
    """Whether nearly all that somebody chooses is of one kind, liked or not."""
    return fact.kind in TASTES and is_field(fact)


def _is_large(first: Fact) -> bool:
    """Whether the first taste makes up so much of the likes, or so much more than expected, that it is their core."""
    is_core = first.count >= MIN_SHARE_OF_CORE * first.of
    is_core = is_core and first.count >= MIN_LIFT_OF_CORE * round(expected_number(first), 6)
    is_far_above = first.count >= MIN_LIFT_OF_SMALL_CORE * round(expected_number(first), 6)
    return is_core and (is_far_above or first.count >= MIN_SHARE_OF_LARGE_CORE * first.of)


def _is_weaker(second: Fact, first: Fact) -> bool:
    """Whether a taste is clearly weaker than the first, and less common."""
    is_rarer = 100 * second.count < MIN_PERCENT_OF_EQUALS * first.count
    return is_rarer and 100 * z_score(second) < MAX_PERCENT_OF_WEAKER * z_score(first)


def _are_alike(first: Fact, second: Fact) -> bool:
    """Whether two tastes are about equally common, and neither much stronger."""
    large = min(first.count, second.count) >= MIN_SHARE_OF_MAIN * first.of
    large |= first.count + second.count >= MIN_SHARE_OF_BOTH * first.of
    up = first.direction == second.direction == UP and second.kind not in ("series", "beside")
    low, high = sorted((z_score(first), z_score(second)))
    fewer, more = sorted((first.count, second.count))
    less, most = sorted((_excess(first), _excess(second)))
    return (
        up
        and large
        and 100 * low >= MAX_PERCENT_OF_WEAKER * high
        and 100 * fewer >= MIN_PERCENT_OF_EQUALS * more
        and 100 * less >= MIN_PERCENT_OF_EQUALS * most
    )


def _excess(fact: Fact) -> Fraction:
    """By how many likes a taste exceeds what is expected."""
    return fact.count - exact(expected_number(fact))


def _dividing(shown: Sequence[Fact]) -> set[str]:
    """Where the greatest contrast is, if it is stated as one: as what separates likes from dislikes, or as the first
    reason against works. The first taste has a statement of its own."""
    tastes = [fact for fact in shown if is_about_likes(fact)]
    contrasts = [fact for fact in shown if fact.kind == "contrast"]
    greatest = max(contrasts, key=_difference, default=None)
    if greatest is None or not _divides(greatest) or greatest in tastes[:1]:
        return set()
    if (
        next(
            one
            for one in contrasts
            if one.direction == greatest.direction and one not in tastes[:1]
        )
        is not greatest
    ):
        return set()
    return {"divides_up" if greatest.direction == UP else "divides_down"}


def _divides(fact: Fact) -> bool:
    return fact.kind == "contrast" and is_own(fact) and _difference(fact) >= MIN_DIVIDING_DIFFERENCE


def _difference(fact: Fact) -> Fraction:
    """How much more common the trait of a contrast is on its own side."""
    other = _other_side(fact)
    return Fraction(fact.count, max(fact.of, 1)) - Fraction(other.count, max(other.of, 1))


def _other_side(fact: Fact) -> Fact:
    """All verdicts on the other side that have the trait of a contrast, among its details."""
    return next(one for one in fact.details if one.kind == "overall")
