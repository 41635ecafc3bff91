"""Interest recognition: a short profile of a user's taste, from liked and disliked items.

The profile is composed from claims that hold over all that the user liked or disliked (`claims.py`)
and that the displayed items show; each is backed by rows of `evidence`:

- `liked:category` (or `creator`), a name and the claim's lift; `liked_count:category` how many of the
  user's likes carry it, `liked_common:category` its share among the likes of others in the training part;
  `disliked…` the same for dislikes, and `mixed…` for likes that the dislikes speak against. Where hours
  decide, the words are `kept` and `left`.
- `shown:category`, a name and how many of the displayed likes carry it; `shown_disliked:category` (or
  `shown_left…`) of the displayed dislikes.
- `count`, `liked` or `disliked`: how many works the user liked, or disliked, in all; `claims`: how many
  claims hold on that side, stated or not; `most:category`: the commonest category among the likes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from itdr.builders.core.rng import HashRng
from itdr.builders.core.schema import UNDERSTANDING
from itdr.builders.core.text import cut
from itdr.builders.evidence.interests import claims, counts
from itdr.builders.evidence.interests.claims import Claim
from itdr.builders.evidence.interests.facts import Facts, evidence, facts_of
from itdr.builders.evidence.interests.statements import DISLIKED, LIKED
from itdr.builders.evidence.user_verdicts import Sided, sided
from itdr.builders.rendering import interest_answer, lists
from itdr.builders.rendering.interest_answer_plan import story_of
from itdr.builders.sampling.case import Case, Evidence
from itdr.builders.sampling.histories import NO_WORKS, UserHistory
from itdr.builders.sampling.windows import Window
from itdr.builders.store.reader import Item
from itdr.builders.tasks.base import CellRule, OpenCell, Task
from itdr.builders.tasks.rating_prediction import rating_text

NOBODYS = "Cartography"
"""Stands for a category that nobody likes, where all that there are can be liked."""


@dataclass(slots=True)
class Tastes(Window):
    """A user with enough likes to be shown."""

    sided: Sided = field(kw_only=True)


@dataclass(slots=True)
class Profile(Case):
    """A case whose history is `liked` liked items, then disliked ones, each with its review text
    (None without one) and its rating or hours; `facts` is what the answer was made of, `held` are
    the traits of all claims that hold, stated or not."""

    liked: int = 0
    texts: list[str | None] = field(default_factory=list)
    strengths: list[float] = field(default_factory=list)
    answer: str = ""
    facts: Facts = field(default_factory=Facts)
    held: frozenset[tuple[str, str]] = frozenset()


def _windows(cell: OpenCell, user: int) -> Iterator[Tastes]:
    """One for a user with `history` liked works that can be shown, distinct in title; of works that all
    lack traits nothing can be told."""
    counts.counts(cell.partition)
    mine = sided(cell.partition, user)
    likes = [k for k, side in enumerate(mine.sides) if side == LIKED]
    bearing = counts.bearing(cell.store)
    enough = len({mine.titles[k] for k in likes}) >= cell.history
    if enough and any(bearing[mine.works[k]] for k in likes):
        line = UserHistory(user, [], [], [], [], [], [], NO_WORKS)
        yield Tastes(line, likes, [], sided=mine)


def _draw(cell: OpenCell, windows: Sequence[Tastes]) -> list[Profile]:
    users = [window.user_history.user for window in windows]
    # Read together, they take less time.
    counts.works_of(cell.store, [code for window in windows for code in window.sided.works])
    training = cell.partition.in_training(users)
    found = [_facts(cell, *of) for of in zip(users, training, windows, strict=True)]
    chosen = [places for _, places, _ in found]
    met = zip(windows, chosen, strict=True)
    items = cell.store.items_of([[window.sided.items[k] for k in of] for window, of in met])
    ids = cell.user_ids(users)
    return [
        _profile(cell, *of)
        for of in zip(windows, ids, *zip(*found, strict=True), items, strict=True)
    ]


def _profile(
    cell: OpenCell,
    window: Tastes,
    name: str,
    facts: Facts,
    chosen: list[int],
    held: list[Claim],
    met: list[Item],
) -> Profile:
    """name: the user's id.   chosen, met: the displayed items, as places and as items."""
    user, mine = window.user_history.user, window.sided
    works = counts.works_of(cell.store, [mine.works[k] for k in chosen])
    items = list(map(_shown_item, met, works))
    texts = cell.store.texts(user)
    hours = counts.by_hours(cell.partition)
    most = int(cell.cell.options["text_chars"])
    shown = [cut(texts[mine.places[k]] or "", most) or None for k in chosen]
    story = story_of(facts, _terms(cell), cell.cell.source.words, hours)
    flags = {"hours"} if hours else set()
    flags |= {"disliked"} if len(items) > len(facts.liked) else set()
    flags |= {"reviews"} if any(shown) else set()
    return Profile(
        key=name,
        user=name,
        history=items,
        ratings=[None if hours else mine.strength[k] for k in chosen],
        times=[mine.times[k] for k in chosen],
        evidence=[Evidence(*row) for row in evidence(facts, hours)],
        flags=frozenset(flags),
        liked=len(facts.liked),
        texts=shown,
        strengths=[mine.strength[k] for k in chosen],
        answer=interest_answer.compose(story, cell.draws(user, "wording")),
        facts=facts,
        held=frozenset(one.key for one in held),
    )


def _facts(
    cell: OpenCell, user: int, training: bool, window: Tastes
) -> tuple[Facts, list[int], list[Claim]]:
    """What is known of the user; the places of the displayed items: likes, then dislikes; and all
    claims that hold."""
    store, mine = cell.store, window.sided
    carried = int(cell.cell.rule.options.get("carried", 1))
    held = claims.claims(store, counts.counts(cell.partition), mine, training, carried)
    works = counts.works_of(store, mine.works)
    taken: set[int] = set()
    chosen = {}
    hashed = cell.hashed_order(user, mine.works, "shown")
    bearing = counts.bearing(store)
    for side in (LIKED, DISLIKED):
        order = [k for k in hashed if mine.sides[k] == side]
        # What no trait can be told of comes last.
        order.sort(key=lambda k: not bearing[mine.works[k]])
        # What a mixed taste fails with should be seen, too.
        said = [one for one in held if one.side == side or one.mixed]
        chosen[side] = claims.choose(works, mine.titles, order, said, cell.history, taken)
    liked, disliked = ([works[k] for k in chosen[side]] for side in (LIKED, DISLIKED))
    facts = facts_of(held, liked, disliked, works, mine.sides)
    return facts, chosen[LIKED] + chosen[DISLIKED], held


def _shown_item(met: Item, work: counts.Work) -> counts.Work:
    """The item that the user met, with the traits of its work."""
    return counts.Work(met.id, met.title, work.categories, work.creators, work.listed, work.tags)


def _terms(cell: OpenCell) -> dict[str, str]:
    names = ("person", "a_person", "people", "item", "items", "a_item", "category", "creator")
    return {name: cell.words[name] for name in (*names, "creators", "liked", "disliked", "events")}


# -- the question -----------------------------------------------------------------------------


def _context(cell: OpenCell, case: Case, needed: frozenset[str]) -> dict[str, object]:
    assert isinstance(case, Profile)
    n = len(case.history)
    made: dict[str, object] = {
        "n_liked": case.liked,
        "n_disliked": n - case.liked,
        "n_reviews": sum(text is not None for text in case.texts),
        "answer": case.answer,
    }
    for name, places in (("liked", range(case.liked)), ("disliked", range(case.liked, n))):
        heads = [_head(cell, case, k) for k in places]
        texts = [case.texts[k] for k in places]
        made[f"{name}_inline"] = "; ".join(heads)
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
    assert isinstance(item, counts.Work)
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


def _own_tags(item: counts.Work) -> list[str]:
    """The tags that do not repeat a category."""
    shown = {name.casefold() for name in item.categories}
    return [tag for tag in item.tags if tag.casefold() not in shown]


def _block(cell: OpenCell, case: Profile, k: int) -> str:
    words = cell.words
    item = case.history[k]
    assert isinstance(item, counts.Work)
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
    """The profile of another taste: likes and dislikes exchanged where the dislikes make a claim,
    else that of somebody of the training part, told of the displayed items; where nobody has another
    one, a taste that is made up."""
    assert isinstance(case, Profile)
    terms, wording = _terms(cell), cell.cell.source.words
    false = _false_facts(cell, case, draw)
    return interest_answer.compose(story_of(false, terms, wording, "hours" in case.flags), draw)


def _false_facts(cell: OpenCell, case: Profile, draw: HashRng) -> Facts:
    """Facts of which at least one claim is false."""
    if any(one.side == DISLIKED for one in case.facts.stated):
        return case.facts.exchanged()
    store = cell.store
    for _ in range(256):
        other = draw.below(len(store.user_hash))
        if not cell.partition.in_training([other])[0] or cell.user_id(other) == case.user:
            continue
        window = next(_windows(cell, other), None)
        if window is None:
            continue
        theirs, _, _ = _facts(cell, other, True, window)
        told = [one for one in theirs.stated if one.side == LIKED and not one.mixed]
        if told and not case.held & {one.key for one in told}:
            return case.facts.told_as(told)
    return case.facts.told_as([_untrue(cell, case, draw)])


def _untrue(cell: OpenCell, case: Profile, draw: HashRng) -> Claim:
    """A liking for a category that no displayed like carries, and of which no claim holds."""
    names = list(counts.counts(cell.partition).codes["category"])
    first = draw.below(len(names)) if names else 0
    name = next(
        name
        for name in (*names[first:], *names[:first], NOBODYS)
        if ("category", name) not in case.held
        and not any(claims.carries(work, ("category", name)) for work in case.facts.liked)
    )
    n = case.facts.n[0]
    return Claim(LIKED, "category", name, k=n // 2, n=n, against=0, p=1 / n, lift=claims.LIFT)


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
    needs=frozenset({"items.title", "items.categories"}),
    needs_any=frozenset({"interactions.rating", "interactions.weight"}),
    defaults={"history": 3, "text_chars": 800},
    variables=lists.layouts("liked", "disliked")
    | {"liked_blocks", "disliked_blocks", "n_liked", "n_disliked", "n_reviews", "answer"},
    flags=frozenset({"reviews", "disliked", "hours"}),
    windows=_windows,
    draw=_draw,
    context=_context,
    wrong=_wrong,
    least_events=lambda options: options["history"],
)
