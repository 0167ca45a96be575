"""What `RegressorCV` and `ClassifierCV` share: alpha (and l1_ratio) by cross-validation along the path."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np
from sklearn.base import clone
from sklearn.utils import _safe_indexing
from sklearn.utils.validation import check_is_fitted

from ..inference.workers import each
from ..inputs.tables import read_vector
from ..measures import ScoredRows
from ..norms import Norm
from ..progress import Progress
from ..solving_paths import read_levels
from ..typing import Floats
from .curve import CrossValidation, FoldScore
from .folds import Fold
from .linear import LinearEstimator, build_norm, grouped_norm
from .splitting import Splits

RULES = ("min", "one_se")
EPS, EPS_OF_MANY = 1e-4, 1e-2
"""Smallest alpha over the largest, where there are more rows than features, and where not."""
FURTHER, MOST_FURTHER = 1e-2, 2
"""By how much, and how often, the alphas are carried on where the best is the smallest of them."""
FLAT = 0.01
"""Share of a standard error below which a gain over the last factor of two in alpha is none."""


class Scorer(Protocol):
    """How a model is fitted to the rows of a fold, and scored on those that it holds out."""

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""

    def grid(self, n_alphas: int, eps: float) -> Floats:
        """Decreasing alphas of all rows."""

    def __call__(self, fold: Fold, alphas: Floats) -> FoldScore:
        """How the path of the rows that a fold trains on does on those that it holds out."""

    def curve(self, alphas: Floats, scores: Sequence[FoldScore]) -> CrossValidation:
        """The scores of all folds in one piece."""

    def held_out(self, path: Any, fold: Fold) -> Floats:
        """Linear predictors (t,) or (t, K) of the rows that a fold holds out, by a path of one step."""


class ChosenByCV(Splits, LinearEstimator):
    """What `RegressorCV` and `ClassifierCV` share."""

    def __init__(
        self,
        norm: str | Norm = "l1",
        *,
        l1_ratio: float | Sequence[float] | None = None,
        n_alphas: int = 100,
        eps: float | None = None,
        alphas: Any = None,
        cv: Any = 5,
        scoring: Any = None,
        rule: str = "min",
        fit_intercept: bool = True,
        standardize: bool = False,
        positive: bool = False,
        feature_weights: Any = None,
        tol: float = 1e-8,
        max_iter: int = 100,
        n_jobs: int | None = None,
        encoder: Any = None,
    ) -> None:
        self.norm = norm
        self.l1_ratio = l1_ratio  # type: ignore[assignment]
        self.n_alphas = n_alphas
        self.eps = eps
        self.alphas = alphas
        self.cv = cv
        self.scoring = scoring
        self.rule = rule
        self.fit_intercept = fit_intercept
        self.standardize = standardize
        self.positive = positive
        self.feature_weights = feature_weights
        self.tol = tol
        self.max_iter = max_iter
        self.n_jobs = n_jobs
        self.encoder = encoder

    def _norms(self) -> list[tuple[Norm, float | None]]:
        """The norm of every l1_ratio that is tried."""
        ratios: list[float | None] = [None]
        if self.l1_ratio is not None:
            ratios = read_vector(np.atleast_1d(np.asarray(self.l1_ratio)), "l1_ratio", None).tolist()
        return [(self._norm_of(r, getattr(self, "encoder_", None)), r) for r in ratios]

    def _norm_of(self, l1_ratio: float | None, encoder: Any) -> Norm:
        """The norm for what an encoder makes of the table."""
        norm = grouped_norm(self.norm, encoder)
        return build_norm(norm, l1_ratio, self.feature_weights, self.positive)

    def _encoded(self, fold: Fold, X: Any) -> tuple[Any, Any]:
        """All rows as an encoder has them that has seen the training rows of a fold; and that encoder."""
        encoder = clone(self.encoder).fit(_safe_indexing(X, fold.train))
        return getattr(encoder, "transform_leniently", encoder.transform)(X), encoder

    def _folds(self, *data: Any) -> list[Fold]:
        """As `Splits._folds`, and enough of them for the rule."""
        if self.rule not in RULES:
            raise ValueError(f"rule must be 'min' or 'one_se', got {self.rule!r}.")
        folds = super()._folds(*data)
        if self.rule == "one_se" and len(folds) < 2:
            raise ValueError("rule='one_se' needs two folds or more, cv gives one; use rule='min'.")
        return folds

    def _search(self, make: Callable[[Norm, float | None], Scorer], folds: list[Fold]) -> tuple[Scorer, Norm]:
        """Cross-validate the norm of every l1_ratio, and keep the curve of the best.

        Notes what `make` gives for it, and the linear predictors of the rows held out at each rule's alpha.
        """
        tried, norms = [], self._norms()
        with Progress(len(folds) * len(norms), "cross-validation") as bar:
            for norm, ratio in norms:
                scorer = make(norm, ratio)
                tried.append((*self._curve(scorer, folds, bar), scorer, norm, ratio))
        curve, scores, scorer, norm, self.l1_ratio_ = min(tried, key=lambda found: found[0].criterion.min())
        self._note(curve)
        self._foretold = [
            (fold, scorer.held_out(score.path.at(self._chosen), fold))
            for fold, score in zip(folds, scores, strict=True)
        ]
        return scorer, norm

    def _curve(
        self, scorer: Scorer, folds: list[Fold], bar: Progress
    ) -> tuple[CrossValidation, list[FoldScore]]:
        """Scores of all folds along the alphas, further down where the best is the last."""

        def score(alphas: Floats) -> list[FoldScore]:
            return each(scorer, [(fold, alphas) for fold in folds], self.n_jobs, bar)

        n, p = scorer.shape
        if self.alphas is not None:
            grid = read_levels(self.alphas, "alphas")
        else:
            grid = scorer.grid(self.n_alphas, self._eps(n, p))
        scores = score(grid)
        curve = scorer.curve(grid, scores)
        is_free = self.alphas is None and self.eps is None and len(grid) > 1
        for _ in range(MOST_FURTHER if n > p else 1):
            if not is_free or is_at_the_end(curve) != "falling":
                break
            step = float(grid[1] / grid[0])
            count = int(np.ceil(np.log(FURTHER) / np.log(step)))
            further = grid[-1] * step ** np.arange(1, count + 1)
            scores = [one.followed_by(more) for one, more in zip(scores, score(further), strict=True)]
            grid = np.append(grid, further)
            curve = scorer.curve(grid, scores)
        return curve, scores

    def _eps(self, n: int, p: int) -> float:
        return (EPS if n > p else EPS_OF_MANY) if self.eps is None else self.eps

    def _note(self, result: CrossValidation) -> None:
        """Keep the curve, and the position on it that the rule takes."""
        self.cross_validation_ = result
        self.alphas_, self.fold_losses_ = result.alphas, result.fold_losses
        self.mean_loss_, self.standard_error_ = result.mean_loss, result.standard_error
        self.best_index_, self.one_se_index_ = result.best_index, result.one_se_index
        if self.rule == "one_se" and not result.has_standard_error:
            what = "an event" if result.scoring == "deviance" else "rows that have a score"
            raise ValueError(f"rule='one_se' needs two folds or more that hold out {what}; use rule='min'.")
        self._chosen = self.best_index_ if self.rule == "min" else self.one_se_index_

    def _keep_held_out(self, response: Floats, weight: Floats) -> None:
        """Note the rows that were held out, with what models that had not seen them predict.

        Parameters
        ----------
        response, weight : (n,) of the rows of positive weight, as folds count them.
        """
        rows = np.concatenate([fold.test for fold, _ in self._foretold])
        number = np.repeat(np.arange(len(self._foretold)), [len(fold.test) for fold, _ in self._foretold])
        eta = np.concatenate([eta for _, eta in self._foretold])
        found = ScoredRows(eta, response[rows], weight[rows], number)
        self.held_out_ = found.reweighted(found.weight)
        self._held_out_how = (
            f"Held-out rows were predicted in the {len(self._foretold)}-fold cross-validation that chose "
            "alpha, by models that had not seen them; as alpha was chosen on these rows, the figures are a "
            "little favourable."
        )
        del self._foretold

    def report(self) -> str:
        """What was tried and chosen, what the other rule would have taken, and the rest of the report."""
        check_is_fitted(self)
        parts = [str(self.quality()), ""] if hasattr(self, "held_out_") else []
        return "\n".join([*parts, *self.choice_lines(), *self._rest_of_report()])

    def choice_lines(self) -> list[str]:
        """How alpha was chosen, a sentence each."""
        check_is_fitted(self)
        curve = self.cross_validation_
        ratio = "" if self.l1_ratio_ is None else f", l1_ratio={self.l1_ratio_:g}"
        lines = [
            f"{len(self.fold_losses_)}-fold cross-validation of {self._chosen_norm().title}{ratio}, "
            f"{len(self.alphas_)} alphas from {self.alphas_[0]:.4g} to {self.alphas_[-1]:.4g}, compared by "
            f"{curve.in_units()[0]}."
        ]
        choices = [("Best", self.best_index_)]
        if curve.has_standard_error:
            choices.append(("One standard error", self.one_se_index_))
        for name, k in choices:
            lines.append(
                f"{name}: alpha={self.alphas_[k]:.4g}, held-out {curve.in_words(k)}, "
                f"{self.n_nonzeros_[k]} of {self.n_features_in_} features."
            )
        if len(choices) == 1:
            lines.append("A single fold tells no standard error.")
        lines += end_lines(curve)
        lines.append(f"Taken: alpha={self.alpha_:.4g} ({self.rule}), relative gap {self.gap_:.1e}.")
        return lines

    def _rest_of_report(self) -> list[str]:
        if hasattr(self, "solution_") or hasattr(self, "class_solution_"):
            return self._report_lines()
        return []

    def _chosen_norm(self) -> Norm:
        return self._norm_of(self.l1_ratio_, getattr(self, "encoder_", None))

    def __getstate__(self) -> dict[str, Any]:
        state = super().__getstate__()
        state.pop("held_out_", None)
        return state


def is_at_the_end(curve: CrossValidation) -> str:
    """Where the best is the smallest alpha, "falling" or, if nothing is left to gain, "flat"; else ""."""
    best = curve.best_index
    if len(curve.alphas) < 2 or best < len(curve.alphas) - 1:
        return ""
    before = int(np.searchsorted(-curve.alphas, -2 * curve.alphas[-1], side="right")) - 1
    gain = curve.criterion[max(before, 0)] - curve.criterion[best]
    error = curve.criterion_error[best]
    scale = error if np.isfinite(error) and error > 0 else abs(curve.criterion[best])
    return "falling" if gain > FLAT * scale else "flat"


def end_lines(curve: CrossValidation) -> list[str]:
    """What to say where the best is at an end of the alphas."""
    end = is_at_the_end(curve)
    if end == "falling":
        return [
            "The best is at the smallest alpha tried; a smaller eps, or alphas= of your own, may find better."
        ]
    if end == "flat":
        return [
            "The best is at the smallest alpha tried, where the curve is flat: the norm hardly matters here, "
            "and less of it would change nothing."
        ]
    return []
