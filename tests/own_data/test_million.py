"""A million interactions from CSV to the first row: in seconds of the processor, as other tests run
beside this one."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import duckdb

SECONDS = 10
PROGRAM = """
import itdr
from datasets import load_dataset
rows = load_dataset("itdr", "sequential_rec", sources=["log.yaml"], split="train", streaming=True)
print(next(iter(rows))["id"])
"""


def test_a_million_interactions_in_ten_seconds(tmp_path: Path) -> None:
    con = duckdb.connect()
    con.execute(
        f"""COPY (
            SELECT 'user-' || (hash(n) % 20000) AS customer, 'sku' || (hash(n, 1) % 8000) AS sku,
                   1 + hash(n, 2) % 5 AS stars,
                   CAST(TIMESTAMP '2020-01-01' + to_seconds(CAST(hash(n, 3) % 100000000 AS BIGINT))
                       AS VARCHAR) AS "when",
                   '$' || (hash(n, 4) % 100) || '.50' AS paid
            FROM range(1000000) AS t(n)
        ) TO '{tmp_path / "log.csv"}' (HEADER)"""
    )
    con.execute(
        f"""COPY (SELECT 'sku' || n AS sku, 'Product ' || n AS name, 'A|B' AS category
        FROM range(8000) AS t(n)) TO '{tmp_path / "items.csv"}' (HEADER)"""
    )
    con.close()
    environment = {**os.environ, "ITDR_CACHE": str(tmp_path / "cache")}
    init = [sys.executable, "-m", "itdr", "init", "log.csv", "items.csv", "-o", "log.yaml"]
    done = subprocess.run(init, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    environment["ITDR_CACHE"] = str(tmp_path / "fresh")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    result = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=tmp_path, env=environment, capture_output=True, text=True,
    )  # fmt: skip
    assert result.returncode == 0, result.stdout + result.stderr
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert result.stdout.startswith("sequential_rec/log/")
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert spent < SECONDS
