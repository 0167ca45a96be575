"""`Classifier`: logistic regression with any norm, two classes or more, in scikit-learn's interface."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from scipy.special import softmax
from sklearn.base import ClassifierMixin
from sklearn.utils.class_weight import compute_class_weight
from sklearn.utils.multiclass import check_classification_targets

from ..answers.contact import Contact
from ..answers.explanation import Explanation
from ..designs import as_design
from ..inputs.alpha_scale import Fraction
from ..inputs.reading import given_level, read_weights
from ..measures import ScoredRows
from ..norms import Norm
from ..parameters import read_positive
from ..solvers.classes.multinomial import ClassWeights, Multinomial
from ..solvers.generic.alpha_search import solve_level
from ..solvers.threads import suitable_threads
from ..typing import Floats, Indices
from ..warnings import warn_unconverged
from .class_solution import ClassExplanation, ClassSolution
from .linear import DEFAULT_SHARE, LinearEstimator, build_norm, is_adaptive
from .several_classes import SeveralClasses


class PredictsClasses(ClassifierMixin):
    """Labels in, labels and probabilities out, for estimators with `coef_`, `intercept_` and `_eta`."""

    classes_: np.ndarray
    _eta: Callable[..., Floats]

    def _set_coefficients(self, coef: Floats, intercept: float) -> None:
        self.__dict__.pop("class_solution_", None)  # of an earlier fit to more classes
        self.coef_, self.intercept_ = coef[None, :], np.array([intercept])

    def _codes(self, y: Any) -> Indices:
        """Note the classes; position of each sample's class (n,)."""
        check_classification_targets(y)
        self.classes_, codes = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            one = self.classes_.tolist()[0]
            raise ValueError(f"y must hold at least 2 classes for a classifier, got one class: {one!r}.")
        return codes

    def decision_function(self, X: Any) -> Floats:
        """Linear predictor: (n,) for two classes, positive for the second; (n, K) for more."""
        eta = self._eta(X)
        return eta[:, 0] if len(self.classes_) == 2 else eta

    def predict(self, X: Any) -> np.ndarray:
        """The most probable label of each row (n,)."""
        eta = self.decision_function(X)
        chosen = (eta > 0).astype(np.intp) if eta.ndim == 1 else eta.argmax(axis=1)
        labels: np.ndarray = self.classes_[chosen]
        return labels

    def predict_proba(self, X: Any) -> Floats:
        """Probability of each class (n, K), in the order of `classes_`."""
        eta = self.decision_function(X)
        if eta.ndim == 1:
            eta = np.column_stack([np.zeros(len(eta)), eta])
        return np.asarray(softmax(eta, axis=1))

    def predict_log_proba(self, X: Any) -> Floats:
        """Log-probability of each class (n, K)."""
        return np.asarray(np.log(self.predict_proba(X)))


class ClassEstimator(PredictsClasses, LinearEstimator):
    """What `Classifier` and `ClassifierCV` share."""

    class_weight: Any

    def _several(self, X: Any, codes: Indices, norm: Norm, sample_weight: Any) -> SeveralClasses:
        """The data of a multinomial regression, in the units of X."""
        if is_adaptive(self.feature_weights):
            raise ValueError(
                f"feature_weights='adaptive' takes 2 classes and y has {len(self.classes_)}; give numbers."
            )
        norm.check(X.shape[1])
        separable = norm.separable(X.shape[1])
        if separable is None:
            raise ValueError(only_two(norm, len(self.classes_)))
        weights = read_weights(sample_weight, X.shape[0])
        return SeveralClasses(
            as_design(X), codes, len(self.classes_), weights, self.fit_intercept, separable
        ).of_weight()

    @property
    def _tolerance_of_several(self) -> float:
        """The last model costs little and squares the error: weights are then exact too."""
        return min(1e-4 * read_positive(self.tol, "tol"), 1e-12)

    def _prepared_several(self, data: SeveralClasses) -> SeveralClasses:
        """What is solved; the scales of its columns are noted."""
        if not self.standardize:
            self._scales = np.ones(data.design.shape[1])
            return data
        scaled, self._scales = data.standardised()
        return scaled

    # ---- explanation, where there is one solution for all classes ----------------------
    @property
    def contact_(self) -> Contact:
        """Where the level set touches the ball; for more than two classes of all p K coefficients."""
        several = getattr(self, "class_solution_", None)
        return super().contact_ if several is None else several.contact

    def why(self, feature: int | str) -> Explanation | ClassExplanation:  # type: ignore[override]
        """Why a coefficient is zero, or is not; for more than two classes one line a class."""
        several = getattr(self, "class_solution_", None)
        return super().why(feature) if several is None else several.why(feature)

    def _class_names(self) -> tuple[str, ...]:
        return tuple(str(label) for label in self.classes_.tolist())

    def _training_rows(self) -> ScoredRows:
        several = getattr(self, "class_solution_", None)
        if several is not None:
            rows: ScoredRows = several.rows
            return rows
        rows = super()._training_rows()
        return rows.reweighted(rows.weight / self._class_weights[rows.y.astype(np.intp)])

    def _report_lines(self) -> list[str]:
        several = getattr(self, "class_solution_", None)
        return super()._report_lines() if several is None else several.lines()

    def _with_class_weights(self, codes: Indices, sample_weight: Any) -> Any:
        """Sample weights times those of `class_weight`, which are noted; None where there are neither.

        Raises
        ------
        ValueError
            If `class_weight` is neither "balanced" nor a dict of classes.
        """
        self._class_weights = np.ones(len(self.classes_))
        if self.class_weight is None:
            return sample_weight
        given = None if sample_weight is None else np.asarray(sample_weight, dtype=np.float64)
        seen = slice(None) if given is None else given > 0
        self._class_weights = compute_class_weight(
            self.class_weight, classes=self.classes_, y=self.classes_[codes[seen]]
        )
        weights: Floats = self._class_weights[codes]
        return weights if given is None else weights * given

    def _keep_several(
        self, found: ClassWeights, alpha: float, scale: float, norm: Norm, data: SeveralClasses
    ) -> None:
        """Note what was found, in the units of X; a warning where the gap is above tol."""
        self.__dict__.pop("solution_", None)
        names = tuple(getattr(self, "feature_names_in_", [f"x{j}" for j in range(len(found.W))]))
        weight = data.weights / self._class_weights[data.codes]
        eta = data.design.combinations(np.arange(len(found.W)), found.W) + found.b
        rows = ScoredRows.of_one_model(eta, data.codes.astype(np.float64), weight).reweighted(weight)
        self.class_solution_ = ClassSolution(found, alpha, norm, self.classes_, names, scale, rows)
        self.coef_, self.intercept_ = (found.W / self._scales[:, None]).T, found.b
        self.alpha_, self.loss_, self.gap_ = alpha, found.loss, found.gap
        self.norm_ = float(sum(norm.value(column) for column in found.W.T))
        self.dual_gap_, self.n_iter_ = found.gap * scale, max(found.n_models, 1)
        if found.gap > self.tol:
            warn_unconverged(
                f"alpha={alpha:.6g}: relative gap {found.gap:.1e} is above tol={self.tol:.0e} after "
                f"{found.n_models} models; try a larger alpha or standardize=True.",
                stacklevel=4,
            )

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        norm = build_norm(self.norm, None, None, False)  # whatever the l1_ratio
        tags.classifier_tags.multi_class = norm.separable(1) is not None
        return tags


def only_two(norm: Norm, n_classes: int) -> str:
    """Why this norm does not go with more than two classes, and what does."""
    return (
        f"Only binary classification is supported. {norm.title} takes 2 classes and y has {n_classes}; more "
        "go with norm='l1', 'elastic_net' or 'squared_l2', or through sklearn.multiclass.OneVsRestClassifier."
    )


class Classifier(ClassEstimator):
    """Logistic regression with a regulariser, a norm budget or a loss target.

    With two classes every norm; with more, multinomial regression with a regulariser that is a sum
    over the coefficients (l1, elastic_net, squared_l2), in any of the three forms.

    Parameters
    ----------
    norm : str or Norm, default "l1"
    class_weight : "balanced" or dict from label to weight, optional
        Multiplies the weights of the samples of each class; "balanced": n / (K times its samples).
        What `quality()` says is of the samples as they are.
    alpha, budget, target, l1_ratio, fit_intercept, standardize, positive, feature_weights,
    warm_start, tol, max_iter, encoder
        As `Regressor`. The loss is the *mean* of -log(probability of the sample's class):
        scikit-learn's C is 1 / (n alpha).

    Attributes
    ----------
    classes_ : (K,) labels in order.
    coef_ : (1, p) for two classes, else (K, p) ; intercept_ : (1,) or (K,)
    alpha_, norm_, loss_, gap_, dual_gap_, n_iter_, n_features_in_, feature_names_in_
        As `Regressor`.
    solution_ : Solution, for two classes.
    """

    def __init__(
        self,
        norm: str | Norm = "l1",
        alpha: float | Fraction | None = None,
        budget: float | None = None,
        target: float | None = None,
        *,
        l1_ratio: float | None = None,
        class_weight: Any = None,
        fit_intercept: bool = True,
        standardize: bool = False,
        positive: bool = False,
        feature_weights: Any = None,
        warm_start: bool = False,
        tol: float = 1e-8,
        max_iter: int = 100,
        encoder: Any = None,
    ) -> None:
        super().__init__(
            norm,
            alpha,
            budget,
            target,
            l1_ratio=l1_ratio,
            fit_intercept=fit_intercept,
            standardize=standardize,
            positive=positive,
            feature_weights=feature_weights,
            warm_start=warm_start,
            tol=tol,
            max_iter=max_iter,
            encoder=encoder,
        )
        self.class_weight = class_weight

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Classifier:
        """Fit to X (n, p) and labels y (n,); `sample_weight` (n,) counts like repeated rows.

        Raises
        ------
        ValueError, TypeError
            As `Problem` and `Problem.solve`; for a single class; for more than two classes with
            a norm that takes two, or a level that their path does not meet.

        Warns
        -----
        ConvergenceWarning
            If the gap stays above tol.
        """
        X, y = self._read(X, y)
        codes = self._codes(y)
        sample_weight = self._with_class_weights(codes, sample_weight)
        if len(self.classes_) > 2:
            return self._fit_several(X, codes, sample_weight)
        response = codes.astype(np.float64)
        problem = self._in_units_of_x(X, response, "logistic", self._norm(), sample_weight)
        self._keep(self._solve(self._prepared(problem)))
        return self

    def _fit_several(self, X: Any, codes: Indices, sample_weight: Any) -> Classifier:
        data = self._prepared_several(self._several(X, codes, self._norm(), sample_weight))
        tolerance = self._tolerance_of_several
        levels = (self.alpha, self.budget, self.target)
        form, level = ("alpha", None) if levels == (None, None, None) else given_level(*levels)
        with suitable_threads(data.design.shape):
            problem = data.problem()
            if form == "alpha":
                alpha = self._alpha(problem)
                found = problem.solve(alpha, tolerance)
            else:
                found, alpha, gap = solve_level(problem, form, read_positive(level, form), tolerance)
                found = replace(found, gap=gap)
        self._keep_several(found, alpha, problem.scale, self._norm(), data)
        return self

    def _alpha(self, problem: Multinomial) -> float:
        share = self.alpha.value if isinstance(self.alpha, Fraction) else DEFAULT_SHARE
        if self.alpha is not None and not isinstance(self.alpha, Fraction):
            return read_positive(self.alpha, "alpha")
        if not np.isfinite(problem.alpha_max):
            if self.alpha is not None:
                raise ValueError("alpha=fraction(...) needs a finite alpha_max, which ridge has not.")
            return DEFAULT_SHARE
        return share * problem.alpha_max if problem.alpha_max > 0 else 1.0
