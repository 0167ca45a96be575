"""Cross-validation against R: cross_validation.json is what cross_validation.R printed for table.csv.

A row is a family and its options. lambda.min, lambda.1se, cvm (twice our mean loss), cvsd (twice
our standard error) and the coefficients at lambda.min agree to 1e-6.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import normball as nb
from normball import dropin
from normball.estimators import CrossValidation
from normball.estimators.cross_validation import FoldScore

HERE = Path(__file__).parent
FIGURES: dict[str, Any] = json.loads((HERE / "cross_validation.json").read_text())
TABLE = pd.read_csv(HERE / "table.csv")
X = TABLE.iloc[:, :6].to_numpy()
FOLD = TABLE["fold"].to_numpy()
FOLDS = [(np.flatnonzero(k != FOLD), np.flatnonzero(k == FOLD)) for k in range(1, 6)]
WEIGHT = TABLE["weight"].to_numpy()
PRICE = np.array([1, 0, 2, 1, 0.5, 3])
PRICE *= len(PRICE) / PRICE.sum()  # as glmnet has penalty.factor sum to the number of columns
SURVIVAL = TABLE[["time", "event"]].to_numpy()

# name of the row -> estimator, its options, response, weights
ROWS: dict[str, tuple[Any, dict[str, Any], Any, Any]] = {
    "gaussian": (nb.RegressorCV, {}, TABLE["gaussian"], None),
    "gaussian, standardize": (nb.RegressorCV, {"standardize": True}, TABLE["gaussian"], None),
    "gaussian, weights": (nb.RegressorCV, {}, TABLE["gaussian"], WEIGHT),
    "gaussian, penalty.factor": (nb.RegressorCV, {"feature_weights": PRICE}, TABLE["gaussian"], None),
    "gaussian, lower.limits": (nb.RegressorCV, {"positive": True}, TABLE["gaussian"], None),
    "gaussian, intercept": (nb.RegressorCV, {"fit_intercept": False}, TABLE["gaussian"], None),
    "gaussian(), elastic net": (
        nb.RegressorCV,
        {"norm": "elastic_net", "l1_ratio": 0.5, "standardize": True},
        TABLE["gaussian"],
        None,
    ),
    "gaussian(), ridge": (nb.RegressorCV, {"norm": "squared_l2"}, TABLE["gaussian"], WEIGHT),
    "binomial": (nb.ClassifierCV, {}, TABLE["label"], None),
    "binomial, elastic net": (
        nb.ClassifierCV,
        {"norm": "elastic_net", "l1_ratio": 0.3, "standardize": True},
        TABLE["label"],
        None,
    ),
    "binomial, ridge": (nb.ClassifierCV, {"norm": "squared_l2"}, TABLE["label"], None),
    "multinomial": (nb.ClassifierCV, {}, TABLE["kind"], None),
    "multinomial, elastic net": (
        nb.ClassifierCV,
        {"norm": "elastic_net", "l1_ratio": 0.6, "standardize": True},
        TABLE["kind"],
        WEIGHT,
    ),
    "poisson": (nb.RegressorCV, {"loss": "poisson"}, TABLE["count"], None),
    "poisson, elastic net": (
        nb.RegressorCV,
        {"loss": "poisson", "norm": "elastic_net", "l1_ratio": 0.5, "standardize": True},
        TABLE["count"],
        WEIGHT,
    ),
    "Gamma": (nb.RegressorCV, {"loss": "gamma"}, TABLE["positive"], None),
    "Gamma, elastic net": (
        nb.RegressorCV,
        {"loss": "gamma", "norm": "elastic_net", "l1_ratio": 0.5},
        TABLE["positive"],
        None,
    ),
    "cox": (nb.RegressorCV, {"loss": "cox"}, SURVIVAL, None),
    "cox, elastic net": (
        nb.RegressorCV,
        {"loss": "cox", "norm": "elastic_net", "l1_ratio": 0.5, "standardize": True},
        SURVIVAL,
        None,
    ),
    "cox, ridge": (nb.RegressorCV, {"loss": "cox", "norm": "squared_l2"}, SURVIVAL, None),
}


def coefficients(model: Any) -> Any:
    """Intercept and coefficients in the order of R's coef: a class or response after the other."""
    rows = np.atleast_2d(model.coef_)
    return np.column_stack([np.broadcast_to(model.intercept_, len(rows)), rows]).ravel()


def check(curve: CrossValidation, row: dict[str, Any]) -> None:
    np.testing.assert_allclose(2 * curve.mean_loss, row["cvm"], rtol=1e-6)
    np.testing.assert_allclose(2 * curve.standard_error, row["cvsd"], rtol=1e-6)
    assert curve.best_alpha == pytest.approx(row["lambda.min"], rel=1e-11)
    assert curve.one_se_alpha == pytest.approx(row["lambda.1se"], rel=1e-11)


@pytest.mark.parametrize("name", ROWS)
def test_glmnet_chooses_the_same(name: str) -> None:
    make, options, response, weight = ROWS[name]
    row = FIGURES[name]
    model = make(**options, alphas=row["lambda"], cv=FOLDS, tol=1e-12).fit(X, response, weight)
    check(model.cross_validation_, row)
    expected = np.array(row["coef"])
    if "loss" in options and options["loss"] == "cox":
        expected = np.append(0.0, expected)  # glmnet's has no intercept
    np.testing.assert_allclose(coefficients(model), expected, rtol=1e-6, atol=1e-6)


def test_several_responses_by_the_class_of_scikit_learn() -> None:
    row, both = FIGURES["mgaussian"], TABLE[["gaussian", "second"]].to_numpy()
    model = dropin.MultiTaskLassoCV(alphas=row["lambda"], cv=FOLDS, tol=1e-12).fit(X, both)
    sizes = [float(len(test)) for _, test in FOLDS]
    # theirs is the mean over responses of whole squares, ours half of their sum
    scores = [
        FoldScore(size * losses, np.zeros(len(losses)), size)
        for size, losses in zip(sizes, model.mse_path_.T, strict=True)
    ]
    check(CrossValidation.from_folds(model.alphas_, scores), row)
    best = dropin.MultiTaskLasso(alpha=row["lambda.min"], tol=1e-12).fit(X, both)
    np.testing.assert_allclose(coefficients(best), row["coef"], rtol=1e-6, atol=1e-6)


def test_every_row_of_the_figures_is_tested() -> None:
    assert set(FIGURES) == {*ROWS, "mgaussian"}
