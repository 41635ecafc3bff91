"""Output paths of commands: expanded as a shell would, and checked before any work is done."""

from __future__ import annotations

import os
from pathlib import Path

from itdr.builders.core.errors import ConfigError


def folder(text: str) -> Path:
    """The folder to write into, which need not exist.

    Raises:
        ConfigError: it is a file or a URL.
    """
    path = _path(text)
    if path.exists() and not path.is_dir():
        raise ConfigError(f"{path} is a file: name a folder to write into.")
    return path


def file(text: str) -> Path:
    """The file to write; its folder is created.

    Raises:
        ConfigError: it is a folder or a URL.
    """
    path = _path(text)
    if path.is_dir():
        raise ConfigError(f"{path} is a folder: name a file to write, as {path / 'out'}.")
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def name(text: str) -> str:
    """A path or URL with `~` expanded.

    Raises:
        ConfigError: it is empty.
    """
    if not text.strip():
        raise ConfigError("The name to write to is empty: name a file or folder after -o.")
    return os.path.expanduser(text)


def _path(text: str) -> Path:
    if "://" in text or text.startswith("file:"):
        raise ConfigError(
            f"{text} is a URL, and only `itdr build --engine spark` writes to one: name a path."
        )
    return Path(name(text))
