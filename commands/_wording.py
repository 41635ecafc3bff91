"""Messages in the syntax of the command line: keyword arguments become options.

Messages are written for Python (`sources=['ml-32m', 'ml-1m']`); here they become `--sources ml-32m,ml-1m`.
"""

from __future__ import annotations

import ast
import logging
import re
import shlex

from itdr.builders.dataset.options import DECLARED

NAMES = (*DECLARED, "data_dir", "overwrite")
_VALUE = r"\[[^\[\]]*\]|'[^']*'|\"[^\"]*\"|[\w./-]*[\w/]"
_SETTING = re.compile(rf"(?<![\w.<-])({'|'.join(NAMES)})=({_VALUE})")
_SUBJECT = re.compile(rf"^({'|'.join(NAMES)})(?=:| must be| has no meaning)", re.M)
_TWO_WORDS = re.compile(
    rf"(?<![\w<./-])({'|'.join(name for name in NAMES if '_' in name)})(?![\w>=/])"
)
_LOADING = re.compile(r"load_dataset\((['\"])itdr\1, (['\"])(\w+)\2\)")


def as_options(text: str) -> str:
    """A text with keyword arguments rewritten as options of the command line.

    >>> as_options("Name them, as sources=['a', 'b c'], or use sample=True.")
    "Name them, as --sources 'a,b c', or use --sample."
    """
    text = _LOADING.sub(r"itdr show \3", text)
    text = _SETTING.sub(_option, text)
    text = _SUBJECT.sub(lambda found: _flag(found[1]), text)
    return _TWO_WORDS.sub(lambda found: _flag(found[1]), text)


class Formatter(logging.Formatter):
    """Formats log lines in the syntax of the command line."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of one log record."""
        return as_options(super().format(record))


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")


def _option(match: re.Match[str]) -> str:
    name, text = match.groups()
    flag = _flag(name)
    if text in ("True", "False"):
        return flag if text == "True" else f"--no-{flag[2:]}"
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        value = text
    parts = value if isinstance(value, list) else [value]
    return f"{flag} {shlex.quote(','.join(map(str, parts))) if '…' not in text else '…'}"
