"""Which sources can be used without fetching anything, and what a `data_dir` holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from itdr.builders.core.errors import ConfigError
from itdr.builders.core.schema import RawFile, Source
from itdr.builders.dataset import registry
from itdr.builders.rawfiles import inventory, locate
from itdr.builders.rawfiles.names import match, same_name
from itdr.builders.store.spec import StoreSpec

if TYPE_CHECKING:
    from itdr.builders.tasks.base import Task

Selected = tuple[tuple[str, tuple[str, ...]], ...]
NAMES_SHOWN = 6
NAMES_READ = 2000
"""Names read in a wrong folder to suggest the right one."""


def facet_of(task: Task, source: Source, domain: str | None) -> str:
    """The facet of a store that a task reads: its own, or `base` where the source keeps everything
    in the same files."""
    files = source.files_for(task.facet, domain)
    same = files == source.files_for("base", domain)
    return "base" if same or not files else task.facet


def usable_sources(
    candidates: Selected, cells: Iterable[tuple[str, str]], folder: Path | None, placed: bool
) -> tuple[Selected, dict[str, str]]:
    """Choose the sources and domains for which nothing needs to be fetched.

    Args:
        candidates: sources with their domains.
        cells: (subtask, source) of all that will read them.
        folder: `data_dir`, or None.
        placed: whether at least one file must lie in `folder`.

    Returns:
        The sources at hand, and the reason why each other one is not.
    """
    usable: list[tuple[str, tuple[str, ...]]] = []
    left_out: dict[str, str] = {}
    cells = tuple(cells)
    for name, domains in candidates:
        source = registry.source(name)
        tasks = [registry.task(task) for task, one in cells if one == name]
        if placed and folder is not None and not _has_folder(source, folder):
            left_out[name] = f"not in {folder}"
            continue
        lacking = {
            domain: _lacking(source, domain, tasks, folder, placed) for domain in domains or (None,)
        }
        usable_domains = tuple(domain for domain in domains if not lacking[domain])
        if usable_domains or (not domains and not lacking[None]):
            usable.append((name, usable_domains))
        else:
            left_out[name] = next(iter(lacking.values()))
    return tuple(usable), left_out


def _has_folder(source: Source, folder: Path) -> bool:
    return (folder / source.id).is_dir() or _was_placed(source, folder)


def _was_placed(source: Source, folder: Path) -> bool:
    """Whether a store was built from files in this folder."""
    return any(
        StoreSpec(source, domain, facet, folder).recorded
        for domain in source.domains or (None,)
        for facet in {facet for file in source.files for facet in file.facets} | {"base"}
    )


def _lacking(
    source: Source, domain: str | None, tasks: Sequence[Task], folder: Path | None, placed: bool
) -> str:
    """Why a source (or one domain of it) is not at hand; empty where it is."""
    for facet in dict.fromkeys(facet_of(task, source, domain) for task in tasks):
        spec = StoreSpec(source, domain, facet, folder)
        now = locate.plan(source, spec.files, folder)
        here = any(one is not None and one.origin == "data_dir" for one in now.located.values())
        if placed and not here and not spec.recorded:
            return f"not in {folder}"
        if spec.ready():
            continue
        absent = [*(file.name for file in now.by_hand), *(remote.name for remote in now.fetch)]
        problems = [
            now.problems[file.key]
            for file in spec.files
            if file.key in now.problems and not file.optional
        ]
        if absent or problems:
            what = f"{', '.join(absent[:3])} not found" if absent else ""
            if problems:
                what = f"{what} (found, but not taken: {problems[0]})" if what else problems[0]
            where = f" in {inventory.source_folder(source, folder)}" if folder is not None else ""
            return what + where
    return ""


# -- a folder without recognised files -----------------------------------------------------


def require_recognised(folder: Path, wanted: str) -> None:
    """Refuse a `data_dir` without raw files of any source, before anything is downloaded.

    Args:
        folder: the `data_dir`.
        wanted: a source whose files should lie there, as an example.

    Raises:
        ConfigError: it says what the folder holds, and which one was probably meant.
    """
    likely = sorted(registry.source_ids(), key=lambda name: name != wanted)
    if not any(_is_recognised(name, folder) for name in likely):
        raise ConfigError(f"data_dir: {_advice(folder, wanted)}")


def recognised_sources(folder: Path) -> list[str]:
    """The sources with raw files in `<folder>/<source id>/`, now or when their store was built."""
    return [name for name in registry.source_ids() if _is_recognised(name, folder)]


def _is_recognised(name: str, folder: Path) -> bool:
    source = registry.source(name)
    if (folder / name).is_dir():
        files = inventory.survey(source, source.files, folder).found.values()
        if any(one is not None and one.origin == "data_dir" for one in files):
            return True
    return _was_placed(source, folder)


def _advice(folder: Path, wanted: str) -> str:
    source_id = _looks_like(folder)
    if source_id == folder.name:
        return (
            f"{folder} holds the files of {source_id} itself. Give the folder around it: "
            f"data_dir={str(folder.parent)!r}."
        )
    entries = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    for path in entries:
        inner = _looks_like(path) if path.is_dir() else None
        if inner:
            return f"{path} holds the files of {inner}: rename that folder to {inner}."
    if source_id:
        return (
            f"{folder} holds the files of {source_id} itself, and they belong in a folder of that "
            f"name: move them into {folder / source_id}."
        )
    own = [path for path in entries if path.is_dir() and path.name in registry.source_ids()]
    if own:
        return _unrecognised(next((path for path in own if path.name == wanted), own[0]))
    return (
        f"no raw file is recognised in {folder}, which holds {_listed(folder)}. It should hold one "
        f"folder for each source, as {folder / wanted}; `itdr sources {wanted}` says which files "
        "belong there."
    )


def _unrecognised(path: Path) -> str:
    """What is wrong with a source's own folder in which no raw file is recognised."""
    source = registry.source(path.name)
    problems = inventory.survey(source, source.files, path.parent).problems.values()
    why = "; ".join(list(dict.fromkeys(problems))[:NAMES_SHOWN])
    remark = f" (found, but not taken: {why})" if why else ""
    return (
        f"no raw file of {source.id} is recognised in {path}, which holds {_listed(path)}{remark}. "
        f"`itdr sources {source.id}` says which files belong there."
    )


def _listed(folder: Path) -> str:
    """What a folder holds, by name."""
    try:
        entries = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except PermissionError:
        return "nothing that may be read"
    names = [f"{path.name}/" if path.is_dir() else path.name for path in entries]
    more = f" and {len(names) - NAMES_SHOWN} more" if len(names) > NAMES_SHOWN else ""
    return f"{', '.join(names[:NAMES_SHOWN]) or 'nothing'}{more}"


def _looks_like(folder: Path) -> str | None:
    """The source whose raw files lie directly in this folder, if it is unmistakable."""
    try:
        names = list(islice(_names(folder), NAMES_READ))
    except OSError:
        return None
    matches = [name for name in registry.source_ids() if _holds(names, registry.source(name))]
    if folder.name in matches:
        return folder.name
    return matches[0] if len(matches) == 1 else None


def _names(folder: Path) -> Iterator[str]:
    """File names here and one folder below, so that a home directory is not walked completely."""
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            yield from (f"{path.name}/{one.name}" for one in path.iterdir() if one.is_file())
        else:
            yield path.name


def _holds(names: Sequence[str], source: Source) -> bool:
    for domain in source.domains or (None,):
        files = [file for file in source.files_for("base", domain) if not file.optional]
        if files and all(_is_there(file, names, source.files) for file in files):
            return True
    return False


def _is_there(file: RawFile, names: Sequence[str], others: Iterable[RawFile]) -> bool:
    if match(file, names, others).name is not None:
        return True
    return any(same_name(name, packed) for name in names for packed in file.packed_in)
