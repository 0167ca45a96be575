"""Truncated Newton: a smooth convex objective whose Hessian is known by its products.

At weights w the Newton equation H d = -g is solved by conjugate gradients, preconditioned, only
as exactly as the step is worth: until the residual is a share eta_k of the gradient, in the
metric of the preconditioner, with

    eta_k = min(1/5, (|g_k| / |g_0|)^(1/2)),

which makes the outer iteration superlinear (Dembo, Eisenstat, Steihaug, "Inexact Newton
methods", SIAM J. Numer. Anal. 19, 1982; Nocedal, Wright, Numerical Optimization, 2006,
chapter 7). What conjugate gradients leave is at its end worth |r|^2 / (2 mu) of the objective
for a strong convexity mu, so they also stop where that is below the precision that is asked for.
An Armijo search takes the step.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from ...typing import Floats

FORCING = 0.2
"""Largest share of the gradient that a step may leave."""

MOST_PRODUCTS = 1000
"""Products with the Hessian for one step."""


class Objective(Protocol):
    """What is minimised, at a point that `advance` moves.

    Weights, gradients and directions are arrays of one shape; their images are what X makes of
    them, of another. Inner products are sums over all entries.
    """

    def look(self) -> tuple[Floats, float]:
        """Gradient at the point, free variables (an intercept) eliminated, and what those may still gain."""
        ...

    def excess(self, gradient: Floats) -> float:
        """By how much the objective can be above its least value, given such a gradient."""
        ...

    def product(self, direction: Floats) -> tuple[Floats, Floats]:
        """Hessian at the point, free variables eliminated, times a direction; and the direction's image."""
        ...

    def precondition(self, residual: Floats) -> Floats:
        """Some positive definite approximation to the Hessian's inverse times a residual."""
        ...

    def advance(self, direction: Floats, image: Floats, slope: float) -> bool:
        """Move along a direction of slope < 0; False where what is gained is rounding."""
        ...


def minimise(objective: Objective, precision: float, max_steps: int) -> int:
    """Newton steps until `excess` is within the precision, or gets no smaller; how many were taken."""
    first, least, is_gain = None, np.inf, True
    for step in range(max_steps):
        gradient, rest = objective.look()
        square = float(np.vdot(gradient, objective.precondition(gradient)))
        size = float(np.sqrt(max(square, 0.0)))  # which rounding may take below 0
        first = size if first is None else first
        excess = objective.excess(gradient) + rest
        if not (np.isfinite(size) and size > 0 and excess > precision and (is_gain or excess < 0.5 * least)):
            return step
        least = min(least, excess)
        share = min(FORCING, np.sqrt(size / first))
        direction, image = _conjugate_gradients(objective, gradient, share, 0.1 * precision)
        slope = float(np.vdot(gradient, direction))
        if not slope < 0:
            return step
        is_gain = objective.advance(direction, image, slope)
    return max_steps


def _conjugate_gradients(
    objective: Objective, gradient: Floats, share: float, precision: float
) -> tuple[Floats, Floats]:
    """d with H d = -gradient up to a share of it, or up to what is worth `precision`; and its image."""
    direction, image = np.zeros_like(gradient), np.zeros(())
    residual = -gradient
    z = objective.precondition(residual)
    conjugate, size = z, float(np.vdot(residual, z))
    goal = share**2 * size
    for _ in range(MOST_PRODUCTS):
        bent, seen = objective.product(conjugate)
        curvature = float(np.vdot(conjugate, bent))
        if not curvature > 0:
            break
        step = size / curvature
        direction = direction + step * conjugate
        image = image + step * seen
        residual = residual - step * bent
        z = objective.precondition(residual)
        before, size = size, float(np.vdot(residual, z))
        if not size > goal or objective.excess(residual) <= precision:
            break
        conjugate = z + (size / before) * conjugate
    return direction, image
