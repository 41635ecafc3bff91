"""Which of many paths is a declared raw file: names compared as people spell them, never guessed.

Case does not count, `-` and `_` are equal, a `.gz` may have been packed or unpacked. A path must end
as the declared one; where it shares only the last parts, it must be the only one that could be meant.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from itdr.builders.core.schema import RawFile

MOST = 50_000
"""Files looked at in a folder; more than this is no folder of raw files."""
OWN = (".part", ".part.json", ".part.plain", ".sha256.json", ".tmp", ".lock", ".wrong")
JUNK = ("__macosx", ".locks", ".git", ".cache")


@dataclass(frozen=True)
class Match:
    """What was found: `name`, or the `rivals` among which it cannot be told; `why` says it."""

    name: str | None = None
    rivals: tuple[str, ...] = ()
    why: str = ""


@lru_cache(maxsize=1 << 16)
def path_parts(name: str) -> tuple[str, ...]:
    """The parts of a path in the form in which they are compared."""
    plain = name.replace("\\", "/").casefold().replace("-", "_")
    return tuple(part for part in plain.split("/") if part not in ("", "."))


def ignored(name: str) -> bool:
    """Whether a path is our own state, or what systems leave in folders and archives."""
    parts = name.replace("\\", "/").split("/")
    if any(part.lower() in JUNK or part.lower().endswith(".hub") for part in parts):
        return True
    return parts[-1].startswith("._") or parts[-1].lower().endswith(OWN)


def spellings(name: str) -> tuple[str, ...]:
    """A name as declared, and as it is when packed (or, declared packed, unpacked) by gzip."""
    if name.lower().endswith((".tar.gz", ".zip", ".tgz", ".tar")):
        return (name,)
    return (name, name[:-3]) if name.lower().endswith(".gz") else (name, f"{name}.gz")


def match(file: RawFile, names: Sequence[str], others: Iterable[RawFile] = ()) -> Match:
    """Find `file` among `names` (relative paths). `others`: the files that may be there too."""
    official = (file.name, *file.aliases)
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
                found = _by_form(form, names, foreign, whole)
                if found.name is not None:
                    return found
                if found.rivals and not doubt.rivals:
                    doubt = found
    return doubt


def _by_form(
    form: str, names: Sequence[str], foreign: Sequence[tuple[str, ...]], whole: bool
) -> Match:
    """Find one spelling, `whole` or by its last parts. The more parts agree the better; then the
    shallower; then the exact."""
    wanted = path_parts(form)
    scored = []
    for name in names:
        parts = path_parts(name)
        if not parts or parts[-1] != wanted[-1]:
            continue
        score = _shared(wanted, parts)
        if whole and score < len(wanted):
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
    if score < len(wanted) and any(other[-score:] == wanted[-score:] for other in foreign):
        why = f"it could be another file of this data set; place it as {form}"
        return Match(rivals=(best[3],), why=why)
    rivals = tuple(one[3] for one in scored if one[:3] == best[:3])
    if len(rivals) > 1:
        return Match(rivals=rivals, why="several files could be meant; keep one of them")
    return Match(name=best[3])


def _shared(left: tuple[str, ...], right: tuple[str, ...]) -> int:
    """How many last parts are equal."""
    count = 0
    for one, other in zip(reversed(left), reversed(right), strict=False):
        if one != other:
            break
        count += 1
    return count


def same_name(left: str, right: str) -> bool:
    """Whether the last parts of two paths are the same file name."""
    return path_parts(left)[-1:] == path_parts(right)[-1:]


def files_below(folder: Path) -> list[str]:
    """The relative paths of all files below `folder`, sorted; links are followed, circles are not.

    Our own state beside downloads is left out. At most `MOST` paths.
    """
    found: list[str] = []
    seen: set[tuple[int, int]] = set()
    for here, folders, files in os.walk(folder, followlinks=True):
        stat = Path(here).stat()
        if (stat.st_dev, stat.st_ino) in seen:
            folders.clear()
            continue
        seen.add((stat.st_dev, stat.st_ino))
        base = Path(here).relative_to(folder).as_posix()
        folders[:] = sorted(name for name in folders if not ignored(name))
        for name in files:
            if not ignored(name):
                found.append(name if base == "." else f"{base}/{name}")
        if len(found) > MOST:
            break
    return sorted(found[:MOST])
