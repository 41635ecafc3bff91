"""A source described in YAML, used like any other: rows, rejects, promises, formats of files."""

from __future__ import annotations

import gzip
import json
import random
import zipfile
from pathlib import Path
from typing import Any

import datasets
import pytest

from itdr.audit import audit
from itdr.builders.core.errors import ConfigError
from itdr.builders.dataset import own_sources, registry
from itdr.builders.rendering.lexicon_files import load_lexicon
from itdr.builders.rendering.templates import words_of
from itdr.builders.store.layout import read_manifest
from itdr.builders.store.prepare import prepare
from itdr.builders.store.reader import StoreReader
from itdr.builders.store.spec import StoreSpec
from itdr.scoring.data import open_data
from tests import shared
from tests.own_data import shop


def load(config: str, source: Any, split: str = "train", **options: Any) -> list[dict[str, Any]]:
    """Streamed rows."""
    options = {"size": 40, **options}
    return list(
        datasets.load_dataset(
            "itdr", config, sources=[source], split=split, streaming=True, **options
        )
    )


def stored(path: Path) -> dict[str, Any]:
    """The manifest of the store of a description, built now."""
    source, _ = own_sources.find_source(str(path))
    return read_manifest(prepare(StoreSpec(source)))


def test_a_shop_serves_every_subtask_that_its_columns_allow(tmp_path: Path, caches: Path) -> None:
    path = shop.write(tmp_path)
    for config in registry.task_ids():
        if config == "cross_domain_rec":
            with pytest.raises(ConfigError, match=r"shop has no cell.*interactions\.domain"):
                load(config, str(path))
            continue
        rows = load(config, str(path))
        assert rows and {row["source"] for row in rows} == {"shop"}
    text = load("sequential_rec", str(path))[0]["input"]
    assert "Copper & Oak No." in text
    root = load("user_item_understanding", str(path), size=20)
    assert {row["task"] for row in root} == {
        "user_attribute_prediction", "interest_recognition", "target_user_identification",
    }  # fmt: skip


def test_own_words_are_said_in_prose_too_and_pass_the_audit(tmp_path: Path, caches: Path) -> None:
    path = shop.write(tmp_path)
    own = "wording: {act: test, acted: tested, event: test, events: tests}"
    path.write_text(f"{shop.DESCRIPTION}{own}\n", "utf-8")
    options = {"sources": [str(path)], "size": 40}
    for config in ("sequential_rec", "rating_prediction", "target_user_identification"):
        found = audit(open_data(config, options))
        assert [(one.name, one.faults[:2]) for one in found if one.faults] == []
    source, _ = own_sources.find_source(str(path))
    phrases = load_lexicon(source.words, words_of(source)).phrases
    assert (phrases["judged"], phrases["judged_it"]) == ("tested", "tested it")


def test_columns_are_read_as_described(tmp_path: Path, caches: Path) -> None:
    source, _ = own_sources.find_source(str(shop.write(tmp_path)))
    store = StoreReader(source, prepare(StoreSpec(source)))
    ids = {store.value("items", "item_id", code): code for code in range(shop.ITEMS)}
    item = store.item(ids["p5"])
    assert item.title == "Copper & Oak No. 5"
    assert list(item.categories) == ["Kitchen", "Pans"]
    assert list(item.creators) == ["Maker 5"]
    users = {store.value("users", "user_id", code): code for code in range(shop.USERS)}
    assert store.value("users", "gender", users["c001"]) == "female"
    assert store.value("users", "gender", users["c002"]) is None
    assert store.value("users", "age", users["c001"]) == 21
    events = store.events(users["c000"])
    first = next(row for row in shop.log() if row["customer"] == "c000")
    day, clock = first["when"].split(" ")
    hour, minute = map(int, clock.split(":"))
    # Berlin, in January: an hour ahead of UTC.
    expected = 1609459200 + (int(day[:2]) - 1) * 86400 + (hour - 1) * 3600 + minute * 60
    assert int(events.times[0]) == expected


DIRT = {
    "empty id": {"customer": "", "stars": 3},
    "no valid time": {"when": "yesterday"},
    "rating outside the scale": {"stars": 9},
    "a rating that is no number": {"stars": "good"},
}


def test_what_is_left_out_is_counted_by_reason(tmp_path: Path, caches: Path) -> None:
    rows = shop.log()
    dirty = [{**rows[0], "sku": "p9", **change} for change in DIRT.values()]
    facts = stored(shop.write(tmp_path, [*rows, *dirty, rows[5], rows[5]]))
    assert facts["rejected"]["interactions"] == {
        **dict.fromkeys(DIRT, 1),
        "repeated row": 2 + len(rows) - len({tuple(row.values()) for row in rows}),
    }
    assert facts["rejected"]["items"] == {"no title": 1}


def test_rows_do_not_depend_on_the_order_of_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []
    for seed in (None, 7):
        rows = shop.log()
        if seed:
            random.Random(seed).shuffle(rows)
        monkeypatch.setenv("ITDR_CACHE", str(tmp_path / f"cache{seed}"))
        found.append(load("top_k_rec", str(shop.write(tmp_path / f"shop{seed}", rows))))
    assert found[0] == found[1]


def test_a_store_follows_data_and_description(tmp_path: Path, caches: Path) -> None:
    path = shop.write(tmp_path)

    def name(config: str = "rating_prediction") -> str:
        return datasets.load_dataset_builder("itdr", config, sources=[str(path)]).config_id

    first = name()
    assert name() == first
    path.write_text(shop.DESCRIPTION.replace("high: 5}", "high: 5, liked: 5}"), "utf-8")
    changed = name()
    path.write_text(shop.DESCRIPTION + "\ntitle: The Shop\n", "utf-8")
    titled = name()
    path.write_text(shop.DESCRIPTION, "utf-8")
    shop.write_csv(tmp_path / "log.csv", shop.log(2), ";")
    grown = name()
    assert len({first, changed, titled, grown}) == 4


@pytest.mark.parametrize(
    "form", ["csv.gz", "zip", "tsv", "jsonl", "parquet", "feather", "parts", "zst"]
)
def test_every_format_gives_the_same_rows(form: str, tmp_path: Path, caches: Path) -> None:
    rows = shop.log()
    _, plain = shared.once(
        "rows of a shop", lambda root: load("sequential_rec", str(shop.write(root)))
    )
    folder = tmp_path / "other"
    path = shop.write(folder)
    text = (folder / "log.csv").read_text("utf-8")
    (folder / "log.csv").unlink()
    change = {"file: log.csv": f"file: log.{form}"}
    if form == "csv.gz":
        (folder / "log.csv.gz").write_bytes(gzip.compress(text.encode()))
        change = {"file: log.csv": "file: log.csv.gz"}
    elif form == "zip":
        with zipfile.ZipFile(folder / "log.zip", "w") as archive:
            archive.writestr("deep/log.csv", text)
        change = {"file: log.csv": "file: log.zip"}
    elif form == "zst":
        import pyarrow as pa

        with pa.CompressedOutputStream(str(folder / "log.csv.zst"), "zstd") as out:
            out.write(text.encode())
        change = {"file: log.csv": "file: log.csv.zst"}
    elif form == "tsv":
        shop.write_csv(folder / "log.tsv", rows, "\t")
        change |= {'  delimiter: ";"\n': ""}
    elif form == "jsonl":
        lines = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / "log.jsonl").write_text(lines, "utf-8")
        change |= {'  delimiter: ";"\n': ""}
    elif form == "parts":
        head, *body = text.splitlines(keepends=True)
        for part in range(3):
            (folder / f"log-{part}.csv").write_text(head + "".join(body[part::3]), "utf-8")
        change = {"file: log.csv": 'file: "log-*.csv"'}
    else:
        import pyarrow as pa
        import pyarrow.feather as feather
        import pyarrow.parquet as pq

        table = pa.Table.from_pylist(rows)
        writer = pq.write_table if form == "parquet" else feather.write_feather
        writer(table, str(folder / f"log.{form}"))
    described = shop.DESCRIPTION
    for old, new in change.items():
        assert old in described
        described = described.replace(old, new)
    path.write_text(described, "utf-8")
    assert load("sequential_rec", str(path)) == plain


TIMES = {
    "s": ("1609459200", "{from: t, unit: s}"),
    "float": ("1.6094592e9", "{from: t, unit: s}"),
    "ms": ("1609459200999", "{from: t, unit: ms}"),
    "us": ("1609459200000999", "{from: t, unit: us}"),
    "ns": ("1609459200000000999", "{from: t, unit: ns}"),
    "iso": ("2021-01-01T00:00:00", "{from: t, unit: date}"),
    "zulu": ("2021-01-01T00:00:00.5Z", "{from: t, unit: date}"),
    "offset": ("2021-01-01 05:30:00+05:30", "{from: t, unit: date}"),
    "zone": ("2020-12-31 19:00:00", "{from: t, unit: date, zone: America/New_York}"),
    "day": ("2021-01-01", "{from: t, unit: date}"),
    "format": ("Jan 01 2021", "{from: t, format: '%b %d %Y'}"),
    "format with zone": ("2021-01-01 02:00 +0200", "{from: t, format: '%Y-%m-%d %H:%M %z'}"),
}


@pytest.mark.parametrize("kind", TIMES)
def test_times_are_read_in_every_unit(kind: str, tmp_path: Path, caches: Path) -> None:
    text, column = TIMES[kind]
    (tmp_path / "log.csv").write_text(f"u,i,t\na,b,{text}\na,c,{text}\n", "utf-8")
    path = tmp_path / "times.yaml"
    path.write_text(
        "interactions:\n  file: log.csv\n  columns: {user_id: u, item_id: i, timestamp: "
        f"{column}}}\nitems: {{columns: {{item_id: i}}, untitled: id}}\n",
        "utf-8",
    )
    source, _ = own_sources.find_source(str(path))
    store = StoreReader(source, prepare(StoreSpec(source)))
    assert set(store.events(0).times.tolist()) == {1609459200}
    assert {store.item(code).title for code in (0, 1)} == {"item b", "item c"}


def test_a_time_in_another_unit_is_rejected(tmp_path: Path, caches: Path) -> None:
    (tmp_path / "log.csv").write_text("u,i,t\na,b,1609459200999\na,c,1609459200\n", "utf-8")
    path = tmp_path / "times.yaml"
    path.write_text(
        "interactions:\n  file: log.csv\n"
        "  columns: {user_id: u, item_id: i, timestamp: {from: t, unit: s}}\n",
        "utf-8",
    )
    assert stored(path)["rejected"] == {"interactions": {"no valid time": 1}}


def test_events_constants_quantiles_and_own_words(tmp_path: Path, caches: Path) -> None:
    rows = [
        {"who": f"u{u}", "what": f"t{(u * 5 + k * 7) % 60}", "did": did, "score": 10 * (k % 10)}
        for u in range(120)
        for k, did in enumerate(["view", "buy", "view", "steal"] * 5)
    ]
    shop.write_csv(tmp_path / "log.csv", rows)
    path = tmp_path / "things.yaml"
    path.write_text(
        """
interactions:
  file: log.csv
  columns:
    user_id: who
    item_id: what
    rating: score
    event: {from: did, values: {view: click, buy: implicit}}
items: {columns: {item_id: what, categories: {value: Thing}}, untitled: id}
scale: {low: 0, high: 100, step: 10, liked_quantile: 0.7, disliked_quantile: 0.2}
wording: {item: gadget, acted: tried}
""",
        "utf-8",
    )
    source, _ = own_sources.find_source(str(path))
    assert source.scale is not None
    assert (source.scale.disliked, source.scale.liked) == (10, 60)
    facts = read_manifest(prepare(StoreSpec(source)))
    assert facts["events"] == ["click", "implicit"]
    assert facts["rejected"]["interactions"]["unknown event"] == 600
    rows = load("rating_prediction", str(path))
    assert any("gadget" in row["input"] for row in rows)
    assert any("item t" in row["input"] for row in rows)


def test_sources_mix_and_a_cell_does_not_depend_on_the_others(tmp_path: Path, caches: Path) -> None:
    path = str(shop.write(tmp_path))
    options: dict[str, Any] = {"split": "train", "sample": True, "size": 20}
    both = datasets.load_dataset("itdr", "rating_prediction", sources=["ml-32m", path], **options)
    alone = datasets.load_dataset("itdr", "rating_prediction", sources=[path], **options)
    mine = [row for row in both if row["source"] == "shop"]
    assert set(both["source"]) == {"ml-32m", "shop"}
    assert mine == list(alone)


def test_rows_are_the_same_in_other_processes(tmp_path: Path, caches: Path) -> None:
    path = str(shop.write(tmp_path))
    rows = load("sequential_rec", path, size=60)
    for count in (1, 2):
        built = datasets.load_dataset(
            "itdr", "sequential_rec", sources=[path], split="train", size=60, num_proc=count,
            download_mode="force_redownload",
        )  # fmt: skip
        assert sorted(built["id"]) == sorted(row["id"] for row in rows)


def test_a_relative_path_means_the_same_in_another_folder(
    tmp_path: Path, caches: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.write(tmp_path)
    monkeypatch.chdir(tmp_path)
    builder = datasets.load_dataset_builder(
        "itdr", "sequential_rec", sources=["shop.yaml"], size=40
    )
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert next(iter(builder.as_streaming_dataset("train")))["source"] == "shop"
