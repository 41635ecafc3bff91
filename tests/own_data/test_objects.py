"""Sources made of tables in memory, and their place in the cache."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import datasets
import duckdb
import pyarrow as pa
import pytest

import itdr
from itdr.builders.core.errors import ConfigError
from tests.own_data import shop
from tests.own_data.test_described import load

pd = pytest.importorskip("pandas")
pl = pytest.importorskip("polars")


def frames() -> tuple[Any, Any]:
    """The shop's log, with times as such, and its catalogue."""
    log = pd.DataFrame(shop.log()).drop(columns="paid")
    log["when"] = pd.to_datetime(log["when"], format="%d/%m/%Y %H:%M")
    return log, pd.DataFrame(shop.catalogue()).rename(columns={"path": "category"})


def kinds() -> dict[str, tuple[Any, Any]]:
    log, items = frames()
    return {
        "pandas": (log, items),
        "shuffled": (log.sample(frac=1, random_state=3), items.iloc[::-1]),
        "columns moved": (log[log.columns[::-1]], items),
        "named index": (log.set_index("customer"), items.set_index("code")),
        "polars": (pl.from_pandas(log), pl.from_pandas(items)),
        "lazy": (pl.from_pandas(log).lazy(), pl.from_pandas(items).lazy()),
        "arrow": (pa.Table.from_pandas(log), pa.Table.from_pandas(items)),
        "batches": (pa.Table.from_pandas(log).to_reader(), pa.Table.from_pandas(items)),
        "datasets": (datasets.Dataset.from_pandas(log), datasets.Dataset.from_pandas(items)),
        "duckdb": (duckdb.sql("FROM log"), duckdb.sql("FROM items")),
    }


def test_all_kinds_of_tables_are_one_source(caches: Path) -> None:
    found = {name: itdr.source(log, items, id="shop") for name, (log, items) in kinds().items()}
    prints = {name: [one.fingerprint for one in source.files] for name, source in found.items()}
    assert len({tuple(one) for one in prints.values()}) == 1, prints
    rows = load("sequential_rec", found["pandas"])
    assert rows == load("sequential_rec", found["duckdb"])
    assert "Copper & Oak" in rows[0]["input"]


def test_shuffled_rows_give_the_same_examples(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []
    for name in ("pandas", "shuffled"):
        monkeypatch.setenv("ITDR_CACHE", str(tmp_path / name))
        log, items = kinds()[name]
        found.append(load("top_k_rec", itdr.source(log, items, id="shop")))
    assert found[0] == found[1]


def test_another_value_is_other_data(caches: Path) -> None:
    log, items = frames()
    first = itdr.source(log, items, id="shop").files[0].fingerprint
    log.loc[7, "stars"] = 1 + log.loc[7, "stars"] % 5
    assert itdr.source(log, items, id="shop").files[0].fingerprint != first
    twice = pd.concat([frames()[0], frames()[0]])
    assert itdr.source(twice, items, id="shop").files[0].fingerprint != first


def test_columns_and_fields_can_be_given(caches: Path) -> None:
    log, items = frames()
    log = log.rename(columns={"customer": "a", "sku": "b", "stars": "c", "when": "d"})
    source = itdr.source(
        log, items, id="odd", title="Odd", words="books", scale={"low": 1, "high": 5, "liked": 5},
        columns={"interactions": {"user_id": "a", "item_id": "b", "rating": "c", "timestamp": "d"}},
    )  # fmt: skip
    assert source.scale is not None and source.scale.liked == 5
    rows = load("rating_prediction", source)
    assert {row["source"] for row in rows} == {"odd"}
    assert any("book" in row["input"] for row in rows)


def test_items_without_titles_are_shown_only_if_asked(caches: Path) -> None:
    log, _ = frames()
    with pytest.raises(ConfigError, match=r"sequential_rec needs items\.title"):
        load("sequential_rec", itdr.source(log, id="bare"))
    rows = load("sequential_rec", itdr.source(log, id="bare", untitled="id"))
    assert "item p" in rows[0]["input"]


def test_ids_that_became_floats_are_whole_again(caches: Path) -> None:
    log = pd.DataFrame({"user": [1.0, 1.0, None], "item": [5, 6, 7]})
    source = itdr.source(log, id="floats")
    from itdr.builders.store.layout import read_manifest
    from itdr.builders.store.prepare import prepare
    from itdr.builders.store.reader import StoreReader
    from itdr.builders.store.spec import StoreSpec

    path = prepare(StoreSpec(source))
    assert StoreReader(source, path).value("users", "user_id", 0) == "1"
    assert read_manifest(path)["rejected"]["interactions"] == {"empty id": 1}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"interactions": 7}, "must be a DataFrame"),
        ({"interactions": "no-such.csv"}, "there is no file"),
        ({"interactions": [{"user": 1}]}, "must be a DataFrame"),
        ({"id": "My Shop"}, "lower case"),
        ({"id": "ml-1m"}, "choose another"),
        ({"titel": "x"}, "Did you mean 'title'"),
        ({"columns": {"interactions": {"rating": "starz"}}}, "Did you mean 'stars'"),
        ({"columns": {"tags": {"tag": "x"}}}, "no table was given"),
    ],
)
def test_what_is_wrong_is_said(change: dict[str, Any], said: str, caches: Path) -> None:
    log, items = frames()
    with pytest.raises(ConfigError, match=re.escape(said)):
        load("sequential_rec", itdr.source(**{"interactions": log, "items": items, **change}))


def test_a_mixed_column_is_said(caches: Path) -> None:
    log, items = frames()
    log["stars"] = [1, "x"] * (len(log) // 2)
    with pytest.raises(ConfigError, match="give every column one type"):
        itdr.source(log, items)


def test_two_columns_of_one_name_are_said(caches: Path) -> None:
    log, items = frames()
    log = log.rename(columns={"when": "stars"})
    for given in (log, pa.Table.from_arrays([pa.array([1]), pa.array([2])], ["stars", "stars"])):
        with pytest.raises(ConfigError, match="interactions has two columns named 'stars'"):
            itdr.source(given, items)


def test_register_refuses_what_is_no_source() -> None:
    with pytest.raises(ConfigError, match="takes a Source"):
        itdr.register("ml-1m")  # type: ignore[arg-type]


@pytest.mark.parametrize("wrap", [pd.DataFrame, pl.DataFrame, pa.table])
def test_a_table_that_is_not_wrapped_gets_a_short_error(wrap: Any) -> None:
    table = wrap({"user": ["a", "b"] * 500, "item": ["x", "y"] * 500})
    with pytest.raises(ConfigError, match=r"a \w+ is no source.*itdr\.source") as error:
        datasets.load_dataset("itdr", "sequential_rec", sources=[table])
    assert len(str(error.value)) < 200
