"""The notebook runs from top to bottom, on the bundled sample and without a network."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
NOTEBOOK = CHECKOUT / "notebooks/quickstart.ipynb"
OFFLINE = {"HF_HUB_OFFLINE": "1", "MPLBACKEND": "Agg", "PYTHONPATH": str(CHECKOUT)}

pytestmark = pytest.mark.skipif(not NOTEBOOK.is_file(), reason="the notebook is in the checkout")


def code() -> list[str]:
    cells = json.loads(NOTEBOOK.read_text("utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def test_its_code_runs_as_a_program(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(code())],
        cwd=tmp_path,
        env={**os.environ, **OFFLINE},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert "So far: " in done.stdout
    assert "[user] " in done.stdout


@pytest.mark.parametrize("widgets", ["present", "absent"])
def test_it_runs_in_a_kernel_with_a_cold_cache(
    widgets: str, caches: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DuckDB 2 refuses every setting of its progress bar in a kernel without ipywidgets."""
    for name in ("matplotlib", "ipykernel"):
        pytest.importorskip(name)
    nbclient = pytest.importorskip("nbclient")
    nbformat = pytest.importorskip("nbformat")
    for name, value in {**OFFLINE, "MPLBACKEND": ""}.items():
        monkeypatch.setenv(name, value) if value else monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    if widgets == "present":
        pytest.importorskip("ipywidgets")
    else:
        hidden = tmp_path / "hidden"
        hidden.mkdir()
        (hidden / "ipywidgets.py").write_text("raise ImportError('hidden from this kernel')\n")
        monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(hidden), OFFLINE["PYTHONPATH"]]))
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbclient.NotebookClient(
        notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}}
    ).execute()
    assert (caches / "store").is_dir(), "the stores were built in this kernel"
    shown = [kind for cell in notebook.cells for one in cell.get("outputs", ())
             for kind in one.get("data", ())]  # fmt: skip
    assert "image/png" in shown


def test_it_is_kept_without_outputs() -> None:
    """What a run prints depends on versions; the file in the repository holds none of it."""
    for cell in json.loads(NOTEBOOK.read_text("utf-8"))["cells"]:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None
