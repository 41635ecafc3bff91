r"""Made-up raw files in the layout of the Book-Crossing dump: `;`, quotes, `\"`, Windows-1252."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from tests.rawgen.common import Crowd, Facts, pack_zip, stars, write_lines
from tests.rawgen.words import BOOK_FORMS, PUBLISHERS, people, titles

EOL, ENCODING = "\r\n", "cp1252"
NAMES = ("BX-Book-Ratings.csv", "BX-Books.csv", "BX-Users.csv")
KAGGLE = "Book reviews/Book reviews/"
PLACES = (
    ("fenbridge, norfolk, united kingdom", "münsterfeld, hessen, germany"),
    ("stonewater, oregon, usa", "larkville, texas, usa", "port amber, ontario, canada"),
    ("villa clara, madrid, spain", "são brás, n/a, portugal", "milverton, victoria, australia"),
)
MIDDLE_AGE = (55, 34, 22)

# Titles as they stand in the file, with the known damage, at the head of the list.
ODD = (
    r"\"O\" Is for Orchard",  # escaped as it should be
    r"\\K\\\" Is for Kite\"",  # escaped twice, the form of some copies
    "Salt &amp; Iron: A Memoir",
    "Die gro\u00c3?\u00c2?e Br\u00c3?\u00c2\u00bccke",  # twice in the wrong encoding
    "El jard\u00c3\u00adn",  # once
    "\u00c3?\u00c2?rger im Hafen",  # beyond repair
    "Le phare; et autres r\u00e9cits",
    "A  TITLE   IN  CAPITALS",
)

# Lines of BX-Book-Ratings.csv that no reader may accept, and why.
DIRT = (
    ('"1";"0000000000";"11"', "rating outside the scale"),
    ('"1";"0000000000";""', "no valid rating"),
    ('"";"0000000000";"5"', "empty id"),
    ('"1";" -. ";"5"', "empty id"),
    ('"1";"0000000000"', "wrong number of fields"),
    ('"1";"0000000000";"5";"6"', "wrong number of fields"),
)


def write(
    folder: Path,
    *,
    users: int,
    items: int,
    seed: int = 0,
    packed: bool = False,
    dirt: bool = True,
    kaggle: bool = False,
) -> Facts:
    """Write the three files, or `BX-CSV-Dump.zip` with them.

    The tastes are for authors: `Facts.groups` names those that a user likes.
    kaggle: with the names of the copy on Kaggle, packed as `bookcrossing-dataset.zip`.
    """
    rng = np.random.Generator(np.random.PCG64([seed, 99]))
    authors = list(dict.fromkeys(people(rng, max(8, min(items // 25, 400)))))
    groups = [tuple(authors[place : place + 2]) for place in (0, 2, 4)]
    crowd = Crowd(
        users=users,
        items=items,
        categories=authors,
        groups=groups,
        each=1,
        seed=seed,
        low=30,
        high=45,
    )
    facts = Facts(groups={str(user + 1): crowd.tastes(user) for user in range(users)})
    isbns = _isbns(crowd)
    names = [name.replace("BX-Books", "BX_Books") for name in NAMES] if kaggle else list(NAMES)
    paths = [folder / (KAGGLE if kaggle else "") / name for name in names]
    lines = (_ratings(crowd, isbns, dirt), _books(crowd, isbns, dirt), _users(crowd, dirt))
    for path, rows in zip(paths, lines, strict=True):
        write_lines(path, rows, newline=EOL, encoding=ENCODING)
    facts.counts.update(interactions=int(crowd.count.sum()), items=items, users=users)
    if dirt:
        facts.counts["interactions"] += 2  # a book that is not in the book file, and a small x
        facts.counts["items"] += 1  # a shifted row that is known
        facts.rejects[("items", "wrong number of fields")] = 1
        facts.rejects[("users", "wrong number of fields")] = 1
        for _, reason in DIRT:
            key = ("interactions", reason)
            facts.rejects[key] = facts.rejects.get(key, 0) + 1
    if packed:
        inside = {str(path.relative_to(folder)): path for path in paths}
        pack_zip(folder / ("bookcrossing-dataset.zip" if kaggle else "BX-CSV-Dump.zip"), inside)
    return facts


def _isbns(crowd: Crowd) -> list[str]:
    """Distinct ten-character codes, every tenth ending in X; the last belongs to no book."""
    base = 10_000_000 + np.arange(crowd.items + 1) * 37 % 900_000_000
    return [
        f"{number:09d}{'X' if place % 10 == 9 else place % 10}" for place, number in enumerate(base)
    ]


def _ratings(crowd: Crowd, isbns: list[str], dirt: bool) -> Iterator[str]:
    yield '"User-ID";"ISBN";"Book-Rating"'
    for number, events in enumerate(crowd.chunks()):
        rng = crowd.rng(6, number)
        given = stars(events.liking, 1, 10, 1).astype(int)
        given[rng.random(len(events)) < 0.4] = 0
        rows = (events.user.tolist(), events.item.tolist(), given.tolist())
        for user, item, rating in zip(*rows, strict=True):
            yield f'"{user + 1}";"{isbns[item]}";"{rating}"'
    if dirt:
        yield from (line for line, _ in DIRT)
        yield f'"1";"{isbns[-1]}";"7"'
        yield '"1";"0-12.345678x";"0"'


def _books(crowd: Crowd, isbns: list[str], dirt: bool) -> Iterator[str]:
    yield (
        '"ISBN";"Book-Title";"Book-Author";"Year-Of-Publication";"Publisher";'
        '"Image-URL-S";"Image-URL-M";"Image-URL-L"'
    )
    rng = crowd.rng(7)
    years = rng.integers(1960, 2005, crowd.items).tolist()
    houses = rng.integers(0, len(PUBLISHERS), crowd.items).tolist()
    for place, title in enumerate(titles(rng, crowd.items, BOOK_FORMS)):
        author, year = f'"{crowd.item_categories[place][0]}"', years[place]
        if dirt:
            title = ODD[place] if place < len(ODD) else title
            author = "NULL" if place == 9 else author
            year = {10: 0, 11: 2050, 12: 1376}.get(place, year)
        fields = f'"{title}";{author};"{year}";"{PUBLISHERS[houses[place]]}"'
        yield f'"{isbns[place]}";{fields};{_images(isbns[place])}'
    if dirt:
        yield (
            '"2070426769";"Peuple du ciel, suivi de \'Les Bergers\\";Jean-Marie Gustave Le '
            f'Cl\u00c3?\u00c2\u00a9zio";"2003";"Gallimard";{_images("2070426769")}'
        )
        yield f'"0999999999";"A Title Alone";{_images("0999999999")}'


def _images(isbn: str) -> str:
    return ";".join(
        f'"http://images.example.org/P/{isbn}.{size}ZZZ.jpg"' for size in ("THUMB", "MZZ", "LZZ")
    )


def _users(crowd: Crowd, dirt: bool) -> Iterator[str]:
    yield '"User-ID";"Location";"Age"'
    rng = crowd.rng(8)
    for user in range(crowd.users):
        group = int(crowd.user_group[user])
        places = PLACES[group % 3]
        place = places[int(rng.integers(0, len(places)))]
        years = int(np.clip(rng.normal(MIDDLE_AGE[group % 3], 7), 8, 90))
        age = "NULL" if rng.random() < 0.3 else f'"{years}"'
        if dirt and user < len(ODD_USERS):
            place, age = ODD_USERS[user]
        yield f'"{user + 1}";"{place}";{age}'
    if dirt:
        yield '"999999";"nowhere"'


# Places and ages with the known dirt, for the first users.
ODD_USERS = (
    ("fen s\n, milverton, italy", "NULL"),
    ('lower mill, \\"n/a\\", united kingdom', '"244"'),
    ("n/a, n/a, n/a", '"0"'),
    ("port amber, ontario, ", '"4"'),
    (", , ", '"101"'),
    ("st. fenwick, missouri", '"5"'),
    ("deep river,, connecticut, usa", '"100"'),
    ("y&#305;lderim, n/a, turkey", "NULL"),
)
