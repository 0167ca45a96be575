"""The event that the lasso chose these columns with these signs; the mathematics is in `selective.py`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import qr, solve_triangular

from ..answers.solution import Solution
from ..problem import Problem
from ..typing import Floats, Indices
from .refitting import relaxed


@dataclass(frozen=True, eq=False)
class Choice:
    """The chosen columns: `root` with G^-1 = root root', and which of them have a price."""

    features: Indices
    n_before: int  # 1 with an intercept, whose column comes first
    tested: Indices
    coefs: Floats
    estimates: Floats
    root: Floats


def read_choice(solution: Solution) -> Choice:
    """The event, of a penalty solution of L1.

    Raises
    ------
    ValueError
        Dependent chosen columns, a solution too loose for its signs to be sure, or chosen columns
        that separate the classes.
    """
    problem, instance = solution.problem, solution.problem.instance
    free = instance.unpenalised
    features = np.flatnonzero((solution.coef != 0) | free)
    before = int(problem.fit_intercept)
    columns = np.column_stack([np.ones((instance.n_samples, before)), problem.design.columns(features)])
    solved = np.concatenate([np.full(before, solution.intercept), solution.coef[features]])
    predictor = instance.predictor(solution.coef, solution.intercept)
    root = _information_root(problem, columns, predictor)
    estimates = solved - root @ (root.T @ (columns.T @ instance.gradient(predictor)))
    prices = np.where(free, 0.0, problem.norm.prices(problem.n_features))[features]  # type: ignore[attr-defined]
    pull = np.concatenate([np.zeros(before), prices * np.sign(solution.coef[features])])
    coefs = estimates - solution.alpha * (root @ (root.T @ pull))
    tested = np.flatnonzero(pull)
    if (coefs[tested] * pull[tested] <= 0).any():
        wrong = solution.feature_names[
            features[tested[int((coefs[tested] * pull[tested]).argmin())] - before]
        ]
        raise ValueError(
            f"the solution is too loose (gap {solution.certificate.gap:.1e}) to be sure of the sign of "
            f"{wrong!r}; solve with tol=1e-12."
        )
    if not problem.loss.is_quadratic and len(tested):
        free_fit = _without_price(solution)
        estimates = np.concatenate([np.full(before, free_fit.intercept), free_fit.coef[features]])
        root = _information_root(problem, columns, free_fit.predictor)
    return Choice(features, before, tested, coefs, estimates, root)


def _information_root(problem: Problem, columns: Floats, predictor: Floats) -> Floats:
    """K (k, k) with K K' the inverse of the Hessian of the mean loss in the coefficients of these columns.

    Raises
    ------
    ValueError
        If the columns are dependent.
    """
    instance = problem.instance
    curvature = problem.loss.hessian_root(predictor, instance.y, instance.sample_weight)
    triangle = qr(curvature.apply(columns), mode="economic")[1]
    scale = np.linalg.norm(triangle, axis=0)
    if len(triangle) < columns.shape[1] or (np.abs(np.diag(triangle)) <= 1e-10 * scale).any():
        raise ValueError(
            f"the {columns.shape[1]} chosen columns (intercept included) are linearly dependent, so that "
            "their coefficients are not defined; take a larger alpha or drop copies."
        )
    return np.asarray(solve_triangular(triangle, np.eye(len(triangle))))


def _without_price(solution: Solution) -> Solution:
    """Maximum likelihood on the chosen features."""
    try:
        return relaxed(solution, tol=1e-11)
    except ValueError as error:
        raise ValueError(
            f"the {len(solution.support)} chosen features have no estimate of maximum likelihood ({error}) "
            "Take a larger alpha."
        ) from None


def rooms(event: Choice, moves: Floats) -> tuple[float, float]:
    """How far t_j may fall and rise for every priced coefficient to keep its sign."""
    w, h = event.coefs[event.tested], moves[event.tested]
    rises = np.sign(w) * h
    room = np.divide(np.abs(w), np.abs(h), out=np.full(len(w), np.inf), where=h != 0)
    return float(room[rises > 0].min(initial=np.inf)), float(room[rises < 0].min(initial=np.inf))
