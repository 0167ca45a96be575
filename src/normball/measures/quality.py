"""How good a model's predictions are, in the figures that people use for its kind of response.

| response | figures |
|---|---|
| a quantity (squared error, Huber) | RMSE, R2, mean absolute error |
| a quantile | share of rows below it, share of the pinball loss explained |
| a class | accuracy beside the base rate, area under the ROC curve, log-loss; confusion table |
| counts and amounts with a log link | share of the deviance explained, RMSE |
| times of events | Harrell's concordance |

Each equals the function of scikit-learn or lifelines of that name on the same rows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import logsumexp

from ..losses import Loss, StratifiedCox
from ..losses.base import SampleLoss
from ..typing import Floats
from .measure import Measure, mean_of, share_taken_away
from .pairs import auc, concordance
from .rows import ScoredRows

NAN = float("nan")


@dataclass(frozen=True, eq=False)
class Quality:
    """Figures of predictions on some rows.

    Attributes
    ----------
    measures : tuple of Measure, the most telling first.
    n_rows : int
    confusion : (K, K) rows (their weights, if weighted) by class and predicted class, or None.
    """

    measures: tuple[Measure, ...]
    n_rows: int
    confusion: Floats | None = None

    def __getitem__(self, name: str) -> Measure:
        """The measure of this name.

        Raises
        ------
        KeyError
            If there is none.
        """
        for measure in self.measures:
            if measure.name == name:
                return measure
        raise KeyError(f"no measure {name!r}; there are {', '.join(item.name for item in self.measures)}.")

    @property
    def headline(self) -> str:
        """The first two figures in one line."""
        return ", ".join(f"{item.name} {item.shown}" for item in self.measures[:2])


def quality_of(loss: Loss | None, rows: ScoredRows, unit: str = "the response") -> Quality:
    """The figures of a loss's kind of response.

    Parameters
    ----------
    loss : Loss or None
        None for K > 2 classes, of which `rows.eta` has a column each.
    rows : ScoredRows
    unit : str, what the response is called.

    Raises
    ------
    ValueError
        If there are no rows.
    """
    if not len(rows.y):
        raise ValueError("there are no rows to score.")
    if loss is None:
        return _of_classes(rows)
    if loss.is_classifier:
        return _of_two_classes(rows)
    if rows.n_rows is not None:
        return Quality(_of_squares(loss, rows, unit), rows.n_rows)
    if not isinstance(loss, SampleLoss):
        return Quality((_concordance(loss, rows),), len(rows.y))
    if loss.name == "quantile":
        return Quality(_of_quantile(loss, rows), len(rows.y))
    if loss.has_units:
        return Quality(_of_quantity(loss, rows, unit), len(rows.y))
    measures = (_explained(loss, rows, "of the deviance"), _rmse(loss, rows, unit))
    return Quality(measures, len(rows.y))


def _of_quantity(loss: Loss, rows: ScoredRows, unit: str) -> tuple[Measure, ...]:
    mean = float((rows.share * rows.y).sum())
    r2, error = share_taken_away((rows.y - rows.eta) ** 2, (rows.y - mean) ** 2, rows.share)
    size, size_error = mean_of(np.abs(rows.y - rows.eta), rows.share)
    measures = [
        _rmse(loss, rows, unit),
        Measure("R2", r2, error, 0.0, False, "share of the variance explained, 1 at best"),
        Measure(
            "mean absolute error", size, size_error,
            float((rows.share * np.abs(rows.y - mean)).sum()), False,
            f"mean size of an error, in units of {unit}",
        ),
    ]  # fmt: skip
    if not loss.is_quadratic:
        measures.append(_explained(loss, rows, f"of the {loss.title} loss"))
    return tuple(measures)


def _of_squares(loss: Loss, rows: ScoredRows, unit: str) -> tuple[Measure, ...]:
    """What sums of squares say; standard errors need the rows themselves."""
    mean = float((rows.share * rows.y).sum())
    r2, _ = share_taken_away((rows.y - rows.eta) ** 2, (rows.y - mean) ** 2, rows.share)
    return (
        replace(_rmse(loss, rows, unit), standard_error=NAN),
        Measure("R2", r2, NAN, 0.0, False, "share of the variance explained, 1 at best"),
    )


def _rmse(loss: Loss, rows: ScoredRows, unit: str) -> Measure:
    mean = float((rows.share * rows.y).sum())
    with np.errstate(over="ignore"):
        square, error = mean_of((rows.y - loss.predict(rows.eta)) ** 2, rows.share)
    rmse = float(np.sqrt(square))
    before = float(np.sqrt((rows.share * (rows.y - mean) ** 2).sum()))
    meaning = f"typical size of an error (root of the mean square), in units of {unit}"
    return Measure("RMSE", rmse, error / (2 * rmse) if rmse > 0 else NAN, before, False, meaning)


def _explained(loss: Loss, rows: ScoredRows, of_what: str) -> Measure:
    assert isinstance(loss, SampleLoss)
    try:
        constant = np.full(len(rows.y), loss.constant_fit(rows.y, rows.share))
    except ValueError:  # the best constant lies at infinity: nothing is there to be explained
        return Measure("share explained", NAN, NAN, 0.0, True, f"share {of_what} explained")
    with np.errstate(over="ignore"):
        left, before = loss.sample_values(rows.eta, rows.y), loss.sample_values(constant, rows.y)
    value, error = share_taken_away(left, before, rows.share)
    return Measure("share explained", value, error, 0.0, True, f"share {of_what} explained, 100 % at best")


def _of_quantile(loss: Loss, rows: ScoredRows) -> tuple[Measure, ...]:
    asked = float(getattr(loss, "q", NAN))
    below, error = mean_of((rows.y < rows.eta) + 0.5 * (rows.y == rows.eta), rows.share)
    meaning = f"share of rows below their prediction, which should be {100 * asked:g} %"
    return (
        _explained(loss, rows, "of the pinball loss"),
        Measure("rows below", below, error, asked, True, meaning),
    )


def _of_two_classes(rows: ScoredRows) -> Quality:
    chosen = (rows.eta > 0).astype(np.intp)
    losses = np.logaddexp(0.0, (1.0 - 2.0 * rows.y) * rows.eta)
    area, area_error = auc(rows.eta, rows.y, rows.weight, rows.fold)
    area_of = Measure(
        "AUC", area, area_error, 0.5, False,
        "area under the ROC curve: how often a row of the one class is told from one of the other, 0.5 by "
        "chance",
    )  # fmt: skip
    return _with_confusion(rows, chosen, losses, 2, (area_of,))


def _of_classes(rows: ScoredRows) -> Quality:
    codes = rows.y.astype(np.intp)
    losses = logsumexp(rows.eta, axis=1) - rows.eta[np.arange(len(codes)), codes]
    return _with_confusion(rows, rows.eta.argmax(axis=1), losses, rows.eta.shape[1], ())


def _with_confusion(
    rows: ScoredRows, chosen: np.ndarray, losses: Floats, n_classes: int, more: tuple[Measure, ...]
) -> Quality:
    codes = rows.y.astype(np.intp)
    right, error = mean_of((chosen == codes).astype(np.float64), rows.share)
    shares = np.bincount(codes, rows.share, n_classes)
    log_loss, log_error = mean_of(losses, rows.share)
    entropy = float(-(shares[shares > 0] * np.log(shares[shares > 0])).sum())
    confusion = np.zeros((n_classes, n_classes))
    np.add.at(confusion, (codes, chosen), rows.weight)
    measures = (
        Measure(
            "accuracy", right, error, float(shares.max()), True,
            "rows given their class; without features, those of the most frequent class (the base rate)",
        ),
        *more,
        Measure(
            "log-loss", log_loss, log_error, entropy, False,
            "mean of -log(probability given to the row's class), 0 at best",
        ),
    )  # fmt: skip
    return Quality(measures, len(codes), confusion)


def _concordance(loss: Loss, rows: ScoredRows) -> Measure:
    """Of pairs within a fold, and within a stratum where there are strata."""
    y, fold = rows.y, rows.fold
    if isinstance(loss, StratifiedCox):
        strata, y = loss.strata(y)
        fold = fold * (int(strata.max(initial=0)) + 1) + strata
    share, error = concordance(rows.eta, y, rows.weight, fold)
    meaning = (
        "Harrell's concordance: of two rows, how often the one predicted the higher hazard has the event "
        "first; 0.5 by chance"
    )
    return Measure("concordance", share, error, 0.5, False, meaning)


def loss_in_words(loss: Loss, value: float) -> str:
    """A mean loss in the figure that people know: "RMSE 53.5", "log-loss 0.31", "mean deviance 1.2"."""
    if loss.is_quadratic:
        return f"RMSE {np.sqrt(2 * max(value, 0.0)):.4g}"
    if loss.is_classifier:
        return f"log-loss {value:.4g}"
    if loss.name in ("huber", "quantile"):
        return f"mean {'Huber' if loss.name == 'huber' else 'pinball'} loss {value:.4g}"
    if not loss.is_diagonal:
        return f"deviance {2 * value:.4g} per event"
    return f"mean deviance {2 * value:.4g}"
