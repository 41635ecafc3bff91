"""A partial download on disk, and the version of the file that it belongs to.

The bytes gather in `<name>.part`; `<name>.part.json` records which version of which file they are.
At every moment, also when a process is killed, the part is a true prefix of that version.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from itdr.builders.core.paths import read_json, write_json
from itdr.builders.core.schema import Remote


@dataclass
class PartialFile:
    """A partial download on disk, and the version of the file that it belongs to.

    Attributes:
        final: the path of the finished download.
        state: what is recorded of the version: url, etag, modified, total, encoding, framed.
    """

    final: Path
    state: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.body = self.final.with_name(self.final.name + ".part")
        self.state_path = self.final.with_name(self.final.name + ".part.json")
        self.state = read_json(self.state_path) or {}

    @property
    def size(self) -> int:
        """Bytes on disk."""
        try:
            return self.body.stat().st_size
        except OSError:
            return 0

    @property
    def begun(self) -> bool:
        """Whether an earlier run left anything."""
        return self.body.exists() or self.state_path.exists()

    @property
    def complete(self) -> bool:
        """Whether the whole body arrived, according to the server."""
        whole = self.state.get("got") if self.state.get("complete") else self.state.get("total")
        return bool(whole) and self.size == whole

    def adopt(self) -> PartialFile:
        """Keep what an earlier run left, unless nothing is known of it. The caller holds the lock."""
        if not self.state:
            self.discard()
        return self

    def begin(self, **state: Any) -> None:
        """Start anew. The old bytes are removed before the new state is written: they never coexist."""
        self.discard()
        self.body.parent.mkdir(parents=True, exist_ok=True)
        write_json(self.state_path, state)
        self.state = state

    def finish(self) -> None:
        """Record that the body is complete."""
        self.state = {**self.state, "complete": True, "got": self.size}
        write_json(self.state_path, self.state)

    def discard(self) -> None:
        """Remove the part and its state."""
        beside = "part.plain.plain part.plain part part.json part.json.tmp sha256.json.tmp"
        for suffix in beside.split():
            self.final.with_name(f"{self.final.name}.{suffix}").unlink(missing_ok=True)
        self.state = {}

    def resumable(self, url: str, remote: Remote) -> int:
        """The offset at which to resume; 0 where the download must start anew.

        Resuming needs proof that the file is still the same: validators from the same address, or a
        declared checksum of the bytes as served.

        Args:
            url: the address to ask.
            remote: the declaration.
        """
        if not self.size or not self.state or self.state.get("encoding") or self.complete:
            return 0
        is_same = self.validator() is not None and self.state.get("url") == url
        return self.size if is_same or remote.checksum else 0

    def version(self) -> tuple[str | None, str | None]:
        """The validators of the version that the part belongs to: ETag and Last-Modified."""
        return self.state.get("etag"), self.state.get("modified")

    def validator(self) -> str | None:
        """The value for `If-Range`: a strong ETag, otherwise the Last-Modified date."""
        etag = self.state.get("etag")
        if etag and not etag.startswith("W/"):
            return str(etag)
        return self.state.get("modified") or None


def write_all(handle: int, data: bytes) -> None:
    """Write every byte; a full disk raises an error and leaves a true prefix.

    Args:
        handle: a file descriptor.
        data: the bytes.
    """
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]
