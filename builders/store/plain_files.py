"""The raw files of a store in plain form, and a check that nobody changed them meanwhile."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from itdr.builders.core.errors import RawFileError
from itdr.builders.core.one_record import refuse_single_line, require_one_per_line
from itdr.builders.core.schema import Source
from itdr.builders.core.text_files import TextFile, is_gzip, normalize
from itdr.builders.rawfiles import locate
from itdr.builders.rawfiles.checksums import chunks, digests
from itdr.builders.store.spec import StoreSpec


def plain_files(
    source: Source, placed: Mapping[str, Path], work: Path, suspects: Collection[str] = ()
) -> dict[str, TextFile]:
    """Each raw file in the form that its reader expects: unpacked, UTF-8, every line ending in LF.

    Args:
        source: declares the files.
        placed: the files as they were located, by key.
        work: a scratch folder for converted copies.
        suspects: keys of files that may hold overlong lines, or are to be mended.

    Returns:
        The files to read, by key; a file that needs no conversion is itself.

    Raises:
        RawFileError: a file is damaged, has a hole, or all its records in one line.
    """
    declared = {file.key: file for file in source.files}
    result = {}
    for key, path in placed.items():
        file = declared[key]
        if file.binary or (file.packed and is_gzip(path)):
            result[key] = TextFile(path)
            continue
        folder = work / "plain" / quote(key, safe="")
        text_file = normalize(path, folder, file.encoding, suspect=key in suspects)
        if text_file.long_lines:
            # In a user's own records a nested list may begin as the records do.
            if not source.described:
                require_one_per_line(path)
            if not text_file.path.stat().st_size:
                refuse_single_line(path)
        result[key] = text_file
    return result


@contextmanager
def name_original_files(placed: Mapping[str, Path], plain: Mapping[str, Path]) -> Iterator[None]:
    """Make errors raised in the block name the original file, not the converted copy.

    Args:
        placed: the original files, by key.
        plain: the files that are read.

    Raises:
        RawFileError: raised again, with the original path.
    """
    try:
        yield
    except RawFileError as error:
        text = str(error)
        for key, path in plain.items():
            text = text.replace(str(path), str(placed[key]))
        if text == str(error):
            raise
        raise type(error)(text) from error


def located_paths(spec: StoreSpec) -> list[Path]:
    """The files and archives on disk that hold a store's raw files."""
    located = locate.find(spec.source, spec.files, spec.data_dir)
    return [file.path for file in located.values() if file and file.origin != "declared"]


_State = tuple[int, int, int] | None


class ChangeWatch:
    """Records the state of raw files before they are read, to compare it with their state afterwards."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self._before: dict[Path, _State] = {}
        self.add(paths)

    def add(self, paths: Iterable[Path]) -> None:
        """Watch more files; one that is already watched keeps its first state."""
        for path in paths:
            self._before.setdefault(path, _state(path))

    def require_unchanged(self, read: Mapping[Path, str]) -> None:
        """Check that no file changed in size, time or content.

        Args:
            read: the SHA-256 of what was read, by path, where known.

        Raises:
            RawFileError: a file changed.
        """
        for path, before in self._before.items():
            now = _state(path)
            if now == before:
                continue
            digest = read.get(path)
            # Only the time of its entry may differ: a new mode, a link.
            same = digest and now and before and now[:2] == before[:2]
            if same and digests(chunks(path), ["sha256"])["sha256"] == digest:
                continue
            raise RawFileError(
                f"{path} changed while it was read. Wait until it is complete, or keep it from being "
                "written to, and run the same call again."
            )


def _state(path: Path) -> _State:
    """Size, modification time, and change time, which cannot be set back."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns
