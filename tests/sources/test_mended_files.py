"""Files as joining, sending and saving leave them: mended where that is safe, refused where bytes are
lost."""

from __future__ import annotations

import functools
import gzip
import importlib
import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from itdr.builders.core import arrow
from itdr.builders.core.errors import RawFileError
from itdr.builders.core.text_files import HOLE, LONGEST_LINE, normalize
from itdr.builders.core.text_watch import Suspects
from itdr.builders.store.prepare import prepare
from itdr.builders.store.spec import StoreSpec
from tests.sources.damages import LAYOUTS, Layout
from tests.sources.harness import load

MARK = b"\xef\xbb\xbf"


@pytest.fixture(scope="module")
def undamaged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of every source, without dirt."""
    root = tmp_path_factory.mktemp("undamaged")
    for source in LAYOUTS:
        module = importlib.import_module(f"tests.rawgen.{source.replace('-', '_')}")
        module.write(root / source, users=10, items=30, dirt=False)
    return root


def stored(source: str, layout: Layout, data: Path, work: Path) -> dict[str, object]:
    """The tables of the store that is built from a folder of raw files."""
    spec = StoreSpec(load(source), layout.domain, layout.facet, data_dir=data)
    path = prepare(spec, offline=True, progress=False, path=work / "store")
    tables = {file.name: pq.read_table(file) for file in sorted(path.glob("*.parquet"))}
    tables |= {file.name: arrow.read(file) for file in sorted(path.glob("*.arrow"))}
    assert {"interactions.parquet", "items.arrow"} <= tables.keys()
    return dict(tables)


def change(path: Path, how: Callable[[bytes], bytes]) -> None:
    data = path.read_bytes()
    packed = data[:2] == b"\x1f\x8b"
    text = how((gzip.decompress(data) if packed else data).replace(b"\r\n", b"\n"))
    path.write_bytes(gzip.compress(text) if packed else text)


def with_mark(data: bytes) -> bytes:
    end = data.index(b"\n", len(data) // 2) + 1
    return data[:end] + MARK + data[end:]


def with_hole(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes(512) + data[middle + 512 :]


HARMLESS = {
    "a CR too many": lambda data: data.replace(b"\n", b"\r\r\n"),
    "a CR too many in one line": lambda data: data[:-1] + b"\r\r\n",
    "a mark where files were joined": with_mark,
    "LF and CRLF": lambda data: data[: len(data) // 2].replace(b"\n", b"\r\n") + data[len(data) // 2 :],
    "Ctrl-Z at the end": lambda data: data + b"\x1a",
}  # fmt: skip
EACH = ("bookcrossing", "mind", "steam", "yelp")
"""A source of each kind of file: quoted fields, tabs, packed literals, JSON."""


def all_at_once(data: bytes) -> bytes:
    return functools.reduce(lambda changed, how: how(changed), HARMLESS.values(), data)


@pytest.mark.parametrize("source", LAYOUTS)
def test_what_programs_leave_between_lines_changes_nothing(
    source: str, undamaged: Path, tmp_path: Path
) -> None:
    facets = {(layout.facet, layout.domain): layout for layout in LAYOUTS[source]}
    for number, layout in enumerate(facets.values()):
        expected = stored(source, layout, undamaged, tmp_path / f"{number}")
        # Files are mended before a source reads them: one by one of each kind, of the others all at once.
        for name, how in (HARMLESS if source in EACH else {"all": all_at_once}).items():
            data = tmp_path / f"{number} {name}"
            shutil.copytree(undamaged / source, data / source)
            for one in LAYOUTS[source]:
                change(data / source / one.name, how)
            found = stored(source, layout, data, data)
            assert found == expected, name


@pytest.mark.parametrize(
    ("source", "layout"),
    [(source, layout) for source, layouts in LAYOUTS.items() for layout in layouts],
    ids=lambda one: getattr(one, "name", one),
)
@pytest.mark.parametrize("packed", [False, True])
def test_a_file_with_a_hole_is_refused(
    source: str, layout: Layout, packed: bool, undamaged: Path, tmp_path: Path
) -> None:
    shutil.copytree(undamaged / source, tmp_path / source)
    path = tmp_path / source / layout.name
    change(path, with_hole)
    if packed and not path.name.endswith(".gz"):
        path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()
    with pytest.raises(RawFileError, match="a block of NUL bytes at byte") as error:
        stored(source, layout, tmp_path, tmp_path)
    assert path.name in str(error.value)


@pytest.mark.parametrize(
    ("source", "layout"),
    [(source, layout) for source, layouts in LAYOUTS.items() for layout in layouts],
    ids=lambda one: getattr(one, "name", one),
)
@pytest.mark.parametrize("damage", ["checksum", "cut", "byte"])
def test_a_damaged_gzip_stream_is_told_with_its_file(
    source: str, layout: Layout, damage: str, undamaged: Path, tmp_path: Path
) -> None:
    shutil.copytree(undamaged / source, tmp_path / source)
    path = tmp_path / source / layout.name
    data = path.read_bytes()
    packed = data if data[:2] == b"\x1f\x8b" else gzip.compress(data)
    if not path.name.endswith(".gz"):
        path.unlink()
        path = path.with_name(f"{path.name}.gz")
    middle = len(packed) // 2
    path.write_bytes(
        {
            "checksum": packed[:-8] + bytes(4) + packed[-4:],
            "cut": packed[:-9],
            "byte": packed[:middle] + bytes([packed[middle] ^ 255]) + packed[middle + 1 :],
        }[damage]
    )
    with pytest.raises(RawFileError, match=r"gzip.*(?s:.)*again") as error:
        stored(source, layout, tmp_path, tmp_path)
    assert path.name in str(error.value)


@pytest.mark.parametrize("cut", range(1, 12))
def test_suspects_are_noticed_wherever_the_bytes_are_cut(cut: int) -> None:
    for data, expected in (
        (b"ab\ncd\nef\n", Suspects()),
        (b"ab\r\ncd\r\n", Suspects()),
        (b"ab\ncd\r\n", Suspects(mixed={"a"})),
        (b"ab\r\r\ncd\r\r\n", Suspects({"a"})),
        (b"ab\n" + MARK + b"cd\n", Suspects({"a"})),
        (MARK + b"ab\ncd\n", Suspects()),
        (b"ab" + MARK + b"cd\n", Suspects()),
        (b"ab\ncd\n\x1a", Suspects({"a"})),
        (b"ab\x1a\ncd\n", Suspects()),
    ):
        found = Suspects()
        pieces = [piece for piece in (data[:cut], data[cut:]) if piece]
        assert b"".join(found.watch(pieces, "a")) == data
        assert found == expected, data


def test_a_packed_copy_keeps_crlf_within_texts_and_is_mended(tmp_path: Path) -> None:
    (tmp_path / "raw.gz").write_bytes(
        gzip.compress(MARK + b'"a\r\nb"\r\r\r\n' + MARK + b"c\r\n\x1a")
    )
    found = normalize(tmp_path / "raw.gz", tmp_path / "plain")
    assert found.path.read_bytes() == b'"a\r\nb"\r\nc\r\n'


def test_single_nul_bytes_are_no_hole(tmp_path: Path) -> None:
    data = b"a\0b\n" * 100
    (tmp_path / "raw.gz").write_bytes(gzip.compress(data))
    assert normalize(tmp_path / "raw.gz", tmp_path / "plain").path.read_bytes() == data
    (tmp_path / "raw.gz").write_bytes(gzip.compress(data * (LONGEST_LINE // 100) + HOLE))
    with pytest.raises(
        RawFileError, match=f"NUL bytes at byte {len(data) * (LONGEST_LINE // 100):,}"
    ):
        normalize(tmp_path / "raw.gz", tmp_path / "plain")


CUT = [
    (source, layout)
    for source, layouts in LAYOUTS.items()
    for layout in layouts
    if layout.kind not in ("json", "literal") and layout.name != "books_data.csv"
]


@pytest.mark.parametrize(("source", "layout"), CUT, ids=lambda one: getattr(one, "name", one))
def test_a_file_packed_again_after_a_cut_is_refused_as_a_plain_one_is(
    source: str, layout: Layout, undamaged: Path, tmp_path: Path
) -> None:
    shutil.copytree(undamaged / source, tmp_path / source)
    path = tmp_path / source / layout.name
    # A last field of digits is cut so that what is left of it is a number, too.
    data = path.read_bytes().rstrip(b"\r\n")[:-1]
    path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(data))
    path.unlink()
    with pytest.raises(RawFileError, match="cut off") as error:
        stored(source, layout, tmp_path, tmp_path)
    assert path.name in str(error.value)
