"""Conversions of alpha, checked by solving the same problem in scikit-learn."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import ElasticNet, Lasso, LogisticRegression, Ridge

import normball as nb


@pytest.fixture(scope="module")
def data() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    X = rng.standard_normal((60, 8))
    return X, X @ np.array([2.0, -1, 0.5, 0, 0, 0, 1, 0]) + rng.standard_normal(60) + 3


def test_lasso_elastic_net_and_ridge_agree_with_scikit_learn(data: tuple[np.ndarray, np.ndarray]) -> None:
    X, y = data
    cases = [
        (Lasso(alpha=0.2, tol=1e-12), "sklearn.Lasso", 0.2, nb.norms.L1()),
        (ElasticNet(alpha=0.2, l1_ratio=0.3, tol=1e-12), "sklearn.ElasticNet", 0.2, nb.norms.ElasticNet(0.3)),
        (Ridge(alpha=7.0), "sklearn.Ridge", 7.0, nb.norms.SquaredL2()),
    ]
    for model, source, value, norm in cases:
        alpha = nb.convert_alpha(value, source=source, n_samples=60)
        solution = nb.Problem(X, y, norm=norm).solve(alpha=alpha, tol=1e-12)
        np.testing.assert_allclose(solution.coef, model.fit(X, y).coef_, atol=1e-8)
        assert nb.convert_alpha(alpha, destination=source, n_samples=60) == pytest.approx(value)


def test_logistic_regression_agrees_with_scikit_learn(data: tuple[np.ndarray, np.ndarray]) -> None:
    X, y = data
    classes = (y > np.median(y)).astype(float)
    model = LogisticRegression(C=0.8, tol=1e-10, max_iter=10_000).fit(X, classes)
    alpha = nb.convert_alpha(0.8, source="sklearn.LogisticRegression", n_samples=60)
    solution = nb.Problem(X, classes, loss="logistic", norm="squared_l2").solve(alpha=alpha)
    np.testing.assert_allclose(solution.coef, model.coef_[0], atol=1e-5)


def test_spgl1_scales_are_budget_and_target(data: tuple[np.ndarray, np.ndarray]) -> None:
    X, y = data
    problem = nb.Problem(X, y, fit_intercept=False)
    y = y - y.mean()
    problem = nb.Problem(X, y, fit_intercept=False)
    sigma = 0.6 * float(np.linalg.norm(y))
    solution = problem.solve(target=nb.convert_alpha(sigma, source="spgl1.sigma", n_samples=60))
    assert np.linalg.norm(X @ solution.coef - y) == pytest.approx(sigma, rel=1e-9)
    again = problem.solve(budget=nb.convert_alpha(solution.norm, source="spgl1.tau"))
    np.testing.assert_allclose(again.coef, solution.coef, atol=1e-7)
    back = nb.convert_alpha(solution.loss, destination="spgl1.sigma", n_samples=60)
    assert back == pytest.approx(sigma, rel=1e-9)


@pytest.mark.parametrize("share", [1.0, 0.7, 0.2, 0.0])
def test_glmnet_divides_the_price_of_squares_by_the_deviation_of_y(share: float) -> None:
    alpha = nb.convert_alpha(2.0, "glmnet", l1_ratio=share, y_std=4.0)
    ratio = nb.convert_l1_ratio(share, "glmnet", y_std=4.0)
    assert alpha * ratio == pytest.approx(2.0 * share)
    assert alpha * (1 - ratio) == pytest.approx(2.0 * (1 - share) / 4.0)
    back = nb.convert_alpha(alpha, destination="glmnet", l1_ratio=ratio, y_std=4.0)
    assert back == pytest.approx(2.0)
    assert nb.convert_l1_ratio(ratio, destination="glmnet", y_std=4.0) == pytest.approx(share)
    assert nb.convert_alpha(0.3, source="glmnet", destination="sklearn.Lasso") == 0.3


@pytest.mark.parametrize("family", ["binomial", "multinomial", "poisson", "cox", "mgaussian", "glm"])
def test_other_families_of_glmnet_have_our_scale(family: str) -> None:
    assert nb.convert_alpha(0.3, f"glmnet.{family}", l1_ratio=0.4) == pytest.approx(0.3)
    assert nb.convert_l1_ratio(0.4, f"glmnet.{family}") == pytest.approx(0.4)


def test_lifelines_divides_by_one_row_less() -> None:
    alpha = nb.convert_alpha(0.5, "lifelines.CoxPHFitter", n_samples=11, l1_ratio=0.3)
    ratio = nb.convert_l1_ratio(0.3, "lifelines.CoxPHFitter", n_samples=11)
    assert alpha * ratio == pytest.approx(0.15 * np.sqrt(1.1))
    assert alpha * (1 - ratio) == pytest.approx(0.35 * 1.1)
    through = nb.convert_alpha(0.5, "lifelines.CoxPHFitter", "glmnet", n_samples=11, y_std=2.0, l1_ratio=0.0)
    assert through == pytest.approx(0.5 * 1.1 * 2.0)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: nb.convert_alpha(1.0, "glmnet", l1_ratio=0.5), "'glmnet' needs y_std > 0, got None"),
        (lambda: nb.convert_l1_ratio(0.5, destination="glmnet", y_std=0.0), "needs y_std > 0, got 0.0"),
        (
            lambda: nb.convert_alpha(1.0, "glmnet.cox", l1_ratio=1.5),
            "l1_ratio must be a number between 0 and 1",
        ),
        (lambda: nb.convert_alpha(1.0, "lifelines.CoxPHFitter", n_samples=1), "needs n_samples > 1, got 1"),
        (lambda: nb.convert_alpha(1.0, "glmnet.poison"), "Did you mean 'glmnet.poisson'"),
        (lambda: nb.convert_l1_ratio(0.5, "glmnet.binomal"), "Did you mean 'glmnet.binomial'"),
    ],
)
def test_what_a_conversion_lacks_is_said(call: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        call()


def test_fraction_is_a_share_of_alpha_max(data: tuple[np.ndarray, np.ndarray]) -> None:
    problem = nb.Problem(*data)
    assert problem.solve(alpha=nb.fraction(0.25)).alpha == pytest.approx(0.25 * problem.alpha_max)
    assert problem.solve(alpha=nb.fraction(1.0)).n_zeros == 8
    assert len(problem.solve(alpha=nb.fraction(0.999)).support) == 1
