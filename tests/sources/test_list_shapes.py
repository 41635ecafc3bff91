"""Lists in other shapes than the official files have: read where it is plain what they say, else counted."""

from __future__ import annotations

import csv
import gzip
import io
import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from itdr.builders.core.errors import RawFileError
from itdr.builders.core.python_lists import names_in, string_list_sql
from itdr.builders.sources.amazon_books import BOOKS
from itdr.builders.sources.anime_2023 import ITEM_COLUMNS
from tests.sources.harness import notes


@pytest.mark.parametrize(
    ("value", "names", "lost"),
    [
        ("RPG", ["RPG"], False),
        ("['RPG', 'Indie']", ["RPG", "Indie"], False),
        ('["RPG", "Indie"]', ["RPG", "Indie"], False),
        ("('RPG', 'Indie')", ["RPG", "Indie"], False),
        ("['RPG', ", ["['RPG', "], False),
        ("(demo)", ["(demo)"], False),
        (["RPG", None], ["RPG"], False),
        ([["RPG", "Indie"], "Casual"], ["RPG", "Indie", "Casual"], False),
        (("RPG",), ["RPG"], False),
        ({"Indie", "RPG"}, ["Indie", "RPG"], False),
        ([b"RPG", "Zo\u00eb".encode()], ["RPG", "Zo\u00eb"], False),
        ([b"Zo\xeb"], [], True),
        ([{"id": 1, "description": "RPG"}, {"name": "Indie"}], ["RPG", "Indie"], False),
        ([{"id": 1}, "RPG"], ["RPG"], True),
        ([1, 23], [], True),
        (True, [], True),
        (None, [], False),
        (float("nan"), [], False),
        ([], [], False),
        ({}, [], False),
    ],
)
def test_names_in_a_value(value: Any, names: list[str], lost: bool) -> None:
    assert names_in(value) == (names, lost)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("['Ada', \"O'Brien\"]", ["Ada", "O'Brien"]),
        ("('Ada', 'Bo')", ["Ada", "Bo"]),
        ("('Ada',)", ["Ada"]),
        ("{'Ada', 'Bo'}", ["Ada", "Bo"]),
        ("['Ada' 'Bo'\n 'Cy']", ["Ada", "Bo", "Cy"]),
        ("[u'Ada', u'Bo']", ["Ada", "Bo"]),
        ("{'name': 'Ada'}", []),
        ("['Ada', 1]", []),
        ("('Til Tuesday", []),
    ],
)
def test_lists_as_programs_print_them(text: str, names: list[str]) -> None:
    query = f"SELECT {string_list_sql('t')} FROM (SELECT $1 AS t)"
    assert duckdb.connect().execute(query, [text]).fetchall() == [(names,)]


def steam(folder: Path, **game: Any) -> dict[str, Any]:
    record = {"id": "1", "app_name": "Dota", **game}
    (folder / "steam_games.json.gz").write_bytes(gzip.compress(f"{record!r}\n".encode()))
    return notes("steam", folder, "items")[0]


GENRES = ["RPG", "Indie"]


@pytest.mark.parametrize(
    "shape",
    [
        GENRES, tuple(GENRES), [GENRES], "RPG, Indie", "RPG;Indie", "['RPG', 'Indie']",
        '["RPG", "Indie"]', [b"RPG", b"Indie"], [{"description": "RPG"}, {"description": "Indie"}],
    ],
)  # fmt: skip
def test_lists_of_games(shape: Any, tmp_path: Path) -> None:
    game = steam(
        tmp_path, genres=shape, tags=shape, specs=shape, developer=GENRES, publisher=GENRES
    )
    assert (game["categories"], game["creators"], game["emptied"]) == (GENRES, GENRES, None)
    assert [pair["value"] for pair in game["attributes"]] == ["RPG, Indie"] * 3


@pytest.mark.parametrize("shape", [[1, 2], {"a": "b"}, True, [{"id": 1}]])
def test_lists_of_games_without_names_are_counted(shape: Any, tmp_path: Path) -> None:
    game = steam(tmp_path, genres=shape, tags=shape, developer=shape, publisher=shape)
    assert (game["categories"], game["creators"], game["attributes"]) == ([], [], [])
    reasons = ("genres", "developer", "publisher", "tags")
    assert game["emptied"] == "; ".join(f"{name} unreadable" for name in reasons)


@pytest.mark.parametrize(
    ("text", "read"),
    [("Fine.", "Fine."), (["Fine."], "Fine."), (b"Fine.", "Fine."), (None, None), ("", None),
     (5, None), (["Fine.", "Good."], None), ({"en": 1}, None)],
)  # fmt: skip
def test_texts_of_reviews_of_games(text: Any, read: str | None, tmp_path: Path) -> None:
    record = {"username": "Ada", "product_id": "1", "date": "2017-01-01", "text": text}
    (tmp_path / "steam_reviews.json.gz").write_bytes(gzip.compress(f"{record!r}\n".encode()))
    (row,) = notes("steam", tmp_path, "interactions")
    counted = "text unreadable" if read is None and text else None
    assert (row["text"], row["emptied"]) == (read, counted)


def business(folder: Path, **more: Any) -> dict[str, Any]:
    record = {"business_id": "b", "name": "Luce", "city": "Rome", "categories": None}
    path = folder / "yelp_academic_dataset_business.json"
    path.write_text(json.dumps({**record, "attributes": None, **more}) + "\n", encoding="utf-8")
    return notes("yelp", folder, "items")[0]


KINDS = ["Beauty & Spas", "Food"]


@pytest.mark.parametrize(
    "shape",
    [
        KINDS, ", ".join(KINDS), "Beauty &amp; Spas, Food", "Beauty &amp; Spas;Food", [KINDS],
        [{"alias": "x", "title": kind} for kind in KINDS], str(KINDS), str(tuple(KINDS)),
    ],
)  # fmt: skip
def test_categories_of_businesses(shape: Any, tmp_path: Path) -> None:
    found = business(tmp_path, categories=shape)
    assert (found["categories"], found["emptied"]) == (KINDS, None)


@pytest.mark.parametrize("shape", [[{"alias": "food"}], {"a": "Food"}, True])
def test_categories_without_names_are_counted(shape: Any, tmp_path: Path) -> None:
    found = business(tmp_path, categories=shape)
    assert (found["categories"], found["emptied"]) == ([], "categories unreadable")


@pytest.mark.parametrize("again", [str, repr])
def test_attributes_of_businesses_quoted_once_more(again: Any, tmp_path: Path) -> None:
    given = {
        "HasTV": "True", "BikeParking": "False", "WiFi": "u'free'", "Alcohol": "u'none'",
        "Ambience": "{'casual': True, 'divey': False}",
    }  # fmt: skip
    found = business(tmp_path, attributes={key: again(value) for key, value in given.items()})
    assert {pair["name"]: pair["value"] for pair in found["attributes"]} == {
        "Has TV": "yes",
        "Wi-Fi": "free",
        "Ambience": "casual",
    }


def test_attributes_that_were_taken_apart_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RawFileError, match=r"keys such as 'attributes\.WiFi'"):
        business(tmp_path, **{"attributes.WiFi": "u'free'"})


@pytest.mark.parametrize(
    ("given", "title", "counted"),
    [
        ({"city": ["Rome"]}, "Luce (Rome)", None),
        ({"city": {"en": "Rome"}}, "Luce", "city unreadable"),
        ({"city": ["Rome", "Ostia"]}, "Luce", "city unreadable"),
        ({"city": 5}, "Luce", "city unreadable"),
        ({"name": {"en": "Luce"}}, None, "title unreadable"),
        ({"name": True}, None, "title unreadable"),
        ({"name": ["Luce"]}, "Luce (Rome)", None),
    ],
)
def test_names_and_cities(
    given: dict[str, Any], title: str | None, counted: str | None, tmp_path: Path
) -> None:
    found = business(tmp_path, **given)
    assert (found["title"], found["emptied"]) == (title, counted)


TEXTS = [
    ("Fine.", "Fine."), (["Fine."], "Fine."), ("[sic] Fine.", "[sic] Fine."), (None, None), ("", None),
    (5, "5"), (True, None), ({"en": "Fine."}, None), (["Fine.", "Good."], None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "read"), TEXTS)
@pytest.mark.parametrize("source", ["yelp", "amazon-reviews-2023"])
def test_texts_of_reviews(source: str, text: Any, read: str | None, tmp_path: Path) -> None:
    ids = {"user_id": "u" * 22, "business_id": "b" * 22, "parent_asin": "B000000001"}
    times = {"date": "2017-01-01 10:00:00", "timestamp": 1_500_000_000_000}
    record = {**ids, **times, "stars": 4.0, "rating": 4.0, "title": None, "text": text}
    yelp = source == "yelp"
    name = "yelp_academic_dataset_review.json" if yelp else "All_Beauty.jsonl"
    (tmp_path / name).write_text(json.dumps(record) + "\n", encoding="utf-8")
    more = {} if yelp else {"facet": "text", "domain": "All_Beauty"}
    (row,) = notes(source, tmp_path, "interactions", **more)
    counted = "text unreadable" if read is None and text else None
    assert (row["text"], row["emptied"], row["reject"]) == (read, counted, None)


def table(path: Path, columns: tuple[str, ...], row: dict[str, str]) -> None:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerow(row)
    path.write_text(out.getvalue(), encoding="utf-8")


PEOPLE = ["Ada Lee", "Bo O'Hara"]


@pytest.mark.parametrize(
    ("shape", "names"),
    [
        (str(PEOPLE), PEOPLE), (str(tuple(PEOPLE)), PEOPLE), ("Ada Lee|Bo O'Hara", PEOPLE),
        ("{'Ada Lee', \"Bo O'Hara\"}", PEOPLE), ("['Ada Lee' \"Bo O'Hara\"]", PEOPLE),
        ("Ada Lee", ["Ada Lee"]), ("Lee & Lee", ["Lee & Lee"]), ('"Bo O\'Hara"', ["Bo O'Hara"]),
        ("'Ada Lee'", ["Ada Lee"]), ("Lee &amp; Lee", None), ("('Ada Lee',)", ["Ada Lee"]), ("", []), ("[]", []),
        ("(Anonymous)", ["(Anonymous)"]), ("[{'name': 'Ada Lee'}]", None), ("Lee, Ada; Bo", None),
        ("{'Ada Lee': 1}", None),
    ],
)  # fmt: skip
def test_authors_and_categories_of_books(
    shape: str, names: list[str] | None, tmp_path: Path
) -> None:
    book = {"Title": "Emma", "authors": shape, "categories": shape}
    table(tmp_path / "books_data.csv", BOOKS, book)
    (found,) = notes("amazon-books", tmp_path, "items")
    counted = None if names is not None else "authors unreadable; categories unreadable"
    assert (found["creators"], found["categories"], found["emptied"]) == (
        *((names or [],) * 2),
        counted,
    )


@pytest.mark.parametrize(
    ("shape", "names"),
    [
        ("Action, Drama", ["Action", "Drama"]), ("Action|Drama", ["Action", "Drama"]),
        ("['Action', 'Drama']", ["Action", "Drama"]), ("('Action', 'Drama')", ["Action", "Drama"]),
        ("('Action',)", ["Action"]), ("{'Action', 'Drama'}", ["Action", "Drama"]),
        ("['Action' 'Drama']", ["Action", "Drama"]), ("[Action, Drama]", ["Action", "Drama"]),
        ('["Action","Drama"]', ["Action", "Drama"]), ("UNKNOWN", []), ("[{'name': 'Action'}]", None),
        ("(Some) Action", ["(Some) Action"]),
    ],
)  # fmt: skip
def test_genres_and_studios_of_anime(shape: str, names: list[str] | None, tmp_path: Path) -> None:
    one = {"anime_id": "1", "Name": "Akira", "Genres": shape, "Studios": shape, "Members": "5"}
    image = {"Image URL": "https://example.org/1.jpg"}
    table(tmp_path / "anime-dataset-2023.csv", ITEM_COLUMNS, {**one, **image})
    (found,) = notes("anime-2023", tmp_path, "items")
    counted = None if names is not None else "categories unreadable; creators unreadable"
    assert (found["categories"], found["creators"], found["emptied"]) == (
        *((names or [],) * 2),
        counted,
    )
