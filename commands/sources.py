"""`itdr sources`: each benchmark's description, licence and files, and its stores."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from itdr.builders.core.schema import COLUMNS, Source
from itdr.builders.dataset import own_sources, registry
from itdr.builders.rawfiles.row_count import compared
from itdr.commands._options import source_names


def run(
    name: Annotated[
        str | None,
        typer.Argument(
            help="A source id or the path of a description, to show everything known of it.",
            autocompletion=source_names,
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show the sources: licence, files, size, and how to get them.

    With a name: also what is stored of it, and how many rows were left out, by reason.
    """
    names = [name] if name else list(registry.source_ids())
    facts = [describe(own_sources.find_source(one)[0]) for one in names]
    if as_json:
        print(json.dumps(facts[0] if name else facts, indent=1, ensure_ascii=False))
    elif name:
        print(_long(facts[0]))
    else:
        for fact in facts:
            print(_short(fact))


def describe(source: Source) -> dict[str, Any]:
    """Everything declared of a source, with the manifests of its stores in the cache.

    Args:
        source: the declaration.

    Returns:
        Plain values for JSON.
    """
    used = [
        task
        for task in registry.task_ids()
        if (task, source.id) in registry.cells(task, named=[source.id])
    ]
    return {
        "id": source.id,
        "title": source.title,
        "domain": source.domain,
        "domains": list(source.domains),
        "homepage": source.homepage,
        "licence": {
            "name": source.licence.name,
            "url": source.licence.url,
            "summary": source.licence.summary,
            "redistribution": source.licence.redistribution,
            "commercial_use": source.licence.commercial,
        },
        "citation": source.citation.strip(),
        "subtasks": used,
        "columns": sorted(source.columns),
        "downloads": [
            {
                "name": remote.name,
                "size": remote.size,
                "checksum": remote.checksum,
                "access": remote.access,
                "urls": list(remote.urls),
            }
            for remote in source.remotes
        ],
        "files": [
            {
                "name": file.name,
                "packed_in": list(file.packed_in),
                "size": file.size,
                "rows": file.rows,
                "optional": file.optional,
            }
            for file in source.files
        ],
        "by_hand": source.by_hand.strip(),
        "stored": list(_stored(source)),
    }


def _stored(source: Source) -> list[dict[str, Any]]:
    from itdr.builders.core import paths
    from itdr.builders.store.layout import manifest_facts, stores

    facts = []
    for path in stores(paths.store_root() / source.id):
        size = sum(file.stat().st_size for file in path.iterdir())
        facts.append({"path": str(path), "bytes": size, **manifest_facts(path)})
    return facts


def _short(fact: dict[str, Any]) -> str:
    size = sum(one["size"] or 0 for one in fact["downloads"])
    size_text = f"{size / 1e6:,.0f} MB" if size else "size unknown"
    share = "may be redistributed" if fact["licence"]["redistribution"] else "not redistributable"
    return f"{fact['id']:<20} {fact['title']}  [{size_text}; {fact['licence']['name']}: {share}]"


def _long(fact: dict[str, Any]) -> str:
    licence = fact["licence"]
    lines = [
        f"{fact['id']}: {fact['title']}",
        f"  domain        {fact['domain']}"
        + (f" ({', '.join(fact['domains'])})" if fact["domains"] else ""),
        *([f"  homepage      {fact['homepage']}"] if fact["homepage"] else []),
        f"  licence       {licence['name']}" + (f" ({licence['url']})" if licence["url"] else ""),
        f"                {licence['summary']}",
        f"                redistribution: {_yes(licence['redistribution'])}; "
        f"commercial use: {_yes(licence['commercial_use'])}",
        f"  subtasks      {', '.join(fact['subtasks']) or 'none'}",
    ]
    lines += ["  downloads"] if fact["downloads"] else []
    for one in fact["downloads"]:
        size = f"{one['size']:,} bytes" if one["size"] else "size not published"
        lines.append(f"    {one['name']}  ({size}; {one['access']})")
        lines += [f"      {url}" for url in one["urls"]]
    lines.append("  files")
    for one in fact["files"]:
        packed = f" in {', '.join(one['packed_in'])}" if one["packed_in"] else ""
        rows = f", {one['rows']:,} rows" if one["rows"] else ""
        lines.append(f"    {one['name']}{packed}{rows}{' (optional)' if one['optional'] else ''}")
    lines += ["  by hand", *(f"    {line}" for line in fact["by_hand"].splitlines())]
    lines += ["  citation", *(f"    {line}" for line in fact["citation"].splitlines())]
    lines.append("  stored" if fact["stored"] else "  stored        nothing yet")
    for store in fact["stored"]:
        lines += _store_lines(store)
    return "\n".join(lines)


def _store_lines(store: dict[str, Any]) -> list[str]:
    from itdr.builders.store.losses import (
        as_released,
        deviating,
        duplicates,
        emptied,
        lacking,
        rows_of,
        unmatched,
        untitled,
    )

    sample = "the bundled sample, " if store.get("sample") else ""
    place = f"    {store['path']}  ({sample}{store['bytes'] / 1e6:,.1f} MB)"
    if "rows" not in store:
        return [place, "      its manifest cannot be read: remove it with `itdr cache clear`"]
    rows = store["rows"]
    lines = [
        place,
        f"      {rows['interactions']:,} interactions, {rows['users']:,} users, "
        f"{rows['items']:,} items",
    ]
    for key, file in store.get("files", {}).items():
        declared = None if store.get("sample") else store.get("official_rows", {}).get(key)
        comparison = f", {compared(file['rows'], declared)}" if declared and "rows" in file else ""
        lines.append(
            f"      {key}: {file['name']}, {file['size']:,} bytes{comparison}, sha256 {file['sha256']}"
        )
    raw_counts = {table: rows.get(f"{table}_read") for table in COLUMNS}
    counts = [rows_of(number, table) for table, number in raw_counts.items() if number is not None]
    lines.append(f"      read: {', '.join(counts)}")
    rejected = store.get("rejected", {})
    for table, reasons in rejected.items():
        for reason, n in reasons.items():
            lines.append(f"      rejected: {rows_of(n, table)}: {reason}")
    if not rejected:
        lines.append("      rejected: none")
    for facts in (emptied, duplicates, unmatched, untitled, lacking, deviating, as_released):
        lines += [f"      {sentence}" for sentence in facts(store)]
    return lines


def _yes(value: bool) -> str:
    return "allowed" if value else "not allowed"
