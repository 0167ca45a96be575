"""Nested cross-validation: nothing leaks, and the weights are those of the data's units."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from normball.datasets import make_classification, make_regression
from normball.explorer.story.comparison import compared
from normball.explorer.story.nested import (
    L1,
    SQUARED_L2,
    UNPENALISED,
    Contestant,
    choose_and_fit,
    nested_cross_validate,
)

FEW = Contestant("L1", "l1", 6, 1e-2)


def test_a_row_is_predicted_without_its_response() -> None:
    dataset, _ = make_regression(n_samples=40, n_features=6, n_informative=2)
    first = nested_cross_validate(dataset, "squared_error", FEW, 4, 3, seed=0)
    fold = next(
        fit for fit in first.fits if np.isclose(fit.predictor(dataset.X[:1]), first.predictor[0]).all()
    )
    y = dataset.y.copy()
    y[0] += 100.0
    second = nested_cross_validate(replace(dataset, y=y), "squared_error", FEW, 4, 3, seed=0)
    assert second.predictor[0] == pytest.approx(first.predictor[0])
    assert second.predictor[1:] != pytest.approx(first.predictor[1:])
    assert first.n_kept.shape == (4,)
    assert np.count_nonzero(fold.coef) in first.n_kept


def test_weights_are_in_units_of_the_data() -> None:
    dataset, _ = make_regression(n_samples=50, n_features=4, n_informative=4, noise=0.5)
    stretched = replace(dataset, X=dataset.X * [1.0, 10.0, 0.1, 1.0] + [0.0, 5.0, -3.0, 100.0])
    first = choose_and_fit(dataset, "squared_error", L1, 3, seed=0)
    second = choose_and_fit(stretched, "squared_error", L1, 3, seed=0)
    np.testing.assert_allclose(
        first.predictor(dataset.X), second.predictor(stretched.X), rtol=1e-3, atol=1e-3
    )


def test_without_a_norm_it_is_least_squares() -> None:
    dataset, _ = make_regression(n_samples=30, n_features=3, n_informative=3)
    fit = choose_and_fit(dataset, "squared_error", UNPENALISED, 3, seed=0)
    design = np.column_stack([dataset.X, np.ones(30)])
    expected = np.linalg.lstsq(design, dataset.y, rcond=None)[0]
    np.testing.assert_allclose([*fit.coef, fit.intercept], expected, rtol=1e-6)
    assert fit.alpha == 0


def test_classes_are_counted() -> None:
    dataset, _ = make_classification(n_samples=60, n_features=8, n_informative=2, noise=0.1)
    nested = nested_cross_validate(dataset, "logistic", FEW, 3, 3, seed=1)
    wrong = (nested.predictor > 0) != (dataset.y > 0.5)
    np.testing.assert_array_equal(nested.mistakes, wrong)
    assert nested.mean == pytest.approx(wrong.mean())
    assert nested.mean < 0.3


def test_a_constant_response_in_training_keeps_nothing() -> None:
    dataset, _ = make_regression(n_samples=20, n_features=3, n_informative=1)
    fit = choose_and_fit(replace(dataset, y=np.full(20, 2.5)), "squared_error", L1, 3, seed=0)
    assert not fit.coef.any()
    assert fit.intercept == pytest.approx(2.5)


def test_comparison_claims_no_more_than_the_rows_show() -> None:
    dataset, _ = make_regression(n_samples=60, n_features=4, n_informative=4, noise=0.1)
    nested = nested_cross_validate(dataset, "squared_error", FEW, 3, 3, seed=0)
    other = replace(nested, contestant=SQUARED_L2)
    assert compared(nested, other, "less").endswith("predict equally well, row by row")
    worse = replace(other, mistakes=nested.mistakes + 1 + 0.01 * np.arange(60))
    assert compared(nested, worse, "less") == "L1 has less than L2 (ridge), by more than chance explains"
    assert compared(worse, nested, "less") == "L1 has less than L2 (ridge), by more than chance explains"
    flips = np.where(np.arange(60) % 2, 1.0, -0.9)
    unclear = replace(other, mistakes=nested.mistakes + flips)
    assert compared(nested, unclear, "less").endswith("but by no more than chance explains")
