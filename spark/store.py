"""Raw files of one source -> the files of a store, on Spark: the same content as `store_build` gives.

Interactions lie in several Parquet files, each a run of the store's order; users, items and tags in
one file each, which every machine maps into memory.
"""

from __future__ import annotations

import functools
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from itdr.builders.core import arrow, fingerprint, remote
from itdr.builders.core.errors import RawFileError
from itdr.builders.core.schema import COLUMNS, EVENTS, Source
from itdr.builders.store import layout, prepare
from itdr.builders.store import spec as store_spec
from itdr.builders.store.build import ids as build_ids
from itdr.builders.store.build import statements
from itdr.builders.store.build.build import (
    no_usable_row,
    rejected_by_table,
    require_readable,
)
from itdr.spark import partitions
from itdr.spark.chunks import PIECE, pieces
from itdr.spark.engine import SparkEngine
from itdr.spark.raw_files import reachable
from itdr.spark.read import FACTS, Facts, Reading, facts_of, read, schema
from itdr.spark.session import room
from itdr.spark.workdir import Place, mirror

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class StoreMaker:
    """Builds stores below a place; called like `store.prepare`. piece: bytes of raw files to a
    task."""

    session: Any
    place: Place
    piece: int = PIECE

    def __call__(
        self, spec: store_spec.StoreSpec, offline: bool = False, progress: bool = True
    ) -> Path:
        name = self.place.store(spec, fingerprint.files_fingerprint(sorted(HERE.glob("*.py"))))
        path, url = self.place.here / name, f"{self.place.url}/{name}"
        away = remote.is_remote(url)
        if away:
            _fetch(url, path)
        if not layout.is_complete(path):
            reading = functools.partial(self._read, url if away else None)
            prepare.prepare(spec, offline, progress, path, reading)
            if away:
                _send(path, url)
        return path

    def _read(
        self,
        url: str | None,
        spec: store_spec.StoreSpec,
        paths: dict[str, Path],
        work: Path,
        folder: Path,
    ) -> dict[str, Any]:
        # A session of its own: other stores are built at the same time, under the same names.
        engine = SparkEngine(room(self.session), self.place)
        try:
            urls = reachable(spec, paths, work, self.place)
            made = _Build(engine, spec, urls, self.piece).write(folder, url or str(folder))
        finally:
            engine.close()
        return {**made, "far": url} if url else made


FILES = ("users.arrow", "items.arrow", "tags.parquet", "manifest.json")
"""What a machine keeps of a store that lies elsewhere; the last one says that it is complete."""


def fetch_store(url: str) -> Path:
    """This machine's copy of a store that lies elsewhere, fetched where it is not there yet."""
    path = mirror(url) / url.rpartition("/")[2]
    _fetch(url, path)
    return path


def _fetch(url: str, path: Path) -> None:
    if not layout.is_complete(path) and "manifest.json" in remote.list_names(url):
        for name in FILES:
            remote.fetch(f"{url}/{name}", path / name)


def _send(path: Path, url: str) -> None:
    for name in FILES:
        if (path / name).exists():
            remote.send(path / name, f"{url}/{name}")


class _Build:
    """One store on its way."""

    def __init__(
        self, engine: SparkEngine, spec: store_spec.StoreSpec, urls: dict[str, str], piece: int
    ) -> None:
        self.engine = engine
        self.spec = spec
        self.source: Source = spec.source
        self.urls = urls
        self.piece = piece
        self.frames: list[str] = []
        self.facts: dict[str, Facts] = {}

    def write(self, folder: Path, url: str) -> dict[str, Any]:
        """Write the files: small ones into `folder`, interactions into `url`; the manifest's part."""
        for table in COLUMNS:
            self._view(table)
        with ThreadPoolExecutor(len(COLUMNS)) as pool:
            told = list(pool.map(self._told, self.frames))
        for table, facts in zip(self.frames, told, strict=True):
            self._stage(table, facts)
        interactions = self.facts.get("interactions")
        if interactions is None or not interactions.columns:
            raise RawFileError(f"{self.source.id}: its reader gave no interactions.")
        events = sorted(interactions.events)
        rejected: Counter[tuple[str, str]] = Counter()
        for one in self.facts.values():
            rejected.update(one.rejected)
        for table, one in self.facts.items():
            require_readable(self.source, table, one.rows, rejected, self._files(table))
        numbers = [name for name in statements.IDS_OF if name in (interactions.numbers or ())]
        self.engine.view(
            "interactions_raw", self.engine.session.sql(statements.interactions(numbers))
        )
        counts = self._code_ids()
        if not counts["interactions"]:
            raise no_usable_row(self.source, map(Path, self.urls.values()), rejected)
        only = EVENTS.index(events[0]) if len(events) == 1 else None
        query = statements.sorted_events(interactions.columns, numbers, only)
        with ThreadPoolExecutor(2) as pool:
            sorting = pool.submit(self._write_interactions, query, url)
            self._write_users(folder / "users.arrow")
            self._write_items(folder / "items.arrow")
            if self._columns("tags"):
                self._write_tags(folder / "tags.parquet")
            written = sorting.result()
        rows = {f"{name}_read": one.rows for name, one in self.facts.items() if one.columns}
        return {
            "rows": {**rows, **counts},
            "rejected": rejected_by_table(rejected),
            "columns": {
                name: sorted(one.columns) for name, one in self.facts.items() if one.columns
            },
            "events": events,
            "parts": [{"name": part.name, "groups": list(part.groups)} for part in written],
        }

    def _files(self, table: str) -> list[Path]:
        """The raw files that a table was read from, as far as they are on this machine."""
        urls = [url for key, url in self.urls.items() if key in self.facts[table].opened]
        return [Path(url) for url in urls if not remote.is_remote(url)]

    def _columns(self, table: str) -> list[str]:
        return self.facts[table].columns if table in self.facts else []

    def _view(self, table: str) -> None:
        """Make the pieces of a table known as `<table>_pieces`."""
        if getattr(self.source.readers, table) is None:
            return
        spec = self.spec
        found = pieces(spec.files, self.urls, table, self.piece)
        job = Reading(spec.source.id, spec.domain, spec.facet, table, self.urls, tuple(found))
        frame = self.engine.spread(len(found), functools.partial(read, job), list(schema(table)))
        self.engine.view(f"{table}_pieces", frame, kept=True)
        self.frames.append(table)

    def _told(self, table: str) -> Facts:
        """Read the pieces of a table; what is known of them."""
        told = f"SELECT {FACTS} FROM {table}_pieces WHERE {FACTS} IS NOT NULL"
        return facts_of(self.engine.session.sql(told).collect())

    def _stage(self, table: str, facts: Facts) -> None:
        """Make a table's rows known by the name that `stage` of the embedded engine uses."""
        self.facts[table] = facts
        if facts.error:
            raise RawFileError(facts.error)
        if facts.columns:
            name = "interactions_staged" if table == "interactions" else f"{table}_raw"
            kept = [one for one in facts.columns if one not in (*statements.IDS_OF, "domain")]
            if table == "interactions":
                kept += [
                    f"{one}_{kind}"
                    for one in statements.IDS_OF.values()
                    for kind in ("number", "text")
                ]
            else:
                kept = facts.columns
            self.engine.view(
                name,
                self.engine.session.sql(
                    f"SELECT {', '.join([*kept, 'reject'])} FROM {table}_pieces "
                    f"WHERE {FACTS} IS NULL"
                ),
            )

    def _write_interactions(self, query: str, url: str) -> list[partitions.Part]:
        return partitions.write(self.engine.session.sql(query), url, "interactions", "parquet")

    # -- users and items ----------------------------------------------------------------------

    def _code_ids(self) -> dict[str, int]:
        """Give users and items their codes; how many there are, and how many interactions."""
        counts = {}
        for column, name in statements.IDS_OF.items():
            ids = self.engine.session.sql(statements.IDS.format(id=column))
            purpose = f"{self.source.id}/{column}"
            hashed = ids.mapInArrow(
                functools.partial(build_ids.id_hashes, purpose),
                "id string, n long, hash long, bucket int",
            )
            self.engine.view(f"{name}_hashed", hashed, kept=True)
            rows = self._before(statements.buckets(f"{name}_hashed", rows="sum(n)"))
            self.engine.keep(f"{name}_codes", statements.codes(f"{name}_hashed"))
            counts[f"{name}s"], counts["interactions"] = rows
        return counts

    def _before(self, query: str) -> tuple[int, int]:
        """Make `before` of the counts of buckets; the totals."""
        found, ids, rows = build_ids.bucket_offsets(self.engine.session.sql(query).toArrow())
        self.engine.register("before", found)
        return ids, rows

    def _write_users(self, path: Path) -> None:
        query = statements.one_row_each(
            "users_raw", "user_id", "user_codes", self._columns("users"), ("hash", "start", "n")
        )
        arrow.write(self.engine.batches(query), path)

    def _write_items(self, path: Path) -> None:
        columns = [name for name in self._columns("items") if name != "item_id"]
        of_codes = ("code", "hash", "n")
        query = statements.one_row_each("items_raw", "item_id", "item_codes", columns, of_codes)
        self.engine.keep("described", query)
        fields = [
            "code",
            "item_id",
            *(one for one in ("title", "creators", "hidden") if one in columns),
        ]
        keyed = self.engine.session.sql(f"SELECT {', '.join(fields)} FROM described").mapInArrow(
            functools.partial(build_ids.work_keys, self.source.options.get("work")),
            "code int, work_key string, title_key string",
        )
        self.engine.view("keyed", keyed, kept=True)
        self.engine.keep("leaders", statements.LEADERS)
        self._before(statements.buckets("leaders"))
        self.engine.keep("title_codes", statements.TITLE_CODES)
        self.engine.keep("worked", statements.WORKS)
        query = statements.with_works(["item_id", *columns, "hash", "n"])
        arrow.write(self.engine.batches(query), path)

    def _write_tags(self, path: Path) -> None:
        import pyarrow.parquet as pq

        reader = self.engine.batches(statements.SORTED_TAGS)
        with pq.ParquetWriter(path, reader.schema, compression="zstd") as out:
            for batch in reader:
                out.write_batch(batch)
