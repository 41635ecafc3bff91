"""`python -m itdr.builders.store.measuring SOURCE DATA_DIR … > builders/store/build/reference/SOURCE.yaml`: measures real files of a
source, and prints the declaration of their figures. With `--contents RELEASE TABLE …` behind one folder it prints the checksums of
these tables, for `contents.yaml`; with `--known TABLE` known records of it, for `known_records/SOURCE.TABLE.csv` (`--known-part TABLE` of
files that are a copy in another form); with `--people` known users, for `known_people/SOURCE.csv`. All hold numbers and hashes alone, and no value of the files."""

from __future__ import annotations

import importlib
import sys
import tempfile
from collections.abc import Callable, Collection, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from itdr.builders.core.raw_files import Raw
from itdr.builders.store.build import build
from itdr.builders.store.build.reference import contents, known_people, known_records
from itdr.builders.store.build.reference.declarations import written
from itdr.builders.store.build.reference.measure import measure
from itdr.builders.store.build.reference.samples import Sample, draw
from itdr.builders.store.engine import connect
from itdr.builders.store.interactions import Interactions
from itdr.builders.store.prepare import prepare
from itdr.builders.store.spec import StoreSpec

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection as Connection

Looked = TypeVar("Looked")
Columns = Mapping[str, Collection[str]]
KNOWN = {"--known": True, "--known-part": False}
"""Arguments that ask for known records, and whether the files are the released ones."""
KNOWN_RECORDS = 800
"""So many of each table: of changes to one row in a hundred they show eight."""
KNOWN_PEOPLE = 1_000


def sample_of(source: str, data_dir: Path) -> Sample:
    """The rows of a source's files that a build looks at.

    Args:
        source: its id, with a domain behind a slash where it has several.
        data_dir: where its files lie.

    Returns:
        The sample.
    """

    def look(con: Connection, columns: Columns, folder: Path) -> Sample:
        stored = Interactions(folder, {})
        return draw(lambda query: con.sql(query).to_arrow_table(), columns, stored, folder)

    return _look_at(source, data_dir, look)


def contents_of(source: str, data_dir: Path, release: str, tables: Collection[str]) -> str:
    """The checksums of the tables of a source's files.

    Args:
        source: its id, with a domain behind a slash where it has several.
        data_dir: where its files lie.
        release: the name of the release that they are.
        tables: those that are complete.

    Returns:
        Lines for `contents.yaml`.
    """

    def look(con: Connection, columns: Columns, _: Path) -> str:
        table_columns = {table: columns[table] for table in tables}
        return contents.written(
            source, lambda query: con.sql(query).fetchall()[0], table_columns, release
        )

    return _look_at(source, data_dir, look)


def known_records_of(source: str, data_dir: Path, table: str, most: int, exact: bool) -> str:
    """Known records of a table of a source's files.

    Args:
        source: its id, with a domain behind a slash where it has several.
        data_dir: where its files lie.
        table: the table.
        most: the number of records.
        exact: whether the files are the released ones, or a copy in another form.

    Returns:
        Lines for a file in `known_records`.
    """

    def look(con: Connection, columns: Columns, _: Path) -> str:
        return known_records.written(
            lambda query: con.sql(query).fetchall(), table, columns[table], most, exact
        )

    return _look_at(source, data_dir, look)


def known_people_of(source: str, data_dir: Path, most: int) -> str:
    """Known users of a source's files.

    Args:
        source: its id, with a domain behind a slash where it has several.
        data_dir: where its files lie.
        most: the number of users.

    Returns:
        Lines for a file in `known_people`.
    """

    def look(con: Connection, columns: Columns, _: Path) -> str:
        return known_people.written(
            lambda query: con.sql(query).fetchall(), columns["interactions"], most
        )

    return _look_at(source, data_dir, look)


def _look_at(
    source: str, data_dir: Path, look: Callable[[Connection, Columns, Path], Looked]
) -> Looked:
    """Build a store, and look at it while its staged tables are there: their engine, their columns, the store's folder."""
    looks: list[Looked] = []

    def read(spec: StoreSpec, paths: dict[str, Path], work: Path, folder: Path) -> dict[str, Any]:
        con = connect(work / "stage.duckdb")
        raw = Raw(spec.source.id, paths, con, domain=spec.domain, facet=spec.facet)
        try:
            result = build.build(spec.source, raw, folder, partial(Interactions, folder, {}))
            looks.append(look(con, result["columns"], folder))
        finally:
            con.close()
        return result

    name, _, domain = source.partition("/")
    module = importlib.import_module(f"itdr.builders.sources.{name.replace('-', '_')}")
    declared = module.SOURCE
    texts = any("text" in file.facets for file in declared.files)
    spec = StoreSpec(declared, domain or None, "text" if texts else "base", data_dir)
    with tempfile.TemporaryDirectory() as folder:
        prepare(spec, True, False, Path(folder) / "store", read)
    return looks[-1]


def real_parts(sample: Sample, names: Collection[str]) -> Sample:
    """Choose what is real of a sample.

    Args:
        sample: the sample.
        names: tables as `items`, or columns as `items.title`; none for all.

    Returns:
        The tables with these columns.
    """
    columns: dict[str, list[str]] = {}
    for name in names:
        table, _, column = name.partition(".")
        column_names = [
            one
            for one in sample[table].column_names
            if column in ("", one) or one.endswith("_code")
        ]
        columns.setdefault(table, []).extend(column_names)
    return {
        table: sample[table].select(list(dict.fromkeys(column_names)))
        for table, column_names in columns.items()
    } or sample


def main(arguments: list[str]) -> None:
    """Measure and print.

    Args:
        arguments: the source; folders, each with `=` and the tables or columns that are real in it, where not all are; or
            one folder, `--contents`, the name of its release, and the tables that are complete; or one folder, `--known`
            or `--known-part`, and a table; or one folder and `--people`.
    """
    source, *folders = arguments
    if folders[1:2] and folders[1] in KNOWN:
        folder, kind, table = folders
        exact = KNOWN[kind]
        print(known_records_of(source, Path(folder), table, KNOWN_RECORDS, exact), end="")
        return
    if folders[1:] == ["--people"]:
        print(known_people_of(source, Path(folders[0]), KNOWN_PEOPLE), end="")
        return
    if "--contents" in folders:
        folder, _, release, *tables = folders
        print(contents_of(source, Path(folder), release, tables), end="")
        return
    samples = []
    for folder in folders:
        path, _, names = folder.partition("=")
        samples.append(real_parts(sample_of(source, Path(path)), names.split(",") if names else ()))
    print(written(measure(samples)), end="")


if __name__ == "__main__":
    main(sys.argv[1:])
