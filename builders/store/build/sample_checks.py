"""Whether the first interactions of a store, which are those of users drawn at random, make sense together:
columns that were sorted alone, ratings that were turned round, weights in another unit.

They are read from the finished files: a row group of interactions, the users and the items.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from itdr.builders.core import arrow
from itdr.builders.core.errors import RawFileError
from itdr.builders.core.reasons import ENOUGH_TO_JUDGE
from itdr.builders.core.schema import Source
from itdr.builders.store.build import id_forms, weight_checks
from itdr.builders.store.build.duplicates import RowGroups
from itdr.builders.store.build.prose_checks import (
    cut_at_one_length,
    read_as_gbk,
    unlike_prose,
    without_signs,
)
from itdr.builders.store.build.time_checks import (
    half_days,
    moved_days,
    one_for_many,
    rounded,
)

ENOUGH, MANY, ENOUGH_RATINGS = 1_000, 5_000, 500
"""So many interactions show how ratings and weights are spread, which items have the higher ones, and whether ratings are two
of many."""
ENOUGH_USERS, ENOUGH_TITLES = 200, 2_000
"""So many users show how ratings are spread and times follow each other, and so many titles that they are in the order of
ids: fewer may be made up in this order."""
NEARLY_ALL = 0.95
RUN = 5
"""A user of so many interactions has not rated them all alike, nor played them 1, 2, 3, … times, as a rule."""
IN_ORDER = 0.75
"""The share of titles that follow the one before: articles are moved, so that some do not."""
MOST_BEFORE, MOST_BEFORE_OF_FEW = 0.01, 0.05
"""The share of ratings that may be a year older than their item, of twice `MANY` or more, and of fewer."""
LEAST_END, MOST_OF_ONE, MOST_CONVERTED = 0.05, 0.38, 0.2
"""The shares of ratings at an end of the scale, of one rating out of many, and of weights between two steps."""
LESS = 0.05
"""The share of the scale by which the ratings of popular items are below those of the others."""
MOST_REPEATED = 0.25
"""The share of titles that may be those of the item before."""
DAY = 86_400
_COLUMNS = ("user_code", "item_code", "rating", "timestamp", "weight", "text")
_YEAR = 31_556_952


class Sample(NamedTuple):
    """What the checks look at.

    Attributes:
        source: the declaration.
        rows: interactions by column; a missing number is NaN.
        items: the items by code.
        users: the users by code.
    """

    source: Source
    rows: dict[str, np.ndarray]
    items: pa.Table
    users: pa.Table


def require_sound_sample(
    source: Source,
    stored: RowGroups,
    folder: Path,
    columns: Collection[str],
    files: Iterable[Path],
) -> list[str]:
    """Check the first interactions of a store.

    Args:
        source: the declaration; the user's own data are not checked.
        stored: its interactions.
        folder: where `items.arrow` and `users.arrow` lie.
        columns: the columns of the interactions.
        files: the raw files.

    Returns:
        What is unusual, and may be right: a clause for each.

    Raises:
        RawFileError: what cannot be right.
    """
    if source.described or not len(stored.ends):
        return []
    names = [name for name in _COLUMNS if name.endswith("_code") or name in columns]
    group = stored.group(int(np.flatnonzero(stored.ends)[0]), names)
    sample = Sample(
        source,
        {name: _numbers(group.column(name)) for name in names},
        arrow.read(folder / "items.arrow"),
        arrow.read(folder / "users.arrow"),
    )
    faults = {"text": unlike_prose(group.column("text"))} if "text" in names else {}
    if "description" in sample.items.column_names:
        faults["item_id"] = without_signs(sample.items.column("description"), "descriptions")
    for column, check in _CHECKS:
        fault = faults.pop(column, "") or (check(sample) if column in columns else "")
        if fault:
            paths = ", ".join(map(str, files))
            raise RawFileError(f"{source.id}: {paths}: {fault}. Put the official files in place.")
    return [
        *(note for column, check in _NOTES if column in columns and (note := check(sample))),
        *id_forms.unusual(source, sample.items.column("item_id"), "item_id"),
        *id_forms.unusual(source, sample.users.column("user_id"), "user_id"),
    ]


def _numbers(column: pa.ChunkedArray) -> np.ndarray:
    """The numbers of a column, or the lengths of its texts."""
    whole = column.combine_chunks()
    if pa.types.is_string(whole.type):
        return np.asarray(pc.fill_null(pc.utf8_length(whole), 0))
    if pa.types.is_floating(whole.type) or whole.null_count:
        return np.asarray(pc.fill_null(whole.cast(pa.float64()), np.nan))
    return np.asarray(whole)


def _ids(table: pa.Table, column: str) -> np.ndarray:
    """The ids of a table, NaN where they are no numbers."""
    texts = table.column(column).combine_chunks()
    plain = pc.match_substring_regex(texts, "^[0-9]{1,9}$")
    return np.asarray(pc.fill_null(pc.if_else(plain, texts, None).cast(pa.float64()), np.nan))


def _runs(codes: np.ndarray) -> np.ndarray:
    """Where each run of equal codes begins."""
    return np.flatnonzero(np.diff(codes, prepend=-1))


def _by_user(sample: Sample, column: str, least: int) -> list[np.ndarray]:
    """The values of each user who has so many."""
    stated = ~np.isnan(sample.rows[column].astype(float))
    codes, values = sample.rows["user_code"][stated], sample.rows[column][stated]
    parts = np.split(values, _runs(codes)[1:])
    return [part for part in parts if len(part) >= least]


def _rated_alike(sample: Sample) -> str:
    """Ratings sorted alone, or replaced by means: each user has one, and users have others than their neighbors."""
    users = _by_user(sample, "rating", RUN)
    alike = [part[0] for part in users if (part == part[0]).all()]
    if len(alike) < max(ENOUGH_TO_JUDGE, NEARLY_ALL * len(users)):
        return ""
    # Means that were rounded are few.
    if len(set(alike)) < (2 if len(alike) == len(users) else 3):
        return ""
    clause = (
        f"{len(alike):,} of {len(users):,} users with {RUN} ratings or more rated everything alike"
    )
    ids = _ids(sample.users, "user_id")[sample.rows["user_code"]]
    sorted_alone, replaced = (
        "sorted without the other columns",
        "replaced by one of each user, such as the mean",
    )
    if np.isnan(ids).any():
        return f"{clause}: the ratings were {sorted_alone}, or {replaced}"
    steps = np.sign(np.diff(sample.rows["rating"][np.argsort(ids, kind="stable")]))
    up, down = int((steps > 0).sum()), int((steps < 0).sum())
    # Files are in the order of the ids of users, by and large.
    cause = sorted_alone if min(up, down) <= (1 - NEARLY_ALL) * (up + down) else replaced
    return f"{clause}: the ratings were {cause}"


def _one_time_for_many(sample: Sample) -> str:
    """One time in place of missing ones."""
    times = sample.rows["timestamp"]
    stated = ~np.isnan(times.astype(float))
    return one_for_many(times[stated], sample.rows["user_code"][stated])


def _times_in_order(sample: Sample) -> str:
    """Times sorted alone, in a file sorted by users: nobody's begin before those of the user before end."""
    users, times = sample.rows["user_code"], sample.rows["timestamp"]
    starts = _runs(users)
    ids = _ids(sample.users, "user_id")[users[starts]]
    if len(starts) < ENOUGH_USERS or len(users) < ENOUGH or np.isnan(ids).any():
        return ""
    first, last = np.fmin.reduceat(times, starts), np.fmax.reduceat(times, starts)
    order = np.argsort(ids)
    after = int((first[order][1:] >= last[order][:-1]).sum())
    if after < NEARLY_ALL * (len(starts) - 1) or (last > first).sum() * 2 < len(starts):
        return ""
    return (
        f"the times of {after:,} of {len(starts):,} users all follow those of the user with the id before: the times "
        "were sorted without the other columns"
    )


def _rated_before(sample: Sample) -> str:
    """Ratings a year older than their item: titles or ids belong to other ones."""
    if not sample.source.options.get("year_first") or "year" not in sample.items.column_names:
        return ""
    years = _numbers(sample.items.column("year")).astype(float)[sample.rows["item_code"]]
    rated = 1970 + sample.rows["timestamp"] / _YEAR
    stated = ~np.isnan(years) & ~np.isnan(rated)
    early = rated[stated] < years[stated] - 1
    before = int(early.sum())
    most = MOST_BEFORE if stated.sum() >= 2 * MANY else MOST_BEFORE_OF_FEW
    if before < max(ENOUGH_TO_JUDGE, most * stated.sum()):
        return ""
    clause = f"{before:,} of {stated.sum():,} ratings are more than a year older than their item"
    ratings = sample.rows.get("rating", rated)[stated][early]
    if (ratings == ratings[0]).sum() > NEARLY_ALL * before and "rating" in sample.rows:
        return f"{clause}, and nearly all of these are {ratings[0]:g}: rows with items drawn at random were added"
    return f"{clause}: titles or ids were moved to other rows, or the times changed"


def _rated_again(sample: Sample) -> str:
    """A user and an item twice at different times, where each pair has one rating: ids were mixed up."""
    if not sample.source.options.get("pairs_once"):
        return ""
    users, items, times = (sample.rows[name] for name in ("user_code", "item_code", "timestamp"))
    order = np.lexsort((times, items, users))
    users, items, times = users[order], items[order], times[order]
    same = (np.diff(users) == 0) & (np.diff(items) == 0)
    again = int((same & (np.diff(times) != 0)).sum())
    if again < ENOUGH_TO_JUDGE:
        return ""
    return (
        f"of {len(users):,} interactions that were looked at, {again:,} have the user and the item of another one at another "
        "time, and officially each pair stands once: users or items were mixed up or merged, or two releases joined"
    )


def _rounded_times(sample: Sample) -> str:
    """Times of fewer digits or bits than those of the official file."""
    times = sample.rows["timestamp"]
    return rounded(times[~np.isnan(times.astype(float))])


def _moved_days(sample: Sample) -> str:
    """Times of days that are no longer at their beginning."""
    times = sample.rows["timestamp"]
    return moved_days(times[~np.isnan(times)]) if sample.source.options.get("days") else ""


def _half_days(sample: Sample) -> str:
    """Hours without AM and PM."""
    times = sample.rows["timestamp"]
    stated = ~np.isnan(times.astype(float))
    return half_days(times[stated], sample.rows["user_code"][stated])


def _cut_texts(sample: Sample) -> str:
    """Texts that end at one length."""
    return cut_at_one_length(sample.rows["text"])


def _ids_misshapen(sample: Sample) -> str:
    """Ids of users and items that were cut, or written in small letters."""
    return id_forms.misshapen(
        sample.source, sample.items.column("item_id"), "items"
    ) or id_forms.misshapen(sample.source, sample.users.column("user_id"), "users")


def _items_named(sample: Sample) -> str:
    """Items that have lost their ids."""
    few = len(sample.rows["user_code"]) < ENOUGH
    return "" if few else id_forms.named(sample.source, sample.items.column("item_id"), "items")


def _one_each(sample: Sample) -> str:
    """Users numbered row by row: each has one rating, and those of one sitting follow each other."""
    users, times = sample.rows["user_code"], sample.rows["timestamp"]
    if not sample.source.options.get("users_at_random") or len(users) < MANY:
        return ""
    if len(_runs(users)) < len(users):
        return ""
    ids = _ids(sample.users, "user_id")[users]
    near = int((abs(np.diff(times[np.argsort(ids)])) < DAY).sum())
    if np.isnan(ids).any() or 2 * near < len(users):
        return ""
    return (
        f"each of {len(users):,} users that were looked at has one rating, and {near:,} of these are within a day of that of "
        "the user with the id before: the ids of users were replaced by the numbers of rows"
    )


def _titles_in_order(sample: Sample) -> str:
    """Titles sorted alone: they ascend with the ids, which are numbers."""
    if "title" not in sample.items.column_names:
        return ""
    ids = _ids(sample.items, "item_id")
    places = np.flatnonzero(~np.isnan(ids))
    order = places[np.argsort(ids[places])]
    titles = pc.drop_null(pc.utf8_lower(sample.items.column("title")).take(pa.array(order)))
    if len(titles) < ENOUGH_TITLES:
        return ""
    same = pc.equal(titles[1:], titles[:-1]).combine_chunks().true_count
    if same > MOST_REPEATED * len(titles):
        return (
            f"{same:,} of {len(titles):,} items have the title of the item with the id before: titles were filled down into "
            "the rows below"
        )
    follow = pc.greater(titles[1:], titles[:-1]).combine_chunks().true_count
    if follow < IN_ORDER * (len(titles) - 1 - same):
        return ""
    return (
        f"{follow:,} of {len(titles):,} titles stand in alphabetical order where items are in the order of their ids: the "
        "titles were sorted without the other columns"
    )


def _read_as_gbk(sample: Sample) -> str:
    """Chinese titles in another encoding."""
    if "title" not in sample.items.column_names or not sample.source.options.get("chinese"):
        return ""
    return read_as_gbk(sample.items.column("title"))


def _rated_at_the_ends(sample: Sample) -> str:
    """Yes and no in place of ratings."""
    scale, (values, counts) = sample.source.scale, _spread(sample, "rating")
    if scale is None or counts.sum() < ENOUGH or values.tolist() != [scale.low, scale.high]:
        return ""
    if counts.min() < LEAST_END * counts.sum():
        return ""
    return (
        f"{counts.sum():,} ratings that were looked at are all {scale.low:g} or {scale.high:g}, the ends of the scale: they "
        "were reduced to yes or no"
    )


def _rated_as_filled(sample: Sample) -> str:
    """One rating in place of missing ones."""
    scale, (values, counts) = sample.source.scale, _spread(sample, "rating")
    if scale is None or counts.sum() < max(ENOUGH, len(sample.rows["rating"])):
        return ""
    steps = (scale.high - scale.low) / scale.step + 1
    users = len(np.unique(sample.rows["user_code"]))
    if steps < 10 or len(values) < 0.8 * steps or users < ENOUGH_USERS:
        return ""
    if counts.max() < MOST_OF_ONE * counts.sum():
        return ""
    return (
        f"{counts.max():,} of {counts.sum():,} ratings that were looked at are {values[counts.argmax()]:g}, and none is "
        "missing: missing ones were filled with it, or others replaced by it"
    )


def _rated_inversely(sample: Sample) -> str:
    """Ratings turned round: below the middle, and lower for the items that more people rated."""
    scale, ratings = sample.source.scale, sample.rows["rating"]
    stated = ~np.isnan(ratings)
    if scale is None or stated.sum() < MANY or not _are_low(sample):
        return ""
    ratings, items = ratings[stated], sample.rows["item_code"][stated]
    popular = np.bincount(items)[items]
    often = popular > np.median(popular)
    if not often.any() or not (~often).any():
        return ""
    high, others = float(ratings[often].mean()), float(ratings[~often].mean())
    if high > others - LESS * (scale.high - scale.low):
        return ""
    return (
        f"popular items have ratings of {high:.1f} in the mean, and others of {others:.1f}, on a scale of {scale.low:g} to "
        f"{scale.high:g}: the ratings were turned round"
    )


def _ranked(sample: Sample) -> str:
    """Ranks in place of weights: 1, 2, 3, … for each user."""
    users = _by_user(sample, "weight", RUN)
    ranks = sum((np.sort(part) == np.arange(1, len(part) + 1)).all() for part in users)
    if ranks < max(ENOUGH_TO_JUDGE, NEARLY_ALL * len(users)):
        return ""
    return f"the weights of {ranks:,} of {len(users):,} users are 1, 2, 3 and so on: they are ranks"


def _classes(sample: Sample) -> str:
    """A few classes in place of weights."""
    return weight_checks.classes(*_spread(sample, "weight"))


def _capped(sample: Sample) -> str:
    """The greatest weight in place of all greater ones."""
    return weight_checks.capped(*_spread(sample, "weight"))


def _shares(sample: Sample) -> str:
    """Shares of a user's weights in place of these."""
    return weight_checks.shares(_by_user(sample, "weight", RUN))


def _of_another_unit(sample: Sample) -> str:
    """Weights that are not what they are counted in, or only multiples of it."""
    values, counts = _spread(sample, "weight")
    step = sample.source.options.get("weight_step")
    if counts.sum() < ENOUGH or len(values) < 10:
        return ""
    if step:
        between = int(counts[abs(values / step - np.round(values / step)) > 1e-2].sum())
        if between > MOST_CONVERTED * counts.sum():
            return f"{between:,} of {counts.sum():,} weights that were looked at are no multiples of {step:g}: they were converted"
    if (values == np.round(values)).all():
        if step and step < 1:
            return f"all {counts.sum():,} weights that were looked at are whole numbers, and officially multiples of {step:g}: they were rounded, or are of another unit or column"
        common = int(np.gcd.reduce(values.astype(np.int64)))
        if common > 1:
            return f"all {counts.sum():,} weights that were looked at are multiples of {common:,}: they are in another unit"
    return ""


def _few_ratings(sample: Sample) -> str:
    """Two ratings of a scale with more."""
    scale, (values, counts) = sample.source.scale, _spread(sample, "rating")
    if scale is None or counts.sum() < ENOUGH_RATINGS or len(values) != 2:
        return ""
    steps = (scale.high - scale.low) / scale.step + 1
    return f"ratings take only 2 of {steps:g} values: {values[0]:g} and {values[1]:g}"


def _low_ratings(sample: Sample) -> str:
    """A mean below the middle of the scale."""
    if np.isfinite(sample.rows["rating"]).sum() < ENOUGH or not _are_low(sample):
        return ""
    mean = float(np.nanmean(sample.rows["rating"]))
    return f"the mean rating is {mean:.1f}, below the middle of the scale: elsewhere most people rate what they like"


def _weights_of_a_byte(sample: Sample) -> str:
    """Weights that end where the numbers of a program do."""
    return weight_checks.of_a_byte(*_spread(sample, "weight"))


def _few_weights(sample: Sample) -> str:
    """Few different weights."""
    return weight_checks.few(*_spread(sample, "weight"))


def _are_low(sample: Sample) -> bool:
    scale = sample.source.scale
    return (
        scale is not None
        and float(np.nanmean(sample.rows["rating"])) < (scale.low + scale.high) / 2
    )


def _spread(sample: Sample, column: str) -> tuple[np.ndarray, np.ndarray]:
    """The different values of a column, ascending, and how often each occurs."""
    values = sample.rows[column]
    return np.unique(values[~np.isnan(values)], return_counts=True)


_Check = Callable[[Sample], str]
_CHECKS: tuple[tuple[str, _Check], ...] = (
    ("rating", _rated_alike),
    ("timestamp", _one_time_for_many),
    ("timestamp", _times_in_order),
    ("item_id", _titles_in_order),
    ("timestamp", _rated_before),
    ("timestamp", _rated_again),
    ("timestamp", _one_each),
    ("timestamp", _moved_days),
    ("timestamp", _rounded_times),
    ("text", _cut_texts),
    ("item_id", _read_as_gbk),
    ("timestamp", _half_days),
    ("item_id", _ids_misshapen),
    ("rating", _rated_at_the_ends),
    ("rating", _rated_as_filled),
    ("rating", _rated_inversely),
    ("weight", _ranked),
    ("weight", _classes),
    ("weight", _capped),
    ("weight", _shares),
    ("weight", _of_another_unit),
)
"""The column that each needs, and what must not hold."""
_NOTES: tuple[tuple[str, _Check], ...] = (
    ("item_id", _items_named),
    ("rating", _few_ratings),
    ("rating", _low_ratings),
    ("weight", _weights_of_a_byte),
    ("weight", _few_weights),
)
