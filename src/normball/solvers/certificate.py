"""The proof that an answer is right: a primal value, a dual value, and their gap.

Write theta (n,) for a dual point, z = X' theta, sigma_t for the support function of the
ball of radius t. Weak duality of the three forms (docs/mathematics.md derives them):

    penalty   f(w) + alpha R(w)     >=  -f*(-theta) - (alpha R)*(z)
    budget    f(w), R(w) <= t       >=  -f*(-theta) - sigma_t(z)
    target    R(w), f(w) <= s       >=  lambda (-s - f*(-theta)) - R*(lambda z),  lambda >= 0
    fit       R(w), X w + b = eta   >=  <theta, eta> - R*(z)

with sum(theta) = 0 for a free intercept and z_j = 0 for unpenalised features. The dual
point comes from the answer itself: theta = -grad f(eta), corrected to meet these
equations and scaled into the domain. All in float64 from the returned weights.

-f*(-theta) is never a difference of large numbers: by the loss's own slack of the
Fenchel-Young inequality and <theta, eta> = <z, w> it is f(eta) - slack + <z, w>. What rounding
leaves of the equations for theta is too small to matter there: mended, theta would move the
slack by its square over the curvature.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from ..losses.hessian_root import HessianRoot
from ..typing import Floats
from .face_dual import dual_on_face
from .instance import ROUNDING, Instance
from .line_search import golden
from .piecewise.kinks import kink_dual
from .pull_rounding import VISIBLE, lost_to_pulls, lost_to_target, lost_to_term, pulls
from .terms import Term


@dataclass(frozen=True, eq=False)
class Certificate:
    """Proof of optimality of a solution, in the form that was solved.

    Attributes
    ----------
    form : "penalty", "budget", "target", or "fit" (least norm among the best fits).
    primal, dual : float, the two values; the true optimum lies between them.
    gap : float, |primal - dual| / scale and what rounding leaves open: a difference below 0 is
        rounding, and of that size at least; inf if no dual point was found.
    scale : float, loss at w = 0 for penalty and budget, R(w) for target and fit.
    infeasibility : float, excess over the budget, target or equations (0 or rounding): relative to the
        budget, what meeting the target costs as a share of R there, relative to the predictor; for "fit"
        also what f may be above its minimum, relative to f at w = 0.
    theta : (n,) the dual point behind `dual`.
    tolerance : float, the gap that was asked for.
    rounding : float, the part of the gap that rounding alone leaves open.
    """

    form: str
    primal: float
    dual: float
    gap: float
    scale: float
    infeasibility: float
    theta: Floats
    tolerance: float
    rounding: float = 0.0

    @property
    def is_met(self) -> bool:
        """Whether the gap and the feasibility are within the tolerance."""
        return self.gap <= self.tolerance and self.infeasibility <= max(self.tolerance, 1e-10)

    @property
    def is_final(self) -> bool:
        """Whether no better point can be certified: the tolerance is met, or rounding is what is left."""
        return self.is_met or (self.gap <= 2 * self.rounding and self.infeasibility <= 1e-10)

    @property
    def excess(self) -> float:
        """What solvers compare: the larger of gap and infeasibility."""
        return max(self.gap, self.infeasibility)


def dual_point(
    instance: Instance,
    eta: Floats,
    w: Floats | None = None,
    alpha: float | None = None,
    known: Floats | None = None,
) -> tuple[Floats, Floats]:
    """theta (n,) and z = X' theta (p,) at the predictor eta, with the free directions removed.

    For a loss that is not smooth the weights w (p,) and the price, if known, single out one
    of the subgradients. A `known` theta (n,) is taken as it is.

    The correction is weighted by the curvature of the loss: where the gradient of a
    sample is at the end of its range (a probability of 1) the curvature vanishes, and so
    does the correction, which keeps theta in the domain of f*.
    """
    if known is not None:
        columns = instance.free_columns
        is_free = (np.abs(columns.T @ known) <= _rounding(instance, eta, columns, known)).all()
        theta = known if is_free else np.full(len(known), np.nan)
    elif instance.loss.is_smooth:
        theta = free_part_removed(instance, eta, instance.free_columns)
    else:
        assert w is not None
        theta = kink_dual(instance, w, eta, alpha)
    return theta, pulls(instance, theta)


def free_part_removed(instance: Instance, eta: Floats, columns: Floats) -> Floats:
    """-grad f(eta) made orthogonal to columns (n, k), by a correction weighted with the Hessian H.

    The correction H C s solves C' H C s = C' theta, and leaves sums alone that H does not see;
    where it cannot be found (no curvature left along a column) the result is NaN, which makes the
    certificate void.
    """
    theta = -instance.gradient(eta)
    if columns.shape[1] == 0:
        return theta
    if not np.isfinite(instance.curvature(eta)).all():  # eta where the loss overflows
        return np.full(len(theta), np.nan)
    rounding = _rounding(instance, eta, columns, theta)
    theta = made_orthogonal(theta, instance.hessian_root(eta), columns)
    if (np.abs(columns.T @ theta) > rounding).any():
        return np.full(len(theta), np.nan)
    return theta


def made_orthogonal(theta: Floats, root: HessianRoot, columns: Floats) -> Floats:
    """theta less R'R C s, as orthogonal to columns C (n, k) as such steps make it."""
    bent = root.apply(columns)
    if columns.shape[1] == 1:
        values, vectors = np.array([np.linalg.norm(bent)]), np.ones((1, 1))
    else:
        _, values, vectors = np.linalg.svd(bent, full_matrices=False)
    kept = values > 1e-14 * values.max(initial=0.0)
    values, vectors = values[kept], vectors[kept]
    for _ in range(3):
        violation = columns.T @ theta
        proposal = theta - root.adjoint(bent @ (vectors.T @ ((vectors @ violation) / values**2)))
        if np.abs(columns.T @ proposal).max() >= np.abs(violation).max():
            break
        theta = proposal
    return theta


def _rounding(instance: Instance, eta: Floats, columns: Floats, theta: Floats) -> Floats:
    """(k,) by how much rounding may keep a dual point from being orthogonal to columns (n, k).

    theta is a difference: its rounding is that of eta and y, seen through the curvature.
    """
    noise = instance.curvature(eta) * instance.loss.resolution(eta, instance.y)
    least = 1e-16 * np.abs(theta).max(initial=0.0)  # an entry that should be 0 is that of a sum
    return np.asarray(np.abs(columns).T @ (1e-12 * np.abs(theta) + ROUNDING * noise + least) + 1e-300)


def dual_loss(instance: Instance, eta: Floats, theta: Floats, worth: float) -> float:
    """-f*(-theta), the free directions removed from theta; `worth` is <X'theta, w>, eta = X w + b."""
    return instance.value(eta) - instance.slack(eta, -theta) + worth


def certify_term(
    instance: Instance,
    term: Term,
    w: Floats,
    intercept: float,
    eta: Floats,
    tolerance: float,
    theta: Floats | None = None,
) -> Certificate:
    """Certificate of the penalty or the budget form.

    `theta` (n,) is a dual point, free directions removed, where the solver knows one; by
    default it comes from eta, and where that does not prove the tolerance, from the face of w.
    """
    price = term.condition.level if term.condition.form == "penalty" else None
    with np.errstate(over="ignore", invalid="ignore"):  # what overflows proves nothing, and is void below
        pair = dual_point(instance, eta, w, price, theta)
        found = _term_certificate(instance, term, w, intercept, eta, tolerance, *pair)
        if found.gap <= tolerance:
            return found
        found = min(found, _by_floor(instance, term, w, eta, tolerance), key=_gap)
        if found.gap <= tolerance or theta is not None or not instance.loss.is_smooth:
            return found
        repaired = _repaired(instance, w, eta, pair[0], price)
        if repaired is None:
            return found
        pair = repaired, pulls(instance, repaired)
        other = _term_certificate(instance, term, w, intercept, eta, tolerance, *pair)
    return min(found, other, key=_gap)


def _repaired(
    instance: Instance, w: Floats, eta: Floats, theta: Floats, price: float | None = None
) -> Floats | None:
    """`dual_on_face`, whose equations may be too many to be met: those of what carries no price are."""
    found, columns = dual_on_face(instance, w, eta, theta, price), instance.free_columns
    if found is None or not columns.shape[1]:
        return found
    found = made_orthogonal(found, instance.hessian_root(eta), columns)
    is_free = (np.abs(columns.T @ found) <= _rounding(instance, eta, columns, found)).all()
    return found if is_free else None


def _gap(certificate: Certificate) -> float:
    return certificate.gap


def _by_floor(instance: Instance, term: Term, w: Floats, eta: Floats, tolerance: float) -> Certificate:
    """That of the dual point 0, which bounds f by its floor alone."""
    nothing = np.zeros(instance.n_samples)
    primal, over = instance.value(eta) + term.value(w), instance.slack(eta, nothing) + term.value(w)
    form, excess = term.condition.form, term.excess(w)
    return make_certificate(form, primal, primal - over, instance.scale, excess, nothing, tolerance)


def _term_certificate(
    instance: Instance,
    term: Term,
    w: Floats,
    intercept: float,
    eta: Floats,
    tolerance: float,
    theta: Floats,
    z: Floats,
) -> Certificate:
    """That of a dual point, before it is scaled into the domain."""
    scaling = term.dual_scaling(z)
    theta, z = scaling * theta, scaling * z
    visible = VISIBLE * tolerance * instance.scale
    z, lost = lost_to_pulls(instance, theta, z, visible, partial(lost_to_term, instance, term, w, eta, theta))
    primal = instance.value(eta) + term.value(w)
    rest = term.dual_scaling(z)  # below 1 where better digits of z call for it
    bound = dual_loss(instance, eta, rest * theta, rest * float(z @ w)) - term.conjugate(rest * z)
    return make_certificate(
        term.condition.form,
        primal,
        bound,
        instance.scale,
        term.excess(w),
        theta,
        tolerance,
        uncertainty(instance, eta, theta, intercept) + lost,
    )


def certify_target(
    instance: Instance,
    target: float,
    w: Floats,
    intercept: float,
    eta: Floats,
    alpha: float,
    tolerance: float,
    theta: Floats | None = None,
) -> Certificate:
    """Certificate of the target form; alpha > 0 is the price at w, a hint for lambda.

    `theta` as in `certify_term`.
    """
    theta_given = theta is not None
    pair = dual_point(instance, eta, w, None, theta)
    found = _target_certificate(instance, target, w, intercept, eta, alpha, tolerance, *pair)
    if found.gap <= tolerance or theta_given or not instance.loss.is_smooth:
        return found
    repaired = _repaired(instance, w, eta, pair[0])
    if repaired is None:
        return found
    pair = repaired, pulls(instance, repaired)
    other = _target_certificate(instance, target, w, intercept, eta, alpha, tolerance, *pair)
    return min(found, other, key=lambda certificate: certificate.excess)


def _target_certificate(
    instance: Instance,
    target: float,
    w: Floats,
    intercept: float,
    eta: Floats,
    alpha: float,
    tolerance: float,
    theta: Floats,
    z: Floats,
) -> Certificate:
    """That of a dual point in units of the loss."""
    attained = dual_loss(instance, eta, theta, float(z @ w)) - target
    multiplier, bound, rounding = 0.0, 0.0, 0.0
    primal, missed = instance.norm.value(w), max(instance.value(eta) - target, 0.0)
    scale = primal if primal > 0 else 1.0
    if attained > 1e-15 * instance.scale and np.isfinite(theta).all():
        multiplier, bound = _best_multiplier(instance, z, attained, alpha)
    if multiplier > 0:
        lost = partial(lost_to_target, instance, w, multiplier, attained)
        closer, rounding = lost_to_pulls(instance, theta, z, VISIBLE * tolerance * scale, lost)
        if closer is not z:
            attained = dual_loss(instance, eta, theta, float(closer @ w)) - target
            multiplier, bound = _best_multiplier(instance, closer, attained, alpha)
        rounding += multiplier * uncertainty(instance, eta, theta, intercept)
    # a missed target costs the multiplier a unit of loss: R(w) + lambda (f - s) bounds R where it is met
    size = max(primal, bound)
    infeasibility = multiplier * missed / size if size > 0 else missed / instance.scale
    return make_certificate(
        "target", primal, bound, scale, infeasibility, multiplier * theta, tolerance, rounding
    )


def _best_multiplier(instance: Instance, z: Floats, attained: float, alpha: float) -> tuple[float, float]:
    """lambda and the value of lambda * attained - R*(lambda z) at its maximum."""
    norm = instance.norm
    if norm.is_homogeneous:
        dual = norm.dual_norm(z)
        multiplier = 1 / dual if dual > 0 else 0.0
        return multiplier, multiplier * attained

    def value(log_multiplier: float) -> float:
        multiplier = float(np.exp(log_multiplier))
        return multiplier * attained - norm.conjugate(multiplier * z, 1.0)

    # concave in lambda, so unimodal in its logarithm: bracket the maximum, then golden section
    centre = -np.log(alpha) if 0 < alpha < np.inf else 0.0
    low, high = centre - 0.5, centre + 0.5
    while value(high) > value(centre) and high < 200:
        low, centre, high = centre, high, high + 2 * (high - low)
    while value(low) > value(centre) and low > -200:
        low, centre, high = low - 2 * (high - low), low, centre
    found = golden(lambda at: np.array([-value(float(at[0]))]), np.array([low]), np.array([high]), 80)
    best = max((value(at), at) for at in (centre, float(found[0])))
    return float(np.exp(best[1])), best[0]


def uncertainty(instance: Instance, eta: Floats, theta: Floats, intercept: float) -> float:
    """What rounding leaves open in a gap of the penalty or budget form."""
    return float(instance.uncertainties(eta[None, :], theta[None, :], np.array([intercept]))[0])


def make_certificate(
    form: str,
    primal: float,
    dual: float,
    scale: float,
    infeasibility: float,
    theta: Floats,
    tolerance: float,
    rounding: float = 0.0,
) -> Certificate:
    """A certificate from both values; void where they contradict each other."""
    gap = (primal - dual) / scale
    # a dual value above that of a feasible point proves an error, not optimality
    is_void = not np.isfinite(gap) or (gap < -1e-9 and infeasibility < 1e-12)
    gap = np.inf if is_void else (max(gap, 0.0) if infeasibility > 0 else abs(gap)) + rounding / scale
    return Certificate(form, primal, dual, gap, scale, infeasibility, theta, tolerance, rounding / scale)
