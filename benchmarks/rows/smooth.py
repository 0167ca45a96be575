"""Norms without corners: ridge, logistic and multinomial fits with the squared L2 norm."""

from __future__ import annotations

import numpy as np
from contest import Contender, Row
from scipy import sparse

from .common import (
    Fit,
    Weights,
    classes,
    columns,
    multinomial,
    normball,
    null_scale,
    objective,
    one,
    rng,
    signal,
    solve_own,
)


def _dense(n: int, p: int, alpha: float = 1e-3) -> Fit:
    X = columns(n, p, 0.5)
    return Fit(X, classes(signal(X, 20)), "logistic", np.array([alpha]))


def _sparse(n: int, p: int, per_row: int) -> Fit:
    draw = rng()
    index = draw.integers(0, p, size=(n, per_row))
    values = np.abs(draw.standard_normal((n, per_row))) + 0.1
    X = sparse.csr_array((values.ravel(), (np.repeat(np.arange(n), per_row), index.ravel())), shape=(n, p))
    return Fit(X, classes(signal(X, p // 10)), "logistic", np.array([1 / n]))


def _scikit_learn(solver: str):
    def solve(data: Fit, tolerance: float) -> Weights:
        from sklearn.linear_model import LogisticRegression

        model = LogisticRegression(
            C=data.inverse_strength, solver=solver, tol=tolerance, max_iter=10_000
        ).fit(data.X, data.y)
        return one(model.coef_, model.intercept_)

    return solve


PEERS = (
    Contender("scikit-learn lbfgs", "sklearn", (1e-4, 1e-6, 1e-8, 1e-10), _scikit_learn("lbfgs")),
    Contender(
        "scikit-learn newton-cholesky", "sklearn", (1e-4, 1e-6, 1e-8, 1e-10), _scikit_learn("newton-cholesky")
    ),
)


def _logistic(n: int, p: int, bar: float, per_row: int = 0, is_slow: bool = False) -> Row:
    def make() -> Fit:
        return _sparse(n, p, per_row) if per_row else _dense(n, p)

    kind = f"sparse, {per_row} entries a row" if per_row else ""
    return Row(
        f"logistic-l2-{n}x{p}",
        "logistic + L2" + (f" ({kind})" if kind else ""),
        f"{n:,} x {p:,}",
        make,
        objective,
        null_scale,
        (normball(solve_own("squared_l2")), *(PEERS[:1] if per_row or p > 6000 else PEERS)),
        bar=bar,
        is_slow=is_slow,
    )


def _digits() -> Fit:
    from sklearn.datasets import load_digits

    X, y = load_digits(return_X_y=True)
    return Fit(X / 16, y, "multinomial", np.array([1 / len(y)]))


def _own_multinomial(data: Fit, tolerance: float) -> Weights:
    import normball as nb

    model = nb.Classifier("squared_l2", alpha=data.alpha, tol=tolerance).fit(data.X, data.y)
    return Weights(model.coef_, model.intercept_)


def _logistic_cv(module: str):
    def solve(data: Fit, tolerance: float) -> Weights:
        from importlib import import_module

        model = import_module(module).LogisticRegressionCV(Cs=10, cv=5, tol=tolerance, max_iter=10_000)
        model.fit(data.X, data.y)
        return Weights(model.coef_, np.append(model.intercept_, model.C_[0]))

    return solve


def _held_out(data: Fit, found: Weights) -> tuple[np.ndarray, float]:
    """The objective of the final fit, at the strength that it chose."""
    chosen = Fit(data.X, data.y, data.loss, np.array([1 / (len(data.y) * found.intercepts[-1])]))
    return multinomial(chosen, Weights(found.coefs, found.intercepts[:-1]))


def _ridge_data(n: int, p: int) -> Fit:
    X = columns(n, p, 0.5)
    return Fit(X, signal(X, 20) + rng(3).standard_normal(n), "squared_error", np.array([0.1]))


def _ridge(module: str, solver: str = "auto"):
    def solve(data: Fit, tolerance: float) -> Weights:
        from importlib import import_module

        model = import_module(module).Ridge(alpha=len(data.y) * data.alpha).fit(data.X, data.y)
        return one(model.coef_, model.intercept_)

    return solve


def _ridge_cv(module: str):
    def solve(data: Fit, tolerance: float) -> Weights:
        from importlib import import_module

        model = import_module(module).RidgeCV(alphas=np.geomspace(1e-2, 1e3, 10), cv=5).fit(data.X, data.y)
        return one(model.coef_, [model.intercept_, model.alpha_])

    return solve


def _ridge_chosen(data: Fit, found: Weights) -> tuple[np.ndarray, float]:
    n = len(data.y)
    chosen = Fit(data.X, data.y, data.loss, np.array([found.intercepts[1] / n]))
    return objective(chosen, one(found.coefs, found.intercepts[0]))


def _own_ridge(data: Fit, tolerance: float) -> Weights:
    import normball as nb

    model = nb.Regressor("squared_l2", alpha=data.alpha).fit(data.X, data.y)
    return one(model.coef_, model.intercept_)


def _ridge_row(n: int, p: int, bar: float) -> Row:
    contenders = (
        normball(_ridge("normball.dropin"), (1e-8,)),
        Contender("scikit-learn", "sklearn", (1e-4,), _ridge("sklearn.linear_model")),
    )
    return Row(
        f"ridge-{n}x{p}",
        "Ridge",
        f"{n:,} x {p:,}",
        lambda: _ridge_data(n, p),
        objective,
        null_scale,
        contenders,
        bar=bar,
    )


ROWS = [
    _logistic(500, 5_000, 1.5),
    _logistic(5_000, 1_000, 1.5),
    _logistic(100_000, 50, 1.0),
    _logistic(1_000, 20, 1.0),
    _logistic(1_000_000, 50, 1.0, is_slow=True),
    _logistic(6_000, 15_000, 1.5, per_row=60),
    _logistic(2_000, 5_000, 1.5, per_row=60),
    _logistic(20_000, 50_000, 1.5, per_row=60),
    Row(
        "multinomial-l2-digits",
        "multinomial + L2",
        "digits, 1,797 x 64, 10 classes",
        _digits,
        multinomial,
        lambda data: np.log(10.0),
        (
            normball(_own_multinomial),
            Contender("scikit-learn lbfgs", "sklearn", (1e-4, 1e-6, 1e-8), _scikit_learn("lbfgs")),
            Contender("scikit-learn newton-cg", "sklearn", (1e-4, 1e-6, 1e-8), _scikit_learn("newton-cg")),
        ),
        bar=1.5,
    ),
    Row(
        "logistic-cv-digits",
        "LogisticRegressionCV, 10 C x 5 folds",
        "digits",
        _digits,
        _held_out,
        lambda data: np.log(10.0),
        (
            normball(_logistic_cv("normball.dropin"), (1e-4,)),
            Contender("scikit-learn lbfgs", "sklearn", (1e-4, 1e-6), _logistic_cv("sklearn.linear_model")),
        ),
        accuracy=1e-6,
        bar=1.0,
    ),
    _ridge_row(2_000, 500, 1.2),
    _ridge_row(300, 3_000, 1.2),
    Row(
        "ridge-cv",
        "RidgeCV, 10 alphas x 5 folds",
        "2,000 x 500",
        lambda: _ridge_data(2_000, 500),
        _ridge_chosen,
        null_scale,
        (
            normball(_ridge_cv("normball.dropin"), (1e-8,)),
            Contender("scikit-learn", "sklearn", (1e-4,), _ridge_cv("sklearn.linear_model")),
        ),
        bar=1.5,
    ),
    Row(
        "regressor-l2-100000x50",
        'Regressor("squared_l2")',
        "100,000 x 50",
        lambda: _ridge_data(100_000, 50),
        objective,
        null_scale,
        (
            normball(_own_ridge, (1e-8,)),
            Contender("scikit-learn", "sklearn", (1e-4,), _ridge("sklearn.linear_model")),
        ),
        bar=1.2,
    ),
]
