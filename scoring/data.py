"""Where rows come from: a folder that `itdr build` wrote, or a config with its options.

Both give rows by split, and where the raw files can be read, the open cells behind the rows,
through which baselines and audits read the raw data.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from itdr.builders.core.errors import ConfigError, ItdrError, choose_from
from itdr.builders.dataset import catalogue_table, registry
from itdr.builders.dataset.options import DEFAULTS
from itdr.builders.sampling.case import Case
from itdr.builders.sampling.splits import SPLITS
from itdr.builders.tasks.base import OpenCell
from itdr.scoring import built
from itdr.scoring.catalogue import Catalogues

Row = dict[str, Any]
logger = logging.getLogger("itdr")


class Data:
    """Rows of one or several configs. Made by `open_data`."""

    def __init__(
        self, name: str, options: Mapping[str, Any], configs: list[str], folder: Path | None = None
    ) -> None:
        self.name = name
        self.folder = folder
        self._options = dict(options)
        self._configs = configs

    @property
    def tasks(self) -> tuple[str, ...]:
        """The subtasks that rows may belong to: all, for a folder not named like a config."""
        config_names = registry.config_names()
        names = self._configs if set(self._configs) <= set(config_names) else config_names
        return tuple(dict.fromkeys(task.id for name in names for task in registry.tasks_of(name)))

    @property
    def splits(self) -> tuple[str, ...]:
        """The existing splits, in order."""
        if self.folder is None:
            return SPLITS
        there = {built.split_of(path) for path in built.data_files(self.folder)}
        return tuple(part for part in SPLITS if part in there)

    def rows(self, split: str) -> Iterator[Row]:
        """Stream the rows of a split.

        Args:
            split: the split's name.

        Yields:
            Rows, those of all configs in turn.

        Raises:
            ConfigError: for a split that does not exist.
        """
        if split not in self.splits:
            raise ConfigError(choose_from("split", split, self.splits))
        if self.folder is not None:
            for path in built.data_files(self.folder):
                if built.split_of(path) == split:
                    yield from built.rows(path)
            return
        for builder in self._builders:
            yield from builder.as_streaming_dataset(split)

    @functools.cached_property
    def _builders(self) -> list[Any]:
        import datasets

        import itdr  # noqa: F401  (teaches load_dataset the name)

        return [
            datasets.load_dataset_builder("itdr", name, **self._options_of(name))
            for name in self._configs
        ]

    def _options_of(self, config: str) -> dict[str, Any]:
        """The options of a config: those given, over those that a folder was built with."""
        if self.folder is None:
            return self._options
        build_options = built.entries(self.folder).get(config, {}).get("options", {})
        options = {
            name: value
            for name, value in build_options.items()
            if name in DEFAULTS and value is not None and value != DEFAULTS[name]
        }
        if "data_dir" in self._options:
            options.pop("sample", None)
        return options | self._options

    @property
    def at_hand(self) -> bool:
        """Whether the raw files can be read without downloading any that the user did not ask for."""
        return self.folder is None or all(
            {"data_dir", "sample"} & self._options_of(name).keys() for name in self._configs
        )

    @functools.cached_property
    def templates(self) -> Path | None:
        """The user's template folder, if one was named for rows that are not built yet."""
        from itdr.builders.rendering.templates import folder_of

        return folder_of(self._options.get("templates"))

    @property
    def own_templates(self) -> Path | None:
        """The user's folder of templates that the rows were or will be worded with; None without one,
        or where it is no longer there."""
        from itdr.builders.rendering.templates import folder_of

        for name in self._configs:
            try:
                folder = folder_of(self._options_of(name).get("templates"))
            except ItdrError:
                continue
            if folder is not None:
                return folder
        return None

    def planned(self) -> Iterator[tuple[str, Row]]:
        """Split and row of everything that raw files and options give, drawn again in the order in
        which a build writes them."""
        for split in self.splits:
            for builder in self._builders:
                for row in builder.as_streaming_dataset(split):
                    yield split, row

    @property
    def repeats_kept(self) -> bool:
        """Whether a history may show an item several times: the option `repeats=keep`."""
        return any(self._options_of(name).get("repeats") == "keep" for name in self._configs)

    @functools.cached_property
    def users_in_several(self) -> bool:
        """Whether a user may have rows in several splits, separated by time or by position in the
        history."""
        from itdr.builders.dataset.builder import options_of

        return any(options_of(one.config).split_by != "user" for one in self._builders)

    @functools.cached_property
    def cells(self) -> dict[str, OpenCell]:
        """The open cells by name, their stores built first where they are not there yet.

        Raises the errors of raw files that are missing, and `ConfigError` for a folder of which
        nobody knows how it was built.
        """
        from itdr.builders.dataset import builder as dataset_builder
        from itdr.builders.dataset import plan
        from itdr.builders.dataset.open_cells import open_cell
        from itdr.builders.store import prepare

        if self.folder is not None and not all(
            name in built.entries(self.folder) for name in self._configs
        ):
            raise ConfigError(f"{self.folder} has no provenance.json that says how it was built.")
        cells_by_name = {}
        for builder in self._builders:
            options = dataset_builder.options_of(builder.config)
            cells = plan.cells_of(options)
            specs = plan.stores_of(options, cells)
            for cell in cells:
                paths = tuple(prepare.prepare(one) for one in specs[cell.name])
                cells_by_name[cell.name] = open_cell(cell, paths)
        return cells_by_name

    def cell_of(self, row: Row) -> OpenCell | None:
        """The cell that a row was drawn from."""
        name = f"{row['task']}/{row['source']}"
        return self.cells.get(f"{name}/{row['domain']}") or self.cells.get(name)

    @functools.cached_property
    def catalogues(self) -> Catalogues:
        """What can be an answer where rows list no candidates: the files of a built folder, or what the
        raw files give."""
        if self.folder is not None:
            return Catalogues.of_files(sorted(built.catalogue_files(self.folder)))
        return Catalogues(
            pa.Table.from_batches(catalogue_table.batches(cell))
            for cell in self.cells.values()
            if cell.whole_catalogue
        )


def open_data(where: str, options: Mapping[str, Any]) -> Data:
    """Open a built folder or a config.

    A folder that bears a config's name is a folder if it holds rows; a line of the log says so.

    Args:
        where: path of a folder, or name of a config.
        options: options of the config; for a folder only data_dir and sample.

    Returns:
        The rows, and how they were built.

    Raises:
        ConfigError: for what is neither, for an incomplete folder, and for other options with a
            folder.
    """
    folder = Path(where).expanduser().absolute()
    config_names = registry.config_names()
    if folder.is_dir() and (built.data_files(folder) or built.entries(folder)):
        refused = [name for name in options if name not in ("data_dir", "sample")]
        if refused:
            raise ConfigError(
                f"{where} holds rows that are built: {', '.join(refused)} can change nothing there."
            )
        built.require_whole(folder)
        if where in config_names:
            logger.warning(
                "%s: read from the folder %s, not drawn as the config of that name", where, folder
            )
        configs = sorted({path.parent.name for path in built.data_files(folder)})
        return Data(where, options, configs, folder)
    if where not in config_names:
        raise ConfigError(_no_rows(where, folder, config_names))
    return Data(where, options, [where])


def _no_rows(where: str, path: Path, config_names: Sequence[str]) -> str:
    """Why a name is neither a folder of rows nor a config."""
    if path.is_dir():
        return f"{where} holds no built rows (<split>-*.parquet): name a folder that `itdr build` wrote."
    if path.is_file():
        return f"{where} is a file: name a folder that `itdr build` wrote, or a config."
    if path.suffix or len(Path(where).parts) > 1:
        return f"There is no file or folder {where}."
    return f"{choose_from('config', where, config_names)} There is no folder of that name either."


def _subject_of(cell: OpenCell, row: Row) -> int | None:
    """The code of the user or item that a row is about; None where the store does not have it."""
    by_item = cell.cell.task.about == "item"
    return cell.store.code("item" if by_item else "user", row["item_id" if by_item else "user_id"])


def case_of(cell: OpenCell, row: Row) -> Case | None:
    """The case behind a row, drawn again.

    Args:
        cell: the open cell of the row.
        row: a row.

    Returns:
        The case; None where the cell draws no such case.
    """
    subject = _subject_of(cell, row)
    if subject is None:
        return None
    for window in cell.cell.task.windows(cell, subject):
        (case,) = cell.cell.task.draw(cell, [window])
        if case is not None and row["id"] == f"{cell.cell.name}/{case.key}":
            return case
    return None


def references(data: Data, rows: list[Row]) -> dict[str, list[str]]:
    """Other phrasings of the facts of rows answered in prose.

    Args:
        data: where the rows come from.
        rows: rows of any subtasks.

    Returns:
        Phrasings by row id; empty where the raw files are missing.
    """
    from itdr.scoring.metrics.per_task import TEXT_TASKS
    from itdr.scoring.metrics.references import phrasings

    row_phrasings: dict[str, list[str]] = {}
    if not data.at_hand:
        return row_phrasings
    for row in rows:
        if row["task"] not in TEXT_TASKS:
            continue
        try:
            cell = data.cell_of(row)
        except ItdrError:
            return {}
        case = case_of(cell, row) if cell is not None else None
        if cell is not None and case is not None:
            row_phrasings[row["id"]] = phrasings(cell, case)
    return row_phrasings
