"""`docs/own-data.md`: its blocks run as they stand, and its table is that of the declaration."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from itdr.builders.sources.described.json_schema import markdown_table
from tests.own_data.test_export import run

PAGE = Path(__file__).resolve().parents[2] / "docs" / "own-data.md"
BLOCK = re.compile(r"^```(\w+) (run|file=(\S+))\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CONSOLE = re.compile(r"^\$ itdr (.*)\n((?:(?!```|\$ ).*\n)*)", re.MULTILINE)

pytestmark = pytest.mark.skipif(
    not PAGE.is_file(), reason="the documentation is not part of a wheel"
)


def test_the_table_is_that_of_the_declaration() -> None:
    text = PAGE.read_text("utf-8")
    shown = text.partition("<!-- fields -->\n")[2].partition("\n<!-- end -->")[0]
    assert shown == markdown_table()


def test_the_page_works_as_written(tmp_path: Path) -> None:
    ran = 0
    for _, kind, name, text in BLOCK.findall(PAGE.read_text("utf-8")):
        if kind != "run":
            (tmp_path / name).write_text(text + more_rows(name), "utf-8")
            continue
        result = subprocess.run(
            [sys.executable, "-c", text],
            cwd=tmp_path,
            env={**os.environ, "ITDR_CACHE": str(tmp_path / "cache")},
            capture_output=True,
            text=True,
            timeout=240,
        )
        assert result.returncode == 0, result.stderr
        assert "→" in result.stdout
        ran += 1
    assert ran == 2


def test_the_commands_print_what_is_shown(
    tmp_path: Path, caches: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new description, and exports of the page's own and of a benchmark's made-up files."""
    monkeypatch.chdir(tmp_path)
    files = {name: text for _, _, name, text in BLOCK.findall(PAGE.read_text("utf-8")) if name}
    for name in ("log.csv", "products.csv"):
        (tmp_path / name).write_text(files[name] + more_rows(name), "utf-8")
    (first, shown), *exports = CONSOLE.findall(PAGE.read_text("utf-8"))
    assert run(*first.split()).startswith(shown.rstrip("…\n"))
    (tmp_path / "log.yaml").write_text(files["log.yaml"], "utf-8")
    assert len(exports) == 2
    for line, _ in exports:
        sample = ["--sample"] if "ml-1m" in line else []
        assert "describes them" in run(*line.split(), *sample)


def more_rows(name: str) -> str:
    """Enough of both tables for all splits."""
    if name == "log.csv":
        return "".join(
            f"c{user};p{(user * 7 + step * step) % 97};{1 + step % 5};"
            f"{1 + step:02}/{1 + user % 12:02}/2021 10:{user % 60:02}\n"
            for user in range(2, 130)
            for step in range(18)
        )
    if name == "products.csv":
        return "".join(
            f"p{n},Product No. {n},Kitchen > {'ABC'[n % 3]},$ {n}.50\n" for n in range(97)
        )
    return ""
