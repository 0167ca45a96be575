"""200 random configurations of the drop-in classes against scikit-learn run to its last digits."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
import sklearn.linear_model as theirs
from scipy import sparse

import normball as nb
from normball import dropin

CLASSES = [
    "Lasso", "ElasticNet", "MultiTaskLasso", "LogisticRegression", "Ridge",
    "LassoCV", "ElasticNetCV", "MultiTaskElasticNet", "LogisticRegressionCV", "RidgeCV",
    "Lasso", "ElasticNet", "MultiTaskLassoCV", "LogisticRegression", "MultiTaskElasticNetCV",
]  # fmt: skip
pytestmark = pytest.mark.filterwarnings(
    "ignore::sklearn.exceptions.ConvergenceWarning", "ignore:The fitted attributes of:FutureWarning"
)


@dataclass
class Configuration:
    """What one test fits."""

    name: str
    X: Any
    y: np.ndarray
    sample_weight: np.ndarray | None
    is_single: bool
    options: dict[str, Any] = field(default_factory=dict)

    def fit(self, module: Any, **more: Any) -> Any:
        model = getattr(module, self.name)(**self.options, **more)
        given = {} if self.sample_weight is None else {"sample_weight": self.sample_weight}
        return model.fit(self.X, self.y, **given)


def table(rng: np.random.Generator, with_genes: bool) -> np.ndarray:
    """Diabetes, some genes, or generated columns; standardised."""
    kind = rng.choice(["diabetes", "generated", "leukaemia"][: 3 if with_genes else 2])
    if kind == "diabetes":
        X = nb.datasets.load_diabetes().X[:: int(rng.integers(1, 4))]
    elif kind == "leukaemia":
        X = nb.datasets.load_leukemia().X[:, rng.choice(4000, 150, replace=False)]
    else:
        n, p = rng.integers(20, 80), rng.integers(2, 60)
        X = rng.standard_normal((n, p)) @ (np.eye(p) + 0.5 * rng.random((p, p)) / p)
    X = np.asarray(X, dtype=np.float64)
    return (X - X.mean(axis=0)) / X.std(axis=0)


def of_classes(rng: np.random.Generator, name: str, signal: np.ndarray) -> tuple[np.ndarray, dict[str, Any]]:
    """Labels and options of a logistic regression."""
    ratio = float(rng.choice([0.0, 0.5, 1.0], p=[0.4, 0.2, 0.4]))
    n_classes = 3 if rng.random() < 0.3 else 2
    y = np.digitize(signal, np.quantile(signal, [0.4, 0.7] if n_classes == 3 else [0.5]))
    # the one of scikit-learn's solvers for this penalty that reaches its last digits
    solver = {0.0: "newton-cholesky", 0.5: "saga", 1.0: "liblinear" if n_classes == 2 else "saga"}[ratio]
    if not name.endswith("CV"):
        return y, {"C": float(10 ** rng.uniform(-1, 0.5)), "l1_ratio": ratio, "solver": solver}
    options = {"Cs": [0.1, 0.3, 1.0], "cv": 3, "l1_ratios": (ratio,), "solver": solver}
    return y, {**options, "scoring": "neg_log_loss", "use_legacy_attributes": True}


def of_numbers(
    rng: np.random.Generator, name: str, X: np.ndarray, signal: np.ndarray
) -> tuple[np.ndarray, dict[str, Any]]:
    """Responses and options of a regression."""
    n = len(signal)
    y = signal if "Multi" not in name else signal[:, None] + 0.5 * rng.standard_normal((n, 3))
    if name == "Ridge":
        return y, {"alpha": float(n * 10 ** rng.uniform(-3, 0)), "solver": "cholesky"}
    if name == "RidgeCV":
        return y, {"alphas": n * np.logspace(-3, 0, 5)}
    options: dict[str, Any] = {}
    if name.endswith("CV"):
        options = {"alphas": 12, "eps": 0.02, "cv": 3}
    else:
        largest = float(np.abs(X.T @ (y - y.mean(axis=0))).max()) / n
        options["alpha"] = largest * 10 ** rng.uniform(-2, -0.1)
    if "ElasticNet" in name:
        options["l1_ratio"] = float(rng.choice([0.1, 0.5, 0.9]))
    if "Multi" not in name:
        options["positive"] = bool(rng.integers(2))
    return y, options


def configuration(seed: int) -> Configuration:
    rng = np.random.default_rng(seed)
    name = CLASSES[seed % len(CLASSES)]
    is_logistic = name.startswith("Logistic")
    # scikit-learn's logistic solvers do not get to their last digits on the genes
    X = table(rng, with_genes=not is_logistic)
    n, p = X.shape
    signal = X[:, : min(5, p)] @ rng.standard_normal(min(5, p)) + 0.5 * rng.standard_normal(n)
    fit_intercept, is_sparse = bool(rng.integers(2)), bool(rng.integers(2))
    is_single = not is_logistic and bool(rng.random() < 0.2)
    if is_sparse:
        X = np.where(np.abs(X) < 0.7, 0.0, X)
        if name == "Ridge":
            fit_intercept = False  # scikit-learn's exact solver of sparse data has none
    y, options = of_classes(rng, name, signal) if is_logistic else of_numbers(rng, name, X, signal)
    weight = None
    if rng.integers(2) and not (name.startswith("Multi") and name.endswith("CV")):  # which take none
        # a fold needs rows of weight
        weight = rng.integers(1 if name.endswith("CV") else 0, 4, n).astype(float)
    if "Multi" in name and not fit_intercept and not is_sparse:
        weight = None  # scikit-learn 1.9 ends at a larger objective than without them
    values = X.astype(np.float32) if is_single else X
    given = sparse.csc_array(values) if is_sparse else values
    return Configuration(name, given, y, weight, is_single, {"fit_intercept": fit_intercept, **options})


@pytest.mark.parametrize("name", ["Lasso", "ElasticNet", "LassoCV", "ElasticNetCV", "Ridge", "RidgeCV"])
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_the_table_stays_as_it_is(name: str, fit_intercept: bool) -> None:
    rng = np.random.default_rng(0)
    X, y = np.asfortranarray(rng.standard_normal((40, 5))), rng.standard_normal(40)
    before = X.copy()
    getattr(dropin, name)(fit_intercept=fit_intercept).fit(X, y, sample_weight=rng.uniform(1, 2, 40))
    np.testing.assert_array_equal(X, before)


@pytest.mark.quick_cases(30)
@pytest.mark.parametrize("seed", range(200))
def test_the_numbers_are_those_of_scikit_learn(seed: int) -> None:
    given = configuration(seed)
    ours = given.fit(dropin)
    # more passes of coordinate descent change nothing: rounding keeps its gap above the tolerance
    passes = 50_000 if given.name.startswith("Logistic") else 2_000
    limits = {} if given.name == "RidgeCV" else {"tol": 1e-12, "max_iter": passes}
    # drawn anew: scikit-learn 1.9 multiplies X by the roots of the weights in place in some of them
    reference = configuration(seed).fit(theirs, **limits)
    size = np.abs(reference.coef_).max() + 1e-3
    # float32 data are computed in float32 by scikit-learn
    precision = 1e-4 if given.is_single else 1e-7
    for chosen in ("alpha_", "C_"):
        if hasattr(reference, chosen):
            np.testing.assert_allclose(getattr(ours, chosen), getattr(reference, chosen), rtol=precision)
    np.testing.assert_allclose(ours.coef_, reference.coef_, atol=precision * size, rtol=0)
    np.testing.assert_allclose(ours.intercept_, reference.intercept_, atol=10 * precision * size, rtol=0)
    assert ours.coef_.dtype == reference.coef_.dtype
