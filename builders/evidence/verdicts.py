"""How a source tells likes from dislikes: by ratings, by hours played, or by taking and passing over."""

from __future__ import annotations

from typing import Literal

from itdr.builders.evidence.audiences import statements as sql_groups
from itdr.builders.sampling.repeats import meets_items_once
from itdr.builders.store.reader import StoreReader

Rule = Literal["ratings", "hours", "skips", "taken"]


def rule(store: StoreReader) -> Rule:
    """ratings: the source's scale decides.   hours: the place among a game's players (a source that
    declares `options={"liking": "hours"}`).   skips: to take is a like, to be shown and not take a
    dislike.   taken: every event is a like, and nothing is known to be disliked.
    """
    if store.source.scale is not None and store.has("rating"):
        return "ratings"
    if store.source.options.get("liking") == "hours" and store.has("weight"):
        return "hours"
    return "skips" if "skip" in store.manifest["events"] else "taken"


def verdicts(store: StoreReader) -> str:
    """SQL: the verdict of each user on each work; see `sql_groups.verdicts`."""
    by = rule(store)
    scale = store.source.scale if by == "ratings" else None
    return sql_groups.verdicts(scale, by == "hours", by == "skips", meets_items_once(store))
