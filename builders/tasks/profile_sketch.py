"""What there is to say of a user, and what the question lists of them.

1. Facts are counted and tested over all that the user judged.
2. A fair sample of likes and dislikes is drawn for the question.
3. Of the facts those that the list shows are kept, and the plan of the answer file orders them.
4. What else many listed works have in common is added, and so are works to offer and to leave out.

A sketch is given up at any step at which there is too little to say. Where the list shows plainly what the answer
passes over, another list is drawn: it was no fair picture of the user.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

import numpy as np

from itdr.builders.core.text import cut
from itdr.builders.evidence.aspect_words import AspectWords
from itdr.builders.evidence.aspects import aspects
from itdr.builders.evidence.comments import Comment
from itdr.builders.evidence.facts import DOWN, UP, Fact
from itdr.builders.evidence.interests import (
    agreement,
    core,
    counts,
    display,
    fair_sample,
    likeness,
    offers,
    opinions,
    overlap,
    remainder,
    separators,
    tastes,
    visible_patterns,
    works,
)
from itdr.builders.evidence.interests.person import Person
from itdr.builders.evidence.interests.question_list import QuestionList
from itdr.builders.evidence.user_verdicts import Sided
from itdr.builders.evidence.verdicts import DISLIKE, LIKE
from itdr.builders.rendering.realiser import Realiser, Statement, load_realiser
from itdr.builders.tasks import profile_claims
from itdr.builders.tasks.base import OpenCell

TASK_ID = "interest_recognition"
MIN_FACTS = 3
MIN_LISTED_SHARE_OF_FIRST = Fraction(3, 10)
"""The share of the listed likes that have the taste that is named first, at least."""
MAX_LISTS = 12
"""Lists that are drawn for a user, at most."""
TASTES_SECTION = "profile"
"""The section of an answer with the tastes."""
MAX_CLAIMS, MAX_TASTES_KEPT = 4, 2
"""What is said of kinds and habits, at most; the weakest is left out, but not the first tastes, nor what to avoid."""
MAX_LEFT_OVER = 2
"""What else many listed works have in common that is said beside the tastes, at most."""
SECOND_TASTES = ("nearly_second", "equal_second")
"""Statements that say the second of two tastes of equal weight."""
PAIRED = {"two", "nearly", "equal"}
"""Flags of two tastes of equal weight."""
LATE = {"field"}
"""Flags that what is added to a list's facts may bring."""
MAX_TITLES_OF_A_SERIES = 20
"""A word that more titles have names no series."""
MAX_REVIEWS_READ = 40
"""Reviews of a user that are searched for what they speak of."""


@dataclass(slots=True)
class Sketch:
    """What there is to say of a user. It holds no more than that, as a plan keeps one of each user it chooses.

    items, works, texts, times, strengths: of each displayed work, the likes first.   liked: how many they are.
    totals: how many works were judged, liked, disliked in all.
    facts: all that the displayed works show, in the order in which they may be said; held: (about,
    value) of all tastes, shown or not.   statements: what is said.
    """

    items: list[int]
    works: list[int]
    texts: list[str | None]
    times: list[int | None]
    strengths: list[float]
    liked: int
    totals: dict[str, int]
    facts: list[Fact]
    held: frozenset[tuple[str, str]]
    flags: frozenset[str]
    statements: list[Statement]


@dataclass(frozen=True)
class _Subject:
    """A user of whom a sketch is made. held: the facts that hold.   common: what most likes have in common."""

    cell: OpenCell
    user: int
    mine: Sided
    texts: list[str | None]
    person: Person
    held: list[Fact]
    common: list[Fact]
    _telling: dict[int, bool] = field(default_factory=dict)

    @property
    def realiser(self) -> Realiser:
        return realiser_of(self.cell)

    @property
    def aspect_words(self) -> AspectWords:
        """What reviews speak of."""
        return self.realiser.lexicon.aspects

    def comments(self, places: Sequence[int]) -> list[Comment]:
        """The reviews of these works, as they are displayed."""
        most = int(self.cell.cell.options["text_chars"])
        written = ((self.texts[self.mine.places[k]], self.mine.sides[k]) for k in places)
        return [Comment(self.user, side, cut(text, most)) for text, side in written if text]

    def is_for(self, names: str, place: int) -> bool:
        """Whether the review of a work speaks of people on this list."""
        words = self.aspect_words
        return any(opinions.is_for_others(one, words, names) for one in self.comments([place]))

    def tells(self, place: int) -> bool:
        """Whether the review of a work says what pleases or annoys; read once for all lists."""
        if place not in self._telling:
            self._telling[place] = bool(aspects(self.comments([place]), self.aspect_words))
        return self._telling[place]


def realiser_of(cell: OpenCell, variant: str = "") -> Realiser:
    """The realiser of the cell's answers, or of the table of facts.

    Args:
        cell: the open cell.
        variant: `_table` for the table.

    Returns:
        The realiser, the same each time.
    """
    folder = cell.cell.templates

    def load() -> Realiser:
        found = load_realiser(TASK_ID + variant, cell.cell.source.words, cell.words, folder)
        dated = frozenset(works.titles_of_namesakes(cell.store))
        return replace(found, lexicon=replace(found.lexicon, namesakes=dated, _said={}))

    return cell.store.shared(("interest realiser", variant, folder), load)


def sketch_of(cell: OpenCell, user: int, mine: Sided, texts: list[str | None]) -> Sketch | None:
    """What there is to say of a user.

    Args:
        cell: the open cell.
        user: the user's code.
        mine: the user's likes and dislikes.
        texts: the user's reviews, by event; None without one.

    Returns:
        The sketch; None where there is too little to say.
    """
    subject = _subject(cell, user, mine, texts)
    ordered = core.by_strength([*subject.realiser.lexicon.sayable(subject.held), *subject.common])
    distinct = display.distinct_tastes(subject.person, ordered)
    if not any(texts) and not any(map(core.is_own, distinct)):
        return None
    silent: Sketch | None = None
    for attempt in range(MAX_LISTS):
        shown = _question_list(subject, distinct, attempt)
        heard = opinions.opinions(subject.comments(shown.places.tolist()), subject.aspect_words)
        telling = opinions.without_common_faults(heard, subject.aspect_words)
        facts, flags = _shown_facts(subject, shown, ordered, telling)
        if not _opens(subject, facts, flags):
            break
        if heard != telling:
            continue
        facts = _with_rest(subject, shown, facts, flags)
        if "two" in flags and "two" not in core.flags(facts):
            flags = (flags - PAIRED) | core.flags(facts)
        late = core.flags(facts) & LATE
        flags = (flags - PAIRED if late else flags) | late
        facts, flags = _with_separator(subject, shown, facts, flags)
        said = profile_claims.leading(subject.realiser.plan_statements(facts, flags))
        facts = _with_works(subject, shown, agreement.agreed(shown, facts, said), flags)
        said = profile_claims.leading(subject.realiser.plan_statements(facts, flags))
        if _leads(shown, said) and not _passes_over(shown, said):
            found = _finished(subject, shown, facts, flags)
            if subject.person.dislikes < display.MANY_DISLIKES or any(
                map(profile_claims.warns, said)
            ):
                return found
            silent = silent or found
    return silent


def _shown_facts(
    subject: _Subject, shown: QuestionList, ordered: Sequence[Fact], heard: Sequence[Fact]
) -> tuple[list[Fact], set[str]]:
    """Of the facts those that the list shows, with what is heard in its reviews; and the flags."""
    facts = display.distinct_tastes(subject.person, display.shown_facts(shown, ordered))
    facts = overlap.told_apart(shown, facts)
    facts = [*core.chosen_tastes(facts), *heard]
    return facts, _sayable_flags(subject, facts, _flags(subject, shown, facts))


def _leads(shown: QuestionList, said: Sequence[Fact]) -> bool:
    """Whether the taste that is named first is as plain in the list as a first one must be."""
    first = core.first_liking(said)
    if first is None:
        return True
    listed, n = shown.counts_of(first)[0], len(shown.liked)
    return listed >= MIN_LISTED_SHARE_OF_FIRST * n and core.can_lead(first, listed, n)


def _passes_over(shown: QuestionList, said: Sequence[Fact]) -> bool:
    """Whether the list plainly shows something of which the answer does not speak."""
    return (
        visible_patterns.unspoken_pattern(shown, said) is not None
        or visible_patterns.passes_over_liking(shown, said)
        or visible_patterns.hides_split(shown, said)
        or visible_patterns.warns_by_likings(shown, said)
    )


def _subject(cell: OpenCell, user: int, mine: Sided, texts: list[str | None]) -> _Subject:
    split = cell.partition
    person = Person.of(counts.counts(split), mine, split.in_training([user])[0])
    held = tastes.facts(person, int(cell.cell.rule.options.get("carried", 1)))
    common = realiser_of(cell).lexicon.sayable([*tastes.commonest(person)])
    return _Subject(cell, user, mine, texts, person, held, common)


# -- the list -----------------------------------------------------------------------------------


def _question_list(subject: _Subject, distinct: Sequence[Fact], attempt: int) -> QuestionList:
    """The likes and dislikes that the question lists; others in each attempt."""
    person, lexicon = subject.person, subject.realiser.lexicon

    def is_sayable(about: str, value: str) -> bool:
        dated = about == "decade" and tastes.is_recent(value, person.active)
        return not dated and lexicon.is_taste(about, value)

    facts = [*distinct[:1], *subject.common, *distinct[1:]]
    liked, disliked = _displayed(subject, facts, f"shown {attempt}" if attempt else "shown")
    codes = [subject.mine.items[k] for k in liked + disliked]
    (items,) = subject.cell.store.items_of([codes])
    shared = works.namesakes(subject.cell.store)[[subject.mine.works[k] for k in liked + disliked]]
    common = likeness.common_words(subject.cell.partition, MAX_TITLES_OF_A_SERIES)
    has_texts = any(subject.texts)
    blamed = [*([False] * len(liked)), *map(subject.tells, disliked)] if has_texts else []
    gifts = [subject.is_for("gifts", place) for place in liked] + [False] * len(disliked)
    named = shared.tolist()
    return QuestionList(person, liked, disliked, items, is_sayable, named, common, blamed, gifts)


def _displayed(subject: _Subject, facts: Sequence[Fact], draw: str) -> tuple[list[int], list[int]]:
    """Places of the likes and dislikes that the question shows.

    draw: what the order is drawn for.
    """
    cell, mine, person = subject.cell, subject.mine, subject.person
    order = np.array(cell.hashed_order(subject.user, mine.works, draw))
    if any(subject.texts) and sum(map(core.is_taste, facts)) < MIN_FACTS:
        order = _telling_first(subject, order)
    names, taken = _names(subject), set[int]()
    liked, disliked = (
        fair_sample.fair_sample(person, facts, order[person.sides[order] == side], names, n, taken)
        for side, n in zip((LIKE, DISLIKE), _most(cell, subject.texts), strict=True)
    )
    return liked, disliked


def _names(subject: _Subject) -> np.ndarray:
    """Codes of the titles without their years: an answer names no years, so no two listed works are namesakes."""
    store, mine = subject.cell.store, subject.mine
    names = np.array(mine.titles)
    first: dict[str, int] = {}
    for place in np.flatnonzero(works.namesakes(store)[mine.works]).tolist():
        title = works.without_year(store.item(mine.items[place]).title).casefold()
        names[place] = first.setdefault(title, mine.titles[place])
    return names


def _telling_first(subject: _Subject, order: np.ndarray) -> np.ndarray:
    """The order, begun by works whose review says what pleases or annoys: of a user with few tastes that
    can be counted there is little else to say."""
    heard = order[:MAX_REVIEWS_READ]
    tells = np.array(list(map(subject.tells, heard.tolist())), bool)
    return np.concatenate([heard[tells], heard[~tells], order[MAX_REVIEWS_READ:]])


def _most(cell: OpenCell, texts: Sequence[str | None]) -> tuple[int, int]:
    """How many likes and dislikes are displayed: half of them where there are reviews to read."""
    likes = cell.history if not any(texts) else -(-cell.history // 2)
    return likes, -(-likes // 2)


# -- the statements -----------------------------------------------------------------------------


def _flags(subject: _Subject, shown: QuestionList, facts: Sequence[Fact]) -> set[str]:
    """The flags of the case, but for those that depend on what is said in the end."""
    cell, texts = subject.cell, subject.texts
    found = core.flags(facts)
    worst = next((one for one in facts if one.kind == "contrast" and one.direction == DOWN), None)
    if worst and not visible_patterns.leads_alone(shown, worst):
        found -= {"divides_down"}
    found |= {"hours"} if counts.by_hours(cell.partition) else set()
    found |= {"disliked"} if shown.disliked else set()
    found |= {"facts_shown"} if cell.cell.options.get("show_facts") else set()
    found |= {"niche"} if any(map(tastes.is_mostly_unknown, facts)) else set()
    places = shown.places.tolist()
    found |= {"reviews"} if any(texts[subject.mine.places[k]] for k in places) else set()
    return found


def _sayable_flags(subject: _Subject, facts: Sequence[Fact], flags: set[str]) -> set[str]:
    """The flags, without `two` where the plan has no statement for the second taste."""
    planned = subject.realiser.plan_statements(facts, flags)
    if any(one.form.id in SECOND_TASTES for one in planned):
        return flags
    return flags - {"two", "nearly"}


def _opens(subject: _Subject, facts: Sequence[Fact], flags: set[str]) -> bool:
    """Whether the profile begins with a taste, or what dominates with mixed results, and something sets the user apart."""
    planned = subject.realiser.plan_statements(facts, flags)
    openings = next(one.slots[0] for one in subject.realiser.form.plan if one.id == TASTES_SECTION)
    first = next((one.form.id for one in planned if one.section == TASTES_SECTION), None)
    opens = first in openings or "field" in flags
    return opens and any(map(core.is_own, profile_claims.leading(planned)))


def _with_separator(
    subject: _Subject, shown: QuestionList, facts: list[Fact], flags: set[str]
) -> tuple[list[Fact], set[str]]:
    """The facts and flags, with what separates the hits from the misses of a kind, if anything does."""
    said = profile_claims.leading(subject.realiser.plan_statements(facts, flags))
    found = separators.separator_of(shown, said)
    if found is None:
        return facts, flags
    warned = any(core.is_reason(one) and one.topic == found.details[0].topic for one in said)
    facts = separators.without_its_examples(shown, facts, found)
    return [*facts, found], flags | ({"within_risk"} if warned else set())


def _with_rest(
    subject: _Subject, shown: QuestionList, facts: list[Fact], flags: set[str]
) -> list[Fact]:
    """The facts, and what else many listed likes have in common, as far as there is room."""
    said = profile_claims.leading(subject.realiser.plan_statements(facts, flags))
    every = subject.realiser.lexicon.sayable(
        [*tastes.commonest(subject.person, tastes.MIN_SHARE_OF_A_REST, safer=True)]
    )
    named = [fact for fact in said if core.is_taste(fact) or fact.kind == "most"]
    for _ in range(MAX_LEFT_OVER):
        more = remainder.left_over(shown, every, named, [*subject.held, *facts])
        more = overlap.rest_apart(shown, more, named, facts)
        named, facts = [*named, *more], [*facts, *more]
    named += [fact for fact in said if core.is_reason(fact)]
    facts = overlap.without_parts(shown, [*facts, *overlap.plain_patterns(shown, named, facts)])
    return _without_weakest(subject, shown, facts, flags)


def _without_weakest(
    subject: _Subject, shown: QuestionList, facts: list[Fact], flags: set[str]
) -> list[Fact]:
    """The facts without those for whose claims there is no room; what the list shows plainly stays."""
    claims = subject.realiser.plan_statements(facts, flags)
    further = [one.facts[0] for one in claims if one.section == TASTES_SECTION][MAX_TASTES_KEPT:]
    further += [one.facts[0] for one in claims if one.facts[0].kind == "habit"]
    further = [
        one
        for one in further
        if one.direction and not tastes.is_mostly_unknown(one) and not _is_strong(shown, one)
    ]
    further.sort(key=core.lift)
    dropped = further[: max(len(claims) - MAX_CLAIMS, 0)]
    return [fact for fact in facts if fact not in dropped]


def _is_strong(shown: QuestionList, fact: Fact) -> bool:
    return fact.about in ("category", "tag") and visible_patterns.is_strong_liking(shown, fact)


def _with_works(
    subject: _Subject, shown: QuestionList, facts: list[Fact], flags: set[str]
) -> list[Fact]:
    """The facts, and works to leave out and to offer."""
    split, plan = subject.cell.partition, subject.realiser.plan_statements
    person = subject.person
    rated = likeness.Rated(
        person.codes[shown.liked],
        person.codes[shown.disliked],
        person.codes[person.sides == LIKE],
        person.codes[person.sides == DISLIKE],
        subject.mine.touched,
        _marks(subject, shown),
    )
    said = profile_claims.leading(plan(facts, flags))
    against = [fact for fact in said if core.is_reason(fact)]
    if len(against) == 1 and _is_liked_at_times(against[0]):
        facts = [*facts, *offers.aversions(split, rated, kinds=against)]
    return _with_offers(subject, shown, rated, facts, profile_claims.leading(plan(facts, flags)))


def _marks(subject: _Subject, shown: QuestionList) -> np.ndarray:
    """The ratings of the listed likes; hours, which tell no better from worse likes, are all the same."""
    if counts.by_hours(subject.cell.partition):
        return np.zeros(len(shown.liked))
    return np.array([subject.mine.strength[place] for place in shown.liked], float)


def _is_liked_at_times(reason: Fact) -> bool:
    """Whether some likes have what a reason speaks against: what is ruled out altogether needs no example."""
    return any(one.kind == "overall" and one.count for one in reason.details)


def _with_offers(
    subject: _Subject,
    shown: QuestionList,
    rated: likeness.Rated,
    facts: list[Fact],
    said: Sequence[Fact],
) -> list[Fact]:
    """The facts, and the works to offer. Who is said to want what is little known is offered that, or is not said
    to want it."""
    # What only a list could show counts where this one does.
    sure = (fact for fact in subject.held if fact.kind != "listed")
    against = [fact for fact in (*sure, *facts) if core.is_reason(fact)]
    named = [
        fact for fact in said if fact.direction and (core.is_taste(fact) or fact.kind == "most")
    ]
    topics = {fact.topic for fact in named}
    # What is liked no more than usual asks for nothing.
    liked = [fact for fact in named if tastes.is_clearly_above(fact)]
    against += [one for one in likeness.parts_of(against) if one.topic not in topics]
    for_others = [one for one in shown.liked if subject.is_for("others", one)]
    gifts = subject.person.codes[np.array(for_others, int)].tolist()
    niche = any(map(tastes.wants_unknown, said))

    def offered(fame: offers.Fame) -> list[Fact]:
        return offers.offers(
            subject.cell.partition,
            rated,
            tastes=liked,
            against=against,
            silent=gifts,
            fame=fame,
        )

    # Who keeps to what is well known is offered nothing else.
    known = any(map(tastes.wants_known, said))
    usual = offers.Fame.WELL_KNOWN if known else offers.Fame.ANY
    picks = offered(offers.Fame.LITTLE_KNOWN if niche else usual)
    if niche and not picks:
        picks = offered(usual)
        if picks:
            facts = [fact for fact in facts if not tastes.wants_unknown(fact)]
    return [*facts, *picks]


def _finished(
    subject: _Subject, shown: QuestionList, facts: list[Fact], flags: set[str]
) -> Sketch | None:
    """The sketch, if its statements say enough."""
    statements = subject.realiser.plan_statements(facts, flags)
    said = profile_claims.leading(statements)
    if (
        sum(profile_claims.cited(one) for one in statements) < MIN_FACTS
        or not profile_claims.tells(said)
        or profile_claims.is_thin(said)
    ):
        return None
    if any(fact.about == "work" and fact.direction == UP for fact in said):
        flags = flags | {"offered"}
    if any(map(profile_claims.warns, said)):
        flags = flags | {"warned"}
    mine, places = subject.mine, [*shown.liked, *shown.disliked]
    likes = mine.sides.count(LIKE)
    return Sketch(
        [mine.items[k] for k in places],
        [mine.works[k] for k in places],
        [subject.texts[mine.places[k]] for k in places],
        [mine.times[k] for k in places],
        [mine.strength[k] for k in places],
        len(shown.liked),
        {"judged": mine.judged, "likes": likes, "dislikes": len(mine.sides) - likes},
        facts,
        frozenset(fact.topic for fact in subject.held),
        frozenset(flags),
        statements,
    )
