"""Whatever the data, a solve ends: with a proved answer where there is one, else with an honest gap."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from scipy import linalg

import normball as nb
from normball.norms.base import Norm
from normball.solvers.generic.newton_system import NewtonSystem
from normball.solvers.paths import orthogonal
from normball.solvers.paths.least_squares import LeastSquaresPath
from normball.solvers.work import STEPS_PER_ITERATION

MOST_SOLVES = 8
"""Solves that one answer may consist of: a path, a rescue, a best fit and its least norm."""


@pytest.fixture
def systems(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Sizes of the Newton systems that were set up."""
    sizes: list[int] = []
    set_up = NewtonSystem.__init__

    def counted(self: NewtonSystem, diagonal: np.ndarray, *rest: np.ndarray) -> None:
        sizes.append(len(diagonal))
        set_up(self, diagonal, *rest)

    monkeypatch.setattr(NewtonSystem, "__init__", counted)
    return sizes


def table(n: int, p: int, loss: str) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng([n, p])
    X = rng.normal(size=(n, p))
    signal = X[:, 0] + rng.normal(size=n)
    responses = {"logistic": (signal > 0).astype(float), "poisson": rng.poisson(np.exp(signal)).astype(float)}
    return X, responses.get(loss, signal)


NORMS: dict[str, Norm] = {
    "l1": nb.norms.L1(),
    "elastic net": nb.norms.ElasticNet(0.5),
    "groups": nb.norms.GroupL2(np.arange(8) // 2),
    "l2": nb.norms.L2(),
    "sorted": nb.norms.SortedL1(np.linspace(2, 1, 8)),
}


@pytest.mark.quick_cases(1)
@pytest.mark.parametrize("loss", ["squared_error", "logistic", "poisson", "huber"])
@pytest.mark.parametrize(("norm", "alpha"), [*((norm, 1e-300) for norm in NORMS), ("l1", 1e-320)])
def test_an_alpha_that_rounding_hides_gives_the_best_fit(
    norm: str, loss: str, alpha: float, systems: list[int]
) -> None:
    problem = nb.Problem(*table(40, 8, loss), loss=loss, norm=NORMS[norm])
    solution = problem.solve(alpha=alpha)
    assert solution.converged
    assert solution.loss == pytest.approx(problem.solve(alpha=0).loss, rel=1e-9)
    assert len(systems) <= MOST_SOLVES * STEPS_PER_ITERATION * 100


@pytest.mark.parametrize("loss", ["squared_error", "logistic"])
def test_an_elastic_net_that_is_nearly_a_ridge_ends(loss: str) -> None:
    X, y = table(40, 8, loss)
    nearly, ridge = (
        nb.Problem(X, y, loss=loss, norm=norm) for norm in (nb.norms.ElasticNet(1e-300), "squared_l2")
    )
    solution = nearly.solve(alpha=0.1)
    assert solution.converged
    np.testing.assert_allclose(solution.coef, ridge.solve(alpha=0.1).coef, rtol=0, atol=1e-5)


@pytest.mark.parametrize("form", ["budget", "target"])
@pytest.mark.parametrize("loss", ["squared_error", "logistic", "poisson", "huber", "quantile"])
@pytest.mark.parametrize("mean", [1e8, 1e10, 1e12])
def test_levels_of_columns_far_from_zero_are_those_of_centred_columns(
    mean: float, loss: str, form: str
) -> None:
    X, y = table(40, 8, loss)
    X = X + mean  # what of it floats can hold
    far, near = (nb.Problem(columns, y, loss=loss) for columns in (X, X - mean))
    start = near.solve(alpha=0.1 * near.alpha_max)
    level = {"budget": {"budget": start.norm}, "target": {"target": start.loss}}[form]
    is_rounded = loss == "quantile" or mean == 1e12  # the intercept has the digits that the mean leaves
    with warnings.catch_warnings():
        warnings.simplefilter("ignore" if is_rounded else "error", nb.ConvergenceWarning)
        solution = far.solve(**level)
    np.testing.assert_allclose(solution.coef, start.coef, atol=1e-5 * np.abs(start.coef).max())


@pytest.mark.parametrize("scale", [1e20, 1e-20])
@pytest.mark.parametrize("norm", ["l1", "elastic net", "groups", "l2"])
def test_one_column_of_another_size_ends(norm: str, scale: float, systems: list[int]) -> None:
    X, y = table(40, 8, "logistic")
    X[:, 0] *= scale
    problem = nb.Problem(X, y, loss="logistic", norm=NORMS[norm])
    for level in ({"alpha": 0.1 * problem.alpha_max}, {"budget": 0.3 / X.std()}, {"target": 0.5}):
        del systems[:]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", nb.ConvergenceWarning)
            problem.solve(**level)
        assert len(systems) <= MOST_SOLVES * STEPS_PER_ITERATION * 100


@pytest.mark.parametrize("noise", [1e-5, 1e-6, 1e-7])
def test_near_copies_are_followed_in_few_batches(noise: float, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    base = rng.normal(size=(150, 60))
    X = np.hstack([base + noise * rng.normal(size=base.shape) for _ in range(20)])
    y = base[:, :20] @ rng.normal(size=20) + rng.normal(size=150)
    factorisations, batches = [], []
    qr, solve = linalg.qr, LeastSquaresPath.solve
    monkeypatch.setattr(
        orthogonal.linalg,
        "qr",
        lambda *given, **options: (factorisations.append(1), qr(*given, **options))[1],
    )
    monkeypatch.setattr(LeastSquaresPath, "solve", lambda *given: (batches.append(1), solve(*given))[1])
    assert nb.Problem(X, y).path(n_alphas=30).converged
    assert len(batches) <= 100
    assert len(factorisations) <= 60


def test_the_bound_scales_with_max_iterations(systems: list[int]) -> None:
    """Copies that are nearly alike, at a tolerance that rounding does not allow."""
    X, y = table(40, 8, "logistic")
    X = X[:, np.arange(24) % 8] + 1e-9 * np.random.default_rng(0).normal(size=(40, 24))
    problem = nb.Problem(X, y, loss="logistic", norm=nb.norms.SortedL1(np.linspace(2, 1, 24)))
    counts = []
    for most in (1, 10):
        del systems[:]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", nb.ConvergenceWarning)
            problem.solve(alpha=1e-6, tol=1e-14, max_iterations=most)
        counts.append(len(systems))
    assert counts[0] <= MOST_SOLVES * STEPS_PER_ITERATION < MOST_SOLVES * STEPS_PER_ITERATION * 10
    assert counts[0] < counts[1] <= MOST_SOLVES * STEPS_PER_ITERATION * 10
