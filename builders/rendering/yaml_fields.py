"""Fields of template, answer, lexicon and layout files: each is checked, and every mistake names its line."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from itdr.builders.core import yaml_lines
from itdr.builders.core.errors import TemplateError, choose_from
from itdr.builders.core.yaml_lines import Node


def complain(path: Path, line: int, message: str) -> TemplateError:
    """The error about a place in a template file, as `file:line: message`."""
    return TemplateError(f"{path}:{line}: {message}" if line else f"{path}: {message}")


def read_file(path: Path) -> bytes:
    """The content of a template file."""
    return yaml_lines.read_file(path, complain)


def read_yaml(path: Path) -> Node:
    """The content of a template file with its line numbers."""
    return yaml_lines.read_yaml(path, complain)


# Rules for nodes --------------------------------------------------------------------------------


def fields(
    path: Path, node: Node, what: str, required: Collection[str], optional: Collection[str] = ()
) -> dict[str, Node]:
    """The fields of a mapping.

    Args:
        path: the file, for messages.
        node: the mapping.
        what: what the mapping is, for messages.
        required: fields that must be there.
        optional: fields that may be there.

    Returns:
        Nodes by field.

    Raises:
        TemplateError: for a field that is missing or unknown.
    """
    if not isinstance(node.value, dict):
        raise complain(path, node.line, f"{what} must be a mapping of fields.")
    field_names = list(dict.fromkeys([*required, *optional]))
    for name, value in node.value.items():
        if name not in field_names:
            raise complain(path, value.line, f"{what}: {choose_from('field', name, field_names)}")
    missing = [name for name in required if name not in node.value]
    if missing:
        raise complain(path, node.line, f"{what} lacks {', '.join(missing)}; add it.")
    return node.value


def text(path: Path, node: Node, name: str) -> str:
    """A field's text, neither empty nor framed by blanks.

    Args:
        path: the file, for messages.
        node: the field's value.
        name: the field's name.

    Returns:
        The text, without the line end of a YAML block.

    Raises:
        TemplateError: for anything else.
    """
    if not isinstance(node.value, str):
        raise complain(path, node.line, f"{name} must be text; put it in quotes.")
    value = node.value.rstrip("\n")  # what a block of YAML ends with
    if not value or value != value.strip():
        raise complain(
            path, node.line, f"{name} is empty, or begins or ends with a blank; mend it."
        )
    return value


def texts(path: Path, node: Node, name: str) -> list[str]:
    """A field's texts: one, or a list of them."""
    several = node.value if isinstance(node.value, list) else [node]
    return [text(path, one, name) for one in several]


def whole(path: Path, node: Node, name: str, low: int, high: int) -> int:
    """A field's whole number."""
    if isinstance(node.value, bool) or not isinstance(node.value, int):
        raise complain(path, node.line, f"{name} must be a whole number.")
    if not low <= node.value <= high:
        raise complain(path, node.line, f"{name} must be from {low} to {high}.")
    return node.value


def truth(path: Path, node: Node, name: str) -> bool:
    """A field's true or false."""
    if not isinstance(node.value, bool):
        raise complain(path, node.line, f"{name} must be true or false.")
    return node.value
