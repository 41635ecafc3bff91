"""Helpers for readers that build canonical columns with Arrow's compute kernels."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from itdr.builders.core.duckdb_csv import literal
from itdr.builders.core.emptied import AND
from itdr.builders.core.errors import RawFileError
from itdr.builders.core.reasons import ENOUGH_TO_JUDGE
from itdr.builders.sources._formats.validate import (
    AGAIN,
    require_closed_quotes,
    require_encoding,
    require_final_newline,
)

if TYPE_CHECKING:
    import pyarrow as pa

ROWS = 1 << 16
MISSING = ("", "unknown", "null", "nan", "none", "n/a", r"\n")
"""Words that stand for a missing value, in lower case."""
ENOUGH_SPELLED = 1_000
"""So many rows with another name than most rows of their id show that ids and names do not belong together."""
NAMED = "name:"
"""Begins an id that is made of the names."""
MOST_RENAMED, MOST_OF_ONE = 0.1, 0.9
"""The share of ids in several rows that may have several names, of which the most frequent one has no more of the rows."""
_MARKS = " .,:;!?-_'\"()[]&/"
"""What names are compared without."""
NA = "NA"
"""What R writes for a missing value; a title may be so."""
_BLANKS = r"[\s\x00-\x1f\x7f-\x9f\p{Z}\x{200b}\x{2060}\x{feff}]+"


def tidy(texts: Any) -> pa.StringArray:
    """Decode HTML entities, collapse blanks (zero-width ones and line ends included) and trim.

    Args:
        texts: an array or chunked array of strings.

    Returns:
        The strings; empty ones are null.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = as_array(texts).cast(pa.string())
    coded = pc.fill_null(pc.match_substring_regex(texts, r"&#?\w+;"), False)
    if pc.any(coded).as_py():
        plain = [html.unescape(text) for text in texts.filter(coded).to_pylist()]
        texts = pc.replace_with_mask(texts, coded, pa.array(plain, pa.string()))
    texts = pc.replace_substring_regex(texts, _BLANKS, " ")
    texts = pc.utf8_trim(texts, " ")
    return pc.if_else(pc.equal(texts, ""), None, texts)


def known_values(
    texts: Any, missing: Sequence[str] = MISSING, *, names: bool = False
) -> pa.StringArray:
    """`tidy`, with placeholders for missing values turned into null.

    Args:
        texts: an array or chunked array of strings.
        missing: the placeholders, in lower case.
        names: the texts are names, of which one may be `NA`.

    Returns:
        Strings or null.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = tidy(texts)
    none = pc.is_in(pc.utf8_lower(texts), value_set=pa.array(missing, pa.string()))
    if not names:
        none = pc.or_(none, pc.is_in(texts, value_set=pa.array([NA])))
    return pc.if_else(none, None, texts)


def split_lists(texts: Any, separator: str = ",") -> pa.ListArray:
    """Split strings into lists of tidy values; null gives an empty list.

    Args:
        texts: an array or chunked array of strings.
        separator: what separates the values.

    Returns:
        One list per string.
    """
    import pyarrow.compute as pc

    parts = pc.split_pattern(pc.fill_null(as_array(texts), ""), separator)
    values = tidy(parts.flatten())
    rows = pc.list_parent_indices(parts)
    keep = pc.is_valid(values)
    return _lists_by_row(rows.filter(keep), values.filter(keep), len(parts))


def _lists_by_row(rows: Any, values: pa.Array, length: int) -> pa.ListArray:
    """Group values into one list per row.

    Args:
        rows: the row of each value, ascending.
        values: the values.
        length: the number of rows.
    """
    import numpy as np
    import pyarrow as pa

    counts = np.bincount(np.asarray(rows, dtype=np.int64), minlength=length)
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), values)


def attribute_lists(columns: Mapping[str, pa.StringArray]) -> pa.ListArray:
    """Turn named columns into one list of {name, value} per row, without nulls.

    Args:
        columns: the columns by name, all of one length.

    Returns:
        One list of structs per row.
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    length, width = len(next(iter(columns.values()))), len(columns)
    order = np.arange(length * width).reshape(width, length).T.ravel()
    values = pa.concat_arrays([as_array(column) for column in columns.values()]).take(
        pa.array(order)
    )
    keep = pc.is_valid(values)
    names = pa.array(list(columns)).take(pa.array(np.tile(np.arange(width), length)))
    rows = pa.array(np.repeat(np.arange(length), width)).filter(keep)
    both = pa.StructArray.from_arrays([names.filter(keep), values.filter(keep)], ["name", "value"])
    return _lists_by_row(rows, both, length)


def integer_text(texts: Any) -> pa.StringArray:
    """Texts in which a whole number with blanks around it, written as a float (`29.0`, `29,0`) or padded
    with zeros (`0029`) becomes `29`."""
    import pyarrow.compute as pc

    pattern = r"^\s*0*([0-9]+?)(?:\.0+|,0)?\s*$"
    return pc.replace_substring_regex(as_array(texts), pattern, r"\1")


def parse_integers(texts: Any, pattern: str = r"^[0-9]{1,18}$") -> pa.Int64Array:
    """Whole numbers from text, `29.0` included.

    Args:
        texts: an array or chunked array of strings.
        pattern: a regular expression of accepted numbers; others become null.

    Returns:
        Numbers or null.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = integer_text(texts)
    right = pc.match_substring_regex(texts, pattern)
    return pc.if_else(pc.fill_null(right, False), texts, None).cast(pa.int64())


_ISO = r"^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.0+)?(?:Z|\+00:00)?$"


def parse_iso_seconds(texts: Any) -> pa.Int64Array:
    """UTC seconds since 1970 from `YYYY-MM-DDTHH:MM:SSZ`, or with a blank for the T and no zone.

    Args:
        texts: an array or chunked array of strings; other forms and impossible dates become null.

    Returns:
        Seconds or null.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = as_array(texts)
    right = pc.fill_null(pc.match_substring_regex(texts, _ISO), False)
    texts = pc.if_else(right, pc.replace_substring_regex(texts, _ISO, r"\1T\2Z"), None)
    try:
        return texts.cast(pa.timestamp("s", "UTC")).cast(pa.int64())
    except pa.ArrowInvalid:  # a date that does not exist, such as 30 February: rare, one by one
        return pa.array([_second(text) for text in texts.to_pylist()], pa.int64())


def _second(text: str | None) -> int | None:
    from datetime import datetime, timezone

    try:
        when = datetime.strptime(text or "", "%Y-%m-%dT%H:%M:%SZ")
    except ValueError:
        return None
    return int(when.replace(tzinfo=timezone.utc).timestamp())


def reject_reasons(*reasons: tuple[pa.BooleanArray, str]) -> pa.StringArray:
    """The `reject` column: for each row the reason of the first condition that holds, or null.

    Args:
        reasons: (condition, reason) in order of precedence; a null condition does not hold.

    Returns:
        One reason or null per row.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    conditions = [pc.fill_null(as_array(condition), False) for condition, _ in reasons]
    names = [pa.scalar(reason, pa.string()) for _, reason in reasons]
    struct = pc.make_struct(*conditions, field_names=[str(n) for n in range(len(names))])
    return as_array(pc.case_when(struct, *names))


def emptied(*reasons: tuple[Any, str]) -> pa.StringArray:
    """The column `emptied`: why values of a row are missing although something is stated.

    Args:
        reasons: (condition, reason); a null condition does not hold.

    Returns:
        Reasons joined by "; ", or null, per row.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    result = pa.nulls(len(reasons[0][0]), pa.string())
    for condition, reason in reasons:
        longer = pc.fill_null(pc.binary_join_element_wise(result, reason, AND), reason)
        result = pc.if_else(pc.fill_null(as_array(condition), False), longer, result)
    return result


def constant(value: str, length: int) -> pa.StringArray:
    """A column that repeats one string.

    Args:
        value: the string.
        length: the number of rows.
    """
    import pyarrow as pa

    return pa.repeat(pa.scalar(value, pa.string()), length)


def record_batches(columns: Mapping[str, Any]) -> Iterator[pa.RecordBatch]:
    """Columns as record batches of at most 65,536 rows; one empty batch where there are no rows.

    Args:
        columns: arrays or chunked arrays by name, all of one length.
    """
    import pyarrow as pa

    table = pa.table({name: as_array(column) for name, column in columns.items()})
    batches = table.to_batches(max_chunksize=ROWS)
    return iter(batches or [pa.RecordBatch.from_pylist([], schema=table.schema)])


def as_array(column: Any) -> pa.Array:
    """An array or chunked array as one array."""
    import pyarrow as pa

    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def commonest_spelling(
    con: Any, rows: Iterable[pa.RecordBatch], path: Path, key: str = "item_id"
) -> Iterator[Any]:
    """Keep one row per key, with the most frequent spelling of the other columns.

    Ties go to the alphabetically first one. Grouping happens in DuckDB, which spills to disk, on a
    connection of its own, so that the caller's may consume the result meanwhile.

    Args:
        con: a DuckDB connection.
        rows: batches with the key and the columns to choose.
        path: where they were read from.
        key: the key column.

    Yields:
        Batches with the columns of `rows`, one row per key.

    Raises:
        RawFileError: few rows have the most frequent spelling, or many keys several names.
    """
    import contextlib
    import itertools

    import pyarrow as pa
    import pyarrow.compute as pc

    stream = iter(rows)
    first = next(stream)
    others = ", ".join(name for name in first.schema.names if name != key)
    bare = f"hash(translate(lower(concat_ws(' ', {others})), {literal(_MARKS)}, ''))"
    with contextlib.closing(con.cursor()) as own:
        reader = pa.RecordBatchReader.from_batches(first.schema, itertools.chain([first], stream))
        own.register("spelled_rows", reader)
        result = own.sql(
            f"WITH counted AS (SELECT {key}, {others}, count(*) AS n, {bare} AS bare FROM spelled_rows "
            f"GROUP BY {key}, {others}), "
            "ranked AS (SELECT *, row_number() OVER spelled AS place, lead(bare) OVER spelled AS second, "
            f"sum(n) OVER (PARTITION BY {key}) AS of_key FROM counted "
            f"WINDOW spelled AS (PARTITION BY {key} ORDER BY n DESC, {others})) "
            f"SELECT {key}, {others}, n, CAST(of_key AS BIGINT) AS of_key, "
            f"coalesce(second <> bare AND n < {MOST_OF_ONE} * of_key, false) AS renamed FROM ranked WHERE place = 1"
        )
        common = n = again = renamed = 0
        for batch in result.to_arrow_reader(ROWS):
            common += pc.sum(batch.column("n")).as_py() or 0
            n += pc.sum(batch.column("of_key")).as_py() or 0
            named = pc.starts_with(batch.column(key), NAMED)
            again += pc.greater(pc.if_else(named, 0, batch.column("of_key")), 1).true_count
            renamed += batch.column("renamed").true_count
            yield batch.drop_columns(["n", "of_key", "renamed"])
    if n - common >= ENOUGH_SPELLED and 2 * common < n:
        raise RawFileError(
            f"{path}: {n - common:,} of {n:,} rows have another name than the most frequent one of their id: ids and names "
            f"belong to different things, so columns were swapped or moved. {AGAIN}"
        )
    if renamed >= ENOUGH_TO_JUDGE and renamed > MOST_RENAMED * again:
        raise RawFileError(
            f"{path}: of {again:,} ids in several rows, {renamed:,} have several names, and officially each has one: names or ids "
            f"were moved to other rows. {AGAIN}"
        )


def is_stated(texts: Any, missing: Sequence[str] = MISSING) -> pa.BooleanArray:
    """Which texts say something: neither null nor a placeholder for a missing value.

    Args:
        texts: an array or chunked array of strings.
        missing: the placeholders, in lower case.
    """
    return known_values(texts, missing).is_valid()


def map_values(texts: Any, words: Mapping[str, str]) -> pa.StringArray:
    """Replace each text by its entry in a mapping; null where it has none.

    Args:
        texts: an array or chunked array of strings.
        words: the mapping.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    place = pc.index_in(as_array(texts), value_set=pa.array(list(words), pa.string()))
    return pa.array(list(words.values()), pa.string()).take(place)


def one_element_lists(texts: Any) -> pa.ListArray:
    """Each text as a list of one; null gives an empty list.

    Args:
        texts: an array or chunked array of strings.

    Returns:
        One list per string, of one text or none.
    """
    import numpy as np
    import pyarrow.compute as pc

    texts = as_array(texts)
    keep = pc.is_valid(texts)
    rows = np.flatnonzero(np.asarray(keep))
    return _lists_by_row(rows, texts.filter(keep), len(texts))


def require_quoted_csv(path: Path, record: str, whole: str = "") -> None:
    """Check all bytes of a quoted CSV file: it ends in a line end, is UTF-8, and no open quote swallows
    the lines after it. Streams.

    Args:
        path: the file.
        record: as for `require_closed_quotes`.
        whole: as for `require_final_newline`.

    Raises:
        RawFileError: a check fails.
    """
    require_final_newline(path, whole)
    require_encoding(path)
    require_closed_quotes(path, record)
