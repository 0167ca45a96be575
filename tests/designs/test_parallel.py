"""Sums over blocks on threads: every term once, in order, whoever computes it; errors come back."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

from normball.designs import parallel


@pytest.mark.parametrize("n_threads", [1, 2, 5])
@pytest.mark.parametrize("slow", ["caller", "others", "nobody"])
def test_every_term_counts_once_and_in_order(
    n_threads: int, slow: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parallel, "max_threads", lambda: n_threads)
    caller, seen = threading.get_ident(), []

    def term(i: int) -> np.ndarray:
        is_caller = threading.get_ident() == caller
        seen.append(i)
        if (slow == "caller" and is_caller) or (slow == "others" and not is_caller):
            time.sleep(0.005)
        return np.array([10.0 ** (-i), i])

    total = parallel.sum_over(23, term, np.zeros(2))
    expected = np.zeros(2)
    for i in range(23):
        expected += [10.0 ** (-i), i]
    np.testing.assert_array_equal(total, expected)
    assert sorted(seen) == list(range(23))


@pytest.mark.parametrize("n_threads", [1, 3])
def test_what_a_term_raises_is_raised(n_threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "max_threads", lambda: n_threads)

    def task(i: int) -> None:
        if i == 4:
            raise RuntimeError("the fourth")

    with pytest.raises(RuntimeError, match="the fourth"):
        parallel.for_each(9, task)
