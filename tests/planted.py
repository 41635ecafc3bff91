"""Made-up raw files in which it is known who likes what: planted preferences, or pure noise.

`films` writes the official layout of MovieLens 1M; `reviews` that of Amazon Reviews 2023 with texts.
Numbers come from PCG64 with the seed given: the same arguments write the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

GENRES = (
    "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime", "Documentary", "Drama",
    "Fantasy", "Film-Noir", "Horror", "Musical", "Mystery", "Romance", "Sci-Fi", "Thriller",
    "War", "Western",
)  # fmt: skip
COMMON = np.array([5, 3, 1.2, 2, 9, 3, 1, 12, 1.2, 0.6, 3, 1.2, 1.4, 5, 3, 5, 1.5, 0.8])
"""How common each genre is, roughly as in MovieLens 1M."""
AGES = ("1", "18", "25", "35", "45", "50", "56")
FIRST = (
    "Glass", "Amber", "Winter", "Silent", "Copper", "Paper", "Hollow", "Northern", "Salt", "Broken",
    "Velvet", "Distant", "Crooked", "Golden", "Midnight", "Borrowed",
)  # fmt: skip
SECOND = (
    "Harbour", "Orchard", "Letters", "Station", "Garden", "Bridge", "Lantern", "Summer", "Kingdom",
    "River", "Company", "Mirror", "Parade", "Island", "Meadow", "Signal",
)  # fmt: skip


@dataclass
class Planted:
    """What was planted. audience: item id -> the traits, as (kind, value), of those who choose the
    item `strength` times as readily as others do.   shunned: the same for those who never choose
    it.   likes: item id -> how many liked it."""

    audience: dict[str, set[tuple[str, str]]] = field(default_factory=dict)
    shunned: dict[str, set[tuple[str, str]]] = field(default_factory=dict)
    likes: dict[str, int] = field(default_factory=dict)


def films(
    folder: Path,
    *,
    users: int,
    items: int,
    strength: float = 3.0,
    per_user: tuple[int, int] = (20, 120),
    shunned: bool = False,
    noise: bool = False,
    seed: int = 0,
) -> Planted:
    """Write `users.dat`, `movies.dat` and `ratings.dat`.

    Every user has a favourite genre, whose films they choose more readily. Of the films, every
    fourth has another audience than its genres tell: fans of a genre that it does not carry, women,
    men, or one age. strength: how much more readily an audience chooses its film. per_user: fewest
    and most ratings of a user. shunned: every fifth film is never chosen by those who favour
    comedies. noise: nobody has any preference, and films differ in popularity alone.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    facts = Planted()
    carried = _genres(rng, items)
    favourite = rng.choice(len(GENRES), users, p=COMMON / COMMON.sum())
    female = rng.random(users) < 0.35
    age = rng.choice(len(AGES), users, p=[0.05, 0.2, 0.3, 0.2, 0.1, 0.08, 0.07])
    boost = np.ones((items, users), np.float32)
    if not noise:
        boost = _boosts(rng, carried, favourite, female, age, strength, shunned, facts)
    popularity = 1.0 / (rng.permutation(items) + 10.0) ** 0.7
    least, most = per_user
    counts = np.minimum(rng.geometric(3 / (most - least), users) + least, min(most * 2, items // 2))
    ratings = []
    for user in range(users):
        weights = popularity * boost[:, user]
        # The smallest of exponential waiting times: a weighted draw without replacement.
        waits = rng.exponential(size=items) / np.maximum(weights, 1e-12)
        chosen = np.argpartition(waits, counts[user])[: counts[user]]
        given = rng.choice(np.array([1, 2, 3, 4, 5]), len(chosen), p=[0.06, 0.14, 0.25, 0.35, 0.2])
        when = 970_000_000 + np.sort(rng.integers(0, 10**7, len(chosen)))
        for item, rating, time in zip(chosen.tolist(), given.tolist(), when.tolist(), strict=True):
            ratings.append(f"{user + 1}::{item + 1}::{rating}::{time}")
            if rating >= 4:
                facts.likes[str(item + 1)] = facts.likes.get(str(item + 1), 0) + 1
    people = [
        f"{user + 1}::{'F' if female[user] else 'M'}::{AGES[age[user]]}::{user % 21}::00000"
        for user in range(users)
    ]
    catalogue = [
        f"{item + 1}::{_title(item)} ({1950 + item % 50})::{'|'.join(GENRES[k] for k in own)}"
        for item, own in enumerate(carried)
    ]
    for name, lines in (("users", people), ("movies", catalogue), ("ratings", ratings)):
        _write(folder / f"{name}.dat", lines)
    return facts


def _genres(rng: np.random.Generator, items: int) -> list[list[int]]:
    shares = COMMON / COMMON.sum()
    return [
        sorted(rng.choice(len(GENRES), int(rng.integers(1, 4)), replace=False, p=shares).tolist())
        for _ in range(items)
    ]


AGE_NAMES = ("under 18", "18-24", "25-34", "35-44", "45-49", "50-55", "56 or older")


def _boosts(
    rng: np.random.Generator,
    carried: Sequence[Sequence[int]],
    favourite: np.ndarray,
    female: np.ndarray,
    age: np.ndarray,
    strength: float,
    shunned: bool,
    facts: Planted,
) -> np.ndarray:
    """(items, users): how much more readily each user chooses each film; planted facts are noted."""
    boost = np.ones((len(carried), len(favourite)), np.float32)
    for item, own in enumerate(carried):
        name = str(item + 1)
        kind = item % 12 // 3 if item % 3 == 0 else None
        if kind == 0:
            genre = int(rng.choice([k for k in range(len(GENRES)) if k not in own]))
            boost[item, favourite == genre] = strength
            facts.audience[name] = {("category", GENRES[genre])}
        elif kind == 1:
            woman = bool(rng.random() < 0.5)
            boost[item, female == woman] = strength
            facts.audience[name] = {("gender", "female" if woman else "male")}
        elif kind == 2:
            group = int(rng.integers(0, len(AGES)))
            boost[item, age == group] = strength
            facts.audience[name] = {("age", AGE_NAMES[group])}
        else:
            boost[item, np.isin(favourite, own)] = strength
            facts.audience[name] = {("category", GENRES[genre]) for genre in own}
        if shunned and item % 5 == 4 and GENRES.index("Comedy") not in own:
            boost[item, favourite == GENRES.index("Comedy")] = 0
            facts.shunned[name] = {("category", "Comedy")}
    return boost


def _title(place: int) -> str:
    first, second = FIRST[place % 16], SECOND[place // 16 % 16]
    rest = place // 256
    return f"The {first} {second}" + (f", Part {rest + 1}" if rest else "")


def _write(path: Path, lines: Sequence[str], encoding: str = "latin-1") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines), encoding, newline="\n")
