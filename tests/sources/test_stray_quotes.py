"""Stray quotes in the made-up files of every CSV source: no line goes unread and uncounted."""

from __future__ import annotations

import importlib
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from itdr.builders.core.errors import RawFileError
from tests.sources.harness import read

LINES = {
    "microlens": "MicroLens-100k_pairs.csv",
    "pixelrec": "interactions/Pixel200K.csv",
    "anime-2023": "users-score-2023.csv",
    "ml-32m": "ratings.csv",
    "ml-1m": "ratings.dat",
    "bookcrossing": "BX-Book-Ratings.csv",
}
"""The interactions of the sources whose format holds one record in each line."""


def spoiled(lines: list[bytes], first: int, seed: int) -> Iterator[bytes]:
    """The lines, with stray quotes from the `first` on: in lines of their own, and at random places
    within others."""
    draw = random.Random(seed)
    places = range(first, len(lines))
    alone, within = (set(draw.sample(places, draw.randint(1, 4))) for _ in range(2))
    for place, line in enumerate(lines):
        if place in alone:
            yield b'"'
        if place in within:
            cut = draw.randint(0, len(line))
            line = line[:cut] + b'"' + line[cut:]
        yield line


@pytest.mark.parametrize("source", LINES)
def test_rows_read_and_rejected_are_the_lines_of_the_file(source: str, tmp_path: Path) -> None:
    made = importlib.import_module(f"tests.rawgen.{source.replace('-', '_')}")
    made.write(tmp_path, users=30, items=60)
    path = tmp_path / LINES[source]
    lines = path.read_bytes().splitlines()
    header = int(source != "ml-1m")
    before, _ = read(source, tmp_path, "interactions")
    for seed in range(25):
        found = list(spoiled(lines, header, seed))
        path.write_bytes(b"\n".join(found) + b"\n")
        rows, rejects = read(source, tmp_path, "interactions")
        assert rows.num_rows + sum(rejects.values()) == len(found) - header, (seed, rejects)
        assert before.num_rows - rows.num_rows <= 4, (seed, rejects)


TEXTS = {
    ("amazon-books", "interactions"): "Books_rating.csv",
    ("anime-2023", "items"): "anime-dataset-2023.csv",
    ("anime-2023", "users"): "users-details-2023.csv",
    ("pixelrec", "items"): "items/Pixel200K.csv",
}
"""Files whose quoted texts may hold line ends, so that only what a record looks like tells it apart."""


@pytest.mark.parametrize(("source", "table"), TEXTS)
def test_records_between_two_stray_quotes_are_missed(
    source: str, table: str, tmp_path: Path
) -> None:
    made = importlib.import_module(f"tests.rawgen.{source.replace('-', '_')}")
    made.write(tmp_path, users=30, items=60, dirt=False)
    path = tmp_path / TEXTS[source, table]
    lines = path.read_bytes().splitlines()
    for seed in range(10):
        first, last = sorted(random.Random(seed).sample(range(1, len(lines)), 2))
        found = [*lines[:first], b'"', *lines[first:last], b'"', *lines[last:], b""]
        path.write_bytes(b"\n".join(found))
        with pytest.raises(RawFileError, match="stands inside a quoted field") as error:
            read(source, tmp_path, table)
        assert path.name in str(error.value)
