"""Where `HF_HUB_OFFLINE` forbids it, no command downloads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import datasets
import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from itdr.builders.core.errors import DownloadError, ItdrError
from itdr.builders.rawfiles.download import parallel
from itdr.commands.app import app

CONFIG = ("sequential_rec", "--sources", "ml-32m")
DOWNLOADING = {
    "show": CONFIG,
    "build": CONFIG,
    "baseline": CONFIG,
    "audit": CONFIG,
    "shortcuts": CONFIG,
    "score": ("answers.jsonl", "--data", *CONFIG),
    "fetch": ("ml-32m",),
    "export": ("ml-32m", "out", "--to", "csv"),
}
"""The commands that download what is missing, with arguments that need raw files."""
OTHERS = {"list", "sources", "plan", "init", "verify", "templates", "push", "stats", "report"}
OTHERS |= {"card", "cache"}
"""The commands that read what is there, or no raw file at all."""


@pytest.fixture
def asked(caches: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Receives what is downloaded, which is nothing."""
    names: list[str] = []

    def fetch_all(remotes: list[Any], *arguments: Any, **options: Any) -> dict[str, Any]:
        names.extend(remote.name for remote in remotes)
        return {remote.name: DownloadError("there is no server") for remote in remotes}

    monkeypatch.setattr(parallel, "fetch_all", fetch_all)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "answers.jsonl").write_text('{"id": "x", "output": "y"}\n', "utf-8")
    return names


def run(command: str) -> Result:
    return CliRunner().invoke(app, [command, *DOWNLOADING[command]])


def test_every_command_is_here() -> None:
    assert set(typer.main.get_command(app).commands) == {*DOWNLOADING, *OTHERS}  # type: ignore[attr-defined]


@pytest.mark.parametrize("command", DOWNLOADING)
def test_a_command_downloads_nothing_where_that_is_forbidden(
    command: str, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    done = run(command)
    assert isinstance(done.exception, ItdrError), done.output
    assert "ml-32m.zip" in str(done.exception) and "HF_HUB_OFFLINE forbids it" in str(
        done.exception
    )
    assert not asked


@pytest.mark.parametrize("command", DOWNLOADING)
def test_a_command_downloads_where_that_is_allowed(
    command: str, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", False)
    assert run(command).exit_code != 0
    assert asked == ["ml-32m.zip"]
