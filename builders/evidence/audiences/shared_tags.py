"""What works share besides genre and maker: the tags that users gave them, such as a director or a subject."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from functools import cached_property

import numpy as np

from itdr.builders.core.text import plain
from itdr.builders.evidence import comments
from itdr.builders.sampling.splits import TRAIN, assign_splits
from itdr.builders.store.reader import StoreReader

MAX_TAGS_IN_ROWS = 8
"""Tags of a work that rows show."""
MIN_TAGS_OF_A_KIND = 3
"""Tags of each of two works, from so many on, of which some are the same if they are of a kind."""
MAX_SHARE_OF_A_TAG = 0.02
"""A tag that this share of the tagged works bear says little."""


class SharedTags:
    """The tags of a store's works.

    Args:
        store, seed: the store, and the seed of its split.
        likes: by work, how many like it.
    """

    def __init__(self, store: StoreReader, seed: int, likes: np.ndarray) -> None:
        self.store, self._seed, self._likes = store, seed, likes
        self._tags = comments.tags(store, seed)

    def shown(self, work: int) -> list[str]:
        """The tags of a work that rows show, but for common ones."""
        if self._tags is None:
            return []
        common = MAX_SHARE_OF_A_TAG * max(len(self._of_training), 1)
        tags = [tag for tag, _ in self._tags.of(work)[:MAX_TAGS_IN_ROWS]]
        return [tag for tag in tags if 1 < self._counts[plain(tag)] <= max(common, 3)]

    def bears(self, work: int, tag: str) -> bool:
        """Whether a work of the training part bears a tag. What users of other parts say of works is not read."""
        return plain(tag) in self._of_training.get(work, ())

    def agree(self, kind: Collection[str], work: int, other: int) -> bool:
        """Whether tags allow a work as an example of a kind of another.

        Args:
            kind: one genre, or several together.
            work: the code of the work that rows show.
            other: the code of the example.

        Returns:
            False where both bear several tags, none of them the same, and none of the first names a genre of the kind.
        """
        if self._tags is None:
            return True
        mine = {plain(tag) for tag, _ in self._tags.of(work)[:MAX_TAGS_IN_ROWS]}
        theirs = self._of_training.get(other, set())
        if min(len(mine), len(theirs)) < MIN_TAGS_OF_A_KIND:
            return True
        named = {plain(one) for one in kind}
        return not mine.isdisjoint(theirs | named)

    def likes(self, tag: str) -> int:
        """How many likes works have that bear a tag: likes of the training part, works of it."""
        return self._likes_by_tag[plain(tag)]

    @cached_property
    def _likes_by_tag(self) -> Counter[str]:
        found: Counter[str] = Counter()
        for work, tags in self._of_training.items():
            for tag in tags:
                found[tag] += int(self._likes[work])
        return found

    @cached_property
    def _of_training(self) -> dict[int, set[str]]:
        found: defaultdict[int, set[str]] = defaultdict(set)
        if self._tags is not None:
            store = self.store
            parts = assign_splits(store.item_hash, self._seed, store.source.random_id, "item")
            counted = (store.work == np.arange(len(store.work))) & (parts == TRAIN)
            training = set(np.flatnonzero(counted).tolist())
            for work, tag in self._tags.by_work():
                if work in training:
                    found[work].add(tag)
        return dict(found)

    @cached_property
    def _counts(self) -> Counter[str]:
        return Counter(tag for tags in self._of_training.values() for tag in tags)
