"""Whole files as other programs and people change them: a store has the same rows, or the change is refused
with its cause, or a line says what was lost."""

from __future__ import annotations

import csv
import functools
import html
import importlib
import io
import itertools
import re
import shutil
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from itdr.builders.core import arrow
from itdr.builders.core.errors import RawFileError
from itdr.builders.dataset import registry
from itdr.builders.store import losses
from itdr.builders.store.layout import read_manifest
from itdr.builders.store.prepare import prepare
from itdr.builders.store.spec import StoreSpec
from tests.sources.harness import fresh_database

SIZES = {"users": 60, "items": 90}
Texts = Callable[[str], str]


class Edit(NamedTuple):
    """A change of one file, on top of another one (`first`) that every file may hold. What is said of it: a
    pattern of an error, a sentence on the store, or nothing where the store is the same."""

    source: str
    name: str
    file: str
    change: Texts
    refused: str = ""
    said: str = ""
    first: Texts = str
    encoding: str = "utf-8"


def column(place: int, change: Texts, mark: str = "\t") -> Texts:
    """A change of one field of every line."""

    def changed(text: str) -> str:
        rows = [line.split(mark) for line in text.split("\n")]
        return "\n".join(
            mark.join(change(field) if n == place else field for n, field in enumerate(row))
            for row in rows
        )

    return changed


def cells(name: str, change: Texts) -> Texts:
    """A change of one column of a CSV file."""

    def changed(text: str) -> str:
        header, *rows = csv.reader(io.StringIO(text, newline=""))
        place = header.index(name)
        return joined(
            [header, *([*row[:place], change(row[place]), *row[place + 1 :]] for row in rows)]
        )

    return changed


_NUMBERS = itertools.count()


def numbered(text: str) -> str:
    """A list of names with one more, which no other row has."""
    return f"Studio {next(_NUMBERS)}, {text}"


def emptied(*names: str) -> Texts:
    """A CSV file in which every fifth record lacks some values."""

    def changed(text: str) -> str:
        header, *rows = csv.reader(io.StringIO(text, newline=""))
        for row in rows[4::5]:
            for name in names:
                row[header.index(name)] = ""
        return joined([header, *rows])

    return changed


def filled(name: str) -> Texts:
    """A CSV file whose missing values of a column are those of the record before, as `ffill` fills them in."""

    def changed(text: str) -> str:
        header, *rows = csv.reader(io.StringIO(text, newline=""))
        place = header.index(name)
        for before, row in itertools.pairwise(rows):
            row[place] = row[place] or before[place]
        return joined([header, *rows])

    return changed


def joined(rows: list[list[str]]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def swapped(first: int, second: int, mark: str) -> Texts:
    """Two columns in each other's place, but for their names."""

    def changed(text: str) -> str:
        rows = [line.split(mark) for line in text.split("\n")]
        for row in rows:
            if len(row) > max(first, second) and any(sign.isdigit() for sign in row[first]):
                row[first], row[second] = row[second], row[first]
        return "\n".join(map(mark.join, rows))

    return changed


def rotated(form: str) -> Texts:
    """What the lines have at a group of a pattern, each that of the next line."""

    def changed(text: str) -> str:
        found = [one[1] for one in re.finditer(form, text, re.MULTILINE)]
        following = iter([*found[1:], found[0]])

        def other(one: re.Match[str]) -> str:
            start, end = (place - one.start() for place in one.span(1))
            return f"{one[0][:start]}{next(following)}{one[0][end:]}"

        return re.sub(form, other, text, flags=re.MULTILINE)

    return changed


def lessened(text: str) -> str:
    return f"{float(text) - 1:g}" if text.replace(".", "").isdigit() else text


def accented(text: str) -> str:
    """The text, but for its first line, with accents."""
    head, end, rest = text.partition("\n")
    return head + end + re.sub(r"(?<=[b-df-hj-np-tv-z])e(?=[a-z])", "é", rest)


def coded(text: str) -> str:
    return text.encode("ascii", "xmlcharrefreplace").decode()


def named(text: str) -> str:
    return text.replace("é", "&eacute;")


def escaped(text: str) -> str:
    return text.replace("é", "\\u00e9")


def lost(text: str) -> str:
    return text.encode("ascii", "replace").decode()


TRAIN, DEV = "MINDsmall_train/behaviors.tsv", "MINDsmall_dev/behaviors.tsv"
NEWS = "MINDsmall_train/news.tsv"
AGES = {code: str(place) for place, code in enumerate(["1", "18", "25", "35", "45", "50", "56"])}
BOOKS = "BX-Books.csv"
EDITS = [
    *(
        Edit("mind", f"histories {name}", TRAIN, column(3, change))
        for name, change in {
            "as Python prints them": lambda ids: str(ids.split()),
            "with commas": lambda ids: ids.replace(" ", ","),
            "in braces": lambda ids: "{" + ", ".join(map(repr, ids.split())) + "}",
            "with two blanks": lambda ids: ids.replace(" ", "  "),
        }.items()
    ),
    Edit("mind", "abstracts of R", NEWS, column(4, lambda text: text or "NA")),
    Edit("mind", "titles of R", NEWS, column(3, lambda _: "NA"), "are 'NA', which R writes"),
    Edit("mind", "titles printed", NEWS, column(3, repr), "stand between quotes"),
    Edit("mind", "titles all the same", NEWS, column(3, lambda _: "A"), "1 different titles: .* or lost most of their letters"),
    Edit("ml-1m", "ratings from 0", "ratings.dat", column(2, lessened, "::"), "from 0 to 4, and none"),
    Edit("ml-32m", "ratings from 0", "ratings.csv",
         cells("rating", lambda text: str(float(text) - 0.5)), "from 0 to 4.5, and none is 5"),
    Edit("anime-2023", "ratings from 0", "users-score-2023.csv", cells("rating", lessened),
         "from 0 to 9, and none is 10"),
    Edit("amazon-books", "ratings from 0", "Books_rating.csv", cells("review/score", lessened),
         "from 0 to 4, and none is 5"),
    Edit("amazon-books", "returns in quotes", "Books_rating.csv",
         cells("review/text", lambda text: text.replace(", ", ",\r")),
         first=cells("review/text", lambda text: text.replace(" ", ", "))),
    Edit("amazon-books", "returns without quotes", "Books_rating.csv",
         cells("review/text", lambda text: text.replace(" ", "\r")),
         "a carriage return in a field without quotes in line 2,"),
    Edit("ml-32m", "joined with the films", "ratings.csv",
         lambda text: re.sub(r"(?m)^\d+,(\d+),[^\r\n]*",
                             lambda line: line[0] + (',"Babe, A",a' if int(line[1]) % 2 else ",Heat,a"),
                             text.replace("timestamp", "timestamp,title,genres"))),
    *(
        Edit("mind", "an index in front", file,
             lambda text: "".join(f"{n}\t{line}" for n, line in enumerate(text.splitlines(True))),
             "(have another number of fields than|expected) 5")
        for file in (TRAIN, DEV)
    ),
    Edit("mind", "histories cut off", TRAIN, column(3, lambda ids: ids[:42]), "have 42 characters.*cut off"),
    Edit("amazon-books", "users filled in", "Books_rating.csv", filled("User_id"),
         "have no profileName", first=emptied("User_id", "profileName")),
    Edit("amazon-books", "names removed", "Books_rating.csv", cells("profileName", lambda _: "")),
    Edit("bookcrossing", "ISBN as a spreadsheet shows it", "BX-Book-Ratings.csv",
         lambda text: re.sub(r'"(\d{10})"', lambda found: f'"{float(found[1]):.5E}"', text),
         "[0-9] malformed ISBN"),
    Edit("lastfm-360k", "plays with commas", "usersha1-artmbid-artname-plays.tsv",
         column(3, lambda text: f"{int(text):,}" if text else text), "[0-9] plays not a positive whole number"),
    Edit("ml-32m", "entities", "movies.csv", cells("title", coded), first=accented),
    Edit("ml-32m", "entities with names", "movies.csv", cells("title", named), first=accented),
    Edit("ml-32m", "HTML", "movies.csv", cells("title", html.escape), first=accented),
    Edit("ml-1m", "entities", "movies.dat", named, first=accented, encoding="latin-1"),
    Edit("pixelrec", "entities", "items/Pixel200K.csv", cells("tag", coded)),
    Edit("bookcrossing", "codes", BOOKS, escaped, "hold codes for characters", first=accented,
         encoding="cp1252"),
    Edit("bookcrossing", "letters lost", BOOKS, lost, "question marks", first=accented,
         encoding="cp1252"),
    Edit("bookcrossing", "formulas", BOOKS,
         lambda text: re.sub(r'^("[0-9X]*[05]";)"[^"]*"', r'\1"#Name?"', text, flags=re.M),
         said="without a value: title unreadable", encoding="cp1252"),
    Edit("bookcrossing", "numbers for ISBNs", "BX-Book-Ratings.csv",
         lambda text: re.sub(r';"0?(\d{9,10})";', r';"\1.0";', text), encoding="cp1252"),
    Edit("ml-32m", "users and films swapped", "ratings.csv", swapped(0, 1, ","), "were swapped"),
    Edit("bookcrossing", "users and books swapped", "BX-Book-Ratings.csv", swapped(0, 1, ";"),
         "were swapped", encoding="cp1252"),
    Edit("ml-32m", "tags shifted", "tags.csv", lambda text: re.sub(
         r"^(\d+),(.*),(\d+)(\r?)$", r"\3,\1,\2\4", text, flags=re.M), "malformed id"),
    Edit("ml-32m", "tags and times swapped", "tags.csv", lambda text: re.sub(
         r"^(\d+,\d+),(.*),(\d+)(\r?)$", r"\1,\3,\2\4", text, flags=re.M), "a time in place of"),
    Edit("ml-32m", "titles printed", "movies.csv", cells("title", repr), "stand between quotes"),
    Edit("anime-2023", "names printed", "anime-dataset-2023.csv", cells("Name", repr),
         "stand between quotes"),
    Edit("bookcrossing", "titles in capitals", BOOKS, str.upper, "in capitals", encoding="cp1252"),
    Edit("anime-2023", "genres and studios swapped", "anime-dataset-2023.csv",
         cells("Genres", numbered), "different genres, .* swapped with another one, or its values replaced"),
    Edit("ml-32m", "titles in capitals", "movies.csv", cells("title", str.upper), "in capitals"),
    Edit("microlens", "a column behind the titles", "MicroLens-100k_title_en.csv",
         lambda text: re.sub(r"(?<=.)$", ",fun", text, flags=re.M), "another column was saved behind"),
    Edit("microlens", "ids from 0", "MicroLens-100k_title_en.csv",
         lambda text: re.sub(r"^\d+", lambda found: str(int(found[0]) - 1), text, flags=re.M),
         "there is an id 0"),
    Edit("ml-1m", "ids from 0", "ratings.dat", column(0, lessened, "::"), "have an id of 0, .* numbered anew, or missing ids filled"),
    Edit("mind", "labels swapped", TRAIN, column(4, lambda text: re.sub(
         "-([01])", lambda found: f"-{1 - int(found[1])}", text)), "labels were swapped"),
    Edit("lastfm-360k", "one number of plays", "usersha1-artmbid-artname-plays.tsv",
         column(3, lambda _: "1"), said="all weights are the same"),
    Edit("anime-2023", "names swapped", "anime-dataset-2023.csv",
         cells("Name", lambda text: f"{text} を"), "written in Japanese"),
    Edit("ml-32m", "quotes marked", "movies.csv",
         cells("title", lambda text: text.replace(" ", ' \\"', 1)), "behind a backslash"),
    Edit("anime-2023", "of R", "users-details-2023.csv",
         cells("Location", lambda text: text or "NA")),
    Edit("amazon-books", "of R", "books_data.csv",
         cells("publishedDate", lambda text: text or "NA"),
         first=cells("publishedDate", lambda text: "" if text < "1975" else text)),
    Edit("ml-1m", "ages numbered", "users.dat", column(2, lambda text: AGES.get(text, text), "::"),
         "none of the official codes"),
    Edit("microlens", "times that overflowed", "MicroLens-100k_pairs.csv",
         cells("timestamp", lambda text: str((int(text) + 2**31) % 2**32 - 2**31)), "converted|no valid"),
    Edit("pixelrec", "titles without letters", "items/Pixel200K.csv",
         cells("title", lambda text: str(len(text))), "Chinese character"),
    Edit("pixelrec", "titles in Latin letters", "items/Pixel200K.csv",
         cells("title", lambda text: "Ni Hao " + lost(text).replace("?", "a")), "Chinese character"),
    Edit("ml-32m", "times without hours", "ratings.csv",
         cells("timestamp", lambda text: str(int(text) // 86_400 * 86_400)), said="days without hours"),
    *(
        Edit("ml-32m", "columns turned round", file, lambda text: joined(
            [row[::-1] for row in csv.reader(io.StringIO(text, newline=""))]))
        for file in ("ratings.csv", "movies.csv", "tags.csv")
    ),
    Edit("bookcrossing", "columns turned round", "BX-Users.csv",
         lambda text: "\n".join(";".join(line.split(";")[::-1]) for line in text.splitlines()) + "\n",
         "the columns in another order", encoding="cp1252"),
    Edit("ml-32m", "times without minutes", "ratings.csv",
         cells("timestamp", lambda text: str(int(text) // 3_600 * 3_600)), said="full hours"),
    Edit("anime-2023", "users merged", "users-score-2023.csv",
         cells("user_id", lambda text: text if int(text) > 400_000 else "400001"), "have .* different names"),
    Edit("ml-32m", "one time", "ratings.csv", cells("timestamp", lambda _: "1200000000"),
         said="all times are the same"),
    Edit("ml-32m", "no genres", "movies.csv", cells("genres", lambda _: ""),
         said="no item row has a value in categories"),
    Edit("bookcrossing", "ISBNs moved", BOOKS, rotated(r'^"([0-9X]{10})"'), "of another id",
         encoding="cp1252"),
    Edit("anime-2023", "ids moved", "users-score-2023.csv", rotated(r"^\d+,[^,]*,(\d+),"), "of another id"),
    Edit("ml-1m", "ids from 0", "users.dat", column(0, lessened, "::"), "of users in the records is 0"),
    Edit("lastfm-360k", "countries and days swapped", "usersha1-profile.tsv", swapped(4, 3, "\t"),
         "countries hold digits"),
    Edit("lastfm-360k", "countries in small letters", "usersha1-profile.tsv", column(3, str.lower)),
    Edit("ml-32m", "accents apart", "movies.csv",
         lambda text: unicodedata.normalize("NFD", text), first=accented),
    Edit("ml-32m", "small letters", "movies.csv", cells("title", str.lower), "in small letters"),
    Edit("ml-32m", "yes or no", "ratings.csv",
         cells("rating", lambda text: "5.0" if float(text) > 3 else "0.5"), "reduced to yes or no"),
    Edit("yelp", "codes for names", "yelp_academic_dataset_business.json",
         lambda text: re.sub(r'("name": ?")[^"]*', r"\1business_17", text), "ids or numbers|different titles"),
    *(
        Edit(source, "no last line end", file, lambda text: text.rstrip("\r\n"), encoding="latin-1")
        for source, file in {
            "ml-1m": "ratings.dat", "ml-32m": "ratings.csv", "microlens": "MicroLens-100k_pairs.csv",
            "bookcrossing": "BX-Users.csv", "mind": NEWS,
        }.items()
    ),
    Edit("ml-32m", "no last line end", "movies.csv", lambda text: text.rstrip("\r\n"),
         "may have been cut off.*If that line is whole, add a line end"),
]  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Path]]:
    """The folder of a source's undamaged files."""
    root = tmp_path_factory.mktemp("made")

    def folder(source: str) -> Path:
        if not (root / source).exists():
            written = importlib.import_module(f"tests.rawgen.{source.replace('-', '_')}")
            written.write(root / source, dirt=False, **SIZES)
        return root / source

    yield folder


def stored(source: str, home: Path, work: Path) -> tuple[dict[str, Any], Path]:
    """The manifest and the place of a store."""
    path = prepare(StoreSpec(registry.source(source), data_dir=home), path=work, progress=False)
    return read_manifest(path), path


@pytest.fixture(scope="module")
def untouched(
    made: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], tuple[dict[str, Any], Path]]:
    """What is stored of a source's undamaged files."""
    work = tmp_path_factory.mktemp("untouched")
    return functools.cache(lambda source: stored(source, made(source).parent, work / source))


def content(folder: Path) -> dict[str, list[str]]:
    """The rows of a store, with ids in place of codes."""
    events = (
        "SELECT user_id, item_id, e.* EXCLUDE (user_code, item_code) "
        f"FROM '{folder / 'interactions.parquet'}' AS e "
        "JOIN users_coded AS u ON u.code = user_code JOIN items_coded AS i ON i.code = item_code"
    )
    queries = {
        "interactions": events,
        "items": "SELECT * EXCLUDE (work, title_code, hash, n) FROM items",
        "users": "SELECT * EXCLUDE (hash, n, start) FROM users",
    }
    with fresh_database() as con:
        for table in ("items", "users"):
            con.register(table, arrow.read(folder / f"{table}.arrow"))
            con.execute(
                f"CREATE VIEW {table}_coded AS SELECT *, row_number() OVER () - 1 AS code FROM {table}"
            )
        return {
            name: sorted(map(repr, con.execute(query).fetchall()))
            for name, query in queries.items()
        }


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: f"{edit.source}-{edit.name}-{edit.file}")
def test_an_edited_file_is_the_same_refused_or_spoken_of(
    edit: Edit,
    made: Callable[[str], Path],
    untouched: Callable[[str], tuple[dict[str, Any], Path]],
    tmp_path: Path,
) -> None:
    home = tmp_path / "data" / edit.source
    shutil.copytree(made(edit.source), home)
    path = home / edit.file
    text = path.read_bytes().decode(edit.encoding)
    sound = text if edit.first is str else edit.first(text)
    path.write_bytes(sound.encode(edit.encoding))
    if edit.first is str:
        facts, before = untouched(edit.source)
    else:
        facts, before = stored(edit.source, tmp_path / "data", tmp_path / "before")
    changed = edit.change(sound)
    assert changed != sound
    path.write_bytes(changed.encode(edit.encoding))
    if edit.refused:
        with pytest.raises(RawFileError, match=edit.refused) as error:
            stored(edit.source, tmp_path / "data", tmp_path / "after")
        assert path.name in str(error.value)
        return
    now, after = stored(edit.source, tmp_path / "data", tmp_path / "after")
    if not edit.said:
        assert content(after) == content(before)
        return
    told = [line for of in (losses.emptied, losses.lacking) for line in of(now)]
    assert any(edit.said in line for line in told), told
    assert not any(edit.said in line for line in losses.lacking(facts))
