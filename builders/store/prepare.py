"""The store: each source read once into columnar files in the cache, shared by every subtask.

A store is a directory named by its key: raw files, reader, declaration. It is built under a lock in
a scratch folder, renamed when complete, and never changed afterwards; a complete store may be read
without a lock.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any, TypeVar

from itdr.builders.core import paths as core_paths
from itdr.builders.core import scratch
from itdr.builders.core.errors import ItdrError, NoRoomError
from itdr.builders.core.schema import RawFile, Source
from itdr.builders.core.text_files import TOO_LONG, TextFile, is_gzip, without_holes
from itdr.builders.core.text_watch import Suspects
from itdr.builders.rawfiles import locate, published, refused_files
from itdr.builders.rawfiles.checksums import chunks, digests, gunzip
from itdr.builders.rawfiles.row_count import RowCount, compared, count_rows
from itdr.builders.store import losses
from itdr.builders.store.layout import is_complete
from itdr.builders.store.plain_files import (
    ChangeWatch,
    located_paths,
    name_original_files,
    plain_files,
)
from itdr.builders.store.spec import StoreSpec

logger = logging.getLogger("itdr")
T = TypeVar("T")


Facts = dict[str, dict[str, Any]]
Read = Callable[["StoreSpec", dict[str, Path], Path, Path], dict[str, Any]]
"""Turns raw files into the files of a store: (spec, paths by key, scratch folder, store's folder) ->
entries of the manifest."""


def prepare(
    spec: StoreSpec,
    offline: bool | None = None,
    progress: bool = True,
    path: Path | None = None,
    read: Read | None = None,
) -> Path:
    """Build a store unless it exists.

    Args:
        spec: which store.
        offline: never download; by default as `HF_HUB_OFFLINE` says.
        progress: show progress bars.
        path: where to build it; by default in the cache.
        read: what reads the raw files; by default the embedded engine.

    Returns:
        The store's folder.

    Raises:
        RawFileError: a raw file is missing, damaged or not what it should be.
    """
    from filelock import FileLock

    path = path or spec.path
    if offline is None:
        offline = core_paths.offline_variable() is not None
    if not is_complete(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{path}.lock"):
            if not is_complete(path):
                with _disk_errors(path.parent), _hushed(spec.sample):
                    _build(spec, path, read or _read, offline or spec.sample, progress)
    elif path == spec.path:
        spec.say_what_is_gone()
    return path


def _build(spec: StoreSpec, path: Path, read: Read, offline: bool, progress: bool) -> None:
    scratch.sweep(path)
    folder = path.with_name(f"{path.name}{scratch.MARK}{os.getpid()}")
    work = folder / "work"
    work.mkdir(parents=True)
    try:
        checks: list[locate.Check] = []
        watch = ChangeWatch(located_paths(spec))
        placed = locate.prepare(
            spec.source,
            spec.files,
            spec.data_dir,
            work,
            offline=offline,
            progress=progress,
            later=checks,
        )
        watch.add(placed.values())
        logger.info("itdr: reading %s", _name(spec))
        with refused_files.put_aside_on_error(spec.source, spec.data_dir, placed):
            result, files = _read_files(spec, placed, checks, read, folder)
        watch.require_unchanged({placed[key]: file["sha256"] for key, file in files.items()})
        shutil.rmtree(work)
        facts = {
            "source": spec.source.id,
            "domain": spec.domain,
            "facet": spec.facet,
            "sample": spec.sample,
            "reader_version": spec.source.version,
            "files": files,
            **result,
            "official_rows": {
                file.key: file.rows for file in spec.files if file.rows and file.key in placed
            },
        }
        core_paths.write_json(folder / "manifest.json", facts)
        _sync(folder)
        os.replace(folder, path)
        if path == spec.path:
            spec.remember()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    _report(spec, facts)


def _read_files(
    spec: StoreSpec,
    placed: dict[str, Path],
    checks: Iterable[locate.Check],
    read: Read,
    folder: Path,
) -> tuple[dict[str, Any], Facts]:
    """Read the raw files in plain form, while gathering facts about the originals.

    What readers stumble over (overlong lines, odd line ends, marks where files were joined) is noticed
    while the facts are gathered, at no extra cost; the affected file is then read again, mended.
    """
    work = folder / "work"
    suspects = Suspects()
    again: set[str] = set()
    gather: Callable[[Event], Facts] = partial(_file_facts, spec, placed, suspects)
    while True:
        plain = plain_files(spec.source, placed, work, again)
        paths = {key: file.path for key, file in plain.items()}
        try:
            with name_original_files(placed, paths), _beside(checks, gather) as future:
                result = read(spec, paths, work, folder)
        except ItdrError:
            keys = suspects.keys | suspects.mixed
            if keys <= again:
                raise
        else:
            keys = suspects.keys
            if keys <= again:
                return _with_long_lines(result, placed, plain), future.result()
        again |= keys
        gather = partial(_known_facts, future.result())
        for stage in work.glob("stage.duckdb*"):
            stage.unlink()


def _with_long_lines(
    result: dict[str, Any], placed: dict[str, Path], plain: dict[str, TextFile]
) -> dict[str, Any]:
    """The manifest's facts, with the overlong lines of each file added to the rejected rows."""
    lost = {
        placed[key].name: {TOO_LONG: file.long_lines}
        for key, file in sorted(plain.items())
        if file.long_lines
    }
    return {**result, "rejected": {**result["rejected"], **lost}} if lost else result


def _read(spec: StoreSpec, paths: dict[str, Path], work: Path, folder: Path) -> dict[str, Any]:
    from itdr.builders.core.raw_files import Raw
    from itdr.builders.store.build import build
    from itdr.builders.store.engine import connect, translate_errors
    from itdr.builders.store.interactions import Interactions

    con = connect(work / "stage.duckdb")
    try:
        raw = Raw(spec.source.id, paths, con, domain=spec.domain, facet=spec.facet)
        with translate_errors():
            stored = partial(Interactions, folder, {})
            return build.build(spec.source, raw, folder, stored)
    finally:
        con.close()


@contextmanager
def _beside(checks: Iterable[locate.Check], facts: Callable[[Event], T]) -> Iterator[Future[T]]:
    """Check files and gather facts about them while the block reads them; all is done at its end.

    Damage found by a check takes precedence over whatever the reader stumbled over.
    """
    stop = Event()
    with ThreadPoolExecutor(2) as pool:
        future = pool.submit(facts, stop)
        pending = [pool.submit(check, stop) for check in checks]
        try:
            yield future
        except ItdrError:
            future.result()
            for check in pending:
                check.result()
            raise
        except BaseException:
            stop.set()
            raise
        for check in pending:
            check.result()


def _file_facts(spec: StoreSpec, paths: dict[str, Path], suspects: Suspects, stop: Event) -> Facts:
    """Name, size and SHA-256 of each raw file; warns of one that differs from the published file.

    Args:
        spec: the store.
        paths: the files by key.
        suspects: receives the keys of files that readers may stumble over.
        stop: set to end early.

    Raises:
        RawFileError: a file has a hole.
    """
    facts: Facts = {}
    declared = {file.key: file for file in spec.files}
    for key, path in sorted(paths.items()):
        file = declared[key]
        pieces = chunks(path, stop=stop)
        count = None
        if not (file.binary or file.packed or is_gzip(path)):
            count = RowCount(file)
            pieces = count.watch(suspects.watch(without_holes(path, pieces), key))
        elif not file.binary and not file.packed:
            suspects.mixed.add(key)
        digest = digests(pieces, {"sha256", *published.required_digests(file, path)})
        facts[key] = {"name": path.name, "size": path.stat().st_size, "sha256": digest["sha256"]}
        reason = None if stop.is_set() else published.content_mismatch(file, path, digest)
        changed = bool(reason and file.size)
        rows = count.rows if count else _rows_of_gzip(file, path, stop)
        if rows is not None and file.rows and not stop.is_set():
            facts[key]["rows"] = rows
            if rows < file.rows and not file.size:
                reason = compared(rows, file.rows)
        if reason:
            published.warn_unofficial(spec.source, file, reason, changed)
    return facts


def _known_facts(facts: Facts, stop: Event) -> Facts:
    """The facts that were gathered before; a file that changed meanwhile is noticed by its time."""
    return facts


def _rows_of_gzip(file: RawFile, path: Path, stop: Event) -> int | None:
    """The rows of a gzip file, where nothing else of it is declared; None if it cannot be read."""
    if not file.rows or file.checksum or file.size or file.binary or not is_gzip(path):
        return None
    try:
        return count_rows(file, gunzip(chunks(path, stop=stop)))
    except ValueError:  # damaged: its reader says so
        return None


def _report(spec: StoreSpec, facts: dict[str, Any]) -> None:
    source = spec.source
    work = _short_citation(source)
    logger.warning(
        "itdr: %s: licence: %s%s.%s",
        _name(spec),
        source.licence.name,
        f" ({source.licence.url})" if source.licence.url else "",
        # The description of own data may name no work but itself.
        "" if work == source.id else f" Please cite: {work}",
    )
    rows = facts["rows"]
    logger.info(
        "itdr: %s: %d interactions, %d users, %d items stored",
        _name(spec),
        rows["interactions"],
        rows["users"],
        rows["items"],
    )
    most = losses.unmatched(facts, most=True)
    for sentence in (
        *losses.rejected(facts),
        *losses.emptied(facts),
        *losses.duplicates(facts),
        *losses.deviating(facts),
        *most,
    ):
        logger.warning("itdr: %s: %s", _name(spec), sentence)
    for sentence in (*losses.unmatched(facts), *losses.untitled(facts), *losses.lacking(facts)):
        if sentence not in most:
            logger.info("itdr: %s: %s", _name(spec), sentence)


def _short_citation(source: Source) -> str:
    """The title of the first work to cite; `itdr sources` shows the whole entry."""
    match = re.search(
        r"^\s*title\s*=\s*[{\"](.+?)[}\"],?$", source.citation, re.MULTILINE | re.DOTALL
    )
    return " ".join(re.sub(r"[{}]", "", match[1]).split()) if match else source.title


def _name(spec: StoreSpec) -> str:
    return f"{spec.source.id}/{spec.domain}" if spec.domain else spec.source.id


@contextmanager
def _hushed(sample: bool) -> Iterator[None]:
    """Silence messages about the bundled sample, which is small and dirty on purpose."""

    def is_error(record: logging.LogRecord) -> bool:
        return record.levelno >= logging.ERROR

    # A filter of its own: several stores may be built at the same time.
    if sample:
        logger.addFilter(is_error)
    try:
        yield
    finally:
        logger.removeFilter(is_error)


@contextmanager
def _disk_errors(home: Path) -> Iterator[None]:
    """Report a full disk in one sentence; nothing unfinished is left behind."""
    try:
        yield
    except ItdrError:
        raise
    except Exception as error:
        if not core_paths.disk_is_full(error):
            raise
        raise NoRoomError(
            f"The disk is full: a store could not be written below {home}. Free some space, or set "
            "ITDR_CACHE to a folder on a larger disk, and run the same call again."
        ) from error


def _sync(folder: Path) -> None:
    """Make the files durable before the folder takes its final name."""
    for path in folder.iterdir():
        with open(path, "rb") as file:
            os.fsync(file.fileno())
