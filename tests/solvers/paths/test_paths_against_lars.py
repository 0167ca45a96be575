"""Paths against paths known otherwise: by scikit-learn's LARS, and by exact fractions.

`benchmarks/random_paths.py` runs the full set of random paths, of which this is a sample.
"""

from __future__ import annotations

import importlib.util
import sys
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from scipy import sparse

import normball as nb
from adversarial_path import AdversarialPath, Knot, adversarial_path, signs

MOST_PASSES = 150


def load_benchmark(name: str) -> ModuleType:
    """A script of benchmarks/, which is no package."""
    file = Path(__file__).parents[3] / "benchmarks" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"benchmarks_{name}", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


random_paths = load_benchmark("random_paths")


# 221: an inverse that is worn out where the path was followed knot by knot
@pytest.mark.parametrize("seed", [221, *range(1000, 1025)])
def test_random_path_agrees_with_lars(seed: int) -> None:
    outcome = random_paths.run(seed)
    assert outcome.failures() == [], outcome.text


def test_sample_covers_every_kind() -> None:
    cases = [random_paths.draw(seed) for seed in range(1000, 1025)]
    assert {case.storage for case in cases} == {"F", "C", "float32", "csc", "csr"}
    for switch in ("fit_intercept", "positive"):
        assert {getattr(case, switch) for case in cases} == {False, True}
    for option in ("sample_weight", "prices"):
        assert {getattr(case, option) is None for case in cases} == {False, True}
    assert {case.l1_ratio for case in cases} == {0.5, 1.0}


# ---- the path with the most segments ----------------------------------------------------
def breaks_optimality(path: AdversarialPath, knot: Knot) -> bool:
    pulls = path.correlations(knot.weights)
    return any(
        abs(pull) > knot.level or (sign != 0 and pull != sign * knot.level)
        for pull, sign in zip(pulls, signs(knot.weights), strict=True)
    )


@pytest.mark.parametrize("p", [1, 2, 3, 4, 5])
def test_adversarial_path_has_the_most_segments(p: int) -> None:
    """Exactly: the corners are optimal, neighbours agree in sign, and no pattern comes twice."""
    path = adversarial_path(p)
    patterns = [signs(weights) for _, weights in path.middles()]
    assert path.n_segments == len(set(patterns)) + 1 == (3**p + 1) // 2
    assert all(before.level > after.level for before, after in pairwise(path.knots))
    assert not any(breaks_optimality(path, knot) for knot in path.knots)
    assert path.correlations(path.end) == [0] * p
    # optimal at two neighbours with signs that do not oppose is optimal between them
    for (_, before), (_, after) in pairwise(path.corners()):
        assert all(a * b >= 0 for a, b in zip(before, after, strict=True))


@pytest.mark.parametrize("p", [3, 8])
def test_adversarial_path_is_the_same_in_floats(p: int) -> None:
    path = adversarial_path(p)
    assert [tuple(row) for row in path.X.tolist()] == [tuple(row) for row in path.rows]
    assert tuple(path.response.tolist()) == path.y


@pytest.mark.quick_cases(2)
@pytest.mark.parametrize("store", [np.asfortranarray, np.ascontiguousarray, sparse.csc_array])
@pytest.mark.parametrize("extra_rows", [0, 40], ids=["square", "tall"])
@pytest.mark.parametrize("p", [4, 6, 8])
def test_adversarial_path_is_followed_through_every_segment(p: int, extra_rows: int, store: type) -> None:
    adversary = adversarial_path(p)
    X = np.vstack([adversary.X, np.zeros((extra_rows, p))])
    y = np.concatenate([adversary.response, np.zeros(extra_rows)])
    expected = np.array([[float(w) for w in weights] for _, weights in adversary.middles()])
    alphas = [float(level) / len(y) for level, _ in adversary.middles()]
    path = nb.Problem(store(X), y, fit_intercept=False).path(alphas=alphas, tol=1e-9)
    np.testing.assert_array_equal(np.sign(path.coefs), np.sign(expected))
    np.testing.assert_allclose(path.coefs, expected, rtol=0, atol=1e-9 * np.abs(expected).max())
    assert path.gaps.max() <= 1e-9
    assert path.n_passes <= MOST_PASSES


@pytest.mark.parametrize("n_alphas", [1, 10, 100])
def test_adversarial_path_is_followed_over_long_steps(n_alphas: int) -> None:
    """Between two alphas of the grid lie many segments."""
    adversary = adversarial_path(8)
    path = nb.Problem(adversary.X, adversary.response, fit_intercept=False).path(
        alphas=np.geomspace(1.0, 1e-5, n_alphas + 1)[1:] / 8, tol=1e-9
    )
    levels = [float(level) for level, _ in adversary.corners()]
    corners = np.array([[float(w) for w in weights] for _, weights in adversary.corners()])
    for alpha, coef in zip(path.alphas, path.coefs, strict=True):
        expected = [np.interp(-8 * alpha, -np.array(levels), column) for column in corners.T]
        np.testing.assert_allclose(coef, expected, rtol=0, atol=1e-9 * np.abs(corners).max())
    assert path.gaps.max() <= 1e-9
    assert path.n_passes <= MOST_PASSES
