"""Made-up raw files in the layout of MovieLens 1M: two colons, no header, Latin-1 titles."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from tests.rawgen.common import Crowd, Facts, pack_zip, stars, write_lines
from tests.rawgen.ml_32m import moved
from tests.rawgen.words import FILM_FORMS, titles

GENRES = (
    "Drama", "Comedy", "Action", "Thriller", "Romance", "Horror", "Adventure", "Sci-Fi",
    "Children's", "Crime", "War", "Documentary", "Musical", "Mystery", "Animation", "Fantasy",
    "Western", "Film-Noir",
)  # fmt: skip
GROUPS = (("Drama", "Romance"), ("Action", "Sci-Fi"), ("Comedy",), ("Horror", "Thriller"))
START, END = 956_703_932, 1_046_454_590
AGES = (1, 18, 25, 35, 45, 50, 56)
# What the members of each taste group are like: middle of the age codes, share of women.
KINDS = ((4, 0.6), (2, 0.15), (3, 0.4), (1, 0.25))

# Titles with the known oddities, at the head of the list.
ODD = (
    "Glassmaker, The (Glasmästaren ) (1988)",
    "Harbour: Dead and Dreaming, The (1995)",
    "Enfant du phare, L' (1991)",
    "Long Tide, A (Marée longue, La)(1982)",
    "Bridge (Pont&#8230;le pont) (1956)",
    "Mill, The (1995)",
)

# Lines of ratings.dat that no reader may accept, and why.
DIRT = (
    ("1::{item}::6::970000000", "rating outside the scale"),
    ("1::{item}::0::970000000", "rating outside the scale"),
    ("1::{item}::3.5::970000000", "rating outside the scale"),
    ("::{item}::4::970000000", "empty id"),
    ("1::{item}::4::", "no valid time"),
    ("1::{item}::4", "no valid time"),
    ("1::{item}::4::970000000::1", "too many fields"),
    ("1::{item}::four::970000000", "a value of the wrong type"),
)


def write(
    folder: Path,
    *,
    users: int,
    items: int,
    seed: int = 0,
    packed: bool = False,
    dirt: bool = True,
) -> Facts:
    """Write ratings.dat, movies.dat and users.dat, or `ml-1m.zip` with them."""
    crowd = Crowd(
        users=users,
        items=items,
        categories=GENRES,
        groups=GROUPS,
        seed=seed,
        start=START,
        end=END,
    )
    facts = Facts(groups={str(user + 1): crowd.tastes(user) for user in range(users)})
    ids = np.cumsum(crowd.rng(2).integers(1, 3, items))  # with gaps
    write_lines(folder / "movies.dat", _movies(crowd, ids, dirt), encoding="latin-1")
    write_lines(folder / "users.dat", _users(crowd, dirt))
    write_lines(folder / "ratings.dat", _ratings(crowd, ids, dirt))
    facts.counts.update(items=items, users=users, interactions=int(crowd.count.sum()))
    if dirt:
        facts.rejects.update({("items", "too few fields"): 1, ("users", "too many fields"): 1})
        for _, reason in DIRT:
            key = ("interactions", reason)
            facts.rejects[key] = facts.rejects.get(key, 0) + 1
    if packed:
        names = ("ratings.dat", "movies.dat", "users.dat")
        pack_zip(folder / "ml-1m.zip", {f"ml-1m/{name}": folder / name for name in names})
    return facts


def _movies(crowd: Crowd, ids: np.ndarray, dirt: bool) -> Iterator[str]:
    rng = crowd.rng(3)
    years = [time.gmtime(int(when)).tm_year for when in crowd.born]
    years = np.array(years) - np.minimum(rng.geometric(0.1, crowd.items) - 1, 70)
    for place, plain in enumerate(titles(rng, crowd.items, FILM_FORMS)):
        title = f"{moved(plain)} ({years[place]})"
        if dirt and place < len(ODD):
            title = ODD[place]
        yield f"{ids[place]}::{title}::{'|'.join(crowd.item_categories[place])}"
    if dirt:
        yield "99999"


STUDENT, RETIRED = 10, 13


def _users(crowd: Crowd, dirt: bool) -> Iterator[str]:
    """One line for each user; the first four have codes that nobody explains, and odd zip codes."""
    rng = crowd.rng(4)
    for user in range(crowd.users):
        middle, women = KINDS[crowd.user_group[user]]
        age = AGES[int(np.clip(np.rint(rng.normal(middle, 1.0)), 0, 6))]
        gender = "F" if rng.random() < women else "M"
        job, code = int(rng.integers(0, 21)), f"{rng.integers(0, 100_000):05d}"
        if (job == STUDENT and age > 18) or (job == RETIRED and age < 35):
            job = 0  # an age that contradicts the occupation would empty it
        if dirt and user < 4:
            gender = "X" if user == 0 else gender
            age = 99 if user == 1 else age
            job = (job, job, 21, 0)[user]
            code = ("98107-2117", "5849574", code, "00231")[user]
        yield f"{user + 1}::{gender}::{age}::{job}::{code}"
    if dirt:
        yield "1::F::25::1::12345::more"


def _ratings(crowd: Crowd, ids: np.ndarray, dirt: bool) -> Iterator[str]:
    """By user, in no order within a user."""
    if dirt:
        yield from (line.format(item=ids[0]) for line, _ in DIRT)
    for number, events in enumerate(crowd.chunks()):
        mixed = crowd.rng(5, number).random(len(events))
        events = events.take(np.lexsort((mixed, events.user)))
        given = stars(events.liking, 1, 5, 1).astype(int).tolist()
        rows = (events.user.tolist(), ids[events.item].tolist(), given, events.time.tolist())
        for user, item, rating, when in zip(*rows, strict=True):
            yield f"{user + 1}::{item}::{rating}::{when}"
