"""Made-up raw files in the layout of the Yelp Open Dataset: JSON Lines, twice packed."""

from __future__ import annotations

import datetime
import gzip
import json
import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from tests.rawgen.common import Crowd, Facts, pack_zip, stars, write_lines
from tests.rawgen.words import NOUNS, PLACES

BUSINESS, REVIEW = "yelp_academic_dataset_business.json", "yelp_academic_dataset_review.json"
USER = "yelp_academic_dataset_user.json"
CATEGORIES = (
    "Pizza",
    "Bakeries",
    "Hair Salons",
    "Coffee & Tea",
    "Auto Repair",
    "Sushi Bars",
    "Gyms",
)
PARENTS = ("Restaurants", "Food", "Beauty & Spas", "Food", "Automotive", "Restaurants", "Fitness")
GROUPS = (("Pizza",), ("Bakeries", "Coffee & Tea"), ("Hair Salons", "Gyms"))
WORDS = {
    "Pizza": "Pizzeria", "Bakeries": "Bakery", "Hair Salons": "Hair Studio",
    "Coffee & Tea": "Coffee House", "Auto Repair": "Garage", "Sushi Bars": "Sushi", "Gyms": "Gym",
}  # fmt: skip
GOOD = (
    "Kind staff.", "My kids love it here.", "We come every week.", "Great for groups.",
    "Worth the drive.", "Perfect for a quiet morning.",
)  # fmt: skip
BAD = ("Slow and rude.", "Never again.", "Overpriced.", "Not for families.", "Cold and dirty.")
FAIR = ("It was okay.", "Nothing special.")
SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
START, END = 1_270_000_000, 1_640_000_000

# Lines that no reader may accept, and why; each is written once.
BAD_REVIEWS: tuple[tuple[dict[str, Any] | str, str], ...] = (
    ({"stars": 0.0}, "rating outside the scale"),
    ({"stars": None}, "no valid rating"),
    ({"user_id": ""}, "empty id"),
    ({"business_id": None}, "empty id"),
    ({"date": "yesterday"}, "no valid time"),
    ('{"review_id":"cut","stars":4.0,"text":"never en', "not a JSON record"),
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
    """Write the business, review and user files, or `Yelp-JSON.zip` with `yelp_dataset.tar` in it.

    13 to 16 reviews a user. Names of businesses repeat across cities.
    """
    crowd = Crowd(
        users=users,
        items=items,
        categories=CATEGORIES,
        groups=GROUPS,
        each=1,
        seed=seed,
        low=13,
        high=16,
        start=START,
        end=END,
    )
    rng = crowd.rng(2)
    people, places = _ids(rng, users), _ids(rng, items)
    facts = Facts(groups={user: crowd.tastes(place) for place, user in enumerate(people)})
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / BUSINESS, _businesses(crowd, places, facts, dirt))
    _write(folder / REVIEW, _reviews(crowd, people, places, facts, dirt))
    _write(folder / USER, _users(people))
    if packed:
        _pack(folder)
    return facts


def _ids(rng: np.random.Generator, number: int) -> list[str]:
    """Ids of 22 characters."""
    return ["".join(SIGNS[code] for code in row) for row in rng.integers(0, 64, (number, 22))]


def _businesses(
    crowd: Crowd, places: list[str], facts: Facts, dirt: bool
) -> Iterator[dict[str, Any] | str]:
    rng = crowd.rng(3)
    record: dict[str, Any] = {}
    for place, (kind, *_) in enumerate(crowd.item_categories):
        parent = PARENTS[CATEGORIES.index(kind)]
        record = {
            "business_id": places[place],
            "name": f"{NOUNS[int(rng.integers(0, len(NOUNS)))]} {WORDS[kind]}",
            "address": "",
            "city": PLACES[int(rng.integers(0, len(PLACES)))],
            "state": "ZZ",
            "latitude": 40.0,
            "longitude": -75.0,
            "stars": float(rng.integers(2, 11)) / 2,
            "review_count": int(rng.integers(5, 500)),
            "is_open": 1,
            "attributes": _attributes(place, parent),
            "categories": f"{kind}, {parent}",
            "hours": None,
        }
        yield record | (_odd(place) if dirt else {})
    facts.counts["items"] = crowd.items
    if dirt:
        yield dict(reversed(record.items()))  # the last one again, its keys in another order
        facts.counts["items"] += 1
        yield {"business_id": "", "name": "Nobody's", "city": "Arlen"}
        yield '{"business_id":"cut","name":"Never En'
        facts.rejects["items", "empty id"] = 1
        facts.rejects["items", "not a JSON record"] = 1


def _attributes(place: int, parent: str) -> dict[str, str] | None:
    """Python literals in strings, as the files have them."""
    if place % 6 == 5:
        return None
    found = {"BusinessAcceptsCreditCards": "True", "BikeParking": "False", "WiFi": "u'no'"}
    if parent in ("Restaurants", "Food"):
        found |= {
            "RestaurantsPriceRange2": str(place % 4 + 1),
            "WiFi": ("u'free'", "'paid'", "None")[place % 3],
            "Ambience": "{'romantic': False, 'casual': True, 'divey': None, 'classy': True}",
        }
    return found


def _odd(place: int) -> dict[str, Any]:
    """Oddities of the first businesses: nulls, empty fields, entities."""
    return {
        0: {"categories": None, "attributes": None},
        1: {"name": "Fenwick &amp; Daughters ", "city": " Arlen"},
        2: {"city": ""},
        3: {"name": ""},
        4: {"attributes": {"BestNights": "{'monday': False}", "BYOBCorkage": "'yes_free'"}},
    }.get(place, {})


def _reviews(
    crowd: Crowd, people: list[str], places: list[str], facts: Facts, dirt: bool
) -> Iterator[dict[str, Any] | str]:
    good = 0
    like: dict[str, Any] = {}
    for number, events in enumerate(crowd.chunks()):
        rng = crowd.rng(6, number)
        picks = rng.integers(0, 1 << 30, len(events)).tolist()
        given = stars(events.liking, 1, 5, 1).tolist()
        rows = zip(events.user.tolist(), events.item.tolist(), events.time.tolist(), strict=True)
        for (user, item, time), score, pick in zip(rows, given, picks, strict=True):
            like = _review(people[user], places[item], time, score, pick)
            yield like
        good += len(events)
    if dirt:
        for change, reason in BAD_REVIEWS:
            key = ("interactions", reason)
            facts.rejects[key] = facts.rejects.get(key, 0) + 1
            yield change if isinstance(change, str) else like | change
        yield like | {"text": "Came back\n\nlater; &amp; it was  worse.", "stars": 1.0}
        yield like | {"date": "2016-02-29", "text": ""}  # as releases before 2018 write it
        yield like | {"business_id": "a-business-of-no-record", "cool": -1}
        good += 3
    facts.counts["interactions"] = good


def _review(user: str, place: str, time: int, score: float, pick: int) -> dict[str, Any]:
    phrases = GOOD if score >= 4 else BAD if score <= 2 else FAIR
    moment = datetime.datetime.fromtimestamp(time, datetime.timezone.utc)
    return {
        "review_id": f"r{pick:021d}",
        "user_id": user,
        "business_id": place,
        "stars": score,
        "useful": 0,
        "funny": 0,
        "cool": 0,
        "text": phrases[pick % len(phrases)],
        "date": moment.strftime("%Y-%m-%d %H:%M:%S"),
    }


def _users(people: list[str]) -> Iterator[dict[str, Any]]:
    """A few users; the year 2020 of `elite` is damaged as in the original."""
    for place, user in enumerate(people[:5]):
        elite = "2018,2019,20,20,2021" if place == 0 else ""
        yield {"user_id": user, "review_count": 3, "elite": elite, "friends": "None"}


def _write(path: Path, records: Iterable[dict[str, Any] | str]) -> None:
    compact = (",", ":")
    write_lines(
        path,
        (one if isinstance(one, str) else json.dumps(one, separators=compact) for one in records),
    )


def _pack(folder: Path) -> None:
    """A gzip-compressed tar in spite of its name, in a zip with a folder and a Mac's leavings."""
    tar = folder / "yelp_dataset.tar"
    with (
        tar.open("wb") as raw,
        gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive,
    ):
        for name in (BUSINESS, REVIEW, USER):
            entry = tarfile.TarInfo(name)
            entry.size = (folder / name).stat().st_size
            with (folder / name).open("rb") as file:
                archive.addfile(entry, file)
            (folder / name).unlink()
    note = folder / "note"
    note.write_bytes(b"\0\5\26\7")
    members = {"Yelp JSON/yelp_dataset.tar": tar, "__MACOSX/Yelp JSON/._yelp_dataset.tar": note}
    pack_zip(folder / "Yelp-JSON.zip", members)
