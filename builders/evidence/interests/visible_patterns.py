"""Patterns that are plain to see in the listed likes and dislikes: none is passed over in silence."""

from __future__ import annotations

import math
from collections.abc import Container, Iterator, Sequence
from fractions import Fraction

import numpy as np

from itdr.builders.evidence.facts import DOWN, UP, Fact
from itdr.builders.evidence.interests.question_list import LEAST_LISTED, Pattern, QuestionList
from itdr.builders.evidence.interests.works import KINDS
from itdr.builders.evidence.significance import at_least
from itdr.builders.evidence.title_names import title_words
from itdr.builders.evidence.traits import PLUS

MIN_RATIO_TO_PLAINEST = Fraction(3, 4)
"""The gap of a reason against an item is at least this fraction of the greatest gap in the list: what is plain to see
is not passed over for a detail."""
NEARLY_ALL, WIDE_GAP = Fraction(4, 5), Fraction(3, 10)
"""Where so many of the listed dislikes share a trait, with so great a gap, no reason applies to fewer of them."""
MIN_SHARE_OF_PLAIN_PATTERNS, MIN_CONTRAST_OF_PLAIN_PATTERNS = Fraction(3, 5), 2
"""A trait of so many of the listed dislikes, so many times as common there as among the likes, is always spoken of; a
maker, of whom nothing else may be known, only if nearly all are by them."""
MIN_DISLIKES_OF_PURE_PATTERNS = 2
"""A category of so many of the listed dislikes is, too, if no listed like has it."""
FEWEST_LIKES_OF_PLAIN_KINDS, MAX_SHARE_OF_DISLIKES_OF_PLAIN_KINDS = 4, Fraction(1, 5)
"""A category of so many listed likes, and at most this share of the dislikes, is named however usual it is."""
MIN_SHARE_OF_PLAIN_LIKINGS, FEWEST_PLAIN_LIKES = Fraction(2, 5), 3
"""A category or tag of so many of the listed likes (one fewer of a short list), and half as common among the dislikes, is
always spoken of"""
MIN_LIFT_OF_PLAIN_LIKINGS = Fraction(5, 4)
"""if it is so many times as common among them as among the likes of others."""
MAX_CHANCE_OF_RARE_LIKINGS = 0.025
"""Two or more listed likes of a rarer one are, if chance alone would hardly bring so many, and no listed dislike is."""
SHARE_OF_STRONG_LIKINGS, SHARE_OF_UNDISPUTED = Fraction(2, 5), Fraction(3, 10)
"""A category or tag of so many listed likes, or of so many and of no listed dislike, is spoken of, be it as one with mixed
results,"""
MIN_LIFT_OF_UNDISPUTED = Fraction(13, 10)
"""if it is `MIN_LIFT_OF_PLAIN_LIKINGS` times as common as among the likes of others, or so many times."""
MAX_RATIO_OF_WIDER = 2
"""A kind of which all listed likes have a named one, too, is spoken of with that only if it is at most so many times as common."""
MOST_OF_A_SIDE, LITTLE_OF_A_SIDE = Fraction(2, 3), Fraction(1, 3)
"""What separates the hits of a kind from its misses is shared by so many of the ones, and by so few of the others."""
MIN_OVERLAP_OF_SPOKEN = Fraction(7, 10)
"""A trait counts as spoken of where a taste that is named applies to so many of the listed works that have it."""
FEWEST_DISLIKES = 3
"""Fewer dislikes show no pattern."""
SHARE_OF_SMALL_TASTES, SHARE_OF_WIDE_KINDS = Fraction(1, 3), Fraction(1, 2)
"""A taste of fewer likes is not the only one that is named where a category has more of the listed likes, and fewer of
the dislikes."""
MIN_SHARE_OF_PLAIN_DECADES = Fraction(3, 5)
"""A decade of so many of the listed likes is always spoken of, if that is more than usual."""
MIN_LIFT_OF_DECADES = 2
"""Such a decade, and a kind of which one listed dislike is, has at least so many times as many works in the list as would be
expected."""


def required_of_reasons(shown: QuestionList) -> tuple[Fraction, int]:
    """What a reason against an item must show in the list, given all that could be named.

    Args:
        shown: the list.

    Returns:
        The least gap, and the least number of dislikes that have the trait.
    """
    patterns, m = shown.patterns, len(shown.disliked)
    greatest = max((one.gap for one in patterns), default=Fraction(0))
    alike = any(one.number >= NEARLY_ALL * m and one.gap >= WIDE_GAP for one in patterns)
    return MIN_RATIO_TO_PLAINEST * greatest, math.ceil(NEARLY_ALL * m) if alike else LEAST_LISTED


def unspoken_pattern(shown: QuestionList, said: Sequence[Fact]) -> Pattern | None:
    """The plainest trait that sets most listed dislikes apart and of which an answer does not speak.

    Args:
        shown: the list.
        said: the facts that the answer's statements lead with.

    Returns:
        The trait; None where the answer speaks of most listed dislikes that have it.
    """
    m, n = len(shown.disliked), len(shown.liked)
    if m < FEWEST_DISLIKES:
        return None
    lows_by_fact = [shown.carriers(fact) & ~shown.is_like for fact in said if _is_about_lows(fact)]
    for one in shown.patterns:
        least = NEARLY_ALL if one.about == "creator" else MIN_SHARE_OF_PLAIN_PATTERNS
        is_plain = (
            one.number >= least * m
            and one.number * n >= MIN_CONTRAST_OF_PLAIN_PATTERNS * one.likes * m
        )
        # What nearly all dislikes are is spoken of, also if many likes are.
        is_plain = is_plain or (one.number >= NEARLY_ALL * m and one.number * n >= one.likes * m)
        pure = one.about == "category" and not one.likes
        is_plain = is_plain or (pure and one.number >= MIN_DISLIKES_OF_PURE_PATTERNS)
        fact = Fact("shown", one.about, one.value, direction=DOWN)
        if is_plain and not _is_covered(shown.carriers(fact) & ~shown.is_like, lows_by_fact):
            return one
    return None


def passes_over_liking(shown: QuestionList, said: Sequence[Fact]) -> bool:
    """Whether an answer passes over what many listed likes and few listed dislikes, or many of both, have in common.

    Args:
        shown: the list.
        said: the facts that the answer's statements lead with.

    Returns:
        False where each such category, tag or decade is named, or a named taste applies to most works that have it.
    """
    likings = [fact for fact in said if fact.about in KINDS and fact.direction != DOWN]
    likings = [fact for fact in likings if fact.kind != "among"]
    # When a work is from says nothing of what it is, nor the other way round.
    likes_by_fact = [
        shown.carriers(fact) & shown.is_like for fact in likings if fact.about != "decade"
    ]
    # Two tastes may share out between them what a third would be named for.
    likes_by_fact += [np.logical_or.reduce(likes_by_fact)] if likes_by_fact else []
    topics = {fact.topic for fact in likings}
    plain = [*_plain_likings(shown), *_plain_decades(shown)]
    if len(topics) == 1 and likings[0].count < SHARE_OF_SMALL_TASTES * likings[0].of:
        plain += _wide_kinds(shown)
    for fact in plain:
        has = shown.carriers(fact) & shown.is_like
        others = [] if fact.about == "decade" else likes_by_fact
        if fact.topic not in topics and not _is_covered(has, others):
            return True
    if any(fact.topic not in {one.topic for one in said} for fact in _of_both_sides(shown)):
        return True
    if any(
        not _is_addressed(shown, fact, said, likings) for fact in _strong_likings(shown, likings)
    ):
        return True
    return any(_is_by_kind(shown, fact, topics) for fact in likings if fact.about == "creator")


def _strong_likings(shown: QuestionList, named: Sequence[Fact]) -> Iterator[Fact]:
    """Each category and tag that is a strong liking, or of which there is more in the list than of a further taste."""
    n = len(shown.liked)
    further = [fact for fact in named[1:] if fact.about in ("category", "tag", "blend")]
    fewest = min((shown.counts_of(fact)[0] for fact in further), default=n)
    for fact in _listed(shown, "category", "tag"):
        k, against = shown.counts_of(fact)
        as_liked = against * n <= k * len(shown.disliked)
        exceeds = k > max(fewest, FEWEST_PLAIN_LIKES - 1) and as_liked
        exceeds = exceeds and k >= MIN_LIFT_OF_PLAIN_LIKINGS * _usual(shown, fact) * n
        if exceeds or is_strong_liking(shown, fact):
            yield fact


def hides_split(shown: QuestionList, said: Sequence[Fact]) -> bool:
    """Whether an answer says that a kind has mixed results where the list shows what separates its hits from its misses.

    Args:
        shown: the list.
        said: the facts that the answer's statements lead with.

    Returns:
        True where a category, tag or decade of which the answer does not speak sets most listed misses of the kind apart
        from most of its hits, or the other way round; of several of each.
    """
    # What fails of a kind because it is of one that is warned of is no matter of luck.
    topics = {fact.topic for fact in said if fact.direction != DOWN or fact.kind == "among"}
    for fact in said:
        if fact.about not in KINDS or fact.direction:
            continue
        has = shown.carriers(fact)
        hits, misses = has & shown.is_like, has & ~shown.is_like
        h, m = int(hits.sum()), int(misses.sum())
        if min(h, m) < LEAST_LISTED:
            continue
        for other in _listed(shown, "category", "tag", "decade"):
            own = shown.carriers(other)
            k, against = int((own & hits).sum()), int((own & misses).sum())
            splits = (against >= MOST_OF_A_SIDE * m and k <= LITTLE_OF_A_SIDE * h) or (
                k >= MOST_OF_A_SIDE * h and against <= LITTLE_OF_A_SIDE * m
            )
            if splits and max(k, against) >= LEAST_LISTED and other.topic not in topics:
                return True
    return False


def warns_by_likings(shown: QuestionList, said: Sequence[Fact]) -> bool:
    """Whether an answer warns of a kind by works all of which are of another kind that it says is liked.

    Args:
        shown: the list.
        said: the facts that the answer's statements lead with, with their details.

    Returns:
        True where somebody likes action films, and is warned of dramas by two action films.
    """
    likings = [one for one in said if one.about in KINDS and one.direction == UP]
    likings = [one for one in likings if one.about in ("category", "tag", "blend", "creator")]
    for fact in said:
        if fact.about not in KINDS or fact.direction != DOWN:
            continue
        titles = {one.value for one in fact.details if (one.kind, one.about) == ("own", "work")}
        examples = np.array([item.title in titles for item in shown.items], bool) & ~shown.is_like
        for one in likings:
            if examples.any() and bool((shown.carriers(one) >= examples).all()):
                return True
    return False


def is_strong_liking(shown: QuestionList, fact: Fact) -> bool:
    """Whether so many listed likes have what a fact is about, and so many more than usual, that the answer has to speak of it.

    Args:
        shown: the list.
        fact: a fact about a trait.

    Returns:
        False for what few listed likes have, or what most users like as much.
    """
    (k, against), n = shown.counts_of(fact), len(shown.liked)
    usual = _usual(shown, fact) * n
    if k < FEWEST_PLAIN_LIKES:
        return False
    if k >= SHARE_OF_STRONG_LIKINGS * n and k >= MIN_LIFT_OF_PLAIN_LIKINGS * usual:
        return True
    # What is far more common than usual may fail once.
    is_disliked = against > (k >= MIN_LIFT_OF_DECADES * usual) or not shown.disliked
    return not is_disliked and k >= max(SHARE_OF_UNDISPUTED * n, MIN_LIFT_OF_UNDISPUTED * usual)


def _usual(shown: QuestionList, fact: Fact) -> Fraction:
    """The share of the likes of others that have what a fact is about."""
    counts = shown.person.counts
    return Fraction(str(counts.share(counts.codes[fact.about][fact.value], shown.person.likes)))


def _is_addressed(
    shown: QuestionList, fact: Fact, said: Sequence[Fact], named: Sequence[Fact]
) -> bool:
    """Whether an answer names a trait, on its own or in a blend, or one taste to which all its works belong and that is not
    much wider."""
    if any(one.topic == fact.topic or fact.value in one.value.split(PLUS) for one in said):
        return True
    has = shown.carriers(fact) & shown.is_like
    widest = MAX_RATIO_OF_WIDER * _usual(shown, fact)
    others = [one for one in named if one.about != "decade" and _usual(shown, one) <= widest]
    if fact.about == "tag":
        return _is_covered(has, [shown.carriers(one) for one in others])
    return any(bool((shown.carriers(one) >= has).all()) for one in others)


def _is_by_kind(shown: QuestionList, maker: Fact, topics: Container[tuple[str, str]]) -> bool:
    """Whether all listed likes by a maker are of one category that is not named: it may be what pleases."""
    has = np.flatnonzero(shown.carriers(maker) & shown.is_like).tolist()
    categories = [set(shown.items[place].categories) for place in has]
    return any(("category", one) not in topics for one in set.intersection(*categories))


def is_plain_liking(shown: QuestionList, fact: Fact) -> bool:
    """Whether many listed likes, more than is usual, and few listed dislikes have what a fact is about.

    Args:
        shown: the list.
        fact: a fact about a trait.

    Returns:
        False for what few listed likes have.
    """
    k, against = shown.counts_of(fact)
    n, usual = len(shown.liked), _usual(shown, fact)
    if not against and k > 1 and _is_unlikely(k, n, usual):
        return True
    fewest = FEWEST_PLAIN_LIKES - (n < 2 * FEWEST_PLAIN_LIKES)
    least = max(Fraction(fewest), MIN_SHARE_OF_PLAIN_LIKINGS * n)
    m = len(shown.disliked)
    hardly = bool(m) and against <= MAX_SHARE_OF_DISLIKES_OF_PLAIN_KINDS * m
    many = k >= FEWEST_LIKES_OF_PLAIN_KINDS and k >= least
    if fact.about == "category" and many and hardly:
        return True
    is_liked = MIN_CONTRAST_OF_PLAIN_PATTERNS * against * n <= k * m
    return is_liked and k >= least and k >= MIN_LIFT_OF_PLAIN_LIKINGS * usual * n


def _is_unlikely(k: int, n: int, usual: Fraction) -> bool:
    """Whether chance would hardly bring k of n likes with a trait of which a share is usual."""
    return 0 < usual < 1 and at_least(k, n, float(usual)) <= MAX_CHANCE_OF_RARE_LIKINGS


def _plain_likings(shown: QuestionList) -> Iterator[Fact]:
    """Each category and tag that is a plain liking."""
    return (fact for fact in _listed(shown, "category", "tag") if is_plain_liking(shown, fact))


def _of_both_sides(shown: QuestionList) -> Iterator[Fact]:
    """Each category that many listed likes and most listed dislikes have."""
    n, m = len(shown.liked), len(shown.disliked)
    for fact in _listed(shown, "category"):
        k, against = shown.counts_of(fact)
        if m and k >= MIN_SHARE_OF_PLAIN_LIKINGS * n and against >= MIN_SHARE_OF_PLAIN_PATTERNS * m:
            yield fact


def _wide_kinds(shown: QuestionList) -> Iterator[Fact]:
    """Each category that more than half of the listed likes have, and a smaller share of the listed dislikes."""
    n, m = len(shown.liked), len(shown.disliked)
    for fact in _listed(shown, "category"):
        k, against = shown.counts_of(fact)
        if k > SHARE_OF_WIDE_KINDS * n and against * n < k * m:
            yield fact


def _plain_decades(shown: QuestionList) -> Iterator[Fact]:
    """The decade that nearly all listed likes are of, far more than is usual, whatever the dislikes are of."""
    counts, n = shown.person.counts, len(shown.liked)
    total = int(counts.likes.sum())
    for value, code in counts.codes["decade"].items():
        fact = Fact("shown", "decade", value, direction=UP)
        k, usual = shown.counts_of(fact)[0], int(counts.liked[code])
        is_far = k * total >= MIN_LIFT_OF_DECADES * n * usual
        if value[:1].isdigit() and k >= MIN_SHARE_OF_PLAIN_DECADES * n and is_far:
            yield fact


def _listed(shown: QuestionList, *kinds: str) -> Iterator[Fact]:
    """Each trait of these kinds that some listed work has and that can be named."""
    counts = shown.person.counts
    _, traits = counts.traits_of(shown.person.codes[shown.places])
    for trait in np.unique(traits).tolist():
        about, value = counts.names[trait]
        if about in kinds and shown.is_sayable(about, value):
            yield Fact("shown", about, value, direction=UP)


def _is_covered(has: np.ndarray, spoken: Sequence[np.ndarray]) -> bool:
    """Whether one of the traits that are spoken of applies to most of these works."""
    most = max((int((has & other).sum()) for other in spoken), default=0)
    return most >= MIN_OVERLAP_OF_SPOKEN * int(has.sum())


def _is_about_lows(fact: Fact) -> bool:
    """Whether a statement that leads with this fact speaks of dislikes that have its trait."""
    names_dislikes = any((one.kind, one.about) == ("own", "title") for one in fact.details)
    return fact.about in KINDS and (fact.direction != UP or names_dislikes)


def leads_alone(shown: QuestionList, fact: Fact) -> bool:
    """Whether no other category or tag is about as plain to see in the listed dislikes as what a fact is about.

    Args:
        shown: the list.
        fact: a fact against a trait.

    Returns:
        False where as many listed dislikes share another one, and nearly as much sets it apart.
    """
    own = {fact.value, *fact.value.split(PLUS)}
    k, against = shown.counts_of(fact)
    least = MIN_RATIO_TO_PLAINEST * shown.gap(k, against)
    return not any(
        one.about in ("category", "tag")
        and one.value not in own
        and one.number >= against
        and one.gap >= least
        for one in shown.patterns
    )


def have_one_name(fact: Fact, shown: QuestionList) -> bool:
    """Whether all listed works that a fact is about share a rare word of their titles: the name of a series rather
    than the trait is what they have in common.

    Args:
        fact: a fact about a trait.
        shown: the list.

    Returns:
        False for a single work.
    """
    has = shown.carriers(fact) & (shown.is_like == (fact.direction != DOWN))
    words = [title_words(shown.items[place].title) for place in np.flatnonzero(has).tolist()]
    return len(words) > 1 and bool(frozenset.intersection(*words) - shown.common_words)
