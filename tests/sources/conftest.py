"""What the tests of checks share: an engine whose tables they make up."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from itdr.builders.store.engine import connect


@pytest.fixture(scope="module")
def con(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    opened = connect(tmp_path_factory.mktemp("stage") / "stage.duckdb")
    yield opened
    opened.close()
