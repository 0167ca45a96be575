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
from tables_on_disk import frame_of, read_coefficients, write

Run = Callable[..., Result]
EXACT: dict[str, Any] = {"tol": 1e-13, "max_iter": 1_000_000}
SKLEARN = tuple(int(part) for part in sklearn.__version__.split(".")[:2])
ONLY_L1: dict[str, Any] = {"penalty": "l1"} if SKLEARN < (1, 8) else {"l1_ratio": 1.0}


def assert_same(folder: Path, expected: np.ndarray, intercept: float) -> None:
    coef, found = read_coefficients(folder / "normball-fit")
    size = max(1.0, float(np.abs(expected).max()))
    np.testing.assert_allclose(coef, expected, rtol=0, atol=1e-6 * size)
    np.testing.assert_allclose(found, intercept, rtol=1e-6, atol=1e-6 * size)


def fit(
    run: Run, folder: Path, data: Dataset, suffix: str, *options: object, n_features: int | None = None
) -> None:
    path = write(frame_of(data, n_features), folder / f"table{suffix}")
    result = run("fit", path, "--target", data.target_name, "--tol", 1e-12, *options)
    assert result.exit_code == 0, result.output


SUFFIXES = pytest.mark.parametrize("suffix", [".csv", ".parquet"])


@SUFFIXES
@pytest.mark.parametrize("alpha", [0.5, 30.0])
def test_lasso_on_diabetes(run: Run, folder: Path, suffix: str, alpha: float) -> None:
    data = load_diabetes()
    fit(run, folder, data, suffix, "--alpha", alpha)
    reference = Lasso(alpha=alpha, **EXACT).fit(data.X, data.y)
    assert_same(folder, reference.coef_, reference.intercept_)


@SUFFIXES
def test_elastic_net_on_diabetes(run: Run, folder: Path, suffix: str) -> None:
    data = load_diabetes()
    fit(run, folder, data, suffix, "--norm", "elastic_net", "--l1-ratio", 0.7, "--alpha", 0.8)
    reference = ElasticNet(alpha=0.8, l1_ratio=0.7, **EXACT).fit(data.X, data.y)
    assert_same(folder, reference.coef_, reference.intercept_)


@SUFFIXES
def test_ridge_on_diabetes(run: Run, folder: Path, suffix: str) -> None:
    data = load_diabetes()
    alpha = convert_alpha(100.0, source="sklearn.Ridge", n_samples=len(data.y))
    fit(run, folder, data, suffix, "--norm", "squared_l2", "--alpha", repr(alpha))
    reference = Ridge(alpha=100.0, solver="svd").fit(data.X, data.y)
    assert_same(folder, reference.coef_, reference.intercept_)


def test_lasso_on_standardised_diabetes(run: Run, folder: Path) -> None:
    data = load_diabetes()
    deviation = data.X.std(axis=0)
    fit(run, folder, data, ".csv", "--alpha", 2.0, "--standardize")
    reference = Lasso(alpha=2.0, **EXACT).fit(data.X / deviation, data.y)
    assert_same(folder, reference.coef_ / deviation, reference.intercept_)


@SUFFIXES
def test_lasso_on_leukemia(run: Run, folder: Path, suffix: str) -> None:
    lasso_on_leukemia(run, folder, suffix, 500)


def test_lasso_on_leukemia_with_all_genes(run: Run, folder: Path) -> None:
    lasso_on_leukemia(run, folder, ".parquet", 4000)


def lasso_on_leukemia(run: Run, folder: Path, suffix: str, n_features: int) -> None:
    classes = load_leukemia()
    # squared error on the classes as numbers
    data = Dataset(classes.X, classes.y, classes.feature_names, "lineage", "")
    fit(run, folder, data, suffix, "--alpha", 0.05, n_features=n_features)
    reference = Lasso(alpha=0.05, **EXACT).fit(data.X[:, :n_features], data.y)
    assert 0 < np.count_nonzero(reference.coef_) < 128
    assert_same(folder, reference.coef_, reference.intercept_)


@SUFFIXES
def test_logistic_lasso_on_leukemia(run: Run, folder: Path, suffix: str) -> None:
    data = load_leukemia("molecular")
    alpha = convert_alpha(0.05, source="sklearn.LogisticRegression", n_samples=len(data.y))
    fit(
        run,
        folder,
        data,
        suffix,
        "--loss",
        "logistic",
        "--alpha",
        repr(alpha),
        "--no-intercept",
        n_features=500,
    )
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
    labels = np.array(data.class_names)[data.y.astype(int)]
    # both packages order the classes by name
    reference.fit(data.X[:, :500], labels)
    assert_same(folder, reference.coef_[0], 0.0)


def test_logistic_ridge_on_diabetes(run: Run, folder: Path) -> None:
    table = load_diabetes()
    y = (table.y > 140).astype(float)
    data = Dataset(table.X, y, table.feature_names, "high", "")
    deviation = data.X.std(axis=0)
    alpha = convert_alpha(0.5, source="sklearn.LogisticRegression", n_samples=len(y))
    options = ("--loss", "logistic", "--norm", "squared_l2", "--alpha", repr(alpha), "--standardize")
    fit(run, folder, data, ".csv", *options)
    reference = LogisticRegression(C=0.5, solver="newton-cholesky", tol=1e-13).fit(data.X / deviation, y)
    assert_same(folder, reference.coef_[0] / deviation, float(reference.intercept_[0]))
