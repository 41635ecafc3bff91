"""Protocols: named sets of options, read from `protocols.yaml`."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

PAPER = "paper"
FILE = Path(__file__).with_name("protocols.yaml")


@dataclass(frozen=True)
class Protocol:
    """A named set of options.

    Args:
        name: its name.
        about: one sentence on it.
        options: what it sets.
    """

    name: str
    about: str
    options: Mapping[str, Any]


@functools.cache
def protocols() -> Mapping[str, Protocol]:
    """Every protocol by name, the default first."""
    entries = yaml.safe_load(FILE.read_text("utf-8"))
    return {name: Protocol(name, one["about"], one["options"]) for name, one in entries.items()}


def names() -> tuple[str, ...]:
    """The names of all protocols."""
    return tuple(protocols())


def applied(
    values: Mapping[str, Any], defaults: Mapping[str, Any], able: Mapping[str, bool]
) -> dict[str, Any]:
    """Options with those of their protocol, where the user set none.

    Args:
        values: every option by name.
        defaults: the value of each that was not set.
        able: whether each option has a meaning for the config.

    Returns:
        Every option by name.
    """
    preset = protocols()[values["protocol"]].options
    settings = {
        name: value
        for name, value in preset.items()
        if able[name] and values[name] == defaults[name]
    }
    return {**values, **settings}
