"""Squared L2 with columns in unlike units: no column is lost, in any form, beside extended precision."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import sparse
from sklearn.linear_model import RidgeCV as TheirRidgeCV
from sklearn.preprocessing import PolynomialFeatures

import normball as nb
from normball import dropin
from normball.solvers.smooth.sample_basis import SampleBasis
from normball.solvers.smooth.shifted_system import ShiftedSystem

Floats = np.ndarray

UNITS = {
    "one large": lambda rng, p: np.where(np.arange(p) == p // 2, 1e7, 1.0),
    "any": lambda rng, p: 10.0 ** rng.uniform(-6, 6, p),
    "three sizes": lambda rng, p: 10.0 ** rng.choice([-4.0, 0.0, 4.0], p),
    "one small": lambda rng, p: np.where(np.arange(p) == 1, 1e-8, 1.0),
}
every_unit = pytest.mark.parametrize("units", UNITS)
every_shape = pytest.mark.parametrize("shape", [(60, 9), (30, 30), (25, 70)])


def table(units: str, shape: tuple[int, int], seed: int = 0) -> tuple[Floats, Floats, Floats]:
    """X, y and the sizes of the columns."""
    rng = np.random.default_rng(seed)
    Z, sizes = rng.normal(size=shape), UNITS[units](rng, shape[1])
    return Z * sizes, Z[:, :3].sum(axis=1) + 0.3 * rng.normal(size=shape[0]), sizes


def exact(X: Floats, y: Floats, v: Floats, alpha: float, has_intercept: bool) -> Floats:
    """Weights by orthogonalising [V^1/2 X; alpha^1/2 I] twice, in extended precision."""
    X, y, v = (array.astype(np.longdouble) for array in (X, y, v))
    if has_intercept:
        X, y = X - v @ X, y - v @ y
    root, p = np.sqrt(v), X.shape[1]
    A = np.vstack([root[:, None] * X, np.sqrt(np.longdouble(alpha)) * np.eye(p, dtype=np.longdouble)])
    sizes = np.sqrt((A**2).sum(axis=0))
    Q, R = A / sizes, np.zeros((p, p), dtype=np.longdouble)
    for j in range(p):
        for _ in range(2):
            along = Q[:, :j].T @ Q[:, j]
            R[:j, j] += along
            Q[:, j] -= Q[:, :j] @ along
        R[j, j] = np.sqrt(Q[:, j] @ Q[:, j])
        Q[:, j] /= R[j, j]
    w, rhs = np.zeros(p, dtype=np.longdouble), Q[: len(y)].T @ (root * y)
    for j in range(p - 1, -1, -1):
        w[j] = (rhs[j] - R[j, j + 1 :] @ w[j + 1 :]) / R[j, j]
    return np.asarray(w / sizes, dtype=np.float64)


def assert_same(found: Floats, right: Floats, rtol: float) -> None:
    """Every weight to its own digits."""
    np.testing.assert_allclose(found, right, rtol=rtol, atol=1e-300)


@every_unit
@every_shape
@pytest.mark.parametrize("has_intercept", [True, False])
def test_all_forms_are_those_of_extended_precision(
    units: str, shape: tuple[int, int], has_intercept: bool
) -> None:
    X, y, _ = table(units, shape)
    weights = np.random.default_rng(1).random(len(y)) + 0.1
    problem = nb.Problem(X, y, norm="squared_l2", sample_weight=weights, fit_intercept=has_intercept)
    for alpha in (1e-3, 0.3):
        right = exact(X, y, weights / weights.sum(), alpha, has_intercept)
        solution = problem.solve(alpha=alpha, tol=1e-11)
        assert_same(solution.coef, right, 1e-6)
        assert_same(problem.path(alphas=[10 * alpha, alpha]).coefs[1], right, 1e-8)
        assert_same(problem.solve(budget=solution.norm, tol=1e-11).coef, right, 1e-5)
        assert_same(problem.solve(target=solution.loss, tol=1e-9).coef, right, 1e-3)
    many = problem.path(alphas=np.geomspace(1e-3, 0.3, 25))
    assert many.converged
    assert_same(many.coefs[-1], exact(X, y, weights / weights.sum(), 1e-3, has_intercept), 1e-7)


@every_unit
@every_shape
def test_drop_ins_are_those_of_extended_precision(units: str, shape: tuple[int, int]) -> None:
    X, y, _ = table(units, shape)
    v = np.full(len(y), 1 / len(y))
    right = exact(X, y, v, 1 / len(y), True)
    assert_same(dropin.Ridge(alpha=1.0).fit(X, y).coef_, right, 1e-8)
    assert_same(dropin.Ridge(alpha=1.0).fit(sparse.csr_array(X), y).coef_, right, 1e-6)
    assert_same(dropin.RidgeCV(alphas=[1.0]).fit(X, y).coef_, right, 1e-8)
    both = dropin.Ridge(alpha=1.0).fit(X, np.column_stack([y, -2 * y])).coef_
    assert_same(both[0], right, 1e-8)
    assert_same(both[1], -2 * right, 1e-8)
    smooth = exact(X, y, v, 0.1, True)
    assert_same(dropin.ElasticNet(alpha=0.1, l1_ratio=0).fit(X, y).coef_, smooth, 1e-8)
    several = dropin.MultiTaskElasticNet(alpha=0.1, l1_ratio=0).fit(X, np.column_stack([y, y]))
    assert_same(several.coef_[1], smooth, 1e-5)


@pytest.mark.parametrize("degree", [2, 3, 4])
def test_polynomials_of_a_table_in_its_own_units(degree: int) -> None:
    rng = np.random.default_rng(degree)
    table = rng.uniform(size=(80, 2)) * [120, 3500] + [1900, 500]
    X = PolynomialFeatures(degree, include_bias=False).fit_transform(table)
    y = (table[:, 0] - 1950) / 10 + np.sin(table[:, 1] / 500) + 0.1 * rng.normal(size=80)
    w = exact(X, y, np.full(80, 1 / 80), 1e-3 / 80, True).astype(np.longdouble)
    right = np.asarray((X - X.mean(axis=0, dtype=np.longdouble)) @ w + y.mean(), dtype=np.float64)
    found = dropin.Ridge(alpha=1e-3).fit(X, y)
    np.testing.assert_allclose(found.predict(X), right, atol=1e-6)


@every_unit
@every_shape
def test_what_is_left_out_is_predicted_by_the_others(units: str, shape: tuple[int, int]) -> None:
    X, y, _ = table(units, shape)
    model = dropin.RidgeCV(alphas=[0.5], store_cv_results=True).fit(X, y)
    errors = model.cv_results_[:, 0]
    for i in range(0, len(y), 7):
        others = np.arange(len(y)) != i
        v = others / others.sum()
        w = exact(X[others], y[others], v[others], 0.5 / others.sum(), True)
        predicted = y[others].mean() + (X[i] - X[others].mean(axis=0)) @ w
        assert errors[i] == pytest.approx((y[i] - predicted) ** 2, rel=1e-5, abs=1e-12)
    theirs = TheirRidgeCV(alphas=[0.1, 1.0, 10.0], gcv_mode="svd").fit(X, y)
    assert dropin.RidgeCV(alphas=[0.1, 1.0, 10.0]).fit(X, y).alpha_ == theirs.alpha_


@every_unit
@every_shape
@pytest.mark.parametrize("loss", ["logistic", "poisson", "gamma", "huber"])
def test_other_losses_do_not_know_the_units(loss: str, units: str, shape: tuple[int, int]) -> None:
    """In units of its columns the same problem has prices of its own: checked by its gradient."""
    X, y, sizes = table(units, shape)
    eta = y / (1 + np.abs(y).max()) * 2
    y = {"logistic": (y > 0) * 1.0, "poisson": np.round(np.exp(eta + 1)), "gamma": np.exp(eta)}.get(loss, y)
    problem = nb.Problem(X, y, loss=loss, norm="squared_l2")
    solution = problem.solve(alpha=0.01, tol=1e-11)
    assert solution.converged
    rest = problem.gradient(solution.coef, solution.intercept) + 0.01 * solution.coef
    assert np.abs(rest / np.hypot(sizes, 0.1)).max() < 1e-6


@every_unit
@pytest.mark.parametrize("n_classes", [2, 3])
def test_logistic_drop_ins_do_not_lose_columns(units: str, n_classes: int) -> None:
    X, y, sizes = table(units, (80, 5))
    labels = np.digitize(y, [0.0] if n_classes == 2 else [-1.0, 1.0])
    model = dropin.LogisticRegression(C=10.0).fit(X, labels)
    alpha = 1 / (10.0 * len(y))
    eta = X @ np.atleast_2d(model.coef_).T + model.intercept_
    eta = np.column_stack([np.zeros(len(y)), eta]) if n_classes == 2 else eta
    P = np.exp(eta - eta.max(axis=1, keepdims=True))
    P /= P.sum(axis=1, keepdims=True)
    residual = (np.eye(n_classes)[labels] - P)[:, n_classes - len(model.coef_) :] / len(y)
    rest = X.T @ residual - alpha * model.coef_.T
    assert np.abs(rest / np.hypot(sizes, np.sqrt(alpha))[:, None]).max() < 1e-6


def test_a_drop_in_says_where_its_gap_misses(monkeypatch: pytest.MonkeyPatch) -> None:
    X, y, _ = table("any", (40, 5))
    monkeypatch.setattr(ShiftedSystem, "solve", lambda self, rhs, alphas: np.zeros_like(rhs))
    for model in (dropin.Ridge(), dropin.RidgeCV()):
        with pytest.warns(UserWarning, match="did not converge"):
            model.fit(X, y)


def test_a_logistic_drop_in_says_where_its_gap_misses(monkeypatch: pytest.MonkeyPatch) -> None:
    X, y, _ = table("one large", (40, 5))
    solve = nb.Problem.path
    monkeypatch.setattr("normball.dropin.logistic_path._one", lambda problem, alpha: (np.zeros(5), 0.0, 0.5))
    with pytest.warns(UserWarning, match="did not converge"):
        dropin.LogisticRegression().fit(X, y > 0)
    assert nb.Problem.path is solve


@pytest.mark.parametrize("centre", [True, False])
def test_the_basis_of_samples_keeps_small_columns(centre: bool) -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(12, 40)) * 10.0 ** np.repeat([8, 4, 0, -4], [3, 2, 3, 32])
    weights = rng.random(12) + 0.1
    weights /= weights.sum()
    problem: Any = nb.Problem(X, rng.normal(size=12), sample_weight=weights)
    means = weights @ X if centre else np.zeros(40)
    basis = SampleBasis(problem.design, weights, means, centre)
    assert basis.is_turned
    np.testing.assert_allclose(basis.basis.T @ basis.basis, np.eye(12 - int(centre)), atol=1e-13)
    sizes = np.sqrt(np.diagonal(basis.matrix))
    correlation = basis.matrix / np.outer(sizes, sizes)
    assert np.linalg.cond(correlation) < 1e4
    assert sizes.max() > 1e11 * sizes.min()
    turned = rng.normal(size=(12 - int(centre), 2)) / sizes[:, None]
    w = basis.weights(turned)
    np.testing.assert_allclose(basis.predictors(w), basis.matrix @ turned, atol=1e-9 * sizes.max())
