"""Whether a built folder is exactly what `itdr build` wrote, and whose rows it holds: verified, not trusted.

Every data file is compared with its SHA-256 in the provenance, the texts at the top with what follows
from the provenance, and the provenance with the record of each config. The sources are read from the
rows. Any difference is refused.
"""

from __future__ import annotations

import json
import os
import re
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from itdr.builders.core.errors import ConfigError, ItdrError
from itdr.builders.dataset import formats, registry
from itdr.builders.rawfiles.checksums import digests
from itdr.builders.sampling.splits import SPLITS
from itdr.publish import catalogue_file, files, folder, licences, provenance

AGAIN = "run the same `itdr build` again, which rebuilds what is missing or wrong"
LARGEST_TEXT = 64 << 20
_SHA = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True)
class Checked:
    """What may be sent.

    Attributes:
        files: by path in the data set, each with its SHA-256.
        texts: the files at the top.
        sources: the sources of the rows.
    """

    files: dict[str, tuple[Path, str]]
    texts: dict[str, bytes]
    sources: frozenset[str]


def check(home: Path, entries: dict[str, dict[str, Any]]) -> Checked:
    """Compare a built folder with its provenance.

    Args:
        home: the folder.
        entries: what `provenance.read` found there.

    Returns:
        Exactly what belongs to the data set.

    Raises:
        ConfigError: something differs, is missing, is a link, or does not belong to a build.
    """
    with _in_one_sentence(home):
        texts = _texts(home, entries)
        data_files: dict[str, tuple[Path, str]] = {}
        sources: set[str] = set()
        for name, entry in entries.items():
            _check_entry(name, entry)
            for split, split_files in entry["files"].items():
                for number, facts in enumerate(split_files):
                    expected_name = files.file_name(split, number, len(split_files), entry["kind"])
                    if facts["name"] != expected_name:
                        raise ConfigError(f"it names a file {facts['name']!r}, not {expected_name}")
                    path = home / name / expected_name
                    sources |= _check_file(home, path, facts, entry["kind"])
                    data_files[f"{name}/{expected_name}"] = (path, facts["sha256"])
            if "catalogue" in entry:
                path = home / name / catalogue_file.NAME
                _check_bytes(home, path, entry["catalogue"])
                data_files[f"{name}/{catalogue_file.NAME}"] = (path, entry["catalogue"]["sha256"])
        _check_sources(entries, sources)
    return Checked(data_files, texts, frozenset(sources))


@contextmanager
def _in_one_sentence(home: Path) -> Iterator[None]:
    """Turn whatever a tampered folder leads to into a refusal."""
    try:
        yield
    except ConfigError as error:
        reason = str(error)
        if reason.startswith(str(home)):
            raise
        raise ConfigError(
            f"{home / provenance.PROVENANCE} is not as built: {reason}; {AGAIN}."
        ) from None
    except Exception as error:
        what = " ".join(f"{type(error).__name__} {error}".split())[:200]
        raise ConfigError(
            f"{home} is not as `itdr build` left it and is not pushed ({what}); {AGAIN}."
        ) from error


# ---- texts


def _texts(home: Path, entries: dict[str, dict[str, Any]]) -> dict[str, bytes]:
    """The files at the top, which must follow from the provenance."""
    records = {
        name: folder.public_record(entry) for name, entry in folder.read_records(home).items()
    }
    if records != entries:
        raise ConfigError("it does not agree with the records of the configs")
    texts = folder.top_texts(entries)
    for name, text in texts.items():
        with open_plain_file(home, home / name) as file:
            if file.read(LARGEST_TEXT) != text.encode("utf-8"):
                raise ConfigError(f"{home / name} is not what was built; {AGAIN}.")
    return {name: text.encode("utf-8") for name, text in texts.items()}


# ---- data files


def _check_entry(name: str, entry: dict[str, Any]) -> None:
    if name not in registry.config_names() or entry["config"] != name:
        raise ConfigError(f"{name!r} names no config")
    if entry["kind"] not in files.KINDS or not _is_format(entry["form"]):
        raise ConfigError(f"{name} is of no known kind")
    if not entry["files"] or set(entry["files"]) - set(SPLITS):
        raise ConfigError(f"{name} has no such splits")


def _is_format(form: Any) -> bool:
    try:
        formats.get(form)
    except (ConfigError, KeyError, TypeError):
        return False
    return True


def _check_file(home: Path, path: Path, facts: dict[str, Any], kind: str) -> set[str]:
    """The sources of a file's rows, once its bytes are known to be as built."""
    _check_bytes(home, path, facts)
    with open_plain_file(home, path) as file:
        return _sources(file, path, kind)


def _check_bytes(home: Path, path: Path, facts: dict[str, Any]) -> None:
    """Raise `ConfigError` where a file is not the one that was built."""
    sha256 = facts["sha256"]
    if not isinstance(sha256, str) or not _SHA.fullmatch(sha256):
        raise ConfigError(f"it has no SHA-256 of {path.name}")
    with open_plain_file(home, path) as file:
        digest = digests(iter(lambda: file.read(1 << 20), b""), ["sha256"])["sha256"]
        if digest != sha256:
            raise ConfigError(
                f"{path} is not the file that was built (its SHA-256 differs); {AGAIN}."
            )


def _sources(file: BinaryIO, path: Path, kind: str) -> set[str]:
    """The sources that the rows name; their ids must agree."""
    sources: set[str] = set()
    for identity, source in _pairs(file, kind):
        if not isinstance(source, str) or str(identity).split("/")[1:2] != [source]:
            raise ConfigError(f"{path} holds a row {identity!r} of the source {source!r}; {AGAIN}.")
        sources.add(source)
    return sources


def _pairs(file: BinaryIO, kind: str) -> Iterator[tuple[Any, Any]]:
    if kind == "jsonl":
        for line in file:
            row = json.loads(line)
            yield row["id"], row["source"]
        return
    import pyarrow.parquet as pq

    for batch in pq.ParquetFile(file).iter_batches(columns=["id", "source"]):
        yield from zip(
            batch.column("id").to_pylist(), batch.column("source").to_pylist(), strict=True
        )


@contextmanager
def open_plain_file(home: Path, path: Path) -> Iterator[BinaryIO]:
    """Open a plain file for reading bytes.

    Args:
        home: the built folder.
        path: a file in it.

    Yields:
        The open file.

    Raises:
        ConfigError: the file or its folder is missing or a link.
    """
    for part in (path, path.parent):
        if part == home:
            break
        try:
            mode = part.lstat().st_mode
        except OSError as error:
            raise ConfigError(f"{path} is missing ({error.strerror}); {AGAIN}.") from None
        if not (stat.S_ISREG(mode) if part == path else stat.S_ISDIR(mode)):
            raise ConfigError(f"{part} is a link, or no plain file: such are not pushed.")
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
    with open(handle, "rb") as file:
        yield file


# ---- sources


def _check_sources(entries: dict[str, dict[str, Any]], sources: set[str]) -> None:
    entry_sources = {
        name.partition("/")[0] for entry in entries.values() for name in entry["sources"]
    }
    foreign = sources - entry_sources
    if foreign:
        raise ConfigError(f"there are rows of {', '.join(sorted(foreign))}, which it does not name")
    unknown = (entry_sources | sources) - set(registry.source_ids())
    if unknown:
        raise ConfigError(f"it names a source {sorted(unknown)[0]!r} that is not declared")
    for name, entry in entries.items():
        if entry["options"]["sample"] and not _of_the_sample(entry):
            raise ConfigError(
                f"{name} claims to be built from the bundled sample, which gives other files"
            )


def _of_the_sample(entry: dict[str, Any]) -> bool:
    """Whether the bundled sample gives exactly these files: they are built once more."""
    import datasets

    import itdr  # noqa: F401  (teaches load_dataset the name)

    options = {**entry["options"], "sample": True}
    try:
        builder = datasets.load_dataset_builder("itdr", entry["config"], **options)
        with tempfile.TemporaryDirectory(prefix="itdr-push-") as scratch:
            records = folder.build([builder], Path(scratch) / "out", entry["kind"])
    except ItdrError:  # such as a user's template folder, of which only the name is known
        return False
    again = records[entry["config"]]
    return bool(provenance.files(again) == provenance.files(entry))


def restricted_sources(
    checked: Checked, entries: dict[str, dict[str, Any]]
) -> dict[str, dict[str, Any]]:
    """The terms of those sources of the rows that may not be redistributed; empty for sample rows.

    Args:
        checked: the result of `check`.
        entries: what `provenance.read` found.

    Returns:
        Terms by id of the source.
    """
    if licences.made_up(entries):
        return {}
    terms = licences.declared_terms(checked.sources)
    return {
        name: one for name, one in terms.items() if one["licence"]["redistribution"] is not True
    }
