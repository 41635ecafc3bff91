"""Near misses: files found where a raw file should be that cannot be used because of their name, form or damage.

Nothing is guessed and nothing is opened: the file is named, with the reason and what to do.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from itdr.builders.core.schema import RawFile
from itdr.builders.rawfiles import filetype
from itdr.builders.rawfiles.names import is_ignored, match, path_parts, spellings

UNFINISHED = (".part", ".partial", ".crdownload", ".download", ".tmp", ".aria2", ".opdownload")
UNREAD = (".zst", ".xz", ".bz2", ".7z", ".rar", ".lz4", ".z", ".br")
TABLES = (*(".xls", ".xlsx", ".ods", ".parquet", ".feather", ".pkl", ".pickle", ".db", ".sqlite"),)
"""Endings of tables in another format, which no other name makes readable."""
OTHER_FORMS = (
    *(".txt", ".tsv", *TABLES),
    *(".html", ".htm", ".zip", ".tar", ".tgz", ".tar.gz", *UNREAD),
    *(f".tar{end}" for end in UNREAD),
)
"""File-name endings that show that the content was saved in another form."""
KINDRED = ((".json", ".jsonl", ".ndjson"), (".csv", ".tsv", ".dat", ".txt"))
"""File-name endings that go by several names for nearly the same thing."""
_COPY = re.compile(r"(?: ?\(\d+\)|[ _-]+copy(?: ?\(?\d+\)?)?|[ _-]+kopie)$")
_PART = re.compile(r"[ _.]?(?:part|chunk)?[ _.]?\d{1,3}(?:_?of_?\d{1,3})?$")
_BLANKS = re.compile(r"[ ._]+")
_SIZE = re.compile(r"\d+[kmb]?(?![a-z])")
"""What tells the editions of a data set apart: a year, or a size as in `100k`."""
MAX_LISTED = 3
"""The most near misses listed in one message."""


def entries(root: Path, partial: bool) -> dict[str, str]:
    """Everything below a folder, files or not.

    Args:
        root: the folder.
        partial: include the names of unfinished downloads, which in the cache are our own.

    Returns:
        By relative path: "" for a regular file, otherwise what it is.
    """
    kinds: dict[str, str] = {}
    for here, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if not is_ignored(name))
        for name in sorted((*folders, *files)):
            unfinished = partial and name.lower().endswith(UNFINISHED)
            if unfinished or not is_ignored(name):
                path = Path(here, name)
                kinds[path.relative_to(root).as_posix()] = _kind(path)
    return kinds


def unreadable_folders(root: Path) -> str:
    """The folders in and below a folder that may not be listed, so that nothing is known of what they hold.

    Args:
        root: the folder.

    Returns:
        A clause for an error message; "" where all can be listed, or there is no such folder.
    """
    errors: list[OSError] = []
    for _ in os.walk(root, onerror=errors.append):
        pass
    refused = [error for error in errors if isinstance(error, PermissionError)]
    return "; ".join(
        f"{error.filename}: the folder cannot be read ({error.strerror}); allow it, as with `chmod u+rx`"
        for error in refused[:MAX_LISTED]
    )


def _kind(path: Path) -> str:
    """What an entry of a folder is, unless it is a regular file."""
    try:
        mode = path.stat().st_mode
    except OSError as error:
        if path.is_symlink():
            return f"it is a dead link to {path.readlink()}"
        return f"it cannot be read ({error.strerror})"
    if stat.S_ISREG(mode):
        return ""
    return "it is a folder" if stat.S_ISDIR(mode) else "it is a pipe or device, not a file"


def near_misses(
    file: RawFile,
    root: Path,
    contents: Mapping[str, str],
    zips: Mapping[str, Sequence[str] | None],
    others: Iterable[RawFile],
) -> str:
    """Files in a folder that were probably meant to be the missing one, and why they cannot be used.

    Args:
        file: the file, which was not found.
        root: the folder.
        contents: the result of `entries`.
        zips: the members of its zips; None for one that cannot be read.
        others: the other declared files of the source.

    Returns:
        A clause for an error message; "" if nothing comes close.
    """
    others = tuple(others)
    rest = [other for other in others if other.key != file.key]
    own = {path_parts(form)[-1:] for other in rest for form in _names(other)}
    home = _folders(file)
    foreign = {folder for other in rest for folder in _folders(other)}
    reasons = []
    for name, kind in contents.items():
        parts = path_parts(name)
        if (parts[-1:] in own and not _is(name, file)) or parts[-2:-1] in foreign - home:
            continue  # it is another declared file, or was meant to be one
        reason = _reason(file, name, kind, zips)
        if not reason and not kind:
            reason = _other_name(file, parts[-1]) or _other_archive(file, parts[-1], others)
            if (
                not reason
                and parts[-2:-1] in home - foreign
                and _ending(name) == _ending(file.name)
            ):
                reason = f"if it is {file.name}, rename it to that"
        if reason:
            reasons.append(f"{root / name}: {reason}")
    return "; ".join(reasons[:MAX_LISTED])


def longer_copies(path: Path) -> list[Path]:
    """Files beside a file that are numbered copies of it, as browsers save a second download, and longer.

    Args:
        path: the file.

    Returns:
        Their paths, sorted.
    """
    own = path.stat().st_size if path.is_file() else 0
    stem, dot, end = path.name.partition(".")
    return sorted(
        other
        for other in (path.parent.iterdir() if own else ())
        if other.name.endswith(f"{dot}{end}")
        and other.name.startswith(stem)
        and _COPY.fullmatch(other.name[len(stem) : len(other.name) - len(dot + end)].lower())
        and other.is_file()
        and other.stat().st_size > own
    )


def _folders(file: RawFile) -> set[tuple[str, ...]]:
    """The innermost folders that the names of a file give it."""
    return {path_parts(name)[-2:-1] for name in (file.name, *file.aliases) if "/" in name}


def _other_name(file: RawFile, low: str) -> str:
    """Why a file is not taken whose name differs from the declared one in more than its end."""
    official = file.name.rpartition("/")[2]
    rename = f"if it is {official}, rename it to that"
    end = _ending(low)
    stem = low.removesuffix(".gz").removesuffix(end)
    for form in _names(file):
        whole = path_parts(form)[-1].removesuffix(".gz")
        own_end = _ending(whole)
        own = whole.removesuffix(own_end)
        if end == own_end and stem != own and _BLANKS.sub("_", stem) == _BLANKS.sub("_", own):
            return rename
        if end != own_end:
            if stem == own and any({end, own_end} <= set(kin) for kin in KINDRED):
                return rename
            if stem == own and own_end in KINDRED[0] and end in KINDRED[1]:
                return f"it is in another format, {end}; put the official {official} there, or save it as that"
        elif own.endswith(f"_{stem}") and not stem.isdecimal():
            return rename
        elif stem.startswith(own) and _PART.match(stem, len(own)):
            return f"if it is a part of {official}, join the parts into one file of that name"
        elif stem != own and _SIZE.search(own) and _SIZE.sub("#", stem) == _SIZE.sub("#", own):
            return f"it looks like another edition, and itdr reads {official}"
    return ""


def _other_archive(file: RawFile, low: str, others: Iterable[RawFile]) -> str:
    """Why an archive is not taken whose name differs from the declared ones; zips are looked into."""
    archive_names = {path_parts(name)[-1] for other in others for name in other.packed_in}
    packed = low.endswith((".tar", ".tgz", ".tar.gz", *(f".tar{end}" for end in UNREAD)))
    if file.optional or not packed or low in archive_names:
        return ""
    for name in file.packed_in:
        if _SIZE.sub("#", path_parts(name)[-1]) == _SIZE.sub("#", low):
            return f"it looks like another edition, and itdr reads {name}"
    return f"if it holds {file.name.rpartition('/')[2]}, unpack it there"


def _ending(name: str) -> str:
    """A file name's last ending in small letters, with its dot; `.gz` does not count."""
    return Path(name.lower().removesuffix(".gz")).suffix


def _names(file: RawFile) -> list[str]:
    names = (file.name, *file.aliases)
    return [form.rpartition("/")[2] for name in names for form in spellings(name)]


def _is(name: str, file: RawFile) -> bool:
    return path_parts(name)[-1] in {path_parts(form)[-1] for form in _names(file)}


def _reason(file: RawFile, name: str, kind: str, zips: Mapping[str, Sequence[str] | None]) -> str:
    official = file.name.rpartition("/")[2]
    low = path_parts(name)[-1]
    stem, end = _split(low, file)
    if stem is None:
        return _in_zip(file, zips[name]) if zips.get(name) and not kind else ""
    if kind:
        return f"{kind}; put the file {official} there" if not end else ""
    if low.endswith(".zip") and end != "archive" and name in zips:
        return _zip_problem(file, zips[name])
    if low.endswith(UNFINISHED):
        return "a download that was not finished; fetch it again, or delete it"
    if low.endswith(UNREAD):
        return f"itdr does not read {low[low.rindex('.') :]}; unpack it there"
    if filetype.is_archive_name(low):
        return "" if end == "archive" else "another kind of archive; unpack it there"
    if end in TABLES:
        return (
            f"it is in another format, {end}; put the official {official} there, or save it as that"
        )
    if end:
        return f"if it is {official}, rename it to that"
    return ""


def _split(low: str, file: RawFile) -> tuple[str | None, str]:
    """The declared name that a file's name resembles, and what differs at its end; None where none."""
    if low in {path_parts(form)[-1] for form in _names(file)}:
        return low, ""
    for form in (*_names(file), *file.packed_in):
        archive = form in file.packed_in
        whole = path_parts(form)[-1]
        if low == whole:
            return whole, "archive" if archive else ""
        if low.startswith(f"{whole}.") or low.startswith(f"{whole} "):
            return whole, low[len(whole) :]
        stem, dot, ends = whole.partition(".")
        if low.startswith(stem) and dot:
            rest = low[len(stem) :]
            bare = rest.removesuffix(f".{ends}")
            if bare != rest and (not bare or _COPY.fullmatch(bare)):
                return whole, rest
            if rest in OTHER_FORMS:
                return whole, rest
    return None, ""


def _in_zip(file: RawFile, members: Sequence[str] | None) -> str:
    """Why a zip of another name that holds something similar does not hold the file."""
    for member in members or ():
        stem, _ = _split(path_parts(member)[-1], file) if path_parts(member) else (None, "")
        if stem is not None and not is_ignored(member):
            return _zip_problem(file, members)
    return ""


def _zip_problem(file: RawFile, members: Sequence[str] | None) -> str:
    """Why a zip with the name of a file cannot be used."""
    official = file.name.rpartition("/")[2]
    if members is None:
        return "the zip is truncated or damaged; fetch it again"
    names = [member for member in members if not is_ignored(member)]
    candidate = match(file, names, [file])
    if candidate.rivals:
        return f"it holds {', '.join(candidate.rivals[:MAX_LISTED])}: {candidate.why}"
    inner = [member for member in names if filetype.is_archive_name(member)]
    if inner:
        return f"it holds {inner[0]}, an archive in an archive; unpack it there"
    listed = ", ".join(names[:MAX_LISTED]) or "nothing"
    return f"it holds {listed}, not {official}; unpack it, and name the file {official}"
