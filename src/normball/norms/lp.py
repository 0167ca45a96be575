"""Lp: R(w) = (sum_j |w_j|^p)^(1/p), between the diamond (p near 1) and the cube (p large).

For 1 < p < inf the ball is convex and smooth, and the dual norm is Lq, 1/p + 1/q = 1.
The prox and the projection w of v share one pair of equations: with w = t u, |u| = 1 and
signs left aside, stationarity reads, coordinate by coordinate,

    t u_j + m u_j^(p-1) = |v_j| ,

where the projection knows the radius t and seeks the multiplier m, and the prox knows
the step m and seeks the radius t. The equation for u_j is made convex by the variable
(u for p >= 2, u^(p-1) below), so that Newton's method descends to the root from an upper
bound; |u| = 1 is solved by safeguarded Newton on |u|^-1 over t or |u|^(1-p) over m, which
are straight lines for p = 2 and nearly so at both ends for every p. O(p) an iteration,
about five iterations of each kind. Solving for one multiplier follows Liu, Ye, "Efficient
L1/Lq norm regularization", arXiv:1009.4766 (2010).

For 0 < p < 1 the ball is not convex: its corners are sharper than the diamond's, but there
is no dual and no prox; it can be drawn, and solved for two features by search.
"""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Real
from typing import Any, ClassVar

import numpy as np

from ..parameters import shown
from ..typing import Floats, Mask
from .base import Norm
from .face import Face, coordinate_face
from .projection import onto_boundary

LEAST_P, LARGEST_P = 0.01, 1e16
"""Powers 1 / p of sums of powers p within floats: below, 1000^(1/p) overflows; above, p^(1/p) is 1."""

VANISHING = 1e-150
"""Coefficients below this share of the norm count as zero: their curvature would overflow."""


@dataclass(frozen=True, eq=False, repr=False)
class Lp(Norm):
    """The p-norm; a non-convex ball for p < 1.

    Parameters
    ----------
    p : float between 0.01 and 1e16, not 1 or 2
        Those have classes of their own: L1, L2, and LInf for what is larger.
    """

    p: float

    name: ClassVar[str] = "lp"

    def __post_init__(self) -> None:
        if isinstance(self.p, bool) or not isinstance(self.p, Real) or not self.p > 0:
            raise ValueError(f"p must be a number > 0, got {shown(self.p)}.")
        known = {1.0: "L1()", 2.0: "L2()", np.inf: "LInf()"}
        if self.p in known:
            raise ValueError(f"p={self.p:g} has a class of its own: use {known[float(self.p)]}.")
        if not LEAST_P <= self.p <= LARGEST_P:
            fix = "use LInf(), which is the same to the last digit" if self.p > 1 else "use a larger one"
            raise ValueError(f"p must lie between {LEAST_P:g} and {LARGEST_P:g}, got {shown(self.p)}; {fix}.")
        object.__setattr__(self, "p", float(self.p))

    @property
    def title(self) -> str:  # type: ignore[override]
        """Name with its p."""
        return f"L{self.p:.3g}"

    @property
    def is_convex(self) -> bool:
        return self.p > 1

    def _refuse(self, what: str) -> None:
        if not self.is_convex:
            raise ValueError(
                f"{what} does not exist for {self.title}, whose ball is not convex; use p > 1 or L1()."
            )

    def value(self, w: Floats) -> float:
        return _p_norm(w, self.p)

    def subgradient(self, w: Floats, direction: Floats) -> Floats:
        self._refuse("a subgradient")
        base = w if w.any() else direction
        size = self.value(base)
        if size == 0:
            return np.zeros(len(w))
        return np.asarray(np.sign(base) * (np.abs(base) / size) ** (self.p - 1))

    def dual_norm(self, z: Floats) -> float:
        self._refuse("the dual norm")
        return _p_norm(z, self.p / (self.p - 1))

    def prox(self, v: Floats, step: float) -> Floats:
        self._refuse("the prox")
        if step <= 0:
            return np.array(v, dtype=np.float64)
        if self.dual_norm(v) <= step:
            return np.zeros(len(v))
        return self._split(v, None, step)[0]

    def prox_in(self, v: Floats, step: float, metric: Floats) -> Floats:
        self._refuse("the prox")
        if step <= 0:
            return np.array(v, dtype=np.float64)
        if self.dual_norm(metric * v) <= step:
            return np.zeros(len(v))
        return self._split(v, None, step / metric)[0]

    def project_with_multiplier(self, v: Floats, radius: float) -> tuple[Floats, float]:
        self._refuse("the projection")
        if self.value(v) <= radius:
            return np.array(v, dtype=np.float64), 0.0
        if radius <= 0:
            return np.zeros(len(v)), self.dual_norm(v)
        w, multiplier = self._split(v, radius, None)
        return onto_boundary(self, w, radius), multiplier

    def _split(
        self, v: Floats, radius: float | None, multiplier: float | Floats | None
    ) -> tuple[Floats, float]:
        """w (p,) and what was sought, radius or multiplier, given the other (see the module docstring).

        A multiplier that is given may be one a coordinate, (p,).
        """
        largest = float(np.abs(v).max())
        present = v != 0
        size = np.abs(v[present]) / largest
        norm, dual = self.value(size), self.dual_norm(size)
        known: Any  # a number, or one a coordinate
        if radius is None:
            given = np.asarray(multiplier)
            known = (given if given.ndim == 0 else given[present]) / largest
            other, upper, exponent = dual, norm, 1.0
        else:
            known, other, upper, exponent = radius / largest, norm, dual, self.p - 1
        noise = 1e-15 * (self.p + 1 / (self.p - 1)) * upper
        low, high = 0.0, upper
        x = upper * float(np.maximum(1 - np.min(known) / other, 0.0))
        for _ in range(100):
            t, m = (x, known) if radius is None else (known, x)
            u = _solve_each(size, t, m, self.p - 1)
            length, slope = self._response(u, t, m, radius is None)
            # increasing in x, with the root where |u| = 1
            excess = length**-exponent - 1
            low, high = (x, high) if excess < 0 else (low, x)
            proposal = x - excess / (exponent * (1 + excess) * slope) if slope > 0 else np.nan
            if not low <= proposal <= high:
                proposal = 0.5 * (low + high)
            change, x = abs(proposal - x), proposal
            if change <= max(1e-11 * x, noise):
                break
        t, m = (x, known) if radius is None else (known, x)
        w = np.zeros(len(v))
        w[present] = t * largest * _solve_each(size, t, m, self.p - 1)
        return np.sign(v) * w + 0.0, x * largest

    def _response(self, u: Floats, t: float, m: float | Floats, to_radius: bool) -> tuple[float, float]:
        """|u| and minus the derivative of log |u| in t (or else in m)."""
        length = self.value(u)
        if length == 0:
            return np.finfo(float).tiny, 0.0
        m = np.broadcast_to(m, u.shape)[u > 0]
        u = u[u > 0]
        raised = u ** (self.p - 1)
        grown = t * u + (self.p - 1) * m * raised
        part = np.divide(u if to_radius else raised, grown, out=np.zeros(len(u)), where=grown > 0)
        return length, float((u / length) ** self.p @ part)

    def face(self, w: Floats) -> Face:
        self._refuse("a face")
        norm = self.value(w)
        index = np.flatnonzero(np.abs(w) > VANISHING * norm) if norm > 0 else np.zeros(0, dtype=np.intp)
        if self.p > 2 and norm > 0:
            index = np.arange(len(w))
        share = np.abs(w[index]) / norm if norm > 0 else np.zeros(0)
        gradient = np.sign(w[index]) * share ** (self.p - 1)
        if norm == 0:
            return coordinate_face(w, index, gradient)
        return coordinate_face(
            w,
            index,
            gradient,
            curvature=(self.p - 1) / norm * share ** (self.p - 2),
            factors=gradient[:, None],
            factor_weights=np.array([-(self.p - 1) / norm]),
        )

    def slack(self, w: Floats, z: Floats, alpha: float) -> Floats:
        self._refuse("a slack")
        if w.any() or alpha == 0:
            return np.zeros(len(w))
        q = self.p / (self.p - 1)
        share = np.minimum(np.abs(z) / alpha, 1.0) ** q
        others = np.maximum(share.sum() - share, 0.0)
        return np.asarray(np.maximum(alpha * np.maximum(1 - others, 0.0) ** (1 / q) - np.abs(z), 0.0))

    def screen(self, z: Floats, margin: Floats, alpha: float) -> Mask:
        self._refuse("a screening rule")
        return np.full(len(z), bool(self.dual_norm(np.abs(z) + margin) < alpha))


def _p_norm(w: Floats, p: float) -> float:
    largest = float(np.abs(w).max(initial=0.0))
    if largest == 0 or not np.isfinite(largest):
        return largest
    return largest * float(((np.abs(w) / largest) ** p).sum() ** (1 / p))


def _solve_each(size: Floats, t: Any, m: Any, power: float) -> Floats:
    """Root u (p,) > 0 of t u + m u^power = size > 0, elementwise; t or m may be 0, not both."""
    with np.errstate(over="ignore", under="ignore", divide="ignore"):
        if power >= 1:
            first, second, exponent = t, m, power
            x = np.minimum(size / t, (size / m) ** (1 / power))
        else:
            # in x = u^power the equation m x + t x^(1/power) = size is convex
            first, second, exponent = m, t, 1 / power
            x = np.minimum(size / m, (size / t) ** power)
        for _ in range(100):
            raised = second * x ** (exponent - 1)
            step = (first * x + raised * x - size) / (first + exponent * raised)
            # from above the steps are positive until rounding takes over
            if not (step > 4e-16 * x).any():
                break
            x = np.maximum(x - step, 0.0)
        return np.asarray(x if power >= 1 else x**exponent)
