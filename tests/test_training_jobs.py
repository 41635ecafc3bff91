"""Streams as training jobs use them: shuffled, shared out over ranks and workers, stopped and resumed.

What has to hold everywhere: no row is lost, none comes twice, and nobody waits for rows of others.
"""

from __future__ import annotations

import importlib.util
import itertools
import multiprocessing
import pickle
from collections import Counter
from collections.abc import Iterator
from typing import Any

import datasets
import pytest
from datasets.distributed import split_dataset_by_node

from itdr.builders.dataset import registry
from itdr.builders.dataset.formats import schema
from tests import world

SHARDS = 8
Row = dict[str, Any]


def stream(config: str = "sequential_rec", **options: Any) -> datasets.IterableDataset:
    """The train split of a config: some hundred rows in 8 shards."""
    given = {
        "sources": ["ml-32m"],
        "data_dir": str(world.folder()),
        "split": "train",
        "size": None,
        "per_user": 5,
        "num_shards": SHARDS,
        # Which rows come does not depend on their candidates: these are drawn in a tenth of the time.
        "negatives": "uniform",
        **options,
    }
    if config.endswith("attribute_prediction"):
        del given["per_user"], given["negatives"]
        given["sources"] = ["ml-1m"]
    return datasets.load_dataset("itdr", config, streaming=True, **given)


def ids(rows: Any) -> list[str]:
    return [row["id"] for row in rows]


@pytest.fixture(scope="module")
def all_ids() -> list[str]:
    """The ids of the whole stream, in its order."""
    found = ids(stream())
    assert len(found) > 400 and len(set(found)) == len(found)
    return found


# -- shuffling --------------------------------------------------------------------------------


def test_a_shuffled_stream_has_the_same_rows_in_another_order(all_ids: list[str]) -> None:
    shuffled = stream().shuffle(seed=3, buffer_size=100)
    first = ids(shuffled)
    assert sorted(first) == sorted(all_ids) and first != all_ids
    assert ids(stream().shuffle(seed=3, buffer_size=100)) == first
    shuffled.set_epoch(1)
    second = ids(shuffled)
    assert sorted(second) == sorted(all_ids) and second != first


# -- ranks and workers ------------------------------------------------------------------------


@pytest.mark.parametrize("ranks", [2, 8, 3])
@pytest.mark.parametrize("buffer", [None, 50])
def test_ranks_partition_the_whole(all_ids: list[str], ranks: int, buffer: int | None) -> None:
    whole = stream() if buffer is None else stream().shuffle(seed=1, buffer_size=buffer)
    parts = [ids(split_dataset_by_node(whole, rank, ranks)) for rank in range(ranks)]
    assert all(parts), "a rank without rows"
    assert sorted(itertools.chain(*parts)) == sorted(all_ids)


def test_ranks_that_divide_the_shards_draw_only_their_own(
    all_ids: list[str], drawn: Counter[str]
) -> None:
    mine = ids(split_dataset_by_node(stream(), 3, SHARDS))
    drawn.clear()
    assert ids(split_dataset_by_node(stream(), 3, SHARDS)) == mine
    # The plan draws one case of each part; the rest belongs to this rank's shard alone.
    assert drawn["cases"] < len(mine) + 50 < len(all_ids) / 2


@pytest.fixture
def drawn() -> Iterator[Counter[str]]:
    """Counts the cases that this process draws of sequential_rec, and how often it draws some."""
    task = registry.task("sequential_rec")
    plain, count = task.draw, Counter[str]()

    def counting(cell: Any, windows: Any) -> Any:
        count["cases"] += len(windows)
        count["batches"] += 1
        return plain(cell, windows)

    object.__setattr__(task, "draw", counting)
    yield count
    object.__setattr__(task, "draw", plain)


def _worker(row: Row) -> Row:
    import torch

    return {"id": row["id"], "worker": torch.utils.data.get_worker_info().id}


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="torch is not installed")
@pytest.mark.parametrize("start", ["fork", "spawn"])
def test_a_data_loader_of_four_workers_has_each_row_once(all_ids: list[str], start: str) -> None:
    from torch.utils.data import DataLoader

    rows = stream().map(_worker, remove_columns=list(schema()))
    loader = DataLoader(
        rows, batch_size=7, num_workers=4, multiprocessing_context=start, collate_fn=list
    )
    found = list(itertools.chain(*loader))
    assert sorted(ids(found)) == sorted(all_ids)
    work = Counter(row["worker"] for row in found)
    assert sorted(work) == [0, 1, 2, 3]
    assert min(work.values()) > len(all_ids) / 8, "a worker was nearly idle"


def _collect(rows: datasets.IterableDataset, ranks: int, rank: int, out: Any) -> None:
    out.put((rank, ids(split_dataset_by_node(rows, rank, ranks))))


@pytest.mark.parametrize("start", ["fork", "spawn", "forkserver"])
def test_processes_read_a_stream_that_this_one_has_begun(all_ids: list[str], start: str) -> None:
    rows = stream()
    next(iter(rows))  # the parent holds open stores and has used the engine
    context = multiprocessing.get_context(start)
    queue = context.Queue()
    running = [context.Process(target=_collect, args=(rows, 2, rank, queue)) for rank in (0, 1)]
    for process in running:
        process.start()
    found = dict(queue.get(timeout=120) for _ in running)
    for process in running:
        process.join(60)
        assert process.exitcode == 0
    assert sorted(found[0] + found[1]) == sorted(all_ids)


# -- stopping and going on --------------------------------------------------------------------


@pytest.mark.parametrize("seen", [0, 1, 33, 257])
def test_a_stopped_stream_goes_on_with_exactly_the_rest(all_ids: list[str], seen: int) -> None:
    rows = stream()
    assert ids(itertools.islice(rows, seen)) == all_ids[:seen]
    state = pickle.loads(pickle.dumps(rows.state_dict()))
    again = stream()
    again.load_state_dict(state)
    assert ids(again) == all_ids[seen:]


def test_a_stopped_rank_goes_on_in_the_middle_of_a_mapped_stream(all_ids: list[str]) -> None:
    def job() -> datasets.IterableDataset:
        return split_dataset_by_node(stream().shuffle(seed=5, buffer_size=1), 1, 2).map(_shout)

    whole = ids(job())
    rows = job()
    begun = ids(itertools.islice(rows, 100))
    again = job()
    again.load_state_dict(rows.state_dict())
    assert begun + ids(again) == whole
    assert len(whole) < len(all_ids)


def test_going_on_draws_at_most_one_shard_anew(all_ids: list[str], drawn: Counter[str]) -> None:
    rows = stream()
    seen = len(all_ids) * 3 // 4
    ids(itertools.islice(rows, seen))
    state = rows.state_dict()
    again = stream()
    again.load_state_dict(state)
    drawn.clear()
    rest = ids(again)
    most = max(len(ids(stream().shard(SHARDS, index))) for index in range(SHARDS))
    assert len(rest) == len(all_ids) - seen
    # Not counted here: `drawn` goes on counting in the line above, hence the order of these two.
    assert most < len(all_ids) / 4


def test_shards_with_few_rows_are_drawn_together(drawn: Counter[str]) -> None:
    rows = stream(per_user=1, num_shards=4 * SHARDS)
    drawn.clear()
    assert len(ids(rows)) > 4 * SHARDS
    assert drawn["batches"] < 2 * SHARDS


def test_going_on_does_not_draw_what_was_passed(all_ids: list[str], drawn: Counter[str]) -> None:
    sizes = [len(ids(stream().shard(SHARDS, index))) for index in range(SHARDS)]
    rows = stream()
    seen = len(all_ids) * 3 // 4
    ids(itertools.islice(rows, seen))
    again = stream()
    again.load_state_dict(rows.state_dict())
    drawn.clear()
    rest = ids(again)
    assert rest == all_ids[seen:]
    assert drawn["cases"] <= len(rest) + max(sizes)


# -- mixing, mapping, formats -----------------------------------------------------------------


def test_configs_are_interleaved_and_concatenated(all_ids: list[str]) -> None:
    other = stream("user_attribute_prediction")
    others = ids(other)
    together = datasets.concatenate_datasets([stream(), other])
    assert ids(together) == all_ids + others
    assert dict(together.features) == dict(datasets.Features(schema()))
    mixed = datasets.interleave_datasets(
        [stream(), other],
        probabilities=[0.7, 0.3],
        seed=0,
        stopping_strategy="all_exhausted",
    )
    found = ids(mixed)
    assert set(found) == {*all_ids, *others}
    turns = datasets.interleave_datasets([stream(), other])
    tasks = [row["task"] for row in itertools.islice(turns, 20)]
    assert tasks == ["sequential_rec", "user_attribute_prediction"] * 10


def _shout(row: Row) -> Row:
    return {"input": row["input"].upper()}


def test_rows_are_mapped_and_filtered(all_ids: list[str]) -> None:
    plain = list(stream())
    mapped = list(stream().map(_shout))
    assert mapped == [{**row, **_shout(row)} for row in plain]
    batched = list(stream().map(_many, batched=True, batch_size=16))
    assert batched == mapped
    kept = ids(stream().filter(lambda row: row["id"] in set(all_ids[::3])))
    assert kept == all_ids[::3]


def _many(rows: dict[str, list[Any]]) -> dict[str, list[Any]]:
    return {"input": [text.upper() for text in rows["input"]]}


def test_an_arrow_stream_holds_the_same_rows() -> None:
    plain = list(stream(negatives="event"))
    tables = list(stream(negatives="event").with_format("arrow"))
    assert [row for table in tables for row in table.to_pylist()] == plain
    batches = list(stream(negatives="event").with_format("arrow").iter(batch_size=64))
    assert [row for table in batches for row in table.to_pylist()] == plain
    assert tables[0].column_names == list(schema())


def test_a_pickled_stream_is_the_same_stream(all_ids: list[str]) -> None:
    rows = stream().shuffle(seed=2, buffer_size=10)
    copy = pickle.loads(pickle.dumps(rows))
    assert ids(copy) == ids(rows)
    plain = pickle.loads(pickle.dumps(stream()))
    assert ids(plain) == all_ids
    # Rows stay marked as finished: encoding them anew is what costs most in a stream.
    assert plain._ex_iterable.is_typed


def test_epochs_of_one_stream_are_alike(all_ids: list[str]) -> None:
    rows = stream()
    assert ids(rows) == ids(rows) == all_ids
    assert ids(rows.skip(10).take(20)) == all_ids[10:30]
