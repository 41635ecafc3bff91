"""File types by first bytes, and whether they fit the file's name."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

TABLES = (".csv", ".tsv", ".dat", ".txt")
LINES = (".json", ".jsonl")
PAGES = (".html", ".htm", ".xml")
HEAD = 1024
"""Bytes needed from the start of a file."""
Kind = Literal[
    "empty", "zip", "gzip", "tar", "bzip2", "xz", "rar", "7z", "zstd", "html", "markup", "other"
]
MARKS: tuple[tuple[bytes, Kind], ...] = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),  # without members
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"Rar!\x1a\x07", "rar"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
)
STREAMS: tuple[Kind, ...] = ("tar", "gzip")
"""The kinds that a tar archive may have, whatever its name."""


def kind_of(head: bytes) -> Kind:
    """The kind of a file.

    Args:
        head: its first `HEAD` bytes, or all of a shorter file.

    Returns:
        The kind that the first bytes prove; text that proves nothing has a kind of its own.
    """
    if not head:
        return "empty"
    for mark, kind in MARKS:
        if head.startswith(mark):
            return kind
    if head[257:262] == b"ustar":
        return "tar"
    text = _text(head)
    if text.startswith((b"<!doctype html", b"<html", b"<head", b"<script")):
        return "html"
    if text.startswith((b"<!--", b"<?xml")) and b"<html" in text:
        return "html"
    if re.match(rb"<[a-z!?/]", text):
        return "markup"
    return "other"


def _text(head: bytes) -> bytes:
    return head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()


def kind_of_file(path: Path) -> Kind:
    """The kind of a file on disk."""
    with open(path, "rb") as file:
        return kind_of(file.read(HEAD))


def is_archive_name(name: str) -> bool:
    """Whether a name promises a container of several files."""
    return name.lower().endswith((".zip", ".tar", ".tgz", ".tar.gz"))


def expected_kinds(name: str) -> tuple[Kind, ...]:
    """The kinds that a file of this name may have; empty where any will do.

    Args:
        name: a file's name.

    Returns:
        Kinds; empty where any will do.
    """
    low = name.lower()
    if low.endswith(".zip"):
        return ("zip",)
    if is_archive_name(low):
        return STREAMS
    if low.endswith(".gz"):
        return ("gzip",)
    return ()


WEB_PAGE = "it is a web page (a login, a consent form or an error), not the file"


def mismatch(name: str, head: bytes) -> str | None:
    """Why a file cannot be what its name says; None where it can.

    Args:
        name: its name.
        head: its first `HEAD` bytes.

    Returns:
        Half a sentence, or None.
    """
    kind, low = kind_of(head), name.lower()
    if kind == "html" and not low.endswith(PAGES):
        return WEB_PAGE
    kinds = expected_kinds(name)
    if not kinds:
        return _no_data(low, kind, head)
    if kind in kinds:
        return None
    if kind == "empty":
        return "it is empty"
    begins = repr(head[:24])
    return f"it is no {kinds[0]} file: it begins with {begins}"


def _no_data(low: str, kind: Kind, head: bytes) -> str | None:
    """Why text cannot be that of a table, or of JSON Lines."""
    if kind in ("empty", "zip", "gzip") or not low.endswith(TABLES + LINES):
        return None  # a zip of the one file is taken apart
    text = _text(head)
    begins = f"it begins with {head[:24]!r}"
    if kind == "markup":
        return f"it is a page or message in markup, not the file: {begins}"
    if low.endswith(LINES):
        return None if text.startswith((b"{", b"[")) else f"it is no JSON: {begins}"
    if re.match(rb"\{|\[\s*[\[{\"]", text):
        return f"it is JSON (an error message?), not a table: {begins}"
    return None


_MESSAGE = re.compile(
    rb"(?:http )?(?:error|fatal|failed|forbidden|not found|access denied|unauthori[sz]ed|"
    rb"(?:service |temporarily )?unavailable|too many|rate limit|bad gateway|internal server|"
    rb"gateway time|quota|please |sorry|[45]\d\d [a-z])"
)


def message_problem(name: str, head: bytes, whole: bool) -> str | None:
    """Why a download is an error message rather than a table; None where it may be a table.

    Args:
        name: the file's name.
        head: its first `HEAD` bytes.
        whole: `head` is the whole file.

    Returns:
        Half a sentence, or None.
    """
    if not name.lower().endswith(TABLES) or not head:
        return None
    text = _text(head)
    lone = whole and b"\n" not in text.strip() and b"\r" not in text.strip()
    if lone or _MESSAGE.match(text):
        return f"it is a message, not a table: it begins with {head[:40]!r}"
    return None


def content_type_mismatch(name: str, head: bytes, content_type: str) -> str | None:
    """Why a response cannot be the file, by its content type; None where it can.

    The first bytes, where they prove the type, are believed against the server's word.

    Args:
        name: the file's name.
        head: its first `HEAD` bytes.
        content_type: the response's header.

    Returns:
        Half a sentence, or None.
    """
    if kind_of(head) in expected_kinds(name) or not head:
        return None
    media_type, low = content_type.partition(";")[0].strip().lower(), name.lower()
    if media_type in ("text/html", "application/xhtml+xml") and not low.endswith(PAGES):
        return WEB_PAGE
    odd = media_type.endswith(("/json", "+json", "/xml", "+xml"))
    if odd and low.endswith(TABLES):
        return f"the server says that it is {media_type[:60]}, not a table"
    return None
