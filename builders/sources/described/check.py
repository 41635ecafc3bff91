"""A description's YAML against its declaration: every mistake in one sentence with file and line."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from itdr.builders.core.errors import ConfigError, choose_from
from itdr.builders.core.yaml_lines import Node
from itdr.builders.sources.described import declaration as declared
from itdr.builders.sources.described.declaration import Description, FieldSpec

ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


def complain(path: Path, line: int, message: str) -> ConfigError:
    """The error about a place in a description, as `file:line: message`."""
    return ConfigError(f"{path}:{line}: {message}" if line else f"{path}: {message}")


def read(path: Path, node: Node, lines: dict[tuple[str, ...], int]) -> Description:
    """The description that a node holds.

    Args:
        path: where it stands, for messages.
        node: the whole file.
        lines: filled with the line of each field, by the names of the fields that lead to it.

    Raises:
        ConfigError: for what is missing, unknown, of another kind, or without a meaning.
    """
    result = _Checker(path, lines).of_class(Description, node, ())
    _check_meaning(path, lines, result)
    return result


class _Checker:
    def __init__(self, path: Path, lines: dict[tuple[str, ...], int]) -> None:
        self.path = path
        self.lines = lines

    def of_class(self, kind: type, node: Node, way: tuple[str, ...]) -> Any:
        """An instance of a class of the declaration."""
        if issubclass(kind, declared.Column) and isinstance(node.value, str):
            node = Node({"from": node}, node.line, key_line=node.key_line)
        name = way[-1] if way else "a description"
        if not isinstance(node.value, dict):
            raise self._wrong(node, name, "a mapping of fields")
        entries = declared.entries(kind)
        values = {}
        for field, value in node.value.items():
            if field not in entries:
                message = f"{name}: {choose_from('field', field, entries)}"
                raise complain(self.path, value.place, message)
            attribute, entry = entries[field]
            here = (*way, field)
            self.lines[here] = value.place
            values[attribute] = self.value(entry, value, here)
        for field, (attribute, entry) in entries.items():
            if entry.required and values.get(attribute) is None:
                message = f"{name} lacks {field!r}: {entry.help[:1].lower()}{entry.help[1:]}"
                raise complain(self.path, node.place, message)
        if issubclass(kind, declared.Column):
            self._check_column(values, node, name)
        return kind(**values)

    def value(self, entry: FieldSpec, node: Node, way: tuple[str, ...]) -> Any:
        """A field's value, of the kind that is declared."""
        name, kind = way[-1], entry.kind
        if isinstance(kind, type):
            return self.of_class(kind, node, way)
        if kind in (declared.COLUMNS, declared.WORDS):
            return self._mapping(kind, node, way)
        if kind == declared.TEXTS:
            several = node.value if isinstance(node.value, list) else [node]
            return tuple(self._text(one, name, empty=name == "nulls") for one in several)
        if kind == declared.TRUTH:
            if not isinstance(node.value, bool):
                raise self._wrong(node, name, "true or false")
            return node.value
        if kind == declared.NUMBER:
            if isinstance(node.value, bool) or not isinstance(node.value, (int, float)):
                raise self._wrong(node, name, "a number")
            return node.value
        text = self._text(node, name, empty=name == "quote")
        if entry.choices and text not in entry.choices:
            message = choose_from(name, text, entry.choices)
            message = f"{way[-2]}: {message}" if len(way) > 1 else message
            raise complain(self.path, node.place, message)
        return text

    def _mapping(self, kind: str, node: Node, way: tuple[str, ...]) -> dict[str, Any]:
        if not isinstance(node.value, dict) or not node.value:
            raise self._wrong(node, way[-1], "a mapping, as {name: column}")
        result: dict[str, Any] = {}
        for name, value in node.value.items():
            here = (*way, name)
            self.lines[here] = value.place
            if kind == declared.COLUMNS:
                result[name] = self.of_class(declared.TextColumn, value, here)
            else:
                result[name] = self._text(value, name)
        return result

    def _text(self, node: Node, name: str, empty: bool = False) -> str:
        if not isinstance(node.value, str):
            raise self._wrong(node, name, "text; put it in quotes")
        if not node.value and not empty:
            raise complain(self.path, node.place, f"{name} is empty: fill it, or leave it out.")
        return node.value

    def _wrong(self, node: Node, name: str, expected: str) -> ConfigError:
        form = "a list" if isinstance(node.value, list) else "a mapping"
        if not isinstance(node.value, (list, dict)):
            form = "no value" if node.value is None else repr(node.value)
        return complain(self.path, node.place, f"{name} must be {expected}, not {form}.")

    def _check_column(self, values: dict[str, Any], node: Node, name: str) -> None:
        origins = [one for one in ("from_", "value") if values.get(one) is not None]
        if len(origins) != 1:
            what = "either `from` or `value`, not both" if origins else "`from`, the file's column"
            raise complain(self.path, node.place, f"{name} needs {what}.")


def _check_meaning(path: Path, lines: dict[tuple[str, ...], int], of: Description) -> None:
    """What the kinds of values do not say."""

    def fail(*way: str, message: str) -> ConfigError:
        place = next((lines[way[:k]] for k in range(len(way), 0, -1) if way[:k] in lines), 1)
        return complain(path, place if lines else 0, message)

    for name in ("id", "splits_as"):
        text = getattr(of, name)
        if text and not ID.fullmatch(text):
            message = f"{name} must be lower case letters, digits and -, not {text!r}."
            raise fail(name, message=message)
    if not of.interactions.file:
        raise fail("interactions", message="interactions lacks 'file': the path of the log.")
    columns = of.interactions.columns
    if columns.user_id.from_ == columns.item_id.from_ is not None:
        message = (
            f"user_id and item_id are both read from {columns.user_id.from_!r}: name two columns."
        )
        raise fail("interactions", "columns", "item_id", message=message)
    if columns.rating is not None and of.scale is None:
        message = (
            "rating needs a scale: add `scale` with low, high, liked and disliked beside "
            "`interactions`."
        )
        raise fail("interactions", "columns", "rating", message=message)
    if of.scale is not None:
        _check_scale(of.scale, fail)
    event = columns.event
    if event is not None and event.from_ is not None:
        unknown = [one for one in (event.values or {}).values() if one not in declared.EVENTS]
        if unknown:
            message = choose_from("event", unknown[0], declared.EVENTS)
            raise fail("interactions", "columns", "event", "values", message=message)
    time = columns.timestamp
    if time is not None and time.format and time.unit not in (None, "date"):
        message = f"format is for dates, not for unit {time.unit!r}: leave one of them out."
        raise fail("interactions", "columns", "timestamp", "format", message=message)
    for name in declared.TABLES:
        table = getattr(of, name)
        if table is None:
            continue
        if table.header is False and not table.names:
            raise fail(name, "header", message=f"{name}: header: false needs `names`, in order.")
        if table.delimiter is not None and len(table.delimiter) > 4:
            raise fail(name, "delimiter", message="delimiter must have at most 4 characters.")
    users = {} if of.users is None else vars(of.users.columns)
    for one in of.attributes:
        there = [name for name, value in users.items() if value is not None and name != "user_id"]
        if one not in there:
            raise fail("attributes", message=choose_from("column of users", one, there))


def _check_scale(scale: declared.RatingScale, fail: Any) -> None:
    if scale.low >= scale.high:
        raise fail("scale", "low", message=f"low ({scale.low:g}) must be below high.")
    if not 0 < scale.step <= scale.high - scale.low:
        message = f"step ({scale.step:g}) must be above 0 and at most high - low."
        raise fail("scale", "step", message=message)
    for name in ("liked", "disliked"):
        fixed, quantile = getattr(scale, name), getattr(scale, f"{name}_quantile")
        if fixed is not None and quantile is not None:
            raise fail("scale", name, message=f"{name} and {name}_quantile: give one of them.")
        if quantile is not None and not 0 < quantile < 1:
            message = f"{name}_quantile must lie between 0 and 1, not {quantile:g}."
            raise fail("scale", f"{name}_quantile", message=message)
        if fixed is not None and not scale.low <= fixed <= scale.high:
            message = f"{name} ({fixed:g}) must lie on the scale, {scale.low:g} to {scale.high:g}."
            raise fail("scale", name, message=message)
    if scale.liked is not None and scale.disliked is not None and scale.disliked >= scale.liked:
        raise fail("scale", "disliked", message="disliked must be below liked.")
