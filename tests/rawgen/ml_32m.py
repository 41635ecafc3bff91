"""Made-up raw files in the layout of MovieLens 32M; scales to the size of the real ones.

The ratings are drawn and written in chunks of users with numpy and pyarrow, in bounded memory.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pcsv

from itdr.builders.core.duckdb_csv import UNPAIRED
from tests.rawgen.common import Crowd, Events, Facts, pack_zip, stars, write_lines
from tests.rawgen.tastes import TAGS_OF_A_NICHE, Tasters
from tests.rawgen.words import FILM_FORMS, titles

GENRES = (
    "Drama", "Comedy", "Thriller", "Sci-Fi", "Adventure", "Romance", "Action", "Crime", "Horror",
    "Documentary", "Animation", "Children", "Mystery", "Fantasy", "War", "Western", "Musical",
    "Film-Noir", "IMAX",
)  # fmt: skip
GROUPS = (("Drama", "Romance"), ("Sci-Fi", "Adventure"), ("Comedy",), ("Horror", "Thriller"))
START, END = 789_652_009, 1_697_164_147
TAGS = ("atmospheric", "slow burn", "great ending", "NA", "null", "nan", "visually striking")
SCALE = [f"{half / 2:.1f}" for half in range(11)]
EOL = "\r\n"
WRITE = pcsv.WriteOptions(include_header=False, quoting_style="none")

# Lines of ratings.csv that no reader may accept, and why; each is written once.
DIRT = (
    ("1,{item},0.0,1100000000", "rating outside the scale"),
    ("1,{item},5.5,1100000000", "rating outside the scale"),
    ("1,{item},3.7,1100000000", "rating outside the scale"),
    ("1,{item},,1100000000", "no valid rating"),
    (",{item},4.0,1100000000", "empty id"),
    ("1,,4.0,1100000000", "empty id"),
    ("1,{item},4.0,", "no valid time"),
    ("1,{item},4.0", "no valid time"),
    ("1,{item},4.0,1100000000,extra", "too many fields"),
    ("1,{item},good,1100000000", "a value of the wrong type"),
)


def write(
    folder: Path,
    *,
    users: int,
    items: int,
    seed: int = 0,
    packed: bool = False,
    dirt: bool = True,
    ratings: int | None = None,
    slope: float = 0.8,
    tastes: bool = False,
) -> Facts:
    """Write ratings.csv, movies.csv, tags.csv and links.csv, or `ml-32m.zip` with them.

    ratings: how many good ratings in all (at least 20 a user); None: 25 to 40 for each user.
    tastes: whether works of a niche find the same people, as in the original; `slope` says nothing then.
    """
    crowd = (Tasters if tastes else Crowd)(
        users=users,
        items=items,
        categories=GENRES,
        groups=GROUPS,
        seed=seed,
        low=20 if ratings else 25,
        total=ratings,
        start=START,
        end=END,
        slope=slope,
    )
    # Ids are sparse and grow along the file, as in the original.
    ids = np.cumsum(crowd.rng(2).integers(1, 5, items))
    facts = Facts(groups={str(user + 1): crowd.tastes(user) for user in range(users)})
    folder.mkdir(parents=True, exist_ok=True)
    _movies(folder / "movies.csv", crowd, ids, facts, dirt)
    _ratings(folder / "ratings.csv", crowd, ids, facts, dirt)
    _tags(folder / "tags.csv", crowd, ids, facts, dirt)
    _links(folder / "links.csv", crowd, ids)
    names = ["ratings.csv", "movies.csv", "tags.csv", "links.csv"]
    if packed:
        pack_zip(folder / "ml-32m.zip", {f"ml-32m/{name}": folder / name for name in names})
    return facts


def _movies(path: Path, crowd: Crowd, ids: np.ndarray, facts: Facts, dirt: bool) -> None:
    rng = crowd.rng(3)
    born = np.array([time.gmtime(int(when)).tm_year for when in crowd.born])
    years = born - np.minimum(rng.geometric(0.08, crowd.items) - 1, 70)
    lines = ["movieId,title,genres"]
    for place, plain in enumerate(titles(rng, crowd.items, FILM_FORMS)):
        title = f"{moved(plain)} ({years[place]})"
        genres = "|".join(sorted(crowd.item_categories[place]))
        if dirt and place < len(ODD):
            title, genres = ODD[place][0], ODD[place][1] or genres
        lines.append(f"{ids[place]},{quoted(title)},{genres}")
    if dirt:
        lines.append('999999,"A Title Whose Quote Is Never Closed (1999),Drama')
        facts.rejects["items", UNPAIRED] = 1
    facts.counts["items"] = crowd.items
    write_lines(path, lines, newline=EOL)


# Titles with the known oddities, at the head of the list; the genres where they matter.
ODD = (
    ("Lantern Keeper, The (Gardien de la lanterne, Le) (1987)", None),
    ("Sleeping Orchard (a.k.a. Orchard, The) (1991)", None),
    ("Heron's Nest, The (Nid du héron, L') (2003) ", None),
    ("A Film Without Any Year", "(no genres listed)"),
    ('11\'09"02 - "The Quiet Hour" (2002)', None),
    ("Long Serial, The (2006–2007)", None),
    ("Salt  and  Iron (1975)", None),
)


def _ratings(path: Path, crowd: Crowd, ids: np.ndarray, facts: Facts, dirt: bool) -> None:
    good = 0
    with path.open("wb") as file:
        file.write(("userId,movieId,rating,timestamp" + EOL).encode())
        for events in crowd.chunks():
            file.write(_lines(events, ids))
            if dirt and not good:
                for line, reason in DIRT:
                    file.write((line.format(item=ids[0]) + EOL).encode())
                    key = ("interactions", reason)
                    facts.rejects[key] = facts.rejects.get(key, 0) + 1
            good += len(events)
    facts.counts["interactions"] = good


def _lines(events: Events, ids: np.ndarray) -> bytes:
    half = np.rint(stars(events.liking, 0.5, 5.0, 0.5) * 2).astype(np.int32)
    rating = pa.DictionaryArray.from_arrays(pa.array(half), pa.array(SCALE)).cast(pa.string())
    columns = [pa.array(events.user + 1), pa.array(ids[events.item]), rating, pa.array(events.time)]
    buffer = pa.BufferOutputStream()
    pcsv.write_csv(pa.table(columns, names=list("umrt")), buffer, WRITE)
    return buffer.getvalue().to_pybytes().replace(b"\n", EOL.encode())


def _tags(path: Path, crowd: Crowd, ids: np.ndarray, facts: Facts, dirt: bool) -> None:
    rng = crowd.rng(4)
    number = min(max(40, crowd.users // 2), 200_000)
    users = np.sort(rng.integers(0, crowd.users, number)) + 1
    places = rng.integers(0, crowd.items, number)
    kinds = rng.integers(0, len(TAGS), number)
    times = rng.integers(START, END, number)
    if isinstance(crowd, Tasters):
        tags = crowd.tags[crowd.niche[places], kinds % TAGS_OF_A_NICHE]
    else:
        tags = np.array(TAGS)[kinds]
    lines = ["userId,movieId,tag,timestamp"]
    lines += [
        f"{user},{item},{tag},{when}"
        for user, item, tag, when in zip(users, ids[places], tags, times, strict=True)
    ]
    facts.counts["tags"] = number
    if dirt:
        last = users[-1]
        lines.append(f'{last},{ids[0]},"quiet, then ""loud""",{END}')
        lines.append(f"{last},{ids[0]},,{END}")
        facts.counts["tags"] += 1
        facts.rejects["tags", "empty tag"] = 1
    write_lines(path, lines, newline=EOL)


def _links(path: Path, crowd: Crowd, ids: np.ndarray) -> None:
    imdb = crowd.rng(5).integers(1_000, 9_999_999, crowd.items)
    lines = (
        f"{item},{code:07d},{code // 7 if code % 50 else ''}"
        for item, code in zip(ids, imdb, strict=True)
    )
    write_lines(path, ["movieId,imdbId,tmdbId", *lines], newline=EOL)


def moved(title: str, articles: Sequence[str] = ("The", "A", "An")) -> str:
    """A title as the files write it: a leading article behind a comma."""
    first, _, rest = title.partition(" ")
    return f"{rest}, {first}" if rest and first in articles else title


def quoted(text: str) -> str:
    """A CSV field, in double quotes where it needs them."""
    if any(mark in text for mark in ',"\n'):
        return '"' + text.replace('"', '""') + '"'
    return text
