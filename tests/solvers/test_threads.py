"""Threads: the same numbers whatever their number, several callers at once, and after a fork."""

from __future__ import annotations

import multiprocessing
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

import normball as nb
from normball._kernels import max_threads


def problem(loss: str = "squared_error") -> nb.Problem:
    rng = np.random.default_rng(0)
    X = np.asfortranarray(rng.standard_normal((300, 2000)))
    y = X[:, :20].sum(axis=1) + rng.standard_normal(300)
    return nb.Problem(X, (y > 0).astype(float) if loss == "logistic" else y, loss=loss)


def coefs(loss: str = "squared_error") -> np.ndarray:
    return problem(loss).path(n_alphas=30, eps=1e-2).coefs


@pytest.mark.parametrize("loss", ["squared_error", "logistic"])
def test_the_number_of_threads_changes_no_bit(loss: str) -> None:
    with threadpool_limits(1):
        assert max_threads() == 1
        alone = coefs(loss)
    for n_threads in (2, 3):
        with threadpool_limits(n_threads):
            assert max_threads() == n_threads
            np.testing.assert_array_equal(coefs(loss), alone)


def test_gram_of_a_tall_matrix_changes_no_bit() -> None:
    rng = np.random.default_rng(0)
    X = rng.standard_normal((50_000, 100))
    y = X[:, 0] + rng.standard_normal(len(X))
    with threadpool_limits(1):
        alone = nb.Problem(X, y).path(n_alphas=10).coefs
    with threadpool_limits(2):
        np.testing.assert_array_equal(nb.Problem(X, y).path(n_alphas=10).coefs, alone)


def test_several_callers_at_once() -> None:
    expected = coefs()
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(lambda _: coefs(), range(8)):
            np.testing.assert_array_equal(found, expected)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_after_a_fork() -> None:
    expected = coefs()
    with multiprocessing.get_context("fork").Pool(2) as pool:
        for found in pool.map(coefs, ["squared_error"] * 4):
            np.testing.assert_array_equal(found, expected)
