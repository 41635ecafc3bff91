"""`itdr show`: readable examples in the terminal."""

from __future__ import annotations

import itertools
import json
import re
import textwrap
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from itdr.builders.dataset.options import one_of
from itdr.commands._options import config_names, with_options

WIDTH = 88
MARKER = re.compile(r"(?:[-*•] |\d+\. )")
"""What a line of a list begins with."""


@with_options
def run(
    config: Annotated[
        str,
        typer.Argument(
            help="A subtask or root task: see `itdr list`.", autocompletion=config_names
        ),
    ],
    number: Annotated[int, typer.Option("-n", min=1, help="How many examples.")] = 3,
    split: Annotated[str, typer.Option(help="train, validation or test.")] = "train",
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object per line.")
    ] = False,
    *,
    options: dict[str, Any],
) -> None:
    """Print the first examples of a config.

    Example: itdr show sequential_rec --sample -n 2
    """
    from itdr.builders.sampling.splits import SPLITS

    one_of("split", split, SPLITS)
    for place, row in enumerate(itertools.islice(stream(config, split, options), number), 1):
        print(json.dumps(row, ensure_ascii=False) if as_json else readable_example(row, place))


def stream(config: str, split: str, options: dict[str, Any]) -> Any:
    """The rows of a split as a stream.

    Args:
        config: the config.
        split: the split.
        options: those of `load_dataset`.
    """
    import datasets

    import itdr  # noqa: F401  (teaches load_dataset the name)

    return datasets.load_dataset("itdr", config, split=split, streaming=True, **options)


def readable_example(row: dict[str, Any], place: int) -> str:
    """An example formatted for people: its texts, then its origin.

    Args:
        row: the row.
        place: its number, from 1.

    Returns:
        Lines joined by newlines.
    """
    lines = [f"── example {place} · {row['task']} · {row['source']} ".ljust(WIDTH, "─")]
    for name, text in _texts(row):
        lines += [f"[{name}]", _wrapped(text), ""]
    subject = f"user {row['user_id']}" if row["user_id"] is not None else f"item {row['item_id']}"
    lines.append(f"({row['id']}; {subject}; template {row['template']})")
    return "\n".join(lines) + "\n"


def _texts(row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The texts of a row, each with the name of its column or speaker."""
    from itdr.builders.dataset import formats

    form = formats.of_row(row)
    for name in form.columns if form else ():
        if isinstance(row[name], list):
            for turn in row[name]:
                speaker, text = turn.values()
                yield speaker, text
        elif row[name] not in (None, ""):
            yield name, str(row[name])


def _wrapped(text: str) -> str:
    lines = []
    for line in text.split("\n"):
        marker = MARKER.match(line)
        hanging = " " * len(marker[0]) if marker else ""
        lines += textwrap.wrap(line, WIDTH, subsequent_indent=hanging) or [""]
    return "\n".join(lines)
