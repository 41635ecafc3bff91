"""The options of a config, checked and resolved before anything is read."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from itdr.builders.core.errors import ConfigError, choose_from, format_value
from itdr.builders.core.fingerprint import files_fingerprint
from itdr.builders.core.paths import SAMPLE
from itdr.builders.core.schema import UNDERSTANDING
from itdr.builders.dataset import own_sources, protocols, registry, source_choice
from itdr.builders.dataset.options import DECLARED, DEFAULTS, OF_SUBTASKS, RowOptions, one_of
from itdr.builders.dataset.split_rules import check_split

SelectedSources = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass
class Options(RowOptions):
    """The options of one config, checked, resolved and immutable.

    Args:
        config: the config's name.
        selected: (source id, its chosen domains or none), in the registry's order.
        folder: `data_dir` made absolute, or the bundled sample; None without.
        left_out: why other sources are not used, by id.
    """

    config: str = ""
    selected: SelectedSources = ()
    folder: Path | None = None
    left_out: Mapping[str, str] = field(default_factory=dict)

    @property
    def chosen_by_default(self) -> bool:
        """Whether the user named no source."""
        return self.sources is None

    @property
    def own(self) -> dict[str, Any]:
        """The subtask options that the user set."""
        values = {name: getattr(self, name) for name in OF_SUBTASKS}
        return {name: value for name, value in values.items() if value is not None}

    def of(self, task: str) -> dict[str, Any]:
        """The options of one subtask: its defaults, overridden by what the user set."""
        of = registry.task(task)
        own = {name: value for name, value in self.own.items() if of.allows(name, value)}
        return {**of.defaults, **own}

    def _candidates_digest(self) -> str:
        """A hash of the user's own file of candidates; "" without one."""
        if self.candidates_from is None:
            return ""
        return files_fingerprint([Path(self.candidates_from).expanduser()])

    def fingerprint_parts(self) -> list[str]:
        """Everything in the options that decides rows or their layout, as stable text. Templates
        and raw files count by their content, which is not in here.

        Returns:
            Texts, in a fixed order.
        """
        left_out = ("sources", "missing", "templates", "candidates_from")
        names = [name for name in DECLARED if name not in left_out]
        own = [name for name, _ in self.selected if registry.is_own(name)]
        return [
            f"candidates={self._candidates_digest()}",
            f"selected={self.selected!r}",
            *(own_sources.declared_text(registry.source(name)) for name in own),
            *(f"{name}={getattr(self, name)!r}" for name in names),
        ]


def check(config: str, values: Mapping[str, Any], data_dir: str | None) -> Options:
    """Check all options of a config and resolve its sources.

    Args:
        config: name of a subtask or root task.
        values: options that were given; all others take their defaults.
        data_dir: folder of raw files; None where they are downloaded.

    Returns:
        The options, checked and complete.

    Raises:
        ConfigError: for an unknown option or a value that is not allowed; it says what is.
    """
    tasks = registry.tasks_of(config)
    for name in values:
        if name not in DEFAULTS:
            raise ConfigError(choose_from("option", name, DEFAULTS))
    plain_values = {name: _plain(one) for name, one in values.items()}
    value = _with_protocol({**DEFAULTS, **plain_values}, tasks)
    if isinstance(value["attributes"], str):
        value["attributes"] = [value["attributes"]]
    own = {name: value[name] for name in OF_SUBTASKS if value[name] is not None}
    _check_own(config, own)
    for name, info in DECLARED.items():
        if not info.of_subtasks or value[name] is not None:
            info.check(name, value[name])
    _check_catalogue(config, own)
    for name, choice in own.items():
        if not any(one.allows(name, choice) for one in tasks):
            choices = dict.fromkeys(word for one in tasks for word in one.choices.get(name, ()))
            raise ConfigError(choose_from(f"{name} for {config}", choice, list(choices)))
    _check_room(config, own)
    if value["sample"] and data_dir:
        raise ConfigError("sample=True reads the bundled files: give it without data_dir.")
    folder = SAMPLE if value["sample"] else _folder(data_dir)
    selected, left_out = source_choice.select(config, value, folder)
    options = Options(
        **value,
        config=config,
        selected=selected,
        folder=folder,
        left_out=left_out,
    )
    _check_meaning(options, [one.root for one in tasks])
    _check_attributes(options)
    _check_candidates(options)
    _check_templates(options, [one.id for one in tasks])
    return options


def _plain(value: Any) -> Any:
    """A value, or the values of a list, without the types of NumPy, which are written otherwise than Python's."""
    if isinstance(value, (list, tuple)):
        return type(value)(map(_plain, value))
    return value.item() if getattr(value, "shape", None) == () else value


def _with_protocol(values: dict[str, Any], tasks: Sequence[Any]) -> dict[str, Any]:
    """Every option, with those of the protocol where the user set none."""
    DECLARED["protocol"].check("protocol", values["protocol"])
    able = {
        name: not info.of_subtasks or any(name in task.defaults for task in tasks)
        for name, info in DECLARED.items()
    }
    values = protocols.applied(values, DEFAULTS, able)
    return {**values, "split_by": values["split_by"] or "user"}


def _check_templates(options: Options, tasks: Sequence[str]) -> None:
    from itdr.builders.rendering import templates

    choice: Any = options.templates
    entries = choice if isinstance(choice, (list, tuple)) else [choice]
    if any(isinstance(one, str) and not one.strip() for one in entries):
        # An empty path would mean the working folder.
        raise ConfigError("templates: an empty name is no id and no folder: leave it out.")
    for one in entries:
        if not isinstance(one, (str, os.PathLike, type(None))):
            raise ConfigError(
                f"templates: give an id, a folder, 'unseen' or a list of these, not {format_value(one)}."
            )
        if one is not None and _is_path(one) and not Path(one).expanduser().is_dir():
            raise ConfigError(
                f"templates: there is no folder {format_value(str(one))}. Name a folder that holds YAML files "
                f"such as {tasks[0]}.yaml, or ids such as {tasks[0]}/p1."
            )
    try:
        templates.check_choice(choice, tasks, options.language)
        folder = templates.folder_of(choice)
        if folder is not None:
            from itdr.builders.rendering import lexicon_files

            lexicon_files.check_own(folder)
    except OSError as error:
        raise ConfigError(
            f"templates: {str(error.filename or choice)[:200]} cannot be read ({error.strerror}): "
            "give an id, a folder that can be read, 'unseen' or a list of these."
        ) from error


def _is_path(entry: Any) -> bool:
    """Whether an entry of `templates` can only be meant as a path."""
    text = os.fspath(entry) if isinstance(entry, os.PathLike) else entry
    if not isinstance(text, str):
        return False
    return text.startswith(("/", "./", "../", "~")) or text.endswith((".yaml", ".yml", "/"))


def _check_own(config: str, own: Mapping[str, Any]) -> None:
    """Check that each subtask option applies to at least one subtask of the config."""
    tasks = registry.tasks_of(config)
    for name in own:
        allowed = sorted({option for one in tasks for option in one.defaults})
        if name not in allowed:
            raise ConfigError(
                f"{name} has no meaning for {config}; of the subtasks' options it has: "
                f"{', '.join(allowed) or 'none'}."
            )


def _check_room(config: str, own: Mapping[str, Any]) -> None:
    """Check that candidates leave room for a negative in every subtask of the config."""
    for one in registry.tasks_of(config):
        values = {**one.defaults, **{k: v for k, v in own.items() if k in one.defaults}}
        if values.get("candidates") == 0 and one.whole_catalogue:
            continue
        if "candidates" in values and values["candidates"] <= values.get("positives", 1):
            raise ConfigError(
                f"{one.id}: candidates={values['candidates']} leaves no room for a negative beside "
                f"{values.get('positives', 1)} true ones: ask for more candidates"
                + (" or fewer positives." if "positives" in one.defaults else ".")
            )


OF_CANDIDATES = ("negatives", "negatives_order", "candidates_from")
"""Options that have no meaning where no candidates are listed."""


def _check_catalogue(config: str, own: Mapping[str, Any]) -> None:
    """What `candidates=0` allows. Raises `ConfigError` for what has no meaning with it."""
    if own.get("candidates") != 0:
        return
    refused = [one.id for one in registry.tasks_of(config) if not one.whole_catalogue]
    if refused:
        able = [name for name in registry.task_ids() if registry.task(name).whole_catalogue]
        raise ConfigError(
            f"candidates=0 (the whole catalogue) has no meaning for {', '.join(refused)}: choose "
            f"{' or '.join(able)}."
        )
    for name in OF_CANDIDATES:
        if name in own:
            raise ConfigError(f"{name} has no meaning with candidates=0, which lists none.")
    if own.get("answer") in ("index", "set"):
        raise ConfigError(
            f"answer={own['answer']!r} has no meaning with candidates=0, where the answer is titles."
        )


def _check_meaning(options: Options, roots: Sequence[str]) -> None:
    if UNDERSTANDING in roots and options.per_user != 1:
        raise ConfigError(
            f"per_user={options.per_user!r} has no meaning for {options.config}: an understanding "
            "subtask makes one case of each user or item. Leave it at 1."
        )
    if options.rejected != 1 and options.format != "preference":
        raise ConfigError(
            f"rejected={options.rejected} has a meaning with format='preference' alone, not with "
            f"{options.format!r}."
        )
    conditions = {
        "min_rating": options.min_rating is not None,
        "order='rating'": options.order == "rating",
        "liked=True": options.liked,
    }
    for name in (name for name, one in conditions.items() if one):
        _check_rated(options, name)
    if options.min_history is not None:
        _check_history(options)
    check_split(options, options.config, [name for name, _ in options.selected])


def _check_history(options: Options) -> None:
    """The shortest history is no longer than the longest, in every subtask."""
    for one in registry.tasks_of(options.config):
        values = options.of(one.id)
        if values.get("min_history") and values["min_history"] > values["history"]:
            raise ConfigError(
                f"min_history={values['min_history']} is more than history={values['history']} of "
                f"{one.id}: ask for fewer."
            )


def _check_rated(options: Options, asked: str) -> None:
    """Raise `ConfigError` where chosen sources lack the ratings that an option needs, naming them."""
    unrated = [
        name
        for name, _ in options.selected
        if "interactions.rating" not in registry.source(name).columns
    ]
    if unrated:
        raise ConfigError(
            f"{asked} needs ratings, which {', '.join(unrated)} lacks: leave it out of sources, or "
            f"leave {asked} out."
        )


def _check_candidates(options: Options) -> None:
    """Check that the file of the user's own candidates exists, and that one source is chosen."""
    path = options.candidates_from
    if path is None:
        return
    if not isinstance(path, (str, os.PathLike)) or not Path(path).expanduser().is_file():
        raise ConfigError(
            f"candidates_from: there is no file {format_value(path)}. It should hold lines of user, item "
            "and score, separated by tabs."
        )
    stores = [(name, domain) for name, domains in options.selected for domain in domains or ("",)]
    if len(stores) != 1:
        raise ConfigError(
            "candidates_from names users and items of one source (and domain), not of "
            f"{len(stores)}: choose it with sources."
        )


def _check_attributes(options: Options) -> None:
    """Check that each attribute exists in a chosen source, and that each such source has some."""
    attributes = options.attributes
    if attributes is None:
        return
    from itdr.builders.tasks.user_attribute_prediction import TASK, available_attributes

    if isinstance(attributes, str) or not attributes:
        raise ConfigError(f"attributes must be a list of names, not {attributes!r}.")
    cells = registry.cells(TASK.id, options.cells)
    has = {
        name: available_attributes(registry.source(name))
        for name, _ in options.selected
        if (TASK.id, name) in cells
    }
    available = list(dict.fromkeys(name for names in has.values() for name in names))
    elsewhere = {one for name in registry.source_ids() for one in registry.source(name).attributes}
    for name in attributes:
        if available and name not in available and name in elsewhere:
            lack = "lacks" if len(has) == 1 else "lack"
            raise ConfigError(
                f"{' and '.join(has)} {lack} the attribute {name!r}. Available: {', '.join(available)}."
            )
        one_of("attribute", name, available)
    for name, names in has.items():
        if not set(attributes) & set(names):
            raise ConfigError(
                f"{name} has none of the attributes {', '.join(attributes)}; it has: "
                f"{', '.join(names)}. Ask for one of these, or leave {name} out of sources."
            )


def _folder(data_dir: str | None) -> Path | None:
    if data_dir is None:
        return None
    folder = Path(os.path.abspath(os.path.expanduser(data_dir)))
    try:
        there = folder.is_dir()
    except OSError as error:
        raise ConfigError(
            f"data_dir: {data_dir[:80]!r} cannot be looked into ({error.strerror}): name a folder "
            "that holds one folder for each source, as <data_dir>/ml-32m/."
        ) from None
    if not there:
        what = f"{folder} is a file" if folder.is_file() else f"there is no folder {folder}"
        raise ConfigError(
            f"data_dir: {what}. It should hold one folder for each source, as <data_dir>/ml-32m/."
        )
    if not os.access(folder, os.R_OK | os.X_OK):
        raise ConfigError(
            f"data_dir: {folder} cannot be read (Permission denied): allow it, as with `chmod u+rx`."
        )
    return folder
