"""Numbers are read exactly, or not at all: spreadsheets' E-notation, decimal commas, floats of JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from itdr.builders.core import numbers
from itdr.builders.core.reasons import (
    AMBIGUOUS,
    BAD_ID,
    NO_RATING,
    OUTSIDE_SCALE,
    ROUNDED,
    WRONG_TYPE,
)
from tests.sources import harness
from tests.sources.damages import Layout
from tests.sources.test_damage_walk import store


@pytest.mark.parametrize(
    ("text", "number", "reason"),
    [
        ("964982703", 964982703, None),
        (" 964982703 ", 964982703, None),
        ("007", 7, None),
        ("-1", -1, None),
        ("29.0", 29, None),
        ("29.", 29, None),
        ("9.64982703E+08", 964982703, None),
        ("9.649827030e8", 964982703, None),
        ("1E+00", 1, None),
        ("9.64983E+08", None, ROUNDED),
        ("9.64983e+08", None, ROUNDED),
        ("1E+03", None, ROUNDED),
        ("1.65441E+12", None, ROUNDED),
        ("9.649827031E+08", None, WRONG_TYPE),
        ("1.5", None, WRONG_TYPE),
        ("1,5", None, WRONG_TYPE),
        ("true", None, WRONG_TYPE),
        ("1E-03", None, WRONG_TYPE),
        ("99999999999999999999", None, WRONG_TYPE),
        ("", None, None),
        (None, None, None),
    ],
)
def test_whole_numbers(text: str | None, number: int | None, reason: str | None) -> None:
    con = duckdb.connect()
    con.execute("CREATE TABLE t AS SELECT CAST(? AS VARCHAR) AS v", [text])
    read = f"SELECT *, {numbers.integer_sql('v')} AS n FROM t"
    found = con.sql(f"SELECT n, {numbers.unread_sql('v', 'n')} FROM ({read})").fetchall()
    assert found == [(number, reason)]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("3.45418E+08", ROUNDED),
        ("3,45418E+08", BAD_ID),
        ("3.45417623E+08", BAD_ID),
        ("345417623", None),
        ("0E08345418", None),
        ("B000E+1234", None),
        ("Hell E+ Heaven", None),
    ],
)
def test_ids_in_e_notation(text: str, reason: str | None) -> None:
    con = duckdb.connect()
    con.execute("CREATE TABLE t AS SELECT ? AS v", [text])
    assert con.sql(f"SELECT {numbers.shortened_id_sql('v')} FROM t").fetchall() == [(reason,)]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("102.6", 102.6),
        ("102,6", 102.6),
        (" 102,60 ", 102.6),
        ("0,125", 0.125),
        ("1234,567", 1234.567),
        ("1,234.5", 1234.5),
        ("1.234,5", 1234.5),
        ("1,234,567", 1234567.0),
        ("-5", -5.0),
        ("1e3", 1000.0),
        ("many", None),
        ("1_000", None),
        ("nan", None),
        ("1,2,3", None),
        ("", None),
    ],
)
def test_decimals(text: str, number: float | None) -> None:
    assert numbers.decimal(text) == number


def test_a_comma_that_may_mean_either_is_not_guessed() -> None:
    for text in ("1,234", "102,600", "-1,234"):
        with pytest.raises(numbers.AmbiguousNumberError):
            numbers.decimal(text)


# -- the same in raw files ------------------------------------------------------------------------


def put(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder


def stored(
    source: str, layout: Layout, files: dict[str, str], tmp_path: Path
) -> tuple[list[list[Any]], dict[str, int]]:
    """The rows that a build keeps of a file's first table, and how many it leaves out of each table."""
    put(tmp_path / "data" / source, files)
    kept, rejects, _ = store(source, layout, tmp_path / "data", tmp_path / "work")
    rows = [json.loads(row) for row in kept[layout.tables[0]].elements()]
    return rows, dict(rejects)


MOVIES = "movieId,title,genres\n1,Toy Story (1995),Comedy\n"
RATINGS = Layout("ratings.csv", "csv", ("interactions",))


def test_rounded_times_and_ids_of_movielens_are_counted(tmp_path: Path) -> None:
    lines = (
        "1,1,4.0,9.64983E+08", "1,2,4.0,9.64982703E+08", "1.2E+05,3,4.0,964982703",
        "1,1.2E+05,4.0,964982703", "1.5,4,4.0,964982703", "1,5,4.0,964982703.0", "1,6,4.0,",
    )  # fmt: skip
    text = "userId,movieId,rating,timestamp\n" + "".join(f"{line}\n" for line in lines)
    found, rejects = harness.read(
        "ml-32m", put(tmp_path, {"ratings.csv": text, "movies.csv": MOVIES}), "interactions"
    )
    assert found.select(["item_id", "timestamp"]).to_pylist() == [
        {"item_id": "2", "timestamp": 964982703},
        {"item_id": "5", "timestamp": 964982703},
    ]
    assert rejects == {ROUNDED: 3, WRONG_TYPE: 1, "no valid time": 1}


def test_rounded_times_of_other_sources_are_counted(tmp_path: Path) -> None:
    pairs = "user,item,timestamp\n1,1,1.65441E+12\n1,2,1654408957388\n"
    amazon = "user_id,parent_asin,rating,timestamp\nA,B1,5.0,1.65441E+12\nA,B2,5.0,1654408957388\n"
    pixels = "item_id,user_id,timestamp\ni1,u1,1.65441E+09\ni2,u1,1654408957\n"
    dat = "1::1::4::9.78301E+08\n1::2::4::978302109\n"
    for source, files, domain in (
        ("microlens", {"MicroLens-100k_pairs.csv": pairs}, None),
        ("amazon-reviews-2023", {"benchmark/0core/rating_only/All_Beauty.csv": amazon}, "All_Beauty"),
        ("pixelrec", {"interactions/Pixel200K.csv": pixels}, None),
        ("ml-1m", {"ratings.dat": dat}, None),
    ):  # fmt: skip
        folder = put(tmp_path / source, files)
        found, rejects = harness.read(source, folder, "interactions", domain=domain)
        assert (len(found), rejects) == (1, {ROUNDED: 1}), source


def review(**values: Any) -> dict[str, Any]:
    return {
        "user_id": "U1", "parent_asin": "B1", "rating": 5.0, "timestamp": 1588687728923,
        "title": "t", "text": "x", **values,
    }  # fmt: skip


def test_values_of_another_json_type_are_counted(tmp_path: Path) -> None:
    good = [review(), review(timestamp=1588687728923.0), review(timestamp="1588687728923")]
    bad = [
        review(user_id={"$oid": "1"}), review(user_id={}), review(user_id=["U1"]),
        review(user_id=True), review(parent_asin=["B1"]), review(rating=True),
    ]  # fmt: skip
    text = "".join(f"{json.dumps(one)}\n" for one in [*good, *bad])
    text += json.dumps(review()).replace("1588687728923", "1.58869E+12") + "\n"
    folder = put(tmp_path, {"raw/review_categories/All_Beauty.jsonl": text})
    found, rejects = harness.read(
        "amazon-reviews-2023", folder, "interactions", "text", "All_Beauty"
    )
    assert found.column("timestamp").to_pylist() == [1588687728] * 3
    assert rejects == {WRONG_TYPE: 5, NO_RATING: 1, ROUNDED: 1}


def test_json_types_off_step_stars_and_years_of_yelp_are_counted(tmp_path: Path) -> None:
    def one(user: Any, item: Any, stars: Any, date: str = "2009-05-20 03:22:43") -> str:
        record = {"user_id": user, "business_id": item, "stars": stars, "date": date, "text": "ok"}
        return json.dumps(record) + "\n"

    text = one("u", "b", 4.0) + one("u", "b", True) + one({"$oid": "u"}, "b", 4.0)
    text += one({}, ["b"], 4.0) + one("u", "b", 2.5) + one("u", "b", 4, "2999-01-01 00:00:00")
    folder = put(tmp_path, {"yelp_academic_dataset_review.json": text})
    found, rejects = harness.read("yelp", folder, "interactions")
    assert found.column("rating").to_pylist() == [4.0]
    assert rejects == {NO_RATING: 1, OUTSIDE_SCALE: 1, WRONG_TYPE: 2, "implausible time": 1}


def test_hours_with_a_decimal_comma(tmp_path: Path) -> None:
    shown = {"102,6": 102.6, "1,234.5": 1234.5, "1,234": None, "102.6": 102.6}
    text = "".join(
        f"{{u'username': u'p{place}', u'hours': u'{hours}', u'product_id': u'7', u'text': u'ok'}}\n"
        for place, hours in enumerate(shown)
    )
    found, rejects = harness.read(
        "steam", put(tmp_path, {"steam_reviews.json": text}), "interactions"
    )
    weights = {row["user_id"]: row["weight"] for row in found.to_pylist()}
    assert weights == pytest.approx({"p0": 102.6, "p1": 1234.5, "p3": 102.6}, rel=1e-6)
    assert rejects == {AMBIGUOUS: 1}


def test_two_books_of_one_rounded_isbn_are_none(tmp_path: Path) -> None:
    text = '"User-ID";"ISBN";"Book-Rating"\n' + "".join(
        f'"{user}";"{isbn}";"8"\n'
        for user, isbn in ((1, "3.45418E+08"), (2, "3,45418E+08"), (3, "0345417623"))
    )
    found, rejects = harness.read(
        "bookcrossing", put(tmp_path, {"BX-Book-Ratings.csv": text}), "interactions"
    )
    assert found.column("item_id").to_pylist() == ["0345417623"]
    assert rejects == {"malformed ISBN": 2}


def test_rounded_ids_are_counted_in_every_table(tmp_path: Path) -> None:
    dat = "1.20000E+05::1::4::978300760\n2::1::4::978302109\n"
    users = "1.2E+05::M::25::10::48067\n2::F::56::16::70072\n"
    movies = "1.2E+05::Toy Story (1995)::Comedy\n1::Heat (1995)::Action\n"
    layout = Layout("ratings.dat", "tsv", ("interactions", "items", "users"))
    files = {"ratings.dat": dat, "movies.dat": movies, "users.dat": users}
    rows, rejects = stored("ml-1m", layout, files, tmp_path)
    assert len(rows) == 1 and rejects == {"interactions": 1, "items": 1, "users": 1}
