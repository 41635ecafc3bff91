"""Yelp: made-up files with each kind of dirt, the archive in an archive, and real excerpts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from itdr.builders.core.errors import RawFileError
from itdr.builders.rawfiles import locate
from itdr.builders.sources.yelp import SOURCE
from tests.rawgen import yelp
from tests.sources.harness import read, real, rows

REVIEW = {
    "review_id": "r1",
    "user_id": "u1",
    "business_id": "b1",
    "stars": 4.0,
    "useful": -1,
    "text": "Good.",
    "date": "2018-07-07 22:09:11",
}
PLACE = {"business_id": "b1", "name": "Arlen Pizza", "city": "Tarrow", "stars": 3.5}


def table(folder: Path, name: str, of: str, *lines: dict[str, Any] | str) -> tuple[list, dict]:
    """Rows and rejects of one file with these lines."""
    texts = (one if isinstance(one, str) else json.dumps(one) for one in lines)
    (folder / name).write_text("".join(text + "\n" for text in texts), encoding="utf-8")
    found, rejects = read(SOURCE, folder, of)
    return found.to_pylist(), rejects


def reviews(folder: Path, *lines: dict[str, Any] | str) -> tuple[list, dict]:
    return table(folder, yelp.REVIEW, "interactions", *lines)


def places(folder: Path, *lines: dict[str, Any] | str) -> tuple[list, dict]:
    return table(folder, yelp.BUSINESS, "items", *lines)


def test_generated_files_read_exactly(tmp_path: Path) -> None:
    facts = yelp.write(tmp_path, users=20, items=60, seed=1)
    for of in ("interactions", "items"):
        found, rejects = read(SOURCE, tmp_path, of)
        assert found.num_rows == facts.counts[of]
        assert rejects == {why: n for (at, why), n in facts.rejects.items() if at == of}
    clean = yelp.write(tmp_path / "clean", users=4, items=60, dirt=False)
    found, rejects = read(SOURCE, tmp_path / "clean", "interactions")
    assert (found.num_rows, rejects, clean.rejects) == (clean.counts["interactions"], {}, {})


def test_the_archive_in_the_archive_gives_the_same_files(tmp_path: Path) -> None:
    yelp.write(tmp_path / "a" / "yelp", users=6, items=60)
    yelp.write(tmp_path / "b" / "yelp", users=6, items=60, packed=True)
    assert [file.name for file in (tmp_path / "b" / "yelp").iterdir()] == ["Yelp-JSON.zip"]
    paths = locate.prepare(
        SOURCE, SOURCE.files, tmp_path / "b", tmp_path / "work", offline=True, progress=False
    )
    for key, name in (("review", yelp.REVIEW), ("business", yelp.BUSINESS)):
        assert paths[key].read_bytes() == (tmp_path / "a" / "yelp" / name).read_bytes()


def test_what_is_written_depends_on_the_seed_alone(tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        yelp.write(tmp_path / name, users=4, items=60, seed=seed, packed=True)
    data = {name: (tmp_path / name / "Yelp-JSON.zip").read_bytes() for name in "abc"}
    assert data["a"] == data["b"] != data["c"]


def test_a_review_becomes_a_rating_with_text(tmp_path: Path) -> None:
    second = {**REVIEW, "date": "2016-02-29", "text": "One\n\ntwo  &amp; \u4e09", "stars": 1}
    found, rejects = reviews(
        tmp_path, REVIEW, dict(reversed(second.items())), {**REVIEW, "text": ""}
    )
    same = {"user_id": "u1", "item_id": "b1", "event": "review"}
    assert found == [
        {**same, "rating": 4.0, "timestamp": 1_531_001_351, "text": "Good."},
        {**same, "rating": 1.0, "timestamp": 1_456_704_000, "text": "One two & \u4e09"},
        {**same, "rating": 4.0, "timestamp": 1_531_001_351, "text": None},
    ]
    assert rejects == {}


def test_bad_reviews_are_counted_by_reason(tmp_path: Path) -> None:
    lines = [one if isinstance(one, str) else {**REVIEW, **one} for one, _ in yelp.BAD_REVIEWS]
    found, rejects = reviews(tmp_path, *lines, REVIEW, "[1]", "", json.dumps(REVIEW) + "}")
    assert len(found) == 1
    assert rejects == {
        "rating outside the scale": 1,
        "no valid rating": 1,
        "empty id": 2,
        "no valid time": 1,
        "not a JSON record": 3,
    }


@pytest.mark.parametrize(
    ("change", "title"),
    [
        ({}, "Arlen Pizza (Tarrow)"),
        ({"name": " Caf\u00e9  Noir &amp; Co ", "city": "Tarrow "}, "Caf\u00e9 Noir & Co (Tarrow)"),
        ({"city": ""}, "Arlen Pizza"),
        ({"city": None}, "Arlen Pizza"),
        ({"name": ""}, None),
        ({"name": None}, None),
    ],
)
def test_titles_name_the_city(tmp_path: Path, change: dict[str, Any], title: str | None) -> None:
    found, rejects = places(tmp_path, PLACE, {**PLACE, **change})
    assert (found[1]["title"], rejects) == (title, {})


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (
            "Coffee & Tea, Bars/Lounges, American (New)",
            ["Coffee & Tea", "Bars/Lounges", "American (New)"],
        ),
        (
            "Coffee & Tea|Beer|Wine & Spirits|Bars/Lounges",
            ["Coffee & Tea", "Beer, Wine & Spirits", "Bars/Lounges"],
        ),
        # A list whose maker split at every comma, and one of old releases.
        (["Bars", "Beer", "Wine & Spirits"], ["Bars", "Beer, Wine & Spirits"]),
        (["Bars", "Beer, Wine & Spirits"], ["Bars", "Beer, Wine & Spirits"]),
        (None, []),
        ("", []),
    ],
)
def test_categories_are_set_apart_by_comma_and_blank(
    tmp_path: Path, text: str | list[str] | None, names: list[str]
) -> None:
    assert places(tmp_path, {**PLACE, "categories": text})[0][0]["categories"] == names


@pytest.mark.parametrize(
    ("key", "value", "shown"),
    [
        ("BikeParking", "True", ("Bike parking", "yes")),
        ("BikeParking", "False", None),
        ("RestaurantsDelivery", "None", None),
        ("RestaurantsPriceRange2", "2", ("Price range (1 to 4)", "2")),
        ("WiFi", "u'no'", None),
        ("WiFi", "'free'", ("Wi-Fi", "free")),
        ("Alcohol", "u'none'", None),
        ("Alcohol", "u'beer_and_wine'", ("Alcohol", "beer and wine")),
        ("BYOBCorkage", "'yes_free'", ("Bring your own wine", "yes free")),
        ("Music", "{'dj': False, 'old_songs': True, 'live': True}", ("Music", "old songs, live")),
        ("GoodForMeal", "{'lunch': False, 'dinner': None}", None),
        ("NoSuchAttributeYet", "True", ("No such attribute yet", "yes")),
    ],
)  # fmt: skip
def test_attributes_say_what_a_business_has(
    tmp_path: Path, key: str, value: str, shown: tuple[str, str] | None
) -> None:
    found, _ = places(tmp_path, {**PLACE, "attributes": {key: value}})
    assert [(one["name"], one["value"]) for one in found[0]["attributes"]] == (
        [shown] if shown else []
    )


def test_attributes_come_sorted_and_null_ones_are_none(tmp_path: Path) -> None:
    both = {"WiFi": "'free'", "BikeParking": "True"}
    found, _ = places(tmp_path, {**PLACE, "attributes": both}, {**PLACE, "attributes": None}, PLACE)
    names = [[one["name"] for one in row["attributes"]] for row in found]
    assert names == [["Bike parking", "Wi-Fi"], [], []]


def test_averages_and_counts_are_not_stored(tmp_path: Path) -> None:
    found, _ = places(tmp_path, {**PLACE, "review_count": 9, "is_open": 1})
    assert set(found[0]) == {"item_id", "title", "categories", "attributes"}
    assert found[0]["attributes"] == []


def test_wrong_files_are_refused(tmp_path: Path) -> None:
    tip = json.dumps({"user_id": "u", "business_id": "b", "text": "t", "date": "2016-01-01"}) + "\n"
    whole = json.dumps(REVIEW) + "\n"
    cases = {
        "stars": tip.encode(),
        "cut off": whole.encode() + whole[:40].encode(),
        "empty": b"",
        "UTF-16": whole.encode("utf-16"),
        "not utf-8": json.dumps({**REVIEW, "text": "caf\u00e9"}, ensure_ascii=False).encode(
            "latin-1"
        )
        + b"\n",
        "one JSON record to a line": json.dumps([REVIEW, REVIEW], indent=1).encode() + b"\n",
    }
    for words, data in cases.items():
        (tmp_path / yelp.REVIEW).write_bytes(data)
        with pytest.raises(RawFileError, match=words) as caught:
            read(SOURCE, tmp_path, "interactions")
        assert yelp.REVIEW in str(caught.value)
        assert "put the official file" in str(caught.value)


def test_declaration() -> None:
    assert SOURCE.options["work"] == "id"
    for file in SOURCE.files:
        assert file.packed_in == tuple(remote.name for remote in SOURCE.remotes)
    assert all(remote.access == "manual" and not remote.urls for remote in SOURCE.remotes)
    assert not SOURCE.licence.redistribution and not SOURCE.licence.commercial
    assert "users" not in {column.partition(".")[0] for column in SOURCE.columns}


@pytest.mark.real
def test_real_reviews() -> None:
    found, rejects = read(SOURCE, real("yelp"), "interactions")
    assert (found.num_rows, rejects) == (2_787, {})
    first, tenth, last = rows(found, 0, 9, -1)
    assert first["user_id"] == "JnPIjvC0cmooNDfsa9BmXg"
    assert first["item_id"] == "nY2oBwH3s5sKox1mERIoVQ"
    assert (first["rating"], first["timestamp"]) == (5.0, 1_242_789_763)
    assert first["text"].startswith("When I walked into Epicure Cafe today it was like bizarroland")
    assert "\n" not in first["text"] and "  " not in first["text"]
    assert (tenth["rating"], tenth["timestamp"]) == (3.0, 1_430_266_862)
    assert (last["rating"], last["timestamp"]) == (3.0, 1_254_580_584)


@pytest.mark.real
def test_real_businesses() -> None:
    found, rejects = read(SOURCE, real("yelp"), "items")
    assert (found.num_rows, rejects) == (2_787, {})
    assert len(set(found.column("item_id").to_pylist())) == 2_376
    first, tenth, last = rows(found, 0, 9, -1)
    assert first["title"] == "Oven + Vine (Phoenix)"
    assert first["categories"][:2] == ["Restaurants", "Pizza"]
    shown = {one["name"]: one["value"] for one in first["attributes"]}
    assert shown["Alcohol"] == "beer and wine"
    assert shown["Ambience"] == "classy, casual"
    assert shown["Best nights"] == "tuesday, friday, saturday"
    assert shown["Delivery"] == "yes"
    assert "Wi-Fi" not in shown and "Reservations" not in shown  # "no" and False
    assert tenth["title"] == "Jose Cuervo Tequileria (Las Vegas)"
    assert last["title"] == "Yonge-Dundas Square (Toronto)"
    assert last["attributes"] == [{"name": "Good for children", "value": "yes"}]
