"""Made-up reviews as long as real ones, and as hard to pack.

The generator of test files writes short texts out of a few sentences, which unpack three times as fast
as real reviews do: a floor that no file in use has. Those of Amazon's All_Beauty are 465 bytes long on
average [size and records of the official file]; 2,544 real ones pack to 0.31 of that, these to 0.29.
"""

from __future__ import annotations

import functools
import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

VOCABULARY, OFFSET = 20_000, 10
"""Words, and how much less often than by Zipf's law the commonest come (Mandelbrot)."""
NUMBERED = 100
"""Every so many words, one is a number."""
TEXTS = 20_000
"""Different texts: gzip looks back over 32 kB, some hundred of them."""
MEDIAN_WORDS, SPREAD = 20, 1.0
"""Words to a text: lognormal."""
_TEXT = re.compile(rb'"text": "(?:[^"\\]|\\.)*"')
_USER = re.compile(rb'"user_id": "')


def grow(file: Path, times: int) -> None:
    """Write a gzipped file of reviews anew, so many times as long: each copy by other users, in
    other words."""
    with gzip.open(file, "rb") as packed:
        lines = packed.read()
    texts = list(made_up())
    draw = np.random.default_rng(1)
    with gzip.open(file, "wb", compresslevel=6) as packed:
        for copy in range(times):
            places = draw.integers(0, TEXTS, lines.count(b"\n")).tolist()
            told = _TEXT.sub(functools.partial(_next, iter(map(texts.__getitem__, places))), lines)
            packed.write(_USER.sub(b'"user_id": "%02d' % copy, told))


def _next(texts: Iterator[bytes], _: re.Match[bytes]) -> bytes:
    return next(texts)


def made_up() -> Iterator[bytes]:
    """The texts, as JSON has them with their key: words of a made-up vocabulary, the commonest much
    more often than the others."""
    draw = np.random.default_rng(0)
    letters = np.array(list("etaoinshrdlucmfwygpbvk"))
    odds = 1 / np.arange(3, len(letters) + 3)
    sizes = draw.integers(2, 10, VOCABULARY)
    words = ["".join(draw.choice(letters, size, p=odds / odds.sum())) for size in sizes]
    # Files none of whose texts has a digit are refused: somebody removed them.
    words[NUMBERED::NUMBERED] = map(str, range(NUMBERED, VOCABULARY, NUMBERED))
    common = 1 / (np.arange(1, VOCABULARY + 1) + OFFSET)
    for count in np.maximum(draw.lognormal(np.log(MEDIAN_WORDS), SPREAD, TEXTS), 3).astype(int):
        chosen = draw.choice(VOCABULARY, count, p=common / common.sum())
        yield b'"text": "%s."' % " ".join(words[k] for k in chosen.tolist()).capitalize().encode()
