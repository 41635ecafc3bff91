"""Stable hashes and the random draws made from them: the only source of randomness in the project.

`stable_hash` is XXH3-64 (specified, the same on every machine); `splitmix64` is the SplitMix64 finaliser
(Steele, Lea and Flood, 2014), which derives further hashes from one by plain integer arithmetic, one
number or a whole numpy array at a time. A draw depends only on what is hashed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar, overload

import numpy as np
import xxhash

MASK = (1 << 64) - 1
GAMMA = 0x9E3779B97F4A7C15
T = TypeVar("T")


def stable_hash(*parts: object) -> int:
    """64-bit XXH3 hash of the parts' texts, in order.

    Args:
        parts: any values; they are converted with `str`.
    """
    return hash_texts(map(str, parts))


def hash_texts(parts: Iterable[str]) -> int:
    """`stable_hash` of parts that are texts already.

    Args:
        parts: any number of texts.
    """
    return xxhash.xxh3_64_intdigest("\x1f".join(parts).encode("utf-8", "surrogatepass"))


def hash_ids(purpose: str, ids: Iterable[str]) -> np.ndarray:
    """The hash of each id under one purpose.

    Args:
        purpose: separates these hashes from those of other uses.
        ids: the ids.

    Returns:
        uint64 array, one hash per id; equal to `stable_hash(purpose, id)`.
    """
    prefix = purpose + "\x1f"
    digest = xxhash.xxh3_64_intdigest
    return np.fromiter(
        (digest((prefix + one).encode("utf-8", "surrogatepass")) for one in ids), dtype=np.uint64
    )


@overload
def splitmix64(value: int) -> int: ...
@overload
def splitmix64(value: np.ndarray) -> np.ndarray: ...
def splitmix64(value: int | np.ndarray) -> int | np.ndarray:
    """SplitMix64's finaliser: a bijection of 64-bit numbers that looks random [Steele, Lea and Flood 2014].

    Args:
        value: a number, or an array of integers.

    Returns:
        A number in [0, 2**64), or a uint64 array of the same shape.
    """
    if isinstance(value, np.ndarray):
        z = np.array(value, np.uint64)
        # In place: most of the time goes to new arrays.
        shifted = np.empty_like(z)
        z += np.uint64(GAMMA)
        z ^= np.right_shift(z, np.uint64(30), out=shifted)
        z *= np.uint64(0xBF58476D1CE4E5B9)
        z ^= np.right_shift(z, np.uint64(27), out=shifted)
        z *= np.uint64(0x94D049BB133111EB)
        z ^= np.right_shift(z, np.uint64(31), out=shifted)
        return z
    return _finalised((value + GAMMA) & MASK)


def _finalised(z: int) -> int:
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


class HashRng:
    """A SplitMix64 sequence of random numbers, seeded by a hash.

    Args:
        state: the seed; its low 64 bits count.
    """

    __slots__ = ("state",)

    def __init__(self, state: int) -> None:
        self.state = state & MASK

    def number(self) -> int:
        """The next 64-bit number."""
        self.state = (self.state + GAMMA) & MASK
        return _finalised(self.state)

    def below(self, n: int) -> int:
        """The next number in `range(n)`; the bias, n / 2**64, is negligible for every n in use."""
        return self.number() % n

    def numbers(self, count: int) -> np.ndarray:
        """The next `count` 64-bit numbers at once, as a uint64 array."""
        steps = np.arange(count, dtype=np.uint64) * np.uint64(GAMMA)
        numbers = splitmix64(steps + np.uint64(self.state))
        self.state = (self.state + count * GAMMA) & MASK
        return numbers

    def shuffled(self, values: Sequence[T]) -> list[T]:
        """A new list with the values in random order (Fisher–Yates)."""
        result = list(values)
        for last in range(len(result) - 1, 0, -1):
            other = self.below(last + 1)
            result[last], result[other] = result[other], result[last]
        return result


def numbers(rng_states: np.ndarray, count: int) -> np.ndarray:
    """The first numbers of many `HashRng` sequences at once.

    Args:
        rng_states: uint64 array of seeds, shape (n,).
        count: how many numbers of each.

    Returns:
        uint64 array, shape (n, count).
    """
    steps = np.arange(count, dtype=np.uint64) * np.uint64(GAMMA)
    return splitmix64(rng_states[:, None] + steps)


def numbers_at(states: np.ndarray, places: np.ndarray) -> np.ndarray:
    """The numbers at these places of the sequences that begin at these states (uint64).

    Args:
        states: uint64.
        places: integers, in a shape that broadcasts with that of `states`.
    """
    steps = places.astype(np.int64).view(np.uint64) * np.uint64(GAMMA)
    return splitmix64(states + steps)


def remainders(numbers: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """What is left of random numbers when each is divided by the size of its row: a number below that size.

    Args:
        numbers: uint64 array, shape (rows, n); overwritten.
        sizes: integers, at least 1, shape (rows,).

    Returns:
        uint64 array, shape (rows, n).
    """
    least, most = (int(sizes.min()), int(sizes.max())) if len(sizes) else (1, 1)
    if least == most:
        # By one number numpy divides in a fraction of the time that it takes for the remainder.
        numbers -= numbers // np.uint64(least) * np.uint64(least)
        return numbers
    return np.remainder(numbers, sizes.astype(np.uint64)[:, None], out=numbers)


def shuffles(numbers: np.ndarray) -> np.ndarray:
    """`HashRng.shuffled` of the positions 0 … n-1, for many sequences at once.

    Args:
        numbers: uint64 array, shape (rows, n-1), as `numbers` returns it.

    Returns:
        Integer array, shape (rows, n): one permutation per row.
    """
    n, count = len(numbers), numbers.shape[1] + 1
    # One column per sequence, so that each step works on whole rows.
    orders = np.arange(count).repeat(n).reshape(count, n)
    flat = orders.ravel()
    others = (numbers % np.arange(count, 1, -1, dtype=np.uint64)).T.astype(np.intp)
    for last, other in zip(range(count - 1, 0, -1), others * n + np.arange(n), strict=True):
        moved = flat.take(other)
        flat[other] = orders[last]
        orders[last] = moved
    return orders.T
