"""A folder of RecBole's atomic files as a source, with nothing to write by hand.

`X.inter`, `X.item` and `X.user` are tab-separated; the first line names each column with its type
(`token`, `token_seq`, `float`, `float_seq`), elements of a sequence are divided by a blank, nothing
is quoted. In place of `X.inter` there may be benchmark files (`X.train.inter`, …), also with whole
histories in a row. [RecBole, docs: data/atomic_files; config: benchmark_filename]
"""

from __future__ import annotations

import contextlib
import functools
import re
from pathlib import Path
from typing import Any

from itdr.builders.core.connection import open_duckdb
from itdr.builders.core.errors import ConfigError
from itdr.builders.core.schema import Source
from itdr.builders.sources.described import guess as guessing
from itdr.builders.sources.described import source
from itdr.builders.sources.described.guess import CATALOGUE, FACTS, PEOPLE, Guess, plain
from itdr.builders.sources.described.profile import atomic_header, profile

HISTORY = "item_id_list"
PARTS = (".train", ".valid", ".test")
TITLES = "title moviename movietitle itemname appname booktitle songname trackname name"
CATEGORIES = "genre genres class categories category tags topic"


def load(folder: Path) -> Source:
    """The source that a folder of atomic files holds.

    Args:
        folder: with `X.inter` (or its benchmark files) and, mostly, `X.item` and `X.user`.

    Raises:
        ConfigError: for a folder without atomic files.
    """
    guess = describe(folder)
    return source.from_values(guess.values, folder, folder)


def prefixes(folder: Path) -> list[str]:
    """The names X of the sets of atomic files in a folder."""
    names = {
        re.sub(r"\.(train|valid|test)$", "", path.name.removesuffix(".inter"))
        for path in folder.glob("*.inter")
    }
    return sorted(names)


def describe(folder: Path) -> Guess:
    """Describe a folder of atomic files, as if by hand.

    Args:
        folder: the folder; one set of files, or the one that bears the folder's name.

    Returns:
        The description's values, notes and doubts.

    Raises:
        ConfigError: for a folder without atomic files, or with several sets of them.
    """
    folder = folder.absolute()
    names = prefixes(folder)
    if not names:
        raise ConfigError(
            f"{folder} holds neither itdr.yaml nor atomic files of RecBole (X.inter): name a "
            "description, or write one with `itdr init`."
        )
    if len(names) > 1 and folder.name not in names:
        raise ConfigError(f"{folder} holds several sets of atomic files: {', '.join(names)}.")
    name = folder.name if folder.name in names else names[0]
    files = tuple(sorted(folder.glob(f"{name}*.*")))
    stats = tuple((path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in files)
    return _described(folder, name, stats)


@functools.lru_cache(maxsize=64)
def _described(folder: Path, name: str, stats: tuple[Any, ...]) -> Guess:
    there = {one[0] for one in stats}
    single = f"{name}.inter"
    several = [f"{name}{part}.inter" for part in PARTS if f"{name}{part}.inter" in there]
    logs = [single] if single in there else several
    id_ = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    result = Guess({"id": f"{id_}-recbole", "title": f"{name} (RecBole)"})
    header = atomic_header(folder / logs[0])
    columns, item = _log(result, folder / logs[0], header)
    result.values["interactions"] = {"file": logs, "columns": columns}
    if f"{name}.item" in there:
        _items(result, folder / f"{name}.item", item)
    else:
        result.doubts.append(f"There is no {name}.item, so there are no titles to show.")
    if f"{name}.user" in there:
        _users(result, folder / f"{name}.user")
    guessing.speak(result, name, *(str(one) for one in (item, logs[0])))
    return result


def _log(result: Guess, path: Path, header: dict[str, str]) -> tuple[dict[str, Any], str]:
    user = next((one for one in header if plain(one).startswith(("user", "session"))), None)
    others = [one for one in header if one != user and header[one] == "token"]
    item = next((one for one in others if plain(one).endswith("id")), None) or next(
        iter(others), None
    )
    if user is None or item is None:
        raise ConfigError(
            f"{path}: a log needs a column user… or session… and one of items, as item_id:token; "
            f"it has {', '.join(header)}."
        )
    columns: dict[str, Any] = {"user_id": user, "item_id": item}
    if HISTORY in header:
        columns["history"] = {"from": HISTORY, "split": " "}
        return columns, item
    with contextlib.closing(open_duckdb()) as con:
        looked = profile(con, path)
        for name in ("timestamp", "rating"):
            one = guessing.column(looked, guessing.LOG[name], [user, item])
            if one is None:
                continue
            entry = (
                guessing.guess_time(result, looked, one)
                if name == "timestamp"
                else guessing.guess_rating(result, looked, one)
            )
            if entry is not None:
                columns[name] = entry
    return columns, item


def _items(result: Guess, path: Path, item: str) -> None:
    header = atomic_header(path)
    key = item if item in header else next(iter(header))
    names = {plain(one): one for one in reversed(list(header)) if one != key}
    columns: dict[str, Any] = {"item_id": key}
    words_by_column = {
        **CATALOGUE,
        "title": f"{TITLES} {CATALOGUE['title']}",
        "categories": CATEGORIES,
    }
    for name, words in words_by_column.items():
        one = next((names.pop(word) for word in words.split() if word in names), None)
        if one is None:
            continue
        listed = name in ("categories", "creators") and header[one] == "token_seq"
        # Brands and authors are names with blanks, genres are words.
        columns[name] = {"from": one, "split": " "} if listed and name == "categories" else one
    facts = {word: names[word] for word in FACTS.split() if word in names}
    if facts:
        columns["attributes"] = facts
    result.values["items"] = {"file": path.name, "columns": columns}
    if "title" not in columns:
        result.doubts.append(f"{path.name} has no titles to show.")


def _users(result: Guess, path: Path) -> None:
    header = atomic_header(path)
    key = next(iter(header))
    names = {plain(one): one for one in reversed(list(header)) if one != key}
    columns: dict[str, Any] = {"user_id": key}
    for name, words in PEOPLE.items():
        one = next((names.pop(word) for word in words.split() if word in names), None)
        if one is not None:
            columns[name] = one
    if columns.get("gender"):
        codes = {"M": "male", "F": "female", "m": "male", "f": "female"}
        codes |= {"male": "male", "female": "female"}
        columns["gender"] = {"from": columns["gender"], "values": codes}
    if len(columns) > 1:
        result.values["users"] = {"file": path.name, "columns": columns}
