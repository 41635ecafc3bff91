"""What is exported is read again as it was, whatever signs it holds."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from itdr.builders.core.errors import ConfigError
from itdr.builders.dataset import own_sources
from itdr.builders.store.prepare import prepare
from itdr.builders.store.reader import StoreReader
from itdr.builders.store.spec import StoreSpec
from itdr.publish.export import Request, export

FORMS = ("csv", "parquet", "recbole")
DESCRIPTION = """
interactions:
  file: log.parquet
  columns: {user_id: user_id, item_id: item_id, rating: rating, timestamp: {from: timestamp, unit: s}, text: text}
items:
  file: items.parquet
  nulls: [""]
  columns:
    item_id: item_id
    title: title
    categories: categories
    creators: creators
    description: description
    attributes: {kind: kind}
users:
  file: users.parquet
  nulls: [""]
  columns: {user_id: user_id, country: country}
scale: {low: 1, high: 5}
"""
WORDS = st.text("ab|;,¦\"'\\[]{}/: éNUL", min_size=1, max_size=6) | st.sampled_from(
    ["NULL", "null", "nan", "\\N", "a|b", '{"a"}', "a; b", "3", "007", "1e5", '"a" b', "Null's"]
)
LISTS = st.lists(WORDS.filter(lambda one: not one.startswith(("[", "{", "("))), max_size=3)
"""A list, set or tuple in a text is taken for one wherever it is read, in Parquet, too."""
ITEM = st.fixed_dictionaries(
    {
        "title": WORDS,
        "categories": LISTS,
        "creators": LISTS,
        "description": WORDS,
        "kind": WORDS,
    }
)


def write(folder: Path, items: list[dict[str, Any]], names: list[str]) -> Path:
    """A source of these items, under these ids, that everybody rated."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    tables = {
        "items": [{"item_id": name, **one} for name, one in zip(names, items, strict=True)],
        "users": [{"user_id": f"u{n}", "country": items[n]["title"]} for n in range(3)],
        "log": [
            {
                "user_id": f"u{n}",
                "item_id": name,
                "rating": 1 + (n + k) % 5,
                "timestamp": 10**9 + k,
                "text": items[k]["description"],
            }
            for n in range(3)
            for k, name in enumerate(names)
        ],
    }
    for name, rows in tables.items():
        pq.write_table(pa.Table.from_pylist(rows), folder / f"{name}.parquet")
    (folder / "shop.yaml").write_text(DESCRIPTION, "utf-8")
    return folder / "shop.yaml"


def tables(place: Path) -> tuple[Any, Any, Any, Path]:
    """All items, users and events of a source, in a form that can be compared; and its store."""
    import duckdb

    source, _ = own_sources.find_source(str(place))
    path = prepare(StoreSpec(source), progress=False)
    store = StoreReader(source, path)
    items = {
        str(one["item_id"]): {name: one.get(name) or None for name in SHOWN}
        for one in store.items.to_pylist()
        if one["title"]  # nothing is shown of others
    }
    users = {
        str(store.value("users", "user_id", n)): store.value("users", "country", n)
        for n in range(len(store.user_hash))
    }
    ids, people = store.items.column("item_id").to_pylist(), list(users)
    events = duckdb.sql(
        f"SELECT user_code, item_code, rating, timestamp, text FROM '{path}/interactions.parquet'"
    ).fetchall()
    log = sorted((people[user], ids[item], *rest) for user, item, *rest in events)
    return items, users, log, path


SHOWN = ("title", "categories", "creators", "description", "attributes")


@pytest.mark.parametrize("form", FORMS)
@given(
    items=st.lists(ITEM, min_size=4, max_size=25),
    names=st.lists(WORDS.filter(lambda one: one.strip() == one), min_size=25, max_size=25, unique=True),
)  # fmt: skip
@settings(
    max_examples=3,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # an example takes a second
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_values_come_back_as_they_were(
    form: str, items: list[dict[str, Any]], names: list[str], caches: Path
) -> None:
    with tempfile.TemporaryDirectory() as home:
        place = write(Path(home), items, names[: len(items)])
        *before, store = tables(place)
        source, _ = own_sources.find_source(str(place))
        export(Request(source, store, form), Path(home) / "out")
        *after, _ = tables(Path(home) / "out")
        assert after == before


def test_lists_are_joined_by_a_bar_unless_one_holds_it(tmp_path: Path, caches: Path) -> None:
    plain = {"title": "A", "categories": ["x", "y"], "creators": [], "description": "d", "kind": "k"}  # fmt: skip
    for held, shown in (("z", "x|y"), ("z|w", '"[""x"",""y""]"')):
        home = tmp_path / held.replace("|", "-")
        home.mkdir()
        other = {**plain, "title": "B", "categories": [held]}
        place = write(home, [plain, other, plain], ["1", "2", "3"])
        source, _ = own_sources.find_source(str(place))
        export(Request(source, prepare(StoreSpec(source)), "csv"), home / "out")
        assert f"1,A,{shown}," in (home / "out" / "items.csv").read_text("utf-8")


def test_an_id_that_atomic_files_cannot_hold_is_refused(tmp_path: Path, caches: Path) -> None:
    one = {"title": "A", "categories": [], "creators": [], "description": "d", "kind": "k"}
    place = write(tmp_path, [one] * 3, ["1", "2\t", "2\t3"])
    source, _ = own_sources.find_source(str(place))
    store = prepare(StoreSpec(source))
    with pytest.raises(ConfigError, match=r"item id '2\\t3' of shop holds a tab"):
        export(Request(source, store, "recbole"), tmp_path / "out")
    export(Request(source, store, "csv"), tmp_path / "out")
