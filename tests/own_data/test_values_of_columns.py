"""Descriptions that fit their files by name alone: what the values show is refused, or told in a line."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from itdr.builders.core.errors import ItdrError
from itdr.builders.dataset import own_sources
from itdr.builders.store.layout import read_manifest
from itdr.builders.store.prepare import prepare
from itdr.builders.store.spec import StoreSpec

DAY = datetime.datetime(2021, 1, 1, 12)
DESCRIPTION = """
interactions:
  file: log.csv
  columns:
    user_id: customer
    item_id: sku
    rating: stars
    timestamp: {from: when, format: "%d/%m/%Y %H:%M"}
items:
  file: products.csv
  columns:
    item_id: code
    title: name
    categories: {from: path, split: " > "}
scale: {low: 1, high: 5}
"""
PRODUCTS = [
    {"code": f"p{n}", "name": f"Pan {n}", "path": f"Kitchen > Pans {n % 5}", "price": f"$ {n}.50"}
    for n in range(40)
]
LOG = [
    {
        "customer": f"c{n % 30}",
        "sku": f"p{n % 40}",
        "stars": 1 + n % 5,
        "when": f"{DAY + datetime.timedelta(days=n):%d/%m/%Y %H:%M}",
    }
    for n in range(360)
]


@pytest.fixture
def noted(tmp_path: Path, caches: Path) -> Callable[..., list[str]]:
    """Prepares the shop with a changed description; what its manifest notes."""

    def run(*changes: tuple[str, str]) -> list[str]:
        pd.DataFrame(LOG).to_csv(tmp_path / "log.csv", index=False)
        pd.DataFrame(PRODUCTS).to_csv(tmp_path / "products.csv", index=False)
        path = tmp_path / "shop.yaml"
        text = DESCRIPTION
        for old, new in changes:
            assert text.count(old) == 1
            text = text.replace(old, new)
        path.write_text(text, "utf-8")
        source, _ = own_sources.find_source(str(path))
        return list(read_manifest(prepare(StoreSpec(source)))["lacking"]["unusual"])

    return run


ITEMS = "file: products.csv"
REFUSED = [
    ("month first", "%d/%m/%Y", "%m/%d/%Y", "swapped. Correct the `format` .* has the month first, and the dates have the day first"),
    ("ratings as times", '{from: when, format: "%d/%m/%Y %H:%M"}', "{from: stars, unit: s}",
     "none of 120 times .* is after 2 January 1970: 'stars' holds no times"),
    ("names for ids", "item_id: code", "item_id: name",
     r"shop.yaml:12: item_id: 40 of 40 ids in 'sku' of log.csv are not in 'name' .* those in 'code' are"),
    ("a header with names", ITEMS, f"{ITEMS}\n  names: [code, name, path, price]",
     r"shop.yaml:11: items: the first line of products.csv is the same as `names`"),
    ("a member of no zip", ITEMS, f"{ITEMS}\n  member: x.csv", "shop.yaml:11: items: products.csv is no zip"),
    ("no Parquet", ITEMS, f"{ITEMS}\n  format: parquet", "shop.yaml:11: items: .*is not parquet.*correct `format`"),
    ("no UTF-16", ITEMS, f"{ITEMS}\n  encoding: utf-16", "shop.yaml:11: items: .*is not utf-16: correct `encoding`"),
    ("splits as itself", "scale:", "splits_as: shop\nscale:", "shop.yaml:15: splits_as names the source itself"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "said"), [one[1:] for one in REFUSED], ids=[one[0] for one in REFUSED]
)
def test_what_the_values_contradict_is_refused(
    old: str, new: str, said: str, noted: Callable[..., list[str]]
) -> None:
    with pytest.raises(ItdrError, match=said):
        noted((old, new))


def test_what_may_be_meant_is_told_in_a_line(noted: Callable[..., list[str]]) -> None:
    assert noted(("title: name", "title: price"), ('split: " > "', 'split: "|"')) == [
        "the titles of all 40 items are numbers: `title` may name another column",
        "no value of categories holds the separator '|', and most hold ' > ': `split` may be another one",
    ]


def frames(**changed: Any) -> Any:
    """A source of two frames, one of them changed."""
    tables = {"interactions": pd.DataFrame(LOG), "items": pd.DataFrame(PRODUCTS), **changed}
    return own_sources.from_tables(**tables, id="framed", columns={"interactions": {"timestamp": {
        "from": "when", "format": "%d/%m/%Y %H:%M"}}})  # fmt: skip


def test_frames_that_are_no_log_are_named(caches: Path) -> None:
    log = pd.DataFrame(LOG)
    for wrong, said in (
        (None, "interactions is None"),
        (log.head(0), "interactions has no row"),
        (log.assign(sku=[[one] for one in log.sku]), "item_id: 'sku' holds lists"),
    ):
        with pytest.raises(ItdrError, match=said):
            frames(interactions=wrong)


def test_ids_that_pandas_made_floats_are_found_among_whole_ones(caches: Path) -> None:
    log, items = pd.DataFrame(LOG), pd.DataFrame(PRODUCTS)
    floats, whole = (
        one.str[1:].astype(kind) for one, kind in ((log.sku, float), (items.code, int))
    )
    source = frames(interactions=log.assign(sku=floats), items=items.assign(code=whole))
    manifest = read_manifest(prepare(StoreSpec(source)))
    assert manifest["unmatched"]["items"]["missing"] == 0
    assert manifest["rows"]["items"] == 40
    assert manifest["lacking"]["unusual"] == []


def test_ids_with_a_decimal_point_in_a_text_are_named(tmp_path: Path, caches: Path) -> None:
    log, items = pd.DataFrame(LOG), pd.DataFrame(PRODUCTS)
    log.assign(sku=log.sku.str[1:] + ".0").to_csv(tmp_path / "log.csv", index=False)
    items.assign(code=items.code.str[1:]).to_csv(tmp_path / "products.csv", index=False)
    (tmp_path / "shop.yaml").write_text(DESCRIPTION, "utf-8")
    source, _ = own_sources.find_source(str(tmp_path / "shop.yaml"))
    with pytest.raises(ItdrError, match=r"shop.yaml:12: item_id: 40 of 40 .* decimal point"):
        prepare(StoreSpec(source))
