"""Checks a built folder: its files and row counts against `provenance.json` and the card, and the version
and raw files that it was built with.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from itdr.audit.result import Result, RowCheck
from itdr.builders.dataset import registry
from itdr.builders.rawfiles.checksums import file_matches
from itdr.builders.sampling.splits import SPLITS
from itdr.scoring import built
from itdr.scoring.data import Data

Row = Mapping[str, Any]
CARD = "README.md"
_LINE = re.compile(r"(?m)^\| `([\w-]+)` \|(.*)\|$")
_NUMBER = re.compile(r"[\d,]+")


class FolderFacts(RowCheck):
    """The check. raw: whether the raw files are at hand, to compare their hashes."""

    def __init__(self, data: Data, raw: bool) -> None:
        self.result = Result(
            "folder", "row counts, version and raw files match what the folder says of itself"
        )
        self._data = data
        self._raw = raw
        self._seen: Counter[tuple[str, str]] = Counter()
        if data.folder is None:
            self.result.skipped = "the rows were drawn, not read from a folder"

    def see(self, split: str, row: Row) -> None:
        self._seen[f"{row['task']}/{row['source']}", split] += 1

    def end(self) -> Result:
        folder = self._data.folder
        entries = built.entries(folder) if folder is not None else {}
        if folder is None or not entries:
            self.result.skipped = self.result.skipped or "the folder holds no provenance.json"
            return self.result
        self.result.checked = len(entries)
        for config, entry in entries.items():
            home = folder if (folder / config).is_dir() else folder.parent
            for what in (*self._counts(home, entry), *_version(entry), *_card(home, config, entry)):
                self.result.fault(config, what)
        for what in _views(folder):
            self.result.fault(CARD, what)
        if self._raw:
            self._raw_files(entries)
        return self.result

    def _counts(self, home: Path, entry: Mapping[str, Any]) -> Iterator[str]:
        from itdr.publish import provenance

        for split, paths in provenance.paths(home, dict(entry)).items():
            hashes = {one["name"]: one.get("sha256") for one in entry["files"][split]}
            for path in paths:
                built_hash = hashes.get(path.name)
                if built_hash and not file_matches(path, f"sha256:{built_hash}"):
                    yield f"{path.name} is not the file that was built: its SHA-256 is another one"
            there = _rows_in(paths)
            row_count = entry.get("rows", {}).get(split, there)
            if row_count != there:
                yield f"provenance.json says {row_count} rows in {split}, the files hold {there:,}"
        for cell, counts in entry.get("cells", {}).items():
            for split, row_count in counts.items():
                if self._seen[cell, split] != row_count:
                    yield (
                        f"provenance.json says {row_count} rows of {cell} in {split}, the files hold "
                        f"{self._seen[cell, split]:,}"
                    )

    def _raw_files(self, entries: Mapping[str, Mapping[str, Any]]) -> None:
        """Compare the hashes of the raw files at hand with those that the folder names."""
        at_hand: dict[str, Mapping[str, Any]] = {}
        for cell in self._data.cells.values():
            for store in filter(None, (cell.store, cell.other)):
                manifest = store.manifest
                at_hand["/".join(filter(None, (manifest["source"], manifest["domain"])))] = (
                    manifest["files"]
                )
        for config, entry in entries.items():
            for name, source in entry.get("sources", {}).items():
                for role, built_file in source.get("raw_files", {}).items():
                    mine = at_hand.get(name, {}).get(role)
                    if mine is not None and mine.get("sha256") != built_file.get("sha256"):
                        self.result.fault(
                            config,
                            f"built from another {built_file.get('name')} of {name} than the one at hand "
                            f"(SHA-256 {str(built_file.get('sha256'))[:12]}…, here "
                            f"{str(mine.get('sha256'))[:12]}…)",
                        )


def _rows_in(paths: list[Path]) -> int:
    import pyarrow.parquet as pq

    count = 0
    for path in paths:
        with open(path, "rb") as file:
            if path.suffix == ".parquet":
                count += pq.ParquetFile(file).metadata.num_rows
            else:
                count += sum(1 for _ in file)
    return count


def _version(entry: Mapping[str, Any]) -> Iterator[str]:
    from itdr import __version__

    version = entry.get("versions", {}).get("itdr", __version__)
    if version != __version__:
        yield f"built by itdr {version}, audited by {__version__}: use the version that built it"


def _table(folder: Path) -> dict[str, list[int]]:
    """What the card says of each config: its rows by split."""
    path = folder / CARD
    text = path.read_text("utf-8") if path.is_file() else ""
    table: dict[str, list[int]] = {}
    for name, rest in _LINE.findall(text):
        cells = [cell.strip() for cell in rest.split("|")]
        numbers = cells[-len(SPLITS) :]
        # The other table has the paper's count at the end, and a source after the subtask.
        if (
            len(cells) > len(SPLITS)
            and cells[0][:1] != "`"
            and all(map(_NUMBER.fullmatch, numbers))
        ):
            table[name] = [int(one.replace(",", "")) for one in numbers]
    return table


def _card(folder: Path, config: str, entry: Mapping[str, Any]) -> Iterator[str]:
    card_rows = _table(folder).get(config)
    rows = [entry.get("rows", {}).get(split, 0) for split in SPLITS]
    if card_rows is not None and "rows" in entry and card_rows != rows:
        yield f"{CARD} says {_listed(card_rows)} rows, provenance.json {_listed(rows)}"


def _views(folder: Path) -> Iterator[str]:
    """Configs of several subtasks whose rows are not those of their subtasks, in the card itself."""
    table = _table(folder)
    for name, counts in table.items():
        if name not in registry.config_names():
            continue
        parts = [table[task.id] for task in registry.tasks_of(name) if task.id in table]
        if parts and [sum(column) for column in zip(*parts, strict=True)] != counts:
            yield f"says {_listed(counts)} rows of {name}, which are not those of its subtasks"


def _listed(counts: list[int]) -> str:
    return ", ".join(f"{count:,}" for count in counts)
