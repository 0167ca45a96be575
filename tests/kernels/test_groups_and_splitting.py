"""Descent on groups and the step of robust PCA against NumPy; and what they refuse."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from scipy.optimize import brentq

from normball._kernels import descend_groups, split_rows
from normball.typing import Floats

SIZES = (3, 1, 4, 2, 2)


def groups(n_outputs: int) -> dict[str, Any]:
    """Arguments of `descend_groups`, in coordinates in which each group's own block is diagonal."""
    generator = np.random.default_rng(n_outputs)
    starts = np.concatenate([[0], np.cumsum(SIZES)])
    X = generator.normal(size=(40, starts[-1])) / 6
    for start, end in pairwise(starts):
        X[:, start:end] = X[:, start:end] @ np.linalg.eigh(X[:, start:end].T @ X[:, start:end])[1]
    G = X.T @ X
    room = np.full((15, 15), np.nan)
    room[:12, :12] = G
    c = generator.normal(size=(n_outputs, 12))
    return {
        "gram": room,
        "starts": starts,
        "values": G.diagonal().copy(),
        "price": generator.uniform(0.5, 1.5, len(SIZES)),
        "w": np.zeros((n_outputs, 12)),
        "r": c.copy(),
    }


def update_by_hand(v: Floats, values: Floats, kappa: float) -> Floats:
    """The optimum of one group, given v = r_g + values w_g (k, m), by a root of the secular equation."""
    if np.linalg.norm(v) <= kappa:
        return np.zeros_like(v)

    def excess(t: float) -> float:
        return float((v**2 / (values * t + kappa) ** 2).sum() - 1)

    t = brentq(excess, 0.0, np.linalg.norm(v) / values.min(), xtol=1e-300, rtol=1e-15)
    return np.asarray(t * v / (values * t + kappa))


@pytest.mark.parametrize("n_outputs", [1, 3])
@pytest.mark.parametrize("alpha", [0.02, 0.5, 100.0])
def test_one_sweep(n_outputs: int, alpha: float) -> None:
    given = groups(n_outputs)
    gram, starts, values = given["gram"][:12, :12], given["starts"], given["values"]
    w, r = given["w"].copy(), given["r"].copy()
    for g, (start, end) in enumerate(pairwise(starts)):
        part = slice(start, end)
        v = r[:, part] + values[part] * w[:, part]
        w[:, part] = update_by_hand(v, values[part], alpha * given["price"][g])
        r = given["r"] - w @ gram
    descend_groups(**given, alpha=alpha, precision=0.0, most=1)
    np.testing.assert_allclose(given["w"], w, atol=1e-13)
    np.testing.assert_allclose(given["r"], r, atol=1e-13)


@pytest.mark.parametrize("n_outputs", [1, 3])
def test_descent_ends_at_the_optimum(n_outputs: int) -> None:
    given, alpha = groups(n_outputs), 0.3
    c = given["r"].copy()
    count = descend_groups(**given, alpha=alpha, precision=1e-13, most=10_000)
    assert 1 < count <= 10_000
    r = c - given["w"] @ given["gram"][:12, :12]
    np.testing.assert_allclose(given["r"], r, atol=1e-12)
    for g, (start, end) in enumerate(pairwise(given["starts"])):
        held, pull, kappa = given["w"][:, start:end], r[:, start:end], alpha * given["price"][g]
        if held.any():
            np.testing.assert_allclose(pull, kappa * held / np.linalg.norm(held), atol=1e-11)
        else:
            assert np.linalg.norm(pull) <= kappa * (1 + 1e-12)
    assert descend_groups(**groups(n_outputs), alpha=alpha, precision=0.0, most=3) == 4


REFUSED_GROUPS: dict[str, dict[str, Any]] = {
    "a Gram matrix too small": {"gram": np.eye(11)},
    "a Gram matrix in float32": {"gram": np.eye(12, dtype=np.float32)},
    "a Gram matrix by columns": {"gram": np.asfortranarray(np.random.default_rng(0).normal(size=(12, 13)))},
    "starts beyond the end": {"starts": np.array([0, 3, 4, 8, 10, 13])},
    "starts before the end": {"starts": np.array([0, 3, 4, 8, 10, 11])},
    "starts that fall": {"starts": np.array([0, 3, 1, 8, 10, 12])},
    "too few starts": {"starts": np.array([0, 3, 4, 8, 12])},
    "too few values": {"values": np.ones(11)},
    "too few prices": {"price": np.ones(4)},
    "other outputs": {"r": np.zeros((2, 12))},
    "other coordinates": {"r": np.zeros((1, 11))},
}


@pytest.mark.parametrize("name", list(REFUSED_GROUPS))
def test_refused_groups(name: str) -> None:
    with pytest.raises(ValueError, match=r"must|mismatch|contiguous"):
        descend_groups(**groups(1) | REFUSED_GROUPS[name], alpha=1.0, precision=0.1, most=3)


def blocks(dtype: Any) -> dict[str, Any]:
    generator = np.random.default_rng(0)
    arrays = {name: generator.normal(size=(6, 37)).astype(dtype) for name in ("M", "L", "Z", "mean")}
    return {
        **arrays,
        "b": generator.normal(size=6).astype(dtype),
        "h": generator.normal(size=37).astype(dtype),
        "observed": generator.uniform(size=(6, 37)) < 0.7,
        "ratio": 0.8,
        "shrink": 0.9,
        "bound": 0.5,
        "relaxation": 1.9,
        "weight": 0.25,
    }


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("has_holes", [False, True])
def test_split(dtype: Any, has_holes: bool) -> None:
    given = blocks(dtype)
    if not has_holes:
        given["observed"] = None
    low = given["L"] + np.multiply.outer(given["b"], given["h"])
    y = 0.8 * (given["Z"] - low)
    c = np.clip(0.9 * (given["M"] - low + y), -0.5, 0.5)
    c = c * given["observed"] if has_holes else c
    Z, mean = low + y + 1.9 * (c - y), given["mean"] + 0.25 * c
    split_rows(**given)
    tolerance = {"rtol": 0, "atol": 100 * np.finfo(dtype).eps}
    np.testing.assert_allclose(given["Z"], Z, **tolerance)
    np.testing.assert_allclose(given["mean"], mean, **tolerance)


def single(shape: Any) -> Any:
    return np.zeros(shape, dtype=np.float32)


REFUSED_BLOCKS: dict[str, Callable[[], dict[str, Any]]] = {
    "L in float32": lambda: {"L": single((6, 37))},
    "M alone in float32": lambda: {"M": single((6, 37))},
    "fewer rows": lambda: {"Z": np.zeros((5, 37))},
    "more columns": lambda: {"mean": np.zeros((6, 38))},
    "b too short": lambda: {"b": np.zeros(5)},
    "h too long": lambda: {"h": np.zeros(38)},
    "flags of another shape": lambda: {"observed": np.zeros((6, 36), bool)},
    "flags as numbers": lambda: {"observed": np.zeros((6, 37))},
    "columns together": lambda: {"M": np.zeros((6, 37), order="F")},
}


@pytest.mark.parametrize("name", list(REFUSED_BLOCKS))
def test_refused_blocks(name: str) -> None:
    with pytest.raises(ValueError, match=r"must|mismatch|contiguous"):
        split_rows(**blocks(np.float64) | REFUSED_BLOCKS[name]())
