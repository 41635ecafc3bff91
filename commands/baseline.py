"""`itdr baseline`: predictions of simple methods, as a floor for scores."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from itdr.builders.core.errors import ConfigError
from itdr.builders.dataset.options import one_of
from itdr.commands import _outputs
from itdr.commands._options import config_names, with_options

if TYPE_CHECKING:
    from itdr.scoring.data import Data, Row

METHOD_HELP = "Run only this method; may be repeated. Classic recommenders run only if named: item-knn, als, ease, bpr."


@with_options
def run(
    config: Annotated[
        str,
        typer.Argument(
            help="A subtask or root task: see `itdr list`.", autocompletion=config_names
        ),
    ],
    out: Annotated[
        str, typer.Option("-o", "--out", help="The folder to write into, created if missing.")
    ] = "itdr-baselines",
    split: Annotated[str, typer.Option(help="train, validation, test or all.")] = "test",
    method: Annotated[
        list[str] | None,
        typer.Option("--method", help=METHOD_HELP),
    ] = None,
    score: Annotated[
        bool, typer.Option("--score/--no-score", help="Score them and print a table.")
    ] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print the reports as JSON.")] = False,
    *,
    options: dict[str, Any],
) -> None:
    """Write the answers of simple methods, and print their scores.

    The files are OUT/<subtask>-<method>.jsonl.
    Candidates that a method ranks as equal are marked as ties, and scored by their expected value.
    item-knn, als, ease and bpr are LensKit's (pip install lenskit), and run only if they are named.
    Example: itdr baseline sequential_rec --sample -o out
    """
    from itdr.scoring import predictions
    from itdr.scoring.baselines import methods_of, require_methods
    from itdr.scoring.data import open_data
    from itdr.scoring.extras import require

    require_methods(method or ())
    if score:
        require()
    target = _outputs.folder(out)
    data = open_data(config, options)
    one_of("split", split, (*data.splits, "all"))
    target.mkdir(parents=True, exist_ok=True)
    by_task: dict[str, list[dict[str, Any]]] = {}
    for part in data.splits:
        for row in data.rows(part) if split in (part, "all") else ():
            by_task.setdefault(row["task"], []).append(row)
    reports: dict[str, dict[str, Any]] = {}
    answered = False
    for task, mine in by_task.items():
        answers_by_method = _answers(data, mine, methods_of(task, method, mine))
        answered = answered or bool(answers_by_method)
        for name, answers in answers_by_method.items():
            pairs = zip((row["id"] for row in mine), answers, strict=True)
            predictions.write(target / f"{task}-{name}.jsonl", iter(list(pairs)))
        if score and answers_by_method:
            reports[task] = _scores(data, mine, answers_by_method)
    if by_task and not answered:
        methods = sorted(
            {name for task, mine in by_task.items() for name in methods_of(task, None, mine)}
        )
        raise ConfigError(
            f"{', '.join(method or ())} answers no row of {config}. There are: {', '.join(methods)}."
        )
    if as_json:
        print(json.dumps(reports, indent=1, ensure_ascii=False))
    elif score:
        print(table(reports))
    else:
        print(f"{target}: {', '.join(sorted(path.name for path in target.glob('*.jsonl')))}")


def _answers(data: Data, rows: list[Row], methods: Mapping[str, Any]) -> dict[str, list[Any]]:
    """The answers of each method to the rows of one subtask, which carry the hashes of their rows."""
    from itdr.scoring.baselines import predict
    from itdr.scoring.baselines.training import Training

    training = Training(data, rows)
    return {
        name: [
            replace(answer, row_hash=row.get("row_hash"))
            for row, answer in zip(rows, predict(data, rows, ask, training), strict=True)
        ]
        for name, ask in methods.items()
    }


def _scores(
    data: Data, rows: list[Row], answers: Mapping[str, list[Any]]
) -> dict[str, dict[str, Any]]:
    """The report on each method's answers to the rows of one subtask."""
    from itdr import scoring
    from itdr.scoring.data import references
    from itdr.scoring.metrics.groundedness import FactSpellings
    from itdr.scoring.metrics.per_task import TEXT_TASKS, is_open

    lexicon, others = None, {}
    if rows[0]["task"] in TEXT_TASKS:
        every = (row for part in data.splits for row in data.rows(part))
        lexicon = FactSpellings.of(every, data.templates)
        others = references(data, rows)
    catalogues = data.catalogues if is_open(rows[0]) else None
    return {
        name: scoring.score(rows, mine, references=others, lexicon=lexicon, catalogues=catalogues)
        for name, mine in answers.items()
    }


def table(reports: dict[str, dict[str, Any]]) -> str:
    """One Markdown table per cell: methods by metrics, with the chance level.

    Args:
        reports: task -> method -> report.

    Returns:
        Markdown.
    """
    lines: list[str] = []
    for by_method in reports.values():
        cells = dict.fromkeys(cell for one in by_method.values() for cell in one["cells"])
        for cell in cells:
            entries = {name: one["cells"][cell] for name, one in by_method.items()}
            first = next(iter(entries.values()))
            metrics = [name for name in first["metrics"] if not name.endswith("(read)")]
            head = [f"{cell} ({first['rows']:,} rows)", *metrics]
            body = [
                [name, *(f"{entry['metrics'][m]['value']:.4f}" for m in metrics)]
                for name, entry in entries.items()
            ]
            chance = [first["metrics"][m].get("chance") for m in metrics]
            if any(one is not None for one in chance):
                body.append(["chance", *("" if one is None else f"{one:.4f}" for one in chance)])
            widths = [max(len(row[k]) for row in [head, *body]) for k in range(len(head))]
            for row in (head, ["-" * width for width in widths], *body):
                cells_ = (text.ljust(width) for text, width in zip(row, widths, strict=True))
                lines.append("| " + " | ".join(cells_) + " |")
            lines.append("")
    return "\n".join(lines).rstrip()
