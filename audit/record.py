"""The record of shortcuts: what each rule and classifier scores, by source and negative-sampling policy.

`write` measures and writes one Markdown page and the same figures as JSON, which are committed, so
that later increases show. It holds figures only: no row, no title and no id.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from itdr.audit.against_raw import RawChecks
from itdr.audit.classifier import Classifiers
from itdr.audit.features import of_row
from itdr.audit.shortcuts import Giveaways
from itdr.builders.core.errors import ConfigError
from itdr.scoring.data import Data, open_data

Figures = dict[str, Any]
POLICIES = ("event", "popularity", "hard", "uniform")
LEAST_ROWS = 50
"""A cell with fewer rows under any policy is left out of the page: its figures would be noise."""
CO_OCCURRENCE = "co-occurrence"
HEAD = """\
# Shortcuts

How well a true candidate is found by rules that know nothing of its user's taste (Hit@1; equal candidates
by expected value), by source and by how negatives are drawn. `itdr shortcuts` makes this page and
[shortcuts.json](shortcuts.json); a later rise shows as a difference.

"no taste" is gradient boosting on place, length, alphabet, popularity, first meeting, year, town and item prior
together, in five folds by user. The columns marked (taste) are no shortcuts: "genres" is how well a
candidate's genres fit the history, "with genres" adds that to "no taste", and "co-occurrence" is a plain
recommender (`itdr baseline`). A score means something where it exceeds the others. "item prior" is the share
of an item's other rows in which it is the answer.

What is promised of every negative: its user never touched the work, nor one of the same title, in any part
of the data; and a user of the training part other than the case's own touched it before the first target
was met. With `event`, the default where there are times, each negative is modelled on an event of another
training user near the moment of a target, drawn without a look at the user of the case: its work had been
met by somebody else before, and where items have years, its year lies in a span of 8 years around the
target's, placed at random; where titles end in a place, it is in the target's. The negative is a work of an
event near in time of which about the same can be said: how many had met it, and how long before; mostly the
model's own. From farther events, and of works less alike, it is taken only where too few of these will do.
Where no event will do, the rest is drawn in proportion to popularity; how often is in the provenance of a
build.
"""
COLUMNS = (
    ("newest", "newest"),
    ("year nearest to the last", "year nearest"),
    ("first seen last", "first seen last"),
    ("first seen first", "first seen first"),
    ("most popular", "most popular"),
    ("least popular", "least popular"),
    ("item prior", "item prior"),
    ("next in the alphabet", "next in alphabet"),
    ("nearest in the alphabet", "nearest in alphabet"),
    ("town most frequent in the history", "commonest town"),
    ("longest title", "longest"),
    ("genre overlap", "genres (taste)"),
    ("no taste", "**no taste**"),
    ("no taste, and genres", "with genres (taste)"),
    (CO_OCCURRENCE, "co-occurrence (taste)"),
)


def measure(data: Data, classifiers: bool = True) -> dict[str, Figures]:
    """What each rule scores on the rows of `data`, all splits together.

    Args:
        data: rows whose raw files are at hand.
        classifiers: also train the classifiers, which takes a minute for some thousand rows.

    Returns:
        Cell -> `rows`, `chance` and `hits`: rule or classifier -> Hit@1.

    Raises:
        ConfigError: where rows list no candidates.
    """
    if any(cell.whole_catalogue for cell in data.cells.values()):
        raise ConfigError("candidates=0 lists no candidates to be told apart: shortcuts need some.")
    giveaways = Giveaways()
    checks = RawChecks(data)
    by_cell: dict[str, Classifiers] = {}
    rows: dict[str, list[Any]] = {}
    for split in data.splits:
        for row in data.rows(split):
            if not row["candidates"] or not row["relevant"]:
                continue
            facts = checks.facts(row) or {}
            giveaways.see(split, row, facts)
            cell = f"{row['task']}/{row['source']}"
            rows.setdefault(cell, []).append(row)
            if classifiers:
                by_cell.setdefault(cell, Classifiers()).see(row, {**of_row(row), **facts})
    figures: dict[str, Figures] = {}
    for cell, tallies in giveaways.table().items():
        first = next(iter(tallies.values()))
        hits = {name: one["hit"] for name, one in tallies.items() if not name.startswith("place")}
        hits["best place"] = max(
            one["hit"] for name, one in tallies.items() if name.startswith("place")
        )
        if cell in by_cell:
            hits |= by_cell[cell].scores()
        hits[CO_OCCURRENCE] = _co_occurrence(data, rows[cell])
        figures[cell] = {"rows": first["rows"], "chance": first["chance"], "hits": hits}
    return figures


def _co_occurrence(data: Data, rows: Sequence[Mapping[str, Any]]) -> float:
    from itdr.audit.shortcuts import hit_of
    from itdr.scoring.baselines.plain import co_occurrence_scores
    from itdr.scoring.baselines.training import Training

    training = Training(data, rows)
    hits = 0.0
    for row in rows:
        true = [one["item_id"] in row["relevant"] for one in row["candidates"]]
        hits += hit_of(true, co_occurrence_scores(training, row))
    return hits / len(rows)


def record(
    configs: Iterable[str],
    policies: Sequence[str],
    options: Mapping[str, Any],
    classifiers: bool = True,
) -> list[Figures]:
    """The figures of every config under every policy.

    Args:
        configs: subtasks with candidates.
        policies: values of the option `negatives`.
        options: the other options, `sources` and `data_dir` among them.
        classifiers: also train the classifiers.

    Returns:
        One entry for each cell and policy.
    """
    entries: list[Figures] = []
    for config in configs:
        for policy in policies:
            data = open_data(config, {**options, "negatives": policy})
            for cell, figures in measure(data, classifiers).items():
                entries.append({"cell": cell, "negatives": policy, **figures})
    return sorted(entries, key=lambda one: (one["cell"], policies.index(one["negatives"])))


def write(entries: Sequence[Figures], page: Path) -> None:
    """Write the page, and the figures beside it as JSON (rounded to three places).

    Args:
        entries: figures of cells, as `record` returns them.
        page: path of the Markdown page; the JSON has the same name with another ending.
    """
    rounded = [
        {
            **one,
            "chance": round(one["chance"], 3),
            "hits": {name: round(hit, 3) for name, hit in one["hits"].items()},
        }
        for one in entries
    ]
    figures = page.with_suffix(".json")
    figures.write_text(json.dumps({"entries": rounded}, indent=1) + "\n", encoding="utf-8")
    page.write_text(text_of(figures), encoding="utf-8")


def text_of(figures: Path) -> str:
    """The page of figures that were written before, with the remark that a person may have added to them.

    Args:
        figures: the JSON file: `entries`, and perhaps `remark`, a list of lines.

    Returns:
        Markdown.
    """
    contents = json.loads(figures.read_text("utf-8"))
    return text(contents["entries"], contents.get("remark", ()))


def text(entries: Sequence[Figures], remark: Sequence[str] = ()) -> str:
    """The page: a table for each cell, a line for each policy.

    Args:
        entries: figures of cells, as `record` returns them.
        remark: lines about these figures, shown above them.

    Returns:
        Markdown.
    """
    lines = [HEAD]
    if remark:
        lines += [*remark, ""]
    by_cell: dict[str, list[Figures]] = {}
    for one in entries:
        by_cell.setdefault(one["cell"], []).append(one)
    small = [cell for cell, mine in by_cell.items() if _rows(mine) < LEAST_ROWS]
    for cell, mine in by_cell.items():
        if cell in small:
            continue
        columns = [(name, head) for name, head in COLUMNS if any(name in e["hits"] for e in mine)]
        lines.append(f"## {cell}\n")
        lines.append(f"Chance is {mine[0]['chance']:.3f}.\n")
        lines.append("| negatives | rows | " + " | ".join(head for _, head in columns) + " |")
        lines.append("|---|---:|" + "---:|" * len(columns))
        for one in mine:
            hits = [
                f"{one['hits'][name]:.3f}" if name in one["hits"] else "–" for name, _ in columns
            ]
            lines.append(f"| {one['negatives']} | {one['rows']:,} | " + " | ".join(hits) + " |")
        lines.append("")
    if small:
        lines.append(f"Cells of fewer than {LEAST_ROWS} rows are left out: {', '.join(small)}.")
        lines.append("")
    return "\n".join(lines)


def _rows(mine: Sequence[Figures]) -> int:
    """The rows of a cell under the policy that leaves the fewest."""
    return min(one["rows"] for one in mine)
