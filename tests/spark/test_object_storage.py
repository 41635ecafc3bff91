"""Raw files, shared folder and data set on object storage: a server of this machine stands in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from itdr import spark as on_spark
from itdr.builders.core.paths import SAMPLE
from itdr.publish import folder
from itdr.spark.job import builders
from tests.spark.conftest import contents


def without_key(files: dict[str, bytes]) -> dict[str, bytes]:
    """The files less the records, whose key names the dates of raw files."""
    return {name: text for name, text in files.items() if not name.endswith(folder.RECORD)}


def test_from_s3_to_s3(spark: Any, bucket: str | None, tmp_path: Path) -> None:
    if bucket is None:
        pytest.skip("moto and s3fs are not installed")
    import s3fs

    there = s3fs.S3FileSystem()
    raw = f"{bucket}/raw"
    there.put(str(SAMPLE / "ml-1m"), f"{raw}/ml-1m", recursive=True)
    options = {"sources": ["ml-1m"], "num_shards": 2}
    made = {"data_dir": raw, "work": f"{bucket}/work", "chunk_bytes": 30_000, **options}
    built = on_spark.build(spark, "user_attribute_prediction", f"{bucket}/out", **made)
    folder.build(
        builders(["user_attribute_prediction"], {"data_dir": str(SAMPLE), **options}),
        tmp_path / "embedded",
    )
    there.invalidate_cache()
    there.get(f"{bucket}/out/", str(tmp_path / "out"), recursive=True)
    expected = without_key(contents(tmp_path / "embedded"))
    assert without_key(contents(tmp_path / "out")) == expected and len(expected) > 6
    assert len([one for one in there.find(f"{bucket}/work/stores") if "interactions" in one]) > 1
    assert not there.find(f"{bucket}/work/scratch")
    # What is there already is not built again.
    before = there.info(f"{bucket}/out/user_attribute_prediction/train-00000-of-00001.parquet")
    assert on_spark.build(spark, "user_attribute_prediction", f"{bucket}/out", **made) == built
    there.invalidate_cache()
    after = there.info(f"{bucket}/out/user_attribute_prediction/train-00000-of-00001.parquet")
    assert after["LastModified"] == before["LastModified"]


def test_a_local_url_is_a_path(spark: Any, tmp_path: Path, place: str) -> None:
    options = {"data_dir": f"file://{SAMPLE}", "sources": ["ml-32m"], "num_shards": 2, "size": 100}
    out = f"file://{tmp_path}/out"
    built = on_spark.build(spark, "rating_prediction", out, work=f"file://{place}", **options)
    rows = built["rating_prediction"]["rows"]
    assert rows["train"] > 50
    assert (tmp_path / "out/rating_prediction/train-00000-of-00001.parquet").is_file()
