"""From the options of `normball fit` to a solution: problem, choice of alpha, original units.

Columns are fitted as they are, so that scikit-learn at the same alpha gives the same
coefficients. With `standardize` every column is divided by its standard deviation for
the fit (centring is the intercept's business), and the coefficients are divided by the
same numbers afterwards, which gives the model in the file's units.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ..alpha_scale import Fraction, fraction
from ..estimators import CrossValidation, cross_validate
from ..losses import Huber, Loss, get_loss
from ..norms import ElasticNet, GroupL2, Lp, Norm, get_norm
from ..path import Path
from ..path_solver import alpha_grid
from ..problem import Problem
from ..solution import Solution
from ..typing import Floats
from ..warnings import ConvergenceWarning
from .tables import DataTable

N_ALPHAS = 60
"""Solutions on the path, for cross-validation and for the pictures."""
PATH_TOLERANCE = 1e-6
"""Relative gap of the fits of cross-validation and path; the final fit has its own."""
NAMED_P = {1.0: "l1", 2.0: "l2", np.inf: "linf"}

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class FitSettings:
    """The options of `normball fit`; None where an option was not given."""

    loss: str = "squared_error"
    delta: float | None = None
    norm: str = "l1"
    l1_ratio: float | None = None
    p: float | None = None
    alpha: str | None = None
    budget: float | None = None
    target_loss: float | None = None
    standardize: bool = False
    fit_intercept: bool = True
    tol: float = 1e-8
    folds: int = 5
    rule: str = "min"
    seed: int = 0

    def __post_init__(self) -> None:
        given = {"--alpha": self.alpha, "--budget": self.budget, "--target-loss": self.target_loss}
        listed = [f"{name} {value}" for name, value in given.items() if value is not None]
        if len(listed) > 1:
            raise ValueError(
                f"give at most one of --alpha, --budget and --target-loss, got {' and '.join(listed)}; "
                "without any, alpha is chosen by cross-validation."
            )
        self.make_loss()
        self.level()

    def make_loss(self) -> Loss:
        """The loss of --loss and --delta."""
        loss = get_loss(self.loss)
        if self.delta is None:
            return loss
        if not isinstance(loss, Huber):
            raise ValueError(f"--delta belongs to --loss huber, not to {self.loss!r}; leave it out.")
        return Huber(self.delta)

    def make_norm(self, groups: list[list[int]]) -> Norm:
        """The norm of --norm, --l1-ratio and --p; the features of one column make one group."""
        if self.l1_ratio is not None and self.norm != ElasticNet.name:
            raise ValueError(f"--l1-ratio belongs to --norm elastic_net, not to {self.norm!r}; leave it out.")
        if self.p is not None and self.norm != Lp.name:
            raise ValueError(f"--p belongs to --norm lp, not to {self.norm!r}; leave it out.")
        if self.norm == Lp.name:
            if self.p is None:
                raise ValueError("--norm lp needs --p, a number above 1 such as --p 1.5.")
            if self.p in NAMED_P:
                raise ValueError(f"--p {self.p:g} has a name of its own; use --norm {NAMED_P[self.p]}.")
            if self.p < 1:
                raise ValueError(
                    f"--p must be above 1, got {self.p:g}: below 1 the ball is not convex and no table can "
                    "be "
                    "fitted with proof; use --norm l1 for zeros."
                )
            return Lp(self.p)
        if self.norm == GroupL2.name:
            return GroupL2(groups)
        if self.l1_ratio is not None:
            if not 0 < self.l1_ratio < 1:
                raise ValueError(
                    f"--l1-ratio must lie between 0 and 1, got {self.l1_ratio:g}; use --norm squared_l2 for "
                    "0 "
                    "and --norm l1 for 1."
                )
            return ElasticNet(self.l1_ratio)
        return get_norm(self.norm)

    def level(self) -> dict[str, float | Fraction]:
        """The argument of `Problem.solve`; empty if alpha is to be cross-validated."""
        if self.budget is not None:
            return {"budget": self.budget}
        if self.target_loss is not None:
            return {"target": self.target_loss}
        return {} if self.alpha is None else {"alpha": _parse_alpha(self.alpha)}


def _parse_alpha(text: str) -> float | Fraction:
    """'0.3' or '10%' (of alpha_max)."""
    try:
        return fraction(float(text[:-1]) / 100) if text.endswith("%") else float(text)
    except ValueError:
        raise ValueError(
            "--alpha must be a number >= 0, or a share of the alpha at which nothing enters such as 10%, "
            f"got {text!r}."
        ) from None


@dataclass(frozen=True, eq=False)
class Fit:
    """A fitted table.

    Attributes
    ----------
    table : DataTable
    settings : FitSettings
    solution : Solution
        Of the problem that was solved: on standardised columns with `standardize`.
    scales : (p,) what the columns were divided by, 1 without `standardize`.
    choice : CrossValidation, or None if the level was given.
    path : Path, through the alpha of the solution.
    missed : how many fits of cross-validation and path missed their tolerance.
    """

    table: DataTable
    settings: FitSettings
    solution: Solution
    scales: Floats
    choice: CrossValidation | None
    path: Path
    missed: int

    @cached_property
    def coef(self) -> Floats:
        """Coefficients (p,) in the units of the file's columns."""
        return self.solution.coef / self.scales

    @cached_property
    def effects(self) -> Floats:
        """Coefficients (p,) for one standard deviation of each column, which can be compared."""
        return self.solution.coef * self.solution.problem.instance.moments[1]

    @cached_property
    def order(self) -> list[int]:
        """Positions of the non-zero coefficients, largest effect first."""
        support = self.solution.support
        return [int(j) for j in support[np.argsort(-np.abs(self.effects[support]), kind="stable")]]


def fit_table(table: DataTable, settings: FitSettings, progress: Callable[[str], Progress]) -> Fit:
    """Fit a table as the settings say.

    `progress` is called with the name of each piece of work and returns what is then
    called with (steps done, steps in all).

    Raises
    ------
    TypeError, ValueError
        As the settings, `Problem`, `Problem.solve` and `cross_validate`.
    """
    problem, scales = _problem(table, settings)
    choice = None
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ConvergenceWarning)
        level = settings.level()
        if not level:
            _check_folds(table, settings.folds)
            choice = cross_validate(
                problem,
                n_folds=settings.folds,
                n_alphas=N_ALPHAS,
                eps=_grid_end(problem),
                seed=settings.seed,
                tol=PATH_TOLERANCE,
                progress=progress("cross-validation"),
            )
            level = {"alpha": choice.best_alpha if settings.rule == "min" else choice.one_se_alpha}
        report = progress("fit")
        solution = problem.solve(**level, tol=settings.tol)  # type: ignore[arg-type]
        n_before = len(caught)
        report(1, 1)
        report = progress("path")
        path = _path(problem, solution)
        report(1, 1)
    # the verdict on the solution says what there is to say about the final fit
    missed = len(caught) - (0 if solution.converged or not n_before else 1)
    return Fit(table, settings, solution, scales, choice, path, missed)


def _problem(table: DataTable, settings: FitSettings) -> tuple[Problem, Floats]:
    scales = np.ones(len(table.feature_names))
    X = table.X
    if settings.standardize:
        deviation = X.std(axis=0)
        scales = np.where(deviation > 0, deviation, 1.0)
        X = X / scales
    problem = Problem(
        X,
        table.y,
        loss=settings.make_loss(),
        norm=settings.make_norm(table.groups),
        fit_intercept=settings.fit_intercept,
        feature_names=table.feature_names,
    )
    return problem, scales


def _check_folds(table: DataTable, n_folds: int) -> None:
    way_out = "or give one of --alpha, --budget and --target-loss, which need no folds"
    n = len(table.y)
    if not 2 <= n_folds <= n:
        raise ValueError(
            f"--folds must lie between 2 and the number of rows ({n}), got {n_folds}; choose a number there, "
            f"{way_out}."
        )
    if table.class_names is None:
        return
    for label, name in enumerate(table.class_names):
        n_members = int((table.y == label).sum())
        if n_members < n_folds:
            raise ValueError(
                f"the class {name!r} has only {n_members} of {n} rows, too few for --folds {n_folds}; use "
                "fewer folds, "
                f"{way_out}."
            )


def _grid_end(problem: Problem) -> float:
    """Smallest alpha as a share of the largest: with more features than rows the end of the path overfits."""
    return 1e-2 if problem.n_features > problem.n_samples else 1e-4


def _path(problem: Problem, solution: Solution) -> Path:
    """The path for the pictures: the usual grid, carried on to a third of the solution's alpha."""
    grid = alpha_grid(problem, N_ALPHAS, 1e-3 if problem.n_features <= problem.n_samples else 1e-2)
    if solution.alpha > 0:
        first = max(float(grid[0]), solution.alpha)
        grid = np.geomspace(first, min(float(grid[-1]), solution.alpha / 3), N_ALPHAS)
        grid = np.union1d(grid, [solution.alpha])
    return problem.path(alphas=grid, tol=PATH_TOLERANCE)


def facts(fit: Fit) -> dict[str, Any]:
    """JSON values on how the model was found, for `model.json`."""
    from .model_file import parameters

    solution, choice = fit.solution, fit.choice
    gap = solution.certificate.gap
    return {
        "rows": len(fit.table.y),
        "source": fit.table.source,
        "norm": parameters(solution.problem.norm),
        "fit_intercept": solution.problem.fit_intercept,
        "standardize": fit.settings.standardize,
        "form": solution.form,
        "level": solution.level,
        "alpha": solution.alpha,
        "norm_value": solution.norm,
        "loss_value": solution.loss,
        "gap": gap if np.isfinite(gap) else None,
        "converged": solution.converged,
        "cross_validation": None
        if choice is None
        else {
            "folds": fit.settings.folds,
            "seed": fit.settings.seed,
            "rule": fit.settings.rule,
            "best_alpha": choice.best_alpha,
            "one_se_alpha": choice.one_se_alpha,
        },
    }
