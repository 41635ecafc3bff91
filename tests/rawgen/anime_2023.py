"""Made-up raw files in the layout of Anime Dataset 2023: scores, catalogue, user profiles."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from tests.rawgen.common import Crowd, Events, Facts, pack_zip, stars, write_lines

GENRES = (
    "Action", "Romance", "Slice of Life", "Horror", "Mystery", "Comedy", "Drama", "Fantasy",
    "Sci-Fi", "Sports", "Adventure", "Supernatural",
)  # fmt: skip
GROUPS = (("Action", "Sports"), ("Romance", "Slice of Life"), ("Horror", "Mystery"))
STUDIOS = ("Kazemori Works", "Studio Hinoki", "Aomine Pictures", "Tsuki Factory", "Oka Animation")
FIRST = (
    "Hoshi", "Kaze", "Yuki", "Tsuki", "Umi", "Mori", "Hana", "Kagi", "Kagami", "Tabi", "Natsu",
    "Yoru", "Asa", "Kawa", "Sora",
)  # fmt: skip
LAST = (
    "Shoujo", "Kishi", "Monogatari", "Densetsu", "Gakuen", "Tantei", "Ryokan", "Senki", "Kikou",
    "Clover", "Diary",
)  # fmt: skip
WORDS = {
    "Hoshi": "Star", "Kaze": "Wind", "Yuki": "Snow", "Tsuki": "Moon", "Umi": "Sea",
    "Mori": "Forest", "Hana": "Flower", "Kagi": "Key", "Kagami": "Mirror", "Tabi": "Journey",
    "Natsu": "Summer", "Yoru": "Night", "Asa": "Morning", "Kawa": "River", "Sora": "Sky",
    "Shoujo": "Girl", "Kishi": "Knight", "Monogatari": "Tale", "Densetsu": "Legend",
    "Gakuen": "Academy", "Tantei": "Detective", "Ryokan": "Inn", "Senki": "Chronicle",
    "Kikou": "Travels", "Clover": "Clover", "Diary": "Diary",
}  # fmt: skip
PLACES = (
    "Arlen, Corvane", "Greyport", "Kirkvale, Dunmere", "Ravensea", "Thornfield", "Lule&aring;",
    " Oakhurst ", "Unknown", "",
)  # fmt: skip
NAMES = ("mikan", "kuro", "haru", "tanu", "momo", "neko", "suzu", "rin")
ITEM_HEADER = (
    "anime_id,Name,English name,Other name,Score,Genres,Synopsis,Type,Episodes,Aired,Premiered,"
    "Status,Producers,Licensors,Studios,Source,Duration,Rating,Rank,Popularity,Favorites,Scored By,"
    "Members,Image URL"
)
USER_HEADER = (
    "Mal ID,Username,Gender,Birthday,Location,Joined,Days Watched,Mean Score,Watching,Completed,"
    "On Hold,Dropped,Plan to Watch,Total Entries,Rewatched,Episodes Watched"
)
SCORE_HEADER = "user_id,Username,anime_id,Anime Title,rating"

# Lines of users-score-2023.csv that no reader may accept, and why; each is written once.
DIRT = (
    ("2,kuro,{item},Kagi no Kishi,0", "rating outside the scale"),
    ("2,kuro,{item},Kagi no Kishi,11", "rating outside the scale"),
    ("2,kuro,{item},Kagi no Kishi,7.5", "rating outside the scale"),
    ("2,kuro,{item},Kagi no Kishi,", "no valid rating"),
    (",kuro,{item},Kagi no Kishi,7", "empty id"),
    ("2,kuro,,Kagi no Kishi,7", "empty id"),
    ("2,kuro,N/A,Kagi no Kishi,7", "malformed id"),
    ("2,kuro,{item},Kagi no Kishi", "too few fields"),
    ("2,kuro,{item},Kagi no Kishi,7,7", "too many fields"),
)


def write(
    folder: Path,
    *,
    users: int,
    items: int,
    seed: int = 0,
    packed: bool = False,
    dirt: bool = True,
    events: tuple[int, int] = (25, 33),
) -> Facts:
    """Write the three `*-2023` files, or `myanimelist-dataset.zip` with them.

    `events`: fewest and most scores of a user, of items that the catalogue has (and, with dirt, of one that it has not).
    """
    crowd = Crowd(
        users=users,
        items=items,
        categories=GENRES,
        groups=GROUPS,
        seed=seed,
        low=events[0],
        high=events[1],
    )
    ids = np.cumsum(crowd.rng(2).integers(1, 9, items))
    names = _names(crowd)
    people = [f"{NAMES[n % len(NAMES)]}{n}" for n in range(users)]
    facts = Facts(groups={str(2 * n + 1): crowd.tastes(n) for n in range(users)})
    folder.mkdir(parents=True, exist_ok=True)
    _catalogue(folder / "anime-dataset-2023.csv", crowd, ids, names, facts, dirt)
    _profiles(folder / "users-details-2023.csv", crowd, people, facts, dirt)
    lines = _scores(crowd, ids, names, people, facts, dirt)
    write_lines(folder / "users-score-2023.csv", lines)
    if packed:
        files = ("anime-dataset-2023.csv", "users-details-2023.csv", "users-score-2023.csv")
        pack_zip(folder / "myanimelist-dataset.zip", {name: folder / name for name in files})
    return facts


def _names(crowd: Crowd) -> list[tuple[str, str]]:
    """The romanised and the English name of each item."""
    pairs = [(one, two) for one in FIRST for two in LAST]
    order = crowd.rng(3).permutation(len(pairs))
    found = []
    for place in range(crowd.items):
        one, two = pairs[order[place % len(pairs)]]
        part = place // len(pairs)
        more = f" {part + 1}" if part else ""
        found.append((f"{one} no {two}{more}", f"{WORDS[two]} of the {WORDS[one]}{more}"))
    return found


def _catalogue(
    path: Path,
    crowd: Crowd,
    ids: np.ndarray,
    names: list[tuple[str, str]],
    facts: Facts,
    dirt: bool,
) -> None:
    rng = crowd.rng(4)
    lines = [ITEM_HEADER]
    for place, (name, english) in enumerate(names):
        year = time.gmtime(int(crowd.born[place])).tm_year
        film = rng.random() < 0.2
        genres = ", ".join(sorted(crowd.item_categories[place]))
        row = {
            "anime_id": ids[place],
            "Name": name,
            "English name": english if rng.random() < 0.6 else "UNKNOWN",
            "Other name": "鍵の騎士",
            "Score": f"{5 + 4 * rng.random():.2f}" if rng.random() < 0.7 else "UNKNOWN",
            "Genres": genres,
            "Synopsis": f"In a quiet town begins a story of {genres.split(', ')[0].lower()}: {english}.",
            "Type": "Movie" if film else "TV",
            "Episodes": "1.0" if film else f"{12 + 13 * int(rng.integers(0, 3))}.0",
            "Aired": f"Apr 3, {year}" + ("" if film else f" to Sep 24, {year + 1}"),
            "Premiered": "UNKNOWN" if film else f"spring {year}",
            "Status": "Finished Airing",
            "Producers": "UNKNOWN",
            "Licensors": "UNKNOWN",
            "Studios": STUDIOS[int(rng.integers(0, len(STUDIOS)))],
            "Source": ("Manga", "Original", "Light novel", "Unknown")[int(rng.integers(0, 4))],
            "Duration": "1 hr 45 min" if film else "24 min per ep",
            "Rating": "PG-13 - Teens 13 or older",
            "Rank": f"{place + 1}.0",
            "Popularity": place + 1,
            "Favorites": int(rng.integers(0, 999)),
            "Scored By": "1234.0",
            "Members": 4321,
            "Image URL": f"https://example.org/{ids[place]}.jpg",
        }
        if dirt and place < len(ODD):
            row.update(ODD[place])
        lines.append(_csv(row.values()))
    facts.counts["items"] = crowd.items
    write_lines(path, lines)


# The known oddities, at the head of the catalogue.
ODD: tuple[dict[str, str], ...] = (
    {"Synopsis": 'A letter says "come home".\n\nNobody wrote it, or so they say.\n\n(Source: ANN)'},
    {"Synopsis": "No description available for this anime.", "Studios": "UNKNOWN"},
    {"Genres": "Hentai", "Rating": "Rx - Hentai"},
    {"Genres": "UNKNOWN", "Rating": "Rx - Hentai"},
    {"Genres": "unknown", "Aired": "Not available", "Episodes": "UNKNOWN", "Rating": "UNKNOWN"},
    {"English name": "A Shared Name", "Aired": "2001 to ?"},
    {"English name": "a shared name", "Studios": "Studio Hinoki, Oka Animation"},
    {"English name": "Tea &amp; Thunder", "Type": "UNKNOWN", "Source": "UNKNOWN"},
)


def _profiles(path: Path, crowd: Crowd, people: list[str], facts: Facts, dirt: bool) -> None:
    rng = crowd.rng(5)
    lines = [USER_HEADER]
    tail = "2006-08-13T00:00:00+00:00,42.5,7.4,1.0,233.0,8.0,3.0,6.0,251.0,0.0,3458.0"
    for user, name in enumerate(people):
        group = int(crowd.user_group[user])
        # Location and birth year lean on the taste group, so that they can be guessed.
        place = PLACES[(group if rng.random() < 0.6 else int(rng.integers(0, len(PLACES))))]
        gender = ("Male", "Female", "Non-Binary", "")[int(rng.choice(4, p=(0.5, 0.35, 0.05, 0.1)))]
        year = 1980 + 6 * group + int(rng.integers(0, 6))
        born = f"{year}-03-04T00:00:00+00:00" if rng.random() < 0.8 else ""
        lines.append(_csv((2 * user + 1, name, gender, born, place)) + "," + tail)
    facts.counts["users"] = len(people)
    if dirt:
        lines.append(f"900001,early,Male,1929-12-31T00:00:00+00:00,unknown,{tail}")
        lines.append(f"900003,,Female,2016-01-01T00:00:00+00:00,,{tail.replace('7.4', '255.0')}")
        lines.append(f",ghost,Male,,,{tail}")
        lines.append(f"x9,ghost,Male,,,{tail}")
        facts.counts["users"] += 2
        facts.rejects["users", "empty id"] = 1
        facts.rejects["users", "malformed id"] = 1
    write_lines(path, lines)


def _scores(
    crowd: Crowd,
    ids: np.ndarray,
    names: list[tuple[str, str]],
    people: list[str],
    facts: Facts,
    dirt: bool,
) -> Iterator[str]:
    yield SCORE_HEADER
    good = 0
    for events in crowd.chunks():
        yield from _chunk(events, ids, names, people)
        good += len(events)
    if dirt:
        for line, reason in DIRT:
            yield line.format(item=ids[0])
            key = ("interactions", reason)
            facts.rejects[key] = facts.rejects.get(key, 0) + 1
        yield '1,,99999,"Kagi, ""the lost one""",8'  # no user name, and not in the catalogue
        good += 1
    facts.counts["interactions"] = good


def _chunk(
    events: Events, ids: np.ndarray, names: list[tuple[str, str]], people: list[str]
) -> Iterator[str]:
    rating = stars(events.liking, 1, 10, 1).astype(int)
    for user, item, score in zip(
        events.user.tolist(), events.item.tolist(), rating.tolist(), strict=True
    ):
        yield f"{2 * user + 1},{people[user]},{ids[item]},{names[item][0]},{score}"


def _csv(values: object) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(values)  # type: ignore[arg-type]
    return line.getvalue()
