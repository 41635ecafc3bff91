"""Raw files as people keep them: a walk over quoting, headers, numbers, times, encodings and packing.

Every damage is made from the records of an undamaged file, which the generators of `tests/rawgen`
write. What it changes is said by `Damage`: whether values may be lost with it, and whether the file
has to be refused.
"""

from __future__ import annotations

import csv
import datetime
import gzip
import itertools
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

Rows = list[list[str]]
TOKENS = ("NaN", "None", "null", "NULL", "nan")


@dataclass(frozen=True)
class Layout:
    """One file of a source, and what stands where in it.

    tables: that are read from it.   numbers, texts: places of columns (or keys of records).   time: the
    place of the time, in `unit` to the second.   encoding: of the official file.   plain_texts: texts that
    may say anything.   lists: lists of names, in a text set apart by `list_mark`.
    """

    name: str
    kind: str
    tables: tuple[str, ...]
    numbers: tuple[Any, ...] = ()
    texts: tuple[Any, ...] = ()
    time: Any = None
    unit: int = 1
    encoding: str = "utf-8"
    header: bool = True
    delimiter: str = ","
    domain: str | None = None
    facet: str = "base"
    plain_texts: tuple[Any, ...] = ()
    lists: tuple[Any, ...] = ()
    list_mark: str = ", "


def _amazon(name: str, tables: tuple[str, ...], facet: str, **more: Any) -> Layout:
    kind = "csv" if name.endswith(".csv") else "json"
    return Layout(name, kind, tables, domain="All_Beauty", facet=facet, **more)


EVENTS = ("interactions",)
LAYOUTS: dict[str, tuple[Layout, ...]] = {
    "amazon-books": (
        Layout("Books_rating.csv", "csv", EVENTS, (), (8, 9), 7, plain_texts=(8, 9)),
        Layout("books_data.csv", "csv", ("items",), (), (1, 5), plain_texts=(1,), lists=(2, 8)),
    ),
    "amazon-reviews-2023": (
        _amazon("benchmark/0core/rating_only/All_Beauty.csv", EVENTS, "base", time=3, unit=1000),
        _amazon("raw/review_categories/All_Beauty.jsonl", EVENTS, "text",
                texts=("title",), time="timestamp", unit=1000, plain_texts=("text", "title")),
        _amazon("raw/meta_categories/meta_All_Beauty.jsonl", ("items",), "base",
                texts=("title", "store", "price", "categories", "details", "features"),
                plain_texts=("title",), lists=("categories", "features")),
    ),
    "anime-2023": (
        Layout("users-score-2023.csv", "csv", EVENTS, (0, 2, 4)),
        Layout("anime-dataset-2023.csv", "csv", ("items",), (0,), (1, 6), plain_texts=(1, 2, 6),
               lists=(5, 14)),
        Layout("users-details-2023.csv", "csv", ("users",), (0,), (2, 4), plain_texts=(4,)),
    ),
    "bookcrossing": (
        Layout("BX-Book-Ratings.csv", "books", EVENTS, (0, 2), delimiter=";", encoding="cp1252"),
        Layout("BX-Books.csv", "books", ("items",), (3,), (1, 2, 4), delimiter=";", encoding="cp1252"),
        Layout("BX-Users.csv", "books", ("users",), (0, 2), (1,), delimiter=";", encoding="cp1252"),
    ),
    "lastfm-1k": (
        Layout("userid-timestamp-artid-artname-traid-traname.tsv", "tsv", (*EVENTS, "items"),
               texts=(), time=1, unit=0, header=False, delimiter="\t", plain_texts=(3, 5)),
        Layout("userid-profile.tsv", "tsv", ("users",), (2,), (3,), delimiter="\t", plain_texts=(3,)),
    ),
    "lastfm-360k": (
        Layout("usersha1-artmbid-artname-plays.tsv", "tsv", (*EVENTS, "items"), (3,), header=False,
               delimiter="\t", plain_texts=(2,)),
        Layout("usersha1-profile.tsv", "tsv", ("users",), (2,), (3,), header=False, delimiter="\t",
               plain_texts=(3,)),
    ),
    "microlens": (
        Layout("MicroLens-100k_pairs.csv", "csv", EVENTS, (0, 1, 2), time=2, unit=1000),
        Layout("MicroLens-100k_title_en.csv", "titles", ("items",), (0,), (1,), header=False,
               plain_texts=(1,)),
    ),
    "mind": (
        Layout("MINDsmall_train/behaviors.tsv", "tsv", EVENTS, time=2, unit=0, header=False,
               delimiter="\t"),
        Layout("MINDsmall_train/news.tsv", "tsv", ("items",), (), (3, 4), header=False,
               delimiter="\t", plain_texts=(3, 4)),
    ),
    "ml-1m": (
        Layout("ratings.dat", "tsv", EVENTS, (0, 1, 2, 3), time=3, header=False, delimiter="::"),
        Layout("movies.dat", "tsv", ("items",), (0,), (1,), header=False, delimiter="::",
               encoding="latin-1"),
        Layout("users.dat", "tsv", ("users",), (0, 2, 3), header=False, delimiter="::"),
    ),
    "ml-32m": (
        Layout("ratings.csv", "csv", EVENTS, (0, 1, 3), time=3),
        Layout("movies.csv", "csv", ("items",), (0,), (1, 2), plain_texts=(1,), lists=(2,),
               list_mark="|"),
        Layout("tags.csv", "csv", ("tags",), (0, 1)),
    ),
    "pixelrec": (
        Layout("interactions/Pixel200K.csv", "csv", EVENTS, (2,), time=2),
        Layout("items/Pixel200K.csv", "csv", ("items",), (), (8, 9, 10), plain_texts=(8,)),
    ),
    "steam": (
        Layout("steam_reviews.json.gz", "literal", EVENTS, texts=("text",), time="date", unit=0,
               plain_texts=("text",)),
        Layout("steam_games.json.gz", "literal", ("items",), texts=("app_name", "publisher"),
               plain_texts=("app_name", "title"), lists=("genres", "tags", "specs")),
    ),
    "yelp": (
        Layout("yelp_academic_dataset_review.json", "json", EVENTS, ("stars",), ("text",),
               time="date", unit=0, plain_texts=("text",)),
        Layout("yelp_academic_dataset_business.json", "json", ("items",), (),
               ("name", "city", "categories", "attributes"), plain_texts=("name",),
               lists=("categories",)),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Damage:
    """A damaged file. name: of what was done.   file: its name.   data: its bytes.   empties: values
    were taken out, so that they may be missing.   refused: the file must be refused.   counted: what is
    missing must be counted."""

    name: str
    file: str
    data: bytes
    empties: bool = False
    refused: bool = False
    counted: bool = False


@dataclass(frozen=True)
class Content:
    """The records of a file: rows of a table, or dicts."""

    layout: Layout
    names: list[str] = field(default_factory=list)
    rows: Rows = field(default_factory=list)
    records: list[dict[str, Any]] = field(default_factory=list)


def damages(layout: Layout, data: bytes) -> Iterator[Damage]:
    """All damages of a file with these bytes."""
    plain = gzip.decompress(data) if layout.kind == "literal" else data
    yield from _of_bytes(layout, plain)
    content = parsed(layout, plain)
    made = _of_records(content) if content.records else _of_rows(content)
    for name, text, empties in made:
        packed = gzip.compress(text.encode(layout.encoding, "replace"), mtime=0)
        kept = packed if layout.kind == "literal" else text.encode(layout.encoding, "replace")
        yield Damage(name, layout.name, kept, empties)


def parsed(layout: Layout, data: bytes) -> Content:
    """The records of an undamaged file."""
    text = data.decode(layout.encoding).replace("\r\n", "\n")
    if layout.kind == "json":
        return Content(layout, records=[json.loads(line) for line in text.splitlines()])
    if layout.kind == "literal":
        import ast

        return Content(layout, records=[ast.literal_eval(line) for line in text.splitlines()])
    if layout.kind == "tsv":
        rows = [line.split(layout.delimiter) for line in text.split("\n")[:-1]]
    elif layout.kind == "titles":
        rows = [line.split(",", 1) for line in text.split("\n")[:-1]]
    else:
        rows = list(csv.reader(text.splitlines(keepends=True), delimiter=layout.delimiter))
    return Content(layout, rows.pop(0) if layout.header else [], rows)


# -- of bytes -------------------------------------------------------------------------------------


def _of_bytes(layout: Layout, data: bytes) -> Iterator[Damage]:
    packed = gzip.compress(data, mtime=0)
    official = layout.kind == "literal"
    bare = layout.name.removesuffix(".gz")
    zipped = f"{bare}.gz"
    lines = data.split(b"\n")

    def text(name: str, changed: bytes, **more: Any) -> Damage:
        kept = gzip.compress(changed, mtime=0) if official else changed
        return Damage(name, layout.name, kept, **more)

    yield Damage("plain" if official else "packed", bare if official else zipped,
                 data if official else packed)  # fmt: skip
    yield Damage("gzip cut off", zipped, packed[: len(packed) // 2], refused=True)
    if any(layout == own[0] for own in LAYOUTS.values()):  # one file of a source shows it
        wrong = packed[:-8] + bytes([packed[-8] ^ 1]) + packed[-7:]
        yield Damage("gzip with a wrong checksum", zipped, wrong, refused=True)
        yield Damage("junk behind gzip", zipped, packed + b"junk and more junk", refused=True)
    yield text("CRLF", data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    yield text("bare CR", data.replace(b"\r\n", b"\n").replace(b"\n", b"\r"))
    yield text("byte order mark", b"\xef\xbb\xbf" + data)
    yield text("no final line end", data.rstrip(b"\r\n"))
    yield text("cut within the last line", data[: -max(12, len(lines[-2]) // 2)])
    yield text("blank lines", b"\n".join([*lines[:3], b"", b"", *lines[3:]]))
    long = lines[1][:40] + b"x" * 2_200_000
    yield text("one endless line", b"\n".join([*lines[:3], long, *lines[3:]]))
    yield text("a NUL byte", b"\n".join([*lines[:3], b"\0" + lines[3], *lines[4:]]))
    whole = data.decode(layout.encoding)
    yield text("UTF-16", whole.encode("utf-16"), refused=True)
    if not whole.isascii():
        other = "utf-8" if layout.encoding != "utf-8" else "gb18030"
        yield text(f"saved as {other}", whole.encode(other))
        if other == "utf-8":
            mixed = [
                line.encode("utf-8" if place % 2 else layout.encoding)
                for place, line in enumerate(whole.split("\n"))
            ]
            yield text("two encodings in turn", b"\n".join(mixed))
    if layout.encoding != "utf-8":
        return
    stray = b"\n".join([*lines[:3], lines[3] + b"\x92\xff", *lines[4:]])
    yield text("a byte that is no UTF-8", stray, empties=True)


# -- of rows --------------------------------------------------------------------------------------


def written(content: Content, rows: Rows, names: Sequence[str] = (), style: str = "") -> str:
    """The text of a file with these rows. style: which fields stand between quotes; where `marked`, quotes
    inside stand behind a backslash."""
    layout = content.layout
    style = style or {"csv": "minimal", "books": "books"}.get(layout.kind, "none")
    mark = layout.delimiter

    def one(text: str, head: bool = False) -> str:
        special = any(sign in text for sign in (mark, '"', "\n", "\r"))
        if style in ("special", "marked where special"):
            special = special or "," in text
        if style == "blank":
            special = special or " " in text or "," in text
        quoted = style in ("all", "marked") or (style != "none" and special)
        if style == "books":
            return text if text == "NULL" else '"' + text.replace('"', '\\"') + '"'
        if style.startswith("marked"):
            text = text.replace('"', '\\"')
            return f'"{text}"' if quoted else text
        return '"' + text.replace('"', '""') + '"' if quoted else text

    lines = [mark.join(map(one, row)) for row in ([list(names)] if names else []) + rows]
    return "".join(line + "\n" for line in lines)


def _of_rows(content: Content) -> Iterator[tuple[str, str, bool]]:
    """Name, text, and whether values were taken out."""
    layout, names, rows = content.layout, content.names, content.rows

    def text(changed: Rows, header: Sequence[str] = (), style: str = "") -> str:
        return written(content, changed, header or names, style)

    # The official files are quoted as little as possible, or not at all.
    for style in ("all",) if layout.kind == "csv" else ("all", "minimal"):
        yield f"quotes: {style}", text(rows, style=style), False
    indexed = [[str(place), *row] for place, row in enumerate(rows)]
    yield "an index, named", text(indexed, ["", *(names or map(str, range(len(rows[0]))))]), False
    if not names:
        yield "an index", text(indexed), False
        yield "a header added", text(rows, [f"c{place}" for place in range(len(rows[0]))]), False
    trailing = [[*row, ""] for row in rows]
    yield "a trailing delimiter", text(trailing, [*names, ""] if names else ()), False
    if names:
        yield "a trailing delimiter, not in the header", text(trailing), False
        spelled = [f" {name.upper()} " for name in names]
        yield "the header in capitals, with blanks", text(rows, spelled), False
        yield "no header", written(content, rows), False
        backwards = [row[::-1] for row in rows]
        yield "columns in another order", text(backwards, names[::-1]), False
        yield (
            "a column named twice",
            text([[*row, row[0]] for row in rows], [*names, names[0]]),
            False,
        )
    if layout.numbers:
        yield "whole numbers as floats", text(_mapped(rows, layout.numbers, _as_float)), False
        spaced = _mapped(rows, layout.numbers[:1], lambda value: f" {value}")
        yield "blanks before a number", text(spaced), False
    yield "numbers in E-notation, rounded", text(_everywhere(rows, _rounded)), True
    yield "numbers in E-notation, whole", text(_everywhere(rows, _in_full)), True
    yield "a comma for the decimal point", text(_everywhere(rows, _with_comma)), True
    if layout.texts:
        changed = [list(row) for row in rows]
        for place, row in enumerate(changed[::3]):
            row[layout.texts[place % len(layout.texts)]] = TOKENS[place % 5]
        yield "no value in a text", text(changed), True
    missing = [
        [TOKENS[number % 5] if not number % 4 else row[0], *row[1:]]
        for number, row in enumerate(rows)
    ]
    yield "no value in the first column", text(missing), True
    if layout.time is not None:
        for name, change in _clocks(layout.unit).items():
            yield f"times: {name}", text(_mapped(rows, (layout.time,), change)), False


def _mapped(rows: Rows, places: Sequence[int], change: Callable[[str], str]) -> Rows:
    return [
        [change(value) if place in places else value for place, value in enumerate(row)]
        for row in rows
    ]


def _everywhere(rows: Rows, change: Callable[[str], str]) -> Rows:
    """What a spreadsheet does to every field that looks like a number."""
    return [[change(value) for value in row] for row in rows]


def _rounded(value: str) -> str:
    return f"{float(value):.5E}" if value.isdecimal() and len(value) > 6 else value


def _in_full(value: str) -> str:
    long = value.isdecimal() and len(value) > 6
    return f"{value[0]}.{value[1:]}E+{len(value) - 1:02d}" if long else value


def _with_comma(value: str) -> str:
    whole, point, rest = value.partition(".")
    return f"{whole},{rest}" if point and whole.isdecimal() and rest.isdecimal() else value


def _as_float(value: str) -> str:
    return f"{value}.0" if value.isdecimal() else value


def _clocks(unit: int) -> dict[str, Callable[[Any], Any]]:
    """Other ways of writing a time: of numbers in other units, or of texts in other forms."""
    if unit:
        return {
            "seconds": lambda value: str(int(value) // unit),
            "milliseconds": lambda value: str(int(value) * 1000 // unit),
            "microseconds": lambda value: str(int(value) * 10**6 // unit),
            "nanoseconds": lambda value: str(int(value) * 10**9 // unit),
            "minutes": lambda value: str(int(value) // unit // 60),
            "ISO": lambda value: _iso(int(value) // unit),
            "floats": lambda value: f"{value}.0",
            "of the year 2999": lambda value: str(32_472_144_000 * unit),
        }
    return {
        "a number": lambda value: "1400000000",
        "blank or T": lambda value: value.replace("T", "\0").replace(" ", "T").replace("\0", " "),
        "the day first": lambda value: "24.12.2012 10:11",
        "no value": lambda value: "NaN",
        "of the year 2999": lambda value: re.sub(r"(19|20)\d\d", "2999", value),
        "day and month in turn": lambda value: re.sub(r"^(\d+)/(\d+)/", r"\2/\1/", value),
    }


def _iso(second: int) -> str:
    moment = datetime.datetime.fromtimestamp(second, datetime.timezone.utc)
    return moment.strftime("%Y-%m-%d %H:%M:%S")


# -- of records -----------------------------------------------------------------------------------


def _of_records(content: Content) -> Iterator[tuple[str, str, bool]]:
    layout, records = content.layout, content.records

    def text(changed: Sequence[Any]) -> str:
        dump = repr if layout.kind == "literal" else json.dumps
        return "".join(f"{dump(record)}\n" for record in changed)

    def each(keys: Sequence[str], change: Callable[[Any], Any], of: int = 1) -> str:
        return text(
            [
                {
                    key: change(value) if key in keys and not number % of else value
                    for key, value in record.items()
                }
                for number, record in enumerate(records)
            ]
        )

    def in_turn(values: Sequence[Any]) -> Callable[[Any], Any]:
        """The next of these values for each value."""
        rest = itertools.cycle(values)
        return lambda value: next(rest)

    def in_texts(change: Callable[[Any], Any], of: int) -> str:
        changed = [dict(one) for one in records]
        for place, one in enumerate(changed[::of]):
            name = layout.texts[place % len(layout.texts)]
            if name in one:
                one[name] = change(one[name])
        return text(changed)

    yield (
        "keys in capitals",
        text([{key.upper(): value for key, value in one.items()} for one in records]),
        False,
    )
    yield "keys in another order", text([dict(reversed(one.items())) for one in records]), False
    yield "one array", json.dumps(records) + "\n", False
    yield "over several lines", "".join(json.dumps(one, indent=1) + "\n" for one in records), False
    if layout.kind == "literal":
        yield "JSON in place of literals", "".join(json.dumps(one) + "\n" for one in records), False
    yield "letters escaped", text(records), False
    numbers = [key for key, value in records[0].items() if type(value) in (int, float)]
    yield (
        "numbers as texts",
        each(numbers, lambda value: value if value is None else str(value)),
        False,
    )
    yield (
        "whole numbers as floats",
        each(numbers, lambda value: float(value) if type(value) is int else value),
        False,
    )
    commas: Callable[[Any], Any] = lambda value: (  # noqa: E731
        str(value).replace(".", ",") if type(value) is float else value
    )
    yield "numbers with a decimal comma", each(numbers, commas), True
    yield "true in place of numbers", each(numbers, lambda value: True, 3), True
    keys = ("user_id", "username", "business_id", "parent_asin", "product_id", "id")
    wrong = (True, {}, {"$oid": "1"}, ["1"], [], 1.5, "NaN", "None", "null")
    yield "no texts in ids", each(keys, in_turn(wrong), 4), True
    if layout.time is not None:
        for name, change in _clocks(layout.unit).items():
            changed = each(
                (layout.time,), lambda value, change=change: _typed(value, change(value))
            )
            yield f"times: {name}", changed, False
    if not layout.texts:
        return
    tokens = ("NaN", "None", "null", float("nan"), None)
    # One text after the other, so that each is damaged in some record.
    yield "no value in a text", in_texts(in_turn(tokens), 3), True
    yield "texts in lists", each(layout.texts, _listed), False
    yield "texts for lists", each(layout.texts, _as_text), False
    absent = [
        {
            name: value
            for name, value in one.items()
            if name != layout.texts[number // 3 % len(layout.texts)] or number % 3
        }
        for number, one in enumerate(records)
    ]
    yield "a text is absent", text(absent), True


def _typed(value: Any, changed: str) -> Any:
    return int(changed) if isinstance(value, int) and changed.isdecimal() else changed


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, (str, float, int)) else value


def _as_text(value: Any) -> Any:
    if isinstance(value, list):
        return value[0] if len(value) == 1 else value
    return json.dumps(value) if isinstance(value, dict) else value
