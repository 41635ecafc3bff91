"""The embedded engine: its memory, where it puts aside what does not fit, and what it tells."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import datasets
import pytest

import itdr  # noqa: F401  (teaches load_dataset the name)
from itdr.builders.core import paths
from itdr.builders.core.errors import ConfigError, ItdrError
from itdr.builders.store.engine import (
    MEMORY,
    connect,
    memory_limit,
    open_engine,
    table_of,
    translate_errors,
)

SORTED = "SELECT range AS n, hash(range)::VARCHAR AS h FROM range({rows}) ORDER BY h"


@pytest.mark.parametrize(
    "limit",
    ["0", "abc", "1", "512", "1e3", "-1", "none", "0MB", "1KB", "999999999999TB", "1GB'; DROP"],
)
def test_a_memory_limit_that_is_no_size_is_refused(
    limit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ITDR_MEMORY", limit)
    with pytest.raises(ConfigError, match=r"ITDR_MEMORY must be .* ITDR_MEMORY=4GB"):
        connect()


@pytest.mark.parametrize("limit", ["512MB", "1.5GiB", "2 gb", "1G", " 900MB "])
def test_sizes_are_taken_as_they_are_written(limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ITDR_MEMORY", limit)
    assert memory_limit() == limit.strip()
    connect().close()
    monkeypatch.setenv("ITDR_MEMORY", "")
    assert memory_limit() == MEMORY


def test_a_wrong_limit_is_said_before_any_file_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ITDR_MEMORY", "512")
    with pytest.raises(ConfigError, match="ITDR_MEMORY"):
        datasets.load_dataset("itdr", "rating_prediction", streaming=True, sources=["yelp"])


def test_too_little_memory_names_the_variable(
    caches: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ITDR_MEMORY", "2MB")
    engine = open_engine(tmp_path)
    try:
        with pytest.raises(ItdrError, match=r"ran out of memory \(2MB\).*ITDR_MEMORY"):
            engine.keep("kept", SORTED.format(rows=10**6))
        with pytest.raises(ItdrError, match=r"ran out of memory \(2MB\).*ITDR_MEMORY"):
            table_of(engine, SORTED.format(rows=10**6))
    finally:
        engine.close()


def test_what_does_not_fit_is_put_aside_in_the_cache(
    caches: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("ITDR_MEMORY", "40MB")
    con = connect()
    con.execute("SET threads = 1")
    con.execute(f"CREATE TABLE kept AS {SORTED.format(rows=10**6)}")
    assert list(paths.work_root().glob("spill-*/*"))
    assert not list(Path.cwd().iterdir())
    other = connect()
    settings = "SELECT current_setting('temp_directory')"
    assert con.execute(settings).fetchone() != other.execute(settings).fetchone()
    other.close()
    con.close()
    assert not list(paths.work_root().glob("spill-*/*/*"))


@pytest.mark.parametrize("sign", ["?", "\\"])
def test_a_cache_that_the_engine_cannot_open_is_refused(
    sign: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if sign == os.sep:
        pytest.skip("what separates folders here")
    monkeypatch.setenv("ITDR_CACHE", str(tmp_path / f"a{sign}b"))
    with pytest.raises(ConfigError, match="ITDR_CACHE"):
        paths.store_root()


def test_a_stopped_query_is_a_keyboard_interrupt() -> None:
    code = (
        "import signal\n"
        "from itdr.builders.store.engine import connect, translate_errors\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "con = connect()\n"
        "print('asked', flush=True)\n"
        "try:\n"
        "    with translate_errors():\n"
        f"        con.sql({SORTED.format(rows=5 * 10**6)!r}).to_arrow_table()\n"
        "except KeyboardInterrupt:\n"
        "    print('stopped')\n"
    )
    asked = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert asked.stdout is not None and asked.stdout.readline() == "asked\n"
    for _ in range(100):
        try:
            asked.wait(0.2)
            break
        except subprocess.TimeoutExpired:
            asked.send_signal(signal.SIGINT)
    assert asked.stdout.read() == "stopped\n"


def test_other_errors_are_left_as_they_are() -> None:
    with pytest.raises(ValueError, match="no number"), translate_errors():
        raise ValueError("no number")
