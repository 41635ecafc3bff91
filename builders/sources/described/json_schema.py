"""The JSON Schema of a description, for editors: read from its declaration."""

from __future__ import annotations

import dataclasses
from typing import Any

from itdr.builders.sources.described import declaration as declared
from itdr.builders.sources.described.declaration import Description, FieldSpec

ADDRESS = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> dict[str, Any]:
    """The schema of a whole description, as plain values."""
    definitions: dict[str, Any] = {}
    top = _of_class(Description, definitions)
    return {"$schema": ADDRESS, "title": "A source for itdr", **top, "$defs": definitions}


def _of_class(kind: type, definitions: dict[str, Any]) -> dict[str, Any]:
    entries = declared.entries(kind)
    defaults = {one.name: one.default for one in dataclasses.fields(kind)}
    properties = {}
    for name, (attribute, entry) in entries.items():
        properties[name] = {**_of_entry(entry, definitions), "description": entry.help}
        default = defaults[attribute]
        if default not in (None, ()):
            properties[name]["default"] = default
    schema: dict[str, Any] = {
        "type": "object",
        "description": (kind.__doc__ or "").split("\n\n")[0].replace("\n", " ").strip(),
        "properties": properties,
        "additionalProperties": False,
    }
    required = [name for name, (_, entry) in entries.items() if entry.required]
    return {**schema, "required": required} if required else schema


def _of_entry(entry: FieldSpec, definitions: dict[str, Any]) -> dict[str, Any]:
    kind = entry.kind
    if isinstance(kind, type):
        return _reference(kind, definitions)
    if kind == declared.COLUMNS:
        column = _reference(declared.TextColumn, definitions)
        return {"type": "object", "additionalProperties": column, "minProperties": 1}
    if kind == declared.WORDS:
        text = {"type": "string", "minLength": 1}
        return {"type": "object", "additionalProperties": text, "minProperties": 1}
    if kind == declared.TEXTS:
        return {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
    if kind == declared.TRUTH:
        return {"type": "boolean"}
    if kind == declared.NUMBER:
        return {"type": "number"}
    return {"type": "string", **({"enum": list(entry.choices)} if entry.choices else {})}


def _reference(kind: type, definitions: dict[str, Any]) -> dict[str, Any]:
    name = kind.__name__
    if name not in definitions:
        definitions[name] = {}
        schema = _of_class(kind, definitions)
        if issubclass(kind, declared.Column):
            # In short: the name of the file's column.
            schema = {"anyOf": [{"type": "string", "minLength": 1}, schema]}
        definitions[name] = schema
    return {"$ref": f"#/$defs/{name}"}


def markdown_table() -> str:
    """Every field of a description, for `docs/own-data.md`."""
    lines = ["| field | kind | |", "|---|---|---|"]
    classes: set[type] = set()
    _rows(Description, "", lines, classes)
    return "\n".join(lines)


def _rows(kind: type, way: str, lines: list[str], seen: set[type]) -> None:
    for name, (_, entry) in declared.entries(kind).items():
        inner = entry.kind if isinstance(entry.kind, type) else None
        column = inner is not None and issubclass(inner, declared.Column)
        label = "column" if column else "mapping" if inner else entry.kind
        if entry.choices:
            label = ", ".join(f"`{one}`" for one in entry.choices)
        if isinstance(entry.kind, str) and entry.kind == declared.COLUMNS:
            label = "mapping of columns"
        help = f"**{entry.help}**" if entry.required else entry.help
        lines.append(f"| `{way}{name}` | {label} | {help} |".replace("\n", " "))
        if inner is None or (inner in seen):
            continue
        seen.add(inner)
        if column:
            _rows(inner, f"{way}{name}.", lines, seen)
        else:
            is_file_table = inner in (declared.ItemTable, declared.UserTable, declared.TagTable)
            # How files are written is said once, under `interactions`.
            same = set(declared.entries(declared.Table)) if is_file_table else set()
            own_lines: list[str] = []
            _rows(inner, f"{way}{name}.", own_lines, seen)
            lines += [
                line
                for line in own_lines
                if not any(line.startswith(f"| `{way}{name}.{one}`") for one in same)
            ]
