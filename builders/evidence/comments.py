"""What users wrote about items: comments and tags, by the users of an item's own part of the data.

A store keeps interactions by user; here the few comments of each item that can be shown are gathered
once, for a run of items at a time, and kept beside the store's other derived data.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from itdr.builders.core import arrow
from itdr.builders.core.rng import splitmix64, stable_hash
from itdr.builders.core.text import cut, plain
from itdr.builders.evidence.audiences import statements as sql_groups
from itdr.builders.evidence.verdicts import DISLIKE
from itdr.builders.sampling import repeats
from itdr.builders.sampling.splits import assign_splits
from itdr.builders.store import derived
from itdr.builders.store.reader import StoreReader

if TYPE_CHECKING:
    import pyarrow as pa

    from itdr.builders.store.engine import Engine

WORKS_OF_A_RUN = 1 << 18
"""Items whose comments are gathered together: a pass over all texts is made for each run in use."""
MOST_COMMENTS = 3
LONGEST_TAG = 40
"""Characters of the longest tag that is no sentence."""


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment. verdict: 1 if its author liked the item, -1 if they disliked it, else 0."""

    user: int
    verdict: int
    text: str


class Comments:
    """The comments that can be shown, by work."""

    def __init__(
        self, store: StoreReader, seed: int, chars: int, verdicts: Callable[[], str]
    ) -> None:
        self._store, self._seed, self._chars, self._verdicts = store, seed, chars, verdicts
        self._runs: dict[int, tuple[np.ndarray, pa.Table]] = {}

    def prepare(self, work: int) -> None:
        """Gather the comments of the work's run, where that was not done yet."""
        self._run(work // WORKS_OF_A_RUN)

    def of(self, work: int) -> list[Comment]:
        """The comments on a work, one of them by somebody who disliked it where there is one.

        Args:
            work: the work's code.

        Returns:
            At most `MOST_COMMENTS`.
        """
        works, table = self._run(work // WORKS_OF_A_RUN)
        start, stop = rows_of(works, work)
        if start == stop:
            return []
        rows = table.slice(start, stop - start).to_pylist()
        # Some reviews stand twice, word for word.
        distinct = {row["text"].casefold(): row for row in reversed(rows)}
        excerpts = [
            Comment(row["user_code"], row["verdict"], cut(row["text"], self._chars))
            for row in reversed(distinct.values())
        ]
        against = [one for one in excerpts if one.verdict == DISLIKE]
        others = [one for one in excerpts if one.verdict != DISLIKE]
        return (against[:1] + others + against[1:])[:MOST_COMMENTS]

    def _run(self, run: int) -> tuple[np.ndarray, pa.Table]:
        if run not in self._runs:
            self._runs[run] = _read(self._gathered(run, self._verdicts()))
        return self._runs[run]

    def _gathered(self, run: int, judged: str) -> Path:
        """The file of a run; in an engine for which a pass over all texts is expensive, all runs are
        gathered in one."""
        from itdr.builders.store.engine import distributed

        path = self._path(run, judged)
        if path.exists():
            return path
        store, seed = self._store, self._seed
        runs = (
            range(-(-len(store.work) // WORKS_OF_A_RUN)) if distributed() else range(run, run + 1)
        )
        query = sql_groups.comments(
            runs[0] * WORKS_OF_A_RUN,
            (runs[-1] + 1) * WORKS_OF_A_RUN,
            2 * self._chars + 400,
            store.has("timestamp"),
        )
        paths = [self._path(one, judged) for one in runs]

        def make(work: Path) -> None:
            _make(store, seed, query, judged, [work / one.name for one in paths], runs[0])

        return derived.build_once(path, make, paths)

    def _path(self, run: int, judged: str) -> Path:
        return _derived(self._store, self._seed, f"comments-{self._chars}-{run}", judged)


def rows_of(works: np.ndarray, work: int) -> tuple[int, int]:
    """Where the rows of a work begin and end, in an ascending column of work codes."""
    # Bounds of another type would make numpy convert the whole column on every call.
    start, stop = works.searchsorted(np.array([work, work + 1], works.dtype)).tolist()
    return start, stop


class Tags:
    """The tags that users gave, by work."""

    def __init__(self, store: StoreReader, seed: int) -> None:
        path = _derived(store, seed, "tags", "")
        derived.build_once(
            path, lambda work: _make(store, seed, sql_groups.TAGS_OF_WORKS, "", [work / path.name])
        )
        self._works, table = _read(path)
        self._tags, self._users = table.column("tag"), table.column("users").to_numpy()

    def of(self, work: int) -> list[tuple[str, int]]:
        """The tags of a work by users of its part; those that say nothing of the item are left out.

        Args:
            work: the work's code.

        Returns:
            (tag, how many users gave it), the commonest first, ties by hash.
        """
        start, stop = rows_of(self._works, work)
        if start == stop:
            return []
        users = self._users[start:stop].tolist()
        tag_counts = [
            (tag, n)
            for tag, n in zip(self._tags[start:stop].to_pylist(), users, strict=True)
            if _is_telling(tag)
        ]
        return sorted(tag_counts, key=lambda pair: (-pair[1], stable_hash("tag", work, pair[0])))

    def by_work(self) -> Iterator[tuple[int, str]]:
        """All works and their tags, folded: each spelling is looked at once.

        Yields:
            (work, tag), without the tags that say nothing of the item.
        """
        encoding = self._tags.combine_chunks().dictionary_encode()
        tags = [plain(tag) if _is_telling(tag) else None for tag in encoding.dictionary.to_pylist()]
        for work, code in zip(self._works.tolist(), encoding.indices.to_pylist(), strict=True):
            tag = tags[code]
            if tag is not None:
                yield work, tag


def _is_telling(tag: str) -> bool:
    return len(tag) <= LONGEST_TAG and not _IDLE.search(tag)


# Lists, shelves, media and ratings: useful only to whoever gave the tag, or a judgement of the item.
_IDLE = re.compile(
    r"(?i)\b(imdb|top \d+|best \d+|oscar|afi \d*|\d+ ?stars?|rat(ed|ing)s?|overrated|underrated|dvds?|"
    r"blu-?rays?|vhs|netflix|hulu|amazon|itunes|youtube|queue|library|owned?|watched|rewatch|seen|"
    r"to see|unseen|watch ?list|wishlist|tivo|bd-r|betamax|clv|erlend's|tumey's|\w+ list|my \w+|"
    r"eric's|not available|in collection|favou?rites?|\d+/\d+)\b|^[\W\d_]+$|^.$|movie to see|\bclassic$|^boring|"
    r"^(na|n/a|nan|null|none|untitled)$|"
    r"^(good|bad|great|awful|terrible|amazing|awesome|excellent|stupid|worst|best)\b"
)


def comments(
    store: StoreReader, seed: int, chars: int, verdicts: Callable[[], str]
) -> Comments | None:
    """The comments of a store; None where it has none.

    Args:
        store: the store.
        seed: seed of the split.
        chars: characters of a comment at most.
        verdicts: gives the SQL that tells who liked what.

    Returns:
        The comments, shared by all who ask for the same.
    """
    if not store.has("text"):
        return None
    key = ("comments", seed, chars)
    return store.shared(key, lambda: Comments(store, seed, chars, verdicts))


def tags(store: StoreReader, seed: int) -> Tags | None:
    """The tags of a store; None where it has none."""
    there = (store.path / "tags.parquet").exists
    return store.shared(("tags", seed), lambda: Tags(store, seed) if there() else None)


def _derived(store: StoreReader, seed: int, name: str, judged: str) -> Path:
    """The file of that name: what is derived under one seed and one rule of liking."""
    return derived.derived_path(store, name, (seed, judged))


def _make(
    store: StoreReader, seed: int, query: str, judged: str, paths: Sequence[Path], first: int = 0
) -> None:
    """Write the rows of a query; with several paths, each run of works, from `first` on, into its
    own. What does not fit into memory lies beside them."""
    from itdr.builders.store.engine import open_engine

    engine = open_engine(paths[0].parent)
    try:
        register(engine, store, seed, text=True)
        if judged:
            engine.keep("verdicts", judged)
        reader = engine.batches(query, 1 << 14)
        if len(paths) == 1:
            write_batches(reader, paths[0])
        else:
            _write_runs(reader, paths, first)
    finally:
        engine.close()


def _write_runs(reader: pa.RecordBatchReader, paths: Sequence[Path], first: int) -> None:
    """Rows in the order of works as a file for each run; an empty one where a run has none."""
    import pyarrow as pa

    with ExitStack() as stack:
        files = [stack.enter_context(pa.ipc.new_file(str(path), reader.schema)) for path in paths]
        for batch in reader:
            runs = batch.column("work").to_numpy() // WORKS_OF_A_RUN - first
            for run in np.unique(runs).tolist():
                start, stop = np.searchsorted(runs, [run, run + 1]).tolist()
                files[run].write_batch(batch.slice(start, stop - start))


def register(engine: Engine, store: StoreReader, seed: int, text: bool = False) -> None:
    """Register a store's tables with the engine.

    `events`, `works`, `tags`; `parts` of users; `speakers` and `subjects`, the users and works with
    part and key.

    Args:
        engine: DuckDB or Spark.
        store: the store.
        seed: seed of the split.
        text: whether events carry their texts.
    """
    import pyarrow as pa

    source = store.source.random_id
    users = np.arange(len(store.user_hash), dtype=np.int32)
    part = assign_splits(store.user_hash, seed, source)
    key = splitmix64(store.user_hash ^ np.uint64(stable_hash(seed, "comments", source)))
    engine.register("parts", pa.table({"user_code": users, "part": part}))
    engine.register(
        "speakers", pa.table({"user_code": users, "part": part, "key": key.view(np.int64)})
    )
    items = np.arange(len(store.work), dtype=np.int32)
    engine.register("works", repeats.works_table(store))
    leading = np.flatnonzero(store.work == items).astype(np.int32)
    hashes = store.item_hash[leading]
    columns = {
        "work": leading,
        "part": assign_splits(hashes, seed, source, "item"),
        "key": hashes.view(np.int64),
        "shown": (store.title_code[leading] >= 0).astype(np.int8),
    }
    engine.register("subjects", pa.table(columns))
    engine.events(store, place=True, text=text)


def write_batches(reader: pa.RecordBatchReader, path: Path) -> None:
    """Write batches, as they come, into one Arrow file."""
    import pyarrow as pa

    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, reader.schema) as out:
        for batch in reader:
            out.write_batch(batch)


def _read(path: Path) -> tuple[np.ndarray, pa.Table]:

    table = arrow.read(path)
    return table.column("work").to_numpy(), table
