"""What a file is by its first bytes, and whether that fits its name."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

HEAD = 1024
"""Bytes from a file's start that suffice."""
Kind = Literal["empty", "zip", "gzip", "tar", "bzip2", "xz", "rar", "7z", "zstd", "html", "other"]
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
STREAMS: tuple[Kind, ...] = ("tar", "gzip", "bzip2", "xz")
"""What a tar archive may be, whatever its name says."""


def kind_of(head: bytes) -> Kind:
    """The kind of a file that begins with `head` (`HEAD` bytes, or all of a shorter file)."""
    if not head:
        return "empty"
    for mark, kind in MARKS:
        if head.startswith(mark):
            return kind
    if head[257:262] == b"ustar":
        return "tar"
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith((b"<!doctype html", b"<html", b"<head", b"<script")):
        return "html"
    if text.startswith((b"<!--", b"<?xml")) and b"<html" in text:
        return "html"
    return "other"


def kind_of_file(path: Path) -> Kind:
    """The kind of a file on disk."""
    with open(path, "rb") as file:
        return kind_of(file.read(HEAD))


def is_archive_name(name: str) -> bool:
    """Whether a name promises a container of several files."""
    return name.lower().endswith(
        (".zip", ".tar", ".tgz", ".tar.gz", ".tar.bz2", ".tbz2", ".tar.xz")
    )


def expected_kinds(name: str) -> tuple[Kind, ...]:
    """The kinds that a file of this name may have; empty where any will do."""
    low = name.lower()
    if low.endswith(".zip"):
        return ("zip",)
    if is_archive_name(low):
        return STREAMS
    if low.endswith(".gz"):
        return ("gzip",)
    return ()


def unlike(name: str, head: bytes) -> str | None:
    """Why a file that begins with `head` cannot be `name`; None where it can."""
    kind = kind_of(head)
    if kind == "html" and not name.lower().endswith((".html", ".htm")):
        return "it is a web page (a login, a consent form or an error), not the file"
    wanted = expected_kinds(name)
    if not wanted or kind in wanted:
        return None
    if kind == "empty":
        return "it is empty"
    begins = repr(head[:24])
    return f"it is no {wanted[0]} file: it begins with {begins}"
