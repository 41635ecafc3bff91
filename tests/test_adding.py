"""`docs/adding.md`, followed literally in a copy of the package."""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
BLOCK = re.compile(r"^```(\w+) (run|file=(\S+))\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package, importable as `itdr` from the folder above it."""
    if not (ROOT / "docs" / "adding.md").is_file():
        pytest.skip("the documentation is not part of a wheel")
    package = tmp_path_factory.mktemp("adding") / "itdr"
    package.mkdir()
    for path in ROOT.iterdir():
        if path.suffix == ".py":
            shutil.copy(path, package)
        elif path.is_dir() and (path / "__init__.py").is_file() and path.name != "tests":
            shutil.copytree(path, package / path.name)
    shutil.copytree(ROOT / "templates", package / "templates", dirs_exist_ok=True)
    return package


def more_rows(raw: Path) -> None:
    """Enough customers and products for all splits, in the layout that the page shows."""
    for name, lines in (
        (
            "purchases.csv",
            [
                (
                    f"c{user}",
                    f"p{(user * 7 + step * step) % 97}",
                    step % 5 + 1,
                    10**9 + step * 86400,
                )
                for user in range(2, 90)
                for step in range(18)
            ],
        ),
        ("products.csv", [(f"p{n}", f"Product No. {n}", "ABC"[n % 3]) for n in range(2, 97)]),
    ):
        with open(raw / name, "a", newline="", encoding="utf-8") as file:
            csv.writer(file, lineterminator="\n").writerows(lines)


def test_the_page_works_as_written(copy: Path) -> None:
    page = (ROOT / "docs" / "adding.md").read_text("utf-8")
    work = copy.parent
    ran = 0
    for _, kind, name, text in BLOCK.findall(page):
        if kind != "run":
            target = (work if name.startswith("raw/") else copy) / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, "utf-8")
            if name.endswith("products.csv"):
                more_rows(target.parent)
            continue
        result = subprocess.run(
            [sys.executable, "-c", text],
            cwd=work,
            env={**os.environ, "PYTHONPATH": str(work), "ITDR_CACHE": str(work / "cache")},
            capture_output=True,
            text=True,
            timeout=240,
        )
        assert result.returncode == 0, result.stderr
        assert len(result.stdout) > 40
        ran += 1
    assert ran == 2
