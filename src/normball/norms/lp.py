"""Lp: R(w) = (sum_j |w_j|^p)^(1/p), between the diamond (p near 1) and the cube (p large).

For 1 < p < inf the ball is convex and smooth, and the dual norm is Lq, 1/p + 1/q = 1.
Both the prox and the projection solve, coordinate by coordinate, the scalar equation

    w_j + kappa w_j^(p-1) = |v_j|

for one kappa that a second scalar equation fixes: |w| = t for the projection on the ball
of radius t, kappa = step |w|^(1-p) for the prox. The inner equation is made convex by
the variable (w for p >= 2, w^(p-1) below) so that Newton's method descends to the root
from an upper bound; the outer one is monotone in log(kappa) and solved by safeguarded
Newton. O(p) an iteration, about ten iterations each. The scheme follows Liu, Ye,
"Efficient L1/Lq norm regularization", arXiv:1009.4766 (2010).

For 0 < p < 1 the ball is not convex: its corners are sharper than the diamond's, but there
is no dual and no prox; it can be drawn, and solved for two features by search.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..typing import Floats, Mask
from .base import Norm
from .face import Face, coordinate_face

VANISHING = 1e-150
"""Coefficients below this share of the norm count as zero: their curvature would overflow."""


@dataclass(frozen=True, eq=False, repr=False)
class Lp(Norm):
    """The p-norm; a non-convex ball for p < 1.

    Parameters
    ----------
    p : float > 0, not 1, 2 or inf
        Those have classes of their own: L1, L2, LInf.
    """

    p: float

    name: ClassVar[str] = "lp"

    def __post_init__(self) -> None:
        if isinstance(self.p, bool) or not isinstance(self.p, (int, float, np.number)) or not self.p > 0:
            raise ValueError(f"p must be a number > 0, got {self.p!r}.")
        known = {1.0: "L1()", 2.0: "L2()", np.inf: "LInf()"}
        if float(self.p) in known:
            raise ValueError(f"p={self.p:g} has a class of its own: use {known[float(self.p)]}.")
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
            raise ValueError(f"{what} does not exist for {self.title}, whose ball is not convex; use p > 1 or L1().")

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
        largest = float(np.abs(v).max(initial=0.0))
        if step <= 0 or largest == 0:
            return np.array(v, dtype=np.float64)
        size, step = np.abs(v) / largest, step / largest
        if _p_norm(size, self.p / (self.p - 1)) <= step:
            return np.zeros(len(v))
        power, goal = self.p - 1, np.log(step)

        def equation(log_kappa: float) -> tuple[float, float]:
            log_size, slope = self._log_norm(size, log_kappa)
            return log_size + (log_kappa - goal) / power, slope + 1 / power

        # kappa = step |w|^(1-p) >= step |v|^(1-p), because the prox shortens
        start = goal - power * np.log(_p_norm(size, self.p))
        return np.sign(v) * largest * _shrink(size, float(np.exp(_increasing_root(equation, start))), power)

    def project_with_multiplier(self, v: Floats, radius: float) -> tuple[Floats, float]:
        self._refuse("the projection")
        if self.value(v) <= radius:
            return np.array(v, dtype=np.float64), 0.0
        if radius <= 0:
            return np.zeros(len(v)), self.dual_norm(v)
        largest = float(np.abs(v).max())
        size, goal = np.abs(v) / largest, np.log(radius / largest)

        def equation(log_kappa: float) -> tuple[float, float]:
            log_size, slope = self._log_norm(size, log_kappa)
            return goal - log_size, -slope

        # stationarity summed against w: kappa |w|^p = <|v| - w, w>, of the order of the excess
        start = np.log(max(_p_norm(size, self.p) - np.exp(goal), 1e-16)) - (self.p - 1) * goal
        kappa = float(np.exp(_increasing_root(equation, start)))
        w = _shrink(size, kappa, self.p - 1)
        w = np.sign(v) * w * (radius / _p_norm(w, self.p))
        return w, kappa * float(np.exp(goal)) ** (self.p - 1) * largest

    def _log_norm(self, size: Floats, log_kappa: float) -> tuple[float, float]:
        """log |w(kappa)| and its derivative in log kappa."""
        power, kappa = self.p - 1, float(np.exp(log_kappa))
        w = _shrink(size, kappa, power)
        norm = _p_norm(w, self.p)
        if norm == 0:
            return -745.0, -1 / power
        share = w / norm
        present = w > 0
        share, w = share[present], w[present]
        # kappa dw/dkappa = -kappa w^power / (1 + kappa power w^(power-1)) = -w / (w^(1-power) / kappa + power)
        with np.errstate(over="ignore"):  # an overflow means that the coefficient does not respond
            response = w / (w ** (1 - power) / kappa + power)
        return float(np.log(norm)), -float((share**power @ response) / norm)

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
        return np.maximum(alpha * np.maximum(1 - others, 0.0) ** (1 / q) - np.abs(z), 0.0)

    def screen(self, z: Floats, margin: Floats, alpha: float) -> Mask:
        self._refuse("a screening rule")
        return np.full(len(z), self.dual_norm(np.abs(z) + margin) < alpha)


def _p_norm(w: Floats, p: float) -> float:
    largest = float(np.abs(w).max(initial=0.0))
    if largest == 0 or not np.isfinite(largest):
        return largest
    return largest * float(((np.abs(w) / largest) ** p).sum() ** (1 / p))


def _shrink(size: Floats, kappa: float, power: float) -> Floats:
    """Root w (p,) of w + kappa w^power = size, for 0 <= size <= 1, elementwise."""
    if kappa == 0:
        return size.copy()
    with np.errstate(over="ignore", under="ignore"):
        if power >= 1:
            w = np.minimum(size, (size / kappa) ** (1 / power))
            for _ in range(60):
                raised = w ** (power - 1)
                step = (w + kappa * raised * w - size) / (1 + kappa * power * raised)
                w = np.maximum(w - step, 0.0)
                if not (np.abs(step) > 2e-16 * w).any():
                    break
            return np.asarray(w)
        # in s = w^power the equation s^(1/power) + kappa s = size is convex
        s = np.minimum(size**power, size / kappa)
        for _ in range(60):
            raised = s ** (1 / power - 1)
            step = (raised * s + kappa * s - size) / (raised / power + kappa)
            s = np.maximum(s - step, 0.0)
            if not (np.abs(step) > 2e-16 * s).any():
                break
        return np.asarray(s ** (1 / power))


def _increasing_root(equation: Callable[[float], tuple[float, float]], start: float) -> float:
    """Root of an increasing function given with its derivative, by Newton inside a growing bracket."""
    low, high, x = -np.inf, np.inf, float(start)
    for _ in range(200):
        value, slope = equation(x)
        if value < 0:
            low = x
        else:
            high = x
        proposal = x - value / slope if slope > 0 else np.nan
        limit = 4.0 + abs(x)  # far steps come from flat ends, where Newton overshoots
        if not low < proposal < high or abs(proposal - x) > limit:
            if np.isinf(high):
                proposal = x + limit
            elif np.isinf(low):
                proposal = x - limit
            else:
                proposal = 0.5 * (low + high)
        if value == 0 or abs(proposal - x) <= 2e-16 * max(abs(x), 1.0):
            return proposal if value != 0 else x
        x = proposal
    return x
