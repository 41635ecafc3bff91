"""Features of each candidate that need no knowledge of the user's taste; and, for comparison, its
fit to the genres of the history.

From the row alone: place, length of the title, place in the alphabet. From the raw data: popularity,
when it was first seen, year, place, genres.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from itdr.audit.oracle import NEVER, RawOracle
from itdr.builders.sampling.kin import town_of
from itdr.builders.store.build.works import title_key
from itdr.scoring.baselines.plain import category_overlap

Row = Mapping[str, Any]
Features = dict[str, list[float]]
"""By name, a number for each candidate."""


def of_row(row: Row) -> Features:
    """Features of each candidate from the row alone.

    Args:
        row: a row with candidates.

    Returns:
        A value per candidate, by feature.
    """
    titles = [one["title"] or "" for one in row["candidates"]]
    past = {title_key(one["title"] or "") for one in row["history"]}
    features: Features = {
        "place": [float(place) for place in range(len(titles))],
        "length": [float(len(title)) for title in titles],
        "in history": [float(title_key(title) in past) for title in titles],
    }
    if row["history"]:
        last = title_key(row["history"][-1]["title"] or "")
        keys = [title_key(title) for title in titles]
        features["alphabet"] = _steps_behind(last, keys)
        features["letters"] = [abs(_letters(key) - _letters(last)) for key in keys]
    return features


def _steps_behind(last: str, titles: Sequence[str]) -> list[float]:
    """How far each title is behind the last title of the history in the alphabet, counted in
    candidates; those before it come after all others."""
    order = sorted(range(len(titles)), key=lambda k: (titles[k] < last, titles[k]))
    steps = [0.0] * len(titles)
    for step, k in enumerate(order):
        steps[k] = float(step)
    return steps


def _letters(key: str) -> float:
    """Where a title stands in the alphabet, by its first letters: each is 1/32 of the one before."""
    letters = [ord(one) - ord("a") + 1 for one in key.removeprefix("the ") if "a" <= one <= "z"]
    return sum(letter / 32**place for place, letter in enumerate(letters[:4]))


def of_raw(raw: RawOracle, row: Row) -> Features | None:
    """Features of each candidate from the raw data.

    Args:
        raw: the raw data of the row's cell.
        row: a row with candidates.

    Returns:
        A value per candidate, by feature; None where the user or an item is unknown.
    """
    user = raw.code("user", row["user_id"])
    works = [raw.work(one["item_id"]) for one in row["candidates"]]
    if user is None or None in works:
        return None
    meetings = raw.met(user)
    candidate_works = [work for work in works if work is not None]
    since = [raw.since(work, user) for work in candidate_works]
    features: Features = {
        "popularity": [float(raw.others(work, user, work in meetings)) for work in candidate_works],
        "seen": [float(one != NEVER) for one in since],
        "category": [float(bool(raw.store.item(work).categories)) for work in candidate_works],
    }
    if raw.store.has("timestamp"):
        features["first seen"] = [float(one) for one in since]
    past = [raw.work(one["item_id"]) for one in row["history"]]
    if past and past[-1] is not None:
        years = [_year(raw, work) for work in candidate_works]
        last = _year(raw, past[-1])
        if None not in years:
            features["year"] = [float(year or 0) for year in years]
            if last is not None:
                features["year gap"] = [float(abs((year or 0) - last)) for year in years]
    if raw.store.source.options.get("town_in_title"):
        towns = Counter(town_of(one["title"]) for one in row["history"])
        towns[None] = 0  # titles that name no town have none in common
        features["town"] = [float(towns[town_of(one["title"])]) for one in row["candidates"]]
    features["genres"] = _overlap(raw, [work for work in past if work is not None], candidate_works)
    return features


def _year(raw: RawOracle, work: int) -> int | None:
    return raw.store.value("items", "year", work)


def _overlap(raw: RawOracle, past: Sequence[int], works: Sequence[int]) -> list[float]:
    """The cosine of each candidate's categories with those of the history."""
    item = raw.store.item
    return category_overlap(
        [item(work).categories for work in past], [item(work).categories for work in works]
    )
