"""Cox models in all forms: against CVXPY, and what a path and degenerate data make of them."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import cvxpy as cp
import numpy as np
import pytest
from scipy import sparse

from normball import Problem
from normball.losses import Cox
from normball.norms import L1, L2, ElasticNet, GroupL2, LInf, Norm
from normball.typing import Floats

NORMS: list[tuple[Norm, Callable[[cp.Variable], cp.Expression]]] = [
    (L1(), cp.norm1),
    (L2(), lambda w: cp.norm(w, 2)),
    (LInf(), lambda w: cp.norm(w, "inf")),
    (ElasticNet(0.5), lambda w: 0.5 * cp.norm1(w) + 0.25 * cp.sum_squares(w)),
    (
        GroupL2(np.arange(8) // 2, weights=np.ones(4)),
        lambda w: cp.sum([cp.norm(w[k : k + 2], 2) for k in (0, 2, 4, 6)]),
    ),
]


def data(seed: int = 0, n: int = 50, p: int = 8) -> tuple[Floats, Floats]:
    """X (n, p) with unequal means, and signed times in whole days, so that many tie."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p)) + 3 * rng.standard_normal(p)
    eta = (X - X.mean(axis=0))[:, :3] @ [1.0, -1.0, 0.5]
    death = np.ceil(6 * rng.exponential(np.exp(-eta)))
    leaving = np.ceil(8 * rng.exponential(size=n))
    return X, np.where(death <= leaving, death, -leaving)


def reference(
    X: Floats,
    y: Floats,
    ties: str,
    penalty: Callable[[cp.Variable], cp.Expression],
    alpha: float,
    weight: Floats,
) -> float:
    """The least objective by Clarabel."""
    w = cp.Variable(X.shape[1])
    eta, time, is_event, terms = X @ w, np.abs(y), y > 0, []
    for moment in np.unique(time[is_event]):
        dying, at_risk = is_event & (time == moment), time >= moment
        mass, count = weight[dying].sum(), int(dying.sum())
        for k in range(count):
            share = k / count if ties == "efron" else 0.0
            inside = np.where(dying, weight * (1 - share), weight)[at_risk] / (mass * (1 - share))
            terms.append(mass / count * cp.log_sum_exp(eta[at_risk] + np.log(inside)))
    objective = cp.sum(terms) - (weight * is_event) @ eta + alpha * penalty(w)
    with warnings.catch_warnings():  # what Clarabel calls inaccurate is far more exact than what is compared
        warnings.simplefilter("ignore", UserWarning)
        return float(cp.Problem(cp.Minimize(objective)).solve(solver=cp.CLARABEL))


@pytest.mark.parametrize("ties", ["breslow", "efron"])
@pytest.mark.parametrize(("norm", "expression"), NORMS, ids=[repr(norm)[:12] for norm, _ in NORMS])
@pytest.mark.parametrize("shape", [(50, 8), (12, 8)])
def test_penalty_form_against_cvxpy(
    ties: str, norm: Norm, expression: Callable[[cp.Variable], cp.Expression], shape: tuple[int, int]
) -> None:
    X, y = data(1, *shape)
    weight = np.random.default_rng(2).random(len(y)) + 0.2
    problem = Problem(X, y, loss=Cox(ties), norm=norm, sample_weight=weight)
    alpha = 0.15 * problem.alpha_max
    solution = problem.solve(alpha=alpha, tol=1e-10)
    assert solution.certificate.gap <= 1e-10
    best = reference(X, y, ties, expression, alpha, weight / weight.sum())
    assert solution.certificate.primal == pytest.approx(best, abs=1e-6 * solution.certificate.scale)
    assert solution.certificate.dual <= best + 1e-6 * solution.certificate.scale
    assert solution.intercept == 0.0


@pytest.mark.parametrize("ties", ["breslow", "efron"])
@pytest.mark.parametrize("norm", [L1(), L2(), L1(weights=[0.0, 1, 1, 2, 1, 1, 1, 1])], ids=repr)
def test_forms_are_points_of_one_frontier(ties: str, norm: Norm) -> None:
    X, y = data(3)
    problem = Problem(X, y, loss=Cox(ties), norm=norm)
    first = problem.solve(alpha=0.1 * problem.alpha_max, tol=1e-10)
    for other in (problem.solve(budget=first.norm, tol=1e-10), problem.solve(target=first.loss, tol=1e-10)):
        assert other.certificate.gap <= 1e-10
        np.testing.assert_allclose(other.coef, first.coef, atol=1e-7)
        assert other.alpha == pytest.approx(first.alpha, rel=1e-6)


def test_path_and_alpha_max() -> None:
    X, y = data(4, 80, 12)
    problem = Problem(X, y, loss="cox")
    path = problem.path(n_alphas=20, eps=0.01)
    assert path.gaps.max() <= 1e-8
    assert path.n_nonzeros[0] == 0
    assert path.n_nonzeros[1] > 0
    assert (np.diff(path.losses) < 0).all()
    assert path.at(budget=0.5 * path.norms[-1]).converged


def test_many_features_take_few_iterations() -> None:
    """Newton's own model: a diagonal one takes ten times as many, and stalls on the way."""
    X, y = data(9, 100, 300)
    problem = Problem(X, y, loss=Cox("efron"))
    path = problem.path(n_alphas=15, eps=0.05)
    assert path.gaps.max() <= 1e-10
    far = problem.solve(alpha=0.1 * problem.alpha_max, tol=1e-11)
    assert far.converged
    assert far.n_iterations <= 12


def test_storage_shift_and_scale_of_columns_do_not_matter() -> None:
    X, y = data(5)
    plain = Problem(X, y, loss="cox").solve(alpha=0.02, tol=1e-11)
    shifted = Problem(X + 1e4, y, loss="cox").solve(alpha=0.02)
    held = Problem(sparse.csc_array(X), y, loss="cox").solve(alpha=0.02, tol=1e-11)
    np.testing.assert_allclose(shifted.coef, plain.coef, atol=1e-6)
    np.testing.assert_allclose(held.coef, plain.coef, atol=1e-9)


def test_breslow_weights_equal_repeated_rows() -> None:
    X, y = data(6, 30)
    counts = np.random.default_rng(0).integers(0, 4, 30)
    weighted = Problem(X, y, loss="cox", sample_weight=counts).solve(alpha=0.03, tol=1e-11)
    repeated = Problem(np.repeat(X, counts, axis=0), np.repeat(y, counts), loss="cox").solve(
        alpha=0.03, tol=1e-11
    )
    np.testing.assert_allclose(weighted.coef, repeated.coef, atol=1e-8)


def test_best_fit_without_penalty_and_monotone_likelihood() -> None:
    X, y = data(7, 120, 4)
    problem = Problem(X, y, loss=Cox("efron"))
    free = problem.solve(alpha=0)
    assert free.converged
    np.testing.assert_allclose(problem.gradient(free.coef), 0.0, atol=1e-9)
    # the sample with the largest value always dies first: the likelihood has no maximum
    order = np.arange(1.0, 21.0)
    with pytest.raises(ValueError, match="alpha=0 has no answer here"):
        Problem(-order[:, None], order, loss="cox").solve(alpha=0)
    assert Problem(-order[:, None], order, loss="cox").solve(alpha=0.05).converged


def test_contact_and_why() -> None:
    X, y = data(8)
    solution = Problem(X, y, loss="cox").solve(alpha=0.03)
    pull = solution.contact.normal / solution.alpha
    support = solution.support
    np.testing.assert_allclose(pull[support], np.sign(solution.coef[support]), atol=1e-6)
    assert "just pays" in str(solution.why(int(support[0])))
    assert "on the rows of the fit concordance 0.8833" in str(solution)


def test_bound_between_the_points_of_a_path_and_cheaper_weights() -> None:
    X, y = data(10)
    problem = Problem(X, y, loss="cox")
    path = problem.path(guarantee=1e-3, eps=0.1)
    middle = np.sqrt(path.alphas[:-1] * path.alphas[1:])
    assert np.max(path.bound(middle)) <= 1e-3
    found = problem.cheaper(np.full(8, 0.1))
    assert found.loss_after < found.loss_before
    assert problem.cheaper(found.coef).is_optimal


def test_pairs_and_signed_times_are_the_same_response() -> None:
    rng = np.random.default_rng(0)
    X = rng.standard_normal((60, 4))
    time, event = rng.exponential(np.exp(-X[:, 0])), rng.random(60) < 0.7
    pairs = Problem(X, np.column_stack([time, event]), loss="cox").solve(alpha=0.02)
    signed = Problem(X, np.where(event, time, -time), loss="cox").solve(alpha=0.02)
    np.testing.assert_array_equal(pairs.coef, signed.coef)
