"""`itdr export`: what is written can be read by others, and read again gives the same rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import datasets
import pytest
from typer.testing import CliRunner

from itdr.builders.core.errors import ConfigError, DownloadError
from itdr.builders.dataset import own_sources
from itdr.commands.app import app
from tests import shared, world
from tests.own_data import shop

CONFIGS = (
    "sequential_rec",
    "top_k_rec",
    "rating_prediction",
    "user_attribute_prediction",
    "interest_recognition",
    "target_user_identification",
)


def run(*arguments: str) -> str:
    """The output of a command that must succeed."""
    result = CliRunner().invoke(app, list(arguments), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def rows(config: str, source: str, name: str, **options: Any) -> list[dict[str, Any]]:
    """Streamed rows of all splits, by the name of the first source."""
    found = []
    for split in ("train", "validation", "test"):
        data = datasets.load_dataset(
            "itdr", config, sources=[source], split=split, streaming=True, cells="all", **options
        )
        for row in data:
            own = row["source"]
            found.append({**row, "source": name, "id": row["id"].replace(f"/{own}/", f"/{name}/")})
    return found


def a_shop() -> str:
    """A description that several tests read."""
    return str(shared.once("shop", lambda root: shop.write(root / "shop"))[1])


@pytest.mark.parametrize("form", ["recbole", "csv", "parquet"])
def test_an_export_read_again_gives_the_same_rows(form: str, tmp_path: Path) -> None:
    path = a_shop()
    run("export", path, "--to", form, str(tmp_path / "out"))
    for config in CONFIGS:
        first = rows(config, path, "shop", size=30)
        assert first
        assert rows(config, str(tmp_path / "out"), "shop", size=30) == first


@pytest.mark.parametrize("form", ["recbole", "parquet"])
def test_a_benchmark_goes_out_and_in(form: str, tmp_path: Path) -> None:
    run("export", "ml-1m", "--sample", "--to", form, str(tmp_path / "out"))
    # The sample is too small for profiles of interests.
    for config in set(CONFIGS) - {"interest_recognition"}:
        first = rows(config, "ml-1m", "ml-1m", size=30, sample=True)
        assert first
        assert rows(config, str(tmp_path / "out"), "ml-1m", size=30) == first


def test_a_scale_of_tenths_goes_out_and_in(tmp_path: Path, caches: Path) -> None:
    path = str(shop.write_tenths(tmp_path / "shop"))
    run("export", path, "--to", "csv", str(tmp_path / "out"))
    (written,) = (tmp_path / "out").glob("*.yaml")
    assert {"  liked: 3.8", "  disliked: 2.1"} <= set(written.read_text("utf-8").splitlines())
    first = rows("pointwise_rec", path, "shop", size=30)
    assert first and rows("pointwise_rec", str(tmp_path / "out"), "shop", size=30) == first


@pytest.mark.real
def test_the_real_ratings_go_out_and_in(tmp_path: Path, caches: Path, raw: Path) -> None:
    run("export", "ml-1m", "--data-dir", str(raw), "--to", "recbole", str(tmp_path / "out"))
    for config in ("sequential_rec", "user_attribute_prediction"):
        first = rows(config, "ml-1m", "ml-1m", size=200, data_dir=str(raw))
        assert rows(config, str(tmp_path / "out"), "ml-1m", size=200) == first


@pytest.mark.real
@pytest.mark.parametrize("name", ["ml-100k", "Games-6k"])
def test_real_atomic_files_are_a_source(name: str, caches: Path, raw: Path) -> None:
    folder = raw.parent / "raw-more" / "recbole" / name
    if not folder.is_dir():
        pytest.skip(f"{folder} is not there")
    found = rows("sequential_rec", str(folder), "x", size=100)
    assert len(found) == 100
    source, _ = own_sources.find_source(str(folder))
    assert source.timed
    if name == "ml-100k":
        assert source.words == "films" and source.scale is not None
        assert (source.scale.low, source.scale.high) == (1, 5)
        assert source.attributes == ("gender", "age", "occupation")


@pytest.fixture
def atomic(tmp_path: Path) -> Path:
    """The shop as atomic files without the description beside them."""
    run("export", a_shop(), "--to", "recbole", str(tmp_path / "shop-recbole"))
    (tmp_path / "shop-recbole" / "itdr.yaml").unlink()
    return tmp_path / "shop-recbole"


def test_atomic_files_need_no_description(atomic: Path) -> None:
    found = rows("rating_prediction", str(atomic), "shop", size=30)
    assert found and "Copper & Oak" in found[0]["input"]
    source, _ = own_sources.find_source(str(atomic))
    assert source.id == "shop-recbole"
    assert {"users.age", "items.categories", "interactions.timestamp"} <= source.columns
    (atomic / "shop.item").unlink()
    with pytest.raises(ConfigError, match="lacks columns"):
        rows("sequential_rec", str(atomic), "shop", size=30)


def test_a_wrong_header_is_no_atomic_file(tmp_path: Path, caches: Path) -> None:
    (tmp_path / "x.inter").write_text("user_id\titem_id\na\tb\n", "utf-8")
    with pytest.raises(OSError, match="user_id:token"):
        own_sources.find_source(str(tmp_path))


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_splits_are_those_of_the_rows(form: str, tmp_path: Path) -> None:
    import duckdb

    path = a_shop()
    run("export", path, "--to", form, str(tmp_path / "out"))
    file = tmp_path / "out" / f"interactions.{form}"
    split_of = dict(
        duckdb.connect().sql(f"SELECT DISTINCT user_id, split FROM '{file}'").fetchall()
    )
    assert set(split_of.values()) == {"train", "validation", "test"}
    for split in ("train", "validation", "test"):
        data = datasets.load_dataset(
            "itdr", "rating_prediction", sources=[path], split=split, streaming=True, size=30
        )
        assert {split_of[row["user_id"]] for row in data} == {split}


def test_splits_by_time_follow_each_other(tmp_path: Path) -> None:
    import duckdb

    path = a_shop()
    run("export", path, "--to", "parquet", "--split-by", "time", str(tmp_path / "out"))
    spans = (
        duckdb.connect()
        .sql(
            "SELECT split, min(timestamp), max(timestamp), count(*) FROM "
            f"'{tmp_path / 'out' / 'interactions.parquet'}' GROUP BY split ORDER BY 2"
        )
        .fetchall()
    )
    assert [one[0] for one in spans] == ["train", "validation", "test"]
    assert spans[0][2] < spans[1][1] and spans[1][2] < spans[2][1]
    assert spans[0][3] > 6 * spans[1][3]


def test_what_cannot_be_exported_is_said(tmp_path: Path, caches: Path) -> None:
    with pytest.raises(ConfigError, match="Unknown form 'xls'"):
        run("export", "ml-1m", "--sample", "--to", "xls", str(tmp_path))
    with pytest.raises(ConfigError, match="several domains"):
        run("export", "amazon-reviews-2023", "--sample", str(tmp_path))
    with pytest.raises(ConfigError, match="no times"):
        run("export", "bookcrossing", "--sample", "--split-by", "time", str(tmp_path))


def test_atomic_files_are_read_as_recbole_reads_them(tmp_path: Path, caches: Path) -> None:
    """By pandas with its usual quoting, the types taken from the header, sequences split at blanks."""
    pd = pytest.importorskip("pandas")

    path = shop.write(tmp_path / "shop")
    products = shop.catalogue()
    for n, name in ((1, '"Best" pan'), (2, '"Open pan'), (3, 'Pan "X'), (4, "Two\tparts\nhere")):
        products[n]["name"] = name
    products[5]["path"] = "Garden > Out door"
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.Table.from_pylist(products), path.parent / "products.parquet")
    run("export", str(path), "--to", "recbole", str(tmp_path / "out"))
    for suffix, kind in (("item", "items"), ("user", "users"), ("train.inter", "interactions")):
        file = tmp_path / "out" / f"shop.{suffix}"
        header = file.read_text("utf-8").splitlines()[0].split("\t")
        types = {one: float if one.endswith(":float") else str for one in header}
        frame = pd.read_csv(file, delimiter="\t", dtype=types, encoding="utf-8", engine="python")
        assert len(frame) == len(file.read_text("utf-8").splitlines()) - 1, kind
        assert list(frame.columns) == header
        assert frame.iloc[:, 0].notna().all()
    items = pd.read_csv(
        tmp_path / "out" / "shop.item", delimiter="\t", index_col=0, engine="python"
    )
    assert items["title:token_seq"]["p4"] == "Two parts here"
    assert items["title:token_seq"]["p2"].strip() == '"Open pan'
    # Read again as a source, the titles are what they were.
    for config in ("sequential_rec", "top_k_rec"):
        assert rows(config, str(tmp_path / "out"), "shop", size=30) == rows(
            config, str(path), "shop", size=30
        )
    # An element with a blank stays one.
    assert len(items["categories:token_seq"]["p5"].split(" ")) == 2
    assert rows_of_item(tmp_path / "out", "p5") == ["Garden", "Out door"]


def rows_of_item(folder: Path, item: str) -> list[str]:
    """The categories of an item of an exported folder, read again."""
    from itdr.builders.store.prepare import prepare
    from itdr.builders.store.reader import StoreReader
    from itdr.builders.store.spec import StoreSpec

    source, _ = own_sources.find_source(str(folder))
    store = StoreReader(source, prepare(StoreSpec(source)))
    code = next(c for c in range(shop.ITEMS) if store.value("items", "item_id", c) == item)
    return list(store.item(code).categories)


def test_recbole_reads_it(tmp_path: Path, caches: Path) -> None:
    config = pytest.importorskip("recbole.config")
    from recbole.data import create_dataset, data_preparation

    run("export", "ml-1m", "--sample", "--to", "recbole", str(tmp_path / "ml-1m"))
    made = config.Config(
        model="Pop",
        dataset="ml-1m",
        config_dict={
            "data_path": str(tmp_path),
            "benchmark_filename": ["train", "valid", "test"],
            "load_col": {"inter": ["user_id", "item_id", "rating", "timestamp"]},
        },
    )
    data = create_dataset(made)
    counted = sum(
        len(path.read_text("utf-8").splitlines()) - 1 for path in tmp_path.rglob("*.inter")
    )
    assert len(data) == counted
    assert len(data_preparation(made, data)) == 3


def test_lenskit_reads_it(tmp_path: Path, caches: Path) -> None:
    lenskit = pytest.importorskip("lenskit.data")
    pd = pytest.importorskip("pandas")

    run("export", "ml-1m", "--sample", "--to", "parquet", str(tmp_path))
    frame = pd.read_parquet(tmp_path / "interactions.parquet")
    data = lenskit.from_interactions_df(frame[["user_id", "item_id", "rating", "timestamp"]])
    assert data.interaction_count == len(frame)
    assert data.user_count == frame["user_id"].nunique()


def test_files_of_others_are_not_written_among(tmp_path: Path) -> None:
    path, out = a_shop(), tmp_path / "out"
    out.mkdir()
    (out / "ratings.csv").write_text("mine", "utf-8")
    with pytest.raises(ConfigError, match=r"holds ratings.csv, not written by itdr"):
        run("export", path, "--to", "csv", str(out))
    run("export", path, "--to", "csv", str(out), "--overwrite")
    run("export", path, "--to", "csv", str(out))


def test_nothing_is_written_below_the_cache(tmp_path: Path, caches: Path) -> None:
    output = run("export", "ml-1m", "--sample", str(tmp_path / "out"), "--json")
    assert '"interactions.parquet"' in output
    assert sorted(one.name for one in (tmp_path / "out").iterdir()) == [
        "interactions.parquet", "itdr.yaml", "items.parquet", "users.parquet",
    ]  # fmt: skip


def test_what_is_at_hand_of_a_shop_is_exported(
    tmp_path: Path, caches: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    name = "amazon-reviews-2023/All_Beauty"
    columns = {}
    for folder in ("whole", "part"):
        raw = tmp_path / folder / "raw"
        world.write("amazon-reviews-2023", raw, users=40, items=40)
        if folder == "part":
            for path in raw.rglob("review_categories/*"):
                path.rename(path.with_name(f"{path.name}.xz"))
        out = tmp_path / folder / "out"
        run("export", name, "--data-dir", str(raw), "--to", "csv", str(out))
        columns[folder] = (out / "interactions.csv").read_text("utf-8").splitlines()[0].split(",")
        assert ("the texts of reviews are left out" in caplog.text) is (folder == "part")
    assert set(columns["whole"]) - set(columns["part"]) == {"text"}
    assert "as raw/review_categories/All_Beauty.jsonl is not at hand (found, but" in caplog.text
    assert "itdr does not read .xz" in caplog.text and f"itdr fetch {name}" in caplog.text


def test_texts_are_asked_for_where_nothing_is_at_hand(
    caches: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    with pytest.raises(DownloadError, match=r"raw/review_categories/All_Beauty\.jsonl"):
        run("export", "amazon-reviews-2023/All_Beauty", "--to", "csv", str(tmp_path / "out"))
