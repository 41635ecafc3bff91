"""Caches of the tests' own, set before `datasets` is imported and reads them."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from multiprocessing import util
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# The same examples in every run: what fails here fails everywhere. ITDR_RANDOM=1 looks for others.
# How busy the machine is decides nothing: drawing examples takes seconds where many processes run.
PATIENT = {"suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("same", derandomize=True, **PATIENT)
settings.register_profile("random", derandomize=False, **PATIENT)
settings.load_profile("random" if os.environ.get("ITDR_RANDOM") else "same")

_HOME = tempfile.mkdtemp(prefix="itdr-tests-")
tempfile.tempdir = _HOME  # for all that tests write: one folder, removed at the end
# After multiprocessing removed its own folder within it, which it does at priority -100.
util.Finalize(None, shutil.rmtree, args=(_HOME, True), exitpriority=-200)
os.environ["HF_HOME"] = os.path.join(_HOME, "hf")
# All workers of a run share stores, and the made-up files of which they are built (`tests/shared.py`): theirs are
# those of the process that started them.
os.environ["ITDR_CACHE"] = os.environ.setdefault("ITDR_TESTS_CACHE", os.path.join(_HOME, "itdr"))
os.environ.setdefault("ITDR_TESTS_SHARED", os.path.join(_HOME, "shared"))
# The last: processes that tests start would compile the package again, each of them.
for name in (
    "HF_DATASETS_CACHE",
    "HF_HUB_OFFLINE",
    "HF_DATASETS_OFFLINE",
    "ITDR_MIRROR",
    "PYTHONDONTWRITEBYTECODE",
):
    os.environ.pop(name, None)

GROUPS = {
    "spark": ("tests/spark/",),
    # One worker builds the large folder for all that read it,
    "built": (
        "tests/publish/test_card.py",
        "tests/publish/test_hub.py",
        "tests/publish/test_reading.py",
        "tests/report/",
        "tests/scoring/test_inspect.py",
    ),
    # one draws what audits compare rows with,
    "audits": ("tests/audit/",),
    # one draws the profiles of all worlds of interests,
    "interests": ("tests/test_interest.py", "tests/test_interest_"),
    # and one counts the world of tastes.
    "target users": ("tests/test_target_users.py", "tests/test_whom_to_avoid.py"),
    # Long, and by their names among the last.
    "tables": ("tests/test_tables.py",),
}
"""Beginnings of the paths of tests that share a process; all others share it with those of their file."""


def pytest_configure(config: pytest.Config) -> None:
    for marker in (
        "real: reads real raw files from the folder in ITDR_RAW",
        "interface: the public interface, repeated on other versions of datasets and from a wheel",
    ):
        config.addinivalue_line("markers", marker)


def group_of(nodeid: str) -> str:
    """The group of tests that share a process, and so what its fixtures built."""
    file = nodeid.partition("::")[0]
    return next((name for name, paths in GROUPS.items() if file.startswith(paths)), file)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The groups that take longest come first: begun last, they would run on while the other workers idle."""
    order = {name: place for place, name in enumerate(GROUPS)}
    items.sort(key=lambda item: order.get(group_of(item.nodeid), len(order)))


def pytest_collection_finish() -> None:
    """What was imported and collected stays: looked through again and again for garbage, it costs 2% of the run."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Whole groups go to a worker. (`--dist loadgroup` marks them in a private field that pytest 9.2 lacks.)"""
    from xdist.scheduler import LoadScopeScheduling

    class ByGroup(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return group_of(nodeid)

    return ByGroup(config, log)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes are named by their argument and place: a gzip file carries its time of writing, and
    parallel workers must collect the same names."""
    return argname if isinstance(val, bytes) else None


@pytest.fixture(scope="session", autouse=True)
def fast_disk() -> Iterator[None]:
    """No test pulls the plug, so none need wait for the disk; `test_bytes_are_on_disk_…` looks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda handle: None)
        yield


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
