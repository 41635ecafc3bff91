"""The folder that driver and executors share, for stores and temporary files."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from pathlib import Path

from itdr.builders.core import paths, remote
from itdr.builders.core.rng import stable_hash
from itdr.builders.store.spec import StoreSpec


@dataclass(frozen=True)
class WorkDir:
    """A folder that every machine reaches by the same URL, and this machine's copy of it."""

    url: str

    @classmethod
    def at(cls, url: str | None) -> WorkDir:
        """The given folder; by default one in the cache, for machines that share a disk."""
        return cls(remote.normalize_url(url) if url else str(paths.cache_root() / "spark"))

    @property
    def here(self) -> Path:
        """The folder itself if local, otherwise this machine's copy of what it fetched."""
        return mirror(self.url) if remote.is_remote(self.url) else Path(self.url)

    def store(self, spec: StoreSpec, code: str) -> str:
        """The name of a store below the folder.

        Args:
            spec: the store.
            code: fingerprint of what builds it.
        """
        names = ["stores", spec.source.id, *filter(None, [spec.domain])]
        key = stable_hash("spark store", spec.key, code)
        return "/".join([*names, f"{spec.facet}-{key:016x}"])

    def scratch(self, what: str) -> str:
        """The URL of a new folder for temporary use; the caller removes it."""
        return f"{self.url}/scratch/{what}-{uuid.uuid4().hex}"


def mirror(url: str) -> Path:
    """Where this machine keeps its copy of a folder on another machine."""
    return paths.work_root() / "far" / f"{stable_hash('far', url):016x}"
