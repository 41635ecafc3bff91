"""Who gets a profile, and the cases of those who do.

`profile_sketch.py` decides what is said of them; `interest_recognition.py` puts the question.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from itdr.builders.core.rng import HashRng
from itdr.builders.core.text import cut
from itdr.builders.evidence.facts import Fact
from itdr.builders.evidence.interests.works import Work, works_of
from itdr.builders.evidence.user_verdicts import sided
from itdr.builders.evidence.verdicts import LIKE, rule
from itdr.builders.rendering.realiser import ComposedAnswer
from itdr.builders.sampling.case import Case
from itdr.builders.sampling.histories import NO_WORKS, UserHistory
from itdr.builders.sampling.windows import Window
from itdr.builders.tasks.base import OpenCell
from itdr.builders.tasks.profile_sketch import Sketch, realiser_of, sketch_of

LEAST_LIKES, LEAST_DISLIKES = 20, 5
MOST_REMEMBERED = 1 << 13
"""Sketches that are kept until their rows are asked for."""
LEAST_REVIEWS, REVIEW_WORDS, LIKED_REVIEWS = 5, 40, 3
"""So many reviews of so many words stand in for other likes and dislikes, with so many likes."""


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


def windows(cell: OpenCell, user: int) -> Iterator[Tastes]:
    """The profile of a user, if enough is known.

    Args:
        cell: the open cell.
        user: the user's code.

    Yields:
        At most one window.
    """
    sketches = _remembered(cell)
    sketch = sketches.pop(user, None)
    if sketch is None:
        sketch = _sketch(cell, user)
        if sketch is None:
            return
        if len(sketches) < MOST_REMEMBERED:
            sketches[user] = sketch
    line = UserHistory(user, [], [], [], [], [], [], NO_WORKS)
    yield Tastes(line, list(range(sketch.liked)), [], sketch=sketch)


def _remembered(cell: OpenCell) -> dict[int, Sketch]:
    """Sketches by user, each of which is taken out by whoever asks next: rows say what the plan that chose their users
    has found."""
    one = cell.cell
    # A user of one split alone may be drawn with the users of another.
    part = None if cell.by_subject else cell.part_index
    key = (one.seed, one.split_by, one.validation, cell.cuts, part, str(one.templates))
    options = repr(sorted(one.options.items()))
    return cell.store.shared(("sketches", options, *key), dict)


def _sketch(cell: OpenCell, user: int) -> Sketch | None:
    if rule(cell.store) not in ("ratings", "hours"):
        # Counts of plays alone tell no like from a dislike.
        return None
    if cell.store.user_n[user] < LEAST_LIKES + LEAST_DISLIKES and not cell.store.has("text"):
        return None
    mine = sided(cell.partition, user)
    likes = mine.sides.count(LIKE)
    texts = cell.store.texts(user) if cell.store.has("text") else []
    enough = likes >= LEAST_LIKES and len(mine.sides) - likes >= LEAST_DISLIKES
    if not enough and (likes < LIKED_REVIEWS or _reviews(texts) < LEAST_REVIEWS):
        return None
    return sketch_of(cell, user, mine, texts or [None] * int(cell.store.user_n[user]))


def _reviews(texts: Sequence[str | None]) -> int:
    """How many reviews are long enough to say something."""
    return sum(len((text or "").split()) >= REVIEW_WORDS for text in texts)


def draw(cell: OpenCell, chosen: Sequence[Tastes]) -> list[Profile]:
    """The cases of these windows, their answers written.

    Args:
        cell: the open cell.
        chosen: windows, as `windows` yields them.

    Returns:
        A case for each.
    """
    ids = cell.user_ids([window.user_history.user for window in chosen])
    # What all of them show is read at once.
    works_of(cell.store, [code for window in chosen for code in window.sketch.works])
    cell.store.items_of([window.sketch.items for window in chosen])
    return [_profile(cell, *of) for of in zip(chosen, ids, strict=True)]


def _profile(cell: OpenCell, window: Tastes, name: str) -> Profile:
    """name: the user's id."""
    sketch = window.sketch
    (items,) = cell.store.items_of([sketch.items])
    # The item that the user met, with the traits of its work.
    works = [
        work
        if item.id == work.id
        else replace(work, id=item.id, title=item.title, listed=item.listed, shown=item.shown)
        for work, item in zip(works_of(cell.store, sketch.works), items, strict=True)
    ]
    most = int(cell.cell.options["text_chars"])
    rng = cell.draws(window.user_history.user, "wording")
    answer = realiser_of(cell).write(sketch.statements, rng)
    return Profile(
        key=name,
        user=name,
        history=works,
        ratings=[None if "hours" in sketch.flags else mark for mark in sketch.strengths],
        times=sketch.times,
        evidence=answer.evidence,
        flags=sketch.flags,
        liked=sketch.liked,
        texts=[cut(text or "", most) or None for text in sketch.texts],
        strengths=sketch.strengths,
        totals=sketch.totals,
        answer=answer,
        table=_table(cell, sketch.facts, rng) if "facts_shown" in sketch.flags else [],
        works=works,
        codes=np.array(sketch.works),
        held=sketch.held,
    )


def _table(cell: OpenCell, facts: Sequence[Fact], rng: HashRng) -> list[str]:
    """What was counted of a user, a line for each fact: all that may be said, in the order of its
    strength."""
    return realiser_of(cell, "_table").table(facts, rng)
