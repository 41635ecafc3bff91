"""Bad raw files: one clear error that names the file and what to do, and an untouched store."""

from __future__ import annotations

import gzip
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import datasets
import pytest

from itdr.builders.core.errors import DownloadError, ItdrError, RawFileError
from tests import world
from tests.world import load


def spoil_missing(folder: Path) -> None:
    (folder / "movies.csv").unlink()


def spoil_empty(folder: Path) -> None:
    (folder / "ratings.csv").write_bytes(b"")


def spoil_header_only(folder: Path) -> None:
    (folder / "ratings.csv").write_bytes(b"userId,movieId,rating,timestamp\n")


def spoil_column(folder: Path) -> None:
    path = folder / "ratings.csv"
    path.write_bytes(path.read_bytes().replace(b"timestamp", b"when", 1))


def spoil_utf16(folder: Path) -> None:
    path = folder / "movies.csv"
    path.write_bytes(path.read_text("utf-8").encode("utf-16"))


def spoil_latin1(folder: Path) -> None:
    path = folder / "movies.csv"
    path.write_bytes(path.read_bytes() + "999,Café Noir (1999),Drama\n".encode("latin-1"))


def spoil_cut(folder: Path) -> None:
    path = folder / "ratings.csv"
    path.write_bytes(path.read_bytes()[:-7])


def spoil_page(folder: Path) -> None:
    (folder / "ratings.csv").write_text("<!DOCTYPE html><html><body>Log in</body></html>\n")


def zipped(folder: Path) -> Path:
    path = folder / "ml-32m.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("ratings.csv", "movies.csv", "tags.csv"):
            archive.write(folder / name, f"ml-32m/{name}")
            (folder / name).unlink()
    return path


def spoil_truncated_zip(folder: Path) -> None:
    path = zipped(folder)
    path.write_bytes(path.read_bytes()[:-200])


def spoil_zip_bytes(folder: Path) -> None:
    path = zipped(folder)
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 0xFF
    content[len(content) // 3 + 1] ^= 0xFF
    path.write_bytes(bytes(content))


def spoil_zip_page(folder: Path) -> None:
    zipped(folder).write_text("<html>consent</html>")


def spoil_climbing_zip(folder: Path) -> None:
    path = folder / "ml-32m.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("ratings.csv", "movies.csv", "tags.csv"):
            archive.write(folder / name, f"../../{name}")
            (folder / name).unlink()


def gzipped(folder: Path) -> Path:
    path = folder / "ratings.csv"
    packed = path.with_name("ratings.csv.gz")
    packed.write_bytes(gzip.compress(path.read_bytes()))
    path.unlink()
    return packed


def spoil_truncated_gzip(folder: Path) -> None:
    path = gzipped(folder)
    path.write_bytes(path.read_bytes()[:-2000])


def spoil_gzip_checksum(folder: Path) -> None:
    """All rows can be read; only the checksum at the end says that they are not what was packed."""
    path = gzipped(folder)
    content = bytearray(path.read_bytes())
    content[-8] ^= 0xFF
    path.write_bytes(bytes(content))


CASES: dict[Callable[[Path], None], tuple[str, ...]] = {
    spoil_missing: ("movies.csv", "ml-32m"),
    spoil_empty: ("ratings.csv", "empty"),
    spoil_header_only: ("ratings.csv",),
    spoil_column: ("ratings.csv", "timestamp"),
    spoil_utf16: ("movies.csv", "UTF-16"),
    spoil_latin1: ("movies.csv", "utf-8"),
    spoil_cut: ("ratings.csv", "cut"),
    spoil_page: ("ratings.csv", "web page"),
    spoil_truncated_zip: ("ml-32m.zip",),
    spoil_zip_bytes: ("ml-32m.zip",),
    spoil_zip_page: ("ml-32m.zip",),
    spoil_truncated_gzip: ("ratings.csv.gz", "cut off"),
    spoil_gzip_checksum: ("ratings.csv.gz", "damaged"),
    spoil_climbing_zip: ("ml-32m.zip", "outside"),
}


@pytest.mark.parametrize("spoil", CASES, ids=lambda one: one.__name__)
@pytest.mark.parametrize("streaming", [True, False])
def test_a_bad_file_is_one_clear_error(
    spoil: Callable[[Path], None],
    streaming: bool,
    caches: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    folder = tmp_path / "raw" / "ml-32m"
    shutil.copytree(world.folder() / "ml-32m", folder)
    before = set(tmp_path.rglob("*"))
    spoil(folder)
    options: dict[str, Any] = {"sources": ["ml-32m"], "data_dir": str(tmp_path / "raw")}
    with pytest.raises(ItdrError) as error:
        datasets.load_dataset(
            "itdr",
            "sequential_rec",
            streaming=streaming,
            cache_dir=str(tmp_path / "datasets"),
            **options,
        )
    for words in CASES[spoil]:
        assert words.lower() in str(error.value).lower(), str(error.value)
    assert not list((caches / "store").rglob("manifest.json"))
    assert not list((caches / "store").rglob("*.tmp-*"))
    assert set(tmp_path.rglob("*.csv")) <= before


def test_offline_is_said(caches: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    with pytest.raises(DownloadError, match="OFFLINE"):
        load("sequential_rec", data_dir=None, sources=["ml-32m"])


def test_a_source_placed_by_hand_says_how(caches: Path, tmp_path: Path) -> None:
    world.write("ml-1m", tmp_path, users=20, items=20)
    with pytest.raises(RawFileError) as error:
        load("rating_prediction", root=tmp_path, sources=["yelp"])
    for words in ("yelp", "Yelp-JSON.zip", str(tmp_path / "yelp"), "terms"):
        assert words.lower() in str(error.value).lower(), str(error.value)
