"""Every code block of the README and of the guides is run: Python and shell, in an empty folder."""

from __future__ import annotations

import functools
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from itdr.builders.core.paths import SAMPLE
from itdr.builders.dataset import formats, registry
from tests import commands

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
GUIDES = ("index", "raw-files", "training", "evaluating", "templates", "publishing", "faq")
PAGES = ("README.md", *(f"docs/{name}.md" for name in GUIDES))
BLOCK = re.compile(r"^```(\w+)(?: needs=(\w+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)

pytestmark = pytest.mark.skipif(not README.is_file(), reason="the README is not in a wheel")


def blocks(page: str, kind: str) -> list[str]:
    """The blocks of a page that can be run here; others are compiled, at least."""
    found = []
    for name, needs, text in BLOCK.findall((ROOT / page).read_text("utf-8")):
        if name != kind:
            continue
        if needs:
            compile(text, page, "exec")
        else:
            found.append(text)
    return found


def shell_lines(page: str) -> list[str]:
    lines = [
        line.partition("#")[0].strip()
        for block in blocks(page, "sh")
        for line in block.splitlines()
    ]
    return [line for line in lines if line]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with raw files in ~/raw and a cache into which the default downloads came already
    (made-up files under the official names), so that no block needs a network."""
    home = tmp_path_factory.mktemp("home")
    shutil.copytree(SAMPLE, home / "raw")
    for source in ("ml-32m", "microlens"):
        shutil.copytree(SAMPLE / source, home / "cache" / "raw" / source)
    (home / "my-templates").mkdir()
    for text in blocks("docs/templates.md", "yaml"):
        named = re.match(r"# (my-templates/\S+)\n", text)
        task = text.partition("task: ")[2].partition("\n")[0]
        path = home / (named[1] if named else f"my-templates/{task}.yaml")
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    return home


def environment(home: Path) -> dict[str, str]:
    scripts = str(Path(sys.executable).parent)
    return {
        **os.environ,
        "HOME": str(home),
        "HF_HOME": str(home / "hf"),
        "ITDR_CACHE": str(home / "cache"),
        "HF_HUB_OFFLINE": "1",
        "PATH": scripts + os.pathsep + os.environ["PATH"],
    }


def run(home: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command],
        cwd=home,
        env=environment(home),
        capture_output=True,
        text=True,
        timeout=280,
    )


@pytest.mark.parametrize(
    "page", [page for page in PAGES if blocks(page, "python")] if README.is_file() else []
)
def test_the_python_blocks_run_one_after_the_other(page: str, home: Path) -> None:
    result = run(home, "-c", "\n".join(blocks(page, "python")))
    assert result.returncode == 0, result.stderr
    if "print(" in "".join(blocks(page, "python")):
        assert result.stdout.strip()


@pytest.mark.parametrize(
    "page", [page for page in PAGES if shell_lines(page)] if README.is_file() else []
)
def test_the_commands_run_one_after_the_other(page: str, home: Path) -> None:
    out = home / page.replace("/", "-")
    out.mkdir()
    for line in shell_lines(page):
        if not line.startswith("itdr "):
            continue
        if line.split()[1] in READING:
            run_line(line, home, out)
        else:
            shutil.copytree(ran_alone(line, home), out, dirs_exist_ok=True)


READING = ("score", "stats", "report")
"""Commands that read what those before them wrote."""


@functools.cache
def ran_alone(line: str, home: Path) -> Path:
    """The folder that this line was run in; several pages show the same."""
    cwd = home / "alone" / str(len(list(home.glob("alone/*"))))
    cwd.mkdir(parents=True)
    run_line(line, home, cwd)
    return cwd


def run_line(line: str, home: Path, cwd: Path) -> None:
    result = commands.run(*line.split()[1:], cwd=cwd, env=environment(home))
    assert result.returncode == 0, f"{line}: {result.stderr}"
    assert result.stdout, line


def test_the_readme_shows_loading_building_scoring_and_auditing() -> None:
    assert sum(text.count("load_dataset(") for text in blocks("README.md", "python")) >= 3
    shown = {line.split()[1] for line in shell_lines("README.md") if line.startswith("itdr ")}
    assert shown >= {"list", "show", "plan", "sources", "build", "baseline", "score", "audit"}


def test_the_other_shell_lines_are_known() -> None:
    """The continuous integration runs the make commands, and installs a wheel of this folder."""
    lines = {line for page in PAGES for line in shell_lines(page)}
    assert {line for line in lines if not line.startswith("itdr ")} == {
        "pip install ./itdr",
        "make run",
        "make test",
        "make docs",
    }
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    for line in ("make run", "make test", "make docs"):
        assert re.search(rf"^{line}\b", script, re.MULTILINE), line


def test_the_trainers_of_the_readme_read_the_formats_that_it_names() -> None:
    text = README.read_text("utf-8")
    table = text.partition("| trainer | format |")[2].partition("\n\n")[0]
    rows = [line.split("|")[1:3] for line in table.splitlines()[2:]]
    assert len(rows) >= 5
    for trainers, names in rows:
        trainer = re.sub(r"TRL |`", "", trainers.split(",")[0]).strip()
        for name in re.findall(r"`([\w-]+)`", names):
            assert trainer in formats.FORMATS[name].trainer, (trainer, name)


def test_the_badges_say_what_is_declared() -> None:
    declared = (ROOT / "setup.cfg").read_text("utf-8")
    text = README.read_text("utf-8")
    badges = re.findall(r"!\[(\w+) ([\d.]+)\+?\]\(https://img\.shields\.io/badge/(\S+?)\)", text)
    said = {name: version for name, version, _ in badges}
    assert f"python_requires = >={said['Python']}\n" in declared
    assert f"datasets >= {said['datasets']}\n" in declared
    assert "license = Apache-2.0\n" in declared and said["Apache"] == "2.0"


def test_the_readme_stays_short() -> None:
    """It is read in two minutes: at some 250 words a minute, without code, tables and the list of links."""
    text = BLOCK.sub("", README.read_text("utf-8"))
    text = re.sub(r"^## More\n.*?(?=^## )", "", text, flags=re.MULTILINE | re.DOTALL)
    prose = re.sub(r"^(\||!\[|<).*$|\]\([^)]*\)", "", text, flags=re.MULTILINE)
    assert len(prose.split()) <= 550


def test_the_site_begins_with_the_readmes_example() -> None:
    assert blocks("docs/index.md", "python")[0] == blocks("README.md", "python")[0]


def test_each_block_with_a_trainer_imports_what_it_uses() -> None:
    """They are only compiled here, and readers copy them alone."""
    for page in ("README.md", "docs/training.md"):
        for kind, needs, text in BLOCK.findall((ROOT / page).read_text("utf-8")):
            if kind == "python" and needs and "load_dataset(" in text:
                assert "import itdr" in text and "from datasets import load_dataset" in text, page


@pytest.mark.parametrize("name", ["README.md", "docs/index.md", "setup.cfg"])
def test_the_number_of_benchmarks_is_the_number_of_sources(name: str) -> None:
    found = re.findall(r"(\d+) public benchmarks", (ROOT / name).read_text("utf-8"))
    assert [int(number) for number in found] == [len(registry.built_in_ids())]


def test_the_first_block_prints_what_the_readme_shows(home: Path) -> None:
    printed = run(home, "-c", blocks("README.md", "python")[0]).stdout
    shown = next(
        text for name, _, text in BLOCK.findall(README.read_text("utf-8")) if name == "text"
    )
    assert printed == shown


@pytest.mark.skipif(not importlib.util.find_spec("trl"), reason="trl is not installed")
def test_the_block_for_trl_loads_its_rows(home: Path) -> None:
    text = next(
        text for _, needs, text in BLOCK.findall(README.read_text("utf-8")) if needs == "trl"
    )
    rows = text[: text.index("trainer =")]
    result = run(home, "-c", rows)
    assert result.returncode == 0, result.stderr
