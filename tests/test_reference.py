"""The reference against itself: its NumPy formulas, its cone programs, and known answers."""

from __future__ import annotations

from collections.abc import Callable

import cvxpy as cp
import numpy as np
import pytest

from normball.losses import LOSSES, Cox, Loss, SquaredError, StratifiedCox
from normball.norms import L1, L2, NORMS, GroupL2, LInf, Norm
from normball.typing import Floats
from oracles import LOSS_ORACLES, NORM_ORACLES, bounds
from problem_cases import LOSS_CASES, NORM_CASES
from problems import hard_problem, random_problem
from reference import Objective, solve_reference


def _loss(name: str, seed: int = 0, n: int = 9) -> tuple[Loss, Floats, Floats]:
    rng = np.random.default_rng(seed)
    eta = 2 * rng.standard_normal(n)
    loss, y = LOSS_CASES[name](rng, eta)
    return loss, y, eta


def _norm(name: str, seed: int = 0, p: int = 7) -> tuple[Norm, Floats]:
    rng = np.random.default_rng(seed)
    norm = NORM_CASES[name](rng, p)
    w = rng.standard_normal(p)
    return norm, np.clip(w, *bounds(norm, p))


def test_every_class_has_an_oracle() -> None:
    # Cox is no sum over samples and has references of its own
    assert set(LOSS_ORACLES) == set(LOSSES.values()) - {Cox, StratifiedCox}
    assert set(NORM_ORACLES) == set(NORMS.values())


@pytest.mark.parametrize("name", LOSS_CASES)
def test_loss_expression_has_the_value(name: str) -> None:
    loss, y, eta = _loss(name)
    oracle = LOSS_ORACLES[type(loss)]
    expression = oracle.expression(loss, cp.Constant(eta), y)
    assert expression.is_convex()
    np.testing.assert_allclose(expression.value, oracle.values(loss, eta, y), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("name", LOSS_CASES)
def test_loss_slopes_and_least_values(name: str) -> None:
    loss, y, eta = _loss(name)
    oracle = LOSS_ORACLES[type(loss)]
    step = 1e-6
    differences = (oracle.values(loss, eta + step, y) - oracle.values(loss, eta - step, y)) / (2 * step)
    np.testing.assert_allclose(oracle.slopes(loss, eta, y), differences, rtol=1e-7, atol=1e-7)
    everywhere = [oracle.values(loss, np.full(len(y), x), y) for x in (*np.linspace(-40, 40, 20001), *y)]
    np.testing.assert_allclose(np.min(everywhere, axis=0), np.zeros(len(y)), atol=1e-4)


@pytest.mark.parametrize("name", NORM_CASES)
def test_norm_expression_has_the_value(name: str) -> None:
    norm, point = _norm(name)
    oracle = NORM_ORACLES[type(norm)]
    w = cp.Variable(len(point))
    expression = oracle.expression(norm, w)
    assert expression.is_convex()
    w.value = point
    np.testing.assert_allclose(expression.value, oracle.value(norm, point), rtol=1e-12)
    assert oracle.value(norm, np.zeros(len(point))) == 0


def shrink_length(v: Floats, threshold: float) -> Floats:
    return v * max(1 - threshold / float(np.linalg.norm(v)), 0.0)


@pytest.mark.parametrize(
    ("norm", "expected"),
    [
        (L1(), lambda v: np.sign(v) * np.maximum(abs(v) - 0.3, 0)),
        (L2(), lambda v: shrink_length(v, 0.3)),
        (
            GroupL2([[0, 1], [2, 3]], weights=[1.0, 2.0]),
            lambda v: np.append(shrink_length(v[:2], 0.3), shrink_length(v[2:], 0.6)),
        ),
    ],
)
def test_orthonormal_design_shrinks(norm: Norm, expected: Callable[[Floats], Floats]) -> None:
    rng = np.random.default_rng(3)
    X = np.linalg.qr(rng.standard_normal((4, 4)))[0] * 2.0  # X'X / n is the identity
    y = rng.standard_normal(4) * 2
    found = solve_reference(X, y, SquaredError(), norm, fit_intercept=False, alpha=0.3).coef
    np.testing.assert_allclose(found, expected(X.T @ y / 4), atol=1e-8)


@pytest.mark.parametrize("norm", [L1(), L2(), LInf()], ids=repr)
def test_target_of_zero_interpolates(norm: Norm) -> None:
    a, b = np.array([[1.0, -3.0, 2.0]]), np.array([6.0])
    expected = {L1: [0, -2, 0], L2: np.array([6, -18, 12]) / 14, LInf: [1, -1, 1]}[type(norm)]
    found = solve_reference(a, b, SquaredError(), norm, fit_intercept=False, target=0.0)
    np.testing.assert_allclose(found.coef, expected, atol=1e-8)


def test_weights_of_objective_are_those_of_repeated_rows() -> None:
    rng = np.random.default_rng(0)
    X, y, counts = rng.standard_normal((6, 3)), rng.standard_normal(6), np.array([1, 2, 0, 3, 1, 1])
    weighted = Objective.of(X, y, SquaredError(), L1(), sample_weight=counts)
    repeated = Objective.of(np.repeat(X, counts, axis=0), np.repeat(y, counts), SquaredError(), L1())
    w = rng.standard_normal(3)
    assert weighted.loss_value(w, 0.5) == pytest.approx(repeated.loss_value(w, 0.5), rel=1e-14)
    assert weighted.null_loss == pytest.approx(repeated.null_loss, rel=1e-12)


def test_random_problem_repeats() -> None:
    first, again, other = random_problem(7), random_problem(7), random_problem(8)
    assert str(first) == str(again) != str(other)
    np.testing.assert_array_equal(first.objective.X, again.objective.X)
    assert first.level == again.level


@pytest.mark.parametrize("position", [113, 205, 31])
def test_no_constant_is_fitted_where_none_is_allowed(position: int) -> None:
    drawn = hard_problem(position).points[-1]
    reference = drawn.reference
    assert (reference.intercept == 0.0) == (not drawn.axes.fit_intercept)
