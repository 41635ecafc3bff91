"""A piece of raw files -> canonical columns, in an executor: the same readers, in DuckDB as ever.

What is counted of a piece (columns, rejected rows, …) travels with its rows, as one more row: it is
lost or doubled no more than they are.
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
from itdr.builders.dataset import registry
from itdr.spark.chunks import Piece, write_piece
from itdr.spark.raw_files import version
from itdr.spark.workdir import mirror

if TYPE_CHECKING:
    import pyarrow as pa

FACTS = "facts"
THREADS = 1


@dataclass(frozen=True)
class Reading:
    """How one table of a source is read. urls: the raw files by key, as every machine reaches them;
    pieces: by task."""

    source: str
    domain: str | None
    facet: str
    table: str
    urls: Mapping[str, str]
    pieces: tuple[Piece, ...]


@dataclass
class Facts:
    """What is known of a table when its pieces were read. columns: those that the reader fills (none
    where it gave no table).   opened: the keys of the raw files.   numbers: the id columns that hold
    none but numbers.   error: what is wrong with a raw file."""

    columns: list[str] = field(default_factory=list)
    rows: int = 0
    rejected: Counter[tuple[str, str]] = field(default_factory=Counter)
    events: set[str] = field(default_factory=set)
    numbers: set[str] | None = None
    opened: set[str] = field(default_factory=set)
    error: str = ""

    def add(self, told: str) -> None:
        """Count a piece."""
        said = json.loads(told)
        self.error = self.error or said["error"]
        self.rows += said["rows"]
        self.rejected.update({(table, reason): n for table, reason, n in said["rejected"]})
        self.events |= set(said["events"])
        self.opened |= set(said["opened"])
        self.columns += [name for name in said["columns"] if name not in self.columns]
        if said["rows"] and said["numbers"] is not None:
            here = set(said["numbers"])
            self.numbers = here if self.numbers is None else self.numbers & here


def schema(table: str) -> pa.Schema:
    """What a piece of a table is read into: every column that a reader may fill; of ids and events
    what `sql.staged` makes of them."""
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


def read(job: Reading, number: int) -> Iterator[pa.RecordBatch]:
    """The rows of one piece, then the row with its facts."""
    kind = schema(job.table)
    told: dict[str, Any] = {
        "columns": [], "rows": 0, "rejected": [], "events": [], "opened": [], "numbers": None,
        "error": "",
    }  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="itdr-piece-") as scratch:
        # An error of a raw file is the same however often it is tried: told, not raised.
        try:
            yield from _rows(job, job.pieces[number], Path(scratch), kind, told)
        except ItdrError as error:
            told["error"] = _of_the_file(str(error), job, scratch)
    yield _batch(kind, {FACTS: [json.dumps(told)]}, 1)


def _rows(
    job: Reading, piece: Piece, scratch: Path, kind: pa.Schema, told: dict[str, Any]
) -> Iterator[pa.RecordBatch]:
    from itdr.builders.core.raw_files import Raw
    from itdr.builders.store.build import build
    from itdr.builders.store.engine import connect

    source = registry.source(job.source)
    paths = RawPaths(job.urls)
    if piece.key is not None:
        file = next(one for one in source.files if one.key == piece.key)
        assert file.cut is not None
        path = scratch / Path(job.urls[piece.key]).name
        if not write_piece(job.urls[piece.key], file.cut, piece, path):
            return
        paths.put(piece.key, path)
    con = connect(scratch / "stage.duckdb")
    try:
        con.execute(f"SET threads = {THREADS}")
        rejected: Counter[tuple[str, str]] = Counter()
        raw = Raw(job.source, paths, con, domain=job.domain, facet=job.facet)
        names = build.stage_table(source, raw, job.table, rejected)
        if not names:
            return
        copy = f"{job.table}_raw"
        if job.table == "interactions":
            copy = "interactions_staged"
            told["numbers"] = build.create_interactions_view(con)
            told["events"] = build.event_names(con, names)
        told["rows"] = build.rows_read(con, job.table, raw.unparsed[job.table])
        told["columns"] = list(names)
        told["opened"] = sorted(set(raw.opened))
        told["rejected"] = [[table, reason, n] for (table, reason), n in rejected.items()]
        for batch in con.sql(f"SELECT * FROM {copy}").to_arrow_reader(1 << 14):
            columns = dict(zip(batch.schema.names, batch.columns, strict=True))
            yield _batch(kind, columns, batch.num_rows)
    finally:
        con.close()


def _batch(kind: pa.Schema, columns: Mapping[str, Any], rows: int) -> pa.RecordBatch:
    """These columns, and nulls in all others."""
    import pyarrow as pa

    arrays = []
    for one in kind:
        found = columns.get(one.name)
        if found is None:
            arrays.append(pa.nulls(rows, one.type))
        else:
            arrays.append(
                pa.array(found, one.type) if isinstance(found, list) else found.cast(one.type)
            )
    return pa.RecordBatch.from_arrays(arrays, schema=kind)


def _of_the_file(error: str, job: Reading, scratch: str) -> str:
    """An error that names the raw file, not the piece that was read."""
    for url in job.urls.values():
        error = error.replace(f"{scratch}/{Path(url).name}", url)
    return error


class RawPaths(dict[str, Path]):
    """The raw files by key; one that lies on another machine is fetched when it is asked for."""

    def __init__(self, urls: Mapping[str, str]) -> None:
        super().__init__({key: Path(url) for key, url in urls.items()})
        self._far = {key: url for key, url in urls.items() if remote.is_remote(url)}

    def put(self, key: str, path: Path) -> None:
        """Have a file of this machine in place of the whole one."""
        self[key] = path
        self._far.pop(key, None)

    def __getitem__(self, key: str) -> Path:
        url = self._far.get(key)
        if url is None:
            return super().__getitem__(key)
        path = mirror(f"{url} {version(url)}") / url.rpartition("/")[2]
        remote.fetch(url, path)
        return path


def facts_of(rows: Iterable[Any]) -> Facts:
    """All pieces of one table together."""
    facts = Facts()
    for row in rows:
        facts.add(row[FACTS])
    return facts
