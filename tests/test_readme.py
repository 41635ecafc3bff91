"""Every code block of the README is run: Python and shell, in order, in an empty folder."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from itdr.builders.core.paths import SAMPLE

README = Path(__file__).resolve().parents[1] / "README.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

pytestmark = pytest.mark.skipif(not README.is_file(), reason="the README is not in a wheel")


def blocks(kind: str) -> list[str]:
    return [text for found, text in BLOCK.findall(README.read_text("utf-8")) if found == kind]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with raw files in ~/raw and a cache into which the default downloads came already
    (made-up files under the official names), so that no block needs a network."""
    home = tmp_path_factory.mktemp("home")
    shutil.copytree(SAMPLE, home / "raw")
    for source in ("ml-32m", "microlens"):
        shutil.copytree(SAMPLE / source, home / "cache" / "raw" / source)
    (home / "my-templates").mkdir()
    for text in blocks("yaml"):
        task = text.partition("task: ")[2].partition("\n")[0]
        (home / "my-templates" / f"{task}.yaml").write_text(text, "utf-8")
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
        "PYTHONPATH": os.pathsep.join(filter(None, [os.environ.get("PYTHONPATH")])),
    }


def test_the_python_blocks_run_one_after_the_other(home: Path) -> None:
    program = "\n".join(blocks("python"))
    assert program.count("load_dataset(") >= 5
    result = subprocess.run(
        [sys.executable, "-c", program],
        cwd=home,
        env=environment(home),
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert result.returncode == 0, result.stderr
    assert "'role': 'user'" in result.stdout


def shell_lines() -> list[str]:
    lines = [
        line.partition("#")[0].strip() for block in blocks("sh") for line in block.splitlines()
    ]
    return [line for line in lines if line.startswith("itdr ")]


def test_the_commands_run_one_after_the_other(home: Path) -> None:
    lines = shell_lines()
    assert len(lines) >= 8
    for line in lines:
        result = subprocess.run(
            [sys.executable, "-m", *line.split()],
            cwd=home,
            env=environment(home),
            capture_output=True,
            text=True,
            timeout=280,
        )
        assert result.returncode == 0, f"{line}: {result.stderr}"
        assert result.stdout, line


def test_the_other_shell_lines_are_known() -> None:
    """Installation and the two make commands, which the continuous integration runs as they are."""
    lines = [
        line.partition("#")[0].strip() for block in blocks("sh") for line in block.splitlines()
    ]
    assert {line for line in lines if line and not line.startswith("itdr ")} == {
        "pip install itdr",
        "make run",
        "make test",
    }
