"""The part of a download that is on disk, and the version of the file that it is of.

The bytes gather in `<name>.part`; `<name>.part.json` says which version of which file they are of.
At every moment, a killed process included, the part holds a true beginning of that version.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from itdr.builders.core.paths import read_json, write_json
from itdr.builders.core.schema import Remote


@dataclass
class Part:
    """The part of a download that is on disk, and the version of the file that it is of."""

    final: Path
    state: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.body = self.final.with_name(self.final.name + ".part")
        self.state_path = self.final.with_name(self.final.name + ".part.json")
        self.state = read_json(self.state_path) or {}

    @property
    def size(self) -> int:
        """Bytes that are there."""
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
        """Whether the whole body arrived, by what the server said."""
        whole = self.state.get("got") if self.state.get("complete") else self.state.get("total")
        return bool(whole) and self.size == whole

    def adopt(self) -> Part:
        """Take what an earlier run left; bytes of which nothing is known go. Under the lock only."""
        if not self.state:
            self.discard()
        return self

    def begin(self, **state: Any) -> None:
        """Start anew. The old bytes go before the new state comes: they never meet."""
        self.discard()
        self.body.parent.mkdir(parents=True, exist_ok=True)
        write_json(self.state_path, state)
        self.state = state

    def finish(self) -> None:
        """Note that the body is whole."""
        self.state = {**self.state, "complete": True, "got": self.size}
        write_json(self.state_path, self.state)

    def discard(self) -> None:
        """Forget everything."""
        beside = "part.plain.plain part.plain part part.json part.json.tmp sha256.json.tmp"
        for suffix in beside.split():
            self.final.with_name(f"{self.final.name}.{suffix}").unlink(missing_ok=True)
        self.state = {}

    def resumable(self, url: str, remote: Remote) -> int:
        """From which byte `url` may go on; 0 where it must start anew.

        Going on needs a way to tell that the file is still the same: the server's word on the same
        address, or a declared checksum of the bytes as served.
        """
        if not self.size or not self.state or self.state.get("encoding") or self.complete:
            return 0
        known = self.validator() is not None and self.state.get("url") == url
        return self.size if known or remote.checksum else 0

    def version(self) -> tuple[str | None, str | None]:
        """What the server said of the version that the part is of: its ETag and last change."""
        return self.state.get("etag"), self.state.get("modified")

    def validator(self) -> str | None:
        """What `If-Range` may hold: a strong ETag, else the date of the last change."""
        etag = self.state.get("etag")
        if etag and not etag.startswith("W/"):
            return str(etag)
        return self.state.get("modified") or None


def write_all(handle: int, data: bytes) -> None:
    """Write every byte; a full disk raises and leaves a true beginning."""
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]
