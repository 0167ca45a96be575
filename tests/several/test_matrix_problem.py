"""Several responses and the nuclear norm: against CVXPY, theorems, and the proof recomputed."""

from __future__ import annotations

import copy

import cvxpy as cp
import numpy as np
import pandas as pd
import pytest
from scipy import sparse

import normball as nb
from normball.norms.matrices import EntrywiseL1, Nuclear
from normball.several.matrix_problem import MatrixProblem
from normball.several.matrix_solution import MatrixSolution


def drawn(seed: int, spread: float = 0.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """X, Y and sample weights of a small problem; columns of X differ in size by 10^spread."""
    rng = np.random.default_rng(seed)
    n, p, q, rank = rng.integers(3, 12), rng.integers(1, 9), rng.integers(1, 7), rng.integers(1, 3)
    X = rng.normal(size=(n, p)) * 10.0 ** -np.linspace(0, spread, p)
    Y = X @ rng.normal(size=(p, rank)) @ rng.normal(size=(rank, q)) + 0.3 * rng.normal(size=(n, q)) + 2.0
    return X, Y, rng.uniform(0.2, 2.0, n)


def loss_of(X: np.ndarray, Y: np.ndarray, weights: np.ndarray, W: np.ndarray, b: np.ndarray) -> float:
    squares = ((Y - X @ W - b) ** 2).sum(axis=1)
    return float(0.5 * weights @ squares / weights.sum())


def reference(
    X: np.ndarray, Y: np.ndarray, weights: np.ndarray, fits_intercept: bool, form: str, level: float
) -> float:
    """The optimal value by Clarabel."""
    W, b = cp.Variable((X.shape[1], Y.shape[1])), cp.Variable((1, Y.shape[1]))
    roots = np.sqrt(weights / weights.sum())[:, None]
    constant = np.ones((len(X), 1)) @ b if fits_intercept else 0.0
    loss = 0.5 * cp.sum_squares(cp.multiply(roots @ np.ones((1, Y.shape[1])), Y - X @ W - constant))
    norm = cp.normNuc(W)
    problems = {
        "alpha": lambda: cp.Problem(cp.Minimize(loss + level * norm)),
        "budget": lambda: cp.Problem(cp.Minimize(loss), [norm <= level]),
        "target": lambda: cp.Problem(cp.Minimize(norm), [loss <= level]),
    }
    return float(problems[form]().solve(solver=cp.CLARABEL))


def check_proof(solution: MatrixSolution, X: np.ndarray, Y: np.ndarray, weights: np.ndarray) -> None:
    """Loss, norm and gap from their definitions."""
    loss = loss_of(X, Y, weights, solution.coef, solution.intercept)
    assert solution.loss == pytest.approx(loss, abs=1e-12)
    values = np.linalg.svd(solution.coef, compute_uv=False)
    assert solution.norm == pytest.approx(values.sum(), rel=1e-9, abs=1e-12)
    assert solution.converged, solution
    if solution.alpha > 0 and solution.norm > 0:
        np.testing.assert_allclose(solution.pulls[: solution.rank], solution.alpha, rtol=1e-3)
        assert solution.pulls.max() <= solution.alpha * (1 + 1e-3)


@pytest.mark.quick_cases(20)
@pytest.mark.parametrize("form", ["alpha", "budget", "target"])
@pytest.mark.parametrize("seed", range(50))
def test_agrees_with_cvxpy(form: str, seed: int) -> None:
    X, Y, weights = drawn(seed)
    fits_intercept = seed % 3 > 0
    problem = nb.Problem(X, Y, norm=Nuclear(), fit_intercept=fits_intercept, sample_weight=weights)
    fit = problem.solve(alpha=0.0)
    share = np.random.default_rng(seed).uniform(0.05, 0.9)
    level = {
        "alpha": share * problem.alpha_max,
        "budget": share * fit.norm,
        "target": share * problem.scale + (1 - share) * fit.loss,
    }[form]
    solution = problem.solve(**{form: level})
    check_proof(solution, X, Y, weights)
    value = {"alpha": solution.loss + level * solution.norm, "budget": solution.loss, "target": solution.norm}
    expected = reference(X, Y, weights, fits_intercept, form, level)
    size = problem.scale if form != "target" else fit.norm
    assert value[form] == pytest.approx(expected, abs=1e-5 * size)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("spread", [3.0, 6.0])
def test_badly_scaled_columns(seed: int, spread: float) -> None:
    X, Y, weights = drawn(seed, spread)
    problem = nb.Problem(X, Y, norm=Nuclear(), sample_weight=weights)
    for solution in problem.path(n_alphas=8, eps=1e-4):
        check_proof(solution, X, Y, weights)


def test_one_response_is_the_l2_norm() -> None:
    X, Y, _ = drawn(1)
    several = nb.Problem(X, Y[:, :1], norm=Nuclear())
    one = nb.Problem(X, Y[:, 0], norm="l2")
    assert several.alpha_max == pytest.approx(one.alpha_max)
    for form in ({"alpha": nb.fraction(0.3)}, {"budget": 0.2}, {"target": 0.9 * several.scale}):
        first, second = several.solve(**form), one.solve(**form, tol=1e-10)
        np.testing.assert_allclose(first.coef[:, 0], second.coef, atol=1e-4)
        assert first.intercept[0] == pytest.approx(second.intercept, abs=1e-4)


@pytest.mark.parametrize("seed", range(10))
def test_reduced_rank_is_the_best_of_its_rank(seed: int) -> None:
    X, Y, weights = drawn(seed)
    problem = nb.Problem(X, Y, norm=Nuclear(), sample_weight=weights)
    rng = np.random.default_rng(seed)
    for rank in range(min(X.shape[1], Y.shape[1]) + 1):
        best = problem.reduced_rank(rank)
        assert best.rank <= rank
        assert best.converged
        check_proof(best, X, Y, weights)
        for _ in range(20):  # no neighbour of the same rank is better
            U, s, Vt = np.linalg.svd(best.coef + 1e-3 * rng.normal(size=best.coef.shape), full_matrices=False)
            moved = (U[:, :rank] * s[:rank]) @ Vt[:rank]
            assert loss_of(X, Y, weights, moved, best.intercept) >= best.loss - 1e-12


def test_planted_rank_is_found() -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 20))
    truth = rng.normal(size=(20, 3)) @ rng.normal(size=(3, 12))
    problem = nb.Problem(X, X @ truth + 0.5 * rng.normal(size=(200, 12)), norm=Nuclear())
    solution = problem.solve(nb.fraction(0.05))
    assert solution.rank == 3
    assert solution.face.dimension == 5
    assert "rank 3 of 12 (20 features, 12 responses)" in str(solution)
    np.testing.assert_allclose(solution.predict(X), X @ solution.coef + solution.intercept)


@pytest.mark.parametrize(
    ("X", "Y"),
    [
        (np.ones((4, 2)), np.arange(8.0).reshape(4, 2)),
        (np.arange(8.0).reshape(4, 2), np.ones((4, 3))),
        (np.ones((1, 2)), np.ones((1, 2))),
        (np.arange(12.0).reshape(4, 3), np.arange(8.0).reshape(4, 2)),
        (np.zeros((3, 2)), np.eye(3)),
    ],
    ids=["constant X", "constant Y", "one row", "collinear", "zeros"],
)
def test_degenerate_tables(X: np.ndarray, Y: np.ndarray) -> None:
    problem = nb.Problem(X, Y, norm=Nuclear())
    solutions = [
        problem.solve(alpha=0.1),
        problem.solve(alpha=0.0),
        problem.solve(budget=0.1),
        problem.solve(target=problem.scale + 0.1),
        problem.reduced_rank(1),
    ]
    for solution in solutions:
        check_proof(solution, X, Y, np.ones(len(X)))


def test_weights_count_like_repeated_rows() -> None:
    X, Y, _ = drawn(3)
    counts = np.arange(len(X)) % 3
    weighted = nb.Problem(X, Y, norm=Nuclear(), sample_weight=counts).solve(alpha=0.2)
    repeated = nb.Problem(np.repeat(X, counts, 0), np.repeat(Y, counts, 0), norm=Nuclear()).solve(alpha=0.2)
    np.testing.assert_allclose(weighted.coef, repeated.coef, atol=1e-5)


def test_names_come_from_the_frames() -> None:
    X, Y, _ = drawn(2)
    left = pd.DataFrame(X, columns=[f"gene {j}" for j in range(X.shape[1])])
    right = pd.DataFrame(Y, columns=[f"drug {k}" for k in range(Y.shape[1])])
    problem = nb.Problem(left, right, norm=Nuclear())
    assert isinstance(problem, MatrixProblem)
    assert problem.feature_names == tuple(left.columns)
    assert problem.response_names == tuple(right.columns)
    assert repr(problem).startswith(f"MatrixProblem({len(X)} samples, {X.shape[1]} features")
    assert copy.deepcopy(nb.Problem(X, Y[:, 0])).alpha_max == nb.Problem(X, Y[:, 0]).alpha_max


@pytest.mark.parametrize(
    ("keywords", "error", "message"),
    [
        (
            {"norm": EntrywiseL1()},
            ValueError,
            r"takes the norm Nuclear\(\), got Entrywise L1",
        ),
        ({"loss": "logistic"}, ValueError, r"takes loss='squared_error', got 'logistic'"),
        ({"X": sparse.eye(5)}, TypeError, r"takes a dense X, got a sparse one"),
        ({"Y": np.ones((4, 2))}, ValueError, r"Y has 4 rows but X has 5"),
        ({"Y": np.full((5, 2), np.nan)}, ValueError, r"^Y "),
        ({"Y": np.full((5, 2), 1e200)}, ValueError, r"Y has entries of size 1e\+200"),
        ({"X": np.zeros((5, 0))}, ValueError, r"X must have at least one column"),
    ],
    ids=["norm", "loss", "sparse", "rows", "nan", "size", "no columns"],
)
def test_what_does_not_go_is_said(keywords: dict[str, object], error: type[Exception], message: str) -> None:
    given = {"X": np.eye(5), "Y": np.ones((5, 2)), "norm": Nuclear(), **keywords}
    with pytest.raises(error, match=message):
        nb.Problem(**given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("level", "message"),
    [
        ({}, "give exactly one of alpha, budget and target"),
        ({"budget": 0.0}, "budget must be a number > 0"),
        ({"target": 1e-9}, "target=1e-09 is not met down to alpha="),
        ({"alpha": -1.0}, "alpha must be >= 0"),
    ],
    ids=str,
)
def test_levels_out_of_range(level: dict[str, float], message: str) -> None:
    X, Y, _ = drawn(7)
    with pytest.raises(ValueError, match=message):
        nb.Problem(X, Y, norm=Nuclear()).solve(**level)
