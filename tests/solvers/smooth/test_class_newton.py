"""Several classes with the squared L2 norm: stationary points, whatever the storage and the scales."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import sparse
from scipy.special import softmax

import normball as nb
from normball.designs import as_design
from normball.designs.sparse import SparseDesign
from normball.solvers.classes.likelihood import ClassLikelihood
from normball.solvers.smooth import class_newton


def table(n: int, p: int, spread: float) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(n + p)
    Z = rng.standard_normal((n, p)) * (rng.random((n, p)) < 0.3)
    y = (Z[:, :3] + rng.gumbel(size=(n, 3))).argmax(axis=1)
    return Z * np.geomspace(1 / spread, spread, p), y


def stationarity(model: nb.Classifier, X: np.ndarray, y: np.ndarray, alpha: float) -> float:
    """Largest entry of the gradient in W and b, relative to that at W = 0 for each feature."""
    Z = X.astype(np.longdouble)
    rest = (softmax(Z @ model.coef_.T + model.intercept_, axis=1) - np.eye(3)[y]) / len(y)
    in_W = Z.T @ rest + alpha * model.coef_.T
    size = np.abs(Z).mean(axis=0)[:, None] + alpha * np.abs(model.coef_.T) + 1e-300
    return float(max(np.abs(in_W / size).max(), np.abs(rest.sum(axis=0)).max()))


@pytest.mark.parametrize("storage", ["dense", "sparse"])
@pytest.mark.parametrize(
    ("n", "p", "spread", "alpha"),
    [(300, 10, 1.0, 1e-3), (300, 10, 1e3, 1e-3), (30, 80, 1.0, 1e-2), (400, 60, 1.0, 1e-6), (9, 4, 1.0, 0.1)],
)
def test_the_fit_is_stationary(n: int, p: int, spread: float, alpha: float, storage: str) -> None:
    X, y = table(n, p, spread)
    held = sparse.csr_array(X) if storage == "sparse" else X
    model = nb.Classifier("squared_l2", alpha=alpha).fit(held, y)
    assert model.gap_ <= 1e-8
    assert stationarity(model, X, y, alpha) < 1e-5
    np.testing.assert_allclose(model.coef_.sum(axis=0), 0.0, atol=1e-9 * np.abs(model.coef_).max())


@pytest.mark.parametrize("storage", [np.asarray, np.asfortranarray, sparse.csc_array])
@pytest.mark.parametrize("fits", [True, False])
def test_the_whole_hessian_inverts_products(
    storage: Callable[..., Any], fits: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(class_newton, "ROWS_AT_ONCE", 500)  # several pieces
    X, y = table(90, 7, 3.0)
    ridge = np.linspace(0.5, 2.0, 7)
    likelihood = ClassLikelihood(y, 3, np.linspace(1, 2, 90) / np.linspace(1, 2, 90).sum())
    newton = class_newton.ClassNewton(as_design(storage(X)), likelihood, ridge, fits, np.zeros(3))
    newton.solve(0.3, 1e-12, 20)
    newton._inverse._n_since_whole = 10_000
    newton.look()
    direction = np.random.default_rng(0).standard_normal((7, 3))
    np.testing.assert_allclose(newton.precondition(newton.product(direction)[0]), direction, rtol=1e-9)


@pytest.mark.parametrize("form", ["budget", "target"])
def test_levels_are_met(form: str) -> None:
    X, y = table(200, 12, 1.0)
    first = nb.Classifier("squared_l2", alpha=1e-2).fit(X, y)
    level = first.norm_ if form == "budget" else first.loss_
    again = nb.Classifier("squared_l2", **{form: level}).fit(X, y)
    np.testing.assert_allclose(again.coef_, first.coef_, atol=1e-6)


def test_a_sparse_matrix_is_never_made_dense(monkeypatch: pytest.MonkeyPatch) -> None:
    X, y = table(300, 900, 1.0)

    def refuse(self: SparseDesign, index: np.ndarray) -> np.ndarray:
        raise AssertionError("columns of a sparse matrix were made dense")

    monkeypatch.setattr(SparseDesign, "columns", refuse)
    model = nb.Classifier("squared_l2", alpha=1e-3).fit(sparse.csr_array(X), y)
    assert model.gap_ <= 1e-8
