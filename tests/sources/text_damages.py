"""What other programs make of texts and lists: quotes round fields and inside them, other shapes of lists,
other types in place of texts, keys twice. The base is a file whose texts have commas, quotes and accents.
"""

from __future__ import annotations

import ast
import gzip
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from tests.sources.damages import Content, Damage, Layout, parsed, written

Names = Sequence[str]
MARKS = ("Café, {} & co", 'The "{}"', "{}", "L’été {}, again")
NO_TEXTS = (True, {"a": "b"}, ["one", "two"])
OF_TEXT: dict[str, Callable[[Names], str]] = {
    "tuples": lambda names: str(tuple(names)),
    "sets": lambda names: "{" + ", ".join(map(repr, names)) + "}",
    "arrays of numpy": lambda names: "[" + " ".join(map(repr, names)) + "]",
    "JSON": lambda names: json.dumps(list(names)),
    "records": lambda names: str([{"id": 1, "name": name} for name in names]),
}
OF_RECORDS: dict[str, Callable[[Names], Any]] = {
    "nested": lambda names: [list(names)],
    "records": lambda names: [{"id": 1, "name": name} for name in names],
    "records without names": lambda names: [{"id": 1} for _ in names],
    "JSON": lambda names: json.dumps(list(names)),
    "as Python prints them": lambda names: str(list(names)),
}


def enriched(layout: Layout, data: bytes) -> Content:
    """The records of an undamaged file, their texts with a comma, quotes or accents."""
    content = parsed(layout, gzip.decompress(data) if layout.kind == "literal" else data)
    for number, row in enumerate([*content.rows, *content.records]):
        form = MARKS[number % len(MARKS)].format
        for place in layout.plain_texts:
            value = row[place] if isinstance(place, int) else row.get(place)
            if isinstance(value, str) and value and value not in ("UNKNOWN", "NULL"):
                row[place] = form(value)
    return content


def encoded(content: Content) -> bytes:
    """The bytes of a file."""
    if content.records:
        text = _lines(content, content.records)
    else:
        text = written(content, content.rows, content.names)
    return _packed(content.layout, text)


def text_damages(content: Content) -> Iterator[Damage]:
    """The damages of these texts and lists, each of which leaves the values as they are, or has to be counted
    or refused."""
    changed = _of_records(content) if content.records else _of_rows(content)
    for name, text, more in changed:
        layout = content.layout
        yield Damage(name, layout.name, _packed(layout, text), counted=True, **more)


def _packed(layout: Layout, text: str) -> bytes:
    body = text.encode(layout.encoding, "replace")
    return gzip.compress(body, mtime=0) if layout.kind == "literal" else body


def _of_rows(content: Content) -> Iterator[tuple[str, str, dict[str, bool]]]:
    layout = content.layout
    styles = {
        "tsv": ("special", "blank", "marked"),
        "csv": ("marked", "marked where special"),
        "titles": ("marked",),
    }
    if layout.delimiter != "::":
        for style in styles.get(layout.kind, ()):
            yield f"quotes: {style}", written(content, content.rows, content.names, style), {}
    for name, shape in OF_TEXT.items() if layout.lists else ():
        rows = [list(row) for row in content.rows]
        for row in rows:
            for place in layout.lists:
                if row[place] not in ("", "UNKNOWN"):
                    row[place] = shape(_names(row[place], layout.list_mark))
        yield f"lists as {name}", written(content, rows, content.names), {"empties": True}
    if layout.encoding == "utf-8" and layout.plain_texts:
        text = written(content, content.rows, content.names)
        twice = text.encode().decode("latin-1")
        # A country or a place is judged by itself.
        judged = "users" not in layout.tables
        yield "encoded twice", twice, {"refused": judged, "empties": not judged}


def _names(text: str, mark: str) -> list[str]:
    return [str(name) for name in ast.literal_eval(text)] if text[:1] == "[" else text.split(mark)


def _of_records(content: Content) -> Iterator[tuple[str, str, dict[str, bool]]]:
    layout, records = content.layout, content.records

    def each(keys: Sequence[Any], change: Callable[[int, Any], Any]) -> str:
        return _lines(
            content,
            [
                {key: change(n, value) if key in keys else value for key, value in one.items()}
                for n, one in enumerate(records)
            ],
        )

    slashed = json.dumps(records[0], ensure_ascii=False).replace("/", "\\/")
    rest = [json.dumps(one, ensure_ascii=False).replace("/", "\\/") for one in records[1:]]
    yield "slashes behind backslashes", "\n".join([slashed, *rest, ""]), {}
    empties = {"empties": True}
    no_texts = each(layout.plain_texts, lambda n, _: NO_TEXTS[n % 3] if not n % 2 else _)
    yield "no texts", no_texts, empties
    for name, shape in OF_RECORDS.items() if layout.lists else ():
        shaped = each(
            layout.lists,
            lambda _, value, shape=shape: shape(_listed(value)) if value else value,
        )
        yield f"lists: {name}", shaped, empties
    key = layout.plain_texts[0]
    quoted = repr(key) if layout.kind == "literal" else json.dumps(key)
    lines = _lines(content, records).splitlines()
    place = next(n for n, one in enumerate(records) if key in one)
    lines[place] = lines[place].replace("{", f'{{{quoted}: "another", ', 1)
    yield "a key twice", "\n".join([*lines, ""]), {"refused": True}
    nested = {key for one in records for key, value in one.items() if isinstance(value, dict)}
    if nested:
        flat = [
            {
                name: inner
                for key, value in one.items()
                for name, inner in (
                    {f"{key}.{part}": deep for part, deep in value.items()}.items()
                    if key in nested and isinstance(value, dict)
                    else {key: value}.items()
                )
            }
            for one in records
        ]
        yield "objects taken apart", _lines(content, flat), {"refused": True}


def _listed(value: Any) -> list[str]:
    return value.split(", ") if isinstance(value, str) else [str(one) for one in value]


def _lines(content: Content, records: Sequence[Any]) -> str:
    dump: Callable[[Any], str] = (
        repr
        if content.layout.kind == "literal"
        else lambda one: json.dumps(one, ensure_ascii=False)
    )
    return "".join(f"{dump(one)}\n" for one in records)


def with_texts(layouts: Sequence[Layout]) -> list[Layout]:
    """The layouts whose texts or lists are damaged here, and that no other copy of the file repeats."""
    return [one for one in layouts if one.plain_texts or one.lists]
