"""Which groups an answer of target user identification names, and whether they make a case."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Sequence

from itdr.builders.evidence.aspect_words import AspectWords
from itdr.builders.evidence.audiences.kindred import is_single
from itdr.builders.evidence.audiences.tagged import is_hint
from itdr.builders.evidence.comments import Comment
from itdr.builders.evidence.complaints import unreported
from itdr.builders.evidence.facts import DOWN, SELDOM, Fact
from itdr.builders.rendering.realiser import Statement

GROUPS, NOT_FOR, RECEIVED = "groups", "not_for", "received"
"""The sections of an answer: whom the item suits, whom it does not, and that it does not suit most or divides all."""
MOST_AGAINST = 2
"""Groups whom the item does not suit beside which nothing is said of its reception."""
ENOUGH = 3
"""Facts that count people or quote them, without which an item makes no case."""
LEAST_GROUPS = 2
"""Groups that an answer names, at least; one of them may be whom the item does not suit."""
LIST_ALONE = 3
"""Works by which a group is told, at least, where it is the only one; two besides the name of a maker."""
TENTHS_OF_EXPECTED = 13
"""Tenths of what is expected that the fans of a single work must reach for a group to rest on that work alone."""
OF_WORKS = ("kin", "series")
"""Kinds of groups that are told by works."""
LEAST_SHARES = {"also_taken": 3, "same_taken": 4, "taken_with": 3}
"""Where items are taken rather than judged: one in so many takers must be behind a group, if it is all that an answer
says."""


def suited(statements: Sequence[Statement]) -> list[Statement]:
    """The groups whom the item suits."""
    return [one for one in statements if one.section == GROUPS]


def asked_for(statements: Sequence[Statement], words: AspectWords) -> list[Statement]:
    """The statements that a question asks for.

    Args:
        statements: what the plan makes of an item's facts.
        words: the words by which reviews are read.

    Returns:
        The groups that rest on more than a slight liking by the fans of one work; that fewer than half of all like the
        item; and where a group is warned, that opinions differ, or a complaint that names no group. A fault that turns
        away people of every taste always counts.
    """
    against = sum(map(warns_a_group, statements))
    groups = [one.facts[0] for one in suited(statements) if one.facts[0].kind != "reception"]
    only_series = all("series" in (lead.kind, lead.about) for lead in groups)

    def is_asked_for(one: Statement) -> bool:
        if one.section in (GROUPS, NOT_FOR):
            # That most people like it is something to say beside the followers of its series alone.
            general = one.facts[0].about == "general"
            return only_series if general else not _rests_on_little(one)
        if one.section == RECEIVED:
            return against < MOST_AGAINST
        return bool(against) or words.is_of("common_faults", one.facts[0].value)

    return _joined([one for one in statements if is_asked_for(one)])


def is_founded(statements: Sequence[Statement], words: AspectWords) -> bool:
    """Whether an answer rests on more than single sentences of reviews, where tags are known.

    Args:
        statements: what the answer says.
        words: the words of the domain.

    Returns:
        True where some group rests on people who are counted, or on a tag, and the first is no mere hint.
    """
    found = suited(statements)
    if not words.tagged or not found:
        return True
    facts = [fact for one in found for fact in one.facts]
    return not is_hint(facts[0], words) and any(fact.of or fact.kind == "own" for fact in facts)


def _joined(statements: Sequence[Statement]) -> list[Statement]:
    """That most do not like an item is said together with who likes it least."""
    everybody = next((one for one in statements if _disappoints(one)), None)
    coldest = next(
        (one for one in statements if one.section == NOT_FOR and _is_cold(one.facts[0])), None
    )
    if everybody is None or coldest is None:
        return list(statements)
    both = dataclasses.replace(everybody, facts=(*everybody.facts, coldest.facts[0]))
    return [both if one is everybody else one for one in statements if one is not coldest]


def _disappoints(one: Statement) -> bool:
    return one.section == RECEIVED and one.facts[0].direction == DOWN


def _is_cold(fact: Fact) -> bool:
    """Whether a fact is about those who hardly like something."""
    return fact.about.startswith(SELDOM)


def _rests_on_little(group: Statement) -> bool:
    """Whether a group is known by a single work alone, whose fans like the item hardly more often than expected."""
    lead = group.facts[0]
    if len(group.facts) != 1 or not is_single(lead):
        return False
    return 10 * lead.count < TENTHS_OF_EXPECTED * lead.base


def warns_a_group(one: Statement) -> bool:
    """Whether a statement says of a group that the item does not suit it: more than that most people dislike it."""
    return one.section == NOT_FOR or (_disappoints(one) and len(one.facts) > 1)


def _warns_people(one: Statement) -> bool:
    """Whether a statement says of a group that the item does not suit it: more than that a review finds fault, or that
    those who hardly like its kind do not like it."""
    lead = one.facts[-1 if _disappoints(one) else 0]
    return warns_a_group(one) and lead.about != "aspect" and not _is_cold(lead)


def warns(statements: Sequence[Statement]) -> bool:
    """Whether an answer says whom the item does not suit: a fault that nobody likes tells of no group."""
    return any(one.section in (NOT_FOR, RECEIVED) for one in statements)


def solid(statements: Sequence[Statement]) -> int:
    """How many facts of these count people or quote them; the series of a work is one besides."""
    facts = {fact for one in statements for fact in one.facts}
    unnamed = any(one.facts[0].kind == "series" for one in statements)
    return sum(fact.solid for fact in facts) + unnamed


def are_enough(statements: Sequence[Statement], is_rated: bool, own: Collection[str] = ()) -> bool:
    """Whether an answer of these statements is worth making.

    Args:
        statements: what can be said of an item.
        is_rated: whether it is known what people thought of it.
        own: the item's own categories.

    Returns:
        True for several groups, or one that is told by several works. Where items are only taken, one group must be
        fans of a topic or maker other than the item's own, or of several works: the rest restates what is shown of it.
    """
    found = suited(statements)
    against = sum(map(warns_a_group, statements))
    founded = sum(one.facts[0].solid for one in found)
    several = any(map(_has_solid_lead, found)) and founded + against >= LEAST_GROUPS
    several = several or (len(found) == 1 and _stands_alone(found[0]))
    quoted = sum(bool(one.facts[0].quote) and one.facts[0].solid for one in found)
    if len(found) == 1 and _restates_category(found[0], own):
        return False
    if len(found) == 1 and found[0].facts[0].quote and not any(map(_warns_people, statements)):
        # One sentence of a review is little, even if another finds fault.
        return False
    if not several or (solid(statements) < ENOUGH and quoted < LEAST_GROUPS):
        return False
    return has_main_group(statements, is_rated) and (is_rated or any(map(_is_beyond, found)))


def are_many(statements: Sequence[Statement]) -> bool:
    """Whether an answer names several groups, or works, of which something is known: the least it must do."""
    found = suited(statements)
    several = len(found) > 1 or any(is_list(one) or one.facts[0].kind in OF_WORKS for one in found)
    return (
        several and any(map(_has_solid_lead, found)) and has_main_group(statements, is_rated=True)
    )


def _has_solid_lead(group: Statement) -> bool:
    """Whether a group stands on what people said or did: more than praise of what everybody cares about."""
    lead = group.facts[0]
    return lead.solid and (lead.kind, lead.about) != ("aspect", "aspect")


def overlook_complaint(
    statements: Sequence[Statement], shown: Sequence[Comment], words: AspectWords
) -> bool:
    """Whether an answer leaves out what a comment says against the item.

    Args:
        statements: what the answer says.
        shown: the comments as displayed.
        words: the words by which reviews are read.

    Returns:
        True where a comment complains, or warns somebody, and is not quoted, or its author disliked the item and is
        not quoted.
    """
    facts = [fact for one in statements for fact in one.facts]
    quotes = {fact.quote for fact in facts if fact.direction == DOWN and fact.quote}
    disliking = [one.text for one in shown if one.verdict < 0]
    unheard = any(not any(quote in text for quote in quotes) for text in disliking)
    return unheard or bool(unreported(shown, quotes, words))


def tell_series_alone(statements: Sequence[Statement]) -> bool:
    """Whether an answer names the followers of a series and says nothing else: true, but easily guessed."""
    return len(statements) == 1 and "series" in (
        statements[0].facts[0].kind,
        statements[0].facts[0].about,
    )


def _stands_alone(group: Statement) -> bool:
    works = sum(fact.about == "work" for fact in group.facts)
    return works >= LIST_ALONE - (not is_list(group))


def _restates_category(group: Statement, own: Collection[str]) -> bool:
    """Whether a group is fans of the item's own category, and nothing more is told of it."""
    lead = group.facts[0]
    return len(group.facts) == 1 and lead.about == "category" and lead.value in own


def _is_beyond(group: Statement) -> bool:
    """Whether a group likes something that is neither the item's own topic nor one or two works."""
    lead = group.facts[0]
    if is_list(group):
        return len(group.facts) >= LIST_ALONE
    return lead.kind in ("also_liked", "taken_with")


def has_main_group(statements: Sequence[Statement], is_rated: bool) -> bool:
    """Whether some group stands on what people said or did; a single one on more than praise of what
    everybody cares about, or on a work that few of the item's likers share.

    Args:
        statements: what can be said of an item.
        is_rated: whether it is known what people thought of it.

    Returns:
        True where one does.
    """
    found = suited(statements)
    if len(found) != 1:
        return any(one.facts[0].solid for one in found)
    lead = found[0].facts[0]
    if not _has_solid_lead(found[0]):
        return False
    one_in = LEAST_SHARES.get(lead.kind)
    return is_rated or one_in is None or one_in * lead.count >= lead.of


def is_list(group: Statement) -> bool:
    """Whether a group is known by the works that it likes alone."""
    return group.facts[0].about == "work" and group.facts[0].kind != "series"


def is_named(group: Statement) -> bool:
    """Whether a group has a name, and stands on what people said or did: more than on what everybody
    cares about."""
    first = group.facts[0]
    return first.solid and first.about != "aspect" and not is_list(group)
