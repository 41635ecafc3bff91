"""`itdr baseline`: predictions of simple methods, as a floor for scores."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Annotated, Any

import typer

from itdr.builders.dataset.options import one_of
from itdr.commands import _outputs
from itdr.commands._options import config_names, with_options

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
    from itdr import scoring
    from itdr.scoring import predictions
    from itdr.scoring.baselines import methods_of, predict
    from itdr.scoring.baselines.training import Training
    from itdr.scoring.data import open_data, references
    from itdr.scoring.extras import require
    from itdr.scoring.metrics.groundedness import FactSpellings
    from itdr.scoring.metrics.per_task import TEXT_TASKS, is_open

    if score:
        require()
    target = _outputs.folder(out)
    data = open_data(config, options)
    one_of("split", split, (*data.splits, "all"))
    target.mkdir(parents=True, exist_ok=True)
    rows = [row for part in data.splits if split in (part, "all") for row in data.rows(part)]
    by_task: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_task.setdefault(row["task"], []).append(row)
    reports: dict[str, dict[str, Any]] = {}
    for task, mine in by_task.items():
        chosen = methods_of(task, method, mine)
        training = Training(data, mine)
        lexicon, others = None, {}
        if score and chosen and task in TEXT_TASKS:
            every = (row for part in data.splits for row in data.rows(part))
            lexicon = FactSpellings.of(every, data.templates)
            others = references(data, mine)
        catalogues = data.catalogues if any(map(is_open, mine[:1])) else None
        for name, ask in chosen.items():
            answers = [
                replace(answer, row_hash=row.get("row_hash"))
                for row, answer in zip(mine, predict(data, mine, ask, training), strict=True)
            ]
            pairs = zip((row["id"] for row in mine), answers, strict=True)
            predictions.write(target / f"{task}-{name}.jsonl", iter(list(pairs)))
            if score:
                made = scoring.score(
                    mine, answers, references=others, lexicon=lexicon, catalogues=catalogues
                )
                reports.setdefault(task, {})[name] = made
    if as_json:
        print(json.dumps(reports, indent=1, ensure_ascii=False))
    elif score:
        print(table(reports))
    else:
        print(f"{target}: {', '.join(sorted(path.name for path in target.glob('*.jsonl')))}")


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
