"""Examples for the README and the pages of subtasks, drawn from the bundled sample."""

from __future__ import annotations

from functools import cache
from typing import Any

from itdr.builders.dataset import registry

BEGIN, END = "<!-- examples:begin -->", "<!-- examples:end -->"
SHOWN = {
    "rating_prediction": "ml-32m",
    "target_user_identification": "ml-32m",
}
"""The README's examples: subtask -> source."""


def block() -> str:
    """The examples in the README, folded, between their two markers.

    Returns:
        Markdown.
    """
    parts = [
        f"<details><summary>{registry.task(task).title} (<code>{task}</code>)</summary>\n\n"
        f"{quoted(typical(task)[source])}\n\n</details>"
        for task, source in SHOWN.items()
    ]
    return "\n\n".join([BEGIN, *parts, END])


@cache
def typical(task: str) -> dict[str, dict[str, Any]]:
    """A typical example of each source: the row of median length in the sample's test split.

    Args:
        task: id of a subtask.

    Returns:
        Source id -> row, in the registry's order.
    """
    import datasets

    import itdr  # noqa: F401  (teaches load_dataset the name)

    rows: dict[str, list[dict[str, Any]]] = {}
    for row in datasets.load_dataset("itdr", task, sample=True, split="test", streaming=True):
        rows.setdefault(row["source"], []).append(row)
    return {
        source: sorted(rows[source], key=_length)[len(rows[source]) // 2]
        for source in registry.source_ids()
        if source in rows
    }


def quoted(row: dict[str, Any]) -> str:
    """The texts of a row as a text block: description, question, answer."""
    return "\n".join(
        ["```text", row["instruction"], "", row["input"], "", f"→ {row['output']}", "```"]
    )


def _length(row: dict[str, Any]) -> tuple[int, str]:
    return len(row["input"]) + len(row["output"]), row["id"]
