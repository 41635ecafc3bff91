"""The files of a description: paths, globs and URLs as declared raw files and downloads."""

from __future__ import annotations

import glob
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from itdr.builders.core import remote
from itdr.builders.core.errors import ConfigError, DownloadError, choose_from
from itdr.builders.core.schema import RawFile, Remote
from itdr.builders.sources.described import declaration as declared
from itdr.builders.sources.described.check import complain
from itdr.builders.sources.described.declaration import Description, Table

SUFFIXES = {
    ".csv": "csv", ".txt": "csv", ".dat": "csv", ".tsv": "tsv", ".tab": "tsv",
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "json",
    ".parquet": "parquet", ".pq": "parquet",
    ".arrow": "arrow", ".feather": "arrow", ".ipc": "arrow",
    ".inter": "recbole", ".item": "recbole", ".user": "recbole",
}  # fmt: skip
PACKED = (".gz", ".zst", ".zip")


@dataclass(frozen=True)
class Resolved:
    """A description with its files found: all that another process needs to read it.

    Attributes:
        path: where the description stands, for messages.
        lines: the line of each field.
        formats: the format of each table.
        keys: the keys of each table's raw files.
        base: the folder that relative paths start from.
    """

    description: Description
    path: Path
    lines: Mapping[tuple[str, ...], int]
    files: tuple[RawFile, ...] = ()
    remotes: tuple[Remote, ...] = ()
    base: Path = Path()
    formats: Mapping[str, str] | None = None
    keys: Mapping[str, tuple[str, ...]] | None = None

    def table(self, name: str) -> Table | None:
        """The declaration of a table."""
        return getattr(self.description, name)

    def line(self, *way: str) -> int:
        """The line of a field, or of the nearest one around it; 0 where there are none."""
        ways = (way[:k] for k in range(len(way), 0, -1))
        return next((self.lines[one] for one in ways if one in self.lines), 0)

    def fail(self, *way: str, message: str) -> ConfigError:
        """The error about a field."""
        return complain(self.path, self.line(*way), message)


def resolve(
    description: Description,
    path: Path,
    lines: Mapping[tuple[str, ...], int],
    base: Path,
    fingerprints: Mapping[str, str] | None = None,
) -> Resolved:
    """Find the files of a description.

    Args:
        description: checked.
        path: where it stands, for messages.
        lines: the line of each of its fields.
        base: the folder that relative paths start from.
        fingerprints: what names the content of a file, by path, where that is known.

    Returns:
        The description with its files, formats and fingerprints.

    Raises:
        ConfigError: for a file that is not there, and a format that is not known.
    """
    files: dict[str, RawFile] = {}
    remotes: dict[str, Remote] = {}
    named: dict[str, str] = {}
    formats, keys = {}, {}
    draft = Resolved(description, path, lines)
    for name in declared.TABLES:
        table = draft.table(name)
        if table is None:
            continue
        finder = _Finder(draft, name, base, fingerprints or {})
        own = finder.files(_entries(description, table))
        remotes |= finder.remotes
        formats[name] = _format(draft, name, own)
        latin = written(draft, name).encoding == "latin-1"
        binary = formats[name] in ("parquet", "arrow")
        own = [_as_text(replace(one, key=_short(one.key, named)), latin, binary) for one in own]
        files |= {one.key: one for one in own}
        keys[name] = tuple(one.key for one in own)
    return Resolved(
        description,
        path,
        lines,
        tuple(files.values()),
        tuple(remotes.values()),
        base,
        formats,
        keys,
    )


def _as_text(file: RawFile, latin: bool, binary: bool) -> RawFile:
    """A file with what is to be done before it is read."""
    binary = binary or file.name.lower().endswith(".zst")
    return replace(file, encoding="latin-1" if latin else "utf-8", binary=binary)


def written(found: Resolved, name: str) -> Table:
    """The declaration that says how the file of a table is written."""
    table = found.table(name)
    assert table is not None
    return table if table.file else found.description.interactions


def _short(place: str, named: dict[str, str]) -> str:
    """A file's name without its folder, with a number where another one has it."""
    if place not in named:
        name = PurePosixPath(place.partition("?")[0]).name
        count = sum(1 for one in named.values() if one.partition("#")[0] == name)
        named[place] = f"{name}#{count + 1}" if count else name
    return named[place]


def _entries(description: Description, table: Table) -> tuple[str, ...]:
    """What stands under `file`, or under that of the interactions."""
    return table.file or description.interactions.file


@dataclass
class _Finder:
    found: Resolved
    name: str
    base: Path
    fingerprints: Mapping[str, str]

    def __post_init__(self) -> None:
        self.remotes: dict[str, Remote] = {}
        self.table = self.found.table(self.name)

    def fail(self, message: str) -> ConfigError:
        return self.found.fail(self.name, "file", message=f"{self.name}: {message}")

    def files(self, entries: tuple[str, ...]) -> list[RawFile]:
        """The raw files of a table, in the order of their paths."""
        result: dict[str, RawFile] = {}
        for entry in entries:
            several = [self._remote(entry)] if remote.is_remote(entry) else self._local(entry)
            result |= {one.key: one for one in several}
        return list(result.values())

    def _local(self, entry: str) -> list[RawFile]:
        text = remote.normalize_url(entry) if entry.startswith("file:") else entry
        full = self.base / Path(text).expanduser()
        paths = [full] if full.is_file() else []
        if not paths and glob.has_magic(str(full)):
            matches = glob.glob(str(full), recursive=True)  # noqa: PTH207  (an absolute pattern)
            paths = [Path(one) for one in sorted(matches)]
            paths = [one for one in paths if one.is_file()]
        if not paths:
            raise self.fail(self._missing(entry, full))
        return [self._placed(one.absolute()) for one in paths]

    def _missing(self, entry: str, full: Path) -> str:
        if full.is_dir():
            return f"{entry!r} is a folder: name its files, as {entry.rstrip('/')}/*.parquet."
        there = full.parent
        if glob.has_magic(entry) or not there.is_dir():
            return f"there is no file {entry!r} (looked in {there})."
        names = sorted(one.name for one in there.iterdir() if one.is_file())[:200]
        return choose_from(f"file in {there}", full.name, names)

    def _refuse_member(self, name: str) -> None:
        """Raise `ConfigError` where a file inside a zip is named, and the file is no zip."""
        if self.table is not None and self.table.member is not None:
            message = (
                f"{self.name}: {name} is no zip, so that it has no member: leave `member` out."
            )
            raise self.found.fail(self.name, "member", message=message)

    def _placed(self, path: Path) -> RawFile:
        if path.suffix.lower() != ".zip":
            self._refuse_member(path.name)
        member = self._member(path) if path.suffix.lower() == ".zip" else None
        return RawFile(
            key=f"{path}!{member}" if member else str(path),
            name=member or path.name,
            packed_in=(path.name,) if member else (),
            place=str(path),
            fingerprint=self.fingerprints.get(str(path), ""),
        )

    def _member(self, path: Path) -> str:
        import zipfile

        try:
            with zipfile.ZipFile(path) as archive:
                names = [one.filename for one in archive.infolist() if not one.is_dir()]
        except (OSError, zipfile.BadZipFile) as error:
            raise self.fail(f"{path.name} cannot be opened as a zip ({error}).") from None
        names = [one for one in names if not PurePosixPath(one).parts[0].startswith("__")]
        member = self.table.member if self.table else None
        if member is None and len(names) == 1:
            return names[0]
        if member in names:
            return str(member)
        if member is None:
            listed = ", ".join(names[:8])
            raise self.fail(f"{path.name} holds several files ({listed}): name one as `member`.")
        raise self.fail(choose_from(f"member of {path.name}", member, names))

    def _remote(self, url: str) -> RawFile:
        """A file on a server. Of all but http(s), its state there is part of its name, so that what
        was replaced is fetched again."""
        name = PurePosixPath(url.partition("?")[0]).name
        state = "" if url.startswith(("http://", "https://")) else self._state(url)
        # Not a folder: files are also found by the last part of their path.
        mark = hashlib.sha256(f"{url} {state}".encode()).hexdigest()[:12]
        offer = Remote(name=f"{mark}-{name}", urls=(url,))
        self.remotes[offer.name] = offer
        if not name.lower().endswith(".zip"):
            self._refuse_member(name)
            return RawFile(key=url, name=offer.name, packed_in=(offer.name,))
        member = self.table.member if self.table else None
        if member is None:
            raise self.fail(f"{name} lies elsewhere: name the file inside it as `member`.")
        return RawFile(key=f"{url}!{member}", name=member, packed_in=(offer.name,))

    def _state(self, url: str) -> str:
        try:
            return remote.version(url)
        except FileNotFoundError:
            raise self.fail(f"there is no file {url}.") from None
        except ImportError as error:
            raise self.fail(f"{url} cannot be reached: {error}.") from None
        except ValueError as error:
            raise self.fail(f"{url} cannot be reached: {error}.") from None
        except Exception as error:
            reason = str(error).strip().splitlines()[0] if str(error).strip() else repr(error)
            raise DownloadError(f"{url} cannot be reached: {reason}.") from error


def _format(found: Resolved, name: str, files: list[RawFile]) -> str:
    table = written(found, name)
    if table.format is not None:
        return table.format
    kinds = {kind_of(one.name) for one in files}
    if len(kinds) == 1 and (kind := kinds.pop()) is not None:
        return kind
    listed = ", ".join(declared.FORMATS)
    message = f"{name}: the format of {files[0].name} is not told by its name: add `format`, one of {listed}."
    raise found.fail(name, "file", message=message)


def kind_of(name: str) -> str | None:
    """The format that a file's name tells, None where it tells none."""
    path = PurePosixPath(name.lower())
    while path.suffix in PACKED:
        path = path.with_suffix("")
    return SUFFIXES.get(path.suffix)
