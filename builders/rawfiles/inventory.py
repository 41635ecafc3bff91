"""What exists on disk of a source's raw files, and how the rest could be obtained. Changes nothing.

Only names, sizes, times, samples of content, receipts of downloads and the directories of zip files are
read.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal

from itdr.builders.core.errors import RawFileError
from itdr.builders.core.paths import raw_root, safe_relative
from itdr.builders.core.schema import RawFile, Remote, Source
from itdr.builders.rawfiles import filetype
from itdr.builders.rawfiles.archives import inner_tar, zip_names
from itdr.builders.rawfiles.checksums import Trust, sampled_digest, trust
from itdr.builders.rawfiles.names import files_below, is_ignored, match, path_parts, same_name
from itdr.builders.rawfiles.near_misses import entries, near_misses, unreadable_folders

Origin = Literal["data_dir", "cache", "declared"]
GUESS = 0.35
"""Assumed compression ratio of a gzip file of text whose size is not declared."""


@dataclass(frozen=True)
class Located:
    """Where a raw file is, or (`declared`) where it will be once downloaded.

    Attributes:
        file: the declaration.
        path: the file itself, or the archive that holds it.
        container: the member's path inside; for a tar inside a zip both, outermost first; () for a
            file of its own.
        origin: where it was found.
        fingerprint: changes with the content, is cheap, and is the same before and after a download.
        remote: the download it comes from; None for what was placed by hand.
        trust: see `checksums.Trust`.
    """

    file: RawFile
    path: Path
    container: tuple[str, ...]
    origin: Origin
    fingerprint: str
    remote: Remote | None = None
    trust: Trust = "placed"


@dataclass
class Survey:
    """The result of a search for raw files.

    Attributes:
        found: the location of each file, by key, or None.
        problems: why a near match was not accepted, by key.
        folders: the folders searched.
    """

    found: dict[str, Located | None]
    problems: dict[str, str]
    folders: tuple[Path, ...]


def survey(source: Source, files: Iterable[RawFile], data_dir: Path | None) -> Survey:
    """Look for raw files in `<data_dir>/<source id>/`, then in the download cache.

    Args:
        source: the declaration.
        files: its files to look for.
        data_dir: the user's folder, if any.

    Returns:
        What was found, what is missing, and what is wrong with what lies there.
    """
    files = list(files)
    folders = _folders(source, data_dir)
    located: dict[str, Located | None] = {}
    problems: dict[str, str] = {}
    for file in files:
        if file.place:
            located[file.key] = _placed(file)
            if located[file.key] is None:
                problems[file.key] = f"there is no file {file.place}"
            continue
        located[file.key] = None
        for folder in folders:
            located[file.key] = folder.find(file)
            if located[file.key] is not None:
                break
        else:
            for folder in folders:
                if file.key in folder.problems:
                    problems[file.key] = folder.problems[file.key]
    _declare(source, files, located)
    return Survey(located, problems, tuple(folder.root for folder in folders))


def _placed(file: RawFile) -> Located | None:
    """A file of the user's own, where its declaration says."""
    path = Path(file.place)
    if not path.is_file():
        return None
    container = (file.name,) if file.packed_in else ()
    fingerprint = file.fingerprint or _placed_fingerprint(path, container)
    return Located(file, path, container, "data_dir", fingerprint)


def source_folder(source: Source, data_dir: Path | None) -> Path:
    """The folder for files placed by hand: in `data_dir` if given, otherwise in the cache.

    Args:
        source: the declaration.
        data_dir: the user's folder, if any.
    """
    base = raw_root() if data_dir is None else Path(os.path.abspath(data_dir.expanduser()))
    return base / source.id


def require_folder(source: Source, data_dir: Path | None) -> None:
    """Check that `data_dir`, if given, exists: a typo must not start a download.

    Args:
        source: the declaration.
        data_dir: the user's folder, if any.

    Raises:
        RawFileError: there is no such folder.
    """
    if data_dir is not None and not data_dir.expanduser().is_dir():
        raise RawFileError(
            f"{source.id}: data_dir {str(data_dir)!r} is no folder. It should hold a folder "
            f"{source.id!r} with the raw files; leave data_dir out to have them downloaded."
        )
    if data_dir is not None and not os.access(data_dir.expanduser(), os.R_OK | os.X_OK):
        raise RawFileError(
            f"{source.id}: data_dir {str(data_dir)!r} cannot be read (Permission denied)."
        )


def downloads_for(source: Source, file: RawFile) -> tuple[Remote, ...]:
    """The downloads that contain a file, in order of preference.

    Those that need no manual step come first, then as declared; of the same file plain and
    compressed, the smaller one first.

    Args:
        source: the declaration.
        file: one of its files.

    Returns:
        Downloads; empty where the file can only be placed by hand.
    """
    named = [remote for remote in source.remotes if remote.name in file.packed_in]
    single = [remote for remote in named if not filetype.is_archive_name(remote.name)]
    for remote in source.remotes:
        plain = not filetype.is_archive_name(remote.name)
        if plain and remote not in single and match(file, [remote.name], source.files).name:
            single.append(remote)
    sizes = [remote.size for remote in single if remote.size and not _packed(remote)]
    content = sizes[0] if sizes else file.size
    single.sort(key=lambda remote: _cost(remote, content))
    order = sorted(
        (source.remote(name) for name in file.packed_in if filetype.is_archive_name(name)),
        key=lambda remote: file.packed_in.index(remote.name),
    )
    return tuple(sorted((*single, *order), key=lambda remote: not fetchable(remote)))


def fetchable(remote: Remote) -> bool:
    """Whether a download may be tried without a person; gated files need a Hub token.

    Args:
        remote: the declaration of the download.

    Returns:
        False for manual downloads, and for gated ones without a token.
    """
    if not remote.urls or remote.access == "manual":
        return False
    if remote.access != "gated":
        return True
    from huggingface_hub import get_token

    return get_token() is not None


def _packed(remote: Remote) -> bool:
    return remote.name.lower().endswith(".gz")


def _cost(remote: Remote, content: int | None) -> float:
    if remote.size is not None:
        return remote.size
    if _packed(remote):
        return GUESS * content if content else 0.0
    return float("inf")


def _declare(source: Source, files: Sequence[RawFile], located: dict[str, Located | None]) -> None:
    """Fill in what is to be downloaded. An optional file is never fetched for its own sake, only along
    with an archive that another file needs.
    """
    remote_names: set[str] = set()
    for optional in (False, True):
        for file in files:
            if file.optional is not optional or located[file.key] is not None:
                continue
            for remote in downloads_for(source, file):
                if not fetchable(remote) or (optional and remote.name not in remote_names):
                    continue
                remote_names.add(remote.name)
                located[file.key] = _to_fetch(source, file, remote)
                break


def _to_fetch(source: Source, file: RawFile, remote: Remote) -> Located:
    path = raw_root() / source.id / safe_relative(remote.name)
    inside = (file.name,) if filetype.is_archive_name(remote.name) else ()
    return Located(
        file, path, inside, "declared", _declared_fingerprint(source, file), remote, "absent"
    )


def _declared_fingerprint(source: Source, file: RawFile) -> str:
    """The fingerprint of a download, which does not depend on which address served it.

    Args:
        source: the declaration.
        file: one of its files.
    """
    facts: list[object] = [file.name, file.size, file.checksum]
    facts += sorted(
        [remote.name, remote.size or 0, remote.checksum or "", remote.plain_checksum or ""]
        for remote in downloads_for(source, file)
    )
    text = json.dumps(facts, ensure_ascii=True)
    return "declared:" + hashlib.sha256(text.encode()).hexdigest()[:16]


def _placed_fingerprint(path: Path, container: tuple[str, ...]) -> str:
    """The fingerprint of a file placed by hand: name, size, modification time and a sample of its content,
    but not its folder. The time alone can be set back, by `touch -r` or `cp -p`.

    Args:
        path: the file, or the archive that holds it.
        container: the member's path, as in `Located`.
    """
    stat = path.stat()
    facts = (path.name, str(stat.st_size), str(stat.st_mtime_ns), sampled_digest(path))
    return ":".join(("placed", *facts, *container))


@dataclass
class _Folder:
    """A folder that may hold raw files of one source."""

    source: Source
    root: Path
    origin: Origin
    problems: dict[str, str] = field(default_factory=dict)
    zips: dict[str, list[str] | None] = field(default_factory=dict)

    @cached_property
    def downloads(self) -> dict[str, tuple[Remote, Trust]]:
        """The declared downloads by their path here, and how far each is to be trusted."""
        if self.origin != "cache":
            return {}
        return {
            str(safe_relative(remote.name)): (remote, trust(self.root / remote.name, remote))
            for remote in self.source.remotes
        }

    @cached_property
    def names(self) -> list[str]:
        """All files, except downloads of an older declaration."""
        return [
            name
            for name in (files_below(self.root) if self.root.is_dir() else [])
            if self.downloads.get(name, (None, ""))[1] != "outdated" and _is_file(self.root / name)
        ]

    @cached_property
    def unreadable(self) -> str:
        """The folders here that cannot be read."""
        return unreadable_folders(self.root)

    @cached_property
    def contents(self) -> dict[str, str]:
        """Everything here, files or not, except downloads of ours."""
        kinds = entries(self.root, partial=self.origin == "data_dir")
        return {name: kind for name, kind in kinds.items() if name not in self.downloads}

    def find(self, file: RawFile) -> Located | None:
        """Find a file here: unpacked, else in one of its archives, else in any zip."""
        candidate = match(file, self.names, self.source.files)
        if candidate.name is not None:
            return self._located(file, candidate.name, ())
        for name in file.packed_in:
            place = self._archive(name)
            if place is None:
                continue
            if not filetype.is_archive_name(name):
                return self._located(file, place, ())
            inside = self._inside(file, place, declared=True)
            if inside is not None:
                return self._located(file, place, inside)
            self.problems[file.key] = f"{self.root / place} does not hold {file.name}"
        for place in self.names:
            if place.lower().endswith(".zip"):
                inside = self._inside(file, place, declared=False)
                if inside is not None:
                    return self._located(file, place, inside)
        if candidate.rivals:
            listed = ", ".join(str(self.root / name) for name in candidate.rivals[:4])
            self.problems[file.key] = f"{listed}: {candidate.why}"
        near = near_misses(file, self.root, self.contents, self.zips, self.source.files)
        if problem := near or self.unreadable:
            self.problems.setdefault(file.key, problem)
        return None

    def _archive(self, name: str) -> str | None:
        """The archive of that declared name, the one nearest to the root."""
        places = [place for place in self.names if same_name(place, name)]
        return min(places, key=lambda place: (len(path_parts(place)), place)) if places else None

    def _inside(self, file: RawFile, place: str, *, declared: bool) -> tuple[str, ...] | None:
        """The path of a file inside an archive, by a zip's directory.

        A tar would have to be read whole, so it is assumed to hold the file, and so is a declared zip
        that cannot be opened: errors show when it is unpacked.
        """
        if place not in self.zips:
            path = self.root / place
            is_zip = filetype.kind_of_file(path) == "zip"
            self.zips[place] = zip_names(path) if is_zip else None
        names = self.zips[place]
        if names is None:
            return (file.name,) if declared else None
        members = [name for name in names if not is_ignored(name)]
        others = files_in_archive(self.source, place) if declared else self.source.files
        member = match(file, members, others)
        if member.name is not None:
            return (member.name,)
        if member.rivals and declared:
            return (file.name,)  # said when it is unpacked
        tar = inner_tar(members)
        if tar is not None and (declared or any(same_name(tar, name) for name in file.packed_in)):
            return (tar, file.name)
        return None

    def _located(self, file: RawFile, place: str, container: tuple[str, ...]) -> Located:
        path = self.root / place
        placed: tuple[Remote | None, Trust] = (None, "placed")
        remote, state = self.downloads.get(place, placed)
        if state in ("verified", "touched"):
            fingerprint = _declared_fingerprint(self.source, file)
        else:
            fingerprint = _placed_fingerprint(path, container)
        download = remote if state in ("verified", "touched", "altered") else None
        return Located(file, path, container, self.origin, fingerprint, download, state)


def _is_file(path: Path) -> bool:
    """Whether it is a file, as far as may be known."""
    try:
        return path.is_file()
    except PermissionError:
        return False


def files_in_archive(source: Source, archive: str) -> tuple[RawFile, ...]:
    """The declared files that an archive may hold.

    Args:
        source: the declaration.
        archive: the archive's name.
    """
    inside = tuple(
        file for file in source.files if any(same_name(archive, name) for name in file.packed_in)
    )
    return inside or source.files


def _folders(source: Source, data_dir: Path | None) -> list[_Folder]:
    cached = _Folder(source, raw_root() / source.id, "cache")
    # `realpath` copes with loops of links.
    if data_dir is None or os.path.realpath(source_folder(source, data_dir)) == os.path.realpath(
        cached.root
    ):
        return [cached]
    return [_Folder(source, source_folder(source, data_dir), "data_dir"), cached]
