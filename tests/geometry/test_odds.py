"""Odds of corners: exact values by hand, against the solver, and against sampling."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linprog

from normball import Problem
from normball.geometry import (
    contact_on_line,
    corner_share,
    ellipse_odds,
    wilson_interval,
    zeros_of_least_norm,
)
from normball.norms import L1, L2, ElasticNet, LInf, Lp, SortedL1


@pytest.mark.parametrize(
    ("norm", "anywhere", "on_axes"),
    [(L1(), 1, 1), (L2(), 0, 0), (LInf(), 1, 0), (Lp(3.0), 0, 0), (SortedL1(weights=[1.0, 1.0]), 1, 1)],
    ids=str,
)
def test_corner_shares_known_by_hand(norm: object, anywhere: float, on_axes: float) -> None:
    assert corner_share(norm) == pytest.approx(anywhere, abs=1e-9)
    assert corner_share(norm, axes_only=True) == pytest.approx(on_axes, abs=1e-9)


@pytest.mark.quick_cases(1)
@pytest.mark.parametrize(
    "norm", [L1(weights=[1.0, 3.0]), ElasticNet(0.6), SortedL1(weights=[2.0, 1.0])], ids=str
)
def test_corner_share_agrees_with_solved_random_lines(norm: object) -> None:
    rng = np.random.default_rng(0)
    trials, zeros = 300, 0
    for angle in rng.uniform(0, 2 * np.pi, trials):
        a = np.array([np.cos(angle), np.sin(angle)])
        # grow the unit ball's touching line: the furthest point of the ball along a
        b = norm.support(a, 1.0)
        zeros += int((contact_on_line(a, b, norm) == 0).any())
    low, high = wilson_interval(zeros, trials, 0.999)
    assert low <= corner_share(norm, axes_only=True) <= high


def test_contact_on_line_is_the_closed_form() -> None:
    a, b = np.array([1.0, -3.0]), 2.0
    np.testing.assert_allclose(contact_on_line(a, b, "l1"), [0, -2 / 3], atol=1e-9)
    np.testing.assert_allclose(contact_on_line(a, b, "l2"), b * a / (a @ a), atol=1e-9)
    np.testing.assert_allclose(contact_on_line(a, b, "linf"), b * np.sign(a) / 4, atol=1e-9)


def test_ellipse_odds_agree_with_the_solver() -> None:
    trials = 400
    share = ellipse_odds("l1", trials, np.random.default_rng(1)) / trials
    assert 0.3 < share < 0.95
    assert ellipse_odds("l2", 200, np.random.default_rng(1)) == 0
    assert ellipse_odds("linf", 200, np.random.default_rng(1)) == 0
    # the same law of ellipses, solved
    rng, solved = np.random.default_rng(2), 0
    for _ in range(trials):
        turn, ratio = rng.uniform(0, np.pi), np.exp(rng.uniform(0, np.log(10)))
        rotation = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
        X = np.sqrt(2) * np.diag([1.0, ratio]) @ rotation
        angle = rng.uniform(0, 2 * np.pi)
        ray = np.array([np.cos(angle), np.sin(angle)])
        centre = ray / np.abs(ray).sum() * rng.uniform(1.0, 3.0)
        solution = Problem(X, X @ centre, fit_intercept=False).solve(budget=1.0)
        solved += int(solution.n_zeros == 1)
    low, high = wilson_interval(solved, trials, 0.9999)
    assert low - 0.04 <= share <= high + 0.04


def test_wilson_interval() -> None:
    low, high = wilson_interval(8, 10)
    assert (low, high) == pytest.approx((0.4902, 0.9433), abs=1e-4)  # Wilson 1927, by his formula
    assert wilson_interval(0, 10)[0] == 0.0
    assert wilson_interval(10, 10)[1] == pytest.approx(1.0)
    with pytest.raises(ValueError, match="trials >= 1"):
        wilson_interval(1, 0)
    with pytest.raises(ValueError, match="confidence"):
        wilson_interval(1, 2, 1.0)


@pytest.mark.parametrize(("p", "m"), [(2, 1), (3, 1), (10, 4), (30, 12)])
def test_least_norm_solutions_have_the_zeros_that_theory_says(p: int, m: int) -> None:
    rng = np.random.default_rng(3)
    assert (zeros_of_least_norm("l1", p, m, 5, rng).zeros == p - m).all()
    assert (zeros_of_least_norm("l2", p, m, 5, rng).zeros == 0).all()
    cube = zeros_of_least_norm("linf", p, m, 5, rng)
    assert (cube.zeros == 0).all()
    assert (cube.ties == p - m + 1).all()
    assert cube.largest_gap <= 1e-8
    with pytest.raises(ValueError, match="n_equations"):
        zeros_of_least_norm("l1", 3, 4, 1, rng)


@pytest.mark.parametrize(("p", "m"), [(5, 2), (40, 15)])
def test_least_norm_solutions_agree_with_linear_programs(p: int, m: int) -> None:
    rng = np.random.default_rng(4)
    A, b = rng.standard_normal((m, p)), rng.standard_normal(m)
    problem = Problem(A, b, fit_intercept=False)
    # w = u - v with u, v >= 0, least sum of both
    split = linprog(np.ones(2 * p), A_eq=np.hstack([A, -A]), b_eq=b, method="highs")
    least = problem.solve(target=0.0)
    np.testing.assert_allclose(least.coef, split.x[:p] - split.x[p:], atol=1e-7)
    # least bound t with -t <= w <= t
    rows = np.vstack([np.c_[np.eye(p), -np.ones(p)], np.c_[-np.eye(p), -np.ones(p)]])
    bounds = [(None, None)] * p + [(0, None)]
    cost, equations = np.r_[np.zeros(p), 1.0], np.c_[A, np.zeros(m)]
    cube = linprog(cost, rows, np.zeros(2 * p), equations, b, bounds=bounds, method="highs")
    assert problem.with_norm("linf").solve(target=0.0).norm == pytest.approx(cube.fun, rel=1e-7)


def test_ellipses_of_one_shape() -> None:
    shares = [
        ellipse_odds("l1", 5000, np.random.default_rng(5), (one, one)) / 5000 for one in (1.0, 3.0, 10.0)
    ]
    assert shares == sorted(shares)
    assert shares[-1] - shares[0] > 0.05
    with pytest.raises(ValueError, match="elongation must be bounds"):
        ellipse_odds("l1", 10, np.random.default_rng(0), (0.5, 2.0))


def test_a_circle_touches_where_projection_says() -> None:
    # for a circle the contact is the projection of its centre, which the norm computes by itself
    trials, rng = 3000, np.random.default_rng(6)
    share = ellipse_odds("l1", trials, rng, (1.0, 1.0)) / trials
    angle = rng.uniform(0, 2 * np.pi, trials)
    rays = np.column_stack([np.cos(angle), np.sin(angle)])
    centres = rays / np.abs(rays).sum(axis=1, keepdims=True) * rng.uniform(1, 3, trials)[:, None]
    hits = sum(int((L1().project(centre, 1.0) == 0).any()) for centre in centres)
    low, high = wilson_interval(hits, trials, 0.9999)
    assert low - 0.03 <= share <= high + 0.03
