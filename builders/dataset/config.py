"""The options of a config: what each may be, checked and resolved before anything is read."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from itdr.builders.core.errors import ConfigError, choose_from
from itdr.builders.core.schema import UNDERSTANDING, Source
from itdr.builders.dataset import registry

ALL = "all"
PAPER = "paper"
SAMPLE = Path(__file__).resolve().parents[1] / "sample"
FORMATS = ("alpaca", "messages", "preference")
SPLIT_KINDS = ("user", "time")
NEGATIVES = ("popularity", "hard", "uniform")
RANGES = {
    "history": (1, 200),
    "candidates": (2, 100),
    "positives": (1, 99),
    "text_chars": (40, 20_000),
    "num_shards": (1, 4096),
    "seed": (0, 2**63 - 1),
}
DEFAULTS: dict[str, Any] = {
    "sources": None,
    "size": PAPER,
    "per_user": 1,
    "seed": 0,
    "split_by": "user",
    "history": None,
    "candidates": None,
    "positives": None,
    "negatives": None,
    "text_chars": None,
    "templates": None,
    "descriptions": True,
    "format": "alpaca",
    "num_shards": 32,
    "cells": PAPER,
    "sample": False,
}
"""Every option with its default; None: each subtask's own (for `sources`: a fixed list)."""

OF_TASKS = ("history", "candidates", "positives", "negatives", "text_chars")
"""Options that only some subtasks have."""


@dataclass(frozen=True)
class Options:
    """Checked values. `sources`: (source id, its chosen domains or none) in catalogue order;
    `own`: what the user set of the subtasks' options; `data_dir`: absolute, None without."""

    config: str
    sources: tuple[tuple[str, tuple[str, ...]], ...]
    size: int | str
    per_user: int | str
    seed: int
    split_by: str
    own: Mapping[str, Any]
    templates: Any
    descriptions: bool
    format: str
    num_shards: int
    cells: str
    sample: bool
    data_dir: Path | None
    left_out: Mapping[str, str] = field(default_factory=dict)

    def of(self, task: str) -> dict[str, Any]:
        """The options of one subtask: its defaults, with what the user set."""
        values = dict(registry.task(task).defaults)
        values.update({name: value for name, value in self.own.items() if name in values})
        return values


def check(config: str, values: Mapping[str, Any], data_dir: str | None) -> Options:
    """Check all options of a config. Raises `ConfigError` that says what is allowed."""
    tasks = registry.tasks_of(config)
    for name in values:
        if name not in DEFAULTS:
            raise ConfigError(choose_from("option", name, DEFAULTS))
    value = {**DEFAULTS, **values}
    for name in ("seed", "num_shards"):
        _whole(name, value[name], *RANGES[name])
    for name in ("descriptions", "sample"):
        one_of(name, value[name], (True, False))
    one_of("format", value["format"], FORMATS)
    one_of("cells", value["cells"], (PAPER, ALL))
    one_of("split_by", value["split_by"], SPLIT_KINDS)
    _count_or("size", value["size"], 3, (PAPER, ALL))
    _count_or("per_user", value["per_user"], 1, (ALL,))
    own = {name: value[name] for name in OF_TASKS if value[name] is not None}
    _check_own(config, own)
    if value["sample"] and data_dir:
        raise ConfigError("sample=True reads the bundled files: give it without data_dir.")
    sources, left_out = _sources(config, value)
    options = Options(
        config=config,
        sources=sources,
        size=value["size"],
        per_user=value["per_user"],
        seed=value["seed"],
        split_by=value["split_by"],
        own=own,
        templates=value["templates"],
        descriptions=value["descriptions"],
        format=value["format"],
        num_shards=value["num_shards"],
        cells=value["cells"],
        sample=value["sample"],
        data_dir=SAMPLE if value["sample"] else _folder(data_dir),
        left_out=left_out,
    )
    _check_meaning(options, [one.root for one in tasks])
    _check_templates(options.templates, [one.id for one in tasks])
    return options


def _check_templates(choice: Any, tasks: Sequence[str]) -> None:
    from itdr.builders.rendering import templates

    entries = choice if isinstance(choice, (list, tuple)) else [choice]
    if any(isinstance(one, str) and not one.strip() for one in entries):
        # An empty path would be the working folder.
        raise ConfigError("templates: an empty name is no id and no folder: leave it out.")
    try:
        templates.check_choice(choice, tasks)
    except OSError as error:
        raise ConfigError(
            f"templates: {str(error.filename or choice)[:200]} cannot be read ({error.strerror}): "
            "give an id, a folder that can be read, 'unseen' or a list of these."
        ) from error


def _whole(name: str, value: object, low: int, high: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ConfigError(f"{name} must be a whole number from {low} to {high}, not {value!r}.")


def one_of(name: str, value: object, allowed: Sequence[object]) -> None:
    # The type first: an array compared with a word has no truth value.
    if not any(type(value) is type(one) and value == one for one in allowed):
        raise ConfigError(choose_from(name, value, [str(one) for one in allowed]))


def _count_or(name: str, value: object, low: int, words: Sequence[str]) -> None:
    if isinstance(value, str) and value in words:
        return
    if isinstance(value, bool) or not isinstance(value, int) or value < low:
        raise ConfigError(
            f"{name} must be {' or '.join(map(repr, words))} or a whole number of at least {low}, "
            f"not {value!r}."
        )


def _check_own(config: str, own: Mapping[str, Any]) -> None:
    """Options of subtasks: in range, and with a meaning for at least one subtask of the config."""
    tasks = registry.tasks_of(config)
    for name, value in own.items():
        allowed = sorted({option for one in tasks for option in one.defaults})
        if name not in allowed:
            raise ConfigError(
                f"{name} has no meaning for {config}; of the subtasks' options it has: "
                f"{', '.join(allowed) or 'none'}."
            )
        if name == "negatives":
            one_of(name, value, NEGATIVES)
        else:
            _whole(name, value, *RANGES[name])
    for one in tasks:
        values = {**one.defaults, **{k: v for k, v in own.items() if k in one.defaults}}
        if "candidates" in values and values["candidates"] <= values.get("positives", 1):
            raise ConfigError(
                f"{one.id}: candidates={values['candidates']} leaves no room for a negative beside "
                f"{values.get('positives', 1)} true ones: ask for more candidates"
                + (" or fewer positives." if "positives" in one.defaults else ".")
            )


def _check_meaning(options: Options, roots: Sequence[str]) -> None:
    if UNDERSTANDING in roots and options.per_user != 1:
        raise ConfigError(
            f"per_user={options.per_user!r} has no meaning for {options.config}: an understanding "
            "subtask makes one case of each user or item. Leave it at 1."
        )
    if options.split_by != "time":
        return
    if UNDERSTANDING in roots:
        raise ConfigError(
            f"split_by='time' has no meaning for {options.config}: a profile is not dated. "
            "Use split_by='user'."
        )
    untimed = [
        name
        for name, _ in options.sources
        if "interactions.timestamp" not in registry.source(name).columns
    ]
    if untimed:
        raise ConfigError(
            f"split_by='time' needs times, which {', '.join(untimed)} lacks: leave it out of "
            "sources, or use split_by='user'."
        )


def _folder(data_dir: str | None) -> Path | None:
    if data_dir is None:
        return None
    folder = Path(os.path.abspath(os.path.expanduser(data_dir)))
    try:
        there = folder.is_dir()
    except OSError as error:
        raise ConfigError(
            f"data_dir: {data_dir[:80]!r} cannot be looked into ({error.strerror}): name a folder "
            "that holds one folder for each source, as <data_dir>/ml-32m/."
        ) from None
    if not there:
        raise ConfigError(
            f"data_dir: there is no folder {folder}. It should hold one folder for each source, "
            "as <data_dir>/ml-32m/."
        )
    return folder


# -- sources ----------------------------------------------------------------------------------


def _sources(
    config: str, value: Mapping[str, Any]
) -> tuple[tuple[tuple[str, tuple[str, ...]], ...], dict[str, str]]:
    """The chosen sources with their domains, and why others were left out by default."""
    able = list(dict.fromkeys(name for _, name in registry.cells(config, value["cells"])))
    asked, sample = value["sources"], value["sample"]
    if (asked is None and sample) or (isinstance(asked, str) and asked == ALL):
        return tuple((name, _all_domains(name, sample)) for name in able), {}
    if asked is None:
        return _default_sources(config, able)
    if isinstance(asked, str):
        asked = [asked]
    if not isinstance(asked, (list, tuple)) or not asked:
        raise ConfigError(
            f"sources must be 'all' or a list of source ids, not {asked!r}. "
            f"{config} has: {', '.join(able)}."
        )
    chosen: dict[str, tuple[str, ...]] = {}
    for entry in asked:
        name, _, domain = str(entry).partition("/")
        if name not in able:
            raise ConfigError(_no_source(config, str(entry), name, able, value["cells"]))
        domains = _all_domains(name, sample)
        if domain and domain not in domains:
            where = " in the bundled sample" if sample else ""
            raise ConfigError(choose_from(f"domain of {name}{where}", domain, domains))
        wanted = (domain,) if domain else domains
        chosen[name] = tuple(dict.fromkeys((*chosen.get(name, ()), *wanted)))
    return tuple((name, tuple(sorted(chosen[name]))) for name in able if name in chosen), {}


def _all_domains(name: str, sample: bool = False) -> tuple[str, ...]:
    """The domains of a source, by name; of the sample those that it has files for."""
    source = registry.source(name)
    if not sample:
        return tuple(sorted(source.domains))
    here = SAMPLE / name
    there = {file.domain for file in source.files if any(here.glob(f"{file.name}*"))}
    return tuple(sorted(one for one in source.domains if one in there))


def _no_source(config: str, entry: str, name: str, able: Sequence[str], cells: str) -> str:
    if name in registry.source_ids():
        more = "cells='all' adds every source whose columns allow it."
        if cells == ALL:
            more = f"The raw files of {name} lack what it needs."
        return f"{name} has no cell in {config}, which is made from: {', '.join(able)}. {more}"
    return choose_from(f"source for {config}", entry, able)


DEFAULT_BYTES = 10**9
"""By default a config uses sources whose download is at most this large."""


def _default_sources(
    config: str, able: Sequence[str]
) -> tuple[tuple[tuple[str, tuple[str, ...]], ...], dict[str, str]]:
    """Sources that need no account and at most 1 GB, by their declarations alone; of some configs
    none."""
    facets = {one.facet for one in registry.tasks_of(config)}
    left_out = {}
    for name in able:
        reason = _burden(registry.source(name), facets)
        if reason:
            left_out[name] = reason
    chosen = tuple((name, _all_domains(name)) for name in able if name not in left_out)
    return chosen, left_out


def _burden(source: Source, facets: set[str]) -> str:
    """Why a source is not fetched unasked; empty where it is."""
    files = {file.key: file for facet in facets for file in source.files_for(facet)}
    needed = [file for file in files.values() if not file.optional]
    remotes = {}
    for file in needed:
        names = (*file.packed_in, file.name, Path(file.name).name)
        offers = [one for one in source.remotes if one.name in names and one.urls]
        if not offers:
            return "its files are placed by hand"
        remotes[offers[0].name] = offers[0]
    if any(one.access != "open" for one in remotes.values()):
        return "its download may ask for an account"
    size = sum(one.size or 0 for one in remotes.values())
    return f"a download of {size / 1e9:.1f} GB" if size > DEFAULT_BYTES else ""
