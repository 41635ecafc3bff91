"""What the tasks with candidates share: windows, negatives, the shuffled list and its wording."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np

from itdr.builders.core.errors import ConfigError
from itdr.builders.core.rng import HashRng, numbers, shuffles
from itdr.builders.core.schema import EVENTS, SKIP
from itdr.builders.rendering import lists
from itdr.builders.sampling import filters, leave_one_out
from itdr.builders.sampling.alphabet import alphabet
from itdr.builders.sampling.case import Case
from itdr.builders.sampling.histories import histories
from itdr.builders.sampling.latest_windows import first_windows
from itdr.builders.sampling.negatives import EVENT, HARD, POPULARITY, SHOWN
from itdr.builders.sampling.popularity import NEVER
from itdr.builders.sampling.requests import NegativeRequest, NegativeRequests
from itdr.builders.sampling.retrieved import FROM_FILE, UNKNOWN_THEN, load_retrieved
from itdr.builders.sampling.windows import Window, WindowSpec, latest_windows, unordered_windows
from itdr.builders.store.reader import Item
from itdr.builders.tasks import entries
from itdr.builders.tasks.base import OpenCell

T = TypeVar("T")
FLAGS = frozenset({"timed", "unordered", "liked", "scored", "set", "index", "open"})
"""timed: the targets come next.   unordered: they do, but the history itself has no order to speak of.
liked: the targets are liked.   scored: an untimed history is of liked works with ratings.   set, index:
the form of the answer.   open: no candidates are listed."""
OPTIONS: dict[str, Any] = {
    **entries.OPTIONS,
    **filters.OPTIONS,
    "negatives": "event",
    "ties": "avoid",
    "liked": False,
}
"""Options that all tasks with candidates have, with their defaults."""


def windows(cell: OpenCell, user: int) -> Iterator[Window]:
    """The windows of a user: in time where the source has times, else likes in hashed order.

    Args:
        cell: an open cell.
        user: the user's code.

    Returns:
        Windows in the order in which a plan takes them.
    """
    lines = histories(cell.store)
    if not cell.serves(user):
        return iter(())
    if cell.held and cell.cuts is None:
        last_windows = leave_one_out.windows(lines, user, window_spec(cell), cell.part_index)
        return in_order(cell, user, last_windows)
    if cell.held and cell.cuts is not None and cell.part != "test":
        spec, until = window_spec(cell), cell.cuts[0]
        before = leave_one_out.windows_before(lines, user, spec, cell.part_index, until)
        return in_order(cell, user, before)
    if cell.timed:
        return in_order(cell, user, latest_windows(lines, user, window_spec(cell)))
    line = lines.of(user)
    order = cell.hashed_order(user, line.works, "order")
    return unordered_windows(
        line, cell.history, cell.positives, cell.train_stats, order, cell.liked
    )


def target_of(cell: OpenCell) -> str:
    """Which of a user's windows comes first: the `first`, the `last`, or a `random` one."""
    target = cell.cell.options.get("target", "last")
    return "last" if target == "all" else target


def in_order(cell: OpenCell, user: int, found: Iterator[Window]) -> Iterator[Window]:
    """A user's windows in the order in which they are taken: as found, or by stable hash.

    Args:
        cell: an open cell.
        user: the user's code.
        found: the user's windows, the latest first.

    Returns:
        The windows; with `target="random"` in hashed order and numbered anew.
    """
    if target_of(cell) != "random":
        return found
    windows = list(found)
    order = cell.hashed_order(
        user, [window.user_history.works[window.targets[0]] for window in windows], "target"
    )
    if cell.cell.options["ties"] == "avoid":
        order.sort(key=lambda place: windows[place].tied)
    return (dataclasses.replace(windows[place], index=index) for index, place in enumerate(order))


def least_history(options: Mapping[str, Any]) -> int:
    """How short a history may be."""
    return min(options["min_history"] or options["history"], options["history"])


def firsts(cell: OpenCell, users: Sequence[int]) -> list[Window | None]:
    """The first window of several users at once.

    Args:
        cell: an open cell.
        users: user codes.

    Returns:
        One window per user; None where there is none, or where it is not found at once.
    """
    shorter = cell.min_history < cell.history
    divided = cell.held or cell.cold is not None or cell.cell.validation != "time"
    if not cell.timed or divided or shorter or target_of(cell) != "last":
        return [None] * len(users)
    lines = histories(cell.store)
    return first_windows(lines, users, window_spec(cell))


def window_spec(cell: OpenCell) -> WindowSpec:
    """Which windows the cell is made of.

    Args:
        cell: an open cell.

    Returns:
        Sizes, span and conditions, from the cell's options.
    """
    options = cell.cell.options
    # Next to negatives that others had met, a target that nobody had would stand out.
    train_stats = None if cell.whole_catalogue else cell.train_stats
    return WindowSpec(
        cell.history,
        cell.positives,
        train_stats,
        *cell.span,
        avoid_ties=options["ties"] == "avoid",
        alphabet=alphabet(cell.store),
        liked=cell.liked if options["liked"] else None,
        target=target_of(cell),
        least=cell.min_history,
        cold=cell.cold,
    )


class Past(NamedTuple):
    """Events that a case shows before those of its window, oldest first."""

    items: Sequence[Item] = ()
    ratings: Sequence[float | None] = ()
    times: Sequence[int | None] = ()


_NO_PAST = Past()
Pasts = Callable[[Sequence[Any], np.ndarray], Sequence[Past | None]]
"""Finds the past of each window, where the codes of all its other items are known; None where that is too little."""


def draw(
    cell: OpenCell, windows: Sequence[Window], pasts: Pasts | None = None
) -> list[Case | None]:
    """Make a case of each window: draw its negatives and mix them with the targets.

    Args:
        cell: an open cell with candidates, if `pasts` is given.
        windows: windows of this cell.
        pasts: what cases show before their windows; None: nothing.

    Returns:
        One case per window; None where there are too few negatives or past events.
    """
    if cell.whole_catalogue:
        return _without_candidates(cell, windows)
    cases: list[Case | None] = [None] * len(windows)
    by_length: dict[int, list[int]] = {}
    for place, window in enumerate(windows):
        by_length.setdefault(len(window.history), []).append(place)
    for places_of_length in by_length.values():
        length_cases = _of_one_length(cell, [windows[place] for place in places_of_length], pasts)
        for place, case in zip(places_of_length, length_cases, strict=True):
            cases[place] = case
    return cases


def _without_candidates(cell: OpenCell, windows: Sequence[Window]) -> list[Case | None]:
    """The windows as cases whose answer may be anything in the catalogue."""
    items = cell.store.items_of([_shown(cell, window) for window in windows])
    ids = cell.user_ids([window.user_history.user for window in windows])
    parts = zip(windows, ids, items, cell.can_be_answered(windows), strict=True)
    flags = _case_flags(cell, tied=False), _case_flags(cell, tied=True)
    return [
        _case(cell, flags, window, user, case_items, []) if able else None
        for window, user, case_items, able in parts
    ]


def _of_one_length(
    cell: OpenCell, windows: Sequence[Window], pasts: Pasts | None
) -> list[Case | None]:
    """`draw` of windows whose histories are of one length."""
    item_codes = np.array([_shown(cell, window) for window in windows])
    negatives = _negatives(cell, windows, item_codes)
    window_places = [k for k, negative_codes in enumerate(negatives) if negative_codes is not None]
    cases: list[Case | None] = [None] * len(windows)
    if not window_places:
        return cases
    windows, item_codes = [windows[k] for k in window_places], item_codes[window_places]
    last = _last(cell, windows, np.array([negatives[k] for k in window_places], int))
    codes = np.concatenate([item_codes, last.reshape(len(window_places), -1)], axis=1)
    users = [window.user_history.user for window in windows]
    rng_states = cell.rng_states(users, "place", [window.index for window in windows])
    orders = shuffles(numbers(rng_states, cell.candidates - 1))
    items, ids = cell.store.items_of(codes.tolist()), cell.user_ids(users)
    flags = _case_flags(cell, tied=False), _case_flags(cell, tied=True)
    past = [_NO_PAST] * len(windows) if pasts is None else pasts(windows, codes)
    for k, *parts in zip(window_places, windows, ids, items, orders.tolist(), past, strict=True):
        if parts[-1] is not None:
            cases[k] = _case(cell, flags, *parts)
    return cases


def places(window: Window, values: list[T]) -> list[T]:
    """The values of a history's list at a window's history and targets."""
    return [values[k] for k in (*window.history, *window.targets)]


def _last(cell: OpenCell, windows: Sequence[Window], works: np.ndarray) -> np.ndarray:
    """Each row's negatives as they stand in a ranking: shuffled, or by falling popularity with ties
    by stable hash."""
    if cell.cell.options.get("negatives_order") != "popularity":
        users = [window.user_history.user for window in windows]
        rng_states = cell.rng_states(users, "last", [window.index for window in windows])
        orders = shuffles(numbers(rng_states, works.shape[1] - 1))
        return np.take_along_axis(works, orders, axis=-1)
    keys = (cell.store.item_hash[works], -cell.train_stats.users[works])
    return np.take_along_axis(works, np.lexsort(keys, axis=-1), axis=-1)


def _shown(cell: OpenCell, window: Window) -> list[int]:
    """The items of the history, then the targets in the order of a ranking: as they come, or by
    rating with ties by stable hash."""
    line, targets = window.user_history, window.targets
    if cell.cell.options.get("order") == "rating":
        works = [line.works[k] for k in targets]
        places = cell.hashed_order(line.user, works, "order of targets")
        targets = sorted((targets[p] for p in places), key=lambda k: -(line.ratings[k] or 0))
    return [line.items[k] for k in (*window.history, *targets)]


def _case_flags(cell: OpenCell, tied: bool) -> frozenset[str]:
    """What prompts may say of windows, tied ones or others; see `FLAGS`."""
    options = cell.cell.options
    conditions = {
        "timed": cell.timed,
        "unordered": cell.timed and tied,
        "liked": not cell.timed or cell.liked is None or bool(options["liked"]),
        "scored": not cell.timed and cell.liked is not None,
    }
    form = "open" if cell.whole_catalogue else options.get("answer", "")
    return frozenset({name for name, holds in conditions.items() if holds} | ({form} & FLAGS))


def _case(
    cell: OpenCell,
    flags: tuple[frozenset[str], frozenset[str]],
    window: Window,
    user: str,
    items: list[Item],
    order: list[int],
    past: Past = _NO_PAST,
) -> Case:
    """flags: of windows that are not tied, and of tied ones.   items: the history, the true ones, the
    negatives.   past: what is shown before the history."""
    line, own, targets = window.user_history, window.history, len(window.targets)
    ranking = items[len(own) :]
    return Case(
        key=cell.key(window, user),
        user=user,
        history=[*past.items, *items[: len(own)]],
        ratings=[*past.ratings, *[line.ratings[k] for k in own]],
        times=[*past.times, *[line.times[k] for k in own]],
        candidates=list(map(ranking.__getitem__, order)),
        relevant=ranking[:targets],
        ranking=ranking,
        flags=flags[window.tied],
    )


def answer(cell: OpenCell, case: Case) -> str:
    """The right answer in the form that the option asks for."""
    return write_answer(cell, case, case.ranking)


def write_answer(cell: OpenCell, case: Case, ranked: Sequence[Item]) -> str:
    """An answer that ranks the candidates so.

    Args:
        cell: whose option `answer` says in which form.
        case: the case, in whose order of candidates a set and the indexes are given.
        ranked: all candidates, best first.

    Returns:
        The answer in the form that the option asks for.
    """
    form, n = cell.cell.options["answer"], len(case.relevant)
    if form == "ranking":
        return lists.numbered([item.title for item in ranked], cell.layout)
    if form == "title":
        return ranked[0].title
    first = {item.id for item in ranked[:n]}
    candidate_places = [k for k, item in enumerate(case.candidates, 1) if item.id in first]
    if form == "index":
        return ", ".join(map(str, candidate_places))
    return "\n".join(case.candidates[k - 1].title for k in candidate_places)


def false_items(cell: OpenCell, case: Case, draw: HashRng, count: int) -> list[Item]:
    """What a wrong answer to a case without candidates names: items that the user never touched.

    Args:
        cell: an open cell.
        case: a case of it.
        draw: random numbers.
        count: how many items.

    Returns:
        Items in proportion to popularity; those of the history where there are too few others.
    """
    store, user = cell.store, cell.store.code("user", case.user)
    assert user is not None
    codes = [store.code("item", item.id) for item in (*case.history, *case.relevant)]
    titles = [int(store.title_code[code]) for code in codes if code is not None]
    touched = histories(store).of(user).touched
    request = NegativeRequest(count, [], None, touched, titles, draw.below(2**63))
    works = cell.pool.draw(POPULARITY, request)
    if works is not None:
        return [store.item(work) for work in works]
    return [case.history[k % len(case.history)] for k in range(count)]


def liked_phrase(cell: OpenCell) -> str:
    """What the user did with each item of an untimed history: "rated at least 8 out of 10".

    Args:
        cell: an open cell.

    Returns:
        A participle, with the lowest rating of a like where there are ratings.
    """
    acted = cell.words["acted"]
    if cell.liked is None:
        return acted
    return _at_least(cell.layout.at_least, acted, cell.liked, cell.scale.high)


@functools.lru_cache(maxsize=64)
def _at_least(pattern: str, acted: str, least: float, most: float) -> str:
    return pattern.format(acted=acted, rating=f"{least:g}", most=f"{most:g}")


def _negatives(
    cell: OpenCell, windows: Sequence[Window], items: np.ndarray
) -> list[list[int] | None]:
    """The negatives of each window. items: codes of its history and its true items, a row each."""
    policy = cell.cell.options["negatives"]
    count = cell.candidates - cell.positives
    titles = cell.store.title_code[items]
    first_works: list[list[int]] = [[] for _ in windows]
    own = cell.cell.options.get("candidates_from")
    if policy == SHOWN and own is None and EVENTS[SKIP] not in cell.store.manifest["events"]:
        raise ConfigError(
            f"negatives='shown' has no meaning for {cell.cell.source.id}, whose files do not say what was shown: leave it "
            "out of sources, or choose other negatives."
        )
    if own is not None or policy == SHOWN:
        rows = zip(windows, titles.tolist(), strict=True)
        first = _shown_and_left if own is None else _retrieved
        first_works = [first(cell, window, row, count)[:count] for window, row in rows]
        policy = EVENT if policy == SHOWN else policy
        filled = np.array([works + [-1] * (count - len(works)) for works in first_works], int)
        more = np.where(filled < 0, -1, cell.store.title_code[filled])
        titles = np.concatenate([titles, more.reshape(len(windows), -1)], axis=1)
    # Of an ordered but untimed target it is only known that it came last.
    moments = [[window.user_history.times[k] for k in window.targets] for window in windows]
    target_times = np.array(
        [[NEVER if time is None else time for time in row] for row in moments], int
    )
    subjects = [window.user_history.user for window in windows]
    requests = NegativeRequests(
        counts=count - np.array([len(works) for works in first_works]),
        targets=cell.store.work[items[:, -cell.positives :]],
        times=target_times[:, 0] if cell.timed else np.full(len(windows), NEVER),
        touched=[window.user_history.touched for window in windows],
        titles=titles,
        rng_states=cell.rng_states(subjects, "negatives", [window.index for window in windows]),
        most=count,
    )
    events = cell.event_negatives if policy in (EVENT, HARD) else None
    requests.moments = None if events is None else target_times
    samples = cell.pool.sample_many(policy, requests, events)
    return [
        None if rest is None else works + rest
        for works, rest in zip(first_works, samples, strict=True)
    ]


def _retrieved(cell: OpenCell, window: Window, titles: list[int], count: int) -> list[int]:
    """Up to `count` works that the user's own file proposes, the best first. Like every negative
    they were never touched by the user, and met by somebody else before the target."""
    path = Path(cell.cell.options["candidates_from"]).expanduser()
    line, store, counts = window.user_history, cell.store, cell.pool.rungs
    used = {*titles, *cell.pool.titles_met(line.touched).tolist()}
    touched = frozenset(line.touched.tolist())
    before = NEVER if window.time is None or not cell.timed else window.time
    negatives: list[int] = []
    for work in load_retrieved(store, path).of(line.user):
        title = int(store.title_code[work])
        if title < 0 or title in used or work in touched:
            continue
        if cell.train_stats.since(work, line.user) >= before:
            counts[UNKNOWN_THEN] += 1
            continue
        used.add(title)
        negatives.append(work)
        if len(negatives) == count:
            break
    counts[FROM_FILE] += len(negatives)
    return negatives


def _shown_and_left(cell: OpenCell, window: Window, titles: list[int], count: int) -> list[int]:
    """Works that were shown to the user and never taken: those shown together with the targets
    first, then those of the user's other impressions, by stable hash. The conditions of every
    negative apply."""
    line, store = window.user_history, cell.store
    events = store.events(line.user)
    if events.events is None or events.times is None or window.time is None:
        return []
    skips = np.flatnonzero(events.events == SKIP)
    together = {line.times[k] for k in window.targets}
    works = store.work[events.items[skips]].tolist()
    apart: dict[int, bool] = {}
    for work, time in zip(works, events.times[skips].tolist(), strict=True):
        apart[work] = apart.get(work, True) and time not in together
    ordered = list(apart)
    places = cell.hashed_order(line.user, ordered, "shown")
    used = {*titles, *cell.pool.titles_met(line.touched).tolist()}
    touched = frozenset(line.touched.tolist())
    negatives = []
    for place in sorted(places, key=lambda place: apart[ordered[place]]):
        work = ordered[place]
        title = int(store.title_code[work])
        honest = work not in touched and cell.train_stats.since(work, line.user) < window.time
        if honest and title >= 0 and title not in used:
            used.add(title)
            negatives.append(work)
    return negatives
