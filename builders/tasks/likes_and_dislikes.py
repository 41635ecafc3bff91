"""What pointwise_rec and pairwise_rec share: a user's likes and dislikes, shown in two lists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from itdr.builders.rendering import lists
from itdr.builders.sampling.case import Case
from itdr.builders.sampling.histories import histories
from itdr.builders.sampling.opposites import LEAST, OppositesSpec, opposite_windows
from itdr.builders.sampling.windows import Window
from itdr.builders.store.reader import Item
from itdr.builders.tasks import entries, ranking
from itdr.builders.tasks.base import CellRule, OpenCell

CELLS = {
    name: CellRule(6250)
    for name in (
        *("ml-32m", "ml-1m", "yelp", "anime-2023", "bookcrossing"),
        *("amazon-books", "amazon-reviews-2023"),
    )
}
"""Every source with ratings. The paper has none of these cells; they are as large as its largest."""
NEEDS = frozenset({"interactions.rating", "items.title"})
OPTIONS: dict[str, Any] = {**entries.OPTIONS, "history": 10}
VARIABLES = lists.layouts("likes", "dislikes") | {
    *("liked_range", "disliked_range", "liked_from", "n_likes", "n_dislikes", "answer")
}
LISTS = frozenset({"likes", "dislikes"})


def least_events(options: Mapping[str, Any]) -> int:
    """How many rated works a user needs: the least history, and a target of either kind."""
    return 2 * LEAST + 2


def windows(cell: OpenCell, user: int, targets: int) -> Iterator[Window]:
    """The user's windows, half of the history likes and half dislikes where there are as many.

    Args:
        cell: an open cell of a source with ratings.
        user: the user's code.
        targets: targets of a window.

    Returns:
        Windows, the latest first.
    """
    scale = cell.scale
    line = histories(cell.store, rated=True).of(user)
    order = list(range(len(line)))
    if not cell.timed:
        order = cell.hashed_order(user, line.works, "order")
    each = max(LEAST, cell.history // 2)
    spec = OppositesSpec(each, targets, scale.liked, scale.disliked, *cell.span)
    coin = bool(cell.draws(user, "coin").below(2))
    return opposite_windows(line, order, spec, coin, cell.timed)


def items_of(cell: OpenCell, windows: list[Window]) -> Iterator[tuple[Window, str, list[Item]]]:
    """Each window with its user's id and its items: the history, then the targets."""
    ids = cell.user_ids([window.user_history.user for window in windows])
    codes = [ranking.places(window, window.user_history.items) for window in windows]
    return zip(windows, ids, cell.store.items_of(codes), strict=True)


def case_of(cell: OpenCell, window: Window, user: str, items: list[Item]) -> Case:
    """The case without its question: the user and what they liked and disliked.

    Args:
        cell: an open cell.
        window: the window that becomes a case.
        user: the user's id.
        items: the window's items, its history first.

    Returns:
        A case without question and answer.
    """
    line = window.user_history
    return Case(
        key=cell.key(window, user),
        user=user,
        history=items[: len(window.history)],
        ratings=[line.ratings[k] for k in window.history],
        times=[line.times[k] for k in window.history],
    )


def context(cell: OpenCell, case: Case, needed: frozenset[str]) -> dict[str, object]:
    """The likes and the dislikes of a case as two lists, in every form that a template asks for.

    Args:
        cell: an open cell.
        case: a case of likes and dislikes.
        needed: the template's variables; no other form is made.

    Returns:
        Template variables by name, with `n_likes` and `n_dislikes`, and which ratings are likes
        and dislikes (`liked_range`, `disliked_range`; `liked_from` is the lowest of a like).
    """
    scale, layout = cell.scale, cell.layout
    variables: dict[str, object] = {
        "liked_range": layout.likes_of(scale),
        "disliked_range": layout.dislikes_of(scale),
        "liked_from": f"{scale.liked:g}",
    }
    show, beside = entries.shown_fields(cell), (*case.history, *case.candidates)
    for name, liked in (("likes", True), ("dislikes", False)):
        places = [k for k, one in enumerate(case.ratings) if is_liked(cell, one) == liked]
        part = Case(
            case.key,
            history=[case.history[k] for k in places],
            ratings=[case.ratings[k] for k in places],
            times=[case.times[k] for k in places],
        )
        variables |= entries.of_history(cell, part, needed, show, name=name, beside=beside)
        variables[f"n_{name}"] = len(places)
    return variables


def is_liked(cell: OpenCell, rating: float | None) -> bool:
    """Whether a rating is a like on the source's scale."""
    return rating is not None and rating >= cell.scale.liked
