"""Amazon Books Reviews: 3 million reviews of 212,404 books by title, May 1996 to July 2014.

Layout: two CSV files in UTF-8 with a header, quoted with `"` where needed and inner quotes doubled,
LF (CRLF in a copy saved by a spreadsheet); texts may hold line ends. Reviews are grouped by
edition, not by user or time. [seen on excerpts; description of the Kaggle set]

The item is the title, not the edition's `Id`: the two files are joined on the exact `Title`, which
is the item id here. Editions of one title are one item, and so are different books of one title. A
user may review a title several times (other editions, copies of a review): one event counts.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

from itdr.builders.core import duckdb_csv, emptied, numbers
from itdr.builders.core.errors import RawFileError
from itdr.builders.core.python_lists import string_list_sql
from itdr.builders.core.reasons import ENOUGH_TO_JUDGE, NO_RATING, NO_TIME, UNDATED
from itdr.builders.core.schema import Licence, RawFile, Readers, Remote, Scale, Source, column_names
from itdr.builders.sources._formats import validate
from itdr.builders.sources._formats.text import clean_sql, clean_value_sql
from itdr.builders.sources._shared.books import display_title
from itdr.builders.sources._shared.moved_columns import LOOKED_AT
from itdr.builders.sources._shared.own_texts import require_own_words, require_short_titles
from itdr.builders.sources._shared.second_keys import SecondKeys

if TYPE_CHECKING:
    import duckdb

    from itdr.builders.core.raw_files import Raw

NO_TITLE = "no title"
NO_USER = "no user id"
NA = "NA"
"""What R writes for a missing value; a title may be so."""
UNSTATED = (*emptied.UNSTATED, NA.lower())
_UNSTATED = ", ".join(map(duckdb_csv.literal, UNSTATED))
_SOME_LINKED = 400
"""So many books with a link show that the column was not emptied."""
TITLE_FUNCTION = "shown_book_title"
RATINGS = (
    "Id", "Title", "Price", "User_id", "profileName", "review/helpfulness", "review/score",
    "review/time", "review/summary", "review/text",
)  # fmt: skip
BOOKS = (
    "Title", "description", "authors", "image", "previewLink", "publisher", "publishedDate",
    "infoLink", "categories", "ratingsCount",
)  # fmt: skip
_HEADERS = [",".join(names) for names in (RATINGS, BOOKS)]
_EXAMPLE = f"{_HEADERS[0]}\n0123456789,Title,,A0123456789ABC,Name,1/1,5.0,940636800,Summary,Text"
RATING_RECORD = r",[0-9]+/[0-9]+,[0-9][.][0-9],-?[0-9]+,"
"""Helpfulness, score and time of a review."""
_MOST_OTHER_TITLES = 0.2
"""The share of books whose address was found with another title, and of ids with several titles."""
_SOUGHT = re.compile("[?&]dq=([^&]*)")
_PLAIN = re.compile("[^a-z0-9]")
_JUDGED = 200_000
"""Reviews that are looked at for ids that were filled in."""
_MOST_NAMELESS = 0.05
"""The share of reviews with a user id that lack a name; of the official ones hardly any does."""
_YEAR = r"^\s*(?:[0-9]{1,2}[./-][0-9]{1,2}[./-])?([12][0-9]{3})(?:[^0-9]|$)"
_BARE = r"\s*[^\s\[{,;&|][^\[{,;]*"
"""A name that stands without brackets, or several between bars."""
_QUOTED = r"""^\s*(?:"([^"]*)"|''([^'']*)'')\s*$"""
"""Such a name with the quotes of the list in which it stood."""
BOOK_RECORD = r',https?://[^,"\s]+,https?://[^,"\s]+,'
"""The image and the preview of a book."""


def interactions(raw: Raw) -> duckdb.DuckDBPyRelation:
    """One `review` event per review. A time of -1 or 0 is missing; without a text, the summary is used.

    Rejected: no title, no user (one in five), a score outside 1 to 5.
    """
    path = raw.path("ratings")
    header = validate.require_header(path, RATINGS)
    _require_whole(path, len(header), RATING_RECORD)
    _require_own_ids(raw, path, header)
    _require_one_title(raw, path, header)
    _require_own_words(raw, path, header, ("review/summary", "review/text"), "reviews")
    types = dict.fromkeys(header, "VARCHAR") | {"review/score": "FLOAT"}
    number = numbers.integer_sql('"review/time"')
    return raw.con.sql(
        f"""
        SELECT User_id AS user_id, Title AS item_id, "review/score" AS rating,
            {duckdb_csv.epoch_seconds("number")} AS "timestamp", 'review' AS event,
            coalesce({clean_sql('"review/text"')}, {clean_sql('"review/summary"')}) AS text,
            CASE WHEN number IN (-1, 0) OR trim(coalesce("review/time", '')) = '' THEN '{UNDATED}' END AS emptied,
            CASE
                WHEN trim(coalesce(Title, '')) = '' THEN '{NO_TITLE}'
                WHEN NOT {_given("User_id")} THEN '{NO_USER}'
                WHEN "review/score" IS NULL THEN '{NO_RATING}'
                WHEN number NOT IN (-1, 0) AND {duckdb_csv.epoch_seconds("number")} IS NULL
                    THEN '{NO_TIME}'
                ELSE {numbers.unread_sql('"review/time"', "number")}
            END AS reject
        FROM (SELECT *, {number} AS number
            FROM {duckdb_csv.read_csv(path, "interactions", types)})
        """
    )


def _given(column: str) -> str:
    """SQL condition: an id is there, and not what a program writes for a missing one."""
    return f"(trim(coalesce({column}, '')) NOT IN ('', 'nan', 'NaN', 'None', 'null', 'NULL'))"


def _require_own_ids(raw: Raw, path: Path, header: Sequence[str]) -> None:
    """Raise `RawFileError` where reviews have a user id and no name: officially they lack both or none, so the ids
    are those of other users, filled in from the next row."""
    rows = duckdb_csv.read_csv(path, None, dict.fromkeys(header, "VARCHAR"))
    named = "nullif(trim(profileName), '') IS NOT NULL"
    total, nameless, names = raw.con.execute(
        f"""
        SELECT count(*), count(CASE WHEN NOT ({named}) THEN 1 END), count(CASE WHEN {named} THEN 1 END)
        FROM (SELECT User_id, profileName FROM {rows} LIMIT {_JUDGED}) WHERE {_given("User_id")}
        """
    ).fetchall()[0]
    if names and nameless >= max(ENOUGH_TO_JUDGE, _MOST_NAMELESS * total):
        raise RawFileError(
            f"{path}: {nameless:,} of its first {total:,} reviews with a User_id have no profileName, and officially "
            f"both are missing together: missing ids were filled in, names removed, or one of the two columns moved. {validate.AGAIN}"
        )


def _require_one_title(raw: Raw, path: Path, header: Sequence[str]) -> None:
    """Raise `RawFileError` where the first reviews of one `Id` have several titles: officially each has one."""
    rows = duckdb_csv.read_csv(path, None, dict.fromkeys(header, "VARCHAR"))
    ids, several = raw.con.execute(
        f"""
        SELECT count(*), count(CASE WHEN titles > 1 THEN 1 END)
        FROM (SELECT Id, count(DISTINCT lower(Title)) AS titles FROM (SELECT Id, Title FROM {rows} LIMIT {_JUDGED}) GROUP BY Id)
        """
    ).fetchall()[0]
    if several >= ENOUGH_TO_JUDGE and several > _MOST_OTHER_TITLES * ids:
        raise RawFileError(
            f"{path}: of the first {ids:,} ids of books, {several:,} have several titles, and officially each has one: one "
            f"of the two columns was moved or changed. {validate.AGAIN}"
        )


def _require_own_words(
    raw: Raw, path: Path, header: Sequence[str], columns: tuple[str, str], what: str
) -> None:
    """Raise `RawFileError` where the shorter text of the first rows belongs to the longer one of the row beside it."""
    rows = duckdb_csv.read_csv(path, None, dict.fromkeys(header, "VARCHAR"))
    short, long = columns
    texts = raw.con.execute(
        f"""SELECT coalesce("{short}", ''), coalesce("{long}", '') FROM {rows} LIMIT {LOOKED_AT}"""
    ).fetchall()
    if what == "reviews":
        require_short_titles(path, list(dict.fromkeys(texts)), short, long)
    require_own_words(path, texts, what, long)


def _require_own_titles(raw: Raw, path: Path, header: Sequence[str]) -> None:
    """Raise `RawFileError` where the addresses of the first books were found with other titles."""
    rows = duckdb_csv.read_csv(path, None, dict.fromkeys(header, "VARCHAR"))
    links = raw.con.execute(
        f"SELECT Title, previewLink FROM {rows} WHERE contains(previewLink, 'dq=') LIMIT {_JUDGED // 10}"
    ).fetchall()
    keys = SecondKeys(path, "'previewLink'", "title", most=_MOST_OTHER_TITLES)
    bracketed = [0, 0]
    for title, link in links:
        match = _SOUGHT.search(link)
        words = unquote_plus(match[1]) if match else ""
        query = _PLAIN.sub("", words.lower())
        if title and title.isascii() and query:
            # The address ends where the title has a mark.
            keys.add([(_PLAIN.sub("", title.lower())[: len(query)], query)])
            bracketed = [bracketed[0] + ("(" in title), bracketed[1] + ("(" in words)]
    lost = bracketed[1] >= ENOUGH_TO_JUDGE and not bracketed[0]
    keys.require_same("brackets were removed from the titles" if lost else "")


def _require_nothing_unfound(raw: Raw, path: Path, header: Sequence[str]) -> None:
    """Raise `RawFileError` where books that were not found, so that they have no link, have authors or categories."""
    rows = duckdb_csv.read_csv(path, None, dict.fromkeys(header, "VARCHAR"))
    has_link = "coalesce(trim(infoLink), '') LIKE 'http%'"
    for column in ("authors", "categories"):
        linked, without, filled = raw.con.execute(
            f"""
            SELECT count(CASE WHEN {has_link} THEN 1 END), count(CASE WHEN NOT {has_link} THEN 1 END),
                count(CASE WHEN NOT {has_link} AND lower(trim(coalesce({column}, ''))) NOT IN ('', '[]', {_UNSTATED}) THEN 1 END)
            FROM (SELECT infoLink, {column} FROM {rows} LIMIT {_JUDGED})
            """
        ).fetchall()[0]
        if linked >= _SOME_LINKED and filled >= max(ENOUGH_TO_JUDGE, without / 2):
            raise RawFileError(
                f"{path}: {filled:,} of {without:,} books without an 'infoLink' have {column}, and officially none has: missing "
                f"ones were filled in, or the column was moved. {validate.AGAIN}"
            )


def items(raw: Raw) -> duckdb.DuckDBPyRelation:
    """Books with authors, categories, publisher, and the year where the date has one in four digits,
    first or last (`1963*` has, a spreadsheet's `12/18/07` has not).
    """
    from duckdb.func import ARROW

    path = raw.path("books")
    header = validate.require_header(path, BOOKS)
    _require_whole(path, len(header), BOOK_RECORD)
    _require_own_titles(raw, path, header)
    _require_own_words(raw, path, header, ("Title", "description"), "books")
    _require_nothing_unfound(raw, path, header)
    year = f"try_cast(regexp_extract(publishedDate, '{_YEAR}', 1) AS SMALLINT)"
    unread = {
        "authors": _no_names("authors"),
        "categories": _no_names("categories"),
        "year": emptied.unread_sql("publishedDate", year, UNSTATED),
    }
    raw.con.create_function(TITLE_FUNCTION, _shown, ["VARCHAR"], "VARCHAR", type=ARROW)
    # Some publishers stand in quotes of their own.
    trimmed = """trim(publisher, '" ')"""
    publisher = f"nullif({clean_value_sql(trimmed)}, '{NA}')"
    return raw.con.sql(
        f"""
        SELECT Title AS item_id, {TITLE_FUNCTION}({clean_sql("Title")}) AS title,
            {_names("categories")} AS categories,
            {_names("authors")} AS creators, {year} AS "year",
            nullif({clean_sql("description")}, '{NA}') AS description,
            list_filter([{{'name': 'Publisher', 'value': {publisher}}}],
                lambda a: a.value IS NOT NULL) AS attributes,
            {emptied.emptied_sql(**unread)} AS emptied,
            CASE WHEN trim(coalesce(Title, '')) = '' THEN '{NO_TITLE}' END AS reject
        FROM {duckdb_csv.read_csv(path, "items", dict.fromkeys(header, "VARCHAR"))}
        """
    )


def _shown(titles: Any) -> Any:  # the engine looks these types up
    """The display titles of books."""
    import pyarrow as pa

    return pa.array([title and display_title(title) for title in titles.to_pylist()], pa.string())


def _names(column: str) -> str:
    """The names of a list literal, or one bare name, cleaned; missing ones left out, and a backslash at the
    end of a name, left by an escape."""
    listed = string_list_sql(column)
    bare = f"regexp_full_match({column}, '{_BARE}') AND {column} <> '{NA}' AND len({listed}) = 0"
    unquoted = f"regexp_replace({column}, '{_QUOTED}', '\\1\\2')"
    names = f"CASE WHEN {bare} THEN string_split({unquoted}, '|') ELSE {listed} END"
    cleaned = clean_value_sql("rtrim(n, '\\ ')")
    return f"list_filter(list_transform({names}, lambda n: {cleaned}), lambda n: n IS NOT NULL)"


def _no_names(column: str) -> str:
    """SQL condition: the field holds something that is neither a list literal nor one bare name."""
    listed = f"nullif(len({string_list_sql(column)}), 0)"
    bare = f"CASE WHEN regexp_full_match({column}, '{_BARE}') THEN 1 END"
    empty = f"CASE WHEN regexp_full_match({column}, '\\s*\\[[\\s,]*\\]\\s*') THEN 1 END"
    return emptied.unread_sql(column, f"coalesce({listed}, {bare}, {empty})", UNSTATED)


def _require_whole(path: Path, fields: int, record: str) -> None:
    """Raise `RawFileError` where a stray quote swallows records, or the file was cut off: a quoted field
    stays open, or the last record, without a line end, has too few fields or ends in an open text.
    """
    tail = validate.require_closed_quotes(path, record)
    if tail.endswith((b"\n", b"\r")):
        return
    last = _last_record(tail)
    if len(last) != fields:
        raise RawFileError(
            f"{path}: the last record has {len(last)} fields of {fields} and no line end, so the "
            f"file was cut off. {validate.AGAIN}"
        )
    if record == RATING_RECORD and not tail.endswith(b'"'):
        raise RawFileError(
            f"{path}: the last text has neither a line end nor a quote behind it, so the file was cut "
            f"off. {validate.AGAIN}"
        )


def _last_record(tail: bytes) -> list[str]:
    """The fields of the last record: the text after the last line end outside quotes, which is the first
    from the end with an even number of quotes behind it.
    """
    cut = tail.rfind(b"\n")
    while cut >= 0 and tail.count(b'"', cut) % 2:
        cut = tail.rfind(b"\n", 0, cut)
    return next(csv.reader(tail[cut + 1 :].decode("utf-8", "replace").splitlines(keepends=True)))


PAGE = "https://www.kaggle.com/datasets/mohamedbakhet/amazon-books-reviews"
ARCHIVE = "amazon-books-reviews.zip"

SOURCE = Source(
    id="amazon-books",
    title="Amazon Books Reviews",
    domain="books",
    words="book_reviews",
    homepage=PAGE,
    licence=Licence(
        name="CC0 1.0",
        url=PAGE,
        summary="Public domain, by the declaration of the Kaggle set; book details come from the "
        "Google Books API. Its authors ask to cite the papers behind the reviews.",
        redistribution=True,
        commercial=True,
    ),
    citation="""@inproceedings{he2016ups,
  author    = {Ruining He and Julian McAuley},
  title     = {Ups and Downs: Modeling the Visual Evolution of Fashion Trends with One-Class
               Collaborative Filtering},
  booktitle = {Proceedings of the 25th International Conference on World Wide Web},
  year      = {2016}
}

@inproceedings{mcauley2015image,
  author    = {Julian McAuley and Christopher Targett and Qinfeng Shi and Anton van den Hengel},
  title     = {Image-Based Recommendations on Styles and Substitutes},
  booktitle = {Proceedings of the 38th International ACM SIGIR Conference on Research and
               Development in Information Retrieval},
  year      = {2015}
}

@misc{amazon_books_reviews,
  author       = {mohamedbakhet},
  title        = {Amazon Books Reviews},
  howpublished = {Kaggle, https://www.kaggle.com/datasets/mohamedbakhet/amazon-books-reviews}
}""",
    remotes=(
        Remote(
            ARCHIVE,
            ("https://www.kaggle.com/api/v1/datasets/download/mohamedbakhet/amazon-books-reviews",),
            access="kaggle",
        ),
    ),
    files=(
        RawFile(
            "ratings", "Books_rating.csv", packed_in=(ARCHIVE,), rows=3_000_000, example=_EXAMPLE
        ),
        RawFile("books", "books_data.csv", packed_in=(ARCHIVE,), rows=212_404, example=_HEADERS[1]),
    ),
    columns=column_names(
        interactions="user_id item_id rating timestamp event text",
        items="item_id title categories creators year description attributes",
    ),
    scale=Scale(low=1.0, high=5.0, step=1.0, liked=4.0, disliked=2.0),
    options={
        "work": "book",
        "capitals": True,
        "days": True,
        "id_forms": {"user_id": ("(?:#oc-)?A[A-Z0-9]{12,13}|(?:#oc-R|A)[A-Z0-9]{15,20}", 0.02)},
        "left_out": (NO_USER,),
        "several": {"creators": 0.05},
    },
    ids={"user_id": "(?:#oc-[A-Z0-9]|A)[A-Z0-9]{2,}"},
    times=("1995-01-01", "2014-12-31"),
    readers=Readers(interactions=interactions, items=items),
    by_hand=(
        f"1. Open {PAGE} (public domain; Kaggle may want you to log in).\n"
        "2. Download the archive (about 1.1 GB; named archive.zip or amazon-books-reviews.zip).\n"
        "3. Put it as amazon-books-reviews.zip, or the files Books_rating.csv and books_data.csv "
        "from it, into <data_dir>/amazon-books/."
    ),
)
