"""Calls with data that cannot be fitted, and what they should say; `test_bad_inputs.py` makes them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
from scipy import sparse

from normball import Problem

RNG = np.random.default_rng(0)
X = RNG.standard_normal((12, 3))
Y = X @ [1.0, -2.0, 0.0] + 0.1 * RNG.standard_normal(12)
CLASSES = (Y > 0).astype(float)
NAMES = ("age", "weight", "height")


def problem(**options: Any) -> Problem:
    return Problem(X, Y, feature_names=NAMES, **options)


def with_entry(values: np.ndarray, position: Any, entry: Any) -> np.ndarray:
    changed = values.copy()
    changed[position] = entry
    return changed


@dataclass(frozen=True)
class Bad:
    """A call, and how its message begins; a message that is given in full ends in a full stop."""

    call: Callable[[], Any]
    expected: str
    error: type[Exception] = ValueError


FRAME = pd.DataFrame(X, columns=list(NAMES))
DATA = {
    "NaN in X": Bad(
        lambda: Problem(with_entry(X, (4, 1), np.nan), Y),
        "X must hold finite numbers, got NaN at row 4, column 1 (counted from 0); fill or drop missing "
        "values",
    ),
    "infinity in X": Bad(
        lambda: Problem(with_entry(X, (2, 0), -np.inf), Y),
        "X must hold finite numbers, got -inf at row 2, column 0 (counted from 0); replace it by a finite "
        "number.",
    ),
    "NaN in sparse X": Bad(
        lambda: Problem(sparse.csr_array(with_entry(X, (4, 1), np.nan)), Y),
        "X must hold finite numbers, got NaN at row 4, column 1",
    ),
    "NaN in y": Bad(
        lambda: Problem(X, with_entry(Y, 7, np.nan)),
        "y must be finite, got nan at position 7; drop or fill it.",
    ),
    "infinity in y": Bad(
        lambda: Problem(X, with_entry(Y, 3, np.inf)),
        "y must be finite, got inf at position 3; drop or fill it.",
    ),
    "y of another length": Bad(
        lambda: Problem(X, Y[:9]), "y has 9 entries but X has 12 rows; give one a row."
    ),
    "y of two dimensions": Bad(
        lambda: Problem(X, np.column_stack([Y, Y])), "y must have one dimension, got shape (12, 2)"
    ),
    "y of texts": Bad(
        lambda: Problem(X, ["yes", "no"] * 6), "y must be real numbers, got entries such as 'yes'.", TypeError
    ),
    "X of one dimension": Bad(
        lambda: Problem(X[:, 0], Y),
        "X must have two dimensions (samples, features), got shape (12,); use X.reshape(-1, 1) for one "
        "feature",
    ),
    "X of three dimensions": Bad(
        lambda: Problem(X[None], Y), "X must have two dimensions (samples, features), got shape (1, 12, 3)."
    ),
    "name of a file": Bad(
        lambda: Problem("table.csv", Y),
        "y must name a column of table.csv, got array(",
        TypeError,
    ),
    "no y": Bad(lambda: Problem(X, None), "y must be a list or array of numbers, got None.", TypeError),
    "two columns of one name": Bad(
        lambda: Problem(FRAME.rename(columns={"height": "age"}), Y),
        "X has several columns called 'age'; give each its own name.",
    ),
    "complex y": Bad(
        lambda: Problem(X, np.full(12, 1j)), "y must be real numbers, got entries such as '1j'.", TypeError
    ),
    "one text of names": Bad(
        lambda: Problem(X, Y, feature_names="abc"),
        "feature_names must be a list of names, one a feature, got 'abc'.",
        TypeError,
    ),
    "no rows": Bad(lambda: Problem(X[:0], Y[:0]), "X must have at least one sample, got shape (0, 3)."),
    "X of texts": Bad(
        lambda: Problem(X.astype(str), Y),
        "X must hold real numbers, got text; convert it to",
        TypeError,
    ),
    "complex X": Bad(
        lambda: Problem(X + 1j, Y),
        "X must hold real numbers, got complex numbers; make columns of its real and imaginary parts.",
        TypeError,
    ),
    "rows of unequal length": Bad(
        lambda: Problem([[1.0, 2.0], [3.0]], [0.0, 1.0]),
        "X must be a table of numbers with rows of equal length, got rows that differ.",
    ),
    "text columns, pandas": Bad(
        lambda: Problem(FRAME.assign(town="Ulm", day="Monday"), Y),
        "X has non-numeric columns 'town', 'day'; encode them as numbers, such as by "
        "encoder=normball.TableEncoder(), or drop them.",
        TypeError,
    ),
    "text columns, polars": Bad(
        lambda: Problem(pl.DataFrame({"age": X[:, 0], "town": ["Ulm"] * 12}), Y),
        "X has non-numeric columns 'town'; encode",
        TypeError,
    ),
    "missing values, pandas": Bad(
        lambda: Problem(FRAME.mask(FRAME.iloc[5, 1] == FRAME), Y),
        "X has missing values in column 'weight' (first in row 5); fill them in or drop the rows.",
    ),
    "missing values, polars": Bad(
        lambda: Problem(pl.DataFrame({"age": [1.0, None, 3.0]}), [1.0, 2.0, 3.0]),
        "X has missing values in column 'age' (first in row 1); fill them in or drop the rows.",
    ),
    "too few names": Bad(
        lambda: Problem(X, Y, feature_names=["a", "b"]), "feature_names has 2 entries but X has 3 features"
    ),
    "negative sample weight": Bad(
        lambda: problem(sample_weight=with_entry(np.ones(12), 5, -2)),
        "sample_weight must be >= 0, got -2 at position 5.",
    ),
    "NaN sample weight": Bad(
        lambda: problem(sample_weight=with_entry(np.ones(12), 5, np.nan)),
        "sample_weight must be finite, got nan at position 5; drop or fill it.",
    ),
    "sample weights all zero": Bad(
        lambda: problem(sample_weight=np.zeros(12)),
        "sample_weight must have a positive entry, got only zeros.",
    ),
    "sample weights of another length": Bad(
        lambda: problem(sample_weight=np.ones(11)), "sample_weight has 11 entries but X has 12 rows"
    ),
    "three classes": Bad(
        lambda: Problem(X, np.arange(12) % 3, loss="logistic"),
        "y must hold only the classes 0 and 1 for the logistic loss, got the values 0, 1, 2; code the two "
        "classes as 0 and 1.",
    ),
    "classes -1 and 1": Bad(
        lambda: Problem(X, 2 * CLASSES - 1, loss="logistic"),
        "y must hold only the classes 0 and 1 for the logistic loss, got the values -1, 1; code",
    ),
    "one class": Bad(
        lambda: Problem(X, np.ones(12), loss="logistic"),
        "y holds only the class 1 among the samples of positive weight, where the logistic loss needs both",
    ),
    "negative counts": Bad(
        lambda: Problem(X, with_entry(np.ones(12), 4, -1), loss="poisson"),
        "y must be >= 0 (counts or rates) for the Poisson loss, got -1 at position 4; choose another loss",
    ),
    "no counts": Bad(
        lambda: Problem(X, np.zeros(12), loss="poisson"), "y is 0 for every sample of positive weight"
    ),
}
