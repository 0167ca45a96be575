"""Proofs of fits without a price: of the least norm among equal fits, and that no fit is better.

    R(w'), X w' + b' = eta    >=  <theta, eta> - R*(z)                      z = X'theta
    f(w')                     >=  f(w) - slack(eta, -theta) - <z, w' - w>

The first is the dual of basis pursuit; the second that of f alone, with a theta that is orthogonal
to every column but for rounding, which is priced. Both from the returned weights and X.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...typing import Floats
from ..certificate import Certificate, make_certificate
from ..generic.mean_row import far_columns
from ..instance import Instance
from ..terms import Term
from .span import DenseSpan, Span, span_of


def certify_fit(
    instance: Instance, eta: Floats, w: Floats, intercept: float, theta: Floats, tolerance: float
) -> Certificate:
    """Certificate of least R among the weights that give the predictor eta, for a dual point theta (n,).

    Of two bounds the better: theta scaled into the domain of R*, and, for the gradient g of R at w,

        R(w') >= R(w) + <g, w' - w>  >=  R(w) - sum_j |g_j - z_j| r_j     where X w' = X w,

    for all w' in a box |w'_j - w_j| <= r_j as in `least_loss`: of columns in unlike units the large
    ones leave rounding in z that counts for little against their small weights. Weights that miss eta may
    have less R than any that meet it, which proves nothing of them: the gap is then also that of least R
    among the weights with their own predictor.
    """
    free = instance.free_columns
    if free.shape[1]:
        theta = theta - free @ np.linalg.lstsq(free, theta, rcond=1e-14)[0]
    z = instance.design.rmatvec(theta)
    z[instance.unpenalised] = 0.0
    unscaled = z
    if instance.norm.is_homogeneous:
        dual_norm = instance.norm.dual_norm(z)
        if dual_norm > 1:
            theta, z = theta / dual_norm, z / dual_norm
    primal = instance.norm.value(w)
    conjugate = instance.norm.conjugate(z, 1.0)
    dual, own = float(theta @ eta) - conjugate, float(z @ w) - conjugate
    if np.isfinite(unscaled).all():
        by_gradient = primal - _against_gradient(instance, w, unscaled, float(np.std(eta)))
        dual, own = max(dual, by_gradient), max(own, by_gradient)
    misfit = float(np.linalg.norm(instance.predictor(w, intercept) - eta))
    scale = primal if primal > 0 else 1.0
    infeasibility = misfit / max(float(np.linalg.norm(eta)), 1e-300)
    found = make_certificate("fit", primal, dual, scale, infeasibility, theta, tolerance)
    if infeasibility <= tolerance:
        return found
    return replace(found, gap=max(found.gap, (primal - own) / scale))


def _against_gradient(instance: Instance, w: Floats, z: Floats, spread: float) -> float:
    """sum_j |g_j - z_j| r_j of `certify_fit`; inf where R has no gradient to go by."""
    sizes = _sizes(instance)
    seen = ~instance.norm.excluded(instance.n_features)
    g = instance.norm.subgradient(w, z)
    if not np.isfinite(g[seen]).all() or (sizes[seen] == 0).any():
        return np.inf
    reach = np.abs(w[seen]) + spread / sizes[seen]
    return float(np.abs(g - z)[seen] @ reach)


def _sizes(instance: Instance) -> Floats:
    """Deviations (p,) of the columns; root mean squares where they are not centred, unless far from 0.

    Far columns may cancel: a fit moves their weights by what their deviations ask for.
    """
    if instance.is_centred:
        return np.sqrt(instance.mean_squares)
    return np.where(far_columns(instance), instance.moments[1], np.sqrt(instance.mean_squares))


def certify_unbound(
    instance: Instance, term: Term, w: Floats, eta: Floats, tolerance: float, theta: Floats | None = None
) -> Certificate:
    """Certificate of a term that does not count: a budget that does not bind, a penalty lost in rounding.

    f cannot be lower, whatever the term allows. `theta` (n,) is a dual point where the solver knows one.
    """
    bound, theta = least_loss(instance, w, eta, theta)
    primal = instance.value(eta) + term.value(w)
    return make_certificate(term.condition.form, primal, bound, instance.scale, 0.0, theta, tolerance)


def with_best_fit(instance: Instance, certificate: Certificate, w: Floats, intercept: float) -> Certificate:
    """A certificate of form "fit", which proves the least norm, made to prove the best fit as well.

    By how much f may be above its minimum, relative to f at w = 0, is infeasibility.
    """
    eta = instance.predictor(w, intercept)
    value = instance.value(eta)
    bound = instance.floor  # no loss is lower
    if instance.loss.is_smooth and value - bound > 1e-15 * instance.scale:
        bound = least_loss(instance, w, eta)[0]
    excess = (value - bound) / instance.scale
    excess = max(excess, 0.0) if np.isfinite(excess) else np.inf
    return replace(certificate, infeasibility=max(certificate.infeasibility, excess))


def least_loss(
    instance: Instance, w: Floats, eta: Floats, theta: Floats | None = None
) -> tuple[float, Floats]:
    """A lower bound on f near the weights w (p,) of predictor eta (n,), and the theta (n,) behind it.

    With theta as given or -grad f(eta), made orthogonal to every column that may move, and z = X'theta,

        f(w') >= f(w) - slack(eta, -theta) - <z, w' - w>  >=  f(w) - slack - sum_j |z_j| r_j

    for all |w'_j - w_j| <= r_j: z would be 0 but for rounding, and is priced as it is. The box is
    r_j = |w_j| + (deviation of eta + mean Newton step in eta) / (deviation of column j), and by
    convexity an excess of e over this bound is one of at most k e over any w' k times as
    far away. O(n p min(n, p)).
    """
    present = np.abs(w) > 1e-11 * np.abs(w).max(initial=0.0)  # not a remainder of rounding
    allowed = ~instance.norm.excluded(instance.n_features)
    movable = allowed & present if instance.norm.is_one_sided else allowed
    sizes = _sizes(instance)
    if theta is None:
        theta = _without_span(instance, eta, span_of(instance, np.flatnonzero(movable & (sizes > 0))))
    z, total = instance.design.rmatvec(theta), float(theta.sum())
    if instance.is_centred:
        z = z - total * instance.moments[0]
    spread = float(np.std(eta)) + _misfit(instance, eta)
    price = float(np.where(movable, np.abs(z), np.maximum(z, 0.0))[allowed] @ np.abs(w[allowed]))
    reached = allowed & (sizes > 0)
    against = np.where(movable, np.abs(z), np.maximum(z, 0.0))[reached]
    price += spread * float((against / sizes[reached]).sum())
    if instance.fit_intercept:
        price += abs(total) * (abs(float(np.mean(eta))) + spread)
    return instance.value(eta) - instance.slack(eta, -theta) - price, theta


def _without_span(instance: Instance, eta: Floats, span: Span) -> Floats:
    """-grad f(eta) less its part in a span: by weights of the Hessian, as far as steps bring it down."""
    theta, root = -instance.gradient(eta), instance.hessian_root(eta)
    violation = span.adjoint(theta)
    if not len(violation):
        return theta
    if instance.loss.is_diagonal:
        hessian = span.hessian(instance.curvature(eta))
    else:
        assert isinstance(span, DenseSpan)
        hessian = span.root_hessian(root)
    values, vectors = np.linalg.eigh(hessian)
    kept = values > 1e-14 * values.max(initial=0.0)
    values, vectors = values[kept], vectors[:, kept]
    for _ in range(5):
        step = span.apply(vectors @ ((vectors.T @ violation) / values))
        proposal = theta - root.adjoint(root.apply(step))
        left = span.adjoint(proposal)
        if np.abs(left).max() >= np.abs(violation).max():
            break
        theta, violation = proposal, left
    return theta


def _misfit(instance: Instance, eta: Floats) -> float:
    """Mean size of what single samples would move eta by: residuals, for squared error."""
    pull, majorant = np.abs(instance.gradient(eta)), instance.majorant(eta)
    steps = np.divide(pull, majorant, out=np.zeros(len(pull)), where=majorant > 0)
    return float(instance.sample_weight @ steps)
