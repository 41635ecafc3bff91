"""Root tasks in a built folder: views of their subtasks' files, so that no row is written twice.

The card's YAML lists the files of all subtasks under the root's name, which `load_dataset` and the
Hub's viewer read as one config.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from itdr.builders.core.errors import TemplateError
from itdr.builders.core.schema import ROOT_TASKS
from itdr.builders.dataset import builder as dataset_builder
from itdr.builders.dataset import registry
from itdr.builders.dataset.options import DEFAULTS, OF_SUBTASKS
from itdr.builders.rendering import templates

Entry = Mapping[str, Any]


def expand_roots(
    builders: Iterable[Any], roots_too: Iterable[str] = ()
) -> tuple[list[Any], dict[str, list[str]]]:
    """Replace the builders of root tasks by those of their subtasks.

    Args:
        builders: constructed `Itdr`s.
        roots_too: further root tasks that become views of the subtasks being built.

    Returns:
        The builders, each subtask once, and for each root task its subtasks among them. A subtask
        requested by its own name keeps its own options.
    """
    by_name: dict[str, Any] = {}
    parts: dict[str, list[str]] = {}
    builders = list(builders)
    for one in builders:
        if one.config.name not in ROOT_TASKS:
            by_name[one.config.name] = one
            continue
        dataset_builder.check_sources(dataset_builder.options_of(one.config))
        subtasks = subtask_builders(one)
        parts[one.config.name] = list(subtasks)
        by_name = {
            **by_name,
            **{name: sub for name, sub in subtasks.items() if name not in by_name},
        }
    for root in roots_too:
        parts[root] = [name for name in by_name if registry.task(name).root == root]
    return list(by_name.values()), parts


def subtask_builders(root: Any) -> dict[str, Any]:
    """A builder for each subtask of a root task that the chosen sources can make.

    Args:
        root: the builder of a root task; those of its options that apply to a subtask are passed
            on.

    Returns:
        Builders by subtask.
    """
    checked = dataset_builder.options_of(root.config)
    own = templates.folder_of(checked.templates)
    builders = {}
    for task in registry.tasks_of(root.config.name):
        cells = registry.cells(task.id, checked.cells, checked.language, own)
        able = {name for _, name in cells}
        selected = [(name, domains) for name, domains in checked.selected if name in able]
        if not selected:
            continue
        options = {
            name: value
            for name in DEFAULTS
            if (value := getattr(root.config, name)) != DEFAULTS[name]
            and (name not in OF_SUBTASKS or name in task.defaults)
        }
        if not checked.sample or checked.sources is not None:
            options["sources"] = source_option(selected)
        if "templates" in options:
            options["templates"] = _of_task(options["templates"], task.id, checked.language)
        builders[task.id] = type(root)(
            config_name=task.id, data_dir=root.config.data_dir, dataset_name="itdr", **options
        )
    return builders


def _of_task(choice: Any, task: str, language: str) -> Any:
    """The templates chosen for one subtask; all of them where none applies, so that it refuses
    them."""

    def has(entry: Any) -> bool:
        try:
            templates.check_choice([entry], [task], language)
        except TemplateError:
            return False
        return True

    if not isinstance(choice, (list, tuple)):
        return choice
    return [entry for entry in choice if has(entry)] or choice


def source_option(selected: Iterable[tuple[str, Sequence[str]]]) -> list[str]:
    """Selected sources as values of the option `sources`: `id`, or `id/domain` for some of its domains.

    Args:
        selected: source ids with their selected domains.

    >>> source_option([("ml-32m", ())])
    ['ml-32m']
    """
    names: list[str] = []
    for name, domains in selected:
        whole = set(domains) == set(registry.source(name).domains)
        names += [name] if whole else [f"{name}/{domain}" for domain in domains]
    return names


def views(entries: Mapping[str, Entry]) -> dict[str, list[Entry]]:
    """The root tasks that a folder's card lists, each with the records of its subtasks.

    Args:
        entries: config -> record. A record's `views` names the root tasks it was built for.

    Returns:
        Root task -> records. Subtasks in different formats, or files of different kinds, make no
        view.
    """
    by_root = {}
    for root in ROOT_TASKS:
        parts = [entry for entry in entries.values() if root in entry.get("views", ())]
        if parts and len({(entry["form"], entry["kind"]) for entry in parts}) == 1:
            by_root[root] = parts
    return by_root


def splits(parts: Sequence[Entry]) -> list[str]:
    """The splits of a view, in order."""
    return list(dict.fromkeys(split for part in parts for split in part["files"]))


def totals(parts: Sequence[Entry], what: str) -> dict[str, int]:
    """Rows or bytes of a view, by split.

    Args:
        parts: the records of its subtasks.
        what: `rows` or `bytes`.
    """
    return {split: sum(part[what].get(split, 0) for part in parts) for split in splits(parts)}
