"""Projection on a ball through its prox: one scalar equation, solved by Newton.

The projection of v on {R <= t} is prox(v, mu) for the mu >= 0 with R(prox(v, mu)) = t.
That function of mu is continuous and decreasing. On a face with map B, gradient g and
Hessian H (see `face.py`), K = B'B + mu H gives dR/dmu = -g' K^-1 g: the exact slope.
Newton can overshoot, so a bracket is kept and bisected. For polyhedral balls the function
is piecewise linear and Newton ends exactly. It stops when the steps are rounding: w comes
from subtracting about mu from v, so no better mu exists.
Cost: one prox (usually one sort) an iteration, about five iterations.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from ..typing import Floats
from .face import Face

if TYPE_CHECKING:
    from .base import Norm


ROUNDING = 2e-15
"""Smallest step of the multiplier, and smallest excess, as shares of the whole, that are worth a prox."""


def radial_slope(face: Face, step: float) -> float:
    """g' (B'B + step * H)^-1 g, minus the derivative of R(prox(v, step)) in step."""
    diagonal = face.sizes + step * face.curvature
    scaled = face.gradient / diagonal
    slope = float(face.gradient @ scaled)
    if face.factors.shape[1]:
        # Woodbury for the few factors; K stays positive definite because R is convex
        projected = face.factors / diagonal[:, None]
        inner = face.factors.T @ projected * step
        inner = np.eye(len(face.factor_weights)) + face.factor_weights[:, None] * inner
        try:
            correction = np.linalg.solve(inner, face.factor_weights * (face.factors.T @ scaled))
        except np.linalg.LinAlgError:
            return 0.0  # flat to rounding: no slope to go by
        slope -= float(step * (face.factors.T @ scaled) @ correction)
    return slope


def project_by_newton(norm: Norm, v: Floats, radius: float) -> tuple[Floats, float]:
    """See `Norm.project_with_multiplier`."""
    v = np.asarray(v, dtype=np.float64)
    if norm.value(v) <= radius:
        return v.copy(), 0.0
    if radius <= 0:
        w = np.where(norm.unpenalised(len(v)), v, 0.0)
        return w, norm.critical_alpha(v - w)

    def at(mu: float) -> tuple[Floats, float, float]:
        w = norm.prox(v, mu)
        return w, norm.value(w), radial_slope(norm.face(w), mu)

    w, mu = multiplier_by_newton(at, radius)
    return (w, mu) if mu == 0 else (onto_boundary(norm, w, radius), mu)


def multiplier_by_newton(
    at: Callable[[float], tuple[Floats, float, float]], radius: float
) -> tuple[Floats, float]:
    """Prox with a value of `radius` along a ray of proxes, and its step; 0 if it has no more at 0 already.

    `at(mu)` is the prox with step mu >= 0, its value, and how fast that falls as mu grows.
    """
    low, high, mu = 0.0, np.inf, 0.0
    w, value, slope = at(0.0)  # into the domain first
    excess = value - radius
    if excess <= 0:
        return w, 0.0
    for _ in range(200):
        proposal = mu + excess / slope if slope > 0 else np.nan
        if abs(proposal - mu) <= ROUNDING * mu or abs(excess) <= ROUNDING * radius:
            break
        if not low < proposal < high:
            proposal = 2 * max(mu, 1e-300) if np.isinf(high) else _between(low, high)
        if proposal in (low, high):
            break
        mu = proposal
        w, value, slope = at(mu)
        excess = value - radius
        if excess > 0:
            low = mu
        else:
            high = mu
    return w, mu


def _between(low: float, high: float) -> float:
    """The middle of a bracket, in orders of magnitude where it spans many."""
    return float(np.sqrt(low) * np.sqrt(high)) if 0 < 1e3 * low < high else 0.5 * (low + high)


def onto_boundary(norm: Norm, w: Floats, radius: float) -> Floats:
    """Scale the penalised part of w to R(w) = radius, against the rounding inherited from a much longer v."""
    free = norm.unpenalised(len(w))
    paid = np.where(free, 0.0, w)
    if not paid.any():
        return w
    return np.where(free, w, paid * norm.reach(paid, radius)) + 0.0
