"""Amazon Reviews 2023: metadata of products, made up with each oddity, and real ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from itdr.builders.core.raw_files import Raw
from itdr.builders.sources import amazon_reviews_2023 as reader
from itdr.builders.sources.amazon_reviews_2023 import SOURCE
from tests.sources.harness import read, real, rows

BEAUTY = "All_Beauty"
PRODUCT: dict[str, Any] = {"parent_asin": "B00YQ6X8EP", "title": "Clay Mask", "details": {}}


def products(
    folder: Path, *records: dict[str, Any] | str, domain: str = BEAUTY
) -> tuple[list[Any], dict]:
    """Rows and rejects of a metadata file with these lines."""
    texts = (one if isinstance(one, str) else json.dumps(one) for one in records)
    (folder / f"meta_{domain}.jsonl").write_text("".join(text + "\n" for text in texts))
    found, rejects = read(SOURCE, folder, "items", "base", domain)
    return found.to_pylist(), rejects


def shown(row: dict[str, Any]) -> dict[str, str]:
    return {one["name"]: one["value"] for one in row["attributes"]}


def test_a_product_of_all_parts(tmp_path: Path) -> None:
    record = {
        "main_category": "Premium Beauty",
        "title": "Salt &amp; Iron <b>Mask</b>  of 3",
        "average_rating": 4.1,
        "rating_number": 29,
        "features": ["Gentle &amp; quick", "x" * 81, "Vegan", "Made by hand", "One too many"],
        "description": ["First part.<br />", "Second part."],
        "price": 24.9,
        "images": [{"thumb": "a", "hi_res": None}],
        "store": "Redcliff",
        "categories": [],
        "details": {
            "Brand": "Redcliff",
            "Item Form": "Cream",
            "Scent": "Unknown",
            "Best Sellers Rank": {"Beauty": 12},
            "Color": {"a": 1},
            "Size": 3,
            "Age Range (Description)": "Adult",
            "Style": "s" * 81,
            "Package Dimensions": "4 x 3 in",
        },
        "parent_asin": "B1",
        "bought_together": None,
    }
    found, rejects = products(tmp_path, record, PRODUCT)
    assert found[0] == {
        "item_id": "B1",
        "title": "Salt & Iron Mask of 3",
        "categories": [],
        "creators": ["Redcliff"],
        "description": "First part. Second part.",
        "attributes": [
            {"name": "Size", "value": "3"},
            {"name": "Form", "value": "Cream"},
            {"name": "Age range", "value": "Adult"},
            {"name": "Price", "value": "$24.90"},
            {"name": "Features", "value": "Gentle & quick; Vegan; Made by hand"},
        ],
        "domain": BEAUTY,
    }
    assert found[1]["creators"] == found[1]["attributes"] == found[1]["categories"] == []
    assert found[1]["description"] is None
    assert rejects == {}


def test_lists_that_a_table_program_wrote_as_text_are_lists(tmp_path: Path) -> None:
    lists = {"features": ["Gentle", "Vegan"], "description": ["It's soft.", "Two parts."]}
    odd = {"description": "[Refill] of three", "features": "[]"}
    written = {name: str(value) for name, value in lists.items()}
    records = [
        {**PRODUCT, "parent_asin": f"B{place}", **change}
        for place, change in enumerate((lists, written, odd))
    ]
    whole, text, other = products(tmp_path, *records)[0]
    assert text["description"] == whole["description"] == "It's soft. Two parts."
    assert shown(text) == shown(whole) == {"Features": "Gentle; Vegan"}
    assert other["description"] == "[Refill] of three" and shown(other) == {}


def test_no_more_attributes_than_wanted_and_none_that_tells_the_answer(tmp_path: Path) -> None:
    details = {**dict.fromkeys(reader.DETAILS, "yes"), "average_rating": "5", "Rank": "1"}
    found, _ = products(tmp_path, {**PRODUCT, "details": details, "price": 1, "rating_number": 9})
    names = list(shown(found[0]))
    assert len(names) == reader.MAX_ATTRIBUTES - 1 and names[-1] == "Price"
    assert not {"average_rating", "rating_number", "Rank", "Best Sellers Rank"} & set(names)
    kept = {*reader.DETAILS, *reader.DETAILS.values()}
    assert not {name for name in kept if "rank" in name.lower() or "rating" in name.lower()}


@pytest.mark.parametrize(
    ("price", "text"),
    [
        (14.99, "$14.99"),
        (5, "$5.00"),
        ("14.5", "$14.50"),
        ("from 14.99", "from 14.99"),
        ("1,299.00", "1,299.00"),
        ("3,69", None),  # counted as unreadable
        ("\u2014", None),
        ("", None),
        (0, None),
        (None, None),
    ],
)
def test_prices_are_numbers_or_texts(tmp_path: Path, price: object, text: str | None) -> None:
    assert shown(products(tmp_path, {**PRODUCT, "price": price})[0][0]).get("Price") == text


@pytest.mark.parametrize(
    ("change", "creators"),
    [
        ({"store": "Otto Zeller   Format: Audio CD"}, ["Otto Zeller"]),
        ({"store": None, "details": {"Brand": "Redcliff"}}, ["Redcliff"]),
        ({"store": "", "details": {"Brand": "Redcliff"}}, ["Redcliff"]),
        ({"store": "Generic"}, []),
        ({"store": "UNKNOWN"}, []),
        ({"store": "Salt &amp; Iron"}, ["Salt & Iron"]),
        ({"store": None, "details": None}, []),
    ],
)
def test_the_creator_is_the_store_or_brand(
    tmp_path: Path, change: dict[str, Any], creators: list[str]
) -> None:
    found, _ = products(tmp_path, {**PRODUCT, **change})
    assert found[0]["creators"] == creators
    assert "Brand" not in shown(found[0])


def test_a_brand_that_is_not_the_store_is_an_attribute(tmp_path: Path) -> None:
    found, _ = products(tmp_path, {**PRODUCT, "store": "Tarrow", "details": {"Brand": "Mill"}})
    assert found[0]["creators"] == ["Tarrow"] and shown(found[0]) == {"Brand": "Mill"}


@pytest.mark.parametrize(
    ("path", "names"),
    [
        (
            ["Home & Kitchen", "Bedding", "Quilts &amp; Sets", "Bedding"],
            ["Bedding", "Quilts & Sets"],
        ),
        (["Home & Kitchen"], ["Home & Kitchen"]),
        (["Kitchen Store", "Pans"], ["Pans"]),
        (["Garden", "Pots", ""], ["Garden", "Pots"]),
        ([], []),
        (None, []),
        ("Bedding", ["Bedding"]),
    ],
)
def test_categories_go_from_coarse_to_fine_without_the_root(
    tmp_path: Path, path: object, names: list[str]
) -> None:
    record = {**PRODUCT, "categories": path, "main_category": "Kitchen Store"}
    assert products(tmp_path, record, domain="Home_and_Kitchen")[0][0]["categories"] == names


def test_products_without_a_name_or_an_id(tmp_path: Path) -> None:
    found, rejects = products(
        tmp_path,
        {**PRODUCT, "title": None},
        {**PRODUCT, "title": ""},
        {"parent_asin": "B2", "description": "not a list", "features": None},
        {"title": "No id"},
        {"parent_asin": "", "title": "Empty id"},
        '{"parent_asin": "B3", "ti',
        PRODUCT,
    )
    assert [row["title"] for row in found] == [None, None, None, "Clay Mask"]
    assert rejects == {"empty id": 2, "not a JSON record": 1}


@pytest.mark.parametrize(
    ("title", "named"),
    [
        ("Clay Mask,Sea Salt ,Apple Oil，Pear", "Clay Mask, Sea Salt, Apple Oil, Pear"),
        ("Clay Mask, , Sea Salt", "Clay Mask, Sea Salt"),
        ("Clay Mask, 1,170 g, 2,5 oz", "Clay Mask, 1,170 g, 2,5 oz"),
        ("Clay Mask ( Sea Salt ) [ 2 oz ]", "Clay Mask (Sea Salt) [2 oz]"),
        ("ORCHARD] Clay Mask", "Clay Mask"),
        ("Clay Mask - Description of the Issue: wrong", "Clay Mask"),
    ],
)
def test_titles_are_set_as_a_shop_would(tmp_path: Path, title: str, named: str) -> None:
    assert products(tmp_path, {**PRODUCT, "title": title})[0][0]["title"] == named


@pytest.mark.real
def test_real_products() -> None:
    found, rejects = read(SOURCE, real(SOURCE.id), "items", "base", BEAUTY)
    assert (found.num_rows, rejects) == (356, {})
    first, tenth, last = rows(found, 0, 9, -1)
    assert (first["item_id"], first["categories"]) == ("B07J3GH1W1", [])
    assert first["title"].startswith("Manicure and Pedicure Nail Clipper from POWERGROOMING")
    assert tenth["title"].startswith("SERUM By MERLOT")
    assert last["item_id"] == "B08W4WQMNM"


@pytest.mark.real
def test_real_metadata_with_all_keys() -> None:
    domain = "Health_and_Personal_Care"
    path = real(SOURCE.id) / f"raw/meta_categories/meta_{domain}.jsonl"
    con = duckdb.connect()
    raw = Raw(SOURCE.id, {f"metadata/{domain}": path}, con, domain=domain)
    found = reader.items(raw).to_arrow_table()
    con.close()
    assert found.num_rows == 1_001 and found.column("reject").null_count == 1_001
    first, tenth = rows(found, 0, 9)
    assert (first["item_id"], first["creators"]) == ("B00LTM7GSC", ["Good Sense"])
    assert shown(first) == {
        "Form": "Spray",
        "Age range": "Adult",
        "Features": "INGREDIENTS: Compare to Ocean ingredients.",
    }
    assert shown(tenth)["Price"] == "$75.00"
    names = {name for row in found.to_pylist() for name in shown(row)}
    assert "Material" in names and "Date First Available" not in names


@pytest.mark.parametrize(
    ("title", "brand", "domain", "shown"),
    [
        # The brand, or one word as only names are written, names no product.
        ("Redcliff", "REDCLIFF", BEAUTY, None),
        ("BFSalt", None, BEAUTY, None),
        ("REDCLIFF", "Redcliff", BEAUTY, None),
        ("SHAMPOO", None, BEAUTY, "SHAMPOO"),
        ("SUNSCREEN", "Redcliff", BEAUTY, "SUNSCREEN"),
        ("Shampoo", "Redcliff", BEAUTY, "Shampoo"),
        ("Redcliff Soap", "Redcliff", BEAUTY, "Redcliff Soap"),
        # A record or game may be called so.
        ("Redcliff", "Redcliff", "CDs_and_Vinyl", "Redcliff"),
        ("HALO", None, "Video_Games", "HALO"),
    ],
)
def test_a_brand_alone_is_no_title(
    tmp_path: Path, title: str, brand: str | None, domain: str, shown: str | None
) -> None:
    record = {**PRODUCT, "title": title, "store": brand}
    (tmp_path / f"meta_{domain}.jsonl").write_text(json.dumps(record) + "\n")
    found, rejects = read(SOURCE, tmp_path, "items", "base", domain)
    assert found.column("title").to_pylist() == [shown] and rejects == {}
