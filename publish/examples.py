"""Examples for the README and the pages of subtasks, drawn from the bundled sample."""

from __future__ import annotations

from functools import cache
from typing import Any

from itdr.builders.dataset import registry

BEGIN, END = "<!-- examples:begin -->", "<!-- examples:end -->"
TASK, SOURCE = "sequential_rec", "ml-32m"
"""What the README's first call loads."""
LOOKED_AT = 10
CALL = f"""import itdr  # noqa: F401  (teaches load_dataset the name "itdr")
from datasets import load_dataset

rows = load_dataset("itdr", "{TASK}", sources=["{SOURCE}"], sample=True, split="train")
row = rows[PLACE]
print(row["instruction"], row["input"], row["output"], sep="\\n\\n")"""


def block() -> str:
    """The README's example between its markers: a call, and what it prints.

    Returns:
        Markdown.
    """
    place, row = first_example()
    return "\n\n".join(
        [
            BEGIN,
            f"```python\n{CALL.replace('PLACE', str(place))}\n```",
            "This prints a description of the task, a question, and the answer:",
            "\n".join(["```text", row["instruction"], "", row["input"], "", row["output"], "```"]),
            END,
        ]
    )


def first_example() -> tuple[int, dict[str, Any]]:
    """The example of the README's first call: among the first rows the one with the most lines.

    Lists read better than running text.

    Returns:
        Its position in the stream, and the row.
    """
    import datasets

    import itdr  # noqa: F401  (teaches load_dataset the name)

    stream = datasets.load_dataset(
        "itdr", TASK, sources=[SOURCE], sample=True, split="train", streaming=True
    )
    rows = list(stream.take(LOOKED_AT))
    place = max(range(len(rows)), key=lambda k: (rows[k]["input"].count("\n"), -k))
    return place, rows[place]


@cache
def typical_rows(task: str) -> dict[str, dict[str, Any]]:
    """A typical example of each source: the row of median length in the sample's test split.

    A subtask without a cell of the paper has none.

    Args:
        task: id of a subtask.

    Returns:
        Source id -> row, in the registry's order.
    """
    import datasets

    import itdr  # noqa: F401  (teaches load_dataset the name)

    rows: dict[str, list[dict[str, Any]]] = {}
    if not registry.cells(task):
        return {}
    for row in datasets.load_dataset("itdr", task, sample=True, split="test", streaming=True):
        rows.setdefault(row["source"], []).append(row)
    return {
        source: sorted(rows[source], key=_length)[len(rows[source]) // 2]
        for source in registry.source_ids()
        if source in rows
    }


def quoted_texts(row: dict[str, Any]) -> str:
    """The texts of a row as a text block: description, question, answer."""
    return "\n".join(
        ["```text", row["instruction"], "", row["input"], "", f"→ {row['output']}", "```"]
    )


def _length(row: dict[str, Any]) -> tuple[int, str]:
    return len(row["input"]) + len(row["output"]), row["id"]
