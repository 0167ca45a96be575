"""Nested cross-validation: nothing leaks, the weights are those of the data's units, costs are measured."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from normball.datasets import make_classification, make_regression
from normball.report.tour.cost import measure
from normball.report.tour.nested import (
    L1,
    SQUARED_L2,
    UNPENALISED,
    Contestant,
    choose_and_fit,
    nested_cross_validate,
)
from normball.report.tour.wording import (
    compared,
    listed,
    ratio_text,
    short,
    signed,
    size_text,
    span,
    time_text,
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
    assert first.times_kept(int(fold.kept[0])) >= 1


def test_weights_are_in_units_of_the_data() -> None:
    dataset, _ = make_regression(n_samples=50, n_features=4, n_informative=4, noise=0.5)
    stretched = replace(dataset, X=dataset.X * [1.0, 10.0, 0.1, 1.0] + [0.0, 5.0, -3.0, 100.0])
    first = choose_and_fit(dataset, "squared_error", L1, 3, seed=0)
    second = choose_and_fit(stretched, "squared_error", L1, 3, seed=0)
    np.testing.assert_allclose(
        first.predictor(dataset.X), second.predictor(stretched.X), rtol=1e-3, atol=1e-3
    )
    np.testing.assert_allclose(first.coef_standardised, second.coef_standardised, rtol=1e-3, atol=1e-3)


def test_without_a_norm_it_is_least_squares() -> None:
    dataset, _ = make_regression(n_samples=30, n_features=3, n_informative=3)
    fit = choose_and_fit(dataset, "squared_error", UNPENALISED, 3, seed=0)
    design = np.column_stack([dataset.X, np.ones(30)])
    expected = np.linalg.lstsq(design, dataset.y, rcond=None)[0]
    np.testing.assert_allclose([*fit.coef, fit.intercept], expected, rtol=1e-6)
    assert fit.curve is None


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


def test_cost_of_a_sparse_and_of_a_dense_model() -> None:
    X = np.random.default_rng(0).normal(size=(200, 2000))
    coef = np.zeros(2000)
    coef[[3, 70]] = 1.0
    sparse, dense = measure(coef, 0.5, X, 5), measure(np.ones(2000), 0.5, X, 5)
    assert sparse.sparse_bytes < 2000 < sparse.dense_bytes == dense.dense_bytes
    assert dense.sparse_bytes > dense.dense_bytes
    assert 0 < sparse.seconds < dense.seconds


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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (short(3.14159), "3.1"),
        (short(0.0123), "0.012"),
        (short(12.6), "13"),
        (short(1301), "1,301"),
        (short(0), "0"),
        (short(0.999), "1.0"),
        (ratio_text(1000, 2.7), "370 times"),
        (ratio_text(1.4, 1), "1.4 times"),
        (signed(-0.5, 2), "\N{MINUS SIGN}0.50"),
        (listed(["a", "b", "c"]), "a, b and c"),
        (listed(["a"]), "a"),
        (size_text(850).replace("\N{NARROW NO-BREAK SPACE}", " "), "850 B"),
        (size_text(1301).replace("\N{NARROW NO-BREAK SPACE}", " "), "1.3 kB"),
        (size_text(2e6).replace("\N{NARROW NO-BREAK SPACE}", " "), "2.0 MB"),
        (time_text(3.1e-6).replace("\N{NARROW NO-BREAK SPACE}", " "), "3.1 µs"),
        (time_text(0.0012).replace("\N{NARROW NO-BREAK SPACE}", " "), "1.2 ms"),
        (time_text(4.0).replace("\N{NARROW NO-BREAK SPACE}", " "), "4.0 s"),
    ],
)
def test_numbers_as_people_read_them(text: str, expected: str) -> None:
    assert text == expected


def test_span_says_when_it_is_always_the_same() -> None:
    dataset, _ = make_regression(n_samples=30, n_features=3, n_informative=3)
    nested = nested_cross_validate(dataset, "squared_error", SQUARED_L2, 3, 3, seed=0)
    assert span(nested) == "3 (always)"
