"""YAML with line numbers, for files that people write: every mistake names its line.

A user's file is input like any other: checked, never executed. Aliases, tags, repeated keys and
several documents are refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import yaml
from yaml.resolver import Resolver

LARGEST = 1_000_000
"""The size in bytes beyond which a file is refused."""
_DEEPEST = 8
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_RESOLVER = Resolver()

Complain = Callable[[Path, int, str], Exception]
"""Makes the error about a line of a file: (path, line from 1, message)."""


@dataclass(frozen=True)
class Node:
    """A piece of a YAML file: text, a number, true/false, a mapping, a list; None for any other scalar.

    Attributes:
        line: from 1; 0 for what was not read from a file.
        text_line: the line on which a text's own first line stands.
        key_line: that of the name of the field that holds it.
    """

    value: str | bool | int | float | dict[str, Node] | list[Node] | None
    line: int
    text_line: int = 0
    key_line: int = 0

    @property
    def place(self) -> int:
        """The line to name in messages: that of the field's name, where it has one."""
        return self.key_line or self.line


def read_file(path: Path, complain: Complain) -> bytes:
    """The content of a regular file of at most `LARGEST` bytes.

    Args:
        path: the file.
        complain: makes the error from path, line (0: the whole file) and message.

    Returns:
        The bytes.

    Raises:
        complain's error: for a folder, a missing file, or one that is too large.
    """
    if not path.is_file():
        raise complain(path, 0, "not a regular file; put the file there or remove it.")
    with path.open("rb") as file:
        raw = file.read(LARGEST + 1)
    if len(raw) > LARGEST:
        raise complain(path, 0, f"larger than {LARGEST:,} bytes; shorten it.")
    return raw


def read_yaml(path: Path, complain: Complain, what: str = "templates") -> Node:
    """The content of a YAML file with its line numbers.

    Args:
        path: the file, in UTF-8.
        complain: makes the error of a line.
        what: what an empty file should hold, for the message.

    Returns:
        The only document of the file.

    Raises:
        complain's error: for what is not one plain YAML document.
    """
    raw = read_file(path, complain)
    try:
        events = yaml.parse(raw.decode("utf-8-sig"), Loader=_LOADER)
        node = _Reader(path, complain).document(iter(events))
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise complain(path, line, "not UTF-8; save the file in UTF-8.") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "cannot be read"
        line = mark.line + 1 if mark else 1
        raise complain(path, line, f"broken YAML: {problem}. Mend it, or quote the text.") from None
    if node is None:
        raise complain(path, 1, f"empty; write {what} into it or remove it.")
    return node


def node_of(value: object) -> Node:
    """Plain values (text, numbers, lists, mappings) as a node without lines."""
    if isinstance(value, dict):
        return Node({str(name): node_of(one) for name, one in value.items()}, 0)
    if isinstance(value, (list, tuple)):
        return Node([node_of(one) for one in value], 0)
    return Node(value if isinstance(value, (str, bool, int, float)) else None, 0)


def plain(node: Node) -> object:
    """A node as plain values."""
    if isinstance(node.value, dict):
        return {name: plain(one) for name, one in node.value.items()}
    if isinstance(node.value, list):
        return [plain(one) for one in node.value]
    return node.value


@dataclass(frozen=True)
class _Reader:
    path: Path
    complain: Complain

    def document(self, events: Iterator[yaml.Event]) -> Node | None:
        """The only document of the stream; None where it is empty."""
        node: Node | None = None
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                if node is not None:
                    line = event.start_mark.line + 1
                    raise self.complain(self.path, line, "a second document; keep one.")
                node = self._node(next(events), events, 0)
        return node

    def _node(self, event: yaml.Event, events: Iterator[yaml.Event], depth: int) -> Node:
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            message = "anchors and aliases are not allowed; write the text out."
            raise self.complain(self.path, line, message)
        if getattr(event, "tag", None):
            message = f"the tag {event.tag} is not allowed; take it out."
            raise self.complain(self.path, line, message)
        if depth > _DEEPEST:
            raise self.complain(self.path, line, "nested too deeply; a file has few levels.")
        if isinstance(event, yaml.ScalarEvent):
            return Node(_scalar(event), line, line + 1 if event.style in ("|", ">") else line)
        if isinstance(event, yaml.SequenceStartEvent):
            items = []
            while not isinstance(inner := next(events), yaml.SequenceEndEvent):
                items.append(self._node(inner, events, depth + 1))
            return Node(items, line)
        return self._mapping(line, events, depth)

    def _mapping(self, line: int, events: Iterator[yaml.Event], depth: int) -> Node:
        fields: dict[str, Node] = {}
        while not isinstance(inner := next(events), yaml.MappingEndEvent):
            at = inner.start_mark.line + 1
            key = self._node(inner, events, depth + 1).value
            if not isinstance(key, str):
                raise self.complain(self.path, at, "a field's name must be text; quote it.")
            if key in fields:
                raise self.complain(self.path, at, f"{key!r} stands here twice; remove one.")
            fields[key] = replace(self._node(next(events), events, depth + 1), key_line=at)
        return Node(fields, line)


def _scalar(event: yaml.ScalarEvent) -> str | bool | int | float | None:
    tag = _RESOLVER.resolve(yaml.ScalarNode, event.value, event.implicit).rpartition(":")[2]
    if tag == "bool":
        return event.value.lower() in ("true", "yes", "on")
    if tag in ("int", "float"):
        try:
            return int(event.value) if tag == "int" else float(event.value)
        except ValueError:  # 0x1F, 1:30, .inf
            return None
    return event.value if tag == "str" else None
