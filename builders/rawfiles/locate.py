"""From a source's declared raw files to plain paths for its readers: located, downloaded, unpacked.

`find` and `plan` only look; `prepare` downloads and unpacks; `drop_downloads` removes downloads.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePosixPath
from threading import Event
from typing import TYPE_CHECKING
from urllib.parse import quote

from itdr.builders.core.errors import DownloadError, RawFileError
from itdr.builders.core.paths import RESERVE, format_size, free_bytes, raw_root
from itdr.builders.core.schema import RawFile, Remote, Source
from itdr.builders.rawfiles import filetype
from itdr.builders.rawfiles.archives import AGAIN, Tick, extract
from itdr.builders.rawfiles.checksums import altered_error, check_gzip, confirm
from itdr.builders.rawfiles.download.partial import PartialFile
from itdr.builders.rawfiles.inventory import (
    Located,
    Survey,
    downloads_for,
    fetchable,
    files_in_archive,
    require_folder,
    source_folder,
    survey,
)
from itdr.builders.rawfiles.published import require_published
from itdr.builders.rawfiles.refused_files import put_aside_without, refusal

if TYPE_CHECKING:
    from itdr.builders.rawfiles.download.retry import RetryPolicy

__all__ = [
    "Check",
    "Located",
    "Plan",
    "Survey",
    "downloads_for",
    "drop_downloads",
    "find",
    "obtaining_error",
    "plan",
    "prepare",
    "source_folder",
    "survey",
]
logger = logging.getLogger("itdr")
Check = Callable[[Event], None]
"""Raises `RawFileError` for a damaged file. Its argument is set to stop it early."""


def find(
    source: Source, files: Iterable[RawFile], data_dir: Path | None
) -> dict[str, Located | None]:
    """Where each raw file is. Reads no file whole, and raises nothing about their content.

    Args:
        source: the declaration.
        files: its files to look for.
        data_dir: the user's folder, if any.

    Returns:
        By key: placed in `<data_dir>/<source id>/`, in the download cache, or (origin `declared`) to
        be downloaded. None for files that can only be placed by hand, and for absent optional files.
    """
    return survey(source, files, data_dir).found


@dataclass(frozen=True)
class Plan:
    """What a run needs of one source's raw files.

    Attributes:
        source: the declaration.
        located: as returned by `find`.
        fetch: what will be downloaded.
        by_hand: required files that only a person can place.
        left_out: optional files that are absent.
        problems: why a near match was not accepted, by key.
        folders: the folders searched.
    """

    source: Source
    located: Mapping[str, Located | None]
    fetch: tuple[Remote, ...]
    by_hand: tuple[RawFile, ...]
    left_out: tuple[RawFile, ...]
    problems: Mapping[str, str]
    folders: tuple[Path, ...]

    @property
    def download_bytes(self) -> int:
        """Bytes to download, as far as declared."""
        return sum(remote.size or 0 for remote in self.fetch)

    @property
    def unknown(self) -> tuple[Remote, ...]:
        """Downloads whose size is not declared."""
        return tuple(remote for remote in self.fetch if remote.size is None)

    @property
    def unpacked_bytes(self) -> int:
        """Scratch space for members of archives while the store is built, as far as declared."""
        return sum(
            one.file.size or 0 for one in self.located.values() if one is not None and one.container
        )


def plan(source: Source, files: Iterable[RawFile], data_dir: Path | None) -> Plan:
    """What is here, what will be downloaded, and what must be placed by hand.

    Args:
        source: the declaration.
        files: the files that are needed.
        data_dir: the user's folder, if any.

    Raises:
        RawFileError: there is no folder `data_dir`.
    """
    require_folder(source, data_dir)
    files = list(files)
    return _planned(source, files, survey(source, files, data_dir))


def _planned(source: Source, files: Sequence[RawFile], seen: Survey) -> Plan:
    fetch: dict[str, Remote] = {}
    for one in seen.found.values():
        if one is not None and one.origin == "declared" and one.remote is not None:
            fetch.setdefault(one.remote.name, one.remote)
    absent = [file for file in files if seen.found[file.key] is None]
    return Plan(
        source,
        seen.found,
        tuple(fetch.values()),
        tuple(file for file in absent if not file.optional),
        tuple(file for file in absent if file.optional),
        seen.problems,
        seen.folders,
    )


def prepare(
    source: Source,
    files: Iterable[RawFile],
    data_dir: Path | None,
    work: Path,
    *,
    offline: bool,
    progress: bool,
    policy: RetryPolicy | None = None,
    later: list[Check] | None = None,
) -> dict[str, Path]:
    """A plain path for each file: downloaded if missing, unpacked if in an archive.

    A single `.gz` stays packed. Absent optional files are left out.

    Args:
        source: the declaration.
        files: the files that are needed.
        data_dir: the user's folder, if any.
        work: the folder to unpack into.
        offline: never download.
        progress: show bars.
        policy: when to retry downloads.
        later: receives the checks that read a whole file, for the caller to run beside its own
            work; None: they are run here.

    Returns:
        Paths by key.

    Raises:
        RawFileError: files are missing (all are listed, with where they were searched and how to get
            them); or a file is damaged, empty, or not what its name says.
        DownloadError: a download failed, or was needed while offline.
    """
    files = list(files)
    now = plan(source, files, data_dir)
    _require_placed(now, files, data_dir)
    for file in now.left_out:
        if file.key in now.problems:
            logger.warning(
                "itdr: %s: %s left out: %s", source.id, file.name, now.problems[file.key]
            )
    if now.fetch:
        download_missing(
            source, files, now, data_dir, work, offline=offline, progress=progress, policy=policy
        )
        now = plan(source, files, data_dir)
        for one in now.located.values():
            if one is not None and one.origin == "declared":
                raise RawFileError(
                    f"{source.id}: {one.path} does not hold {one.file.name}, or was taken away while "
                    f"it was read. {AGAIN}{put_aside_without(source, [one.file])}"
                )
    checks: list[Check] = [] if later is None else later
    paths = _resolve(source, now, work, progress, checks)
    for check in checks if later is None else ():
        check(Event())
    return paths


def _require_placed(now: Plan, files: Sequence[RawFile], data_dir: Path | None) -> None:
    now = _with_empty_files(now)
    unsolved = [file for file in files if file.key in now.problems and not file.optional]
    if now.by_hand or unsolved:
        aside = put_aside_without(now.source, unsolved)
        raise RawFileError(_missing(now, [*now.by_hand, *unsolved], data_dir) + aside)


def _with_empty_files(now: Plan) -> Plan:
    """The plan with files among its problems that are empty, where others are missing, too: otherwise they are named
    when they are opened."""
    if not (now.fetch or now.by_hand):
        return now
    empty = {
        key: f"{one.path}: it is empty"
        for key, one in now.located.items()
        if one is not None and one.origin != "declared" and not one.path.stat().st_size
    }
    return replace(now, problems={**now.problems, **empty})


def obtaining_error(
    source: Source, files: Iterable[RawFile], data_dir: Path | None, offline: bool
) -> RawFileError | None:
    """The error that `prepare` would raise before it reads or downloads anything; None where it would not.

    Args:
        source: the declaration.
        files: the files that are needed.
        data_dir: the user's folder, if any.
        offline: never download.

    Returns:
        The error, to be raised or listed; None where `prepare` can begin.
    """
    files = list(files)
    now = plan(source, files, data_dir)
    try:
        _require_placed(now, files, data_dir)
        if now.fetch and offline:
            return DownloadError(_offline(now, data_dir))
    except RawFileError as error:
        return error
    return None


def download_missing(
    source: Source,
    wanted: Sequence[RawFile],
    now: Plan,
    data_dir: Path | None,
    work: Path | None = None,
    *,
    offline: bool,
    progress: bool,
    policy: RetryPolicy | None = None,
) -> None:
    """Download what a plan lists into the cache; where one download fails, the next one that contains the
    same files is tried.

    Args:
        source: the declaration.
        wanted: the files that are needed.
        now: the plan.
        data_dir: the user's folder, for messages.
        work: where they will be unpacked, if they will.
        offline: never download.
        progress: show bars.
        policy: when to retry.

    Raises:
        DownloadError: files could not be obtained. Nothing is requested where that is known before:
            offline, or with too small a disk.
    """
    from itdr.builders.rawfiles.download.download import POLICY
    from itdr.builders.rawfiles.download.parallel import fetch_all

    if offline:
        raise DownloadError(_offline(now, data_dir))
    _check_disk(now, work)
    chains = {
        file.key: [remote for remote in downloads_for(source, file) if fetchable(remote)]
        for file in wanted
        if (one := now.located[file.key]) is not None and one.origin == "declared"
    }
    optional = {file.key for file in wanted if file.optional}
    failed: dict[str, str] = {}
    tried: set[str] = set()
    while True:
        heads = {chain[0].name: chain[0] for key, chain in chains.items() if key not in optional}
        todo = [remote for name, remote in heads.items() if name not in tried]
        if not todo:
            break
        tried.update(remote.name for remote in todo)
        results = fetch_all(
            todo,
            raw_root() / source.id,
            progress=progress,
            policy=policy or POLICY,
            source=source.id,
        )
        failed |= {name: str(one) for name, one in results.items() if isinstance(one, Exception)}
        for key, chain in list(chains.items()):
            while chain and chain[0].name in failed:
                chain.pop(0)
            if not chain:
                del chains[key]
                if key not in optional:
                    reasons = "\n".join(failed[name] for name in sorted(failed))
                    raise DownloadError(f"{reasons}\n{_by_hand(source, data_dir)}")


def _check_disk(now: Plan, work: Path | None) -> None:
    """Refuse to start what the disk will not hold."""
    here = raw_root() / now.source.id
    begun = sum(PartialFile(here / remote.name).size for remote in now.fetch)
    rooms = [(here, now.download_bytes - begun, "downloads")]
    if work is not None:
        rooms.append((work, now.unpacked_bytes, "unpacked files"))
    for folder, needed, what in rooms:
        free = free_bytes(folder)
        if needed > 0 and free < needed + RESERVE:
            raise DownloadError(
                f"{now.source.id}: the {what} take {format_size(needed)}, and the disk of {folder} has "
                f"{format_size(free)} free. Free some space, or set ITDR_CACHE to a folder on a larger disk."
            )


def _resolve(
    source: Source, now: Plan, work: Path, progress: bool, checks: list[Check]
) -> dict[str, Path]:
    paths: dict[str, Path] = {}
    packed: dict[Path, list[Located]] = {}
    checked: set[Path] = set()
    for key, one in now.located.items():
        if one is None:
            continue
        if one.remote is not None and one.path not in checked:
            if confirm(one.path, one.remote) == "altered":
                raise altered_error(source.id, one.path)
            checked.add(one.path)
        if one.container:
            packed.setdefault(one.path, []).append(one)
        else:
            _check_plain(source, one)
            if one.remote is None and one.path.suffix.lower() == ".gz":
                checks.append(partial(_check_packed, source, one))
            paths[key] = one.path
    for path, group in sorted(packed.items()):
        try:
            paths |= _unpack(source, path, group, work, progress)
        except RawFileError as error:
            raise refusal(source, group[0], error) from error
    for one in now.located.values():
        if one is not None and one.file.key in paths:
            require_published(source, one, paths[one.file.key])
    return {key: paths[key] for key in now.located if key in paths}


def _check_plain(source: Source, one: Located) -> None:
    """Raise `RawFileError` where an unpacked file is empty or starts like something else."""
    with open(one.path, "rb") as file:
        head = file.read(filetype.HEAD)
    problem = "it is empty" if not head else filetype.mismatch(one.path.name, head)
    if problem:
        raise refusal(source, one, _not_whole(source, one, problem))


def _check_packed(source: Source, one: Located, stop: Event) -> None:
    """Read a gzip file to its end; raise `RawFileError` where it is cut off or damaged."""
    problem = check_gzip(one.path, stop)
    if problem:
        raise _not_whole(source, one, problem)


def _not_whole(source: Source, one: Located, problem: str) -> RawFileError:
    return RawFileError(f"{source.id}: {one.path} is not {one.file.name}: {problem}. {AGAIN}")


def _unpack(
    source: Source, path: Path, group: Sequence[Located], work: Path, progress: bool
) -> dict[str, Path]:
    from tqdm import tqdm

    def target(file: RawFile, name: str) -> Path:
        return work / quote(file.key, safe="") / (name if _plain_name(name) else file.key)

    files = [one.file for one in group]
    others = files_in_archive(source, path.name)
    with tqdm(
        total=sum(file.size or 0 for file in files) or None,
        desc=f"unpacking {path.name}",
        unit="B",
        unit_scale=True,
        leave=False,
        disable=None if progress else True,
    ) as bar:
        tick: Tick = bar.update
        paths = extract(path, files, others, target, tick)
    missing = [file.name for file in files if file.key not in paths and not file.optional]
    if missing:
        raise RawFileError(
            f"{source.id}: {path} does not hold {', '.join(missing)}; it was cut off, or is another "
            f"archive. {AGAIN}"
        )
    for key, member in paths.items():
        if member.stat().st_size == 0:
            raise RawFileError(f"{source.id}: {key} in {path} is empty. {AGAIN}")
    return paths


def _plain_name(name: str) -> bool:
    return PurePosixPath(name).name == name and name not in ("", ".", "..")


def _missing(now: Plan, files: Iterable[RawFile], data_dir: Path | None) -> str:
    files = list(dict.fromkeys(files))
    lines = [f"{now.source.id}: {len(files)} raw file(s) missing:"]
    for file in files:
        packed = f", in {' or '.join(file.packed_in)}" if file.packed_in else ""
        size = f" ({format_size(file.size)})" if file.size else ""
        lines.append(f"  {file.name}{size}{packed}")
        if file.key in now.problems:
            lines.append(f"    found, but not taken: {now.problems[file.key]}")
    lines.append(f"Looked in: {', '.join(str(folder) for folder in now.folders)}")
    if data_dir is not None and data_dir.name == now.source.id:
        lines.append("data_dir is the folder above that of the source: give its parent.")
    lines.append(_by_hand(now.source, data_dir))
    return "\n".join(lines)


def _offline(now: Plan, data_dir: Path | None) -> str:
    from itdr.builders.core.paths import offline_variable

    name = offline_variable() or "HF_HUB_OFFLINE"
    listed = ", ".join(f"{remote.name} ({format_size(remote.size)})" for remote in now.fetch)
    return (
        f"{now.source.id}: {listed} must be downloaded, and {name} forbids it. Unset it for one run, "
        f"or place the file(s) by hand.\n"
        f"Looked in: {', '.join(str(folder) for folder in now.folders)}\n"
        f"{_by_hand(now.source, data_dir)}"
    )


def _by_hand(source: Source, data_dir: Path | None) -> str:
    where = source_folder(source, data_dir)
    return (
        f"To place them by hand, packed or unpacked, into {where}:\n{source.by_hand}\n"
        f"Terms: {source.licence.name}, {source.licence.url}"
    )


def drop_downloads(source: Source, files: Iterable[RawFile]) -> int:
    """Remove the downloads of files from the cache.

    Files placed by hand stay, and so do receipts, against which later downloads are checked.

    Args:
        source: the declaration.
        files: its files.

    Returns:
        The bytes freed.
    """
    freed = 0
    for one in {one.path: one for one in find(source, files, None).values() if one}.values():
        if one.remote is not None and one.trust in ("verified", "touched"):
            freed += one.path.stat().st_size
            one.path.unlink()
    return freed
