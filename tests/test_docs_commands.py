"""Every fenced command of the documentation can be typed, every Python block compiles, and those of
`docs/audit.md` and `docs/protocols.md` that need no real files are run.

tests/test_readme.py runs all blocks of the README and of most guides.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from itdr.builders.core.errors import ConfigError
from itdr.builders.core.paths import SAMPLE
from itdr.builders.dataset import config, options, registry
from itdr.commands import app
from itdr.commands._options import parse
from itdr.scoring.baselines import methods_of
from tests.test_docs import DOCS, ROOT, sources

BLOCK = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SHELL = ("sh", "console", "bash")
UsageError = typer.BadParameter.__base__
PLACEHOLDERS = ("my-build", "theirs.jsonl", "out", "log.yaml", "tiny-shop")
"""Files and sources of a reader that stand where a config or a source may stand, too."""

pytestmark = pytest.mark.skipif(not DOCS.is_dir(), reason="the documentation is not in a wheel")


def blocks(text: str, *kinds: str) -> list[str]:
    return [block for kind, _, block in BLOCK.findall(text) if kind in kinds]


def commands(text: str) -> list[list[str]]:
    """The words of each command in the fenced blocks; a line with a prompt shows that others are output."""
    found = []
    for block in blocks(text, *SHELL):
        lines = block.replace("\\\n", " ").splitlines()
        if any(line.startswith("$ ") for line in lines):
            lines = [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
        found += [shlex.split(line, comments=True) for line in lines]
    return [words for words in found if words]


def check_command(words: list[str]) -> None:
    """Parse an `itdr` command as the program does, and check what its arguments and options say."""
    command: Any = typer.main.get_command(app.app)
    words = [word for word in words[1:] if word != "..."]
    while words and words[0] in getattr(command, "commands", {}):
        command = command.commands[words.pop(0)]
    assert not hasattr(command, "commands"), f"no such command: {words}"
    params = command.make_context(command.name, words).params
    known = {name: value for name, value in params.items() if name in options.DECLARED}
    given = parse(known)
    if any(name in PLACEHOLDERS for name in given.get("sources", ())):
        del given["sources"]
    data = [params.get("config"), params.get("data"), *(params.get("configs") or ())]
    for name in data:
        if name in (None, *PLACEHOLDERS):
            continue
        # Folders of raw files that are not here are as good as the sample's.
        config.check(name, given, str(SAMPLE) if params.get("data_dir") else None)
    for task in registry.tasks_of(params["config"]) if params.get("method") else ():
        assert methods_of(task.id, params["method"])
    source = params.get("source") or (params.get("name") if "data" not in params else None)
    if source is not None and source not in PLACEHOLDERS:
        registry.source(source.partition("/")[0])


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_fenced_command_can_be_typed(path: Path) -> None:
    for words in commands(path.read_text("utf-8")):
        if words[0] == "itdr":
            check_command(words)
        elif words[0] == "python" and words[1] != "-m":
            assert (ROOT / words[1]).is_file(), words


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_python_block_compiles(path: Path) -> None:
    for block in blocks(path.read_text("utf-8"), "python"):
        compile(block, str(path), "exec")


def test_the_walk_finds_what_pages_show() -> None:
    """None of the pages whose commands no other test runs is passed over."""
    for name in ("audit", "baselines", "protocols", "spark", "own-data"):
        found = commands((DOCS / f"{name}.md").read_text("utf-8"))
        assert [words for words in found if words[0] == "itdr"], name


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("itdr audit sequential_rec --samples", "No such option"),
        ("$ itdr bild sequential_rec", "no such command"),
        ("itdr build sequential_rec --protocol sasrek", "Unknown protocol"),
        ("itdr build sequential_rek --sample", "sequential_rek"),
        ("itdr plan sequential_rec --k-core few", "valid integer"),
        ("itdr baseline sequential_rec --method nearest", "nearest"),
        ("itdr export ml-2m out", "ml-2m"),
        ("itdr export ml-1m", "Missing parameter: folder"),
    ],
)
def test_a_wrong_line_would_be_seen(line: str, what: str) -> None:
    (words,) = commands(f"```console\n{line}   # a remark\n```\n")
    with pytest.raises((UsageError, ConfigError, AssertionError), match=what):
        check_command(words)


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with what the pages take for granted: raw files, a built folder, another's rows."""
    monkeypatch.chdir(tmp_path)
    for name in ("raw", "DIR"):
        shutil.copytree(SAMPLE, tmp_path / name)
    rows = [
        {
            "question": f"They liked Film {n}. Which of Song {n} and Tale {n} is next?",
            "response": f"Song {n}",
            "options": [f"Song {n}", f"Tale {n}"],
            "watched": [f"Film {n}"],
            "uid": n,
        }
        for n in range(4)
    ]
    text = "".join(json.dumps(row) + "\n" for row in rows)
    (tmp_path / "theirs.jsonl").write_text(text, "utf-8")
    run(["itdr", "build", "rating_prediction", "--sources", "ml-1m", "--cells", "all",
         "--data-dir", "raw", "--size", "20", "-o", "my-build"])  # fmt: skip
    return tmp_path


def run(words: list[str]) -> str:
    result = CliRunner().invoke(app.app, words[1:], catch_exceptions=False)
    assert result.exit_code == 0, (words, result.output)
    return result.output


def test_the_commands_of_the_audit_page_run(reader: Path) -> None:
    lines = commands((DOCS / "audit.md").read_text("utf-8"))
    assert len(lines) == 5
    for words in lines:
        small = ["--size", "20", "--sources", "ml-32m"] if "sequential_rec" in words else []
        assert "\nNo faults found." in run([*words, *small])


def test_the_plan_of_the_protocols_page_runs(reader: Path) -> None:
    lines = commands((DOCS / "protocols.md").read_text("utf-8"))
    (plan,) = (words for words in lines if words[1] == "plan")
    assert "ml-1m" in run(plan)
