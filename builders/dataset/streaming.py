"""A stream of finished rows, which `datasets` need not encode one by one."""

from __future__ import annotations

import copyreg
import itertools
from collections.abc import Iterator
from typing import Any

from datasets.iterable_dataset import ExamplesIterable

from itdr.builders.dataset import registry
from itdr.builders.dataset.examples import rows_by_shard
from itdr.builders.dataset.rows import Row
from itdr.builders.tasks.base import Task


def _task_by_id(task: Task) -> tuple[Any, ...]:
    return (registry.task, (task.id,))


# Tasks hold functions that have no name to pickle them by, and are the same in every process: a
# stream that goes to another one (a spawned worker) names them instead.
copyreg.pickle(Task, _task_by_id)


class TypedExamples(ExamplesIterable):
    """Examples whose values have the declared types. Every way to shuffle or share them out keeps
    that mark, which the parent class would drop."""

    declared: Any = None

    @classmethod
    def of(cls, plain: ExamplesIterable, declared: Any) -> TypedExamples:
        """The same examples as `plain`, with their features."""
        examples = cls.__new__(cls)
        examples.__dict__.update(plain.__dict__)
        examples.declared = declared
        return examples

    def __iter__(self) -> Iterator[tuple[str, Row]]:
        """The examples as the parent class gives them, which asks for one shard at a time; here all shards
        are drawn together, which for small ones takes a fraction of the time."""
        state = self._state_dict
        begin, done = (state["shard_idx"], state["shard_example_idx"]) if state else (0, 0)
        kwargs = {**self.kwargs, "shards": self.kwargs["shards"][begin:]}
        for rows in rows_by_shard(**kwargs):
            for row in itertools.islice(rows, done, None):
                if state:
                    state["shard_example_idx"] += 1
                yield row["id"], row
            done = 0
            if state:
                state["shard_idx"] += 1
                state["shard_example_idx"] = 0

    @property
    def is_typed(self) -> bool:
        return True

    @property
    def features(self) -> Any:
        return self.declared

    def shuffle_data_sources(self, *args: Any, **kwargs: Any) -> TypedExamples:
        return self.of(super().shuffle_data_sources(*args, **kwargs), self.declared)

    def shard_data_sources(self, *args: Any, **kwargs: Any) -> TypedExamples:
        return self.of(super().shard_data_sources(*args, **kwargs), self.declared)

    def reshard_data_sources(self, *args: Any, **kwargs: Any) -> TypedExamples:
        return self.of(super().reshard_data_sources(*args, **kwargs), self.declared)
