"""Raw files within reach of every machine: unpacked once, and copied to where executors can read."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

from filelock import FileLock

from itdr.builders.core import remote
from itdr.builders.core.errors import RawFileError
from itdr.builders.core.paths import read_json, write_json
from itdr.builders.rawfiles.archives import AGAIN
from itdr.builders.store.spec import StoreSpec
from itdr.spark.chunks import is_gzip
from itdr.spark.workdir import WorkDir, mirror


def fetch_data_dir(data_dir: str | None) -> str | None:
    """A local copy of a folder of raw files on another machine, brought up to date.

    Unchanged files are not fetched again, and files that are gone there are removed here.

    Args:
        data_dir: a path or URL; None for none.

    Returns:
        The local path.

    Raises:
        RawFileError: the folder holds no file.
    """
    if data_dir is None or not remote.is_remote(data_dir):
        return None if data_dir is None else remote.normalize_url(data_dir)
    url = remote.normalize_url(data_dir)
    system, there = remote.file_system(url)
    here = mirror(url)
    system.invalidate_cache()
    states = {
        path.removeprefix(there).lstrip("/"): remote.state(facts)
        for path, facts in system.find(there, detail=True).items()
    }
    if not states:
        raise RawFileError(
            f"data_dir {data_dir!r} holds no file: it should hold a folder for each source, with "
            "its official raw files."
        )
    here.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{here}.lock"):
        _synchronise(url, states, here)
    # The origin, for executors that read from there.
    (here.parent / f"{here.name}.url").write_text(url, "utf-8")
    return str(here)


def _synchronise(url: str, states: dict[str, str], here: Path) -> None:
    """Make a copy hold exactly these files. A record beside it notes the state of each fetched file."""
    record = here.parent / f"{here.name}.json"
    fetched = read_json(record) or {}
    for name, state in states.items():
        target = here / name
        if fetched.get(name) != state or not _whole(target, state):
            target.unlink(missing_ok=True)
            remote.fetch(f"{url}/{name}", target)
            Path(f"{target}.lock").unlink(missing_ok=True)
    for path in sorted(here.rglob("*")):
        if path.is_file() and path.relative_to(here).as_posix() not in states:
            path.unlink()
    write_json(record, states)


def _whole(path: Path, state: str) -> bool:
    """Whether a copy has the size that `state` begins with."""
    return path.is_file() and state.startswith(f"{path.stat().st_size} ")


def executor_urls(
    spec: StoreSpec, paths: dict[str, Path], work: Path, workdir: WorkDir
) -> dict[str, str]:
    """The URL at which executors read each raw file. A `.gz` that may be cut is unpacked.

    Args:
        spec: the store.
        paths: the files on this machine, by key.
        work: a scratch folder.
        workdir: the shared folder.

    Returns:
        URLs by key.
    """
    urls = {}
    for file in spec.files:
        if file.key not in paths:
            continue
        path = paths[file.key]
        if file.cut is not None and is_gzip(str(path)):
            path = _unpacked(path, work / "plain" / file.key.replace("/", "-"))
        urls[file.key] = _url(path, workdir)
    return urls


def _unpacked(path: Path, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / path.name.removesuffix(".gz")
    try:
        with gzip.open(path, "rb") as source, target.open("wb") as out:
            block = b""
            while more := source.read(1 << 20):
                block = more
                out.write(block)
            # Gzip's own trailer vouches for the end; readers of a plain file want a line end there.
            if not block.endswith((b"\n", b"\r")):
                out.write(b"\n")
    except (EOFError, OSError, zlib.error) as error:
        raise RawFileError(f"{path}: the gzip stream is broken ({error}). {AGAIN}") from None
    return target


def _url(path: Path, workdir: WorkDir) -> str:
    """Where executors read a file: its origin, or else, without a shared disk, a copy in the shared
    folder.
    """
    for folder in path.parents:
        origin = folder.parent / f"{folder.name}.url"
        if origin.is_file():
            return f"{origin.read_text('utf-8')}/{path.relative_to(folder).as_posix()}"
    if not remote.is_remote(workdir.url):
        return str(path)
    facts = path.stat()
    name = f"{facts.st_size}-{facts.st_mtime_ns}-{path.name}"
    url = f"{workdir.url}/raw/{path.parent.name}/{name}"
    if remote.size(url) != facts.st_size:
        remote.send(path, url)
    return url
