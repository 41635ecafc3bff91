"""Made-up raw files in the layout of Amazon Books Reviews: two CSV files joined by title."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from tests.rawgen.common import Crowd, Facts, pack_zip, stars
from tests.rawgen.words import BOOK_FORMS, PUBLISHERS, people, titles

RATINGS, BOOKS, ARCHIVE = "Books_rating.csv", "books_data.csv", "amazon-books-reviews.zip"
RATING_COLUMNS = (
    "Id", "Title", "Price", "User_id", "profileName", "review/helpfulness", "review/score",
    "review/time", "review/summary", "review/text",
)  # fmt: skip
BOOK_COLUMNS = (
    "Title", "description", "authors", "image", "previewLink", "publisher", "publishedDate",
    "infoLink", "categories", "ratingsCount",
)  # fmt: skip
CATEGORIES = (
    "Fiction", "History", "Cooking", "Juvenile Fiction", "Biography & Autobiography", "Science",
    "Travel",
)  # fmt: skip
GROUPS = (("Fiction",), ("History", "Science"), ("Cooking", "Travel"))
GOOD = (
    "I could not put it down.", "A gift for my son, who loved it.", "Read it twice.",
    "Clear and warm.", "The best of the year.", "Perfect for beginners.",
)  # fmt: skip
BAD = ("Dull from the start.", "I gave up halfway.", "Full of errors.", "Not for children.")
FAIR = ("It has its moments.", "Fine for a train ride.")
DAY = 86_400
START, END = 900_000_000, 1_370_000_000

# Values that a real file holds in place of the made-up ones, for the first books.
ODD_BOOKS: tuple[dict[str, str], ...] = (
    {"authors": '["Flora O\'Brandvik", \'Otto "Ott" Stroud\']', "publishedDate": "1963*"},
    {"authors": "", "categories": "", "description": "", "publisher": "", "publishedDate": ""},
    {"publishedDate": "12/18/07", "publisher": '"Fenwick, Inc."'},
    {"publishedDate": "2005-02", "description": "First line,\nsecond \"line\" &amp; more."},
    {"authors": "['Milo \\xa0Zeller\\\\', 'Nora Vesper']"},
)  # fmt: skip


def write(
    folder: Path,
    *,
    users: int,
    items: int,
    seed: int = 0,
    packed: bool = False,
    dirt: bool = True,
    events: tuple[int, int] = (13, 16),
) -> Facts:
    """Write `Books_rating.csv` and `books_data.csv`, or `amazon-books-reviews.zip` with them.

    `events`: fewest and most reviews of a user, grouped by edition; each book has one or two editions.
    """
    crowd = Crowd(
        users=users,
        items=items,
        categories=CATEGORIES,
        groups=GROUPS,
        each=1,
        seed=seed,
        low=events[0],
        high=events[1],
        start=START,
        end=END,
    )
    rng = crowd.rng(2)
    ids = [f"A{100_000_000_000 + int(code):X}" for code in rng.integers(0, 1 << 50, users)]
    facts = Facts(groups={user: crowd.tastes(place) for place, user in enumerate(ids)})
    names = _titles(crowd)
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / BOOKS, BOOK_COLUMNS, _books(crowd, names, facts, dirt))
    _write(folder / RATINGS, RATING_COLUMNS, _ratings(crowd, ids, names, facts, dirt))
    if dirt:
        # A record that lacks its end, and one that has too much.
        with (folder / RATINGS).open("a", encoding="utf-8", newline="") as file:
            file.write("0000000000,Too Short,,U1,,1/1,5.0\n")
            file.write("0000000000,Too Long,,U1,,1/1,5.0,1000000000,a,b,c\n")
        facts.rejects["interactions", "too few fields"] = 1
        facts.rejects["interactions", "too many fields"] = 1
    if packed:
        pack_zip(folder / ARCHIVE, {name: folder / name for name in (RATINGS, BOOKS)})
    return facts


def _titles(crowd: Crowd) -> list[str]:
    """Distinct titles: the file has each once."""
    found: dict[str, None] = {}
    for place, title in enumerate(titles(crowd.rng(3), crowd.items, BOOK_FORMS)):
        found[title if title not in found else f"{title} ({place})"] = None
    return list(found)


def _books(crowd: Crowd, names: list[str], facts: Facts, dirt: bool) -> Iterator[dict[str, Any]]:
    rng = crowd.rng(4)
    authors = people(rng, max(8, crowd.items // 6))
    for place, title in enumerate(names):
        record = {
            "Title": title,
            "description": f"A book in {int(rng.integers(5, 60))} chapters.",
            "authors": str([authors[int(rng.integers(0, len(authors)))]]),
            "publisher": PUBLISHERS[int(rng.integers(0, len(PUBLISHERS)))],
            "publishedDate": f"{int(rng.integers(1950, 2012))}-05-01",
            "categories": str([crowd.item_categories[place][0]]),
            "ratingsCount": f"{int(rng.integers(1, 500))}.0" if place % 4 == 0 else "",
        }
        yield record | (ODD_BOOKS[place] if dirt and place < len(ODD_BOOKS) else {})
    facts.counts["items"] = len(names)
    if dirt:
        yield {"Title": "", "description": "A book without a name."}
        facts.rejects["items", "no title"] = 1


def _ratings(
    crowd: Crowd, ids: list[str], names: list[str], facts: Facts, dirt: bool
) -> Iterator[dict[str, Any]]:
    good = 0
    like: dict[str, Any] = {}
    for number, events in enumerate(crowd.chunks()):
        rng = crowd.rng(6, number)
        picks = rng.integers(0, 1 << 16, len(events)).tolist()
        given = stars(events.liking, 1, 5, 1).tolist()
        columns = (events.user.tolist(), events.item.tolist(), events.time.tolist(), given, picks)
        # Grouped by edition, as the original.
        editions = np.lexsort((events.time, np.asarray(picks) % 2, events.item))
        for place in editions.tolist():
            user, item, time, score, pick = (column[place] for column in columns)
            like = _rating(ids[user], item, names[item], time - time % DAY, score, pick)
            yield like
        good += len(events)
    if dirt:
        bad = (
            ({"Title": ""}, "no title"),
            ({"User_id": "", "profileName": ""}, "no user id"),
            ({"User_id": "", "profileName": "", "review/score": "0.0"}, "no user id"),
            ({"review/score": "0.0"}, "rating outside the scale"),
            ({"review/score": "6.0"}, "rating outside the scale"),
            ({"review/score": "five"}, "a value of the wrong type"),
        )
        for change, reason in bad:
            key = ("interactions", reason)
            facts.rejects[key] = facts.rejects.get(key, 0) + 1
            yield like | change
        yield like | {"review/time": "-1", "review/text": "No time &quot;known&quot; <br />here."}
        yield like | {"Title": "A Book of No Record", "review/text": "", "review/summary": "Brief"}
        yield like | {"profileName": 'Jim of "Oz"', "review/text": 'Two\nlines, and a "quote".'}
        good += 3
    facts.counts["interactions"] = good


def _rating(user: str, item: int, title: str, time: int, score: float, pick: int) -> dict[str, Any]:
    phrases = GOOD if score >= 4 else BAD if score <= 2 else FAIR
    return {
        "Id": f"{item * 2 + pick % 2:010d}",
        "Title": title,
        "User_id": user,
        "profileName": f"reader {user[-3:]}",
        "review/helpfulness": f"{pick % 4}/{pick % 4 + 1}",
        "review/score": score,
        "review/time": time,
        "review/summary": f"{score:.0f} stars",
        "review/text": phrases[pick // 2 % len(phrases)],
    }


def _write(path: Path, columns: tuple[str, ...], records: Iterator[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(records)
