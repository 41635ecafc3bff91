"""Read a chunk of raw files into canonical columns, in an executor: the usual readers, in DuckDB.

Facts about a chunk (columns, rejected rows, …) travel as one more row beside its rows, so they are
lost or duplicated exactly when the rows are.
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from itdr.builders.core import remote
from itdr.builders.core.errors import ItdrError
from itdr.builders.core.remote import version
from itdr.builders.core.schema import Source
from itdr.spark.chunks import Chunk, write_chunk
from itdr.spark.workdir import mirror

if TYPE_CHECKING:
    import pyarrow as pa

FACTS = "facts"
THREADS = 1


@dataclass(frozen=True)
class ReadJob:
    """How one table of a source is read.

    Attributes:
        source: the source's id.
        domain: the domain, where it has several.
        facet: `base` or `text`.
        table: the table.
        urls: the raw files by key, as every machine reaches them.
        chunks: what each task reads.
    """

    source: Source
    domain: str | None
    facet: str
    table: str
    urls: Mapping[str, str]
    chunks: tuple[Chunk, ...]


@dataclass
class Facts:
    """What is known of a table once its chunks are read.

    Attributes:
        columns: those that the reader fills (empty where it gave no table).
        rows: rows read, rejected ones included.
        rejected: counts of rejected rows by table and reason.
        emptied: counts of rows with an unreadable value by table and reason.
        events: the kinds of event that occur.
        numbers: the id columns that hold only numbers.
        opened: the keys of the raw files.
        error: what is wrong with a raw file.
    """

    columns: list[str] = field(default_factory=list)
    rows: int = 0
    rejected: Counter[tuple[str, str]] = field(default_factory=Counter)
    emptied: Counter[tuple[str, str]] = field(default_factory=Counter)
    events: set[str] = field(default_factory=set)
    numbers: set[str] | None = None
    opened: set[str] = field(default_factory=set)
    error: str = ""

    def add(self, text: str) -> None:
        """Add the facts of one chunk.

        Args:
            text: the facts in JSON.
        """
        counts = json.loads(text)
        self.error = self.error or counts["error"]
        self.rows += counts["rows"]
        self.rejected.update({(table, reason): n for table, reason, n in counts["rejected"]})
        self.emptied.update({(table, reason): n for table, reason, n in counts["emptied"]})
        self.events |= set(counts["events"])
        self.opened |= set(counts["opened"])
        self.columns += [name for name in counts["columns"] if name not in self.columns]
        if counts["rows"] and counts["numbers"] is not None:
            here = set(counts["numbers"])
            self.numbers = here if self.numbers is None else self.numbers & here


def chunk_schema(table: str) -> pa.Schema:
    """The schema of a table's chunks: every column that a reader may fill.

    Ids and events have the form of `statements.staged_column`.

    Args:
        table: interactions, items, users or tags.

    Returns:
        The schema.
    """
    import pyarrow as pa

    texts = pa.list_(pa.string())
    pairs = pa.list_(pa.struct([("name", pa.string()), ("value", pa.string())]))
    kinds: dict[str, dict[str, Any]] = {
        "interactions": {
            "user_number": pa.int32(),
            "user_text": pa.string(),
            "item_number": pa.int32(),
            "item_text": pa.string(),
            "rating": pa.float32(),
            "timestamp": pa.int64(),
            "seq": pa.int32(),
            "event": pa.int8(),
            "weight": pa.float32(),
            "text": pa.string(),
        },
        "items": {
            "item_id": pa.string(),
            "title": pa.string(),
            "categories": texts,
            "creators": texts,
            "year": pa.int16(),
            "description": pa.string(),
            "attributes": pairs,
            "domain": pa.string(),
            "hidden": pa.bool_(),
            **dict.fromkeys(("other_title", "work_title", "work_creator"), pa.string()),
        },
        "users": {
            **dict.fromkeys(("user_id", "gender"), pa.string()),
            "age": pa.int16(),
            "age_group": pa.string(),
            "birth_year": pa.int16(),
            **dict.fromkeys(("country", "location", "occupation"), pa.string()),
        },
        "tags": dict.fromkeys(("user_id", "item_id", "tag"), pa.string()),
    }
    return pa.schema({**kinds[table], "reject": pa.string(), FACTS: pa.string()})


def read(job: ReadJob, number: int) -> Iterator[pa.RecordBatch]:
    """The rows of one chunk, then a row with its facts.

    Args:
        job: the table.
        number: the task.

    Yields:
        Batches in the schema of the table's chunks.
    """
    kind = chunk_schema(job.table)
    facts: dict[str, Any] = {
        "columns": [], "rows": 0, "rejected": [], "emptied": [], "events": [], "opened": [],
        "numbers": None, "error": "",
    }  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="itdr-chunk-") as scratch:
        # An error of a raw file is the same however often it is tried: facts, not raised.
        try:
            yield from _rows(job, job.chunks[number], Path(scratch), kind, facts)
        except ItdrError as error:
            facts["error"] = _of_the_file(str(error), job, scratch)
    yield _batch(kind, {FACTS: [json.dumps(facts)]}, 1)


def _rows(
    job: ReadJob, chunk: Chunk, scratch: Path, kind: pa.Schema, facts: dict[str, Any]
) -> Iterator[pa.RecordBatch]:
    from itdr.builders.core.raw_files import Raw
    from itdr.builders.store.build import staging
    from itdr.builders.store.engine import connect

    source = job.source
    paths = RawPaths(job.urls)
    if chunk.key is not None:
        file = next(file for file in source.files if file.key == chunk.key)
        assert file.cut is not None
        path = scratch / Path(job.urls[chunk.key]).name
        if not write_chunk(job.urls[chunk.key], file.cut, chunk, path):
            return
        paths.replace(chunk.key, path)
    con = connect(scratch / "stage.duckdb")
    try:
        con.execute(f"SET threads = {THREADS}")
        rejected: Counter[tuple[str, str]] = Counter()
        raw = Raw(source.id, paths, con, domain=job.domain, facet=job.facet)
        names = staging.stage_table(source, raw, job.table, rejected)
        if not names:
            return
        copy = f"{job.table}_raw"
        if job.table == "interactions":
            copy = "interactions_staged"
            facts["numbers"] = staging.create_interactions_view(con)
            facts["events"] = staging.event_names(con, names)
        facts["rows"] = staging.rows_read(con, job.table, raw.unparsed[job.table])
        facts["columns"] = list(names)
        facts["opened"] = sorted(set(raw.opened))
        facts["rejected"] = [[table, reason, n] for (table, reason), n in rejected.items()]
        facts["emptied"] = [[table, reason, n] for (table, reason), n in raw.emptied.items()]
        for batch in con.sql(f"SELECT * FROM {copy}").to_arrow_reader(1 << 14):
            columns = dict(zip(batch.schema.names, batch.columns, strict=True))
            yield _batch(kind, columns, batch.num_rows)
    finally:
        con.close()


def _batch(kind: pa.Schema, columns: Mapping[str, Any], rows: int) -> pa.RecordBatch:
    """A batch of these columns, with nulls in all others."""
    import pyarrow as pa

    arrays = []
    for arrow_field in kind:
        column = columns.get(arrow_field.name)
        if column is None:
            arrays.append(pa.nulls(rows, arrow_field.type))
        elif isinstance(column, list):
            arrays.append(pa.array(column, arrow_field.type))
        else:
            arrays.append(column.cast(arrow_field.type))
    return pa.RecordBatch.from_arrays(arrays, schema=kind)


def _of_the_file(error: str, job: ReadJob, scratch: str) -> str:
    """An error that names the raw file instead of the chunk."""
    for url in job.urls.values():
        error = error.replace(f"{scratch}/{Path(url).name}", url)
    return error


class RawPaths(dict[str, Path]):
    """The raw files by key; one on another machine is fetched on first use."""

    def __init__(self, urls: Mapping[str, str]) -> None:
        super().__init__({key: Path(url) for key, url in urls.items()})
        self._far = {key: url for key, url in urls.items() if remote.is_remote(url)}

    def replace(self, key: str, path: Path) -> None:
        """Use a local file instead of the whole one.

        Args:
            key: the key.
            path: the local file.
        """
        self[key] = path
        self._far.pop(key, None)

    def __getitem__(self, key: str) -> Path:
        url = self._far.get(key)
        if url is None:
            return super().__getitem__(key)
        path = mirror(f"{url} {version(url)}") / url.rpartition("/")[2]
        remote.fetch(url, path)
        return path


def merge_facts(rows: Iterable[Any]) -> Facts:
    """The facts of all chunks of one table, merged."""
    facts = Facts()
    for row in rows:
        facts.add(row[FACTS])
    return facts
