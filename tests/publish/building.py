"""Folders built from the bundled sample or from made-up raw files, for the tests that read them."""

from __future__ import annotations

import functools
import os
import tempfile
from pathlib import Path
from typing import Any

import datasets
import typer
from typer.testing import CliRunner

import itdr  # noqa: F401  (teaches load_dataset the name)
from itdr.builders.core.paths import SAMPLE
from itdr.builders.dataset import registry
from itdr.publish import folder

SMALL: dict[str, Any] = {"sample": True, "sources": ["ml-32m"]}
TEXTS = ("instruction", "input", "output")


def builder(config: str, **options: Any) -> Any:
    return datasets.load_dataset_builder("itdr", config, **(options or SMALL))


def sampled(config: str) -> list[str]:
    """The sources of a config that the bundled sample has."""
    able = {source for _, source in registry.cells(config)}
    return sorted(name for name in able if (SAMPLE / name).is_dir())


@functools.cache
def everything() -> Path:
    """One folder with every config, from all of the bundled sample.

    Repeated from a wheel it is of one source for each: that all are read alike is tested by `test_interface.py`.
    """
    out = Path(tempfile.mkdtemp(prefix="itdr-built-")) / "data"
    names = [name for name in registry.config_names() if sampled(name)]
    most = 1 if os.environ.get("ITDR_TEST_WHEEL") else None
    builders = [builder(one, sample=True, sources=sampled(one)[:most], size=25) for one in names]
    folder.build(builders, out)
    return out


@functools.cache
def small() -> Path:
    """One folder with two small configs."""
    out = Path(tempfile.mkdtemp(prefix="itdr-built-")) / "data"
    folder.build([builder("sequential_rec"), builder("rating_prediction")], out)
    return out


def contents(out: Path) -> dict[str, bytes]:
    """Every file below a folder, hidden ones too, by its path."""
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file()
    }


def run(command: Any, *arguments: object) -> Any:
    """A command of `commands/` as typed; what it raised is in the result."""
    app = typer.Typer()
    app.command()(command)
    return CliRunner().invoke(app, [str(one) for one in arguments])
