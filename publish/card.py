"""The data set card of a built folder: the YAML that the Hub and its viewer read, then the text."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from itdr.builders.core.schema import ROOT_TASKS
from itdr.builders.dataset import formats, protocols, registry
from itdr.builders.dataset.options import DEFAULTS
from itdr.builders.store import losses
from itdr.publish import licences, tables, views
from itdr.publish.tables import table

HERE = Path(__file__).resolve().parent
PAPER = """@inproceedings{liu2026itdr,
  author    = {Zekun Liu and Xiaowen Huang and Jitao Sang},
  title     = {{ITDR}: An Instruction Tuning Dataset for Enhancing Large Language Models in
               Recommendations},
  booktitle = {Proceedings of the 32nd ACM SIGKDD Conference on Knowledge Discovery and Data Mining
               (KDD '26)},
  year      = {2026},
  eprint    = {2508.05667},
  archivePrefix = {arXiv}
}"""
TEXTS = "instruction, input, output"
"""The entry of `FIELDS` in whose place a card names the columns of its own formats."""
FIELDS = (
    ("id", "stable and unique; names source, subtask and case"),
    (
        "row_hash",
        "hash of what the row shows and what its true answer is; other options give other hashes",
    ),
    (TEXTS, "task description, question, answer"),
    ("root_task, task, source, domain", "which cell the row belongs to"),
    ("template", "id of the prompt template"),
    ("user_id, item_id", "the user, or the item, that the case is about; otherwise null"),
    ("history", "items as shown: id, title, rating, timestamp (UTC seconds)"),
    ("candidates", "items in the order shown; empty if the subtask has none"),
    ("relevant", "ids of the true candidates, in the answer's order"),
    ("rating", "the true rating, for rating prediction"),
    ("attributes", "the true attributes, for user attribute prediction"),
    ("evidence", "the facts that a prose answer is based on"),
)
Entries = dict[str, dict[str, Any]]


def datasheet() -> str:
    """What a careful reader asks: how rows are made, what is grounded, biases, risks."""
    return (HERE / "datasheet.md").read_text("utf-8").strip()


def built_card(entries: Entries) -> str:
    """`README.md` of a built folder: the YAML that the Hub and its viewer read, then the text.

    Args:
        entries: the provenance by config.

    Returns:
        Markdown with its front matter.
    """
    sections = [
        "# Instruction-tuning data for recommendation",
        opening(entries),
        "## Configs\n\n" + _configs_table(entries),
        _loading(entries),
        "## Cells\n\nExamples of each subtask and source.\n\n" + _built_cells(entries),
        "## Fields\n\n" + _fields(entries) + _catalogue(entries),
        "## Sources and licences\n\n" + _terms(entries),
        datasheet(),
        "## Where it comes from\n\n" + _origin(entries),
        "## Citation\n\nCite the sources that you use; `CITATION.bib` holds them all, and the paper "
        "whose cells these are:\n\n```bibtex\n" + PAPER + "\n```",
    ]
    return _built_yaml(entries) + "\n" + "\n\n".join(sections) + "\n"


def citations(entries: Entries) -> str:
    """`CITATION.bib`: the paper and every source inside, each once."""
    names = sorted({name.partition("/")[0] for one in entries.values() for name in one["sources"]})
    sources = [registry.source(name) for name in names if registry.is_known(name)]
    return "\n\n".join(dict.fromkeys([PAPER, *(one.citation.strip() for one in sources)])) + "\n"


def _built_yaml(entries: Entries) -> str:
    rows = sum(sum(one["rows"].values()) for one in entries.values())
    tasks = [task.id for name in entries for task in registry.tasks_of(name)]
    names = [one["title"] for one in licences.terms(entries).values()]
    details = (
        "made-up rows, Apache-2.0"
        if licences.made_up(entries)
        else f"each row is under the terms of its source ({', '.join(names)}): see LICENSE.md"
    )
    return tables.front_matter(
        {
            "pretty_name": "Instruction-tuning data for recommendation (itdr)",
            "language": _languages(entries),
            "license": "other",
            "license_name": "terms-of-the-sources",
            "license_link": "LICENSE.md",
            "license_details": details,
            "task_categories": tables.task_categories(dict.fromkeys(tasks)),
            "tags": [*tables.TAGS, *dict.fromkeys(tasks)],
            "size_categories": [tables.size_category(rows)],
            "configs": [_config(name, parts) for name, parts in _named(entries).items()],
            "dataset_info": [_info(name, parts) for name, parts in _named(entries).items()],
        }
    )


def _named(entries: Entries) -> dict[str, list[Any]]:
    """Every config that the folder can be loaded as, with the records that it reads: root tasks
    read the files of their subtasks."""
    return {**views.views(entries), **{name: [one] for name, one in entries.items()}}


def _config(name: str, parts: Sequence[views.Entry]) -> dict[str, Any]:
    def paths(split: str) -> Any:
        patterns = [
            f"{one['config']}/{split}-*.{one['kind']}" for one in parts if split in one["files"]
        ]
        return patterns[0] if len(patterns) == 1 else patterns

    return {
        "config_name": name,
        "data_files": [{"split": split, "path": paths(split)} for split in views.splits(parts)],
    }


def _info(name: str, parts: Sequence[views.Entry]) -> dict[str, Any]:
    rows, size = views.totals(parts, "rows"), views.totals(parts, "bytes")
    files = (file for one in parts for several in one["files"].values() for file in several)
    return {
        "config_name": name,
        "features": tables.yaml_features(formats.schema(parts[0]["form"])),
        "splits": [
            {"name": split, "num_bytes": size[split], "num_examples": count}
            for split, count in rows.items()
        ],
        "download_size": sum(file["size"] for file in files),
        "dataset_size": sum(size.values()),
    }


def _languages(entries: Entries) -> list[str]:
    """English, and every other language in at least one row in a hundred."""
    rows = sum(sum(one["rows"].values()) for one in entries.values())
    script_counts: dict[str, int] = {}
    for one in entries.values():
        for script, count in one["scripts"].items():
            script_counts[script] = script_counts.get(script, 0) + count
    han, kana = script_counts.get("han", 0), script_counts.get("kana", 0)
    return [
        "en",
        *(["zh"] if (han - kana) * 100 >= rows > 0 else []),
        *(["ja"] if kana * 100 >= rows > 0 else []),
    ]


def opening(entries: Entries) -> str:
    """What the rows are, in a few sentences.

    Args:
        entries: the provenance by config.

    Returns:
        Markdown; for rows of the sample with a warning.
    """
    text = (
        "Examples for tuning a language model to recommend: each is a task description, a question "
        "made from what a person really did (rated, clicked, bought, listened to), and the answer. "
        "They were made by `itdr` from the raw files of public benchmarks, in the cells of the paper "
        "ITDR (arXiv 2508.05667), but not with its rows."
    )
    if licences.made_up(entries):
        text += (
            "\n\n**These rows are made up.** They were drawn from the invented files bundled with "
            "`itdr`, for trying things out. Do not train or measure anything with them."
        )
    return text


def _configs_table(entries: Entries) -> str:
    rows = []
    for name, parts in _named(entries).items():
        about = "all of its subtasks" if name in ROOT_TASKS else registry.task(name).title
        totals = views.totals(parts, "rows")
        counts = [totals.get(split, 0) for split in ("train", "validation", "test")]
        rows.append((f"`{name}`", about, parts[0]["form"], *counts))
    head = ("config", "about", "format", "train", "validation", "test")
    return table(head, rows, right=(3, 4, 5))


def _loading(entries: Entries) -> str:
    name, one = next(iter(entries.items()))
    path = f"{name}/train-*.{one['kind']}"
    return (
        "```python\n"
        "from datasets import load_dataset\n\n"
        f'rows = load_dataset("<owner>/<name>", "{name}")  # or the path of this folder\n'
        f'rows = load_dataset("<owner>/<name>", "{name}", split="train", streaming=True)\n'
        "```\n\n"
        f"No code of `itdr` is needed. DuckDB, Polars and pandas read `{path}` as it is."
    )


def _built_cells(entries: Entries) -> str:
    counts = {cell: one for entry in entries.values() for cell, one in entry["cells"].items()}
    rows = []
    for cell, splits in sorted(counts.items(), key=_cell_order):
        task, _, source = cell.partition("/")
        numbers = [splits.get(split, 0) for split in ("train", "validation", "test")]
        quota = registry.cells(task).get((task, source))
        rows.append((f"`{task}`", f"`{source}`", *numbers, quota if quota else "not in it"))
    head = ("subtask", "source", "train", "validation", "test", "the paper, together")
    return table(head, rows, right=(2, 3, 4, 5))


def _cell_order(item: tuple[str, Any]) -> tuple[int, str]:
    task, _, source = item[0].partition("/")
    task_ids = registry.task_ids()
    return (task_ids.index(task) if task in task_ids else len(task_ids), source)


def _fields(entries: Entries) -> str:
    forms = list(dict.fromkeys(one["form"] for one in entries.values()))
    rows: list[tuple[str, str]] = []
    for name, about in FIELDS:
        if name == TEXTS:
            rows += [(f"`{', '.join(one.columns)}`", one.about) for one in map(formats.get, forms)]
        else:
            rows.append((f"`{name}`", about))
    return table(("field", ""), rows)


def _catalogue(entries: Entries) -> str:
    """What `catalogue.parquet` is, where a config has one."""
    sizes = [
        f"`{name}/catalogue.parquet` ({one['catalogue']['items']:,} items)"
        for name, one in entries.items()
        if "catalogue" in one
    ]
    if not sizes:
        return ""
    return (
        "\n\nRows of "
        + " and ".join(sizes)
        + " list no candidates: any item of the catalogue may be the answer. It holds each item's id, the "
        "id of the item that stands for its work, the title as shown, its creators, how many works bear "
        "the title, and how many users met the item in each split. `itdr score` needs it."
    )


def _terms(entries: Entries) -> str:
    if licences.made_up(entries):
        return "None: the rows are made up, and under Apache-2.0."
    rows = []
    for name, one in licences.terms(entries).items():
        licence = one["licence"]
        rows.append(
            (
                f"[{one['title']}]({one['homepage']}) `{name}`",
                f"[{licence['name']}]({licence['url']})",
                "yes" if licence["redistribution"] else "no",
                licence["summary"],
            )
        )
    return table(("source", "licence", "may be redistributed", "in short"), rows)


def _protocol(entry: views.Entry) -> list[str]:
    """The protocol of a config, where it is another than the paper's, and what was set otherwise."""
    protocol = protocols.protocols().get(entry.get("protocol", {}).get("name", ""))
    if protocol is None or protocol.name == protocols.PAPER:
        return []
    other = [
        f"{name}={json.dumps(value)}"
        for name, value in entry["protocol"]["options"].items()
        if value != protocol.options[name]
    ]
    changed = f" Set otherwise: {', '.join(other)}." if other else ""
    return [f"  Protocol `{protocol.name}`: {protocol.about}{changed}"]


def _origin(entries: Entries) -> str:
    lines = [
        "`provenance.json` names every raw file with its SHA-256, the rows rejected and why, all "
        "options, the versions, and the cells that fell short of their quota.",
        "",
    ]
    facts = {name: one for entry in entries.values() for name, one in entry["sources"].items()}
    lost = [
        f"- {name}: {sentence}."
        for name, one in sorted(facts.items())
        if "unmatched" in one  # folders of older versions say nothing of it
        for sentence in (
            *losses.unmatched(one),
            *losses.untitled(one),
            *losses.emptied(one),
            *losses.duplicates(one),
            *losses.deviating(one),
        )
    ]
    lines += [*lost, ""] if lost else []
    for name, one in entries.items():
        changed = {
            option: value
            for option, value in one["options"].items()
            if value != DEFAULTS.get(option)
        }
        changed["seed"] = one["seed"]
        settings = ", ".join(
            f"{option}={json.dumps(value, ensure_ascii=False)}" for option, value in changed.items()
        )
        lines.append(f"- `{name}`: {settings}; itdr {one['versions']['itdr']}")
        lines += _protocol(one)
    return "\n".join(lines)
