"""Folds of rows by a hash of their numbers: the same whatever the storage and the size of blocks."""

from __future__ import annotations

import numpy as np

from ..typing import Indices

STEP = 0x9E3779B97F4A7C15
FIRST, SECOND = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB


def fold_of(numbers: Indices, n_folds: int, seed: int) -> Indices:
    """(r,) folds 0, ..., n_folds - 1 of rows with these numbers.

    The finaliser of SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators",
    OOPSLA 2014), in which every bit of the number moves every bit of the hash.
    """
    offset = np.uint64((seed * STEP + 1) % 2**64)
    with np.errstate(over="ignore"):
        hashed = numbers.astype(np.uint64) + offset
        hashed = (hashed ^ (hashed >> np.uint64(30))) * np.uint64(FIRST)
        hashed = (hashed ^ (hashed >> np.uint64(27))) * np.uint64(SECOND)
        hashed = hashed ^ (hashed >> np.uint64(31))
    return (hashed % np.uint64(n_folds)).astype(np.intp)
