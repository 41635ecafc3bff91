"""Where time splits the data: quantiles of the timed interactions, dates, or a source's own cuts."""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from itdr.builders.core.errors import ConfigError, format_value
from itdr.builders.sampling import statements

if TYPE_CHECKING:
    import pyarrow as pa

    from itdr.builders.store.engine import Engine
    from itdr.builders.store.reader import StoreReader

Cuts = tuple[float, float] | tuple[int, int]
"""Two quantiles (floats below 1), or two times in UTC seconds (ints)."""
USUAL: Cuts = (0.8, 0.9)


def parse(value: Sequence[object] | str | None) -> Cuts | None:
    """What the option `cuts` says: when validation and when test begins.

    Args:
        value: two quantiles between 0 and 1, or two dates as `2015-01-31`, as words or numbers.

    Returns:
        The quantiles, or UTC seconds at which these days begin; None for None.

    Raises:
        ConfigError: for anything else, and where the second does not come after the first.
    """
    if value is None:
        return None
    bounds = None
    if isinstance(value, (list, tuple)) and len(value) == 2:
        bounds = _quantiles(value) or _days(value)
    if bounds is None or bounds[0] >= bounds[1]:
        raise ConfigError(
            f"cuts must be two quantiles, as 0.8,0.9, or two dates, as 2015-01-01,2016-01-01, the "
            f"earlier first, not {format_value(value)}."
        )
    return bounds


def _quantiles(value: Sequence[object]) -> tuple[float, float] | None:
    try:
        first, second = (float(str(one)) for one in value)
    except ValueError:
        return None
    return (first, second) if 0 < first < 1 and 0 < second < 1 else None


def _days(value: Sequence[object]) -> tuple[int, int] | None:
    try:
        days = [datetime.date.fromisoformat(str(one)) for one in value]
    except ValueError:
        return None
    epoch = datetime.date(1970, 1, 1)
    first, second = ((day - epoch).days * 86_400 for day in days)
    return first, second


def time_cuts(store: StoreReader, asked: Cuts | None = None) -> tuple[int, int]:
    """The UTC seconds at which validation and test begin.

    Args:
        store: whose interactions have times.
        asked: quantiles or times; None for the source's official cuts where it declares them, else
            the 80th and 90th percentile.

    Returns:
        The two times; what lies at a cut belongs to the later split.

    Raises:
        ConfigError: where no interaction has a time.
    """
    if asked is None and "time_cuts" in store.source.options:
        asked = store.source.options["time_cuts"]
    asked = asked or USUAL
    if all(isinstance(one, int) for one in asked):
        return int(asked[0]), int(asked[1])
    import tempfile
    from pathlib import Path

    from itdr.builders.core import paths
    from itdr.builders.store.engine import open_engine, table_of

    paths.work_root().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="cuts-", dir=paths.work_root()) as work:
        engine = open_engine(Path(work))
        try:
            engine.events(store)
            days = table_of(engine, statements.TIMES_BY_DAY)
            if not len(days):
                raise ConfigError(
                    f"{store.source.id}: no interaction has a time, so time cannot split the data: "
                    "choose another split_by."
                )
            first, second = (_quantile(engine, days, share) for share in asked)
        finally:
            engine.close()
    return first, second


def _quantile(engine: Engine, days: pa.Table, share: float) -> int:
    """The earliest time with at least this share of all times at or before it.

    Found by counting, since engines' own quantiles may differ by one place: the day first, then the
    second.

    Args:
        engine: holds `events`.
        days: see `statements.TIMES_BY_DAY`.
        share: between 0 and 1, meant as the decimal that it is written as.
    """
    from itdr.builders.store.engine import table_of

    rank = math.ceil(Fraction(str(share)) * int(days.column("n").to_numpy().sum()))
    day, before = _at(days, rank)
    times = table_of(engine, statements.times_of_day(day))
    return _at(times, rank - before)[0]


def _at(counted: pa.Table, rank: int) -> tuple[int, int]:
    """The value at a rank, counted from 1, and how many lie before that value."""
    values, counts = (counted.column(name).to_numpy() for name in ("value", "n"))
    upto = counts.cumsum()
    place = int(upto.searchsorted(rank))
    return int(values[place]), int(upto[place] - counts[place])
