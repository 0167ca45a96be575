"""Step sizes of the splitting methods: a sawtooth, see `pursuit` for what it is good for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

TOPS = (1.0, 3.0, 1.5)


@dataclass(frozen=True)
class Teeth:
    """Tooth k falls from `TOPS[k]` by a factor `falls[k]` a step to `ends[k]`; the last of each stays.

    Sizes are relative to the first.
    """

    falls: tuple[float, ...]
    ends: tuple[float, ...]


COARSE = Teeth((1.2, 1.1, 1.05), (0.04,))
MIDDLE = Teeth((1.2, 1.06), (0.04, 0.01))
FINE = Teeth((1.06,), (0.004,))
NEARBY = Teeth((1.05,), (0.5,))
"""The first three: for gaps down to about 1e-4, 1e-5, and less; the smallest ones need the digits of float64.

The last: from the answer to a problem nearby, which large steps keep."""


def step_sizes(first: float, teeth: Teeth) -> Iterator[float]:
    """An endless sawtooth."""
    k = 0
    while True:
        t, fall, end = _last_at(TOPS, k), _last_at(teeth.falls, k), _last_at(teeth.ends, k)
        while t >= end:
            yield t * first
            t /= fall
        k += 1


def _last_at(values: tuple[float, ...], k: int) -> float:
    return values[min(k, len(values) - 1)]
