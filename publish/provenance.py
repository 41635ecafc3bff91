"""The origin of a built config's rows, as plain values for `provenance.json`."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Any

from itdr.builders.core.errors import ConfigError
from itdr.builders.dataset import own_sources, protocols, registry
from itdr.publish import licences

PROVENANCE = "provenance.json"


def read(folder: Path) -> dict[str, dict[str, Any]]:
    """The provenance of a built folder, by config; its described sources are registered.

    Args:
        folder: a built folder.

    Returns:
        Entries by config, in the order in which they were written.

    Raises:
        ConfigError: the folder was not built by `itdr build`, or its provenance is damaged.
    """
    try:
        entries = json.loads((folder / PROVENANCE).read_text("utf-8"))
    except FileNotFoundError:
        raise ConfigError(
            f"{folder} is no folder built by `itdr build`: it holds no {PROVENANCE}."
        ) from None
    except (ValueError, RecursionError) as error:
        raise ConfigError(
            f"{folder / PROVENANCE} is damaged ({error}): build the folder again."
        ) from None
    if not isinstance(entries, dict) or not all(map(_is_entry, entries.values())):
        raise ConfigError(
            f"{folder / PROVENANCE} was not written by this version of itdr: "
            "build the folder again."
        )
    own_sources.register_recorded(entries)
    return entries


def paths(folder: Path, entry: dict[str, Any]) -> dict[str, list[Path]]:
    """The data files of one config, by split.

    Args:
        folder: the built folder.
        entry: the config's provenance.

    Returns:
        Paths in the order of the shards.

    Raises:
        ConfigError: a file is missing or cut short.
    """
    by_split: dict[str, list[Path]] = {}
    for split, files in entry["files"].items():
        for file in files:
            path = folder / entry["config"] / file["name"]
            size = path.stat().st_size if path.is_file() else None
            if size != file["size"]:
                state = "is missing" if size is None else f"has {size:,} bytes"
                raise ConfigError(
                    f"{path} {state}, {PROVENANCE} says {file['size']:,} bytes: run the same "
                    "`itdr build` again, which rebuilds what is missing."
                )
            by_split.setdefault(split, []).append(path)
    return by_split


def files(entry: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What is recorded of each file of a config: data files of all splits, and its catalogue."""
    own = [file for several in entry["files"].values() for file in several]
    return [*own, entry["catalogue"]] if "catalogue" in entry else own


def _is_entry(value: Any) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("config"), str):
        return False
    by_split = value.get("files")
    return (
        isinstance(value.get("options"), dict)
        and isinstance(by_split, dict)
        and all(isinstance(several, list) for several in by_split.values())
        and all(_is_file(one) for several in by_split.values() for one in several)
        and ("catalogue" not in value or _is_file(value["catalogue"]))
    )


def _is_file(value: Any) -> bool:
    """Whether a value describes a data file, with a name that leads nowhere else."""
    return (
        isinstance(value, dict)
        and isinstance(value.get("size"), int)
        and isinstance(value.get("name"), str)
        and PurePath(value["name"]).name == value["name"]
        and value["name"] not in ("", "..")
    )


def build_facts(builder: Any) -> dict[str, Any]:
    """Options, versions, raw files with their SHA-256, rejected rows, shortfalls, and how often each
    fallback level of the hard negatives was used.

    Args:
        builder: an `Itdr` whose splits were just drawn in this process.

    Returns:
        Plain values for JSON.
    """
    from itdr.builders.dataset import builder as dataset_builder

    options = dataset_builder.options_of(builder.config)
    return {
        "seed": options.seed,
        "options": plain_options(builder.config),
        "protocol": _protocol(options),
        "versions": _versions(builder),
        "sources": _sources(builder),
        "filters": _filters(builder),
        "hard_negatives": _fallback_counts(builder),
        "shortfalls": _shortfalls(options, builder._plans),
    }


def _protocol(options: Any) -> dict[str, Any]:
    """The protocol's name, and what its options came to: a user may have set some otherwise."""
    protocol = protocols.protocols()[options.protocol]
    return {
        "name": protocol.name,
        "options": {
            name: value
            for name in protocol.options
            if (value := getattr(options, name)) is not None
        },
    }


def reset_fallback_counts(builder: Any) -> None:
    """Reset the counts: planning draws some cases too, but only those that become rows count."""
    for pools in _pools(builder).values():
        for pool in pools:
            pool.rungs.clear()


def _fallback_counts(builder: Any) -> dict[str, dict[str, int]]:
    """Source -> fallback level -> negatives drawn from it; cells of one source share their pool."""
    by_source: dict[str, dict[str, int]] = {}
    for source, pools in _pools(builder).items():
        counts = by_source.setdefault(source, {})
        for pool in pools:
            for rung, count in sorted(pool.rungs.items()):
                counts[str(rung)] = counts.get(str(rung), 0) + int(count)
    return by_source


def _pools(builder: Any) -> dict[str, list[Any]]:
    """The distinct pools of the cells that draw hard negatives, by source."""
    from itdr.builders.dataset.open_cells import open_cell

    by_source: dict[str, list[Any]] = {}
    for plan in builder._plans:
        for sample in plan.chosen:
            if sample.cell.options.get("negatives") == "hard":
                cell = open_cell(sample.cell, sample.paths)
                pools = by_source.setdefault(sample.cell.source.id, [])
                if all(cell.pool is not one for one in pools):
                    pools.append(cell.pool)
    return by_source


def _filters(builder: Any) -> dict[str, list[dict[str, Any]]]:
    """What each step of a filter left of each store; empty without filters."""
    from itdr.builders.dataset.open_cells import filter_report

    samples = [one for plan in builder._plans for one in plan.chosen]
    reports = {path: filter_report(one.cell, path) for one in samples for path in one.paths}
    return dict(sorted((name, steps) for name, steps in filter(None, reports.values())))


def _versions(builder: Any) -> dict[str, str]:
    import datasets
    import duckdb
    import pyarrow

    return {
        "itdr": str(builder.VERSION),
        "datasets": datasets.__version__,
        "duckdb": duckdb.__version__,
        "pyarrow": pyarrow.__version__,
        "python": platform.python_version(),
    }


def plain_options(config: Any) -> dict[str, Any]:
    """All options as given, as plain values.

    Of a user's template folder only the name: a path reveals who built it.

    Args:
        config: an `ItdrConfig`.

    Returns:
        Values by option.
    """
    from itdr.builders.dataset.options import DEFAULTS
    from itdr.builders.rendering import templates

    options = {name: getattr(config, name) for name in DEFAULTS}
    options["sources"] = own_sources.source_names(options["sources"])
    choice = options["templates"]
    # Of the whole choice: ids of the folder's own are nothing without it.
    folder = templates.folder_of(choice)

    def plain(one: Any) -> Any:
        if folder is None or Path(str(one)).expanduser() != folder:
            return one
        return folder.absolute().name

    if isinstance(choice, (list, tuple)):
        options["templates"] = [plain(one) for one in choice]
    else:
        options["templates"] = plain(choice)
    return options


def _sources(builder: Any) -> dict[str, dict[str, Any]]:
    """Every store that was read: its raw files, stored and rejected rows, and licence."""
    from itdr.builders.store.layout import read_manifest

    stores: dict[str, dict[str, Any]] = {}
    for plan in builder._plans:
        for sample in plan.chosen:
            source = sample.cell.source.id
            for path in sample.paths:
                manifest = read_manifest(path)
                name = "/".join(filter(None, (manifest["source"], manifest["domain"])))
                stores[name] = {
                    "raw_files": manifest["files"],
                    "rows": manifest["rows"],
                    **{
                        key: manifest[key]
                        for key in ("rejected", "emptied", "unmatched", "untitled", "duplicates")
                    },
                    "deviating": manifest.get("deviating", []),
                    "as_released": manifest.get("as_released", {}),
                    **licences.declared_terms([source])[source],
                }
                description = own_sources.description_of(registry.source(source))
                if description is not None:
                    stores[name]["description"] = description
    return dict(sorted(stores.items()))


def _shortfalls(options: Any, plans: list[Any]) -> dict[str, dict[str, list[int]]]:
    """Cells with fewer cases than their quota: split -> [examples, quota]."""
    from itdr.builders.dataset.options import ALL, PAPER
    from itdr.builders.dataset.plan import cells_of
    from itdr.builders.sampling.splits import SPLITS, quota_by_part

    if options.size == ALL:
        return {}
    quotas_by_cell = {
        f"{cell.task.id}/{cell.source.id}": quota_by_part(
            cell.rule.quota if options.size == PAPER else int(options.size)
        )
        for cell in cells_of(options)
    }
    examples = {name: [0] * len(SPLITS) for name in quotas_by_cell}
    for plan in plans:
        for sample in plan.chosen:
            examples[f"{sample.cell.task.id}/{sample.cell.source.id}"][plan.part] += sample.expected
    shortfalls: dict[str, dict[str, list[int]]] = {}
    for name, quotas in sorted(quotas_by_cell.items()):
        for part, quota in enumerate(quotas):
            if examples[name][part] < quota:
                shortfalls.setdefault(name, {})[SPLITS[part]] = [examples[name][part], quota]
    return shortfalls
