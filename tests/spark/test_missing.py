"""Where Java or PySpark is missing, one sentence says what to do; a wrong option is refused too."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from itdr.builders.core.errors import ConfigError
from itdr.spark import session
from tests import commands


def test_no_pyspark(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark", None)
    with pytest.raises(ConfigError, match="pip install pyspark"):
        session.require()


def test_no_java(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pyspark")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(ConfigError, match="needs Java 17 or newer, but no Java was found"):
        session.require()


def test_an_old_java(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pyspark")
    (tmp_path / "bin").mkdir()
    java = tmp_path / "bin" / "java"
    java.write_text("#!/bin/sh\necho 'openjdk version \"11.0.2\" 2019-01-15' >&2\n")
    java.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(ConfigError, match="Java 11 was found"):
        session.require()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--engine=spork"], "Did you mean 'spark'?"),
        (["--master=local[2]"], "only apply to --engine spark"),
        (["--engine=spark"], "--engine spark needs"),
    ],
)
def test_the_command_says_it_in_one_line(options: list[str], said: str, tmp_path: Path) -> None:
    command = ["build", "sequential_rec", "--sample", *options, f"-o{tmp_path / 'out'}"]
    result = commands.run(*command, cwd=tmp_path, env={"JAVA_HOME": str(tmp_path)})
    assert result.returncode == 1
    assert said in result.stderr and "Traceback" not in result.stderr
    assert not (tmp_path / "out").exists()
