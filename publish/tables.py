"""Markdown tables of a card, and the YAML front matter that the Hub reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import yaml

from itdr.builders.core.schema import PAPER_ROOTS, Source
from itdr.builders.dataset import registry

TAGS = ("recommendation", "recommender-systems", "instruction-tuning", "itdr")
SIZES = (
    (10**3, "n<1K"),
    (10**4, "1K<n<10K"),
    (10**5, "10K<n<100K"),
    (10**6, "100K<n<1M"),
    (10**7, "1M<n<10M"),
)


def table(head: Sequence[str], rows: Iterable[Sequence[Any]], right: Iterable[int] = ()) -> str:
    """A Markdown table; `right`: the columns set flush right."""
    flush = set(right)
    lines = [_row(head), _row("---:" if k in flush else "---" for k in range(len(head)))]
    return "\n".join([*lines, *(_row(row) for row in rows)])


def _row(values: Iterable[Any]) -> str:
    cells = (f"{one:,}" if isinstance(one, int) else str(one).replace("|", "\\|") for one in values)
    return f"| {' | '.join(cells)} |"


def front_matter(values: Mapping[str, Any]) -> str:
    """A YAML block between two lines of dashes."""
    text = yaml.safe_dump(dict(values), sort_keys=False, allow_unicode=True, width=4096)
    return f"---\n{text}---\n"


def size_category(rows: int) -> str:
    """The Hub's name for a size."""
    return next((name for most, name in SIZES if rows < most), "10M<n<100M")


def task_categories(tasks: Iterable[str]) -> list[str]:
    """The Hub's categories of these subtasks: all are text to text, some rank."""
    metrics = {metric for name in tasks for metric in registry.task(name).metrics}
    ranking = any(metric.startswith("NDCG") for metric in metrics)
    return ["text-generation", *(["text-ranking"] if ranking else [])]


def yaml_features(columns: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Features as the card's YAML writes them, the same for `datasets` 3.6 and 5."""
    return [{"name": name, **_yaml_type(kind)} for name, kind in columns.items()]


def _yaml_type(kind: Any) -> dict[str, Any]:
    if not isinstance(kind, list):
        return {"dtype": kind.dtype}
    inner = kind[0]
    return {"list": yaml_features(inner) if isinstance(inner, dict) else inner.dtype}


def plain_features(kind: Any) -> Any:
    """Features as `dataset_infos.json` writes them, lists in the form that every version reads."""
    if isinstance(kind, dict):
        return {name: plain_features(one) for name, one in kind.items()}
    if isinstance(kind, list):
        return [plain_features(kind[0])]
    return {"dtype": kind.dtype, "_type": "Value"}


def cells_table(roots: Sequence[str] = PAPER_ROOTS) -> str:
    """The sizes of cells: a line for each source, to be read on narrow screens too.

    Args:
        roots: root tasks whose subtasks are shown.

    Returns:
        Markdown.
    """
    sizes: dict[str, dict[str, int]] = {}
    sums: dict[str, int] = {}
    tasks = [one for one in registry.task_ids() if registry.task(one).root in roots]
    for task in tasks:
        for (_, source), quota in registry.cells(task).items():
            sizes.setdefault(source, {})[task] = quota or 0
            sums[task] = sums.get(task, 0) + (quota or 0)
    rows = [
        (f"`{source}`", _sizes(sizes[source]), sum(sizes[source].values()))
        for source in registry.source_ids()
        if source in sizes
    ]
    total = ("**all**", _sizes(sums), sum(sums.values()))
    return table(("source", "examples of each subtask", "total"), [*rows, total], right=[2])


def _sizes(quotas: Mapping[str, int]) -> str:
    return "; ".join(f"`{name}` {quota:,}" for name, quota in quotas.items())


def total_examples(roots: Sequence[str] = PAPER_ROOTS) -> int:
    """The examples of all cells of these root tasks at full size."""
    quotas = (quota for root in roots for quota in registry.cells(root).values())
    return sum(quota or 0 for quota in quotas)


def overview_table() -> str:
    """Every source with its domain, where its raw files come from, and its subtasks.

    Returns:
        Markdown.
    """
    served: dict[str, list[str]] = {}
    for root in PAPER_ROOTS:
        for task, source in registry.cells(root):
            served.setdefault(source, []).append(f"`{task}`")
    rows = []
    for name in registry.source_ids():
        one = registry.source(name)
        sizes = [remote.size for remote in one.remotes]
        size = f" ({download_size(one)})" if sizes and all(sizes) else ""
        rows.append((f"`{name}`", one.domain, _access(one) + size, ", ".join(served.get(name, ()))))
    return table(("source", "domain", "raw files", "subtasks"), rows)


def sources_table() -> str:
    """Every source with its licence, what that allows, and what is downloaded.

    Returns:
        Markdown.
    """
    rows = []
    for name in registry.source_ids():
        one = registry.source(name)
        licence = one.licence
        rows.append(
            (
                f"[{one.title}]({one.homepage}) `{name}`",
                f"[{licence.name}]({licence.url})",
                "yes" if licence.redistribution else "no",
                "yes" if licence.commercial else "no",
                download_size(one),
                _access(one),
            )
        )
    head = ("source", "licence", "may be redistributed", "commercial use", "download", "how")
    return table(head, rows, right=[4])


def download_size(source: Source) -> str:
    """The size of all declared downloads of a source.

    Args:
        source: the declaration.

    Returns:
        A size; "and more" where some are not known.
    """
    from itdr.builders.core.paths import format_size

    sizes = [one.size for one in source.remotes]
    if not sizes or not any(sizes):
        return "not published"
    total = format_size(sum(size or 0 for size in sizes))
    return total if all(sizes) else f"{total} and more"


def _access(source: Source) -> str:
    kinds = {one.access if one.urls else "manual" for one in source.remotes} or {"manual"}
    words = {
        "open": "downloaded for you",
        "kaggle": "downloaded from Kaggle, which may ask for your account",
        "gated": "downloaded once you have accepted the terms",
        "manual": "you download them and put them in place",
    }
    return "; or ".join(words[kind] for kind in words if kind in kinds)
