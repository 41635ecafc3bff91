"""Values in forms that programs and people give them: the same is stored, or what cannot be read is counted."""

from __future__ import annotations

import functools
import gzip
import importlib
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from itdr.builders.core import arrow
from itdr.builders.core.paths import read_json
from itdr.builders.store.prepare import prepare
from itdr.builders.store.spec import StoreSpec
from tests.sources.damages import LAYOUTS
from tests.sources.harness import load

Change = Callable[[bytes], bytes]
META = "raw/meta_categories/meta_All_Beauty.jsonl"
PLAYS, PROFILES = "usersha1-artmbid-artname-plays.tsv", "usersha1-profile.tsv"
BUSINESS = "yelp_academic_dataset_business.json"


def sub(pattern: str, new: str, count: int = 0) -> Change:
    return lambda data: re.sub(
        pattern.encode(), new.encode(), data, count=count, flags=re.MULTILINE
    )


def padded(field: int, mark: str) -> Change:
    """Every second line with zeros before a field."""

    def change(data: bytes) -> bytes:
        lines = data.split(b"\n")
        for place in range(2, len(lines) - 1, 2):
            fields = lines[place].split(mark.encode())
            fields[field] = b"000" + fields[field]
            lines[place] = mark.encode().join(fields)
        return b"\n".join(lines)

    return change


SAME = {
    "genres in small letters": ("ml-32m", "movies.csv", lambda data: b"\n".join(
        line[: line.rfind(b",")] + line[line.rfind(b",") :].lower() for line in data.split(b"\n")
    )),
    "genres set apart by slashes": ("ml-1m", "movies.dat", sub(r"\|", " / ")),
    "padded users of ml-1m": ("ml-1m", "ratings.dat", padded(0, "::")),
    "padded items of MicroLens": ("microlens", "MicroLens-100k_pairs.csv", padded(1, ",")),
    "padded users of Anime": ("anime-2023", "users-score-2023.csv", padded(0, ",")),
    "padded users of Book-Crossing": ("bookcrossing", "BX-Book-Ratings.csv", sub(r'^"(\d)', r'"00\1')),
    "titles with hard blanks": ("ml-32m", "movies.csv", lambda data: data.replace(b" ", b"\xc2\xa0")),
    "ratings with noise": ("ml-32m", "ratings.csv", sub(r"(\.\d),(\d{6,})", r"\g<1>000003,\2")),
    "categories set apart by semicolons": (
        "yelp", BUSINESS, lambda data: re.sub(
            rb'("categories": ?")([^"]*)', lambda m: m[1] + m[2].replace(b", ", b"; "), data)),
    "categories without blanks": (
        "yelp", BUSINESS, lambda data: re.sub(
            rb'("categories": ?")([^"]*)', lambda m: m[1] + m[2].replace(b", ", b","), data)),
    "tags in one text": (
        "steam", "steam_games.json.gz", lambda data: re.sub(
            rb"'tags': \[([^\]]*)\]",
            lambda m: b"'tags': u'" + re.sub(rb"u?'([^']*)',? ?", rb"\1|", m[1]).rstrip(b"|") + b"'", data)),
}  # fmt: skip
"""By what was done: source, file, change; the store stays the same."""

COUNTED = {
    "genres of another list": ("ml-32m", "movies.csv", sub(r"Drama", "Kom\u00f6die"), "items", "categories unreadable"),
    "genres as numbers": ("ml-1m", "movies.dat", sub(r"::Drama.*", "::0|1|0"), "items", "categories unreadable"),
    "plays beyond all years": (
        "lastfm-360k", PLAYS, sub(r"\t(\d+)$", r"\t99\g<1>999999", 9), "interactions", "more plays than the years of Last.fm allow"),
    "codes of countries": ("lastfm-360k", PROFILES, sub(r"\t(?:[A-Z][a-z ]+)(?=\t[A-Z][a-z]{2} )", r"\tSE"), "users", "country unreadable"),
    "a day of release of two digits": (
        "steam", "steam_games.json.gz", sub(r"'release_date': u?'[^']*'", "'release_date': '05/01/10'", 5), "items", "year unreadable"),
    "hours beyond all years": ("steam", "steam_reviews.json.gz", sub(r"'hours': [\d.]+", "'hours': 3720000.0"), "interactions", "hours unreadable"),
    "categories in an object": ("yelp", BUSINESS, sub(r'"categories": ?"[^"]*"', '"categories": {"a": 1}'), "items", "categories unreadable"),
    "titles in an object": ("amazon-reviews-2023", META, sub(r'"title": ("[^"]*")', r'"title": {"en": \1}', 9), "items", "title unreadable"),
    "prices below zero": ("amazon-reviews-2023", META, sub(r'"price": [\d.]+', '"price": -5'), "items", "price unreadable"),
    "users beyond all numbers": ("ml-1m", "ratings.dat", sub(r"^(\d+)::", r"1099511627\1::", 9), "interactions", "malformed id"),
    "users below zero": ("ml-32m", "ratings.csv", sub(r"^(\d+),", r"-\1,", 9), "interactions", "malformed id"),
    "quoted ids": ("yelp", "yelp_academic_dataset_review.json", sub(r'"user_id": ?"', '"user_id": "b\'', 9), "interactions", "malformed id"),
}  # fmt: skip
"""By what was done: source, file, change, table, and the reason under which it is counted."""


@pytest.fixture(scope="module")
def undamaged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("undamaged")
    for source in {case[0] for case in (*SAME.values(), *COUNTED.values())}:
        module = importlib.import_module(f"tests.rawgen.{source.replace('-', '_')}")
        module.write(root / source, users=12, items=40, dirt=False)
    return root


def stored(source: str, file: str, data: Path, work: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """The tables of a store, and its manifest."""
    layout = next(one for one in LAYOUTS[source] if one.name == file)
    spec = StoreSpec(load(source), layout.domain, layout.facet, data_dir=data)
    path = prepare(spec, offline=True, progress=False, path=work)
    tables: dict[str, Any] = {one.name: arrow.read(one) for one in path.glob("*.arrow")}
    tables |= {one.name: pq.read_table(one) for one in path.glob("*.parquet")}
    return tables, dict(read_json(path / "manifest.json") or {})


@pytest.fixture(scope="module")
def sound(
    undamaged: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str, str], tuple[dict[str, Any], dict[str, Any]]]:
    """What is stored of the undamaged files of a source."""
    work = tmp_path_factory.mktemp("sound")
    return functools.cache(
        lambda source, file: stored(source, file, undamaged, work / f"{source}-{Path(file).name}")
    )


def damaged(source: str, file: str, change: Change, undamaged: Path, folder: Path) -> Path:
    shutil.copytree(undamaged / source, folder / source)
    path = folder / source / file
    data = path.read_bytes()
    packed = data[:2] == b"\x1f\x8b"
    before = gzip.decompress(data) if packed else data
    after = change(before)
    assert after != before
    path.write_bytes(gzip.compress(after) if packed else after)
    return folder


@pytest.mark.parametrize("name", SAME)
def test_other_forms_are_read(
    name: str,
    undamaged: Path,
    sound: Callable[[str, str], tuple[dict[str, Any], dict[str, Any]]],
    tmp_path: Path,
) -> None:
    source, file, change = SAME[name]
    data = damaged(source, file, change, undamaged, tmp_path / "data")
    before, clean = sound(source, file)
    after, facts = stored(source, file, data, tmp_path / "after")
    assert before == after
    assert facts["rejected"] == clean["rejected"] and facts["emptied"] == clean["emptied"]


@pytest.mark.parametrize("name", COUNTED)
def test_what_cannot_be_read_is_counted(name: str, undamaged: Path, tmp_path: Path) -> None:
    source, file, change, table, reason = COUNTED[name]
    data = damaged(source, file, change, undamaged, tmp_path / "data")
    _, facts = stored(source, file, data, tmp_path / "after")
    counts = {**facts["rejected"].get(table, {}), **facts["emptied"].get(table, {})}
    assert counts.get(reason, 0) > 0, facts
