"""`lasso_path` and `enet_path` with scikit-learn's parameters, scale and return values."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from numbers import Integral
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning as SklearnConvergenceWarning
from sklearn.utils import check_array

from ..designs import check_storage
from ..norms import L1, ElasticNet, Norm, SquaredL2
from ..problem import Problem
from ..solvers.certificate import certify_term
from ..solvers.dispatch import BATCHES, solver_of
from ..solvers.generic.face_newton import Point
from ..solvers.in_turn import solve_one
from ..solvers.instance import Instance
from ..solvers.paths.engine import PIVOTING_RATIO, PathEngine
from ..solvers.terms import Penalty
from ..solvers.threads import suitable_threads
from ..solvers.workspace import Options
from ..solving_paths import solve_path
from ..typing import Floats
from ..warnings import quietly
from .several_responses import multitask

TOLERANCE = 1e-10
"""Relative gap of every solution, whatever `tol` asks; in practice it is 1e-13 and less."""

ALMOST_RIDGE = 1e-12
"""l1_ratio that stands for 0 where `positive` asks for one-sided prices."""


def enet_norm(l1_ratio: float, positive: bool) -> Norm:
    """The regulariser whose alpha is scikit-learn's alpha."""
    if l1_ratio == 1:
        return L1(positive=positive)
    if l1_ratio == 0 and not positive:
        return SquaredL2()
    return ElasticNet(max(float(l1_ratio), ALMOST_RIDGE), positive=positive)


def enet_path(
    X: Any,
    y: Any,
    *,
    l1_ratio: float = 0.5,
    eps: float = 1e-3,
    n_alphas: Any = "deprecated",
    alphas: Any = "warn",
    precompute: Any = "auto",
    Xy: Any = None,
    copy_X: bool = True,
    coef_init: Any = None,
    verbose: bool | int = False,
    return_n_iter: bool = False,
    positive: bool = False,
    check_input: bool = True,
    **params: Any,
) -> tuple[Any, ...]:
    """Elastic net at decreasing alphas, without an intercept; as `sklearn.linear_model.enet_path`.

    Minimises |y - Xw|^2 / (2 n) + alpha (l1_ratio |w|_1 + (1 - l1_ratio) |w|_2^2 / 2); with
    several targets the rows of W take the place of the entries of w (|W|_21).

    Parameters
    ----------
    X : (n, p) array or sparse matrix ; y : (n,) or (n, k)
    l1_ratio, eps, n_alphas, alphas, coef_init, return_n_iter, positive
        As there. `alphas` is an int (how many) or the alphas themselves.
    precompute, Xy, copy_X, verbose, check_input
        Accepted. X is never copied or changed, and a Gram matrix is formed where it pays.
    **params
        `tol`, `max_iter`, `selection`, `random_state`, `do_screening`, `sample_weight`,
        `X_offset`, `X_scale` as there. Every solution is brought to a relative duality gap of
        1e-10 at least, whatever `tol` and `max_iter`.

    Returns
    -------
    alphas : (k,) ; coefs : (p, k) or (n_targets, p, k) ; dual_gaps : (k,)
        The gaps on the scale of the objective.
    n_iters : list of int, if return_n_iter
        0 where `coef_init` was the solution already, 1 where it had the support, otherwise the
        steps of the path from alpha_max.

    Warns
    -----
    sklearn.exceptions.ConvergenceWarning
        If a gap is above tol |y|^2 / n.

    Raises
    ------
    ValueError
        As scikit-learn.
    """
    offset = params.pop("X_offset", None)
    sample_weight = params.pop("sample_weight", None)
    tolerance = float(params.pop("tol", 1e-4))
    selection = params.pop("selection", "cyclic")
    for accepted in ("X_scale", "max_iter", "random_state", "do_screening"):
        params.pop(accepted, None)
    if params:
        raise ValueError("Unexpected parameters in params", params.keys())
    if selection not in ("random", "cyclic"):
        raise ValueError("selection should be either random or cyclic.")
    if check_input:
        check_storage(X)
        X = check_array(X, accept_sparse="csc", dtype=[np.float64, np.float32], order="F")
        y = check_array(y, accept_sparse="csc", dtype=X.dtype.type, order="F", ensure_2d=False)
    y = np.asarray(y.toarray() if hasattr(y, "toarray") else y)
    if y.ndim != 1 and positive:
        raise ValueError("positive=True is not allowed for multi-output (y.ndim != 1)")
    # dense data come centred and weighted; sparse data are centred while they are read
    weight = sample_weight if sparse.issparse(X) else None
    is_centred = sparse.issparse(X) and offset is not None and bool(np.any(offset))
    wanted = _alphas_wanted(n_alphas, alphas)

    def grid(alpha_max: float) -> Floats:
        return _grid(wanted, alpha_max, eps)

    if y.ndim == 1:
        problem = Problem(
            X, y, norm=enet_norm(l1_ratio, positive), fit_intercept=is_centred, sample_weight=weight
        )
        chosen, coefs, gaps, n_iters = _single_path(problem, grid, coef_init)
    else:
        chosen, coefs, gaps, n_iters = multitask(
            X, y, l1_ratio, grid, coef_init, tolerance, weight, is_centred
        )
    warn_if_loose(gaps, tolerance, float((y.astype(np.float64) ** 2).sum()) / len(y))
    coefs = coefs.astype(X.dtype, copy=False)
    return (chosen, coefs, gaps, n_iters) if return_n_iter else (chosen, coefs, gaps)


def lasso_path(X: Any, y: Any, **options: Any) -> tuple[Any, ...]:
    """The lasso at decreasing alphas: `enet_path` with l1_ratio=1; as `sklearn.linear_model.lasso_path`."""
    return enet_path(X, y, l1_ratio=1.0, **options)


def _alphas_wanted(n_alphas: Any, alphas: Any) -> Any:
    """How many alphas, or which."""
    if not isinstance(n_alphas, str):
        warnings.warn(
            "'n_alphas' was deprecated in 1.9 and will be removed in 1.11 of scikit-learn; "
            "give 'alphas' the number instead.",
            FutureWarning,
            stacklevel=3,
        )
        return int(n_alphas)
    if alphas is None:
        warnings.warn(
            "'alphas=None' is deprecated and will be removed in 1.11 of scikit-learn; give 100 instead.",
            FutureWarning,
            stacklevel=3,
        )
    return 100 if alphas is None or isinstance(alphas, str) else alphas


def _grid(wanted: Any, alpha_max: float, eps: float) -> Floats:
    if not isinstance(wanted, Integral):
        return np.sort(np.asarray(wanted, dtype=np.float64))[::-1]
    if not np.isfinite(alpha_max):
        raise ValueError(
            "Automatic alpha grid generation is not supported for l1_ratio=0. Please supply a grid by "
            "providing your estimator with the appropriate `alphas=` argument."
        )
    least = np.finfo(np.float64).resolution
    if alpha_max <= least:
        return np.full(int(wanted), least)
    return alpha_max * np.geomspace(1.0, eps, int(wanted))


def _single_path(
    problem: Problem, grid: Callable[[float], Floats], coef_init: Any
) -> tuple[Floats, Floats, Floats, list[int]]:
    """Alphas (k,), coefs (p, k), gaps (k,) and steps of the path to each alpha."""
    instance = problem.instance
    alphas, scale = grid(problem.alpha_max), instance.scale
    coefs, gaps = np.zeros((problem.n_features, len(alphas))), np.zeros(len(alphas))
    positive = alphas > 0
    if len(alphas) == 1 and positive.all() and coef_init is not None and np.any(coef_init):
        found = _from_start(instance, np.array(coef_init, dtype=np.float64), float(alphas[0]))
        if found is not None:
            return alphas, found[0][:, None], np.array([found[1] * scale]), [found[2]]
    with suitable_threads(problem.design.shape):
        if positive.any():
            with quietly():  # told on scikit-learn's scale by `warn_if_loose`
                path = solve_path(problem, "penalty", alphas[positive], TOLERANCE, False)
            coefs[:, positive], gaps[positive] = path.coefs.T, path.gaps * scale
        if not positive.all():
            answer = solve_one(instance, "penalty", 0.0, Options(TOLERANCE))
            coefs[:, ~positive] = answer.point.w[:, None]
            gaps[~positive] = answer.certificate.gap * scale
    largest = problem.alpha_max if np.isfinite(problem.alpha_max) else float(alphas[0])
    ratios = np.maximum(alphas, np.finfo(float).tiny) / max(largest, np.finfo(float).tiny)
    steps = 1 + np.ceil(np.log(np.minimum(ratios, 1.0)) / np.log(PIVOTING_RATIO))
    return alphas, coefs, gaps, [int(step) for step in steps]


def _from_start(instance: Instance, w: Floats, alpha: float) -> tuple[Floats, float, int] | None:
    """Weights, relative gap and steps (0: w itself, 1: from its support), where w is near the solution."""
    if not np.isfinite(instance.norm.value(w)):
        return None
    gap = _gap(instance, w, alpha)
    if gap <= TOLERANCE:
        return w, gap, 0
    if solver_of(instance) in BATCHES:
        near = PathEngine(instance, TOLERANCE).from_nearby(alpha, Point(w, 0.0, alpha))
        if near is not None:
            return near.w, _gap(instance, near.w, alpha), 1
    return None


def _gap(instance: Instance, w: Floats, alpha: float) -> float:
    """Relative gap of w at alpha, with the best intercept for centred data."""
    linear = instance.design.matvec(w)
    intercept = instance.best_intercept(linear, 0.0)
    term = Penalty(instance.norm, alpha)
    return certify_term(instance, term, w, intercept, linear + intercept, TOLERANCE).gap


LOOSE = 1e-8
"""Gap over the loss at w = 0 from which a fit that has no criterion of its own counts as unconverged."""


def warn_of_gaps(gaps: Floats, sizes: Floats | float) -> None:
    """scikit-learn's warning where a gap (k,) is above 1e-8 of the loss at w = 0 (k,)."""
    excess = gaps - LOOSE * np.asarray(sizes)
    if not (excess <= 0).all():
        worst = int(np.argmax(np.where(np.isnan(excess), np.inf, excess)))
        size = float(np.broadcast_to(sizes, gaps.shape)[worst])
        warnings.warn(
            f"The fit did not converge. Duality gap: {gaps[worst]:.3e}, tolerance: {LOOSE * size:.3e}; "
            "columns of similar size help.",
            SklearnConvergenceWarning,
            stacklevel=4,
        )


def warn_if_loose(gaps: Floats, tolerance: float, size: float) -> None:
    """scikit-learn's warning, by its own criterion: gap <= tol |y|^2 / n, `size` being |y|^2 / n."""
    worst = float(gaps.max(initial=0.0))
    if worst > tolerance * size:
        warnings.warn(
            f"Objective did not converge. You might want to increase the number of iterations. Duality gap: "
            f"{worst:.3e}, tolerance: {tolerance * size:.3e}",
            SklearnConvergenceWarning,
            stacklevel=4,
        )
