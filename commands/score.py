"""`itdr score`: scores model answers, with intervals and chance levels."""

from __future__ import annotations

import json
from collections.abc import Container
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from itdr.commands import _outputs
from itdr.commands._options import with_options

if TYPE_CHECKING:
    from itdr.scoring.data import Data
    from itdr.scoring.metrics.groundedness import FactSpellings


@with_options
def run(
    predictions: Annotated[
        Path,
        typer.Argument(
            help="JSON Lines or Parquet with `id` and `output`, or `outputs`: several answers, the best first."
        ),
    ],
    data: Annotated[
        str, typer.Option("--data", help="A folder that `itdr build` wrote, or a config.")
    ],
    split: Annotated[str, typer.Option(help="train, validation, test or all.")] = "test",
    column: Annotated[str, typer.Option(help="The column that holds the answers.")] = "output",
    partial: Annotated[
        bool, typer.Option("--partial", help="Score only the rows that have a prediction.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the whole report as JSON.")
    ] = False,
    out: Annotated[
        str | None, typer.Option("-o", "--out", help="Write the report to this file, as JSON.")
    ] = None,
    rows_out: Annotated[
        str | None,
        typer.Option("--rows", help="Write the verdict on every row to this file, as JSON Lines."),
    ] = None,
    *,
    options: dict[str, Any],
) -> None:
    """Score answers, with chance levels and 95% intervals.

    Figures are given per cell, subtask and root task; intervals come from a bootstrap.
    A row without a prediction counts as wrong, unless --partial is given. If DATA is a config, give its
    options as for `itdr build`. Predictions with the `row_hash` of another row are refused.
    docs/scoring.md defines every metric.
    Example: itdr score answers.jsonl --data sequential_rec --sample
    """
    from itdr import scoring
    from itdr.builders.core.errors import ConfigError
    from itdr.scoring import verdicts
    from itdr.scoring.data import open_data, references
    from itdr.scoring.extras import require
    from itdr.scoring.metrics import aggregate
    from itdr.scoring.metrics.per_task import is_open
    from itdr.scoring.predictions import read

    target = None if out is None else _outputs.file(out)
    beside = None if rows_out is None else _outputs.file(rows_out)
    answers = read(predictions, column)
    require()
    data_set = open_data(data, options)
    rows, lexicon = _rows_to_score(data_set, split, answers if partial else None)
    if not rows:
        raise ConfigError(
            f"{data}: no row of the split {split!r} to score"
            + (
                " has a prediction."
                if partial
                else f". Available: {', '.join(data_set.splits)}, all."
            )
        )
    report, judged = scoring.score_with_rows(
        rows,
        answers,
        references=references(data_set, rows),
        lexicon=lexicon,
        catalogues=data_set.catalogues if any(map(is_open, rows)) else None,
    )
    if beside is not None:
        verdicts.write(beside, judged)
    if target is not None:
        target.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(json.dumps(report, indent=1, ensure_ascii=False) if as_json else aggregate.table(report))


def _rows_to_score(
    data: Data, split: str, only: Container[str] | None
) -> tuple[list[dict[str, Any]], FactSpellings]:
    """The rows of a split (of those `only` that have these ids), and the spellings of what prose answers may state,
    which every split knows."""
    from itdr.scoring.metrics.groundedness import FactSpellings
    from itdr.scoring.metrics.per_task import TEXT_TASKS

    spellings, rows = FactSpellings(templates=data.templates), []
    spoken = bool(set(data.tasks) & set(TEXT_TASKS))
    for part in data.splits:
        in_split = split in (part, "all")
        for row in data.rows(part):
            if row["task"] in TEXT_TASKS:
                spellings.see(row)
            elif not in_split and not spoken:
                break
            if in_split and (only is None or row["id"] in only):
                rows.append(row)
    return rows, spellings
