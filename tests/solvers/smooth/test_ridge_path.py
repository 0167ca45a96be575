"""Norms that see the length of w alone, with smooth losses: Newton's method on products with X."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

import normball as nb
from normball.designs.sparse import SparseDesign

LOSSES = ["squared_error", "logistic", "huber", "poisson", "gamma", "tweedie", "cox"]
SHAPES = {"tall": (120, 8), "wide": (25, 60), "few rows": (7, 3)}


def response(loss: str, eta: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    noisy = eta + rng.standard_normal(len(eta))
    counts = np.floor(np.exp(np.clip(noisy, -3, 3)))
    return {
        "squared_error": noisy,
        "huber": 3 * noisy,
        "logistic": (noisy > np.median(noisy)).astype(float),
        "poisson": counts,
        "gamma": np.exp(noisy),
        "tweedie": counts,
        "cox": np.column_stack([np.exp(noisy), rng.random(len(eta)) < 0.7]),
    }[loss]


def problem_of(loss: str, norm: str, shape: str, spread: float, storage: str) -> nb.Problem:
    rng = np.random.default_rng(LOSSES.index(loss))
    n, p = SHAPES[shape]
    Z = rng.standard_normal((n, p))
    X = Z * np.geomspace(1 / spread, spread, p)
    held = sparse.csr_array(X) if storage == "sparse" else X
    return nb.Problem(held, response(loss, Z[:, 0], rng), loss=loss, norm=norm)


def stationarity(problem: nb.Problem, solution: nb.Solution) -> float:
    """Largest entry of grad f + alpha grad R, relative to that of grad f at w = 0, in extended precision."""
    w = solution.coef.astype(np.longdouble)
    slope = problem.gradient(solution.coef, solution.intercept)
    price = w if problem.norm.name == "squared_l2" else w / np.sqrt((w**2).sum())
    size = np.abs(problem.gradient(np.zeros(len(w)))).max()
    return float(np.abs(slope + solution.alpha * price).max() / size)


@pytest.mark.quick_cases(12)
@pytest.mark.parametrize(
    ("shape", "spread", "storage"),
    [("tall", 1e3, "dense"), ("wide", 1.0, "dense"), ("wide", 1e3, "sparse"), ("few rows", 1e3, "dense")],
)
@pytest.mark.parametrize("norm", ["squared_l2", "l2"])
@pytest.mark.parametrize("loss", LOSSES)
def test_the_three_forms_are_points_of_one_path(
    loss: str, norm: str, shape: str, spread: float, storage: str
) -> None:
    problem = problem_of(loss, norm, shape, spread, storage)
    alpha = 1e-2 if norm == "squared_l2" else 0.2 * problem.alpha_max
    by_price = problem.solve(alpha=alpha, tol=1e-10)
    assert by_price.converged
    assert stationarity(problem, by_price) < 1e-4
    by_budget = problem.solve(budget=by_price.norm)
    by_target = problem.solve(target=by_price.loss)
    for other in (by_budget, by_target):
        assert other.converged
        assert other.loss == pytest.approx(by_price.loss, rel=1e-6)
        assert other.norm == pytest.approx(by_price.norm, rel=1e-5)
        assert other.alpha == pytest.approx(by_price.alpha, rel=1e-3)


@pytest.mark.parametrize(("n", "p"), [(400, 3_000), (3_000, 400)])
@pytest.mark.parametrize("loss", ["logistic", "poisson", "squared_error"])
@pytest.mark.parametrize("norm", ["squared_l2", "l2"])
def test_a_sparse_matrix_is_never_made_dense(
    n: int, p: int, loss: str, norm: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(0)
    X = sparse.random_array((n, p), density=0.01, rng=rng, format="csr")
    y = response(loss, X @ rng.standard_normal(p), rng)
    problem = nb.Problem(X, y, loss=loss, norm=norm)

    def refuse(self: SparseDesign, index: np.ndarray) -> np.ndarray:
        assert len(index) <= 1, "columns of a sparse matrix were made dense"
        return np.zeros((n, len(index)))

    if loss != "squared_error" or norm != "squared_l2":
        monkeypatch.setattr(SparseDesign, "columns", refuse)
    alpha = 1e-3 if norm == "squared_l2" else 0.3 * problem.alpha_max
    assert problem.solve(alpha=alpha).converged
    assert problem.solve(budget=0.1).converged


@pytest.mark.parametrize(("n", "p", "most"), [(500, 2_000, 150), (4_000, 500, 150), (20_000, 20, 50)])
def test_a_fit_takes_few_passes(n: int, p: int, most: int) -> None:
    rng = np.random.default_rng(0)
    X = rng.standard_normal((n, p))
    y = (X[:, 0] + rng.standard_normal(n) > 0).astype(float)
    problem = nb.Problem(X, y, loss="logistic", norm="squared_l2")
    assert problem.solve(alpha=1e-3).converged
    assert problem.design.n_passes < most
