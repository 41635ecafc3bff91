"""Lists cut to their first name, texts and lines cut at one length, ids with the names of others: refused, and what is
said of them."""

from __future__ import annotations

import ast
import csv
import gzip
import importlib
import io
import json
import random
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from itdr.builders.core.errors import RawFileError
from itdr.builders.store.build import item_checks, joins
from itdr.builders.store.build.list_checks import cut_lists, unusual_lists
from tests.sources.harness import load, read
from tests.sources.test_content_thresholds import asking
from tests.sources.test_edited_files import stored

FILES = [Path("raw.csv")]
Row = dict[str, Any]
Change = Callable[[Row], Any]


def of_table(data: bytes, change: Change) -> bytes:
    rows = list(csv.DictReader(io.StringIO(data.decode(), newline="")))
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        change(row)
        writer.writerow(row)
    return out.getvalue().encode()


def of_literals(data: bytes, change: Change) -> bytes:
    rows = list(map(ast.literal_eval, gzip.decompress(data).decode().splitlines()))
    for row in rows:
        change(row)
    return gzip.compress("".join(f"{row!r}\n" for row in rows).encode())


def of_json(data: bytes, change: Change) -> bytes:
    rows = [json.loads(line) for line in data.decode().splitlines()]
    for row in rows:
        change(row)
    return "".join(f"{json.dumps(row)}\n" for row in rows).encode()


def first(name: str, mark: str) -> Change:
    def change(row: Row) -> None:
        row[name] = (row[name] or "").split(mark)[0]

    return change


def first_of_list(row: Row) -> None:
    row["genres"] = row["genres"][:1]


def bare(row: Row) -> None:
    row["genres"] = row["genres"][0]


CUT = {
    "anime": ("anime-2023", "anime-dataset-2023.csv", of_table, first("Genres", ", ")),
    "yelp": ("yelp", "yelp_academic_dataset_business.json", of_json, first("categories", ", ")),
    "steam, lists": ("steam", "steam_games.json.gz", of_literals, first_of_list),
    "steam, names": ("steam", "steam_games.json.gz", of_literals, bare),
    "ml-32m": ("ml-32m", "movies.csv", of_table, first("genres", "|")),
}


def written(source: str, folder: Path, **sizes: int) -> Path:
    module = importlib.import_module(f"tests.rawgen.{source.replace('-', '_')}")
    module.write(folder, **{"users": 60, "items": 1_200, **sizes}, dirt=False)
    return folder


@pytest.mark.parametrize("what", CUT)
def test_lists_cut_to_their_first_name(what: str, tmp_path: Path) -> None:
    source, name, edit, change = CUT[what]
    folder = written(source, tmp_path / "data" / source)
    manifest, _ = stored(source, tmp_path / "data", tmp_path / "sound")
    assert "first names" not in str(manifest["lacking"]["unusual"])
    path = folder / name
    path.write_bytes(edit(path.read_bytes(), change))
    with pytest.raises(RawFileError, match=r"has several categories, .* cut to their first names"):
        stored(source, tmp_path / "data", tmp_path / "cut")


def lists(n: int, several: int, name: str = "categories") -> Mapping[str, Any]:
    values = [["A", "B"] if k < several else ["A"] for k in range(n)]
    return {name: pa.array([*values, [], None], pa.list_(pa.string()))}


@pytest.mark.parametrize(
    ("source", "columns", "refused", "noted"),
    [
        ("yelp", lists(24, 0), "", ""),
        ("yelp", lists(25, 0), "", "none of 25 items has several categories, .* at least 80% do"),
        ("yelp", lists(499, 0), "", "none of 499"),
        ("yelp", lists(500, 0), "none of 500 items has several categories", ""),
        ("yelp", lists(500, 19), "only 19 of 500 items have several categories", ""),
        ("yelp", lists(500, 20), "", ""),
        ("amazon-books", lists(399, 0, "creators"), "", ""),
        ("amazon-books", lists(4_000, 0, "creators"), "", "none of 4,000 items has several creators"),
        ("bookcrossing", lists(9_000, 0, "creators"), "", ""),
    ],
)  # fmt: skip
def test_lists_of_one_name(
    source: str,
    columns: Mapping[str, Any],
    refused: str,
    noted: str,
    con: duckdb.DuckDBPyConnection,
) -> None:
    ids = [*range(len(next(iter(columns.values()))))]
    row = asking(con, items_raw={**columns, "item_id": ids})
    for said, found in (
        (refused, cut_lists(load(source), columns, row)),
        (noted, "".join(unusual_lists(load(source), columns, row))),
    ):
        assert bool(said) == bool(found), found
        assert re.search(said, found)


@pytest.mark.parametrize(
    ("items", "unread", "said"),
    [
        (500, 0, "the lists were cut to their first names, or names joined"),
        (418, 0, "502 rows are of 418 items, so the lists were split, a row for each name"),
        (419, 0, "the lists were cut to their first names, or names joined"),
        (500, 251, "the lists were cut to their first names, or names joined"),
        (500, 252, "252 others cannot be read: their names were joined by blanks or"),
    ],
)
def test_lists_that_were_cut_are_told_from_those_that_were_joined_or_split(
    items: int, unread: int, said: str, con: duckdb.DuckDBPyConnection
) -> None:
    columns = lists(500, 0)
    row = asking(con, items_raw={**columns, "item_id": [k % items for k in range(502)]})
    emptied = {("items", "categories unreadable"): unread}
    assert said in cut_lists(load("yelp"), columns, row, emptied)


def test_attributes_of_one_name(con: duckdb.DuckDBPyConnection) -> None:
    pairs = pa.list_(pa.struct([("name", pa.string()), ("value", pa.string())]))

    def found(tags: Sequence[str]) -> str:
        rows = [
            [{"name": "Publisher", "value": "A, B"}, {"name": "Tags", "value": t}] for t in tags
        ]
        columns = {"attributes": pa.array(rows, pairs)}
        row = asking(con, items_raw={**columns, "item_id": [*range(len(tags))]})
        return cut_lists(load("steam"), columns, row)

    assert found(["Indie, Action"] * 400) == ""
    assert "none of 600 items has several tags" in found(["Indie"] * 600)


def prose(n: int, least: int = 5, most: int = 90) -> list[str]:
    """Different texts of so many words."""
    draw = random.Random(0)
    words = ["sea", "harbour", "of", "an", "orchard", "winter", "letters", "brother"]
    return [
        f"{draw.choice(words)}{k % 31} {k}: {' '.join(draw.choice(words) for _ in range(draw.randint(least, most)))}"
        for k in range(n)
    ]


@pytest.mark.parametrize("source", ["anime-2023", "amazon-books", "mind", "pixelrec"])
def test_descriptions_cut_at_one_length(source: str, con: duckdb.DuckDBPyConnection) -> None:
    def check(texts: Sequence[str]) -> None:
        titles = [f"Ein 标题 {k}{'x' * (k % 40)}" for k in range(len(texts))]
        given = {"title": titles, "description": list(texts)}
        row = asking(con, items_raw=given)
        item_checks.require_plausible_items(load(source), list(given), row, FILES)

    texts = prose(400)
    check(texts)
    for size in (100, 255):
        with pytest.raises(
            RawFileError, match=rf"of 400 descriptions .* have {size} characters or"
        ):
            check([text[:size].rstrip() for text in texts])
    # Cut officially, between words: they end at many lengths.
    check([text[:255].rpartition(" ")[0] for text in texts])
    check(["A story that a program made up."] * 400)


@pytest.mark.parametrize("source", ["microlens", "ml-32m"])
def test_lines_cut_at_one_length(source: str, con: duckdb.DuckDBPyConnection) -> None:
    def check(size: int) -> None:
        ids = [str(10 ** (3 + k % 5) + k) for k in range(1_000)]
        texts = prose(1_000, 1, 9)
        lines = [f"{one},{text}"[:size] for one, text in zip(ids, texts, strict=True)]
        given = {"item_id": ids, "title": [line.partition(",")[2].strip() for line in lines]}
        row = asking(con, items_raw=given)
        item_checks.require_plausible_items(load(source), list(given), row, FILES)

    check(1_000)
    with pytest.raises(RawFileError, match=r"with their ids, .* the lines were cut off"):
        check(33)


@pytest.mark.parametrize("source", ["lastfm-1k", "lastfm-360k"])
def test_names_moved_by_a_row(source: str, tmp_path: Path) -> None:
    folder = written(source, tmp_path / source, users=120, items=240)
    path = next(folder.glob("userid-timestamp*" if source == "lastfm-1k" else "usersha1-artmbid*"))
    rows = [line.split("\t") for line in path.read_text("utf-8").splitlines()]
    place = 5 if source == "lastfm-1k" else 2
    names = [row[place] for row in rows]

    def found(since: int, change: Callable[[str, str], str]) -> list[str]:
        for k in range(since, len(rows) - 1):
            rows[k][place] = change(names[k], names[k + 1])
        path.write_text("".join("\t".join(row) + "\n" for row in rows), "utf-8")
        return sorted(t.lower() for t in read(source, folder, "items")[0]["title"].to_pylist())

    sound = found(0, lambda own, _: own)
    assert found(0, lambda own, _: own.upper()) == sound
    with pytest.raises(RawFileError, match=r"ids in several rows, .* have several names"):
        found(3 * len(rows) // 5, lambda _, other: other)


def test_a_column_that_is_empty_in_some_rows(con: duckdb.DuckDBPyConnection) -> None:
    def found(kinds: Callable[[int], list[str]], title: Callable[[int], str]) -> tuple[str, int]:
        given = {
            "item_id": [str(k // 2) for k in range(200)],
            "title": [title(k) for k in range(200)],
            "categories": pa.array([kinds(k) for k in range(200)], pa.list_(pa.string())),
        }
        row = asking(con, items_raw=given)
        _, repeated, contradicted = joins.contradicting_records(row, "items", list(given))
        assert joins.contradict_each_other(repeated, contradicted)
        return joins.emptied_in_some(row, "items", list(given), contradicted)

    half = found(lambda k: ["Food"] if k % 2 else [], lambda k: f"Inn {k // 2}")
    assert half == ("categories", 100)
    assert found(lambda k: ["Food"], lambda k: f"Inn {k}") == ("", 0)


def test_an_emptied_column_is_named(tmp_path: Path) -> None:
    folder = written("yelp", tmp_path / "data" / "yelp", items=200)
    path = folder / "yelp_academic_dataset_business.json"
    businesses = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    twice = [
        {**one, "categories": kinds} for one in businesses for kinds in (one["categories"], None)
    ]
    path.write_text("".join(f"{json.dumps(one)}\n" for one in twice), "utf-8")
    with pytest.raises(
        RawFileError, match="200 of these have categories in one record and none in"
    ):
        stored("yelp", tmp_path / "data", tmp_path / "store")


def test_halves_of_stars_are_shown(tmp_path: Path) -> None:
    folder = written("yelp", tmp_path / "data" / "yelp", items=80)
    path = folder / "yelp_academic_dataset_review.json"

    def halve(row: Row) -> None:
        row["stars"] = min(4.5, row["stars"] + 0.5 * (row["stars"] > 2))

    path.write_bytes(of_json(path.read_bytes(), halve))
    with pytest.raises(
        RawFileError, match=r"found 1 to 4\.5, such as 3\.5\. The ratings were conv"
    ):
        stored("yelp", tmp_path / "data", tmp_path / "store")
