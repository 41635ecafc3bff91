"""Python literals in raw files: one dict per line (Steam). Lists in a field: `core.python_lists`.

`literal_reader` extracts the wanted keys from a dict literal with one regular expression for the whole
line, five to six times as fast as `ast.literal_eval`; a line of any other form goes to
`ast.literal_eval` itself, so the values are the same in every case. Nothing is ever evaluated.
"""

from __future__ import annotations

import ast
import contextlib
import json
import re
import warnings
from collections.abc import Callable, Sequence
from typing import Any

# Only escapes that mean the same in every Python; rarer ones (octal, \N{…}) take the slow road.
_ESCAPE = (
    r"""\\(?:[\\'"abfnrtv]|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U00(?:0[0-9a-fA-F]|10)[0-9a-fA-F]{4})"""
)
# Loops are unrolled, so that a string that never ends costs one pass and no backtracking.
_STRING = (
    rf"u?(?:'[^'\\\x00\r\n]*(?:{_ESCAPE}[^'\\\x00\r\n]*)*'"
    rf'|"[^"\\\x00\r\n]*(?:{_ESCAPE}[^"\\\x00\r\n]*)*")'
)
_NUMBER = r"-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,17})?"
_LIST = rf"\[(?:{_STRING}(?:, {_STRING})*)?\]"
_VALUE = rf"(?:{_STRING}|{_NUMBER}|True|False|None|{_LIST})"
_STRINGS = re.compile(_STRING)
_WORDS = {"True": True, "False": False, "None": None}


def literal_reader(keys: Sequence[str]) -> Callable[[str], tuple[Any, ...] | None]:
    """Create a function that reads a line with a dict literal.

    Args:
        keys: the wanted keys, made of letters, digits and underscores.

    Returns:
        A function of a line that returns the values of `keys`, None for an absent key; or None for a
        line that is no dict literal. A line end does not matter.
    """
    key_pairs = "|".join(f"{key}': (?P<{key}>{_VALUE})" for key in keys)
    # (?!…) keeps a wanted key from being passed over as one of the others.
    names = "|".join(f"{key}'" for key in keys)
    pair = rf"u?'(?:{key_pairs}|(?!{names})[A-Za-z_][A-Za-z0-9_]*': {_VALUE})"
    line_form = re.compile(rf"\{{(?:{pair}(?:, (?=u?')|(?=\}})))*\}}\r?\n?").fullmatch
    names_of = tuple(keys)

    def pick(line: str) -> tuple[Any, ...] | None:
        match = line_form(line)
        if match is not None:
            return tuple([None if text is None else _value(text) for text in match.groups()])
        record = _evaluated(line)
        return tuple([record.get(key) for key in names_of]) if isinstance(record, dict) else None

    return pick


def _value(text: str) -> Any:
    """The value of one matched literal."""
    first = text[0]
    if first == "u" or first in "'\"":
        if "\\" not in text:
            return text[2:-1] if first == "u" else text[1:-1]
        if text.isascii():
            body = text[2:-1] if first == "u" else text[1:-1]
            return body.encode("ascii").decode("unicode_escape")
        return ast.literal_eval(text)
    if first == "[":
        return [_value(match[0]) for match in _STRINGS.finditer(text)]
    if text in _WORDS:
        return _WORDS[text]
    return float(text) if "." in text else int(text)


def literal_pairs(line: bytes) -> list[list[tuple[str, Any]]]:
    """The keys of a dict literal with their values, as often as they stand there, in a list.

    Args:
        line: a line of the file.

    Returns:
        One list of (key, value as Python's parser dumps it); empty for a line that is no dict literal.
    """
    with contextlib.suppress(ValueError, SyntaxError, MemoryError, RecursionError):
        tree = ast.parse(line.decode().strip(), mode="eval").body
        if isinstance(tree, ast.Dict):
            pairs = [
                (str(ast.literal_eval(key)), ast.dump(value))
                for key, value in zip(tree.keys, tree.values, strict=True)
                if key
            ]
            return [pairs]
    return []


def _evaluated(line: str) -> Any:
    """The result of `ast.literal_eval`, or of parsing the line as JSON; None where both refuse."""
    if line.startswith('{"'):
        with contextlib.suppress(ValueError, RecursionError):
            return json.loads(line)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an unknown escape warns, and stays as it is
        try:
            return ast.literal_eval(line.rstrip("\r\n"))
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            return None
