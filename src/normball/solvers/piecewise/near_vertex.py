"""A vertex near the solution at one alpha, from the smooth fit of an envelope: where pivots begin.

From w = 0 a fit takes several pivots for each sample that changes sides. Newton's method on an
envelope of the loss (`envelope.py`), two lines joined by a parabola, takes ten steps to a point
whose supports and sides are nearly right. Its non-zeros are the columns in use; the samples on
their kink are, among those that are nearly met, as many independent rows as there are columns: the
first pivots of an orthogonal factorisation with the small residuals scaled up (a crash basis; Bixby,
"Implementing the simplex method: the initial basis", ORSA Journal on Computing 4, 1992).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import linalg

from ...losses.piecewise_linear import PiecewiseLinear
from ...norms.separable import Separable
from ...typing import Floats, Indices, Mask
from ..instance import Instance
from ..paths.gram_newton import GramNewton, Points
from .envelope import Envelope
from .scaled_columns import ScaledColumns

WIDTH, NARROWER = 0.3, 0.7
"""Width of the envelope beside the mean size of a residual, and what it shrinks to from one to the next."""

MOST_ENVELOPES, MOST_TURNS = 6, 30
ENOUGH = 4
"""Samples on the parabola for each column in use, from which the envelope is narrow enough."""

CLOSE = 1e-2
"""Unmet conditions, relative to alpha, with which an envelope is left."""

AMONG = 3
"""Nearly met samples for each that is chosen."""

INDEPENDENT = 1e-8
"""Least pivot of the factorisation, relative to the largest."""


@dataclass(frozen=True, eq=False)
class Near:
    """Rows (k,) on their kink, columns (k,) in use with their signs, and the samples (n,) above y."""

    rows: Indices
    used: Indices
    signs: Floats
    is_above: Mask


def near_vertex(
    instance: Instance, separable: Separable, columns: ScaledColumns, alpha: float
) -> Near | None:
    """A vertex that may be near the solution at alpha; None where the envelopes show none."""
    points = _narrow_fit(instance, separable, alpha)
    if points is None:
        return None
    w, eta = points.W[:, 0], points.etas[0]
    used = np.flatnonzero(w)
    signs = np.sign(w[used])
    if columns.has_intercept:
        used, signs = np.append(used, len(w)), np.append(signs, 1.0)
    k = len(used)
    distance = np.abs(eta - instance.y)
    if not 0 < k < len(distance):
        return None
    nearest = np.argsort(distance, kind="stable")[: AMONG * k]
    held = np.column_stack([columns.take(column)[nearest] for column in used.tolist()])
    held /= (distance[nearest] + 1e-3 * distance.mean() + 1e-300)[:, None]
    triangle, order = linalg.qr(held.T, mode="r", pivoting=True, check_finite=False)
    pivots = np.abs(np.diagonal(triangle))
    if len(pivots) < k or not pivots[k - 1] > INDEPENDENT * pivots[0]:
        return None
    return Near(nearest[order[:k]], used, signs, eta > instance.y)


def _narrow_fit(instance: Instance, separable: Separable, alpha: float) -> Points | None:
    """The fit of an envelope on whose parabola few samples are left; None where none is solved."""
    assert isinstance(instance.loss, PiecewiseLinear)
    lower, upper = instance.loss.slopes
    found, alphas = None, np.array([alpha])
    w, b = np.zeros((instance.n_features, 1)), np.array([instance.null_intercept])
    eta, width = np.full(instance.n_samples, b[0]), np.inf
    for _ in range(MOST_ENVELOPES):
        size = float(instance.sample_weight @ np.abs(eta - instance.y))
        width = min(WIDTH * size, NARROWER * width)
        if not width > 0:
            return found
        smooth = replace(instance, loss=Envelope(lower, upper, np.zeros(len(eta)), width))
        points = _fitted(GramNewton(smooth, separable), alphas, w, b)
        if points is None:
            return found
        found, w, b, eta = points, points.W, points.intercepts, points.etas[0]
        if np.count_nonzero(points.curvatures) <= ENOUGH * (np.count_nonzero(w) + 1):
            return found
    return found


def _fitted(newton: GramNewton, alphas: Floats, w: Floats, intercepts: Floats) -> Points | None:
    points = newton.at(alphas, w, intercepts)
    for _ in range(MOST_TURNS):
        if not points.totals[0] > 0:
            return None
        Z = newton.pulls(points)
        ratios = newton.ratios(points, Z)
        if newton.unmet(points, Z, ratios)[0] <= CLOSE:
            return points
        near = newton.near(points, ratios)
        newton.renew(points, near)
        stepped = newton.step(points, Z, near)
        if stepped is None:
            return None
        points = stepped
    return points
