"""Templates: loading, checking and choosing the sentences that turn a case into prose.

`templates/<task>.yaml` holds a task's descriptions, prompts and answers, `templates/domains.yaml`
the wording of each domain; `templates/zh/` the same in Chinese. A user's own folder may extend or
replace both.
"""

from __future__ import annotations

import functools
import hashlib
import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias

from itdr.builders.core.errors import TemplateError, choose_from, format_value, nearest_names
from itdr.builders.core.schema import Source
from itdr.builders.rendering.prompt_lists import say_incomplete
from itdr.builders.rendering.template_files import (
    DOMAINS,
    ENGLISH,
    PERSONS,
    SECTIONS,
    UNSEEN,
    WORDS,
    Template,
    built_in_domains,
    check_text,
    languages,
    own_file,
    own_files,
    read_domains,
    tasks,
    texts_of,
)
from itdr.builders.rendering.yaml_fields import read_file

__all__ = [
    "SPLITS",
    "WORDS",
    "Choice",
    "PickedTemplates",
    "Template",
    "Templates",
    "Words",
    "check_choice",
    "fingerprint",
    "folder_of",
    "has_language",
    "languages",
    "load",
    "load_words",
    "tasks",
    "words_of",
]

SPLITS = ("train", "validation", "test")

Words: TypeAlias = Mapping[str, str]
Choice: TypeAlias = "str | os.PathLike[str] | Sequence[str | os.PathLike[str]] | None"
"""The option `templates`: see `load`."""


@dataclass(frozen=True)
class PickedTemplates:
    """The texts drawn for one example."""

    prompt: Template
    description: Template
    answer: Template

    @functools.cached_property
    def needed(self) -> frozenset[str]:
        """The variables that these texts use, domain words among them."""
        return self.prompt.needed | self.description.needed | self.answer.needed

    def render(self, context: Mapping[str, object]) -> tuple[str, str, str]:
        """(instruction, input, output) of the example; `context` may hold more than is used."""
        return (
            self.description.render(context),
            self.prompt.render(context),
            self.answer.render(context),
        )


@dataclass(frozen=True)
class Templates:
    """The texts of one task that a config may use: for each part its prompts, sorted by id.

    A prompt that speaks of the person as "you" goes with descriptions that do so too.
    """

    task: str
    prompts: Mapping[str, tuple[Template, ...]]
    descriptions: tuple[Template, ...]
    answers: tuple[Template, ...]
    built_in: Templates | None = None
    """The package's own texts: they serve a history without an order where a user's own choice has none
    for it, so that no text claims an order that is not there."""
    _served: dict[tuple[str, frozenset[str], bool], _Serving] = field(
        default_factory=dict, compare=False, repr=False
    )

    def with_words(self, words: Words) -> Templates:
        """The same texts with a domain's words put in, so that a context need not hold them.

        Args:
            words: the domain's words.

        Returns:
            A copy, also of the built-in texts behind it.
        """

        def put(pool: tuple[Template, ...]) -> tuple[Template, ...]:
            return tuple(replace(one, words=words) for one in pool)

        return Templates(
            self.task,
            {part: put(pool) for part, pool in self.prompts.items()},
            put(self.descriptions),
            put(self.answers),
            self.built_in and self.built_in.with_words(words),
        )

    def check(self, part: str, flags: Iterable[str] = ()) -> None:
        """Raise TemplateError where nothing serves a case of `part` for which `flags` hold."""
        self._serving(part, frozenset(flags))

    def pick(
        self, part: str, flags: frozenset[str], numbers: Sequence[int], in_lines: bool = False
    ) -> PickedTemplates:
        """Choose a prompt, a description and an answer.

        Args:
            part: train, validation or test.
            flags: those that hold for the case.
            numbers: a large random number for each of the three, in this order.
            in_lines: whether entries are too long to share a line: prompts whose lists do so are then
                drawn only where there are no others.

        Returns:
            The three templates.
        """
        serving = self._serving(part, flags, in_lines)
        one, two, three = numbers
        prompt = serving.prompts[one % len(serving.prompts)]
        descriptions = serving.descriptions[prompt.person]
        description = descriptions[two % len(descriptions)]
        answer = serving.answers[three % len(serving.answers)]
        key = (prompt.id, description.id, answer.id)
        triple = serving.picked.get(key)
        if triple is None:
            triple = serving.picked[key] = PickedTemplates(prompt, description, answer)
        return triple

    def _serving(self, part: str, flags: frozenset[str], in_lines: bool = False) -> _Serving:
        key = (part, flags, in_lines)
        serving = self._served.get(key)
        if serving is None:
            serving = self._served[key] = self._texts_for(part, flags, in_lines)
        return serving

    def _texts_for(self, part: str, flags: frozenset[str], in_lines: bool) -> _Serving:
        """All texts that serve the flags; TemplateError where there is no prompt or description."""
        none = not any(one.serves(flags) for one in self.prompts[part])
        if none and "unordered" in flags and self.built_in is not None:
            return replace(
                self.built_in._texts_for(part, flags, in_lines),
                answers=self._that_serve("answer", self.answers, part, flags),
            )
        prompts = self._that_serve("prompt", self.prompts[part], part, flags)
        if in_lines:
            prompts = tuple(one for one in prompts if not one.lists_within_line) or prompts
        return _Serving(
            prompts,
            {
                person: self._that_serve("description", self.descriptions, part, flags, person)
                for person in PERSONS
                if any(one.person == person for one in prompts)
            },
            self._that_serve("answer", self.answers, part, flags),
        )

    def _that_serve(
        self,
        what: str,
        pool: tuple[Template, ...],
        part: str,
        flags: frozenset[str],
        person: str | None = None,
    ) -> tuple[Template, ...]:
        """Those of the pool that serve the flags; TemplateError where none does."""
        of_person = [one for one in pool if person in (None, one.person)]
        suitable = tuple(one for one in of_person if one.serves(flags))
        if not suitable:
            flag_names = ", ".join(sorted(flags)) or "none"
            of = f" in the {person} person" if person else ""
            raise TemplateError(
                f"{self.task}: no {what}{of} serves the {part} part where these flags hold: "
                f"{flag_names}. Choose others with the option templates, or add one whose `when` "
                f"allows it ({len(pool)} looked at: {_names(pool)})."
            )
        return suitable


@dataclass(frozen=True)
class _Serving:
    """The texts that serve a part and flags; descriptions by person."""

    prompts: tuple[Template, ...]
    descriptions: Mapping[str, tuple[Template, ...]]
    answers: tuple[Template, ...]
    picked: dict[tuple[str, str, str], PickedTemplates] = field(default_factory=dict)
    """Those drawn before, by their ids."""


@dataclass(frozen=True)
class _Chosen:
    """The option `templates`, taken apart."""

    folder: Path | None = None
    unseen: bool = False
    ids: tuple[str, ...] = ()


def load(
    task: str,
    variables: Collection[str],
    flags: Collection[str],
    choice: Choice = None,
    language: str = ENGLISH,
    lists: Collection[str] = (),
) -> Templates:
    """The templates of `task`, checked.

    Args:
        task: id of the task.
        variables: what a text may use besides the domain words.
        flags: what `when` may ask about.
        choice: None (all seen prompts), `"unseen"` (test draws from the unseen ones), prompt ids
            (exactly these; a task of which none is named keeps all its seen ones), a folder of one's
            own, or a list of these. Unseen prompts named by id are drawn for test only.
        language: one of `languages()`.
        lists: what a text may loop over.

    Returns:
        The templates.

    Raises:
        TemplateError: with file and line, for a text that breaks the rules; and for a choice that
            names nothing, or leaves nothing for train.
    """
    selection = _read_choice(choice)
    texts = texts_of(task, selection.folder, language)
    names = frozenset(variables) | frozenset(lists)
    for section in SECTIONS:
        if not texts[section]:
            raise TemplateError(f"{task}: no {section} left; give at least one.")
        for template in texts[section].values():
            check_text(template, section, names, frozenset(flags), frozenset(lists))
    prompts = _pools(task, texts["prompts"].values(), selection)
    descriptions, answers = (_sorted(texts[name].values()) for name in ("descriptions", "answers"))
    built_in = None if choice is None else _built_in(task, language, selection.unseen)
    return Templates(task, prompts, descriptions, answers, built_in)


def _built_in(task: str, language: str, unseen: bool) -> Templates | None:
    """The package's own texts, None where it has none in the language."""
    texts = texts_of(task, None, language)
    if not all(texts[section] for section in SECTIONS):
        return None
    prompts = _pools(task, texts["prompts"].values(), _Chosen(unseen=unseen))
    descriptions, answers = (_sorted(texts[name].values()) for name in ("descriptions", "answers"))
    return Templates(task, prompts, descriptions, answers)


def check_choice(choice: Choice, tasks: Collection[str], language: str = ENGLISH) -> None:
    """Check that every id that `choice` names is one of the tasks', and say which own prompts lack a list.

    Args:
        choice: the option `templates`.
        tasks: ids of tasks.
        language: code of the language.

    Raises:
        TemplateError: for an id that none of them has.
    """
    selection = _read_choice(choice)
    all_ids = [full for task in tasks for full in _ids(task, selection.folder, language)]
    for one in selection.ids:
        if not any(_means(one, full) for full in all_ids):
            raise TemplateError(_unknown(one, all_ids))
    if selection.folder is not None:
        for task in tasks:
            say_incomplete(task, selection.folder, language)


def _unknown(name: str, known: Iterable[str]) -> str:
    """The message for a name that is neither a template's id nor a folder."""
    near = nearest_names(name, list(known), {})
    hint = f" Did you mean {' or '.join(map(repr, near))}?" if near else ""
    return (
        f"templates: {format_value(name)} is neither a template of these subtasks nor a folder.{hint} "
        "`itdr templates SUBTASK` lists the templates."
    )


def load_words(key: str, folder: Path | None = None, language: str = ENGLISH) -> Words:
    """The words of a domain.

    Args:
        key: the domain, an entry of domains.yaml.
        folder: the user's folder, whose domains.yaml may change single words, or add a domain with
            all of them.
        language: code of the language.

    Returns:
        A text for each name of `WORDS`.

    Raises:
        TemplateError: for an unknown domain.
    """
    domains = built_in_domains(language)
    own = own_file(folder, DOMAINS, language)
    if own is not None:
        domains = read_domains(own, domains)
    if key not in domains:
        raise TemplateError(choose_from("wording", key, domains))
    return domains[key]


def words_of(source: Source, folder: Path | None = None, language: str = ENGLISH) -> Words:
    """The words of a source: those of its domain, in English with what its own description says
    otherwise."""
    words = load_words(source.words, folder, language)
    own = source.options.get("wording", {}) if language == ENGLISH else {}
    return {**words, **own}


def has_language(task: str, words: str, language: str, folder: Path | None = None) -> bool:
    """Whether a task can be put into words of a language for a source.

    Args:
        task: id of the task.
        words: the source's domain, an entry of domains.yaml.
        language: code of the language.
        folder: the user's folder, which may add what the language lacks.

    Returns:
        True where the domain and every section have texts.
    """
    if language == ENGLISH:
        return True
    own = own_file(folder, DOMAINS, language)
    domains = built_in_domains(language)
    domains = domains if own is None else read_domains(own, domains)
    texts = texts_of(task, folder, language)
    return words in domains and all(texts[section] for section in SECTIONS)


def folder_of(choice: Choice) -> Path | None:
    """The user's own folder among `choice`, None where there is none."""
    return _read_choice(choice).folder


def fingerprint(choice: Choice) -> str:
    """Hash the names and contents of the files in the user's template folder.

    Args:
        choice: the option `templates`.

    Returns:
        sha256 in hexadecimal digits; "" without a folder.
    """
    folder = folder_of(choice)
    if folder is None:
        return ""
    total = hashlib.sha256()
    for (language, stem), path in own_files(folder).items():
        content = read_file(path)
        total.update(f"{language}/{stem}:{len(content)}:".encode())
        total.update(content)
    return total.hexdigest()


# Choosing ---------------------------------------------------------------------------------------


def _read_choice(choice: Choice) -> _Chosen:
    """The option `templates`, taken apart; TemplateError for an entry that is nothing known."""
    if choice is None:
        return _Chosen()
    entries = [choice] if isinstance(choice, (str, os.PathLike)) else choice
    if (
        not isinstance(entries, (list, tuple))
        or not entries
        or not all(isinstance(one, (str, os.PathLike)) for one in entries)
    ):
        raise TemplateError(
            f"templates: give an id, a folder, 'unseen' or a list of these, not {format_value(choice)}."
        )
    names = [os.fspath(one) for one in entries]
    ids = [one for one in names if one != UNSEEN and _is_id(one, None)]
    rest = [one for one in names if one != UNSEEN and one not in ids]
    folders = [one for one in rest if Path(one).expanduser().is_dir()]
    folder = Path(folders[0]).expanduser() if folders else None
    for one in rest:
        if one not in folders and not _is_id(one, folder):
            all_ids = [full for task in tasks() for full in _ids(task, folder, ENGLISH)]
            raise TemplateError(_unknown(one, all_ids))
    ids = [one for one in names if one in ids or (one in rest and one not in folders)]
    if len(folders) > 1 or (ids and UNSEEN in names):
        raise TemplateError(
            f"templates: one folder, and either ids or 'unseen', not {names}; take some out."
        )
    return _Chosen(folder, UNSEEN in names, tuple(ids))


def _is_id(entry: str, folder: Path | None) -> bool:
    return any(
        _means(entry, full)
        for language in languages()
        for task in tasks()
        for full in _ids(task, folder, language)
    )


def _means(entry: str, full: str) -> bool:
    """Whether `entry`, with or without its task, names the template `full`."""
    return entry in (full, full.partition("/")[2])


def _ids(task: str, folder: Path | None, language: str) -> tuple[str, ...]:
    prompts = texts_of(task, folder, language)["prompts"]
    return tuple(one.id for one in _sorted(prompts.values()))


def _pools(
    task: str, prompts: Collection[Template], chosen: _Chosen
) -> dict[str, tuple[Template, ...]]:
    """The prompts that each part may draw from."""
    train = _sorted(one for one in prompts if not one.unseen)
    test = train
    by_id = _sorted(one for one in prompts if any(_means(id_, one.id) for id_ in chosen.ids))
    if by_id:
        train, test = tuple(one for one in by_id if not one.unseen), by_id
    elif chosen.unseen:
        test = _sorted(one for one in prompts if one.unseen)
    if not train:
        raise TemplateError(
            f"{task}: {_names(test) or 'no prompt'} leaves nothing for train, which never draws "
            "from unseen prompts; choose a seen one as well."
        )
    if not test:
        raise TemplateError(
            f"{task}: has no unseen prompt to draw for test; mark one `unseen: true`."
        )
    return {"train": train, "validation": train, "test": test}


def _sorted(templates: Iterable[Template]) -> tuple[Template, ...]:
    return tuple(sorted(templates, key=lambda one: one.id))


def _names(templates: Iterable[Template]) -> str:
    return ", ".join(one.id for one in templates)
