"""Everything there is: sources, tasks, cells and config names, found by walking two folders.

A module of `builders/sources/` or `builders/tasks/` without a leading underscore declares one
`SOURCE` or `TASK`; nothing is registered anywhere else.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from itdr.builders.core.errors import ConfigError, choose_from
from itdr.builders.core.schema import ROOT_TASKS, Source
from itdr.builders.rendering import templates
from itdr.builders.rendering.templates import ENGLISH

if TYPE_CHECKING:
    from itdr.builders.tasks.base import Task

BUILDERS = Path(__file__).resolve().parents[1]
TASK_ORDER = (
    "rating_prediction",
    "top_k_rec",
    "cross_domain_rec",
    "sequential_rec",
    "user_attribute_prediction",
    "interest_recognition",
    "target_user_identification",
    "pointwise_rec",
    "pairwise_rec",
)
"""The paper's order, then what it does not have, for lists; a task of another name comes last."""


SHARED_TASK_CODE = ("base", "crossing", "entries", "opposites", "ranking")
"""Files of `builders/tasks/` that are no subtask."""


def _modules(folder: str) -> list[str]:
    return sorted(
        path.stem
        for path in (BUILDERS / folder).glob("*.py")
        if not path.stem.startswith("_") and path.stem not in SHARED_TASK_CODE
    )


@functools.cache
def source_ids() -> tuple[str, ...]:
    """Ids of all sources, without importing them."""
    return tuple(name.replace("_", "-") for name in _modules("sources"))


@functools.cache
def source(name: str) -> Source:
    """The declaration of one source. Raises `ConfigError` with the list where there is none."""
    if name not in source_ids():
        raise ConfigError(choose_from("source", name, source_ids(), titles()) + _stale_install())
    return _declared("sources", name.replace("-", "_"), "SOURCE")


def titles() -> dict[str, str]:
    """What every source is called, by id: for whoever asks by another name."""
    return {name: source(name).title for name in source_ids()}


@functools.cache
def task_ids() -> tuple[str, ...]:
    """Ids of all subtasks, in the paper's order."""
    known = {name: place for place, name in enumerate(TASK_ORDER)}
    return tuple(sorted(_modules("tasks"), key=lambda name: (known.get(name, len(known)), name)))


@functools.cache
def task(name: str) -> Task:
    """The declaration of one subtask."""
    if name not in task_ids():
        raise ConfigError(choose_from("subtask", name, task_ids()))
    return _declared("tasks", name, "TASK")


def _stale_install() -> str:
    """Advice for an editable install of setuptools' strict mode, which links the files of its day."""
    if not any(part.startswith("__editable__") for part in BUILDERS.parts):
        return ""
    return " This installation does not see new files: run `pip install -e .` again."


def _declared(folder: str, stem: str, what: str) -> Any:
    """What a file of one of the two folders declares. Raises `ConfigError` where it cannot be imported
    or declares nothing."""
    module, path = f"itdr.builders.{folder}.{stem}", BUILDERS / folder / f"{stem}.py"
    try:
        declared = getattr(importlib.import_module(module), what, None)
    except ImportError as error:
        advice = "mend the import"
        if error.name == module:
            advice = "this installation does not see new files: run `pip install -e .` again"
        raise ConfigError(f"{path} cannot be imported ({error}): {advice}.") from error
    if declared is None:
        raise ConfigError(f"{path} declares no {what}: docs/adding.md shows how it is written.")
    return declared


@functools.cache
def config_names() -> tuple[str, ...]:
    """Root tasks, then subtasks."""
    return ROOT_TASKS + task_ids()


def tasks_of(config: str) -> tuple[Task, ...]:
    """The subtasks of a config: itself, or those of a root task."""
    if config in ROOT_TASKS:
        return tuple(task(name) for name in task_ids() if task(name).root == config)
    if config not in config_names():
        raise ConfigError(choose_from("config", config, config_names()))
    return (task(config),)


def missing_columns(of: Task, on: Source) -> tuple[str, ...]:
    """The columns that keep `of` from being made on this source; empty where it can be."""
    missing = tuple(sorted(of.needs - on.columns))
    if of.needs_any and not of.needs_any & on.columns:
        missing += (" or ".join(sorted(of.needs_any)),)
    return missing


def cells(
    config: str, which: str = "paper", language: str = ENGLISH, folder: Path | None = None
) -> Mapping[tuple[str, str], int | None]:
    """(task, source) -> the paper's quota, None for a cell that the paper has not.

    Args:
        config: the config's name.
        which: `paper`, or `all` for every pair that the columns allow.
        language: only cells that have templates and words in it.
        folder: a user's own templates, which may add some.
    """
    found: dict[tuple[str, str], int | None] = {}
    for one in tasks_of(config):
        for name in source_ids():
            rule = one.cells.get(name)
            if rule is not None:
                found[one.id, name] = rule.quota
            elif which == "all" and not missing_columns(one, source(name)):
                found[one.id, name] = None
    if language == ENGLISH:
        return found
    return {
        (task_id, name): quota
        for (task_id, name), quota in found.items()
        if templates.has_language(task_id, source(name).words, language, folder)
    }
