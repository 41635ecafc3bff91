"""Interest recognition: a profile of a user's taste, from a fair sample of what they liked and disliked.

The evidence is counted and tested over all that the user judged (`evidence/interests/`); the answer says
what the displayed works show of it, as `templates/answers/interest_recognition.yaml` plans it: what there
is most of or comes first, a second taste, what sets likes apart from dislikes, what to avoid, and a work
to offer next, for which a displayed work of that taste speaks.

A row needs a user with 20 likes and 5 dislikes (or 5 reviews of 40 words), of whom three facts or more
hold: one tells what sets this user apart from others, one what to avoid. Others give no row, however many
are asked for. Prompts ask for a next work only where the answer has one. Items without categories, as
those of Book-Crossing, and sources of which few users write often, as All_Beauty and Yelp, give next to none.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from itdr.builders.core.rng import HashRng
from itdr.builders.core.schema import UNDERSTANDING
from itdr.builders.core.text import cut
from itdr.builders.evidence.aspects import aspects
from itdr.builders.evidence.comments import Comment
from itdr.builders.evidence.facts import DOWN, UP, Fact
from itdr.builders.evidence.interests import core, counts, display, offers, opinions, tastes
from itdr.builders.evidence.interests.person import Person
from itdr.builders.evidence.interests.works import KINDS, Work, works_of
from itdr.builders.evidence.user_verdicts import Sided, sided
from itdr.builders.evidence.verdicts import DISLIKE, LIKE, rule
from itdr.builders.rendering import lists
from itdr.builders.rendering.realiser import ComposedAnswer, Realiser, Statement, load_realiser
from itdr.builders.sampling.case import Case
from itdr.builders.sampling.histories import NO_WORKS, UserHistory
from itdr.builders.sampling.windows import Window
from itdr.builders.tasks.base import CellRule, OpenCell, Task
from itdr.builders.tasks.rating_prediction import rating_text

LEAST_LIKES, LEAST_DISLIKES = 20, 5
LEAST_REVIEWS, REVIEW_WORDS, LIKED_REVIEWS = 5, 40, 3
"""So many reviews of so many words stand in for other likes and dislikes, with so many likes."""
LEAST_FACTS = 3
PROFILE = "profile"
"""The section of an answer with the tastes."""
ORDERS = ("", "offer_first", "against_first")
SECONDS = ("second_of_two",)
"""Statements that say the second of two tastes of equal weight."""
_TRIES = 64
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
        lambda: load_realiser(TASK.id + variant, cell.cell.source.words, cell.words, folder),
    )


def _windows(cell: OpenCell, user: int) -> Iterator[Tastes]:
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
    titles = [item.title for item in items]
    shown = display.shown_facts(person, ordered, liked, disliked, titles)
    shown = display.distinct_tastes(person, shown)
    shown = core.equal_second(shown) if shown else shown
    flags = core.flags(shown, known[0]) if known else set()
    flags |= {"hours"} if counts.by_hours(split) else set()
    flags |= {"disliked"} if disliked else set()
    flags |= {"facts_shown"} if cell.cell.options.get("show_facts") else set()
    flags |= {"reviews"} if any(texts[mine.places[k]] for k in liked + disliked) else set()
    likes = person.codes[person.sides == LIKE]
    liking = [*filter(core.is_taste, shown)]
    shown += offers.aversions(split, person.codes[disliked], likes, mine.touched, tastes=liking)
    comments = _comments(cell, user, mine, texts, liked + disliked)
    shown += opinions.opinions(comments, realiser.lexicon.aspects)
    planned = realiser.plan_statements(shown, flags)
    if "two" in flags and not any(one.form.id in SECONDS for one in planned):
        flags -= {"two", "two_line"}
        planned = realiser.plan_statements(shown, flags)
    said = _leading(planned)
    openings = next(one.slots[0] for one in realiser.form.plan if one.id == PROFILE)
    if not planned or planned[0].form.id not in openings or not _tells(said):
        return None
    against = [fact for fact in (*held, *shown) if fact.about in KINDS and fact.direction == DOWN]
    offered = functools.partial(
        offers.offers,
        split,
        person.codes[liked],
        mine.touched,
        disliked=person.codes[person.sides == DISLIKE],
        tastes=[fact for fact in said if core.is_taste(fact) or fact.kind == "most"],
        against=against,
    )
    # Who is said to want what is little known is offered that, or is not said to want it.
    niche = any(map(tastes.wants_unknown, said))
    picks = offered(popular=not niche)
    if niche and not picks:
        picks = offered()
        # Without a suggestion, only the taste for them can be said.
        untold = ("heavy",) if not picks else ("heavy", "obscure")
        shown = [
            fact for fact in shown if not tastes.wants_unknown(fact) or fact.about not in untold
        ]
    shown += picks
    statements = realiser.plan_statements(shown, flags)
    # What is said to need something little known is followed by it.
    order = _order(cell, user, [] if niche else picks, said)
    other = realiser.plan_statements(shown, flags | order)
    if order and len(other) == len(statements):
        flags, statements = flags | order, other
    if sum(_cited(one) for one in statements) < LEAST_FACTS:
        return None
    said = _leading(statements)
    if any(fact.about == "work" and fact.direction == UP for fact in said):
        flags.add("offered")
    elif not any(fact.about == "work" for fact in said):
        # A profile that names no work to choose or to leave helps nobody choose.
        return None
    if any(map(_warns, said)):
        flags.add("warned")
    topics = frozenset(fact.topic for fact in held)
    return Sketch(mine, texts, liked, disliked, shown, topics, frozenset(flags), statements)


def _order(cell: OpenCell, user: int, picks: Sequence[Fact], said: Sequence[Fact]) -> set[str]:
    """What comes before the tastes, if anything: the suggestion, or what to avoid."""
    first = ORDERS[cell.draws(user, "order").below(len(ORDERS))]
    able = {"offer_first": bool(picks), "against_first": any(map(_is_shown_against, said))}
    return {first} if able.get(first) else set()


def _is_shown_against(fact: Fact) -> bool:
    return fact.kind in ("contrast", "listed") and fact.direction == DOWN


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
    """Whether this tells more than what there is most of, and what to avoid."""
    own = any(core.is_own(fact) for fact in said)
    return own and any(map(_is_against, said))


def _cited(statement: Statement) -> int:
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
    return fact.kind in ("contrast", "listed") or (
        fact.kind == "also_liked" and fact.direction == DOWN
    )


def _most(cell: OpenCell, texts: Sequence[str | None]) -> tuple[int, int]:
    """How many likes and dislikes are displayed: half of them where there are reviews to read."""
    likes = cell.history if not any(texts) else -(-cell.history // 2)
    return likes, -(-likes // 2)


def _draw(cell: OpenCell, windows: Sequence[Tastes]) -> list[Profile]:
    ids = cell.user_ids([window.user_history.user for window in windows])
    return [_profile(cell, *of) for of in zip(windows, ids, strict=True)]


def _profile(cell: OpenCell, window: Tastes, name: str) -> Profile:
    """name: the user's id."""
    sketch = window.sketch
    mine, places = sketch.mine, sketch.displayed
    (met,) = cell.store.items_of([[mine.items[k] for k in places]])
    # The item that the user met, with the traits of its work.
    works = [
        replace(work, id=item.id, title=item.title, listed=item.listed)
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


# -- the question -----------------------------------------------------------------------------


def _context(cell: OpenCell, case: Case, needed: frozenset[str]) -> dict[str, object]:
    assert isinstance(case, Profile)
    n = len(case.history)
    rated = "hours" not in case.flags
    made: dict[str, object] = {
        "n_liked": case.liked,
        "n_disliked": n - case.liked,
        "n_reviews": sum(text is not None for text in case.texts),
        "answer": case.answer.text,
        "table": "\n".join(f"- {line}" for line in case.table),
        "liked_from": rating_text(cell.scale.liked, cell.scale) if rated else "",
        "disliked_to": rating_text(cell.scale.disliked, cell.scale) if rated else "",
        **{name: f"{number:,}" for name, number in case.totals.items()},
    }
    for name, places in (("liked", range(case.liked)), ("disliked", range(case.liked, n))):
        heads = [_head(cell, case, k) for k in places]
        texts = [case.texts[k] for k in places]
        made[f"{name}_inline"] = lists.inline(heads)
        made[f"{name}_lines"] = _with_texts([f"- {head}" for head in heads], texts, "  ")
        numbered = [f"{place}. {head}" for place, head in enumerate(heads, 1)]
        made[f"{name}_numbered"] = _with_texts(numbered, texts, "   ")
        if f"{name}_blocks" in needed:
            made[f"{name}_blocks"] = "\n\n".join(_block(cell, case, k) for k in places)
    return made


def _with_texts(heads: Sequence[str], texts: Sequence[str | None], indent: str) -> str:
    return "\n".join(
        f"{head}\n{indent}Review: {text}" if text else head
        for head, text in zip(heads, texts, strict=True)
    )


def _strength(cell: OpenCell, case: Profile, k: int) -> tuple[str, str]:
    """The label and the value of what says like or dislike: `Rating`, `4.5`."""
    if "hours" in case.flags:
        hours = f"{case.strengths[k]:.1f}".removesuffix(".0")
        return "Hours played", hours
    return "Rating", rating_text(case.strengths[k], cell.scale)


def _head(cell: OpenCell, case: Profile, k: int) -> str:
    """`Title by Creator [category, category; tags: tag, tag], rated 4`."""
    item = case.history[k]
    assert isinstance(item, Work)
    text = item.title
    if item.creators:
        text += f" by {', '.join(item.creators)}"
    filed = [lists.categories(item)] * bool(item.categories)
    tags = _own_tags(item)
    filed += [f"tags: {', '.join(tags)}"] * bool(tags)
    if filed:
        text += f" [{'; '.join(filed)}]"
    label, value = _strength(cell, case, k)
    if label == "Rating":
        return f"{text}, rated {value}"
    return f"{text}, {value} {'hour' if value == '1' else 'hours'} played"


def _own_tags(item: Work) -> list[str]:
    """The tags that do not repeat a category."""
    shown = {name.casefold() for name in item.categories}
    return [tag for tag in item.tags if tag.casefold() not in shown]


def _block(cell: OpenCell, case: Profile, k: int) -> str:
    words = cell.words
    item = case.history[k]
    assert isinstance(item, Work)
    rows = [
        (words["title"], [item.title]),
        (words["creators" if len(item.creators) > 1 else "creator"], item.creators),
        (words["categories" if len(item.categories) > 1 else "category"], item.categories),
        ("tags", _own_tags(item)),
    ]
    label, value = _strength(cell, case, k)
    lines = [f"{name[:1].upper()}{name[1:]}: {', '.join(of)}" for name, of in rows if of]
    lines.append(f"{label}: {value}")
    review = case.texts[k]
    return "\n".join([*lines, f"Review: {review}"] if review else lines)


# -- a wrong answer ---------------------------------------------------------------------------


def _wrong(cell: OpenCell, case: Case, draw: HashRng) -> str:
    """The same statements about other tastes: what the user likes stands where they dislike something,
    and the other way round; else a kind of which nothing holds, and works that nobody shares."""
    assert isinstance(case, Profile)
    swapped = _swapped(cell, case, draw)
    realiser = realiser_of(cell)
    statements = []
    for one in case.answer.statements:
        facts = tuple(_false(fact, swapped) for fact in one.facts)
        forms = realiser.form.statements.values()
        form = one.form
        if facts and not form.when.holds(facts[0]):
            form = next((other for other in forms if other.when.holds(facts[0])), form)
        statements.append(replace(one, form=form, facts=facts))
    return realiser.write(statements, draw).text


_OPPOSITES = {"generous": "strict", "strict": "generous"}


def _false(fact: Fact, swapped: Mapping[tuple[str, str], tuple[str, str]]) -> Fact:
    about, value = swapped.get(fact.topic, fact.topic)
    if fact.kind == "aspect":
        return replace(fact, direction=-fact.direction or UP)
    if fact.kind == "habit":
        other = _OPPOSITES.get(about, about)
        return replace(fact, about=other, direction=-fact.direction, details=())
    return replace(fact, about=about, value=value, details=())


def _swapped(
    cell: OpenCell, case: Profile, draw: HashRng
) -> dict[tuple[str, str], tuple[str, str]]:
    """For each (about, value) that the answer names, the one that stands for it in a false one."""
    facts = [fact for fact in case.answer.facts if fact.kind not in ("shown", "own")]
    traits = [fact for fact in facts if fact.about in KINDS]
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for fact in traits:
        other = next(
            (one for one in traits if one.direction != fact.direction and one.about == fact.about),
            None,
        )
        found[fact.topic] = other.topic if other else (fact.about, _untrue(cell, case, fact, draw))
    titles = [work.title for work in case.works]
    named = [fact.value for fact in case.answer.facts if fact.kind == "own"]
    rest = [title for title in titles if title not in named] or titles
    for title in dict.fromkeys(named):
        found["work", title] = ("work", rest[draw.below(len(rest))])
    for fact in facts:
        if fact.kind in ("also_liked", "reception"):
            found[fact.topic] = ("work", _unshared(cell, case, draw))
    return found


def _unshared(cell: OpenCell, case: Profile, draw: HashRng) -> str:
    """The title of a work that goes with none of the displayed likes."""
    table, store = counts.companions_of(cell.partition), cell.store
    shared = set(table.of(np.unique(case.codes)).other.tolist()) | set(case.codes.tolist())
    shelf = table.works
    for _ in range(_TRIES):
        code = int(shelf[draw.below(len(shelf))]) if len(shelf) else case.codes[-1]
        if code not in shared:
            return store.item(code).title
    return case.works[-1].title


def _untrue(cell: OpenCell, case: Profile, fact: Fact, draw: HashRng) -> str:
    """A value of the fact's kind that is no taste of the user, and that few displayed works carry."""
    names = list(counts.counts(cell.partition).codes[fact.about])
    lexicon = realiser_of(cell).lexicon
    least = fact.value
    for _ in range(_TRIES):
        name = names[draw.below(len(names))]
        false = replace(fact, value=name)
        if false.topic in case.held or not lexicon.is_taste(fact.about, name):
            continue
        least = name
        if not any(name in work.traits(fact.about) for work in case.works):
            break
    return least


TASK = Task(
    id="interest_recognition",
    root=UNDERSTANDING,
    title="Interest recognition",
    metrics=("BLEU-1", "BLEU-2", "ROUGE-1", "ROUGE-2", "ROUGE-L"),
    cells={
        "amazon-books": CellRule(6250, options={"carried": 20}),
        "anime-2023": CellRule(6250),
        "steam": CellRule(6228),
    },
    needs=frozenset({"items.title"}),
    needs_any=frozenset({"interactions.rating", "interactions.weight"}),
    defaults={"history": 10, "text_chars": 800, "show_facts": False},
    variables=lists.layouts("liked", "disliked")
    | {"liked_blocks", "disliked_blocks", "n_liked", "n_disliked", "n_reviews", "answer"}
    | {"likes", "dislikes", "judged", "liked_from", "disliked_to", "table"},
    flags=frozenset(
        {
            "reviews",
            "disliked",
            "hours",
            "facts_shown",
            "offered",
            "warned",
            "offer_first",
            "against_first",
        }
    ),
    windows=_windows,
    draw=_draw,
    context=_context,
    wrong=_wrong,
    least_events=lambda options: LEAST_REVIEWS,
    asks=(
        f"users with {LEAST_LIKES} likes and {LEAST_DISLIKES} dislikes, or {LEAST_REVIEWS} reviews of "
        f"{REVIEW_WORDS} words, of whom the data say what they like and what to avoid"
    ),
)
