"""The registry of sources, tasks, cells and config names.

A module of `builders/sources/` without a leading underscore declares one `SOURCE`; one of `builders/tasks/`
that declares a `TASK` is a subtask. Installed packages add more through the entry-point groups `itdr.sources` and
`itdr.tasks`; `register` adds one for this process. A source that was opened by its path, or made of
tables in memory (`own_sources.py`), is known here by its id, but listed nowhere.
"""

from __future__ import annotations

import copyreg
import functools
import importlib
import importlib.util
import re
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import TYPE_CHECKING, Any

from itdr.builders.core import plug_ins
from itdr.builders.core.errors import ConfigError, choose_from
from itdr.builders.core.schema import ROOT_TASKS, Source
from itdr.builders.rendering import templates
from itdr.builders.rendering.templates import ENGLISH

if TYPE_CHECKING:
    from itdr.builders.tasks.base import Task

BUILDERS = Path(__file__).resolve().parents[1]
SOURCES, TASKS = "itdr.sources", "itdr.tasks"
"""The entry-point groups of plug-ins; that of their templates stands in `rendering`."""
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
_TASK = re.compile(r"^TASK\b", re.MULTILINE)


def _modules(folder: str) -> list[Path]:
    files = sorted((BUILDERS / folder).glob("*.py"))
    return [path for path in files if not path.stem.startswith("_")]


@functools.cache
def built_in_ids() -> tuple[str, ...]:
    """Ids of the sources of this package, without importing them."""
    return tuple(path.stem.replace("_", "-") for path in _modules("sources"))


@functools.cache
def built_in_tasks() -> tuple[str, ...]:
    """Ids of the subtasks of this package, without importing them: what declares none is shared code."""
    return tuple(path.stem for path in _modules("tasks") if _TASK.search(path.read_text("utf-8")))


@functools.cache
def _plug_ins(group: str) -> Mapping[str, EntryPoint]:
    """Entry points of installed packages, by name."""
    return {one.name: one for one in plug_ins.entries(group)}


_registered: dict[str, Source] = {}
"""Sources that `register` added."""
_opened: dict[str, Source] = {}
"""Sources that were opened by their path or made of tables, by id."""


def source_ids() -> tuple[str, ...]:
    """Ids of all sources that have a name of their own, without importing them."""
    return tuple(dict.fromkeys((*built_in_ids(), *_plug_ins(SOURCES), *sorted(_registered))))


def register(source: Source) -> Source:
    """Register a source in this process, as if it were one of the package.

    Args:
        source: the declaration, as `docs/adding.md` shows it.

    Returns:
        The same source.

    Raises:
        ConfigError: for what is no `Source`, and an id that is taken.
    """
    if not isinstance(source, Source):
        raise ConfigError(f"register takes a Source, not {type(source).__name__}.")
    _require_free(source.id)
    _registered[source.id] = source
    return source


def open_source(source: Source) -> Source:
    """Register a source under its id without listing it. Raises `ConfigError` if the id is taken."""
    if _registered.get(source.id) is not source:
        _require_free(source.id)
        _opened[source.id] = source
    return source


def _require_free(name: str) -> None:
    if name in built_in_ids() or name in _plug_ins(SOURCES):
        raise ConfigError(f"The id {name!r} belongs to a source that is installed: choose another.")


def is_open(name: str) -> bool:
    """Whether a source was opened by its path, or made of tables, in this process."""
    return name in _opened


def is_known(name: str) -> bool:
    """Whether `source` has a source of this id."""
    return name in _opened or name in source_ids()


def is_own(name: str) -> bool:
    """Whether a source does not belong to this package, so that the paper has no cell of it."""
    return name not in built_in_ids()


def source(name: str) -> Source:
    """The declaration of one source. Raises `ConfigError`, with the list, for an unknown id."""
    declaration = _opened.get(name) or _registered.get(name)
    return declaration if declaration is not None else _installed_source(name)


@functools.cache
def _installed_source(name: str) -> Source:
    if name in built_in_ids():
        return _declared("sources", name.replace("-", "_"), "SOURCE")
    if name not in _plug_ins(SOURCES):
        raise ConfigError(choose_from("source", name, source_ids(), titles()) + _stale_install())
    declaration = _load(_plug_ins(SOURCES)[name], Source, "a Source")
    if declaration.id != name:
        raise ConfigError(
            f"The entry point {name!r} gives a source with the id {declaration.id!r}: name it alike."
        )
    return declaration


def _load(entry: EntryPoint, kind: type, what: str) -> Any:
    """Load what an entry point names. Raises `ConfigError` where that fails."""
    try:
        plug_in = entry.load()
    except Exception as error:
        raise ConfigError(
            f"The plug-in {entry.name!r} ({entry.value}) cannot be loaded: {error}"
        ) from error
    if not isinstance(plug_in, kind):
        raise ConfigError(f"The plug-in {entry.name!r} ({entry.value}) is not {what}.")
    return plug_in


def titles() -> dict[str, str]:
    """The title of every source by id, to suggest the id that was meant."""
    return {name: source(name).title for name in source_ids()}


@functools.cache
def task_ids() -> tuple[str, ...]:
    """Ids of all subtasks, in the paper's order."""
    order = {name: place for place, name in enumerate(TASK_ORDER)}
    names = dict.fromkeys((*built_in_tasks(), *_plug_ins(TASKS)))
    return tuple(sorted(names, key=lambda name: (order.get(name, len(order)), name)))


@functools.cache
def task(name: str) -> Task:
    """The declaration of one subtask.

    Args:
        name: id of a subtask, of this package or a plug-in.

    Returns:
        The declaration.

    Raises:
        ConfigError: for an unknown name.
    """
    from itdr.builders.tasks.base import Task

    if name not in task_ids():
        raise ConfigError(choose_from("subtask", name, task_ids()))
    if name in built_in_tasks():
        return _declared("tasks", name, "TASK")
    return _load(_plug_ins(TASKS)[name], Task, "a Task")


def _stale_install() -> str:
    """Advice for an editable install in setuptools' strict mode, which links only the files of its
    day."""
    if not any(part.startswith("__editable__") for part in BUILDERS.parts):
        return ""
    return " This installation does not see new files: run `pip install -e .` again."


def _declared(folder: str, stem: str, what: str) -> Any:
    """The declaration in a file of one of the two folders. Raises `ConfigError` where it cannot be
    imported or declares nothing."""
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
    """The columns that a subtask needs and the source lacks."""
    missing = tuple(sorted(of.needs - on.columns))
    if of.needs_any and not of.needs_any & on.columns:
        missing += (" or ".join(sorted(of.needs_any)),)
    return missing


def cells(
    config: str,
    which: str = "paper",
    language: str = ENGLISH,
    folder: Path | None = None,
    named: Iterable[str] = (),
) -> Mapping[tuple[str, str], int | None]:
    """(task, source) -> the paper's quota, None for a cell that the paper does not have.

    Args:
        config: the config's name.
        which: `paper`, or `all` for every pair that the columns allow.
        language: only cells that have templates and words in it.
        folder: a user's own templates, which may add some.
        named: ids of chosen sources; those that are none of this package, of which the paper has no
            cell, join wherever their columns allow.

    Returns:
        Cells in the order of tasks, then sources.
    """
    own = sorted(name for name in set(named) if is_own(name))
    quotas: dict[tuple[str, str], int | None] = {}
    for one in tasks_of(config):
        for name in dict.fromkeys((*source_ids(), *own)):
            rule = one.cells.get(name)
            if rule is not None:
                quotas[one.id, name] = rule.quota
            elif (which == "all" or name in own) and not missing_columns(one, source(name)):
                quotas[one.id, name] = None
    if language == ENGLISH:
        return quotas
    return {
        (task_id, name): quota
        for (task_id, name), quota in quotas.items()
        if templates.has_language(task_id, source(name).words, language, folder)
    }


def plug_in_files() -> list[Path]:
    """The modules of plug-in subtasks, whose code decides rows."""
    names = [one.module for one in _plug_ins(TASKS).values()]
    specs = [importlib.util.find_spec(name) for name in dict.fromkeys(names)]
    return [Path(one.origin) for one in specs if one is not None and one.origin]


# Sources hold functions that have no name to pickle them by. Another process makes the same source
# again: by its id where it is installed, else by its recipe.


def _again(make: Callable[..., Source], arguments: tuple[Any, ...]) -> Source:
    return open_source(make(*arguments))


def _reduced(one: Source) -> Any:
    if one.recipe is not None:
        return (_again, one.recipe)
    if one.id in built_in_ids() or one.id in _plug_ins(SOURCES):
        return (source, (one.id,))
    return object.__reduce_ex__(one, 2)


copyreg.pickle(Source, _reduced)  # type: ignore[arg-type]
