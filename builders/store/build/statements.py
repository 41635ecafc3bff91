"""The relational steps as standard SQL: what is sorted, joined, grouped and counted, for any engine.

Tables by name: `interactions_raw`, `items_raw`, `users_raw`, `tags_raw` hold a reader's rows (see
`staged_column` for ids and events); `user_codes`, `item_codes` the dense codes of ids; `events` a
store's interactions; `parts` each user's split; `works` each item's work. Only integers are compared
or counted here: ratios are computed by the caller, so that engines agree to the last bit.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from itdr.builders.core.duckdb_csv import literal
from itdr.builders.core.letters import LOST, TWICE
from itdr.builders.core.schema import EVENTS
from itdr.builders.core.title_faults import QUOTED

_LIST = "array_to_string({}, chr(31))"
_ADDRESSED = "%[2-9A-F][0-9A-F]|%[2-9a-f][0-9a-f]|^[^ ]*[A-Za-z][+][A-Za-z][^ ]*$"
"""A character or a blank as in addresses: "Caf%C3%A9", "Blue+Train". It may be "100% Cotton"."""
_SPARK_QUOTED = QUOTED.replace("'", "\\'")
VIEWS = {
    "interactions": "interactions_staged",
    "items": "items_raw",
    "users": "users_raw",
    "tags": "tags_raw",
}
"""By table, the view with its rows and the reason why each was rejected, if it was."""
LISTS = {"categories": "listed", "creators": "listed", "attributes": "paired"}
"""Columns of lists, with the function that joins one."""
_CHINESE = "[一-鿿]"
_ENGLISH = "(?i)(^|[^a-z])(the|and|of|to|is|in|for|with)([^a-z]|$)"
_EACH = "p.name || chr(30) || coalesce(p.value, '')"
FUNCTIONS = {
    "duckdb": (
        f"CREATE OR REPLACE TEMPORARY MACRO listed(a) AS {_LIST.format('a')}",
        f"CREATE OR REPLACE TEMPORARY MACRO paired(a) AS {_LIST.format(f'list_transform(a, lambda p: {_EACH})')}",
        "CREATE OR REPLACE TEMPORARY MACRO beyond_ascii(a) AS strlen(a) <> length(a)",
        f"CREATE OR REPLACE TEMPORARY MACRO encoded_twice(a) AS regexp_matches(a, '{TWICE}')",
        "CREATE OR REPLACE TEMPORARY MACRO lost_letter(a) AS "
        f"CASE WHEN contains(a, '?') THEN regexp_matches(a, '{LOST}') ELSE false END",
        "CREATE OR REPLACE TEMPORARY MACRO day_of_month(a) AS day(make_timestamp(a * 1000000))",
        "CREATE OR REPLACE TEMPORARY MACRO addressed(a) AS CASE WHEN contains(a, '%') OR contains(a, '+') "
        f"THEN regexp_matches(a, '{_ADDRESSED}') ELSE false END",
        "CREATE OR REPLACE TEMPORARY MACRO hashed(a) AS CASE WHEN a IS NOT NULL THEN hash(a) END",
        "CREATE OR REPLACE TEMPORARY MACRO between_quotes(a) AS CASE WHEN a[1] IN ('''', '\"') "
        f"THEN regexp_matches(a, {literal(QUOTED)}) ELSE false END",
        "CREATE OR REPLACE TEMPORARY MACRO explode(a) AS unnest(a)",
        "CREATE OR REPLACE TEMPORARY MACRO matches(a, p) AS regexp_matches(a, p)",
        f"CREATE OR REPLACE TEMPORARY MACRO chinese(a) AS regexp_matches(a, '{_CHINESE}')",
        f"CREATE OR REPLACE TEMPORARY MACRO english(a) AS regexp_matches(a, '{_ENGLISH}')",
    ),
    "spark": (
        "CREATE OR REPLACE TEMPORARY FUNCTION xor(a BIGINT, b BIGINT) RETURNS BIGINT RETURN a ^ b",
        "CREATE OR REPLACE TEMPORARY FUNCTION listed(a ARRAY<STRING>) RETURNS STRING "
        "RETURN array_join(a, chr(31))",
        "CREATE OR REPLACE TEMPORARY FUNCTION "
        "paired(a ARRAY<STRUCT<name: STRING, value: STRING>>) RETURNS STRING "
        f"RETURN array_join(transform(a, p -> {_EACH}), chr(31))",
        "CREATE OR REPLACE TEMPORARY FUNCTION beyond_ascii(a STRING) RETURNS BOOLEAN "
        "RETURN octet_length(a) <> char_length(a)",
        "CREATE OR REPLACE TEMPORARY FUNCTION encoded_twice(a STRING) RETURNS BOOLEAN "
        f"RETURN a RLIKE '{TWICE}'",
        "CREATE OR REPLACE TEMPORARY FUNCTION lost_letter(a STRING) RETURNS BOOLEAN "
        f"RETURN a RLIKE '{LOST}'",
        "CREATE OR REPLACE TEMPORARY FUNCTION day_of_month(a BIGINT) RETURNS INT "
        "RETURN day(timestamp_seconds(a))",
        "CREATE OR REPLACE TEMPORARY FUNCTION addressed(a STRING) RETURNS BOOLEAN "
        f"RETURN a RLIKE '{_ADDRESSED}'",
        "CREATE OR REPLACE TEMPORARY FUNCTION hashed(a STRING) RETURNS BIGINT "
        "RETURN CASE WHEN a IS NOT NULL THEN xxhash64(a) END",
        "CREATE OR REPLACE TEMPORARY FUNCTION between_quotes(a STRING) RETURNS BOOLEAN "
        f"RETURN a RLIKE '{_SPARK_QUOTED}'",
        "CREATE OR REPLACE TEMPORARY FUNCTION matches(a STRING, p STRING) RETURNS BOOLEAN RETURN a RLIKE p",
        "CREATE OR REPLACE TEMPORARY FUNCTION chinese(a STRING) RETURNS BOOLEAN "
        f"RETURN a RLIKE '{_CHINESE}'",
        "CREATE OR REPLACE TEMPORARY FUNCTION english(a STRING) RETURNS BOOLEAN "
        f"RETURN a RLIKE '{_ENGLISH}'",
    ),
}
"""Functions that the statements call and an engine lacks or names differently."""

REJECTS = """
SELECT reject AS reason, count(*) AS n FROM {table} WHERE reject IS NOT NULL GROUP BY reject
"""

EMPTIED = """
SELECT emptied AS reasons, count(*) AS n FROM {table}
WHERE emptied IS NOT NULL AND reject IS NULL GROUP BY emptied
"""

IDS = """
SELECT CAST({id} AS STRING) AS id, count(*) AS n
FROM interactions_raw WHERE reject IS NULL GROUP BY {id}
"""


IDS_OF = {"user_id": "user", "item_id": "item"}


def staged_column(column: str, kind: str = "") -> str:
    """The stored form of a column of `interactions_reader`.

    An id becomes the number that it is or spells (`user_number`, `item_number`), otherwise its text
    (`user_text`, …: no such column where the reader gives numbers); an event becomes its code; other
    columns stay. Numbers are joined, grouped and written several times faster than text.

    Args:
        column: the column.
        kind: its SQL type, where known.

    Returns:
        An expression for a SELECT list.
    """
    if column == "event":
        kinds = " ".join(f"WHEN '{event}' THEN {code}" for code, event in enumerate(EVENTS))
        return f"CAST(CASE event {kinds} END AS TINYINT) AS event"
    if column not in IDS_OF:
        return column
    name = IDS_OF[column]
    if kind == "INTEGER":
        return f"{column} AS {name}_number"
    text = f"CAST({column} AS STRING)"
    number = f"TRY_CAST({text} AS INTEGER)"
    # "007", "+7" and "7.0" are ids of their own: only what is written back alike is a number.
    spells = f"CAST({number} AS STRING) = {text}"
    return (
        f"CASE WHEN {spells} THEN {number} END AS {name}_number, "
        f"CASE WHEN {spells} THEN NULL ELSE {text} END AS {name}_text"
    )


def interactions(numbers: Collection[str]) -> str:
    """`interactions_raw` from `interactions_staged`.

    Args:
        numbers: the id columns that hold only numbers and stay numbers; the others become text.

    Returns:
        A SELECT.
    """
    ids = ", ".join(
        f"{name}_number AS {column}"
        if column in numbers
        else f"coalesce({name}_text, CAST({name}_number AS STRING)) AS {column}"
        for column, name in IDS_OF.items()
    )
    return f"SELECT *, {ids} FROM interactions_staged"


def sorted_events(
    columns: Collection[str], numbers: Collection[str] = (), only_event: int | None = None
) -> str:
    """Interactions with coded ids, sorted by user, time, sequence number and a tie-break.

    The tie-break follows neither item id nor file order; the columns after it order rows that are
    equal up to there.

    Args:
        columns: the columns that the source fills.
        numbers: as for `interactions`.
        only_event: the code of the only kind of event, which then is left out of the sort.

    Returns:
        A SELECT with its ORDER BY.
    """
    expressions = {
        "timestamp": "r.timestamp AS timestamp",
        "seq": "r.seq AS seq",
        "rating": "r.rating AS rating",
        "event": "r.event AS event",
        "weight": "r.weight AS weight",
        "text": "r.text AS text",
    }
    names = [name for name in expressions if name in columns]
    sort = [name for name in names if name != "event" or only_event is None]
    before_tie = [name for name in ("timestamp", "seq") if name in sort]
    after_tie = [name for name in sort if name not in before_tie]
    order = [
        "user_code",
        *(f"{name} ASC NULLS FIRST" for name in before_tie),
        "tie",
        *(f"{name} ASC NULLS FIRST" for name in after_tie),
    ]
    constant = f"CAST({only_event} AS TINYINT) AS event"
    fields = ", ".join(
        ["user_code", "item_code", *(name if name in sort else constant for name in names)]
    )
    inner = ", ".join(
        [
            "u.code AS user_code",
            "i.code AS item_code",
            "xor(u.hash, i.hash) AS tie",
            *(expressions[name] for name in sort),
        ]
    )
    by_user, by_item = ("number" if column in numbers else "id" for column in IDS_OF)
    return f"""
SELECT {fields} FROM (
    SELECT {inner}
    FROM interactions_raw AS r
    JOIN user_codes AS u ON r.user_id = u.{by_user}
    JOIN item_codes AS i ON r.item_id = i.{by_item}
    WHERE r.reject IS NULL
) AS coded
ORDER BY {", ".join(order)}
"""


def one_row_each(
    table: str, key: str, codes: str, columns: Collection[str], of_codes: Collection[str] = ()
) -> str:
    """The attributes of each coded id, in code order.

    Of repeated records the one that sorts first counts, those with a title or a value before those
    without, so that file order decides nothing.

    Args:
        table: the raw table.
        key: its id column.
        codes: the table of codes.
        columns: the attributes.
        of_codes: columns of `codes` to append.

    Returns:
        A SELECT with one row per code.
    """
    names = [name for name in columns if name != key]
    more = "".join(f", c.{name} AS {name}" for name in of_codes)
    if not names:
        return f"SELECT c.id AS {key}{more} FROM {codes} AS c ORDER BY c.code"
    by_text = ", ".join(f"{spelled(name)} ASC NULLS LAST" for name in names)
    picked = ", ".join(f"p.{name} AS {name}" for name in names)
    return f"""
SELECT c.id AS {key}, {picked}{more}
FROM {codes} AS c LEFT JOIN (
    SELECT *, row_number() OVER (PARTITION BY {key} ORDER BY {by_text}) AS place
    FROM {table} WHERE reject IS NULL
) AS p ON CAST(p.{key} AS STRING) = c.id AND p.place = 1
ORDER BY c.code
"""


def spelled(column: str) -> str:
    """SQL for a column as one text that is the same in every engine.

    Args:
        column: a column of items or users.
    """
    function = LISTS.get(column)
    return f"{function}({column})" if function else f"CAST({column} AS STRING)"


# -- codes and works, for engines where no single process sees all ids --------------------------

BUCKET = 1 << 16
"""Codes per bucket, where numbers follow the order of codes."""


def records_sql(records: Iterable[Iterable[object]]) -> str:
    """SQL for a table of known records, each in one text `r`, its values set apart by `|`: one literal is read far faster
    than as many as there are values.

    Args:
        records: the values of each, without spaces and `|`.

    Returns:
        What stands behind FROM.
    """
    text = " ".join("|".join(map(str, record)) for record in records)
    return f"(SELECT explode(split({literal(text)}, ' ')) AS r) AS listed"


def buckets(table: str, bucket: str = "bucket", rows: str = "count(*)") -> str:
    """How many ids and interactions each bucket of a table holds, in the order of buckets.

    Args:
        table: the table.
        bucket: an SQL expression of a row's bucket.
        rows: an SQL aggregate that counts interactions.
    """
    return f"""
SELECT {bucket} AS bucket, count(*) AS ids, CAST({rows} AS BIGINT) AS n
FROM {table} GROUP BY {bucket} ORDER BY bucket
"""


def codes(table: str) -> str:
    """Codes in the order of hash and id, and the row number of each id's first interaction.

    Reads the table `before` (bucket, ids, n): what precedes each bucket.

    Args:
        table: a table with the columns of `ids.HASH_COLUMNS`; buckets are runs of hashes.

    Returns:
        A SELECT of code, id, hash, n, number and start.
    """
    window = "OVER (PARTITION BY h.bucket ORDER BY h.hash, h.id"
    return f"""
SELECT CAST(b.ids + row_number() {window}) - 1 AS INTEGER) AS code, h.id AS id, h.hash AS hash,
       CAST(h.n AS INTEGER) AS n, TRY_CAST(h.id AS INTEGER) AS number,
       CAST(b.n + sum(h.n) {window} ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) - h.n
           AS BIGINT) AS start
FROM {table} AS h JOIN before AS b ON b.bucket = h.bucket
"""


LEADERS = f"""
SELECT title_key, min(code) AS leader, CAST(floor(min(code) / {BUCKET}) AS INTEGER) AS bucket
FROM keyed WHERE title_key IS NOT NULL GROUP BY title_key
"""
"""The first item that shows each title. Reads `keyed` (code, work_key, title_key: null where the
item is never shown)."""

TITLE_CODES = """
SELECT l.title_key AS title_key,
       CAST(b.ids + row_number() OVER (PARTITION BY l.bucket ORDER BY l.leader) - 1 AS INTEGER)
           AS title_code
FROM leaders AS l JOIN before AS b ON b.bucket = l.bucket
"""
"""Codes of titles in the order of the first items that show them."""

WORKS = """
SELECT k.code AS code, w.work AS work, coalesce(t.title_code, -1) AS title_code
FROM keyed AS k
JOIN (
    SELECT work_key, coalesce(min(CASE WHEN title_key IS NOT NULL THEN code END), min(code)) AS work
    FROM keyed GROUP BY work_key
) AS w ON w.work_key = k.work_key
LEFT JOIN title_codes AS t ON t.title_key = k.title_key
"""
"""The work of each item, named by its first item that may be shown, and the code of its title."""


def with_works(columns: Collection[str]) -> str:
    """The table `described` of items, in code order, joined with the result of `WORKS`.

    Args:
        columns: the columns of `described` to select.

    Returns:
        A SELECT with its ORDER BY.
    """
    fields = ", ".join(f"d.{name} AS {name}" for name in columns)
    return f"""
SELECT {fields}, w.work AS work, w.title_code AS title_code
FROM described AS d JOIN worked AS w ON w.code = d.code
ORDER BY d.code
"""


TAGS = """
SELECT i.code AS item_code, u.code AS user_code, r.tag AS tag
FROM tags_raw AS r
JOIN item_codes AS i ON CAST(r.{item} AS STRING) = i.id
JOIN user_codes AS u ON CAST(r.{user} AS STRING) = u.id
WHERE r.reject IS NULL
"""
SORTED_TAGS = f"{TAGS.format(item='item_id', user='user_id')}ORDER BY item_code, user_code, tag"
