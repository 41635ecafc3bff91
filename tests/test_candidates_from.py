"""Candidates from a user's own retriever: taken in order where honest, refused where they fit nothing."""

from __future__ import annotations

import csv
import functools
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest

from itdr.builders.core.errors import ConfigError
from tests import world
from tests.world import Row

TASKS = ("sequential_rec", "top_k_rec")


def folder() -> Path:
    return world.folder(dirt=False)


@functools.cache
def touched() -> dict[str, dict[str, int]]:
    """user -> item -> seconds."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    with open(folder() / "ml-32m" / "ratings.csv", newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found[row["userId"]][row["movieId"]] = int(row["timestamp"])
    return found


def popular() -> list[str]:
    counts = Counter(item for items in touched().values() for item in items)
    return [item for item, _ in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))]


def write(path: Path, proposals: dict[str, list[str]], head: str = "") -> str:
    lines = [
        f"{user}\t{item}\t{-place}\n"
        for user, items in proposals.items()
        for place, item in enumerate(items)
    ]
    path.write_text(head + "".join(reversed(lines)), "utf-8")
    return str(path)


def rows(task: str, **options: Any) -> list[Row]:
    return world.everything(world.load(task, folder(), sources=["ml-32m"], **options))


@pytest.mark.parametrize("task", TASKS)
def test_negatives_are_proposals_in_their_order(task: str, tmp_path: Path) -> None:
    several = popular()[:60]
    path = write(tmp_path / "run.tsv", dict.fromkeys(touched(), several))
    found = rows(task, candidates_from=path)
    assert len(found) > 50
    proposed = whole = 0
    for row in found:
        past = touched()[row["user_id"]]
        start = min(past[item] for item in row["relevant"])
        false = [
            one["item_id"] for one in row["candidates"] if one["item_id"] not in row["relevant"]
        ]
        assert not set(false) & past.keys()
        for item in false:
            others = [
                times[item]
                for user, times in touched().items()
                if item in times and user != row["user_id"]
            ]
            assert min(others) < start
        taken = [item for item in several if item in false]
        proposed += len(taken)
        whole += len(taken) == len(false)
        # None that would have been as good stands before the last of those taken, unless training
        # users met it too late or its title is taken: most of those passed over were rated.
        last = several.index(taken[-1]) if taken else 0
        passed = [item for item in several[:last] if item not in false and item not in past]
        assert len(passed) <= 12
    assert whole > 0.8 * len(found) and proposed > 2 * len(found)


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("negatives", ["event", "popularity"])
def test_what_the_user_touched_is_never_a_negative(
    task: str, negatives: str, tmp_path: Path
) -> None:
    """A file of nothing else leaves every row as it is without one."""
    own = {user: list(items) for user, items in touched().items()}
    path = write(tmp_path / "own.tsv", own)
    plain = rows(task, negatives=negatives)
    assert rows(task, negatives=negatives, candidates_from=path) == plain


def test_a_header_and_unknown_ids_change_nothing(tmp_path: Path) -> None:
    proposals = dict.fromkeys(touched(), popular()[:30])
    plain = write(tmp_path / "plain.tsv", proposals)
    strange = {"nobody": ["1"], **proposals, next(iter(touched())): [*popular()[:30], "no film"]}
    headed = write(tmp_path / "headed.tsv", strange, "user\titem\tscore\n")
    task = "sequential_rec"
    found = [rows(task, candidates_from=path) for path in (plain, headed)]
    assert found[0] == found[1] != rows(task)


def test_the_cache_knows_the_files_content(tmp_path: Path) -> None:
    import datasets

    path = tmp_path / "run.tsv"
    ids = []
    for several in (popular()[:30], popular()[30:60]):
        write(path, dict.fromkeys(touched(), several))
        builder = datasets.load_dataset_builder(
            "itdr",
            "sequential_rec",
            sources=["ml-32m"],
            data_dir=str(folder()),
            candidates_from=str(path),
        )
        ids.append(builder.config.name + str(builder._relative_data_dir()))
    assert ids[0] != ids[1]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1\t2\n", "its first line has 2 fields"),
        ("user\titem\tscore\n1\t2\tbest\n", "separated by tabs"),
        ("1\t2\tbest\n", "no line has a score that is a number"),
        ("1\t2\tnan\n", "no line has a score that is a number"),
        ("nobody\tnothing\t1\n", "no line names a user and an item of ml-32m"),
    ],
)
def test_a_file_that_fits_nothing_is_refused(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "run.tsv"
    path.write_text(text, "utf-8")
    with pytest.raises(ConfigError, match=said):
        rows("sequential_rec", candidates_from=str(path))


def test_a_missing_file_and_several_sources_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no file"):
        rows("sequential_rec", candidates_from=str(tmp_path / "none.tsv"))
    path = write(tmp_path / "run.tsv", {"1": ["2"]})
    with pytest.raises(ConfigError, match="of one source"):
        world.load("top_k_rec", sources=["ml-32m", "ml-1m"], cells="all", candidates_from=path)
    with pytest.raises(ConfigError, match="no meaning for rating_prediction"):
        world.load("rating_prediction", sources=["ml-32m"], candidates_from=path)
