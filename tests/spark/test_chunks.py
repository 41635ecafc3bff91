"""Raw files in chunks: each line is in one chunk, and read there as in the whole file."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from itdr.builders.core.paths import SAMPLE
from itdr.builders.core.schema import Cut
from itdr.builders.dataset import registry
from itdr.builders.rawfiles import locate
from itdr.builders.store.spec import StoreSpec
from itdr.spark.chunks import Chunk, cut_into_chunks, write_chunk
from itdr.spark.raw_files import executor_urls
from itdr.spark.read import FACTS, ReadJob, merge_facts, read
from itdr.spark.workdir import WorkDir

LINES = some.lists(some.sampled_from([b"1,a\n", b"22,bb\n", b"x\n", b"\n", b"333,\r\n", b"4,d"]))


@given(LINES, some.integers(1, 12), some.booleans())
def test_every_line_lies_in_one_piece(lines: list[bytes], size: int, header: bool) -> None:
    import tempfile

    cut = Cut(("interactions",), r"\d", header=header)
    head = b"id,name\n" if header else b"0,first\n"
    whole = b"".join([head, *(line if line.endswith(b"\n") else line + b"\n" for line in lines)])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "whole"
        path.write_bytes(whole)
        texts = []
        for number, start in enumerate(range(0, len(whole), size)):
            piece = Chunk("key", start, min(start + size, len(whole)))
            target = Path(folder) / str(number)
            if write_chunk(str(path), cut, piece, target):
                texts.append(target.read_bytes())
    if header:
        assert all(text.startswith(head) for text in texts)
        texts = [head, *(text.removeprefix(head) for text in texts)]
    assert b"".join(texts) == whole
    # The file's own first line begins a piece whatever it looks like.
    assert all(re.match(rb"\d", text) for text in texts[2 if header else 1 :])


def cut_tables() -> list[tuple[str, str | None, str, str]]:
    """(source, domain, facet, table) of all that may be read in pieces."""
    found = []
    for name in registry.source_ids():
        for file in registry.source(name).files:
            if file.cut is not None and file.domain in (None, "All_Beauty"):
                facet = "base" if "base" in file.facets else "text"
                found += [(name, file.domain, facet, table) for table in file.cut.tables]
    return list(dict.fromkeys(found))


def rows_of(spec: StoreSpec, table: str, urls: dict[str, str], size: int) -> tuple[Any, ...]:
    """The pieces' number, rows (each with how often it came) and facts."""
    source = spec.source
    found = cut_into_chunks(spec.files, urls, table, size)
    job = ReadJob(source, spec.domain, spec.facet, table, urls, tuple(found))
    rows = [row for k in range(len(found)) for batch in read(job, k) for row in batch.to_pylist()]
    told = [row for row in rows if row[FACTS] is not None]
    assert len(told) == len(found)
    return len(found), Counter(str(row) for row in rows if row[FACTS] is None), merge_facts(told)


@pytest.mark.parametrize(("source", "domain", "facet", "table"), cut_tables())
def test_pieces_give_the_rows_and_the_rejects_of_the_whole(
    source: str, domain: str | None, facet: str, table: str, tmp_path: Path
) -> None:
    spec = StoreSpec(registry.source(source), domain, facet, SAMPLE, sample=True)
    paths = locate.prepare(spec.source, spec.files, SAMPLE, tmp_path, offline=True, progress=False)
    urls = executor_urls(spec, paths, tmp_path, WorkDir(str(tmp_path)))
    one, whole, facts = rows_of(spec, table, urls, 1 << 30)
    (cut,) = (one.key for one in spec.files if one.cut and table in one.cut.tables)
    many, rows, told = rows_of(spec, table, urls, Path(urls[cut]).stat().st_size // 5)
    assert one == 1 and many > 2
    assert rows == whole
    assert told == facts
    parsed = sum(n for row, n in whole.items() if "'reject': None" not in row)
    unparsed = facts.rejected.total() - parsed
    assert facts.rows == whole.total() + unparsed and facts.columns and not facts.error


def test_a_file_whose_fields_may_hold_line_breaks_is_read_whole() -> None:
    for name in ("bookcrossing", "amazon-books", "anime-2023", "pixelrec", "mind"):
        assert all(file.cut is None for file in registry.source(name).files)


def test_a_damaged_file_is_told_by_its_own_name(tmp_path: Path) -> None:
    path = tmp_path / "ratings.csv"
    path.write_bytes(b"userId,movieId,rating,timestamp\n1,2,3.5,111\n1,3,3.5,11")
    job = ReadJob(
        registry.source("ml-32m"),
        None,
        "base",
        "interactions",
        {"ratings": str(path)},
        (Chunk("ratings", 0, path.stat().st_size),),
    )
    (batch,) = read(job, 0)
    error = merge_facts(batch.to_pylist()).error
    assert error.startswith(str(path)) and "cut off" in error
