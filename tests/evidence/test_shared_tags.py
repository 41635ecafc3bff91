"""Tags that works also liked share with an item: said only where chance would hardly make so many bear one."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from itdr.builders.core.text import plain
from itdr.builders.evidence import comments
from itdr.builders.evidence.audiences.kindred import Kindred
from itdr.builders.evidence.audiences.shared_tags import SharedTags
from itdr.builders.evidence.audiences.themes import MAX_WORKS_LOOKED_AT, Shared, Themes
from itdr.builders.evidence.facts import UP, Fact
from tests.interest import open_cell
from tests.world import folder

WORKS, TAGS, SHOWN = 400, 60, 8
LETTERS = "bcdfghjklmnpqrstvwxz"


class TaggedWorks:
    """A store of works with tags at random, each of some works; liked as often as `likes` says."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.Generator(np.random.PCG64(seed))
        self.liked = self.rng.integers(5, 200, WORKS)
        self.bearers = [
            set(self.rng.choice(WORKS, size, replace=False).tolist())
            for size in self.rng.integers(4, 60, TAGS).tolist()
        ]
        self.items = SimpleNamespace(column=lambda name: SimpleNamespace(to_pylist=list))

    def item(self, work: int) -> Any:
        first, second = divmod(work, 20)
        return SimpleNamespace(title=f"{LETTERS[first]}o{LETTERS[second]}a".title(), creators=())

    def shown(self, work: int) -> list[str]:
        return [str(tag) for tag in range(TAGS) if work in self.bearers[tag]][:SHOWN]

    def bears(self, work: int, tag: str) -> bool:
        return work in self.bearers[int(tag)]

    def likes(self, tag: str) -> int:
        return int(self.liked[sorted(self.bearers[int(tag)])].sum())

    def themes(self) -> Themes:
        traits = SimpleNamespace(names=[], likes=[], of=lambda work: [])
        kindred = Kindred(traits, 1, lambda work: [])  # type: ignore[arg-type]
        return Themes(self, traits, int(self.liked.sum()), kindred, self)  # type: ignore[arg-type]

    def drawn(self, work: int) -> list[Shared]:
        """Works as likers of anything draw them: by how often they are liked."""
        others = np.delete(np.arange(WORKS), work)
        weights = self.liked[others] / self.liked[others].sum()
        chosen = self.rng.choice(others, MAX_WORKS_LOOKED_AT, replace=False, p=weights).tolist()
        return [self.shared(place, one) for place, one in enumerate(chosen)]

    def shared(self, place: int, work: int) -> Shared:
        title = self.item(work).title
        return float(-place), work, Fact("also_liked", "work", title, 9, 12, 4.0, UP)


def tagged(world: TaggedWorks, work: int, shared: list[Shared]) -> list[Fact]:
    return [one for one in world.themes().facts(work, shared) if one.about == "tag"]


def test_tags_at_random_give_next_to_nothing() -> None:
    world = TaggedWorks(1)
    every = range(WORKS)
    assert sum(len(world.shown(work)) for work in every) > 3 * WORKS
    found = [fact for work in every for fact in tagged(world, work, world.drawn(work))]
    assert len(found) <= 0.05 * WORKS


@pytest.mark.parametrize("bearers", [2, 6])
def test_a_rare_tag_of_several_is_said_with_what_is_usual(bearers: int) -> None:
    world = TaggedWorks(2)
    world.bearers[0] = {399, *range(6)}
    world.liked[:] = 50
    shared = [world.shared(one, one) for one in (*range(bearers), *range(200, 220 - bearers))]
    found = tagged(world, 399, shared)
    assert [(one.value, one.count, one.of) for one in found if one.value == "0"] == (
        [("0", 6, MAX_WORKS_LOOKED_AT)] if bearers == 6 else []
    )
    for one in found:
        assert one.base == world.likes(one.value) / world.liked.sum()
        assert len(one.details) == one.count


def test_tags_by_work_are_those_of_each_work() -> None:
    store = open_cell("ml-32m", folder()).store
    tags = comments.tags(store, 0)
    assert tags is not None
    found: dict[int, list[str]] = {}
    for work, tag in tags.by_work():
        found.setdefault(work, []).append(tag)
    each = {work: [plain(tag) for tag, _ in tags.of(work)] for work in range(len(store.work))}
    assert {work: sorted(own) for work, own in found.items()} == {
        work: sorted(own) for work, own in each.items() if own
    }
    assert len(found) > 10


def test_tags_of_an_example_agree_with_those_of_the_item_or_name_its_kind() -> None:
    rows = [(0, one) for one in ("dreams", "philosophy", "sci-fi")]
    rows += [(1, one) for one in ("mafia", "police", "boston")]
    rows += [(2, one) for one in ("dreams", "robots", "space")] + [(3, "mafia")]
    tags: Any = SharedTags.__new__(SharedTags)
    tags._tags = SimpleNamespace(of=lambda work: [(tag, 1) for code, tag in rows if code == work])
    tags._of_training = {work: {tag for code, tag in rows if code == work} for work in range(4)}
    assert not tags.agree(["Crime"], 0, 1)
    assert tags.agree(["Sci-Fi"], 0, 1) and tags.agree(["Crime"], 0, 2)
    # Of too few tags nothing is asked.
    assert tags.agree(["Crime"], 0, 3) and tags.agree(["Crime"], 3, 0)
