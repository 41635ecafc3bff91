"""Made-up users for the tests of interest profiles: open cells, cases, rows, facts, and planted tastes."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from itdr.builders.dataset import open_cells, registry
from itdr.builders.evidence import user_verdicts
from itdr.builders.evidence.facts import DOWN, UP, Fact
from itdr.builders.evidence.interests import core, display, examples, remainder, tastes
from itdr.builders.evidence.interests import counts as interest_counts
from itdr.builders.evidence.interests.person import Person
from itdr.builders.evidence.interests.question_list import QuestionList
from itdr.builders.evidence.interests.typical import MIN_RATIO_OF_TYPICAL
from itdr.builders.evidence.interests.works import KINDS
from itdr.builders.evidence.traits import MAX_CATEGORIES_OF_AN_EXAMPLE
from itdr.builders.evidence.verdicts import DISLIKE, LIKE
from itdr.builders.sampling.splits import SPLITS
from itdr.builders.store import prepare, spec
from itdr.builders.store.reader import Item
from itdr.builders.tasks import interest_recognition as task
from itdr.builders.tasks import profiles
from itdr.builders.tasks.base import Cell, CellRule, OpenCell
from itdr.builders.tasks.profile_sketch import realiser_of
from tests import shared, world
from tests.world import Row

SOURCES: dict[str, dict[str, Any]] = {
    "ml-1m": {},
    "anime-2023": {"users": 150, "items": 160, "events": (50, 80)},
    "amazon-books": {"users": 150, "items": 160, "events": (50, 80)},
    "steam": {"users": 300, "items": 220, "events": (70, 95)},
}


@functools.cache
def folder() -> Path:
    def write(root: Path) -> None:
        people_with(root, meets=7.0, hates=0.9, users=400, second=0.5)
        for source, sizes in SOURCES.items():
            if sizes:
                world.write(source, root, **sizes)

    return shared.once("interest", write)[0]


@functools.cache
def rows(source: str) -> dict[str, list[Row]]:
    """All rows of one source."""
    found = world.load("interest_recognition", folder(), sources=[source], cells="all", size="all")
    assert all(found[part] for part in SPLITS)
    return found


def open_cell(source: str, root: Path, **options: Any) -> OpenCell:
    declared = registry.source(source)
    path = prepare.prepare(spec.StoreSpec(declared, data_dir=root))
    rule = task.TASK.cells.get(source, CellRule(100))
    values = {**task.TASK.defaults, **options}
    return open_cells.open_cell(Cell(task.TASK, declared, None, None, values, 0, rule), (path,))


@functools.cache
def shared_cell(source: str) -> OpenCell:
    """The cell of a source of `folder`, which several tests read."""
    return open_cell(source, folder())


def people(cell: OpenCell) -> dict[str, Person]:
    """Everybody with enough likes and dislikes, by id."""
    counts = interest_counts.counts(cell.partition)
    found = {}
    for user in range(len(cell.store.user_n)):
        mine = user_verdicts.sided(cell.partition, user)
        if mine.sides.count(LIKE) >= 20 and mine.sides.count(DISLIKE) >= 5:
            training = cell.partition.in_training([user])[0]
            found[cell.user_id(user)] = Person.of(counts, mine, training)
    return found


def shown(
    kind: str, value: str, k: int, direction: int = UP, about: str = "category", other: int = 0
) -> Fact:
    """A fact about 30 likes (or dislikes), ten of which are displayed. other: how many of the 30 verdicts on the other
    side have the trait, where that is said."""
    listed = (
        Fact("shown", about, value, round(k / 3), 10, 0.0, UP),
        Fact("shown", about, value, 0, 5, 0.0, DOWN),
    )
    overall = (Fact("overall", about, value, other, 30, 0.0, -direction or DOWN),)
    told_apart = kind in ("contrast", "risk") or not direction
    return Fact(kind, about, value, k, 30, 0.1, direction, details=listed + overall * told_apart)


Traits = Sequence[str]


def question_list(
    highs: Sequence[Traits],
    lows: Sequence[Traits],
    more_highs: Sequence[Traits] = (),
    more_lows: Sequence[Traits] = (),
    about: str = "category",
    usual: Mapping[str, tuple[int, int]] | None = None,
) -> QuestionList:
    """A list of works with these traits, and a user who also judged `more`. usual: by trait, how many of 100 likes and
    of 100 dislikes of the training part fell on it."""
    works = [*highs, *lows, *more_highs, *more_lows]
    names = sorted({name for work in works for name in work})
    codes = [sorted(map(names.index, work)) for work in works]
    sides = [LIKE] * len(highs) + [DISLIKE] * len(lows)
    sides += [LIKE] * len(more_highs) + [DISLIKE] * len(more_lows)
    known = np.array([(usual or {}).get(name, (1, 1)) for name in names]).reshape(-1, 2)
    zero, of_works = np.zeros(0, np.int64), np.zeros(len(works), np.int64)
    of_works[:1] = 100
    counts = interest_counts.Counts(
        codes={kind: {n: k for k, n in enumerate(names) if kind == about} for kind in KINDS},
        names=[(about, name) for name in names],
        kinds=np.full(len(names), KINDS.index(about)),
        starts=np.cumsum([0, *map(len, codes)]),
        traits=np.array([trait for own in codes for trait in own], np.int64),
        works=np.ones(len(names), np.int64),
        liked=known[:, 0],
        disliked=known[:, 1],
        likes=of_works,
        dislikes=of_works,
        judged=of_works,
        marks=of_works,
        activity=(zero, zero),
        known=1,
        habits=None,
    )
    places = np.arange(len(works))
    person = Person(counts, places, np.array(sides), zero, zero, zero, len(works), False)
    items = [
        Item(str(place), f"Film {chr(65 + place)}", tuple(work), ())
        for place, work in enumerate(works[: len(highs) + len(lows)])
    ]
    liked = list(range(len(highs)))
    return QuestionList(person, liked, list(range(len(highs), len(items))), items)


_PROFILES: dict[int, list[profiles.Profile]] = {}
"""By address the profiles of shared cells."""


def cases(cell: OpenCell, most: int | None = None) -> list[profiles.Profile]:
    """The profiles of all users, or of the first `most`."""
    if most is None and cell is shared_cell(cell.cell.source.id):
        if id(cell) not in _PROFILES:
            _PROFILES[id(cell)] = _draw_profiles(cell, None)
        return _PROFILES[id(cell)]
    return _draw_profiles(cell, most)


def _draw_profiles(cell: OpenCell, most: int | None) -> list[profiles.Profile]:
    users = range(len(cell.store.user_n))[:most]
    return profiles.draw(cell, [w for user in users for w in profiles.windows(cell, user)])


def require_named(cell: OpenCell, drawn: Sequence[profiles.Profile]) -> tuple[int, int]:
    """Check that no common category of the listed likes goes unnamed.

    A category of 40% of them to which no named taste applies, or of more of them than the last named taste, is named
    where it is a quarter more common than expected and two works are typical of it, unless it is warned of. Returns how many categories could have
    gone unnamed, and how many answers name one for the rest of the list.
    """
    lexicon = realiser_of(cell).lexicon
    checked = rest = 0
    for case in drawn:
        said = [one.facts[0] for one in case.answer.statements if one.facts]
        has_rest = any(one.form.id == "rest" for one in case.answer.statements)
        rest += has_rest
        named = [fact for fact in said if core.is_taste(fact) or fact.kind == "most"]
        person = _person(cell, cell.store.code("user", case.user))
        places = [person.codes.tolist().index(code) for code in case.codes[: case.liked].tolist()]
        carried = [person.carries(fact)[places] for fact in named]
        free = ~np.logical_or.reduce(carried) if carried else np.ones(len(places), bool)
        # At most one category is named for the rest of the list.
        last = int(carried[-1].sum()) if len(carried) > 1 and not has_rest else len(places)
        silent = {fact.value for fact in named}
        silent |= {value for about, value in case.held if about == "category"}
        silent |= {fact.value for fact in said if fact.direction == DOWN}
        for fact in lexicon.sayable([*tastes.commonest(person, tastes.MIN_SHARE_OF_A_REST)]):
            if fact.value in silent or any(display.nested(fact, one) for one in named):
                continue
            own = person.carries(fact) & (person.sides == LIKE)
            if any(2 * int((own & person.carries(one)).sum()) > own.sum() for one in named):
                # Most of it is part of what is named.
                continue
            if tastes.is_clearly_above(fact):
                has = np.array([fact.value in work.categories for work in case.works[: case.liked]])
                alone, seen = int((has & free).sum()), int(has.sum())
                checked += 1
                is_plain = alone >= remainder.SHARE_OF_A_REST * len(places) or seen > last
                works = itertools.compress(case.works, has & free)
                typical = sum(_is_typical(person, work.categories, fact.value) for work in works)
                assert typical < display.MIN_EXAMPLES or not is_plain, (case.user, fact.value)
    return checked, rest


def _is_typical(person: Person, categories: Sequence[str], category: str) -> bool:
    """Whether a work is an example of a category: it has few others, none of which makes it much less likely."""
    bearers = person.counts.bearers(person.counts.codes["category"][category])
    usual = MIN_RATIO_OF_TYPICAL * Fraction(len(bearers), len(person.counts.likes))
    return len(categories) <= MAX_CATEGORIES_OF_AN_EXAMPLE and all(
        examples._go_together(person.counts, other, [category]) >= usual
        for other in categories
        if other != category
    )


def _person(cell: OpenCell, user: int) -> Person:
    mine = user_verdicts.sided(cell.partition, user)
    training = cell.partition.in_training([user])[0]
    return Person.of(interest_counts.counts(cell.partition), mine, training)


GENRES = ("Drama", "Comedy", "Action", "Thriller", "Horror", "War", "Western", "Film-Noir")


def film(item: int) -> str:
    """A title without a number, which would name a series."""
    return "Film " + "".join(chr(97 + item // 26**k % 26) for k in (2, 1, 0))


def people_with(
    folder: Path,
    meets: float = 1.0,
    hates: float = 0.0,
    users: int = 300,
    items: int = 600,
    second: float = 0.0,
) -> tuple[dict[str, str], dict[str, str]]:
    """MovieLens 1M's layout, filled by people of very different activity who love one genre each and
    hate another. meets: how many times as likely as others they are to watch a film of the loved one.
    hates: how likely a film of the hated genre gets the lowest mark for that; else films are given
    marks by how good they are, and by how generous the person is. second: how many films have the next
    genre, too. Returns what each user loves, and hates."""
    rng = np.random.Generator(np.random.PCG64(5))
    weight = 1 / (np.arange(items) + 4.0) ** 0.8
    here = folder / "ml-1m"
    here.mkdir()
    genre = rng.integers(0, len(GENRES), items)
    good = rng.normal(0, 0.8, items)
    also = rng.random(items) < second if second else np.zeros(items, bool)
    films = [
        f"{item + 1}::{film(item)} (1990)::{GENRES[genre[item]]}"
        + (f"|{GENRES[(genre[item] + 1) % len(GENRES)]}" if also[item] else "")
        + "\n"
        for item in range(items)
    ]
    (here / "movies.dat").write_text("".join(films), "latin-1")
    (here / "users.dat").write_text("".join(f"{u + 1}::F::25::1::10000\n" for u in range(users)))
    loved, hated, lines = {}, {}, []
    for user in range(users):
        love, hate = rng.permutation(len(GENRES))[:2]
        loved[str(user + 1)], hated[str(user + 1)] = GENRES[love], GENRES[hate]
        size = int(np.exp(rng.uniform(np.log(40), np.log(300))))
        chance = weight * np.where(genre == love, meets, 1.0)
        met = rng.choice(items, size=size, replace=False, p=chance / chance.sum())
        felt = good[met] + rng.normal(0.2, 0.6) + rng.normal(0, 1, size)
        stars = np.clip(np.rint(3.4 + felt), 1, 5).astype(int)
        stars = np.where((rng.random(size) < hates) & (genre[met] == hate), 1, stars)
        lines += [
            f"{user + 1}::{item + 1}::{star}::{970_000_000 + item * 7919 % 100_003}\n"
            for item, star in zip(met.tolist(), stars.tolist(), strict=True)
        ]
    (here / "ratings.dat").write_text("".join(lines))
    return loved, hated
