"""What cross-validation finds: the score of every fold, their mean and its standard error, two choices.

See `cross_validation` for how folds are weighed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..losses import Loss
from ..measures import loss_in_words
from ..typing import Floats


@dataclass(frozen=True, eq=False)
class FoldScore:
    """How the path of one fold does on the rows that it holds out.

    Attributes
    ----------
    total : (k,) sum of weight times loss.
    wrong : (k,) weight of the rows given a wrong class, 0 for regression.
    weight : float, of the rows, or of the events for Cox.
    scores : (k,) by the score that was asked for, larger is better; None without one.
    path : what predicts the rows held out at every alpha, a step of it `path.at(index)`; or None.
    """

    total: Floats
    wrong: Floats
    weight: float
    scores: Floats | None = None
    path: Any = None

    def followed_by(self, other: FoldScore) -> FoldScore:
        """With the scores of further alphas on the same rows."""
        total, wrong = np.append(self.total, other.total), np.append(self.wrong, other.wrong)
        path = None if self.path is None else self.path.followed_by(other.path)
        return FoldScore(total, wrong, self.weight, _joined(self.scores, other.scores), path)


def _joined(first: Floats | None, second: Floats | None) -> Floats | None:
    return None if first is None or second is None else np.append(first, second)


@dataclass(frozen=True, eq=False)
class CrossValidation:
    """Held-out loss along the path; made by `cross_validate`.

    Attributes
    ----------
    alphas : (k,) decreasing.
    fold_losses : (n_folds, k) mean loss on the rows that a fold held out, as half a deviance; NaN for a
        fold without an event (Cox).
    mean_loss : (k,) their mean, weighted by the rows (events for Cox) held out.
    standard_error : (k,) of that mean; NaN from a single fold.
    mean_error : (k,) share of wrong classes on rows held out, or None for regression.
    loss : Loss or None, what the losses are of; None for more than two classes.
    scoring : str, what is compared: "deviance", the losses, or the name of a score.
    fold_scores : (n_folds, k), mean_score, score_error : (k,), of that score, where larger is better, as
        losses (NaN where a fold has no score); None for the deviance.
    """

    alphas: Floats
    fold_losses: Floats
    mean_loss: Floats
    standard_error: Floats
    mean_error: Floats | None
    loss: Loss | None = None
    scoring: str = "deviance"
    fold_scores: Floats | None = None
    mean_score: Floats | None = None
    score_error: Floats | None = None

    @classmethod
    def from_folds(
        cls,
        alphas: Floats,
        scores: Iterable[FoldScore],
        is_classifier: bool = False,
        loss: Loss | None = None,
        scoring: str = "deviance",
    ) -> CrossValidation:
        """From the score of every fold at the alphas (k,)."""
        found = list(scores)
        weights = np.array([score.weight for score in found])
        totals = np.array([score.total for score in found])
        counted = (weights > 0)[:, None]
        losses = np.divide(totals, weights[:, None], out=np.full(totals.shape, np.nan), where=counted)
        mean = totals.sum(axis=0) / weights.sum()  # what a fold without an event adds counts too
        error = _error_over_folds(losses, weights, mean)
        wrong = sum(score.wrong for score in found) / weights.sum() if is_classifier else None
        curve = cls(alphas, losses, mean, error, wrong, loss, scoring)
        if any(score.scores is None for score in found):
            return curve
        fold_scores = np.array([score.scores for score in found], dtype=np.float64)
        if np.isnan(fold_scores).all(axis=0).any():
            raise ValueError(f"scoring={scoring!r} is undefined on the rows held out by every fold.")
        share = np.where(np.isnan(fold_scores), 0.0, weights[:, None])
        mean = (share * np.nan_to_num(fold_scores)).sum(axis=0) / share.sum(axis=0)
        error = _error_over_folds(fold_scores, weights, mean)
        return replace(curve, fold_scores=fold_scores, mean_score=mean, score_error=error)

    @property
    def criterion(self) -> Floats:
        """(k,) what is made small: the mean loss, or minus the mean score."""
        return self.mean_loss if self.mean_score is None else -self.mean_score

    @property
    def criterion_error(self) -> Floats:
        """(k,) its standard error."""
        return self.standard_error if self.score_error is None else self.score_error

    @property
    def best_index(self) -> int:
        """Position of the least mean loss, or the largest mean score; the largest alpha among equals."""
        return int(np.nanargmin(self.criterion))

    @property
    def one_se_index(self) -> int:
        """Position of the largest alpha within one standard error of the best, or of the best itself."""
        best, criterion, error = self.best_index, self.criterion, self.criterion_error
        if np.isnan(error[best]):
            return best
        return int(np.argmax(criterion <= criterion[best] + error[best]))

    def in_words(self, index: int) -> str:
        """The criterion at one alpha as a person reads it, with its standard error where there is one."""
        title, value, error = self.in_units()
        spread = "" if np.isnan(error[index]) else f" (standard error over folds {error[index]:.2g})"
        return f"{title} {value[index]:.4g}{spread}"

    def in_units(self) -> tuple[str, Floats, Floats]:
        """What the criterion is called, and its mean and standard error (k,) in usual units.

        Of squared error the root of the mean square (RMSE), of likelihoods the deviance.
        """
        if self.mean_score is not None and self.score_error is not None:
            if self.scoring in ("class_error", "mse", "mae"):
                return READ_AS[self.scoring], -self.mean_score, self.score_error
            return READ_AS.get(self.scoring, self.scoring), self.mean_score, self.score_error
        if self.loss is None or self.loss.is_classifier:
            return "log-loss", self.mean_loss, self.standard_error
        name = loss_in_words(self.loss, 1.0).rsplit(" ", 1)[0]
        if self.loss.is_quadratic:
            root = np.sqrt(2 * self.mean_loss)
            error = np.divide(self.standard_error, root, out=np.zeros(len(root)), where=root > 0)
            return name, root, error
        if self.loss.name in ("huber", "quantile"):
            return name, self.mean_loss, self.standard_error
        name = "deviance per event" if not self.loss.is_diagonal else name
        return name, 2 * self.mean_loss, 2 * self.standard_error

    @property
    def best_alpha(self) -> float:
        """Alpha of the least mean loss, or the largest score."""
        return float(self.alphas[self.best_index])

    @property
    def one_se_alpha(self) -> float:
        """Largest alpha within one standard error of the best."""
        return float(self.alphas[self.one_se_index])

    @property
    def has_standard_error(self) -> bool:
        """Whether there are folds enough for one."""
        return not np.isnan(self.criterion_error[self.best_index])

    def __repr__(self) -> str:
        return (
            f"CrossValidation({len(self.fold_losses)} folds, {len(self.alphas)} alphas: best "
            f"{self.in_words(self.best_index)} at alpha={self.best_alpha:.6g}, "
            f"one standard error at alpha={self.one_se_alpha:.6g})"
        )


def _error_over_folds(values: Floats, weights: Floats, mean: Floats) -> Floats:
    """Standard error (k,) of weighted means of values (n_folds, k); folds of NaN are left out."""
    counted = ~np.isnan(values)
    share = np.where(counted, weights[:, None], 0.0)
    spread = (share * (np.where(counted, values, 0.0) - mean) ** 2).sum(axis=0) / share.sum(axis=0)
    count = (share > 0).sum(axis=0)
    return np.sqrt(np.divide(spread, count - 1, out=np.full(len(mean), np.nan), where=count > 1))


READ_AS = {
    "class_error": "share of wrong classes",
    "auc": "AUC",
    "mse": "mean squared error",
    "mae": "mean absolute error",
    "concordance": "concordance",
}
"""How the scores that have a name of their own are called."""
