"""The raw files of a store in their plain form, and proof that nobody changed them meanwhile."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from itdr.builders.core.errors import RawFileError
from itdr.builders.core.schema import Source
from itdr.builders.core.text_files import TextFile, is_gzip, normalize
from itdr.builders.rawfiles import locate
from itdr.builders.rawfiles.checksums import chunks, digests
from itdr.builders.store.spec import StoreSpec


def plain_files(
    source: Source, placed: Mapping[str, Path], work: Path, long_lines: Collection[str] = ()
) -> dict[str, TextFile]:
    """Each raw file as its reader takes it: unpacked, in UTF-8, in lines that end with LF.

    Args:
        source: what declares the files.
        placed: the files as they were found, by key.
        work: a scratch folder for those that are not plain.
        long_lines: keys of files known to hold lines that are too long.
    """
    declared = {file.key: file for file in source.files}
    result = {}
    for key, path in placed.items():
        file = declared[key]
        if file.binary or (file.packed and is_gzip(path)):
            result[key] = TextFile(path)
            continue
        folder = work / "plain" / quote(key, safe="")
        result[key] = normalize(path, folder, file.encoding, long_lines=key in long_lines)
    return result


@contextmanager
def plain_names(placed: Mapping[str, Path], plain: Mapping[str, Path]) -> Iterator[None]:
    """Have errors name the file that was placed, not the copy that was read."""
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
    """The files and archives, as far as they are here, that a store's raw files lie in."""
    found = locate.find(spec.source, spec.files, spec.data_dir)
    return [one.path for one in found.values() if one is not None and one.origin != "declared"]


_State = tuple[int, int, int] | None


class ChangeWatch:
    """What raw files look like before they are read, to be compared with how they look afterwards."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self._before: dict[Path, _State] = {}
        self.add(paths)

    def add(self, paths: Iterable[Path]) -> None:
        """Watch more files; one that is watched already keeps its first look."""
        for path in paths:
            self._before.setdefault(path, _state(path))

    def require_unchanged(self, read: Mapping[Path, str]) -> None:
        """Raise `RawFileError` where a file is not what it was: another size, time or content.

        Args:
            read: the SHA-256 of what was read, by path, as far as it is known.
        """
        for path, before in self._before.items():
            now = _state(path)
            if now == before:
                continue
            known = read.get(path)
            # Only the time of its entry may differ: a new mode, a link.
            same = known and now and before and now[:2] == before[:2]
            if same and digests(chunks(path), ["sha256"])["sha256"] == known:
                continue
            raise RawFileError(
                f"{path} changed while it was read. Wait until it is complete, or keep it from being "
                "written to, and run the same call again."
            )


def _state(path: Path) -> _State:
    """Size, time of the last change of the content, and of the entry, which cannot be set back."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns
