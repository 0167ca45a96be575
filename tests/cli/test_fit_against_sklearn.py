"""`normball fit` gives scikit-learn's coefficients at the same alpha."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sklearn
from click.testing import Result
from sklearn.linear_model import ElasticNet, Lasso, LogisticRegression, Ridge

from normball import convert_alpha
from normball.datasets import Dataset, load_diabetes, load_leukemia
from tables_on_disk import fit_file, frame_of, read_coefficients, write

EXACT: dict[str, Any] = {"tol": 1e-13, "max_iter": 1_000_000}
SKLEARN = tuple(int(part) for part in sklearn.__version__.split(".")[:2])
ONLY_L1: dict[str, Any] = {"penalty": "l1"} if SKLEARN < (1, 8) else {"l1_ratio": 1.0}
DIABETES = load_diabetes()
every_format = pytest.mark.parametrize("suffix", [".csv", ".parquet"])


def assert_same(coef: np.ndarray, intercept: float, expected: np.ndarray, expected_intercept: float) -> None:
    size = max(1.0, float(np.abs(expected).max()))
    np.testing.assert_allclose(coef, expected, rtol=0, atol=1e-6 * size)
    np.testing.assert_allclose(intercept, expected_intercept, rtol=1e-6, atol=1e-6 * size)


def fitted(folder: Path, data: Dataset, suffix: str, n_features: int | None = None, **options: Any) -> tuple:
    path = write(frame_of(data, n_features), folder / f"table{suffix}")
    fit = fit_file(path, data.target_name, tol=1e-12, **options)
    return fit.coef, fit.solution.intercept


@every_format
@pytest.mark.usefixtures("no_report")
def test_the_command(run: Callable[..., Result], folder: Path, suffix: str) -> None:
    path = write(frame_of(DIABETES), folder / f"table{suffix}")
    result = run("fit", path, "--target", "target", "--alpha", 0.5, "--tol", 1e-12, "--no-standardize")
    assert result.exit_code == 0, result.output
    reference = Lasso(alpha=0.5, **EXACT).fit(DIABETES.X, DIABETES.y)
    assert_same(*read_coefficients(folder / "normball-fit"), reference.coef_, reference.intercept_)


@every_format
def test_lasso_on_diabetes(folder: Path, suffix: str) -> None:
    reference = Lasso(alpha=30.0, **EXACT).fit(DIABETES.X, DIABETES.y)
    found = fitted(folder, DIABETES, suffix, alpha="30")
    assert 0 < np.count_nonzero(found[0]) < 10
    assert_same(*found, reference.coef_, reference.intercept_)


@every_format
def test_elastic_net_on_diabetes(folder: Path, suffix: str) -> None:
    reference = ElasticNet(alpha=0.8, l1_ratio=0.7, **EXACT).fit(DIABETES.X, DIABETES.y)
    found = fitted(folder, DIABETES, suffix, norm="elastic_net", l1_ratio=0.7, alpha="0.8")
    assert_same(*found, reference.coef_, reference.intercept_)


@every_format
def test_ridge_on_diabetes(folder: Path, suffix: str) -> None:
    alpha = convert_alpha(100.0, source="sklearn.Ridge", n_samples=len(DIABETES.y))
    reference = Ridge(alpha=100.0, solver="svd").fit(DIABETES.X, DIABETES.y)
    found = fitted(folder, DIABETES, suffix, norm="squared_l2", alpha=repr(alpha))
    assert_same(*found, reference.coef_, reference.intercept_)


def test_lasso_on_standardised_diabetes(folder: Path) -> None:
    deviation = DIABETES.X.std(axis=0)
    reference = Lasso(alpha=2.0, **EXACT).fit(DIABETES.X / deviation, DIABETES.y)
    found = fitted(folder, DIABETES, ".csv", alpha="2", standardize=True)
    assert_same(*found, reference.coef_ / deviation, reference.intercept_)


def test_logistic_ridge_on_standardised_diabetes(folder: Path) -> None:
    y = (DIABETES.y > 140).astype(float)
    data = Dataset(DIABETES.X, y, DIABETES.feature_names, "high", "")
    deviation = data.X.std(axis=0)
    alpha = convert_alpha(0.5, source="sklearn.LogisticRegression", n_samples=len(y))
    reference = LogisticRegression(C=0.5, solver="newton-cholesky", tol=1e-13).fit(data.X / deviation, y)
    found = fitted(
        folder, data, ".csv", loss="logistic", norm="squared_l2", alpha=repr(alpha), standardize=True
    )
    assert_same(*found, reference.coef_[0] / deviation, float(reference.intercept_[0]))


@pytest.mark.slow
@pytest.mark.parametrize(("suffix", "n_features"), [(".csv", 500), (".parquet", 500), (".parquet", 4000)])
@pytest.mark.parametrize("l1_ratio", [None, 0.5])
def test_leukemia_as_numbers(folder: Path, suffix: str, n_features: int, l1_ratio: float | None) -> None:
    """Squared error on the classes as numbers, with the lasso and the elastic net."""
    classes = load_leukemia()
    data = Dataset(classes.X, classes.y, classes.feature_names, "lineage", "")
    reference = ElasticNet(alpha=0.05, l1_ratio=l1_ratio or 1.0, **EXACT)
    reference.fit(data.X[:, :n_features], data.y)
    norm = "l1" if l1_ratio is None else "elastic_net"
    found = fitted(folder, data, suffix, n_features, norm=norm, l1_ratio=l1_ratio, alpha="0.05")
    assert 0 < np.count_nonzero(found[0]) < 128
    assert_same(*found, reference.coef_, reference.intercept_)


@pytest.mark.quick_cases(1)
@every_format
def test_logistic_lasso_on_leukemia(folder: Path, suffix: str) -> None:
    data = load_leukemia("molecular")
    alpha = convert_alpha(0.05, source="sklearn.LogisticRegression", n_samples=len(data.y))
    # without an intercept, which liblinear would penalise
    reference = LogisticRegression(
        C=0.05,
        solver="liblinear",
        fit_intercept=False,
        tol=1e-14,
        max_iter=100_000,
        random_state=0,
        **ONLY_L1,
    )
    # both packages order the classes by name
    reference.fit(data.X[:, :500], np.array(data.class_names)[data.y.astype(int)])
    found = fitted(folder, data, suffix, 500, loss="logistic", alpha=repr(alpha), fit_intercept=False)
    assert_same(*found, reference.coef_[0], 0.0)
