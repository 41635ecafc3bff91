"""The copy of a folder of raw files that lies elsewhere follows it; no Spark is needed for that."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest

from itdr.builders.core import remote
from itdr.builders.core.errors import RawFileError
from itdr.spark import raw_files
from itdr.spark.read import RawPaths
from tests.spark.conftest import contents

URL = "memory://itdr-raw"
FIRST = {"ml-1m/movies.dat": b"one", "ml-1m/ratings.dat": b"1::2::3", "yelp/a/b.json": b"{}"}


@pytest.fixture
def there(caches: Path) -> Iterator[Any]:
    """A file system in memory with some raw files."""
    system = fsspec.filesystem("memory")
    put(system, FIRST)
    yield system
    system.rm("/itdr-raw", recursive=True)


def put(system: Any, files: dict[str, bytes]) -> None:
    for name, body in files.items():
        system.pipe(f"/itdr-raw/{name}", body)


def test_the_copy_follows_the_folder(there: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    fetched: list[str] = []
    real = remote.fetch

    def fetch(url: str, target: Path) -> bool:
        fetched.append(url.removeprefix(f"{URL}/"))
        return real(url, target)

    monkeypatch.setattr(remote, "fetch", fetch)
    here = Path(raw_files.fetch_data_dir(URL) or "")
    assert contents(here) == FIRST and sorted(fetched) == sorted(FIRST)
    fetched.clear()
    assert raw_files.fetch_data_dir(f"{URL}/") == str(here) and not fetched
    put(there, {"ml-1m/movies.dat": b"two"})
    there.rm("/itdr-raw/yelp", recursive=True)
    raw_files.fetch_data_dir(URL)
    assert fetched == ["ml-1m/movies.dat"], "of the same size, and changed"
    now = {"ml-1m/movies.dat": b"two", "ml-1m/ratings.dat": b"1::2::3"}
    assert contents(here) == now, "what is gone there is gone here"


def test_a_file_that_is_no_longer_whole_here_is_fetched_again(there: Any) -> None:
    here = Path(raw_files.fetch_data_dir(URL) or "")
    (here / "ml-1m/movies.dat").unlink()
    (here / "ml-1m/ratings.dat").write_bytes(b"1::")
    raw_files.fetch_data_dir(URL)
    assert contents(here) == FIRST


def test_an_executor_reads_what_the_file_holds_now(there: Any) -> None:
    paths = {"movies": f"{URL}/ml-1m/movies.dat"}
    assert RawPaths(paths)["movies"].read_bytes() == b"one"
    put(there, {"ml-1m/movies.dat": b"two"})
    assert RawPaths(paths)["movies"].read_bytes() == b"two"


def test_a_folder_without_files_is_refused(there: Any) -> None:
    there.mkdir("/itdr-raw/empty")
    with pytest.raises(RawFileError, match="holds no file"):
        raw_files.fetch_data_dir(f"{URL}/empty")


def test_where_the_file_system_tells_no_time_the_size_must_do() -> None:
    assert remote.state({"size": 3}) == remote.state({"size": 3, "mtime": None})
    assert remote.state({"size": 3}) != remote.state({"size": 4})
    assert remote.state({"size": 3, "ETag": "a"}) != remote.state({"size": 3, "ETag": "b"})
