"""Selective inference against the choice by solving again, tails against SciPy and their limits."""

from __future__ import annotations

from dataclasses import replace
from math import exp, inf

import numpy as np
import pandas as pd
import pytest
from scipy.stats import truncnorm

import normball as nb
from normball.inference.truncated_normal import interval, log_share, log_tails, two_sided

DATA, _ = nb.datasets.make_regression(60, 8, 3, noise=1.0, correlation=0.4, seed=3)


@pytest.mark.parametrize("rooms", [(1, 2), (0.05, 0.1), (inf, inf), (inf, 0.2), (4, 6), (0.1, 30), (9, inf)])
@pytest.mark.parametrize("x", [-4.0, -0.3, 0.0, 2.5, 6.0])
def test_tails_agree_with_scipy(x: float, rooms: tuple[float, float]) -> None:
    below, above = log_tails(x, *rooms)
    law = truncnorm(x - rooms[0], x + rooms[1])
    assert below == pytest.approx(law.logcdf(x), rel=1e-9, abs=1e-11)
    assert above == pytest.approx(law.logsf(x), rel=1e-9, abs=1e-11)


@pytest.mark.parametrize("start", [40.0, 300.0, 1e4, 1e9])
@pytest.mark.parametrize("width", [1e-9, 0.1, 3.0, 20.0])
def test_far_tails_are_exponential(start: float, width: float) -> None:
    # beyond `start` the normal law is exponential with rate `start`, to order start^-2
    below, above = log_tails(start, width / start, inf)
    error = (2 + width) ** 2 / start**2 + 1e-12
    assert exp(above) == pytest.approx(exp(-width), rel=error)
    assert exp(below) == pytest.approx(-np.expm1(-width), rel=error)


@pytest.mark.parametrize("b", [0.0, -0.3, -1.5, -4.0, -30.0])
def test_formulas_meet_where_they_change(b: float) -> None:
    edge = 0.5 * (b + np.sqrt(b * b + 32))  # width (width - b) = 8
    near, far = log_share(b, edge * (1 - 1e-13)), log_share(b, edge * (1 + 1e-13))
    assert near == pytest.approx(far, abs=1e-12)


@pytest.mark.parametrize(
    "rooms", [(inf, inf), (0.1, inf), (4.0, 0.1), (1e-3, 0.2), (1e-7, inf), (1e-7, 1e-7)]
)
def test_interval_inverts_the_tails(rooms: tuple[float, float]) -> None:
    low, high = interval(1.0, 0.3, *rooms, 0.9)
    below, above = (room / 0.3 for room in rooms)
    assert exp(log_tails((1.0 - low) / 0.3, below, above)[1]) == pytest.approx(0.05, rel=1e-6)
    assert exp(log_tails((1.0 - high) / 0.3, below, above)[0]) == pytest.approx(0.05, rel=1e-6)
    assert (two_sided(1.0, 0.3, *rooms) < 0.1) == (not low <= 0 <= high)


def fitted(alpha: float = 0.2, **options: object) -> nb.Solution:
    return nb.Problem(DATA.X, DATA.y, **options).solve(alpha=alpha, tol=1e-12)


def test_cut_is_where_the_choice_changes() -> None:
    """Solving again with y moved along t_j just inside and just outside of the cut."""
    solution = fitted(0.3)
    found = nb.inference.selective(solution, sigma=1.0)
    chosen = found.features
    A = np.column_stack([np.ones(60), DATA.X[:, chosen]])
    directions = np.linalg.pinv(A)[1:]
    checked = 0
    for j, row in enumerate(directions):
        step = row / (row @ row)  # moves t_j by 1 and nothing that is independent of it
        for end in (found.cut_low[j], found.cut_high[j]):
            if not np.isfinite(end):
                continue
            for share, same in ((0.99, True), (1.01, False)):
                y = DATA.y + share * (end - found.estimates[j]) * step
                again = nb.Problem(DATA.X, y).solve(alpha=0.3, tol=1e-12)
                signs = np.array_equal(np.sign(again.coef), np.sign(solution.coef))
                assert signs == same
                checked += 1
    assert checked >= 2 * len(chosen)


def test_estimates_are_least_squares_and_law_is_truncated() -> None:
    solution = fitted()
    found = nb.inference.selective(solution, sigma=1.3, level=0.8)
    A = np.column_stack([np.ones(60), DATA.X[:, found.features]])
    np.testing.assert_allclose(found.estimates, np.linalg.lstsq(A, DATA.y)[0][1:], rtol=1e-9)
    np.testing.assert_allclose(found.coefs, solution.coef[found.features], rtol=1e-6)
    deviations = 1.3 * np.sqrt(np.diag(np.linalg.inv(A.T @ A)))[1:]
    for j, deviation in enumerate(deviations):
        ends = (found.cut_low[j] / deviation, found.cut_high[j] / deviation)
        below = truncnorm(*ends, scale=deviation).cdf(found.estimates[j])
        assert found.p_values[j] == pytest.approx(2 * min(below, 1 - below), abs=1e-8)


def test_weights_count_as_repeated_rows() -> None:
    counts = np.where(np.arange(60) < 20, 2.0, 1.0)
    weighted = nb.Problem(DATA.X, DATA.y, sample_weight=counts).solve(alpha=0.2, tol=1e-12)
    index = np.repeat(np.arange(60), counts.astype(int))
    repeated = nb.Problem(DATA.X[index], DATA.y[index]).solve(alpha=0.2, tol=1e-12)
    # sigma is that of a row of average weight, of which there are 60 and 80
    one = nb.inference.selective(weighted, sigma=1.0)
    two = nb.inference.selective(repeated, sigma=np.sqrt(80 / 60))
    np.testing.assert_allclose(one.lower, two.lower, rtol=1e-6)
    np.testing.assert_allclose(one.p_values, two.p_values, rtol=1e-6, atol=1e-12)


def test_unpenalised_features_join_but_are_not_tested() -> None:
    norm = nb.norms.L1(weights=[0.0, *[1.0] * 7])
    found = nb.inference.selective(fitted(norm=norm), sigma=1.0)
    assert 0 not in found.features


def test_sigma_and_its_source() -> None:
    found = nb.inference.selective(fitted())
    A = np.column_stack([np.ones(60), DATA.X])
    rest = DATA.y - A @ np.linalg.lstsq(A, DATA.y)[0]
    assert found.sigma == pytest.approx(np.sqrt(rest @ rest / (60 - 9)))
    assert "all features" in found.note
    wide = nb.Problem(DATA.X[:8], DATA.y[:8]).solve(alpha=1.5, tol=1e-12)
    assert "the lasso" in nb.inference.selective(wide).sigma_source


def test_prints_as_a_table_with_the_names_of_the_frame() -> None:
    frame = pd.DataFrame(DATA.X, columns=[f"<gene {j}>" for j in range(8)])
    found = nb.inference.selective(nb.Problem(frame, DATA.y).solve(alpha=0.2, tol=1e-12))
    lines = str(found).splitlines()
    assert len({len(line) for line in lines[: len(found.features) + 1]}) == 1
    assert lines[1].startswith("<gene")
    assert "p-value" in lines[0]
    assert "&lt;gene" in found._repr_html_()
    assert "<gene" not in found._repr_html_()
    assert list(pd.DataFrame(found.table()).columns) == list(found.table())


def test_nothing_chosen_is_an_empty_table() -> None:
    found = nb.inference.selective(fitted(100.0))
    assert len(found.p_values) == 0
    assert "0 chosen" in str(found)


def test_bad_input_is_refused() -> None:
    problem = nb.Problem(DATA.X, DATA.y)
    call = nb.inference.selective
    with pytest.raises(TypeError, match="must be a Solution"):
        call(3)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="or Cox with the L1 norm, got SquaredError"):
        call(problem.with_norm("elastic_net").solve(alpha=0.1))
    with pytest.raises(ValueError, match="fixed alpha > 0, got budget"):
        call(problem.solve(budget=1.0))
    with pytest.raises(ValueError, match="fixed alpha > 0, got penalty = 0"):
        call(problem.solve(alpha=0.0))
    with pytest.raises(ValueError, match="level must lie between"):
        call(fitted(), level=90)
    with pytest.raises(ValueError, match="sigma must be a number > 0"):
        call(fitted(), sigma=0)
    solution = fitted()
    loose = replace(solution, coef=np.where(np.arange(8) == solution.support[0], -1, 1) * solution.coef)
    with pytest.raises(ValueError, match="too loose"):
        call(loose)
