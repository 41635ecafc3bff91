"""`itdr cache`: what lies there, and removing it."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest
from filelock import FileLock

import itdr
from itdr.builders.core.errors import ConfigError
from itdr.builders.dataset import own_sources
from itdr.builders.store.spec import StoreSpec
from tests.own_data import shop
from tests.own_data.test_described import load
from tests.own_data.test_export import run


@pytest.fixture
def used(tmp_path: Path, caches: Path) -> Path:
    """A cache with stores of two sources, their counts, and a table."""
    load("sequential_rec", str(shop.write(tmp_path / "shop")))
    load("sequential_rec", "ml-32m", sample=True)
    pd = pytest.importorskip("pandas")
    itdr.source(pd.DataFrame(shop.log()), id="frame")
    return caches


def test_the_list_says_what_and_how_much(used: Path) -> None:
    found = json.loads(run("cache", "--json"))
    assert {(one["kind"], one["source"]) for one in found} >= {
        ("store", "shop"), ("store", "ml-32m"), ("derived", "shop"), ("own", "frame"),
    }  # fmt: skip
    total = sum(path.stat().st_size for path in used.rglob("*") if path.is_file())
    listed = sum(one["bytes"] for one in found)
    # Locks and records of some bytes are not listed.
    assert 0.95 * total < listed <= total
    text = run("cache")
    assert "interactions from customers.jsonl, log.csv, products.parquet" in text
    assert "counts of base-" in text


def test_nothing_is_removed_in_a_dry_run(used: Path) -> None:
    before = sorted(used.rglob("*"))
    assert "would remove store shop" in run("cache", "clear", "--dry-run")
    assert sorted(used.rglob("*")) == before


def test_one_source_is_removed_and_made_again(used: Path, tmp_path: Path) -> None:
    path = str(tmp_path / "shop" / "shop.yaml")
    rows = load("sequential_rec", path)
    store = StoreSpec(own_sources.find_source(path)[0]).path
    assert store.is_dir()
    output = run("cache", "clear", "shop")
    assert "removed store shop" in output and "ml-32m" not in output
    assert not store.exists()
    assert (used / "store" / "ml-32m").is_dir()
    assert load("sequential_rec", path) == rows


def test_only_what_is_old_is_removed(used: Path) -> None:
    old = time.time() - 40 * 86_400
    for path in (used / "store" / "ml-32m").rglob("*"):
        os.utime(path, (old, old))
    output = run("cache", "clear", "--older-than", "30d")
    assert "removed store ml-32m" in output and "shop" not in output
    for wrong in ("30", "d", "-3d", "soon"):
        with pytest.raises(ConfigError, match="--older-than must be"):
            run("cache", "clear", "--older-than", wrong)


def test_what_is_being_built_is_kept(used: Path, tmp_path: Path) -> None:
    store = StoreSpec(own_sources.find_source(str(tmp_path / "shop" / "shop.yaml"))[0]).path
    with FileLock(f"{store}.lock"):
        assert f"in use, kept: {store}" in run("cache", "clear", "shop")
    assert store.is_dir()


def test_a_source_that_is_not_there_is_said(used: Path) -> None:
    with pytest.raises(ConfigError, match="Did you mean 'shop'"):
        run("cache", "clear", "shopp")


def test_an_empty_cache_is_empty(caches: Path) -> None:
    assert run("cache").startswith("0 B in ")
