"""Windows of likes and dislikes: a few earlier ones of each, then one verdict, or two that differ.

A coin decides whether the target is a like, so that guessing the commoner answer is right half the
time. A user must have a window for either side of the coin.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from itdr.builders.sampling.histories import UserHistory
from itdr.builders.sampling.windows import Window

LEAST = 2
"""Likes, and dislikes, that a history shows at least: one shows no taste."""


@dataclass(frozen=True)
class OppositesSpec:
    """Which windows are looked for.

    Attributes:
        each: likes, and dislikes, that a history shows at most.
        liked, disliked: the ratings from which down and up to which an event is one.
        targets: 1, or 2 for a like and a dislike next to each other.
        start, stop: UTC seconds between which targets must lie.
    """

    each: int
    targets: int
    liked: float
    disliked: float
    start: int | None = None
    stop: int | None = None


class _Verdicts:
    """The likes and dislikes of a history, the oldest first, each title once."""

    def __init__(
        self, line: UserHistory, order: Sequence[int], spec: OppositesSpec, timed: bool
    ) -> None:
        self.line = line
        self.spec = spec
        self.places: list[int] = []
        self.likes: list[bool] = []
        titles: set[int] = set()
        for place in order:
            rating = line.ratings[place]
            if (
                rating is None
                or spec.disliked < rating < spec.liked
                or line.titles[place] in titles
            ):
                continue
            titles.add(line.titles[place])
            self.places.append(place)
            self.likes.append(rating >= spec.liked)
        self.of_kind = [
            [k for k, like in enumerate(self.likes) if like == kind] for kind in (False, True)
        ]
        # Without an order every verdict has its own moment: its position in the hashed order.
        moments = [line.moments[place] for place in self.places]
        self.moments = moments if timed else list(range(len(self.places)))

    def ends(self, first: bool) -> Iterator[int]:
        """Where the targets of windows can be, the latest first, for a first target that is a like
        or not."""
        n = self.spec.targets
        for k in reversed(self.of_kind[first]):
            pair = k + n <= len(self.places) and (n == 1 or self.likes[k + 1] != first)
            if pair and all(map(self._in_span, self.places[k : k + n])) and self.history(k):
                yield k

    def history(self, k: int) -> list[int]:
        """The places of the latest likes and dislikes before the verdict `k`, the oldest first; none
        where there are too few."""
        before = bisect_left(self.moments, self.moments[k])
        verdicts: list[int] = []
        for kind in self.of_kind:
            some = kind[: bisect_left(kind, before)][-self.spec.each :]
            if len(some) < LEAST:
                return []
            verdicts += some
        return [self.places[one] for one in sorted(verdicts)]

    def _in_span(self, place: int) -> bool:
        start, stop = self.spec.start, self.spec.stop
        if start is None and stop is None:
            return True
        time = self.line.times[place]
        return (
            time is not None and (start is None or time >= start) and (stop is None or time < stop)
        )


def opposite_windows(
    line: UserHistory, order: Sequence[int], spec: OppositesSpec, coin: bool, timed: bool
) -> Iterator[Window]:
    """Windows of one user, the latest first, no verdict the target of two of them.

    Args:
        spec: how many events a window shows and asks for, and which ratings are likes.
        line: the user's history, of rated events.
        order: its places, the oldest first; by a hash where there is no order.
        coin: whether the first window's target (of two, the earlier one) is a like. Then it is the
            other way round, and so on.
        timed: whether `order` is that of time.

    Yields:
        Windows whose targets are all liked or all disliked, in alternation.
    """
    verdicts = _Verdicts(line, order, spec, timed)
    ends = {kind: verdicts.ends(kind) for kind in (False, True)}
    target_places: set[int] = set()
    index = 0
    while True:
        # In pairs, so that both sides of the coin find the same users.
        pair: list[int] = []
        for kind in (coin, not coin):
            free = (k for k in ends[kind] if target_places.isdisjoint(range(k, k + spec.targets)))
            target = next(free, None)
            if target is None:
                return
            pair.append(target)
            target_places.update(range(target, target + spec.targets))
        for k in pair:
            targets = verdicts.places[k : k + spec.targets]
            yield Window(line, verdicts.history(k), targets, index)
            index += 1
