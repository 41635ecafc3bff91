"""The JSON Schema of a description, for editors: read from its declaration."""

from __future__ import annotations

import dataclasses
from typing import Any

from itdr.builders.sources.described import declaration as declared
from itdr.builders.sources.described.declaration import Description, Entry

ADDRESS = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> dict[str, Any]:
    """The schema of a whole description, as plain values."""
    definitions: dict[str, Any] = {}
    top = _of_class(Description, definitions)
    return {"$schema": ADDRESS, "title": "A source for itdr", **top, "$defs": definitions}


def _of_class(kind: type, definitions: dict[str, Any]) -> dict[str, Any]:
    known = declared.entries(kind)
    defaults = {one.name: one.default for one in dataclasses.fields(kind)}
    properties = {}
    for name, (attribute, entry) in known.items():
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
    required = [name for name, (_, entry) in known.items() if entry.required]
    return {**schema, "required": required} if required else schema


def _of_entry(entry: Entry, definitions: dict[str, Any]) -> dict[str, Any]:
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
