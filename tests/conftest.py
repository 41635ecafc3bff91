"""Caches of the tests' own, set before `datasets` is imported and reads them."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from multiprocessing import util
from pathlib import Path

import pytest

_HOME = tempfile.mkdtemp(prefix="itdr-tests-")
tempfile.tempdir = _HOME  # for all that tests write: one folder, removed at the end
# After multiprocessing removed its own folder within it, which it does at priority -100.
util.Finalize(None, shutil.rmtree, args=(_HOME, True), exitpriority=-200)
os.environ["HF_HOME"] = os.path.join(_HOME, "hf")
os.environ["ITDR_CACHE"] = os.path.join(_HOME, "itdr")
for name in ("HF_DATASETS_CACHE", "HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE", "ITDR_MIRROR"):
    os.environ.pop(name, None)

LONGEST_GROUP = "spark"


def pytest_configure(config: pytest.Config) -> None:
    for marker in (
        "real: reads real raw files from the folder in ITDR_RAW",
        "interface: the public interface, repeated on other versions of datasets and from a wheel",
        "xdist_group(name): tests that share a process",
    ):
        config.addinivalue_line("markers", marker)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of one file share a process, and so what its fixtures built; a file may name a wider group.

    The group that takes longest comes first: begun last, it would run on while the other workers idle.
    """
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))
    items.sort(key=lambda item: item.get_closest_marker("xdist_group").args[0] != LONGEST_GROUP)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes are named by their argument and place: a gzip file carries its time of writing, and
    parallel workers must collect the same names."""
    return argname if isinstance(val, bytes) else None


@pytest.fixture
def caches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty store cache for one test."""
    monkeypatch.setenv("ITDR_CACHE", str(tmp_path / "cache"))
    yield tmp_path / "cache"


@pytest.fixture(scope="session")
def raw() -> Path:
    """The folder with real raw files; skips where the variable ITDR_RAW names none."""
    base = os.environ.get("ITDR_RAW")
    if not base or not Path(base).is_dir():
        pytest.skip("ITDR_RAW names no folder with real raw files")
    return Path(base)
