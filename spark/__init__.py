"""The same build on Apache Spark, for data that one machine cannot hold. See `docs/spark.md`.

PySpark is imported when a build begins, not before: a plain install has none.
"""

from __future__ import annotations

from itdr.spark.job import build

__all__ = ["build"]
