"""One Spark session for all tests that need one, beside a local stand-in for object storage; both are gone
before the tests of other folders."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from itdr.builders.core.errors import ConfigError
from itdr.spark import session

# Short programs of small tables: not worth the better compiler's time, whose small store for what it
# compiled would be emptied again and again, nor checks of Spark's own classes.
QUICK = (
    "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=240m -XX:+UseSerialGC "
    "-XX:+UnlockDiagnosticVMOptions -XX:-BytecodeVerificationRemote"
)
SETTINGS = {
    "spark.sql.shuffle.partitions": "2",
    # Compiling a function for each expression takes longer than interpreting it for a few rows.
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    # Of each plan a description is written, whether anybody reads it or not.
    "spark.sql.ui.explainMode": "simple",
    "spark.sql.debug.maxToStringFields": "1",
}
"""For small tables: what is computed is the same."""


@pytest.fixture(scope="session")
def java() -> None:
    """Skips, with the reason, where Java or PySpark is missing."""
    try:
        session.require()
    except ConfigError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="package")
def bucket(java: None) -> Iterator[str | None]:
    """The URL of an empty bucket of a server on this machine; None where moto or s3fs is missing."""
    try:
        import s3fs
        from moto.server import ThreadedMotoServer
    except ImportError:
        yield None
        return
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server.start()
    _, port = server.get_host_and_port()
    # Read by whoever speaks S3 in this process, and in those that Spark starts from it.
    os.environ["AWS_ENDPOINT_URL"] = f"http://127.0.0.1:{port}"
    os.environ.update(AWS_ACCESS_KEY_ID="none", AWS_SECRET_ACCESS_KEY="none")
    os.environ["AWS_DEFAULT_REGION"] = "us-east-1"
    s3fs.S3FileSystem().mkdir("itdr-test")
    yield "s3://itdr-test"
    server.stop()


@pytest.fixture(scope="package")
def spark(bucket: str | None) -> Iterator[Any]:
    """A session on two cores, set for small tables."""
    made = session.start(
        "local[2]",
        # Else all that is as small would be one part.
        spark__sql__adaptive__coalescePartitions__enabled="false",
        # From the start a heap that is seldom full.
        spark__driver__extraJavaOptions=f"{QUICK} -Xms1g -Xmn512m",
        **{name.replace(".", "__"): value for name, value in SETTINGS.items()},
    )
    yield made
    made.stop()


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The folder that driver and executors share: what one test built, the next one finds."""
    return str(tmp_path_factory.mktemp("spark"))


def contents(folder: Path) -> dict[str, bytes]:
    """All files below a folder, by relative path."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
