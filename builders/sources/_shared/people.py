"""What people are said to be in profiles, in the spellings that occur: gender, and words for "not stated"."""

from __future__ import annotations

from collections.abc import Mapping

from itdr.builders.core.duckdb_csv import literal

GENDERS = {
    "m": "male",
    "male": "male",
    "man": "male",
    "f": "female",
    "female": "female",
    "woman": "female",
    "non-binary": "non-binary",
}
"""Genders by their spelling in small letters."""


def decoded_sql(column: str, words: Mapping[str, str]) -> str:
    """SQL that decodes a code or word; null where it is unknown.

    Args:
        column: an SQL expression of a text.
        words: meanings by spelling, in small letters.

    Returns:
        An SQL expression.
    """
    cases = " ".join(f"WHEN {literal(code)} THEN {literal(text)}" for code, text in words.items())
    return f"CASE lower(trim({column})) {cases} END"
