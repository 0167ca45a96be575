"""The prices measured along the frontier are the alpha of the solver."""

from __future__ import annotations

import numpy as np
import pytest

from normball.datasets import Dataset, make_regression
from normball.report.tour.context import make_context
from normball.report.tour.question_6 import SHARES, measure_prices


@pytest.mark.parametrize("share", SHARES)
def test_measured_slopes_are_alpha(share: float) -> None:
    station = measure_prices(make_context().problem, share)
    alpha = station.solution.alpha
    assert station.by_growing == pytest.approx(alpha, rel=1e-4)
    assert 1 / station.by_moving == pytest.approx(alpha, rel=1e-3)


def test_context_standardises_a_copy_and_drops_constant_columns() -> None:
    dataset, _ = make_regression(n_samples=40, n_features=5, n_informative=2)
    dataset.X[:, 1] = np.where(np.arange(40) % 2, 0.1 + 0.2, 0.3)
    before = dataset.X.copy()
    context = make_context(dataset)
    assert np.array_equal(dataset.X, before)
    assert context.feature_names == tuple(name for j, name in enumerate(dataset.feature_names) if j != 1)
    means, deviations = context.problem.instance.moments
    np.testing.assert_allclose(means, 0, atol=1e-12)
    np.testing.assert_allclose(deviations, 1)
    assert context.is_own_data


def test_the_same_question_draws_the_same_numbers() -> None:
    first, second = make_context(seed=3), make_context(seed=3)
    first.rng("other").normal(size=5)
    assert first.rng("odds").normal() == second.rng("odds").normal()
    assert first.rng("odds").normal() != first.rng("zeros").normal()


def _unrelated() -> Dataset:
    X = np.repeat(np.arange(24.0).reshape(12, 2) ** 2, 2, axis=0)
    return Dataset(X, np.tile([1.0, -1.0], 12), ("a", "b"), "y", "Made up.")


def _table(n: int, constant_columns: int = 0, constant_target: bool = False) -> Dataset:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, 3))
    X[:, :constant_columns] = 1.0
    y = np.ones(n) if constant_target else rng.normal(size=n)
    return Dataset(X, y, ("a", "b", "c"), "y", "Made up.")


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (_table(9), "at least 10 rows, but the table has 9"),
        (
            _table(20, constant_columns=2),
            "at least 2 columns that vary .* but the table has 1",
        ),
        (_table(20, constant_target=True), "target 'y' has the same value in every row"),
        (_unrelated(), "target 'y' is uncorrelated with every column"),
    ],
)
def test_tables_that_cannot_answer_are_refused(table: Dataset, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make_context(table)
