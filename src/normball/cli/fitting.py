"""From the options of `normball fit` to a fitted estimator, and the path for its pictures.

Every column is divided by its standard deviation for the fit (centring is the intercept's business),
unless `standardize` is False; `coef` is in the file's units in any case.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from ..answers.path import Path
from ..answers.solution import Solution
from ..cached import cached_property
from ..estimators import (
    Classifier,
    ClassifierCV,
    CrossValidation,
    Regressor,
    RegressorCV,
    TableEncoder,
)
from ..inputs.alpha_scale import Fraction, fraction
from ..losses import LOSSES, Cox, Loss, StratifiedCox, get_loss
from ..measures import PredictiveQuality
from ..norms import ElasticNet, GroupL2, Lp, Norm, get_norm
from ..problem import Problem
from ..solving_paths import alpha_grid
from ..typing import Floats
from ..warnings import ConvergenceWarning
from .held_out import check_folds, make_splitter, quality_facts, quality_of_fit
from .tables import DataTable

if TYPE_CHECKING:
    from .block_fit import BlockTable

N_ALPHAS = 60
"""Solutions on the path that is drawn."""
PATH_TOLERANCE = 1e-6
"""Relative gap of the path that is drawn; fits have their own."""
NAMED_P = {1.0: "l1", 2.0: "l2", np.inf: "linf"}
RULES = {"min": "min", "1se": "one_se", "one_se": "one_se"}

Estimator = Regressor | Classifier | RegressorCV | ClassifierCV


@dataclass(frozen=True)
class FitSettings:
    """The options of `normball fit`; None where an option was not given."""

    loss: str = "squared_error"
    delta: float | None = None
    q: float | None = None
    power: float | None = None
    ties: str | None = None
    event: str | None = None
    event_value: str | None = None
    strata: str | None = None
    norm: str = "l1"
    l1_ratio: float | None = None
    p: float | None = None
    alpha: str | None = None
    budget: float | None = None
    target_loss: float | None = None
    standardize: bool = True
    fit_intercept: bool = True
    tol: float = 1e-8
    folds: int = 5
    rule: str = "min"
    seed: int = 0
    scoring: str | None = None
    class_weight: str | None = None
    drop: tuple[str, ...] = ()
    weight: str | None = None
    fold_by: str | None = None
    time: str | None = None
    exposure: str | None = None
    missing: str = "refuse"
    calendar: bool = False
    category: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        given = {"--alpha": self.alpha, "--budget": self.budget, "--target-loss": self.target_loss}
        listed = [f"{name} {value}" for name, value in given.items() if value is not None]
        if len(listed) > 1:
            raise ValueError(
                f"give at most one of --alpha, --budget and --target-loss, got {' and '.join(listed)}; "
                "without any, alpha is chosen by cross-validation."
            )
        loss = self.make_loss()
        if self.level() and self.scoring is not None:
            raise ValueError(f"--scoring chooses alpha, but {listed[0]} is given; leave one of them out.")
        if self.exposure is not None and loss.name != "poisson":
            raise ValueError(f"--exposure belongs to --loss poisson, not to {self.loss!r}; leave it out.")
        if self.class_weight is not None and not loss.is_classifier:
            raise ValueError(
                f"--class-weight belongs to --loss logistic, not to {self.loss!r}; leave it out."
            )
        if self.time is not None and self.fold_by is not None:
            raise ValueError("give --time or --fold-by, not both: folds go forward in time, or by group.")

    @property
    def is_classifier(self) -> bool:
        """Whether the target has two classes."""
        return self.make_loss().is_classifier

    def make_loss(self) -> Loss:
        """The loss of --loss with its parameters."""
        kind = type(get_loss(self.loss))
        if kind is StratifiedCox:
            raise ValueError("give --loss cox with --strata COLUMN for a baseline hazard in each stratum.")
        given = {"delta": self.delta, "q": self.q, "power": self.power, "ties": self.ties}
        options = {name: value for name, value in given.items() if value is not None}
        for name in options:
            if name not in _parameters(kind):
                owner = next(title for title, other in LOSSES.items() if name in _parameters(other))
                raise ValueError(f"--{name} belongs to --loss {owner}, not to {self.loss!r}; leave it out.")
        if (self.event is not None) != (kind is Cox):
            raise ValueError(
                "--loss cox needs --event COLUMN, which says in which rows the time of --target ended with "
                "the event."
                if kind is Cox
                else f"--event belongs to --loss cox, not to {self.loss!r}; leave it out."
            )
        if self.strata is not None and kind is not Cox:
            raise ValueError(f"--strata belongs to --loss cox, not to {self.loss!r}; leave it out.")
        if self.event_value is not None and self.event is None:
            raise ValueError("--event-value says what --event COLUMN holds; give that, or leave it out.")
        return (kind if self.strata is None else StratifiedCox)(**options)

    def make_norm(self) -> str | Norm:
        """The norm of --norm, --l1-ratio and --p; "group_l2" takes the features of a column as a group."""
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
            return GroupL2.name
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

    def make_estimator(self, table: DataTable) -> Estimator:
        """The estimator that is to be fitted: at the level that was given, or chosen by cross-validation."""
        loss = self.make_loss()
        shared: dict[str, Any] = {
            "norm": self.make_norm(),
            "fit_intercept": self.fit_intercept,
            "standardize": self.standardize,
            "tol": self.tol,
            "encoder": TableEncoder(**table.encoder.get_params()),
        }
        if not loss.is_classifier:
            shared["loss"] = loss
        elif self.class_weight is not None:
            shared["class_weight"] = self.class_weight
        if level := self.level():
            shared |= level
            return Classifier(**shared) if loss.is_classifier else Regressor(**shared)
        check_folds(table, self.folds)
        shared |= {
            "cv": make_splitter(table, self.folds, self.seed, loss.is_classifier),
            "rule": RULES[self.rule],
            "scoring": self.scoring,
        }
        return ClassifierCV(**shared) if loss.is_classifier else RegressorCV(**shared)


def _parameters(kind: type[Loss]) -> list[str]:
    return [field.name for field in fields(kind)]  # type: ignore[arg-type]


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
    table : DataTable, or BlockTable where it was read in blocks
    settings : FitSettings
    model : the fitted estimator.
    path : Path, through the alpha of the solution.
    missed : how many fits of cross-validation and path missed their tolerance.
    quality : PredictiveQuality, on held-out rows and on those of the fit.
    """

    table: DataTable | BlockTable
    settings: FitSettings
    model: Estimator
    path: Path
    missed: int
    quality: PredictiveQuality

    @property
    def solution(self) -> Solution:
        """Of the problem that was solved: on standardised columns with `standardize`."""
        return self.model.solution_

    @property
    def choice(self) -> CrossValidation | None:
        """How alpha was chosen, None if the level was given."""
        return getattr(self.model, "cross_validation_", None)

    @property
    def coef(self) -> Floats:
        """Coefficients (p,) in the units of the file's columns."""
        return np.ravel(self.model.coef_)

    @cached_property
    def effects(self) -> Floats:
        """Coefficients (p,) for one standard deviation of each column, which can be compared."""
        return self.solution.coef * self.solution.problem.instance.moments[1]

    @cached_property
    def order(self) -> list[int]:
        """Positions of the non-zero coefficients, largest effect first."""
        support = self.solution.support
        return [int(j) for j in support[np.argsort(-np.abs(self.effects[support]), kind="stable")]]


def fit_table(table: DataTable, settings: FitSettings) -> Fit:
    """Fit a table as the settings say; work that takes long shows its own progress.

    Raises
    ------
    TypeError, ValueError
        As the settings and the estimator.
    """
    model = settings.make_estimator(table)
    is_chosen = isinstance(model, RegressorCV | ClassifierCV)
    groups = {"groups": table.fold_by} if is_chosen and table.fold_by is not None else {}

    def fit() -> DataTable:
        model.fit(table.columns, table.response, sample_weight=table.weight, **groups)
        return table

    return fit_of(
        model, fit, settings, lambda table: quality_of_fit(model, table, settings.folds, settings.seed)
    )


Fitted = TypeVar("Fitted", "DataTable", "BlockTable")


def fit_of(
    model: Estimator,
    fit: Callable[[], Fitted],
    settings: FitSettings,
    quality_of: Callable[[Fitted], PredictiveQuality],
) -> Fit:
    """A fit with its path and its figures; `fit` fits the model and gives the table."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ConvergenceWarning)
        table = fit()
        path = _path(model.solution_.problem, model.solution_)
        quality = quality_of(table)
    # the verdict on the solution says what there is to say about the final fit
    missed = len(caught) - (not model.solution_.converged and len(caught) > 0)
    return Fit(table, settings, model, path, missed, quality)


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
        "rows": fit.table.n_rows,
        "source": fit.table.source,
        "loss": parameters(solution.problem.loss),
        "norm": parameters(solution.problem.norm),
        "fit_intercept": solution.problem.fit_intercept,
        "standardize": fit.settings.standardize,
        "exposure": fit.settings.exposure,
        "form": solution.form,
        "level": solution.level,
        "alpha": solution.alpha,
        "norm_value": solution.norm,
        "loss_value": solution.loss,
        "gap": gap if np.isfinite(gap) else None,
        "converged": solution.converged,
        "quality": quality_facts(fit.quality),
        "cross_validation": None
        if choice is None
        else {
            "folds": fit.settings.folds,
            "seed": fit.settings.seed,
            "rule": fit.settings.rule,
            "scoring": choice.scoring,
            "best_alpha": choice.best_alpha,
            "one_se_alpha": choice.one_se_alpha,
        },
    }
