"""`itdr list`: configs, their cells, quotas and metrics."""

from __future__ import annotations

import dataclasses
import json
from typing import Annotated, Any

import typer

from itdr.builders.core.schema import ROOT_TASKS
from itdr.builders.dataset import registry
from itdr.builders.dataset.options import one_of


def run(
    cells: Annotated[
        str,
        typer.Option(
            help="`paper`: the paper's cells; `all`: every pair of source and subtask that the columns allow."
        ),
    ] = "paper",
    protocols: Annotated[
        bool, typer.Option("--protocols", help="List the protocols and what they set.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the configs, with their sources and sizes.

    A config is the second argument of load_dataset("itdr", CONFIG).
    """
    one_of("cells", cells, ("paper", "all"))
    if protocols:
        _print_protocols(as_json)
        return
    facts = [_facts(name, cells) for name in registry.config_names()]
    if as_json:
        print(json.dumps(facts, indent=1))
        return
    for fact in facts:
        print(f"{fact['config']}  ({fact['about']})")
        if fact["metrics"]:
            print(f"    metrics: {', '.join(fact['metrics'])}")
        for cell in fact["cells"]:
            quota = f"{cell['quota']:>6,}" if cell["quota"] else "     –"
            note = "" if cell["quota"] else "  (not in the paper)"
            print(f"    {quota}  {cell['source']}{note}")
        for gap in fact["missing"]:
            print(f"         –  {gap['source']}: no {', '.join(gap['columns'])}")
        print()


def _print_protocols(as_json: bool) -> None:
    """Each protocol with what it sets; an option that a user sets goes first."""
    from itdr.builders.dataset.protocols import protocols

    declarations = protocols().values()
    if as_json:
        print(json.dumps([dataclasses.asdict(one) for one in declarations], indent=1))
        return
    for one in declarations:
        print(f"{one.name}\n    {one.about}")
        for name, value in one.options.items():
            print(f"    {name} = {value}")
        print()


def _facts(name: str, which: str) -> dict[str, Any]:
    tasks = registry.tasks_of(name)
    root = name in ROOT_TASKS
    cells = registry.cells(name, which)
    missing = []
    if which == "all" and not root:
        for source in registry.source_ids():
            columns = registry.missing_columns(tasks[0], registry.source(source))
            if columns:
                missing.append({"source": source, "columns": list(columns)})
    return {
        "config": name,
        "about": "all of: " + ", ".join(task.id for task in tasks) if root else tasks[0].title,
        "root_task": name if root else tasks[0].root,
        "subtasks": [task.id for task in tasks],
        "metrics": [] if root else list(tasks[0].metrics),
        "cells": []
        if root
        else [{"source": source, "quota": quota} for (_, source), quota in cells.items()],
        "examples": sum(quota or 0 for quota in cells.values()),
        "missing": missing,
    }
