"""The cleaned tables of a source as files for other programs, with the split of each interaction.

Three forms: CSV and Parquet with a column `split`, and the atomic files of RecBole with one log for
each split (`benchmark_filename: [train, valid, test]`). `itdr.yaml` beside them describes them, so
that the folder is itself a source and gives the same rows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from itdr.builders.core import arrow
from itdr.builders.core.connection import open_duckdb
from itdr.builders.core.duckdb_csv import literal
from itdr.builders.core.errors import ConfigError
from itdr.builders.core.schema import EVENTS, Source
from itdr.builders.sampling.cuts import time_cuts
from itdr.builders.sampling.splits import SPLITS, assign_splits
from itdr.builders.sources.described.declaration import UserColumns, entries
from itdr.builders.sources.described.expressions import quoted_name
from itdr.builders.store.layout import read_manifest
from itdr.builders.store.reader import StoreReader

if TYPE_CHECKING:
    import duckdb

FORMS = ("recbole", "csv", "parquet")
SPLIT_BY = ("user", "time")
PARTS = ("train", "valid", "test")
"""What RecBole calls the splits."""
NUMBERS = ("rating", "timestamp", "seq", "weight", "age", "birth_year", "year")
WORDS = ("title", "other_title", "text", "description", "categories", "creators")
SEPARATOR = "|"
"""Stands between the values of a list in CSV. Where one of them holds it, all lists of the column are
written as JSON."""
NO_BREAK = "\u00a0"
"""Replaces a blank inside an element of a sequence, since RecBole separates elements by blanks.
Read as a source again, it is a blank."""


@dataclass(frozen=True)
class Request:
    """What is exported, and how.

    Attributes:
        split_by: `user` (all that a user did is in one split) or `time`.
    """

    source: Source
    store: Path
    form: str
    split_by: str = "user"
    seed: int = 0


def export(request: Request, folder: Path) -> dict[str, int]:
    """Write a source's tables into a folder.

    Args:
        request: the source with its store.
        folder: made where it is missing.

    Returns:
        Rows by file name.

    Raises:
        ConfigError: the form cannot hold an id as it is.
    """
    folder.mkdir(parents=True, exist_ok=True)
    con = open_duckdb()
    con.execute("SET preserve_insertion_order = true")
    try:
        return _Export(request, folder, con).write()
    finally:
        con.close()


class _Export:
    def __init__(self, request: Request, folder: Path, con: duckdb.DuckDBPyConnection) -> None:
        self.request = request
        self.source = request.source
        self.folder = folder
        self.con = con
        self.store = StoreReader(request.source, request.store)
        self.columns: Mapping[str, Sequence[str]] = read_manifest(request.store)["columns"]
        self.name = re.sub(r"[^A-Za-z0-9-]+", "-", request.source.id)
        self.rows: dict[str, int] = {}
        self.described: dict[str, Any] = {}
        con.register("user_rows", self._coded("users"))
        con.register("item_rows", self._coded("items"))
        if request.form == "recbole":
            self._check_ids()

    def _check_ids(self) -> None:
        """Atomic files know no quoting: an id with a tab or a line end would become another one."""
        for kind in ("user", "item"):
            one = f"CAST({kind}_id AS VARCHAR)"
            query = f"SELECT {one} FROM {kind}_rows WHERE regexp_matches({one}, '[\\t\\r\\n]')"
            id_row = self.con.execute(f"{query} LIMIT 1").fetchone()
            if id_row:
                raise ConfigError(
                    f"The {kind} id {id_row[0]!r} of {self.source.id} holds a tab or a line end, which "
                    "RecBole's files cannot: use --to parquet or --to csv."
                )

    def _coded(self, table: str) -> Any:
        """The rows of one of the store's tables with their codes; for users also the split."""
        import pyarrow as pa

        rows = arrow.read(self.request.store / f"{table}.arrow")
        rows = rows.append_column("code", pa.array(np.arange(rows.num_rows, dtype=np.int32)))
        if table == "users" and self.request.split_by == "user":
            source = self.source.random_id
            split = assign_splits(self.store.user_hash, self.request.seed, source)
            rows = rows.append_column("split", pa.array(split))
        return rows

    def write(self) -> dict[str, int]:
        """Write all tables and their description; rows by file name."""
        self._interactions()
        self._items()
        if set(self.columns.get("users", ())) - {"user_id"}:
            self._users()
        text = yaml_of(self._description())
        (self.folder / "itdr.yaml").write_text(text, "utf-8")
        return self.rows

    # -- interactions ------------------------------------------------------------------------

    def _interactions(self) -> None:
        there = [
            name
            for name in ("timestamp", "seq", "rating", "event", "weight", "text")
            if name in self.columns["interactions"] and (name != "text" or self._has_texts())
        ]
        kinds = " ".join(f"WHEN {code} THEN '{name}'" for code, name in enumerate(EVENTS))
        fields = {"user_id": "u.user_id", "item_id": "i.item_id"}
        fields |= {name: f"e.{name}" for name in there}
        if "event" in fields:
            fields["event"] = f"CASE e.event {kinds} END"
        split = "u.split"
        if self.request.split_by == "time":
            first, second = time_cuts(self.store)
            split = f"CASE WHEN e.timestamp < {first} THEN 0 WHEN e.timestamp < {second} THEN 1 ELSE 2 END"
        clause = (
            f"read_parquet({literal(self.request.store / 'interactions.parquet')}) AS e "
            "JOIN user_rows AS u ON u.code = e.user_code JOIN item_rows AS i ON i.code = e.item_code"
        )
        order = ", ".join(["e.user_code", *(f"e.{n} NULLS FIRST" for n in there), "e.item_code"])
        if self.request.form == "recbole":
            files = []
            for number, part in enumerate(PARTS):
                files.append(f"{self.name}.{part}.inter")
                query = f"{self._select(fields)} FROM {clause} WHERE {split} = {number}"
                self._copy(f"{query} ORDER BY {order}", files[-1], fields)
        else:
            files = [f"interactions.{self.request.form}"]
            names = " ".join(f"WHEN {n} THEN '{name}'" for n, name in enumerate(SPLITS))
            fields["split"] = f"CASE {split} {names} END"
            query = f"{self._select(fields)} FROM {clause} ORDER BY {order}"
            self._copy(query, files[0], fields)
            del fields["split"]
        columns: dict[str, Any] = {name: name for name in fields}
        if "timestamp" in columns:
            columns["timestamp"] = {"from": "timestamp", "unit": "s"}
        self._describe("interactions", files, columns, duplicates="keep")

    def _has_texts(self) -> bool:
        """Whether any interaction has a text; a store made of the id-only files has none."""
        path = literal(self.request.store / "interactions.parquet")
        query = f"SELECT 1 FROM read_parquet({path}) WHERE text IS NOT NULL LIMIT 1"
        return self.con.execute(query).fetchone() is not None

    # -- items and users ---------------------------------------------------------------------

    def _items(self) -> None:
        there = self.columns.get("items", ())
        fields = {"item_id": "item_id"}
        if "title" in there:
            hidden = "CASE WHEN hidden THEN NULL ELSE title END"
            fields["title"] = hidden if "hidden" in there else "title"
        columns: dict[str, Any] = {name: name for name in fields}
        for name in ("other_title", "categories", "creators", "year", "description"):
            if name in there:
                fields[name] = name
                columns[name] = name
        for name in ("categories", "creators"):
            if name in columns and self.request.form != "parquet":
                fields[name], how = self._joined(name)
                columns[name] = {"from": name, **how}
        if "attributes" in there:
            facts = self._facts()
            for fact, column in facts.items():
                sql = f"list_filter(attributes, lambda one: one.name = {literal(fact)})[1].value"
                fields[column] = sql
            if facts:
                columns["attributes"] = facts
        file = self._file("items", "item")
        self._copy(f"{self._select(fields)} FROM item_rows ORDER BY code", file, fields)
        self._describe("items", file, columns)

    def _joined(self, name: str) -> tuple[str, dict[str, Any]]:
        """A list as one text, and how it is read again."""
        if self.request.form == "recbole":
            each = f"lambda one: replace(one, ' ', {literal(NO_BREAK)})"
            return f"array_to_string(list_transform({name}, {each}), ' ')", {"split": " "}
        sign = literal(SEPARATOR)
        query = (
            f"SELECT 1 FROM item_rows WHERE contains(array_to_string({name}, ''), {sign}) LIMIT 1"
        )
        if self.con.execute(query).fetchone():
            return f"CAST(to_json({name}) AS VARCHAR)", {"json": True}
        return f"array_to_string({name}, {sign})", {"split": SEPARATOR}

    def _facts(self) -> dict[str, str]:
        """The names of items' attributes, in their usual order, with the column of each."""
        rows = self.con.execute(
            "SELECT name FROM (SELECT unnest(attributes).name AS name, "
            "generate_subscripts(attributes, 1) AS place FROM item_rows) "
            "GROUP BY name ORDER BY sum(place) / count(*), name"
        ).fetchall()
        return {str(row[0]): f"fact_{number}" for number, row in enumerate(rows, 1)}

    def _users(self) -> None:
        there = self.columns["users"]
        names = [name for name in entries(UserColumns) if name in there]
        fields = {"user_id": "user_id", **{name: name for name in names if name != "user_id"}}
        if self.request.split_by == "user" and self.request.form != "recbole":
            cases = " ".join(f"WHEN {n} THEN '{name}'" for n, name in enumerate(SPLITS))
            fields["split"] = f"CASE split {cases} END"
        file = self._file("users", "user")
        self._copy(f"{self._select(fields)} FROM user_rows ORDER BY code", file, fields)
        fields.pop("split", None)
        self._describe("users", file, {name: name for name in fields})

    # -- files -------------------------------------------------------------------------------

    def _describe(self, table: str, file: Any, columns: dict[str, Any], **more: Any) -> None:
        """Say how a table is read again. A film called "Null" is no missing value."""
        self.described[table] = {"file": file, "nulls": [""], "columns": columns, **more}

    def _file(self, table: str, suffix: str) -> str:
        form = self.request.form
        return f"{self.name}.{suffix}" if form == "recbole" else f"{table}.{form}"

    def _select(self, fields: Mapping[str, str]) -> str:
        return "SELECT " + ", ".join(
            f"{self._cell(name, value)} AS {quoted_name(self._header(name))}"
            for name, value in fields.items()
        )

    def _header(self, name: str) -> str:
        if self.request.form != "recbole":
            return name
        kind = "float" if name in NUMBERS[:5] else "token_seq" if name in WORDS else "token"
        return f"{name}:{kind}"

    def _cell(self, name: str, value: str) -> str:
        """A value as RecBole reads it: without line ends and tabs, and not beginning with a
        quotation mark, which would quote the field. The no-break space put before such a mark is
        dropped when the file is read as a source again."""
        if self.request.form != "recbole" or name in NUMBERS:
            return value
        text = f"regexp_replace(CAST({value} AS VARCHAR), '[\\t\\r\\n]+', ' ', 'g')"
        return f"CASE WHEN starts_with({text}, '\"') THEN {literal(NO_BREAK)} || {text} ELSE {text} END"

    def _copy(self, query: str, file: str, fields: Mapping[str, str]) -> None:
        form = self.request.form
        options = "FORMAT parquet, COMPRESSION zstd" if form == "parquet" else "FORMAT csv, HEADER"
        if form == "recbole":
            options += ", DELIMITER '\t', QUOTE '', ESCAPE ''"
        path = self.folder / file
        done = self.con.execute(f"COPY ({query}) TO {literal(path)} ({options})").fetchall()
        self.rows[file] = int(done[0][0])

    def _description(self) -> dict[str, Any]:
        source, scale, licence = self.source, self.source.scale, self.source.licence
        values: dict[str, Any] = {
            "id": f"{source.id}-{self.request.form}",
            "title": source.title,
            "splits_as": source.random_id,
            "words": source.words,
            "domain": source.domain,
            "homepage": source.homepage,
            "citation": source.citation.strip(),
            "licence": {
                "name": licence.name,
                "url": licence.url,
                "summary": licence.summary,
                "redistribution": licence.redistribution,
                "commercial": licence.commercial,
            },
        }
        if source.options.get("wording"):
            values["wording"] = dict(source.options["wording"])
        if source.options.get("work"):
            values["works"] = source.options["work"]
        if scale is not None:
            values["scale"] = {name: getattr(scale, name) for name in ("low", "high", "step")}
            for name in ("liked", "disliked"):
                # Rounded to 32 bits in a scale: written as the decimal that was meant.
                values["scale"][name] = float(str(np.float32(getattr(scale, name))))
        there = self.described.get("users", {}).get("columns", ())
        attributes = [name for name in source.attributes if name in there]
        if attributes:
            values["attributes"] = attributes
        return {**values, **self.described}


def yaml_of(values: Mapping[str, Any], notes: Mapping[tuple[str, ...], str] | None = None) -> str:
    """A description as YAML, empty fields left out.

    Args:
        values: the fields.
        notes: comments, by the names of the fields that lead to what they are about.
    """
    return "\n".join(_lines(values, notes or {}, ())) + "\n"


def _lines(
    values: Mapping[str, Any], notes: Mapping[tuple[str, ...], str], way: tuple[str, ...]
) -> list[str]:
    import yaml

    lines = []
    for name, value in values.items():
        if value in (None, "", (), [], {}):
            continue
        here = (*way, str(name))
        comment = f"  # {notes[here]}" if here in notes else ""
        key = "  " * len(way) + yaml.safe_dump(str(name)).splitlines()[0]
        short = isinstance(value, Mapping) and len(way) > 1 and "from" in value
        if isinstance(value, Mapping) and not short:
            lines += [f"{key}:{comment}", *_lines(value, notes, here)]
            continue
        if isinstance(value, Mapping):
            value = {one: dict(of) if isinstance(of, Mapping) else of for one, of in value.items()}
        text = yaml.safe_dump(
            value, default_flow_style=True, width=10**9, allow_unicode=True, sort_keys=False
        )
        lines.append(
            f"{key}: {text.splitlines()[0] if isinstance(value, Mapping | list) else _scalar(text)}{comment}"
        )
    return lines


def _scalar(dumped: str) -> str:
    """A dumped scalar on one line."""
    return dumped.removesuffix("\n").removesuffix("\n...").replace("\n", " ")
