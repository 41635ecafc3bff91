"""A complete store, read: users and items memory-mapped, interactions by row groups.

Nothing here is loaded whole but what is asked for: arrays over users and items are views of mapped
files, and one user's interactions cost the row groups that hold them.
"""

from __future__ import annotations

import functools
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from itdr.builders import cache, far
from itdr.builders.declare import EVENTS, Source
from itdr.builders.interactions import Interactions
from itdr.builders.store import manifest

if TYPE_CHECKING:
    import pyarrow as pa

T = TypeVar("T")
KEPT_ROW_GROUPS = 4
KEPT_TEXT_GROUPS = 2
KEPT_ITEMS = 200_000
MISSING_TIME = -(2**63) + 1
"""Stands for a null timestamp: earlier than every known one."""


@dataclass(frozen=True, slots=True)
class Item:
    """What of an item can be shown. `creators` and `categories` in the raw file's order."""

    id: str
    title: str
    categories: tuple[str, ...]
    creators: tuple[str, ...]


@dataclass(slots=True)
class Events:
    """One user's interactions in the store's order, one array each (None: the source has none)."""

    items: np.ndarray
    times: np.ndarray | None
    seqs: np.ndarray | None
    ratings: np.ndarray | None
    weights: np.ndarray | None
    events: np.ndarray | None


class Store:
    """The columns of one store. Open one per process: it holds file handles."""

    def __init__(self, source: Source, path: Path) -> None:
        self.source = source
        self.path = path
        self.manifest: dict[str, Any] = manifest(path)
        self._groups: OrderedDict[int, dict[str, np.ndarray]] = OrderedDict()
        self._texts: OrderedDict[int, pa.ChunkedArray] = OrderedDict()
        self._items: dict[int, Item] = {}
        self._shared: dict[Any, Any] = {}

    def derived(self, name: str) -> Path:
        """Where something counted from this store lies, or is to be put: beside the stores; of a
        store in parts, beside itself (fetched first where the store lies on another machine)."""
        if "parts" in self.manifest:
            here = self.path.with_name(f"{self.path.name}-derived") / name
            if "far" in self.manifest and not here.exists():
                far.fetch(f"{self.manifest['far']}-derived/{name}", here)
            return here
        home = cache.cache_root() / "derived" / self.path.parent.name
        return home / self.path.name / name

    def shared(self, key: Any, make: Callable[[], T]) -> T:
        """Something derived from this store that several cells use: made once."""
        if key not in self._shared:
            self._shared[key] = make()
        return self._shared[key]

    # -- users and items ----------------------------------------------------------------------

    @functools.cached_property
    def users(self) -> pa.Table:
        return _mapped(self.path / "users.arrow")

    @functools.cached_property
    def items(self) -> pa.Table:
        return _mapped(self.path / "items.arrow")

    @functools.cached_property
    def user_hash(self) -> np.ndarray:
        """uint64, by user code: the hash of the user's id, ascending."""
        return _numbers(self.users, "hash").view(np.uint64)

    @functools.cached_property
    def user_start(self) -> np.ndarray:
        return _numbers(self.users, "start")

    @functools.cached_property
    def user_n(self) -> np.ndarray:
        return _numbers(self.users, "n")

    @functools.cached_property
    def item_hash(self) -> np.ndarray:
        return _numbers(self.items, "hash").view(np.uint64)

    @functools.cached_property
    def item_n(self) -> np.ndarray:
        """int32, by item code: how many interactions the item has."""
        return _numbers(self.items, "n")

    @functools.cached_property
    def work(self) -> np.ndarray:
        """int32, by item code: the code of the item that stands for the item's work."""
        return _numbers(self.items, "work")

    @functools.cached_property
    def title_code(self) -> np.ndarray:
        """int32, by item code: equal for titles that look the same; -1: never shown."""
        return _numbers(self.items, "title_code")

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
        """What can be shown of an item (kept for the next time it is asked for)."""
        known = self._items.get(code)
        if known is None:
            if len(self._items) >= KEPT_ITEMS:
                self._items.clear()
            known = self._items[code] = Item(
                self.value("items", "item_id", code),
                self.value("items", "title", code) or "",
                tuple(self.value("items", "categories", code) or ()),
                tuple(self.value("items", "creators", code) or ()),
            )
        return known

    def value(self, table: str, column: str, code: int) -> Any:
        """One value of `users` or `items`; None where the source has no such column."""
        source = self.users if table == "users" else self.items
        if column not in source.column_names:
            return None
        values = source.column(column)
        # All chunks but the last are of one length.
        chunk, place = divmod(code, len(values.chunk(0)))
        return values.chunk(chunk)[place].as_py()

    # -- interactions -------------------------------------------------------------------------

    @functools.cached_property
    def _interactions(self) -> Interactions:
        return Interactions(self.path, self.manifest)

    @property
    def _ends(self) -> np.ndarray:
        return self._interactions.ends

    @functools.cached_property
    def _fields(self) -> list[str]:
        there = set(self._interactions.names)
        one_kind = len(self.manifest["events"]) < 2
        wanted = ["item_code", "timestamp", "seq", "rating", "weight"]
        return [name for name in wanted if name in there] + (
            ["event"] if "event" in there and not one_kind else []
        )

    def has(self, column: str) -> bool:
        """Whether interactions carry this column."""
        return column in self._interactions.names

    def events(self, user: int) -> Events:
        """All interactions of a user, in the order: time, place, stable hash."""
        start = int(self.user_start[user])
        stop = start + int(self.user_n[user])
        first = int(np.searchsorted(self._ends, start, side="right"))
        last = int(np.searchsorted(self._ends, stop - 1, side="right"))
        base = int(self._ends[first - 1]) if first else 0
        parts = [self._group(k) for k in range(first, last + 1)]

        def column(name: str) -> np.ndarray | None:
            if name not in parts[0]:
                return None
            whole = parts[0][name] if len(parts) == 1 else np.concatenate([p[name] for p in parts])
            return whole[start - base : stop - base]

        items = column("item_code")
        assert items is not None
        return Events(
            items,
            column("timestamp"),
            column("seq"),
            column("rating"),
            column("weight"),
            column("event"),
        )

    def texts(self, user: int) -> list[str | None]:
        """The review texts of a user's interactions, one for each of `events(user)`."""
        start = int(self.user_start[user])
        stop = start + int(self.user_n[user])
        if not self.has("text"):
            return [None] * (stop - start)
        first = int(np.searchsorted(self._ends, start, side="right"))
        last = int(np.searchsorted(self._ends, stop - 1, side="right"))
        found: list[str | None] = []
        for k in range(first, last + 1):
            base = int(self._ends[k - 1]) if k else 0
            texts = self._text_group(k)
            low, high = max(start - base, 0), min(stop - base, len(texts))
            found += texts.slice(low, high - low).to_pylist()
        return found

    def _text_group(self, k: int) -> pa.ChunkedArray:
        kept = self._texts.get(k)
        if kept is None:
            kept = self._texts[k] = self._interactions.group(k, ["text"]).column("text")
            while len(self._texts) > KEPT_TEXT_GROUPS:
                self._texts.popitem(last=False)
        return kept

    def _group(self, k: int) -> dict[str, np.ndarray]:
        kept = self._groups.get(k)
        if kept is None:
            table = self._interactions.group(k, self._fields)
            kept = {name: _plain(table.column(name), name) for name in self._fields}
            self._groups[k] = kept
            while len(self._groups) > KEPT_ROW_GROUPS:
                self._groups.popitem(last=False)
        return kept


SKIP = EVENTS.index("skip")


def _plain(column: pa.ChunkedArray, name: str) -> np.ndarray:
    """A numpy array: nulls become NaN in floats, the earliest time in times, -1 in places."""
    import pyarrow.compute as pc

    if column.null_count and name in ("timestamp", "seq", "event"):
        column = pc.fill_null(column, MISSING_TIME if name == "timestamp" else -1)
    return column.to_numpy()


def _mapped(path: Path) -> pa.Table:
    import pyarrow as pa

    return pa.ipc.open_file(pa.memory_map(str(path))).read_all()


def _numbers(table: pa.Table, name: str) -> np.ndarray:
    return table.column(name).combine_chunks().to_numpy()
