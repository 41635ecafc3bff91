"""`itdr cache`: lists what is in the cache, and removes it."""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    help="List what is in the cache; `itdr cache clear` removes it.",
    rich_markup_mode=None,
    invoke_without_command=True,
)
KINDS = {
    "store": "columns of a source, read once",
    "derived": "counts of a store",
    "raw": "downloaded raw files",
    "own": "tables given in Python",
    "work": "scratch files",
    "spark": "stores and scratch files of builds on Spark",
}
"""The folders of the cache, and what they hold."""
UNITS = {"h": 3600, "d": 86_400, "w": 604_800}


@dataclass(frozen=True)
class CacheEntry:
    """One thing in the cache. age: seconds since it was last written."""

    kind: str
    source: str
    path: Path
    bytes: int
    age: float
    about: str


@app.callback()
def list_entries(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List what is in the cache: stores, derived counts, raw files, and your own tables."""
    if context.invoked_subcommand is not None:
        return
    from itdr.builders.core import paths

    cache_entries = list(entries())
    if as_json:
        print(
            json.dumps([{**asdict(one), "path": str(one.path)} for one in cache_entries], indent=1)
        )
        return
    for one in cache_entries:
        size = paths.format_size(one.bytes)
        print(f"{one.kind:<8} {size:>10} {_age(one.age):>6}  {one.source:<24} {one.about}")
    print(f"{paths.format_size(sum(one.bytes for one in cache_entries))} in {paths.cache_root()}")


@app.command("clear")
def clear(
    source: Annotated[
        str | None, typer.Argument(help="Only what belongs to this source (or source/domain).")
    ] = None,
    older_than: Annotated[
        str | None, typer.Option("--older-than", help="Only what is older than this: 12h, 30d, 4w.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be removed, and remove nothing.")
    ] = False,
) -> None:
    """Empty the cache. What was in it is made or downloaded again when it is needed.

    What another process is building is kept. Files that you placed in a data_dir, and the
    examples in the cache of `datasets`, are not touched.
    Example: itdr cache clear ml-32m --older-than 30d
    """
    from itdr.builders.core import paths
    from itdr.builders.core.errors import ConfigError, choose_from

    limit = _seconds(older_than) if older_than is not None else 0.0
    everything = list(entries())
    removable = [one for one in everything if one.age >= limit and _belongs(one, source)]
    if source is not None and not any(_belongs(one, source) for one in everything):
        names = sorted({one.source for one in everything})
        raise ConfigError(choose_from("source in the cache", source, names))
    freed = 0
    for one in removable:
        if dry_run or remove(one):
            freed += one.bytes
            print(f"{'would remove' if dry_run else 'removed'} {one.kind} {one.source} {one.path}")
        else:
            print(f"in use, kept: {one.path}")
    print(f"{paths.format_size(freed)} {'would be' if dry_run else ''} freed".replace("  ", " "))


def entries() -> Iterator[CacheEntry]:
    """Everything in the cache, by kind and source.

    Yields:
        Entries, sorted within each kind.
    """
    from itdr.builders.core import paths

    root = paths.cache_root()
    for kind in KINDS:
        for path in _units(root / kind, kind):
            files = [one for one in path.rglob("*") if one.is_file()] if path.is_dir() else [path]
            stats = [one.stat() for one in files]
            if not stats:
                continue
            way = path.relative_to(root / kind).parts
            about = _about(kind, path)
            yield CacheEntry(
                kind,
                _source_of(kind, way),
                path,
                sum(one.st_size for one in stats),
                max(0.0, time.time() - max(one.st_mtime for one in stats)),
                about,
            )


def _source_of(kind: str, way: tuple[str, ...]) -> str:
    """The source (and domain) of an entry, from its path below the folder of its kind."""
    if kind == "spark":  # stores/<source>[/<domain>]/<facet>-<key>, or scratch/<what>
        return "/".join(way[1:-1]) or way[0]
    if kind in ("store", "derived"):
        return "/".join(way[:-1])
    return way[0].removesuffix(".json")


def _units(folder: Path, kind: str) -> Iterator[Path]:
    """The paths that are listed and removed as one."""
    from itdr.builders.core import scratch
    from itdr.builders.store.layout import stores

    if not folder.is_dir():
        return
    if kind == "store":
        yield from stores(folder)
    elif kind == "derived":
        # <source>[/<domain>]/<facet>-<key>/<what was counted>
        there = {one.parent for one in folder.rglob("*") if one.is_file()}
        yield from sorted(_outermost(there))
    elif kind == "spark":
        # Stores, their counts beside them, and scratch folders.
        files = (one for one in (folder / "stores").rglob("*") if one.is_file())
        there = {one.parent for one in files if one.suffix != ".lock"}
        yield from (one for one in sorted(_outermost(there)) if scratch.MARK not in one.name)
        yield from sorted((folder / "scratch").glob("*"))
    else:
        yield from sorted(one for one in folder.iterdir() if one.suffix != ".lock")


def _outermost(folders: set[Path]) -> set[Path]:
    return {one for one in folders if not any(up in folders for up in one.parents)}


def _about(kind: str, path: Path) -> str:
    from itdr.builders.store.layout import manifest_facts

    if kind == "store" or (kind == "spark" and (path / "manifest.json").is_file()):
        facts = manifest_facts(path)
        if not facts:
            return "a manifest that cannot be read"
        names = ", ".join(one["name"] for one in facts["files"].values())
        return f"{facts['rows']['interactions']:,} interactions from {names or 'no file'}"
    if kind == "derived":
        there = (one for one in path.iterdir() if one.suffix != ".lock")
        kinds = sorted({one.name.partition("-")[0] for one in there})
        return f"counts of {path.name}: {', '.join(kinds)}"
    return "where a description has its files" if path.suffix == ".json" else KINDS[kind]


def remove(one: CacheEntry) -> bool:
    """Remove an entry from the cache.

    Args:
        one: the entry.

    Returns:
        False where another process is using it.
    """
    from filelock import FileLock, Timeout

    unlocked = one.kind in ("own", "work") or one.path.parent.name == "scratch"
    if unlocked and _is_being_written(one.path):
        return False
    with ExitStack() as locks:
        try:
            for lock in _locks(one):
                locks.enter_context(FileLock(lock, timeout=0))
        except Timeout:
            return False
        if one.path.is_dir():
            shutil.rmtree(one.path)
        else:
            one.path.unlink(missing_ok=True)
    if one.kind in ("store", "spark"):
        Path(f"{one.path}.lock").unlink(missing_ok=True)
    return True


def _locks(one: CacheEntry) -> list[Path]:
    """The locks of whoever builds an entry or reads it while building something else."""
    from itdr.builders.core import paths

    root = paths.cache_root()
    locks = _locks_below(one.path)
    if one.kind == "raw":  # read while a store is built
        locks += _locks_below(root / "store" / one.source)
    if one.kind in ("store", "spark"):
        locks.append(Path(f"{one.path}.lock"))
    if one.kind == "store":
        locks += _locks_below(root / "derived" / one.source / one.path.name)
    if one.kind in ("store", "derived", "spark"):  # `itdr build` reads them
        locks += _locks_below(root / "work" / "builds")
    return sorted(set(locks))


def _locks_below(folder: Path) -> list[Path]:
    return [one for one in folder.rglob("*") if one.name == "lock" or one.suffix == ".lock"]


def _is_being_written(path: Path) -> bool:
    """Whether a process without a lock may be writing here: scratch files of the last day."""
    from itdr.builders.core import scratch

    files = [path, *path.rglob("*")]
    if path.parent.name == "own":
        files = [one for one in files if one.suffix == ".tmp"]
    elif _locks_below(path):
        return False
    return any(time.time() - _changed(one) < scratch.OLD for one in files)


def _changed(path: Path) -> float:
    """When a file was last changed, in seconds since 1970: now, if it was renamed since it was listed."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return time.time()


def _belongs(one: CacheEntry, source: str | None) -> bool:
    return source is None or one.source == source or one.source.startswith(f"{source}/")


def _seconds(text: str) -> float:
    from itdr.builders.core.errors import ConfigError

    match = re.fullmatch(r"(\d+(?:\.\d+)?)([hdw])", text)
    if not match:
        raise ConfigError(f"--older-than must be a time as 12h, 30d or 4w, not {text!r}.")
    return float(match[1]) * UNITS[match[2]]


def _age(seconds: float) -> str:
    for unit, length in (("d", 86_400), ("h", 3600)):
        if seconds >= length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds / 60:.0f} min"
