"""Made-up users for the tests of interest profiles: open cells, cases, rows, facts, and planted tastes."""

from __future__ import annotations

import functools
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from itdr.builders.dataset import open_cells, registry
from itdr.builders.evidence import user_verdicts
from itdr.builders.evidence.facts import DOWN, UP, Fact
from itdr.builders.evidence.interests import counts as interest_counts
from itdr.builders.evidence.interests.person import Person
from itdr.builders.evidence.verdicts import DISLIKE, LIKE
from itdr.builders.sampling.splits import SPLITS
from itdr.builders.store import prepare, spec
from itdr.builders.tasks import interest_recognition as task
from itdr.builders.tasks import profiles
from itdr.builders.tasks.base import Cell, CellRule, OpenCell
from tests import world
from tests.world import Row

SOURCES: dict[str, dict[str, Any]] = {
    "ml-1m": {},
    "anime-2023": {"users": 150, "items": 160, "events": (50, 80)},
    "amazon-books": {"users": 150, "items": 160, "events": (50, 80)},
    "steam": {"users": 300, "items": 220, "events": (70, 95)},
}


@functools.cache
def folder() -> Path:
    root = Path(tempfile.mkdtemp(prefix="itdr-interest-"))
    people_with(root, meets=7.0, hates=0.9, users=400, second=0.5)
    for source, sizes in SOURCES.items():
        if sizes:
            world.write(source, root, **sizes)
    return root


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


def shown(kind: str, value: str, k: int, direction: int = UP, about: str = "category") -> Fact:
    """A fact about 30 likes, ten of which are displayed."""
    listed = (
        Fact("shown", about, value, round(k / 3), 10, 0.0, UP),
        Fact("shown", about, value, 0, 5, 0.0, DOWN),
    )
    return Fact(kind, about, value, k, 30, 0.1, direction, details=listed)


def cases(cell: OpenCell) -> list[profiles.Profile]:
    users = range(len(cell.store.user_n))
    return profiles.draw(cell, [w for user in users for w in profiles.windows(cell, user)])


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
            f"{user + 1}::{item + 1}::{star}::{970_000_000 + item}\n"
            for item, star in zip(met.tolist(), stars.tolist(), strict=True)
        ]
    (here / "ratings.dat").write_text("".join(lines))
    return loved, hated
