"""Made-up raw files in which it is known who likes what: planted preferences, or pure noise.

`films` writes the official layout of MovieLens 1M; `reviews` that of a category of Amazon Reviews 2023
with review texts. Numbers come from PCG64 with the seed given: the same arguments write the same bytes.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from tests import shared

GENRES = (
    "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime", "Documentary", "Drama",
    "Fantasy", "Film-Noir", "Horror", "Musical", "Mystery", "Romance", "Sci-Fi", "Thriller",
    "War", "Western",
)  # fmt: skip
COMMON = np.array([5, 3, 1.2, 2, 9, 3, 1, 12, 1.2, 0.6, 3, 1.2, 1.4, 5, 3, 5, 1.5, 0.8])
"""How common each genre is, roughly as in MovieLens 1M."""
COMEDY = GENRES.index("Comedy")
AGES = ("1", "18", "25", "35", "45", "50", "56")
AGE_NAMES = ("under 18", "18-24", "25-34", "35-44", "45-49", "50-55", "56 or older")
FIRST = (
    "Glass", "Amber", "Winter", "Silent", "Copper", "Paper", "Hollow", "Northern", "Salt", "Broken",
    "Velvet", "Distant", "Crooked", "Golden", "Midnight", "Borrowed",
)  # fmt: skip
SECOND = (
    "Harbour", "Orchard", "Letters", "Station", "Garden", "Bridge", "Lantern", "Summer", "Kingdom",
    "River", "Company", "Mirror", "Parade", "Island", "Meadow", "Signal",
)  # fmt: skip
AISLES = ("Hair Care", "Skin Care", "Nails", "Bath", "Shaving", "Fragrance")
BRANDS = ("Fenwick", "Oakhurst & Daughters", "Luma", "Petal Lane", "Northwind", "Tarrow")
PRAISE = (
    "It does what it should, and the bottle looks nice on the shelf as well.",
    "I have ordered it again already and would not change a thing about it.",
    "Smells lovely and lasts for weeks; I was pleasantly surprised by it.",
)
BLAME = (
    "It arrived broken and the smell was so strong that I had to return it.",
    "Did nothing for me at all. I expected more and will not order it again.",
    "It is overpriced, and the pump broke on the second day.",
)
PHRASES = {
    "relative:daughter": "I bought this for my daughter and she uses it every single day.",
    "gift": "It came in a pretty box and makes a great gift for any occasion.",
    "owners of sensitive skin": "I have sensitive skin and it did not irritate me in the least.",
    "travellers": "The small size is perfect for travel, it fits into every bag.",
}
"""Sentences that name an audience."""
WARNING = ("beginners", "This is not for beginners, it takes some practice to get it right.")


@dataclass
class Planted:
    """What was planted.

    audience: item -> the traits, as (kind, value), of those who choose it more readily than others
    do.   shunned: item -> the traits of those who never choose it.   likes: item -> how many liked
    it.   spoken: item -> the groups that any of its reviews names.   disliked: items with a review
    by somebody who disliked them.
    """

    audience: dict[str, set[tuple[str, str]]] = field(default_factory=dict)
    shunned: dict[str, set[tuple[str, str]]] = field(default_factory=dict)
    likes: dict[str, int] = field(default_factory=dict)
    spoken: dict[str, set[str]] = field(default_factory=dict)
    disliked: set[str] = field(default_factory=set)


def films(
    folder: Path,
    *,
    users: int,
    items: int,
    strength: float = 8.0,
    per_user: tuple[int, int] = (40, 150),
    shunned: bool = False,
    noise: bool = False,
    seed: int = 0,
) -> Planted:
    """Write `users.dat`, `movies.dat` and `ratings.dat`.

    Every user has a favourite genre, whose films they choose `strength` times as readily as others
    do. Of the films, every third has another audience than its genres tell: fans of a genre that it
    does not carry, women or men, or one age. per_user: fewest and most ratings of a user, about.
    shunned: every fifth film that is no comedy is never chosen by those who favour comedies.
    noise: nobody has any preference, and films differ in popularity alone.
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
    ratings = []
    for user, chosen in enumerate(_choices(rng, popularity, boost, per_user)):
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
        _write(folder / f"{name}.dat", lines, "latin-1")
    return facts


def reviews(
    folder: Path,
    *,
    users: int,
    items: int,
    strength: float = 8.0,
    disliked: float = 0.2,
    seed: int = 0,
) -> Planted:
    """Write the raw reviews and metadata of All_Beauty.

    Users favour one aisle of the shop and choose its products `strength` times as readily. Every
    other product has an audience of its own that every third of its good reviews names; every
    seventh review of each tenth product warns beginners. disliked: the share of bad reviews.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    facts = Planted()
    aisle = rng.integers(0, len(AISLES), items)
    favourite = rng.integers(0, len(AISLES), users)
    boost = np.where(aisle[:, None] == favourite[None, :], strength, 1.0).astype(np.float32)
    shares = [0.4 * disliked, 0.6 * disliked, 0.15, 0.3, 0.55 - disliked]
    groups = list(PHRASES)
    lines = []
    popularity = 1.0 / (rng.permutation(items) + 10.0) ** 0.7
    for user, chosen in enumerate(_choices(rng, popularity, boost, (8, 30))):
        stars = rng.choice(np.array([1, 2, 3, 4, 5]), len(chosen), p=shares)
        for place, (item, rating) in enumerate(zip(chosen.tolist(), stars.tolist(), strict=True)):
            name = _product(item)
            text = (PRAISE if rating > 2 else BLAME)[int(rng.integers(0, 3))]
            draw = int(rng.integers(0, 21))
            if item % 2 == 0 and rating >= 4 and draw % 3 == 0:
                group = groups[(item // 2 + draw // 7) % len(groups)]
                text = f"{PHRASES[group]} {text}"
                facts.spoken.setdefault(name, set()).add(group)
            elif item % 10 == 5 and draw % 7 == 0:
                text = f"{text} {WARNING[1]}"
                facts.spoken.setdefault(name, set()).add(WARNING[0])
            if rating <= 2:
                facts.disliked.add(name)
            lines.append(_review(user, name, rating, f"{text} (No. {user}-{item})", place))
    catalogue = []
    for item in range(items):
        facts.audience[_product(item)] = {("category", AISLES[aisle[item]])}
        catalogue.append(_metadata(item, AISLES[aisle[item]], BRANDS[item % len(BRANDS)]))
    _write(folder / "raw/review_categories/All_Beauty.jsonl", lines)
    _write(folder / "raw/meta_categories/meta_All_Beauty.jsonl", catalogue)
    return facts


def _review(user: int, name: str, rating: int, text: str, place: int) -> str:
    return json.dumps(
        {
            "rating": float(rating),
            "title": "A review",
            "text": text,
            "images": [],
            "asin": name,
            "parent_asin": name,
            "user_id": f"A{user:027d}",
            "timestamp": 1_500_000_000_000 + (user * 977 % 6007 + place) * 1000,
            "helpful_vote": 0,
            "verified_purchase": True,
        }
    )


def _metadata(item: int, aisle: str, brand: str) -> str:
    return json.dumps(
        {
            "main_category": "All Beauty",
            "title": f"{brand} {FIRST[item % 16]} {SECOND[item // 16 % 16]} No. {item}",
            "average_rating": 4.0,
            "rating_number": 10,
            "features": [],
            "description": [],
            "price": None,
            "images": [],
            "videos": [],
            "store": brand,
            "categories": ["All Beauty", aisle],
            "details": {},
            "parent_asin": _product(item),
            "bought_together": None,
        }
    )


def _product(item: int) -> str:
    return f"B{item:09d}"


def _choices(
    rng: np.random.Generator,
    popularity: np.ndarray,
    boost: np.ndarray,
    per_user: tuple[int, int],
) -> Iterable[np.ndarray]:
    """The items of each user: drawn without replacement, in proportion to popularity and boost."""
    items, users = boost.shape
    least, most = per_user
    counts = np.minimum(rng.geometric(3 / (most - least), users) + least, min(most * 2, items // 2))
    for user in range(users):
        # The smallest of exponential waiting times: a weighted draw without replacement.
        waits = rng.exponential(size=items) / np.maximum(popularity * boost[:, user], 1e-12)
        yield np.argpartition(waits, counts[user])[: counts[user]]


def _genres(rng: np.random.Generator, items: int) -> list[list[int]]:
    shares = COMMON / COMMON.sum()
    return [
        sorted(rng.choice(len(GENRES), int(rng.integers(1, 4)), replace=False, p=shares).tolist())
        for _ in range(items)
    ]


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
    """(items, users): how much more readily each user chooses each film; noted in `facts`."""
    boost = np.ones((len(carried), len(favourite)), np.float32)
    for item, own in enumerate(carried):
        name = str(item + 1)
        kind = item % 9 // 3 if item % 3 == 0 else None
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
        if shunned and item % 5 == 4 and COMEDY not in own:
            boost[item, favourite == COMEDY] = 0
            facts.shunned[name] = {("category", "Comedy")}
    return boost


def _title(place: int) -> str:
    first, second = FIRST[place % 16], SECOND[place // 16 % 16]
    rest = place // 256
    return f"The {first} {second}" + (f", Part {rest + 1}" if rest else "")


def _write(path: Path, lines: Sequence[str], encoding: str = "utf-8") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines), encoding, newline="\n")


@dataclass
class Tastes:
    """What `tastes` planted. pairs: titles of two films, the likers of the first of which like the
    second several times as often as their activity predicts; a film may be the first of several pairs.
    disliked: title -> the genre whose fans like that film far less than they like others."""

    pairs: list[tuple[str, str]] = field(default_factory=list)
    disliked: dict[str, str] = field(default_factory=dict)


def tastes(
    folder: Path,
    *,
    users: int,
    items: int,
    strength: float,
    first: int = 40,
    partners: int = 1,
    start: int = 20,
    seed: int = 0,
    alike: bool = False,
) -> Tastes:
    """Write the three files of ml-1m: users of very different activity, some generous and some not,
    who choose films by popularity alone, but for what is planted.

    first, partners: how many films are planted, and with how many others each.   start: the place of
    the first of them by popularity; the twenty most popular films are disliked by the fans of a genre.   alike: whether
    the films that are liked together are of one genre.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    found = Tastes()
    carried = _genres(rng, items)
    popularity = 1.0 / (rng.permutation(items) + 30.0) ** 0.5
    activity = np.clip(rng.lognormal(3.6, 0.8, users), 15, items // 3).astype(int)
    # Whom a film is planted with has some likers of its own.
    order = np.argsort(-popularity)
    pool = order[start : start + first * (1 + partners)]
    partners_of = {}
    for own in [pool[pool % 4 == genre] for genre in range(4)] if alike else [pool]:
        each = len(own) // (1 + partners)
        blocks = own[: each * (1 + partners)].reshape(1 + partners, each)
        for item, others in zip(blocks[0], blocks[1:].T, strict=True):
            partners_of[int(item)] = others.tolist()
    chance = popularity / popularity.sum()
    generous = rng.normal(0.8, 0.8, users)
    quality = rng.normal(0, 0.6, items)
    favourite = rng.integers(0, 4, users)
    hated = {int(item): k % 4 for k, item in enumerate(order[:20])}
    names = [f"{_title(item)} ({1950 + item % 50})" for item in range(items)]
    genres = [GENRES[k] for k in (0, 4, 10, 17)]
    lines: list[str] = []
    for user in range(users):
        own = chance * np.where(np.arange(items) % 4 == favourite[user], 4, 1)
        chosen = rng.choice(items, activity[user], replace=False, p=own / own.sum()).tolist()
        likes = {}
        for item in chosen:
            logit = generous[user] + quality[item] - 2.5 * (hated.get(item) == favourite[user])
            likes[item] = bool(rng.random() < 1 / (1 + np.exp(-logit)))
        for item in [item for item in chosen if likes[item] and item in partners_of]:
            for other in partners_of[item]:
                usual = 1 - (1 - chance[other]) ** (0.6 * activity[user])
                if rng.random() < min(strength * usual, 0.95):
                    likes[other] = True
        for item, liked in likes.items():
            lines.append(
                f"{user + 1}::{item + 1}::{5 if liked else 2}::{970_000_000 + user * 7919 % users}"
            )
    found.pairs = [(names[a], names[b]) for a, others in partners_of.items() for b in others]
    found.disliked = {names[item]: genres[group] for item, group in hated.items()}
    people = [f"{user + 1}::M::25::{user % 21}::00000" for user in range(users)]
    catalogue = [f"{item + 1}::{names[item]}::{genres[item % 4]}" for item in range(len(carried))]
    for name, rows in (("users", people), ("movies", catalogue), ("ratings", lines)):
        _write(folder / f"{name}.dat", rows, "latin-1")
    return found


@functools.cache
def liked_together() -> tuple[Path, Tastes]:
    """Films that four others of their genre are liked with: enough to say of many of them whom they are for."""
    sizes = {"users": 2500, "items": 400, "first": 50, "partners": 4, "start": 0}
    return shared.once(
        "liked-together",
        lambda root: tastes(root / "ml-1m", strength=5, alike=True, **sizes),
    )
