"""The command line: what a person and a program get of each command, and one line for an error."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import itdr
from itdr.builders.core.errors import ConfigError, DownloadError
from itdr.builders.dataset import registry
from itdr.builders.dataset.options import DECLARED
from itdr.builders.rawfiles import locate
from itdr.builders.store import prepare
from itdr.commands import fetch, show
from itdr.commands._wording import as_options
from tests import commands, world


def run(*arguments: str, cwd: Path, code: int = 0) -> str:
    """What a command prints; with a code other than 0, what it says on stderr."""
    done = commands.run(*arguments, cwd=cwd)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr if code else done.stdout


COMMANDS = ("list", "sources", "plan", "fetch", "verify", "show", "build")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_teaches_itself(command: str, tmp_path: Path) -> None:
    said = run(command, "--help", cwd=tmp_path)
    assert "Usage: itdr" in said and len(said) > 200


def test_list_shows_configs_cells_and_what_is_missing(tmp_path: Path) -> None:
    facts = json.loads(run("list", "--json", cwd=tmp_path))
    assert [fact["config"] for fact in facts] == list(registry.config_names())
    (rating,) = (fact for fact in facts if fact["config"] == "rating_prediction")
    assert {"source": "ml-32m", "quota": 6250} in rating["cells"]
    assert rating["metrics"] == ["RMSE", "MAE"]
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
        assert f": {reason}" in said and (f"rejected: {n:,} " in said)
    (stored,) = json.loads(run("sources", "ml-32m", "--json", cwd=tmp_path))["stored"]
    assert stored["files"]["ratings"]["name"] == "ratings.csv" and not stored["sample"]
    assert "of 32,000,204 declared rows" in said and "bundled sample" not in said
    assert len(run("sources", cwd=tmp_path).splitlines()) == len(registry.source_ids())


def test_sources_calls_the_bundled_sample_by_its_name(caches: Path, tmp_path: Path) -> None:
    options = ("--sample", "--sources", "ml-32m", "-n", "1")
    run("show", "sequential_rec", *options, cwd=tmp_path)
    said = run("sources", "ml-32m", cwd=tmp_path)
    assert "(the bundled sample, " in said and "declared rows" not in said
    (stored,) = json.loads(run("sources", "ml-32m", "--json", cwd=tmp_path))["stored"]
    assert stored["sample"]
    manifest = Path(stored["path"]) / "manifest.json"
    facts = json.loads(manifest.read_text())
    del facts["sample"]
    manifest.write_text(json.dumps(facts))
    said = run("sources", "ml-32m", cwd=tmp_path)
    assert str(manifest.parent) in said and "bundled sample" not in said, (
        "a store of an older version"
    )


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
    done = commands.run("verify", "bookcrossing", "--data-dir", "raw", cwd=tmp_path)
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert archive.name in done.stdout


@pytest.mark.parametrize("named", [("bookcrossing",), ()])
def test_verify_of_a_sources_own_folder_names_the_one_around_it(
    named: tuple[str, ...], tmp_path: Path
) -> None:
    world.write("bookcrossing", tmp_path / "raw", users=60, items=80)
    done = commands.run("verify", *named, "--data-dir", "raw/bookcrossing", cwd=tmp_path)
    assert done.returncode == 1 and "missing" not in done.stdout
    assert "holds the files of bookcrossing itself. Give the folder around it" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("show", "sequental_rec"), "Did you mean 'sequential_rec'"),
        (("show", "sequential_rec", "--sample", "--sources", "ml32m"), "Did you mean 'ml-32m'"),
        (("show", "sequential_rec", "--sample", "--split", "dev"), "train, validation, test"),
        (("sources", "movielens"), "Did you mean 'ml-1m' or 'ml-32m'?"),
        (("fetch", "ml-1m"), "HF_HUB_OFFLINE"),
        (("show", "sequential_rec", "--data-dir", "nowhere"), "there is no folder"),
    ],
)
def test_an_error_is_one_message(arguments: tuple[str, ...], said: str, tmp_path: Path) -> None:
    told = run(*arguments, cwd=tmp_path, code=1)
    assert said in told
    assert told.startswith("itdr: ") or "\nitdr: " in told


# -- the first look -------------------------------------------------------------------------------


def test_alone_it_shows_five_commands_that_work(tmp_path: Path) -> None:
    said = run(cwd=tmp_path)
    named = [line.split()[1] for line in said.splitlines() if line.startswith("  itdr ")]
    assert named == ["list", "show", "plan", "build", "score"]
    assert len(said.splitlines()) < 12
    every = run("--help", cwd=tmp_path)
    assert all(f"\n  {name} " in every for name in (*named, *COMMANDS, "audit"))
    assert "\n  card " not in every, "a command for developers"
    assert "Regenerate" in run("card", "--help", cwd=tmp_path)


def test_version_and_short_help(tmp_path: Path) -> None:
    assert run("--version", cwd=tmp_path) == f"itdr {itdr.__version__}\n"
    assert run("-h", cwd=tmp_path) == run("--help", cwd=tmp_path)
    assert run("show", "-h", cwd=tmp_path) == run("show", "--help", cwd=tmp_path)


def test_the_shell_is_told_how_a_line_goes_on(tmp_path: Path) -> None:
    assert "--install-completion" in run("--help", cwd=tmp_path)
    for line, expected in (("itdr bui", "build"), ("itdr show seq", "sequential_rec")):
        done = subprocess.run(
            [sys.executable, "-m", "itdr"],
            cwd=tmp_path,
            env={
                **os.environ,
                "_ITDR_COMPLETE": "complete_bash",
                "COMP_WORDS": line,
                "COMP_CWORD": str(line.count(" ")),
            },
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.stdout.split() == [expected], done.stderr


@pytest.mark.parametrize(
    ("got", "said"),
    [
        ("movielens", "Did you mean 'ml-1m' or 'ml-32m'?"),
        ("last.fm", "Did you mean 'lastfm-1k' or 'lastfm-360k'?"),
        ("Book Crossing", "Did you mean 'bookcrossing'?"),
        ("ml32m", "Did you mean 'ml-32m'?"),
        ("amazon", "Did you mean 'amazon-books' or 'amazon-reviews-2023'?"),
    ],
)
def test_a_source_is_found_by_its_title(got: str, said: str) -> None:
    with pytest.raises(ConfigError) as error:
        registry.source(got)
    assert said in str(error.value)


def test_lists_hang_and_running_text_does_not() -> None:
    long = "word " * 40
    lines = show._wrapped(f"1. {long}\n- {long}\n{long}").split("\n")
    starts = [line[:4] for line in lines if not line.startswith(("1. ", "- "))]
    assert {"   w", "  wo", "word"} == set(starts)
    assert all(len(line) <= show.WIDTH for line in lines)


@pytest.mark.parametrize("name", registry.source_ids())
def test_the_work_to_cite_is_named_with_its_whole_title(name: str) -> None:
    source = registry.source(name)
    title = prepare._short_citation(source)
    assert not set(title) & set('{}"\n')
    flat = " ".join(source.citation.replace("{", "").replace("}", "").split())
    assert f"title = {title}," in re.sub(r" *= *", " = ", flat)


@pytest.mark.parametrize(
    ("python", "shell"),
    [
        ("as sources=['a', 'b'].", "as --sources a,b."),
        ("as sources=['yelp', '…'].", "as --sources …."),
        ("sample=True reads the bundled files", "--sample reads the bundled files"),
        ("descriptions=False", "--no-descriptions"),
        ("Use split_by='user'.", "Use --split-by user."),
        ("data_dir='/my raw'", "--data-dir '/my raw'"),
        ("data_dir: there is no folder", "--data-dir: there is no folder"),
        ("sources must be 'all' or", "--sources must be 'all' or"),
        ("per_user has no meaning", "--per-user has no meaning"),
        ("load_dataset('itdr', 'top_k_rec')", "itdr show top_k_rec"),
        ("put it into <data_dir>/yelp/", "put it into <data_dir>/yelp/"),
        ("the sources in /a/data_dir/x", "the sources in /a/data_dir/x"),
        ("Its history and its size say little.", "Its history and its size say little."),
        ("replace it with overwrite=True", "replace it with --overwrite"),
    ],
)
def test_messages_are_in_the_syntax_of_the_command_line(python: str, shell: str) -> None:
    assert as_options(python) == shell


@pytest.mark.parametrize("name", DECLARED)
def test_every_option_is_written_as_a_flag(name: str) -> None:
    flag = f"--{name.replace('_', '-')}"
    assert as_options(f"{name}=['a', 'b']") == f"{flag} a,b"
    assert as_options(f"{name} must be other.") == f"{flag} must be other."


def test_errors_and_lines_of_the_log_use_it(tmp_path: Path, caches: Path) -> None:
    world.write("ml-32m", tmp_path / "raw", users=60, items=80)
    deep = run("show", "top_k_rec", "--data-dir", "raw/ml-32m", cwd=tmp_path, code=1)
    assert f"Give the folder around it: --data-dir {tmp_path / 'raw'}." in deep
    done = commands.run("show", "top_k_rec", "--data-dir", "raw", "-n", "1", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Add them with --sources ml-32m," in done.stderr and "sources=[" not in done.stderr
    timed = run(
        "show", "interest_recognition", "--sample", "--split-by", "time", cwd=tmp_path, code=1
    )
    assert "--split-by time has no meaning" in timed and "Use --split-by user" in timed


def test_a_dead_server_does_not_keep_other_sources_from_being_fetched(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], caches: Path
) -> None:
    def obtain(source: Any, *_: Any, **__: Any) -> None:
        if source.id == "ml-1m":
            raise DownloadError("ml-1m: the server is dead")

    monkeypatch.setattr(locate, "download_missing", obtain)
    with pytest.raises(DownloadError, match="the server is dead"):
        fetch.run(["ml-1m", "ml-32m"], None)
    assert "ml-32m: " in capsys.readouterr().out


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="needs a terminal")
def test_progress_leaves_no_line_behind(tmp_path: Path) -> None:
    """On a terminal bars are drawn and taken away."""
    leader, follower = os.openpty()
    out = tmp_path / "a"
    command = [sys.executable, "-m", "itdr", "build", "sequential_rec", "--sample"]
    command += ["--sources=ml-32m", "-o", str(out)]
    done = subprocess.run(command, cwd=tmp_path, stdout=follower, stderr=follower, timeout=240)
    os.close(follower)
    said = os.read(leader, 1 << 20).decode()
    os.close(leader)
    assert done.returncode == 0, said
    assert [line for line in said.splitlines() if line.strip()] == said.splitlines()


def test_no_command_has_two_options_of_one_name() -> None:
    """Options of rows are added to those of a command: `--show` was once both."""
    import typer

    from itdr.commands.app import app

    for name, command in typer.main.get_command(app).commands.items():  # type: ignore[attr-defined]
        names = [text for one in command.params for text in one.opts if text.startswith("-")]
        assert len(names) == len(set(names)), name
