"""What the text of a template may hold, and how it becomes prose.

A text is Jinja2 with plain variables, a few filters, if/else, and loops over the lists of a case;
nothing that can reach an object's inside, call, or repeat without end. Each text is read and compiled
once per process, when it is first needed.
"""

from __future__ import annotations

import functools
import operator
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import jinja2
from jinja2 import nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from itdr.builders.core.errors import choose_from

FILTERS = ("capitalize", "lower", "title", "trim", "upper")
"""The filters that a text may use; all keep the length of what they are given."""
FIELDS = ("title", "creator", "categories", "rating", "time_gap", "text")
"""What a loop over a list may print of an entry; see `lists.Entry`."""
LOOP = ("index", "first", "last", "length")
"""What a loop may ask of itself."""
MAX_TEMPLATE_CHARS = 20_000
"""Characters beyond which a text is refused."""

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
    nodes.For,
    nodes.Getattr,
)
_DEEPEST = 16
_KINDS = {
    nodes.Getitem: "square brackets",
    nodes.Call: "a call",
    nodes.Assign: "set",
    nodes.Test: "a test (is)",
    nodes.Scope: "a block that changes how text is escaped",
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


@dataclass(frozen=True)
class Usage:
    """What a text uses, each with the line (from 1) where it first stands.

    Attributes:
        variables: what is printed or asked about.
        lists: what is looped over.
    """

    variables: Mapping[str, int]
    lists: Mapping[str, int]

    @property
    def names(self) -> Mapping[str, int]:
        """Both, in the order in which they stand."""
        every = {**self.lists, **self.variables}
        return dict(sorted(every.items(), key=lambda entry: (entry[1], entry[0])))


_CONDITION = re.compile(r"\bif\b")
"""The word without which a text has no condition."""


@functools.cache
def usage(text: str) -> Usage:
    """The variables and lists that a template uses.

    Args:
        text: the template.

    Returns:
        Names with the lines on which they stand.

    Raises:
        TextError: for a broken text, or one that holds more than the module's docstring allows.
    """
    if len(text) > MAX_TEMPLATE_CHARS:
        raise TextError(1, f"is longer than {MAX_TEMPLATE_CHARS:,} characters; shorten it.")
    try:
        tree = _ENV.parse(text)
    except jinja2.TemplateSyntaxError as error:
        raise TextError(error.lineno, f"is not valid Jinja: {error.message}") from None
    except RecursionError:
        raise TextError(1, "is nested too deeply; make it simpler.") from None
    walk = _Walk()
    walk.visit(tree, 1, 0, None)
    return Usage(walk.variables, walk.lists)


class _Walk:
    """Visits the nodes of a text: checks each and gathers what is used."""

    def __init__(self) -> None:
        self.variables: dict[str, int] = {}
        self.lists: dict[str, int] = {}

    def visit(self, node: nodes.Node, line: int, depth: int, entry: str | None) -> None:
        """line: the parent's.   entry: the variable of the loop around the node, None outside one."""
        line = _line(node) or line
        _check_node(node, line, depth)
        if isinstance(node, nodes.For):
            self._loop(node, line, depth, entry)
            return
        if isinstance(node, nodes.Getattr):
            _check_field(node, line, entry)
            return
        if isinstance(node, nodes.Name):
            if entry is not None and node.name in (entry, "loop"):
                fields = FIELDS if node.name == entry else LOOP
                raise TextError(
                    line,
                    f"prints {node.name!r} as a whole; take one of "
                    f"{', '.join(f'{node.name}.{field}' for field in fields)}.",
                )
            self.variables[node.name] = min(line, self.variables.get(node.name, line))
        for child in node.iter_child_nodes():
            self.visit(child, line, depth + 1, entry)

    def _loop(self, node: nodes.For, line: int, depth: int, entry: str | None) -> None:
        if entry is not None:
            raise TextError(line, "has a loop within a loop; write one after the other.")
        if not isinstance(node.iter, nodes.Name) or not isinstance(node.target, nodes.Name):
            raise TextError(
                line, "has a loop that is not `for NAME in LIST`, with the name of a list."
            )
        if node.test is not None or node.recursive or node.else_:
            raise TextError(line, "has a loop with a condition or an else; take it out.")
        self.lists[node.iter.name] = min(line, self.lists.get(node.iter.name, line))
        for child in node.body:
            self.visit(child, line, depth + 1, node.target.name)


def _line(node: nodes.Node) -> int | None:
    """Where a node stands; Jinja does not say it of a block around others."""
    if node.lineno:
        return node.lineno
    return next((line for line in map(_line, node.iter_child_nodes()) if line), None)


def _check_node(node: nodes.Node, line: int, depth: int) -> None:
    if not isinstance(node, _PLAIN):
        kind = _KINDS.get(type(node), repr(type(node).__name__))
        raise TextError(
            line,
            f"uses {kind}; only plain variables, if/else, loops over a list and the filters "
            f"{', '.join(FILTERS)} are allowed.",
        )
    if isinstance(node, nodes.Filter):
        if node.name not in FILTERS or node.node is None:
            raise TextError(
                line, f"uses the filter {node.name!r}; available: {', '.join(FILTERS)}."
            )
        if node.args or node.kwargs or node.dyn_args or node.dyn_kwargs:
            raise TextError(line, f"gives the filter {node.name!r} arguments; take them out.")
    if depth > _DEEPEST:
        raise TextError(line, "is nested too deeply; make it simpler.")


def _check_field(node: nodes.Getattr, line: int, entry: str | None) -> None:
    """A dot stands behind the variable of a loop, or `loop`, alone."""
    of = node.node.name if isinstance(node.node, nodes.Name) else None
    if entry is None or of not in (entry, "loop"):
        raise TextError(line, "uses a dot outside a loop; only an entry of a list has fields.")
    fields = FIELDS if of == entry else LOOP
    if node.attr not in fields:
        raise TextError(line, choose_from(f"field of {of}", node.attr, fields))


def require_names(text: str, allowed: Collection[str]) -> None:
    """Check that a template uses no other names than these.

    Args:
        text: the template.
        allowed: names of variables and lists.

    Raises:
        TextError: for another name, and for what `usage` refuses.
    """
    for name, line in usage(text).names.items():
        if name not in allowed:
            raise TextError(line, choose_from("placeholder", name, sorted(allowed)))


def refuse_conditions_on(text: str, words: Collection[str]) -> None:
    """Refuse conditions on words that are never empty.

    `categories` is the domain's word ("genres"), not the flag of that name: the condition would
    always hold.

    Args:
        text: a template that `usage` accepts.
        words: words of the domain.

    Raises:
        TextError: for an `if` on one of them.
    """
    for name, line in _asked(text):
        if name in words:
            raise TextError(
                line,
                f"asks if {name!r}, a domain word, which is never empty; "
                "write two texts and tell them apart with `when`.",
            )


@functools.cache
def _asked(text: str) -> tuple[tuple[str, int], ...]:
    """The names in conditions of a template, with their lines."""
    if not _CONDITION.search(text):
        return ()
    branches = _ENV.parse(text).find_all((nodes.If, nodes.CondExpr))
    return tuple(
        (test.name, test.lineno)
        for branch in branches
        if isinstance(branch, (nodes.If, nodes.CondExpr))
        for test in (branch.test, *branch.test.find_all(nodes.Name))
        if isinstance(test, nodes.Name)
    )


def tree(text: str) -> nodes.Template:
    """The nodes of a text that was checked before."""
    return _ENV.parse(text)


def filter_of(name: str) -> Callable[[str], str]:
    """What one of `FILTERS` does."""
    function: Callable[[str], str] = _ENV.filters[name]
    return function


Variable = tuple[str, tuple[Callable[[str], str], ...]]


Given = Mapping[str, object]
Test = Callable[[Given, Given], object]
"""Whether a condition holds: of the variables of a case, and the domain's words."""


@dataclass(frozen=True)
class Alternative:
    """One text where a condition holds, and another where it does not."""

    test: Test
    then: tuple[Piece, ...]
    otherwise: tuple[Piece, ...]


Piece = str | Variable | Alternative
"""Of a text: words as they stand, a variable with its filters, or a choice."""
Put = Callable[[Mapping[str, object]], str]


@functools.cache
def _pieces(text: str) -> tuple[Piece, ...] | None:
    """A text taken apart to be put together by joining, which takes a tenth of the time that Jinja's
    machinery for blocks and scopes does; None where it has loops, or conditions of another kind than
    `_test` knows."""
    return _pieces_of(_ENV.parse(text).body)


def _pieces_of(body: Sequence[nodes.Node]) -> tuple[Piece, ...] | None:
    all_pieces: list[Piece] = []
    for output in body:
        if isinstance(output, nodes.Output):
            pieces = [_piece(node) for node in output.nodes]
        else:
            pieces = [_alternative(output)]
        for piece in pieces:
            if piece is None:
                return None
            all_pieces.append(piece)
    return tuple(all_pieces)


def _alternative(node: nodes.Node) -> Alternative | None:
    """An `if` with all that belongs to it."""
    if not isinstance(node, nodes.If):
        return None
    otherwise = _pieces_of(node.else_)
    alternative = None
    for one in (*reversed(node.elif_), node):
        test, then = _test(one.test), _pieces_of(one.body)
        if test is None or then is None or otherwise is None:
            return None
        alternative = Alternative(test, then, otherwise)
        otherwise = (alternative,)
    return alternative


def _test(node: nodes.Node) -> Test | None:
    """A condition: a variable, a constant, whether two of them are equal, and what joins these."""
    if isinstance(node, nodes.Name):
        name = node.name
        return lambda given, words: given[name] if name in given else words[name]
    if isinstance(node, nodes.Const):
        value = node.value
        return lambda given, words: value
    if isinstance(node, nodes.Not):
        inner = _test(node.node)
        return None if inner is None else functools.partial(_fails, inner)
    if isinstance(node, nodes.And):
        return _of_two("and", node.left, node.right)
    if isinstance(node, nodes.Or):
        return _of_two("or", node.left, node.right)
    if isinstance(node, nodes.Compare) and len(node.ops) == 1 and node.ops[0].op in _TWO:
        return _of_two(node.ops[0].op, node.expr, node.ops[0].expr)
    return None


def _fails(test: Test, given: Given, words: Given) -> bool:
    return not test(given, words)


_TWO: dict[str, Callable[[Test, Test, Given, Given], object]] = {
    "and": lambda one, other, given, words: one(given, words) and other(given, words),
    "or": lambda one, other, given, words: one(given, words) or other(given, words),
    "eq": lambda one, other, given, words: one(given, words) == other(given, words),
    "ne": lambda one, other, given, words: one(given, words) != other(given, words),
    "in": lambda one, other, given, words: one(given, words) in other(given, words),  # type: ignore[operator]
    "notin": lambda one, other, given, words: one(given, words) not in other(given, words),  # type: ignore[operator]
}


def _of_two(how: str, one: nodes.Node, other: nodes.Node) -> Test | None:
    left, right = _test(one), _test(other)
    return None if left is None or right is None else functools.partial(_TWO[how], left, right)


def _piece(node: nodes.Node) -> Piece | None:
    if isinstance(node, nodes.TemplateData):
        return node.data
    filters: list[Callable[[str], str]] = []
    while isinstance(node, nodes.Filter) and node.node is not None:
        filters.insert(0, _ENV.filters[node.name])
        node = node.node
    return (node.name, tuple(filters)) if isinstance(node, nodes.Name) else None


@functools.cache
def _compiled(text: str) -> jinja2.Template:
    return _ENV.from_string(text)


def bind(text: str, words: Mapping[str, str]) -> Put:
    """Prepare a template with a domain's words.

    The result raises TextError where a variable is missing, None, or compared with what it cannot
    be.

    Args:
        text: a template that `usage` accepts.
        words: the domain's words, put in at once.

    Returns:
        A function from the other variables to the text; it may be given more than is used.
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


def _by_jinja(text: str, words: Mapping[str, str]) -> Put:
    template = _compiled(text)
    return lambda context: template.render({**words, **context})


def _by_joining(pieces: Sequence[Piece], words: Mapping[str, str]) -> Put:
    """One format with a `%s` for each variable, which takes a third of the time that joining the parts does."""
    parts: list[str] = []
    puts: list[Put] = []
    plain: list[str] = []
    for piece in pieces:
        if isinstance(piece, tuple) and piece[0] in words:
            piece = _value(piece, words)
        if isinstance(piece, str):
            parts.append(piece.replace("%", "%%"))
            continue
        parts.append("%s")
        puts.append(
            _by_choosing(piece, words) if isinstance(piece, Alternative) else _by_name(piece)
        )
        plain += [piece[0]] if isinstance(piece, tuple) and not piece[1] else []
    form = "".join(parts)
    if not puts:
        whole = form % ()
        return lambda context: whole
    if len(plain) < len(puts):
        return lambda context: form % tuple([put(context) for put in puts])
    # Never of one name alone, so that a tuple comes of it.
    take = operator.itemgetter(plain[0], *plain)

    def fill(context: Mapping[str, object]) -> str:
        values = take(context)
        return form % (values[1:] if None not in values else _given(None))

    return fill


def _by_choosing(alternative: Alternative, words: Mapping[str, str]) -> Put:
    then, otherwise = (_by_joining(one, words) for one in (alternative.then, alternative.otherwise))
    test = alternative.test
    return lambda context: then(context) if test(context, words) else otherwise(context)


def _by_name(variable: Variable) -> Put:
    return lambda context: _value(variable, context)


def _value(piece: Variable, context: Mapping[str, object]) -> str:
    name, filters = piece
    value = context[name]
    text = value if isinstance(value, str) else str(_given(value))
    for change in filters:
        text = change(text)
    return text
