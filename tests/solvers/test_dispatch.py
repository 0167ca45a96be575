"""One table decides which solver a problem goes to, for one alpha and for a path."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import sparse

import normball as nb
from normball.solvers import dispatch, solver_table
from normball.solvers.dispatch import solver_of
from normball.solvers.solver_table import BEGIN, END
from normball.warnings import quietly
from problem_cases import LOSS_CASES, NORM_CASES
from problem_data import plain

ROOT = Path(__file__).parents[2]
SHAPES = {"tall": (40, 8), "wide": (14, 30)}
STORAGES = {"dense": np.asarray, "sparse": sparse.csc_array}
KINDS = tuple(product(SHAPES, STORAGES))
# every loss and every norm meets every kind of data
CELLS = [
    (loss, norm, *KINDS[(i + j) % len(KINDS)])
    for i, loss in enumerate(LOSS_CASES)
    for j, norm in enumerate(NORM_CASES)
]


def problem_of(loss: str, norm: str, shape: str, storage: str) -> nb.Problem:
    rng = np.random.default_rng(0)
    n, p = SHAPES[shape]
    X = plain(rng, n, p, storage == "sparse")
    chosen, y = LOSS_CASES[loss](rng, X[:, 0] - X[:, 1])
    return nb.Problem(STORAGES[storage](X), y, loss=chosen, norm=NORM_CASES[norm](rng, p))


@pytest.mark.quick_cases(4)
@pytest.mark.parametrize("cell", CELLS, ids=["-".join(cell) for cell in CELLS])
def test_every_form_takes_the_solver_of_the_table_alone_and_in_a_path(cell: tuple[str, ...]) -> None:
    problem = problem_of(*cell)
    design = problem.design
    first = problem.alpha_max if np.isfinite(problem.alpha_max) else 1.0
    middle = problem.solve(alpha=0.3 * first)
    levels = {"alpha": 0.3 * first, "budget": middle.norm, "target": middle.loss}
    for name, level in levels.items():
        form = {"alpha": "penalty"}.get(name, name)
        if name != "alpha" and middle.norm == 0:
            continue
        solver = solver_of(problem.instance, form)
        passes = design.n_passes
        with quietly():
            alone = problem.solve(**{name: level})
        passes_alone, passes = design.n_passes - passes, design.n_passes
        with quietly():
            path = problem.path(**{f"{name}s": [level]})
        passes_path = design.n_passes - passes
        assert alone.solver.split(", then ")[0] == solver, (name, alone)
        assert path.solver.split(", then ")[0] == solver, (name, path.solver)
        assert passes_alone <= 1.5 * passes_path + 12, (name, alone.solver, passes_alone, passes_path)


def test_the_tables_are_in_the_docs_and_name_every_solver_and_module() -> None:
    docs = (ROOT / "docs" / "engine.md").read_text(encoding="utf-8")
    assert docs.partition(BEGIN)[2].partition(END)[0].strip() == solver_table.tables(), (
        "run python -m normball.solvers.solver_table docs/engine.md"
    )
    assert {row.solver.removesuffix(dispatch.IN_N) for row in dispatch.TABLE} == set(solver_table.SOLVERS) - {
        dispatch.IN_N.strip()
    }
    for solver in solver_table.SOLVERS.values():
        assert all((ROOT / "src" / "normball" / "solvers" / module).exists() for module in solver.modules)


def test_every_condition_is_used() -> None:
    for name in ("loss", "norm", "data", "form"):
        conditions = {"loss": "LOSSES", "norm": "NORMS", "data": "DATA", "form": "FORMS"}[name]
        used = {getattr(row, name) for row in dispatch.TABLE}
        assert used == set(getattr(dispatch, conditions)), name


def test_solvers_of_several_classes() -> None:
    norms = {"class Newton": nb.norms.SquaredL2(), "class pivoting": nb.norms.ElasticNet(0.5)}
    for solver, norm in norms.items():
        separable = norm.separable(3)
        assert separable is not None
        assert dispatch.solver_of_classes(separable) == solver


def simple_problem(loss: str, norm: Any, n: int, p: int, storage: str = "dense") -> nb.Problem:
    rng = np.random.default_rng(1)
    X = rng.standard_normal((n, p))
    y = X[:, 0] - X[:, 1] + rng.standard_normal(n)
    y = {"logistic": (y > 0).astype(float), "poisson": np.exp(np.clip(y, -2, 2)).round()}.get(loss, y)
    return nb.Problem(STORAGES[storage](X), y, loss=loss, norm=norm)


GROUPS = nb.norms.GroupL2([0, 0, 1, 1])
EXPECTED: list[tuple[str, Any, tuple[int, int], str, dict[str, Any], str]] = [
    ("squared_error", "l1", (30, 4), "dense", {"alpha": 0.1}, "pivoting on the Gram matrix"),
    ("squared_error", "l1", (20, 40), "sparse", {"alpha": 0.1}, "pivoting"),
    ("squared_error", "elastic_net", (20, 40), "dense", {"alpha": 0.1}, "pivoting"),
    ("squared_error", "l1", (30, 4), "dense", {"alpha": 0.0}, "best fit"),
    ("squared_error", "l1", (20, 40), "dense", {"alpha": 0.0}, "homotopy"),
    ("squared_error", "l1", (30, 4), "dense", {"budget": 0.5}, "pivoting on the Gram matrix"),
    ("squared_error", "squared_l2", (30, 4), "sparse", {"alpha": 0.1}, "ridge factors"),
    ("squared_error", "squared_l2", (30, 4), "dense", {"budget": 0.1}, "ridge Newton"),
    ("squared_error", "l2", (20, 40), "dense", {"alpha": 0.1}, "ridge Newton in n coordinates"),
    ("squared_error", "l2", (20, 40), "sparse", {"alpha": 0.1}, "ridge Newton"),
    ("squared_error", GROUPS, (30, 4), "dense", {"alpha": 0.1}, "group descent"),
    ("squared_error", "linf", (30, 4), "dense", {"alpha": 0.1}, "proximal Newton"),
    ("squared_error", nb.norms.Lp(0.5), (30, 2), "dense", {"budget": 0.5}, "planar search"),
    ("huber", GROUPS, (30, 4), "sparse", {"alpha": 0.05}, "group reweighting"),
    ("huber", "l1", (30, 4), "dense", {"alpha": 0.05}, "reweighting"),
    ("logistic", "l1", (20, 40), "dense", {"alpha": 0.05}, "reweighting"),
    ("logistic", "squared_l2", (20, 40), "dense", {"alpha": 0.05}, "ridge Newton"),
    ("quantile", "l1", (30, 4), "sparse", {"alpha": 0.05}, "vertices"),
    ("quantile", "l2", (30, 4), "dense", {"alpha": 0.05}, "envelopes"),
    ("quantile", "l2", (20, 40), "dense", {"alpha": 0.05}, "envelopes in n coordinates"),
]


@pytest.mark.parametrize("case", EXPECTED, ids=[f"{case[0]}-{case[1]}-{case[-1]}" for case in EXPECTED])
def test_solvers_of_well_known_problems(case: tuple[Any, ...]) -> None:
    loss, norm, shape, storage, level, solver = case
    solution = simple_problem(loss, norm, *shape, storage).solve(**level)
    assert solution.solver == solver
    assert f"solver={solver!r}" in repr(solution)


@pytest.mark.parametrize("norm", ["l2", "squared_l2"])
def test_paths_in_n_coordinates_are_proved_for_losses_with_kinks(norm: str) -> None:
    path = simple_problem("quantile", norm, 20, 60).path(4, eps=0.2)
    assert path.solver.startswith("envelopes in n coordinates") or "null model" in path.solver
    assert path.gaps.max() <= path.tolerance
