"""The options of `ItdrConfig` as options, shared by every command that draws rows."""

from __future__ import annotations

import functools
import inspect
import logging
import re
from collections.abc import Callable
from typing import Annotated, Any

import typer

Option = typer.Option


def _signature(
    sources: Annotated[
        str | None,
        Option(help="Source ids, with commas; `id/domain` for one domain; `all`."),
    ] = None,
    data_dir: Annotated[
        str | None,
        Option(help="Folder with <source id>/ folders of official raw files, packed or unpacked."),
    ] = None,
    sample: Annotated[
        bool, Option("--sample", help="Use the bundled made-up raw files: no network.")
    ] = False,
    size: Annotated[
        str | None, Option(help="Examples per cell: `paper` (default), a number, or `all`.")
    ] = None,
    per_user: Annotated[
        str | None, Option(help="Cases per user and cell: 1 (default), a number, or `all`.")
    ] = None,
    seed: Annotated[int | None, Option(help="Seed of every random choice (default 0).")] = None,
    split_by: Annotated[
        str | None, Option(help="`user` (default) or `time`: what separates the splits.")
    ] = None,
    history: Annotated[int | None, Option(help="Items in the history.")] = None,
    candidates: Annotated[int | None, Option(help="Candidates, true and false ones.")] = None,
    positives: Annotated[int | None, Option(help="True candidates among them.")] = None,
    negatives: Annotated[
        str | None, Option(help="How false ones are drawn: popularity (default), hard, uniform.")
    ] = None,
    text_chars: Annotated[
        int | None, Option(help="Longest review, comment or description shown, in characters.")
    ] = None,
    templates: Annotated[
        str | None, Option(help="Template ids with commas, `unseen`, or a folder of your own.")
    ] = None,
    descriptions: Annotated[
        bool, Option("--descriptions/--no-descriptions", help="Begin with a task description.")
    ] = True,
    format: Annotated[
        str | None, Option(help="`alpaca` (default), `messages` or `preference`.")
    ] = None,
    num_shards: Annotated[int | None, Option(help="Shards of each split (default 32).")] = None,
    cells: Annotated[
        str | None, Option(help="`paper` (default) or `all` that the columns allow.")
    ] = None,
) -> None:
    """The options' names, types and help; never called."""


def with_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command all options as options; it receives those that were set as `options`."""
    own = inspect.signature(command, eval_str=True)
    shared = inspect.signature(_signature, eval_str=True)
    kept = [one for one in own.parameters.values() if one.name != "options"]

    @functools.wraps(command)
    def run(**values: Any) -> None:
        logging.getLogger("itdr").setLevel(logging.INFO)
        given = {name: values.pop(name) for name in shared.parameters}
        command(**values, options=parse(given))

    run.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            *(one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in kept),
            *(
                one.replace(kind=inspect.Parameter.KEYWORD_ONLY)
                for one in shared.parameters.values()
            ),
        ]
    )
    run.__annotations__ = {one.name: one.annotation for one in (*kept, *shared.parameters.values())}
    return run


def parse(values: dict[str, Any]) -> dict[str, Any]:
    """Options as keyword arguments of `load_dataset`: lists split, numbers read, unset ones left out."""
    given = {name: value for name, value in values.items() if value is not None}
    if given.get("descriptions"):
        del given["descriptions"]
    if not given.get("sample"):
        given.pop("sample", None)
    if "sources" in given and given["sources"] != "all":
        given["sources"] = [one.strip() for one in given["sources"].split(",") if one.strip()]
    if "templates" in given and "," in given["templates"]:
        given["templates"] = [one.strip() for one in given["templates"].split(",") if one.strip()]
    for name in ("size", "per_user"):
        if name in given and re.fullmatch("-?[0-9]{1,18}", given[name]):
            given[name] = int(given[name])
    return given
