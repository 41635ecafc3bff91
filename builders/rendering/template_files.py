"""Reading template files: YAML with line numbers, and the rules for what stands in it.

Every message names file and line. A file in a user's folder is input like any other: checked, never
executed, and never followed out of its folder.
"""

from __future__ import annotations

import importlib.util
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

from itdr.builders.core import plug_ins
from itdr.builders.core.errors import TemplateError, choose_from
from itdr.builders.core.yaml_lines import Node
from itdr.builders.rendering import jinja
from itdr.builders.rendering.yaml_fields import complain, fields, read_yaml, text, truth

BUILT_IN = Path(__file__).resolve().parents[2] / "templates"
DOMAINS = "domains"
ANSWERS, LEXICON = "answers", "lexicon"
SUBFOLDERS = (ANSWERS, LEXICON)
"""Folders below the templates: how facts are said, and what categories, groups and works are called."""
LAYOUT = "layout"
UNSEEN = "unseen"
PLUG_INS = "itdr.templates"
"""The entry-point group of plug-ins' templates."""
ENGLISH = "en"
PERSONS = ("second", "third")
"""How a text speaks of the person whose case it is: as "you", or as a viewer, a reader, they."""
ANSWER = "answer"
"""The variable that no prompt and no description may hold."""
SECTIONS = ("descriptions", "prompts", "answers")

ANY = "any"
SPECIAL = frozenset({"unordered", "set", "index", "open"})
"""Flags of cases that most texts do not fit: only one whose `when` names the flag serves them, with
`true`, or with `any` where it fits other cases too. (`unordered`: a timed history that has no order
to speak of; `set`, `index`: forms of the answer; `open`: no candidates are listed.)"""

WORDS = (
    "item",
    "items",
    "a_item",
    "this_item",
    "title",
    "titles",
    "person",
    "a_person",
    "people",
    "act",
    "acted",
    "consume",
    "liked",
    "disliked",
    "favoured",
    "category",
    "categories",
    "creator",
    "creators",
    "event",
    "events",
)
"""The words that every domain has; each is a variable of every template."""
TITLE_ENDS = ("title_end", "title_ends")
"""Words of domains whose titles end in something in brackets: what that is, and the plural."""
OPEN_TITLES = ("open_title", "open_titles")
"""Words of domains whose titles are more than one would say: what an answer without candidates must name."""

Texts = dict[str, dict[str, "Template"]]
"""The texts of a task by section and full id."""

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


@dataclass(frozen=True)
class Template:
    """One text of a template file.

    Attributes:
        id: full id, as `sequential_rec/p3`.
        when: flags and the value that each must have (None: any).
        asks: whether it speaks to the model, so that it has to fit the `SPECIAL` flags of a case.
        person: one of `PERSONS`; a prompt goes with descriptions of its own.
        path, line, when_line: where the text and its `when` begin, for messages.
        words: a domain's, which the text may use.
    """

    id: str
    text: str
    path: Path
    line: int
    when: tuple[tuple[str, bool | None], ...] = ()
    unseen: bool = False
    asks: bool = True
    person: str = "third"
    when_line: int = 0
    words: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def needed(self) -> frozenset[str]:
        """The variables that the text uses, domain words among them."""
        return frozenset(jinja.usage(self.text).names)

    @property
    def lists_within_line(self) -> bool:
        """Whether the text has a list whose entries share a line (`history_inline`)."""
        return any(name.endswith("_inline") for name in self.needed)

    @cached_property
    def _put(self) -> Callable[[Mapping[str, object]], str]:
        return jinja.bind(self.text, self.words)

    def __getstate__(self) -> dict[str, object]:
        """What goes to another process: all but the function made of it, which is made anew there."""
        return {name: value for name, value in self.__dict__.items() if name != "_put"}

    def serves(self, flags: frozenset[str]) -> bool:
        """Whether it may be used for a case for which exactly `flags` hold."""
        if not all(value is None or (flag in flags) == value for flag, value in self.when):
            return False
        return not self.asks or SPECIAL.isdisjoint(flags - {flag for flag, _ in self.when})

    def render(self, context: Mapping[str, object]) -> str:
        """The text with `context` put in; TemplateError where a variable is missing or None."""
        try:
            return self._put(context)
        except jinja.TextError as error:
            raise complain(self.path, self.line, f"{self.id} {error.message}") from None


@cache
def languages() -> tuple[str, ...]:
    """The languages that have built-in templates, English first."""
    others = (path.parent.name for path in BUILT_IN.glob(f"*/{DOMAINS}.yaml"))
    return (ENGLISH, *sorted(others))


def built_in_file(name: str, language: str = ENGLISH) -> Path:
    """The built-in file `name`.yaml of a language."""
    return _of_language(BUILT_IN, language) / f"{name}.yaml"


def _of_language(folder: Path, language: str) -> Path:
    return folder if language == ENGLISH else folder / language


@cache
def _task_files(language: str) -> dict[str, Path]:
    """The template file of each task: those of this package, then those of plug-ins, whose entry point
    in the group `itdr.templates` names a task and the package that holds `<task>.yaml` (for another
    language than English, `<language>/<task>.yaml`)."""
    paths = sorted(_of_language(BUILT_IN, language).glob("*.yaml"))
    files = {path.stem: path for path in paths if path.stem not in (DOMAINS, LAYOUT)}
    for entry in plug_ins.entries(PLUG_INS):
        spec = importlib.util.find_spec(entry.module)
        folders = list(spec.submodule_search_locations or ()) if spec is not None else []
        path = _of_language(Path(folders[0]), language) / f"{entry.name}.yaml" if folders else None
        if path is not None and path.is_file():
            files.setdefault(entry.name, path)
        elif language == ENGLISH:
            raise TemplateError(
                f"The entry point {entry.name!r} of {PLUG_INS!r} must name a package that holds "
                f"{entry.name}.yaml, not {entry.value!r}."
            )
    return files


def plug_in_files() -> list[Path]:
    """The template files of plug-ins."""
    files = [path for language in languages() for path in _task_files(language).values()]
    return [path for path in files if not path.is_relative_to(BUILT_IN)]


def tasks(language: str = ENGLISH) -> tuple[str, ...]:
    """The tasks that have templates of this package or of a plug-in, by name."""
    return tuple(sorted(_task_files(language)))


def own_files(folder: Path) -> dict[tuple[str, str], Path]:
    """The template files of a user's folder, by language and name, in order: `domains`, or
    `lexicon/films` below it.

    Those of another language than English lie in a folder of its name, `zh/`.

    Args:
        folder: the user's folder.

    Returns:
        Paths by language and name.

    Raises:
        TemplateError: for a file that is misnamed or leads out of the folder, and where there is
            none.
    """
    file_names = {f"{name}.yaml" for name in (*tasks(), DOMAINS, LAYOUT)}
    for inner in SUBFOLDERS:
        file_names |= {f"{inner}/{path.name}" for path in (BUILT_IN / inner).glob("*.yaml")}
    files: dict[tuple[str, str], Path] = {}
    for language in languages():
        top = _of_language(folder, language)
        places = [
            place for place in (top, *(top / inner for inner in SUBFOLDERS)) if place.is_dir()
        ]
        paths = (path for place in places for path in sorted(place.iterdir()))
        for path in (one for one in paths if one.suffix in (".yaml", ".yml")):
            name = path.relative_to(top).as_posix()
            if name not in file_names:
                file_names |= _lexicons(top)
            if name not in file_names:
                raise TemplateError(
                    f"{path}: {choose_from('template file', name, sorted(file_names))}"
                )
            if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder)):
                raise TemplateError(f"{path}: leads out of its folder; put the file itself there.")
            files[language, name.rpartition(".")[0]] = path
    if not files:
        raise TemplateError(
            f"{folder}: holds no template file. Name one after its subtask, such as "
            "sequential_rec.yaml; docs/templates.md has an example."
        )
    return files


def _lexicons(folder: Path) -> set[str]:
    """What lexicons may be called: after the domains of this package, and those that a folder adds."""
    domains = set(built_in_domains())
    own = folder / f"{DOMAINS}.yaml"
    if own.is_file() and isinstance(own_domains := read_yaml(own).value, dict):
        domains |= set(own_domains)
    return {f"{LEXICON}/{name}.yaml" for name in domains}


def own_file(folder: Path | None, name: str, language: str = ENGLISH) -> Path | None:
    """The file `name`.yaml of a user's folder (`answers/<task>`, `lexicon/<domain>` below it), None
    where it has none."""
    return own_files(folder).get((language, name)) if folder is not None else None


def texts_of(task: str, folder: Path | None, language: str = ENGLISH) -> Texts:
    """Every text of a task, the user's own put in.

    Args:
        task: id of the task.
        folder: the user's folder, if any.
        language: code of the language.

    Returns:
        Templates by section and id.

    Raises:
        TemplateError: for an unknown task, and for a mistake in the user's file.
    """
    if task not in tasks():
        raise TemplateError(choose_from("task", task, tasks()))
    texts = {section: dict(templates) for section, templates in _built_in(task, language).items()}
    own = own_file(folder, task, language)
    if own is not None:
        replace, own_texts = read_task(own, task)
        for section, templates in own_texts.items():
            texts[section] = templates if replace else texts[section] | templates
    return texts


@cache
def _built_in(task: str, language: str) -> Texts:
    texts: Texts = {section: {} for section in SECTIONS}
    if task not in tasks(language):
        return texts
    return texts | read_task(_task_files(language)[task], task)[1]


def read_task(path: Path, task: str) -> tuple[bool, Texts]:
    """Read a template file.

    Args:
        path: the file.
        task: the task that its name promises.

    Returns:
        Whether it replaces the built-in sections, and the sections it gives.

    Raises:
        TemplateError: for a mistake in it, with file and line.
    """
    top = fields(path, read_yaml(path), "a template file", ("task",), (*SECTIONS, "replace"))
    if top["task"].value != task:
        raise complain(path, top["task"].line, f"the task must be {task!r}, as the file's name.")
    texts: Texts = {}
    for section in SECTIONS:
        if section in top:
            texts[section] = _read_section(path, top[section], section, task)
    return truth(path, top["replace"], "replace") if "replace" in top else False, texts


def _read_section(path: Path, node: Node, section: str, task: str) -> dict[str, Template]:
    if not isinstance(node.value, list) or not node.value:
        raise complain(
            path, node.line, f"{section} must be a list of entries, each with id and text."
        )
    templates: dict[str, Template] = {}
    optional = {"prompts": ("when", "unseen", "person"), "descriptions": ("when", "person")}.get(
        section, ("when",)
    )
    for entry in node.value:
        nodes = fields(path, entry, f"an entry of {section}", ("id", "text"), optional)
        id_ = text(path, nodes["id"], "id")
        if not _ID.fullmatch(id_):
            message = f"the id {id_!r} must be letters, digits, - and _ only."
            raise complain(path, nodes["id"].line, message)
        if f"{task}/{id_}" in templates or id_ == UNSEEN:
            message = f"the id {id_!r} is taken; choose another."
            raise complain(path, nodes["id"].line, message)
        templates[f"{task}/{id_}"] = Template(
            id=f"{task}/{id_}",
            text=text(path, nodes["text"], "text"),
            path=path,
            line=nodes["text"].text_line,
            when=_read_when(path, nodes["when"]) if "when" in nodes else (),
            unseen=truth(path, nodes["unseen"], "unseen") if "unseen" in nodes else False,
            asks=section != "answers",
            person=_read_person(path, nodes["person"]) if "person" in nodes else "third",
            when_line=nodes["when"].line if "when" in nodes else 0,
        )
    return templates


def _read_person(path: Path, node: Node) -> str:
    if node.value not in PERSONS:
        raise complain(path, node.line, choose_from("person", node.value, PERSONS))
    return str(node.value)


def _read_when(path: Path, node: Node) -> tuple[tuple[str, bool | None], ...]:
    if not isinstance(node.value, dict) or not node.value:
        raise complain(path, node.line, "when must be a mapping such as {timed: true}.")
    return tuple(
        sorted(
            (flag, None if value.value == ANY else truth(path, value, flag))
            for flag, value in node.value.items()
        )
    )


def check_text(
    template: Template,
    section: str,
    variables: frozenset[str],
    flags: frozenset[str],
    lists: frozenset[str],
) -> None:
    """Check that a text uses only what its task offers, and that a prompt does not tell the answer.

    Args:
        template: the text with its place.
        section: prompts, descriptions or answers.
        variables: what a text may use besides the domain's words.
        flags: what `when` may ask about.
        lists: those of the variables that a text may only loop over.

    Raises:
        TemplateError: for the first mistake, with file and line.
    """
    path, first = template.path, template.line
    for flag, _ in template.when:
        if flag not in flags:
            message = f"{template.id}: when: {choose_from('flag', flag, sorted(flags))}"
            raise complain(path, template.when_line, message)
    try:
        _check_names(jinja.usage(template.text), section, variables | set(WORDS), lists)
        jinja.refuse_conditions_on(template.text, WORDS)
    except jinja.TextError as error:
        message = f"{template.id}: {error.message}"
        raise complain(path, first + error.line - 1, message) from None


def _check_names(
    usage: jinja.Usage, section: str, variables: frozenset[str], lists: frozenset[str]
) -> None:
    for name, line in usage.lists.items():
        if name not in lists:
            raise jinja.TextError(line, choose_from("list to loop over", name, sorted(lists)))
    for name, line in usage.variables.items():
        if name in lists:
            raise jinja.TextError(
                line, f"prints the list {name!r}; loop over it: {{% for entry in {name} %}}."
            )
        if name == ANSWER and section != "answers":
            raise jinja.TextError(
                line, f"holds {name!r}, which would give the answer away; take it out."
            )
        if name not in variables:
            placeholders = variables if section == "answers" else variables - {ANSWER}
            raise jinja.TextError(line, choose_from("placeholder", name, sorted(placeholders)))


def read_domains(path: Path, known: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """Read a file of domains.

    Args:
        path: the file.
        known: the built-in domains.

    Returns:
        `known` with the domains and words of the file put in.

    Raises:
        TemplateError: for a mistake in it, with file and line.
    """
    node = read_yaml(path)
    if not isinstance(node.value, dict):
        raise complain(path, node.line, "must be a mapping of domains, each a mapping of words.")
    domains = {key: dict(words) for key, words in known.items()}
    for key, entry in node.value.items():
        required = () if key in known else WORDS
        nodes = fields(
            path, entry, f"the domain {key!r}", required, (*WORDS, *TITLE_ENDS, *OPEN_TITLES)
        )
        words = {name: text(path, word, name) for name, word in nodes.items()}
        domains[key] = domains.get(key, {}) | words
    return domains


@cache
def built_in_domains(language: str = ENGLISH) -> dict[str, dict[str, str]]:
    """The words of every built-in domain."""
    return read_domains(built_in_file(DOMAINS, language), {})
