"""What the command line says of failures that are no fault of its own: one line, and an exit code."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest

from itdr.builders.core.errors import ConfigError
from itdr.commands import _outputs
from itdr.commands._failures import sentence
from tests import commands, world

SHOW = ("show", "sequential_rec", "--sample", "--sources", "ml-32m", "-n", "1")
BUILD = ("build", "sequential_rec", "--sample", "--sources", "ml-32m")


def refusal(*arguments: str, cwd: Path, **options: Any) -> str:
    """The one line that a command fails with."""
    done = commands.run(*arguments, cwd=cwd, **options)
    assert done.returncode == 1, done.stderr
    (line,) = [one for one in done.stderr.splitlines() if one.startswith("itdr: ")]
    assert "Traceback" not in done.stderr and done.stderr.endswith(line + "\n"), done.stderr
    return line


CASES: list[tuple[Sequence[str], Sequence[str]]] = [
    ((*BUILD, "-o", "file/sub"), ("file/sub", "choose another name")),
    ((*BUILD, "-o", "file"), ("file is a file", "name a folder")),
    ((*BUILD, "-o", "a" * 300), ("File name too long", "shorter")),
    ((*BUILD, "-o", "s3://bucket/x"), ("s3://bucket/x is a URL", "--engine spark")),
    ((*BUILD, "-o", "file:x"), ("file:x is a URL",)),
    (
        ("build", "cross_domain_rec", "-o", "x"),
        ("has no source that is small", "--sources amazon-reviews-2023"),
    ),
    ((*BUILD, "-o", ""), ("is empty",)),
    (("report", "file", "-o", "."), (". is a folder", "name a file")),
    (("report", "file"), ("file/provenance.json", "Not a directory")),
    (("stats", "file"), ("file/provenance.json", "Not a directory")),
    (("baseline", *BUILD[1:], "-o", "file"), ("file is a file",)),
    (("score", "file", "--data", "x", "-o", "file/x.json"), ("file", "in the way")),
    ((*SHOW, "--size", "²"), ("size must be",)),
    ((*SHOW, "--size=--3"), ("size must be",)),
]


@pytest.mark.parametrize(("arguments", "said"), CASES, ids=[" ".join(one)[:60] for one, _ in CASES])
def test_a_name_that_cannot_be_written_is_one_line(
    arguments: Sequence[str], said: Sequence[str], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    line = refusal(*arguments, cwd=tmp_path)
    for words in said:
        assert words in line
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_cache_that_is_a_file_names_the_variable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    line = refusal(*SHOW, cwd=tmp_path, env={"ITDR_CACHE": str(tmp_path / "file")})
    assert "file/store" in line and "set ITDR_CACHE" in line


def test_a_home_is_expanded_as_the_shell_does_it_not(tmp_path: Path) -> None:
    done = commands.run(*BUILD, "--out=~/built", cwd=tmp_path, env={"HOME": str(tmp_path / "home")})
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "home" / "built" / "README.md").is_file()
    assert not (tmp_path / "~").exists()


def test_a_working_folder_that_is_gone_is_said(tmp_path: Path) -> None:
    program = f"{sys.executable} -m itdr {' '.join(BUILD)} -o x"
    done = subprocess.run(
        ["bash", "-c", f"mkdir gone && cd gone && rmdir ../gone && {program}"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(os.path.isabs, sys.path))},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 1
    assert done.stderr.endswith("itdr: The working folder is gone: change into one that exists.\n")


def test_a_full_disk_behind_the_output_is_one_line(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("has no device that is always full")
    line = refusal(*SHOW, cwd=tmp_path, stdout=Path("/dev/full"))
    assert "No space left" in line


def test_a_reader_that_closes_early_is_no_error(tmp_path: Path) -> None:
    command = (
        f"{sys.executable} -m itdr {' '.join(SHOW[:-1])} 300 | head -n 1; echo ${{PIPESTATUS[0]}}"
    )
    done = subprocess.run(
        ["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    assert done.stdout.splitlines()[-1] == "0"
    assert "itdr: " not in done.stderr and "Traceback" not in done.stderr


def test_a_terminal_without_a_sign_shows_its_number(tmp_path: Path) -> None:
    done = commands.run(*SHOW, cwd=tmp_path, env={"PYTHONIOENCODING": "ascii"})
    assert done.returncode == 0, done.stderr
    assert "\\u2500 example 1" in done.stdout


def test_a_wrong_option_shows_the_usage(tmp_path: Path) -> None:
    done = commands.run("list", "--nope", cwd=tmp_path)
    assert done.returncode == 2 and "Usage: itdr list" in done.stderr and "--nope" in done.stderr


STOPPED = "itdr: interrupted. Finished work is kept; run the same command to resume.\n"


def test_ctrl_c_is_one_line(caches: Path, tmp_path: Path) -> None:
    world.write("ml-32m", tmp_path / "raw", users=8000, items=400, seed=1)
    running = subprocess.Popen(
        [sys.executable, "-m", "itdr", *SHOW[:2], "--data-dir", "raw", "--sources", "ml-32m"],
        cwd=tmp_path,
        env={**os.environ, "HF_HUB_OFFLINE": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # As a shell starts a program: in a background of its own Python would not hear of Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    while running.poll() is None and not list((caches / "store").rglob("*.tmp-*")):
        pass
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=120)
    assert running.returncode == 130, said
    assert said.endswith(STOPPED) and "Traceback" not in said


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (PermissionError(errno.EACCES, "Permission denied", "a.csv"), ("a.csv", "permissions")),
        (OSError(errno.EROFS, "Read-only file system", "/ro/a"), ("/ro/a", "permissions")),
        (OSError(errno.EIO, "Input/output error", "a"), ("a: Input/output error", "check")),
        (OSError("told in words"), ("told in words", "check")),
        (OSError(), ("OSError", "check")),
        (duckdb.IOException("IO Error: Could not write file"), ("Could not write", "free some")),
        (duckdb.OutOfMemoryException("Out of Memory Error: 9MB"), ("9MB", "ITDR_MEMORY")),
        (UnicodeEncodeError("utf-8", "\udcff", 0, 1, "surrogates not allowed"), ("utf-8",)),
    ],
)
def test_an_error_of_the_system_says_what_where_and_what_to_do(
    error: Exception, said: Sequence[str]
) -> None:
    told = sentence(error)
    assert told is not None and "\n" not in told
    for words in said:
        assert words in told


@pytest.mark.parametrize("error", [KeyError("x"), duckdb.BinderException("no such column")])
def test_a_fault_of_the_program_keeps_its_traceback(error: Exception) -> None:
    assert sentence(error) is None


def test_the_folder_of_a_file_to_write_is_made(tmp_path: Path) -> None:
    path = _outputs.file(str(tmp_path / "a" / "b" / "x.json"))
    assert path.parent.is_dir() and not path.exists()
    with pytest.raises(ConfigError, match="name a file"):
        _outputs.file(str(tmp_path / "a"))
