"""`itdr plan`: what a config needs before anything is fetched: files, licences, disk."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from itdr.commands._options import config_names, with_options

STORE_SHARE = 0.35
"""A store takes about this share of the unpacked raw files it was read from (ml-32m: 0.31)."""
ROW_BYTES = 1_500
"""A row takes about this much in a built Parquet file (measured: 0.9 to 1.6 kB)."""

FILTER_STEPS = {
    "all": "in the store",
    "counted": "after ratings and repeats",
    "users": "after users with too few",
    "items": "after items with too few",
}
"""How the plan prints the steps of a filter."""


@with_options
def run(
    config: Annotated[
        str,
        typer.Argument(
            help="A subtask or root task: see `itdr list`.", autocompletion=config_names
        ),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    *,
    options: dict[str, Any],
) -> None:
    """Show what a config would read, download and write. Downloads nothing.

    Example: itdr plan sequential_rec --sources ml-32m,microlens
    """
    facts = plan_of(config, options)
    print(json.dumps(facts, indent=1) if as_json else _text(facts))


def plan_of(config: str, options: dict[str, Any]) -> dict[str, Any]:
    """The raw files of a config's stores with their state, and the disk space that a run needs.

    Args:
        config: the config.
        options: those of `load_dataset`.

    Returns:
        Plain values for JSON.
    """
    import datasets

    import itdr  # noqa: F401  (teaches load_dataset the name)
    from itdr.builders.core import paths
    from itdr.builders.dataset import builder as dataset_builder
    from itdr.builders.dataset import plan

    builder = datasets.load_dataset_builder("itdr", config, **options)
    checked = dataset_builder.options_of(builder.config)
    dataset_builder.check_sources(checked)
    cells = plan.cells_of(checked)
    specs = {
        one.path: one for several in plan.stores_of(checked, cells).values() for one in several
    }
    stores = [_store(spec) for spec in specs.values()]
    rows = sum(
        _rows(checked, cell) for cell in {c.task.id + c.source.id: c for c in cells}.values()
    )
    needs = {
        "downloads": sum(store["download_bytes"] for store in stores),
        "unpacked": max((store["unpacked_bytes"] for store in stores), default=0),
        "stores": sum(store["store_bytes"] for store in stores if not store["ready"]),
        "result": rows * ROW_BYTES,
    }
    filters = dict(filter(None, _filters(checked, cells)))
    free = paths.free_bytes(paths.cache_root())
    return {
        "config": config,
        "stores": stores,
        "filters": filters,
        "needs_bytes": needs,
        "free_bytes": free,
        "fits": sum(needs.values()) < free,
        "left_out": dict(checked.left_out),
    }


def _filters(options: Any, cells: list[Any]) -> Iterator[tuple[str, list[dict[str, Any]]] | None]:
    """What filters leave of each store that is there already, step by step."""
    from itdr.builders.dataset import plan
    from itdr.builders.dataset.open_cells import filter_report

    stores = plan.stores_of(options, cells)
    for cell in cells:
        for spec in stores[cell.name]:
            if spec.ready():
                yield filter_report(cell, spec.path)


def _rows(options: Any, cell: Any) -> int:
    """The most rows that a (task, source) cell gives; 0 where that is only known at the end."""
    if options.size == "all":
        return 0
    return int(cell.rule.quota if options.size == "paper" else options.size)


def _store(spec: Any) -> dict[str, Any]:
    from itdr.builders.rawfiles import locate

    source = spec.source
    now = locate.plan(source, spec.files, spec.data_dir)
    ready = spec.ready()
    fetched = 0 if ready else now.download_bytes
    files = list(_files(spec, now))
    unpacked = sum(file["size"] or 0 for file in files)
    if ready:
        store = sum(path.stat().st_size for path in spec.path.iterdir())
    else:
        store = int(unpacked * STORE_SHARE)
    return {
        "source": f"{source.id}/{spec.domain}" if spec.domain else source.id,
        "licence": source.licence.name,
        "licence_url": source.licence.url,
        "ready": ready,
        "files": files,
        "download_bytes": fetched,
        "unknown_sizes": [] if ready else [remote.name for remote in now.unknown],
        "unpacked_bytes": 0 if ready else now.unpacked_bytes,
        "store_bytes": store,
        "by_hand": source.by_hand.strip() if now.by_hand and not ready else None,
    }


def _files(spec: Any, now: Any) -> Iterator[dict[str, Any]]:
    for file in spec.files:
        one = now.located[file.key]
        size = file.size
        if one is None:
            state = "left out (optional)" if file.optional else "to be placed by hand"
        elif one.origin == "declared":
            state = "to be downloaded"
            if one.remote is not None and one.remote.name != file.name:
                state += f" in {one.remote.name}"
            size = size or (one.remote.size if one.remote else None)
        else:
            state = f"here: {one.path}"
            size = size if one.container else one.path.stat().st_size
        if file.key in now.problems:
            state += f" ({now.problems[file.key]})"
        yield {"name": file.name, "size": size, "state": state}


def _text(facts: dict[str, Any]) -> str:
    from itdr.builders.core.paths import format_size

    lines = [facts["config"]]
    for store in facts["stores"]:
        state = "in the store already" if store["ready"] else "to be read"
        lines.append(f"  {store['source']}  ({state}; {store['licence']})")
        for file in store["files"]:
            lines.append(f"    {file['name']}  {format_size(file['size'])}  {file['state']}")
        if store["by_hand"]:
            lines += [f"    {line}" for line in store["by_hand"].splitlines()]
    for name, steps in facts["filters"].items():
        lines.append(f"  filters on {name}:")
        lines += [
            f"    {FILTER_STEPS[one['step']]}: {one['users']:,} users, {one['items']:,} items, "
            f"{one['events']:,} interactions"
            for one in steps
        ]
    needs = facts["needs_bytes"]
    unknown = [name for store in facts["stores"] for name in store["unknown_sizes"]]
    lines.append(
        f"  disk: about {format_size(sum(needs.values()))} "
        f"(downloads {format_size(needs['downloads'])}, unpacked temporarily {format_size(needs['unpacked'])}, "
        f"stores {format_size(needs['stores'])}, rows {format_size(needs['result'])}); "
        f"free: {format_size(facts['free_bytes'])}"
    )
    if unknown:
        lines.append(f"  not counted, since no size is published: {', '.join(unknown)}")
    if not facts["fits"]:
        lines.append("  This does not fit: free some space, or set ITDR_CACHE to a larger disk.")
    for name, reason in facts["left_out"].items():
        lines.append(f"  left out by default: {name} ({reason})")
    return "\n".join(lines)
