"""Files of one record to a line, saved so that a line holds several: refused, whatever their size."""

from __future__ import annotations

import gzip
import importlib
from collections.abc import Callable
from pathlib import Path

import pytest

from itdr.builders.core.errors import RawFileError
from itdr.builders.core.one_record import require_one_per_line
from itdr.builders.core.text_files import LONGEST_LINE
from itdr.builders.store.prepare import prepare
from itdr.builders.store.spec import StoreSpec
from tests.sources.damages import LAYOUTS, Layout
from tests.sources.harness import load

SHARED = "two records share a line near byte"
ALL = "all of it stands in one line"
NONE = "none of the first 20 lines is one"
FORMS: dict[str, tuple[Callable[[list[bytes]], bytes], str, str]] = {
    "half an array": (
        lambda lines: b"\n".join(lines[:20]) + b"\n[" + b",".join(lines[20:]) + b"]\n", SHARED, SHARED,
    ),
    "half without line ends": (
        lambda lines: b"\n".join(lines[:20]) + b"\n" + b"".join(lines[20:]) + b"\n", SHARED, SHARED,
    ),
    "two on a line": (
        lambda lines: b"\n".join([*lines[:-2], lines[-2] + b" , " + lines[-1]]) + b"\n", SHARED, SHARED,
    ),
    "an array": (lambda lines: b"[" + b", ".join(lines) + b"]\n", NONE, SHARED),
    "no line ends": (lambda lines: b"".join(lines) + b"\n", NONE, SHARED),
    "below a key": (lambda lines: b'{"data": [' + b",".join(lines) + b"]}\n", NONE, ALL),
}  # fmt: skip
"""How the lines are saved; what is said of a small file, and of one with lines beyond the limit. The first file of each
kind is saved in all of these ways, the others in the first."""
CASES = [
    (source, layout)
    for source, layouts in LAYOUTS.items()
    for layout in layouts
    if layout.kind in ("json", "literal")
]


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize(
    ("source", "layout", "form"),
    [
        (source, layout, form)
        for place, (source, layout) in enumerate(CASES)
        for form in FORMS
        if form == "half an array" or layout.kind not in {one.kind for _, one in CASES[:place]}
    ],
    ids=lambda one: getattr(one, "name", one),
)
def test_records_that_share_a_line_are_never_lost_uncounted(
    source: str, layout: Layout, large: bool, form: str, tmp_path: Path
) -> None:
    module = importlib.import_module(f"tests.rawgen.{source.replace('-', '_')}")
    module.write(tmp_path / source, users=10, items=30, dirt=False)
    path = tmp_path / source / layout.name
    packed = layout.kind == "literal"
    data = gzip.decompress(path.read_bytes()) if packed else path.read_bytes()
    lines = data.splitlines()
    if large:
        lines *= 2 * LONGEST_LINE // len(data) + 2
    save, small, beyond = FORMS[form]
    text = save(lines)
    path.write_bytes(gzip.compress(text, 1) if packed else text)
    spec = StoreSpec(load(source), layout.domain, layout.facet, data_dir=tmp_path)
    said = beyond if large and not packed else small
    with pytest.raises(RawFileError, match=said) as error:
        prepare(spec, offline=True, progress=False, path=tmp_path / "store")
    assert path.name in str(error.value)


@pytest.mark.parametrize("cut", [1 << 20, (1 << 20) + 4])
def test_the_place_is_given_across_blocks(tmp_path: Path, cut: int) -> None:
    first = b'{"id": 1, "text": "'
    first += b"x" * (cut - len(first) - 2) + b'"}'
    path = tmp_path / "records.json"
    path.write_bytes(first + b',{"id": 2}\n')
    with pytest.raises(RawFileError, match=f"{cut - 1:,}: "):
        require_one_per_line(path)
    require_one_per_line(path, ["malformed id"])


@pytest.mark.parametrize(
    "data",
    [
        b'{"id": 1, "more": [{"url": 1}, {"url": 2}]}\n{"id": 2}\n',
        rb'{"id": 1, "text": "}{\"id\": 2}"}' + b"\n",
        b"id,text\n1,}{id\n",
        b"",
    ],
)
def test_good_lines_are_accepted(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "records.json").write_bytes(data)
    require_one_per_line(tmp_path / "records.json")
