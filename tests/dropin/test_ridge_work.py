"""What ridge fits cost, in Gram matrices and passes over X, and that they are the fits of before."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn import linear_model

import normball as nb
from normball import dropin
from normball.designs import DenseDesign
from normball.solvers.smooth.forms import RidgePath
from normball.solvers.smooth.sample_basis import SampleBasis
from normball.solvers.terms import Condition

ALPHAS = np.geomspace(0.01, 100, 10)


def _data(n: int, p: int, order: str = "F", q: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(n + p)
    X = np.array(rng.normal(size=(n, p)) + rng.normal(size=p), order=order)  # type: ignore[call-overload]
    w = rng.normal(size=(p, q) if q else p)
    return X, X @ w + rng.normal(size=(n, q) if q else n) + 3


def _count(monkeypatch: Any, owner: type, name: str) -> list[int]:
    calls, method = [0], getattr(owner, name)

    def counted(self: Any, *arguments: Any) -> Any:
        calls[0] += 1
        return method(self, *arguments)

    monkeypatch.setattr(owner, name, counted)
    return calls


@pytest.mark.parametrize(("n", "p", "q"), [(120, 15, 0), (90, 12, 3), (40, 70, 0)])
@pytest.mark.parametrize("scoring", [None, "neg_mean_absolute_error"])
def test_folds_share_their_equations_among_strengths(
    n: int, p: int, q: int, scoring: str | None, monkeypatch: Any
) -> None:
    X, y = _data(n, p, q=q)
    grams = _count(monkeypatch, DenseDesign, "gram" if p < n else "sample_gram")
    chosen = dropin.RidgeCV(alphas=ALPHAS, cv=5, scoring=scoring).fit(X, y)
    assert grams[0] <= 6  # a fold each, and the fit to all samples
    theirs = linear_model.RidgeCV(alphas=ALPHAS, cv=5, scoring=scoring).fit(X, y)
    assert chosen.alpha_ == theirs.alpha_
    assert chosen.best_score_ == pytest.approx(theirs.best_score_, rel=1e-10)
    np.testing.assert_allclose(chosen.coef_, theirs.coef_, atol=1e-10)
    np.testing.assert_allclose(chosen.intercept_, theirs.intercept_, atol=1e-10)


def test_weights_are_routed_by_scikit_learn() -> None:
    X, y = _data(60, 8)
    weights = np.random.default_rng(0).uniform(0.1, 2, 60)
    chosen = dropin.RidgeCV(alphas=ALPHAS, cv=4).fit(X, y, sample_weight=weights)
    theirs = linear_model.RidgeCV(alphas=ALPHAS, cv=4).fit(X, y, sample_weight=weights)
    assert chosen.alpha_ == theirs.alpha_
    np.testing.assert_allclose(chosen.coef_, theirs.coef_, atol=1e-10)


@pytest.mark.parametrize(("n", "p"), [(300, 20), (25, 80)])
@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("alpha", [1e-4, 0.1, 10.0])
def test_a_ridge_fit_is_one_factorisation(n: int, p: int, fit_intercept: bool, alpha: float) -> None:
    X, y = _data(n, p)
    weights = np.random.default_rng(1).uniform(0.5, 2, n)
    problem = nb.Problem(X, y, norm="squared_l2", fit_intercept=fit_intercept, sample_weight=weights)
    found = problem.solve(alpha=alpha, tol=1e-12)
    assert found.converged
    assert problem.design.n_passes <= 10  # whatever alpha is
    instance = nb.Problem(
        X, y, norm="squared_l2", fit_intercept=fit_intercept, sample_weight=weights
    ).instance
    newton = RidgePath(instance).meet(Condition("penalty", alpha), 1e-12)
    assert newton is not None
    np.testing.assert_allclose(found.coef, newton.w, atol=1e-10 * np.abs(newton.w).max())


@pytest.mark.parametrize("order", ["F", "C"])
@pytest.mark.parametrize(("n", "p"), [(3_000, 80), (80, 3_000)])
def test_gram_matrices_of_several_blocks(n: int, p: int, order: str) -> None:
    X, _ = _data(n, p, order)
    design, weights = DenseDesign(X), np.random.default_rng(2).uniform(0.5, 2, n)
    weights /= weights.sum()
    means = weights @ X
    if p < n:
        found, expected = design.gram(weights, True, means)[0], (X - means).T * weights @ (X - means)
    else:
        found, expected = design.sample_gram(np.ones(p)), X @ X.T
    np.testing.assert_allclose(found, expected, atol=1e-11 * np.abs(expected).max())


@pytest.mark.parametrize("shift", [0.0, 0.5, 1e3])
@pytest.mark.parametrize("centre", [True, False])
def test_the_matrix_of_alike_columns_is_that_of_the_basis(shift: float, centre: bool) -> None:
    rng = np.random.default_rng(3)
    X, v = rng.normal(size=(12, 30)) + shift, rng.uniform(0.5, 2, 12)
    v /= v.sum()
    means = v @ X if centre else np.zeros(30)
    basis = SampleBasis(DenseDesign(X), v, means, centre)
    T = basis.basis.T @ (np.sqrt(v)[:, None] * (X - means))
    np.testing.assert_allclose(basis.matrix, T @ T.T, atol=1e-13 * np.trace(T @ T.T))


def test_the_samples_side_reads_x_twice() -> None:
    X, _ = _data(25, 80)
    X -= X.mean(axis=0) - 0.1
    design, v = DenseDesign(X), np.full(25, 1 / 25)
    means = v @ X
    before = design.n_passes
    basis = SampleBasis(design, v, means, True)
    assert design.n_passes - before == 2  # mean squares and the matrix
    np.testing.assert_allclose(basis.squares, X.var(axis=0), rtol=1e-12)


@pytest.mark.parametrize("order", ["F", "C"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_mean_squares(order: str, dtype: type) -> None:
    X = _data(50, 7, order)[0].astype(dtype)
    for v in (np.full(50, 0.02), np.linspace(0, 1, 50)):
        np.testing.assert_allclose(DenseDesign(X).mean_squares(v), v @ X.astype(float) ** 2, rtol=1e-12)


@pytest.mark.parametrize("fit_intercept", [True, False])
def test_sizes_of_columns_come_with_a_gram_matrix(fit_intercept: bool) -> None:
    X, y = _data(60, 5)
    instances = [nb.Problem(X, y, fit_intercept=fit_intercept).instance for _ in range(2)]
    _ = instances[0].gram
    passes = instances[0].design.n_passes
    np.testing.assert_allclose(instances[0].sizes, instances[1].sizes, rtol=1e-12)
    assert instances[0].design.n_passes == passes
