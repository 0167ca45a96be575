"""Any smooth loss with the squared L2 norm: f(X w + b) + alpha / 2 sum_j q_j w_j^2, q > 0.

Truncated Newton (`newton_cg.py`) on products with X, which is never made dense where it is
sparse. The intercept is eliminated: with D the curvatures, s their sum, and m(t) = 1'D t / s,

    H v = X'D (X v - m(X v)) + alpha q v,        db = -1'g / s - m(X d).

With theta = -grad f made orthogonal to 1, z = X'theta, the gap is sum_j (z_j - alpha q_j w_j)^2 /
(2 alpha q_j), by Fenchel's equality: it is what decides when to stop.
"""

from __future__ import annotations

import numpy as np

from ...typing import Floats
from ..instance import Instance
from ..line_search import armijo
from .newton_cg import minimise
from .preconditioner import Preconditioner

Seen = tuple[float, Floats, Floats, Floats]
"""Loss, gradient, curvature and majorant of a compiled loss at one predictor."""

LEAST_CURVED = 1e-3
"""Share of the largest curvature of the loss that it has to have on average."""


class RidgeNewton:
    """Solutions of one problem at one alpha after another, each from the last.

    Parameters
    ----------
    instance : Instance whose loss is smooth.
    ridge : (p,) q > 0, price of half a coefficient's square.

    Attributes
    ----------
    w, intercept : where it stands.
    """

    def __init__(self, instance: Instance, ridge: Floats) -> None:
        self._instance, self._ridge = instance, ridge
        self.w = np.zeros(instance.n_features)
        self.intercept = instance.null_intercept
        self._linear = np.zeros(instance.n_samples)
        self._alpha, self._value = 1.0, np.inf
        self._seen: Seen | None = None
        self._inverse = Preconditioner(instance, ridge)

    @property
    def first_alpha(self) -> float:
        """Where a search begins: the last alpha, or one that shrinks every direction by half at least."""
        return self._alpha if np.isfinite(self._value) else self._inverse.first_alpha

    @property
    def loss(self) -> float:
        """f where it stands."""
        return self._value - 0.5 * self._alpha * float(self._ridge @ self.w**2)

    def start(self, w: Floats, intercept: float) -> None:
        """Go to weights (p,) and an intercept."""
        self.w, self.intercept = w.copy(), intercept
        self._linear = self._instance.design.matvec(w)

    def solve(self, alpha: float, precision: float, max_steps: int = 100) -> int:
        """Go to the solution at alpha > 0, up to a relative gap; the number of Newton steps."""
        self._alpha = alpha
        self._value, self._seen = self._objective(self._linear + self.intercept, self.w)
        n_steps = minimise(self, precision * self._instance.scale, max_steps)
        return n_steps

    def _objective(self, eta: Floats, w: Floats) -> tuple[float, Seen | None]:
        """The objective, and what a compiled loss says of eta besides."""
        loss = self._instance.compiled_loss
        seen = None if loss is None else loss.at(eta)
        value = self._instance.value(eta) if seen is None else seen[0]
        return value + 0.5 * self._alpha * float(self._ridge @ w**2), seen

    # ---- what Newton's method asks ---------------------------------------------------
    def look(self) -> tuple[Floats, float]:
        instance, eta = self._instance, self._linear + self.intercept
        slope = instance.gradient(eta) if self._seen is None else self._seen[1]
        self._curvature = self._curvature_at(eta)
        self._root = None if instance.loss.is_diagonal else instance.hessian_root(eta)
        self._total = float(self._curvature.sum()) if instance.fit_intercept else 0.0
        self._balance, rest = 0.0, 0.0
        if self._total > 0:
            self._balance = float(slope.sum())
            slope -= self._curvature * (self._balance / self._total)
            rest = self._balance**2 / (2 * self._total)
        self._inverse.update(self._curvature, self._alpha)
        return instance.design.rmatvec(slope) + self._alpha * self._ridge * self.w, rest

    def _curvature_at(self, eta: Floats) -> Floats:
        """Exact, but where nearly all of the loss is straight, and a step would be out of proportion."""
        curvature = self._instance.curvature(eta) if self._seen is None else self._seen[2]
        bound = self._instance.loss.curvature_bound
        is_straight = np.isfinite(bound) and curvature.sum() <= LEAST_CURVED * bound
        return self._instance.majorant(eta) if is_straight else curvature

    def excess(self, gradient: Floats) -> float:
        return float((gradient**2 / self._ridge).sum()) / (2 * self._alpha)

    def product(self, direction: Floats) -> tuple[Floats, Floats]:
        design = self._instance.design
        self._inverse.n_products += 1
        linear = design.matvec(direction)
        if self._root is None:
            bent = self._curvature * (linear - self._mean(linear))
        else:
            bent = self._root.adjoint(self._root.apply(linear))
        return design.rmatvec(bent) + self._alpha * self._ridge * direction, linear

    def _mean(self, linear: Floats) -> float:
        """By how much the intercept falls where the predictor rises, to first order."""
        return float(self._curvature @ linear) / self._total if self._total > 0 else 0.0

    def precondition(self, residual: Floats) -> Floats:
        return self._inverse.apply(residual)

    def advance(self, direction: Floats, image: Floats, slope: float) -> bool:
        shift = -self._mean(image)
        if self._total > 0:
            shift -= self._balance / self._total
            slope -= self._balance**2 / self._total
        eta, step = self._linear + self.intercept, image + shift
        rounding = 1e-15 * (abs(self._value) + self._instance.scale)

        def at(share: float) -> tuple[float, tuple[Floats, Seen | None]]:
            w = self.w + share * direction
            value, seen = self._objective(eta + share * step, w)
            return value, (w, seen)

        found = armijo(at, self._value, slope, rounding)
        if found is None:
            return False
        share, value, (self.w, self._seen) = found
        is_gain = value < self._value - rounding
        self._linear = self._linear + share * image
        self.intercept, self._value = self.intercept + share * shift, value
        return is_gain
