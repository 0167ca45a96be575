"""Stability selection on data with known effects, and its bounds against a linear program and simulation."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import normball as nb
from normball.inference import stability_selection
from normball.inference.stability_bounds import concave_bound, pointwise_bound, tail_bound

DATA, COEF = nb.datasets.make_regression(120, 40, 4, noise=0.5, seed=1)


def test_strong_effects_are_stable() -> None:
    frame = pd.DataFrame(DATA.X, columns=[f"gene {j}" for j in range(40)])
    found = stability_selection(nb.Problem(frame, DATA.y), q=6, n_pairs=15)
    assert set(found.features) == set(np.flatnonzero(COEF))
    assert found.feature_names[0] == f"gene {found.features[0]}"
    assert found.q == 6
    assert found.shares.sum() == pytest.approx(6)
    assert "Samworth" in str(found)


def test_workers_and_seed_do_not_matter_to_a_repetition() -> None:
    problem = nb.Problem(DATA.X, DATA.y)
    one = stability_selection(problem, q=6, n_pairs=5, seed=3)
    two = stability_selection(problem, q=6, n_pairs=5, seed=3, n_jobs=2)
    np.testing.assert_array_equal(one.shares, two.shares)


def test_number_of_false_choices_is_within_the_bounds() -> None:
    rng = np.random.default_rng(0)
    false = []
    for _ in range(20):
        X, y = rng.standard_normal((40, 30)), rng.standard_normal(40)
        found = stability_selection(nb.Problem(X, y), q=5, cutoff=0.7, n_pairs=10, n_alphas=30)
        false.append(len(found.features))
    assert np.mean(false) <= found.concave_bound <= found.pointwise_bound


def test_pointwise_bound_by_hand() -> None:
    assert pointwise_bound(10, 1000, 0.75) == pytest.approx(0.2)
    assert pointwise_bound(10, 1000, 0.5) == np.inf


@pytest.mark.quick_cases(1)
@pytest.mark.parametrize("r", [-0.5, -0.25])
def test_tail_bound_holds_for_random_concave_laws(r: float) -> None:
    # f is r-concave, r < 0, if f^r is convex: maxima of lines make such functions
    rng = np.random.default_rng(0)
    steps, closest = np.arange(21), 0.0
    for _ in range(150):
        lines = rng.exponential(1, 3)[:, None] + rng.normal(0.5, 1, 3)[:, None] * (steps - rng.integers(0, 4))
        convex = np.maximum(lines.max(axis=0), 1e-3)
        f = convex ** (1 / r) * (steps <= rng.integers(10, 21))
        f /= f.sum()
        mean = float(f @ steps) / 20
        for threshold in (0.3, 0.5, 0.8):
            bound = tail_bound(mean, threshold, 20, r)
            tail = float(f[round(threshold * 20) :].sum())
            assert tail <= bound * (1 + 1e-6) + 1e-9
            closest = max(closest, tail / bound)
    assert closest > 0.5


def test_concave_bound_is_below_markov_and_falls_with_the_cutoff() -> None:
    bounds = [concave_bound(10, 500, cutoff, 50) for cutoff in (0.55, 0.65, 0.75, 0.9)]
    assert bounds == sorted(bounds, reverse=True)
    assert bounds[-1] < 0.5 * pointwise_bound(10, 500, 0.9)
    assert concave_bound(10, 500, 0.3, 50) <= 10 / 0.3


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"q": 41}, "q must not exceed"),
        ({"q": 0}, "q must be a whole number"),
        ({"cutoff": 75}, "cutoff must lie"),
        ({"n_pairs": 0}, "n_pairs must be"),
    ],
)
def test_bad_options_are_refused(options: dict, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        stability_selection(nb.Problem(DATA.X, DATA.y), **options)


def test_bad_problems_are_refused() -> None:
    with pytest.raises(ValueError, match="norm makes zeros"):
        stability_selection(nb.Problem(DATA.X, DATA.y, norm="l2"))
    with pytest.raises(ValueError, match="4 or more, got 3"):
        stability_selection(nb.Problem(DATA.X[:3], DATA.y[:3]))
