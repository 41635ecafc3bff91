"""Wrong descriptions: each is answered with one clear sentence that names file and line."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from itdr.builders.core.errors import ItdrError
from itdr.builders.dataset import own_sources
from itdr.builders.sources.described.json_schema import json_schema
from itdr.builders.store.layout import read_manifest
from itdr.builders.store.prepare import prepare
from itdr.builders.store.spec import StoreSpec
from tests.own_data import shop

SCHEMA = jsonschema.Draft202012Validator(json_schema())

# (name, text replaced, by what, line of the message, what it says, whether a schema can see it)
WRONG = [
    ("unknown field", "delimiter:", "delimeter:", 4, "Did you mean 'delimiter'", True),
    ("one column for both", "item_id: sku", "item_id: customer", 7, "both read from 'customer'", False),
    ("unknown column", "rating: stars", "ratng: stars", 8, "Did you mean 'rating'", True),
    ("no user", "user_id: customer", "# user", 5, "lacks 'user_id'", True),
    ("no log", "interactions:", "interaction:", 2, "Did you mean 'interactions'", True),
    ("a number for a text", "item_id: sku", "item_id: 7", 7, "must be a mapping", True),
    ("a text for a number", "low: 1", "low: one", 26, "low must be a number, not 'one'", True),
    ("no scale", "scale: {low: 1, high: 5}", "", 8, "rating needs a scale", False),
    ("an empty scale", "{low: 1, high: 5}", "{low: 5, high: 1}", 26, "below high", False),
    ("a step too long", "high: 5}", "high: 5, step: 9}", 26, "step (9)", False),
    ("liked off the scale", "high: 5}", "high: 5, liked: 7}", 26, "must lie on the scale", False),
    ("both likes", "high: 5}", "high: 5, liked: 4, liked_quantile: 0.5}", 26, "one of them", False),
    ("a quantile of 60", "high: 5}", "high: 5, liked_quantile: 60}", 26, "between 0 and 1", False),
    ("an unknown unit", 'format: "%d/%m/%Y %H:%M"', "unit: sec", 9, "Unknown unit 'sec'", True),
    ("unit and format", "{from: when,", "{from: when, unit: ms,", 9, "leave one of them", False),
    ("an unknown zone", "zone: Europe/Berlin", "zone: Berlin", 9, "Did you mean 'Europe/Berlin'?", False),
    ("an offset for a zone", "zone: Europe/Berlin", "zone: '+02:00'", 9, "unknown zone '+02:00'", False),
    ("no such file", "file: log.csv", "file: logs.csv", 3, "Did you mean 'log.csv'", False),
    ("no such glob", "file: log.csv", "file: part-*.csv", 3, "no file 'part-*.csv'", False),
    ("a folder", "file: log.csv", "file: .", 3, "is a folder", False),
    ("a format untold", "file: log.csv", "file: shop.yaml", 3, "add `format`", False),
    ("an unknown format", "file: log.csv", "file: log.csv\n  format: xlsx", 4, "'xlsx'", True),
    ("an id with blanks", "words: products", "words: products\nid: My Shop", 28, "lower case", False),
    ("an id that is taken", "words: products", "words: products\nid: ml-1m", 0, "choose another", False),
    ("a key twice", "words: products", "words: products\nwords: books", 28, "twice", None),
    ("broken YAML", "{low: 1, high: 5}", "{low: 1, high: 5", 27, "broken YAML", None),
    ("a tag that would run", "words: products", "words: !!python/name:os.system ''", 27, "tag", None),
    ("neither from nor value", "creators: brand", "creators: {split: ','}", 16, "needs `from`", False),
    ("an event that is none", "item_id: sku", "item_id: sku\n    event: {value: bought}", 8, "event", True),
    ("attributes that are not there", "words: products", "attributes: [age, job]", 27, "'job'", False),
    ("an unknown word", "words: products", "wording: {itemz: pans}", 27, "Did you mean 'item'", False),
    ("a column the log has not", "item_id: sku", "item_id: skus", 7, "Did you mean 'sku'", False),
    ("a column the items have not", "title: name", "title: nam", 14, "Did you mean 'name'", False),
    ("a column the users have not", "age: age", "age: years", 24, "Unknown column of customers", False),
    ("the wrong delimiter", 'delimiter: ";"', 'delimiter: ","', 6, "Unknown column of log.csv", False),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "line", "said", "seen"),
    [case[1:] for case in WRONG],
    ids=[case[0] for case in WRONG],
)
def test_a_wrong_description_is_one_clear_sentence(
    old: str, new: str, line: int, said: str, seen: bool | None, tmp_path: Path, caches: Path
) -> None:
    path = shop.write(tmp_path / "shop")
    text = shop.DESCRIPTION
    assert text.count(old) >= 1
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(ItdrError) as error:
        source, _ = own_sources.find_source(str(path))
        prepare(StoreSpec(source))
    message = str(error.value)
    assert said in message
    assert "\n" not in message
    if line:
        assert message.startswith(f"{path}:{line}: "), message
    if seen is not None:
        problems = list(SCHEMA.iter_errors(yaml.safe_load(path.read_text("utf-8"))))
        assert bool(problems) is seen


def prepared(folder: Path, old: str, new: str) -> dict[str, Any]:
    """The manifest of a shop with a changed description."""
    path = shop.write(folder)
    assert old in shop.DESCRIPTION
    path.write_text(shop.DESCRIPTION.replace(old, new), "utf-8")
    return read_manifest(prepare(StoreSpec(own_sources.find_source(str(path))[0])))


def test_what_may_be_wrong_is_noted(tmp_path: Path, caches: Path) -> None:
    def noted(name: str, old: str, new: str) -> list[str]:
        return prepared(tmp_path / name, old, new)["lacking"]["unusual"]

    assert noted("right", "title: name", "title: name") == []
    assert "their ids" in noted("ids", "title: name", "title: code")[0]
    assert "the scale ends with 10" in noted("high", "high: 5", "high: 10")[0]


def test_ratings_of_another_column_are_refused_without_an_official_file(
    tmp_path: Path, caches: Path
) -> None:
    with pytest.raises(ItdrError, match="correct it") as error:
        prepared(tmp_path, "{low: 1, high: 5}", "{low: 7, high: 9}")
    assert "official" not in str(error.value)


@pytest.mark.parametrize("unit", ["s", "ms"])
def test_seconds_that_are_read_as_milliseconds_are_refused(
    unit: str, tmp_path: Path, caches: Path
) -> None:
    rows = "".join(f"u{n % 9},i{n % 50},{1_500_000_000 + n * 999}\n" for n in range(400))
    (tmp_path / "log.csv").write_text(f"user,item,time\n{rows}", "utf-8")
    columns = f"user_id: user, item_id: item, timestamp: {{from: time, unit: {unit}}}"
    path = tmp_path / "mine.yaml"
    path.write_text(f"interactions: {{file: log.csv, columns: {{{columns}}}}}\n", "utf-8")
    spec = StoreSpec(own_sources.find_source(str(path))[0])
    if unit == "s":
        prepare(spec)
        return
    with pytest.raises(ItdrError, match="they are seconds, and the description says milliseconds"):
        prepare(spec)


def log_of(tmp_path: Path, rows: str, columns: str, items: str = "") -> StoreSpec:
    """A source of a log of users, items and times."""
    (tmp_path / "log.csv").write_text(f"user,item,time\n{rows}", "utf-8")
    path = tmp_path / "mine.yaml"
    path.write_text(f"interactions: {{file: log.csv, columns: {{{columns}}}}}\n{items}", "utf-8")
    return StoreSpec(own_sources.find_source(str(path))[0])


@pytest.mark.parametrize("order", ["%d/%m/%Y", "%m/%d/%Y"])
def test_days_that_are_read_as_months_are_refused(order: str, tmp_path: Path, caches: Path) -> None:
    rows = "".join(f"u{n % 9},i{n % 50},{n % 28 + 1:02}/{n % 12 + 1:02}/2020\n" for n in range(400))
    time = f"{{from: time, unit: date, format: '{order}'}}"
    spec = log_of(tmp_path, rows, f"user_id: user, item_id: item, timestamp: {time}")
    if order == "%d/%m/%Y":
        prepare(spec)
        return
    with pytest.raises(ItdrError, match=r"day and month were swapped. Correct the `format`"):
        prepare(spec)


@pytest.mark.parametrize("user", ["user", "item"])
def test_users_and_items_that_may_be_exchanged_are_told(
    user: str, tmp_path: Path, caches: Path
) -> None:
    rows = "".join(f"u{n % 30},i{n % 47},{1_500_000_000 + n}\n" for n in range(400))
    (tmp_path / "items.csv").write_text("code,name\n" + "".join(f"i{n},A {n}\n" for n in range(47)))
    item = "item" if user == "user" else "user"
    items = "items: {file: items.csv, columns: {item_id: code, title: name}}\n"
    spec = log_of(tmp_path, rows, f"user_id: {user}, item_id: {item}", items)
    (cause,) = [read_manifest(prepare(spec))["unmatched"]["items"]["cause"]]
    assert ("may be exchanged" in cause) is (user == "item")


def test_there_are_twenty_and_more() -> None:
    assert len(WRONG) >= 20
    assert len({said for *_, said, _ in WRONG}) > 20


def test_the_right_one_passes_the_schema(tmp_path: Path) -> None:
    assert not list(SCHEMA.iter_errors(yaml.safe_load(shop.DESCRIPTION)))
    jsonschema.Draft202012Validator.check_schema(json_schema())


def test_a_file_of_data_is_no_description(tmp_path: Path) -> None:
    shop.write(tmp_path)
    with pytest.raises(ItdrError, match="itdr init"):
        own_sources.find_source(str(tmp_path / "log.csv"))
    with pytest.raises(ItdrError, match=r"neither itdr\.yaml nor atomic files"):
        own_sources.find_source(str(tmp_path))
    with pytest.raises(ItdrError, match=re.escape("Did you mean 'shop.yaml'")):
        own_sources.find_source(str(tmp_path / "shopp.yaml"))


def test_two_sources_of_one_id_are_refused(tmp_path: Path) -> None:
    first, second = shop.write(tmp_path / "a"), shop.write(tmp_path / "b")
    with pytest.raises(ItdrError, match="id of its own"):
        own_sources.open_entries([str(first), str(second)])
