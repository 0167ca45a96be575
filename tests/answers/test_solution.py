"""What users hold: contact, why, cheaper, verdict, path."""

from __future__ import annotations

import numpy as np
import pytest

import normball as nb
from normball.solvers.certificate import certify_term
from normball.solvers.terms import Ball


@pytest.fixture(scope="module")
def problem() -> nb.Problem:
    data = nb.datasets.load_diabetes()
    X = (data.X - data.X.mean(axis=0)) / data.X.std(axis=0)
    return nb.Problem(X, data.y, feature_names=data.feature_names)


@pytest.fixture(scope="module")
def solution(problem: nb.Problem) -> nb.Solution:
    return problem.solve(alpha=2.0)


# ---- contact ------------------------------------------------------------------------
def test_contact_of_l1_is_a_face_with_its_zeros_and_slack(solution: nb.Solution) -> None:
    contact = solution.contact
    assert contact.kind == "face"
    assert contact.dimension == len(solution.support) - 1
    np.testing.assert_array_equal(contact.zeros, np.flatnonzero(solution.coef == 0))
    np.testing.assert_allclose(np.abs(contact.normal[solution.support]), solution.alpha, rtol=1e-9)
    np.testing.assert_allclose(
        contact.slack[contact.zeros], solution.alpha - np.abs(contact.normal[contact.zeros])
    )
    assert not contact.is_degenerate
    assert "3 of 10 coefficients are exactly zero" in contact.sentence


@pytest.mark.parametrize(
    ("norm", "kind"),
    [
        ("l1", "vertex"),
        ("l2", "smooth"),
        ("linf", "vertex"),
        (nb.norms.Lp(3.0), "smooth"),
        ("elastic_net", "vertex"),
    ],
)
def test_kind_of_contact_in_the_plane(norm: str, kind: str) -> None:
    X = np.sqrt(2) * np.eye(2)
    goal = [1.0, 1.1] if norm == "linf" else [3.0, 0.5]
    solution = nb.Problem(X, X @ np.array(goal), norm=norm, fit_intercept=False).solve(budget=0.5)
    assert solution.contact.kind == kind


def test_contact_on_a_side_in_the_interior_and_in_a_tie() -> None:
    X = np.sqrt(2) * np.eye(2)
    problem = nb.Problem(X, X @ np.array([1.0, 1.0]), fit_intercept=False)
    assert problem.solve(budget=1.0).contact.kind == "face"
    inside = problem.solve(budget=5.0)
    assert inside.contact.kind == "interior"
    assert inside.alpha == 0.0
    np.testing.assert_allclose(inside.coef, [1.0, 1.0])
    # at this alpha the second coefficient is just about to enter
    tied = nb.Problem(X, X @ np.array([3.0, 1.0]), fit_intercept=False).solve(alpha=1.0)
    np.testing.assert_array_equal(tied.contact.ties, [1])
    assert "on the brink" in str(tied.why(1))


# ---- why ----------------------------------------------------------------------------
def test_why_states_what_a_unit_buys_and_costs(problem: nb.Problem, solution: nb.Solution) -> None:
    gradient = problem.gradient(solution.coef, solution.intercept)
    zero, kept = solution.why("age"), solution.why("bmi")
    assert zero.benefit == pytest.approx(abs(gradient[0]))
    assert zero.price == pytest.approx(2.0)
    assert zero.slack == pytest.approx(2.0 - abs(gradient[0]))
    assert "'age' is zero because" in zero.sentence
    assert kept.benefit == pytest.approx(2.0, rel=1e-8)
    assert kept.price == pytest.approx(2.0)
    assert solution.why(2) == kept
    with pytest.raises(ValueError, match="Did you mean 'bmi'"):
        solution.why("bmu")


def test_why_of_unpenalised_forbidden_and_free_coefficients() -> None:
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((30, 3)), rng.standard_normal(30)
    solution = nb.Problem(X, y, norm=nb.norms.L1(weights=[0.0, np.inf, 1.0])).solve(alpha=0.01)
    assert "is not penalised" in str(solution.why(0))
    assert "its price is infinite" in str(solution.why(1))
    assert "the norm costs nothing here" in str(nb.Problem(X, y).solve(alpha=0).why(0))


# ---- cheaper ------------------------------------------------------------------------
def test_cheaper_finds_a_better_point_and_says_what_it_saves(
    problem: nb.Problem, solution: nb.Solution
) -> None:
    w = solution.coef.copy()
    w[0] += 3.0
    at_norm = problem.cheaper(w)
    assert not at_norm.is_optimal
    assert at_norm.norm_after <= at_norm.norm_before * (1 + 1e-12)
    assert at_norm.saved == pytest.approx(problem.loss_at(w) - problem.loss_at(at_norm.coef))
    assert at_norm.saved > 1.0
    at_loss = problem.cheaper(w, keep="loss")
    assert at_loss.loss_after <= at_loss.loss_before * (1 + 1e-9)
    assert at_loss.saved == pytest.approx(np.abs(w).sum() - np.abs(at_loss.coef).sum())
    assert at_loss.saved > 1.0
    for answer in (at_norm, at_loss):
        assert str(answer).startswith("Yes: ")


def test_cheaper_proves_an_optimal_point(problem: nb.Problem, solution: nb.Solution) -> None:
    answer = problem.cheaper(solution.coef)
    assert answer.is_optimal
    assert answer.saved == 0.0
    assert str(answer).startswith("Nothing is cheaper")
    # the certificate is a proof: its dual point bounds every loss in the ball from below
    instance = problem.instance
    theta = answer.certificate.theta
    bound = -instance.conjugate(-theta) - Ball(problem.norm, solution.norm).conjugate(
        problem.design.rmatvec(theta)
    )
    assert bound >= solution.loss - 1e-7 * instance.scale


def test_cheaper_for_a_ball_larger_than_needed(problem: nb.Problem) -> None:
    free = problem.solve(alpha=0)
    answer = problem.cheaper(3 * free.coef)
    assert not answer.is_optimal
    assert answer.norm_after < answer.norm_before
    np.testing.assert_allclose(answer.coef, free.coef, atol=1e-6)


# ---- verdict ------------------------------------------------------------------------
def test_verdict_says_what_was_found_and_how_sure_it_is(solution: nb.Solution) -> None:
    text = str(solution)
    assert "7 of 10 coefficients are non-zero" in text
    assert "3 of the 3 zeros are proved" in text
    assert solution.proved_zero is not None
    assert set(np.flatnonzero(solution.proved_zero)) == set(np.flatnonzero(solution.coef == 0))
    assert "bmi" in solution._repr_html_()


def test_verdict_names_the_cause_of_a_missed_tolerance() -> None:
    rng = np.random.default_rng(1)
    X = rng.standard_normal((50, 6))
    twin = np.column_stack([X, X[:, 3] + 1e-4 * rng.standard_normal(50)])
    y = X @ np.arange(6.0) + rng.standard_normal(50)
    names = [f"gene{j}" for j in range(7)]
    with pytest.warns(nb.ConvergenceWarning, match="'gene3' and 'gene6' are correlated") as record:
        solution = nb.Problem(twin, y, feature_names=names).solve(alpha=0.01, tol=1e-30)
    assert not solution.converged
    assert "was not met" in str(record[0].message)
    large = X * np.array([1, 1, 1e6, 1, 1, 1])
    with pytest.warns(nb.ConvergenceWarning, match=r"Column 'x2' is scaled 1e\+06 times the others"):
        nb.Problem(large, y).solve(alpha=0.01, tol=1e-30)


def test_safe_rule_never_claims_a_feature_that_is_not_zero() -> None:
    rng = np.random.default_rng(5)
    for seed in range(20):
        X = rng.standard_normal((25, 40))
        y = X[:, :4] @ rng.standard_normal(4) + 0.3 * rng.standard_normal(25)
        problem = nb.Problem(X, y, norm="l1" if seed % 2 else nb.norms.SortedL1())
        exact = problem.solve(alpha=nb.fraction(0.2), tol=1e-12)
        loose = problem.solve(alpha=nb.fraction(0.2), tol=0.3)
        for form in (loose, problem.solve(budget=exact.norm), problem.solve(target=exact.loss)):
            assert form.proved_zero is not None
            assert (exact.coef[form.proved_zero] == 0).all()


# ---- path ---------------------------------------------------------------------------
def test_path_runs_along_the_frontier(problem: nb.Problem) -> None:
    path = problem.path(n_alphas=30)
    assert path.converged
    assert path.coefs.shape == (30, 10)
    assert (np.diff(path.norms) >= -1e-9).all()
    assert (np.diff(path.losses) <= 1e-9).all()
    assert path.alphas[0] == pytest.approx(problem.alpha_max)
    # alpha is the slope of the frontier
    middle = 0.5 * (path.norms[1:] + path.norms[:-1])
    slopes = -np.diff(path.losses) / np.diff(path.norms)
    assert np.all(slopes >= path.alphas[1:] * (1 - 1e-6))
    assert np.all(slopes <= path.alphas[:-1] * (1 + 1e-6))
    assert len(middle) == 29
    assert path.entries()[0][0] == problem.feature_position("bmi")


@pytest.mark.parametrize("norm", ["l1", "linf", "sorted_l1", "l2", nb.norms.Lp(1.5)])
def test_at_is_exact_in_all_three_forms(problem: nb.Problem, norm: str) -> None:
    problem = problem.with_norm(norm)
    path = problem.path(n_alphas=12, eps=1e-2, tol=1e-10)
    rng = np.random.default_rng(0)
    for _ in range(3):
        alpha = float(np.exp(rng.uniform(np.log(path.alphas[-1]), np.log(path.alphas[0]))))
        exact = problem.solve(alpha=alpha, tol=1e-11)
        for at in (path.at(alpha=alpha), path.at(budget=exact.norm), path.at(target=exact.loss)):
            assert at.converged
            np.testing.assert_allclose(at.coef, exact.coef, atol=1e-5 * np.abs(exact.coef).max())
            assert at.alpha == pytest.approx(alpha, rel=1e-4)


def test_at_interpolates_without_solving_where_the_path_is_linear(problem: nb.Problem) -> None:
    path = problem.path(alphas=[3.4, 3.3])
    assert (path.n_nonzeros[0] == path.n_nonzeros[1]).all()
    for at in (path.at(alpha=3.35), path.at(budget=path.norms.mean()), path.at(target=path.losses.mean())):
        assert at.n_iterations == 0
        assert at.certificate.gap < 1e-12


def test_path_of_ridge_and_own_alphas(problem: nb.Problem) -> None:
    ridge = problem.with_norm("squared_l2").path(n_alphas=5)
    assert ridge.converged
    assert (ridge.n_nonzeros == 10).all()
    own = problem.path(alphas=[1.0, 10.0, 0.1])
    np.testing.assert_array_equal(own.alphas, [10.0, 1.0, 0.1])


def test_solution_predicts_and_refuses_other_columns() -> None:
    import pandas as pd

    data = nb.datasets.load_diabetes()
    frame = pd.DataFrame(data.X, columns=list(data.feature_names))
    solution = nb.Problem(frame, data.y).solve(alpha=1.0)
    assert solution.feature_names == data.feature_names
    expected = data.X @ solution.coef + solution.intercept
    np.testing.assert_allclose(solution.predict(frame), expected)
    with pytest.raises(ValueError, match="X has 9 features but 10 were fitted"):
        solution.predict(frame.iloc[:, 1:])
    with pytest.raises(ValueError, match="where 'age' was fitted; reorder the columns"):
        solution.predict(frame.iloc[:, ::-1])
    certificate = certify_term(
        solution.problem.instance,
        Ball(solution.problem.norm, solution.norm),
        solution.coef,
        solution.intercept,
        solution.predictor,
        1e-8,
    )
    assert certificate.is_met
