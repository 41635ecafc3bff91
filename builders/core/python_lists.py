"""Lists of strings as Python writes them, in fields of raw files."""

from __future__ import annotations

from itdr.builders.core.duckdb_csv import literal

_ITEM = r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\""""
_PARTS = r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)|[^\\]+"


def string_list_sql(column: str) -> str:
    """SQL (VARCHAR[]) for a column with list literals of strings, as `repr` writes them.

    Null and anything else give an empty list. Line ends and tabs become blanks.

    Args:
        column: the column.

    Returns:
        An SQL expression.
    """
    whole = literal(rf"\s*\[\s*(?:(?:{_ITEM})(?:\s*,\s*(?:{_ITEM}))*)?\s*,?\s*\]\s*")
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
