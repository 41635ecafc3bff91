"""Raw files of one source to the files of a store, on Spark: the same content as `store/build` gives.

Interactions lie in several Parquet files, each a run of the store's order; users, items and tags in
one file each, which every machine memory-maps.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Mapping, Sequence
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
from itdr.builders.store.build import joins, limits, statements
from itdr.builders.store.build.build import (
    counts_by_table,
    joined_tables,
    no_usable_row,
    require_few_left_out,
    require_readable,
)
from itdr.builders.store.build.duplicates import count_duplicates, require_rows_once
from itdr.builders.store.build.item_checks import require_plausible_items
from itdr.builders.store.build.name_checks import require_names
from itdr.builders.store.build.notes import lacking
from itdr.builders.store.build.reference import contents
from itdr.builders.store.build.reference.compare import deviating
from itdr.builders.store.build.reference.known_records import unlike_known
from itdr.builders.store.build.reference.samples import columns_of_facet, draw
from itdr.builders.store.build.sample_checks import require_sound_sample
from itdr.builders.store.build.text_checks import JUDGED, require_sound_texts
from itdr.builders.store.build.user_checks import require_plausible_users
from itdr.builders.store.interactions import Interactions
from itdr.spark import partitions
from itdr.spark.chunks import CHUNK_BYTES, cut_into_chunks
from itdr.spark.engine import SparkEngine
from itdr.spark.raw_files import executor_urls
from itdr.spark.read import FACTS, Facts, ReadJob, chunk_schema, merge_facts, read
from itdr.spark.session import isolated_session
from itdr.spark.workdir import WorkDir, mirror

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class StoreBuilder:
    """Builds stores in the shared folder; called like `store.prepare.prepare`.

    Attributes:
        session: a Spark session.
        workdir: the shared folder.
        chunk_bytes: bytes of raw files per task.
    """

    session: Any
    workdir: WorkDir
    chunk_bytes: int = CHUNK_BYTES

    def __call__(
        self, spec: store_spec.StoreSpec, offline: bool | None = None, progress: bool = True
    ) -> Path:
        name = self.workdir.store(spec, fingerprint.files_fingerprint(sorted(HERE.glob("*.py"))))
        path, url = self.workdir.here / name, f"{self.workdir.url}/{name}"
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
        engine = SparkEngine(isolated_session(self.session), self.workdir)
        try:
            urls = executor_urls(spec, paths, work, self.workdir)
            result = _Build(engine, spec, urls, self.chunk_bytes).write(folder, url or str(folder))
        finally:
            engine.close()
        return {**result, "far": url} if url else result


FILES = ("users.arrow", "items.arrow", "tags.parquet", "manifest.json")
"""The files that a machine copies of a store elsewhere; the last one marks it as complete."""


def fetch_store(url: str) -> Path:
    """This machine's copy of a store on another machine, fetched on first use."""
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
    """A store under construction."""

    def __init__(
        self,
        engine: SparkEngine,
        spec: store_spec.StoreSpec,
        urls: dict[str, str],
        chunk_bytes: int,
    ) -> None:
        self.engine = engine
        self.spec = spec
        self.source: Source = spec.source
        self.urls = urls
        self.chunk_bytes = chunk_bytes
        self.frames: list[str] = []
        self.facts: dict[str, Facts] = {}

    def write(self, folder: Path, url: str) -> dict[str, Any]:
        """Write the store: small files into `folder`, interactions into `url`.

        Args:
            folder: the local folder.
            url: the store's URL.

        Returns:
            The manifest's entries.
        """
        self._stage_tables()
        interactions = self.facts["interactions"]
        events = sorted(interactions.events)
        rejected: Counter[tuple[str, str]] = Counter()
        emptied: Counter[tuple[str, str]] = Counter()
        for facts in self.facts.values():
            rejected.update(facts.rejected)
            emptied.update(facts.emptied)
        self._require_sound(rejected, emptied)
        numbers = [name for name in statements.IDS_OF if name in (interactions.numbers or ())]
        self.engine.view(
            "interactions_raw", self.engine.session.sql(statements.interactions(numbers))
        )
        counts = self._code_ids()
        if not counts["interactions"]:
            raise no_usable_row(self.source, map(Path, self.urls.values()), rejected)
        columns = {table: facts.columns for table, facts in self.facts.items()}
        files = map(Path, self.urls.values())
        unmatched = joined_tables(self.source, self._row, columns, counts, rejected, files)
        untitled = joins.untitled_items(self._ask, self._columns("items"))
        lacks = lacking(self.source, columns, self._row, self.spec.facet)
        only = EVENTS.index(events[0]) if len(events) == 1 else None
        query = statements.sorted_events(interactions.columns, numbers, only)
        with ThreadPoolExecutor(2) as pool:
            sorting = pool.submit(self._write_interactions, query, url)
            self._write_users(folder / "users.arrow")
            self._write_items(folder / "items.arrow")
            if self._columns("tags"):
                self._write_tags(folder / "tags.parquet")
            part_files = sorting.result()
        parts = [{"name": part.name, "groups": list(part.groups)} for part in part_files]
        stored = Interactions(folder, {"parts": parts, "far": url})
        lacks["unusual"] += require_sound_sample(
            self.source, stored, folder, interactions.columns, map(Path, self.urls.values())
        )
        own_columns = columns_of_facet(self.source, self.spec.facet, columns)
        draw_rows = functools.partial(draw, self._table, own_columns, stored, folder)
        file_names = {
            table: [path.name for path in self._files(table).values()] for table in columns
        }
        items = self.facts["items"].rows if "items" in self.facts else 0
        compared = deviating(self.source, draw_rows, file_names, items)
        released = contents.compare(self.source, self._row, columns, file_names)
        paths = map(Path, self.urls.values())
        unlike = unlike_known(
            self.source, self._row, columns, file_names, paths, self.spec.facet, released.compared
        )
        duplicates = count_duplicates(stored, interactions.columns)
        require_rows_once(
            self.source, duplicates, counts["interactions"], map(Path, self.urls.values())
        )
        rows = {f"{name}_read": facts.rows for name, facts in self.facts.items() if facts.columns}
        return {
            "rows": {**rows, **counts},
            "rejected": counts_by_table(rejected),
            "emptied": counts_by_table(emptied),
            "unmatched": unmatched,
            "untitled": untitled,
            "lacking": lacks,
            "deviating": [*compared, *released.changed, *unlike],
            "as_released": released.same,
            "duplicates": duplicates,
            "columns": {
                name: sorted(facts.columns) for name, facts in self.facts.items() if facts.columns
            },
            "events": events,
            "parts": parts,
        }

    def _stage_tables(self) -> None:
        """Read every table that the source has. Raises `RawFileError` where there are no interactions."""
        for table in COLUMNS:
            self._view(table)
        with ThreadPoolExecutor(len(COLUMNS)) as pool:
            collected = list(pool.map(self._collect_facts, self.frames))
        for table, facts in zip(self.frames, collected, strict=True):
            self._stage(table, facts)
        if not self._columns("interactions"):
            raise RawFileError(f"{self.source.id}: its reader gave no interactions.")

    def _require_sound(
        self, rejected: Mapping[tuple[str, str], int], emptied: Mapping[tuple[str, str], int]
    ) -> None:
        """Check the tables as the embedded build does. Raises `RawFileError`."""
        for table, facts in self.facts.items():
            require_readable(self.source, table, facts.rows, rejected, self._files(table))
        paths = list(self._files("interactions").values())
        columns = self._columns("interactions")
        limits.require_limits(self.source, columns, self._row, rejected, paths)
        if self._columns("items"):
            paths = list(self._files("items").values())
            require_plausible_items(self.source, self._columns("items"), self._row, paths, emptied)
        if self._columns("users"):
            paths = list(self._files("users").values())
            require_plausible_users(self.source, self._columns("users"), self._row, paths, emptied)
        for table in JUDGED:
            paths = list(self._files(table).values()) if table in self.facts else []
            names = self._columns(table)
            require_sound_texts(self.source, table, names, self._row, paths, emptied)
        if self._columns("items"):
            paths = list(self._files("items").values())
            require_names(self.source, self._columns("items"), self._row, paths)
        for table, facts in self.facts.items():
            require_few_left_out(self.source, table, facts.rows, rejected, self._files(table))

    def _files(self, table: str) -> dict[str, Path]:
        """The local raw files that a table was read from, by key."""
        return {
            key: Path(url)
            for key, url in self.urls.items()
            if key in self.facts[table].opened and not remote.is_remote(url)
        }

    def _columns(self, table: str) -> list[str]:
        return self.facts[table].columns if table in self.facts else []

    def _view(self, table: str) -> None:
        """Create the view `<table>_chunks`."""
        if getattr(self.source.readers, table) is None:
            return
        spec = self.spec
        chunks = cut_into_chunks(spec.files, self.urls, table, self.chunk_bytes)
        job = ReadJob(spec.source, spec.domain, spec.facet, table, self.urls, tuple(chunks))
        frame = self.engine.map_tasks(
            len(chunks), functools.partial(read, job), list(chunk_schema(table))
        )
        self.engine.view(f"{table}_chunks", frame, kept=True)
        self.frames.append(table)

    def _collect_facts(self, table: str) -> Facts:
        """Read the chunks of a table and merge their facts."""
        query = f"SELECT {FACTS} FROM {table}_chunks WHERE {FACTS} IS NOT NULL"
        return merge_facts(self.engine.session.sql(query).collect())

    def _stage(self, table: str, facts: Facts) -> None:
        """Create a table's view under the name that the embedded engine's `stage_table` uses."""
        self.facts[table] = facts
        if facts.error:
            raise RawFileError(facts.error)
        if facts.columns:
            name = "interactions_staged" if table == "interactions" else f"{table}_raw"
            names = [
                column for column in facts.columns if column not in (*statements.IDS_OF, "domain")
            ]
            if table == "interactions":
                names += [
                    f"{owner}_{kind}"
                    for owner in statements.IDS_OF.values()
                    for kind in ("number", "text")
                ]
            else:
                names = facts.columns
            self.engine.view(
                name,
                self.engine.session.sql(
                    f"SELECT {', '.join([*names, 'reject'])} FROM {table}_chunks "
                    f"WHERE {FACTS} IS NULL"
                ),
            )

    def _write_interactions(self, query: str, url: str) -> list[partitions.PartitionFile]:
        return partitions.write(self.engine.session.sql(query), url, "interactions", "parquet")

    # -- users and items ----------------------------------------------------------------------

    def _code_ids(self) -> dict[str, int]:
        """Assign codes to users and items; returns how many there are, and how many interactions."""
        counts = {}
        for column, name in statements.IDS_OF.items():
            ids = self.engine.session.sql(statements.IDS.format(id=column))
            purpose = f"{self.source.random_id}/{column}"
            hashed = ids.mapInArrow(
                functools.partial(build_ids.id_hashes, purpose),
                "id string, n long, hash long, bucket int",
            )
            self.engine.view(f"{name}_hashed", hashed, kept=True)
            rows = self._before(statements.buckets(f"{name}_hashed", rows="sum(n)"))
            self.engine.keep(f"{name}_codes", statements.codes(f"{name}_hashed"))
            counts[f"{name}s"], counts["interactions"] = rows
        return counts

    def _ask(self, query: str) -> int:
        return int(self._row(query)[0])

    def _row(self, query: str) -> Sequence[Any]:
        return tuple(self.engine.session.sql(query).collect()[0])

    def _table(self, query: str) -> Any:
        return self.engine.session.sql(query).toArrow()

    def _before(self, query: str) -> tuple[int, int]:
        """Register the table `before` of a query of bucket counts; returns the totals of ids and rows."""
        offsets, ids, rows = build_ids.bucket_offsets(self.engine.session.sql(query).toArrow())
        self.engine.register("before", offsets)
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
        fields = ["code", "item_id", *build_ids.KEYED_BY.intersection(columns)]
        keys = self.engine.session.sql(f"SELECT {', '.join(fields)} FROM described").mapInArrow(
            functools.partial(build_ids.work_keys, self.source.options.get("work")),
            "code int, work_key string, title_key string",
        )
        self.engine.view("keyed", keys, kept=True)
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
