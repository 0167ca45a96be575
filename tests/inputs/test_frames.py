"""Data frames of every library and with any labels: the same model, sparse columns stay sparse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from scipy import sparse

import normball as nb
from normball.designs import SparseDesign

RNG = np.random.default_rng(0)
X = RNG.standard_normal((60, 3)) * (RNG.random((60, 3)) < 0.4)
Y = X @ [1.0, -2.0, 0.5] + 0.1 * RNG.standard_normal(60)
COEF = nb.Problem(X, Y).solve(alpha=0.01).coef
PAIRS = pd.MultiIndex.from_tuples([("a", "x"), ("a", "y"), ("b", "x")])
NAMED = pd.DataFrame(X, columns=list("abc"))
SPARSE = NAMED.astype(pd.SparseDtype(float, 0.0))

LABELS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "whole numbers": (range(3), ("0", "1", "2")),
    "whole numbers in another order": ([2, 0, 1], ("2", "0", "1")),
    "texts and numbers": (["a", 1, 2], ("a", "1", "2")),
    "pairs": (PAIRS, ("('a', 'x')", "('a', 'y')", "('b', 'x')")),
    "periods": (pd.period_range("2020", periods=3, freq="Y"), ("2020", "2021", "2022")),
    "numbers with a point": ([0.5, 1.5, 2.5], ("0.5", "1.5", "2.5")),
}


@pytest.mark.parametrize("labels", LABELS)
def test_labels_of_any_kind_are_names(labels: str) -> None:
    columns, names = LABELS[labels]
    frame = pd.DataFrame(X, columns=columns)
    problem = nb.Problem(frame, Y)
    assert problem.feature_names == names
    solution = problem.solve(alpha=0.01)
    np.testing.assert_allclose(solution.coef, COEF, atol=1e-8)
    assert solution.predict(frame).shape == (60,)
    for model in (nb.Regressor(alpha=0.01), nb.RegressorCV(alphas=[0.01])):
        np.testing.assert_allclose(model.fit(frame, Y).coef_, COEF, atol=1e-8)
        assert model.predict(frame).shape == (60,)


FRAMES = {
    "all sparse": SPARSE,
    "whole numbers as labels": SPARSE.set_axis(range(3), axis=1),
    "one sparse": NAMED.assign(b=SPARSE["b"]),
    "one dense": SPARSE.assign(a=NAMED["a"]),
    "another fill": NAMED.astype(pd.SparseDtype(float, 5.0)),
    "single precision": NAMED.astype(np.float32).astype(pd.SparseDtype(np.float32, 0.0)),
}


@pytest.mark.parametrize("name", FRAMES)
def test_sparse_columns_stay_sparse(name: str) -> None:
    frame = FRAMES[name]
    problem = nb.Problem(frame, Y)
    assert isinstance(problem.design, SparseDesign)
    np.testing.assert_allclose(problem.design.columns(np.arange(3)), X, rtol=1e-6)
    np.testing.assert_allclose(problem.solve(alpha=0.01).coef, COEF, rtol=1e-5, atol=1e-8)
    model = nb.Regressor(alpha=0.01).fit(frame, Y)
    assert isinstance(model.solution_.problem.design, SparseDesign)
    np.testing.assert_allclose(model.coef_, COEF, rtol=1e-5, atol=1e-8)


def test_sparse_columns_cost_what_they_store() -> None:
    wide = sparse.random_array((500, 400), density=0.01, rng=RNG, format="csc")
    frame = pd.DataFrame(wide.toarray()).astype(pd.SparseDtype(float, 0.0))
    stored = nb.Problem(frame, RNG.standard_normal(500)).design
    assert isinstance(stored, SparseDesign)
    assert stored._held.nnz == wide.nnz


@pytest.mark.parametrize("kind", ["bool", "int8", "float32", "Int64", "boolean", "Float64", "object"])
def test_numbers_of_every_kind(kind: str) -> None:
    flags = X > 0
    frame = pd.DataFrame(flags.astype(float), columns=[1, "b", ("c", 2)]).astype(kind)
    np.testing.assert_array_equal(nb.Problem(frame, Y).design.columns(np.arange(3)), flags)


FLAGS = [True, None, False] * 20
INCOMPLETE: dict[str, tuple[Callable[[], Any], str]] = {
    "flags, pandas": (lambda: pd.DataFrame({"a": pd.array(FLAGS, dtype="boolean"), "b": Y}), "a"),
    "flags as objects": (lambda: pd.DataFrame({1: pd.Series(FLAGS, dtype=object), 2: Y}), "1"),
    "whole numbers, pandas": (lambda: pd.DataFrame({"a": pd.array([1, None, 2] * 20)}), "a"),
    "flags, polars": (lambda: pl.DataFrame({"a": FLAGS, "b": Y}), "a"),
    "flags, PyArrow": (lambda: pa.table({"b": Y, "a": FLAGS}), "a"),
    "sparse": (lambda: SPARSE.assign(b=pd.arrays.SparseArray([0.0, np.nan, 1.0] * 20)), "b"),
}


@pytest.mark.parametrize("name", INCOMPLETE)
@pytest.mark.parametrize("fit", [nb.Problem, nb.Regressor().fit, nb.RegressorCV().fit])
def test_missing_values_are_found_by_column_and_row(name: str, fit: Any) -> None:
    make, column = INCOMPLETE[name]
    with pytest.raises(ValueError, match="missing") as caught:
        fit(make(), Y)
    assert str(caught.value) == (
        f"X has missing values in column {column!r} (first in row 1); fill them in or drop the rows."
    )


@pytest.mark.parametrize("fit", [nb.Problem, nb.Regressor().fit, nb.Classifier().fit, nb.RobustPCA().fit])
def test_frames_that_are_no_tables_yet(fit: Any) -> None:
    with pytest.raises(TypeError, match="X must be a table held in memory, got a LazyFrame "):
        fit(pl.DataFrame(X).lazy(), Y > 0)


@pytest.mark.parametrize(
    "frame",
    [
        pa.table([pa.array(Y), pa.array(Y)], names=["a", "a"]),
        pd.DataFrame(X[:, :2], columns=["a", "a"]),
        pd.DataFrame(X[:, :2], columns=[1, "1"]).rename(columns={1: "a", "1": "a"}),
    ],
    ids=["PyArrow", "pandas", "renamed"],
)
@pytest.mark.parametrize("fit", [nb.Problem, nb.Regressor().fit])
def test_repeated_names_are_named(frame: Any, fit: Any) -> None:
    with pytest.raises(ValueError, match=r"^X has several columns called 'a'; give each its own name.$"):
        fit(frame, Y)


def test_what_is_not_a_number_is_named() -> None:
    for wrong in (["x"] * 60, pd.date_range("2020", periods=60), [1j] * 60, pd.Categorical([1, 2, 3] * 20)):
        frame = pd.DataFrame({0: Y, 7: wrong})
        for fit in (nb.Problem, nb.Regressor().fit):
            with pytest.raises(TypeError, match=r"^X has non-numeric columns '7'; encode them"):
                fit(frame, Y)


@pytest.mark.parametrize("kind", ["boolean", "Int64", "object"])
def test_missing_responses_are_found(kind: str) -> None:
    y = pd.Series([1, 0, pd.NA, 1] * 15, dtype=kind)
    with pytest.raises(
        ValueError, match=r"^y must be finite, got (<NA>|nan) at position 2; drop or fill it.$"
    ):
        nb.Problem(X, y)
