"""What the text of a template may hold, and how it becomes prose.

A text is Jinja2 with plain variables, a few filters and if/else; nothing that can reach an object's
inside, call, or repeat. Each text is read and compiled once per process, when it is first needed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import cache

import jinja2
from jinja2 import nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

FILTERS = ("capitalize", "lower", "title", "trim", "upper")
"""The filters that a text may use; all keep the length of what they are given."""

_PLAIN = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.Filter,
    nodes.If,
    nodes.CondExpr,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
)
_DEEPEST = 16
_KINDS = {
    nodes.Getattr: "a dot",
    nodes.Getitem: "square brackets",
    nodes.Call: "a call",
    nodes.For: "a loop",
    nodes.Assign: "set",
    nodes.Test: "a test (is)",
}


class TextError(Exception):
    """A text that may not be used. line: counted from 1 within the text."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message


def _given(value: object) -> object:
    """Refuse None, which would be printed as a word."""
    if value is None:
        raise jinja2.UndefinedError("a value is None")
    return value


def _environment() -> ImmutableSandboxedEnvironment:
    env = ImmutableSandboxedEnvironment(
        undefined=jinja2.StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_given,
    )
    env.globals.clear()
    env.filters = {name: env.filters[name] for name in FILTERS}
    return env


_ENV = _environment()


@cache
def variables(text: str) -> Mapping[str, int]:
    """The variables of `text`, each with the line (from 1) where it first stands.

    Raises TextError for a broken text or one that holds more than the module's docstring allows.
    """
    try:
        tree = _ENV.parse(text)
    except jinja2.TemplateSyntaxError as error:
        raise TextError(error.lineno, f"is not valid Jinja: {error.message}") from None
    except RecursionError:
        raise TextError(1, "is nested too deeply; make it simpler.") from None
    found: dict[str, int] = {}
    waiting: list[tuple[nodes.Node, int]] = [(tree, 0)]
    while waiting:
        node, depth = waiting.pop()
        _check_node(node, depth)
        if isinstance(node, nodes.Name):
            found[node.name] = min(node.lineno, found.get(node.name, node.lineno))
        waiting.extend((child, depth + 1) for child in node.iter_child_nodes())
    return dict(sorted(found.items(), key=lambda item: (item[1], item[0])))


def _check_node(node: nodes.Node, depth: int) -> None:
    if not isinstance(node, _PLAIN):
        kind = _KINDS.get(type(node), repr(type(node).__name__))
        raise TextError(
            node.lineno,
            f"uses {kind}; only plain variables, if/else and the filters "
            f"{', '.join(FILTERS)} are allowed.",
        )
    if isinstance(node, nodes.Filter):
        if node.name not in FILTERS or node.node is None:
            raise TextError(
                node.lineno, f"uses the filter {node.name!r}; there is: {', '.join(FILTERS)}."
            )
        if node.args or node.kwargs or node.dyn_args or node.dyn_kwargs:
            raise TextError(
                node.lineno, f"gives the filter {node.name!r} arguments; take them out."
            )
    if depth > _DEEPEST:
        raise TextError(node.lineno, "is nested too deeply; make it simpler.")


def refuse_conditions_on(text: str, words: Collection[str]) -> None:
    """Raise TextError where `text` asks `if` about one of `words`, which are never empty.

    `categories` is the domain's word ("genres"), not the flag of that name: the condition would
    always hold.
    """
    found = _ENV.parse(text).find_all((nodes.If, nodes.CondExpr))
    for branch in (one for one in found if isinstance(one, (nodes.If, nodes.CondExpr))):
        for test in (branch.test, *branch.test.find_all(nodes.Name)):
            if isinstance(test, nodes.Name) and test.name in words:
                raise TextError(
                    test.lineno,
                    f"asks if {test.name!r}, a domain word, which is never empty; "
                    "write two texts and tell them apart with `when`.",
                )


Variable = tuple[str, tuple[Callable[[str], str], ...]]
Piece = str | Variable
"""Of a text: words as they stand, or a variable with its filters."""


@cache
def _pieces(text: str) -> tuple[Piece, ...] | None:
    """A text without conditions, taken apart to be put together by joining, which takes a tenth of
    the time that Jinja's machinery for blocks and scopes does; None where it has conditions."""
    found: list[Piece] = []
    for output in _ENV.parse(text).body:
        if not isinstance(output, nodes.Output):
            return None
        for node in output.nodes:
            piece = _piece(node)
            if piece is None:
                return None
            found.append(piece)
    return tuple(found)


def _piece(node: nodes.Node) -> Piece | None:
    if isinstance(node, nodes.TemplateData):
        return node.data
    filters: list[Callable[[str], str]] = []
    while isinstance(node, nodes.Filter) and node.node is not None:
        filters.insert(0, _ENV.filters[node.name])
        node = node.node
    return (node.name, tuple(filters)) if isinstance(node, nodes.Name) else None


@cache
def _compiled(text: str) -> jinja2.Template:
    return _ENV.from_string(text)


def bind(text: str, words: Mapping[str, str]) -> Callable[[Mapping[str, object]], str]:
    """A function that puts the variables of a context into `text`, where `words` stand already;
    the context may hold more than is used.

    The function raises TextError where a variable is missing, None, or compared with what it cannot
    be.
    """
    pieces = _pieces(text)
    put = _by_jinja(text, words) if pieces is None else _by_joining(pieces, words)

    def render(context: Mapping[str, object]) -> str:
        try:
            return put(context)
        except KeyError as error:
            raise TextError(1, f"cannot be rendered: {error} is undefined.") from None
        except (jinja2.UndefinedError, TypeError) as error:
            raise TextError(1, f"cannot be rendered: {error}.") from None

    return render


def _by_jinja(text: str, words: Mapping[str, str]) -> Callable[[Mapping[str, object]], str]:
    template = _compiled(text)
    return lambda context: template.render({**words, **context})


def _by_joining(
    pieces: tuple[Piece, ...], words: Mapping[str, str]
) -> Callable[[Mapping[str, object]], str]:
    parts: list[str] = []
    variables: list[tuple[int, Variable]] = []
    for piece in pieces:
        if isinstance(piece, str):
            parts.append(piece)
        elif piece[0] in words:
            parts.append(_value(piece, words))
        else:
            variables.append((len(parts), piece))
            parts.append("")
    if not variables:
        whole = "".join(parts)
        return lambda context: whole

    def join(context: Mapping[str, object]) -> str:
        made = parts.copy()
        for place, piece in variables:
            made[place] = _value(piece, context)
        return "".join(made)

    return join


def _value(piece: Variable, context: Mapping[str, object]) -> str:
    name, filters = piece
    value = context[name]
    text = value if isinstance(value, str) else str(_given(value))
    for change in filters:
        text = change(text)
    return text
