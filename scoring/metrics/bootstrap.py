"""Bootstrap intervals: percentile bootstrap over rows, every random number a hash of what is scored."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from itdr.builders.core.rng import HashRng, stable_hash

RESAMPLES = 1000
LEVEL = 0.95
_BLOCK = 4_000_000


def resampled_means(values: np.ndarray, seed: int, *purpose: object) -> np.ndarray:
    """Means of `RESAMPLES` samples of the rows, drawn with replacement.

    Args:
        values: float64 of shape (rows, metrics); NaN where a metric leaves a row out.
        seed: seed of the samples.
        purpose: what else the samples depend on, such as the cell.

    Returns:
        float64 of shape (`RESAMPLES`, metrics).
    """
    n, metrics = values.shape
    draw = HashRng(stable_hash(seed, "bootstrap", *purpose))
    means = np.empty((RESAMPLES, metrics))
    has_value = ~np.isnan(values)
    filled = np.where(has_value, values, 0.0)
    whole = bool(has_value.all())
    step = max(1, _BLOCK // max(n, 1))
    for start in range(0, RESAMPLES, step):
        count = min(step, RESAMPLES - start)
        samples = (draw.numbers(count * n) % np.uint64(n)).astype(np.int64).reshape(count, n)
        for metric in range(metrics):
            total = filled[samples, metric].sum(axis=1)
            rows = n if whole else has_value[samples, metric].sum(axis=1)
            with np.errstate(invalid="ignore", divide="ignore"):
                means[start : start + count, metric] = total / rows
    return means


def interval(samples: Sequence[float] | np.ndarray) -> tuple[float | None, float | None]:
    """The interval that holds the middle 95% of the samples.

    Args:
        samples: values; NaN is left out.

    Returns:
        Low and high; (None, None) without samples.
    """
    array = np.asarray(samples, float)
    array = array[~np.isnan(array)]
    if not len(array):
        return None, None
    low, high = np.quantile(array, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)
