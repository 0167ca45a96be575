"""Debiased lasso: limits in closed form, the bound of its bias, rows as weights, coverage."""

from __future__ import annotations

import numpy as np
import pytest

import normball as nb
from normball.typing import Floats

DATA, TRUTH = nb.datasets.make_regression(80, 12, 3, noise=1.0, correlation=0.4, seed=5)


def fitted(loss: str = "squared_error", alpha: float = 0.2, **options: object) -> nb.Solution:
    y: Floats = DATA.y
    if loss == "logistic":
        y = (DATA.y > np.median(DATA.y)).astype(float)
    elif loss == "poisson":
        y = np.floor(np.exp(0.3 * (DATA.y - DATA.y.mean())))
    return nb.Problem(DATA.X, y, loss=loss, **options).solve(alpha=alpha, tol=1e-12)


@pytest.mark.parametrize("loss", ["squared_error", "logistic", "poisson"])
@pytest.mark.parametrize("nodewise_alpha", [0.0, 0.1])
def test_estimates_follow_from_the_definition(loss: str, nodewise_alpha: float) -> None:
    solution = fitted(loss, 0.05)
    found = nb.inference.debiased(solution, nodewise_alpha=nodewise_alpha, tol=1e-12)
    instance = solution.problem.instance
    weights = instance.curvature(solution.predictor)
    share = weights / weights.sum()
    X = DATA.X - share @ DATA.X
    spreads = np.sqrt(share @ X**2)
    for j in range(12):
        others = np.delete(np.arange(12), j)
        # the others in units of their deviations, so that one price holds for all
        scaled = nb.Problem(X[:, others] / spreads[others], X[:, j] / spreads[j], sample_weight=weights)
        unit = 1.0
        for _ in range(3):
            rest = X[:, j] / spreads[j] - scaled.solve(alpha=nodewise_alpha * unit, tol=1e-12).predictor
            unit = np.sqrt(share @ rest**2)
        left = spreads[j] * rest
        along = left @ (weights * X[:, j])
        slope = instance.gradient(solution.predictor)
        assert found.estimates[j] == pytest.approx(solution.coef[j] - left @ slope / along, rel=1e-5)
        if loss != "squared_error":
            error = np.sqrt(left @ (weights * left) / 80) / along
            assert found.standard_errors[j] == pytest.approx(error, rel=1e-5)
        held = np.abs(left @ (weights[:, None] * X[:, others])) / along
        assert (held <= found.bias_factors[j] * spreads[others] * (1 + 1e-5) + 1e-9).all()


def test_without_a_nodewise_price_it_is_least_squares() -> None:
    found = nb.inference.debiased(fitted(alpha=0.5), sigma=1.3, nodewise_alpha=0.0, tol=1e-12)
    A = np.column_stack([np.ones(80), DATA.X])
    np.testing.assert_allclose(found.estimates, np.linalg.lstsq(A, DATA.y)[0][1:], rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(
        found.standard_errors, 1.3 * np.sqrt(np.diag(np.linalg.inv(A.T @ A)))[1:], rtol=1e-6
    )


def test_units_of_the_columns_do_not_matter() -> None:
    units = np.resize([1.0, 1e3, 1e-3], 12)
    norm = nb.norms.L1(weights=units)
    scaled = nb.Problem(DATA.X * units + 5, DATA.y, norm=norm).solve(alpha=0.2, tol=1e-12)
    one, two = nb.inference.debiased(fitted()), nb.inference.debiased(scaled)
    np.testing.assert_allclose(two.estimates * units, one.estimates, rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(two.p_values, one.p_values, rtol=1e-4)


def test_features_by_name_and_free_ones() -> None:
    names = [f"gene {j}" for j in range(12)]
    solution = fitted(feature_names=names, norm=nb.norms.L1(weights=[0.0, *[1.0] * 11]))
    found = nb.inference.debiased(solution, ["gene 3", 5])
    assert found.feature_names == ("gene 3", "gene 5")
    assert "gene 3" in str(found)
    every = nb.inference.debiased(solution)
    assert 0 not in every.features
    np.testing.assert_allclose(every.estimates[[2, 4]], found.estimates)
    with pytest.raises(ValueError, match="has none and needs no debiasing"):
        nb.inference.debiased(solution, ["gene 0"])


def test_more_columns_than_rows() -> None:
    rng = np.random.default_rng(0)
    X = rng.standard_normal((60, 150))
    y = X[:, :2] @ [3.0, -3.0] + rng.standard_normal(60)
    found = nb.inference.debiased(nb.Problem(X, y).solve(alpha=0.3, tol=1e-10), range(10), sigma=1.0)
    assert (found.p_values[:2] < 1e-4).all()
    assert np.median(found.p_values[2:]) > 0.1


def test_refusals_say_what_to_do() -> None:
    solution = fitted()
    call = nb.inference.debiased
    with pytest.raises(ValueError, match=r"nodewise_alpha must be .* a correlation"):
        call(solution, nodewise_alpha=1.5)
    with pytest.raises(ValueError, match="level must lie between"):
        call(solution, level=95)
    with pytest.raises(ValueError, match="sigma must be left out with Logistic"):
        call(fitted("logistic", 0.05), sigma=1.0)
    with pytest.raises(ValueError, match="selective takes Cox"):
        call(nb.Problem(DATA.X, np.abs(DATA.y) + 0.1, loss="cox").solve(alpha=0.1))
    with pytest.raises(ValueError, match="fixed alpha > 0"):
        call(solution.problem.solve(budget=1.0))
    doubled = np.column_stack([DATA.X, DATA.X[:, 0]])
    copies = nb.Problem(doubled, DATA.y).solve(alpha=0.2, tol=1e-10)
    with pytest.raises(ValueError, match="combination of the others"):
        call(copies, [0], nodewise_alpha=0.0)
    constant = nb.Problem(np.column_stack([DATA.X, np.ones(80)]), DATA.y).solve(alpha=0.2)
    with pytest.raises(ValueError, match="'x12' is constant"):
        call(constant, [12])


@pytest.mark.slow
@pytest.mark.parametrize("loss", ["squared_error", "poisson"])
def test_coverage(loss: str) -> None:
    rng = np.random.default_rng(7)
    X = rng.standard_normal((250, 40))
    truth = np.zeros(40)
    truth[:3] = 0.25
    hits = []
    for _ in range(100):
        mean = X @ truth
        y = (
            mean + rng.standard_normal(250)
            if loss == "squared_error"
            else rng.poisson(np.exp(mean)).astype(float)
        )
        found = nb.inference.debiased(nb.Problem(X, y, loss=loss).solve(alpha=0.06), range(4))
        hits.append(((found.lower <= truth[:4]) & (truth[:4] <= found.upper)).mean())
    error = np.std(hits) / np.sqrt(len(hits))
    assert abs(np.mean(hits) - 0.9) < 3 * error
