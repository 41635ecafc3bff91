"""The store: each source read once into columnar files in the cache, shared by every subtask.

A store is a directory named by its key: raw files, reader, declaration. It is built under a lock in
a folder of its own, renamed when complete, and never changed afterwards; whoever finds it complete
may read it without a lock.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import json
import logging
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any, TypeVar

from itdr.builders import cache
from itdr.builders.declare import RawFile, Source
from itdr.builders.errors import ItdrError, RawFileError
from itdr.builders.fetch import locate, published
from itdr.builders.fetch.integrity import chunks, digests
from itdr.builders.hashing import stable_hash

logger = logging.getLogger("itdr")
HERE = Path(__file__).resolve().parent
T = TypeVar("T")
STORE_CODE = (
    *("store_build.py", "sql.py", "codes.py", "arrow_files.py"),
    *("works.py", "hashing.py", "declare.py", "checks.py"),
)


Read = Callable[["StoreSpec", dict[str, Path], Path, Path], dict[str, Any]]
"""Raw files, by key, into the files of a store: (spec, paths, scratch folder, the store's folder);
gives what the manifest says of them."""


@dataclass(frozen=True)
class StoreSpec:
    """Which store: a source, one of its domains (or None), a facet, and where raw files may lie."""

    source: Source
    domain: str | None = None
    facet: str = "base"
    data_dir: Path | None = None
    sample: bool = False

    @functools.cached_property
    def files(self) -> tuple[RawFile, ...]:
        """The raw files to read; of a source with several editions, those of the one that is there,
        else of the first."""
        files = self.source.files_for(self.facet, self.domain)
        editions: dict[str, tuple[str, ...]] = self.source.options.get("editions", {})
        if not editions:
            return files
        found = locate.find(self.source, files, self.data_dir)
        here = {key for key, one in found.items() if one and one.origin != "declared"}
        chosen = next((keys for keys in editions.values() if set(keys[:2]) <= here), None)
        if chosen is None:
            chosen = next(iter(editions.values()))
        # An edition is its first two files; what else it has makes it better.
        return tuple(
            dataclasses.replace(file, optional=file.key not in chosen[:2])
            for file in files
            if file.key in chosen
        )

    @functools.cached_property
    def fingerprints(self) -> dict[str, str]:
        """The fingerprint of each raw file, cheap and known before anything is fetched: that of the
        file found, else that which the store built from this folder recorded, else the declared."""
        found = locate.find(self.source, self.files, self.data_dir)
        recorded = self._recorded()
        result = {}
        for file in self.files:
            located = found.get(file.key)
            if located is not None and located.origin != "declared":
                result[file.key] = located.fingerprint
            elif file.key in recorded:
                result[file.key] = recorded[file.key]
            elif located is not None:
                result[file.key] = located.fingerprint
        return result

    @functools.cached_property
    def key(self) -> str:
        """Names the store's directory: raw files, reader and declaration; 16 hexadecimal digits."""
        parts = [
            self.source.id,
            self.domain,
            self.facet,
            _code(self.source.id, self.source.version),
        ]
        parts += [f"{key}={value}" for key, value in sorted(self.fingerprints.items())]
        return f"{stable_hash('store', *parts):016x}"

    @property
    def home(self) -> Path:
        """The folder of all stores of this source (and domain)."""
        home = cache.store_root() / self.source.id
        return home / self.domain if self.domain else home

    @property
    def path(self) -> Path:
        return self.home / f"{self.facet}-{self.key}"

    def ready(self) -> bool:
        """Whether the store is there, complete."""
        return complete(self.path)

    def _record(self) -> Path:
        where = str(self.data_dir.resolve()) if self.data_dir else ""
        return self.home / f"{self.facet}-placed-{stable_hash('data_dir', where):016x}.json"

    def _recorded(self) -> dict[str, str]:
        """Fingerprints of the raw files that a store was last built from, for this `data_dir`."""
        try:
            record = json.loads(self._record().read_text("utf-8"))
            return {str(key): str(value) for key, value in record["files"].items()}
        except (OSError, ValueError, KeyError, AttributeError):
            return {}

    def remember(self) -> None:
        """Note what the store was built from, so that it serves when the raw files are gone."""
        cache.write_json(self._record(), {"store": self.path.name, "files": self.fingerprints})


def prepare(
    spec: StoreSpec,
    offline: bool = False,
    progress: bool = True,
    path: Path | None = None,
    read: Read | None = None,
) -> Path:
    """The store's folder, built first where it is not there yet.

    path, read: where and by what it is built, if not in the cache and by the embedded engine.
    Raises `RawFileError` where a raw file is missing, damaged or not what it should be.
    """
    from filelock import FileLock

    path = path or spec.path
    if not complete(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{path}.lock"):
            if not complete(path):
                with _disk_errors(path.parent), _hushed(spec.sample):
                    _build(spec, path, read or _read, offline or spec.sample, progress)
    return path


def complete(path: Path) -> bool:
    """Whether a folder is a store, complete."""
    return (path / "manifest.json").is_file()


def manifest(path: Path) -> dict[str, Any]:
    """A store's manifest."""
    return json.loads((path / "manifest.json").read_text("utf-8"))


def _build(spec: StoreSpec, path: Path, read: Read, offline: bool, progress: bool) -> None:
    for stale in path.parent.glob(f"{path.name}.tmp-*"):
        shutil.rmtree(stale, ignore_errors=True)
    folder = path.with_name(f"{path.name}.tmp-{os.getpid()}")
    work = folder / "work"
    work.mkdir(parents=True)
    try:
        checks: list[locate.Check] = []
        paths = locate.prepare(
            spec.source,
            spec.files,
            spec.data_dir,
            work,
            offline=offline,
            progress=progress,
            later=checks,
        )
        logger.info("itdr: reading %s", _name(spec))
        with _beside(checks, partial(_file_facts, spec, paths)) as facts_of_files:
            made = read(spec, paths, work, folder)
        files = facts_of_files.result()
        shutil.rmtree(work)
        facts = {
            "source": spec.source.id,
            "domain": spec.domain,
            "facet": spec.facet,
            "reader_version": spec.source.version,
            "files": files,
            **made,
            "official_rows": {
                file.key: file.rows for file in spec.files if file.rows and file.key in paths
            },
        }
        cache.write_json(folder / "manifest.json", facts)
        _sync(folder)
        os.replace(folder, path)
        if path == spec.path:
            spec.remember()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    _report(spec, facts)


def _read(spec: StoreSpec, paths: dict[str, Path], work: Path, folder: Path) -> dict[str, Any]:
    from itdr.builders import store_build
    from itdr.builders.engine import connect, told
    from itdr.builders.raw import Raw

    con = connect(work / "stage.duckdb")
    try:
        raw = Raw(spec.source.id, paths, con, domain=spec.domain, facet=spec.facet)
        with told():
            return store_build.build(spec.source, raw, folder)
    finally:
        con.close()


@contextmanager
def _beside(checks: Iterable[locate.Check], facts: Callable[[Event], T]) -> Iterator[Future[T]]:
    """Check files, and gather facts of them, while the block reads them; at its end all is done. A
    file that is not whole is said to be that, whatever its reader stumbled over."""
    stop = Event()
    with ThreadPoolExecutor(2) as pool:
        gathered = pool.submit(facts, stop)
        checked = [pool.submit(check, stop) for check in checks]
        try:
            yield gathered
        except ItdrError:
            for one in checked:
                one.result()
            raise
        except BaseException:
            stop.set()
            raise
        for one in checked:
            one.result()


def _file_facts(spec: StoreSpec, paths: dict[str, Path], stop: Event) -> dict[str, dict[str, Any]]:
    """Name, size and SHA-256 of each raw file, with a warning for one that is not the published."""
    facts = {}
    declared = {file.key: file for file in spec.files}
    for key, path in sorted(paths.items()):
        file = declared[key]
        found = digests(chunks(path, stop=stop), {"sha256", *published.algorithms(file, path)})
        facts[key] = {"name": path.name, "size": path.stat().st_size, "sha256": found["sha256"]}
        reason = None if stop.is_set() else published.other_content(file, path, found)
        if reason:
            published.note(spec.source, file, reason)
    return facts


def _report(spec: StoreSpec, facts: dict[str, Any]) -> None:
    source = spec.source
    logger.warning(
        "itdr: %s: licence: %s (%s). Please cite: %s",
        _name(spec),
        source.licence.name,
        source.licence.url,
        _short_citation(source),
    )
    rows = facts["rows"]
    logger.info(
        "itdr: %s: %d interactions, %d users, %d items stored",
        _name(spec),
        rows["interactions"],
        rows["users"],
        rows["items"],
    )
    for table, reasons in facts["rejected"].items():
        for reason, n in reasons.items():
            logger.warning("itdr: %s: %d rows of %s left out: %s", _name(spec), n, table, reason)


def _short_citation(source: Source) -> str:
    """The title of the first thing to cite; the whole entry is in `itdr sources`."""
    found = re.search(r"title\s*=\s*[{\"]+([^}\"]+)", source.citation)
    return found.group(1) if found else source.title


def _name(spec: StoreSpec) -> str:
    return f"{spec.source.id}/{spec.domain}" if spec.domain else spec.source.id


@contextmanager
def _hushed(sample: bool) -> Iterator[None]:
    """The sample is small and dirty on purpose: that is no news."""

    def loud(record: logging.LogRecord) -> bool:
        return record.levelno >= logging.ERROR

    # A filter of its own: several stores may be built at the same time.
    if sample:
        logger.addFilter(loud)
    try:
        yield
    finally:
        logger.removeFilter(loud)


@contextmanager
def _disk_errors(home: Path) -> Iterator[None]:
    """Say a full disk in one sentence; nothing half-made is left behind."""
    try:
        yield
    except ItdrError:
        raise
    except Exception as error:
        if not cache.disk_is_full(error):
            raise
        raise RawFileError(
            f"The disk is full: a store could not be written below {home}. Free some space, or set "
            "ITDR_CACHE to a folder on a larger disk, and run the same call again."
        ) from error


@functools.lru_cache(maxsize=64)
def _code(source: str, version: int) -> str:
    """Fingerprint of all that turns this source's raw files into a store."""
    module = source.replace("-", "_")
    names = [HERE / name for name in STORE_CODE]
    names += [HERE / "sources" / f"{module}.py", *sorted((HERE / "sources").glob("_*.py"))]
    return files_fingerprint(names) + f"/{version}"


def files_fingerprint(paths: Iterable[Path]) -> str:
    """Hash of the files' names and contents, in the order given; a missing file counts as such."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.name.encode() + b"\0")
        try:
            digest.update(hashlib.sha256(path.read_bytes()).digest())
        except OSError:
            digest.update(b"absent")
    return digest.hexdigest()[:16]


def _sync(folder: Path) -> None:
    """Make the files durable before the folder takes its final name."""
    for path in folder.iterdir():
        with open(path, "rb") as file:
            os.fsync(file.fileno())
