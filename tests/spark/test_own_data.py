"""Sources of your own on Spark: the same bytes as the embedded engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.own_data import shop
from tests.spark.test_same_rows import compare


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shop.write(tmp_path_factory.mktemp("described") / "shop")


@pytest.mark.parametrize("config", ["sequential_rec", "target_user_identification"])
def test_a_described_source(
    spark: Any, config: str, described: Path, tmp_path: Path, place: str
) -> None:
    compare(spark, config, tmp_path, place, sources=[str(described)], size=40, num_shards=3)


def test_a_table_in_memory(spark: Any, tmp_path: Path, place: str) -> None:
    pd = pytest.importorskip("pandas")
    import itdr

    log, items = pd.DataFrame(shop.log()), pd.DataFrame(shop.catalogue())
    when = {"from": "when", "format": "%d/%m/%Y %H:%M"}
    source = itdr.source(log, items, id="frame", columns={"interactions": {"timestamp": when}})
    compare(spark, "rating_prediction", tmp_path, place, sources=[source], size=40, num_shards=3)
