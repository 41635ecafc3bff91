"""The readers of a described source: files -> canonical columns, with a reason for each row left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from itdr.builders.core.duckdb_csv import literal
from itdr.builders.core.errors import nearest_names
from itdr.builders.core.reasons import EMPTY_ID, NO_TIME, OUTSIDE_SCALE
from itdr.builders.core.schema import EVENTS
from itdr.builders.sources.described import declaration as declared
from itdr.builders.sources.described import expressions as sql
from itdr.builders.sources.described.files import Resolved
from itdr.builders.sources.described.scan import Scan, rows_of, scan

if TYPE_CHECKING:
    from itdr.builders.core.raw_files import Raw

NO_NUMBER = "a rating that is no number"
UNKNOWN_EVENT = "unknown event"
REPEATED = "repeated row"
NO_TITLE = "no title"
NO_TAG = "no tag"
OLDEST = 120
Rows = Any
"""A relation of DuckDB, or an iterator of record batches (see `schema.Rows`)."""


class _Select:
    """A SELECT in the making: the file's columns that are used, picked once under short names."""

    def __init__(self, raw: Raw, found: Resolved, scan: Scan) -> None:
        self.con = raw.con
        self.found = found
        self.scan = scan
        table = found.table(scan.table)
        assert table is not None
        self.nulls = sql.NULLS if table.nulls is None else table.nulls
        self.picks: dict[str, str] = {}

    def take(self, name: str, *way: str) -> tuple[str, str]:
        """The short name of a file's column, and its type."""
        kind = self.scan.types[self.scan.require(name, *way)]
        if name not in self.picks:
            self.picks[name] = f"c{len(self.picks)}"
        return self.picks[name], kind

    def rows(self, columns: dict[str, str], distinct: bool = False) -> str:
        """A SELECT of canonical columns by name."""
        types, nulls = self.scan.types, self.nulls
        picks = ", ".join(
            f"{sql.choice_sql(name, types[name], nulls)} AS {alias}"
            for name, alias in self.picks.items()
        )
        fields = ", ".join(f'{value} AS "{name}"' for name, value in columns.items())
        every = "DISTINCT " if distinct else ""
        return f"SELECT {fields} FROM (SELECT {every}{picks} FROM {self.scan.clause})"

    def of(self, column: Any, *way: str) -> str:
        """SQL of a text column: constant, codes written out, or text for people."""
        if column.value is not None:
            return literal(column.value)
        text = sql.text(*self.take(column.from_, *way))
        if column.values:
            return sql.mapped_sql(text, column.values)
        return sql.display_sql(text)

    def number(self, column: declared.NumberColumn, *way: str) -> str:
        expression, kind = self.take(column.from_, *way)
        return sql.number(expression, kind, column.decimal)

    def time(self, column: declared.TimeColumn, *way: str) -> str:
        expression, kind = self.take(column.from_, *way)
        typed = kind.startswith(("TIMESTAMP", "DATE"))
        if not typed and column.unit is None and column.format is None:
            message = (
                f"timestamp: {column.from_!r} holds {kind.lower()}: add `unit`, one of "
                f"{', '.join(declared.UNITS)}."
            )
            raise self.found.fail(self.scan.table, "columns", *way, message=message)
        self._require_zone(column.zone, *way)
        return sql.seconds(expression, kind, column)

    def _require_zone(self, zone: str, *way: str) -> None:
        """Raise `ConfigError` for a time zone that the engine does not know."""
        if zone == "UTC":
            return
        rows = self.con.execute("SELECT name FROM pg_timezone_names() ORDER BY name").fetchall()
        names = [name for (name,) in rows]
        if zone not in names:
            near = nearest_names(zone, names, {})
            hint = f" Did you mean {' or '.join(map(repr, near))}?" if near else ""
            message = f"timestamp: unknown zone {zone!r}.{hint} Give a name such as Europe/Berlin."
            raise self.found.fail(self.scan.table, "columns", *way, message=message)


def interactions(found: Resolved, raw: Raw) -> Rows:
    """Read interactions, a row per event.

    Left out: an empty id, no time where there are times, an unknown event, a rating that is none or
    off the scale, all but one of equal rows.

    Args:
        found: the description with its files.
        raw: the raw files.

    Returns:
        Canonical columns with `reject`.
    """
    of = found.description.interactions
    select = _Select(raw, found, scan(raw, found, "interactions"))
    columns = of.columns
    fields = {
        "user_id": sql.identity(*select.take(columns.user_id.from_, "user_id")),
        "item_id": sql.identity(*select.take(columns.item_id.from_, "item_id")),
    }
    reasons = [(EMPTY_ID, "user_id IS NULL OR item_id IS NULL")]
    if columns.timestamp is not None:
        fields["timestamp"] = select.time(columns.timestamp, "timestamp")
        reasons.append((NO_TIME, '"timestamp" IS NULL'))
    if columns.seq is not None:
        fields["seq"] = f"TRY_CAST({select.number(columns.seq, 'seq')} AS INTEGER)"
    rating = ""
    if columns.rating is not None:
        scale = found.description.scale
        assert scale is not None
        rating = select.take(columns.rating.from_, "rating")[0]
        fields["rating"] = f"CAST({select.number(columns.rating, 'rating')} AS FLOAT)"
        reasons.append((NO_NUMBER, "rating IS NULL AND rating_given"))
        off = f"rating < {scale.low} OR rating > {scale.high}"
        reasons.append((OUTSIDE_SCALE, off))
    fields["event"] = _event(columns, select)
    if columns.event is not None and columns.event.from_ is not None:
        reasons.append((UNKNOWN_EVENT, "event IS NULL"))
    if columns.weight is not None:
        fields["weight"] = f"CAST({select.number(columns.weight, 'weight')} AS FLOAT)"
    if columns.text is not None:
        fields["text"] = select.of(columns.text, "text")
    extra = {"rating_given": f"{rating} IS NOT NULL"} if rating else {}
    if columns.history is None:
        rows = select.rows({**fields, **extra})
    else:
        fields, rows = _exploded(columns.history, select, fields, extra)
    return rows_of(raw, _judged(rows, fields, reasons, of.duplicates == "drop"), select.scan)


def _exploded(
    history: declared.ListColumn, select: _Select, fields: dict[str, str], extra: dict[str, str]
) -> tuple[dict[str, str], str]:
    """Rows of whole histories as one row an event, numbered in their order."""
    column = select.take(str(history.from_), "history")
    before = f"coalesce({sql.list_sql(*column, history)}, [])"
    last = f"CAST({fields['item_id']} AS VARCHAR)"
    whole = {**fields, **extra, "whole": f"list_append({before}, {last})"}
    names = [name for name in whole if name not in ("item_id", "seq", "whole")]
    columns = ", ".join(f'"{name}"' for name in names)
    fields = {**fields, "seq": ""}
    rows = (
        f"SELECT {columns}, unnest(whole) AS item_id, "
        f"CAST(generate_subscripts(whole, 1) AS INTEGER) AS seq FROM ({select.rows(whole)})"
    )
    return fields, rows


def _judged(
    rows: str, fields: dict[str, str], reasons: list[tuple[str, str]], distinct: bool
) -> str:
    """Rows with the reason why each is left out, or null."""
    names = ", ".join(f'"{name}"' for name in fields)
    cases = " ".join(f"WHEN {condition} THEN {literal(reason)}" for reason, condition in reasons)
    judged = f"SELECT {names}, CASE {cases} END AS reject FROM ({rows})"
    if not distinct:
        return judged
    place = f"row_number() OVER (PARTITION BY {names})"
    again = f"WHEN reject IS NULL AND place > 1 THEN {literal(REPEATED)}"
    return (
        f"SELECT {names}, CASE {again} ELSE reject END AS reject "
        f"FROM (SELECT *, {place} AS place FROM ({judged}))"
    )


def _event(columns: declared.InteractionColumns, select: _Select) -> str:
    event = columns.event
    if event is None:
        if columns.text is not None:
            return "'review'"
        if columns.rating is None:
            return "'implicit'"
        rating = select.take(columns.rating.from_, "rating")[0]
        return f"CASE WHEN {rating} IS NULL THEN 'implicit' ELSE 'rate' END"
    if event.from_ is None:
        return literal(event.value)
    words = event.values or {name: name for name in EVENTS}
    return sql.mapped_sql(sql.text(*select.take(event.from_, "event")), words)


def items(found: Resolved, raw: Raw) -> Rows:
    """Read items, a row per record.

    Left out: an empty id. An item without a title is never shown, or where the description says so
    it is called `item <id>`.

    Args:
        found: the description with its files.
        raw: the raw files.

    Returns:
        Canonical columns with `reject`.
    """
    of = found.description.items
    assert of is not None
    select = _Select(raw, found, scan(raw, found, "items"))
    columns = of.columns
    fields = {"item_id": sql.identity(*select.take(columns.item_id.from_, "item_id"))}
    fields["title"] = "NULL" if columns.title is None else select.of(columns.title, "title")
    for name in ("categories", "creators"):
        column = getattr(columns, name)
        if column is not None and column.value is not None:
            fields[name] = f"[{literal(column.value)}]"
        elif column is not None:
            fields[name] = sql.list_sql(*select.take(column.from_, name), column)
    if columns.year is not None:
        fields["year"] = sql.year(*select.take(columns.year.from_, "year"))
    for name in ("other_title", "description"):
        if (text := getattr(columns, name)) is not None:
            fields[name] = select.of(text, name)
    if columns.attributes:
        fields["attributes"] = _attributes(columns.attributes, select)
    # A log that names its items names each of them many times.
    rows = select.rows(fields, distinct=not of.file)
    if of.untitled == "id":
        log = _Select(raw, found, scan(raw, found, "interactions"))
        return rows_of(raw, _titled(found, log, rows, fields), select.scan, log.scan)
    reasons = [(EMPTY_ID, "item_id IS NULL"), (NO_TITLE, "title IS NULL")]
    return rows_of(raw, _judged(rows, fields, reasons, distinct=False), select.scan)


def _titled(found: Resolved, log: _Select, rows: str, fields: dict[str, str]) -> str:
    """Items with a name for those that have none, those that are in the log alone among them."""
    used = {"item_id": sql.identity(*log.take(_item_of_log(found), "item_id"))}
    cases = " ".join(["WHEN item_id IS NULL THEN", literal(EMPTY_ID)])
    title = "coalesce(title, 'item ' || item_id)"
    names = ", ".join(title if name == "title" else f'"{name}"' for name in fields)
    named = names.replace(title, f"{title} AS title")
    others = ", ".join(
        {"item_id": "item_id", "title": "'item ' || item_id"}.get(name, "NULL") for name in fields
    )
    return (
        f"WITH known AS ({rows}), used AS (SELECT DISTINCT CAST(item_id AS VARCHAR) AS item_id "
        f"FROM ({log.rows(used)}) WHERE item_id IS NOT NULL) "
        f"SELECT {named}, CASE {cases} END AS reject FROM known UNION ALL "
        f"SELECT {others}, NULL FROM used WHERE item_id NOT IN "
        "(SELECT CAST(item_id AS VARCHAR) FROM known WHERE item_id IS NOT NULL)"
    )


def _item_of_log(found: Resolved) -> str:
    return found.description.interactions.columns.item_id.from_


def _attributes(columns: dict[str, declared.TextColumn], select: _Select) -> str:
    pairs = ", ".join(
        f"{{'name': {literal(name)}, 'value': {select.of(column, 'attributes', name)}}}"
        for name, column in columns.items()
    )
    return f"list_filter([{pairs}], lambda pair: pair.value IS NOT NULL)"


def users(found: Resolved, raw: Raw) -> Rows:
    """Read users, a row per record; an empty id is left out.

    Args:
        found: the description with its files.
        raw: the raw files.

    Returns:
        Canonical columns with `reject`.
    """
    of = found.description.users
    assert of is not None
    select = _Select(raw, found, scan(raw, found, "users"))
    columns = of.columns
    fields = {"user_id": sql.identity(*select.take(columns.user_id.from_, "user_id"))}
    for name in ("gender", "age_group", "country", "location", "occupation"):
        column = getattr(columns, name)
        if column is not None:
            fields[name] = select.of(column, name)
    if columns.age is not None:
        fields["age"] = sql.between(select.number(columns.age, "age"), 1, OLDEST, "SMALLINT")
    if columns.birth_year is not None:
        fields["birth_year"] = sql.year(*select.take(columns.birth_year.from_, "birth_year"))
    rows = select.rows(fields, distinct=not of.file)
    reasons = [(EMPTY_ID, "user_id IS NULL")]
    return rows_of(raw, _judged(rows, fields, reasons, distinct=False), select.scan)


def tags(found: Resolved, raw: Raw) -> Rows:
    """Read tags, a row per tag; an empty id or tag is left out.

    Args:
        found: the description with its files.
        raw: the raw files.

    Returns:
        Canonical columns with `reject`.
    """
    of = found.description.tags
    assert of is not None
    select = _Select(raw, found, scan(raw, found, "tags"))
    fields = {
        "user_id": sql.identity(*select.take(of.columns.user_id.from_, "user_id")),
        "item_id": sql.identity(*select.take(of.columns.item_id.from_, "item_id")),
        "tag": select.of(of.columns.tag, "tag"),
    }
    empty = "user_id IS NULL OR item_id IS NULL"
    reasons = [(EMPTY_ID, empty), (NO_TAG, "tag IS NULL")]
    return rows_of(raw, _judged(select.rows(fields), fields, reasons, distinct=False), select.scan)
