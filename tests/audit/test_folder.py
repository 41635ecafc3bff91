"""A built folder whose counts, version or raw files are not what it says is named."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from itdr import audit
from itdr.scoring import data
from tests.publish.building import small

CONFIG = "sequential_rec"
Entry = dict[str, Any]


@pytest.fixture(scope="module")
def built() -> Path:
    return small()


def faults(folder: Path, raw: bool) -> list[str]:
    opened = data.open_data(str(folder), {"sample": True})
    (result,) = (one for one in audit.audit(opened, raw=raw) if one.name == "folder")
    return [what for _, what in result.faults]


def more_rows(entry: Entry) -> None:
    entry["rows"]["train"] += 7


def more_of_a_cell(entry: Entry) -> None:
    next(iter(entry["cells"].values()))["train"] += 7


def another_version(entry: Entry) -> None:
    entry["versions"]["itdr"] = "0.0.7"


def other_raw_files(entry: Entry) -> None:
    for source in entry["sources"].values():
        for one in source["raw_files"].values():
            one["sha256"] = "0" * 64


@pytest.mark.parametrize(
    ("plant", "raw", "said"),
    [
        (more_rows, False, "rows in train"),
        (more_of_a_cell, False, "rows of sequential_rec/"),
        (another_version, False, "built by itdr 0.0.7"),
        (other_raw_files, True, "built from another"),
    ],
)
def test_provenance_at_odds_is_named(
    built: Path, tmp_path: Path, plant: Callable[[Entry], None], raw: bool, said: str
) -> None:
    folder = shutil.copytree(built, tmp_path / "copy")
    found = json.loads((folder / "provenance.json").read_text("utf-8"))
    plant(found[CONFIG])
    (folder / "provenance.json").write_text(json.dumps(found), "utf-8")
    told = faults(folder, raw)
    assert told and all(said in what for what in told if "README" not in what)
    assert any(said in what for what in told)


def test_a_count_of_the_card_is_compared(built: Path, tmp_path: Path) -> None:
    assert faults(built, raw=True) == []
    folder = shutil.copytree(built, tmp_path / "copy")
    card = folder / "README.md"
    lines = card.read_text("utf-8").splitlines()
    place = next(k for k, line in enumerate(lines) if line.startswith(f"| `{CONFIG}` | S"))
    cells = lines[place].split("|")
    cells[-2] = " 9999 "
    lines[place] = "|".join(cells)
    card.write_text("\n".join(lines), "utf-8")
    assert any("9,999" in what for what in faults(folder, raw=False))
