"""Quantile fits against linear programming, basis pursuit and its denoising form against SPGL1."""

from __future__ import annotations

import numpy as np
from contest import Contender, Row

from .common import Fit, Weights, columns, normball, null_scale, objective, one, rng, signal, solve_own


def _quantile(n: int, p: int, alpha: float) -> Fit:
    X = columns(n, p, 0.3)
    return Fit(X, signal(X, 10) + rng(3).standard_t(3, n), "quantile", np.array([alpha]), 1.0)


def _highs(data: Fit, tolerance: float) -> Weights:
    from sklearn.linear_model import QuantileRegressor

    model = QuantileRegressor(quantile=0.5, alpha=data.alpha, solver="highs").fit(data.X, data.y)
    return one(model.coef_, model.intercept_)


def _quantile_row(n: int, p: int, alpha: float) -> Row:
    return Row(
        f"quantile-{n}x{p}",
        f"quantile + L1, alpha {alpha:g}",
        f"{n:,} x {p:,}",
        lambda: _quantile(n, p, alpha),
        objective,
        null_scale,
        (normball(solve_own("l1")), Contender("scikit-learn HiGHS", "sklearn", (1e-7,), _highs)),
        bar=1.5,
    )


def _pursuit(n: int, p: int, k: int, noise: float) -> Fit:
    X = np.asfortranarray(rng().standard_normal((n, p)) / np.sqrt(n))
    w = np.zeros(p)
    w[rng(1).choice(p, k, replace=False)] = rng(2).standard_normal(k)
    error = noise * rng(3).standard_normal(n)
    sigma = float(np.linalg.norm(error))
    return Fit(X, X @ w + error, "squared_error", np.array([0.0]), 1.0, False, {"sigma": sigma})


def _norm_and_miss(data: Fit, found: Weights) -> tuple[np.ndarray, float]:
    """The L1 norm, and by how much more than sigma the residual is, relative to y."""
    w = np.ravel(found.coefs)
    miss = np.linalg.norm(data.X @ w - data.y) - data.rest["sigma"]
    return np.array([np.abs(w).sum()]), max(float(miss), 0.0) / float(np.linalg.norm(data.y))


def _own_pursuit(data: Fit, tolerance: float) -> Weights:
    import normball as nb

    problem = nb.Problem(data.X, data.y, fit_intercept=False)
    target = data.rest["sigma"] ** 2 / (2 * len(data.y))
    return one(problem.solve(target=target, tol=tolerance).coef)


def _spgl1(data: Fit, tolerance: float) -> Weights:
    from spgl1 import spg_bpdn

    x = spg_bpdn(
        data.X,
        data.y,
        data.rest["sigma"],
        opt_tol=tolerance,
        bp_tol=tolerance,
        dec_tol=tolerance,
        iter_lim=100_000,
        verbosity=0,
    )[0]
    return one(x)


def _l1_of_signal(data: Fit) -> float:
    return float(np.abs(rng(2).standard_normal(64)).sum())


def _pursuit_row(n: int, p: int, k: int, noise: float) -> Row:
    named = "BPDN" if noise else "basis pursuit"
    return Row(
        f"{named.replace(' ', '-').lower()}-{n}x{p}",
        named,
        f"{n:,} x {p:,}, {k} spikes",
        lambda: _pursuit(n, p, k, noise),
        _norm_and_miss,
        _l1_of_signal,
        (normball(_own_pursuit), Contender("SPGL1", "spgl1", (1e-4, 1e-6, 1e-8, 1e-9), _spgl1)),
        accuracy=1e-6,
        bar=1.5,
    )


ROWS = [
    _quantile_row(1_000, 200, 0.01),
    _quantile_row(5_000, 300, 0.01),
    _pursuit_row(500, 2_000, 50, 0.0),
    _pursuit_row(2_000, 10_000, 200, 0.0),
    _pursuit_row(1_000, 10_000, 50, 0.01),
]
