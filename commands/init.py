"""`itdr init`: look at your own files, and write the description that makes them a source."""

from __future__ import annotations

import contextlib
import itertools
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from itdr.builders.sources.described.guess import Guess

ROWS = 3
"""Examples that are printed."""
SIZE = 100
"""Cases that are drawn for them; a small log has fewer."""


def run(
    paths: Annotated[
        list[str] | None,
        typer.Argument(help="Files: a log, a catalogue, users; or a folder that holds them."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "-o", "--out", help="The description to write; by default <id>.yaml in this folder."
        ),
    ] = None,
    name: Annotated[
        str | None,
        typer.Option(
            "--id",
            help="The id of the source, used in rows; by default the name of the first file.",
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Overwrite an existing description.")
    ] = False,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON Schema of descriptions, for editors.")
    ] = False,
) -> None:
    """Describe your own files in YAML, and print the first rows.

    A folder of RecBole's atomic files needs no description.
    Example: itdr init clicks.csv products.parquet
    """
    from itdr.builders.core.errors import ConfigError

    if schema:
        from itdr.builders.sources.described.json_schema import json_schema

        print(json.dumps(json_schema(), indent=1))
        return
    if not paths:
        raise ConfigError("Which files? For example: itdr init clicks.csv products.parquet")
    files, folder = _files(paths)
    if folder is not None:
        _recbole(folder)
        return
    target, guess = _write(files, out, name, force, paths)
    print(f"Wrote {target}.")
    for doubt in guess.doubts:
        print(f"  unsure: {doubt}")
    for file, columns in guess.unused.items():
        print(f"  not used: {', '.join(columns)} ({file})")
    _preview(str(target))


def _files(paths: Sequence[str]) -> tuple[list[Path], Path | None]:
    """The files that were named; or a folder of atomic files."""
    from itdr.builders.core.errors import ConfigError
    from itdr.builders.sources.described import recbole
    from itdr.builders.sources.described.files import kind_of

    files: list[Path] = []
    for text in paths:
        path = Path(text).expanduser()
        if path.is_dir():
            if recbole.prefixes(path) and len(paths) == 1:
                return [], path
            files += sorted(
                one for one in path.iterdir() if kind_of(one.name) not in (None, "recbole")
            )
        elif path.is_file():
            if kind_of(path.name) == "recbole" and recbole.prefixes(path.parent):
                return [], path.parent
            files.append(path)
        else:
            raise ConfigError(f"There is no file {text}.")
    if not files:
        raise ConfigError(f"{paths[0]} holds no table (csv, tsv, json, jsonl, parquet, arrow).")
    return files, None


def _write(
    files: Sequence[Path], out: Path | None, name: str | None, force: bool, paths: Sequence[str]
) -> tuple[Path, Guess]:
    """Write the description of files; returns its path, and what it was made from."""
    from itdr.builders.core.connection import open_duckdb
    from itdr.builders.core.errors import ConfigError
    from itdr.builders.sources.described import guess as guessing
    from itdr.builders.sources.described.check import ID
    from itdr.builders.sources.described.profile import profile
    from itdr.publish.export import yaml_of

    id_ = name or re.sub(r"[^a-z0-9]+", "-", files[0].name.partition(".")[0].lower()).strip("-")
    if not ID.fullmatch(id_):
        raise ConfigError(f"{id_!r} is no id: give one of lower case letters, digits and - (--id).")
    target = (out or Path(f"{id_}.yaml")).expanduser()
    if target.exists() and not force:
        raise ConfigError(
            f"{target} already exists: choose another -o, or overwrite it with --force."
        )
    with contextlib.closing(open_duckdb()) as con:
        guess = guessing.guess([profile(con, one.absolute()) for one in files], id_)
    guessing.relative(guess, target.absolute().parent)
    head = [
        f"# Written by `itdr init {' '.join(paths)}`; docs/own-data.md names every field.",
        *(f"# Unsure: {one}" for one in guess.doubts),
        *(f"# Not used: {', '.join(names)} ({one})" for one, names in guess.unused.items()),
    ]
    foot = [
        "# title: …      for people",
        "# citation: …   what to cite",
        "# licence: {name: …, url: …, redistribution: false}   without one, rows are never pushed",
        "#                                                      in public",
    ]
    text = "\n".join([*head, "", yaml_of(guess.values, guess.notes) + "\n".join(foot), ""])
    target.write_text(text, "utf-8")
    return target, guess


def _recbole(folder: Path) -> None:
    from itdr.builders.sources.described import recbole
    from itdr.publish.export import yaml_of

    description = recbole.describe(folder)
    print(
        f"{folder} holds RecBole's atomic files, which are a source as they are: sources=[{str(folder)!r}]."
    )
    print("They are read as:\n")
    print(
        "\n".join(
            f"  {line}" for line in yaml_of(description.values, description.notes).splitlines()
        )
    )
    for doubt in description.doubts:
        print(f"  unsure: {doubt}")
    _preview(str(folder))


def _preview(source: str) -> None:
    """The first rows of the first subtask that the columns allow, and what others lack."""
    from itdr.builders.dataset import own_sources, registry

    declaration, _ = own_sources.find_source(source)
    able, lacking = [], []
    for name in registry.task_ids():
        missing = registry.missing_columns(registry.task(name), declaration)
        if missing:
            lacking.append((name, missing))
        else:
            able.append(name)
    if able:
        print(f"\nIts columns are enough for {', '.join(able)}.")
    for name, missing in lacking:
        print(f"  {name} lacks {', '.join(missing)}")
    _show_first(able, source)


def _show_first(configs: Sequence[str], source: str) -> None:
    """Print rows of the first config that has any, after a line on those that have none."""
    from itdr.builders.core.errors import EmptySplitError
    from itdr.commands.show import readable_example

    empty: dict[str, EmptySplitError] = {}
    for name in configs:
        try:
            rows = _rows(name, source)
        except EmptySplitError as error:
            empty[name] = error
            continue
        if empty:
            print(f"\nToo few interactions for {', '.join(empty)}.")
        print(f'\nload_dataset("itdr", "{name}", sources=["{source}"])\n')
        for place, row in enumerate(rows, 1):
            print(readable_example(row, place))
        return
    if empty:
        print(f"\nNo rows yet: too few interactions for every subtask. {list(empty.values())[-1]}")


def _rows(config: str, source: str) -> list[dict[str, Any]]:
    """The first rows of a config. Raises `EmptySplitError` where it has none."""
    from itdr.commands.show import stream

    options: dict[str, Any] = {"sources": [source], "size": SIZE}
    return list(itertools.islice(stream(config, "train", options), ROWS))
