"""One example of each subtask for the README, drawn from the bundled sample."""

from __future__ import annotations

from typing import Any

BEGIN, END = "<!-- examples:begin -->", "<!-- examples:end -->"
SHOWN = {
    "rating_prediction": "ml-32m",
    "top_k_rec": "mind",
    "cross_domain_rec": "amazon-reviews-2023",
    "sequential_rec": "ml-32m",
    "user_attribute_prediction": "lastfm-360k",
    "interest_recognition": "anime-2023",
    "target_user_identification": "ml-32m",
}
"""The source from which each subtask's example is drawn."""


def block() -> str:
    """The generated part of the README, between its two markers."""
    parts = [
        f"**{_title(task)}**\n\n{_quoted(_first(task, source))}" for task, source in SHOWN.items()
    ]
    return "\n\n".join([BEGIN, *parts, END])


def with_examples(readme: str) -> str:
    """The README with its examples made anew; unchanged where it has no markers."""
    start, stop = readme.find(BEGIN), readme.find(END)
    if not 0 <= start < stop:
        return readme
    return readme[:start] + block() + readme[stop + len(END) :]


def _title(task: str) -> str:
    from itdr.builders.dataset import registry

    return f"{registry.task(task).title} (`{task}`)"


def _first(task: str, source: str) -> dict[str, Any]:
    import datasets

    import itdr  # noqa: F401  (teaches load_dataset the name)

    stream = datasets.load_dataset(
        "itdr", task, sources=[source], sample=True, split="test", streaming=True
    )
    return next(iter(stream))


def _quoted(row: dict[str, Any]) -> str:
    """The texts of a row as a text block: description, question, answer."""
    return "\n".join(
        ["```text", row["instruction"], "", row["input"], "", f"→ {row['output']}", "```"]
    )
