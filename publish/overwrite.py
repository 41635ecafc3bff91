"""Refusing to overwrite rows built with other options, and files that are not itdr's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from itdr.builders.core.errors import ConfigError

NAMES_SHOWN = 4
AGREE = "choose another folder, or replace them with overwrite=True"


def refuse_strangers(out: Path, ours: Iterable[str], record: str) -> None:
    """Refuse a folder that was not built by itdr and holds other files.

    Args:
        out: the folder.
        ours: names that a build writes at its top.
        record: name of the record in the folder of each config.

    Raises:
        ConfigError: the folder holds other files; names some.
    """
    own, *others = ours
    if not out.is_dir() or (out / own).exists():
        return
    entries = sorted(path for path in out.iterdir() if not path.name.startswith("."))
    strange = [
        f"{path.name}/" if path.is_dir() else path.name
        for path in entries
        if path.name in others or not (path / record).is_file()
    ]
    if strange:
        more = f" and {len(strange) - NAMES_SHOWN} more" if len(strange) > NAMES_SHOWN else ""
        raise ConfigError(
            f"{out} holds {', '.join(strange[:NAMES_SHOWN])}{more}, not written by itdr: choose "
            "another folder, or write into this one with overwrite=True, which replaces files that have "
            "the same names."
        )


def refuse_other_builds(out: Path, found: Mapping[str, list[str]]) -> None:
    """Refuse to replace rows that were built with other options.

    Args:
        out: the folder.
        found: config -> what differs, for configs that are in the way.

    Raises:
        ConfigError: there are any; says what differs.
    """
    if found:
        changes = "; ".join(f"{name} ({', '.join(what)})" for name, what in found.items())
        raise ConfigError(f"{out} holds rows built with other options: {changes}. Either {AGREE}.")


def differences(known: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """How the record of existing rows differs from the record of the requested ones.

    Args:
        known: the existing record, with `options`, `selected`, `form`, `kind` and `code`.
        now: the requested one.

    Returns:
        Phrases such as `seed: 0, now 7`.
    """
    changes = [
        f"{name}: {_shown(known['options'].get(name))}, now {_shown(value)}"
        for name, value in now["options"].items()
        if known["options"].get(name) != value and name not in ("sources", "missing")
    ]
    if known["selected"] != now["selected"]:
        changes.append(f"sources: {_shown(known['selected'])}, now {_shown(now['selected'])}")
    if known["kind"] != now["kind"]:
        changes.append(f"files: {known['kind']}, now {now['kind']}")
    if not changes and known["code"] != now["code"]:
        changes.append("another version of itdr or its templates")
    return changes or ["other raw files or templates"]


def _shown(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return " ".join(map(str, value)) or "none"
    return "default" if value is None else str(value)
