"""The lowest versions that are declared are the ones that are tried."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
SCRIPT = CHECKOUT / ".ci" / "lowest.py"
pytestmark = pytest.mark.skipif(not SCRIPT.is_file(), reason="is part of the checkout")


def script() -> Any:
    spec = importlib.util.spec_from_file_location("lowest", SCRIPT)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_requirement_has_a_lower_bound() -> None:
    found = script().lowest((CHECKOUT / "setup.cfg").read_text("utf-8"))
    assert {"datasets==3.6", "duckdb==1.5", "pyarrow==16"} < set(found)


@pytest.mark.parametrize("line", ["numpy", "numpy == 1", "numpy >= 1, < 2", "numpy < 2"])
def test_one_without_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="no lower bound"):
        script().lowest(f"[options]\ninstall_requires =\n    datasets >= 3.6\n    {line}\n")
