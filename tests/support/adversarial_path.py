"""The Lasso path with the most segments, in exact rational arithmetic.

Mairal and Yu, "Complexity analysis of the lasso regularization path", ICML 2012, Theorem 1:
for any p there is a Lasso problem

    minimise  ||y - X w||^2 / 2 + level ||w||_1,      X (p, p),

whose path has (3^p + 1) / 2 linear segments. It starts from X = [1], y = [1] (two segments)
and adds a row and a column,

    X~ = [[X, 2 a y], [0, a h]],    y~ = [y, h],    0 < a < l / (2 y'y + h^2),

with l the smallest knot of the old path. Writing v for the new weight, the old weights solve
the old problem for the response (1 - 2 a v) y. So the new path follows the old one to its end; then v
enters and grows to 1/a, the response shrinks to zero and changes its sign: the old path is walked back,
and then forth again with all signs turned.

The knots follow in closed form. Let mu be a knot of the old path, w its weights, q = y'(y - X w), m the
norm of the old weights at level 0, and b = a h^2 / 2. Setting the derivative for v to zero gives

    first walk    level mu,     weights (w, 0)
    v enters      level 2 b / (1 - 2 a m), on the last segment of the old path
    back          level s mu,   weights (s w, (1 - s) / (2 a)),     s = b / (mu - 2 a q - b)
    turn          level b,      weights (0, 1 / (2 a))
    forth         level t mu,   weights (-t w, (1 + t) / (2 a)),    t = b / (mu + 2 a q + b)

and y~'(y~ - X~ w~) is q + h^2, s q + h^2 (1 + s) / 2 and -t q + h^2 (1 - t) / 2 in the three walks. "Turn"
is no knot: nothing enters or leaves there but the old weights change sign between the two knots around it.

Any h does. Here it is the power of two with y'y < h^2 <= 4 y'y, which keeps the problem as well scaled as
this construction can be (p = 8: last knot 2e-5, condition number of X 3e6; with h = 1: 8e-10 and 7e10), and
a is rounded to few bits, so that X and y are the same numbers as floats.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import floor, log2

import numpy as np

BITS = 6
"""Significant bits of a, the rounding of the largest value that the theorem allows."""


@dataclass(frozen=True)
class Knot:
    """A kink of the path: its level, the weights there, and fit = y'(y - X w)."""

    level: Fraction
    weights: tuple[Fraction, ...]
    fit: Fraction


@dataclass(frozen=True)
class AdversarialPath:
    """The problem and its whole path; see the module.

    Attributes
    ----------
    rows : p rows of p fractions, the matrix X.
    y : p fractions.
    knots : levels decreasing; the first is alpha_max * p, where the weights are zero.
    end : p fractions, weights at level 0.
    """

    rows: tuple[tuple[Fraction, ...], ...]
    y: tuple[Fraction, ...]
    knots: tuple[Knot, ...]
    end: tuple[Fraction, ...]

    @property
    def X(self) -> np.ndarray:  # noqa: N802 - the field's name for the data matrix
        """(p, p), exactly the fractions."""
        return np.array([[float(entry) for entry in row] for row in self.rows])

    @property
    def response(self) -> np.ndarray:
        """(p,), exactly the fractions."""
        return np.array([float(entry) for entry in self.y])

    @property
    def n_segments(self) -> int:
        """Linear pieces, those above the first and below the last knot included."""
        return len(self.knots) + 1

    def corners(self) -> list[tuple[Fraction, tuple[Fraction, ...]]]:
        """(level, weights) at the knots and at level 0."""
        return [*((knot.level, knot.weights) for knot in self.knots), (Fraction(0), self.end)]

    def middles(self) -> list[tuple[Fraction, tuple[Fraction, ...]]]:
        """(level, weights) halfway between neighbouring corners: inside every segment but the first."""
        return [
            ((high + low) / 2, tuple((a + b) / 2 for a, b in zip(before, after, strict=True)))
            for (high, before), (low, after) in pairwise(self.corners())
        ]

    def correlations(self, weights: tuple[Fraction, ...]) -> list[Fraction]:
        """x_j'(y - X w) for all j."""
        residual = [
            target - sum(map(Fraction.__mul__, row, weights))
            for row, target in zip(self.rows, self.y, strict=True)
        ]
        return [
            sum(map(Fraction.__mul__, column, residual), Fraction(0))
            for column in zip(*self.rows, strict=True)
        ]


def signs(weights: tuple[Fraction, ...]) -> tuple[int, ...]:
    """Sign pattern in {-1, 0, 1}^p."""
    return tuple((w > 0) - (w < 0) for w in weights)


def adversarial_path(p: int) -> AdversarialPath:
    """The problem with p features; its path has (3^p + 1) / 2 segments."""
    one = Fraction(1)
    path = AdversarialPath(((one,),), (one,), (Knot(one, (Fraction(0),), one),), (one,))
    for _ in range(p - 1):
        path = _extended(path)
    return path


def _extended(old: AdversarialPath) -> AdversarialPath:
    zero = Fraction(0)
    size = sum(entry**2 for entry in old.y)
    h = Fraction(2) ** (floor(log2(size) / 2) + 1)
    a = _rounded_down(old.knots[-1].level / (2 * size + h**2))
    b = a * h**2 / 2
    last = sum(map(abs, old.end))

    first = [Knot(knot.level, (*knot.weights, zero), knot.fit + h**2) for knot in old.knots]

    level = 2 * b / (1 - 2 * a * last)
    ratio = level / old.knots[-1].level
    weights = _between(old.end, old.knots[-1].weights, ratio)
    enters = [Knot(level, (*weights, zero), level * last + h**2)]

    def scaled(knot: Knot, share: Fraction) -> Knot:
        """The old knot for the response share * y, where the new weight is (1 - share) / (2 a)."""
        new = (1 - share) / (2 * a)
        return Knot(
            abs(share) * knot.level,
            (*(share * w for w in knot.weights), new),
            share * knot.fit + h**2 * (1 + share) / 2,
        )

    back = [scaled(knot, b / (knot.level - 2 * a * knot.fit - b)) for knot in reversed(old.knots)]
    forth = [scaled(knot, -b / (knot.level + 2 * a * knot.fit + b)) for knot in old.knots]
    return AdversarialPath(
        rows=(
            *((*row, 2 * a * target) for row, target in zip(old.rows, old.y, strict=True)),
            (*(zero for _ in old.y), a * h),
        ),
        y=(*old.y, h),
        knots=tuple(first + enters + back + forth),
        end=(*(-w for w in old.end), 1 / a),
    )


def _between(
    start: tuple[Fraction, ...], stop: tuple[Fraction, ...], share: Fraction
) -> tuple[Fraction, ...]:
    return tuple(a + share * (b - a) for a, b in zip(start, stop, strict=True))


def _rounded_down(value: Fraction) -> Fraction:
    """The largest number of few bits below value > 0."""
    unit = Fraction(2) ** (floor(log2(value)) + 1 - BITS)
    rounded = unit * floor(value / unit)
    return rounded if rounded < value else rounded - unit
