"""Damaged raw files of all sources: what is stored is the same, or is refused or counted, each with
its reason; never another value, and nothing lost in silence."""

from __future__ import annotations

import importlib
import json
import shutil
from collections import Counter
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pytest

from itdr.builders.core.errors import RawFileError
from itdr.builders.core.raw_files import Raw
from itdr.builders.core.text_files import TOO_LONG
from itdr.builders.rawfiles.inventory import survey
from itdr.builders.store.build import build, staging, statements
from itdr.builders.store.build.item_checks import require_plausible_items
from itdr.builders.store.build.text_checks import require_sound_texts
from itdr.builders.store.plain_files import plain_files
from tests.sources.damages import LAYOUTS, Damage, Layout, damages
from tests.sources.harness import fresh_database, load
from tests.sources.text_damages import encoded, enriched, text_damages, with_texts

CASES = [(source, layout) for source, layouts in LAYOUTS.items() for layout in layouts]
OF_TEXTS = [(source, one) for source, layouts in LAYOUTS.items() for one in with_texts(layouts)]


class Stored(NamedTuple):
    """What a build stores of the tables of one file, row by row as JSON; the rejects by table, and how many
    values were emptied."""

    rows: dict[str, Counter[str]]
    rejects: Counter[str]
    emptied: int


@pytest.fixture(scope="module")
def undamaged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of every source, without dirt."""
    root = tmp_path_factory.mktemp("undamaged")
    for source in LAYOUTS:
        made = importlib.import_module(f"tests.rawgen.{source.replace('-', '_')}")
        made.write(root / source, users=10, items=30, dirt=False)
    return root


def store(source: str, layout: Layout, folder: Path, work: Path, judge: bool = False) -> Stored:
    """Read the tables of one file. judge: refuse it as a build does, for its texts as a whole."""
    declared = load(source)
    files = declared.files_for(layout.facet, layout.domain)
    found = survey(declared, files, folder).found
    placed = {key: one.path for key, one in found.items() if one and one.path.is_file()}
    with fresh_database(threads=1) as con:
        # Of a few rows, planning takes longer than anything else.
        con.execute("PRAGMA disable_optimizer")
        for statement in statements.FUNCTIONS["duckdb"] if judge else ():
            con.execute(statement)
        plain = plain_files(declared, placed, work, set(placed))
        paths = {key: file.path for key, file in plain.items()}
        raw = Raw(declared.id, paths, con, domain=layout.domain, facet=layout.facet)
        stored: dict[str, Counter[str]] = {}
        rejects: Counter[str] = Counter()
        long_lines = sum(file.long_lines for file in plain.values())
        for table in layout.tables:
            raw.opened.clear()
            rejected: Counter[tuple[str, str]] = Counter()
            columns = staging.stage_table(declared, raw, table, rejected)
            if not columns:
                continue
            read = staging.rows_read(con, table, raw.unparsed[table])
            opened = {key: paths[key] for key in raw.opened}
            build.require_readable(declared, table, read, rejected, opened)
            if judge:
                row, files = partial(one_row, con), list(opened.values())
                if table == "items":
                    require_plausible_items(declared, columns, row, files)
                require_sound_texts(declared, table, columns, row, files, raw.emptied)
            copy = "interactions_staged" if table == "interactions" else f"{table}_raw"
            rows = con.sql(
                f"SELECT COLUMNS(lambda c: c NOT IN ('reject', 'emptied')) FROM {copy} "
                "WHERE reject IS NULL"
            )
            stored[table] = Counter(
                json.dumps(row, default=str) for row in map(list, rows.fetchall())
            )
            assert all(reason for _, reason in rejected)
            rejects[table] = sum(n for (of, _), n in rejected.items() if of == table) + long_lines
        assert all(reason != TOO_LONG or n for (_, reason), n in rejected.items())
        return Stored(stored, rejects, sum(raw.emptied.values()))


def one_row(con: duckdb.DuckDBPyConnection, query: str) -> tuple[Any, ...]:
    return tuple(con.execute(query).fetchall()[0])


def verdict(damage: Damage, before: Stored, after: Stored) -> str:
    """Empty where the damage did no harm in silence, else what it did."""
    for table, rows in before.rows.items():
        now = after.rows.get(table, Counter())
        lost, new = list((rows - now).elements()), list((now - rows).elements())
        counted = after.rejects[table] - before.rejects[table]
        if damage.counted and new and after.emptied <= before.emptied:
            return f"{table}: stored {new[0]}, and nothing is counted ({len(new)} such rows)"
        if damage.empties:
            new = [row for row in new if not any(emptied(row, old) for old in lost)]
        if table in ("items", "users"):  # a record that no interaction names is never used
            known = {json.loads(row)[0] for row in rows}
            new = [row for row in new if json.loads(row)[0] in known]
        if new:
            return f"{table}: stored {new[0]}, which is not in the undamaged file ({len(new)} such rows)"
        kept = sum((now - rows).values())
        if len(lost) - kept > counted:
            return f"{table}: {len(lost) - kept} rows lost, {counted} counted; one is {lost[0]}"
    return ""


def emptied(row: str, old: str) -> bool:
    """Whether a row is the old one with values missing."""
    return all(map(_within, json.loads(row), json.loads(old)))


def _within(value: Any, old: Any) -> bool:
    if value is None or value == old:
        return True
    if isinstance(value, list) and isinstance(old, list):
        return all(one in old for one in value)
    # A part of a text that is put together, or cleaned of what cannot be read.
    return isinstance(value, str) and isinstance(old, str) and value in old


@pytest.mark.parametrize(("source", "layout"), CASES, ids=lambda one: getattr(one, "name", one))
def test_damages_change_nothing_in_silence(
    source: str, layout: Layout, undamaged: Path, tmp_path: Path
) -> None:
    home = tmp_path / "data" / source
    shutil.copytree(undamaged / source, home)
    data = (home / layout.name).read_bytes()
    walk(source, layout, tmp_path, data, damages(layout, data))


@pytest.mark.parametrize(("source", "layout"), OF_TEXTS, ids=lambda one: getattr(one, "name", one))
def test_damages_of_texts_change_nothing_in_silence(
    source: str, layout: Layout, undamaged: Path, tmp_path: Path
) -> None:
    home = tmp_path / "data" / source
    shutil.copytree(undamaged / source, home)
    (home / "MicroLens-50k_titles.csv").unlink(missing_ok=True)  # has the same titles
    content = enriched(layout, (home / layout.name).read_bytes())
    walk(source, layout, tmp_path, encoded(content), text_damages(content), judge=True)


def walk(
    source: str,
    layout: Layout,
    tmp_path: Path,
    data: bytes,
    damaged: Iterable[Damage],
    judge: bool = False,
) -> None:
    """Store a file as it should be, and then with each damage that changes its bytes."""
    home = tmp_path / "data" / source
    path = home / layout.name
    path.write_bytes(data)
    before = store(source, layout, tmp_path / "data", tmp_path / "work")
    wrong, seen = [], {(layout.name, data)}
    for damage in damaged:
        if (damage.file, damage.data) in seen:
            continue
        seen.add((damage.file, damage.data))
        path.unlink(missing_ok=True)
        (home / damage.file).write_bytes(damage.data)
        try:
            strict = judge and damage.refused
            after = store(source, layout, tmp_path / "data", tmp_path / "work", strict)
        except RawFileError as error:
            if Path(layout.name).name.split(".")[0] not in str(error):
                wrong.append(f"{damage.name}: the error names no file: {error}")
        except Exception as error:
            wrong.append(f"{damage.name}: {type(error).__name__}: {str(error)[:200]}")
        else:
            found = "it was not refused" if damage.refused else verdict(damage, before, after)
            if found:
                wrong.append(f"{damage.name}: {found}")
        (home / damage.file).unlink()
        shutil.rmtree(tmp_path / "work", ignore_errors=True)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("source", LAYOUTS)
def test_optional_files_may_be_missing(source: str, undamaged: Path, tmp_path: Path) -> None:
    declared = load(source)
    layouts = LAYOUTS[source]
    home = tmp_path / "data" / source
    for optional in [file for file in declared.files if file.optional]:
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(undamaged / source, home)
        if not (home / optional.name).exists():
            continue
        (home / optional.name).unlink()
        for layout in layouts:
            if layout.name != optional.name:
                assert store(source, layout, tmp_path / "data", tmp_path / "work").rows
