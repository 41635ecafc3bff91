"""Benchmarks: each line of rows finds cases in the raw files that are written for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import __main__ as main
from benchmarks import encoding, rows

SHAPE = {"users": 1_500, "items": 800, "ratings": 90_000}


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return main.write(tmp_path_factory.mktemp("bench"), SHAPE, quick=True)


@pytest.mark.parametrize("config", encoding.CONFIGS)
def test_every_subtask_has_rows_to_time(config: str, raw: Path) -> None:
    assert len(list(rows.stream(str(raw), config, size=40))) > 0
