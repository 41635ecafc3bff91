"""Which groups an answer of target user identification names, and whether they make a case."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Sequence

from itdr.builders.core.text import plain
from itdr.builders.evidence.aspect_words import AspectWords
from itdr.builders.evidence.audiences.kindred import is_single
from itdr.builders.evidence.audiences.tagged import is_hint
from itdr.builders.evidence.comments import Comment
from itdr.builders.evidence.complaints import unreported
from itdr.builders.evidence.facts import DOWN, SELDOM, Fact
from itdr.builders.evidence.traits import PLUS
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
MIN_PEOPLE_BESIDE = 25
"""People who hardly like a genre, at least, for them to be warned where its fans are no group."""
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
    disliked = any(map(_disappoints, statements))
    groups = [one.facts[0] for one in suited(statements) if one.facts[0].kind != "reception"]
    only_series = all("series" in (lead.kind, lead.about) for lead in groups)

    def is_asked_for(one: Statement) -> bool:
        if one.section in (GROUPS, NOT_FOR):
            # That most people like it is something to say beside the followers of its series alone.
            general = one.facts[0].about == "general"
            if general:
                return only_series
            # One who praises what most dislike speaks for few.
            quoted = one.section == GROUPS and bool(one.facts[0].quote)
            return not _rests_on_little(one) and not (disliked and quoted)
        if one.section == RECEIVED:
            return against < MOST_AGAINST and (bool(against) or _disappoints(one))
        return bool(against) or words.is_of("common_faults", one.facts[0].value)

    distinct = _told_apart([one for one in statements if is_asked_for(one)])
    fans = {genre for one in suited(distinct) for genre in _genres(one)}
    return _joined([one for one in distinct if not _warns_beside(one, fans)])


def is_founded(
    statements: Sequence[Statement], shown: Sequence[Comment], words: AspectWords
) -> bool:
    """Whether an answer rests on more than what is shown, where tags are known.

    Args:
        statements: what the answer says.
        shown: the comments as displayed.
        words: the words of the domain.

    Returns:
        True where some group rests on people who are counted, the first is no mere hint, and no comment names people of
        whom the answer says nothing.
    """
    groups = suited(statements)
    if not words.tagged or not groups:
        return True
    if _overlook_audience(statements, shown, words):
        return False
    facts = [fact for one in groups for fact in one.facts]
    return not is_hint(facts[0], words) and any(fact.of for fact in facts)


def _told_apart(statements: Sequence[Statement]) -> list[Statement]:
    """The statements without groups whose genres are those of an earlier group, some of them, or more: whoever likes
    romantic comedies likes comedies, and "animated musicals" after "animated films" are told twice."""
    earlier_genres: list[set[str]] = []
    distinct = []
    for one in statements:
        genres = _genres(one) if one.section == GROUPS else set()
        again = genres <= set().union(*earlier_genres) or any(
            earlier <= genres for earlier in earlier_genres
        )
        if not (genres and again):
            distinct.append(one)
            earlier_genres += [genres] if genres else []
    return distinct


def _warns_beside(one: Statement, fans: Collection[str]) -> bool:
    """Whether a statement warns some few who hardly like a genre whose fans are no group."""
    lead = one.facts[0]
    warned = lead.about == f"{SELDOM}category" and lead.direction == DOWN
    return warned and lead.value not in fans and lead.of < MIN_PEOPLE_BESIDE


def _genres(group: Statement) -> set[str]:
    """The genres that a group is fans of."""
    genre_facts = (fact for fact in group.facts if fact.about in ("category", "blend"))
    return {genre for fact in genre_facts for genre in fact.value.split(PLUS)}


def _overlook_audience(
    statements: Sequence[Statement], comments: Sequence[Comment], words: AspectWords
) -> bool:
    """Whether a comment names an audience, and nothing is said of it: "My kids love it"."""
    values = {fact.value for one in statements for fact in one.facts}
    texts = [plain(one.text) for one in comments]
    return any(name not in values for one in texts for name, _ in words.audiences_in(one))


def _joined(statements: Sequence[Statement]) -> list[Statement]:
    """That most do not like an item is said together with who likes it least; a group that likes it no less than all do
    is not warned then."""
    everybody = next((one for one in statements if _disappoints_all(one)), None)
    if everybody is None:
        return list(statements)
    overall = everybody.facts[0]
    rest = [one for one in statements if not _is_above(one, overall)]
    coldest = next((one for one in rest if one.section == NOT_FOR and _is_cold(one.facts[0])), None)
    if coldest is None:
        return rest
    both = dataclasses.replace(everybody, facts=(*everybody.facts, coldest.facts[0]))
    return [both if one is everybody else one for one in rest if one is not coldest]


def _is_above(one: Statement, overall: Fact) -> bool:
    """Whether a statement warns a group that likes an item as often as all do, or more often."""
    lead = one.facts[0]
    is_warning = one.section == NOT_FOR and lead.kind == "liked_if"
    return is_warning and lead.count * overall.of >= overall.count * lead.of


def _disappoints(one: Statement) -> bool:
    lead = one.facts[0]
    return (lead.kind, lead.direction) == ("reception", DOWN)


def _disappoints_all(one: Statement) -> bool:
    """The same of all who judged it, and not only of those who are no fans of what is named."""
    return _disappoints(one) and one.facts[0].about != "general"


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
    if _disappoints(one):
        return len(one.facts) > 1
    return one.section == NOT_FOR


def _warns_people(one: Statement) -> bool:
    """Whether a statement says of a group that the item does not suit it: more than that a review finds fault, or that
    those who hardly like its kind do not like it."""
    lead = one.facts[-1 if _disappoints(one) else 0]
    return warns_a_group(one) and lead.about != "aspect" and not _is_cold(lead)


def warns(statements: Sequence[Statement]) -> bool:
    """Whether an answer says whom the item does not suit, or what is wrong with it: more than that opinions differ."""
    return any(one.section not in (GROUPS, RECEIVED) or _disappoints(one) for one in statements)


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
    groups = suited(statements)
    against = sum(map(warns_a_group, statements))
    founded = sum(one.facts[0].solid for one in groups)
    several = any(map(_has_solid_lead, groups)) and founded + against >= LEAST_GROUPS
    several = several or (len(groups) == 1 and _stands_alone(groups[0]))
    quoted = sum(bool(one.facts[0].quote) and one.facts[0].solid for one in groups)
    if len(groups) == 1 and _restates_category(groups[0], own):
        return False
    if len(groups) == 1 and groups[0].facts[0].quote and not any(map(_warns_people, statements)):
        # One sentence of a review is little, even if another finds fault.
        return False
    if not several or (solid(statements) < ENOUGH and quoted < LEAST_GROUPS):
        return False
    return has_main_group(statements, is_rated) and (is_rated or any(map(_is_beyond, groups)))


def are_many(statements: Sequence[Statement]) -> bool:
    """Whether an answer names several groups, or works, of which something is known: the least it must do."""
    groups = suited(statements)
    many = len(groups) > 1 or any(is_list(one) or one.facts[0].kind in OF_WORKS for one in groups)
    return many and any(map(_has_solid_lead, groups)) and has_main_group(statements, is_rated=True)


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
    """Whether an answer names the followers of a series, perhaps those who did not like it, or that most people like
    it, and says nothing else: true, but easily guessed.

    Args:
        statements: what the answer says.

    Returns:
        True for such an answer.
    """
    parts = {fact.value for one in statements for fact in one.facts if fact.kind == "series"}

    def is_of_series(one: Statement) -> bool:
        lead = one.facts[0]
        of_part = lead.about == f"{SELDOM}work" and lead.value in parts
        general = one.section == GROUPS and lead.about == "general"
        return of_part or general or "series" in (lead.kind, lead.about.removeprefix(SELDOM))

    return bool(statements) and all(map(is_of_series, statements))


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
    groups = suited(statements)
    if len(groups) != 1:
        return any(one.facts[0].solid for one in groups)
    lead = groups[0].facts[0]
    if not _has_solid_lead(groups[0]):
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
