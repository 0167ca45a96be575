"""The picture of a state as a `Problem`: the same few samples that the page draws.

With d the direction of `ellipse_angle` (and `tilt`), rho = `ellipse_ratio` and
H^(1/2) = (I + (rho - 1) d d') / sqrt(rho), level sets are rho times as long as wide. Squared
error is f(w) = |H^(1/2) (w - c)|^2 / 2 with c = (cx, cy, cz). The other losses get rows
x = s H^(1/2) z for a few whitened z (`patterns` in `state.json`) and responses that make c
the optimum: residuals symmetric around 0 (Huber), with their q-quantile at 0 (quantile), both
labels with weights sigmoid(+-x'c) (logistic), and exp(x'c) for log links.
"""

from __future__ import annotations

from math import floor
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np

from ..answers.solution import Solution
from ..losses import Gamma, Huber, Logistic, Loss, Poisson, Quantile, SquaredError, Tweedie
from ..norms import L1, L2, ElasticNet, GroupL2, LInf, Lp, Norm, SortedL1, SquaredL2
from ..problem import Problem
from ..typing import Floats
from .state import State, table

GROUPS = {"12|3": [[0, 1], [2]], "1|23": [[0], [1, 2]], "123": [[0, 1, 2]], "1|2|3": [[0], [1], [2]]}


class Samples(NamedTuple):
    """Rows of the picture: X (n, dims), y (n,), weights (n,)."""

    X: Floats
    y: Floats
    weights: Floats


def picture_problem(state: State) -> Problem:
    """The problem of a whole state (see `read_state`); no intercept, `dims` features."""
    samples = _samples(state)
    names = [f"w{i + 1}" for i in range(state["dims"])]
    return Problem(
        samples.X,
        samples.y,
        loss=_loss(state),
        norm=_norm(state),
        fit_intercept=False,
        sample_weight=samples.weights,
        feature_names=names,
    )


def solve_picture(state: State) -> Solution:
    """The state's picture in the form that the state holds, solved to a gap of 1e-11."""
    form = state["form"]
    return picture_problem(state).solve(**{form: state[form]}, tol=1e-11)


def answer_of(state: State) -> dict[str, Any]:
    """What the page compares itself with, as JSON holds it: None for numbers that are not finite."""
    start = perf_counter()
    solution = solve_picture(state)
    return {
        "coef": solution.coef.tolist(),
        "gap": _finite(solution.certificate.gap),
        "alpha": _finite(solution.alpha),
        "budget": _finite(solution.norm),
        "target": _finite(solution.loss),
        # of a ball that makes no zeros the last digit decides which piece is touched
        "kind": solution.contact.kind if solution.problem.norm.makes_zeros else None,
        "zeros": int(solution.n_zeros),
        "converged": bool(solution.converged),
        "seconds": perf_counter() - start,
    }


def _finite(number: float) -> float | None:
    return float(number) if np.isfinite(number) else None


def _direction(angle: float, tilt: float, dims: int) -> Floats:
    a, t = np.deg2rad(angle), np.deg2rad(tilt) if dims == 3 else 0.0
    d = np.array([np.cos(a) * np.cos(t), np.sin(a) * np.cos(t), np.sin(t)])[:dims]
    # cos(90 degrees) is 6e-17 in floating point; whoever turns a line upright means 0
    d[np.abs(d) < 1e-15] = 0.0
    return d


def _samples(state: State) -> Samples:
    dims, loss = state["dims"], state["loss"]
    if loss == "equation":
        return _plain(_direction(state["angle"], state["tilt"], dims)[None, :], np.array([state["offset"]]))
    centre = np.array([state["cx"], state["cy"], state["cz"]])[:dims]
    d = _direction(state["ellipse_angle"], state["tilt"], dims)
    ratio = state["ellipse_ratio"]
    root = (np.eye(dims) + (ratio - 1) * np.outer(d, d)) / np.sqrt(ratio)
    if loss == "squared_error":
        X = np.sqrt(dims) * root
        return _plain(X, X @ centre)
    patterns = table()["patterns"]
    X = patterns["spread"][loss] * np.array(patterns["directions"][str(dims)]) @ root
    if loss in ("huber", "quantile"):
        residuals = np.array(patterns["residuals"][loss])
        if loss == "quantile":
            residuals = (
                residuals - residuals[min(floor(state["quantile"] * len(residuals)), len(residuals) - 1)]
            )
        return _plain(np.repeat(X, len(residuals), axis=0), (X @ centre)[:, None] + residuals)
    if loss == "logistic":
        odds = 1 / (1 + np.exp(-X @ centre))
        return Samples(np.vstack([X, X]), np.repeat([1.0, 0.0], len(X)), np.concatenate([odds, 1 - odds]))
    X = np.vstack([X, -X])
    return _plain(X, np.exp(X @ centre))


def _plain(X: Floats, y: Floats) -> Samples:
    return Samples(X, np.ravel(y), np.ones(len(X)))


def _loss(state: State) -> Loss:
    match state["loss"]:
        case "huber":
            return Huber(state["delta"])
        case "quantile":
            return Quantile(state["quantile"])
        case "tweedie":
            return Tweedie(state["power"])
        case "logistic":
            return Logistic()
        case "poisson":
            return Poisson()
        case "gamma":
            return Gamma()
    return SquaredError()


def _norm(state: State) -> Norm:
    dims = state["dims"]
    match state["norm"]:
        case "l1":
            return L1(weights=np.array([state["weight1"], state["weight2"], state["weight3"]])[:dims])
        case "lp":
            p = float(state["p"]) if dims == 2 else max(float(state["p"]), 1.0)  # in space balls are convex
            return {1.0: L1(), 2.0: L2()}.get(p) or Lp(p)
        case "elastic_net":
            return ElasticNet(state["l1_ratio"])
        case "group_l2":
            groups = [[i for i in group if i < dims] for group in GROUPS[state["groups"]]]
            return GroupL2([group for group in groups if group])
        case "sorted_l1":
            return SortedL1(weights=state["slope"] ** np.arange(dims))
        case "l2":
            return L2()
        case "linf":
            return LInf()
    return SquaredL2()
