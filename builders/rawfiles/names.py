"""Which of many paths is a declared raw file: names compared as people spell them, never guessed.

Case does not count, `-` and `_` are equal, a `.gz` may have been packed or unpacked. A path must end
like the declared one; where it shares only the last parts, it must be the only candidate.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from itdr.builders.core.schema import RawFile

MAX_NAMES = 50_000
"""The most files considered in a folder; a larger one is no folder of raw files."""
OWN = (".part", ".part.json", ".part.plain", ".sha256.json", ".tmp", ".lock", ".wrong")
JUNK = ("__macosx", ".locks", ".git", ".cache")


@dataclass(frozen=True)
class Match:
    """The result of a search: the `name`, or the `rivals` that could all be meant, and `why`."""

    name: str | None = None
    rivals: tuple[str, ...] = ()
    why: str = ""


@lru_cache(maxsize=1 << 16)
def path_parts(name: str) -> tuple[str, ...]:
    """The parts of a path in the form in which they are compared."""
    plain = name.replace("\\", "/").casefold().replace("-", "_")
    return tuple(part for part in plain.split("/") if part not in ("", "."))


def is_ignored(name: str) -> bool:
    """Whether a path is our own state, or something that systems leave in folders and archives."""
    parts = name.replace("\\", "/").split("/")
    if any(part.lower() in JUNK or part.lower().endswith(".hub") for part in parts):
        return True
    return parts[-1].startswith("._") or parts[-1].lower().endswith(OWN)


def spellings(name: str) -> tuple[str, ...]:
    """A declared name, and its form when gzip packed or (declared packed) unpacked it."""
    if name.lower().endswith((".tar.gz", ".zip", ".tgz", ".tar")):
        return (name,)
    return (name, name[:-3]) if name.lower().endswith(".gz") else (name, f"{name}.gz")


def match(file: RawFile, names: Sequence[str], others: Iterable[RawFile] = ()) -> Match:
    """Find a declared file among paths.

    Args:
        file: the file.
        names: relative paths.
        others: declared files that may be there too.

    Returns:
        The path, or why there is none.
    """
    official = (file.name, *file.aliases)
    ends = {path_parts(form)[-1] for name in official for form in spellings(name)}
    names = [name for name in names if ends.intersection(path_parts(name)[-1:])]
    if not names:
        return Match()
    foreign = [
        path_parts(form)
        for other in others
        if other.key != file.key
        for name in (other.name, *other.aliases)
        for form in spellings(name)
    ]
    doubt = Match()
    for whole in (True, False):
        for name in official:
            for form in spellings(name):
                candidate = _by_form(form, names, foreign, whole)
                if candidate.name is not None:
                    return candidate
                if candidate.rivals and not doubt.rivals:
                    doubt = candidate
    return doubt


def _by_form(
    form: str, names: Sequence[str], foreign: Sequence[tuple[str, ...]], whole: bool
) -> Match:
    """Find one spelling, `whole` or by its last parts. The more parts agree the better; then the
    shallower path; then the exact spelling.
    """
    form_parts = path_parts(form)
    scored = []
    for name in names:
        parts = path_parts(name)
        if not parts or parts[-1] != form_parts[-1]:
            continue
        score = _shared(form_parts, parts)
        if whole and score < len(form_parts):
            continue
        if any(_shared(other, parts) == len(other) > score for other in foreign):
            continue  # it is another declared file, by more of its path
        scored.append(
            (-score, len(parts), name.rpartition("/")[2] != form.rpartition("/")[2], name)
        )
    if not scored:
        return Match()
    scored.sort()
    best = scored[0]
    score = -best[0]
    if score < len(form_parts) and any(other[-score:] == form_parts[-score:] for other in foreign):
        why = f"it could be another file of this data set; place it as {form}"
        return Match(rivals=(best[3],), why=why)
    rivals = tuple(one[3] for one in scored if one[:3] == best[:3])
    if len(rivals) > 1:
        return Match(rivals=rivals, why="several files could be meant; keep one of them")
    return Match(name=best[3])


def _shared(left: tuple[str, ...], right: tuple[str, ...]) -> int:
    """How many trailing parts are equal."""
    count = 0
    for one, other in zip(reversed(left), reversed(right), strict=False):
        if one != other:
            break
        count += 1
    return count


def same_name(left: str, right: str) -> bool:
    """Whether two paths end in the same file name.

    Args:
        left: a path.
        right: another.
    """
    return path_parts(left)[-1:] == path_parts(right)[-1:]


def files_below(folder: Path) -> list[str]:
    """The relative paths of all files below a folder; links are followed, circles are not.

    State that we keep beside downloads is left out.

    Args:
        folder: where to look.

    Returns:
        At most `MAX_NAMES` paths, sorted.
    """
    paths: list[str] = []
    inodes: set[tuple[int, int]] = set()
    for here, folders, files in os.walk(folder, followlinks=True):
        stat = Path(here).stat()
        if (stat.st_dev, stat.st_ino) in inodes:
            folders.clear()
            continue
        inodes.add((stat.st_dev, stat.st_ino))
        base = Path(here).relative_to(folder).as_posix()
        folders[:] = sorted(name for name in folders if not is_ignored(name))
        for name in files:
            if not is_ignored(name):
                paths.append(name if base == "." else f"{base}/{name}")
        if len(paths) > MAX_NAMES:
            break
    return sorted(paths[:MAX_NAMES])
