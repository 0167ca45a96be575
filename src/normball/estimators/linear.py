"""What all estimators share: their parameters, and from those to a `Problem` and back."""

from __future__ import annotations

from abc import ABC, abstractmethod
from copy import copy
from dataclasses import replace
from os import PathLike
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.base import BaseEstimator, clone
from sklearn.utils.validation import check_is_fitted

from ..answers.contact import Contact
from ..answers.explanation import Explanation
from ..answers.solution import Solution
from ..inference import Criteria, Stability, criteria, relaxed, stability_selection
from ..inputs.alpha_scale import Fraction, fraction
from ..losses import Loss, get_loss
from ..measures import PredictiveQuality, ScoredRows, quality_of
from ..norms import L1, ElasticNet, GroupL2, Norm, get_norm
from ..parameters import read_count, read_flag, read_positive
from ..problem import Problem
from ..solving_paths import alpha_grid
from ..typing import Floats
from ..values import frozen_array
from .preparation import Preparation
from .reports import report_lines
from .validation import validated

if TYPE_CHECKING:
    from ..answers.path import Path

ACCEPTED: dict[str, Any] = {"accept_sparse": ["csc", "csr"], "dtype": [np.float64, np.float32]}
"""What scikit-learn's validation lets through."""

FLAGS = ("fit_intercept", "standardize", "positive", "warm_start")
"""Parameters that are True or False."""

DEFAULT_SHARE = 0.1
"""Share of alpha_max that is taken where no level is given."""


def build_norm(norm: str | Norm, l1_ratio: float | None, feature_weights: Any, positive: bool) -> Norm:
    """The regulariser that an estimator's parameters describe.

    Raises
    ------
    ValueError
        If `l1_ratio` goes with another norm than "elastic_net", or the norm has no weights or
        no `positive`.
    """
    if l1_ratio is not None:
        if norm != ElasticNet.name:
            raise ValueError(f"l1_ratio goes with norm='elastic_net', got norm={norm!r}.")
        built: Norm = get_norm("l1") if l1_ratio == 1 else ElasticNet(l1_ratio)
    else:
        built = get_norm(norm)
    changes: dict[str, Any] = {}
    if is_adaptive(feature_weights):
        if built.name != L1.name:
            raise ValueError(f"feature_weights='adaptive' goes with norm='l1', got {built.title}.")
    elif feature_weights is not None:
        changes["weights"] = _read_prices(feature_weights, positive)
    if positive:
        changes["positive"] = True
    if not changes:
        return built
    if not hasattr(built, "positive"):
        raise ValueError(
            f"{' and '.join(changes).replace('weights', 'feature_weights')} cannot be combined with "
            f"{built.title}; use norm='l1' or 'elastic_net'."
        )
    changed: Norm = replace(built, **changes)  # type: ignore[type-var]
    return changed


def grouped_norm(norm: str | Norm, encoder: Any) -> str | Norm:
    """The norm; "group_l2" with one group for the features of each column that an encoder made them of."""
    groups = getattr(encoder, "groups_", None)
    return GroupL2(groups) if norm == GroupL2.name and groups is not None else norm


def _read_prices(feature_weights: Any, positive: bool) -> Floats:
    """Weights (p,) of the features, under the name that an estimator gives them."""
    prices: Floats = frozen_array(feature_weights, "feature_weights")
    if (prices < 0).any():
        position = int((prices < 0).argmax())
        raise ValueError(f"feature_weights must be >= 0, got {prices[position]:g} at position {position}.")
    if positive and not prices.all():
        raise ValueError(
            "feature_weights of 0 (unpenalised) cannot be combined with positive=True; use a small weight."
        )
    return prices


def is_adaptive(feature_weights: Any) -> bool:
    """Whether prices are to come from a first fit.

    Raises
    ------
    ValueError
        If `feature_weights` is another text.
    """
    if isinstance(feature_weights, str) and feature_weights != "adaptive":
        raise ValueError(f"feature_weights must be (p,) numbers or 'adaptive', got {feature_weights!r}.")
    return isinstance(feature_weights, str)


class LinearEstimator(BaseEstimator, ABC):
    """Parameters and attributes of `Regressor` and `Classifier`.

    The fit itself is one `Problem`, kept as `solution_.problem` for explanations and pictures;
    it refers to the training data and is left out when the estimator is pickled.
    """

    def __init__(
        self,
        norm: str | Norm = "l1",
        alpha: float | Fraction | None = None,
        budget: float | None = None,
        target: float | None = None,
        *,
        l1_ratio: float | None = None,
        fit_intercept: bool = True,
        standardize: bool = False,
        positive: bool = False,
        feature_weights: Any = None,
        warm_start: bool = False,
        tol: float = 1e-8,
        max_iter: int = 100,
        encoder: Any = None,
    ) -> None:
        self.norm = norm
        self.alpha = alpha
        self.budget = budget
        self.target = target
        self.l1_ratio = l1_ratio
        self.fit_intercept = fit_intercept
        self.standardize = standardize
        self.positive = positive
        self.feature_weights = feature_weights
        self.warm_start = warm_start
        self.tol = tol
        self.max_iter = max_iter
        self.encoder = encoder

    def check_parameters(self) -> None:
        """Refuse flags that are neither True nor False, and numbers out of range."""
        for name in FLAGS:
            read_flag(getattr(self, name, False), name)  # without warm_start in the CV forms
        read_positive(self.tol, "tol")
        read_count(self.max_iter, "max_iter")

    def _read(self, X: Any, y: Any, **options: Any) -> tuple[Any, Any]:
        """X as float64 or float32, dense or compressed, and y; names and number of features are noted."""
        self.check_parameters()
        self.__dict__.pop("encoder_", None)
        if self.encoder is not None:
            self.encoder_ = clone(self.encoder).fit(X, y)
            X = self.encoder_.transform(X)
        found: tuple[Any, Any] = validated(self, X, y, **ACCEPTED, **options)
        given = self.feature_weights
        if given is not None and not is_adaptive(given) and np.size(given) != self.n_features_in_:
            raise ValueError(
                f"feature_weights has {np.size(given)} entries but X has {self.n_features_in_} features; "
                "give one a feature."
            )
        return found

    def _norm(self) -> Norm:
        norm = grouped_norm(self.norm, getattr(self, "encoder_", None))
        return build_norm(norm, self.l1_ratio, self.feature_weights, self.positive)

    @property
    def _preparation(self) -> Preparation:
        return Preparation(bool(self.standardize), is_adaptive(self.feature_weights))

    def _in_units_of_x(self, X: Any, y: Floats, loss: str | Loss, norm: Norm, sample_weight: Any) -> Problem:
        """The problem before its `_preparation`; with the names that X has, or those of the fit."""
        names = None if hasattr(X, "columns") else getattr(self, "feature_names_in_", None)
        return Problem(
            X,
            y,
            loss=loss,
            norm=norm,
            fit_intercept=self.fit_intercept,
            sample_weight=sample_weight,
            feature_names=None if names is None else list(names),
        )

    def _prepared(self, problem: Problem) -> Problem:
        """What is solved; the scales of its columns are noted."""
        prepared, self._scales = self._preparation(problem)
        return prepared

    def _level(self, problem: Problem) -> dict[str, Any]:
        """Which of the three forms is solved, and at which level."""
        given = {"alpha": self.alpha, "budget": self.budget, "target": self.target}
        level = {name: value for name, value in given.items() if value is not None}
        if level:
            return level
        if np.isfinite(problem.alpha_max):
            return {"alpha": fraction(DEFAULT_SHARE) if problem.alpha_max > 0 else 1.0}
        return {"alpha": DEFAULT_SHARE * float(alpha_grid(problem, 1, 0.5)[0])}

    def _solve(self, problem: Problem) -> Solution:
        start: Solution | None = None
        if self.warm_start:
            previous = getattr(self, "solution_", None)
            if previous is not None and len(previous.coef) == problem.n_features:
                start = previous
        most = read_count(self.max_iter, "max_iter")
        return problem.solve(**self._level(problem), tol=self.tol, max_iterations=most, start=start)

    def _keep(self, solution: Solution) -> None:
        """Note what was found; coefficients and intercept in the units of X."""
        self.solution_ = solution
        self.alpha_, self.norm_, self.loss_ = solution.alpha, solution.norm, solution.loss
        self.gap_ = solution.certificate.gap
        self.dual_gap_ = solution.certificate.gap * solution.problem.instance.scale
        self.n_iter_ = max(solution.n_iterations, 1)
        self._set_coefficients(solution.coef / self._scales, solution.intercept)

    @abstractmethod
    def _set_coefficients(self, coef: Floats, intercept: float) -> None:
        """Note coefficients (p,) and intercept in the shapes that scikit-learn gives them."""

    @property
    def penalty(self) -> str:
        """What a norm that makes exact zeros is called, "l1", and any other its name.

        This is what scikit-learn's `SelectFromModel` looks at: "l1" keeps the features that are not
        zero, anything else those above the mean size.
        """
        norm = get_norm(self.norm)
        return L1.name if norm.makes_zeros else norm.name

    # ---- explanation ----------------------------------------------------------------
    @property
    def contact_(self) -> Contact:
        """Where the level set touches the ball, of the problem that was solved."""
        return self._solution.contact

    def why(self, feature: int | str) -> Explanation:
        """Why this coefficient is zero, or is not; see `Solution.why`."""
        return self._solution.why(feature)

    def path(self, **options: Any) -> Path:
        """The path of the problem that was fitted; options as `Problem.path`."""
        return self._solution.problem.path(**options)

    # ---- what else the same data say ------------------------------------------------
    def relaxed(self, phi: float = 0.0) -> Self:
        """The same with less shrinkage on the chosen features; see `inference.relaxed`.

        Parameters
        ----------
        phi : float, 0 to 1, default 0
            Share of the price that the chosen features keep to pay; 0 is the plain refit.

        Returns
        -------
        estimator
            A fitted copy; this one stays as it is.
        """
        solution = relaxed(self._solution, phi, self.tol)
        other = copy(self)
        other._keep(solution)
        return other

    def criteria(self, sigma: float | None = None, gamma: float = 0.5, **options: Any) -> Criteria:
        """AIC, BIC and EBIC along the path; options as `Problem.path`, the rest as `inference.criteria`."""
        return criteria(self.path(**options), sigma, gamma)

    def stability(self, **options: Any) -> Stability:
        """Which features halves of the rows choose again and again; see `inference.stability_selection`."""
        return stability_selection(self._solution.problem, **options)

    def quality(
        self,
        unit: str = "the response",
        classes: tuple[str, ...] | None = None,
        *,
        held_out: ScoredRows | None = None,
        how: str | None = None,
    ) -> PredictiveQuality:
        """How good the predictions are, in the figures that people use, with standard errors.

        On the rows of the fit, and where alpha was chosen by cross-validation on rows that each model had
        not seen: RMSE and R2, accuracy beside the base rate, area under the curve and log-loss, share of
        the deviance explained, or concordance. `print` shows a table; the numbers are in `held_out` and
        `training`.

        Parameters
        ----------
        unit : str, what the response is called.
        classes : tuple of str, optional, other names of the classes.
        held_out, how : ScoredRows and str, optional
            Instead of the rows that cross-validation held out: others, and where they come from.
        """
        held_out = getattr(self, "held_out_", None) if held_out is None else held_out
        loss = None if hasattr(self, "class_solution_") else get_loss(getattr(self, "loss", "logistic"))
        return PredictiveQuality(
            quality_of(loss, self._training_rows(), unit),
            None if held_out is None else quality_of(loss, held_out, unit),
            getattr(self, "_held_out_how", "") if how is None else how,
            self._class_names() if classes is None else classes,
        )

    def _class_names(self) -> tuple[str, ...]:
        return ()

    def _training_rows(self) -> ScoredRows:
        """The rows of the fit with what is predicted for them."""
        instance = self._solution.problem.instance
        weight = instance.sample_weight * instance.n_samples
        solution, summary = self._solution, self._solution.problem.summary
        eta = instance.predictor(solution.coef, solution.intercept)
        rows = ScoredRows.of_one_model(eta, instance.y, weight)
        return rows if summary is None else rows.standing_for(summary.n_rows)

    def report(self) -> str:
        """How good it predicts, what was found and how sure it is, degrees of freedom, other choices."""
        check_is_fitted(self)
        return "\n".join([str(self.quality()), "", *self._report_lines()])

    def _report_lines(self) -> list[str]:
        return report_lines(self._solution)

    @property
    def _solution(self) -> Solution:
        check_is_fitted(self)
        if not hasattr(self, "solution_"):
            if hasattr(self, "class_solution_"):
                raise AttributeError(
                    f"path, relaxed, criteria, stability and solution_ are for 2 classes and y had "
                    f"{len(self.class_solution_.classes)}; why, contact_ and report are for more, too."
                )
            raise AttributeError(
                "this estimator was loaded without its training data, which explanations and pictures need; "
                "fit it again."
            )
        return self.solution_

    def __getstate__(self) -> dict[str, Any]:
        state: dict[str, Any] = dict(super().__getstate__())
        state.pop("solution_", None)
        return state

    # ---- keeping --------------------------------------------------------------------
    def save(self, path: str | PathLike[str]) -> None:
        """Write this fitted estimator as JSON, to be read by `nb.load`; see `persistence.save`."""
        from .persistence import save

        save(self, path)

    def to_sklearn(self) -> Any:
        """A scikit-learn estimator that predicts the same; see `persistence.to_sklearn`."""
        from .persistence import to_sklearn

        return to_sklearn(self)

    def _eta(self, X: Any, unknown_is_zero: bool = False) -> Floats:
        """X W + b; with `unknown_is_zero` levels that the encoder does not know have zeros."""
        check_is_fitted(self)
        if hasattr(self, "encoder_"):
            encode = getattr(self.encoder_, "transform_leniently", None) if unknown_is_zero else None
            X = (encode or self.encoder_.transform)(X)
        X = validated(self, X, reset=False, **ACCEPTED)
        return np.asarray(X @ self.coef_.T + self.intercept_)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags
