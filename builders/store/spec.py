"""Which store: a source, a domain, a facet and raw files. Its key names its folder."""

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
from itdr.builders.core.messages import warn_once
from itdr.builders.core.rng import stable_hash
from itdr.builders.core.schema import RawFile, Source
from itdr.builders.rawfiles import locate
from itdr.builders.store.layout import is_complete


@dataclass(frozen=True)
class StoreSpec:
    """Identifies a store.

    Attributes:
        source: the declaration.
        domain: one of its domains, where it has several.
        facet: `base` or `text`.
        data_dir: where raw files may lie besides the download cache.
        sample: the raw files are the bundled sample.
    """

    source: Source
    domain: str | None = None
    facet: str = "base"
    data_dir: Path | None = None
    sample: bool = False

    @functools.cached_property
    def files(self) -> tuple[RawFile, ...]:
        """The raw files to read: where a source has several editions, those of the one on disk,
        otherwise of the first."""
        files = self.source.files_for(self.facet, self.domain)
        editions: dict[str, tuple[str, ...]] = self.source.options.get("editions", {})
        if not editions:
            return files
        located = locate.find(self.source, files, self.data_dir)
        here = {key for key, file in located.items() if file and file.origin != "declared"}
        complete = [keys for keys in editions.values() if set(keys[:2]) <= here]
        complete += [keys for keys in editions.values() if set(keys[:2]) <= set(self.recorded)]
        edition = next(iter([*complete, *editions.values()]))
        # The first two files of an edition are required, the others optional.
        return tuple(
            dataclasses.replace(file, optional=file.key not in edition[:2])
            for file in files
            if file.key in edition
        )

    @functools.cached_property
    def fingerprints(self) -> dict[str, str]:
        """The fingerprint of each raw file, cheap and known before anything is fetched.

        That of the file on disk; otherwise the one recorded by the store built from this folder;
        otherwise the declared one.
        """
        on_disk = {key: one.fingerprint for key, one in self._seen.found.items() if one is not None}
        return {
            file.key: fingerprint
            for file in self.files
            if (fingerprint := self._gone.get(file.key, on_disk.get(file.key))) is not None
        }

    @functools.cached_property
    def _seen(self) -> locate.Survey:
        return locate.survey(self.source, self.files, self.data_dir)

    @functools.cached_property
    def _gone(self) -> dict[str, str]:
        """Fingerprints of files that a store was built from and that are gone. A file in whose place lies one that
        cannot be taken is not among them: it was meant to be read, and the error about it says what to do."""
        return {
            file.key: self.recorded[file.key]
            for file in self.files
            if file.key in self.recorded
            and file.key not in self._seen.problems
            and ((one := self._seen.found[file.key]) is None or one.origin == "declared")
        }

    def say_what_is_gone(self) -> None:
        """Say once that the store is used in place of files that are gone; downloads are not spoken of, since they
        would be the same again."""
        located = self._seen.found
        names = [
            file.name
            for file in self.files
            if file.key in self._gone
            and ((one := located[file.key]) is None or one.fingerprint != self._gone[file.key])
        ]
        if names and self.ready():
            warn_once(
                f"itdr: {self.source.id}: no longer in {locate.source_folder(self.source, self.data_dir)}: "
                f"{', '.join(names)}. What was stored of them is used, until you put files there or remove it with "
                "`itdr cache clear`."
            )

    @functools.cached_property
    def key(self) -> str:
        """16 hexadecimal digits that identify raw files, reader and declaration; part of the folder's name."""
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
        """The store's folder."""
        return self.home / f"{self.facet}-{self.key}"

    def ready(self) -> bool:
        """Whether the store exists and is complete."""
        return is_complete(self.path)

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
        """Record what the store was built from, so that it can be used when the raw files are gone."""
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
