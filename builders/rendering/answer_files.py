"""How facts are said: `templates/answers/<task>.yaml`, its statements and the plan that orders them.

A statement says which facts it is about (`when`) and how it is put (`wordings`, at most three). The plan
is a list of sections, each a list of slots; a slot names statements, the first of which that has facts is
said there. `parts` are texts that several wordings share: `{{ though }}` in a wording stands for the part of
that name. A user's own file may replace single statements, parts, the plan, or all (`replace: true`).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from itdr.builders.core.errors import TemplateError, choose_from
from itdr.builders.core.yaml_lines import Node
from itdr.builders.evidence.facts import ABOUTS, DIRECTIONS, FACT_KINDS, Fact
from itdr.builders.rendering import jinja
from itdr.builders.rendering.lexicon_files import Lexicon
from itdr.builders.rendering.template_files import ANSWERS, BUILT_IN, WORDS, own_file
from itdr.builders.rendering.templates import fingerprint
from itdr.builders.rendering.yaml_fields import (
    complain,
    fields,
    read_yaml,
    text,
    texts,
    truth,
    whole,
)

MOST_WORDINGS = 3
MOST_FACTS = 9
"""Facts that one statement may cite."""
LAYOUTS = ("numbered", "dashes", "sentences")
FIGURES = (
    "count", "of", "usual", "percent", "usual_percent", "rest", "rest_percent", "times", "quote",
    "rate", "part", "weighed", "usual_share", "expected", "tally", "among", "counted",
    "rarer", "commoner", "above", "clear", "most_of_all", "unwanted", "misses", "rarely_fails", "outnumbers", "scarce",
    "far_rarer", "paired", "dated",
)  # fmt: skip
"""What wordings may use of each fact, besides the forms of its value; the second fact's end in `_2`. `rarer_2` says
something only where the second fact's share is clearly smaller than the first one's, `commoner_2` where it is clearly
greater; `above` where a count is clearly above what is expected, `clear` where chance hardly explains it, `most_of_all`
where it is three fifths or more; `unwanted_4` where the fourth fact counts far fewer than expected, and the first one many; `misses_4` where its share is far greater
than the first one's, `rarely_fails_4` where a third or less,
`outnumbers_4` where more; `far_rarer_4` where its share is half of the first one's or less, `scarce_4` where it is no greater than
would be expected of the first one besides; `paired` where a fact is about two categories at once, `dated` where about when works are from."""
LISTS = (
    "titles_and", "failed_and", "works_and", "all_and", "all_or", "others_and", "others_or", "number",
    "others_number",
)  # fmt: skip
"""What wordings may use of all the facts of a statement, and of all but the first."""


_PLACEHOLDER = re.compile(r"\{\{ *([a-z_]\w*) *\}\}")


def holding(wanted: tuple[tuple[str, bool], ...], flags: Collection[str]) -> bool:
    """Whether a case with these flags has the wanted values."""
    return not wanted or all((flag in flags) == value for flag, value in wanted)


@dataclass(frozen=True)
class When:
    """Which facts a statement is about; empty sets allow all.

    domains: only in these entries of `domains.yaml`.   flags: flags of the case and the value that
    each must have.   without_facts: it needs no fact at all.
    """

    kinds: frozenset[str] = frozenset()
    abouts: frozenset[str] = frozenset()
    directions: frozenset[int] = frozenset()
    domains: frozenset[str] = frozenset()
    flags: tuple[tuple[str, bool], ...] = ()
    without_facts: bool = False

    def holds(self, fact: Fact) -> bool:
        """Whether a statement can be made of a fact.

        Args:
            fact: the fact.

        Returns:
            True where kind, subject and direction are among those allowed.
        """
        return (
            not self.without_facts
            and (not self.kinds or fact.kind in self.kinds)
            and (not self.abouts or fact.about in self.abouts)
            and (not self.directions or fact.direction in self.directions)
        )

    def serves(self, domain: str, flags: Collection[str]) -> bool:
        return (not self.domains or domain in self.domains) and holding(self.flags, flags)


@dataclass(frozen=True)
class WordingPart:
    """A text that wordings share, and where it stands."""

    text: str
    line: int
    path: Path


@dataclass(frozen=True)
class StatementForm:
    """One statement of an answer file.

    least, most: leading facts that it gathers.   details: facts that it cites with the first, at
    most; details_least: without so many it is not made.   wordings: (text, line), each part in its
    place.   parts: those that the wordings use.
    """

    id: str
    when: When
    least: int
    most: int
    details_least: int
    details: int
    wordings: tuple[tuple[str, int], ...]
    path: Path
    parts: tuple[WordingPart, ...] = ()

    @property
    def facts(self) -> int:
        return self.most + self.details


@dataclass(frozen=True)
class Section:
    """A part of the answer. most: statements in it.   lead: what stands before them; lead_of_one: before
    a single one, if that is something else.   slots: each the
    ids of statements, the first possible of which is said.   spare: further slots, for a section that
    has fewer than `enough` statements.   flags: flags of the case and the value that each must have."""

    id: str
    layout: str
    most: int
    least: int
    lead: str
    slots: tuple[tuple[str, ...], ...]
    enough: int = 0
    spare: tuple[tuple[str, ...], ...] = ()
    flags: tuple[tuple[str, bool], ...] = ()
    lead_of_one: str = ""


@dataclass(frozen=True)
class AnswerForm:
    """An answer file: its statements by id and its plan. between: what stands between sections.   parts: texts
    that wordings share, by name.   one_unit: whether an answer gives shares throughout, or counts.   by_figures:
    whether figures have a say in which wording is chosen."""

    task: str
    statements: Mapping[str, StatementForm] = field(default_factory=dict)
    plan: tuple[Section, ...] = ()
    between: str = "\n\n"
    parts: Mapping[str, WordingPart] = field(default_factory=dict)
    one_unit: bool = False
    by_figures: bool = False


def load_answer(task: str, folder: Path | None = None) -> AnswerForm:
    """The answer file of a task, the user's own laid over it.

    Args:
        task: the task's id, or the name of a variant of it, as `<task>.table`.
        folder: a user's own folder of templates; None without one.

    Returns:
        The form; `check` still has to be called with a domain's lexicon.

    Raises:
        TemplateError: with file and line, for what breaks the rules.
    """
    own = own_file(folder, f"{ANSWERS}/{task}")
    built_in = _read(BUILT_IN / ANSWERS / f"{task}.yaml", "")[1]
    if own is None:
        return _with_parts(built_in)
    replaces_all, own_form = _read(own, fingerprint(folder))
    if replaces_all:
        return _with_parts(_checked_plan(own, own_form))
    statements = {**built_in.statements, **own_form.statements}
    parts = {**built_in.parts, **own_form.parts}
    plan = own_form.plan or built_in.plan
    form = replace(built_in, task=task, statements=statements, plan=plan, parts=parts)
    return _with_parts(_checked_plan(own, form))


def _with_parts(form: AnswerForm) -> AnswerForm:
    """The same answers, each part put in where a wording names it."""

    def put(match: re.Match[str]) -> str:
        part = form.parts.get(match[1])
        return part.text if part else match[0]

    statements = {}
    for name, one in form.statements.items():
        names = dict.fromkeys(
            word for text, _ in one.wordings for word in _PLACEHOLDER.findall(text)
        )
        parts = tuple(form.parts[word] for word in names if word in form.parts)
        wordings = tuple((_PLACEHOLDER.sub(put, text), line) for text, line in one.wordings)
        statements[name] = replace(one, wordings=wordings, parts=parts)
    return replace(form, statements=statements)


@functools.lru_cache(maxsize=32)
def _read(path: Path, stamp: str) -> tuple[bool, AnswerForm]:
    top = fields(
        path,
        read_yaml(path),
        "an answer file",
        (),
        ("parts", "statements", "plan", "replace", "between", "one_unit", "by_figures"),
    )
    entries = top["statements"].value if "statements" in top else []
    if not isinstance(entries, list):
        raise complain(path, top["statements"].line, "statements must be a list.")
    statements: dict[str, StatementForm] = {}
    for entry in entries:
        one = _statement(path, entry)
        if one.id in statements:
            raise complain(path, entry.line, f"the id {one.id!r} is taken; choose another.")
        statements[one.id] = one
    plan = _plan(path, top["plan"]) if "plan" in top else ()
    between = "\n\n"
    if "between" in top:
        options = {"paragraph": "\n\n", "line": "\n", "blank": " "}
        name = text(path, top["between"], "between")
        if name not in options:
            raise complain(path, top["between"].line, choose_from("between", name, options))
        between = options[name]
    parts = _parts(path, top["parts"]) if "parts" in top else {}
    one_unit, by_figures = (
        name in top and truth(path, top[name], name) for name in ("one_unit", "by_figures")
    )
    form = AnswerForm(path.stem, statements, plan, between, parts, one_unit, by_figures)
    replaces_all = truth(path, top["replace"], "replace") if "replace" in top else False
    if path.is_relative_to(BUILT_IN):
        _checked_plan(path, form)
    return replaces_all, form


def _parts(path: Path, node: Node) -> dict[str, WordingPart]:
    if not isinstance(node.value, dict):
        raise complain(path, node.line, "parts must be a mapping of texts.")
    return {
        name: WordingPart(text(path, one, name), one.text_line, path)
        for name, one in node.value.items()
    }


def _statement(path: Path, node: Node) -> StatementForm:
    optional = ("least", "most", "details", "details_least")
    nodes = fields(path, node, "a statement", ("id", "when", "wordings"), optional)

    def number(name: str, default: int) -> int:
        return whole(path, nodes[name], name, 0, MOST_FACTS) if name in nodes else default

    wordings = nodes["wordings"]
    wording_nodes = wordings.value if isinstance(wordings.value, list) else [wordings]
    if not 1 <= len(wording_nodes) <= MOST_WORDINGS:
        message = f"a statement has one to {MOST_WORDINGS} wordings, not {len(wording_nodes)}."
        raise complain(path, wordings.line, message)
    return StatementForm(
        id=text(path, nodes["id"], "id"),
        when=_when(path, nodes["when"]),
        least=number("least", 1),
        most=max(number("most", 1), 1),
        details_least=number("details_least", 0),
        details=max(number("details", 0), number("details_least", 0)),
        wordings=tuple((text(path, one, "a wording"), one.text_line) for one in wording_nodes),
        path=path,
    )


def _when(path: Path, node: Node) -> When:
    nodes = fields(
        path, node, "when", (), ("kind", "about", "direction", "domains", "flags", "facts")
    )

    def names(field_name: str, allowed: Collection[str]) -> frozenset[str]:
        if field_name not in nodes:
            return frozenset()
        words = texts(path, nodes[field_name], field_name)
        for one in words:
            if one not in allowed:
                raise complain(path, nodes[field_name].line, choose_from(field_name, one, allowed))
        return frozenset(words)

    signs = {word or "none": sign for sign, word in DIRECTIONS.items()}
    return When(
        kinds=names("kind", FACT_KINDS),
        abouts=names("about", ABOUTS),
        directions=frozenset(signs[word] for word in names("direction", signs)),
        domains=frozenset(texts(path, nodes["domains"], "domains"))
        if "domains" in nodes
        else frozenset(),
        flags=_flags(path, nodes.get("flags")),
        without_facts="facts" in nodes and not truth(path, nodes["facts"], "facts"),
    )


def _flags(path: Path, node: Node | None) -> tuple[tuple[str, bool], ...]:
    if node is None:
        return ()
    if not isinstance(node.value, dict):
        raise complain(path, node.line, "flags must be a mapping of true and false.")
    return tuple(sorted((name, truth(path, one, name)) for name, one in node.value.items()))


def _plan(path: Path, node: Node) -> tuple[Section, ...]:
    if not isinstance(node.value, list) or not node.value:
        raise complain(path, node.line, "plan must be a list of sections.")
    return tuple(_section(path, entry) for entry in node.value)


def _section(path: Path, node: Node) -> Section:
    nodes = fields(
        path,
        node,
        "a section",
        ("section", "slots"),
        ("layout", "most", "least", "lead", "lead_of_one", "enough", "spare", "flags"),
    )

    def slots(name: str) -> tuple[tuple[str, ...], ...]:
        value = nodes[name].value
        if not isinstance(value, list) or not value:
            message = f"{name} must be a list of statements, or of lists of them."
            raise complain(path, nodes[name].line, message)
        return tuple(tuple(texts(path, one, "a slot")) for one in value)

    layout = text(path, nodes["layout"], "layout") if "layout" in nodes else "sentences"
    if layout not in LAYOUTS:
        raise complain(path, nodes["layout"].line, choose_from("layout", layout, LAYOUTS))
    names_by_slot = slots("slots")
    count = len(names_by_slot)
    return Section(
        id=text(path, nodes["section"], "section"),
        layout=layout,
        most=whole(path, nodes["most"], "most", 1, 20) if "most" in nodes else count,
        least=whole(path, nodes["least"], "least", 0, 20) if "least" in nodes else 0,
        lead=text(path, nodes["lead"], "lead") if "lead" in nodes else "",
        slots=names_by_slot,
        enough=whole(path, nodes["enough"], "enough", 0, 20) if "enough" in nodes else 0,
        spare=slots("spare") if "spare" in nodes else (),
        flags=_flags(path, nodes.get("flags")),
        lead_of_one=text(path, nodes["lead_of_one"], "lead_of_one")
        if "lead_of_one" in nodes
        else "",
    )


def _checked_plan(path: Path, form: AnswerForm) -> AnswerForm:
    if not form.plan:
        raise TemplateError(f"{path}: has no plan; add one, or leave out `replace`.")
    for section in form.plan:
        for slot in (*section.slots, *section.spare):
            for one in slot:
                if one not in form.statements:
                    choice = choose_from("statement", one, form.statements)
                    raise TemplateError(f"{path}: section {section.id}: {choice}")
    return form


def check(form: AnswerForm, lexicon: Lexicon, domain: str) -> None:
    """Check that wordings use only what their facts have.

    Args:
        form: the answers of a task.
        lexicon: the words of the source's domain.
        domain: the entry of domains.yaml; statements for other domains only are left out.

    Raises:
        TemplateError: for the first mistake, with file and line.
    """
    own = {*WORDS, *lexicon.phrases, *LISTS, *FIGURES}
    for name in sorted(own & form.parts.keys()):
        part = form.parts[name]
        raise complain(part.path, part.line, f"{name!r} has a meaning already; rename the part.")
    for one in form.statements.values():
        if one.when.domains and domain not in one.when.domains:
            continue
        allowed = frozenset(_allowed(one, lexicon))
        # Parts first: a mistake in one is named where the part stands.
        for part in one.parts:
            message = "a part cannot name another, as {name!r}; write its text out."
            _require_names(part.path, part.line, part.text, one.id, allowed, form.parts, message)
        for wording, line in one.wordings:
            message = "write {name!r}, which is a part, as {{{{ {name} }}}}, without a filter or a hyphen."
            _require_names(one.path, line, wording, one.id, allowed, form.parts, message)
    _require_used_parts(form)


def _require_used_parts(form: AnswerForm) -> None:
    """Refuse a part of the user's own that no wording names: its name may be misspelt."""
    parts_in_use = {part for one in form.statements.values() for part in one.parts}
    for name, part in form.parts.items():
        if part not in parts_in_use and not part.path.is_relative_to(BUILT_IN):
            names = sorted(name for name, other in form.parts.items() if other in parts_in_use)
            raise complain(part.path, part.line, choose_from("part", name, names))


def _require_names(
    path: Path,
    line: int,
    text: str,
    statement: str,
    allowed: Collection[str],
    parts: Collection[str],
    said_of_parts: str,
) -> None:
    """Check that a wording, or a part, uses only names that are allowed, and no part that was not put in."""
    try:
        jinja.require_names(text, {*allowed, *parts})
    except jinja.TextError as error:
        raise complain(path, line + error.line - 1, f"{statement}: {error.message}") from None
    for name, row in jinja.usage(text).names.items():
        if name in parts:
            raise complain(path, line + row - 1, f"{statement}: {said_of_parts.format(name=name)}")


def _allowed(one: StatementForm, lexicon: Lexicon) -> Iterator[str]:
    yield from WORDS
    yield from lexicon.phrases
    yield from LISTS
    # Without an `about` the leading facts, and always details, may be of any kind.
    forms = {name for about in lexicon.forms for name in lexicon.names(about)} | {"value"}
    abouts = one.when.abouts
    own = frozenset.intersection(*(lexicon.names(about) for about in abouts)) if abouts else forms
    for place in range(1, one.facts + 1):
        end = f"_{place}" if place > 1 else ""
        names = own if place <= one.most else forms
        yield from (f"{name}{end}" for name in (*FIGURES, *names))
