"""The tables of docs/coming_from_*.md: both calls of a row give the same numbers, and defaults are as said.

What glmnet, lifelines and SPGL1 give was printed by calls.R, calls_lifelines.py and calls_spgl1.py
from the text of the calls, so a call that is changed in the page has no figures until they are run again.
scikit-learn's calls run here.
"""

from __future__ import annotations

import json
import re
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn import feature_selection, linear_model, model_selection
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import normball as nb
from normball import dropin

HERE = Path(__file__).parent
PACKAGES = ("glmnet", "lifelines", "scikit_learn", "spgl1")
FIGURES = {
    name: json.loads((HERE / f"calls_{name}.json").read_text(encoding="utf-8"))
    for name in ("glmnet", "lifelines", "spgl1")
}
TOLERANCE = {"spgl1": 1e-5}
"""Where another package's last digits are not 1e-6."""
TABLE = pd.read_csv(HERE / "table.csv")
FOLD = TABLE["fold"].to_numpy()

DATA: dict[str, Any] = {
    "np": np,
    "nb": nb,
    "dropin": dropin,
    "n": len(TABLE),
    "X": TABLE.iloc[:, :6].to_numpy(),
    "y": TABLE["gaussian"].to_numpy(),
    "label": TABLE["label"].to_numpy(),
    "kind": TABLE["kind"].to_numpy(),
    "count": TABLE["count"].to_numpy(),
    "positive": TABLE["positive"].to_numpy(),
    "rain": TABLE["rain"].to_numpy(),
    "survival": TABLE[["time", "event"]].to_numpy(),
    "both": TABLE[["gaussian", "second"]].to_numpy(),
    "weight": TABLE["weight"].to_numpy(),
    "price": np.array([1, 0, 2, 1, 0.5, 3]),
    "alphas": np.logspace(0, -2, 8),
    "folds": [(np.flatnonzero(k != FOLD), np.flatnonzero(k == FOLD)) for k in range(1, 6)],
    "efron": nb.losses.Cox(ties="efron"),
    "linear_model": linear_model,
    "make_pipeline": make_pipeline,
    "StandardScaler": StandardScaler,
    "SelectFromModel": feature_selection.SelectFromModel,
    "TimeSeriesSplit": model_selection.TimeSeriesSplit,
    "Ridge": linear_model.Ridge,
    "LinearRegression": linear_model.LinearRegression,
    "QuantileRegressor": linear_model.QuantileRegressor,
}
# SPGL1's names
DATA["A"], DATA["b"], DATA["m"], DATA["plain"] = DATA["X"], DATA["y"], len(TABLE), {"fit_intercept": False}
DATA["wide"] = DATA["X"][:12].T
DATA["few"] = DATA["wide"][:, :2] @ [1.0, -2.0]
DATA["weights"] = np.array([1.0, 2.0, 0.5, 1.0, 3.0, 1.5])
# scikit-learn's solvers to their last digits
for name in ("Lasso", "ElasticNet", "LassoCV", "ElasticNetCV", "MultiTaskLasso"):
    DATA[name] = partial(getattr(linear_model, name), tol=1e-13, max_iter=10**6)
for name in ("PoissonRegressor", "GammaRegressor", "TweedieRegressor"):
    DATA[name] = partial(getattr(linear_model, name), tol=1e-10, solver="newton-cholesky")
DATA["LogisticRegression"] = partial(linear_model.LogisticRegression, tol=1e-10, max_iter=10**6)


class Precise:
    """`normball` with estimators that go to their last digits, too."""

    def __getattr__(self, name: str) -> Any:
        found = getattr(nb, name)
        return partial(found, tol=1e-12) if name.startswith(("Regressor", "Classifier")) else found


def rows(package: str) -> list[list[str]]:
    """Cells of the rows of a page's tables whose first cell is a call."""
    text = (HERE / f"../../docs/coming_from_{package}.md").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


CALLS = [(name, *cells[:2]) for name in PACKAGES for cells in rows(name) if len(cells) == 3]
DEFAULTS = [(name, *cells) for name in PACKAGES for cells in rows(name) if len(cells) == 4]


def said(cell: str) -> str:
    """The code of a cell that is nothing but code."""
    match = re.fullmatch(r"`([^`]+)`", cell)
    assert match is not None, cell
    return match[1]


def numbers(found: Any, package: str) -> Any:
    """What is compared: predictions of a model, column by column, or numbers as they are."""
    X = DATA["X"][:8] if package == "glmnet" else DATA["X"]
    if hasattr(found, "predict_proba"):
        found = found.predict_proba(X)
        if package == "glmnet" and found.shape[1] == 2:
            found = found[:, 1]
    elif hasattr(found, "predict"):
        found = found.predict(X)
    return np.ravel(np.asarray(found, dtype=np.float64), order="F")


@pytest.mark.parametrize(("package", "theirs", "ours"), CALLS, ids=[theirs for _, theirs, _ in CALLS])
def test_both_calls_of_a_row_give_the_same(package: str, theirs: str, ours: str) -> None:
    call, names = said(theirs), {**DATA, "nb": Precise()}
    if package in FIGURES:
        expected = np.array(FIGURES[package][call])
    else:
        expected = numbers(eval(call, dict(DATA)), package)
    found = numbers(eval(said(ours), names), package)
    tolerance = TOLERANCE.get(package, 1e-6)
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize(
    ("package", "theirs", "is_theirs", "ours", "is_ours"), DEFAULTS, ids=[row[1] for row in DEFAULTS]
)
def test_defaults_are_as_said(package: str, theirs: str, is_theirs: str, ours: str, is_ours: str) -> None:
    call = said(theirs)
    found = FIGURES[package][call] if package in FIGURES else repr(eval(call, dict(DATA)))
    assert (found, repr(eval(said(ours), dict(DATA)))) == (said(is_theirs), said(is_ours))


@pytest.mark.parametrize("package", PACKAGES)
def test_every_page_has_rows_and_every_figure_is_used(package: str) -> None:
    calls = [said(cells[0]) for cells in rows(package)]
    assert len(calls) > 10
    assert len(set(calls)) == len(calls)
    if package in FIGURES:
        assert set(FIGURES[package]) == set(calls)
