"""MovieLens 1M: a million ratings of films in whole stars, with the age group, gender and
occupation of 6,040 users who joined in 2000.

Layout: fields joined with two colons, no header, no quoting, LF; `movies.dat` in Latin-1, the other
files in ASCII. [ml-1m README; files seen]
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from itdr.builders.core import duckdb_csv, emptied, numbers
from itdr.builders.core.errors import RawFileError
from itdr.builders.core.reasons import EMPTY_ID, NO_RATING, NO_TIME
from itdr.builders.core.schema import (
    Cut,
    Licence,
    RawFile,
    Readers,
    Remote,
    Scale,
    Source,
    column_names,
)
from itdr.builders.sources._formats import validate
from itdr.builders.sources._formats.text import decoded_sql
from itdr.builders.sources._shared import people
from itdr.builders.sources._shared.films import (
    ANCHORS,
    CITATION,
    genres_sql,
    other_title_sql,
    title_sql,
    turned_sql,
    unread_genres_sql,
    year_sql,
)

if TYPE_CHECKING:
    import duckdb

    from itdr.builders.core.raw_files import Raw


AGES = {
    "1": "under 18",
    "18": "18-24",
    "25": "25-34",
    "35": "35-44",
    "45": "45-49",
    "50": "50-55",
    "56": "56 or older",
}

# Labels of the groups as copies have them in place of the codes.
AGE_LABELS = {**{label: label for label in AGES.values()}, "56+": "56 or older"}

_FOREIGN = r"regexp_matches(coalesce(title, ''), '[^\x{00}-\x{7f}\x{a0}-\x{ff}]')"
"""SQL condition: a title was saved in another encoding. The official file is in Latin-1, and Windows-1252, Mac Roman and
others have signs that Latin-1 lacks."""

# Code 0, "other or not specified", is left out: it says nothing about a person, so nobody is asked
# to predict it.
NO_JOB = ("0", "other", "other or not specified")
OCCUPATIONS = {
    "1": "academic/educator",
    "2": "artist",
    "3": "clerical/admin",
    "4": "college/grad student",
    "5": "customer service",
    "6": "doctor/health care",
    "7": "executive/managerial",
    "8": "farmer",
    "9": "homemaker",
    "10": "K-12 student",
    "11": "lawyer",
    "12": "programmer",
    "13": "retired",
    "14": "sales/marketing",
    "15": "scientist",
    "16": "self-employed",
    "17": "technician/engineer",
    "18": "tradesman/craftsman",
    "19": "unemployed",
    "20": "writer",
}


ENOUGH_CODES = 10
"""So many codes do not come in ascending order by chance."""
_WHOLE = {
    "interactions": r"^\d+::\d+::\d::(9\d{8}|1\d{9})$",
    "users": r"^\d+(::[^:]+){3}::\d{5}(-\d{4})?$",
}
"""A last line without a line end that is whole; of a film, genres may be missing."""
CONTRADICTIONS = (
    "occupation = 'K-12 student' AND age_group NOT IN ('under 18', '18-24') "
    "OR occupation = 'retired' AND age_group IN ('under 18', '18-24', '25-34')"
)
"""SQL condition: nobody is of both this age and this occupation. Somebody of 18 may still be at school."""


def interactions(raw: Raw) -> duckdb.DuckDBPyRelation:
    """One `rate` event per rating."""
    path = raw.path("ratings")
    types = {"user": "VARCHAR", "item": "VARCHAR", "rating": "FLOAT", "time": "VARCHAR"}
    return raw.con.sql(
        f"""
        SELECT {duckdb_csv.integer_text_sql('"user"')} AS user_id, {duckdb_csv.integer_text_sql("item")} AS item_id, rating,
            seconds AS "timestamp", 'rate' AS event,
            CASE
                WHEN more IS NOT NULL THEN {duckdb_csv.too_many_sql()}
                WHEN "user" IS NULL OR item IS NULL THEN '{EMPTY_ID}'
                WHEN rating IS NULL THEN '{NO_RATING}'
                WHEN seconds IS NULL
                    THEN coalesce({numbers.unread_sql('"time"', "number")}, '{NO_TIME}')
            END AS reject
        FROM (SELECT *, {duckdb_csv.epoch_seconds("number")} AS seconds
            FROM (SELECT *, {numbers.integer_sql('"time"')} AS number
                FROM {_lines(path, "interactions", types)}))
        """
    )


def items(raw: Raw) -> duckdb.DuckDBPyRelation:
    """Films, with the title's article moved back and the year extracted."""
    path = raw.path("movies")
    types = {"item": "VARCHAR", "title": "VARCHAR", "genres": "VARCHAR"}
    validate.require_encoding(path)
    return raw.con.sql(
        f"""
        SELECT {duckdb_csv.integer_text_sql("item")} AS item_id,
            CASE WHEN NOT {_FOREIGN} THEN {title_sql("turned")} END AS title,
            CASE WHEN NOT {_FOREIGN} THEN {other_title_sql("turned")} END AS other_title,
            {genres_sql("names")} AS categories, {year_sql("decoded")} AS "year",
            {emptied.emptied_sql(title=_FOREIGN, categories=unread_genres_sql("names"))} AS emptied,
            CASE
                WHEN more IS NOT NULL THEN {duckdb_csv.too_many_sql()}
                WHEN item IS NULL THEN '{EMPTY_ID}'
                WHEN title IS NULL AND genres IS NULL THEN '{duckdb_csv.TOO_FEW}'
            END AS reject
        FROM (SELECT *, {turned_sql("decoded")} AS turned FROM (
            SELECT *, {decoded_sql("title")} AS decoded, {decoded_sql("genres")} AS names
            FROM {_lines(path, "items", types)}))
        """
    )


def _require_official_codes(path: Path) -> None:
    """Raise `RawFileError` where the codes of occupations come in the order 0, 1, 2, …: they were numbered anew."""
    rows = [line.split("::") for line in validate.ends_of(path).splitlines()]
    rows = [row for row in rows if len(row) > 3 and row[0].isdecimal()]
    every = [row[3].strip() for row in rows]
    codes = list(dict.fromkeys(every))
    # Users who were sorted by their codes are in another order.
    if any(int(one[0]) > int(other[0]) for one, other in pairwise(rows)):
        return
    numbered = len(codes) >= ENOUGH_CODES and codes == [str(code) for code in range(len(codes))]
    # The first users of whom each has another occupation were made up.
    if numbered and every[: len(codes)] != codes:
        raise RawFileError(
            f"{path}: the codes of {len(codes)} occupations are numbered in the order in which they come, and officially in that "
            f"of their names: they were numbered anew. {validate.AGAIN}"
        )


def users(raw: Raw) -> duckdb.DuckDBPyRelation:
    """Users with decoded attributes; a code that cannot be read is emptied, and so is an occupation that the
    age contradicts. The zip code is not used."""
    path = raw.path("users")
    _require_official_codes(path)
    types = dict.fromkeys(("user", "gender", "age", "occupation", "zip"), "VARCHAR")
    age, job = map(duckdb_csv.integer_text_sql, ("age", "occupation"))
    jobs = {**OCCUPATIONS, **{label.lower(): label for label in OCCUPATIONS.values()}}
    decoding = {
        "gender": people.decoded_sql("gender", people.GENDERS),
        "age_group": people.decoded_sql(age, {**AGES, **AGE_LABELS}),
        "occupation": people.decoded_sql(job, jobs),
    }
    unread = {
        "gender": emptied.unread_sql("gender", decoding["gender"]),
        "age_group": emptied.unread_sql(age, decoding["age_group"]),
        "occupation": emptied.unread_sql(job, decoding["occupation"], (*emptied.UNSTATED, *NO_JOB)),
    }
    columns = ", ".join(f"{text} AS {name}" for name, text in decoding.items())
    return raw.con.sql(
        f"""
        SELECT user_id, gender, age_group, CASE WHEN NOT contradicted THEN occupation END AS occupation,
            nullif(concat_ws('{emptied.AND}', emptied,
                CASE WHEN contradicted THEN '{emptied.implausible("occupation")}' END), '') AS emptied,
            reject
        FROM (
            SELECT *, coalesce({CONTRADICTIONS}, false) AS contradicted
            FROM (
                SELECT {duckdb_csv.integer_text_sql('"user"')} AS user_id, {columns},
                    {emptied.emptied_sql(**unread)} AS emptied,
                    CASE
                        WHEN more IS NOT NULL THEN {duckdb_csv.too_many_sql()}
                        WHEN "user" IS NULL THEN '{EMPTY_ID}'
                        WHEN coalesce(gender, age, occupation, zip) IS NULL
                            THEN '{duckdb_csv.TOO_FEW}'
                    END AS reject
                FROM {_lines(path, "users", types)}
            )
        )
        """
    )


def _lines(path: Path, table: str, types: Mapping[str, str]) -> str:
    """The FROM clause for one of the three files, after the checks they share."""
    validate.require_fields(path, len(types), "::")
    validate.require_final_newline(path, _WHOLE.get(table, ""))
    return duckdb_csv.read_plain(path, table, types, delimiter="::", header=False)


SOURCE = Source(
    id="ml-1m",
    title="MovieLens 1M",
    domain="films",
    words="films",
    homepage="https://grouplens.org/datasets/movielens/1m/",
    licence=Licence(
        name="GroupLens research licence",
        url="https://files.grouplens.org/datasets/movielens/ml-1m-README.txt",
        summary=(
            "Research use with acknowledgement and without claiming endorsement. No redistribution "
            "and no commercial or revenue-bearing use without permission."
        ),
        redistribution=False,
        commercial=False,
    ),
    citation=CITATION,
    remotes=(
        Remote(
            name="ml-1m.zip",
            urls=("https://files.grouplens.org/datasets/movielens/ml-1m.zip",),
            size=5_917_549,
            checksum="md5:c4d9eecfca2ab87c1945afe126590906",
        ),
    ),
    files=(
        RawFile(
            key="ratings",
            name="ratings.dat",
            packed_in=("ml-1m.zip",),
            size=24_594_131,
            rows=1_000_209,
            cut=Cut(("interactions",), r"[^:]+(::[^:]+){3}$"),
            example="1::1193::5::978300760",
        ),
        RawFile(
            key="movies",
            name="movies.dat",
            packed_in=("ml-1m.zip",),
            size=171_308,
            checksum="md5:ef9fd9ff8d1b33faf73e2122c371e910",
            rows=3_883,
            encoding="latin-1",
            example="1::Toy Story (1995)::Animation|Children's|Comedy",
        ),
        RawFile(
            key="users",
            name="users.dat",
            packed_in=("ml-1m.zip",),
            size=134_368,
            checksum="md5:681c0711d0d4548cd3d4718a49c2dcd8",
            rows=6_040,
            example="1::F::1::10::48067",
        ),
    ),
    columns=column_names(
        interactions="user_id item_id rating timestamp event",
        items="item_id title other_title categories year",
        users="user_id gender age_group occupation",
    ),
    scale=Scale(low=1, high=5, step=1, liked=4, disliked=2),
    attributes=("age_group", "gender", "occupation"),
    ids={"user_id": "[0-9]{1,9}", "item_id": "[0-9]{1,9}"},
    times=("2000-01-01", "2003-12-31"),
    options={
        "sessions": True,
        "from_one": ("user_id", "item_id"),
        "last_ids": {"user_id": 6_040, "item_id": 3_952},
        "gaps": {"items": ("rated", "recorded"), "users": ("none",)},
        "year_first": True,
        "all_recorded": {"items": 3883},
        "capitals": True,
        "pairs_once": True,
        "anchors": ANCHORS,
        "several": {"categories": 0.4},
    },
    readers=Readers(interactions=interactions, items=items, users=users),
    by_hand=(
        "1. Open https://grouplens.org/datasets/movielens/1m/ and read the terms (README.txt).\n"
        "2. Download ml-1m.zip (6 MB).\n"
        "3. Put it, or the files ratings.dat, movies.dat and users.dat from it, into "
        "<data_dir>/ml-1m/."
    ),
)
