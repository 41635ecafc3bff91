"""Lists of strings as Python writes them, in fields of raw files, and names in lists of other shapes."""

from __future__ import annotations

import ast
import math
from typing import Any

from itdr.builders.core.duckdb_csv import literal

_ITEM = r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\""""
NAMING = ("title", "name", "description")
"""Keys of records that name something, as the interfaces of Yelp, MyAnimeList and Steam have them."""
_PARTS = r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)|[^\\]+"


def string_list_sql(column: str) -> str:
    """SQL (VARCHAR[]) for a column with list literals of strings, as `repr` writes them, or with tuples,
    sets, or arrays as numpy prints them: without commas.

    Null and anything else give an empty list. Line ends and tabs become blanks.

    Args:
        column: the column.

    Returns:
        An SQL expression.
    """
    item = f"u?(?:{_ITEM})"
    whole = literal(rf"\s*[\[({{]\s*(?:{item}(?:(?:\s*,\s*|\s+){item})*)?\s*,?\s*[\])}}]\s*")
    code = "CAST('0x' || p[3:] AS INTEGER)"
    sign = (
        "lambda p: CASE WHEN p[1] <> '\\' THEN p "
        f"WHEN length(p) > 2 AND ({code} BETWEEN 1 AND 55295 OR {code} BETWEEN 57344 AND 1114111) "
        f"THEN chr({code}) WHEN length(p) > 2 OR p[2] IN ('n', 'r', 't') THEN ' ' ELSE p[2] END"
    )
    parts = f"regexp_extract_all(v[2:-2], {literal(_PARTS)})"
    return (
        f"CASE WHEN regexp_full_match({column}, {whole}) THEN "
        f"list_transform(regexp_extract_all({column}, {literal(_ITEM)}), lambda v: "
        f"CASE WHEN contains(v, '\\') THEN array_to_string(list_transform({parts}, {sign}), '') "
        "ELSE v[2:-2] END) ELSE CAST([] AS VARCHAR[]) END"
    )


def is_stated(value: Any) -> bool:
    """Whether a value is there: neither None nor NaN, nor an empty list."""
    if isinstance(value, float):
        return not math.isnan(value)
    return value is not None and value != [] and value != {}


def names_in(value: Any) -> tuple[list[str], bool]:
    """The texts in a value that should be a list of names.

    Args:
        value: a text, which may hold a list as Python or JSON writes it; or a list, tuple or set of texts,
            bytes, lists of these, or records that name something.

    Returns:
        The texts, and whether something is there that is none: a number, or a record without a name.
    """
    if value.__class__ is list and all(one.__class__ is str for one in value):
        return value, False
    if isinstance(value, str):
        listed = _parsed(value) if value[:1] in ("[", "(", "{") else None
        return names_in(listed) if isinstance(listed, (list, tuple, set)) else ([value], False)
    if isinstance(value, bytes):
        try:
            return [value.decode()], False
        except UnicodeDecodeError:
            return [], True
    if isinstance(value, dict):
        named = [value[key] for key in NAMING if isinstance(value.get(key), str)]
        return (named[:1], False) if named else ([], is_stated(value))
    if isinstance(value, (list, tuple, set, frozenset)):
        parts = [
            names_in(one)
            for one in (sorted(value, key=str) if isinstance(value, (set, frozenset)) else value)
        ]
        return [name for names, _ in parts for name in names], any(lost for _, lost in parts)
    return [], is_stated(value)


def _parsed(text: str) -> Any:
    """What a list literal holds; null for another text."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None
