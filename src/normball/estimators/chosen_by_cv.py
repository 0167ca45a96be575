"""`RegressorCV` and `ClassifierCV`: alpha (and l1_ratio) by cross-validation along the path."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from ..inference.workers import each
from ..inputs.tables import read_vector
from ..losses import Loss, get_loss
from ..norms import Norm
from ..problem import Problem
from ..progress import Progress
from ..solving_paths import grid_shares, no_grid, read_levels
from ..typing import Floats, Indices
from .classifier import ClassEstimator
from .cross_validation import CrossValidation, cross_validate
from .folds import Fold
from .linear import LinearEstimator, build_norm
from .regressor import PredictsNumbers, read_numbers
from .several_classes import SeveralClasses
from .splitting import Splits

RULES = ("min", "one_se")


class ChosenByCV(Splits, LinearEstimator):
    """What `RegressorCV` and `ClassifierCV` share."""

    def __init__(
        self,
        norm: str | Norm = "l1",
        *,
        l1_ratio: float | Sequence[float] | None = None,
        n_alphas: int = 100,
        eps: float = 1e-3,
        alphas: Any = None,
        cv: Any = 5,
        rule: str = "min",
        fit_intercept: bool = True,
        standardize: bool = False,
        positive: bool = False,
        feature_weights: Any = None,
        tol: float = 1e-8,
        max_iter: int = 100,
        n_jobs: int | None = None,
    ) -> None:
        self.norm = norm
        self.l1_ratio = l1_ratio  # type: ignore[assignment]
        self.n_alphas = n_alphas
        self.eps = eps
        self.alphas = alphas
        self.cv = cv
        self.rule = rule
        self.fit_intercept = fit_intercept
        self.standardize = standardize
        self.positive = positive
        self.feature_weights = feature_weights
        self.tol = tol
        self.max_iter = max_iter
        self.n_jobs = n_jobs

    def _norms(self) -> list[tuple[Norm, float | None]]:
        """The norm of every l1_ratio that is tried."""
        ratios: list[float | None] = [None]
        if self.l1_ratio is not None:
            ratios = read_vector(np.atleast_1d(np.asarray(self.l1_ratio)), "l1_ratio", None).tolist()
        return [(build_norm(self.norm, r, self.feature_weights, self.positive), r) for r in ratios]

    def _folds(self, *data: Any) -> list[Fold]:
        """As `Splits._folds`, and enough of them for the rule."""
        if self.rule not in RULES:
            raise ValueError(f"rule must be 'min' or 'one_se', got {self.rule!r}.")
        folds = super()._folds(*data)
        if self.rule == "one_se" and len(folds) < 2:
            raise ValueError("rule='one_se' needs two folds or more, cv gives one; use rule='min'.")
        return folds

    def _choose(self, X: Any, y: Floats, loss: str | Loss, sample_weight: Any, folds: list[Fold]) -> None:
        """Cross-validate every l1_ratio, and keep the solution of the best at the alpha of the rule."""
        norms = self._norms()
        tried = []
        with self._progress(folds, norms) as bar:
            for norm, ratio in norms:
                problem = self._in_units_of_x(X, y, loss, norm, sample_weight)
                tried.append((self._curve(problem, folds, bar), problem, ratio))
        result, problem, ratio = min(tried, key=lambda triple: triple[0].mean_loss.min())
        prepared = self._prepared(problem)
        path = prepared.path(alphas=result.alphas, tol=self.tol, verbose=False)
        chosen = self._note(result, ratio, path.n_nonzeros)
        self._keep(prepared.solution_at(path, chosen))

    def _note(self, result: CrossValidation, ratio: float | None, n_nonzeros: Indices) -> int:
        """Keep the curve; the position on it that the rule takes."""
        self.l1_ratio_, self.n_nonzeros_, self.cross_validation_ = ratio, n_nonzeros, result
        self.alphas_, self.fold_losses_ = result.alphas, result.fold_losses
        self.mean_loss_, self.standard_error_ = result.mean_loss, result.standard_error
        self.best_index_, self.one_se_index_ = result.best_index, result.one_se_index
        if self.rule == "one_se" and not result.has_standard_error:
            raise ValueError("rule='one_se' needs two folds or more that hold out an event; use rule='min'.")
        return self.best_index_ if self.rule == "min" else self.one_se_index_

    def _progress(self, folds: list[Fold], norms: list[Any]) -> Progress:
        return Progress(len(folds) * len(norms), "cross-validation")

    def _curve(self, problem: Problem, folds: list[Fold], bar: Progress) -> CrossValidation:
        return cross_validate(
            problem,
            progress=bar,
            n_alphas=self.n_alphas,
            eps=self.eps,
            alphas=self.alphas,
            tol=self.tol,
            folds=folds,
            n_jobs=self.n_jobs,
            prepare=self._preparation,
        )

    def report(self) -> str:
        """What was tried and chosen, what the other rule would have taken, and the rest of the report."""
        check_is_fitted(self)
        ratio = "" if self.l1_ratio_ is None else f", l1_ratio={self.l1_ratio_:g}"
        lines = [
            f"{len(self.fold_losses_)}-fold cross-validation of {self._chosen_norm().title}{ratio}, "
            f"{len(self.alphas_)} alphas from {self.alphas_[0]:.4g} to {self.alphas_[-1]:.4g}.",
        ]
        choices = [("Least loss", self.best_index_)]
        if self.cross_validation_.has_standard_error:
            choices.append(("One standard error", self.one_se_index_))
        for name, k in choices:
            error = f" (standard error {self.standard_error_[k]:.2g})" if len(choices) > 1 else ""
            lines.append(
                f"{name}: alpha={self.alphas_[k]:.4g}, held-out loss {self.mean_loss_[k]:.4g}{error}, "
                f"{self.n_nonzeros_[k]} of {self.n_features_in_} features."
            )
        if len(choices) == 1:
            lines.append("A single fold tells no standard error.")
        lines += _at_the_ends(self.best_index_, len(self.alphas_), self.eps)
        lines.append(f"Taken: alpha={self.alpha_:.4g} ({self.rule}), relative gap {self.gap_:.1e}.")
        if hasattr(self, "solution_") or hasattr(self, "class_solution_"):
            lines += self._report_lines()
        return "\n".join(lines)

    def _chosen_norm(self) -> Norm:
        return build_norm(self.norm, self.l1_ratio_, self.feature_weights, self.positive)


def _at_the_ends(best: int, count: int, eps: float) -> list[str]:
    """That the least loss may lie beyond the alphas that were tried."""
    if count < 2 or best < count - 1:
        return []
    return [
        f"The least loss is at the smallest alpha tried; a smaller eps (it is {eps:g}) or alphas= may find "
        "less."
    ]


class RegressorCV(PredictsNumbers, ChosenByCV):
    """`Regressor` with alpha chosen by cross-validation along the whole path.

    Parameters
    ----------
    norm, fit_intercept, standardize, positive, feature_weights, tol, max_iter
        As `Regressor`. What `standardize` and "adaptive" learn from rows, each fold learns from those
        that it trains on.
    loss : str or Loss, default "squared_error"
        Also what is compared on the rows held out, as half a deviance: the loss less the least that it
        can be for these responses.
    l1_ratio : float or list of floats in (0, 1], optional
        Of norm="elastic_net"; of several the one with the least held-out loss.
    n_alphas, eps : default 100 alphas down to 1e-3 of the largest.
    alphas : (k,) array, optional, instead of that grid.
    cv : int, splitter or iterable of pairs (train, test), default 5; as in scikit-learn, and a model is
        fitted to the training rows that it names and no others.
    rule : "min" or "one_se"
        The alpha of least mean loss, or the largest within one standard error of it.
    n_jobs : int, optional
        Folds at once, through joblib.

    Attributes
    ----------
    alpha_, l1_ratio_ : what was chosen.
    alphas_ : (k,) ; mean_loss_, standard_error_ : (k,) ; fold_losses_ : (n_folds, k)
    n_nonzeros_ : (k,) features of the fit to all rows at each alpha.
    best_index_, one_se_index_ : int, what either rule takes.
    cross_validation_ : CrossValidation, the same in one piece, for classes with the share of wrong ones.
    coef_, intercept_, norm_, loss_, gap_, dual_gap_, n_iter_, solution_, ... as `Regressor`.
    """

    def __init__(
        self,
        norm: str | Norm = "l1",
        loss: str | Loss = "squared_error",
        *,
        l1_ratio: float | Sequence[float] | None = None,
        n_alphas: int = 100,
        eps: float = 1e-3,
        alphas: Any = None,
        cv: Any = 5,
        rule: str = "min",
        fit_intercept: bool = True,
        standardize: bool = False,
        positive: bool = False,
        feature_weights: Any = None,
        tol: float = 1e-8,
        max_iter: int = 100,
        n_jobs: int | None = None,
    ) -> None:
        super().__init__(
            norm,
            l1_ratio=l1_ratio,
            n_alphas=n_alphas,
            eps=eps,
            alphas=alphas,
            cv=cv,
            rule=rule,
            fit_intercept=fit_intercept,
            standardize=standardize,
            positive=positive,
            feature_weights=feature_weights,
            tol=tol,
            max_iter=max_iter,
            n_jobs=n_jobs,
        )
        self.loss = loss

    def fit(self, X: Any, y: Any, sample_weight: Any = None, **params: Any) -> RegressorCV:
        """Choose alpha on folds of X (n, p) and y (n,), then fit to all rows.

        Parameters
        ----------
        X, y, sample_weight : as `Regressor.fit`; the weights count in training and in scores.
        **params
            `groups` (n,) for splitters by group, and whatever else metadata routing brings them.

        Raises
        ------
        TypeError, ValueError
            As `Regressor.fit`; and with the name of the fold, if it has no row to train on or to hold
            out, names rows that are not there, or admits no fit (a single class, no event).
        """
        loss = get_loss(self.loss)
        X, y = self._read(X, read_numbers(loss, y), y_numeric=True)
        if loss.is_classifier:
            raise ValueError(f"loss={loss.name!r} is for classes; use ClassifierCV.")
        response = np.asarray(y, dtype=np.float64)
        folds = self._folds(X, response, sample_weight, params)
        self._choose(X, response, loss, sample_weight, folds)
        return self


class ClassifierCV(ClassEstimator, ChosenByCV):
    """`Classifier` with alpha chosen by cross-validation along the whole path.

    Parameters and attributes as `RegressorCV`; what is compared on the rows held out is the mean
    of -log(probability of their class), `classes_` holds the labels, and folds are in proportion
    to the classes. More than two classes go with norms that are sums over the coefficients.
    """

    def fit(self, X: Any, y: Any, sample_weight: Any = None, **params: Any) -> ClassifierCV:
        """Choose alpha on folds of X (n, p) and labels y (n,), then fit to all rows.

        Parameters and errors as `RegressorCV.fit`; a fold has to train on rows of every class.
        """
        X, y = self._read(X, y)
        codes = self._codes(y)
        folds = self._folds(X, codes, sample_weight, params, self.classes_)
        if len(self.classes_) > 2:
            self._choose_several(X, codes, sample_weight, folds)
        else:
            self._choose(X, codes.astype(np.float64), "logistic", sample_weight, folds)
        return self

    def _choose_several(self, X: Any, codes: Indices, sample_weight: Any, folds: list[Fold]) -> None:
        tried: list[tuple[CrossValidation, float | None, Norm]] = []
        norms = self._norms()
        with self._progress(folds, norms) as bar:
            for norm, ratio in norms:
                data = self._several(X, codes, norm, sample_weight)
                tried.append((self._curve_of_several(data, folds, bar), ratio, norm))
        result, ratio, norm = min(tried, key=lambda triple: triple[0].mean_loss.min())
        problem = self._prepared_several(self._several(X, codes, norm, sample_weight)).problem()
        path = [problem.solve(alpha, self._tolerance_of_several) for alpha in result.alphas.tolist()]
        counts = np.array([int(found.W.any(axis=1).sum()) for found in path])
        chosen = self._note(result, ratio, counts)
        self._keep_several(path[chosen], float(result.alphas[chosen]), problem.scale, norm)

    def _curve_of_several(self, data: SeveralClasses, folds: list[Fold], bar: Progress) -> CrossValidation:
        if self.alphas is None:
            whole = data.standardised()[0] if self.standardize else data
            shares, largest = grid_shares(self.n_alphas, self.eps), whole.problem().alpha_max
            separable = data.separable
            is_free = separable.ridge is None and not separable.price.any()
            if largest == 0 or is_free:
                raise no_grid(is_free, bool(np.isinf(separable.price).all()))
            alphas = (largest if np.isfinite(largest) else 1.0) * shares
        else:
            alphas = read_levels(self.alphas, "alphas")
        tasks = [(data, fold, alphas, self._tolerance_of_several, bool(self.standardize)) for fold in folds]
        scores = each(SeveralClasses.score_fold, tasks, self.n_jobs, bar)
        return CrossValidation.from_folds(alphas, scores, is_classifier=True)
