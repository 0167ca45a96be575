"""Vertices of quantile fits with L1 prices: against linear programs, with and without ties."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.optimize import linprog

from normball import Problem
from normball.losses import Quantile
from normball.norms import L1
from normball.solvers import forms
from normball.solvers.dispatch import solver_of
from normball.solvers.piecewise.vertex_basis import Edge, LostVertexError
from normball.solvers.piecewise.vertex_levels import first_vertex
from normball.solvers.piecewise.vertex_path import VertexPath
from normball.solvers.terms import Penalty
from normball.solvers.workspace import Options, Workspace
from normball.typing import Floats


@dataclass
class Case:
    """A problem, and how it is told to a linear program."""

    X: Floats
    y: Floats
    q: float = 0.5
    prices: Floats | None = None
    positive: bool = False
    fit_intercept: bool = True
    sample_weight: Floats | None = None

    @property
    def problem(self) -> Problem:
        return Problem(
            self.X,
            self.y,
            loss=Quantile(self.q),
            norm=L1(self.prices, self.positive),
            fit_intercept=self.fit_intercept,
            sample_weight=self.sample_weight,
        )

    @property
    def path(self) -> VertexPath:
        instance = self.problem.instance
        separable = instance.norm.separable(instance.n_features)
        assert separable is not None
        return VertexPath(instance, separable)

    def optimum(self, alpha: float) -> float:
        """min f + alpha R by HiGHS: coefficients and residuals in two signs each."""
        n, p = self.X.shape
        v = np.full(n, 1 / n) if self.sample_weight is None else self.sample_weight / self.sample_weight.sum()
        prices = np.ones(p) if self.prices is None else self.prices
        most = np.where(np.isfinite(prices), np.inf, 0.0)
        cost = alpha * np.where(np.isfinite(prices), prices, 0.0)
        free = np.full(2, np.inf if self.fit_intercept else 0.0)
        upper = np.concatenate([most, 0 * cost if self.positive else most, free, np.full(2 * n, np.inf)])
        one, eye = np.ones((n, 1)), np.eye(n)
        found = linprog(
            np.concatenate([cost, cost, [0, 0], v * self.q, v * (1 - self.q)]),
            A_eq=np.hstack([self.X, -self.X, one, -one, eye, -eye]),
            b_eq=self.y,
            bounds=np.column_stack([np.zeros(len(upper)), upper]),
            method="highs",
        )
        return float(found.fun)


def plain(seed: int = 0, n: int = 50, p: int = 6) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(seed)
    sizes = 10.0 ** rng.integers(-2, 3, p)
    X = rng.standard_normal((n, p)) * sizes + rng.standard_normal(p)
    return X, X @ (rng.standard_normal(p) / sizes) + rng.standard_t(2, n)


def tied(kind: str) -> tuple[Floats, Floats]:
    """Data in which many kinks and breakpoints coincide."""
    rng = np.random.default_rng(3)
    X, y = rng.integers(-2, 3, (40, 6)).astype(float), rng.integers(-3, 4, 40).astype(float)
    if kind == "copied columns":
        X[:, 3:] = X[:, :3]
    elif kind == "copied rows":
        X[20:], y[20:] = X[:20], y[:20]
    elif kind == "constant column":
        X[:, 1] = 7.0
    elif kind == "one direction":
        X = np.outer(X[:, 0], np.arange(1.0, 7.0))
    elif kind == "zeros and ones":
        X, y = (X > 0).astype(float), (y > 0).astype(float)
    elif kind == "dependent columns":
        X[:, 5] = X[:, :3].sum(axis=1)
    return X, y


PRICES = np.array([0.0, 1.0, 2.0, 0.5, 0.0, np.inf])
ONE_SIDED = np.array([1.0, 1.0, 2.0, 0.5, 3.0, np.inf])
WEIGHTS = np.tile([0.0, 1.0, 2.0, 0.3], 10)
CASES = {
    "plain": Case(*plain()),
    "wide": Case(*plain(1, 12, 30), q=0.3),
    "square": Case(*plain(2, 8, 8), fit_intercept=False),
    "far means": Case(plain(4)[0] + 1e3, plain(4)[1] + 1e4, q=0.8),
    "one row": Case(*plain(5, 1, 3), fit_intercept=False),
    "one row and intercept": Case(*plain(5, 1, 3)),
    "free features": Case(*plain(6), q=0.7, prices=PRICES),
    "one-sided": Case(*plain(7), q=0.2, prices=ONE_SIDED, positive=True),
    "sparse weights": Case(*plain(8, 40), sample_weight=WEIGHTS),
}
TIES = ["integers", "copied columns", "copied rows", "constant column", "one direction", "zeros and ones"]
TIES += ["dependent columns"]
for _kind in TIES:
    CASES[_kind] = Case(*tied(_kind))
    CASES[f"{_kind}, prices, no intercept"] = Case(*tied(_kind), 0.25, PRICES, False, False, WEIGHTS)
    CASES[f"{_kind}, one-sided"] = Case(*tied(_kind), 0.7, ONE_SIDED, True)


@pytest.fixture(autouse=True)
def vertices_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No other solver may help out."""

    def refuse(*arguments: object) -> None:
        raise AssertionError("the vertices did not answer")

    monkeypatch.setattr(forms, "solve_term", refuse)


@pytest.mark.parametrize("name", CASES)
def test_penalty_form_equals_a_linear_program(name: str) -> None:
    case = CASES[name]
    problem = case.problem
    top = problem.alpha_max or 1.0
    for share in (1.5, 0.5, 0.1, 0.003):
        solution = problem.solve(alpha=share * top, tol=1e-12)
        assert solution.certificate.gap <= 1e-12
        reached = solution.loss + share * top * solution.norm
        assert reached == pytest.approx(case.optimum(share * top), rel=1e-8, abs=1e-10)
        assert (solution.coef >= 0).all() or not case.positive


@pytest.mark.parametrize("name", CASES)
def test_budgets_and_targets_are_points_of_the_same_frontier(name: str) -> None:
    problem = CASES[name].problem
    best = problem.solve(alpha=0)
    assert best.certificate.gap <= 1e-9
    start = problem.solve(alpha=2 * problem.alpha_max + 1e-3)
    for share in (0.1, 0.5, 0.9):
        if best.norm == 0:
            break
        by_budget = problem.solve(budget=share * best.norm, tol=1e-11)  # BLAS differ in the last digits
        assert by_budget.norm == pytest.approx(share * best.norm, rel=1e-12)
        target = by_budget.loss
        by_target = problem.solve(target=target, tol=1e-9)  # R over a slope of nearly 0
        assert by_target.norm == pytest.approx(by_budget.norm, rel=1e-8)
        assert by_target.loss <= target + 1e-13 * problem.instance.scale
        by_penalty = problem.solve(alpha=by_budget.alpha, tol=1e-10)
        price = by_budget.loss + by_budget.alpha * by_budget.norm
        assert by_penalty.loss + by_budget.alpha * by_penalty.norm == pytest.approx(price, rel=1e-10)
        assert best.loss - 1e-12 <= target <= start.loss + 1e-12
    loose = problem.solve(budget=3 * best.norm + 1, tol=1e-12)
    assert loose.loss == pytest.approx(best.loss, abs=1e-12 * problem.instance.scale)
    assert loose.norm == pytest.approx(best.norm, abs=1e-9 * (1 + best.norm))


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    shape=st.tuples(st.integers(1, 12), st.integers(1, 8)),
    q=st.sampled_from([0.1, 0.25, 0.5, 0.6]),
    is_free=st.booleans(),
    fit_intercept=st.booleans(),
    spread=st.integers(1, 4),
)
def test_small_integers(
    seed: int, shape: tuple[int, int], q: float, is_free: bool, fit_intercept: bool, spread: int
) -> None:
    rng = np.random.default_rng(seed)
    X = rng.integers(-spread, spread + 1, shape).astype(float)
    y = rng.integers(-spread, spread + 1, shape[0]).astype(float)
    prices = rng.choice([0.0, 1.0, 2.0], shape[1]) if is_free else None
    case = Case(X, y, q, prices, fit_intercept=fit_intercept)
    problem = case.problem
    for alpha in (0.7 * problem.alpha_max + 1e-3, 0.05):
        solution = problem.solve(alpha=alpha)
        assert solution.certificate.gap <= 1e-11
        assert solution.loss + alpha * solution.norm == pytest.approx(case.optimum(alpha), abs=1e-9)


@pytest.mark.parametrize("name", ["plain", "wide", "integers", "one-sided", "free features"])
def test_walk_down_the_breakpoints(name: str) -> None:
    case = CASES[name]
    path, instance = case.path, case.problem.instance
    points, alphas = [path.at(path.alpha)], [path.alpha]
    while (found := path.next_breakpoint(-1)) is not None:
        path.cross(*found)
        points.append(path.at(path.alpha * (1 - 1e-10)))
        alphas.append(found[0])
    norms = np.array([instance.norm.value(point.w) for point in points])
    losses = np.array([instance.value(instance.predictor(point.w, point.intercept)) for point in points])
    assert len(points) > 3
    assert (np.diff(alphas) <= 0).all()
    assert (np.diff(norms) >= -1e-8 * norms.max()).all()
    assert (np.diff(losses) <= 1e-8 * losses.max()).all()
    # the slope of the frontier between two vertices is the breakpoint's alpha
    grown = np.diff(norms) > 1e-6 * norms.max()
    slopes = -np.diff(losses)[grown] / np.diff(norms)[grown]
    np.testing.assert_allclose(slopes, np.array(alphas)[1:][grown], rtol=1e-6)


@pytest.mark.parametrize("name", ["plain", "wide", "integers"])
def test_walk_back_up_ends_at_the_null_point(name: str) -> None:
    path = CASES[name].path
    first = first_vertex(path)
    path.end()
    while (found := path.next_breakpoint(1)) is not None:
        path.cross(*found)
    back = path.at(path.alpha)
    assert not back.w.any()
    assert back.intercept == pytest.approx(first.intercept, abs=1e-12)


def test_path_is_one_walk_and_equals_single_solves() -> None:
    problem = CASES["plain"].problem
    path = problem.path(n_alphas=15, eps=1e-3, tol=1e-12)
    assert path.gaps.max() <= 1e-12
    for k in (0, 7, 14):
        alone = problem.solve(alpha=float(path.alphas[k]))
        np.testing.assert_allclose(path.coefs[k], alone.coef, atol=1e-12 * (1 + np.abs(alone.coef).max()))
    budgets = problem.path(budgets=[0.2, 0.4, 0.41, 0.8])
    np.testing.assert_allclose(budgets.norms, [0.2, 0.4, 0.41, 0.8], rtol=1e-12)
    assert budgets.gaps.max() <= 1e-11


def test_first_breakpoint_is_alpha_max_with_ties() -> None:
    for name in ("integers", "copied rows", "zeros and ones"):
        case = CASES[name]
        problem = case.problem
        null = problem.loss_at(np.zeros(problem.n_features))
        assert not problem.solve(alpha=problem.alpha_max).coef.any()
        assert case.optimum(problem.alpha_max * (1 + 1e-6)) == pytest.approx(null, abs=1e-7)
        assert problem.solve(alpha=0.999 * problem.alpha_max).norm > 0


def test_sparse_designs_give_the_same() -> None:
    X, y = tied("integers")
    dense, thin = (Problem(form, y, loss=Quantile(0.5)) for form in (X, sparse.csr_array(X)))
    for alpha in (0.2, 0.02):
        np.testing.assert_allclose(thin.solve(alpha=alpha).coef, dense.solve(alpha=alpha).coef, atol=1e-12)


def test_unattainable_targets_name_the_least_loss() -> None:
    case = CASES["plain"]
    least = case.optimum(0.0)
    with pytest.raises(ValueError, match=f"the least attainable loss is {least:.6g}"[:-1]):
        case.problem.solve(target=0.9 * least)


def test_a_lost_path_leaves_the_answer_to_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()

    def lose(self: VertexPath, alpha: float) -> None:
        raise LostVertexError("lost")

    monkeypatch.setattr(VertexPath, "go", lose)
    case = CASES["plain"]
    instance = case.problem.instance
    assert solver_of(instance) == "vertices"
    answer = forms.solve_penalty(Workspace(instance), 0.05, None, Options(1e-8))
    assert answer.certificate.is_met
    reached = instance.value(instance.predictor(answer.point.w, answer.point.intercept))
    reached += Penalty(instance.norm, 0.05).value(answer.point.w)
    assert reached == pytest.approx(case.optimum(0.05), rel=1e-7)


def test_an_edge_without_end_is_refused() -> None:
    path = CASES["plain"].path
    basis = path._basis
    with pytest.raises(LostVertexError, match="no end"):
        basis.pivot(Edge(True, 0, 1.0), -1e6, 0.1)
