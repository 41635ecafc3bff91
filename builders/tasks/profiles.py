"""Who gets a profile, what there is to say of them, and in which order it is said.

The facts come from `evidence/interests/`; `interest_recognition.py` puts the question.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from itdr.builders.core.rng import HashRng
from itdr.builders.core.text import cut
from itdr.builders.evidence.aspects import aspects
from itdr.builders.evidence.comments import Comment
from itdr.builders.evidence.facts import DOWN, UP, Fact
from itdr.builders.evidence.interests import (
    core,
    counts,
    display,
    likeness,
    offers,
    opinions,
    plain,
    tastes,
)
from itdr.builders.evidence.interests.person import Person
from itdr.builders.evidence.interests.works import KINDS, Work, works_of
from itdr.builders.evidence.user_verdicts import Sided, sided
from itdr.builders.evidence.verdicts import DISLIKE, LIKE, rule
from itdr.builders.rendering.realiser import ComposedAnswer, Realiser, Statement, load_realiser
from itdr.builders.sampling.case import Case
from itdr.builders.sampling.histories import NO_WORKS, UserHistory
from itdr.builders.sampling.windows import Window
from itdr.builders.tasks.base import OpenCell

TASK_ID = "interest_recognition"
LEAST_LIKES, LEAST_DISLIKES = 20, 5
LEAST_REVIEWS, REVIEW_WORDS, LIKED_REVIEWS = 5, 40, 3
"""So many reviews of so many words stand in for other likes and dislikes, with so many likes."""
LEAST_FACTS, TASTES = 3, 2
PROFILE = "profile"
"""The section of an answer with the tastes."""
SECONDS = ("nearly_second", "second_of_two")
"""Statements that say the second of two tastes of equal weight."""
HEARD = 40
"""Reviews of a user that are searched for what they speak of."""


@dataclass(slots=True)
class Sketch:
    """What there is to say of a user.

    liked, disliked: places of the displayed works.
    facts: all that the displayed works show, in the order in which they may be said; held: (about,
    value) of all tastes, shown or not.   statements: what is said.
    """

    mine: Sided
    texts: list[str | None]
    liked: list[int]
    disliked: list[int]
    facts: list[Fact]
    held: frozenset[tuple[str, str]]
    flags: frozenset[str]
    statements: list[Statement]

    @property
    def displayed(self) -> list[int]:
        """Places of the displayed works, likes first."""
        return self.liked + self.disliked


@dataclass(slots=True)
class Tastes(Window):
    """A user of whom enough is known."""

    sketch: Sketch = field(kw_only=True)


@dataclass(slots=True)
class Profile(Case):
    """A case whose history is `liked` liked items, then disliked ones, each with its review text
    (None without one) and its rating or hours."""

    liked: int = 0
    texts: list[str | None] = field(default_factory=list)
    strengths: list[float] = field(default_factory=list)
    totals: Mapping[str, int] = field(default_factory=dict)
    answer: ComposedAnswer = field(default_factory=lambda: ComposedAnswer("", ()))
    table: list[str] = field(default_factory=list)
    works: list[Work] = field(default_factory=list)
    codes: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    held: frozenset[tuple[str, str]] = frozenset()


def realiser_of(cell: OpenCell, variant: str = "") -> Realiser:
    """The realiser of the cell's answers, or of the table of facts (variant `_table`)."""
    folder = cell.cell.templates
    return cell.store.shared(
        ("interest realiser", variant, folder),
        lambda: load_realiser(TASK_ID + variant, cell.cell.source.words, cell.words, folder),
    )


def windows(cell: OpenCell, user: int) -> Iterator[Tastes]:
    """The profile of a user, if enough is known.

    Args:
        cell: the open cell.
        user: the user's code.

    Yields:
        At most one window.
    """
    if rule(cell.store) not in ("ratings", "hours"):
        # Counts of plays alone tell no like from a dislike.
        return
    if cell.store.user_n[user] < LEAST_LIKES + LEAST_DISLIKES and not cell.store.has("text"):
        return
    mine = sided(cell.partition, user)
    likes = mine.sides.count(LIKE)
    texts = cell.store.texts(user) if cell.store.has("text") else []
    enough = likes >= LEAST_LIKES and len(mine.sides) - likes >= LEAST_DISLIKES
    if not enough and (likes < LIKED_REVIEWS or _reviews(texts) < LEAST_REVIEWS):
        return
    sketch = _sketch(cell, user, mine, texts or [None] * int(cell.store.user_n[user]))
    if sketch is not None:
        line = UserHistory(user, [], [], [], [], [], [], NO_WORKS)
        yield Tastes(line, sketch.liked, [], sketch=sketch)


def _reviews(texts: Sequence[str | None]) -> int:
    """How many reviews are long enough to say something."""
    return sum(len((text or "").split()) >= REVIEW_WORDS for text in texts)


def _sketch(cell: OpenCell, user: int, mine: Sided, texts: list[str | None]) -> Sketch | None:
    """What there is to say of a user; None where it is too little."""
    realiser, split = realiser_of(cell), cell.partition
    person = Person.of(counts.counts(split), mine, split.in_training([user])[0])
    held = tastes.facts(person, int(cell.cell.rule.options.get("carried", 1)))
    common = realiser.lexicon.sayable([*tastes.commonest(person)])
    sayable = [*realiser.lexicon.sayable(held), *common]
    ordered = core.first_taste(person, sayable)
    known = display.distinct_tastes(person, ordered)
    if not any(texts) and not any(map(core.is_own, known)):
        return None
    liked, disliked = _displayed(cell, user, mine, texts, person, [*known[:1], *common, *known[1:]])
    (items,) = cell.store.items_of([[mine.items[k] for k in liked + disliked]])

    def sayable_here(about: str, value: str) -> bool:
        dated = about == "decade" and tastes.is_recent(value, person.active)
        return not dated and realiser.lexicon.is_taste(about, value)

    shown = display.shown_facts(person, ordered, liked, disliked, items, sayable_here)
    shown = display.distinct_tastes(person, shown)
    shown = core.equal_second(shown) if shown else shown
    flags = core.flags(shown, known[0]) if known else set()
    worst = next((one for one in shown if one.kind == "contrast" and one.direction == DOWN), None)
    if worst and not plain.leads_alone(person, worst, liked, disliked, sayable_here):
        flags -= {"divides_down"}
    flags |= {"hours"} if counts.by_hours(split) else set()
    flags |= {"disliked"} if disliked else set()
    flags |= {"facts_shown"} if cell.cell.options.get("show_facts") else set()
    flags |= {"niche"} if any(map(tastes.is_mostly_unknown, shown)) else set()
    flags |= {"reviews"} if any(texts[mine.places[k]] for k in liked + disliked) else set()
    rated = likeness.Rated(
        person.codes[liked],
        person.codes[disliked],
        person.codes[person.sides == LIKE],
        person.codes[person.sides == DISLIKE],
        mine.touched,
    )
    comments = _comments(cell, user, mine, texts, liked + disliked)
    shown += opinions.opinions(comments, realiser.lexicon.aspects)
    planned = realiser.plan_statements(shown, flags)
    if "two" in flags and not any(
        one.form.id in SECONDS and one.facts[0] == shown[1] for one in planned
    ):
        flags -= {"two", "two_line"}
        planned = realiser.plan_statements(shown, flags)
    said = _leading(planned)
    openings = next(one.slots[0] for one in realiser.form.plan if one.id == PROFILE)
    first = next((one.form.id for one in planned if one.section == PROFILE), None)
    if first not in openings or not any(map(core.is_own, said)):
        return None
    if plain.is_passed_over(person, said, liked, disliked, sayable_here):
        return None
    against = [fact for fact in said if fact.about in KINDS and fact.direction == DOWN]
    shown += offers.aversions(split, rated, kinds=against[:1])
    shown += plain.decades(person, liked, disliked)
    every = realiser.lexicon.sayable([*tastes.commonest(person, tastes.OFTEN)])
    named = [fact for fact in said if core.is_taste(fact) or fact.kind == "most"]
    shown += display.left_over(person, every, named, [*held, *shown], liked, disliked, items)
    said = _leading(realiser.plan_statements(shown, flags))
    shown = _with_offers(cell, rated, held, shown, said)
    statements = realiser.plan_statements(shown, flags)
    said = _leading(statements)
    if any(fact.about == "work" and fact.direction == UP for fact in said):
        flags.add("offered")
    if sum(cited(one) for one in statements) < LEAST_FACTS or not _tells(said):
        return None
    if any(map(_warns, said)):
        flags.add("warned")
    topics = frozenset(fact.topic for fact in held)
    return Sketch(mine, texts, liked, disliked, shown, topics, frozenset(flags), statements)


def _with_offers(
    cell: OpenCell,
    rated: likeness.Rated,
    held: Sequence[Fact],
    shown: Sequence[Fact],
    said: Sequence[Fact],
) -> list[Fact]:
    """What may be said, and the works to offer. Who is said to want what is little known is offered that,
    or is not said to want it."""
    # What only a list could show counts where this one does.
    sure = [fact for fact in held if fact.kind != "listed"]
    against = [fact for fact in (*sure, *shown) if fact.about in KINDS and fact.direction == DOWN]
    liked = [fact for fact in said if core.is_taste(fact) or fact.kind == "most"]
    topics = {fact.topic for fact in liked}
    against += [one for one in likeness.parts_of(against) if one.topic not in topics]
    niche = any(map(tastes.wants_unknown, said))

    def offered(popular: bool) -> list[Fact]:
        return offers.offers(
            cell.partition,
            rated,
            tastes=liked,
            against=against,
            popular=popular,
            # Who keeps to what is well known is offered nothing else.
            obscure=not any(map(tastes.wants_known, said)),
        )

    picks = offered(popular=not niche)
    if niche and not picks:
        picks = offered(popular=True)
        if picks:
            shown = [fact for fact in shown if not tastes.wants_unknown(fact)]
    return [*shown, *picks]


def _displayed(
    cell: OpenCell,
    user: int,
    mine: Sided,
    texts: Sequence[str | None],
    person: Person,
    known: Sequence[Fact],
) -> tuple[list[int], list[int]]:
    """Places of the likes and dislikes that the question shows."""
    order = np.array(cell.hashed_order(user, mine.works, "shown"))
    if any(texts) and sum(map(core.is_taste, known)) < LEAST_FACTS:
        order = _telling_first(cell, user, mine, texts, order)
    titles, taken = np.array(mine.titles), set[int]()
    liked, disliked = (
        display.fair_sample(person, known, order[person.sides[order] == side], titles, n, taken)
        for side, n in zip((LIKE, DISLIKE), _most(cell, texts), strict=True)
    )
    return liked, disliked


def _telling_first(
    cell: OpenCell, user: int, mine: Sided, texts: Sequence[str | None], order: np.ndarray
) -> np.ndarray:
    """The order, begun by works whose review says what pleases or annoys: of a user with few tastes that
    can be counted there is little else to say."""
    words = realiser_of(cell).lexicon.aspects
    heard = order[:HEARD]
    tells = np.array(
        [bool(aspects(_comments(cell, user, mine, texts, [place]), words)) for place in heard], bool
    )
    return np.concatenate([heard[tells], heard[~tells], order[HEARD:]])


def _comments(
    cell: OpenCell, user: int, mine: Sided, texts: Sequence[str | None], places: Sequence[int]
) -> list[Comment]:
    """The displayed reviews, as they are displayed."""
    most = int(cell.cell.options["text_chars"])
    shown = ((texts[mine.places[k]], mine.sides[k]) for k in places)
    return [Comment(user, side, cut(text, most)) for text, side in shown if text]


def _leading(statements: Sequence[Statement]) -> list[Fact]:
    """What each statement is about."""
    return [one.facts[0] for one in statements if one.facts]


def _tells(said: Sequence[Fact]) -> bool:
    """Whether this tells likes from dislikes, or two tastes and a work to offer."""
    liked = [fact for fact in said if core.is_taste(fact) and fact.direction == UP]
    offered = any(fact.kind == "also_liked" and fact.direction == UP for fact in said)
    return any(map(_is_against, said)) or (len(liked) >= TASTES and offered)


def cited(statement: Statement) -> int:
    """How many facts a statement rests on: what is quoted counts each time, what counts works once."""
    quoted = sum(fact.kind == "aspect" for fact in statement.facts)
    return quoted or bool(statement.facts)


def _warns(fact: Fact) -> bool:
    """Whether a fact says what disappoints."""
    mixed = fact.kind in core.TASTES and not fact.direction
    return mixed or (_is_against(fact) and fact.direction != UP)


def _is_against(fact: Fact) -> bool:
    """Whether a fact tells likes from dislikes, or what to avoid."""
    if fact.kind == "aspect":
        return fact.direction != UP
    return fact.kind in ("contrast", "risk") or (
        fact.kind in ("also_liked", "listed") and fact.direction == DOWN
    )


def _most(cell: OpenCell, texts: Sequence[str | None]) -> tuple[int, int]:
    """How many likes and dislikes are displayed: half of them where there are reviews to read."""
    likes = cell.history if not any(texts) else -(-cell.history // 2)
    return likes, -(-likes // 2)


def draw(cell: OpenCell, chosen: Sequence[Tastes]) -> list[Profile]:
    """The cases of these windows, their answers written.

    Args:
        cell: the open cell.
        chosen: windows, as `windows` yields them.

    Returns:
        A case for each.
    """
    ids = cell.user_ids([window.user_history.user for window in chosen])
    return [_profile(cell, *of) for of in zip(chosen, ids, strict=True)]


def _profile(cell: OpenCell, window: Tastes, name: str) -> Profile:
    """name: the user's id."""
    sketch = window.sketch
    mine, places = sketch.mine, sketch.displayed
    (met,) = cell.store.items_of([[mine.items[k] for k in places]])
    # The item that the user met, with the traits of its work.
    works = [
        replace(work, id=item.id, title=item.title, listed=item.listed, shown=item.shown)
        for work, item in zip(
            works_of(cell.store, [mine.works[k] for k in places]), met, strict=True
        )
    ]
    most = int(cell.cell.options["text_chars"])
    rng = cell.draws(window.user_history.user, "wording")
    answer = realiser_of(cell).write(sketch.statements, rng)
    likes = mine.sides.count(LIKE)
    return Profile(
        key=name,
        user=name,
        history=works,
        ratings=[None if "hours" in sketch.flags else mine.strength[k] for k in places],
        times=[mine.times[k] for k in places],
        evidence=answer.evidence,
        flags=sketch.flags,
        liked=len(sketch.liked),
        texts=[cut(sketch.texts[mine.places[k]] or "", most) or None for k in places],
        strengths=[mine.strength[k] for k in places],
        totals={"judged": mine.judged, "likes": likes, "dislikes": len(mine.sides) - likes},
        answer=answer,
        table=_table(cell, sketch.facts, rng) if "facts_shown" in sketch.flags else [],
        works=works,
        codes=np.array([mine.works[k] for k in places]),
        held=sketch.held,
    )


def _table(cell: OpenCell, facts: Sequence[Fact], rng: HashRng) -> list[str]:
    """What was counted of a user, a line for each fact: all that may be said, in the order of its
    strength."""
    return realiser_of(cell, "_table").table(facts, rng)
