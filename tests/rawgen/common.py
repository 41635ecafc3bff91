"""What the generators of made-up raw files share: facts returned, a crowd with tastes, writing.

A `Crowd` is users of a few planted taste groups who meet items of a long-tailed popularity over
time, in bursts. It is drawn in chunks of users with numpy, so it scales to tens of millions of
events in bounded memory; the same arguments give the same events.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

DAY = 86_400
CHUNK = 4_096
"""Users drawn at once; part of what decides the events, so never a parameter."""

OWN = 0.7
"""Share of the draws that are of what a user's taste group likes."""


@dataclass
class Facts:
    """What a generator wrote, for tests to compare with what is read.

    counts: good rows by table.   rejects: bad rows by `(table, reason)`.
    groups: user id -> the categories that the user's taste group likes.
    """

    counts: dict[str, int] = field(default_factory=dict)
    rejects: dict[tuple[str, str], int] = field(default_factory=dict)
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Events:
    """Events of some users, sorted by user, then item; parallel arrays of one length.

    user, item: int64, places in the crowd from 0.   liking: float32 in 0 to 1, above 0.7 for likes.
    time: int64, UTC seconds; several events of a user can share one.
    """

    user: np.ndarray
    item: np.ndarray
    liking: np.ndarray
    time: np.ndarray

    def __len__(self) -> int:
        return len(self.user)

    def take(self, order: np.ndarray) -> Events:
        """The events at these places."""
        return Events(self.user[order], self.item[order], self.liking[order], self.time[order])

    def by_time(self) -> Events:
        """Sorted by user, then time."""
        return self.take(np.lexsort((self.item, self.time, self.user)))


class Crowd:
    """Users with planted tastes and the items they meet.

    users, items: how many.   categories: names to give to items (1 to 3 each, or `each` of 1).
    low, high: fewest and most events of a user; `total` sets the sum of all events instead, with
    `low` the fewest and a long tail above.   groups: the liked categories of each taste group
    (default: three groups that like one or two of the first categories each).
    slope: how steeply popularity falls from item to item.   start, end: UTC seconds between which items appear and users act.
    """

    def __init__(
        self,
        *,
        users: int,
        items: int,
        categories: Sequence[str],
        seed: int = 0,
        low: int = 25,
        high: int = 40,
        total: int | None = None,
        groups: Sequence[Sequence[str]] | None = None,
        each: int = 3,
        slope: float = 0.8,
        start: int = 1_100_000_000,
        end: int = 1_400_000_000,
    ) -> None:
        self.users, self.items, self.seed = users, items, seed
        self.start, self.end = start, end
        names = list(categories)
        self.groups = tuple(map(tuple, groups)) if groups else _default_groups(names)
        rng = self.rng(0)
        self.item_categories = _categories(rng, items, names, each)
        rank = rng.permutation(items)
        self.weight = 1.0 / (rank + 3.0) ** slope
        # Most items are there from the start; the rest appear over the first four fifths of time.
        late = rng.random(items) * 2.0 - 1.2
        self.born = (start + np.clip(late, 0, 0.8) * (end - start)).astype(np.int64)
        self.user_group = rng.integers(0, len(self.groups), users)
        self.liked = np.array(
            [[bool(set(own) & set(group)) for own in self.item_categories] for group in self.groups]
        )
        self.quality = rng.normal(0, 0.06, items)
        self._sums = [
            np.cumsum(self.weight * share) for share in (*self.liked, np.ones(items, bool))
        ]
        most = max(1, min(int(items * 0.6), items - 1))
        self.count = _counts(rng, users, min(low, most), min(high, most), most, total)

    def rng(self, *purpose: int) -> np.random.Generator:
        """A generator of its own for each purpose, so that one more draw here changes none there."""
        return np.random.Generator(np.random.PCG64([self.seed, *purpose]))

    def tastes(self, user: int) -> tuple[str, ...]:
        """The categories that the user's group likes."""
        return self.groups[int(self.user_group[user])]

    def events(self) -> Events:
        """All events at once; for small crowds."""
        parts = list(self.chunks())
        return Events(
            *(
                np.concatenate([getattr(part, name) for part in parts])
                for name in ("user", "item", "liking", "time")
            )
        )

    def chunks(self) -> Iterator[Events]:
        """The events of some thousand users at a time, in the order of users."""
        for first in range(0, self.users, CHUNK):
            yield self._chunk(first, min(first + CHUNK, self.users))

    def _chunk(self, first: int, last: int) -> Events:
        rng = self.rng(1, first)
        count = self.count[first:last]
        sessions = self._sessions(rng, count)
        key = np.empty(0, np.int64)  # user * items + item of the events so far
        time = np.empty(0, np.int64)
        for attempt in range(12):
            have = np.bincount(key // self.items, minlength=last - first)
            lack = count - have
            if not lack.any():
                break
            extra = np.where(lack > 0, lack + lack // (2 if attempt else 3) + 4, 0)
            user = np.repeat(np.arange(last - first), extra)
            item = self._items(rng, user + first)
            when = self._times(rng, user, sessions)
            ready = self.born[item] <= when
            key = np.concatenate([key, (user * self.items + item)[ready]])
            time = np.concatenate([time, when[ready]])
            key, time = _first_of_each(key, time, count, self.items)
        key, time = self._fill(rng, key, time, count, sessions)
        order = np.argsort(key, kind="stable")
        user, item = np.divmod(key[order], self.items)
        liking = self._liking(rng, user + first, item)
        return Events(user + first, item, liking, time[order])

    def _items(self, rng: np.random.Generator, user: np.ndarray) -> np.ndarray:
        """An item for each draw: most of them from what the user's group likes, the others from all."""
        group = self.user_group[user]
        own = rng.random(len(group)) < OWN
        point = rng.random(len(group))
        item = np.empty(len(group), np.int64)
        for number, sums in enumerate(self._sums):
            mine = own & (group == number) if number < len(self.groups) else ~own
            if mine.any():
                item[mine] = np.searchsorted(sums, point[mine] * sums[-1], side="right")
        return np.minimum(item, self.items - 1)

    def chance(self, group: int) -> np.ndarray:
        """The chance of each item in a draw of a user of this group."""
        own = self.weight * self.liked[group]
        return OWN * own / own.sum() + (1 - OWN) * self.weight / self.weight.sum()

    def _sessions(
        self, rng: np.random.Generator, count: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """For each user how many sessions, where they begin in the third array, and their times."""
        number = np.maximum(3, count // 6)
        offset = np.concatenate([[0], np.cumsum(number)[:-1]])
        span = self.end - self.start
        begin = rng.random(len(count)) * 0.3
        width = 0.4 + rng.random(len(count)) * (0.6 - begin)
        place = np.repeat(begin, number) + rng.random(number.sum()) * np.repeat(width, number)
        return number, offset, (self.start + np.minimum(place, 0.999) * span).astype(np.int64)

    def _times(
        self,
        rng: np.random.Generator,
        user: np.ndarray,
        sessions: tuple[np.ndarray, np.ndarray, np.ndarray],
    ) -> np.ndarray:
        """A time for each draw, in one of the user's sessions, on a grid so that ties occur."""
        number, offset, begin = sessions
        pick = offset[user] + (rng.random(len(user)) * number[user]).astype(np.int64)
        return np.minimum(begin[pick] + rng.integers(0, 40, len(user)) * 17, self.end)

    def _fill(
        self,
        rng: np.random.Generator,
        key: np.ndarray,
        time: np.ndarray,
        count: np.ndarray,
        sessions: tuple[np.ndarray, np.ndarray, np.ndarray],
    ) -> tuple[np.ndarray, np.ndarray]:
        """Give the few users who are still short any items that they do not have."""
        lack = count - np.bincount(key // self.items, minlength=len(count))
        for user in np.flatnonzero(lack):
            had = key[key // self.items == user] % self.items
            free = rng.permutation(np.setdiff1d(np.arange(self.items), had))[: lack[user]]
            when = self._times(rng, np.full(len(free), user), sessions)
            key = np.concatenate([key, user * self.items + free])
            time = np.concatenate([time, np.maximum(when, self.born[free])])
        return key, time

    def _liking(self, rng: np.random.Generator, user: np.ndarray, item: np.ndarray) -> np.ndarray:
        base = np.where(self.liked[self.user_group[user], item], 0.82, 0.46) + self.quality[item]
        return np.clip(base + rng.normal(0, 0.17, len(item)), 0, 1).astype(np.float32)


def stars(liking: np.ndarray, low: float, high: float, step: float) -> np.ndarray:
    """Liking of 0 to 1 as ratings (float64) on a scale; 0.7 falls on 4 of 1 to 5."""
    steps = round((high - low) / step)
    return low + np.clip(np.rint(liking * (steps + 1) - 0.3), 0, steps) * step


def write_lines(
    path: Path, lines: Iterable[str], *, newline: str = "\n", encoding: str = "utf-8"
) -> Path:
    """Write a text file line by line, each with its line end; folders are made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding=encoding, newline="") as file:
        file.writelines(line + newline for line in lines)
    return path


def pack_zip(archive: Path, members: dict[str, Path]) -> Path:
    """Move files into a zip: member name -> file. The same input gives the same bytes."""
    archive.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        for name, file in members.items():
            entry = zipfile.ZipInfo(name, date_time=(2020, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            with file.open("rb") as source, target.open(entry, "w", force_zip64=True) as sink:
                while block := source.read(1 << 20):
                    sink.write(block)
            file.unlink()
    return archive


def _default_groups(names: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    if len(names) < 5:
        return tuple((name,) for name in names)
    return ((names[0],), (names[1], names[2]), (names[3], names[4]))


def _categories(
    rng: np.random.Generator, items: int, names: Sequence[str], each: int
) -> list[tuple[str, ...]]:
    """1 to `each` (at most 3) categories for each item, all about as often, in their order."""
    first = rng.permutation(np.arange(items) % len(names))
    others = rng.integers(0, len(names), (items, 2))
    keep = (rng.random((items, 2)) < (0.45, 0.2)) & (np.arange(2) < each - 1)
    return [
        tuple(
            names[place]
            for place in sorted({int(one), *(int(x) for x, k in zip(more, use, strict=True) if k)})
        )
        for one, more, use in zip(first, others, keep, strict=True)
    ]


def _counts(
    rng: np.random.Generator, users: int, low: int, high: int, most: int, total: int | None
) -> np.ndarray:
    """Events of each user: uniform in low to high, or summing to `total` with a long tail."""
    if total is None:
        return rng.integers(low, high + 1, users)
    if not users * low <= total <= users * most:
        raise ValueError(f"{total:,} events do not fit {users:,} users of {low} to {most} events.")
    count = np.full(users, low, np.int64)
    weight = rng.lognormal(0, 1.3, users)
    while left := total - int(count.sum()):
        open_ = count < most
        share = weight * open_
        more = np.floor(left * share / share.sum()).astype(np.int64)
        if not more.any():  # fewer left than users: one each to the heaviest
            more[np.argsort(-share, kind="stable")[:left]] = 1
            more *= open_
        count = np.minimum(count + more, most)
    return count


def _first_of_each(
    key: np.ndarray, time: np.ndarray, count: np.ndarray, items: int
) -> tuple[np.ndarray, np.ndarray]:
    """Drop repeated keys, then what exceeds each user's count; the earliest drawn stay."""
    _, place = np.unique(key, return_index=True)
    place.sort()
    key, time = key[place], time[place]
    order = np.argsort(key // items, kind="stable")
    user = (key // items)[order]
    number = np.arange(len(user)) - np.searchsorted(user, user)
    keep = np.sort(order[number < count[user]])
    return key[keep], time[keep]
