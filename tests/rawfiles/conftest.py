"""Fixtures of the download tests, and the count of faults at their end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from itdr.builders.rawfiles.download.retry import UNREACHABLE
from tests.rawfiles.server import FAULTS, Misbehaving, serving


@pytest.fixture
def server() -> Iterator[Misbehaving]:
    """A web server on 127.0.0.1 that does what its scripts say."""
    with serving() as world:
        yield world


@pytest.fixture
def mirror(caches: Path, server: Misbehaving, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of the test's own, and no way out but to the local server."""
    monkeypatch.setenv("ITDR_MIRROR", server.address)
    return caches


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A `data_dir` with an empty folder of the made-up source."""
    (tmp_path / "raw" / "made-up").mkdir(parents=True)
    return tmp_path / "raw"


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No mirror, token or proxy of whoever runs the tests."""
    for name in ("ITDR_MIRROR", "HF_ENDPOINT", "KAGGLE_API_TOKEN", "KAGGLE_USERNAME", "KAGGLE_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("KAGGLE_CONFIG_DIR", "/nonexistent")
    monkeypatch.setenv("NO_PROXY", "*")


@pytest.fixture(autouse=True)
def reachable_again() -> None:
    """No test hears of the hosts that another could not reach."""
    UNREACHABLE.clear()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if FAULTS:
        kinds = ", ".join(f"{kind} {times}" for kind, times in sorted(FAULTS.items()))
        terminalreporter.write_line(f"faults tried: {sum(FAULTS.values())} ({kinds})")
