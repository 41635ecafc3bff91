"""A Spark session for callers that have none; reports what is missing for it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import warnings
from typing import Any

from itdr.builders.core.errors import ConfigError
from itdr.builders.store.build import statements

JAVA = 17
LOCAL = "local[*]"
SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    # Spark can only guess the size of what Python reads: broadcast only what it has measured.
    "spark.sql.autoBroadcastJoinThreshold": "-1",
    "spark.sql.adaptive.autoBroadcastJoinThreshold": "32MB",
    # Cache with as many partitions as the size calls for.
    "spark.sql.optimizer.canChangeCachedPlanOutputPartitioning": "true",
}
SMALL = 8
"""Shuffle partitions per core of a single machine, where 200 would mostly be empty."""


def require() -> None:
    """Check that PySpark 4 and Java 17 are installed.

    Raises:
        ConfigError: one of them is missing or too old.
    """
    try:
        import pyspark
    except ImportError:
        raise ConfigError(
            "--engine spark needs PySpark 4 or newer, which is not installed here: run "
            "pip install pyspark, or leave the engine out to build with DuckDB."
        ) from None
    if int(pyspark.__version__.split(".")[0]) < 4:
        raise ConfigError(
            f"--engine spark needs PySpark 4 or newer, found {pyspark.__version__}: run "
            "pip install --upgrade pyspark."
        )
    java = _java_version()
    if java is None or java < JAVA:
        what = "no Java was found" if java is None else f"Java {java} was found"
        raise ConfigError(
            f"--engine spark needs Java {JAVA} or newer, but {what} in JAVA_HOME or PATH: install "
            f"one (a package such as openjdk-{JAVA}-jre-headless), or set JAVA_HOME to it."
        )


def _java_version() -> int | None:
    """The major version of the Java that Spark would start; None where there is none."""
    home = os.environ.get("JAVA_HOME")
    program = os.path.join(home, "bin", "java") if home else shutil.which("java")
    try:
        result = subprocess.run([program or "", "-version"], capture_output=True, text=True)
    except OSError:
        return None
    match = re.search(r'version "(?:1\.)?(\d+)', result.stderr)
    return int(match[1]) if match else None


def start(master: str | None = None, **settings: str) -> Any:
    """Start a session.

    Args:
        master: Spark's master (default: `spark-submit`'s, else all cores of this machine).
        settings: Spark's own, with `__` for a dot; those of `spark-defaults.conf` apply too.

    Returns:
        The session.
    """
    require()
    from pyspark.sql import SparkSession

    warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas")
    # The same interpreter, with the same packages, wherever Python runs.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.appName("itdr")
    if master is None and "MASTER" not in os.environ and "PYSPARK_GATEWAY_PORT" not in os.environ:
        master = LOCAL
    if master is not None:
        builder = builder.master(master)
    spark_settings = {name.replace("__", "."): value for name, value in settings.items()}
    if (master or "").startswith("local"):
        local = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
        local |= {"spark.driver.memory": "2g", "spark.ui.enabled": "false"}
        local["spark.sql.shuffle.partitions"] = str(SMALL * (os.cpu_count() or 1))
        spark_settings = {**local, **spark_settings}
    spark_settings.setdefault("spark.ui.showConsoleProgress", "false")
    for name, value in spark_settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session


def executor_advice(error: Exception) -> ConfigError | None:
    """What to do where executors lack something.

    Args:
        error: an error of Spark.

    Returns:
        An error to raise instead; None for any other error.
    """
    message = str(error)
    if re.search(r"No module named '(itdr|duckdb|datasets|pyarrow)", message):
        return ConfigError(
            "The executors cannot import itdr: install the same version of it in the Python that "
            "they run (spark.pyspark.python), or build on --master local[*]."
        )
    lost = re.search(r"FileNotFoundError: .*?'([^']+)'", message)
    if lost and "executor" in message:
        return ConfigError(
            f"An executor does not see {lost[1]}: driver and executors need folders that all of them "
            "reach by the same path. Name one with --work, and give data_dir as such a path or URL."
        )
    return None


def isolated_session(session: Any) -> Any:
    """A session of the same cluster with tables, functions and settings of its own.

    Args:
        session: the caller's session, whose settings of shuffles apply.

    Returns:
        The new session.
    """
    own = session.newSession()
    for name in ("spark.sql.shuffle.partitions", "spark.sql.adaptive.enabled"):
        own.conf.set(name, session.conf.get(name))
    for name, value in SETTINGS.items():
        own.conf.set(name, value)
    for statement in statements.FUNCTIONS["spark"]:
        own.sql(statement)
    return own
