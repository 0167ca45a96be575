"""What X is accepted, what is refused and how, and how much memory a product takes."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from normball.designs import DenseDesign, as_design


def with_bad(position: tuple[int, int], value: float, *more: tuple[int, int]) -> np.ndarray:
    values = np.ones((600, 5))
    for place in (position, *more):
        values[place] = value
    return values


REFUSED: list[tuple[str, Callable[[], Any], type[Exception], str]] = [
    (
        "one dimension",
        lambda: np.arange(5.0),
        ValueError,
        "got shape (5,); use X.reshape(-1, 1) for one feature",
    ),
    (
        "one dimension sparse",
        lambda: sparse.coo_array(np.ones(5)),
        ValueError,
        "got shape (5,); use X.reshape",
    ),
    (
        "three dimensions",
        lambda: np.zeros((2, 2, 2)),
        ValueError,
        "two dimensions (samples, features), got shape",
    ),
    ("a number", lambda: 3.0, ValueError, "two dimensions (samples, features), got shape ()"),
    ("no samples", lambda: np.zeros((0, 4)), ValueError, "at least one sample, got shape (0, 4)"),
    (
        "no samples sparse",
        lambda: sparse.csr_array((0, 4)),
        ValueError,
        "at least one sample, got shape (0, 4)",
    ),
    ("ragged", lambda: [[1.0, 2.0], [3.0]], ValueError, "rows of equal length"),
    ("complex", lambda: np.ones((2, 2), dtype=complex), TypeError, "got complex numbers; make columns"),
    (
        "complex sparse",
        lambda: sparse.csc_array(np.ones((2, 2), dtype=complex)),
        TypeError,
        "complex numbers",
    ),
    ("objects", lambda: np.ones((2, 2), dtype=object), TypeError, "got dtype object; convert it to floats"),
    ("text", lambda: np.array([["a", "b"]]), TypeError, "got text; convert it to floats"),
    ("dates", lambda: np.zeros((2, 2), dtype="M8[s]"), TypeError, "got dates"),
    ("nothing", lambda: None, TypeError, "got dtype object"),
    ("masked", lambda: np.ma.masked_equal(np.eye(2), 0.0), ValueError, "masked array"),
    (
        "nan",
        lambda: with_bad((3, 2), np.nan, (500, 0)),
        ValueError,
        "got NaN at row 3, column 2 (counted from 0)",
    ),
    (
        "nan by columns",
        lambda: np.asfortranarray(with_bad((3, 2), np.nan, (500, 0))),
        ValueError,
        "got NaN at row 3, column 2 (counted from 0); fill or drop",
    ),
    ("same row", lambda: with_bad((7, 4), np.nan, (7, 1)), ValueError, "row 7, column 1"),
    ("infinite", lambda: with_bad((590, 4), -np.inf), ValueError, "got -inf at row 590, column 4"),
    (
        "float32",
        lambda: with_bad((300, 0), np.inf).astype(np.float32),
        ValueError,
        "got inf at row 300, column 0",
    ),
    (
        "strided",
        lambda: np.repeat(with_bad((3, 2), np.nan), 2, axis=1)[:, ::2],
        ValueError,
        "row 3, column 2",
    ),
    (
        "csc",
        lambda: sparse.csc_array(with_bad((3, 2), np.nan, (500, 0))),
        ValueError,
        "got NaN at row 3, column 2",
    ),
    (
        "csr",
        lambda: sparse.csr_matrix(with_bad((3, 2), np.inf, (3, 1))),
        ValueError,
        "got inf at row 3, column 1",
    ),
]


@pytest.mark.parametrize(
    ("make", "kind", "text"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_refusals(make: Callable[[], Any], kind: type[Exception], text: str) -> None:
    with pytest.raises(kind) as caught:
        as_design(make())
    message = str(caught.value)
    assert message.startswith("X must")
    assert text in message
    assert message.endswith(".")
    assert "\n" not in message


def test_broken_sparse_indices_are_refused() -> None:
    X = sparse.csc_array(np.eye(3))
    X.indices[1] = 99
    with pytest.raises(ValueError, match="X must be a valid sparse matrix"):
        as_design(X)


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_data_frames(library: str) -> None:
    frames = pytest.importorskip(library, reason=f"{library} is not installed")
    columns = {"age": [30, 40], "dose": [0.5, 1.5]}
    design = as_design(frames.DataFrame(columns))
    np.testing.assert_array_equal(design.columns(np.arange(2)), [[30, 0.5], [40, 1.5]])
    mixed = frames.DataFrame({**columns, "city": ["Rome", "Oslo"], "name": ["a", "b"]})
    with pytest.raises(TypeError, match="text, dates or missing values: 'city', 'name'; code them"):
        as_design(mixed)


def test_a_design_is_returned_as_it_is() -> None:
    design = as_design(np.eye(3))
    assert isinstance(design, DenseDesign)
    assert as_design(design) is design


def test_unmasked_masked_arrays_are_fine() -> None:
    np.testing.assert_array_equal(as_design(np.ma.array(np.eye(2))).matvec(np.ones(2)), np.ones(2))


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dense_products_make_no_copy(order: str, dtype: type) -> None:
    X = np.asarray(np.random.default_rng(0).standard_normal((1500, 2000)), dtype=dtype, order=order)  # type: ignore[call-overload]
    w, u, weight = np.ones(2000), np.ones(1500), np.full(1500, 1 / 1500)
    tracemalloc.start()
    design = as_design(X)
    design.matvec(w)
    design.matvec(np.where(np.arange(2000) % 3 == 0, 1.0, 0.0))
    design.rmatvec(u)
    design.column_moments(weight)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < X.size * 8 / 4


@pytest.mark.parametrize("store", [sparse.csc_array, sparse.csr_array, sparse.coo_array])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_sparse_is_never_made_dense(store: Callable[[Any], Any], dtype: type[np.floating[Any]]) -> None:
    n = 50_000
    places = np.random.default_rng(0).integers(0, n, (2, 5000))
    X = store(sparse.coo_array((np.ones(5000, dtype=dtype), (places[0], places[1])), shape=(n, n)))
    tracemalloc.start()
    design = as_design(X)
    design.matvec(np.ones(n))
    design.matvec(np.where(np.arange(n) % 9 == 0, 1.0, 0.0))
    design.rmatvec(np.ones(n))
    design.column_moments(np.full(n, 1 / n))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 50 * n * 8
