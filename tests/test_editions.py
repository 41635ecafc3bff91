"""Sources that come in several editions: the one that is there is read."""

from __future__ import annotations

import shutil
from pathlib import Path

import datasets
import pytest

from itdr.builders.core.errors import ItdrError
from itdr.builders.core.paths import SAMPLE
from tests.world import load


def renamed(source: str, folder: Path, names: dict[str, str]) -> Path:
    """The bundled sample of a source under the names of another edition."""
    for old, new in names.items():
        target = folder / source / new
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(SAMPLE / source / old, target)
    return folder


@pytest.mark.parametrize(
    ("source", "names"),
    [
        (
            "mind",
            {
                f"MINDsmall_{part}/{name}.tsv": f"MINDlarge_{part}/{name}.tsv"
                for part in ("train", "dev")
                for name in ("behaviors", "news")
            },
        ),
        (
            "microlens",
            {
                "MicroLens-100k_pairs.csv": "MicroLens-1M_pairs.csv",
                "MicroLens-100k_title_en.csv": "MicroLens-1M_title.csv",
            },
        ),
    ],
)
def test_a_larger_edition_alone_is_read(
    source: str, names: dict[str, str], tmp_path: Path, caches: Path
) -> None:
    rows = load("top_k_rec", root=renamed(source, tmp_path, names), sources=[source])
    assert all(rows.values())


def test_without_any_the_first_edition_is_asked_for(
    tmp_path: Path, caches: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    shutil.copytree(SAMPLE / "ml-1m", tmp_path / "ml-1m")
    with pytest.raises(ItdrError, match="MINDsmall_train"):
        load("top_k_rec", root=tmp_path, sources=["mind"])
