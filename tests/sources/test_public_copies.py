"""Raw files as public copies have them, each with the value that it must give."""

from __future__ import annotations

import csv
import json
import random
from pathlib import Path
from typing import Any

import pytest

from itdr.builders.core.errors import RawFileError
from itdr.builders.store import prepare as store_prepare
from itdr.builders.store.build import staging
from itdr.builders.store.build.joins import UNUSED_TAG
from itdr.builders.store.layout import read_manifest
from itdr.builders.store.prepare import prepare
from itdr.builders.store.spec import StoreSpec
from tests.rawgen import bookcrossing, microlens, ml_32m, steam
from tests.sources.harness import load, read


def rows(source: str, folder: Path, table: str, **more: Any) -> list[dict[str, Any]]:
    return read(source, folder, table, **more)[0].to_pylist()


def put(path: Path, *lines: str, encoding: str = "utf-8") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes("".join(f"{line}\n" for line in lines).encode(encoding))
    return path


def test_yelp_of_before_2018(tmp_path: Path) -> None:
    record = {
        "business_id": "b1", "name": "Cafe", "city": "Salton",
        "categories": ["Coffee & Tea", "Food", "Books, Mags, Music & Video"],
        "attributes": {"Take-out": True, "Price Range": 2, "Good For": {"lunch": True, "dinner": False},
                       "Alcohol": "none", "Noise Level": "average", "Open": False},
    }  # fmt: skip
    put(tmp_path / "yelp_academic_dataset_business.json", json.dumps(record))
    (found,) = rows("yelp", tmp_path, "items")
    assert found["categories"] == ["Coffee & Tea", "Food", "Books, Mags, Music & Video"]
    assert {one["name"]: one["value"] for one in found["attributes"]} == {
        "Take-out": "yes", "Price range": "2", "Good for": "lunch", "Noise level": "average",
    }  # fmt: skip


@pytest.mark.parametrize(
    "names",
    [
        ["Beer, Wine & Spirits", "Food"],
        ["Bars", "Beer, Wine & Spirits"],
        ["Books, Mags, Music & Video", "Beer, Wine & Spirits", "Used, Vintage & Consignment"],
        ["Wills, Trusts, & Probates"],
        ["Beer", "Wine & Spirits Bar"],
    ],
)
def test_categories_that_hold_a_comma_are_one(tmp_path: Path, names: list[str]) -> None:
    record = {"business_id": "b1", "name": "Shop", "city": "Salton", "categories": ", ".join(names)}
    put(tmp_path / "yelp_academic_dataset_business.json", json.dumps(record))
    assert rows("yelp", tmp_path, "items")[0]["categories"] == names


def test_amazon_details_as_a_text_lists_as_texts_and_nan(tmp_path: Path) -> None:
    details = json.dumps({"Brand": "Ada", "Item Form": "Cream"})
    records = (
        {"parent_asin": "B1", "title": ["Cream"], "details": details, "price": "9.99",
         "categories": [["Beauty", "Skin Care"]], "description": "Soft."},
        {"parent_asin": "B2", "title": float("nan"), "details": None, "price": float("nan"),
         "categories": float("nan"), "store": float("nan"), "description": []},
    )  # fmt: skip
    name = "raw/meta_categories/meta_All_Beauty.jsonl"
    put(tmp_path / name, *map(json.dumps, records))
    first, second = rows("amazon-reviews-2023", tmp_path, "items", domain="All_Beauty")
    assert (first["title"], first["creators"], first["description"]) == ("Cream", ["Ada"], "Soft.")
    assert first["categories"] == ["Beauty", "Skin Care"]
    assert {one["name"]: one["value"] for one in first["attributes"]} == {
        "Form": "Cream", "Price": "$9.99",
    }  # fmt: skip
    assert (second["title"], second["categories"], second["creators"]) == (None, [], [])
    assert second["attributes"] == []


def test_bookcrossing_saved_anew(tmp_path: Path) -> None:
    head = (
        ";".join(f'"{name}"' for name in bookcrossing.BOOKS)
        if hasattr(bookcrossing, "BOOKS")
        else (
            '"ISBN";"Book-Title";"Book-Author";"Year-Of-Publication";"Publisher";"Image-URL-S";'
            '"Image-URL-M";"Image-URL-L"'
        )
    )
    put(
        tmp_path / "BX-Books.csv",
        head,
        '"0000000001";"""K"" Is for Kite; a ""tale""";"Ann ""Nan"" Lee";"1961";"Pub";"a";"b";"c"',
        "0000000002;Bare Salt;Ann Lee;1962.0;NULL;a;b;c",
    )
    first, second = rows("bookcrossing", tmp_path, "items")
    assert first["title"] == '"K" Is for Kite; a "tale"'
    assert first["creators"] == ['Ann "Nan" Lee']
    assert (second["title"], second["creators"], second["year"]) == ("Bare Salt", ["Ann Lee"], 1962)
    assert second["attributes"] is None


def test_one_stray_byte_changes_no_other_line(tmp_path: Path) -> None:
    text = '"User-ID";"Location";"Age"\n"1";"münchen, bayern, germany";"21"\n'.encode()
    (tmp_path / "BX-Users.csv").write_bytes(
        text + '"2";"köln, nrw, germany";"29.0"\n'.encode("cp1252")
    )
    found = rows("bookcrossing", tmp_path, "users")
    assert [one["location"] for one in found] == [
        "München, Bayern, Germany",
        "Köln, Nrw, Germany",
    ]
    assert [one["age"] for one in found] == [21, 29]


def test_repeated_ids_do_not_depend_on_the_order_of_lines(tmp_path: Path) -> None:
    lines = ["1, Salt and old bread", "1, Another title here", "2, The open sea", "2,"]
    found = set()
    for seed in range(6):
        random.Random(seed).shuffle(lines)
        put(tmp_path / "MicroLens-100k_title_en.csv", *lines)
        put(tmp_path / "MicroLens-100k_pairs.csv", "user,item,timestamp")
        titles = {one["item_id"]: one["title"] for one in rows("microlens", tmp_path, "items")}
        found.add(json.dumps(titles, sort_keys=True))
    assert found == {'{"1": "Another title here", "2": "The open sea"}'}


@pytest.mark.parametrize("first", [",0,1", "0,1, salt"])
def test_an_index_in_front_of_ids_is_not_taken_for_them(tmp_path: Path, first: str) -> None:
    put(tmp_path / "MicroLens-100k_title_en.csv", first, "1,2, sea", "2,3, orchard")
    put(tmp_path / "MicroLens-100k_pairs.csv", "user,item,timestamp")
    with pytest.raises(RawFileError, match="an index was saved in front of the ids"):
        rows("microlens", tmp_path, "items")


def test_impressions_without_any_time_stop_the_build(tmp_path: Path) -> None:
    lines = [f"{n}\tU1\tyesterday\tN1 N2\tN3-1 N4-0" for n in range(5)]
    put(tmp_path / "MINDsmall_train/behaviors.tsv", *lines)
    with pytest.raises(RawFileError, match=r"behaviors.tsv: none of the first 5 .* 'yesterday'"):
        rows("mind", tmp_path, "interactions")


# -- whole builds ---------------------------------------------------------------------------------


def spec(source: str, root: Path) -> StoreSpec:
    return StoreSpec(load(source), data_dir=root)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ITDR_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_a_table_of_which_nothing_can_be_read_stops_the_build(cache: Path, tmp_path: Path) -> None:
    ml_32m.write(tmp_path / "ml-32m", users=20, items=40, dirt=False)
    path = tmp_path / "ml-32m" / "ratings.csv"
    head, *lines = path.read_text().splitlines()
    for form in ("x{}", "{}x", "{}"):
        changed = [
            line.replace(",", ";", 1) if form == "{}" else form.format(line) for line in lines
        ]
        put(path, head, *changed)
        with pytest.raises(RawFileError) as error:
            prepare(spec("ml-32m", tmp_path), offline=True, progress=False)
        said = str(error.value)
        assert (
            f"of {len(lines):,} rows of interactions in {path}, {len(lines):,} cannot be read"
            in said
        )
        assert "userId,movieId,rating,timestamp" in said and "Found: " in said
    assert not list(cache.rglob("manifest.json"))


def test_the_example_of_what_cannot_be_read_is_such_a_line(cache: Path, tmp_path: Path) -> None:
    ml_32m.write(tmp_path / "ml-32m", users=20, items=40, dirt=False)
    path = tmp_path / "ml-32m" / "ratings.csv"
    head, *lines = path.read_text().splitlines()
    changed = [lines[0], *(line.replace(".5,", ". Mai,") for line in lines[1:])]
    wrong = next(line for line in changed if "Mai" in line)
    put(path, head, *changed)
    with pytest.raises(RawFileError) as error:
        prepare(spec("ml-32m", tmp_path), offline=True, progress=False)
    assert f"Found: {wrong!r}" in str(error.value)


def _unused_tags(folder: Path) -> int:
    """How many tags that can be read are of a user or a film without a rating."""
    with open(folder / "ratings.csv", encoding="utf-8", newline="") as file:
        rated = [(row["userId"], row["movieId"]) for row in csv.DictReader(file)]
    users, films = ({one[place] for one in rated} for place in (0, 1))
    with open(folder / "tags.csv", encoding="utf-8", newline="") as file:
        tags = [row for row in csv.DictReader(file) if row["tag"].strip()]
    return sum(row["userId"] not in users or row["movieId"] not in films for row in tags)


def test_rejects_of_all_tables_are_kept_apart(cache: Path, tmp_path: Path) -> None:
    facts = ml_32m.write(tmp_path / "ml-32m", users=20, items=40)
    built = read_manifest(prepare(spec("ml-32m", tmp_path), offline=True, progress=False))
    expected: dict[str, dict[str, int]] = {}
    for (table, reason), number in facts.rejects.items():
        expected.setdefault(table, {})[reason] = number
    # Read, but of nobody's use.
    assert built["rejected"]["tags"].pop(UNUSED_TAG, 0) == _unused_tags(tmp_path / "ml-32m")
    assert built["rejected"] == expected
    for table in ("interactions", "items", "tags"):
        lost = sum(expected.get(table, {}).values())
        assert built["rows"][f"{table}_read"] == facts.counts[table] + lost


@pytest.mark.parametrize("source", ["ml-32m", "steam"])
def test_a_raw_file_that_changes_while_it_is_read_is_refused(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    made = {"ml-32m": ml_32m, "steam": steam}[source]
    made.write(tmp_path / source, users=20, items=40)
    path = next(path for path in sorted((tmp_path / source).iterdir()) if "r" in path.name)
    whole = store_prepare._read

    def read_slowly(*given: Any) -> Any:
        result = whole(*given)
        path.write_bytes(path.read_bytes())
        return result

    monkeypatch.setattr(store_prepare, "_read", read_slowly)
    with pytest.raises(RawFileError, match="changed while it was read"):
        prepare(spec(source, tmp_path), offline=True, progress=False)
    assert not list(cache.rglob("manifest.json"))
    monkeypatch.setattr(
        store_prepare, "_read", lambda *given: (path.chmod(0o600), whole(*given))[1]
    )
    assert prepare(spec(source, tmp_path), offline=True, progress=False)  # its content stayed


@pytest.mark.parametrize("source", ["microlens", "bookcrossing", "steam"])
@pytest.mark.parametrize("place", [0, 1])
def test_an_interrupt_within_a_reader_is_an_interrupt(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, place: int
) -> None:
    made = {"microlens": microlens, "bookcrossing": bookcrossing, "steam": steam}[source]
    made.write(tmp_path / source, users=20, items=40)
    noting = staging._noting

    def interrupted(batches: Any, failures: Any) -> Any:
        def until_then() -> Any:
            for number, batch in enumerate(batches):
                if number == place:
                    raise KeyboardInterrupt
                yield batch
            raise KeyboardInterrupt

        return noting(until_then(), failures)

    monkeypatch.setattr(staging, "_noting", interrupted)
    with pytest.raises(KeyboardInterrupt):
        prepare(spec(source, tmp_path), offline=True, progress=False)
    assert not list(cache.rglob("manifest.json"))
