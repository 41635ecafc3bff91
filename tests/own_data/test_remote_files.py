"""Files that lie elsewhere: on object storage (a server of this machine stands in) and on the web."""

from __future__ import annotations

import functools
import http.server
import logging
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from itdr.builders.core.errors import ConfigError, DownloadError, ItdrError
from itdr.builders.dataset import own_sources
from itdr.builders.store.prepare import prepare
from itdr.builders.store.spec import StoreSpec
from tests.own_data import shop
from tests.own_data.test_described import load


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    """The URL of an empty bucket."""
    s3fs = pytest.importorskip("s3fs")
    server_module = pytest.importorskip("moto.server")
    server = server_module.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server.start()
    _, port = server.get_host_and_port()
    before = dict(os.environ)
    os.environ["AWS_ENDPOINT_URL"] = f"http://127.0.0.1:{port}"
    os.environ.update(AWS_ACCESS_KEY_ID="none", AWS_SECRET_ACCESS_KEY="none")
    os.environ["AWS_DEFAULT_REGION"] = "us-east-1"
    s3fs.S3FileSystem.clear_instance_cache()
    s3fs.S3FileSystem().mkdir("own-data")
    yield "s3://own-data"
    server.stop()
    s3fs.S3FileSystem.clear_instance_cache()
    for name in set(os.environ) - set(before):
        del os.environ[name]
    os.environ.update(before)


def moved(path: Path, base: str) -> Path:
    """The description with its files at another place."""
    text = shop.DESCRIPTION
    for name in ("log.csv", "products.parquet", "customers.jsonl"):
        text = text.replace(f"file: {name}", f"file: {base}/{name}")
    target = path.with_name("far.yaml")
    target.write_text(f"{text}\nid: shop\n", "utf-8")
    return target


def test_object_storage_is_read_and_followed(bucket: str, tmp_path: Path, caches: Path) -> None:
    import s3fs

    path = shop.write(tmp_path)
    there = s3fs.S3FileSystem()
    for name in ("log.csv", "products.parquet", "customers.jsonl"):
        there.put(str(tmp_path / name), f"{bucket}/{name}")
    far = moved(path, bucket)
    rows = load("top_k_rec", str(path))
    assert load("top_k_rec", str(far)) == rows
    source, _ = own_sources.find_source(str(far))
    store = StoreSpec(source).path
    # What was replaced there is another store; what is not there is said.
    shop.write_csv(tmp_path / "log.csv", shop.log(5), ";")
    there.put(str(tmp_path / "log.csv"), f"{bucket}/log.csv")
    changed, _ = own_sources.find_source(str(far))
    assert StoreSpec(changed).path != store
    assert load("top_k_rec", str(far)) != rows
    there.rm(f"{bucket}/log.csv")
    with pytest.raises(ConfigError, match=rf"far\.yaml:3: interactions: there is no file {bucket}"):
        own_sources.find_source(str(far))


def test_storage_that_nobody_knows_is_said(tmp_path: Path, caches: Path) -> None:
    path = moved(shop.write(tmp_path), "nosuch://bucket")
    with pytest.raises(ItdrError, match="cannot be reached"):
        own_sources.find_source(str(path))


def test_the_web_is_read_once(tmp_path: Path, caches: Path) -> None:
    path = shop.write(tmp_path)
    handler = functools.partial(_Quiet, directory=str(tmp_path))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    far = moved(path, f"http://127.0.0.1:{server.server_port}")
    try:
        assert load("top_k_rec", str(far)) == load("top_k_rec", str(path))
        asked = len(_Quiet.asked)
    finally:
        server.shutdown()
        server.server_close()
    assert load("sequential_rec", str(far))
    assert len(_Quiet.asked) == asked


def test_a_web_page_that_is_gone_is_said(tmp_path: Path, caches: Path) -> None:
    path = moved(shop.write(tmp_path), "http://127.0.0.1:9")
    source, _ = own_sources.find_source(str(path))
    with pytest.raises(DownloadError, match="could not be downloaded"):
        prepare(StoreSpec(source), progress=False)


class _Quiet(http.server.SimpleHTTPRequestHandler):
    asked: list[str] = []  # noqa: RUF012

    def log_message(self, format: str, *args: object) -> None:
        self.asked.append(str(args))
