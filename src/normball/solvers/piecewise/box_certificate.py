"""Proof of a fit with prices feature by feature where units of the columns differ by more than rounding.

The usual bound scales the dual point into the domain of R*, by the largest |z_j| / price_j, z = X'theta.
Where columns differ by 1e10 in size and more, that is the rounding of a large column's z, though its weight
is too small for it to matter. With g a subgradient of R at w, alpha >= 0, and slack f(eta) + f*(-theta) +
<theta, eta>, any w' in the box |w'_j - w_j| <= r_j has

    f(w')  >=  f(w) - slack - <z, w' - w>,      R(w')  >=  R(w) + <g, w' - w>,

so that with d = sum_j |z_j - alpha g_j| r_j

    penalty   f + alpha R  is lower by at most   slack + d
    budget    f                                  slack + d + alpha (t - R(w))
    target    R                                  (slack + d + s - f(w)) / alpha.

The box is that of `ends/fit_certificate.py`: r_j = |w_j| + (deviation of eta + mean residual) / (deviation
of column j), and an excess of e over the bound is one of at most k e over any w' k times as far away.
"""

from __future__ import annotations

import numpy as np

from ...typing import Floats
from ..certificate import Certificate, make_certificate, uncertainty
from ..instance import SPREAD_OF_ROUNDING, Instance
from ..terms import Condition


def certify_in_box(
    instance: Instance,
    condition: Condition,
    w: Floats,
    intercept: float,
    alpha: float,
    theta: Floats,
    tolerance: float,
) -> Certificate:
    """Certificate of a form for a dual point theta (n,) in units of the loss, at a price alpha > 0.

    One pass over X. `instance.norm` is a sum of prices without ridge.
    """
    form, level, norm = condition.form, condition.level, instance.norm
    eta = instance.predictor(w, intercept)
    loss, size = instance.value(eta), norm.value(w)
    lost = instance.slack(eta, -theta) + _distance(instance, w, eta, alpha, theta)
    rounding = uncertainty(instance, eta, theta, intercept)
    if form == "target":
        scale = size if size > 0 else 1.0
        bound = size + (loss - level - lost) / alpha
        missed = max(loss - level, 0.0) / alpha / max(size, bound, 1e-300)
        theta, rounding = theta / alpha, rounding / alpha
        return make_certificate(form, size, bound, scale, missed, theta, tolerance, rounding)
    if form == "budget":
        excess = max(size - level, 0.0) / max(level, 1e-300)
        primal, lost = loss, lost + alpha * (level - size)
    else:
        excess, primal = 0.0, loss + alpha * size
    scale = instance.scale
    return make_certificate(form, primal, primal - lost, scale, excess, theta, tolerance, rounding)


def _distance(instance: Instance, w: Floats, eta: Floats, alpha: float, theta: Floats) -> float:
    """sum_j |z_j - alpha g_j| r_j with the nearest subgradient g of R, and what rounding adds to z."""
    separable = instance.norm.separable(instance.n_features)
    assert separable is not None
    assert separable.ridge is None
    seen = np.isfinite(separable.price)
    price = alpha * np.where(seen, separable.price, 0.0)
    z = instance.design.rmatvec(theta)
    least = np.where(separable.is_one_sided, -np.inf, -price)
    g = np.where(w != 0, price * np.sign(w), np.clip(z, least, price))
    noise = SPREAD_OF_ROUNDING * np.sqrt(instance.design.mean_squares(theta**2))
    sizes = np.sqrt(instance.mean_squares)
    spread = float(np.std(eta)) + float(instance.sample_weight @ np.abs(eta - instance.y))
    reach = np.abs(w) + np.divide(spread, sizes, out=np.zeros(len(w)), where=sizes > 0)
    found = float((np.abs(z - g) + noise)[seen] @ reach[seen])
    if instance.fit_intercept:
        found += abs(float(theta.sum())) * (abs(float(np.mean(eta))) + spread)
    return found
