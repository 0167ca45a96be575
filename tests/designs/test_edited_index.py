"""A sparse matrix whose index was edited beyond its shape is refused in every format, at every entry."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import sparse

import normball as nb
from normball import dropin

BEYOND, N, P = 10**8, 30, 20


def edit_coo(X: Any, position: int) -> None:
    X.row[3] = position


def edit_coo_columns(X: Any, position: int) -> None:
    X.col[3] = position


def edit_compressed(X: Any, position: int) -> None:
    X.indices[3] = position


def edit_lil(X: Any, position: int) -> None:
    X.rows[4][-1] = position


def lengthen_lil(X: Any, position: int) -> None:
    X.rows[4] += [1] * abs(position % 1000 + 50)


def edit_dok(X: Any, position: int) -> None:
    X._dict[(position, 3)] = 1.0


def edit_dia(X: Any, position: int) -> None:
    X.offsets[2] = -position


def lengthen_dia(X: Any, position: int) -> None:
    X.offsets = np.concatenate([X.offsets, np.arange(100, 150)])


EDITS: dict[str, tuple[str, Callable[[Any, int], None]]] = {
    "rows of coo": ("coo", edit_coo),
    "columns of coo": ("coo", edit_coo_columns),
    "csr": ("csr", edit_compressed),
    "csc": ("csc", edit_compressed),
    "bsr": ("bsr", edit_compressed),
    "columns of lil": ("lil", edit_lil),
    "lengths of lil": ("lil", lengthen_lil),
    "dok": ("dok", edit_dok),
    "offsets of dia": ("dia", edit_dia),
    "number of offsets of dia": ("dia", lengthen_dia),
}

SOUND = sparse.random_array((N, P), density=0.3, random_state=1, format="csc")
y = np.arange(N) * 1.0
labels = np.arange(N) % 2

ENTRIES: dict[str, Callable[[Any], object]] = {
    "Problem": lambda X: nb.Problem(X, y),
    "Regressor.fit": lambda X: nb.Regressor().fit(X, y),
    "Regressor.predict": lambda X: nb.Regressor().fit(SOUND, y).predict(X),
    "Classifier.predict_proba": lambda X: nb.Classifier().fit(SOUND, labels).predict_proba(X),
    "MatrixCompletion": lambda X: nb.MatrixCompletion().fit(X),
    "Lasso.fit": lambda X: dropin.Lasso(alpha=0.1).fit(X, y),
    "Lasso.predict": lambda X: dropin.Lasso(alpha=0.1).fit(SOUND, y).predict(X),
    "Ridge.fit": lambda X: dropin.Ridge().fit(X, y),
    "LassoCV.fit": lambda X: dropin.LassoCV(cv=2).fit(X, y),
    "LogisticRegression.fit": lambda X: dropin.LogisticRegression().fit(X, labels),
    "LogisticRegression.predict_proba": lambda X: (
        dropin.LogisticRegression().fit(SOUND, labels).predict_proba(X)
    ),
    "lasso_path": lambda X: dropin.lasso_path(X, y),
}


def edited(name: str, position: int, make: Any = sparse.random_array) -> Any:
    storage, edit = EDITS[name]
    if make is sparse.random_array:
        X = make((N, P), density=0.3, random_state=0, format=storage)
    else:
        X = make(N, P, 0.3, random_state=0, format=storage)
    edit(X, position)
    return X


@pytest.mark.parametrize("name", list(EDITS))
@pytest.mark.parametrize("position", [BEYOND, -BEYOND])
@pytest.mark.parametrize("make", [sparse.random_array, sparse.random])
def test_every_format(name: str, position: int, make: Any) -> None:
    X = edited(name, position, make)
    with pytest.raises(ValueError, match="X must be a valid sparse matrix, but its index arrays are not"):
        nb.Problem(X, y)


@pytest.mark.parametrize("entry", list(ENTRIES))
@pytest.mark.parametrize("name", ["rows of coo", "csr", "columns of lil"])
def test_every_entry(entry: str, name: str) -> None:
    with pytest.raises(ValueError, match="X must be a valid sparse matrix, but its index arrays are not"):
        ENTRIES[entry](edited(name, BEYOND))


@pytest.mark.parametrize("storage", ["coo", "csr", "csc", "bsr", "lil", "dok", "dia"])
def test_sound_formats_pass(storage: str) -> None:
    expected = nb.Problem(SOUND.toarray(), y).solve(alpha=0.1).coef
    np.testing.assert_allclose(
        nb.Problem(SOUND.asformat(storage), y).solve(alpha=0.1).coef, expected, atol=1e-10
    )
    empty = sparse.coo_array((N, P)).asformat(storage)
    assert not nb.Problem(empty, y).solve(alpha=0.1).coef.any()
