"""The pages of `docs/` that are written from the declarations: options, sources, subtasks, the card."""

from __future__ import annotations

import importlib
import inspect
from pathlib import Path

from itdr.builders.core.paths import format_size
from itdr.builders.core.schema import EXTRA, Source
from itdr.builders.dataset import formats, registry
from itdr.publish import card, examples, option_tables, tables

NOTE = "<!-- Written by `itdr card` from the code. Change the code, not this page. -->"
OPTIONS_HEAD = """# Options and columns

The second argument of `load_dataset("itdr", CONFIG, ...)` is a config: a [subtask](subtasks/index.md), or a root
task, which is several subtasks together. All other arguments are options. `itdr show`, `itdr plan` and `itdr build`
take the same options, with dashes: `split_by` is `--split-by`. A *cell* is a subtask on one source."""
OPTIONS_TAIL = """An option that is unknown, out of range or meaningless for a config is refused. The error lists what is allowed."""
FORMATS_NOTE = """The option `format` says which columns hold the texts; all other columns stay.

- A prompt is the task description, an empty line and the question. It is plain text. For a chat model,
  map it to `[{"role": "user", "content": row["prompt"]}]`.
- `preference` with `rejected=3` has `rejected`, `rejected1` and `rejected2`, null where a case has fewer
  plausible wrong answers.
- In `kto` about half of the completions are true answers, the others plausible wrong ones."""


def pages() -> dict[str, str]:
    """The text of each generated page, by its path inside `docs/`.

    Returns:
        Markdown by path.
    """
    return {
        "options.md": options_page(),
        "card.md": card_page(),
        "sources/index.md": sources_index(),
        **{f"sources/{name}.md": source_page(name) for name in registry.source_ids()},
        "subtasks/index.md": subtasks_index(),
        **{f"subtasks/{name}.md": subtask_page(name) for name in registry.task_ids()},
    }


def options_page() -> str:
    """The page of options, columns and formats.

    Returns:
        Markdown.
    """
    columns = tables.table(("column", ""), [(f"`{name}`", about) for name, about in card.FIELDS])
    return _page(
        OPTIONS_HEAD,
        option_tables.all_options(),
        OPTIONS_TAIL,
        "## Columns\n\nAll configs have the same columns, so they concatenate.\n\n" + columns,
        "## Formats\n\n" + formats.markdown_table(),
        FORMATS_NOTE,
    )


def card_page() -> str:
    """What a careful reader asks of the rows: how they are made, biases, risks.

    Returns:
        Markdown.
    """
    return _page(
        "# The card\n\nWhat the rows are and how they are made. The folder that `itdr build` writes has "
        "a card of its own, with the same text and the counts of that build.",
        f"At full size there are {tables.total_examples():,} examples, split 8:1:1. "
        "[Subtasks](subtasks/index.md#sizes) has the size of each cell.",
        card.datasheet(),
        "## Citation\n\nCite the sources that you use (`itdr sources NAME`), and the paper whose cells "
        "these are:",
        f"```bibtex\n{card.PAPER}\n```",
    )


def sources_index() -> str:
    """All sources in one table."""
    return _page(
        "# Sources\n\nNo benchmark data is shipped. `itdr` downloads what may be downloaded. `itdr sources NAME` "
        "says how to get the rest.",
        _linked(tables.sources_table(), registry.source_ids()),
    )


def source_page(name: str) -> str:
    """The data sheet of a source, from its declaration.

    Args:
        name: id of the source.

    Returns:
        Markdown.
    """
    source = registry.source(name)
    licence = source.licence
    facts = [
        ("homepage", f"<{source.homepage}>"),
        ("domain", source.domain),
        ("licence", f"[{licence.name}]({licence.url})"),
        ("may be redistributed", "yes" if licence.redistribution else "no"),
        ("commercial use", "yes" if licence.commercial else "no"),
        ("download", tables.download_size(source)),
        ("ratings", _scale(source)),
        ("attributes to predict", ", ".join(source.attributes) or "none"),
    ]
    return _page(
        f"# {source.title}\n\n`{name}`. {licence.summary}",
        tables.table(("", ""), facts),
        "## Layout and quirks\n\n" + _quirks(name),
        "## Files\n\n" + _files(source),
        f"## Placing the files by hand\n\n```text\n{source.by_hand}\n```",
        "## Columns\n\n" + ", ".join(f"`{one}`" for one in sorted(source.columns)),
        "## Subtasks\n\n" + _served(name),
        f"## Citation\n\n```bibtex\n{source.citation.strip()}\n```",
    )


def subtasks_index() -> str:
    """All subtasks with their metrics.

    Returns:
        Markdown.
    """
    rows = [
        (f"[{one.title}]({one.id}.md)", f"`{one.id}`", f"`{one.root}`", ", ".join(one.metrics))
        for one in map(registry.task, registry.task_ids())
    ]
    return _page(
        "# Subtasks\n\nA subtask is one kind of question. Its id is a config of `load_dataset`, and so is that of its "
        "root task, which is several subtasks together.",
        tables.table(("subtask", "config", "root task", "metrics"), rows),
        "## Sizes\n\nExamples at full size, split 8:1:1. The sizes are those of the paper.",
        tables.cells_table(),
        "Beyond the paper, in the root task `extra`:",
        tables.cells_table((EXTRA,)),
    )


def subtask_page(name: str) -> str:
    """A subtask: what it asks, its options, and a typical example of each source.

    Args:
        name: id of the subtask.

    Returns:
        Markdown.
    """
    task = registry.task(name)
    module = importlib.import_module(f"itdr.builders.tasks.{name}")
    about = inspect.cleandoc(module.__doc__ or "").partition(":")[2].strip()
    parts = [
        f"# {task.title}\n\n`{name}`, of the root task `{task.root}`: {about}",
        f"Metrics: {', '.join(task.metrics)} ([how they are defined](../scoring.md)).",
        "## Defaults\n\nOf the options that have a meaning here ([all options](../options.md)).",
        option_tables.defaults_of(name),
        "## Examples\n\nOne of each source, of median length, from the bundled sample. Its people and "
        "titles are made up.",
    ]
    if not registry.cells(name):
        parts[-1] = (
            '## Examples\n\nNone: it has no source of its own. With `cells="all"` it takes all that fit.'
        )
    for source, row in examples.typical_rows(name).items():
        title = registry.source(source).title
        parts.append(f"### {title}\n\n{examples.quoted_texts(row)}")
    return _page(*parts)


def _page(*parts: str) -> str:
    return "\n\n".join([NOTE, *parts]) + "\n"


def _linked(text: str, names: tuple[str, ...]) -> str:
    for name in names:
        text = text.replace(f" `{name}` |", f" [`{name}`]({name}.md) |")
    return text


def _scale(source: Source) -> str:
    scale = source.scale
    if scale is None:
        return "none"
    return f"{scale.low:g} to {scale.high:g} in steps of {scale.step:g}; liked from {scale.liked:g}"


def _quirks(name: str) -> str:
    module = importlib.import_module(f"itdr.builders.sources.{name.replace('-', '_')}")
    return inspect.cleandoc(module.__doc__ or "").replace("<", "&lt;")


def _files(source: Source) -> str:
    rows = [
        (
            f"`{one.name}`",
            ", ".join(f"`{Path(name).name}`" for name in one.packed_in) or "–",
            f"{one.rows:,}" if one.rows else "not published",
            format_size(one.size) if one.size else "not published",
            "may be missing" if one.optional else "needed",
        )
        for one in source.files
    ]
    return tables.table(("file", "packed in", "rows", "size", ""), rows, right=[2, 3])


def _served(name: str) -> str:
    rows = []
    for task in registry.task_ids():
        quotas = registry.cells(task, "all")
        if (task, name) in quotas:
            quota = quotas[task, name]
            rows.append((f"[`{task}`](../subtasks/{task}.md)", f"{quota:,}" if quota else "–"))
    return tables.table(("subtask", "examples of the paper"), rows, right=[1])
