"""Where time splits the data: quantiles of the timed interactions, dates, or a source's own cuts."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING

from itdr.builders.core.errors import ConfigError, format_value
from itdr.builders.sampling import statements

if TYPE_CHECKING:
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
    found = None
    if isinstance(value, (list, tuple)) and len(value) == 2:
        found = _quantiles(value) or _days(value)
    if found is None or found[0] >= found[1]:
        raise ConfigError(
            f"cuts must be two quantiles, as 0.8,0.9, or two dates, as 2015-01-01,2016-01-01, the "
            f"earlier first, not {format_value(value)}."
        )
    return found


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
            cuts = table_of(engine, statements.time_quantiles(*asked)).to_pylist()[0]
        finally:
            engine.close()
    return int(cuts["first"]), int(cuts["second"])
