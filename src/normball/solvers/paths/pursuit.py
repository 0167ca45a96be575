"""Basis pursuit by homotopy: the least norm among perfect fits, at the end of the lasso's path.

On its last piece the path of squared error is w_S = (X_S'X_S)^-1 (X_S'y - n alpha c_S), c_S the prices
with their signs, so that its end is w_S at alpha = 0, and theta = X_S (X_S'X_S)^-1 c_S proves it,

    R(w') >= <theta, X w'> = <theta, y> = R(w)       for all w' with X w' = y, as |x_j'theta| <= price_j.

Where y is a combination of few columns the support settles long before alpha vanishes, and what is
left is one Cholesky factor of its Gram matrix. Source: Osborne, Presnell, Turlach, IMA Journal of
Numerical Analysis 20 (2000); Donoho, Tsaig, IEEE Transactions on Information Theory 54 (2008).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import linalg

from ...typing import Floats, Indices
from ..ends.fit_certificate import certify_fit, with_best_fit
from ..ends.fits import null_point
from ..generic.face_newton import Point
from ..instance import Instance
from ..workspace import Answer, Options
from .engine import PathEngine

LAST_SHARE, STEPS = 1e-4, 80
"""Share of alpha_max at which the search ends, and alphas until then."""

VANISHED = 1e-9
"""Weight, relative to the largest, that is rounding of one that came to 0."""

EXACT = 1e-9
"""Residual, relative to y, of a support that fits y but for rounding."""


def interpolated(instance: Instance, options: Options) -> Answer | None:
    """The least norm at loss 0 of squared error, p > n; None where the path does not lead there."""
    n, p = instance.design.shape
    separable = instance.norm.separable(p)
    assert separable is not None
    engine = PathEngine(instance, max(options.tolerance, 1e-8), options.max_iterations)
    alphas = null_point(instance).alpha * np.geomspace(0.9, LAST_SHARE, STEPS)
    end = _End(instance, np.where(np.isfinite(separable.price), separable.price, 0.0), options)
    return engine.until(alphas, end.proved, n // 2)  # more are no few columns: they end at n of them


class _End:
    """What the support of a point of the path leads to at alpha = 0."""

    def __init__(self, instance: Instance, price: Floats, options: Options) -> None:
        self._instance, self._price, self._options = instance, price, options
        self._means = instance.means if instance.fit_intercept else np.zeros(instance.n_features)
        centre = float(instance.sample_weight @ instance.y) if instance.fit_intercept else 0.0
        self._centre, self._goal = centre, instance.y - centre

    def proved(self, features: Indices, weights: Floats) -> Answer | None:
        """The answer on a support, if it fits y and has a dual point."""
        signs = np.sign(weights[weights != 0])
        support = features[weights != 0]
        if len(support) == 0:
            return None
        columns = self._instance.design.columns(support) - self._means[support]
        gram = columns.T @ columns
        found = self._fitted(columns, gram)
        if found is None:
            return None
        kept = np.abs(found) > VANISHED * np.abs(found).max()  # others come to 0 with alpha
        if not kept.all():
            part = self._fitted(columns[:, kept], gram[np.ix_(kept, kept)])
            if part is None:
                return None
            found = np.zeros(len(support))
            found[kept] = part
        price = self._price[support]
        if (np.sign(found) != signs)[kept & (price > 0)].any():
            return None
        theta = columns @ linalg.cho_solve(linalg.cho_factor(gram), signs * price, check_finite=False)
        return self._certified(support, found, theta)

    def _fitted(self, columns: Floats, gram: Floats) -> Floats | None:
        """Weights (m,) with which columns (n, m) are y but for rounding; None where there are none."""
        try:
            factor = linalg.cho_factor(gram, check_finite=False)
        except linalg.LinAlgError:
            return None
        found, rest, size = np.zeros(columns.shape[1]), self._goal, np.linalg.norm(self._goal)
        for bound in (np.sqrt(EXACT), EXACT):  # the second gives back the digits that the Gram matrix costs
            found = found + linalg.cho_solve(factor, columns.T @ rest, check_finite=False)
            rest = self._goal - columns @ found
            if not np.linalg.norm(rest) <= bound * size:
                return None
        return found

    def _certified(self, support: Indices, found: Floats, theta: Floats) -> Answer | None:
        instance = self._instance
        w = np.zeros(instance.n_features)
        w[support] = found
        intercept = self._centre - float(self._means @ w)
        n = instance.n_samples
        evenly = replace(instance, sample_weight=np.full(n, 1 / n))
        certificate = certify_fit(evenly, instance.y, w, intercept, theta, self._options.tolerance)
        if not certificate.is_met:
            return None
        proved = with_best_fit(instance, certificate, w, intercept)
        return Answer(Point(w, intercept, 0.0), proved, 1, "best fit") if proved.is_met else None
