"""Leave one out: a user's last interactions are test, those before them validation, the rest training.

As in the tables of sequential recommendation, the target is the last event whatever its moment;
events of the same moment are not shown as history, since they may have come later.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from itdr.builders.sampling.histories import Histories, UserHistory
from itdr.builders.sampling.splits import SPLITS
from itdr.builders.sampling.windows import (
    Window,
    WindowSpec,
    judge_of,
    ordered_windows,
    window_before,
)


def windows_before(
    lines: Histories, user: int, window_spec: WindowSpec, part: int, until: int
) -> Iterator[Window]:
    """The training and validation windows of a user whose last event before a moment is validation.

    Args:
        lines: the histories of a store with times.
        user: the user's code.
        window_spec: which windows are looked for.
        part: index of the split: training or validation.
        until: UTC seconds before which they lie.

    Yields:
        Windows: at most one in validation.
    """
    line, held = lines.of(user), window_spec.targets
    later = sum(time is not None and time >= until for time in line.times)
    line = _without_end(line, later)
    if SPLITS[part] == "train":
        judge = judge_of(lines, user, window_spec)
        yield from ordered_windows(_without_end(line, held), window_spec, judge)
        return
    cut = len(line) - held
    window = window_before(line, cut, window_spec) if cut > 0 else None
    if window is not None:
        yield window


def windows(lines: Histories, user: int, window_spec: WindowSpec, part: int) -> Iterator[Window]:
    """The windows of a user in one split: at most one in validation and in test.

    Args:
        lines: the histories of a store with an order.
        user: the user's code.
        window_spec: which windows are looked for.
        part: index of the split.

    Yields:
        The windows of the user, the latest first.
    """
    line, held = lines.of(user), window_spec.targets
    if SPLITS[part] == "train":
        judge = judge_of(lines, user, window_spec)
        yield from ordered_windows(_without_end(line, 2 * held), window_spec, judge)
        return
    back = held if SPLITS[part] == "test" else 2 * held
    cut = len(line) - back
    window = window_before(line, cut, window_spec) if cut > 0 else None
    if window is not None:
        yield window


def _without_end(line: UserHistory, n: int) -> UserHistory:
    """A history without its last `n` events; `touched` stays complete."""
    names = ("items", "works", "titles", "moments", "times", "ratings")
    shorter = {name: getattr(line, name)[: max(len(line) - n, 0)] for name in names}
    return dataclasses.replace(line, **shorter)
