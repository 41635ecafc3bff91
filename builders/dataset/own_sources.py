"""The option `sources`: ids, and sources of your own by path or as objects.

What reads descriptions is imported where there is one: it is a third of all that `import itdr` would load.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from itdr.builders.core import paths
from itdr.builders.core.errors import ConfigError, ItdrError, choose_from, format_value
from itdr.builders.core.schema import Source
from itdr.builders.dataset import registry
from itdr.builders.rendering.template_files import WORDS

DESCRIPTION = "itdr.yaml"
"""The description of a folder."""
YAML = (".yaml", ".yml")


def open_entries(entries: Any) -> Any:
    """The option with an id in place of each source of your own, registered under that id.

    Args:
        entries: the option `sources` as it was given.

    Raises:
        ConfigError: for a description with a mistake, and two sources with one id.

    Returns:
        A list of ids, or the entries as they are where there is no list (`"all"`, None).
    """
    if isinstance(entries, str) and "," in entries and not Path(entries).exists():
        entries = [one.strip() for one in entries.split(",") if one.strip()]
    if isinstance(entries, (str, os.PathLike, Source)) and entries != "all":
        entries = [entries]
    if not isinstance(entries, (list, tuple)):
        return entries
    sources: dict[str, Source] = {}
    result = []
    for entry in entries:
        declaration = _open_entry(entry)
        if declaration is None:
            result.append(entry)
            continue
        if sources.setdefault(declaration.id, declaration) is not declaration:
            raise ConfigError(
                f"Two of the sources have the id {declaration.id!r}: give each an id of its own."
            )
        result.append(declaration.id)
    for one in sources.values():
        registry.open_source(one)
    return result


def _open_entry(entry: Any) -> Source | None:
    """The source that an entry means, if it is one of your own; None for an id."""
    if isinstance(entry, Source):
        return None if entry.id in registry.source_ids() and entry.recipe is None else entry
    if not isinstance(entry, (str, os.PathLike)):
        raise ConfigError(
            f"sources: {format_value(entry)} is no source. Wrap tables of your own as "
            "sources=[itdr.source(interactions)]; others are named by id or path."
        )
    if not _is_path(entry):
        return None
    from itdr.builders.sources.described import files, recbole, source

    path = Path(os.fspath(entry)).expanduser()
    if path.is_dir():
        inside = path / DESCRIPTION
        return _checked(source.load(inside) if inside.is_file() else recbole.load(path))
    if path.suffix.lower() not in YAML:
        kind = files.kind_of(path.name)
        if kind == "recbole":
            raise ConfigError(f"{path}: name the folder of the atomic files, {path.parent}.")
        what = "is a file of data" if kind else "is no description"
        raise ConfigError(f"{path} {what}: write one with `itdr init {path}`, and name that.")
    if not path.is_file():
        there = sorted(one.name for one in path.parent.glob("*.y*ml"))
        raise ConfigError(choose_from(f"description in {path.parent.absolute()}", path.name, there))
    return _checked(source.load(path))


def from_tables(
    interactions: Any,
    items: Any = None,
    users: Any = None,
    tags: Any = None,
    *,
    id: str = "own-data",
    columns: Mapping[str, Mapping[str, Any]] | None = None,
    **fields: Any,
) -> Source:
    """A source made of tables in memory, for `sources=[…]`.

    Args:
        interactions: who did what, when: a DataFrame (pandas, polars), an Arrow table, a
            `datasets.Dataset`, a DuckDB relation, or the path of a file.
        items: titles and what else is known of items; by default what the interactions say.
        users: what is known of users.
        tags: tags that users gave to items.
        id: the name in rows. Random choices depend on it.
        columns: by table, where canonical columns come from, as {"interactions": {"user_id": "who"}};
            columns that are not named here are recognised by their names.
        fields: other fields of a description (docs/own-data.md), as scale={"low": 1, "high": 5},
            title, words, licence; untitled="id" shows items without a title as `item <id>`.

    Returns:
        The source. Its tables are kept in the cache.

    Raises:
        ConfigError: for what is no table, and a column or field that is not known.
    """
    from itdr.builders.sources.described import tables

    arguments = {"interactions": interactions, "items": items, "users": users, "tags": tags}
    if interactions is None:
        raise ConfigError("itdr.source: interactions is None: give a table of who did what, when.")
    there = {name: one for name, one in arguments.items() if one is not None}
    for name, one in there.items():
        if hasattr(one, "__len__") and hasattr(one, "columns") and not len(one):
            raise ConfigError(f"itdr.source: {name} has no row.")
    return registry.open_source(_checked(tables.from_tables(there, id, columns or {}, fields)))


def find_source(entry: str) -> tuple[Source, str | None]:
    """The source (and the domain, if one is named) behind an id, `id/domain` or path.

    Raises:
        ConfigError: for one that is not known.

    Args:
        entry: an id, `id/domain`, or the path of a description.

    Returns:
        The source, and the domain or None.
    """
    own = _open_entry(entry)
    if own is not None:
        return registry.open_source(own), None
    name, _, domain = entry.partition("/")
    declaration = registry.source(name)
    if domain and domain not in declaration.domains:
        raise ConfigError(choose_from(f"domain of {name}", domain, declaration.domains))
    return declaration, domain or None


def _is_path(entry: Any) -> bool:
    """Whether an entry names a file or folder, rather than an id."""
    if not isinstance(entry, (str, os.PathLike)):
        return False
    text = os.fspath(entry)
    if not isinstance(text, str) or not text:
        return False
    if text.partition("/")[0] in registry.source_ids() and not text.lower().endswith(YAML):
        return False
    if not isinstance(entry, str) or text.lower().endswith(YAML):
        return True
    try:
        return Path(text).expanduser().exists()
    except OSError:
        return False


def _checked(one: Source) -> Source:
    """The source, once each of its own words is one that templates use."""
    for name in one.options.get("wording", {}):
        if name not in WORDS:
            assert one.recipe is not None
            (description,) = one.recipe[1]
            raise description.fail("wording", name, message=choose_from("word", name, WORDS))
    return one


def absolute_paths(entries: Any) -> Any:
    """The option with paths made absolute, so that it means the same in every working folder."""
    if isinstance(entries, (str, os.PathLike)):
        return os.path.abspath(os.path.expanduser(entries)) if _is_path(entries) else entries
    if isinstance(entries, (list, tuple)):
        return [absolute_paths(one) for one in entries]
    return entries


def source_names(entries: Any) -> Any:
    """The option as plain ids, for records: a path tells who built what."""
    entries = open_entries(entries)
    if isinstance(entries, (list, tuple)):
        return [one.id if isinstance(one, Source) else str(one) for one in entries]
    return entries


def declared_text(one: Source) -> str:
    """Everything that a source of your own declares and rows depend on, as text.

    Args:
        one: a source that is not of this package.

    Returns:
        Text that changes with any of it.
    """
    return repr(
        (
            one.described,
            one.title,
            one.domain,
            one.words,
            one.scale,
            one.attributes,
            one.random_id,
            sorted(one.options.items()) if one.described else one.version,
        )
    )


def description_of(one: Source) -> dict[str, Any] | None:
    """What a built folder records about a described source, files by name alone; None for others."""
    if one.recipe is None:
        return None
    from itdr.builders.sources.described import source

    return source.values_of(one)


def remember_files(one: Source) -> None:
    """Record where a described source has its files, for reading rows built from it later.

    Args:
        one: any source; nothing is recorded of one that is declared in code.
    """
    if one.recipe is None:
        return
    from itdr.builders.sources.described import source

    record = source.record_of(one)
    if record is not None:
        paths.write_json(_record(one.id), record)


def _record(name: str) -> Path:
    return paths.cache_root() / "own" / f"{name}.json"


def register_recorded(entries: Mapping[str, Mapping[str, Any]]) -> None:
    """Register the sources of a built folder: with their files where this machine has them,
    otherwise as the folder's provenance describes them.

    Args:
        entries: the provenance of each config.
    """
    from itdr.builders.sources.described import source

    for entry in entries.values():
        sources = entry.get("sources")
        for name, facts in sources.items() if isinstance(sources, Mapping) else ():
            # Anybody can have written a provenance: unexpected content is judged elsewhere.
            described = facts.get("description") if isinstance(facts, Mapping) else None
            if not described or registry.is_open(name) or name in registry.source_ids():
                continue
            registry.open_source(_recorded(name, described) or source.declared_only(described))


def _recorded(name: str, described: Mapping[str, Any]) -> Source | None:
    record = paths.read_json(_record(name))
    if record is None:
        return None
    from itdr.builders.sources.described import source

    try:
        declaration = source.from_record(record)
    except ItdrError:
        return None
    return declaration if source.values_of(declaration) == described else None
