"""Works that go together: the expectation, pairs on permuted likes, planted pairs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from itdr.builders.evidence.facts import UP, Fact
from itdr.builders.evidence.interests import companions, counts, offers
from itdr.builders.evidence.interests.companions import Companions
from itdr.builders.evidence.interests.likeness import Rated
from tests.interest import open_cell


def write(folder: Path, liked: list[np.ndarray], items: int) -> None:
    """MovieLens 1M's layout: everybody gives five stars to these films."""
    here = folder / "ml-1m"
    here.mkdir(parents=True)
    films = "".join(f"{k + 1}::Film number {k} (1990)::Drama\n" for k in range(items))
    (here / "movies.dat").write_text(films, "latin-1")
    (here / "users.dat").write_text("".join(f"{u + 1}::F::25::1::1\n" for u in range(len(liked))))
    lines = [
        f"{u + 1}::{k + 1}::5::97{k * 7919 % 1_000_003:07}\n"
        for u, own in enumerate(liked)
        for k in own.tolist()
    ]
    (here / "ratings.dat").write_text("".join(lines))


ITEMS, FIRST = 300, 30
DRAMA = Fact(
    "share", "category", "Drama", 9, 10, 0.5, UP, details=(Fact("shown", "category", "Drama"),)
)


def rated(liked: np.ndarray, disliked: np.ndarray | None = None, **more: np.ndarray) -> Rated:
    """Someone who rated these works and no others."""
    low = np.zeros(0, np.int64) if disliked is None else disliked
    met = np.concatenate([liked, low])
    return Rated(
        **{"liked": liked, "disliked": low, "likes": liked, "dislikes": low, "touched": met}
        | {"marks": np.zeros(len(liked)), **more}
    )


def crowd(pairs: int, users: int = 900, items: int = ITEMS) -> list[np.ndarray]:
    """People of very different activity who like films by popularity. Films 2k and 2k + 1 are a pair
    for `pairs` of k, from `FIRST` on: who likes the first likes the second four times as often as others do."""
    rng = np.random.Generator(np.random.PCG64(3))
    weight = 1 / (np.arange(items) + 6.0) ** 0.7
    liked = []
    for _ in range(users):
        size = int(np.exp(rng.uniform(np.log(4), np.log(60))))
        own = set(rng.choice(items, size=size, replace=False, p=weight / weight.sum()).tolist())
        for k in range(FIRST // 2, FIRST // 2 + pairs):
            likely = 1 - np.exp(-size * weight[2 * k + 1] / weight.sum())
            if 2 * k in own and rng.random() < 3 * likely / (1 - likely):
                own.add(2 * k + 1)
        liked.append(np.array(sorted(own)))
    return liked


def table(folder: Path) -> tuple[Companions, dict[int, int]]:
    """The pairs of a store, and the code of each film."""
    cell = open_cell("ml-1m", folder)
    ids = cell.store.items.column("item_id").to_pylist()
    return counts.companions_of(cell.partition), {int(name) - 1: k for k, name in enumerate(ids)}


def test_permuted_likes_give_next_to_no_pairs(tmp_path: Path, caches: Path) -> None:
    write(tmp_path, crowd(0), ITEMS)
    found, codes = table(tmp_path)
    assert len(found.of(np.array(sorted(codes.values()))).work) / ITEMS <= 0.05


def test_planted_pairs_are_found(tmp_path: Path, caches: Path) -> None:
    write(tmp_path, crowd(20), ITEMS)
    found, codes = table(tmp_path)
    hits = sum(
        codes[FIRST + k + 1] in found.of(np.array([codes[FIRST + k]])).other
        for k in range(0, 40, 2)
    )
    assert hits >= 18
    pairs = found.of(np.array(sorted(codes.values())))
    back = {code: k for k, code in codes.items()}
    wrong = sum(
        back[a] // 2 != back[b] // 2
        for a, b in zip(pairs.work.tolist(), pairs.other.tolist(), strict=True)
    )
    assert wrong / ITEMS <= 0.3  # friends of friends are no chance finding


def test_figures_are_counts_of_the_training_part(tmp_path: Path, caches: Path) -> None:
    liked = crowd(20)
    write(tmp_path, liked, ITEMS)
    cell = open_cell("ml-1m", tmp_path)
    found, codes = table(tmp_path)
    trained = [
        {codes[k] for k in own.tolist()}
        for user, own in enumerate(liked)
        if cell.partition.in_training([cell.store.code("user", str(user + 1))])[0]
    ]
    for k in range(FIRST, FIRST + 10, 2):
        pairs = found.of(np.array([codes[k]]))
        fans = [own for own in trained if codes[k] in own]
        for place, other in enumerate(pairs.other.tolist()):
            assert pairs.of[place] == len(fans)
            assert pairs.together[place] == sum(other in own for own in fans)
            assert pairs.expected[place] < pairs.together[place]


def test_expectations_add_up_to_the_likes_there_are() -> None:
    activity = np.arange(1, 200)
    people = 1 + 1000 // activity
    likers = np.array([3, 50, 400, 50])
    model = companions.activity_of(activity, people, likers)
    chance = model.chances(model.rates)
    assert chance @ model.users == pytest.approx(likers, rel=1e-3)
    assert (np.diff(chance, axis=1) > 0).all()
    # Eight steps to each doubling, the powers of two where steps begin.
    assert len(model.mean) < len(activity)
    assert [int((model.bins == model.bins[2**k - 1]).argmax()) for k in range(8)] == [
        2**k - 1 for k in range(8)
    ]


def test_only_unknown_works_are_offered(tmp_path: Path, caches: Path) -> None:
    write(tmp_path, crowd(20), ITEMS)
    cell = open_cell("ml-1m", tmp_path)
    _, codes = table(tmp_path)
    first = FIRST + 2
    anchor = np.array([codes[first]])
    offered = offers.offers(cell.partition, rated(anchor), tastes=[DRAMA])
    assert offered and offered[0].quote == f"Film number {first}"
    titles = {cell.store.item(code).title for code in codes.values()}
    for fact in offered:
        assert fact.value in titles and fact.count > fact.base
    met = np.array([codes[first], codes[first + 1]])
    assert all(
        fact.value != f"Film number {first + 1} (1990)"
        for fact in offers.offers(cell.partition, rated(anchor, touched=met), tastes=[DRAMA])
    )
