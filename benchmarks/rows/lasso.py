"""L1: single fits and paths of squared error and logistic loss, small, tall, and as benchopt poses them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from contest import Contender, Row

from .common import (
    ADELIE,
    Fit,
    Weights,
    adelie_path,
    classes,
    columns,
    critical_alpha,
    normball,
    null_scale,
    objective,
    one,
    path_own,
    rng,
    signal,
    solve_own,
)


def _tall(n: int, p: int, share: float, n_alphas: int = 1) -> Fit:
    X = columns(n, p, 0.5)
    y = classes(signal(X, 10))
    top = critical_alpha(X, y)
    alphas = np.array([share * top]) if n_alphas == 1 else top * np.geomspace(1, share, n_alphas)
    return Fit(X, y, "logistic", alphas, 1.0)


def _liblinear(data: Fit, tolerance: float) -> Weights:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(
        l1_ratio=1.0,
        C=data.inverse_strength,
        solver="liblinear",
        tol=tolerance,
        max_iter=100_000,
        intercept_scaling=1e4,
    )
    model.fit(data.X, data.y)
    return one(model.coef_, model.intercept_)


def _celer_logistic(data: Fit, tolerance: float) -> Weights:
    from celer import LogisticRegression

    model = LogisticRegression(
        C=data.inverse_strength, tol=tolerance, max_iter=1000, fit_intercept=False
    ).fit(data.X, data.y)
    return one(model.coef_, 0.0)


def _logistic(n: int, p: int, share: float, bar: float) -> Row:
    return Row(
        f"logistic-l1-{n}x{p}",
        "logistic + L1",
        f"{n:,} x {p:,}",
        lambda: _tall(n, p, share),
        objective,
        null_scale,
        (
            normball(solve_own("l1")),
            Contender("scikit-learn liblinear", "sklearn", (1e-4, 1e-6, 1e-8, 1e-10), _liblinear),
            Contender("adelie", "adelie", ADELIE, adelie_path),
        ),
        bar=bar,
    )


def _logistic_path(n: int, p: int, bar: float, is_slow: bool = False) -> Row:
    return Row(
        f"logistic-l1-path-{n}x{p}",
        "logistic + L1, path of 50",
        f"{n:,} x {p:,}",
        lambda: _tall(n, p, 1e-3, 50),
        objective,
        null_scale,
        (normball(path_own), Contender("adelie", "adelie", ADELIE, adelie_path)),
        bar=bar,
        is_slow=is_slow,
    )


def _small_lasso() -> Fit:
    X = columns(442, 64, 0.0)
    y = X[:, :8].sum(axis=1) + rng(3).standard_normal(442)
    return Fit(X, y, "squared_error", np.array([0.1]), 1.0)


def _single(module: str):
    def solve(data: Fit, tolerance: float) -> Weights:
        from importlib import import_module

        options = {} if module.startswith("normball") else {"tol": tolerance}
        model = import_module(module).Lasso(alpha=data.alpha, **options).fit(data.X, data.y)
        return one(model.coef_, model.intercept_)

    return solve


def _benchopt(n: int, p: int, share: float) -> Fit:
    """benchopt's simulated lasso: independent columns, correlation 0.6, one alpha."""
    X = columns(n, p, 0.6)
    y = signal(X, 20) + 0.3 * rng(3).standard_normal(n)
    return Fit(
        X, y - y.mean(), "squared_error", np.array([share * critical_alpha(X, y)]), 1.0, fit_intercept=False
    )


def _peer_lasso(module: str):
    def solve(data: Fit, tolerance: float) -> Weights:
        from importlib import import_module

        options = {
            "fit_intercept": False,
            "tol": tolerance,
            "max_iter": 100_000 if module == "sklearn.linear_model" else 1000,
        }
        model = import_module(module).Lasso(alpha=data.alpha, **options).fit(data.X, data.y)
        return one(model.coef_, 0.0)

    return solve


def _benchopt_row(n: int, p: int, share: float) -> Row:
    return Row(
        f"lasso-{n}x{p}-{share:g}",
        f"lasso at {share:g} alpha_max",
        f"{n:,} x {p:,}",
        lambda: _benchopt(n, p, share),
        objective,
        null_scale,
        (
            normball(solve_own("l1")),
            Contender("celer", "celer", (1e-4, 1e-6, 1e-8, 1e-10), _peer_lasso("celer")),
            Contender("skglm", "skglm", (1e-4, 1e-6, 1e-8, 1e-10), _peer_lasso("skglm")),
            Contender("scikit-learn", "sklearn", (1e-4, 1e-6, 1e-8), _peer_lasso("sklearn.linear_model")),
        ),
        bar=1.0,
    )


def _wide_logistic() -> Fit:
    """benchopt's simulated logistic with L1, without an intercept."""
    X = columns(500, 5_000, 0.6)
    y = classes(signal(X, 20))
    alpha = 0.1 * float(np.abs(X.T @ (y - 0.5)).max()) / len(y)
    return replace(Fit(X, y, "logistic", np.array([alpha]), 1.0), fit_intercept=False)


ROWS = [
    _logistic(20_000, 50, 0.01, 1.2),
    _logistic(1_000, 20, 0.01, 1.2),
    _logistic_path(50_000, 50, 1.5),
    _logistic_path(200_000, 200, 1.5, is_slow=True),
    Row(
        "lasso-442x64",
        "Lasso, one fit",
        "442 x 64",
        _small_lasso,
        objective,
        null_scale,
        (
            normball(_single("normball.dropin"), (1e-8,)),
            Contender("scikit-learn", "sklearn", (1e-4, 1e-6, 1e-8), _single("sklearn.linear_model")),
        ),
        bar=1.0,
    ),
    _benchopt_row(500, 5_000, 0.1),
    _benchopt_row(500, 5_000, 0.01),
    Row(
        "logistic-l1-500x5000",
        "logistic + L1 at 0.1 alpha_max",
        "500 x 5,000",
        _wide_logistic,
        objective,
        null_scale,
        (
            normball(solve_own("l1")),
            Contender("celer", "celer", (1e-4, 1e-6, 1e-8, 1e-10), _celer_logistic),
            Contender("adelie", "adelie", ADELIE, adelie_path),
        ),
        bar=1.0,
    ),
]
