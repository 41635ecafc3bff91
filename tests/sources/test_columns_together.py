"""Columns that say the same of a row, or texts that share their words, where one of the two was moved."""

from __future__ import annotations

import ast
import csv
import gzip
import importlib
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from itdr.builders.core.errors import RawFileError
from itdr.builders.sources._shared.moved_columns import require_together
from itdr.builders.sources._shared.own_texts import require_own_names, require_own_words
from tests.sources.test_edited_files import stored

FILE = Path("raw.csv")
Row = dict[str, Any]


def moved(values: list[Any], by: int = 1) -> list[Any]:
    return [*values[-by:], *values[:-by]]


@pytest.mark.parametrize("by", [1, 2, 3, -1, -3])
def test_two_columns_that_say_the_same(by: int) -> None:
    one: list[Any] = [1960 + k * k % 61 for k in range(200)]
    other = [None if k % 3 == 0 else value for k, value in enumerate(one)]
    require_together(FILE, "a", "b", list(zip(one, other, strict=True)), least=0.5)
    for least in (0.0, 0.5):
        with pytest.raises(RawFileError, match=f"agree with the b {abs(by)} row.* was moved"):
            require_together(
                FILE, "a", "b", list(zip(one, moved(other, by), strict=True)), least=least
            )


@pytest.mark.parametrize(("n", "same", "refused"), [(20, 9, True), (20, 10, False), (19, 0, False)])
def test_two_columns_that_hardly_say_the_same(n: int, same: int, refused: bool) -> None:
    pairs = [
        (a, b if a <= same else -1) for a, b in zip(range(1, n + 1), range(1, n + 1), strict=True)
    ]
    require_together(FILE, "a", "b", pairs)
    if refused:
        with pytest.raises(RawFileError, match="officially nearly all do"):
            require_together(FILE, "a", "b", pairs, least=0.5)
    else:
        require_together(FILE, "a", "b", pairs, least=0.5)


NOUNS = [f"{a}{b}" for a in ("lamp", "soap", "comb", "tube") for b in map(chr, range(97, 122))]


def test_names_in_the_texts_about_them(tmp_path: Path) -> None:
    names, reviews = tmp_path / "names.json", tmp_path / "reviews.json"
    ids = [f"b{k % 50}" for k in range(200)]

    def check(ids: list[str], texts: list[str]) -> None:
        things = ({"id": f"b{k}", "name": NOUNS[k]} for k in range(50))
        said = ({"id": one, "text": text} for one, text in zip(ids, texts, strict=True))
        for path, rows in ((names, things), (reviews, said)):
            path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")
        require_own_names(names, reviews, "id", "name")

    texts = [f"A fine {NOUNS[k % 50]} it is" for k in range(200)]
    check(ids, texts)
    check(ids, ["Nothing is named"] * 200)
    for given in ((moved(ids), texts), (ids, moved(texts, -1))):
        with pytest.raises(RawFileError, match="id or text was moved by a row"):
            check(*given)


def test_words_of_a_summary() -> None:
    texts = [(f"Good {noun}", f"This {noun} is good") for noun in NOUNS]
    require_own_words(FILE, texts, "reviews", "text")
    other = list(zip((a for a, _ in texts), moved([b for _, b in texts]), strict=True))
    with pytest.raises(RawFileError, match="one of the two columns was moved by a row"):
        require_own_words(FILE, other, "reviews", "text")


def of_csv(change: Callable[[list[Row]], None]) -> Callable[[bytes], bytes]:
    def edit(data: bytes) -> bytes:
        text = data.decode("utf-8")
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
        change(rows)
        out = io.StringIO(newline="")
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
        return out.getvalue().encode()

    return edit


def of_games(change: Callable[[list[Row]], None]) -> Callable[[bytes], bytes]:
    def edit(data: bytes) -> bytes:
        rows = list(map(ast.literal_eval, gzip.decompress(data).decode("utf-8").splitlines()))
        change(rows)
        return gzip.compress("".join(f"{row!r}\n" for row in rows).encode())

    return edit


def rolled(*names: str) -> Callable[[list[Row]], None]:
    """These columns moved down by a row."""

    def change(rows: list[Row]) -> None:
        values = [{name: row.get(name) for name in names} for row in rows]
        for row, other in zip(rows, moved(values), strict=True):
            row.update(other)

    return change


def seasons(rows: list[Row]) -> None:
    for k, row in enumerate(rows):
        row["Premiered"] = f"spring {1970 + k * k % 47}"
        row["Aired"] = f"Apr 3, {1970 + k * k % 47} to Jun 3, {1970 + k * k % 47}"


def makers(rows: list[Row]) -> None:
    for k, row in enumerate(rows):
        row["developer"] = row["publisher"] = f"Studio {k * k % 43}"
        row["genres"] = [f"Kind {k * k % 41}"]
        row["tags"] = [*row["genres"], "Great"]


@pytest.mark.parametrize(
    ("source", "file", "edit", "first", "column"),
    [
        ("anime-2023", "anime-dataset-2023.csv", of_csv, seasons, "Aired"),
        ("anime-2023", "anime-dataset-2023.csv", of_csv, seasons, "Premiered"),
        ("steam", "steam_games.json.gz", of_games, makers, "genres"),
        ("steam", "steam_games.json.gz", of_games, makers, "developer"),
    ],
)
def test_columns_of_items(
    source: str,
    file: str,
    edit: Callable[[Callable[[list[Row]], None]], Callable[[bytes], bytes]],
    first: Callable[[list[Row]], None],
    column: str,
    tmp_path: Path,
) -> None:
    home = tmp_path / "data" / source
    module = importlib.import_module(f"tests.rawgen.{source.replace('-', '_')}")
    module.write(home, users=30, items=120, dirt=False)
    path = home / file
    path.write_bytes(edit(first)(path.read_bytes()))
    stored(source, tmp_path / "data", tmp_path / "before")
    path.write_bytes(edit(rolled(column))(path.read_bytes()))
    with pytest.raises(
        RawFileError, match=rf"{column}.* 1 row (above|below): one of the two columns"
    ):
        stored(source, tmp_path / "data", tmp_path / "after")
