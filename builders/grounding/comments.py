"""What users wrote about items: comments and tags, by the users of an item's own part of the data.

A store keeps interactions by user; here the few comments of each item that can be shown are gathered
once, for a run of items at a time, and kept beside the store's other derived data.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from itdr.builders.columns import Store
from itdr.builders.grounding import group_sql as sql_groups
from itdr.builders.hashing import mix, stable_hash
from itdr.builders.parts import parts_of
from itdr.builders.store import files_fingerprint

if TYPE_CHECKING:
    import pyarrow as pa

    from itdr.builders.engine import Engine

RUN = 1 << 18
"""Items whose comments are gathered together: a pass over all texts is made for each run in use."""
MOST_COMMENTS = 3
ELLIPSIS = "…"


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment. verdict: 1 if its author liked the item, -1 if they disliked it, else 0."""

    user: int
    verdict: int
    text: str


def cut(text: str, chars: int) -> str:
    """`text` on one line, cut at a word's end where it is longer than `chars`, and marked as cut.

    >>> cut("A long story, told briefly.", 15)
    'A long story…'
    """
    text = " ".join(text.split())
    if len(text) <= chars:
        return text
    head = text[: chars - len(ELLIPSIS) + 1]
    # Scripts without blanks between words are cut where they are.
    words, _, rest = head.rpartition(" ")
    if not words or len(rest) > max(chars // 2, 30):
        words = head[:-1]
    return words.rstrip(" ,;:.-–—!?…([\"'") + ELLIPSIS


class Comments:
    """The comments that can be shown, by work."""

    def __init__(self, store: Store, seed: int, chars: int, verdicts: Callable[[], str]) -> None:
        self._store, self._seed, self._chars, self._verdicts = store, seed, chars, verdicts
        self._runs: dict[int, tuple[np.ndarray, pa.Table]] = {}

    def prepare(self, work: int) -> None:
        """Gather the comments of the work's run, where that was not done yet."""
        self._run(work // RUN)

    def of(self, work: int) -> list[Comment]:
        """Up to three, one of them by somebody who disliked the work where there is one."""
        works, table = self._run(work // RUN)
        start, stop = np.searchsorted(works, [work, work + 1]).tolist()
        if start == stop:
            return []
        rows = table.slice(start, stop - start).to_pylist()
        # Some reviews stand twice, word for word.
        once = {row["text"].casefold(): row for row in reversed(rows)}
        found = [
            Comment(row["user_code"], row["verdict"], cut(row["text"], self._chars))
            for row in reversed(once.values())
        ]
        against = [one for one in found if one.verdict == sql_groups.DISLIKE]
        others = [one for one in found if one.verdict != sql_groups.DISLIKE]
        return (against[:1] + others + against[1:])[:MOST_COMMENTS]

    def _run(self, run: int) -> tuple[np.ndarray, pa.Table]:
        if run not in self._runs:
            first = run * RUN
            query = sql_groups.comments(
                first, first + RUN, 2 * self._chars + 400, self._store.has("timestamp")
            )
            name = f"comments-{self._chars}-{run}"
            path = _derived(self._store, self._seed, name, query, self._verdicts)
            self._runs[run] = _read(path)
        return self._runs[run]


class Tags:
    """The tags that users gave, by work."""

    def __init__(self, store: Store, seed: int) -> None:
        self._works, self._table = _read(_derived(store, seed, "tags", sql_groups.TAGS, None))

    def of(self, work: int) -> list[tuple[str, int]]:
        """(tag, how many users of the work's part gave it), the commonest first, ties by hash; those
        that say nothing of the item are left out."""
        start, stop = np.searchsorted(self._works, [work, work + 1]).tolist()
        rows = self._table.slice(start, stop - start).to_pydict()
        found = [
            (tag, users)
            for tag, users in zip(rows["tag"], rows["users"], strict=True)
            if not _IDLE.search(tag) and len(tag) <= 40
        ]
        return sorted(found, key=lambda pair: (-pair[1], stable_hash("tag", work, pair[0])))


# Lists, shelves, media and marks: of use to who gave the tag, or telling how the item is rated.
_IDLE = re.compile(
    r"(?i)\b(imdb|top \d+|best \d+|oscar|afi \d*|\d+ ?stars?|rat(ed|ing)s?|overrated|underrated|dvds?|"
    r"blu-?rays?|vhs|netflix|hulu|amazon|itunes|youtube|queue|library|owned?|watched|rewatch|seen|"
    r"to see|unseen|watch ?list|wishlist|tivo|bd-r|betamax|clv|erlend's|tumey's|\w+ list|my \w+|"
    r"eric's|not available|in collection|favou?rites?|\d+/\d+)\b|^[\W\d_]+$|^.$|movie to see|\bclassic$|^boring|"
    r"^(na|n/a|nan|null|none|untitled)$|"
    r"^(good|bad|great|awful|terrible|amazing|awesome|excellent|stupid|worst|best)\b"
)


def comments(store: Store, seed: int, chars: int, verdicts: Callable[[], str]) -> Comments | None:
    """The comments of a store; None where it has none.

    chars: characters of a comment at most.   verdicts: gives the SQL that tells who liked what.
    """
    if not store.has("text"):
        return None
    key = ("comments", seed, chars)
    return store.shared(key, lambda: Comments(store, seed, chars, verdicts))


def tags(store: Store, seed: int) -> Tags | None:
    """The tags of a store; None where it has none."""
    if not (store.path / "tags.parquet").exists():
        return None
    return store.shared(("tags", seed), lambda: Tags(store, seed))


def _derived(
    store: Store, seed: int, name: str, query: str, verdicts: Callable[[], str] | None
) -> Path:
    """The file with the rows of `query`, made first where it is not there yet."""
    from filelock import FileLock

    judged = verdicts() if verdicts else ""
    code = files_fingerprint((Path(__file__), Path(sql_groups.__file__)))
    path = store.derived(f"{name}-{stable_hash(name, seed, judged, code):016x}.arrow")
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{path}.lock"):
            if not path.exists():
                _make(store, seed, query, judged, path)
    return path


def _make(store: Store, seed: int, query: str, judged: str, path: Path) -> None:
    import shutil
    import tempfile

    from itdr.builders.engine import open_engine

    work = Path(tempfile.mkdtemp(prefix="comments-", dir=path.parent))
    engine = open_engine(work)
    try:
        register(engine, store, seed)
        if judged:
            engine.keep("verdicts", judged)
        write_batches(engine.batches(query, 1 << 14), work / "made.arrow")
        os.replace(work / "made.arrow", path)
    finally:
        engine.close()
        shutil.rmtree(work, ignore_errors=True)


def register(engine: Engine, store: Store, seed: int) -> None:
    """Make a store known to the engine: `events`, `works`, `tags`; `parts` of users; `speakers` and
    `subjects`, the users and works with part and key."""
    import pyarrow as pa

    source = store.source.id
    users = np.arange(len(store.user_hash), dtype=np.int32)
    part = parts_of(store.user_hash, seed, source)
    key = mix(store.user_hash ^ np.uint64(stable_hash(seed, "comments", source)))
    engine.register("parts", pa.table({"user_code": users, "part": part}))
    engine.register(
        "speakers", pa.table({"user_code": users, "part": part, "key": key.view(np.int64)})
    )
    items = np.arange(len(store.work), dtype=np.int32)
    engine.register("works", pa.table({"item_code": items, "work": store.work}))
    leading = np.flatnonzero(store.work == items).astype(np.int32)
    hashes = store.item_hash[leading]
    columns = {
        "work": leading,
        "part": parts_of(hashes, seed, source, "item"),
        "key": hashes.view(np.int64),
    }
    engine.register("subjects", pa.table(columns))
    engine.events(store)


def write_batches(reader: pa.RecordBatchReader, path: Path) -> None:
    """Write batches, as they come, into one Arrow file."""
    import pyarrow as pa

    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, reader.schema) as out:
        for batch in reader:
            out.write_batch(batch)


def _read(path: Path) -> tuple[np.ndarray, pa.Table]:
    import pyarrow as pa

    table = pa.ipc.open_file(pa.memory_map(str(path))).read_all()
    return table.column("work").to_numpy(), table
