"""Which store: a source, a domain, a facet and raw files; its key names its folder."""

from __future__ import annotations

import dataclasses
import functools
import inspect
import json
import os
from dataclasses import dataclass
from pathlib import Path

from itdr.builders.core import paths as core_paths
from itdr.builders.core.fingerprint import BUILDERS, store_code
from itdr.builders.core.rng import stable_hash
from itdr.builders.core.schema import RawFile, Source
from itdr.builders.rawfiles import locate
from itdr.builders.store.layout import complete


@dataclass(frozen=True)
class StoreSpec:
    """Which store: a source, one of its domains (or None), a facet, and where raw files may lie."""

    source: Source
    domain: str | None = None
    facet: str = "base"
    data_dir: Path | None = None
    sample: bool = False

    @functools.cached_property
    def files(self) -> tuple[RawFile, ...]:
        """The raw files to read; of a source with several editions, those of the one that is there,
        else of the first."""
        files = self.source.files_for(self.facet, self.domain)
        editions: dict[str, tuple[str, ...]] = self.source.options.get("editions", {})
        if not editions:
            return files
        found = locate.find(self.source, files, self.data_dir)
        here = {key for key, one in found.items() if one and one.origin != "declared"}
        chosen = next((keys for keys in editions.values() if set(keys[:2]) <= here), None)
        if chosen is None:
            chosen = next(iter(editions.values()))
        # An edition is its first two files; what else it has makes it better.
        return tuple(
            dataclasses.replace(file, optional=file.key not in chosen[:2])
            for file in files
            if file.key in chosen
        )

    @functools.cached_property
    def fingerprints(self) -> dict[str, str]:
        """The fingerprint of each raw file, cheap and known before anything is fetched: that of the
        file found, else that which the store built from this folder recorded, else the declared."""
        found = locate.find(self.source, self.files, self.data_dir)
        recorded = self.recorded
        result = {}
        for file in self.files:
            located = found.get(file.key)
            if located is not None and located.origin != "declared":
                result[file.key] = located.fingerprint
            elif file.key in recorded:
                result[file.key] = recorded[file.key]
            elif located is not None:
                result[file.key] = located.fingerprint
        return result

    @functools.cached_property
    def key(self) -> str:
        """Names the store's directory: raw files, reader and declaration; 16 hexadecimal digits."""
        parts = [
            self.source.id,
            self.domain,
            self.facet,
            _code(_module(self.source), self.source.version),
        ]
        if self.source.described:
            parts.append(self.source.described)
        parts += [f"{key}={value}" for key, value in sorted(self.fingerprints.items())]
        return f"{stable_hash('store', *parts):016x}"

    @property
    def home(self) -> Path:
        """The folder of all stores of this source (and domain)."""
        home = core_paths.store_root() / self.source.id
        return home / self.domain if self.domain else home

    @property
    def path(self) -> Path:
        return self.home / f"{self.facet}-{self.key}"

    def ready(self) -> bool:
        """Whether the store is there, complete."""
        return complete(self.path)

    def _record(self) -> Path:
        where = os.path.realpath(self.data_dir) if self.data_dir else ""
        return self.home / f"{self.facet}-placed-{stable_hash('data_dir', where):016x}.json"

    @property
    def recorded(self) -> dict[str, str]:
        """Fingerprints of the raw files that a store was last built from, for this `data_dir`."""
        try:
            record = json.loads(self._record().read_text("utf-8"))
            return {str(key): str(value) for key, value in record["files"].items()}
        except (OSError, ValueError, KeyError, AttributeError):
            return {}

    def remember(self) -> None:
        """Note what the store was built from, so that it serves when the raw files are gone."""
        core_paths.write_json(self._record(), {"store": self.path.name, "files": self.fingerprints})


def _module(source: Source) -> Path:
    """The file with a source's own code: one of `builders/sources/`, or that of its readers."""
    own = BUILDERS / "sources" / f"{source.id.replace('-', '_')}.py"
    if own.is_file() and not source.described:
        return own
    reader = source.readers.interactions
    function = reader.func if isinstance(reader, functools.partial) else reader
    try:
        return Path(inspect.getfile(inspect.unwrap(function)))
    except (TypeError, OSError):  # typed into a session
        return own


@functools.lru_cache(maxsize=64)
def _code(module: Path, version: int) -> str:
    """Fingerprint of all that turns a source's raw files into a store."""
    return f"{store_code(module)}/{version}"
