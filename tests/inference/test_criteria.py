"""Degrees of freedom against differences of the fit in y, criteria by hand, refits by formula."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import comb
from sklearn.linear_model import LassoLarsIC, LogisticRegression

import normball as nb
from normball.inference import adaptive, criteria, degrees_of_freedom, relaxed

DATA, _ = nb.datasets.make_regression(30, 6, 4, correlation=0.3, seed=2)
NORMS = [
    nb.norms.L1(),
    nb.norms.L1(weights=[0, 1, 2, 1, 1, np.inf]),
    nb.norms.ElasticNet(0.4),
    nb.norms.SquaredL2(),
    nb.norms.L2(),
    nb.norms.LInf(),
    nb.norms.SortedL1(),
    nb.norms.GroupL2([[0, 1], [2, 3], [4, 5]]),
]


@pytest.mark.quick_cases(8)
@pytest.mark.parametrize("norm", NORMS, ids=repr)
@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("alpha", [0.3])
def test_divergence_by_differences(norm: nb.norms.Norm, fit_intercept: bool, alpha: float) -> None:
    weights = np.linspace(1, 2, 30)

    def fit(y: np.ndarray) -> nb.Solution:
        problem = nb.Problem(DATA.X, y, norm=norm, fit_intercept=fit_intercept, sample_weight=weights)
        return problem.solve(alpha=alpha, tol=1e-13)

    step, divergence = 1e-4, 0.0
    for i in range(30):
        move = step * np.eye(30)[i]
        divergence += (fit(DATA.y + move).predictor[i] - fit(DATA.y - move).predictor[i]) / (2 * step)
    assert degrees_of_freedom(fit(DATA.y)) == pytest.approx(divergence, abs=1e-3)


def test_counts_of_the_polyhedral_norms() -> None:
    problem = nb.Problem(DATA.X, DATA.y)
    solution = problem.solve(alpha=0.4, tol=1e-12)
    assert degrees_of_freedom(solution) == 1 + len(solution.support)
    tied = problem.with_norm("sorted_l1").solve(alpha=0.6, tol=1e-12)
    assert degrees_of_freedom(tied) == 1 + len(np.unique(np.abs(tied.coef[tied.support])))
    doubled = nb.Problem(np.hstack([DATA.X, DATA.X[:, :1]]), DATA.y, norm="elastic_net").solve(alpha=0.3)
    single = nb.Problem(DATA.X, DATA.y, norm="elastic_net").solve(alpha=0.3)
    assert 0 < degrees_of_freedom(doubled) <= 1 + len(single.support) + 1
    assert degrees_of_freedom(problem.solve(alpha=100.0)) == 1


@pytest.mark.parametrize("criterion", ["aic", "bic"])
def test_choice_agrees_with_sklearn(criterion: str) -> None:
    path = nb.Problem(DATA.X, DATA.y).path(n_alphas=60, tol=1e-10)
    found = criteria(path, sigma=1.1)
    other = LassoLarsIC(criterion=criterion, noise_variance=1.21).fit(DATA.X, DATA.y)
    # scikit-learn has the knots only: there our values, up to a constant, are the same
    at_knots = criteria(nb.Problem(DATA.X, DATA.y).path(alphas=other.alphas_[1:-1], tol=1e-12), sigma=1.1)
    ours = getattr(at_knots, criterion)
    theirs = other.criterion_[1:-1]
    # at a knot the entering feature is on the brink; half the penalty of a feature decides nothing here
    unit = 2 if criterion == "aic" else np.log(30)
    difference = (ours - theirs) / unit
    np.testing.assert_allclose(difference - difference[0], np.round(difference - difference[0]), atol=1e-3)
    assert found.best(criterion).problem is path.problem


def test_criteria_by_hand() -> None:
    path = nb.Problem(DATA.X, DATA.y).path(n_alphas=10, tol=1e-10)
    found = criteria(path, gamma=1.0)
    size = path.n_nonzeros
    rss = [((DATA.y - DATA.X @ w - b) ** 2).sum() for w, b in zip(path.coefs, path.intercepts, strict=True)]
    deviance = 30 * np.log(np.array(rss) / 30)
    np.testing.assert_allclose(found.aic, deviance + 2 * (1 + size), rtol=1e-8)
    np.testing.assert_allclose(found.bic, deviance + np.log(30) * (1 + size), rtol=1e-8)
    np.testing.assert_allclose(found.ebic - found.bic, 2 * np.log(comb(6, size)), atol=1e-8)
    assert found.best("ebic").alpha == path.alphas[np.argmin(found.ebic)]


def test_logistic_deviance() -> None:
    y = (DATA.y > 0).astype(float)
    path = nb.Problem(DATA.X, y, loss="logistic").path(n_alphas=5, eps=0.1)
    found = criteria(path)
    np.testing.assert_allclose(found.aic, 60 * path.losses + 2 * (1 + path.n_nonzeros), rtol=1e-10)


def test_refit_is_least_squares_and_full_price_is_the_solution() -> None:
    solution = nb.Problem(DATA.X, DATA.y).solve(alpha=0.5, tol=1e-12)
    refit = relaxed(solution)
    A = np.column_stack([np.ones(30), DATA.X[:, solution.support]])
    best = np.linalg.lstsq(A, DATA.y)[0]
    np.testing.assert_allclose(refit.coef[solution.support], best[1:], rtol=1e-6)
    assert refit.coef[solution.coef == 0].tolist() == [0.0] * solution.n_zeros
    np.testing.assert_allclose(relaxed(solution, phi=1.0).coef, solution.coef, atol=1e-6)
    half = relaxed(solution, phi=0.5, tol=1e-12)
    np.testing.assert_allclose(half.coef, 0.5 * (solution.coef + refit.coef), atol=1e-5)


def test_refit_of_a_classifier() -> None:
    y = (DATA.y + 3 * np.sin(np.arange(30)) > 0).astype(float)
    solution = nb.Problem(DATA.X, y, loss="logistic").solve(alpha=0.12)
    assert 0 < len(solution.support) < 6
    plain = LogisticRegression(C=np.inf, tol=1e-10, max_iter=10_000).fit(DATA.X[:, solution.support], y)
    np.testing.assert_allclose(relaxed(solution).coef[solution.support], plain.coef_[0], rtol=1e-4)


def test_adaptive_solves_the_rescaled_lasso() -> None:
    first = np.linalg.lstsq(np.column_stack([np.ones(30), DATA.X]), DATA.y)[0][1:]
    weights = np.abs(first).max() / np.abs(first)
    rescaled = nb.Problem(DATA.X / weights, DATA.y).solve(alpha=0.3, tol=1e-12).coef / weights
    found = adaptive(nb.Problem(DATA.X, DATA.y)).solve(alpha=0.3, tol=1e-12)
    np.testing.assert_allclose(found.coef, rescaled, atol=1e-6)
    out = adaptive(nb.Problem(DATA.X, DATA.y), initial=[1, 0, 2, 1, 1, 1]).solve(alpha=1e-3)
    assert out.coef[1] == 0
    wide = adaptive(nb.Problem(DATA.X[:5], DATA.y[:5]))
    assert np.isfinite(wide.norm.weights).all()  # type: ignore[attr-defined]


def test_bad_input_is_refused() -> None:
    problem = nb.Problem(DATA.X, DATA.y)
    solution, path = problem.solve(alpha=0.3), problem.path(n_alphas=4)
    with pytest.raises(ValueError, match="phi must lie"):
        relaxed(solution, phi=2)
    with pytest.raises(ValueError, match="needs the L1 norm"):
        relaxed(problem.with_norm("elastic_net").solve(alpha=0.3), phi=0.5)
    with pytest.raises(ValueError, match="initial must not be zero everywhere"):
        adaptive(problem, initial=np.zeros(6))
    with pytest.raises(ValueError, match="gamma must be a number > 0"):
        adaptive(problem, gamma=0)
    with pytest.raises(ValueError, match="gamma must lie"):
        criteria(path, gamma=2)
    with pytest.raises(ValueError, match="criterion must be"):
        criteria(path).best("cp")
    with pytest.raises(ValueError, match="need a likelihood"):
        criteria(nb.Problem(DATA.X, DATA.y, loss="huber").path(n_alphas=3))
    square = nb.Problem(DATA.X[:6], DATA.y[:6]).path(alphas=[1.0, 1e-14])
    with pytest.raises(ValueError, match="fits perfectly"):
        criteria(square)


def test_what_each_criterion_takes_is_a_table() -> None:
    found = criteria(nb.Problem(DATA.X, DATA.y).path(n_alphas=20))
    text = str(found)
    assert text.splitlines()[0].split() == [
        "criterion",
        "alpha",
        "non-zero",
        "degrees",
        "of",
        "freedom",
        "value",
    ]
    assert f"{found.best('bic').alpha:.4g}" in text.splitlines()[2]
    assert "<th scope='row'>EBIC</th>" in found._repr_html_()
    table = found.table()
    assert list(table) == ["alpha", "n_nonzeros", "degrees_of_freedom", "aic", "bic", "ebic"]
    np.testing.assert_array_equal(table["aic"], found.aic)


@pytest.mark.parametrize("norm", ["l1", "squared_l2"])
def test_degrees_of_freedom_of_a_quantile_fit_are_the_responses_met(norm: str) -> None:
    def fit(y: np.ndarray) -> nb.Solution:
        return nb.Problem(DATA.X, y, norm=norm, loss="quantile").solve(alpha=0.1, tol=1e-11)

    step, divergence = 1e-4, 0.0
    for i in range(30):
        move = step * np.eye(30)[i]
        divergence += (fit(DATA.y + move).predictor[i] - fit(DATA.y - move).predictor[i]) / (2 * step)
    assert degrees_of_freedom(fit(DATA.y)) == pytest.approx(divergence, abs=1e-3)
