"""Every address of every declared source, through the misbehaving server."""

from __future__ import annotations

import dataclasses
import functools
import importlib
import zlib
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from itdr.builders import sources
from itdr.builders.core.schema import Remote, Source
from itdr.builders.rawfiles.checksums import split_checksum
from itdr.builders.rawfiles.download.download import fetch
from itdr.builders.rawfiles.inventory import downloads_for, fetchable
from tests.rawfiles.made_up import RATINGS, RATINGS_GZ, TAR, ZIP
from tests.rawfiles.server import Misbehaving, leftovers, quick, sha

MODULES = sorted(
    path.stem
    for folder in sources.__path__
    for path in Path(folder).glob("*.py")
    if not path.stem.startswith("_")
)
SCRIPTS = (["drop:77"], ["status:503", "reset:500"], ["retry:429:3", "ignore-range"], ["stall:60"])


@functools.cache
def declared(module: str) -> Source:
    return importlib.import_module(f"itdr.builders.sources.{module}").SOURCE


def body_for(name: str) -> bytes:
    """Bytes of the right kind for a file of this name."""
    low = name.lower()
    if low.endswith(".zip"):
        return ZIP
    if low.endswith((".tar.gz", ".tgz", ".tar")):
        return TAR
    if low.endswith((".json", ".jsonl")):
        return b'{"user": 1}\n' * 400
    return RATINGS_GZ if low.endswith(".gz") else RATINGS


@pytest.mark.parametrize("module", MODULES)
def test_every_address_is_fetched(
    module: str, server: Misbehaving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ITDR_MIRROR", server.address)
    monkeypatch.setenv("KAGGLE_API_TOKEN", "KGAT_x")
    for remote in declared(module).remotes:
        for place, url in enumerate(remote.urls):
            parts = urlsplit(url)
            assert parts.scheme in ("http", "https") and parts.netloc and parts.path != "/", url
            assert not set(url) & set(' {}<>"'), f"not filled in: {url}"
            body = body_for(remote.name)
            # Which fault an address meets depends on its text alone.
            script = SCRIPTS[zlib.crc32(url.encode()) % len(SCRIPTS)]
            server.put(f"{parts.netloc}{parts.path}", body, *script)
            fake = Remote(remote.name, (url,), len(body), sha(body), access=remote.access)
            path = fetch(fake, tmp_path / str(place), policy=quick(read_timeout=0.05))
            assert path.read_bytes() == body
    asked = {one.path for one in server.seen}
    for remote in declared(module).remotes:
        for url in remote.urls:
            parts = urlsplit(url)
            query = f"?{parts.query}" if parts.query else ""
            assert f"/{parts.netloc}{parts.path}{query}" in asked
    assert not any("Authorization" in one.headers for one in server.seen)
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize("module", MODULES)
def test_declarations_hang_together(module: str) -> None:
    source = declared(module)
    names = [remote.name for remote in source.remotes]
    keys = [file.key for file in source.files]
    assert len(set(names)) == len(names) and len(set(keys)) == len(keys)
    assert source.by_hand.strip() and source.licence.url.startswith("http")
    for remote in source.remotes:
        for checksum in (remote.checksum, remote.plain_checksum):
            if checksum:
                algorithm, digits = split_checksum(checksum)
                assert len(digits) == {"md5": 32, "sha256": 64}[algorithm]
                int(digits, 16)
        assert remote.size is None or remote.size > 0
    for file in source.files:
        assert set(file.packed_in) <= set(names), f"{file.key} is packed in what is not declared"
        ways = downloads_for(source, file)
        assert ways or file.optional, f"{file.key} has neither an address nor an archive"
        assert len({remote.name for remote in ways}) == len(ways)
        fetched = [fetchable(remote) for remote in ways]
        assert fetched == sorted(fetched, reverse=True), "what needs no hand comes first"
    assert dataclasses.is_dataclass(source)


def test_there_are_sources() -> None:
    assert MODULES
