"""`docs/adding.md`, followed literally: its package is built, installed and used; then the same in a clone."""

from __future__ import annotations

import csv
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "adding.md"
BLOCK = re.compile(r"^```(\w+) (run|file=(\S+))\n(.*?)^```$", re.MULTILINE | re.DOTALL)

CLONE = "itdr/"
"""Files of the page in this folder belong into a clone of the repository."""
LEFT_OUT = {"build", "docs", "notebooks", "out"}
"""Folders of the repository that the copy for the second part does without."""

pytestmark = pytest.mark.skipif(
    not PAGE.is_file(), reason="the documentation is not part of a wheel"
)


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


def blocks() -> list[tuple[str, str, str]]:
    """(what to do, file name, text) of each block of the page."""
    return [(kind, name, text) for _, kind, name, text in BLOCK.findall(PAGE.read_text("utf-8"))]


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the page's files; its package is built as a wheel and installed below `site`."""
    folder = tmp_path_factory.mktemp("adding")
    for kind, name, text in blocks():
        if kind != "run" and not name.startswith(CLONE):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, "utf-8")
    more_rows(folder / "raw" / "tiny-shop")
    shutil.copytree(folder / "raw" / "tiny-shop", folder / "raw" / "my-shop")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    offline = ["--no-index", "--no-deps"]
    wheel = [*pip, "wheel", *offline, "--no-build-isolation", "-w", "dist", "./plugin"]
    subprocess.run(wheel, cwd=folder, check=True, timeout=240)
    (built,) = (folder / "dist").glob("*.whl")
    install = [*pip, "install", *offline, "--target", "site", str(built)]
    subprocess.run(install, cwd=folder, check=True, timeout=240)
    shutil.rmtree(folder / "plugin")
    return folder


def run(work: Path, text: str) -> str:
    """What a program prints that runs where the package is installed."""
    result = subprocess.run(
        [sys.executable, "-c", text],
        cwd=work,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(work / "site"), os.environ.get("PYTHONPATH", "")]),
            "ITDR_CACHE": str(work / "cache"),
        },
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_the_page_works_as_written(work: Path) -> None:
    programs = [text for kind, _, text in blocks() if kind == "run"]
    assert len(programs) == 3
    for text in programs:
        assert len(run(work, text)) > 40


def test_the_package_uses_public_names_alone() -> None:
    code = "\n".join(text for kind, name, text in blocks() if kind == "run" or name.endswith(".py"))
    modules = re.findall(r"^from (itdr\S*) import", code, re.MULTILINE)
    assert set(modules) >= {"itdr.builders.sources", "itdr.builders.tasks"}
    assert not [name for name in modules if "._" in name]
    assert not re.findall(r"import [^\n]*\b_", code)


@pytest.mark.parametrize("package", ["sources", "tasks"])
def test_public_names_are_there(package: str) -> None:
    module = importlib.import_module(f"itdr.builders.{package}")
    assert all(hasattr(module, name) for name in module.__all__)
    assert not [name for name in module.__all__ if name.startswith("_")]


def test_listings_and_other_processes_know_the_plug_in(work: Path) -> None:
    listed = run(
        work,
        "from itdr.commands.app import app\nimport sys\n"
        "sys.argv = ['itdr', 'list', '--cells', 'all']\napp()",
    )
    assert "next_category" in listed and "tiny-shop" in listed
    spawned = """
import itdr, pickle
from itdr.builders.dataset import registry
source = registry.source("tiny-shop")
assert pickle.loads(pickle.dumps(source)) is source
from datasets import load_dataset
if __name__ == "__main__":
    rows = load_dataset("itdr", "next_category", sources=["tiny-shop"], data_dir="raw", size=60, num_proc=2)
    print(sorted(rows["train"]["id"])[0])
"""
    assert run(work, spawned).startswith("next_category/tiny-shop/")


def test_an_audit_says_what_it_cannot_check_of_the_plug_in(work: Path) -> None:
    shown = run(
        work,
        "from itdr.commands.app import app\nimport sys\n"
        "sys.argv = 'itdr audit next_category --sources tiny-shop --data-dir raw --size 40'.split()\n"
        "app()",
    )
    assert "No faults found." in shown
    said = re.findall(r"^ +(\w+)  ([\w ]+): .*\n +not applied to (\d+) rows of (.*)$", shown, re.M)
    assert {name: (state, what) for state, name, _, what in said} == {
        "answers": ("skipped", "next_category"),
        "history": ("skipped", "next_category"),
        "columns": ("ok", "next_category, as to which columns are filled"),
        "wording": ("ok", "next_category, as to their answers"),
        "giveaways": ("skipped", "next_category, which list no candidates"),
        "true items": ("ok", "next_category, as to attributes and gaps in a history"),
    }
    assert len({rows for _, _, rows, _ in said}) == 1


def test_an_edit_of_the_plug_in_is_another_config(work: Path) -> None:
    name = """
import itdr
from datasets import load_dataset_builder
for config in ("next_category", "sequential_rec"):
    print(load_dataset_builder("itdr", config, sources=["tiny-shop"], data_dir="raw").config_id)
"""
    before = run(work, name).split()
    assert run(work, name).split() == before
    for file in ("source.py", "next_category.py", "next_category.yaml"):
        path = work / "site" / "itdr_tiny_shop" / file
        text = path.read_text("utf-8")
        path.write_text(text + "\n# edited\n", "utf-8")
        try:
            after = run(work, name).split()
        finally:
            path.write_text(text, "utf-8")
        assert after[0] != before[0], file
        assert after[1] != before[1], file


# -- inside the repository ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the tree with the files of the page in the places that it names."""
    folder = tmp_path_factory.mktemp("clone") / "itdr"
    shutil.copytree(ROOT, folder, ignore=_left_out)
    section = PAGE.read_text("utf-8").partition("## Inside this repository")[2]
    places = re.findall(r"^\| `(\S+)` \|", section, re.MULTILINE)
    texts = {Path(name).name: text for _, name, text in blocks() if name}
    texts["builders/sources/tiny_shop.py"] = texts["source.py"]
    for place in places:
        assert not (folder / place).exists()
        text = texts.get(place) or texts[Path(place).name]
        if place == "builders/tasks/next_category.py":
            text = changed(text, re.findall(r"```diff\n(.*?)```", section, re.DOTALL)[0])
        (folder / place).write_text(text, "utf-8")
    return folder


def _left_out(folder: str, names: list[str]) -> set[str]:
    top = LEFT_OUT & set(names) if Path(folder) == ROOT else set()
    return top | {name for name in names if name.startswith(".") or name == "__pycache__"}


def changed(text: str, diff: str) -> str:
    """A text with each removed line of a diff replaced by the lines added below it."""
    for old, new in re.findall(r"^-(.*\n)((?:\+.*\n)+)", diff, re.MULTILINE):
        assert text.count(old) == 1, old
        text = text.replace(old, re.sub(r"^\+", "", new, flags=re.MULTILINE))
    return text


def in_clone(clone: Path, *arguments: str) -> str:
    """What a Python command prints that runs inside the clone."""
    result = subprocess.run(
        [sys.executable, *arguments],
        cwd=clone,
        env={
            # Options of this run of pytest are not for the one that starts inside the clone.
            **{key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")},
            "PYTHONPATH": str(clone.parent),
            "HF_HOME": str(clone.parent / "hf"),
            "ITDR_CACHE": str(clone.parent / "cache"),
        },
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def test_the_steps_in_a_clone_work_as_written(clone: Path) -> None:
    section = PAGE.read_text("utf-8").partition("## Inside this repository")[2]
    # The second one measures real files.
    steps, _ = re.findall(r"```console\n(.*?)```", section, re.DOTALL)
    *lines, last = steps.splitlines()
    assert last == "python -m itdr card" and len(lines) == 3
    others = {path: path.stat().st_mtime_ns for path in (clone / "builders/sample").rglob("*")}
    printed = [in_clone(clone, *line.split()[1:]) for line in lines]
    assert others.items() <= {path: path.stat().st_mtime_ns for path in others}.items()
    assert "next_category/tiny-shop" in printed[1] and "1 passed" in printed[2]


@pytest.mark.skipif(not importlib.util.find_spec("ruff"), reason="ruff is not installed")
def test_the_files_pass_the_checks_of_style(clone: Path) -> None:
    places = [
        str(path) for name in ("tiny_shop", "next_category") for path in clone.rglob(f"*{name}.py")
    ]
    assert len(places) == 4
    in_clone(clone, "-m", "ruff", "check", "--no-cache", *places)
    in_clone(clone, "-m", "ruff", "format", "--no-cache", "--check", *places)


def test_the_pages_of_what_is_new_are_written(clone: Path) -> None:
    """`itdr card` writes all of them, which takes a minute: here the new ones."""
    in_clone(clone, "-m", "tests.rawgen.sample", "tiny-shop")
    page = """
from itdr.publish import pages, tables
print(pages.source_page("tiny-shop"))
print(pages.subtask_page("next_category"))
print(tables.overview_table())
"""
    text = in_clone(clone, "-c", page)
    assert "# Tiny Shop" in text and "# Next category" in text
    assert (
        "### Tiny Shop" in text
        and "| `tiny-shop` | products | downloaded for you | `next_category` |" in text
    )


def test_a_subtask_without_cells_has_a_page_without_examples(clone: Path) -> None:
    path = clone / "builders/tasks/next_category.py"
    text = path.read_text("utf-8")
    path.write_text(text.replace('{"tiny-shop": CellRule(6250)}', "{}"), "utf-8")
    try:
        page = "from itdr.publish import pages; print(pages.subtask_page('next_category'))"
        assert "None: it has no source of its own." in in_clone(clone, "-c", page)
    finally:
        path.write_text(text, "utf-8")
