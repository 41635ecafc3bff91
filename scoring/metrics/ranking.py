"""Metrics of rankings: exact values by `ir_measures`, expected ones where a method has ties.

Gain 1 for each true item, discount 1 / log2(rank + 1). Entries that name no candidate, and repeats,
keep their rank and gain nothing; true items that are missing gain nothing.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence

from itdr.scoring.parsing.parse import Ranking

NDCG_DEPTH = 10
PRECISION_DEPTH = 5
NAMES = ("NDCG@10", "Hit@1", "Precision@5", "MRR")


def exact(rankings: Sequence[Ranking], targets: Sequence[frozenset[int]]) -> list[dict[str, float]]:
    """The four metrics of rankings without ties.

    Args:
        rankings: one per row.
        targets: places of the targets among the candidates, one set per row.

    Returns:
        Values by metric, one dictionary per row.
    """
    import ir_measures
    from ir_measures import RR, P, Success, nDCG

    measures = {
        nDCG @ NDCG_DEPTH: NAMES[0],
        Success @ 1: NAMES[1],
        P @ PRECISION_DEPTH: NAMES[2],
        RR: NAMES[3],
    }
    qrels, run = [], []
    for row, (ranking, true) in enumerate(zip(rankings, targets, strict=True)):
        qrels += [ir_measures.Qrel(str(row), f"c{place}", 1) for place in sorted(true)]
        for rank, name in enumerate(_documents(ranking)):
            run.append(ir_measures.ScoredDoc(str(row), name, -float(rank)))
    metrics = [dict.fromkeys(NAMES, 0.0) for _ in rankings]
    if run:
        for one in ir_measures.iter_calc(list(measures), qrels, run):
            metrics[int(one.query_id)][measures[one.measure]] = float(one.value)
    return metrics


def _documents(ranking: Ranking) -> list[str]:
    """A name for each entry: the candidate's at its first mention, else one that is not judged."""
    earlier_places: set[int] = set()
    names = []
    for rank, place in enumerate(ranking.places):
        fresh = place is not None and place not in earlier_places
        names.append(f"c{place}" if fresh else f"x{rank}")
        if place is not None:
            earlier_places.add(place)
    return names


def expected(ranking: Ranking, true: frozenset[int]) -> dict[str, float]:
    """The four metrics averaged over all orders within each group of ties.

    Args:
        ranking: a ranking with ties.
        true: places of the targets among the candidates.

    Returns:
        Values by metric.
    """
    gains = _gains(ranking, true)
    dcg = hit = precision = reciprocal = 0.0
    start, no_hit = 0, 1.0
    for size in _groups(ranking, len(gains)):
        group = gains[start : start + size]
        share = sum(group) / size
        ranks = range(start + 1, start + size + 1)
        dcg += share * sum(1 / math.log2(r + 1) for r in ranks if r <= NDCG_DEPTH)
        hit += share if start == 0 else 0.0
        precision += share * sum(r <= PRECISION_DEPTH for r in ranks) / PRECISION_DEPTH
        if no_hit and sum(group):
            reciprocal, no_hit = _first_reciprocal(start, size, sum(group)), 0.0
        start += size
    return dict(zip(NAMES, (dcg / ideal(len(true)), hit, precision, reciprocal), strict=True))


def _gains(ranking: Ranking, true: frozenset[int]) -> list[int]:
    earlier_places: set[int] = set()
    gains = []
    for place in ranking.places:
        gains.append(int(place is not None and place in true and place not in earlier_places))
        if place is not None:
            earlier_places.add(place)
    return gains


def _groups(ranking: Ranking, n: int) -> list[int]:
    """Sizes of groups that fill n entries: those given, then groups of one."""
    sizes: list[int] = []
    for size in ranking.ties:
        rest = n - sum(sizes)
        if rest <= 0:
            break
        sizes.append(max(1, min(int(size), rest)))
    return sizes + [1] * (n - sum(sizes))


def _first_reciprocal(start: int, size: int, targets: int) -> float:
    """Expected 1 / rank of the first true item, where `targets` of the `size` entries behind rank
    `start` are true, all orders alike."""
    total, none_before = 0.0, 1.0
    for k in range(size - targets + 1):
        rest = size - k
        total += none_before * targets / rest / (start + k + 1)
        none_before *= (rest - targets) / rest
    return total


def ideal(targets: int) -> float:
    """The DCG of a perfect ranking: 2.9485 for five true items."""
    return sum(1 / math.log2(rank + 1) for rank in range(1, min(targets, NDCG_DEPTH) + 1))


@functools.lru_cache(maxsize=4096)
def chance(candidates: int, targets: int) -> dict[str, float]:
    """The expected metrics of a random order of all candidates."""
    everything = Ranking(tuple(range(candidates)), (candidates,))
    return expected(everything, frozenset(range(targets)))


@functools.lru_cache(maxsize=4096)
def chance_of_set(candidates: int, targets: int) -> dict[str, float]:
    """The expected metrics of candidates picked at random, in no order.

    Args:
        candidates: how many there are.
        targets: how many are picked, and how many of all are right.

    Returns:
        Values by metric.
    """
    expectation = dict.fromkeys(NAMES, 0.0)
    total = math.comb(candidates, targets)
    for right in range(targets + 1):
        ways = math.comb(targets, right) * math.comb(candidates - targets, targets - right)
        # Targets among those picked are numbered from 0, the others get no number.
        sample = Ranking((*range(right), *[None] * (targets - right)), (targets,))
        for name, value in expected(sample, frozenset(range(targets))).items():
            expectation[name] += value * ways / total
    return expectation
