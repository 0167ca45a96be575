"""Norms of ranks on few candidates: the strong rule names them, all features are checked afterwards.

Where most weights are zero the work lies in products with columns that never enter. R on some of the
features, the others zero, is the same norm with the first prices alone, so that a problem with k
candidates costs what k columns cost. Candidates are the support of the start and what the strong
rule lets through: with c the pulls |X'(-grad f)| at the start, sorted, and prices lambda, those up
to the last k at which the sum of c + (alpha_0 - alpha) lambda - alpha lambda is greatest. What that
misses shows in the pulls at the answer, whose certificate is that of all features; it is added, and
the problem solved again. Source: Larsson, Bogdan, Wallin, "The strong screening rule for SLOPE",
NeurIPS 33 (2020), algorithm 1.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...designs.dense import DenseDesign
from ...norms.sorted_l1 import SortedL1
from ...typing import Floats, Indices
from ..certificate import certify_term
from ..instance import Instance
from ..terms import Penalty
from ..workspace import Answer, Options, Workspace
from .face_newton import Point
from .proximal_newton import solve_smooth

FEWEST_FEATURES = 500
"""From which on candidates are worth a pass over all features to find them."""

MOST_ROUNDS = 20

PER_WEIGHT, FEWEST_CANDIDATES = 2, 200
"""The strong rule lets thousands through where few enter: those of the largest pulls come first."""

SPARE_TOLERANCE = 0.5
"""Of the gap, for what the restricted problem leaves: the other half is for the features left out."""


def has_candidates(workspace: Workspace, term: Penalty) -> bool:
    """Whether a problem is of this kind."""
    instance, norm = workspace.instance, term.norm
    p = instance.n_features
    if not isinstance(norm, SortedL1) or p < FEWEST_FEATURES:
        return False
    return instance.loss.is_smooth and bool(norm.prices(p)[-1] > 0)


def solve_on_candidates(workspace: Workspace, term: Penalty, start: Point, options: Options) -> Answer:
    """Minimise f(X w + b) + alpha R(w) from `start`, over as few features as prove it."""
    instance, norm, alpha = workspace.instance, term.norm, term.alpha
    assert isinstance(norm, SortedL1)
    prices = norm.prices(instance.n_features)
    point, n_iterations, best = start, 0, None
    fall = max(start.alpha - alpha, 0.0) if np.isfinite(start.alpha) else 0.0
    index = np.flatnonzero(start.w)
    let_through = _entering(_pulls(instance, start), prices, alpha, fall)
    index = np.union1d(index, let_through[: max(PER_WEIGHT * len(index), FEWEST_CANDIDATES)])
    for _ in range(MOST_ROUNDS):
        found = _restricted(workspace, prices[: len(index)], index, term, point, options)
        n_iterations += found.n_iterations
        w = np.zeros(instance.n_features)
        w[index] = found.point.w
        point = replace(found.point, w=w)
        eta = instance.predictor(w, point.intercept)
        certificate = certify_term(instance, term, w, point.intercept, eta, options.tolerance)
        answer = Answer(point, certificate, n_iterations)
        if best is None or certificate.excess < best.certificate.excess:
            best = answer
        added = np.setdiff1d(_entering(_pulls(instance, point), prices, alpha, 0.0), index)
        if certificate.is_final or len(added) == 0 or workspace.work.is_over:
            break
        index = np.union1d(index, added)
    assert best is not None
    return best


def _pulls(instance: Instance, point: Point) -> Floats:
    """|X'(-grad f)| (p,)."""
    return np.abs(instance.design.rmatvec(instance.gradient(instance.predictor(point.w, point.intercept))))


def _entering(pulls: Floats, prices: Floats, alpha: float, fall: float) -> Indices:
    """Features (k,) that may leave zero at alpha, by pulls (p,) at an alpha that lay higher by `fall`."""
    order = np.argsort(-pulls, kind="stable")
    sums = np.cumsum(pulls[order] + (fall - alpha) * prices)
    last = len(sums) - 1 - int(np.argmax(sums[::-1]))
    return order[: last + 1] if sums[last] >= 0 else order[:0]


def _restricted(
    workspace: Workspace, prices: Floats, index: Indices, term: Penalty, start: Point, options: Options
) -> Answer:
    """The problem of the candidates alone; what it learns about the dual goes back to the workspace."""
    instance = workspace.instance
    if len(index) == 0:
        intercept = instance.best_intercept(np.zeros(instance.n_samples), start.intercept)
        eta = np.full(instance.n_samples, intercept)
        w = np.zeros(instance.n_features)
        certificate = certify_term(instance, term, w, intercept, eta, options.tolerance)
        return Answer(Point(w[:0], intercept, term.alpha), certificate, 0)
    columns = np.asfortranarray(instance.design.columns(index))
    norm = SortedL1(prices)
    few = replace(instance, design=DenseDesign(columns), norm=norm)
    inner = Workspace(few, workspace.work)
    inner.state, inner.caution = workspace.state, workspace.caution
    options = replace(options, tolerance=SPARE_TOLERANCE * options.tolerance)
    answer = solve_smooth(
        inner, Penalty(norm, term.alpha), Point(start.w[index], start.intercept, start.alpha), options
    )
    workspace.state, workspace.caution = inner.state, inner.caution
    return answer
