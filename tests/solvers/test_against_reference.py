"""Every loss x norm x form against CVXPY with Clarabel; `benchmarks/cvxpy_grid.py` runs the full grid."""

from __future__ import annotations

import pytest

from comparison import compare
from normball.losses import LOSSES, Cox, StratifiedCox
from normball.norms import NORMS
from problem_cases import LOSS_CASES, NORM_CASES
from problems import CELLS, RandomProblem, grid_problem, random_problem

LARGEST_INACCURATE_SHARE = 0.03


@pytest.fixture(scope="module")
def grid() -> list[RandomProblem]:
    """The problems, which keep what the reference found."""
    return [grid_problem(position) for position in range(len(CELLS))]


@pytest.mark.quick_cases(6)
@pytest.mark.parametrize("position", range(len(CELLS)), ids=["-".join(cell) for cell in CELLS])
def test_grid(grid: list[RandomProblem], position: int) -> None:
    problem = grid[position]
    failures = [sentence for point in compare(problem) for sentence in point.failures()]
    assert not failures, f"{problem}: {failures}"


@pytest.mark.parametrize("seed", range(20))
def test_random_problem(seed: int) -> None:
    problem = random_problem(seed)
    failures = [sentence for point in compare(problem) for sentence in point.failures()]
    assert not failures, f"{problem}: {failures}"


def test_reference_is_nearly_always_accurate(grid: list[RandomProblem]) -> None:
    """Otherwise the comparisons above would rest on our own certificates."""
    inaccurate = [str(problem) for problem in grid if not problem.reference.is_accurate]
    assert len(inaccurate) <= LARGEST_INACCURATE_SHARE * len(grid), inaccurate


def test_grid_holds_every_loss_norm_and_form(grid: list[RandomProblem]) -> None:
    # `test_cox_fits.py` compares the loss that is no sum over samples
    assert {type(problem.loss) for problem in grid} == set(LOSSES.values()) - {Cox, StratifiedCox}
    assert {type(problem.norm) for problem in grid} == set(NORMS.values())
    cells = {problem.axes.cell for problem in grid}
    assert len(cells) == len(LOSS_CASES) * len(NORM_CASES) * 3
    for switch in ("is_sparse", "is_wide", "has_weights", "fit_intercept"):
        share = sum(getattr(problem.axes, switch) for problem in grid) / len(grid)
        assert 0.35 < share < 0.65, switch


def test_full_grid_meets_every_switch_in_every_cell() -> None:
    cell = 5
    switches = set()
    for turn in range(16):
        axes = grid_problem(cell + turn * len(CELLS)).axes
        assert axes.cell == CELLS[cell]
        switches.add((axes.is_sparse, axes.is_wide, axes.has_weights, axes.fit_intercept))
    assert len(switches) == 16
