"""Raw files in their plain form, and files that are hostile: endless lines, gzip that goes on and on."""

from __future__ import annotations

import gzip
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest

from itdr.builders.core.errors import RawFileError
from itdr.builders.core.text_files import LONGEST_LINE, TextFile, lines, normalize
from itdr.builders.core.text_watch import Suspects


def plain(tmp_path: Path, data: bytes, encoding: str = "utf-8", name: str = "raw.csv") -> TextFile:
    (tmp_path / name).write_bytes(data)
    return normalize(tmp_path / name, tmp_path / "plain", encoding)


@pytest.mark.parametrize("data", [b"a,b\n1,2\n", b"a\r\nb\r\n", "é\n".encode(), b"x", b""])
def test_a_plain_file_stays_where_it_is(tmp_path: Path, data: bytes) -> None:
    assert plain(tmp_path, data) == TextFile(tmp_path / "raw.csv")


@pytest.mark.parametrize(
    ("data", "encoding", "expected"),
    [
        (b"a\rb\r", "utf-8", b"a\nb\n"),
        (gzip.compress(b"a\nb"), "utf-8", b"a\nb"),
        (gzip.compress(b"a\n") + gzip.compress(b"b\n") + bytes(7), "utf-8", b"a\nb\n"),
        (gzip.compress(b"a\rb\r"), "utf-8", b"a\nb\n"),
        ("é\n".encode("latin-1"), "latin-1", "é\n".encode()),
        ("é\n".encode(), "latin-1", "é\n".encode()),
        ("é\n".encode() + "é\n€".encode("cp1252"), "cp1252", "é\né\n€".encode()),
        (b"\x81\n", "cp1252", "\x81\n".encode()),
    ],
)
def test_another_form_is_made_plain(
    tmp_path: Path, data: bytes, encoding: str, expected: bytes
) -> None:
    found = plain(tmp_path, data, encoding, "raw.csv.gz" if data[:2] == b"\x1f\x8b" else "raw.csv")
    assert found.path == tmp_path / "plain" / "raw.csv"
    assert found.path.read_bytes() == expected


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda data: data[:-20], "cut off before its end"),
        (lambda data: data[:-6] + b"\0" * 6, "the gzip stream is damaged"),
        (lambda data: data[:12] + b"\xff" * 20 + data[32:], "the gzip stream is damaged"),
        (lambda data: data + b"junk", "not gzip follows"),
    ],
)
def test_a_broken_gzip_is_named(tmp_path: Path, change: Any, said: str) -> None:
    data = gzip.compress(b"".join(b"%d,%d\n" % (n, n * n) for n in range(500)))
    with pytest.raises(RawFileError, match=said) as error:
        plain(tmp_path, change(data), name="raw.csv.gz")
    assert "raw.csv.gz" in str(error.value) and "put the official file" in str(error.value)


@pytest.mark.parametrize("length", [LONGEST_LINE - 1, LONGEST_LINE, 2 * LONGEST_LINE])
@pytest.mark.parametrize("place", [0, 3, 200_000])
def test_lines_without_end_are_left_out_and_counted(
    tmp_path: Path, length: int, place: int
) -> None:
    before, after = b"0123\n" * place, b"more\n" * 5
    (tmp_path / "raw").write_bytes(before + b"x" * length + b"\n" + after)
    too_long = length >= LONGEST_LINE
    found = list(lines(tmp_path / "raw"))
    assert len(found) == place + 6
    assert found.count(None) == too_long
    assert [line for line in found if line and line[:1] != b"x"] == [b"0123\n"] * place + [
        b"more\n"
    ] * 5
    plain = normalize(tmp_path / "raw", tmp_path / "plain", suspect=True)
    assert plain.long_lines == too_long
    assert plain.path.stat().st_size == 5 * place + 25 + (not too_long) * (length + 1)


def test_a_line_that_may_be_too_long_is_noticed_while_the_file_is_read() -> None:
    for pieces, expected in (
        ([b"x\n" * 500_000], set()),
        ([b"x" * 700_000, b"x" * 700_000], {"a"}),
        ([b"x\n" + b"x" * 700_000, b"\n" + b"x" * 700_000], set()),
    ):
        found = Suspects()
        assert b"".join(found.watch(pieces, "a")) == b"".join(pieces)
        assert found == Suspects(expected)


HOSTILE = """
import gzip, resource, sys, threading, time
from pathlib import Path
from itdr.builders.sources import {module}
from itdr.builders.store.prepare import prepare
from itdr.builders.store.reader import StoreReader
from itdr.builders.store.layout import read_manifest
from itdr.builders.store.spec import StoreSpec

def memory():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

source = {module}.SOURCE
small = prepare(StoreSpec(source, {domain!r}, data_dir=Path("small")), offline=True, progress=False)
before, began = memory(), time.process_time()
large = prepare(StoreSpec(source, {domain!r}, data_dir=Path("large")), offline=True, progress=False)
rejected = [n for table in read_manifest(large)["rejected"].values() for why, n in table.items() if "too long" in why]
print(memory() - before, sum(rejected), time.process_time() - began)
stored = [
    {{name: n for name, n in read_manifest(path)["rows"].items() if not name.endswith("_read")}}
    for path in (small, large)
]
print(stored[0] == stored[1])
"""


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("bookcrossing", "BX-Book-Ratings.csv"),
        ("steam", "steam_reviews.json.gz"),
        ("yelp", "yelp_academic_dataset_review.json"),
    ],
)
def test_a_line_of_200_megabytes_costs_neither_memory_nor_time(
    tmp_path: Path, source: str, name: str
) -> None:
    import importlib

    module = source.replace("-", "_")
    made = importlib.import_module(f"tests.rawgen.{module}")
    for folder in ("small", "large"):
        made.write(tmp_path / folder / source, users=20, items=40, dirt=False)
    path = tmp_path / "large" / source / name
    packed = name.endswith(".gz")
    data = gzip.decompress(path.read_bytes()) if packed else path.read_bytes()
    end = data.index(b"\n", len(data) // 2) + 1
    opener: Any = gzip.open if packed else open
    with opener(path, "wb") as file:
        file.write(data[:end] + b'{"user_id": "')
        for _ in range(200):
            file.write(b"x" * 1_000_000)
        file.write(b"\n" + data[end:])
    code = HOSTILE.format(module=module, domain=None)
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True,
        env={"PATH": "", "ITDR_CACHE": str(tmp_path / "cache"), "HOME": str(tmp_path)},
    )  # fmt: skip
    assert run.returncode == 0, run.stderr[-2_000:]
    figures, same = run.stdout.splitlines()
    memory, counted, seconds = figures.split()
    assert int(counted) == 1 and same == "True"
    assert int(memory) < 300, f"{memory} MB more than for the small file"
    assert float(seconds) < 15


def test_a_tar_archive_under_the_name_of_a_file_is_called_so(tmp_path: Path) -> None:
    inner, path = tmp_path / "a.json", tmp_path / "a.json.gz"
    inner.write_text("{}\n")
    with tarfile.open(path, "w:gz") as archive:
        archive.add(inner, "a.json")
    with pytest.raises(RawFileError, match=r"a\.json\.gz: it holds a tar archive"):
        list(lines(path))
