"""Gzip read to its end: whole, cut, damaged, of several members; by ISA-L and by zlib alike."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from itdr.builders.rawfiles import checksums

TEXT = b"".join(b"line %d of some text\n" % k for k in range(20_000))
PACKED = gzip.compress(TEXT)


@pytest.fixture(params=["zlib", "isal"], autouse=True)
def decoder(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "zlib":
        monkeypatch.setattr(checksums, "_deflate", zlib)
    else:
        isal_zlib = pytest.importorskip("isal.isal_zlib")
        monkeypatch.setattr(checksums, "_deflate", isal_zlib)


def pieces(packed: bytes, size: int) -> Iterator[bytes]:
    return (packed[k : k + size] for k in range(0, len(packed), size))


@pytest.mark.parametrize("size", [1, 7, 1000, 1 << 20])
@pytest.mark.parametrize("times, padding", [(1, b""), (2, b""), (3, b"\0" * 100)])
def test_a_whole_stream_is_unpacked(times: int, padding: bytes, size: int) -> None:
    packed = gzip.compress(TEXT[:5000]) * times + padding
    assert b"".join(checksums.gunzip(pieces(packed, size))) == TEXT[:5000] * times


@pytest.mark.parametrize(
    "packed, said",
    [
        (PACKED[:-9], "cut off"),
        (PACKED[:-1], "cut off"),
        (PACKED[:5], "cut off"),
        (PACKED[:-6] + b"\0\0" + PACKED[-4:], "damaged"),
        (PACKED[:-2] + b"\1\1", "damaged"),
        (PACKED[:9000] + b"\xff" * 50 + PACKED[9050:], "damaged"),
        (b"<html>" + PACKED, "damaged"),
        (PACKED + b"<html>", "damaged|cut off"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, packed: bytes, said: str) -> None:
    path = tmp_path / "some.gz"
    path.write_bytes(packed)
    problem = checksums.check_gzip(path)
    assert problem is not None
    assert any(one in problem for one in said.split("|")), problem
    path.write_bytes(PACKED)
    assert checksums.check_gzip(path) is None


@given(place=st.integers(0, len(PACKED) - 1), bit=st.integers(0, 7))
def test_no_flipped_bit_of_the_content_passes(place: int, bit: int) -> None:
    """Of the header's time, name and system a flip is harmless; elsewhere it gives other bytes, or
    an error."""
    spoilt = bytearray(PACKED)
    spoilt[place] ^= 1 << bit
    try:
        read = b"".join(checksums.gunzip([bytes(spoilt)]))
    except ValueError:
        return
    assert read == TEXT
    assert place < 10
