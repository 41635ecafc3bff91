"""What is measured of one column: of each text whether it has a capital, a digit and so on, of each number whether it is
whole, of each list how many names it has.

A feature is an array of numbers, one for each row, NaN where it means nothing. Those of `LEVELS` have a median, all others are 0
or 1 and have a share.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

Features = dict[str, np.ndarray]
APART = "days apart"
"""How many days times are from the middle one: it tells how long a part is, and no damage."""
OF_CLOCKS = ("late hour", "late minute", "late second")
"""What a clock shows, whoever the people are, where times are of many days."""
LEVELS = ("length", "value", "count", APART)
BEGINNING, END = 500, 20
"""Characters of a text that are looked at: its first and its last."""
_WORDS = "a|an|and|at|by|de|for|from|in|la|of|on|or|the|to|with"
SIGNS = {
    "capital": r"\p{Lu}",
    "small": r"\p{Ll}",
    "digit": "[0-9]",
    "blank": " ",
    "beyond": r"[^\x00-\x7f]",
    "chinese": "[一-鿿]",
    "mark": r"[.,;:!?]",
    "comma": ",",
    "apostrophe": "['’]",
    "hyphen": "[-–—]",
    "bracket": r"[(\[]",
    "ampersand": "&",
    "slash": "/",
    "quote": '["“”]',
    "line end": r"[\n\r]",
    "two blanks": "  ",
    "link": "https?:|www[.]",
    "code": r"&[a-z]+;|&#[0-9]+;|</?[a-z]+[ />]|\\[nt\"]",
    "asked": "[?]",
    "underscore": "_",
    "four digits": "[0-9]{4}",
    "number alone": r"^[-+0-9.,]+$",
    "small first": r"^\p{Ll}",
    "article first": "^(The|A|An) ",
    "capital word": f" (?i:{_WORDS}) ".replace("(?i:", "(").replace(_WORDS, _WORDS.title()),
    "small word": f" ({_WORDS}) ",
    "shouted": r"\b\p{Lu}{4,}\b",
    "pleased": r"(?i)\b(great|love[ds]?|best|excellent|amazing|perfect|wonderful|awesome|favorite|delicious)\b",
    "glued": "[a-z][.!?,][A-Z][a-z]",
    "displeased": r"(?i)\b(not|bad|worst|terrible|poor|waste|disappoint\w*|horrible|awful|never|rude)\b",
}
"""Whether the beginning of a text matches."""
LAST_SIGNS = {
    "mark last": r"[.!?…]$",
    "bracket last": r"[)\]]$",
    "bracket open": r"\([^)]*$",
    "dots last": r"(\.\.\.|…)$",
}
"""Whether the end of a text matches."""
YEARS = 2 * 366 * 86_400
"""Seconds from which on times are of all months."""
FEW_VALUES = 12
"""Of so many different values, the share of each is measured."""
MANY_VALUES = 20
"""Of so many different sizes, the greatest one is rare, unless greater ones were cut off."""
VALUE = "is "
"""What stands before the value in the name of its feature."""


def of_column(name: str, values: pa.ChunkedArray) -> Features:
    """The features of a column.

    Args:
        name: its name.
        values: texts, numbers, or lists of texts.

    Returns:
        The features by name; none of a column of another type.
    """
    whole = values.combine_chunks()
    if isinstance(whole, pa.ChunkedArray):
        whole = whole.chunk(0) if whole.num_chunks else pa.array([], whole.type)
    if pa.types.is_dictionary(whole.type):
        whole = whole.dictionary_decode()
    if pa.types.is_list(whole.type) or pa.types.is_large_list(whole.type):
        return _of_lists(whole)
    if pa.types.is_string(whole.type) or pa.types.is_large_string(whole.type):
        return {**_of_spelled(whole), **_of_texts(whole)} if ": " in name else _of_texts(whole)
    if pa.types.is_boolean(whole.type):
        return {}
    numbers = np.asarray(pc.fill_null(whole.cast(pa.float64()), np.nan))
    return _of_times(numbers) if name == "timestamp" else of_numbers(numbers)


def _of_texts(texts: pa.Array) -> Features:
    texts = pc.if_else(pc.equal(texts, ""), None, texts)
    stated = np.asarray(pc.is_valid(texts)).astype(float)
    first = pc.utf8_slice_codeunits(texts, 0, BEGINNING)
    last = pc.utf8_slice_codeunits(texts, -END)
    features = {"stated": stated, "length": _numbers(pc.utf8_length(texts))}
    for part, signs in ((first, SIGNS), (last, LAST_SIGNS)):
        for name, pattern in signs.items():
            features[name] = _numbers(pc.match_substring_regex(part, pattern))
    features["longest"] = _is(features["length"], np.fmax)
    return features


def _of_spelled(texts: pa.Array) -> Features:
    """The features of attributes, which may spell numbers or lists."""
    plain = pc.match_substring_regex(texts, r"^-?[0-9]{1,15}([.][0-9]+)?$")
    features = of_numbers(_numbers(pc.if_else(plain, texts, None)))
    if np.isnan(features["value"]).all():
        features = {}
    parts = [None if one is None else one.split(", ") for one in texts.to_pylist()]
    return {**features, **_of_names(parts)}


def of_numbers(numbers: np.ndarray) -> Features:
    """The features of numbers.

    Args:
        numbers: NaN where there is none.

    Returns:
        The features by name, with one for each of a few different values.
    """
    zeros = np.where(np.isnan(numbers), np.nan, 0.0)
    features = {
        "stated": 1.0 - np.isnan(numbers),
        "value": numbers,
        "whole": zeros + (numbers == np.round(numbers)),
        "multiple of 5": zeros + (numbers % 5 == 0),
        "multiple of 10": zeros + (numbers % 10 == 0),
        "zero": zeros + (numbers == 0),
        "negative": zeros + (numbers < 0),
        "least": _is(numbers, np.fmin),
        "greatest": _is(numbers, np.fmax),
    }
    different = np.unique(numbers[~np.isnan(numbers)])
    if len(different) <= FEW_VALUES:
        features |= {f"{VALUE}{value:g}": zeros + (numbers == value) for value in different}
    return features


def _of_times(times: np.ndarray) -> Features:
    zeros = np.where(np.isnan(times), np.nan, 0.0)
    seconds = np.where(np.isnan(times), 0, times).astype(np.int64)
    hour, days = seconds // 3600 % 24, seconds.astype("M8[s]").astype("M8[D]")
    month_day = (days - days.astype("M8[M]")).astype(int) + 1
    features = {
        "stated": 1.0 - np.isnan(times),
        "value": times,
        "midnight": zeros + (seconds % 86_400 == 0),
        "full hour": zeros + (seconds % 3_600 == 0),
        "full minute": zeros + (seconds % 60 == 0),
        "tens of seconds": zeros + (seconds % 10 == 0),
        "late hour": zeros + (hour > 12),
        "late minute": zeros + (seconds // 60 % 60 >= 30),
        "late second": zeros + (seconds % 60 >= 30),
    }
    if np.nanmax(times, initial=0) - np.nanmin(times, initial=np.inf) > YEARS:
        features |= {
            "first of a month": zeros + (month_day == 1),
            "first twelve days": zeros + (month_day <= 12),
            "January": zeros + (days.astype("M8[M]").astype(int) % 12 == 0),
            "weekend": zeros + ((days.astype(int) + 3) % 7 >= 5),
        }
    names = ("night", "morning", "afternoon", "evening")
    return features | {name: zeros + (hour // 6 == n) for n, name in enumerate(names)}


def _of_lists(lists: pa.Array) -> Features:
    names = [None if one is None else [str(name) for name in one] for one in lists.to_pylist()]
    joined = pa.array([", ".join(one) if one else None for one in names], pa.string())
    return {**_of_texts(joined), **_of_names(names)}


def _of_names(names: list[list[str] | None]) -> Features:
    """The features of lists of names."""
    count = np.array([np.nan if one is None else len(one) for one in names], float)
    stated = np.nan_to_num(count) > 0
    count[~stated] = np.nan
    several = [one if one and len(one) > 1 else None for one in names]
    ordered = [np.nan if one is None or len(one) < 3 else one == sorted(one) for one in several]
    repeated = [np.nan if one is None else len(set(one)) < len(one) for one in several]
    return {
        "count": count,
        "several": np.where(stated, count > 1, np.nan),
        "most": _is(count, np.fmax, 1),
        "sorted": np.array(ordered, float),
        "repeated": np.array(repeated, float),
    }


def values_of(values: pa.ChunkedArray) -> list[tuple[str, ...]]:
    """The values of each row as texts: of a list all its names, of another column one or none.

    Args:
        values: a column.

    Returns:
        A tuple for each row.
    """
    rows: list[tuple[str, ...]] = []
    for one in values.to_pylist():
        if one is None or one == "":
            rows.append(())
        elif isinstance(one, list):
            rows.append(tuple(map(str, one)))
        else:
            rows.append((str(one),))
    return rows


def _numbers(values: pa.Array) -> np.ndarray:
    return np.asarray(pc.fill_null(values.cast(pa.float64()), np.nan))


def _is(values: np.ndarray, extreme: np.ufunc, different: int = MANY_VALUES) -> np.ndarray:
    """Whether each value is the least or the greatest one; NaN where there are fewer different ones."""
    present = ~np.isnan(values)
    if len(np.unique(values[present])) < max(1, different):
        return np.full(len(values), np.nan)
    return np.where(present, values == extreme.reduce(values), np.nan)
