"""Every way to store a matrix against the same products of a dense float64 array."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from normball.designs import DESIGNS, Design, as_design
from normball.typing import Floats
from registry_losses import DESIGN_CASES, dense_reference

every_case = pytest.mark.parametrize("store", DESIGN_CASES.values(), ids=DESIGN_CASES.keys())


def table(rng: np.random.Generator, n: int, p: int) -> Floats:
    """Small integers, half of them zero: exact in every dtype."""
    return np.where(rng.random((n, p)) < 0.5, rng.integers(-3, 4, (n, p)), 0).astype(np.float64)


def check_products(X: Any, rng: np.random.Generator) -> None:
    """All products of the design of X against those of its dense float64 copy."""
    design, reference = as_design(X), dense_reference(X)
    n, p = reference.shape
    assert design.shape == (n, p)
    for share in (0.0, 0.02, 0.1, 0.4, 0.9):
        w = np.where(rng.random(p) < share, rng.standard_normal(p), 0.0)
        np.testing.assert_allclose(design.matvec(w), reference @ w, atol=1e-12)
    u = rng.standard_normal((n,))
    np.testing.assert_allclose(design.rmatvec(u), reference.T @ u, atol=1e-12)
    for index in (np.arange(p), rng.permutation(p)[: p // 2], np.zeros(0, dtype=np.intp)):
        chosen = design.columns(index)
        np.testing.assert_array_equal(chosen, reference[:, index])
        assert isinstance(chosen, np.ndarray)
        assert chosen.flags.writeable
    some = rng.permutation(n)[: max(n // 2, 1)]
    part = design.rows(some)
    assert type(part) is type(design)
    np.testing.assert_array_equal(part.columns(np.arange(p)), reference[some])
    weight = np.where(rng.random(n) < 0.7, rng.random(n), 0.0)
    weight[rng.integers(n)] = 1.0
    weight /= weight.sum()
    np.testing.assert_allclose(design.mean_squares(weight), weight @ reference**2, atol=1e-12)
    if n <= 1000:
        prices = rng.random(p)
        expected = (reference * prices) @ reference.T
        np.testing.assert_allclose(design.sample_gram(prices), expected, atol=1e-12)
    W = rng.standard_normal((p, 3))
    np.testing.assert_allclose(design.predictors(W), reference @ W, atol=1e-12)
    mean, deviation = design.column_moments(weight)
    np.testing.assert_allclose(mean, weight @ reference, atol=1e-13)
    np.testing.assert_allclose(deviation, np.sqrt(weight @ (reference - weight @ reference) ** 2), atol=1e-7)
    scales = 2.0 ** rng.integers(-3, 4, p)
    divided = design.divided(scales)
    assert type(divided) is type(design)
    np.testing.assert_array_equal(divided.columns(np.arange(p)), reference / scales)
    np.testing.assert_array_equal(design.columns(np.arange(p)), reference)
    for result in (design.matvec(np.zeros(p)), design.rmatvec(u), chosen, mean, deviation):
        assert result.dtype == np.float64


def test_every_design_is_registered_with_cases() -> None:
    classes = {kind for kind in Design.__subclasses__() if kind.__module__.startswith("normball.")}
    assert classes == set(DESIGNS.values())
    values = table(np.random.default_rng(0), 4, 3)
    assert {type(as_design(store(values))) for store in DESIGN_CASES.values()} == classes


@pytest.mark.quick_cases(11)
@every_case
@settings(max_examples=25, deadline=None, derandomize=True)
@given(
    seed=st.integers(0, 2**32 - 1),
    n=st.integers(1, 9),
    p=st.integers(1, 9),
    block=st.sampled_from([1, 7, 10**5]),
)
def test_products(store: Callable[[Floats], Any], seed: int, n: int, p: int, block: int) -> None:
    rng = np.random.default_rng(seed)
    with (
        mock.patch("normball.designs.dense.BLOCK_ENTRIES", block),
        mock.patch("normball.designs.sparse.BLOCK_ENTRIES", block),
    ):
        check_products(store(table(rng, n, p)), rng)


@pytest.mark.quick_cases(20)
@every_case
@pytest.mark.parametrize("shape", [(2000, 150), (40, 9000)])
def test_products_of_many_blocks(store: Callable[[Floats], Any], shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(5)
    check_products(store(table(rng, *shape)), rng)


@every_case
def test_callers_matrix_stays(store: Callable[[Floats], Any]) -> None:
    rng = np.random.default_rng(1)
    X = store(table(rng, 12, 30))
    parts = (
        [X]
        if isinstance(X, np.ndarray)
        else [getattr(X, name) for name in ("data", "indices") if hasattr(X, name)]
    )
    before = [(np.array(part, copy=True), part.flags.writeable) for part in parts if part.dtype != object]
    check_products(X, rng)
    after = [part for part in parts if part.dtype != object]
    for (values, writeable), part in zip(before, after, strict=True):
        np.testing.assert_array_equal(values, part)
        assert part.flags.writeable == writeable


@every_case
def test_passes_are_counted(store: Callable[[Floats], Any]) -> None:
    design = as_design(store(table(np.random.default_rng(2), 6, 80)))
    assert design.n_passes == 0
    design.matvec(np.ones(80))
    assert design.n_passes == 1
    design.matvec(np.eye(80)[3])
    assert design.n_passes == pytest.approx(1 + 1 / 80)
    design.matvec(np.zeros(80))
    design.rmatvec(np.ones(6))
    design.columns(np.array([1, 7]))
    assert design.n_passes == pytest.approx(2 + 3 / 80)
    design.column_moments(np.full(6, 1 / 6))
    assert design.n_passes > 3


@pytest.mark.parametrize("store", [np.asarray, sparse.csc_array, sparse.csr_matrix])
def test_no_features(store: Callable[[Floats], Any]) -> None:
    design = as_design(store(np.zeros((3, 0))))
    assert design.shape == (3, 0)
    np.testing.assert_array_equal(design.matvec(np.zeros(0)), np.zeros(3))
    assert design.rmatvec(np.ones(3)).shape == (0,)
    assert design.columns(np.zeros(0, dtype=np.intp)).shape == (3, 0)
    assert all(moment.shape == (0,) for moment in design.column_moments(np.full(3, 1 / 3)))


@pytest.mark.parametrize("store", [np.asarray, np.asfortranarray, sparse.csc_array, sparse.csr_array])
def test_moments_are_numerically_sound(store: Callable[[Floats], Any]) -> None:
    rng = np.random.default_rng(3)
    n = 501
    weight = rng.random(n)
    weight[::7] = 0.0
    weight /= weight.sum()
    small = rng.standard_normal(n)
    constant_where_seen = np.where(weight > 0, 1e6 / 3, 0.0)
    X = np.column_stack([1e9 + small, np.full(n, 0.1), np.zeros(n), constant_where_seen, 1e-9 * small])
    mean, deviation = as_design(store(X)).column_moments(weight)
    spread = np.sqrt(weight @ (small - weight @ small) ** 2)
    middle = float(weight @ small)
    np.testing.assert_allclose(mean, [1e9 + middle, 0.1, 0.0, 1e6 / 3, 1e-9 * middle], rtol=1e-13)
    assert deviation[0] == pytest.approx(spread, rel=1e-6)
    np.testing.assert_array_equal(deviation[1:4], 0.0)
    assert deviation[4] == pytest.approx(1e-9 * spread, rel=1e-13)


NEARLY = {
    "sums of tenths": np.where(np.arange(40) % 3 > 0, 0.1 + 0.2, 0.3),
    "ten tenths": np.where(np.arange(40) % 2 > 0, sum([0.1] * 10), 1.0),
    "shares taken back": (1 / np.arange(1, 100)) * np.arange(1, 100),
    "a running sum taken back": 7.7 + np.cumsum(np.full(40, 0.1)) - 0.1 * np.arange(1, 41),
    "float32": np.full(40, 0.7, dtype=np.float32) + 6e-8 * (np.arange(40) % 2).astype(np.float32),
}


@pytest.mark.parametrize("store", [np.asarray, sparse.csc_array])
@pytest.mark.parametrize("name", NEARLY)
def test_columns_constant_up_to_rounding_have_no_deviation(store: Callable[[Any], Any], name: str) -> None:
    column = NEARLY[name]
    assert np.ptp(column) > 0
    weight = np.full(len(column), 1 / len(column))
    assert as_design(store(column[:, None])).column_moments(weight)[1][0] == 0.0
    assert as_design(store((-1e5 * column)[:, None])).column_moments(weight)[1][0] == 0.0


def test_columns_far_from_zero_keep_their_deviation() -> None:
    noise = np.random.default_rng(0).standard_normal(40)
    X = np.column_stack([1e12 + noise, 1e8 + 1e-3 * noise, -1e15 + 1e3 * noise, 1e-12 * noise])
    deviations = as_design(X).column_moments(np.full(40, 1 / 40))[1]
    np.testing.assert_allclose(deviations, np.array([1, 1e-3, 1e3, 1e-12]) * noise.std(), rtol=1e-3)
