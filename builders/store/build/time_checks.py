"""Whether times are those that were recorded: spreadsheets and numbers of 32 bits round them, and programs fill
missing ones with one time."""

from __future__ import annotations

import datetime

import numpy as np

from itdr.builders.core.reasons import ENOUGH_TO_JUDGE

ENOUGH_TIMES = 200
"""So many different times are not all multiples of a number by chance; and so many interactions, where it is a large one."""
DAY, HOUR, MINUTE = 86_400, 3_600, 60
IN_32_BITS = 64
"""Seconds between two times of this century that 32 bits can hold."""
MILLISECONDS = 65_536
"""The same of times in milliseconds."""
LARGE = 10_000
"""Seconds of a number that a spreadsheet rounded to a few digits: times of so many seconds are few."""

SOME_TIMES, MOST_AT_ONE, TIMES_MORE = 50, 0.1, 20
"""Of so many different times, the commonest one is not that of this share of all interactions, and of so many times
as many as the next one: days of many reviews are followed by others."""


MOST_ZONES = 4
"""So many hours begin the days of one time zone: 00:00, and others in summer."""
NEARLY_ALL = 0.95
"""The share of times of days that were moved."""
MANY_TIMES, HALF_A_DAY, MOST_HOURS_MISSING = 1_000, 12, 2
"""Of so many interactions on different days and by different people, some are of each half of the day; of the hours of the
first half, so many may be missing."""


def half_days(times: np.ndarray, users: np.ndarray) -> str:
    """What shows that hours have lost their AM and PM: they are all from 1 to 12.

    Args:
        times: seconds since 1970, of interactions that were drawn at random.
        users: who did each.

    Returns:
        A clause; empty where nothing shows it.
    """
    hours = times.astype(np.int64) // HOUR % 24
    if len(times) < MANY_TIMES or not ((hours >= 1) & (hours <= HALF_A_DAY)).all():
        return ""
    # Times of one day, or of one person, may all be of one half.
    days = len(np.unique(times.astype(np.int64) // DAY))
    if min(days, len(np.unique(users))) < ENOUGH_TO_JUDGE:
        return ""
    if len(np.unique(hours)) < HALF_A_DAY - MOST_HOURS_MISSING:
        return ""
    return (
        f"the hours of {len(times):,} interactions that were looked at are all from 1 to {HALF_A_DAY}: those of the other half "
        "of the day have lost their PM"
    )


def one_for_many(times: np.ndarray, users: np.ndarray) -> str:
    """What shows that one time stands in place of many: it is far more frequent than any other.

    Args:
        times: seconds since 1970, of interactions that were drawn at random.
        users: who did each; a user alone may have had many at one time, as from a list that was imported.

    Returns:
        A clause; empty where nothing shows it.
    """
    different, counts = np.unique(times, return_counts=True)
    if len(different) < SOME_TIMES:
        return ""
    after, most = np.partition(counts, -2)[-2:].tolist()
    common = different[counts.argmax()]
    if most < max(MOST_AT_ONE * len(times), TIMES_MORE * after):
        return ""
    if len(np.unique(users[times == common])) < ENOUGH_TO_JUDGE:
        return ""
    date = datetime.datetime.fromtimestamp(int(common), datetime.timezone.utc)
    return (
        f"{most:,} of {len(times):,} interactions that were looked at ({most / len(times):.0%}) have one time, "
        f"{date:%Y-%m-%d %H:%M:%S} UTC, and none of the others is that of more than {after:,}: missing times were filled "
        "with it, or others replaced by it"
    )


def rounded(times: np.ndarray) -> str:
    """What shows that times were rounded.

    Args:
        times: seconds since 1970, of interactions that were drawn at random.

    Returns:
        A clause; empty where nothing shows it, or they are all of one hour or more, as some official times are.
    """
    different = np.unique(times).astype(np.int64)
    if len(times) < ENOUGH_TIMES or len(different) < ENOUGH_TO_JUDGE:
        return ""
    if not np.gcd.reduce(np.diff(different)) % HOUR:
        return ""
    common = int(np.gcd.reduce(different))
    if len(different) < ENOUGH_TIMES and common % LARGE:
        return ""
    clause = f"the times of {len(times):,} interactions that were looked at are all multiples of"
    if not common % LARGE:
        return f"{clause} {LARGE:,} seconds: a spreadsheet rounded them to a few digits"
    if not common % MINUTE:
        return f"{clause} {MINUTE} seconds: the seconds were lost"
    if not common % IN_32_BITS:
        return f"{clause} {IN_32_BITS} seconds: they were rounded"
    if not common % 100:
        return f"{clause} {common:,} seconds: a spreadsheet rounded them to a few digits"
    if _held_in_milliseconds(different):
        return (
            f"{clause} {MILLISECONDS:,} milliseconds: they were rounded, as numbers of 32 bits are"
        )
    return ""


def moved_days(times: np.ndarray) -> str:
    """What shows that times of days were moved to another time zone.

    Args:
        times: seconds since 1970, of interactions that were drawn at random, where official ones are those of days.

    Returns:
        A clause; empty where nothing shows it.
    """
    within = times.astype(np.int64) % (24 * HOUR)
    apart = int((within != 0).sum())
    hours, counts = np.unique(within, return_counts=True)
    if apart < max(ENOUGH_TIMES, NEARLY_ALL * len(times)) or len(hours) > MOST_ZONES:
        return ""
    common = int(hours[counts.argmax()])
    return (
        f"{apart:,} of {len(times):,} times that were looked at are not 00:00 UTC, and officially all are, which are those of "
        f"days: most are {common // HOUR:02d}:{common // MINUTE % MINUTE:02d}, so that they were moved to another time zone"
    )


def _held_in_milliseconds(times: np.ndarray) -> bool:
    """Whether a multiple of `MILLISECONDS` lies within each second."""
    first = times * 1_000
    return bool((-(-first // MILLISECONDS) * MILLISECONDS < first + 1_000).all())
