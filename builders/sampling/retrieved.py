"""Candidates from a user's own retriever: a file of user, item and score, separated by tabs.

They come first among a case's negatives, by falling score, where they are valid negatives; a policy
fills the rest.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from itdr.builders.core.errors import ConfigError
from itdr.builders.core.rng import hash_ids
from itdr.builders.store.reader import StoreReader

NAMES = ("user", "item", "score")
ADVICE = "Each line of candidates_from is a user's id, an item's id and a score, separated by tabs."
FROM_FILE = "from candidates_from"
UNKNOWN_THEN = "of candidates_from, left out: met by nobody else before the target"


class RetrievedCandidates:
    """The candidates that a file proposes to each user of a store.

    Args:
        users: codes, ascending.
        works: codes; for each user in descending order of score, without repeats.
    """

    def __init__(self, users: np.ndarray, works: np.ndarray) -> None:
        self._users = users
        self._works = works

    def of(self, user: int) -> list[int]:
        """The works proposed to a user, the best first."""
        start, stop = self._users.searchsorted([user, user + 1]).tolist()
        return self._works[start:stop].tolist()


def load_retrieved(store: StoreReader, path: Path) -> RetrievedCandidates:
    """The file's candidates, read once for a store. Raises `ConfigError` where nothing fits."""
    return store.shared(("retrieved", str(path)), lambda: _read(store, path))


def _read(store: StoreReader, path: Path) -> RetrievedCandidates:
    import pyarrow as pa
    from pyarrow import csv

    types = dict(zip(NAMES, (pa.string(), pa.string(), pa.float64()), strict=True))
    try:
        table = csv.read_csv(
            path,
            read_options=csv.ReadOptions(column_names=NAMES, skip_rows=int(_has_header(path))),
            parse_options=csv.ParseOptions(delimiter="\t", quote_char=False),
            convert_options=csv.ConvertOptions(column_types=types),
        )
    except (pa.ArrowInvalid, OSError) as error:
        raise ConfigError(f"{path}: {error}. {ADVICE}") from None
    users = _codes(store, "user", table.column("user"))
    items = _codes(store, "item", table.column("item"))
    scores = table.column("score").to_numpy()
    usable = (users >= 0) & (items >= 0) & ~np.isnan(scores)
    if not len(scores) or np.isnan(scores).all():
        raise ConfigError(f"{path}: no line has a score that is a number. {ADVICE}")
    if not usable.any():
        raise ConfigError(
            f"{path}: no line names a user and an item of {store.source.id}. {ADVICE}"
        )
    users, items, scores = users[usable], items[usable], scores[usable]
    works = store.work[items]
    order = np.lexsort((store.item_hash[works], -scores, users))
    users, works = users[order], works[order]
    _, first = np.unique(users.astype(np.int64) << 32 | works, return_index=True)
    places = np.sort(first)
    return RetrievedCandidates(users[places], works[places])


def _has_header(path: Path) -> bool:
    """Whether the third field of the first line is not a number."""
    try:
        with path.open(encoding="utf-8") as file:
            fields = file.readline().rstrip("\r\n").split("\t")
    except UnicodeDecodeError:
        raise ConfigError(f"{path} is not UTF-8 text. {ADVICE}") from None
    try:
        float(fields[2])
    except IndexError:
        raise ConfigError(f"{path}: its first line has {len(fields)} fields. {ADVICE}") from None
    except ValueError:
        return True
    return False


def _codes(store: StoreReader, kind: str, names: object) -> np.ndarray:
    """The code of each user or item (int64), -1 for unknown ones."""
    coded = names.combine_chunks().dictionary_encode()  # type: ignore[attr-defined]
    every = coded.dictionary.to_pylist()
    hashes = store.item_hash if kind == "item" else store.user_hash
    name_hashes = hash_ids(f"{store.source.id}/{kind}_id", every)
    places = np.minimum(hashes.searchsorted(name_hashes), len(hashes) - 1)
    codes = np.where(hashes[places] == name_hashes, places, -1)
    return codes[coded.indices.to_numpy()]
