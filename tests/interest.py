"""Made-up users for the tests of interest profiles: open cells, cases, rows, and planted tastes."""

from __future__ import annotations

import functools
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from itdr.builders.dataset import open_cells, registry
from itdr.builders.sampling.splits import SPLITS
from itdr.builders.store import prepare, spec
from itdr.builders.tasks import interest_recognition as task
from itdr.builders.tasks.base import Cell, CellRule, OpenCell
from tests import world
from tests.world import Row

SOURCES = {
    "ml-1m": (150, 160),
    "anime-2023": (150, 160),
    "amazon-books": (200, 160),
    "steam": (300, 60),
}


@functools.cache
def folder() -> Path:
    root = Path(tempfile.mkdtemp(prefix="itdr-interest-"))
    for source, (users, items) in SOURCES.items():
        world.write(source, root, users=users, items=items)
    return root


@functools.cache
def rows(source: str) -> dict[str, list[Row]]:
    """All rows of one source."""
    found = world.load("interest_recognition", folder(), sources=[source], cells="all", size=None)
    assert all(found[part] for part in SPLITS)
    return found


def open_cell(source: str, root: Path, **options: Any) -> OpenCell:
    declared = registry.source(source)
    path = prepare.prepare(spec.StoreSpec(declared, data_dir=root))
    rule = task.TASK.cells.get(source, CellRule(100))
    values = {**task.TASK.defaults, **options}
    return open_cells.open_cell(Cell(task.TASK, declared, None, None, values, 0, rule), (path,))


def cases(cell: OpenCell) -> list[task.Profile]:
    users = range(len(cell.store.user_n))
    return task._draw(cell, [w for user in users for w in task._windows(cell, user)])


GENRES = ("Drama", "Comedy", "Action", "Thriller", "Horror", "War", "Western", "Film-Noir")


def people_with(
    taste: float, folder: Path, users: int = 250, items: int = 600
) -> tuple[dict[str, str], dict[str, str]]:
    """MovieLens 1M's layout, filled by people who love one genre each and hate another; they meet
    films by popularity. taste: how likely a film of the loved genre gets top marks for that, and one
    of the hated genre low ones; else they throw dice. Returns what each user loves, and hates."""
    rng = np.random.Generator(np.random.PCG64(5))
    weight = 1 / (np.arange(items) + 4.0) ** 0.8
    here = folder / "ml-1m"
    here.mkdir()
    genre = rng.integers(0, len(GENRES), items)
    more = rng.integers(0, 3 * len(GENRES), items)
    films = []
    for item in range(items):
        own = sorted({int(genre[item]), *({int(more[item])} & set(range(len(GENRES))))})
        names = "|".join(GENRES[one] for one in own)
        films.append(f"{item + 1}::Film {item} (1990)::{names}\n")
    (here / "movies.dat").write_text("".join(films), "latin-1")
    (here / "users.dat").write_text("".join(f"{u + 1}::F::25::1::10000\n" for u in range(users)))
    loved, hated, lines = {}, {}, []
    for user in range(users):
        love, hate = rng.permutation(len(GENRES))[:2]
        loved[str(user + 1)], hated[str(user + 1)] = GENRES[love], GENRES[hate]
        size = int(rng.integers(150, 250))
        met = rng.choice(items, size=size, replace=False, p=weight / weight.sum())
        stars = rng.choice(5, size=size, p=(0.1, 0.2, 0.4, 0.2, 0.1)) + 1
        felt = rng.random(size) < taste
        stars = np.where(felt & (genre[met] == love), 5, stars)
        stars = np.where(felt & (genre[met] == hate), 1, stars)
        lines += [
            f"{user + 1}::{item + 1}::{star}::{970_000_000 + item}\n"
            for item, star in zip(met.tolist(), stars.tolist(), strict=True)
        ]
    (here / "ratings.dat").write_text("".join(lines))
    return loved, hated
