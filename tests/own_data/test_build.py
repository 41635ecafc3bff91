"""`itdr build` of own data: subtasks without a case are skipped, unless they were asked for by name."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from itdr.builders.core.errors import EmptySplitError
from itdr.commands.app import app
from itdr.publish import provenance
from tests.own_data.test_export import run
from tests.own_data.test_init import short_histories


@pytest.fixture
def description(tmp_path: Path, caches: Path) -> str:
    """A description of a log whose histories are short."""
    short_histories(tmp_path)
    run("init", str(tmp_path / "log.csv"), "-o", str(tmp_path / "shop.yaml"))
    return str(tmp_path / "shop.yaml")


def test_subtasks_without_a_case_are_skipped(
    description: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    arguments = ["build", "--sources", description, "--size", "50", "-o", str(tmp_path / "out")]
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    built = set(provenance.read(tmp_path / "out"))
    assert "pointwise_rec" in built
    (line,) = (one for one in caplog.messages if "skipped sequential_rec" in one)
    assert "no case is eligible" in line and "users with 11 or more items" in line
    assert "sequential_rec" not in built and not (tmp_path / "out" / "sequential_rec").exists()
    assert "fewer eligible cases than its quota: 0 of" not in caplog.text


def test_own_data_has_no_quota_but_the_size_that_was_asked_for(
    description: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    arguments = ["build", "pointwise_rec", "--sources", description]
    run(*arguments, "-o", str(tmp_path / "all"))
    assert "quota" not in caplog.text and "Please cite" not in caplog.text
    run(*arguments, "-o", str(tmp_path / "some"), "--size", "2000", "--overwrite")
    assert "fewer eligible cases than its quota" in caplog.text


def test_a_subtask_that_was_named_is_required(description: str, tmp_path: Path) -> None:
    arguments = ["build", "sequential_rec", "pointwise_rec", "--sources", description]
    with pytest.raises(EmptySplitError, match="sequential_rec: no case is eligible"):
        run(*arguments, "-o", str(tmp_path / "out"))


def test_nothing_left_to_build_is_an_error(description: str, tmp_path: Path) -> None:
    with pytest.raises(EmptySplitError, match=r"nothing to build:\n  rating_prediction") as error:
        run("build", "--sources", description, "--k-core", "50", "-o", str(tmp_path / "out"))
    assert "sequential_rec: no case is eligible" in str(error.value)


def test_sources_describes_own_data_without_blank_lines(description: str) -> None:
    said = run("sources", description)
    assert "subtasks      rating_prediction, " in said
    assert "homepage" not in said and "downloads" not in said and "()" not in said
    assert "The files are named in shop.yaml" in said
    assert all(line.strip() for line in said.splitlines())
