"""`RegressorCV` and `ClassifierCV`: alpha (and l1_ratio) by cross-validation along the path."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.model_selection import check_cv
from sklearn.utils.validation import check_is_fitted

from ..inference.workers import each
from ..losses import Loss, get_loss
from ..norms import Norm
from ..path_solver import grid_shares, read_levels
from ..problem import Problem
from ..progress import Progress
from ..reading import read_weights
from ..typing import Floats, Indices
from .classifier import ClassEstimator
from .cross_validation import CrossValidation, cross_validate
from .linear import LinearEstimator, build_norm
from .regressor import PredictsNumbers, read_numbers
from .several_classes import SeveralClasses

RULES = ("min", "one_se")


class ChosenByCV(LinearEstimator):
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

    def _folds(self, X: Any, y: Any, sample_weight: Any, is_classifier: bool) -> list[Indices]:
        """Rows that each fold holds out, counted among those of positive weight."""
        if self.rule not in RULES:
            raise ValueError(f"rule must be 'min' or 'one_se', got {self.rule!r}.")
        splitter = check_cv(self.cv, y, classifier=is_classifier)
        held_out = [rows for _, rows in splitter.split(X, y)]
        folds = _folds_of_seen(held_out, read_weights(sample_weight, len(y)))
        if self.rule == "one_se" and len(folds) < 2:
            raise ValueError("rule='one_se' needs two folds or more, cv gives one; use rule='min'.")
        return folds

    def _norms(self) -> list[tuple[Norm, float | None]]:
        """The norm of every l1_ratio that is tried."""
        ratios = [None] if self.l1_ratio is None else [float(r) for r in np.atleast_1d(self.l1_ratio)]
        return [(build_norm(self.norm, r, self.feature_weights, self.positive), r) for r in ratios]

    def _choose(self, X: Any, y: Floats, loss: str | Loss, sample_weight: Any, is_classifier: bool) -> None:
        """Cross-validate every l1_ratio, and keep the solution of the best at the alpha of the rule."""
        folds, norms = self._folds(X, y, sample_weight, is_classifier), self._norms()
        tried = []
        with self._progress(folds, norms) as bar:
            for norm, ratio in norms:
                problem = self._make_problem(X, y, loss, norm, sample_weight)
                tried.append((self._curve(problem, folds, bar), problem, ratio))
        result, problem, ratio = min(tried, key=lambda triple: triple[0].mean_loss.min())
        path = problem.path(alphas=result.alphas, tol=self.tol, verbose=False)
        chosen = self._note(result, ratio, path.n_nonzeros)
        self._keep(problem.solution_at(path, chosen))

    def _note(self, result: CrossValidation, ratio: float | None, n_nonzeros: Indices) -> int:
        """Keep the curve; the position on it that the rule takes."""
        self.l1_ratio_, self.n_nonzeros_, self.cross_validation_ = ratio, n_nonzeros, result
        self.alphas_, self.fold_losses_ = result.alphas, result.fold_losses
        self.mean_loss_, self.standard_error_ = result.mean_loss, result.standard_error
        self.best_index_, self.one_se_index_ = result.best_index, result.one_se_index
        return self.best_index_ if self.rule == "min" else self.one_se_index_

    def _progress(self, folds: list[Indices], norms: list[Any]) -> Progress:
        return Progress(len(folds) * len(norms), "cross-validation")

    def _curve(self, problem: Problem, folds: list[Indices], bar: Progress) -> CrossValidation:
        return cross_validate(
            problem,
            progress=bar,
            n_alphas=self.n_alphas,
            eps=self.eps,
            alphas=self.alphas,
            tol=max(self.tol, 1e-8),
            folds=folds,
            n_jobs=self.n_jobs,
        )

    def report(self) -> str:
        """What was tried and chosen, what the other rule would have taken, and the rest of the report."""
        check_is_fitted(self)
        ratio = "" if self.l1_ratio_ is None else f", l1_ratio={self.l1_ratio_:g}"
        lines = [
            f"{len(self.fold_losses_)}-fold cross-validation of {self._chosen_norm().title}{ratio}, "
            f"{len(self.alphas_)} alphas from {self.alphas_[0]:.4g} to {self.alphas_[-1]:.4g}.",
        ]
        for name, k in (("Least loss", self.best_index_), ("One standard error", self.one_se_index_)):
            lines.append(
                f"{name}: alpha={self.alphas_[k]:.4g}, held-out loss {self.mean_loss_[k]:.4g} "
                f"(standard error {self.standard_error_[k]:.2g}), {self.n_nonzeros_[k]} of "
                f"{self.n_features_in_} features."
            )
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


def _folds_of_seen(folds: list[Indices], weights: Floats) -> list[Indices]:
    """Rows that each fold holds out, counted among those of positive weight (a problem has no others)."""
    seen = weights > 0
    position = np.cumsum(seen) - 1
    counted = [position[rows[seen[rows]]] for rows in folds]
    return [rows for rows in counted if len(rows)]


class RegressorCV(PredictsNumbers, ChosenByCV):
    """`Regressor` with alpha chosen by cross-validation along the whole path.

    Parameters
    ----------
    norm, fit_intercept, standardize, positive, feature_weights, tol, max_iter
        As `Regressor`. With `standardize` columns are scaled once, on all rows.
    loss : str or Loss, default "squared_error"
        Also what is compared on the rows held out.
    l1_ratio : float or list of floats in (0, 1], optional
        Of norm="elastic_net"; of several the one with the least held-out loss.
    n_alphas, eps : default 100 alphas down to 1e-3 of the largest.
    alphas : (k,) array, optional, instead of that grid.
    cv : int, splitter or iterable, default 5; as in scikit-learn.
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

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> RegressorCV:
        """Choose alpha on folds of X (n, p) and y (n,), then fit to all rows."""
        loss = get_loss(self.loss)
        X, y = self._read(X, read_numbers(loss, y), y_numeric=True)
        if loss.is_classifier:
            raise ValueError(f"loss={loss.name!r} is for classes; use ClassifierCV.")
        self._choose(X, np.asarray(y, dtype=np.float64), loss, sample_weight, is_classifier=False)
        return self


class ClassifierCV(ClassEstimator, ChosenByCV):
    """`Classifier` with alpha chosen by cross-validation along the whole path.

    Parameters and attributes as `RegressorCV`; what is compared on the rows held out is the mean
    of -log(probability of their class), `classes_` holds the labels, and folds are in proportion
    to the classes. More than two classes go with norms that are sums over the coefficients.
    """

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> ClassifierCV:
        """Choose alpha on folds of X (n, p) and labels y (n,), then fit to all rows."""
        X, y = self._read(X, y)
        codes = self._codes(y)
        if len(self.classes_) > 2:
            self._choose_several(X, codes, sample_weight)
            return self
        self._choose(X, codes.astype(np.float64), "logistic", sample_weight, is_classifier=True)
        return self

    def _choose_several(self, X: Any, codes: Indices, sample_weight: Any) -> None:
        folds = self._folds(X, codes, sample_weight, is_classifier=True)
        tried: list[tuple[CrossValidation, float | None, Norm]] = []
        norms = self._norms()
        with self._progress(folds, norms) as bar:
            for norm, ratio in norms:
                data = self._several(X, codes, norm, sample_weight)
                tried.append((self._curve_of_several(data, folds, bar), ratio, norm))
        result, ratio, norm = min(tried, key=lambda triple: triple[0].mean_loss.min())
        problem = self._several(X, codes, norm, sample_weight).problem()
        path = [problem.solve(alpha, min(1e-4 * self.tol, 1e-12)) for alpha in result.alphas.tolist()]
        counts = np.array([int(found.W.any(axis=1).sum()) for found in path])
        chosen = self._note(result, ratio, counts)
        self._keep_several(path[chosen], float(result.alphas[chosen]), problem.scale, norm)

    def _curve_of_several(self, data: SeveralClasses, folds: list[Indices], bar: Progress) -> CrossValidation:
        if self.alphas is None:
            shares, largest = grid_shares(self.n_alphas, self.eps), data.problem().alpha_max
            alphas = (largest if np.isfinite(largest) else 1.0) * shares
        else:
            alphas = read_levels(self.alphas, "alphas")
        tasks = [(data, held_out, alphas, min(self.tol, 1e-10)) for held_out in folds]
        scores = each(SeveralClasses.score_fold, tasks, self.n_jobs, bar)
        losses, wrong = (np.array(part) for part in zip(*scores, strict=True))
        shares = np.array([data.weights[held_out].sum() for held_out in folds])
        return CrossValidation.from_folds(alphas, losses, shares, wrong)
