"""Numbers in raw files, read exactly or not at all.

Spreadsheets and statistics programs write a long whole number such as 964982703 as 9.64983E+08, with the
last digits rounded away, and in half of the world a comma stands for the decimal point.
"""

from __future__ import annotations

import re

import numpy as np

from itdr.builders.core.duckdb_csv import literal
from itdr.builders.core.reasons import BAD_ID, ROUNDED, WRONG_TYPE

_SHORT = r"^\s*([0-9]+)\.?([0-9]*)[eE]\+?0*([0-9]{1,2})\s*$"
"""A number in E-notation: digits before the point, digits after it, power of ten."""
SHORTENED = r"^\s*[0-9](?:[.,][0-9]+)?[eE]\+[0-9]{1,3}\s*$"
"""An id that a spreadsheet took for a number and wrote in E-notation."""
_FLOAT = r"^\s*([0-9]+)\.0*\s*$"


def integer_sql(text: str, kind: str = "BIGINT") -> str:
    """SQL for the whole number that a text spells exactly: `29`, `29.0`, or `2.9E+01`.

    Args:
        text: an SQL expression of the text.
        kind: the SQL type of the number.

    Returns:
        An SQL expression; null where the text is no whole number, or a rounded one.
    """
    plain = f"TRY_CAST({text} AS {kind})"
    point = f"TRY_CAST(regexp_extract({text}, {literal(_FLOAT)}, 1) AS {kind})"
    whole, fraction, power = _parts(text)
    digits = f"({whole} || {fraction}[:{power}])"
    exact = f"length({fraction}) >= {power} AND ltrim({fraction}[{power} + 1:], '0') = ''"
    # What is written back alike is exact, and nearly every number is; the cast alone would round.
    return (
        f"CASE WHEN CAST({plain} AS VARCHAR) = {text} THEN {plain} "
        f"WHEN regexp_full_match({text}, '\\s*[+-]?[0-9]+\\s*') THEN {plain} "
        f"WHEN regexp_matches({text}, {literal(_FLOAT)}) THEN {point} "
        f"WHEN regexp_matches({text}, {literal(_SHORT)}) AND {exact} THEN TRY_CAST({digits} AS {kind}) "
        "END"
    )


def float32_sql(value: float) -> str:
    """SQL for a number to compare a 32-bit column with, such as a rating.

    Beside a plain 3.8, one engine compares in 32 bits and another in 64, where a stored 3.8 is less.

    Args:
        value: the number.

    Returns:
        An SQL expression of type FLOAT, the same in every engine and equal to `numpy.float32(value)`.
    """
    return f"CAST('{np.float32(value)!s}' AS FLOAT)"


def unread_sql(text: str, number: str, otherwise: str = WRONG_TYPE) -> str:
    """SQL for the reason why a text could not be read as a whole number; null where it was, or is empty.

    Args:
        text: an SQL expression of the text.
        number: what `integer_sql` gave for it.
        otherwise: the reason where it is not a rounded number.

    Returns:
        An SQL expression of type VARCHAR.
    """
    return (
        f"CASE WHEN {number} IS NULL AND trim({text}) <> '' THEN "
        f"CASE WHEN {rounded_sql(text)} THEN {literal(ROUNDED)} ELSE {literal(otherwise)} END END"
    )


def rounded_sql(text: str) -> str:
    """SQL condition: a text in E-notation has fewer digits than the whole number that it stands for.

    Args:
        text: an SQL expression of the text.
    """
    _, fraction, power = _parts(text)
    return f"(regexp_matches({text}, {literal(_SHORT)}) AND length({fraction}) < {power})"


def shortened_id_sql(column: str) -> str:
    """SQL for the reason to reject an id that is a number in E-notation, as no benchmark writes its ids.

    Args:
        column: the id column, of type VARCHAR.

    Returns:
        An SQL expression of type VARCHAR; null for any other id.
    """
    return (
        f"CASE WHEN (contains({column}, 'E+') OR contains({column}, 'e+')) AND "
        f"regexp_matches({column}, {literal(SHORTENED)}) THEN "
        f"CASE WHEN {rounded_sql(column)} THEN {literal(ROUNDED)} ELSE {literal(BAD_ID)} END END"
    )


def _parts(text: str) -> tuple[str, str, str]:
    """SQL for the digits before the point, those after it, and the power, of E-notation."""
    whole, fraction, power = (
        f"regexp_extract({text}, {literal(_SHORT)}, {group})" for group in (1, 2, 3)
    )
    return whole, fraction, f"TRY_CAST({power} AS INTEGER)"


class AmbiguousNumberError(ValueError):
    """A number with a comma that may stand for thousands or for decimals: 1,234."""


_POINT = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}(?:(?:,[0-9]{3})+\.[0-9]*|(?:,[0-9]{3}){2,})")
_COMMA = re.compile(r"[+-]?(?:[0-9]+|[0-9]{1,3}(?:\.[0-9]{3})+),[0-9]+")
_EITHER = re.compile(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}")


def decimal(text: str) -> float | None:
    """The number that a text spells, with a decimal point or, where nothing else is meant, a comma.

    "102.6" and "102,6" are 102.6; "1,234.5" and "1.234,5" are 1234.5.

    Args:
        text: the text.

    Returns:
        The number; None where the text is none.

    Raises:
        AmbiguousNumberError: a comma before three digits, as in "1,234".
    """
    text = text.strip()
    if _POINT.fullmatch(text):
        return float(text)
    if _THOUSANDS.fullmatch(text):
        return float(text.replace(",", ""))
    if _EITHER.fullmatch(text):
        raise AmbiguousNumberError(text)
    if _COMMA.fullmatch(text):
        return float(text.replace(".", "").replace(",", "."))
    return None
