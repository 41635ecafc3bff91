"""A complete store, read: users and items memory-mapped, interactions by row groups.

Nothing is loaded whole unless requested: arrays over users and items are views of mapped files, and
one user's interactions cost the row groups that hold them.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import cachetools
import numpy as np

from itdr.builders.core import paths, remote
from itdr.builders.core.arrow import numbers, read, take_rows
from itdr.builders.core.ranges import ranges
from itdr.builders.core.rng import hash_ids
from itdr.builders.core.schema import Source
from itdr.builders.core.text import joined, shown_title
from itdr.builders.store.interactions import Interactions
from itdr.builders.store.layout import read_manifest
from itdr.builders.store.selection import Selection
from itdr.builders.store.shown_categories import CategoryPairs, category_pairs, shown_lists

if TYPE_CHECKING:
    import pyarrow as pa

T = TypeVar("T")
CACHED_ROW_GROUPS = 48
"""Decoded row groups of interactions, of all stores together: about 1.5 MB each."""
CACHED_TEXT_GROUPS = 2
RUN_ROWS = 1 << 18
"""Interactions of several users that are read at a time: about 20 MB of arrays."""
MAX_CACHED_ITEMS = 200_000
_ITEM_FIELDS = ("item_id", "title", "other_title", "categories", "creators")
MISSING_TIME = -(2**63) + 1
"""Stands for a null timestamp: earlier than every known one."""


_groups: cachetools.LRUCache[tuple[Path, int], dict[str, np.ndarray]] = cachetools.LRUCache(
    CACHED_ROW_GROUPS
)


@dataclass(slots=True)
class Item:
    """The displayable fields of an item. Shared by all callers; do not change it (frozen, it would take
    five times as long to create).

    Attributes:
        id: its id.
        title: its title; "" where it has none.
        categories: in the raw file's order.
        creators: in the raw file's order.
        listed: `Title [category, category]`; the title alone without categories.
        shown: the categories that a list shows: all, unless the source names broad ones.
    """

    id: str
    title: str
    categories: tuple[str, ...]
    creators: tuple[str, ...]
    listed: str = ""
    shown: tuple[str, ...] = ()


@dataclass(slots=True)
class Events:
    """Interactions in the store's order, one array per column (None: the source has no such column)."""

    items: np.ndarray
    times: np.ndarray | None
    seqs: np.ndarray | None
    ratings: np.ndarray | None
    weights: np.ndarray | None
    events: np.ndarray | None


class StoreReader:
    """The columns of one store. It holds file handles: call `reopen` in a forked process.

    Args:
        source: the declaration.
        path: the store's folder.
        title_chars: the most characters of a title; None for any number.
    """

    def __init__(self, source: Source, path: Path, title_chars: int | None = None) -> None:
        self.source = source
        self.path = path
        self.title_chars = title_chars
        self._views: dict[Any, StoreReader] = {}
        self.selection: Selection | None = None
        """Which interactions count, where not all do."""
        self.manifest: dict[str, Any] = read_manifest(path)
        self._texts: cachetools.LRUCache[int, pa.ChunkedArray] = cachetools.LRUCache(
            CACHED_TEXT_GROUPS
        )
        self._items: dict[int, Item] = {}
        self._columns: dict[tuple[str, str], tuple[list[pa.Array], int]] = {}
        self._shared: dict[Any, Any] = {}
        self.expected: Sequence[int] = ()
        """Users that will be requested next (a hint: they are read faster together)."""

    def reopen(self) -> None:
        """Drop the file handles, which two processes must not share; cached data stay."""
        self.__dict__.pop("_interactions", None)
        for view in self._views.values():
            view.reopen()

    def view(self, key: Any, change: Callable[[StoreReader], object]) -> StoreReader:
        """A reader of the same store that sees it otherwise: with shorter titles, or less of it.

        Args:
            key: identifies it.
            change: sets what differs, on a reader that sees what this one does; called once.

        Returns:
            The reader, cached.
        """
        if key not in self._views:
            view = StoreReader(self.source, self.path, self.title_chars)
            view.title_code, view.selection = self.title_code, self.selection
            change(view)
            self._views[key] = view
        return self._views[key]

    def derived(self, name: str) -> Path:
        """The path of a file derived from this store, in the cache.

        For a store in parts it lies beside the store, and is fetched first from another machine.

        Args:
            name: the file's name.

        Returns:
            The path; the file may not exist yet.
        """
        if "parts" in self.manifest:
            here = self.path.with_name(f"{self.path.name}-derived") / name
            if "far" in self.manifest and not here.exists():
                remote.fetch(f"{self.manifest['far']}-derived/{name}", here)
            return here
        home = paths.cache_root() / "derived" / self.source.id / (self.manifest["domain"] or "")
        return home / self.path.name / name

    @property
    def selection_facts(self) -> tuple[object, ...]:
        """What counts of the interactions that count are named by; empty where all do."""
        return () if self.selection is None else ("filter", *self.selection.facts)

    def shared(self, key: Any, make: Callable[[], T]) -> T:
        """An object derived from this store that several cells share, created once.

        Args:
            key: identifies it.
            make: creates it.
        """
        if key not in self._shared:
            self._shared[key] = make()
        return self._shared[key]

    # -- users and items ----------------------------------------------------------------------

    @functools.cached_property
    def users(self) -> pa.Table:
        """Users, one row per code."""
        return read(self.path / "users.arrow")

    @functools.cached_property
    def items(self) -> pa.Table:
        """Items, one row per code."""
        return read(self.path / "items.arrow")

    @functools.cached_property
    def user_hash(self) -> np.ndarray:
        """uint64, by user code: the hash of the user's id, ascending."""
        return numbers(self.users, "hash").view(np.uint64)

    @functools.cached_property
    def user_start(self) -> np.ndarray:
        """int64, by user code: the row of the user's first interaction."""
        return numbers(self.users, "start")

    @functools.cached_property
    def user_n(self) -> np.ndarray:
        """int32, by user code: the number of the user's interactions."""
        return numbers(self.users, "n")

    @functools.cached_property
    def item_hash(self) -> np.ndarray:
        """uint64, by item code: the hash of the item's id, ascending."""
        return numbers(self.items, "hash").view(np.uint64)

    def code(self, kind: str, name: str | None) -> int | None:
        """The code of a user or item.

        Args:
            kind: `user` or `item`.
            name: its id.

        Returns:
            The code; None where the store has no such id.
        """
        if name is None:
            return None
        hashes = self.item_hash if kind == "item" else self.user_hash
        id_hash = hash_ids(f"{self.source.id}/{kind}_id", [name])[0]
        first, stop = (int(hashes.searchsorted(id_hash, side)) for side in ("left", "right"))
        ids = (self.value(f"{kind}s", f"{kind}_id", code) for code in range(first, stop))
        return next((first + k for k, other in enumerate(ids) if other == name), None)

    @functools.cached_property
    def item_n(self) -> np.ndarray:
        """int32, by item code: the number of the item's interactions."""
        return numbers(self.items, "n")

    @functools.cached_property
    def work(self) -> np.ndarray:
        """int32, by item code: the code of the item that represents its work."""
        return numbers(self.items, "work")

    @functools.cached_property
    def title_code(self) -> np.ndarray:
        """int32, by item code: equal for titles that look the same; -1 for items that are never shown."""
        codes = numbers(self.items, "title_code")
        private = self.source.options.get("private_categories")
        return np.where(self._filed_under(private), -1, codes) if private else codes

    def _filed_under(self, names: Sequence[str]) -> np.ndarray:
        """bool, by item code: whether an item is filed under one of these categories."""
        import pyarrow as pa
        import pyarrow.compute as pc

        column = self.items.column("categories").combine_chunks()
        held = pc.is_in(pc.list_flatten(column), pa.array(names)).to_numpy(zero_copy_only=False)
        mask = np.zeros(len(column), bool)
        mask[pc.list_parent_indices(column).to_numpy()[held]] = True
        return mask

    @functools.cached_property
    def first_category(self) -> np.ndarray:
        """int32, by item code: the code of the item's first category; -1 where it has none."""
        import pyarrow as pa
        import pyarrow.compute as pc

        if "categories" not in self.items.column_names:
            return np.full(len(self.items), -1, np.int32)
        column = self.items.column("categories").combine_chunks()
        lengths = pc.fill_null(pc.list_value_length(column), 0).to_numpy(zero_copy_only=False)
        safe = pc.if_else(pa.array(lengths > 0), column, pa.scalar(None, column.type))
        coded = pc.list_element(safe, 0).dictionary_encode()
        if isinstance(coded, pa.ChunkedArray):
            coded = coded.combine_chunks()
        return pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False).astype(np.int32)

    def item(self, code: int) -> Item:
        """The displayable fields of an item, cached."""
        item = self._items.get(code)
        if item is None:
            self.read_items((code,))
            item = self._items[code]
        return item

    def items_of(self, rows: Sequence[Sequence[int]]) -> list[list[Item]]:
        """The displayable fields of many items.

        Args:
            rows: lists of item codes.

        Returns:
            A list of items for each list of codes.
        """
        items = self._items
        try:
            return [[items[code] for code in row] for row in rows]
        except KeyError:
            self.read_items(itertools.chain.from_iterable(rows))
        return [[items[code] for code in row] for row in rows]

    def read_items(self, codes: Iterable[int]) -> None:
        """Load items into the cache of `item`: many at once take a tenth of the time per item.

        Args:
            codes: item codes; those already cached cost nothing.
        """
        all_codes = set(codes)
        missing = sorted(all_codes.difference(self._items))
        if not missing:
            return
        if len(self._items) + len(missing) > MAX_CACHED_ITEMS:
            self._items.clear()
            missing = sorted(all_codes)
        names = [name for name in _ITEM_FIELDS if name in self.items.column_names]
        columns = {name: take_rows(self.items.column(name), missing).to_pylist() for name in names}
        none: list[None] = [None] * len(missing)
        titles = [
            shown_title(title or "", other, self.title_chars)
            for title, other in zip(
                columns.get("title", none), columns.get("other_title", none), strict=True
            )
        ]
        categories, creators = (
            [tuple(values) if values else () for values in columns.get(name, none)]
            for name in ("categories", "creators")
        )
        shown_categories = shown_lists(self.source, categories, self._category_pairs)
        listed = [
            f"{title} [{joined(values)}]" if values else title
            for title, values in zip(titles, shown_categories, strict=True)
        ]
        loaded = map(
            Item, columns["item_id"], titles, categories, creators, listed, shown_categories
        )
        self._items.update(zip(missing, loaded, strict=True))

    def _category_pairs(self) -> CategoryPairs:
        return self.shared(
            "pairs of categories", lambda: category_pairs(self.items.column("categories"))
        )

    def value(self, table: str, column: str, code: int) -> Any:
        """One value of `users` or `items`.

        Args:
            table: `users` or `items`.
            column: the column.
            code: the user's or item's code.

        Returns:
            The value; None where it is missing or the source has no such column.
        """
        chunks, length = self._column(table, column)
        if not length:
            return None
        # All chunks but the last are of one length.
        chunk, place = divmod(code, length)
        return chunks[chunk][place].as_py()

    def values(self, table: str, column: str, codes: Sequence[int] | np.ndarray) -> list[Any]:
        """`value` of several codes.

        Args:
            table: `users` or `items`.
            column: the column.
            codes: user or item codes.

        Returns:
            One value per code; None where it is missing.
        """
        if len(codes) == 1:  # a table of one row takes ten times as long as one value
            return [self.value(table, column, int(codes[0]))]
        source = self.users if table == "users" else self.items
        if column not in source.column_names:
            return [None] * len(codes)
        return take_rows(source.column(column), codes).to_pylist()

    def _column(self, table: str, column: str) -> tuple[list[pa.Array], int]:
        """The chunks of a column and the length of the first; ([], 0) where there is no such column."""
        key = (table, column)
        if key not in self._columns:
            source = self.users if table == "users" else self.items
            chunks = source.column(column).chunks if column in source.column_names else []
            self._columns[key] = (chunks, len(chunks[0]) if chunks else 0)
        return self._columns[key]

    # -- interactions -------------------------------------------------------------------------

    @functools.cached_property
    def _interactions(self) -> Interactions:
        return Interactions(self.path, self.manifest)

    @functools.cached_property
    def _fields(self) -> list[str]:
        one_kind = len(self.manifest["events"]) < 2
        fields = ["item_code", "timestamp", "seq", "rating", "weight"]
        return [name for name in fields if name in self._names] + (
            ["event"] if "event" in self._names and not one_kind else []
        )

    def has(self, column: str) -> bool:
        """Whether interactions have this column."""
        return column in self._names

    @functools.cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(self._interactions.names)

    def events(self, user: int) -> Events:
        """All interactions of a user, ordered by time, sequence number and stable hash."""
        return self.events_of(np.array([user]))

    def events_of(self, users: np.ndarray) -> Events:
        """All interactions of several users, one user after the other.

        Args:
            users: integer array of user codes, ascending.

        Returns:
            Their events, in the order of `users`.
        """
        counts = self.user_n[users]
        rows = ranges(self.user_start[users], counts)
        first, last = self._interactions.ends.searchsorted(rows[[0, -1]], side="right").tolist()
        cuts = rows.searchsorted(self._interactions.ends[first:last]).tolist()
        parts = []
        for k, start, stop in zip(
            range(first, last + 1), [0, *cuts], [*cuts, len(rows)], strict=True
        ):
            if start < stop:
                base = int(self._interactions.ends[k - 1]) if k else 0
                parts.append((self._group(k), rows[start:stop] - base))

        def column(name: str) -> np.ndarray | None:
            if name not in parts[0][0]:
                return None
            values = [group[name][places] for group, places in parts]
            return values[0] if len(values) == 1 else np.concatenate(values)

        items = column("item_code")
        assert items is not None
        names = ("timestamp", "seq", "rating", "weight", "event")
        return Events(items, *(column(name) for name in names))

    def runs(self, users: Sequence[int]) -> Iterator[np.ndarray]:
        """Split users into runs whose interactions fit into memory several times over.

        Args:
            users: user codes, in any order, repeats allowed.

        Returns:
            Ascending arrays of distinct codes, of about `RUN_ROWS` interactions each.
        """
        codes = np.unique(users)
        if len(codes):
            ends = self.user_n[codes].cumsum(dtype=np.int64)
            yield from np.split(codes, np.flatnonzero(np.diff(ends // RUN_ROWS)) + 1)

    def expected_run(self, user: int) -> np.ndarray | None:
        """The run of `expected` users that contains this one; None where the user is not expected."""
        if user not in self.expected:
            return None
        return next(run for run in self.runs(self.expected) if user in run)

    def texts(self, user: int) -> list[str | None]:
        """The review texts of a user's interactions.

        Args:
            user: the user's code.

        Returns:
            One text or None for each of `events(user)`.
        """
        start = int(self.user_start[user])
        stop = start + int(self.user_n[user])
        if not self.has("text"):
            return [None] * (stop - start)
        first = int(np.searchsorted(self._interactions.ends, start, side="right"))
        last = int(np.searchsorted(self._interactions.ends, stop - 1, side="right"))
        result: list[str | None] = []
        for k in range(first, last + 1):
            base = int(self._interactions.ends[k - 1]) if k else 0
            texts = self._text_group(k)
            low, high = max(start - base, 0), min(stop - base, len(texts))
            result += texts.slice(low, high - low).to_pylist()
        return result

    @cachetools.cachedmethod(lambda self: self._texts)
    def _text_group(self, k: int) -> pa.ChunkedArray:
        return self._interactions.group(k, ["text"]).column("text")

    @cachetools.cached(_groups, key=lambda self, k: (self.path, k))
    def _group(self, k: int) -> dict[str, np.ndarray]:
        return columns_of(self._interactions.group(k, self._fields))


def columns_of(table: pa.Table) -> dict[str, np.ndarray]:
    """The columns of a table of interactions as arrays.

    Args:
        table: some of their columns.

    Returns:
        Arrays by name; null becomes NaN in floats, `MISSING_TIME` in times, -1 elsewhere.
    """
    import pyarrow.compute as pc

    columns = {}
    for name, column in zip(table.column_names, table.columns, strict=True):
        if column.null_count and name in ("timestamp", "seq", "event"):
            column = pc.fill_null(column, MISSING_TIME if name == "timestamp" else -1)
        columns[name] = column.to_numpy()
    return columns
