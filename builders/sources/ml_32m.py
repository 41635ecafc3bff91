"""MovieLens 32M: 32 million ratings of 87,585 films on half stars, 1995 to 2023.

Layout: CSV in UTF-8 with one header row; a field with a comma stands in double quotes, an inner one
is doubled; sorted by user, then film, not by time; line ends are LF or CRLF. The small releases
(ml-latest-small) have the same layout. [GroupLens README of ml-32m; ml-latest-small was seen]
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from itdr.builders.core import duckdb_csv, emptied, numbers
from itdr.builders.core.reasons import BAD_ID, EMPTY_ID, NO_RATING, NO_TIME
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

BROKEN = "broken line"
_TIME = r"([7-9]\d{8}|1\d{9})"
"""A time of which no digit is missing."""
_IDS = "[0-9]{1,8} [0-9]{1,8}"
"""A user and a film; a time has more digits."""
NO_TAG = "a time in place of a tag"

# One line of movies.csv or tags.csv: any field may be quoted.
_FIELD = r'("(?:[^"]|"")*"|"(?:[^"\\]|\\.)*"|[^",][^,]*|)'
_MOVIE = rf"^{_FIELD},{_FIELD},{_FIELD}$"
_TAG = rf"^{_FIELD},{_FIELD},{_FIELD},{_FIELD}$"
RATING = ("userId", "movieId", "rating", "timestamp")
MOVIE = ("movieId", "title", "genres")
TAG = ("userId", "movieId", "tag", "timestamp")


def interactions(raw: Raw) -> duckdb.DuckDBPyRelation:
    """One `rate` event per rating."""
    path = raw.path("ratings")
    header = validate.require_header(path, RATING)
    validate.require_final_newline(path, rf"^\d+,\d+,\d(\.\d)?,{_TIME}$")
    types = {name: "FLOAT" if name == "rating" else "VARCHAR" for name in header}
    lines = duckdb_csv.read_plain(path, "interactions", types, delimiter=",")
    if len(header) > len(RATING):  # joined with the films, whose titles have commas between quotes
        lines = f"(SELECT *, NULL AS more FROM {duckdb_csv.read_csv(path, 'interactions', types)})"
    return raw.con.sql(
        f"""
        SELECT user_id, item_id, rating, seconds AS "timestamp", 'rate' AS event,
            CASE
                WHEN more IS NOT NULL THEN {duckdb_csv.too_many_sql()}
                WHEN user_id IS NULL OR item_id IS NULL THEN coalesce(
                    {numbers.unread_sql("userId", "user_id")},
                    {numbers.unread_sql("movieId", "item_id")}, '{EMPTY_ID}')
                WHEN user_id < 1 OR item_id < 1 THEN '{BAD_ID}'
                WHEN rating IS NULL THEN '{NO_RATING}'
                WHEN seconds IS NULL
                    THEN coalesce({numbers.unread_sql('"timestamp"', "number")}, '{NO_TIME}')
            END AS reject
        FROM (SELECT *, {duckdb_csv.epoch_seconds("number")} AS seconds FROM (
            SELECT *, {numbers.integer_sql("userId", "INTEGER")} AS user_id,
                {numbers.integer_sql("movieId", "INTEGER")} AS item_id,
                {numbers.integer_sql('"timestamp"')} AS number FROM {lines}))
        """
    )


def items(raw: Raw) -> duckdb.DuckDBPyRelation:
    """Films, with the title's article moved back and the year extracted."""
    path = raw.path("movies")
    header = validate.require_header(path, MOVIE, exact=True, in_order=False)
    validate.require_final_newline(path)
    validate.require_encoding(path)
    return raw.con.sql(
        f"""
        SELECT item_id, {title_sql("turned")} AS title, {genres_sql("genre_names")} AS categories,
            {year_sql("title")} AS "year", {other_title_sql("turned")} AS other_title,
            {emptied.emptied_sql(categories=unread_genres_sql("genre_names"))} AS emptied,
            CASE WHEN NOT fits AND unpaired THEN '{duckdb_csv.UNPAIRED}'
                WHEN NOT fits THEN '{BROKEN}' WHEN item_id IS NULL THEN '{EMPTY_ID}' END
                AS reject
        FROM (SELECT *, {turned_sql("title")} AS turned FROM (
            SELECT {_number("field.movieId")} AS item_id, {decoded_sql(_unquoted("field.title"))} AS title,
                {decoded_sql(_unquoted("field.genres"))} AS genre_names, field.line <> '' AS fits, unpaired
            FROM (SELECT {_fields(_MOVIE, *header)} AS field,
                    {duckdb_csv.unpaired_sql("line")} AS unpaired
                FROM {duckdb_csv.read_lines(path, "items")} WHERE line IS NOT NULL)
        ))
        """
    )


def tags(raw: Raw) -> duckdb.DuckDBPyRelation | None:
    """Free-text tags, where the file is present. Texts such as `NA` or `null` are tags like any other."""
    if not raw.has("tags"):
        return None
    path = raw.path("tags")
    header = validate.require_header(path, TAG, exact=True, in_order=False)
    validate.require_final_newline(path, rf"^\d+,\d+,.*,{_TIME}$")
    validate.require_encoding(path)
    return raw.con.sql(
        f"""
        SELECT user_id, item_id, nullif(trim(regexp_replace(tag, '\\s+', ' ', 'g')), '') AS tag,
            CASE
                WHEN NOT fits AND unpaired THEN '{duckdb_csv.UNPAIRED}'
                WHEN NOT fits THEN '{BROKEN}'
                WHEN user_id IS NULL OR item_id IS NULL THEN '{EMPTY_ID}'
                WHEN NOT regexp_full_match(user_id || ' ' || item_id, '{_IDS}') THEN '{BAD_ID}'
                WHEN trim(tag) = '' THEN 'empty tag'
                WHEN regexp_full_match(tag, '[0-9]{{9,10}}') AND NOT regexp_matches(time, '[0-9]')
                    THEN '{NO_TAG}'
            END AS reject
        FROM (
            SELECT {_number("field.userId")} AS user_id, {_number("field.movieId")} AS item_id,
                {_unquoted("field.tag")} AS tag, {_unquoted("field.timestamp")} AS time, field.line <> '' AS fits, unpaired
            FROM (SELECT {_fields(_TAG, *header)} AS field,
                    {duckdb_csv.unpaired_sql("line")} AS unpaired
                FROM {duckdb_csv.read_lines(path, "tags")} WHERE line IS NOT NULL)
        )
        """
    )


def _number(text: str) -> str:
    """SQL for an id in the form of the ratings' ids: a number without leading zeros."""
    bare = _unquoted(text)
    return f"coalesce(CAST({numbers.integer_sql(bare, 'INTEGER')} AS VARCHAR), nullif({bare}, ''))"


def _fields(pattern: str, *names: str) -> str:
    """SQL for a line's fields by name, matched at once; `line` is the whole line, or empty where it does
    not match.
    """
    listed = ", ".join(duckdb_csv.literal(name) for name in ("line", *names))
    return f"regexp_extract(line, '({pattern})', [{listed}])"


def _unquoted(field: str) -> str:
    """SQL for a field without its quotes, and inner ones as single quotes."""
    inside = duckdb_csv.halved_sql(f"{field}[2:-2]")
    bare = f"""replace({field}, '\\"', '"')"""
    return f"CASE WHEN starts_with({field}, '\"') THEN {inside} ELSE {bare} END"


SOURCE = Source(
    id="ml-32m",
    title="MovieLens 32M",
    domain="films",
    words="films",
    homepage="https://grouplens.org/datasets/movielens/32m/",
    licence=Licence(
        name="GroupLens research licence",
        url="https://files.grouplens.org/datasets/movielens/ml-32m-README.html",
        summary=(
            "Research use with acknowledgement and without claiming endorsement. No commercial or "
            "revenue-bearing use without permission. Redistribution, also of transformed data, "
            "under the same conditions (so the README of the sibling sets; read ml-32m/README.txt)."
        ),
        redistribution=True,
        commercial=False,
    ),
    citation=CITATION,
    remotes=(
        Remote(
            name="ml-32m.zip",
            urls=("https://files.grouplens.org/datasets/movielens/ml-32m.zip",),
            size=238_950_008,
            checksum="md5:d472be332d4daa821edc399621853b57",
        ),
    ),
    files=(
        RawFile(
            key="ratings",
            name="ratings.csv",
            packed_in=("ml-32m.zip",),
            size=877_076_222,
            checksum="md5:cf12b74f9ad4b94a011f079e26d4270a",
            rows=32_000_204,
            example="userId,movieId,rating,timestamp\n1,17,4.0,944249077",
            cut=Cut(("interactions",), r"\d", header=True),
        ),
        RawFile(
            key="movies",
            name="movies.csv",
            packed_in=("ml-32m.zip",),
            size=4_242_926,
            checksum="md5:0df90835c19151f9d819d0822e190797",
            rows=87_585,
            example="movieId,title,genres\n6,Heat (1995),Action|Crime|Thriller",
        ),
        RawFile(
            key="tags",
            name="tags.csv",
            packed_in=("ml-32m.zip",),
            size=72_353_890,
            checksum="md5:963bf4fa4de6b8901868fddd3eb54567",
            rows=2_000_072,
            example="userId,movieId,tag,timestamp\n22,26479,Kevin Kline,1583038886",
            cut=Cut(("tags",), r"\d+,\d+,", header=True),
            optional=True,
        ),
    ),
    columns=column_names(
        interactions="user_id item_id rating timestamp event",
        items="item_id title other_title categories year",
        tags="user_id item_id tag",
    ),
    scale=Scale(low=0.5, high=5.0, step=0.5, liked=4.0, disliked=2.0, decimals=1),
    times=("1995-01-01", "2023-12-31"),
    options={
        "sessions": True,
        "from_one": ("user_id", "item_id"),
        "gaps": {"items": ("rated", "recorded")},
        "year_first": True,
        "capitals": True,
        "pairs_once": True,
        "users_at_random": True,
        "anchors": ANCHORS,
        "several": {"categories": 0.4},
        "parts_since": "2003-05-15",
        "all_recorded": {"items": 87_585},
    },
    readers=Readers(interactions=interactions, items=items, tags=tags),
    by_hand=(
        "1. Open https://grouplens.org/datasets/movielens/32m/ and read the terms (README).\n"
        "2. Download ml-32m.zip (239 MB).\n"
        "3. Put it, or the files ratings.csv, movies.csv and tags.csv from it, into "
        "<data_dir>/ml-32m/."
    ),
)
