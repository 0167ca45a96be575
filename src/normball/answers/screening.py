"""Which features are proved zero: the safe sphere rule at the gap that was reached.

The dual of the penalty and of the budget form is 1/c-strongly concave in theta, measured
by sum theta_i^2 / v_i, where c bounds the curvature of the loss. So the dual optimum lies
within r = sqrt(2 c gap) of the certificate's theta, and |X_j' (theta* - theta)| <=
r |X_j|_v, with the column centred where there is an intercept (then sum theta = 0).
Source: Ndiaye, Fercoq, Gramfort, Salmon, "Gap safe screening rules for sparsity
enforcing penalties", JMLR 18 (2017), theorem 6.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..solvers.certificate import certify_term
from ..solvers.instance import Instance
from ..solvers.terms import Ball
from ..typing import Mask

if TYPE_CHECKING:
    from .solution import Solution

ROUNDING = 1e-15
"""A gap cannot be known better than this share of its scale."""


def prove_zeros(instance: Instance, solution: Solution) -> Mask | None:
    """Features (p,) that are zero in every solution; None where no rule applies.

    No rule applies to a loss of unbounded curvature, to a regulariser that makes no
    zeros, at price 0, and to budgets of regularisers that are not homogeneous.
    """
    norm, certificate = instance.norm, solution.certificate
    if not (norm.is_convex and norm.makes_zeros and np.isfinite(instance.loss.curvature_bound)):
        return None
    if solution.alpha == 0 or certificate.form == "fit":
        return None
    if solution.form != "penalty":
        if not norm.is_homogeneous:
            return None
        # the target's answer also solves the budget form at its own norm, whose dual is strongly concave
        ball, eta = Ball(norm, solution.norm), instance.predictor(solution.coef, solution.intercept)
        certificate = certify_term(
            instance, ball, solution.coef, solution.intercept, eta, certificate.tolerance
        )
    gap = (certificate.gap + ROUNDING) * certificate.scale
    if not np.isfinite(gap):
        return np.zeros(instance.n_features, dtype=bool)
    means, deviations = instance.moments
    length = deviations if instance.fit_intercept else np.hypot(deviations, means)
    margin = np.sqrt(2 * instance.loss.curvature_bound * gap) * length
    z = instance.design.rmatvec(certificate.theta)
    z[instance.unpenalised] = 0.0
    price = solution.alpha
    if solution.form != "penalty":
        price = norm.dual_norm(np.sign(z) * np.maximum(np.abs(z) - margin, 0.0))
    return norm.screen(z, margin, price) & ~instance.unpenalised
