"""What a user's displayed reviews praise and complain about, taken together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from itdr.builders.evidence.aspect_words import AspectWords
from itdr.builders.evidence.aspects import aspects, audiences
from itdr.builders.evidence.comments import Comment
from itdr.builders.evidence.facts import DOWN, UP, Fact

_ENDS = (".", "!", "?", "…", ")", '"', "\n")
MIN_MENTIONS = 2
"""How many reviews must mention a thing before the user counts as caring about it."""
MIN_REVIEWS_OF_A_SIDE = 3
"""How many reviews of a side must praise or criticize a thing: three in five of those that praise, all that complain.
Two of three may complain of what anybody would."""


def opinions(comments: Sequence[Comment], words: AspectWords) -> list[Fact]:
    """What most of the reviews talk about, the most frequent topic first.

    Args:
        comments: the displayed reviews; those of what the user liked praise, the others complain.
        words: the words of the domain.

    Returns:
        Facts `aspect`: how many reviews of that side mention it, with one quote, and a second quote as a detail.
        Nothing that is praised here and criticised there, except for
        people whom the user has in mind: what does not suit them is a complaint all the same. Where half of all reviews,
        of both sides, speak of them, that is a fact without a direction.
    """
    mentions: dict[tuple[tuple[str, str], int], list[Fact]] = {}
    of = {side: sum(one.verdict == side for one in comments) for side in (UP, DOWN)}
    for comment in comments:
        remarks = aspects([comment], words, ("aspect", "audience"))
        topics = {fact.topic for fact in remarks}
        remarks += [fact for fact in _unsuited(comment, words) if fact.topic not in topics]
        for fact in remarks:
            if fact.direction == comment.verdict and _whole(fact.quote, comment.text):
                mentions.setdefault((fact.topic, fact.direction), []).append(fact)
    facts = []
    for (topic, side), alike in mentions.items():
        one_sided = topic[0] == "audience" or (topic, -side) not in mentions
        if one_sided and _is_often(len(alike), of[side], side):
            facts.append(_counted(alike, of[side]))
    facts += _of_both_sides(mentions, of)
    return sorted(facts, key=lambda fact: (fact.direction, -fact.count))


def _of_both_sides(
    mentions: Mapping[tuple[tuple[str, str], int], Sequence[Fact]], of: Mapping[int, int]
) -> Iterator[Fact]:
    """The people of whom half of all reviews speak, some of either side, unless all that complain do."""
    for (topic, side), praise in mentions.items():
        complaints = mentions.get((topic, DOWN), ())
        if topic[0] != "audience" or side != UP or not complaints:
            continue
        every, n = [*praise, *complaints], sum(of.values())
        alone = _is_often(len(complaints), of[DOWN], DOWN)
        if len(every) >= MIN_REVIEWS_OF_A_SIDE and 2 * len(every) >= n and not alone:
            yield replace(_counted(every, n), direction=0)


def without_common_faults(facts: Sequence[Fact], words: AspectWords) -> list[Fact]:
    """The opinions without complaints of what nobody likes, such as crashes: they say nothing of a taste.

    Args:
        facts: what `opinions` returns.
        words: the words of the domain.

    Returns:
        The facts in their order.
    """
    return [
        fact
        for fact in facts
        if fact.direction != DOWN or not words.is_of("common_faults", fact.value)
    ]


def is_for_others(comment: Comment, words: AspectWords, names: str = "others") -> bool:
    """Whether a review says that its author had somebody else in mind: a gift is no choice of their own.

    Args:
        comment: the review.
        words: the words of the domain.
        names: a list of audiences.

    Returns:
        True where it names an audience of that list.
    """
    facts = aspects([comment], words, ("audience",))
    return any(fact.about == "audience" and words.is_of(names, fact.value) for fact in facts)


def _unsuited(comment: Comment, words: AspectWords) -> list[Fact]:
    """The people, known to the lexicon, for whom a comment calls the item bad outright: "not for children"."""
    return [
        fact
        for fact in audiences([comment], words)
        if fact.about == "audience" and fact.direction == DOWN and fact.value in words.audiences
    ]


def _is_often(count: int, of: int, side: int) -> bool:
    """Whether so many of a side's reviews show a taste: a single one is about one item."""
    most = 5 * count >= 3 * of if side == UP else count == of
    return count >= MIN_REVIEWS_OF_A_SIDE and most


def _whole(quote: str, text: str) -> bool:
    """Whether a quote is all of a sentence: one that is cut may say the opposite."""
    begins = text.find(quote)
    before, after = text[:begins].rstrip(), text[begins + len(quote) :]
    ends = after[:1] in _ENDS or quote.endswith("!")
    return (not before or before[-1] in _ENDS) and ends and quote[0].isupper()


def _counted(facts: Sequence[Fact], of: int) -> Fact:
    more = [fact for fact in facts if fact.quote != facts[0].quote][:1]
    return replace(facts[0], count=len(facts), of=of, details=tuple(more))


def is_shared(fact: Fact) -> bool:
    """Whether a fact counts several reviews."""
    return fact.kind == "aspect" and fact.count >= MIN_MENTIONS
