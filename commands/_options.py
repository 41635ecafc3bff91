"""The options of `ItdrConfig` on the command line, shared by every command that draws rows.

Names, types and help come from `builders/dataset/options.py`.
"""

from __future__ import annotations

import functools
import inspect
import logging
import re
from collections.abc import Callable
from typing import Annotated, Any

import typer

from itdr.builders.dataset.options import DECLARED, DEFAULTS, OptionInfo, shown_default

DATA_DIR = "Folder with the official raw files, in one folder <source id>/ for each source; packed or unpacked."


def config_names(incomplete: str) -> list[str]:
    """The configs that start with `incomplete`, for shell completion."""
    from itdr.builders.dataset import registry

    return [name for name in registry.config_names() if name.startswith(incomplete)]


def source_names(incomplete: str) -> list[str]:
    """The sources that start with `incomplete`, for shell completion."""
    from itdr.builders.dataset import registry

    return [name for name in registry.source_ids() if name.startswith(incomplete)]


def with_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add every option of a config to a command.

    Args:
        command: a function with the parameter `options`, which receives those that were set.

    Returns:
        The function for typer.
    """
    own = inspect.signature(command, eval_str=True)
    own_parameters = [one for one in own.parameters.values() if one.name != "options"]
    parameters = [
        *(one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in own_parameters),
        *_shared(),
    ]
    names = [one.name for one in _shared()]

    @functools.wraps(command)
    def run(**values: Any) -> None:
        logging.getLogger("itdr").setLevel(logging.INFO)
        option_values = {name: values.pop(name) for name in names}
        command(**values, options=parse(option_values))

    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {one.name: one.annotation for one in parameters}
    return run


@functools.cache
def _shared() -> tuple[inspect.Parameter, ...]:
    """One parameter for each option, and `data_dir`."""
    parameters = [_parameter(name, info) for name, info in DECLARED.items()]
    data_dir = Annotated[str | None, typer.Option(help=DATA_DIR)]
    return (*parameters[:1], _keyword("data_dir", data_dir, None), *parameters[1:])


def _parameter(name: str, info: OptionInfo) -> inspect.Parameter:
    flag = "--" + name.replace("_", "-")
    if info.choices == (True, False):
        names = f"{flag}/--no-{flag[2:]}" if DEFAULTS[name] else flag
        return _keyword(name, Annotated[bool, typer.Option(names, help=info.help)], DEFAULTS[name])
    help = f"{info.help} Default: {shown_default(name)}."
    number = info.low is not None and not info.words
    kind = (float if info.decimals else int) if number else str
    return _keyword(name, Annotated[kind | None, typer.Option(help=help)], None)


def _keyword(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    kind = inspect.Parameter.KEYWORD_ONLY
    return inspect.Parameter(name, kind, default=default, annotation=annotation)


def parse(values: dict[str, Any]) -> dict[str, Any]:
    """Command-line values as keyword arguments of `load_dataset`.

    Args:
        values: the value of each option, None where it was not given.

    Returns:
        Those that were set: lists split at commas, numbers parsed.
    """
    options: dict[str, Any] = {}
    for name, value in values.items():
        info = DECLARED.get(name)
        if value is None or (info and info.choices == (True, False) and value == DEFAULTS[name]):
            continue
        if info and info.many and ("," in value or (name == "sources" and value != "all")):
            value = [one.strip() for one in value.split(",") if one.strip()]
        elif info and info.words and re.fullmatch("-?[0-9]{1,18}", value):
            value = int(value)
        options[name] = value
    return options
