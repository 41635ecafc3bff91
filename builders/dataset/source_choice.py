"""Which sources and domains a config uses: those asked for, those that lie in `data_dir`, or a list that
does not depend on the machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from itdr.builders.core.errors import ConfigError, choose_from, format_value
from itdr.builders.core.paths import SAMPLE
from itdr.builders.core.schema import Source
from itdr.builders.dataset import available_sources, own_sources, registry
from itdr.builders.dataset.available_sources import Selected
from itdr.builders.dataset.options import ALL
from itdr.builders.rendering.templates import ENGLISH, folder_of


def select(
    config: str, value: Mapping[str, Any], folder: Path | None
) -> tuple[Selected, dict[str, str]]:
    """Choose the sources of a config with their domains.

    Args:
        config: the config's name.
        value: all its options.
        folder: `data_dir`, or that of the bundled sample.

    Returns:
        The chosen ones, and why others were left out.

    Raises:
        ConfigError: for a source that is none, and for a `data_dir` without any known raw file.
    """
    language = value["language"]
    value = {**value, "sources": own_sources.open_entries(value["sources"])}
    entries = value["sources"] if isinstance(value["sources"], list) else []
    named = [str(one).partition("/")[0] for one in entries]
    own = folder_of(value["templates"]) if language != ENGLISH else None
    cells = tuple(registry.cells(config, value["cells"], language, own, named))
    able = list(dict.fromkeys(name for _, name in cells))
    if not able and value["sources"] is None:
        raise ConfigError(f"{config} has no cell in the paper: name sources, or use cells='all'.")
    if not able and language != ENGLISH:
        raise ConfigError(f"{config} has no templates in language={language!r}; use 'en'.")
    if value["sample"]:
        return _asked(config, value, able), {}
    if value["sources"] is not None:
        choice = _asked(config, value, able)
        benchmarks = [name for name, _ in choice if not registry.is_open(name)]
        if folder is not None and benchmarks:
            available_sources.require_recognised(folder, benchmarks[0])
        if value["missing"] == "error":
            return choice, {}
        return available_sources.usable_sources(choice, cells, folder, placed=False)
    if folder is not None:
        available_sources.require_recognised(folder, able[0])
        every = _every(able, sample=False)
        return available_sources.usable_sources(every, cells, folder, placed=True)
    choice, left_out = _default_sources(config, able)
    if value["missing"] == "error":
        return choice, left_out
    choice, more = available_sources.usable_sources(choice, cells, folder, placed=False)
    return choice, left_out | more


def _every(able: Sequence[str], sample: bool) -> Selected:
    """All of these sources, each with all its domains."""
    return tuple((name, _all_domains(name, sample)) for name in able)


def _asked(config: str, value: Mapping[str, Any], able: Sequence[str]) -> Selected:
    """The sources that were named; all of them without a name."""
    entries, sample = value["sources"], value["sample"]
    if entries is None or (isinstance(entries, str) and entries == ALL):
        return _every(able, sample)
    if isinstance(entries, str):
        entries = [entries]
    if not isinstance(entries, (list, tuple)) or not entries:
        raise ConfigError(
            f"sources must be 'all' or a list of source ids, not {format_value(entries)}. "
            f"{config} has: {', '.join(able)}."
        )
    domains_of: dict[str, tuple[str, ...]] = {}
    for entry in entries:
        if not isinstance(entry, str):
            raise ConfigError(
                f"sources must name sources, not hold {format_value(entry)}. "
                f"{config} has: {', '.join(able)}."
            )
        name, _, domain = str(entry).partition("/")
        if name not in able:
            if value["language"] != ENGLISH and name in registry.source_ids():
                raise ConfigError(
                    f"language={value['language']!r} has no words for {name} in {config}, only for: "
                    f"{', '.join(able)}. Choose among these, or leave the language at 'en'."
                )
            raise ConfigError(_no_source(config, str(entry), name, able, value["cells"]))
        domains = _all_domains(name, sample)
        if domain and domain not in domains:
            where = " in the bundled sample" if sample else ""
            raise ConfigError(choose_from(f"domain of {name}{where}", domain, domains))
        own_domains = (domain,) if domain else domains
        domains_of[name] = tuple(dict.fromkeys((*domains_of.get(name, ()), *own_domains)))
    return tuple((name, tuple(sorted(domains_of[name]))) for name in able if name in domains_of)


def _all_domains(name: str, sample: bool = False) -> tuple[str, ...]:
    """The domains of a source, by name; of the sample those that it has files for."""
    source = registry.source(name)
    if not sample or not source.domains:
        return tuple(sorted(source.domains))
    here = SAMPLE / name
    there = {file.domain for file in source.files if any(here.glob(f"{file.name}*"))}
    return tuple(sorted(one for one in source.domains if one in there))


def _no_source(config: str, entry: str, name: str, able: Sequence[str], cells: str) -> str:
    if registry.is_own(name) and (registry.is_open(name) or name in registry.source_ids()):
        return _lacking(config, name)
    if name in registry.source_ids():
        more = "cells='all' adds every source whose columns allow it."
        if cells == ALL:
            more = f"The raw files of {name} lack what it needs."
        return f"{name} has no cell in {config}, which is made from: {', '.join(able)}. {more}"
    return choose_from(f"source for {config}", entry, able, registry.titles())


def _lacking(config: str, name: str) -> str:
    """The columns that a source of your own lacks for a config."""
    needs = "; ".join(
        f"{task.id} needs {', '.join(registry.missing_columns(task, registry.source(name)))}"
        for task in registry.tasks_of(config)
    )
    return f"{name} has no cell in {config}, as it lacks columns: {needs}."


DEFAULT_BYTES = 10**9
"""The largest download of a source that a config uses by default, in bytes."""


def _default_sources(config: str, able: Sequence[str]) -> tuple[Selected, dict[str, str]]:
    """Sources that need no account and at most 1 GB, by their declarations alone; of some configs
    none."""
    facets = {one.facet for one in registry.tasks_of(config)}
    left_out = {}
    for name in able:
        reason = _burden(registry.source(name), facets)
        if reason:
            left_out[name] = reason
    choice = tuple((name, _all_domains(name)) for name in able if name not in left_out)
    return choice, left_out


def _burden(source: Source, facets: set[str]) -> str:
    """Why a source is not fetched by default; empty where it is."""
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
