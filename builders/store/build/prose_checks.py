"""Whether texts read as prose does, and not as what a program made of it: some of many have capitals, marks and digits."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from itdr.builders.core.reasons import ENOUGH_TO_JUDGE

LOOKED_AT, ENOUGH_TEXTS, NEARLY_ALL = 5_000, 200, 0.95
"""So many texts are looked at; of so many, this share is not in small letters."""
AT_END, MOST_AT_END, SOME_LENGTHS = 5, 0.05, 30
"""Texts that were cut and then tidied are of the last lengths, so many: this share of all; and there are so many lengths,
or nearly all of `ENOUGH_TEXTS` texts are."""
LONG_TEXT = 40
"""Characters of a text of several words."""
MOST_UTF8 = 0.7
"""The share of the bytes of a title in GBK that are UTF-8 by chance, at most."""
ENOUGH_DIFFERENT = 1_000
"""Of so many different long texts, some have a mark, and some a digit; those of fewer may be made by a rule."""
SIGNS = {"[.,!?，。！？、]": "comma or full stop", "[0-9]": "digit"}
_OF_NUMBERS = r"^[\[(]?[0-9][0-9 ,]*[\])]?$"


def cut_at_one_length(sizes: np.ndarray) -> str:
    """What shows that texts end at one length.

    Args:
        sizes: the characters of each text, of interactions that were drawn at random; 0 where there is none.

    Returns:
        A clause; empty where nothing shows it.
    """
    top = int(sizes.max(initial=0))
    n, at_end = int((sizes > 0).sum()), int((sizes > top - AT_END).sum())
    before = int(((sizes <= top - AT_END) & (sizes > top - 2 * AT_END)).sum())
    if at_end < max(ENOUGH_TO_JUDGE, MOST_AT_END * n, 5 * before):
        return ""
    lengths = len(np.unique(sizes))
    if lengths < SOME_LENGTHS and (
        n < ENOUGH_TEXTS or lengths <= AT_END or at_end < NEARLY_ALL * n
    ):
        return ""
    return f"{at_end:,} of {n:,} texts that were looked at have {top:,} characters or hardly less, and none has more: they were cut off"


def unlike_prose(texts: pa.ChunkedArray) -> str:
    """What shows that texts were changed by a program.

    Args:
        texts: those of interactions that were drawn at random.

    Returns:
        A clause; empty where nothing shows it.
    """
    long_texts = _long(texts)
    numbers = pc.match_substring_regex(long_texts, _OF_NUMBERS).combine_chunks().true_count
    if numbers >= ENOUGH_TEXTS and numbers >= NEARLY_ALL * len(long_texts):
        return f"{numbers:,} of {len(long_texts):,} texts that were looked at are lists of numbers: their words were replaced"
    small = pc.equal(long_texts, pc.utf8_lower(long_texts))
    cased = pc.not_equal(long_texts, pc.utf8_upper(long_texts))
    n, lowercase = len(long_texts), pc.and_(small, cased).combine_chunks().true_count
    if n >= ENOUGH_TEXTS and lowercase >= NEARLY_ALL * n:
        return f"{lowercase:,} of {n:,} texts that were looked at have no capital: they were written in small letters"
    return without_signs(texts, "texts")


def without_signs(texts: pa.ChunkedArray, what: str) -> str:
    """What shows that marks or digits were removed from texts.

    Args:
        texts: the texts.
        what: what they are called.

    Returns:
        A clause; empty where nothing shows it.
    """
    different = pc.unique(_long(texts))
    if len(different) < ENOUGH_DIFFERENT:
        return ""
    for pattern, sign in SIGNS.items():
        if not pc.any(pc.match_substring_regex(different, pattern)).as_py():
            return f"none of {len(different):,} {what} that were looked at has a {sign}: they were removed"
    return ""


def read_as_gbk(titles: pa.ChunkedArray) -> str:
    """What shows that Chinese titles were read as GBK, where they were UTF-8: as UTF-8 they are Chinese again.

    Args:
        titles: the titles.

    Returns:
        A clause; empty where nothing shows it.
    """
    chinese = titles.slice(0, LOOKED_AT).drop_null()
    chinese = chinese.filter(pc.match_substring_regex(chinese, "[一-鿿]{4}"))
    misread = sum(map(_is_misread, chinese.to_pylist()))
    if misread < ENOUGH_TEXTS or 2 * misread <= len(chinese):
        return ""
    return (
        f"{misread:,} of {len(chinese):,} Chinese titles that were looked at are Chinese as well where their bytes in GBK are "
        "read as UTF-8: they were written in UTF-8 and read in GBK"
    )


def _is_misread(title: str) -> bool:
    """Whether most bytes of a title in GBK are UTF-8: hardly any of other titles are."""
    coded = re.sub(r"[\x00-\x7f]+", "", title).encode("gb18030", "ignore")
    return bool(coded) and len(coded.decode("utf-8", "ignore").encode()) > MOST_UTF8 * len(coded)


def _long(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    sample = texts.slice(0, LOOKED_AT).drop_null()
    return sample.filter(pc.greater_equal(pc.utf8_length(sample), LONG_TEXT))
