"""Raw files of one source to the files of a store: sorted interactions, items, users, tags.

Ids become dense codes in the order of a stable hash: codes are a random permutation of the users
that does not depend on the order of raw rows, so any run of consecutive codes is a random sample,
and a sample of users is a run of consecutive rows on disk.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from itdr.builders.core import arrow
from itdr.builders.core.duckdb_csv import literal
from itdr.builders.core.errors import RawFileError
from itdr.builders.core.foreign_lines import MOST, refuse_foreign_lines
from itdr.builders.core.one_record import require_one_per_line
from itdr.builders.core.reasons import are_too_many, is_unreadable
from itdr.builders.core.schema import COLUMNS, EVENTS, Source
from itdr.builders.core.text_files import open_bytes
from itdr.builders.core.time_forms import other_form
from itdr.builders.store.build import ids as build_ids
from itdr.builders.store.build import joins, limits, statements
from itdr.builders.store.build.crowded_ids import require_spread_ids
from itdr.builders.store.build.duplicates import RowGroups, count_duplicates, require_rows_once
from itdr.builders.store.build.id_checks import renumbered
from itdr.builders.store.build.item_checks import require_plausible_items
from itdr.builders.store.build.moved_rows import require_own_rows
from itdr.builders.store.build.name_checks import require_names
from itdr.builders.store.build.notes import lacking
from itdr.builders.store.build.reference import contents
from itdr.builders.store.build.reference.compare import deviating
from itdr.builders.store.build.reference.known_records import unlike_known
from itdr.builders.store.build.reference.samples import columns_of_facet, draw
from itdr.builders.store.build.sample_checks import require_sound_sample
from itdr.builders.store.build.staging import (
    MOST_SHOWN,
    create_interactions_view,
    event_names,
    rows_read,
    stage_table,
)
from itdr.builders.store.build.text_checks import require_sound_texts
from itdr.builders.store.build.user_checks import require_plausible_users

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from itdr.builders.core.raw_files import Raw

ROW_GROUP = 65_536
"""Interactions per row group: small enough to be read for one user, large enough to compress."""

HEAD = 1 << 16
"""Bytes that show the form of a file."""
BATCH = 1 << 16
"""Rows per batch that passes between the engine and Python."""


def build(
    source: Source, raw: Raw, folder: Path, stored: Callable[[], RowGroups]
) -> dict[str, Any]:
    """Read the raw files and write the files of a store.

    Args:
        source: the declaration.
        raw: its raw files.
        folder: the store's folder; its subfolder `work` is scratch.
        stored: opens the interactions in that folder, once they are written.

    Returns:
        The manifest's `rows`, `rejected`, `emptied`, `unmatched`, `untitled`, `lacking`, `deviating`,
        `as_released`, `duplicates`, `columns` and `events`.

    Raises:
        RawFileError: no usable interaction, or a table that is almost entirely unreadable.
        NoRoomError: too little memory or disk.
    """
    rejected: Counter[tuple[str, str]] = Counter()
    staged, row_counts, file_names = _stage_tables(source, raw, folder / "work", rejected)
    con = raw.con
    numbers = create_interactions_view(con)
    events = event_names(con, staged["interactions"])
    counts = _code_ids(source, con)
    if not counts["interactions"]:
        raise no_usable_row(source, raw.paths.values(), rejected)
    row = partial(_row, con)
    unmatched = joined_tables(source, row, staged, counts, rejected, raw.paths.values())
    notes = require_own_rows(
        source,
        folder / "work" / "interactions.parquet",
        staged["interactions"],
        raw.paths.values(),
    )
    untitled = joins.untitled_items(partial(_ask, con), staged.get("items") or ())
    lacks = lacking(source, staged, row, raw.facet)
    lacks["unusual"] += notes
    only = EVENTS.index(events[0]) if len(events) == 1 else None
    query = statements.sorted_events(staged["interactions"], numbers, only)
    _write_parquet(con, query, folder / "interactions.parquet")
    with ThreadPoolExecutor(1) as pool:
        duplicates = pool.submit(count_duplicates, stored(), staged["interactions"])
        _write_users(con, staged.get("users") or (), folder / "users.arrow")
        _write_items(source, con, staged.get("items") or (), folder / "items.arrow")
        lacks["unusual"] += require_sound_sample(
            source, stored(), folder, staged["interactions"], raw.paths.values()
        )
        if staged.get("tags"):
            _write_parquet(con, statements.SORTED_TAGS, folder / "tags.parquet")
        own_columns = columns_of_facet(source, raw.facet, staged)
        draw_sample = partial(draw, partial(_table, con), own_columns, stored(), folder)
        compared = deviating(source, draw_sample, file_names, row_counts.get("items", 0))
        released = contents.compare(source, row, staged, file_names)
        unlike = unlike_known(
            source, row, staged, file_names, raw.paths.values(), raw.facet, released.compared
        )
    require_rows_once(source, duplicates.result(), counts["interactions"], raw.paths.values())
    return {
        "rows": {**{f"{table}_read": rows for table, rows in row_counts.items()}, **counts},
        "rejected": counts_by_table(rejected),
        "emptied": counts_by_table(raw.emptied),
        "unmatched": unmatched,
        "untitled": untitled,
        "lacking": lacks,
        "deviating": [*compared, *released.changed, *unlike],
        "as_released": released.same,
        "duplicates": duplicates.result(),
        "columns": {table: sorted(names) for table, names in staged.items() if names},
        "events": events,
    }


def _stage_tables(
    source: Source, raw: Raw, work: Path, rejected: Counter[tuple[str, str]]
) -> tuple[dict[str, Collection[str]], dict[str, int], dict[str, list[str]]]:
    """Read and check every table: its columns, how many rows were read, and the names of its files, by table. rejected: counts
    the rows that were left out. Raises `RawFileError` where there are no interactions."""
    staged: dict[str, Collection[str]] = {}
    row_counts: dict[str, int] = {}
    file_names: dict[str, list[str]] = {}
    for table in COLUMNS:
        raw.opened.clear()
        staged[table] = stage_table(source, raw, table, rejected, work / f"{table}.parquet")
        if not staged[table]:
            continue
        row_counts[table] = rows_read(raw.con, table, raw.unparsed[table])
        files = {key: raw.paths[key] for key in raw.opened}
        file_names[table] = [path.name for path in files.values()]
        example = raw.examples.get(table, "")
        require_readable(source, table, row_counts[table], rejected, files, example)
        row, paths = partial(_row, raw.con), list(files.values())
        if table == "interactions":
            limits.require_limits(source, staged[table], row, rejected, paths)
        if table == "items":
            require_plausible_items(source, staged[table], row, paths, raw.emptied)
        if table == "users":
            require_plausible_users(source, staged[table], row, paths, raw.emptied)
        require_sound_texts(source, table, staged[table], row, paths, raw.emptied)
        if table == "items":
            require_names(source, staged[table], row, paths)
        require_few_left_out(source, table, row_counts[table], rejected, files, example)
    if not staged["interactions"]:
        raise RawFileError(f"{source.id}: its reader gave no interactions.")
    return staged, row_counts, file_names


def _ask(con: duckdb.DuckDBPyConnection, query: str) -> int:
    return int(_row(con, query)[0])


def _table(con: duckdb.DuckDBPyConnection, query: str) -> pa.Table:
    return con.sql(query).to_arrow_table()


def _row(con: duckdb.DuckDBPyConnection, query: str) -> tuple[Any, ...]:
    return tuple(con.execute(query).fetchall()[0])


def _why_different(row: limits.Row, table: str, columns: Collection[str], several: int) -> str:
    """What the records of one id that differ have in common."""
    column, some = joins.emptied_in_some(row, table, columns, several)
    if column:
        return f"{some:,} of these have {column} in one record and none in another, so that the column was emptied in some rows"
    return "in one file columns were moved or swapped, or ids changed"


def joined_tables(
    source: Source,
    row: limits.Row,
    columns: Mapping[str, Collection[str]],
    counts: Mapping[str, int],
    rejected: Counter[tuple[str, str]],
    files: Iterable[Path],
) -> dict[str, dict[str, Any]]:
    """Which ids of the interactions have no record, by table; counts contradicting records, and tags that
    belong to nothing, as rejected.

    Args:
        source: the declaration; the user's own data may have the same ids for users and items.
        row: runs a query of one row.
        columns: the columns of each table that was read.
        counts: how many items and users the interactions name.
        rejected: receives the contradicting records and the tags.
        files: the raw files.

    Returns:
        The manifest's `unmatched`.

    Raises:
        RawFileError: the columns of users and items were swapped, in the interactions or the tags, or ids were
            numbered anew.
    """

    def ask(query: str) -> int:
        return int(row(query)[0])

    files = list(files)
    names = ", ".join(map(str, files))
    require_spread_ids(source, row, columns, counts, files)
    unmatched = {}
    for table in filter(columns.get, joins.KEYS):
        unused, *several = joins.contradicting_records(row, table, columns[table])
        if unused:
            rejected[table, joins.CONTRADICTING] += unused
        if not source.described and joins.contradict_each_other(*several):
            raise RawFileError(
                f"{source.id}: {names}: of {several[0]:,} {table} with several records, {several[1]:,} have different "
                f"ones: {_why_different(row, table, columns[table], several[1])}. Put the official files in place."
            )
        unmatched[table] = joins.unmatched_ids(ask, table, counts[table])
    swapped = joins.are_swapped(ask, counts, unmatched)
    if swapped and source.described:
        unmatched["items"]["cause"] = (
            "what should be ids of users are those of items: user_id and item_id may be exchanged"
        )
    elif swapped:
        raise RawFileError(
            f"{source.id}: what should be ids of users in {names} are those of items, and the other way round: the "
            "two columns of the interactions were swapped. Put the official file in place."
        )
    for table, ids in unmatched.items():
        if not source.described and (fault := renumbered(source, table, row, ids["missing"])):
            raise RawFileError(
                f"{source.id}: {names}: {fault}. Ids that were changed in one of the files name other {table} there: "
                "put the official files in place."
            )
    if columns.get("tags"):
        unused, swapped = joins.unused_tags(ask)
        if swapped and not source.described:
            raise RawFileError(
                f"{source.id}: {unused:,} tags in {names} have no user or no item, and all would have one if these "
                "two columns of the tags were swapped. Put the official file in place."
            )
        if unused:
            rejected["tags", joins.UNUSED_TAG] += unused
    return unmatched


def no_usable_row(
    source: Source, paths: Iterable[Path], rejected: Mapping[tuple[str, str], int]
) -> RawFileError:
    """The error to raise for raw files without a single usable interaction.

    Args:
        source: the declaration.
        paths: the raw files.
        rejected: counts of rejected rows by table and reason.

    Returns:
        An error with the commonest reasons and the remedy.
    """
    files = ", ".join(str(path) for path in paths)
    reasons = _reasons(rejected, "interactions") or "nothing was rejected"
    return RawFileError(
        f"{source.id}: no usable interaction in {files}: {reasons}. The files are empty or not what "
        "they should be: put the official files in place."
    )


def require_readable(
    source: Source,
    table: str,
    read: int,
    rejected: Mapping[tuple[str, str], int],
    files: Mapping[str, Path],
    example: str = "",
) -> None:
    """Check that a table is readable, as `is_unreadable` defines it.

    Args:
        source: the declaration.
        table: the table.
        read: how many rows of it were read, rejected ones included.
        rejected: counts of rejected rows by table and reason.
        files: what they were read from, by the key of the declaration.
        example: a clause with a row that was left out, where one is known.

    Raises:
        RawFileError: (nearly) no row was readable, or a line holds several records.
    """
    for path in files.values():
        require_one_per_line(path, {reason for of, reason in rejected if of == table})
        if (
            not source.described
            and 0 < sum(n for (of, _), n in rejected.items() if of == table) <= MOST
        ):
            refuse_foreign_lines(path)
    if is_unreadable(read, sum(n for (of, _), n in rejected.items() if of == table)):
        raise _unreadable(source, table, read, rejected, files, example)


def require_few_left_out(
    source: Source,
    table: str,
    read: int,
    rejected: Mapping[tuple[str, str], int],
    files: Mapping[str, Path],
    example: str = "",
) -> None:
    """Check that no more rows of a published table are left out than `are_too_many` allows; called when no other
    check has found why. Arguments as for `require_readable`.

    Raises:
        RawFileError: too many are.
    """
    usual = source.options.get("left_out", ())
    lost = sum(n for (of, why), n in rejected.items() if of == table and why not in usual)
    if not source.described and are_too_many(read, lost):
        raise _unreadable(source, table, read, rejected, files, example)


def _unreadable(
    source: Source,
    table: str,
    read: int,
    rejected: Mapping[tuple[str, str], int],
    files: Mapping[str, Path],
    example: str = "",
) -> RawFileError:
    """The error to raise for a table of which too few rows can be read; arguments as for `require_readable`."""
    lost = sum(n for (of, _), n in rejected.items() if of == table)
    names = ", ".join(map(str, files.values()))
    examples = {file.key: file.example for file in source.files}
    remedy = (
        "The description names other columns, or another scale or unit, than the file has: correct it."
        if source.described
        else "The file was saved in another form, or is not the official one: put the official file in place."
    )
    finding = example if example.startswith("Found") else ""
    sentences = [
        other_form(examples[key], _head(path).splitlines()[1:-1])
        for key, path in files.items()
        if table == "interactions" and examples.get(key)
    ]
    sentences += [
        f"Expected in {path.name}: {examples[key]!r}. {finding or f'Found: {_first_lines(path)!r}.'}"
        for key, path in files.items()
        if examples.get(key)
    ]
    if not finding and example:
        sentences.append(example)
    return RawFileError(
        f"{source.id}: of {read:,} rows of {table} in {names}, {lost:,} cannot be read: "
        f"{_reasons(rejected, table)}. {' '.join(filter(None, [*sentences, remedy]))}"
    )


def _reasons(rejected: Mapping[tuple[str, str], int], table: str) -> str:
    """Why rows of a table were rejected, the most frequent reason first."""
    counts = [(-n, reason) for (of, reason), n in rejected.items() if of == table]
    return ", ".join(f"{-n:,} {reason}" for n, reason in sorted(counts))


def _first_lines(path: Path, most: int = MOST_SHOWN) -> str:
    """The first two lines of a file, or as much as fits into a message."""
    return "\n".join(_head(path).splitlines()[:2])[:most]


def _head(path: Path) -> str:
    with open_bytes(path) as file:
        return file.read(HEAD).decode("utf-8", "replace")


def _code_ids(source: Source, con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Assign codes to users and items; returns how many there are, and how many interactions."""
    counts = {}
    for column, name in statements.IDS_OF.items():
        # A connection of its own: the other one consumes what is computed from these rows.
        ids = con.cursor().sql(statements.IDS.format(id=column)).to_arrow_reader(BATCH)
        rows = build_ids.id_hashes(f"{source.random_id}/{column}", ids)
        _keep(con, f"{name}_hashed", _reader(build_ids.HASH_COLUMNS, rows))
        totals = _before(con, statements.buckets(f"{name}_hashed", rows="sum(n)"))
        con.execute(f"CREATE TABLE {name}_codes AS {statements.codes(f'{name}_hashed')}")
        counts[f"{name}s"], counts["interactions"] = totals
    return counts


def _before(con: duckdb.DuckDBPyConnection, query: str) -> tuple[int, int]:
    """Register the table `before` of a query of bucket counts; returns the totals of ids and rows."""
    offsets, ids, rows = build_ids.bucket_offsets(con.sql(query).to_arrow_table())
    con.register("before", offsets)
    return ids, rows


def _keep(con: duckdb.DuckDBPyConnection, table: str, reader: pa.RecordBatchReader) -> None:
    """Create a table from a stream of rows."""
    con.register("coming", reader)
    con.execute(f"CREATE TEMP TABLE {table} AS SELECT * FROM coming")
    con.unregister("coming")


def _reader(types: Mapping[str, str], rows: Iterable[pa.RecordBatch]) -> pa.RecordBatchReader:
    import pyarrow as pa

    schema = pa.schema([(name, pa.type_for_alias(kind)) for name, kind in types.items()])
    return pa.RecordBatchReader.from_batches(schema, rows)


def _write_parquet(con: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    options = f"COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE {ROW_GROUP}"
    _copy(con, query, path, options)


def _copy(con: duckdb.DuckDBPyConnection, query: str, path: Path, options: str) -> None:
    con.execute(f"COPY ({query}) TO {literal(path)} (FORMAT parquet, {options})")


def _write_users(con: duckdb.DuckDBPyConnection, columns: Collection[str], path: Path) -> None:
    """Users by code: id, attributes, hash, and the first row and the number of their interactions."""
    of_codes = ("hash", "start", "n")
    query = statements.one_row_each("users_raw", "user_id", "user_codes", columns, of_codes)
    arrow.write(con.sql(query).to_arrow_reader(BATCH), path)


def _write_items(
    source: Source, con: duckdb.DuckDBPyConnection, columns: Collection[str], path: Path
) -> None:
    """Items by code: id, description, hash, number of interactions, work, and whether they may be shown."""
    described = path.parent / "work" / "described.arrow"
    of_codes = ("code", "hash", "n")
    query = statements.one_row_each("items_raw", "item_id", "item_codes", columns, of_codes)
    arrow.write(con.sql(query).to_arrow_reader(BATCH), described)
    fields = ["code", "item_id", *build_ids.KEYED_BY.intersection(columns)]
    items = (batch.select(fields) for batch in arrow.batches(described))
    works = _works(con, build_ids.work_keys(source.options.get("work"), items))
    arrow.write(_joined(described, works), path)
    described.unlink()


def _works(con: duckdb.DuckDBPyConnection, keys: Iterable[pa.RecordBatch]) -> pa.Table:
    """The work and the code of the title of each item, by the item's code (int32)."""
    _keep(con, "keyed", _reader(build_ids.KEY_COLUMNS, keys))
    con.execute(f"CREATE TEMP TABLE leaders AS {statements.LEADERS}")
    _before(con, statements.buckets("leaders"))
    con.execute(f"CREATE TEMP VIEW title_codes AS {statements.TITLE_CODES}")
    con.execute(f"CREATE TEMP VIEW worked AS {statements.WORKS}")
    return con.sql("SELECT work, title_code FROM worked ORDER BY code").to_arrow_table()


def _joined(described: Path, works: pa.Table) -> pa.RecordBatchReader:
    """The rows of a file, without their codes, joined in order with the columns of `works`."""
    import pyarrow as pa

    schema = arrow.read(described).schema
    fields = [field for field in schema if field.name != "code"]
    names = [field.name for field in fields]

    def joined() -> Iterator[pa.RecordBatch]:
        first = 0
        for batch in arrow.batches(described):
            more = works.slice(first, batch.num_rows).combine_chunks()
            columns = [*batch.select(names).columns, *(column.chunk(0) for column in more.columns)]
            yield pa.RecordBatch.from_arrays(columns, schema=whole)
            first += batch.num_rows

    whole = pa.schema([*fields, *works.schema])
    return pa.RecordBatchReader.from_batches(whole, joined())


def counts_by_table(counts: Mapping[tuple[str, str], int]) -> dict[str, dict[str, int]]:
    """Counts of rows by (table, reason) as table -> reason -> rows, sorted."""
    result: dict[str, dict[str, int]] = {}
    for (table, reason), n in sorted(counts.items()):
        result.setdefault(table, {})[reason] = n
    return result
