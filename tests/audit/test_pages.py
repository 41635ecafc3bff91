"""docs/audit.md names every check and no other; docs/shortcuts.md shows the figures beside it."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

import itdr
from itdr.audit import record
from itdr.audit.any_rows import audit_files

ROOT = Path(str(itdr.__file__)).parent
DOCS = ROOT / "docs"
ENTRIES = [
    {"cell": "sequential_rec/x", "negatives": name, "rows": 62, "chance": 0.2, "hits": {"newest": hit}}
    for name, hit in (("event", 0.31234), ("uniform", 0.5))
]  # fmt: skip

pytestmark = pytest.mark.skipif(not DOCS.is_dir(), reason="the documentation is not in a wheel")


def tables() -> list[set[str]]:
    """The names in the first column of each table of checks; one line may have several."""
    text = (DOCS / "audit.md").read_text("utf-8")
    found = []
    for table in re.findall(r"^\| check \|.*\n\|.*\n((?:\|.*\n)+)", text, re.MULTILINE):
        cells = [line.split("|")[1].strip() for line in table.splitlines()]
        found.append({name for cell in cells for name in cell.split(", ")})
    return found


def checks(*, of_any_file: bool) -> set[str]:
    """The names of all results in the audit's code."""
    found = set()
    for path in (ROOT / "audit").glob("*.py"):
        if (path.name == "any_rows.py") is not of_any_file:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Result":
                name = node.args[0]
                assert isinstance(name, ast.Constant), f"{path.name}:{node.lineno}"
                found.add(str(name.value))
    return found


def test_the_tables_of_own_rows_name_every_check() -> None:
    with_raw, rows_only, _ = tables()
    assert with_raw | rows_only == checks(of_any_file=False)
    assert not with_raw & rows_only


def test_the_table_of_any_files_names_every_check(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps({"prompt": "Which is next?", "answer": "This one"}), "utf-8")
    run = {one.name for one in audit_files(path, {})}
    assert run == tables()[2]
    assert run >= checks(of_any_file=True)


def test_the_page_of_shortcuts_shows_the_figures_beside_it() -> None:
    text = (DOCS / "shortcuts.md").read_text("utf-8")
    assert text == record.text_of(DOCS / "shortcuts.json")


def test_each_line_has_its_own_number_of_rows_and_cells_with_few_are_left_out() -> None:
    few = {**ENTRIES[1], "rows": record.LEAST_ROWS}
    text = record.text([ENTRIES[0], few])
    assert "| event | 62 | 0.312 |" in text and "| uniform | 50 | 0.500 |" in text
    assert "left out" not in text
    fewer = {**few, "rows": record.LEAST_ROWS - 1}
    text = record.text([ENTRIES[0], fewer, {**ENTRIES[0], "cell": "top_k_rec/y"}])
    assert "## sequential_rec/x" not in text and "## top_k_rec/y" in text
    assert "\nCells of fewer than 50 rows are left out: sequential_rec/x.\n" in text


def test_new_figures_have_no_old_remark(tmp_path: Path) -> None:
    page, figures = tmp_path / "page.md", tmp_path / "page.json"
    record.write(ENTRIES, page)
    assert page.read_text("utf-8") == record.text_of(figures)
    assert "| event | 62 | 0.312 |" in page.read_text("utf-8")
    held = json.loads(figures.read_text("utf-8"))
    figures.write_text(json.dumps({**held, "remark": ["Measured at sea."]}), "utf-8")
    assert "\n\nMeasured at sea.\n\n## sequential_rec/x\n" in record.text_of(figures)
    record.write(ENTRIES, page)
    assert "at sea" not in record.text_of(figures)
