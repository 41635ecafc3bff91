"""Values that cannot be read are counted with their reason, and those in other spellings are read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from itdr.builders.store import losses
from itdr.builders.store.prepare import prepare
from itdr.builders.store.spec import StoreSpec
from tests.sources.harness import load
from tests.sources.test_losses import BOOK_HEAD, BOOKS, ML_1M, YELP, book, put, ratings, stored


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
        f"{n},Emma,,AUSER{n},,1/1,5.0,{time},,good\n"
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
