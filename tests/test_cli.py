"""The command line: what a person and a program get of each command, and one line for an error."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from itdr.builders.dataset import registry
from tests import world


def run(*arguments: str, cwd: Path, code: int = 0) -> str:
    """What a command prints; with a code other than 0, what it says on stderr."""
    done = subprocess.run(
        [sys.executable, "-m", "itdr", *arguments],
        cwd=cwd,
        env={**os.environ, "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr if code else done.stdout


COMMANDS = ("list", "sources", "plan", "fetch", "verify", "show", "build")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_teaches_itself(command: str, tmp_path: Path) -> None:
    said = run(command, "--help", cwd=tmp_path)
    assert "Usage: itdr" in said and len(said) > 200
    assert command in run("--help", cwd=tmp_path)


def test_list_shows_configs_cells_and_what_is_missing(tmp_path: Path) -> None:
    facts = json.loads(run("list", "--json", cwd=tmp_path))
    assert [fact["config"] for fact in facts] == list(registry.config_names())
    (rating,) = (fact for fact in facts if fact["config"] == "rating_prediction")
    assert {"source": "ml-32m", "quota": 6250} in rating["cells"]
    assert rating["metrics"] == ["RMSE"]
    every = run("list", "--cells", "all", cwd=tmp_path)
    assert "microlens: no interactions.rating" in every


def test_sources_shows_what_is_stored_and_what_was_left_out(caches: Path, tmp_path: Path) -> None:
    facts = world.write("ml-32m", tmp_path / "raw", users=60, items=80)
    said = run("sources", "ml-32m", cwd=tmp_path)
    assert "nothing yet" in said and "harper2015movielens" in said and "ml-32m.zip" in said
    data = ("--data-dir", "raw", "--sources", "ml-32m")
    run("show", "sequential_rec", *data, "-n", "1", cwd=tmp_path)
    said = run("sources", "ml-32m", cwd=tmp_path)
    assert f"{facts.counts['interactions']:,} interactions" in said
    for (_, reason), n in facts.rejects.items():
        assert f"rejected: {n:,} rows" in said and reason in said
    (stored,) = json.loads(run("sources", "ml-32m", "--json", cwd=tmp_path))["stored"]
    assert stored["files"]["ratings"]["name"] == "ratings.csv"
    assert len(run("sources", cwd=tmp_path).splitlines()) == len(registry.source_ids())


def test_show_prints_examples_to_read_and_to_parse(tmp_path: Path) -> None:
    options = ("--sample", "--sources", "ml-32m", "--seed", "3")
    said = run("show", "top_k_rec", *options, "-n", "2", "--split", "test", cwd=tmp_path)
    assert said.count("── example") == 2 and "[output]\n1. " in said
    rows = run("show", "top_k_rec", *options, "-n", "2", "--json", "--split", "test", cwd=tmp_path)
    parsed = [json.loads(line) for line in rows.splitlines()]
    assert [row["task"] for row in parsed] == ["top_k_rec"] * 2
    assert all(row["id"] in said for row in parsed)


def test_plan_tells_files_and_disk_and_fetches_nothing(caches: Path, tmp_path: Path) -> None:
    facts = json.loads(run("plan", "rating_prediction", "--sources", "all", "--json", cwd=tmp_path))
    rng_states = {
        file["name"]: file["state"] for store in facts["stores"] for file in store["files"]
    }
    assert rng_states["ratings.csv"] == "to be downloaded in ml-32m.zip"
    assert rng_states["yelp_academic_dataset_review.json"] == "to be placed by hand"
    assert facts["needs_bytes"]["downloads"] >= 238_950_008
    world.write("ml-32m", tmp_path / "raw", users=60, items=80)
    said = run("plan", "sequential_rec", "--sources", "ml-32m", "--data-dir", "raw", cwd=tmp_path)
    assert "here: " in said and "disk: about" in said
    assert not (caches / "raw").exists() or not list((caches / "raw").rglob("*.zip"))


def test_verify_says_what_is_whole(tmp_path: Path) -> None:
    world.write("bookcrossing", tmp_path / "raw", users=60, items=80, packed=True)
    said = run("verify", "bookcrossing", "--data-dir", "raw", cwd=tmp_path)
    assert "ok" in said
    (archive,) = (tmp_path / "raw" / "bookcrossing").glob("*.zip")
    archive.write_bytes(archive.read_bytes()[:-300])
    done = subprocess.run(
        [sys.executable, "-m", "itdr", "verify", "bookcrossing", "--data-dir", "raw"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert archive.name in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("show", "sequental_rec"), "Did you mean 'sequential_rec'"),
        (("show", "sequential_rec", "--sample", "--sources", "ml32m"), "Did you mean 'ml-32m'"),
        (("show", "sequential_rec", "--sample", "--split", "dev"), "train, validation, test"),
        (("sources", "movielens"), "There is:"),
        (("fetch", "ml-1m"), "HF_HUB_OFFLINE"),
        (("show", "sequential_rec", "--data-dir", "nowhere"), "there is no folder"),
    ],
)
def test_an_error_is_one_message(arguments: tuple[str, ...], said: str, tmp_path: Path) -> None:
    told = run(*arguments, cwd=tmp_path, code=1)
    assert said in told
    assert told.startswith("itdr: ") or "\nitdr: " in told


def test_a_reader_that_has_had_enough_is_no_error(tmp_path: Path) -> None:
    command = f"{sys.executable} -m itdr show sequential_rec --sample -n 50 | head -n 3"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert "Traceback" not in done.stderr and done.stdout.count("\n") == 3
