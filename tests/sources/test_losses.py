"""What damaged files lose is said with its number and its true reason: links between tables, values, rows.

Each case is a small made-up file, read as a build reads it; what a healthy file loses is nothing.
"""

from __future__ import annotations

import gzip
import json
import logging
import re
from pathlib import Path
from typing import Any

import pytest

from itdr.builders.core.duckdb_csv import QUOTED_MARK, UNPAIRED
from itdr.builders.core.errors import EmptySplitError, RawFileError
from itdr.builders.store import losses
from itdr.builders.store.build.joins import CONTRADICTING
from itdr.builders.store.layout import read_manifest
from itdr.builders.store.prepare import prepare
from itdr.builders.store.spec import StoreSpec
from itdr.commands.sources import _store_lines
from tests.sources.harness import load
from tests.world import load as load_rows

RATINGS_1M = "".join(
    f"{user}::{film}::4::97830{user:02}{film}0\n" for user in (1, 2) for film in (1, 2)
)
FILMS_1M = "1::Heat (1995)::Action\n2::Babe (1995)::Comedy\n"
USERS_1M = "1::M::25::4::48067\n2::F::56::16::70072\n"
ML_1M = {"ratings.dat": RATINGS_1M, "movies.dat": FILMS_1M, "users.dat": USERS_1M}
BOOK_HEAD = (
    '"ISBN";"Book-Title";"Book-Author";"Year-Of-Publication";"Publisher";"Image-URL-S";'
    '"Image-URL-M";"Image-URL-L"\n'
)


def book(isbn: str, title: str, year: str = "2001") -> str:
    return f'"{isbn}";"{title}";"Ann Lee";"{year}";"Pub";"s";"m";"l"\n'


def ratings(*rows: tuple[str, str, str]) -> str:
    return '"User-ID";"ISBN";"Book-Rating"\n' + "".join(f'"{a}";"{b}";"{c}"\n' for a, b, c in rows)


BOOKS = {
    "BX-Book-Ratings.csv": ratings(("1", "0345417623", "8"), ("2", "0345417607", "3")),
    "BX-Books.csv": BOOK_HEAD + book("0345417623", "Timeline") + book("0345417607", "Sphere"),
    "BX-Users.csv": '"User-ID";"Location";"Age"\n"1";"nyc, new york, usa";"22"\n'
    '"2";"rome, lazio, italy";NULL\n',
}


def put(root: Path, source: str, files: dict[str, str], **changed: str) -> None:
    for name, text in {**files, **changed}.items():
        path = root / source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        body = text.encode()
        path.write_bytes(gzip.compress(body) if name.endswith(".gz") else body)


def stored(root: Path, source: str, **spec: Any) -> dict[str, Any]:
    facts = StoreSpec(load(source), data_dir=root, **spec)
    return read_manifest(prepare(facts, offline=True, progress=False))


# -- tables that do not meet -----------------------------------------------------------------


PADDED = {
    "ml-1m": {"movies.dat": "0001::Heat::Action\n02::Babe::Comedy\n"},
    "bookcrossing": {
        "BX-Users.csv": BOOKS["BX-Users.csv"].replace('"1"', '"01"').replace('"2"', '"02"')
    },
}


@pytest.mark.parametrize("padded", [False, True])
@pytest.mark.parametrize("source", ["ml-1m", "bookcrossing"])
def test_healthy_files_lose_nothing(cache: Path, tmp_path: Path, source: str, padded: bool) -> None:
    changed = PADDED[source] if padded else {}
    put(tmp_path, source, {"ml-1m": ML_1M, "bookcrossing": BOOKS}[source], **changed)
    facts = stored(tmp_path, source)
    assert (facts["rejected"], facts["emptied"]) == ({}, {})
    assert facts["unmatched"] == {
        "items": {"of": 2, "missing": 0, "cause": ""},
        "users": {"of": 2, "missing": 0, "cause": ""},
    }


def test_a_store_of_an_older_version_is_listed_without_the_facts_that_it_lacks(
    cache: Path, tmp_path: Path
) -> None:
    put(tmp_path, "ml-1m", ML_1M)
    facts = {**stored(tmp_path, "ml-1m"), "path": "x", "bytes": 1}
    whole = _store_lines(facts)
    later = ("emptied", "rejected", "unmatched", "untitled", "duplicates", "official_rows", "files")
    for lacking in later:
        lines = _store_lines({name: fact for name, fact in facts.items() if name != lacking})
        assert lines[:2] == whole[:2] and "      rejected: none" in lines, lacking


ISBNS = (("1", "345417623", "8"), ("2", "345417607", "3"))
APART = {
    "leading zeros": ("bookcrossing", {"BX-Book-Ratings.csv": ratings(*ISBNS)}, "items"),
    "ISBN-10 and ISBN-13": (
        "bookcrossing",
        {"BX-Book-Ratings.csv": ratings(("1", "9780345417626", "8"), ("2", "9780345417602", "3"))},
        "items",
    ),
}


@pytest.mark.parametrize("what", APART)
def test_ids_that_do_not_meet_are_counted_with_their_cause(
    cache: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, what: str
) -> None:
    source, changed, table = APART[what]
    put(tmp_path, source, {"ml-1m": ML_1M, "bookcrossing": BOOKS}[source], **changed)
    with caplog.at_level(logging.WARNING, "itdr"):
        facts = stored(tmp_path, source)
    cause = f"the ids of the two files differ in {what}"
    assert facts["unmatched"][table] == {"of": 2, "missing": 2, "cause": cause}
    (sentence,) = losses.unmatched(facts, most=True)
    assert sentence.startswith(f"2 of 2 {table} have no ") and sentence.endswith(cause)
    assert sentence in caplog.text
    assert f"      {sentence}" in _store_lines({**facts, "path": "x", "bytes": 1})


def test_a_few_ids_without_a_record_are_no_warning(
    cache: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    put(tmp_path, "bookcrossing", BOOKS, **{"BX-Books.csv": BOOK_HEAD + book("0345417623", "T")})
    with caplog.at_level(logging.INFO, "itdr"):
        facts = stored(tmp_path, "bookcrossing")
    assert facts["unmatched"]["items"] == {"of": 2, "missing": 1, "cause": ""}
    (said,) = [one for one in caplog.records if "1 of 2 items have no title" in one.getMessage()]
    assert said.levelno == logging.INFO


def _reviews(count: int) -> str:
    return "".join(
        json.dumps(
            {
                "user_id": f"u{n % 7}",
                "business_id": f"b{n}",
                "stars": 4,
                "date": "2018-07-07 22:09:11",
            }
        )
        + "\n"
        for n in range(count)
    )


YELP = {
    "yelp_academic_dataset_review.json": _reviews(30),
    "yelp_academic_dataset_business.json": '{"business_id":"b1","name":"Cafe","city":"Rome"}\n',
}


def test_a_file_of_one_line_is_named_as_the_cause(cache: Path, tmp_path: Path) -> None:
    put(tmp_path, "yelp", YELP)
    cause = "the file has 1 usable record alone, and others are missing"
    facts = stored(tmp_path, "yelp")
    assert facts["unmatched"] == {"items": {"of": 30, "missing": 29, "cause": cause}}
    with pytest.raises(EmptySplitError) as error:
        load_rows("rating_prediction", root=tmp_path, sources=["yelp"])
    assert f"29 of 30 items have no title (no record in the file of items): {cause}" in str(
        error.value
    )


@pytest.mark.parametrize(
    ("id", "cause"),
    [
        ("b{}x", "and their ids have the same form as these: records of these are missing, or one"),
        ("{}bx", "the ids of the two files differ: they are written differently, or"),
    ],
)
def test_records_of_others_are_told_from_ids_of_another_form(
    cache: Path, tmp_path: Path, id: str, cause: str
) -> None:
    name = "yelp_academic_dataset_business.json"
    records = [
        {"business_id": id.format(n), "name": f"Cafe {n}", "city": "Rome"} for n in range(40)
    ]
    reviews = re.sub(r'"b([0-9])"', r'"q\1y"', _reviews(10))
    lines = "".join(json.dumps(one) + "\n" for one in records)
    put(tmp_path, "yelp", YELP, **{name: lines, "yelp_academic_dataset_review.json": reviews})
    found = stored(tmp_path, "yelp")["unmatched"]["items"]
    assert (found["of"], found["missing"]) == (10, 10)
    assert cause in found["cause"]


# -- contradicting records -------------------------------------------------------------------


def test_contradicting_records_are_counted_and_do_not_depend_on_their_order(
    cache: Path, tmp_path: Path
) -> None:
    users = ["1::M::25::10::48067\n", "1::F::25::10::48067\n", "2::F::56::16::70072\n"]
    found = []
    for place, lines in enumerate((users, users[::-1], [*users, *users])):
        root = tmp_path / str(place)
        put(root, "ml-1m", ML_1M, **{"users.dat": "".join(lines)})
        spec = StoreSpec(load("ml-1m"), data_dir=root)
        path = prepare(spec, offline=True, progress=False)
        assert read_manifest(path)["rejected"] == {"users": {CONTRADICTING: 1}}
        found.append((path / "users.arrow").read_bytes())
    assert found[0] == found[1] == found[2], "copies of a record contradict nobody"


# -- true reasons ----------------------------------------------------------------------------

NEWS = "".join(f"N{n}\tnews\tus\tTitle {n}\tText\thttp://x\t[]\t[]\n" for n in range(1, 13))
TIME = "11/11/2019 9:05:58 AM"


@pytest.mark.parametrize("mark", [" ", ",", ";", "', '"])
def test_lists_of_news_are_read_whatever_divides_them(
    cache: Path, tmp_path: Path, mark: str
) -> None:
    read, shown = mark.join(("N1", "N2", "N3")), mark.join(("N4-1", "N5-0"))
    put(
        tmp_path,
        "mind",
        {
            "MINDsmall_train/behaviors.tsv": f"1\tU1\t{TIME}\t{read}\t{shown}\n"
            f"2\tU2\t{TIME}\tN1\t \n3\tU2\t{TIME}\tN1\t\n4\tU3\t{TIME}\tN1 M2 M3\tN2-1\n",
            "MINDsmall_train/news.tsv": NEWS,
        },
    )
    facts = stored(tmp_path, "mind")
    assert facts["rows"]["interactions"] == 5 + 1 + 2
    assert facts["rejected"] == {
        "interactions": {"impression without news": 2, "malformed news id": 2}
    }


def test_a_rating_off_the_scale_has_the_right_number_of_fields(cache: Path, tmp_path: Path) -> None:
    rows = [("1", "0345417623", score) for score in ("-1", "2.5", "ten", "7,0", "11", "NULL")]
    more = [(" 2", "0345417623", "3"), ("two", "0345417623", "3"), ("", "0345417623", "3")]
    text = ratings(*rows, *more) + '"1";"0345417623"\n'
    put(tmp_path, "bookcrossing", BOOKS, **{"BX-Book-Ratings.csv": text})
    facts = stored(tmp_path, "bookcrossing")
    assert facts["rows"]["interactions"] == 2
    assert facts["rejected"] == {
        "interactions": {
            "empty id": 1,
            "malformed id": 1,
            "no valid rating": 2,
            "rating outside the scale": 3,
            "wrong number of fields": 1,
        }
    }


def test_a_separator_inside_quotes_is_the_reason(cache: Path, tmp_path: Path) -> None:
    text = (
        "userId,movieId,rating,timestamp\n" + '1,1,4.0,"964,982,703"\n' * 2 + "1,2,4.0,964982703\n"
    )
    movies = 'movieId,title,genres\n1,"Toy\nStory (1995)",Comedy\n2,Heat (1995),Action\n'
    put(tmp_path, "ml-32m", {"ratings.csv": text + "1,3,4.0,964982703,7\n", "movies.csv": movies})
    assert stored(tmp_path, "ml-32m")["rejected"] == {
        "interactions": {QUOTED_MARK: 2, "too many fields": 1},
        "items": {UNPAIRED: 2},
    }


def test_packed_files_are_quoted_as_they_read(cache: Path, tmp_path: Path) -> None:
    review = "{u'username': u'p', u'hours': 1.0, u'product_id': u'1', u'date': u'11 May 2014'}\n"
    put(
        tmp_path,
        "steam",
        {
            "steam_reviews.json.gz": review * 30,
            "steam_games.json.gz": "{u'id': u'1', u'app_name': u'K'}\n",
        },
    )
    with pytest.raises(RawFileError, match=r"30 no valid time.*Found: \"{u'username': u'p'"):
        stored(tmp_path, "steam")


def test_gzip_inside_gzip_is_said(cache: Path, tmp_path: Path) -> None:
    put(tmp_path, "ml-1m", ML_1M)
    path = tmp_path / "ml-1m" / "ratings.dat"
    path.with_name("ratings.dat.gz").write_bytes(gzip.compress(gzip.compress(path.read_bytes())))
    path.unlink()
    with pytest.raises(
        RawFileError, match=r"ratings.dat.gz: gzip data inside gzip: .*Unpack it once"
    ):
        stored(tmp_path, "ml-1m")
