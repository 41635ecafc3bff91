"""Histories are computed for many users at once: each must equal a plain reading of its events."""

from __future__ import annotations

import functools
import gc
import math
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from itdr.builders.core import cache
from itdr.builders.core.paths import SAMPLE
from itdr.builders.core.rng import HashRng, numbers, shuffles, splitmix64
from itdr.builders.core.schema import SKIP
from itdr.builders.dataset import registry
from itdr.builders.sampling import repeats, windows
from itdr.builders.sampling.alphabet import alphabet
from itdr.builders.sampling.cuts import time_cuts
from itdr.builders.sampling.favourites import favourites
from itdr.builders.sampling.filters import Filters, with_filters
from itdr.builders.sampling.held_out import held_out
from itdr.builders.sampling.histories import Histories, UserHistory, histories
from itdr.builders.sampling.latest_windows import first_windows
from itdr.builders.sampling.negatives import CandidatePool
from itdr.builders.sampling.popularity import train_stats
from itdr.builders.sampling.requests import NegativeRequests
from itdr.builders.sampling.windows import Window, WindowSpec, latest_windows
from itdr.builders.store import prepare, whole_users
from itdr.builders.store import spec as store_spec
from itdr.builders.store.interactions import Interactions
from itdr.builders.store.reader import MISSING_TIME, Events, StoreReader


def opened(source: str, folder: Path = SAMPLE) -> StoreReader:
    """The store of a source's bundled sample (the first of its domains), or of another folder."""
    declared = registry.source(source)
    domain = next(iter(declared.domains), None)
    spec = store_spec.StoreSpec(declared, domain, data_dir=folder, sample=True)
    return StoreReader(declared, prepare.prepare(spec, offline=True, progress=False))


def plainly(data: StoreReader, user: int, keep: str, rated: bool) -> list[tuple[Any, ...]]:
    """(item, work, title, time, rating) of the events kept, one after the other."""
    events = data.events(user)
    chosen: dict[int, int] = {}
    for place, item in enumerate(events.items.tolist()):
        if events.events is not None and events.events[place] == SKIP:
            continue
        if rated and events.ratings is not None and math.isnan(events.ratings[place]):
            continue
        work = int(data.work[item])
        if keep == "last" or work not in chosen:
            chosen[work] = place
    rows = []
    for place in sorted(chosen.values()):
        item = int(events.items[place])
        time = None if events.times is None else int(events.times[place])
        rating = None if events.ratings is None else float(events.ratings[place])
        time = None if time == MISSING_TIME else time
        rating = None if rating is None or math.isnan(rating) else rating
        if data.title_code[item] >= 0:
            rows.append((item, int(data.work[item]), int(data.title_code[item]), time, rating))
    return rows


@pytest.mark.parametrize("source", registry.source_ids())
@pytest.mark.parametrize(("keep", "rated"), [("first", False), ("last", True)])
def test_a_timeline_is_one_event_for_each_work(source: str, keep: Any, rated: bool) -> None:
    data = opened(source)
    lines = Histories(data, keep, rated)
    for user in range(len(data.user_hash)):
        line = lines.of(user)
        found = zip(line.items, line.works, line.titles, line.times, line.ratings, strict=True)
        expected = plainly(data, user, keep, rated)
        assert list(found) == expected
        events = data.events(user)
        taken = events.items if events.events is None else events.items[events.events != SKIP]
        assert line.touched.tolist() == sorted(set(data.work[taken].tolist()))
        tail = lines.of(user, last=3)
        assert tail.items == line.items[-3:] and tail.moments == line.moments[-3:]
        assert len(tail.touched) == len(line.touched)
    several = list(range(0, len(data.user_hash), 3))[::-1]
    ends = Histories(data, keep, rated).ends(several, 3)
    assert set(ends) == set(several)
    for user, end in ends.items():
        alone = lines.of(user, last=3)
        assert _parts(end) == _parts(alone) and end.timed == alone.timed
        assert np.unique(end.moments).size == np.unique(alone.moments).size
        assert end.touched.tolist() == alone.touched.tolist()


def with_records(folder: Path, *users: str) -> None:
    """Add the records of these users, without which the file of users would seem cut."""
    with open(folder / "BX-Users.csv", "a", encoding="latin-1") as file:
        file.writelines(f'"{user}";"lyon, rhone, france";NULL\n' for user in users)


def test_an_edition_rated_twice_counts_once_beside_unrated_works(tmp_path: Path) -> None:
    """Two editions of a book with a rating each, and another book that was met but not rated."""
    folder = tmp_path / "bookcrossing"
    shutil.copytree(SAMPLE / "bookcrossing", folder)
    book = '"{}";"{}";"Ada Example";"1999";"Example Press";"";"";""\n'
    with open(folder / "BX-Books.csv", "a", encoding="latin-1") as file:
        file.write(book.format("0000000019", "A Quiet Shelf"))
        file.write(book.format("0000000027", "A quiet shelf!"))
        file.write(book.format("0000000035", "Another Shelf"))
    with open(folder / "BX-Book-Ratings.csv", "a", encoding="latin-1") as file:
        for isbn, rating in (("0000000019", 4), ("0000000027", 9), ("0000000035", 0)):
            file.write(f'"777777";"{isbn}";"{rating}"\n')
    with_records(folder, "777777")
    data = opened("bookcrossing", tmp_path)
    user = data.users.column("user_id").to_pylist().index("777777")
    line = Histories(data, "last", rated=True).of(user)
    assert len(line) == 1 and len(line.touched) == 2
    assert len(Histories(data).of(user)) == 2


def test_editions_of_a_book_are_one_work_however_articles_stand(tmp_path: Path) -> None:
    folder = tmp_path / "bookcrossing"
    shutil.copytree(SAMPLE / "bookcrossing", folder)
    titles = ("Quiet Shelf, The", "A Quiet Shelf : A Novel", "QUIET SHELF", "Quiet Shelf, Vol. 2")
    with (
        open(folder / "BX-Books.csv", "a", encoding="latin-1") as books,
        open(folder / "BX-Book-Ratings.csv", "a", encoding="latin-1") as events,
    ):
        for place, title in enumerate(titles):
            books.write(f'"000000001{place}";"{title}";"ADA EXAMPLE";"1999";"Press";"";"";""\n')
            events.write(f'"777777";"000000001{place}";"9"\n')
    with_records(folder, "777777")
    data = opened("bookcrossing", tmp_path)
    user = data.users.column("user_id").to_pylist().index("777777")
    assert len(Histories(data).of(user)) == 2


class Regrouped(Interactions):
    """Interactions as if they had been written with other row groups."""

    rows = 7

    @property
    def ends(self) -> np.ndarray:  # type: ignore[override]
        total = int(super().ends[-1])
        return np.minimum(np.arange(self.rows, total + self.rows, self.rows), total)

    def group(self, number: int, columns: list[str]) -> Any:
        return self._whole(tuple(columns)).slice(number * self.rows, self.rows)

    @functools.lru_cache(maxsize=1)  # noqa: B019  (of one reader, for one pass)
    def _whole(self, columns: tuple[str, ...]) -> Any:
        groups = range(len(super().ends))
        return pa.concat_tables(super(Regrouped, self).group(k, list(columns)) for k in groups)


@pytest.fixture(params=[1, 7, 65_536])
def regrouped(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Rows per row group in one pass over all users."""
    monkeypatch.setattr(whole_users, "Interactions", Regrouped)
    monkeypatch.setattr(Regrouped, "rows", request.param)
    return request.param


@pytest.mark.parametrize("source", registry.source_ids())
def test_one_pass_has_all_users_with_all_they_did(source: str, regrouped: int) -> None:
    data = opened(source)
    names = [name for name in whole_users.FIELDS if data.has(name)]
    expected = 0
    for users, events in whole_users.whole_users(data, names):
        assert users.tolist() == list(range(expected, expected + len(users)))
        expected += len(users)
        plain = data.events_of(users)
        for name, attribute in zip(whole_users.FIELDS, Events.__slots__, strict=True):
            found, wanted = getattr(events, attribute), getattr(plain, attribute)
            if name in names and wanted is not None:
                assert np.array_equal(found, wanted, equal_nan=found.dtype.kind == "f")
            assert name in names or found is None
        assert len(users) == 1 or regrouped > 1
    assert expected == len(data.user_hash)


@pytest.mark.parametrize("source", registry.source_ids())
def test_items_met_twice_are_noticed(source: str, regrouped: int) -> None:
    """However the interactions are cut into row groups."""
    data = opened(source)
    items = np.concatenate([e.items for _, e in whole_users.whole_users(data, ["item_code"])])
    users = np.arange(len(data.user_n)).repeat(data.user_n)
    met = set(zip(users.tolist(), items.tolist(), strict=True))
    assert repeats._repeats(data) == (len(met) < len(items))


@pytest.mark.parametrize(
    "own", [{}, {"repeats": "last"}, {"repeats": "keep"}, {"k_core": 3}], ids=str
)
@pytest.mark.parametrize("source", registry.source_ids())
def test_what_is_held_out_are_the_ends_of_histories(source: str, own: dict[str, Any]) -> None:
    data = with_filters(opened(source), Filters(**own))
    if not (data.has("timestamp") or data.has("seq")):
        pytest.skip("nobody knows an order")
    lines = histories(data)
    middle = time_cuts(data, (0.5, 0.75))[0] if data.has("timestamp") else None
    listed = 0
    for held, until in ((1, None), (3, None), (2, middle)):
        n = held if until is not None else 2 * held
        expected = []
        for user in range(len(data.user_hash)):
            line = lines.of(user)
            works = [
                work
                for work, time in zip(line.works, line.times, strict=True)
                if until is None or time is None or time < until
            ]
            if len(works) >= n:
                parts = [1] * held + [2] * (n - held)
                expected += zip([user] * n, works[-n:], parts, strict=True)
        columns = held_out(data, held, until).to_pydict()
        assert list(columns) == ["user_code", "work", "part"]
        assert list(zip(*columns.values(), strict=True)) == expected
        listed += len(expected)
    assert listed


@pytest.mark.parametrize("policy", ["popularity", "uniform"])
def test_negatives_of_many_cases_are_those_of_each_alone(policy: str) -> None:
    data = opened("ml-32m")
    pool = CandidatePool(data, train_stats(data, seed=0))
    lines = Histories(data)
    wanted: list[tuple] = []
    for user in range(len(data.user_hash)):
        line = lines.of(user)
        for count in (0, 2, 5, 110):
            time = line.times[len(line) // 2]
            titles = (line.titles[:6] + [-1] * 6)[:6]
            wanted.append((count, time, line.touched, titles, 1000 * user + count))
    counts, times, touched, titles, rng_states = zip(*wanted, strict=True)
    asked = NegativeRequests(
        np.array(counts),
        np.zeros((len(wanted), 0), int),
        np.array(times, np.int64),
        list(touched),
        np.array(titles, np.int32),
        np.array(rng_states, np.uint64),
    )
    many = pool.sample_many(policy, asked)
    assert many == [pool.draw(policy, asked.one(k)) for k in range(len(wanted))]
    for count, works, met in zip(counts, many, touched, strict=True):
        assert works is None or len(set(works)) == count
        assert not set(works or ()) & set(met.tolist())
    assert any(works is None for works in many) and any(works for works in many)


def _shown(window: Window) -> tuple[Any, ...]:
    line = window.user_history
    places = [*window.history, *window.targets]
    columns = (line.items, line.works, line.titles, line.times, line.ratings)
    return (
        window.index,
        len(window.history),
        window.time,
        line.user,
        line.timed,
        line.touched.tolist(),
        *([column[k] for k in places] for column in columns),
    )


@pytest.mark.parametrize(
    "source", ["ml-32m", "ml-1m", "microlens", "pixelrec", "amazon-books", "mind"]
)
@pytest.mark.parametrize(("history", "targets"), [(1, 1), (3, 2), (10, 1)])
@pytest.mark.parametrize("spanned", [False, True])
def test_windows_of_many_users_are_the_first_of_each(
    source: str, history: int, targets: int, spanned: bool
) -> None:
    data = opened(source)
    first, last = Histories(data), Histories(data, "last", rated=True)
    span = time_cuts(data) if spanned and data.has("timestamp") else (None, None)
    usual = unusual = 0
    for lines, told in ((first, train_stats(data, seed=0)), (last, None)):
        users = list(range(len(data.user_hash)))
        window_spec = WindowSpec(history, targets, told, *span)
        for start in range(0, len(users), 50):
            block = users[start : start + 50]
            many = first_windows(lines, block, window_spec)
            for user, window in zip(block, many, strict=True):
                one = next(latest_windows(lines, user, window_spec), None)
                assert (window and _shown(window)) == (one and _shown(one))
                if one is not None:
                    cut = len(one.user_history) - targets
                    as_it_stands = [*one.history, *one.targets] == [
                        *range(cut - history, cut + targets)
                    ]
                    usual, unusual = usual + as_it_stands, unusual + (not as_it_stands)
    assert usual + unusual > 0 and (spanned or source != "ml-32m" or (usual > 9 and unusual > 9))


@pytest.mark.parametrize(("history", "targets"), [(3, 2), (10, 1)])
@pytest.mark.parametrize("avoid_ties", [False, True])
def test_windows_looked_for_at_once_are_those_found_one_by_one(
    history: int, targets: int, avoid_ties: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = opened("ml-32m")
    told = train_stats(data, seed=0)
    for liked in (None, 4.0):
        sought = WindowSpec(
            history, targets, told, avoid_ties=avoid_ties, alphabet=alphabet(data), liked=liked
        )
        found = []
        for few in (0, 1 << 30):
            monkeypatch.setattr(windows, "FEW_WINDOWS", few)
            lines = Histories(data)
            every = [list(latest_windows(lines, user, sought)) for user in range(len(data.user_n))]
            found.append([[(_shown(one), one.index) for one in some] for some in every])
        assert found[0] == found[1] and max(map(len, found[0])) > 3


@pytest.mark.parametrize("room", [1 << 22, 5000, 0])
def test_first_windows_are_found_once_as_long_as_there_is_room(
    room: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "BUDGET", cache.Budget(room))
    data = opened("ml-32m")
    told = train_stats(data, seed=0)
    lines, plain = Histories(data), Histories(data)
    users = list(range(len(data.user_hash)))
    blocks = [users[start : start + 20] for start in range(0, len(users), 20)]
    kinds = [WindowSpec(30, 5, told), WindowSpec(12, 1, told), WindowSpec(12, 1)]
    for kind in kinds:
        for block in blocks:
            first_windows(lines, block, kind)
    read: list[int] = []
    asked_of, tails = id(lines), Histories.tails

    def reading(self: Histories, users: list[int], n: int) -> Any:
        read.extend(users if id(self) == asked_of else ())
        return tails(self, users, n)

    monkeypatch.setattr(Histories, "tails", reading)
    asked = short = 0
    for kind in kinds:
        for block in blocks:
            # Whoever asks again, in whatever company, is told what one is who asks first.
            some = [*block[::-1], *users[:5]]
            again = first_windows(lines, some, kind)
            alone = [next(latest_windows(plain, user, kind), None) for user in some]
            assert [one and _shown(one) for one in again] == [one and _shown(one) for one in alone]
            asked += len(some)
            # Who has too few events is nowhere kept.
            short += sum(len(lines.of(user)) < kind.history + kind.targets for user in some)
    assert 0 < short < asked
    kept = room - cache.BUDGET.left
    assert kept == 0 if room == 0 else 0 < kept <= room
    del lines
    gc.collect()
    assert cache.BUDGET.left == room
    assert short < len(read) < asked if room == 5000 else len(read) == (short if room else asked)


@pytest.mark.parametrize("room", [1 << 22, 2000, 0])
@pytest.mark.parametrize("source", ["ml-1m", "lastfm-360k", "bookcrossing"])
def test_what_users_like_is_the_same_when_it_is_asked_for_again(
    source: str, room: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "BUDGET", cache.Budget(room))
    data, other = opened(source), opened(source)
    users = list(range(len(data.user_hash)))
    keys = [splitmix64(data.user_hash ^ np.uint64(seed)) for seed in range(2)]
    calls = [(key, most) for key in keys for most in (3, 20)] * 2
    for start in (0, 7):
        some = users[start : start + 20]
        for key, most in calls:
            again = favourites(data, some, key[some], most)
            # Each user alone, from a store that keeps nothing.
            other._shared.clear()
            alone = [favourites(other, [user], key[[user]], most)[0] for user in some]
            assert [_parts(line) for line in again] == [_parts(line) for line in alone]
    assert all(len(line) > 0 for line in again)
    orders = [[line.items for line in favourites(data, users, key, 20)] for key in keys]
    assert orders[0] != orders[1]


def test_what_is_disliked_is_not_among_what_users_like(tmp_path: Path) -> None:
    """Best rated first, then what was met and not rated; the better rating of two editions counts."""
    folder = tmp_path / "bookcrossing"
    shutil.copytree(SAMPLE / "bookcrossing", folder)
    given = {"Dull": [4], "Poor": [0, 1], "Met": [0], "Fair": [5], "Fine": [3, 9], "Good": [8]}
    with (
        open(folder / "BX-Books.csv", "a", encoding="latin-1") as books,
        open(folder / "BX-Book-Ratings.csv", "a", encoding="latin-1") as events,
    ):
        for place, (title, ratings) in enumerate(given.items()):
            for edition, rating in enumerate(ratings):
                isbn = f"00000000{place}{edition}"
                books.write(f'"{isbn}";"{title} Shelf";"Ada Example";"1999";"Press";"";"";""\n')
                events.write(f'"777777";"{isbn}";"{rating}"\n')
        events.write('"888888";"0000000000";"2"\n')
    with_records(folder, "777777", "888888")
    data = opened("bookcrossing", tmp_path)
    names = data.users.column("user_id").to_pylist()
    users = [names.index(name) for name in ("777777", "888888")]
    lines = favourites(data, users, data.user_hash[users], 20)
    titles = data.items.column("title").to_pylist()
    shown = [[titles[item] for item in line.items] for line in lines]
    assert shown == [["Fine Shelf", "Good Shelf", "Fair Shelf", "Met Shelf"], []]
    assert lines[0].ratings == [9, 8, 5, None]


class _Batch:
    def __init__(self, size: int) -> None:
        self.size = size

    def at(self, places: np.ndarray) -> Iterator[int]:
        return iter((self.size * 100 + places).tolist())


def test_who_begins_to_keep_has_those_before_forgotten_for_want_of_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cache, "BUDGET", cache.Budget(10))
    first, second, third = (cache.BatchCache[int]() for _ in range(3))
    first.add(_Batch(4), "ab", [0, 1])
    second.add(_Batch(5), "ac", [2, 3])
    assert [list(one.lookup("abc")) for one in (first, second)] == [[400, 401], [502, 503]]
    # The first to have begun forgets nobody for its own sake.
    first.add(_Batch(2), "d", [7])
    assert list(first.lookup("bad")) == [401, 400]
    second.add(_Batch(1), "d", [7])
    assert cache.BUDGET.left == 0
    third.add(_Batch(3), "a", [9])
    assert [list(one.lookup("abcd")) for one in (first, second, third)] == [
        [],
        [502, 503, 107],
        [309],
    ]
    assert cache.BUDGET.left == 1
    # For what is too large for all the room nobody is forgotten.
    third.add(_Batch(11), "z", [0])
    assert list(third.lookup("az")) == [309] and cache.BUDGET.left == 1
    first.add(_Batch(7), "b", [1])
    assert list(first.lookup("b")) == [701] and list(third.lookup("a")) == [309]
    del first, third
    gc.collect()
    assert cache.BUDGET.left == 10


def _parts(line: UserHistory) -> tuple[Any, ...]:
    return (line.user, line.items, line.works, line.titles, line.times, line.ratings)


def test_many_random_numbers_are_those_of_each_draw() -> None:
    rng_states = [0, 1, 2**64 - 1, 0x9E3779B97F4A7C15]
    rows = numbers(np.array(rng_states, np.uint64), 5)
    assert rows.tolist() == [
        [draw.number() for _ in range(5)] for draw in (HashRng(state) for state in rng_states)
    ]
    for count in (1, 2, 5, 10):
        orders = shuffles(numbers(np.array(rng_states, np.uint64), count - 1))
        assert orders.tolist() == [HashRng(state).shuffled(range(count)) for state in rng_states]
