"""Selective intervals of logistic, Poisson and Cox: the information against differences, coverage."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm, truncnorm

import normball as nb
from normball.typing import Floats

P = 8
EFFECTS = np.array([0.7, 0, 0, -0.7, 0, 0.7, 0, 0])
ALPHAS = {"logistic": 0.04, "poisson": 0.1, "cox": 0.05}


def drawn(loss: str, n: int = 300, seed: int = 0) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, P))
    eta = X @ EFFECTS
    if loss == "logistic":
        return X, (rng.random(n) < 1 / (1 + np.exp(-eta))).astype(float)
    if loss == "poisson":
        return X, rng.poisson(np.exp(0.5 * eta)).astype(float)
    time, censored = rng.exponential(np.exp(-eta)), rng.exponential(1.5, n)
    return X, np.column_stack([np.minimum(time, censored), time <= censored]).astype(float)


def fitted(loss: str, **options: object) -> nb.Solution:
    X, y = drawn(loss)
    return nb.Problem(X, y, loss=loss, **options).solve(alpha=ALPHAS[loss], tol=1e-12)


def information(solution: nb.Solution, chosen: Floats, at: Floats) -> Floats:
    """n times the Hessian of the mean loss in intercept and chosen coefficients, by differences."""
    problem = solution.problem
    before = int(problem.fit_intercept)

    def gradient(b: Floats) -> Floats:
        w = np.zeros(P)
        w[chosen] = b[before:]
        eta = problem.design.matvec(w) + (b[0] if before else 0.0)
        of_eta = problem.instance.gradient(eta)
        return np.concatenate([[of_eta.sum()] * before, problem.design.rmatvec(of_eta)[chosen]])

    steps = 1e-5 * np.eye(len(at))
    rows = [(gradient(at + step) - gradient(at - step)) / 2e-5 for step in steps]
    return np.asarray(problem.n_samples * np.array(rows))


@pytest.mark.parametrize("loss", list(ALPHAS))
def test_estimates_are_of_maximum_likelihood_and_law_is_truncated(loss: str) -> None:
    solution = fitted(loss)
    found = nb.inference.selective(solution, level=0.8)
    free = nb.inference.relaxed(solution, tol=1e-12)
    np.testing.assert_allclose(found.estimates, free.coef[found.features], rtol=1e-6)
    np.testing.assert_allclose(found.coefs, solution.coef[found.features], rtol=1e-6)
    before = int(solution.problem.fit_intercept)
    at = np.concatenate([[free.intercept] * before, free.coef[found.features]])
    variances = np.linalg.inv(information(solution, found.features, at))
    deviations = np.sqrt(np.diag(variances))[before:]
    np.testing.assert_allclose(found.standard_errors, deviations, rtol=1e-5)
    for j, deviation in enumerate(deviations):
        ends = (found.cut_low[j] / deviation, found.cut_high[j] / deviation)
        below = truncnorm(*ends, scale=deviation).cdf(found.estimates[j])
        assert found.p_values[j] == pytest.approx(2 * min(below, 1 - below), abs=1e-5)
        low = truncnorm(
            (found.cut_low[j] - found.lower[j]) / deviation, (found.cut_high[j] - found.lower[j]) / deviation
        )
        assert low.sf((found.estimates[j] - found.lower[j]) / deviation) == pytest.approx(0.1, abs=1e-4)


@pytest.mark.parametrize("loss", list(ALPHAS))
def test_cut_stands_where_a_first_order_move_makes_a_coefficient_zero(loss: str) -> None:
    solution = fitted(loss)
    found = nb.inference.selective(solution)
    before = int(solution.problem.fit_intercept)
    free = nb.inference.relaxed(solution, tol=1e-12)
    at = np.concatenate([[free.intercept] * before, free.coef[found.features]])
    inverse = np.linalg.inv(information(solution, found.features, at))[before:, before:]
    for j in range(len(found.features)):
        moves = inverse[:, j] / inverse[j, j]
        for end in (found.cut_low[j], found.cut_high[j]):
            if np.isfinite(end):
                moved = found.coefs + (end - found.estimates[j]) * moves
                assert np.abs(moved).min() < 1e-4
                assert (moved * np.sign(found.coefs) > -1e-4).all()


@pytest.mark.parametrize("loss", ["logistic", "poisson"])
def test_weights_count_as_repeated_rows(loss: str) -> None:
    X, y = drawn(loss)
    counts = np.where(np.arange(len(y)) < 50, 2, 1)
    index = np.repeat(np.arange(len(y)), counts)
    alpha = ALPHAS[loss]
    one = nb.Problem(X, y, loss=loss, sample_weight=counts).solve(alpha=alpha, tol=1e-12)
    two = nb.Problem(X[index], y[index], loss=loss).solve(alpha=alpha, tol=1e-12)
    few, many = nb.inference.selective(one), nb.inference.selective(two)
    np.testing.assert_allclose(few.estimates, many.estimates, rtol=1e-6)
    # weights are relative: n is that of the rows given
    ratio = np.sqrt(len(index) / len(y))
    np.testing.assert_allclose(few.standard_errors, many.standard_errors * ratio, rtol=1e-6)


def test_strata_of_cox() -> None:
    X, y = drawn("cox")
    strata = np.arange(len(y)) % 3
    solution = nb.Problem(X, np.column_stack([y, strata]), loss="stratified_cox").solve(alpha=0.05, tol=1e-12)
    found = nb.inference.selective(solution)
    assert {0, 3, 5} <= set(found.features)
    assert (found.standard_errors > 0).all()
    assert found.ratio_name == "hazard ratio"


@pytest.mark.parametrize("loss", list(ALPHAS))
def test_table_names_the_ratio_and_its_ends(loss: str) -> None:
    found = nb.inference.selective(fitted(loss))
    name = {"logistic": "odds ratio", "poisson": "rate ratio", "cox": "hazard ratio"}[loss]
    np.testing.assert_allclose(found.columns[name], np.exp(found.estimates))
    np.testing.assert_allclose(found.columns["ratio from"], np.exp(found.lower))
    assert name in str(found)


def test_refusals_say_what_to_do() -> None:
    solution = fitted("logistic")
    with pytest.raises(ValueError, match="sigma must be left out with Logistic"):
        nb.inference.selective(solution, sigma=1.0)
    X, y = drawn("poisson")
    gamma = nb.Problem(X, y + 1, loss="gamma").solve(alpha=0.01)
    with pytest.raises(ValueError, match="stability_selection takes any"):
        nb.inference.selective(gamma)
    separated = nb.Problem(X, (X[:, 0] > 0).astype(float), loss="logistic").solve(alpha=0.01, tol=1e-12)
    with pytest.raises(ValueError, match=r"maximum likelihood .* Take a larger alpha"):
        nb.inference.selective(separated)


@pytest.mark.slow
@pytest.mark.parametrize("loss", list(ALPHAS))
def test_coverage(loss: str) -> None:
    hits, sizes, naive = [], [], []
    truth = EFFECTS * (0.5 if loss == "poisson" else 1.0)
    for seed in range(200):
        X, y = drawn(loss, seed=seed + 1)
        solution = nb.Problem(X, y, loss=loss).solve(alpha=ALPHAS[loss], tol=1e-11)
        if not set(np.flatnonzero(EFFECTS)) <= set(solution.support):
            continue
        found = nb.inference.selective(solution)
        wanted = truth[found.features]
        hits.append(((found.lower <= wanted) & (wanted <= found.upper)).sum())
        sizes.append(len(wanted))
        half = norm.ppf(0.95) * found.standard_errors
        naive.append((np.abs(found.estimates - wanted) <= half).sum())
    hit, size = np.array(hits, dtype=float), np.array(sizes, dtype=float)
    covered = hit.sum() / size.sum()
    error = np.sqrt(((hit - covered * size) ** 2).sum()) / size.sum()
    assert abs(covered - 0.9) < 3 * error
    assert sum(naive) / size.sum() < 0.9 - 3 * error  # the choice favours what looks large
