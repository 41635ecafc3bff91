"""The verdict on each answer: read, or why not; and whether it answers the row that it is scored
by."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from itdr.builders.core.errors import ConfigError
from itdr.scoring.metrics.per_task import is_root
from itdr.scoring.metrics.result import Answer, Scored
from itdr.scoring.parsing.parse import why_no_title, why_no_value
from itdr.scoring.parsing.reasons import Unread

Row = Mapping[str, Any]
READ = "read"
NO_CANDIDATE = Unread.NO_CANDIDATE.value
NOT_IN_CATALOGUE = Unread.NOT_IN_CATALOGUE.value
UNREADABLE = Unread.UNREADABLE.value
EMPTY = Unread.EMPTY.value
NO_PREDICTION = Unread.NO_PREDICTION.value
VERDICTS = {
    READ: "could be read",
    NO_CANDIDATE: "name no candidate",
    NOT_IN_CATALOGUE: "name nothing in the catalogue",
    UNREADABLE: "could not be read",
    EMPTY: "are empty",
    NO_PREDICTION: "have no prediction",
}
"""The possible verdicts, in words for a report."""


def verdict(row: Row, answer: Answer, readable: bool) -> str:
    """Judge one answer.

    Args:
        row: the row it belongs to.
        answer: what was given; its text is None where there is no prediction.
        readable: whether the subtask's rules found anything in it.

    Returns:
        One of `VERDICTS`. An answer of which nothing is left without what the model thought aloud
        is empty; one that lists or names something, none of it a candidate, names no candidate.
    """
    if readable:
        return READ
    titles = [one["title"] for one in row.get("candidates") or ()]
    reason = why_no_title(answer.text, titles) if titles else why_no_value(answer.text, False)
    return (reason or Unread.UNREADABLE).value


def require_same_rows(rows: Sequence[Row], answers: Sequence[Answer]) -> int:
    """Compare the `row_hash` of answers with that of their rows, where both have one.

    Returns:
        How many were compared.

    Raises:
        ConfigError: where one differs: the answer was given to another question of the same id.

    Args:
        rows: the rows that are scored.
        answers: one per row.
    """
    pairs = [
        (row, answer.row_hash)
        for row, answer in zip(rows, answers, strict=True)
        if answer.row_hash is not None and row.get("row_hash") is not None
    ]
    other = [row["id"] for row, answer_hash in pairs if answer_hash != row["row_hash"]]
    if other:
        raise ConfigError(
            f"{len(other):,} of {len(pairs):,} predictions were made for other rows: the id is the "
            f"same and row_hash is not; the first is {other[0]}. History, candidates, template or raw "
            "files differ: score them with the options, or the folder, that they were made with."
        )
    return len(pairs)


def records(
    rows: Iterable[Row], answers: Iterable[Answer], scored: Iterable[Scored]
) -> Iterable[dict[str, Any]]:
    """One record per row: its verdict, and its value of each metric.

    Args:
        rows: the rows that were scored.
        answers: one per row.
        scored: their values, in the same order.

    Yields:
        Records, ready for JSON.
    """
    for row, answer, one in zip(rows, answers, scored, strict=True):
        yield {
            "id": row["id"],
            "row_hash": row.get("row_hash"),
            "task": row["task"],
            "source": row["source"],
            "domain": row.get("domain"),
            "verdict": one.verdict,
            "metrics": {
                name: math.sqrt(value) if is_root(name) else value
                for name, value in one.values.items()
            },
            "output": answer.text,
        }


def write(path: Path, found: Iterable[dict[str, Any]]) -> None:
    """Write the records as JSON lines."""
    with open(path, "w", encoding="utf-8", newline="\n") as out:
        for one in found:
            out.write(json.dumps(one, ensure_ascii=False) + "\n")
