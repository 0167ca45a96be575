"""The frontier as it is drawn: on the curve that budgets solve for, wherever one looks between its points."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from normball import Problem
from normball.answers.frontier import frontier_of
from normball.displays import FrontierDisplay
from normball.norms import L1, GroupL2, Lp

RNG = np.random.default_rng(0)
X = RNG.standard_normal((60, 4))
ETA = X @ [2.0, -1.0, 0.0, 0.3]
RESPONSES = {
    "squared_error": ETA + RNG.standard_normal(60),
    "huber": ETA + RNG.standard_normal(60),
    "quantile": ETA + RNG.standard_normal(60),
    "logistic": (ETA + RNG.logistic(size=60) > 0).astype(float),
    "poisson": RNG.poisson(np.exp(ETA / 3)).astype(float),
}
NORMS: dict[str, Any] = {
    "squared_l2": "squared_l2",
    "l1": "l1",
    "l2": "l2",
    "linf": "linf",
    "elastic_net": "elastic_net",
    "sorted_l1": "sorted_l1",
    "lp": Lp(1.5),
    "group_l2": GroupL2([[0, 1], [2, 3]]),
    "free": L1(weights=[0.0, 1.0, 1.0, 1.0]),
}


def grids(problem: Problem) -> list[Any]:
    """The usual path, a coarse one, and one that begins where features are in already."""
    coarse = problem.path(n_alphas=4)
    return [
        problem.path(n_alphas=30),
        coarse,
        problem.path(alphas=coarse.alphas[1] * np.array([1, 0.5, 0.1])),
    ]


PAIRS = [(norm, "squared_error") for norm in NORMS]
PAIRS += [(norm, loss) for norm in ("squared_l2", "l2", "l1") for loss in ("huber", "logistic", "poisson")]
PAIRS += [("l1", "quantile")]


@pytest.mark.quick_cases(3)
@pytest.mark.parametrize(("norm", "loss"), PAIRS)
def test_drawn_curve_is_the_frontier(norm: str, loss: str) -> None:
    problem = Problem(X, RESPONSES[loss], loss=loss, norm=NORMS[norm])
    for path in grids(problem):
        curve = frontier_of(path)
        assert curve.norms[0] == 0
        assert (np.diff(curve.norms) >= 0).all()
        assert (np.diff(curve.losses) <= 0).all()
        budgets = curve.norms[-1] * np.array([0.003, 0.05, 0.3, 0.8])
        right = [problem.solve(budget=budget).loss for budget in budgets]
        height = curve.losses[0] - curve.losses[-1]
        np.testing.assert_allclose(
            np.interp(budgets, curve.norms, curve.losses), right, atol=1e-3 * height, rtol=0
        )


def test_a_smooth_path_gains_few_points() -> None:
    for norm in ("l1", "squared_l2"):
        path = Problem(X, RESPONSES["squared_error"], norm=norm).path()
        assert len(frontier_of(path).norms) < 150


def test_ridge_is_drawn_without_a_chord() -> None:
    problem = Problem(X[:, :2], RESPONSES["squared_error"], norm="squared_l2")
    path = problem.path()
    display = FrontierDisplay.from_path(path, at=path.at(alpha=1.0))
    budget = path.norms[0] / 2
    drawn = np.interp(budget, display.norms, display.losses)
    assert drawn == pytest.approx(problem.solve(budget=budget).loss, abs=1e-3 * np.ptp(display.losses))


def test_the_grid_of_a_ridge_without_curvature() -> None:
    problem = Problem(X, RESPONSES["quantile"], loss="quantile", norm="squared_l2")
    path = problem.path(n_alphas=20)
    assert path.losses[0] > 0.7 * problem.instance.null_loss
    assert path.losses[-1] < 0.6 * problem.instance.null_loss


@pytest.mark.parametrize(
    ("weight", "reason"),
    [
        (0.0, "no feature is penalised"),
        (np.inf, "every weight is infinite, so that no feature may enter"),
    ],
)
def test_paths_without_alphas_say_why(weight: float, reason: str) -> None:
    with pytest.raises(ValueError, match=f"^the path has no alphas: {reason}"):
        Problem(X, ETA, norm=L1(weights=np.full(4, weight))).path()
