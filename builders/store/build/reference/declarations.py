"""The declared figures of the released files, numbers alone: `<source>.yaml` beside this file was measured, and the rest is in
`by_hand.yaml`."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
BY_HAND = "by_hand.yaml"
ENDS = {"none": [0.0, 0.0], "all": [1.0, 1.0]}
"""The ranges of most features, whose names are listed."""
Declared = Mapping[str, Any]


@functools.cache
def read(source: str) -> Declared:
    """The figures of a source's released files.

    Args:
        source: its id.

    Returns:
        `shares` by table, column and feature, the least and the most; and `together` by table: two columns, the kind of their
        association, and its least size; and `hours`, the share of each hour of the day. Empty where none are known.
    """
    import yaml

    path = FOLDER / f"{source}.yaml"
    measurements = yaml.safe_load(path.read_text("utf-8")) if path.exists() else {}
    by_hand = yaml.safe_load((FOLDER / BY_HAND).read_text("utf-8")).get(source, {})
    shares: dict[str, dict[str, Any]] = {}
    for stated in (measurements, by_hand):
        for table, columns in (stated.get("shares") or {}).items():
            for column, ranges in columns.items():
                shares.setdefault(table, {}).setdefault(column, {}).update(_ranges(ranges))
    return {
        "shares": shares,
        "together": measurements.get("together") or {},
        "hours": measurements.get("hours") or [],
    }


def _ranges(stated: Mapping[str, Any]) -> dict[str, list[float]]:
    ranges = {name: range_ for name, range_ in stated.items() if name not in ENDS}
    for end, range_ in ENDS.items():
        ranges |= dict.fromkeys(stated.get(end, ()), range_)
    return ranges


def written(found: Declared) -> str:
    """A declaration as YAML, a line for each column and for each two columns.

    Args:
        found: figures as `read` returns them.

    Returns:
        The text of a file.
    """
    lines = ["shares:"]
    for table, columns in found["shares"].items():
        lines.append(f"  {table}:")
        for column, ranges in columns.items():
            lines.append(f"    {json.dumps(column)}: {json.dumps(_stated(ranges))}")
    lines.append("together:")
    for table, pairs in found["together"].items():
        lines += pairs and [f"  {table}:", *(f"    - {json.dumps(pair)}" for pair in pairs)]
    if found.get("hours"):
        lines.append(f"hours: {json.dumps(found['hours'])}")
    return "\n".join(lines) + "\n"


def _stated(ranges: Mapping[str, list[float]]) -> dict[str, Any]:
    stated: dict[str, Any] = {}
    for end, range_ in ENDS.items():
        if names := [name for name, one in ranges.items() if one == range_]:
            stated[end] = names
    return stated | {name: one for name, one in ranges.items() if one not in ENDS.values()}
