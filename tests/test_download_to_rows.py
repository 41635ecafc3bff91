"""From an archive on a server to rows, and on without it: a source of which nothing is on disk."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from itdr.builders.core import paths
from itdr.builders.core.errors import DownloadError
from itdr.builders.core.schema import Remote
from itdr.builders.dataset import registry
from itdr.builders.sources import ml_32m
from tests import world
from tests.world import load

ML = {"sources": ["ml-32m"], "data_dir": None}


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caches: Path) -> Iterator[Path]:
    """A server on this machine with a made-up archive, declared as that of MovieLens 32M."""
    world.write("ml-32m", tmp_path / "web", users=120, items=120, packed=True)
    archive = tmp_path / "web" / "ml-32m" / "ml-32m.zip"
    handler = functools.partial(Quiet, directory=str(archive.parent))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    content = archive.read_bytes()
    remote = Remote(
        "ml-32m.zip",
        (f"http://127.0.0.1:{server.server_port}/ml-32m.zip",),
        size=len(content),
        checksum=f"md5:{hashlib.md5(content).hexdigest()}",
    )
    declared = dataclasses.replace(ml_32m.SOURCE, remotes=(remote,))
    monkeypatch.setattr(ml_32m, "SOURCE", declared)
    registry._installed_source.cache_clear()
    yield archive
    server.shutdown()
    server.server_close()
    registry._installed_source.cache_clear()


def test_the_archive_is_fetched_once_and_read(served: Path) -> None:
    first = load("sequential_rec", **ML)
    assert first["train"] and first["test"]
    assert (paths.raw_root() / "ml-32m" / "ml-32m.zip").read_bytes() == served.read_bytes()
    served.unlink()
    assert load("sequential_rec", **ML) == first
    assert load("top_k_rec", **ML)["train"]


def test_another_content_than_declared_is_refused_and_nothing_stored(
    served: Path, caches: Path
) -> None:
    content = bytearray(served.read_bytes())
    content[len(content) // 2] ^= 0xFF
    served.write_bytes(bytes(content))
    with pytest.raises(DownloadError, match=r"ml-32m\.zip"):
        load("sequential_rec", **ML)
    assert not list((caches / "store").rglob("manifest.json"))
    assert not (paths.raw_root() / "ml-32m" / "ml-32m.zip").exists()


def test_downloads_are_dropped_on_demand_and_not_missed(served: Path, tmp_path: Path) -> None:
    from itdr.commands.app import app

    order = ["build", "sequential_rec", "--sources", "ml-32m", "-o", str(tmp_path / "out")]
    done = CliRunner().invoke(app, [*order, "--drop-raw"])
    assert done.exit_code == 0, done.output
    assert not (paths.raw_root() / "ml-32m" / "ml-32m.zip").exists()
    served.unlink()
    assert load("top_k_rec", **ML)["train"]
