"""200 random configurations of the drop-in classes against scikit-learn run to its last digits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import sklearn.linear_model as theirs
from scipy import sparse

import normball as nb
from normball import dropin

CLASSES = ["Lasso", "ElasticNet", "MultiTaskLasso", "MultiTaskElasticNet", "LogisticRegression"]
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


@dataclass(frozen=True)
class Configuration:
    """What one test fits."""

    name: str
    X: Any
    y: np.ndarray
    sample_weight: np.ndarray | None
    options: dict[str, Any]
    is_single: bool


def table(rng: np.random.Generator, name: str) -> np.ndarray:
    """Diabetes, some genes, or generated columns; standardised."""
    # scikit-learn's logistic solvers do not get to their last digits on the genes
    kind = rng.choice(["diabetes", "generated", "leukaemia"][: 2 if name == "LogisticRegression" else 3])
    if kind == "diabetes":
        X = nb.datasets.load_diabetes().X[:: int(rng.integers(1, 4))]
    elif kind == "leukaemia":
        X = nb.datasets.load_leukemia().X[:, rng.choice(4000, 150, replace=False)]
    else:
        n, p = rng.integers(20, 80), rng.integers(2, 60)
        X = rng.standard_normal((n, p)) @ (np.eye(p) + 0.5 * rng.random((p, p)) / p)
    X = np.asarray(X, dtype=np.float64)
    return (X - X.mean(axis=0)) / X.std(axis=0)


def configuration(seed: int) -> Configuration:
    rng = np.random.default_rng(seed)
    name = CLASSES[seed % len(CLASSES)]
    X = table(rng, name)
    n, p = X.shape
    signal = X[:, : min(5, p)] @ rng.standard_normal(min(5, p)) + 0.5 * rng.standard_normal(n)
    options: dict[str, Any] = {"fit_intercept": bool(rng.integers(2))}
    is_sparse, is_single = bool(rng.integers(2)), bool(rng.random() < 0.2)
    if is_sparse:
        X = np.where(np.abs(X) < 0.7, 0.0, X)
    if name == "LogisticRegression":
        y: np.ndarray = (signal > np.median(signal)).astype(int)
        options["C"] = float(10 ** rng.uniform(-1, 0.5))
        options["l1_ratio"] = float(rng.choice([0.0, 0.5, 1.0], p=[0.4, 0.2, 0.4]))
        # the one of scikit-learn's solvers for this penalty that reaches its last digits
        options["solver"] = {0.0: "newton-cholesky", 0.5: "saga", 1.0: "liblinear"}[options["l1_ratio"]]
        is_single = False
    else:
        y = signal if "Multi" not in name else signal[:, None] + 0.5 * rng.standard_normal((n, 3))
        options["alpha"] = float(np.abs(X.T @ (y - y.mean(axis=0))).max() / n * 10 ** rng.uniform(-2, -0.1))
        if "ElasticNet" in name:
            options["l1_ratio"] = float(rng.choice([0.1, 0.5, 0.9]))
        if "Multi" not in name:
            options["positive"] = bool(rng.integers(2))
    weight = rng.integers(0, 4, n).astype(float) if rng.integers(2) else None
    if "Multi" in name and not options["fit_intercept"] and not is_sparse:
        weight = None  # scikit-learn 1.9 ends at a larger objective than without them
    values = X.astype(np.float32) if is_single else X
    return Configuration(
        name, sparse.csc_array(values) if is_sparse else values, y, weight, options, is_single
    )


@pytest.mark.parametrize("seed", range(200))
def test_the_numbers_are_those_of_scikit_learn(seed: int) -> None:
    given = configuration(seed)
    settings = {"tol": 1e-12, "max_iter": 50_000}
    reference = getattr(theirs, given.name)(**{**given.options, **settings})
    reference.fit(given.X, given.y, sample_weight=given.sample_weight)
    ours = getattr(dropin, given.name)(**given.options)
    ours.fit(given.X, given.y, sample_weight=given.sample_weight)
    size = np.abs(reference.coef_).max() + 1e-3
    # float32 data are computed in float32 by scikit-learn
    precision = 1e-4 if given.is_single else 1e-5 if given.options.get("solver") == "saga" else 1e-7
    np.testing.assert_allclose(ours.coef_, reference.coef_, atol=precision * size, rtol=0)
    np.testing.assert_allclose(ours.intercept_, reference.intercept_, atol=10 * precision * size, rtol=0)
    assert ours.coef_.dtype == reference.coef_.dtype
