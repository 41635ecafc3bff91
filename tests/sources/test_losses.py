"""What damaged files lose is said with its number and its true reason: links between tables, values, rows.

Each case is a small made-up file, read as a build reads it; what a healthy file loses is nothing.
"""

from __future__ import annotations

import gzip
import json
import logging
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
    cause = "the file has 1 usable record alone"
    facts = stored(tmp_path, "yelp")
    assert facts["unmatched"] == {"items": {"of": 30, "missing": 29, "cause": cause}}
    with pytest.raises(EmptySplitError) as error:
        load_rows("rating_prediction", root=tmp_path, sources=["yelp"])
    assert f"29 of 30 items have no title (no record in the file of items): {cause}" in str(
        error.value
    )


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


# -- values that cannot be read --------------------------------------------------------------


def users_1m(*rows: tuple[str, str, str]) -> str:
    return "".join(f"{n}::{'::'.join(row)}::1\n" for n, row in enumerate(rows, 1))


def described(root: Path, source: str, table: str, *columns: str, **spec: Any) -> dict[str, Any]:
    """The stored values of some columns by id."""
    import pyarrow as pa

    path = prepare(StoreSpec(load(source), data_dir=root, **spec), offline=True, progress=False)
    rows = pa.ipc.open_file(path / f"{table}.arrow").read_all().to_pylist()
    return {row[f"{table[:-1]}_id"]: [row[name] for name in columns] for row in rows}


def test_spelled_out_profiles_are_read(cache: Path, tmp_path: Path) -> None:
    rows = (("male", "25-34", "writer"), ("f", "56+", "0"))
    put(tmp_path, "ml-1m", ML_1M, **{"users.dat": users_1m(*rows)})
    assert described(tmp_path, "ml-1m", "users", "gender", "age_group", "occupation") == {
        "1": ["male", "25-34", "writer"],
        "2": ["female", "56 or older", None],
    }
    assert stored(tmp_path, "ml-1m")["emptied"] == {}


def test_profiles_that_cannot_be_read_are_counted(cache: Path, tmp_path: Path) -> None:
    rows = (("x", "28", "dreamer"), ("F", "nan", "none"))
    put(tmp_path, "ml-1m", ML_1M, **{"users.dat": users_1m(*rows)})
    facts = stored(tmp_path, "ml-1m")
    assert facts["emptied"] == {
        "users": {"age group unreadable": 1, "gender unreadable": 1, "occupation unreadable": 1}
    }
    assert "1 user row kept without a value: gender unreadable" in losses.emptied(facts)
    assert facts["rejected"] == {}


def test_ages_and_years_of_books(cache: Path, tmp_path: Path) -> None:
    cases = {
        "22,0": 22, "22.0": 22, " 22": 22, "1975": None, "old": None, "": None, "0": None,
    }  # fmt: skip
    people = "".join(f'"{n}";"nyc, ny, usa";"{age}"\n' for n, age in enumerate(cases, 1))
    events = ratings(*((str(n), "0345417623", "8") for n in range(1, len(cases) + 1)))
    put(
        tmp_path,
        "bookcrossing",
        BOOKS,
        **{
            "BX-Users.csv": '"User-ID";"Location";"Age"\n' + people,
            "BX-Book-Ratings.csv": events + '"1";"0345417607";"7"\n"1";"2";"7"\n',
            "BX-Books.csv": BOOK_HEAD
            + book("0345417623", "Timeline", "2.00E+03")
            + book("0345417607", "Sphere", "01.05.1998")
            + book("2", "Congo", "2105"),
        },
    )
    ages = described(tmp_path, "bookcrossing", "users", "age")
    assert [ages[str(n)][0] for n in range(1, len(cases) + 1)] == list(cases.values())
    years = described(tmp_path, "bookcrossing", "items", "year")
    assert years == {"0345417623": [None], "0345417607": [1998], "2": [None]}
    assert stored(tmp_path, "bookcrossing")["emptied"] == {
        "items": {"year implausible": 1, "year unreadable": 1},
        "users": {"age implausible": 1, "age unreadable": 1},
    }


def test_texts_of_books_beyond_repair_are_counted(cache: Path, tmp_path: Path) -> None:
    books = book("0345417623", "Ã?Â?rger").replace("Ann Lee", "unknown").replace("Pub", "ZÃ?Ârich")
    put(tmp_path, "bookcrossing", BOOKS, **{"BX-Books.csv": BOOK_HEAD + books})
    found = described(tmp_path, "bookcrossing", "items", "title", "creators", "attributes")
    assert found["0345417623"] == [None, None, None]
    assert stored(tmp_path, "bookcrossing")["emptied"] == {
        "items": {"publisher unreadable": 1, "title unreadable": 1}
    }


@pytest.mark.parametrize("mark", ["|", ",", ", ", ";"])
@pytest.mark.parametrize("source", ["ml-1m", "ml-32m"])
def test_genres_of_films_are_read_whatever_divides_them(
    cache: Path, tmp_path: Path, source: str, mark: str
) -> None:
    genres = mark.join(("Action", "Children&#39;s", "Sci-Fi"))
    put(tmp_path, source, FILMS[source](genres))
    found = described(tmp_path, source, "items", "categories")
    assert found["1"] == [["Action", "Children's", "Sci-Fi"]]
    assert stored(tmp_path, source)["emptied"] == {}


def test_titles_of_films_in_another_encoding_are_counted(cache: Path, tmp_path: Path) -> None:
    put(tmp_path, "ml-1m", ML_1M)
    films = "1::Mis\u00e9rables, Les (1995)::Drama\n2::Babe (1995)::Comedy\n"
    path = tmp_path / "ml-1m" / "movies.dat"
    for encoding, title, lost in (
        ("latin-1", "Les Mis\u00e9rables (1995)", {}),
        ("mac-roman", None, {"items": {"title unreadable": 1}}),
    ):
        path.write_bytes(films.encode(encoding))
        assert described(tmp_path, "ml-1m", "items", "title")["1"] == [title]
        assert stored(tmp_path, "ml-1m")["emptied"] == lost


@pytest.mark.parametrize("source", ["ml-1m", "ml-32m"])
def test_genres_of_films_written_as_objects_are_counted(
    cache: Path, tmp_path: Path, source: str
) -> None:
    genres = json.dumps([{"id": 1, "name": "Action"}])
    put(tmp_path, source, FILMS[source](genres))
    assert described(tmp_path, source, "items", "categories")["1"] == [None]
    assert stored(tmp_path, source)["emptied"] == {"items": {"categories unreadable": 1}}


def films_1m(genres: str) -> dict[str, str]:
    return {**ML_1M, "movies.dat": f"1::Heat (1995)::{genres}\n2::Babe (1995)::Comedy\n"}


def films_32m(genres: str) -> dict[str, str]:
    field = '"' + genres.replace('"', '""') + '"'
    return {
        "ratings.csv": "userId,movieId,rating,timestamp\n1,1,4.0,964982703\n1,2,4.0,964982704\n",
        "movies.csv": f"movieId,title,genres\n1,Heat (1995),{field}\n2,Babe (1995),Comedy\n",
    }


FILMS = {"ml-1m": films_1m, "ml-32m": films_32m}


def test_profiles_of_listeners(cache: Path, tmp_path: Path) -> None:
    user = "{:040x}".format
    rows = (("male", "29,0"), ("Female", "2"), ("29", "f"), ("", ""))
    signed = "\tSpain\tFeb 1, 2007\n"
    people = "".join(f"{user(n)}\t{a}\t{b}{signed}" for n, (a, b) in enumerate(rows))
    plays = "".join(f"{user(n)}\t\tartist {n}\t3\n" for n in range(len(rows)))
    put(
        tmp_path,
        "lastfm-360k",
        {"usersha1-artmbid-artname-plays.tsv": plays, "usersha1-profile.tsv": people},
    )
    found = described(tmp_path, "lastfm-360k", "users", "gender", "age")
    assert [found[user(n)] for n in range(4)] == [
        ["male", 29],
        ["female", None],
        [None, None],
        [None, None],
    ]
    assert stored(tmp_path, "lastfm-360k")["emptied"] == {
        "users": {"age implausible": 1, "age unreadable": 1, "gender unreadable": 1}
    }


def test_titles_of_videos_that_say_too_little(cache: Path, tmp_path: Path) -> None:
    events = "".join(f"{user},{item},1654408947388\n" for user in (1, 2) for item in (1, 2, 3))
    put(
        tmp_path,
        "microlens",
        {
            "MicroLens-100k_pairs.csv": "user,item,timestamp\n" + events,
            "MicroLens-100k_title_en.csv": "1, a paper dragon # sea\n2, dragon # sea\n3, \n",
        },
    )
    found = described(tmp_path, "microlens", "items", "title")
    assert found == {"1": ["A paper dragon"], "2": [None], "3": [None]}
    assert stored(tmp_path, "microlens")["emptied"] == {"items": {"title says too little": 1}}


def test_games_and_hours(cache: Path, tmp_path: Path) -> None:
    review = "{{u'username': u'p{}', u'hours': {}, u'product_id': u'{}', u'date': u'2014-05-11'}}\n"
    put(
        tmp_path,
        "steam",
        {
            "steam_reviews.json.gz": review.format(1, "True", 1) + review.format(2, "'7.5'", 2),
            "steam_games.json.gz": "{u'id': u'1', u'app_name': u'K', u'genres': u'Action, Indie'}\n"
            "{u'id': u'2', u'app_name': u'L', u'genres': 7}\n",
        },
    )
    found = described(tmp_path, "steam", "items", "categories")
    assert found == {"1": [["Action", "Indie"]], "2": [[]]}
    assert stored(tmp_path, "steam")["emptied"] == {
        "interactions": {"hours unreadable": 1},
        "items": {"genres unreadable": 1},
    }


def test_reviews_without_a_date_are_counted(cache: Path, tmp_path: Path) -> None:
    head = "{u'username': u'p', u'product_id': u'1'"
    reviews = (
        f"{head}, u'date': u'2014-05-11'}}\n{head}, u'hours': True}}\n{head}, u'date': None}}\n"
    )
    put(
        tmp_path,
        "steam",
        {
            "steam_reviews.json.gz": reviews,
            "steam_games.json.gz": "{u'id': u'1', u'app_name': u'K'}\n",
        },
    )
    facts = stored(tmp_path, "steam")
    assert facts["emptied"] == {"interactions": {"hours unreadable": 1, "no date": 2}}
    assert "2 interaction rows kept without a value: no date" in losses.emptied(facts)


def test_reviews_of_books_without_a_time_are_counted(cache: Path, tmp_path: Path) -> None:
    from tests.rawgen.amazon_books import BOOK_COLUMNS, RATING_COLUMNS

    lines = "".join(
        f"{n},Emma,,U{n},,1/1,5.0,{time},,good\n"
        for n, time in enumerate(("1000000000", "-1", "0", ""))
    )
    put(
        tmp_path,
        "amazon-books",
        {
            "Books_rating.csv": ",".join(RATING_COLUMNS) + "\n" + lines,
            "books_data.csv": ",".join(BOOK_COLUMNS) + "\nEmma,,,,,,,,,\n",
        },
    )
    facts = stored(tmp_path, "amazon-books")
    assert facts["emptied"] == {"interactions": {"no date": 3}}
    assert facts["rows"]["interactions"] == 4


def test_attributes_of_businesses(cache: Path, tmp_path: Path) -> None:
    business = {
        "b1": {"WiFi": "u'free'"}, "b2": '{"WiFi": "u\'free\'"}', "b3": "{'WiFi': \"u'free'\"}",
        "b4": None, "b5": [{"WiFi": "u'free'"}],
    }  # fmt: skip
    lines = (
        json.dumps({"business_id": key, "name": "Cafe", "city": key, "attributes": value}) + "\n"
        for key, value in business.items()
    )
    put(tmp_path, "yelp", YELP, **{"yelp_academic_dataset_business.json": "".join(lines)})
    found = described(tmp_path, "yelp", "items", "attributes")
    free = [[{"name": "Wi-Fi", "value": "free"}]]
    assert [found[key] for key in business] == [free, free, [[]], [[]], [[]]]
    assert stored(tmp_path, "yelp")["emptied"] == {"items": {"attributes unreadable": 2}}


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
