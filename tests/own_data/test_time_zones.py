"""Rows are the same wherever the machine is: times with and without a zone, in text and in Parquet."""

from __future__ import annotations

import datetime
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tests.own_data import shop

SCRIPT = """
import hashlib, json, sys
import datasets
from itdr.builders.dataset import own_sources
from itdr.builders.store.prepare import prepare
from itdr.builders.store.reader import StoreReader
from itdr.builders.store.spec import StoreSpec
path = sys.argv[1]
source, _ = own_sources.find_source(path)
store = StoreReader(source, prepare(StoreSpec(source)))
users = range(len(store.user_hash))
rows = datasets.load_dataset("itdr", "sequential_rec", sources=[path], size=60, streaming=True)
digest = hashlib.sha256(json.dumps({k: list(v) for k, v in rows.items()}, default=str).encode())
print(json.dumps({
    "times": sorted({int(one) for user in users for one in store.events(user).times}),
    "years": sorted({one for one in store.items.column("year").to_pylist() if one}),
    "attributes": sorted({str(one) for one in store.items.column("attributes").to_pylist()}),
    "liked": source.scale.liked,
    "rows": digest.hexdigest(),
}))
"""
NEW_YEAR = datetime.datetime(2001, 1, 1, tzinfo=datetime.timezone.utc)


def write(folder: Path) -> Path:
    """A shop whose log spells times in two ways, and whose products came out at a moment with a zone."""
    rows = shop.log()
    for k, row in enumerate(rows):
        day, clock = row["when"].split(" ")
        date = "-".join(reversed(day.split("/")))
        row["when"] = f"{date} {clock}:00" + ("+02:00", "", "Z")[k % 3]
    path = shop.write(folder, rows)
    products = [
        {**one, "released": NEW_YEAR.replace(year=1990 + n % 30)}
        for n, one in enumerate(shop.catalogue())
    ]
    pq.write_table(pa.Table.from_pylist(products), folder / "products.parquet")
    text = path.read_text("utf-8")
    text = text.replace(
        '{from: when, format: "%d/%m/%Y %H:%M", zone: Europe/Berlin}', "{from: when, unit: date}"
    )
    text = text.replace("{price: price}", "{price: price, released: released}")
    path.write_text(text.replace("{low: 1, high: 5}", "{low: 1, high: 5, liked_quantile: 0.6}"))
    return path


def in_zone(zone: str, path: Path, cache: Path) -> dict[str, Any]:
    env = {**os.environ, "TZ": zone, "ITDR_CACHE": str(cache)}
    command = [sys.executable, "-c", SCRIPT, str(path)]
    result = subprocess.run(command, env=env, capture_output=True, text=True, timeout=240)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout.splitlines()[-1])


def test_rows_do_not_depend_on_the_machines_time_zone(tmp_path: Path) -> None:
    path = write(tmp_path / "shop")
    found = [in_zone(zone, path, tmp_path / zone[:2]) for zone in ("UTC", "America/New_York")]
    assert found[0] == found[1]
    assert found[0]["years"] == list(range(1990, 2020))
    expected = set()
    for k, row in enumerate(shop.log()):
        moment = datetime.datetime.strptime(row["when"] + " +0000", "%d/%m/%Y %H:%M %z")
        expected.add(int(moment.timestamp()) - (7200 if k % 3 == 0 else 0))
    assert found[0]["times"] == sorted(expected)
