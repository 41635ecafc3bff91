"""Public functions say what goes in, what comes out, and which errors they raise."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.test_layout import FILES, ROOT

SHORT = 5
"""Lines of a body that needs no sections: whoever reads the first line has read it all."""
TABLES = {"interactions", "items", "users", "tags"}
"""The readers of a source, `NAME(raw)`: what all of them take and give, `Readers` says."""

pytestmark = pytest.mark.skipif(
    not (ROOT / "setup.cfg").exists(), reason="needs the checkout, not the wheel"
)
Definition = tuple[str, ast.ClassDef | None, ast.FunctionDef]


def public_functions() -> Iterator[Definition]:
    """Module, class and definition of every public function and of every public class's methods."""
    for module, path in FILES.items():
        for node in ast.parse(path.read_text("utf-8")).body:
            owner = node if isinstance(node, ast.ClassDef) else None
            if owner is not None and owner.name.startswith("_"):
                continue
            for function in owner.body if owner is not None else [node]:
                if isinstance(function, ast.FunctionDef) and not function.name.startswith("_"):
                    yield module, owner, function


@functools.cache
def methods_by_class() -> dict[str, tuple[set[str], list[str]]]:
    """The methods and the bases of every class, by name; of classes with one name together."""
    found: dict[str, tuple[set[str], list[str]]] = {}
    for path in FILES.values():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                methods, bases = found.setdefault(node.name, (set(), []))
                methods |= {one.name for one in node.body if isinstance(one, ast.FunctionDef)}
                bases += [
                    ast.unparse(one).rpartition(".")[2].partition("[")[0] for one in node.bases
                ]
    return found


def overrides(owner: ast.ClassDef | None, name: str) -> bool:
    """Whether a base class of ours declares the method, and so documents it."""
    classes = methods_by_class()
    bases = classes[owner.name][1] if owner is not None else []
    while bases:
        methods, above = classes.get(bases[0], (set(), []))
        if name in methods:
            return True
        bases = [*bases[1:], *above]
    return False


def is_exempt(definition: Definition) -> bool:
    """Whether a function needs no sections: properties, short bodies, what a base class, a Protocol
    (`See ...`), `Readers` or a command's `--help` documents."""
    module, owner, function = definition
    decorators = " ".join(map(ast.unparse, function.decorator_list))
    body = function.body[1:] if ast.get_docstring(function) else function.body
    lines = (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0
    arguments = ast.unparse(function.args)
    return (
        lines <= SHORT
        or "property" in decorators
        or overrides(owner, function.name)
        or (ast.get_docstring(function) or "").startswith("See `")
        or (
            module.startswith("builders.sources.")
            and function.name in TABLES
            and arguments == "raw: Raw"
        )
        or "typer." in arguments
    )


def raises(function: ast.FunctionDef) -> bool:
    """Whether the function itself raises an error that a caller may meet."""
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.Lambda)):
            continue
        if isinstance(node, ast.Raise) and node.exc is not None:
            name = ast.unparse(node.exc)
            if not name.startswith(("AssertionError", "NotImplementedError")):
                return True
        waiting += ast.iter_child_nodes(node)
    return False


def missing_sections(function: ast.FunctionDef) -> list[str]:
    """The sections that a docstring should have and has not."""
    text = ast.get_docstring(function) or ""
    arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    takes = [one.arg for one in arguments if one.arg not in ("self", "cls")]
    gives = ast.unparse(function.returns) if function.returns is not None else "None"
    wanted = {
        "Args:": bool(takes or function.args.vararg or function.args.kwarg),
        # A context manager that hands nothing to its block gives Iterator[None].
        "Returns:": gives not in ("None", "NoReturn", "Iterator[None]"),
        "Raises:": raises(function),
    }
    found = {name for name in wanted if name in text}
    if "Yields:" in text:
        found.add("Returns:")
    return [name for name, is_wanted in wanted.items() if is_wanted and name not in found]


def test_public_functions_have_their_sections() -> None:
    lacking = {
        f"{module}.{function.name}": missing
        for module, owner, function in public_functions()
        if not is_exempt((module, owner, function)) and (missing := missing_sections(function))
    }
    assert not lacking, lacking


def test_sections_name_the_arguments_that_there_are() -> None:
    wrong = {}
    for module, _owner, function in public_functions():
        text = ast.get_docstring(function) or ""
        if "\nArgs:\n" not in text:
            continue
        section = text.split("\nArgs:\n")[1].split("\n\n")[0]
        named = {
            name.strip()
            for line in section.splitlines()
            if line.startswith("    ") and not line.startswith("     ")
            for name in line.partition(":")[0].split(",")
        }
        own = function.args
        arguments = [*own.posonlyargs, *own.args, *own.kwonlyargs, own.vararg, own.kwarg]
        known = {one.arg for one in arguments if one is not None} - {"self", "cls"}
        if named != known:
            wrong[f"{module}.{function.name}"] = named ^ known
    assert not wrong, wrong


def test_the_rule_finds_what_is_missing(tmp_path: Path) -> None:
    code = '''
def area(width: int, height: int) -> int:
    """The area.

    Args:
        width: in pixels.
        height: in pixels.
    """
    if width < 0:
        raise ValueError("negative")
    total = width
    total *= height
    total += 0
    return total
'''
    (function,) = ast.parse(code).body
    assert isinstance(function, ast.FunctionDef)
    assert not is_exempt(("any", None, function))
    assert missing_sections(function) == ["Returns:", "Raises:"]
    function.body = function.body[:-3]
    assert is_exempt(("any", None, function))
