"""Compare the raw files on disk with their declarations, reading every byte.

A placed file may be an excerpt or another release: a difference is a warning. An unreadable file, and a
download that changed or differs from its declaration, is an error.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from itdr.builders.core import text_files
from itdr.builders.core.paths import format_size, raw_root
from itdr.builders.core.schema import RawFile, Remote, Source
from itdr.builders.rawfiles import filetype, published
from itdr.builders.rawfiles.archives import zip_names
from itdr.builders.rawfiles.checksums import (
    CHUNK,
    check_gzip,
    chunks,
    digests,
    file_matches,
    gunzip,
    read_record,
    split_checksum,
    trust,
)
from itdr.builders.rawfiles.download.partial import PartialFile
from itdr.builders.rawfiles.inventory import Located, downloads_for, require_folder, survey
from itdr.builders.rawfiles.names import same_name
from itdr.builders.rawfiles.published import CHANGED
from itdr.builders.rawfiles.row_count import compared, count_rows

Level = Literal["ok", "note", "missing", "warning", "error"]


@dataclass(frozen=True)
class Finding:
    """One observation.

    Attributes:
        level: how serious it is.
        name: the raw file or archive.
        path: where it lies, if it exists.
        message: what was observed.
    """

    level: Level
    name: str
    path: Path | None
    message: str


def verify(
    source: Source, data_dir: Path | None, files: Iterable[RawFile] | None = None
) -> list[Finding]:
    """Check raw files of a source, wherever they were found.

    Args:
        source: the declaration.
        data_dir: the user's folder, if any.
        files: the files to check; None for all of them.

    Returns:
        One finding per file, in the order of the declaration.

    Raises:
        RawFileError: there is no folder `data_dir`.
    """
    require_folder(source, data_dir)
    files = list(source.files if files is None else files)
    inventory = survey(source, files, data_dir)
    findings: list[Finding] = []
    archives: dict[Path, Finding] = {}
    for file in files:
        one = inventory.found[file.key]
        if file.key in inventory.problems:
            findings.append(Finding("warning", file.name, None, inventory.problems[file.key]))
        elif one is None or one.origin == "declared":
            findings.append(_absent(source, file, one))
        elif not one.container:
            findings.append(_checked(source, one))
        else:
            if one.path not in archives:
                archives[one.path] = _checked(source, one)
                findings.append(archives[one.path])
            if archives[one.path].level != "error":
                findings += _member(one)
    return findings + list(_leftovers(source))


def _absent(source: Source, file: RawFile, one: Located | None) -> Finding:
    if one is not None and one.remote is not None:
        size = format_size(one.remote.size)
        return Finding("missing", file.name, None, f"not here; {one.remote.name}, {size}, to fetch")
    if file.optional:
        return Finding("note", file.name, None, "not here; it is optional")
    return Finding("missing", file.name, None, "not here; to be placed by hand")


def _checked(source: Source, one: Located) -> Finding:
    """The finding about an unpacked file or an archive."""
    path, name = one.path, one.path.name if one.container else one.file.name
    broken = _broken(path)
    if broken:
        return Finding("error", name, path, broken)
    if one.remote is not None:
        return _download(one, one.remote, name)
    size = path.stat().st_size
    facts = list(_declarations(source, one))
    if not facts:
        return _by_rows(one, name, size)
    for official, checksum, plain in facts:
        if checksum and (official in (None, size)) and file_matches(path, checksum):
            return Finding("ok", name, path, f"{format_size(size)}, with the declared checksum")
        if plain and _plain_matches(path, plain):
            return Finding(
                "ok", name, path, f"{format_size(size)}, content with the declared checksum"
            )
        if official == size and not checksum and not plain:
            return Finding(
                "ok", name, path, f"{format_size(size)}, as declared; no checksum is published"
            )
    sizes = sorted({official for official, _, _ in facts if official})
    if sizes and size not in sizes:
        listed = " or ".join(str(official) for official in sizes)
        message = f"it differs from the official size: {size} bytes, {listed} declared"
    else:
        message = f"it differs from the official checksum ({size} bytes)"
        if size in sizes:
            return Finding(
                "warning", name, path, f"{message}, and has the official size: values were changed"
            )
    if not one.container and one.file.rows:
        rows = count_rows(one.file, text_files.blocks(path))
        message += f", {compared(rows, one.file.rows)}"
        if rows == one.file.rows:
            return Finding("warning", name, path, f"{message}: {CHANGED.removeprefix('so ')}")
    return Finding("warning", name, path, f"{message}: a part, or another version")


def _by_rows(one: Located, name: str, size: int) -> Finding:
    """The finding about a file of which at most the number of rows is declared."""
    path, declared = one.path, one.file.rows
    if one.container:
        message = f"{format_size(size)}; neither its size nor a checksum is published"
        return Finding("ok", name, path, message)
    if not declared:
        message = f"{format_size(size)}; nothing is declared to compare it with"
        return Finding("ok", name, path, message)
    rows = count_rows(one.file, text_files.blocks(path))
    if rows < declared:
        message = f"it has {compared(rows, declared)}: a part, or cut off"
        return Finding("warning", name, path, message)
    return Finding("ok", name, path, f"{format_size(size)}, {compared(rows, declared)}")


def _declarations(
    source: Source, one: Located
) -> Iterator[tuple[int | None, str | None, str | None]]:
    """The declarations that apply to a placed file, as (size, checksum, checksum of the content)."""
    file, compressed = one.file, one.path.suffix.lower() == ".gz"
    if not one.container and not compressed and (file.size or file.checksum):
        yield file.size, file.checksum, None
    for remote in downloads_for(source, file):
        named = same_name(remote.name, one.path.name)
        if named and (remote.size or remote.checksum or remote.plain_checksum):
            yield remote.size, remote.checksum, remote.plain_checksum
        elif not one.container and remote.plain_checksum:
            yield None, None, remote.plain_checksum


def _plain_matches(path: Path, checksum: str) -> bool:
    algorithm, digits = split_checksum(checksum)
    pieces = chunks(path)
    if filetype.kind_of_file(path) == "gzip":
        pieces = gunzip(pieces)
    return digests(pieces, [algorithm])[algorithm] == digits


def _download(one: Located, remote: Remote, name: str) -> Finding:
    path, record = one.path, read_record(one.path)
    if record is None or trust(path, remote) == "altered":
        return Finding("error", name, path, "it was changed after it had been downloaded")
    sums = digests(chunks(path), {"sha256", *published.required_digests(one.file, path)})
    if sums["sha256"] != record["sha256"]:
        return Finding("error", name, path, "its bytes changed after it had been downloaded")
    if not one.container:
        other = published.size_mismatch(one.file, path) or published.content_mismatch(
            one.file, path, sums
        )
        if other:
            return Finding(_level(one), name, path, f"it has {other}")
    how = "with the declared checksum" if remote.checksum or remote.plain_checksum else "unchanged"
    return Finding("ok", name, path, f"{format_size(record['size'])}, as downloaded, {how}")


def _level(one: Located) -> Level:
    """How serious a difference from the published file is."""
    return "error" if published.must_match(one) else "warning"


def _broken(path: Path) -> str | None:
    """What makes a file unreadable, whatever it should hold."""
    with open(path, "rb") as file:
        head = file.read(filetype.HEAD)
    if not head:
        return "it is empty"
    reason = filetype.mismatch(path.name, head)
    if reason:
        return reason
    kind = filetype.kind_of(head)
    if kind == "gzip":
        return check_gzip(path)
    if kind == "zip":
        try:
            with zipfile.ZipFile(path) as archive:
                bad = archive.testzip()
            return f"its member {bad} is damaged" if bad else None
        except (RuntimeError, NotImplementedError) as error:
            return f"the zip cannot be read: {error}"
        except Exception as error:  # damaged bytes send `zipfile` into errors of every kind
            return f"the zip is damaged or cut off: {error}"
    return None


def _member(one: Located) -> Iterator[Finding]:
    """Findings about the members of a zip that differ from the declared file."""
    if len(one.container) > 1 or zip_names(one.path) is None:
        return
    with zipfile.ZipFile(one.path) as archive:
        for info in archive.infolist():
            reason = _unlike(archive, info, one) if info.filename == one.container[0] else None
            if reason:
                message = f"in {one.path.name} {reason}"
                yield Finding(_level(one), one.file.name, one.path, message)


def _unlike(archive: zipfile.ZipFile, info: zipfile.ZipInfo, one: Located) -> str | None:
    """How a member differs in size or content; skipped where the archive's own checksum covers it."""
    file = one.file
    if info.filename.lower().endswith(".gz"):
        return None
    if file.size not in (None, info.file_size):
        return f"it has {info.file_size} bytes, {file.size} declared"
    vouched = one.remote is not None and one.remote.checksum
    if file.size is None and not file.checksum and file.rows and not info.flag_bits & 1:
        with archive.open(info) as source:
            rows = count_rows(file, iter(lambda: source.read(CHUNK), b""))
        return f"it has {compared(rows, file.rows)}" if rows < file.rows else None
    if not file.checksum or vouched or info.flag_bits & 1:
        return None
    algorithm, digits = split_checksum(file.checksum)
    with archive.open(info) as source:
        digest = digests(iter(lambda: source.read(CHUNK), b""), [algorithm])[algorithm]
    return None if digest == digits else f"its {algorithm} is {digest}, {digits} declared"


def _leftovers(source: Source) -> Iterator[Finding]:
    for remote in source.remotes:
        part = PartialFile(raw_root() / source.id / remote.name)
        if part.size:
            message = f"{format_size(part.size)} of {format_size(remote.size)} fetched; the next run goes on"
            yield Finding("note", remote.name, part.body, message)
