"""Train, validation, test: which part a user belongs to, and how a quota is shared.

A user is in one part for all subtasks of a source at once, by a hash threshold at 8:1:1.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from itdr.builders.core.rng import splitmix64, stable_hash

SPLITS = ("train", "validation", "test")
SHARES = (8, 1, 1)
TRAIN, VALIDATION = 0, 1


def assign_splits(hashes: np.ndarray, seed: int, source: str, kind: str = "user") -> np.ndarray:
    """Assign users or items to splits by a stable hash, so that an id's split never depends on other ids.

    Args:
        hashes: uint64 id hashes.
        seed: seed of the split.
        source: id of the source; equal ids of two sources are split independently.
        kind: `user` or `item`.

    Returns:
        int8, the index into `SPLITS` for each hash.
    """
    key = np.uint64(stable_hash(seed, "part", source, kind))
    mixed_hashes = splitmix64(hashes ^ key)
    total = sum(SHARES)
    first = np.uint64(SHARES[0] * 2**64 // total)
    second = np.uint64((SHARES[0] + SHARES[1]) * 2**64 // total)
    return (mixed_hashes >= first).astype(np.int8) + (mixed_hashes >= second).astype(np.int8)


def shares(total: int, weights: Sequence[int], least: int = 0) -> list[int]:
    """Share a total in proportion to weights by largest remainder; of equal remainders the earlier wins.

    Args:
        total: what is shared out.
        weights: one per share, not all zero.
        least: what each share gets at least, where the total allows it.

    Returns:
        One whole number per weight; they add up to `total`.
    """
    whole = sum(weights)
    exact = [total * weight for weight in weights]
    result = [value // whole for value in exact]
    rest = sorted(range(len(weights)), key=lambda k: (-(exact[k] % whole), k))
    for k in rest[: total - sum(result)]:
        result[k] += 1
    for k in range(len(result)):
        while result[k] < least and max(result) > least:
            result[result.index(max(result))] -= 1
            result[k] += 1
    return result


def quota_by_part(quota: int) -> list[int]:
    """A quota over train, validation, test: 8:1:1 by largest remainder, at least one each."""
    return shares(max(quota, len(SPLITS)), SHARES, least=1)


def select_order(hashes: np.ndarray, seed: int, *purpose: object) -> int:
    """The index at which a sample begins: users are taken in ascending order of (hash - key) mod 2**64.

    Since `hashes` ascend, that is the order of the store itself, starting at the returned index and
    wrapping around to 0: a sample of users is a run of consecutive rows.
    """
    key = np.uint64(stable_hash(seed, "select", *purpose))
    return int(np.searchsorted(hashes, key)) % max(len(hashes), 1)
