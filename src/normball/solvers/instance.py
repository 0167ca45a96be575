"""The mathematical problem that solvers work on: data, loss, regulariser, intercept.

    f(X w + b) = sum_i v_i l(eta_i, y_i),     R(w),     b free if fit_intercept.

An `Instance` knows no form (penalty, budget or target); the forms are in `terms.py`
and `forms.py`. Everything in it has been validated by `Problem`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from .._kernels import CompiledLoss, roundings
from ..cached import cached_property
from ..designs.base import Design
from ..losses.base import Loss
from ..losses.hessian_root import HessianRoot
from ..norms.base import Norm
from ..typing import Floats, Indices, Mask
from .compiled_loss import compiled, has_compiled_slack

ROUNDING = 1e-14
"""Relative error of the predictor and the response that counts as rounding."""
SPREAD_OF_ROUNDING = 0.25 * float(np.finfo(np.float64).eps)
"""Standard deviation of a rounding error, relative to the number."""


def sound_moments(design: Design, sample_weight: Floats) -> tuple[Floats, Floats]:
    """Weighted means (p,) and standard deviations (p,) of the columns.

    Raises
    ------
    ValueError
        If a column is so large that its square is beyond floats, or all are so small.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        means, deviations = design.column_moments(sample_weight)
    too_large = ~np.isfinite(deviations) | (np.abs(means) > 1e150) | (deviations > 1e150)
    if too_large.any():
        raise ValueError(
            f"X has entries beyond 1e150 in column {int(too_large.argmax())}, whose squares overflow; "
            "divide the column by a constant."
        )
    largest = max(np.abs(means).max(initial=0.0), deviations.max(initial=0.0))
    if 0 < largest < 1e-150:
        raise ValueError(
            f"X has entries no larger than {largest:.0e}, whose squares vanish; multiply X by a constant."
        )
    return means, deviations


@dataclass(frozen=True, eq=False)
class Instance:
    """Validated data of one problem.

    Attributes
    ----------
    design : Design of shape (n, p).
    y : (n,) response.
    loss, norm : the two terms.
    sample_weight : (n,) >= 0, sums to 1.
    fit_intercept : whether b is fitted (never penalised) or 0; never fitted where f does not see it.
    """

    design: Design
    y: Floats
    loss: Loss
    norm: Norm
    sample_weight: Floats
    fit_intercept: bool
    kept: dict[str, Any] = field(default_factory=dict, init=False)
    """What was found about these data and is asked for again: "null", "gram"; each costs a pass over X."""

    def __post_init__(self) -> None:
        if self.loss.is_shift_invariant:
            object.__setattr__(self, "fit_intercept", False)

    def __getstate__(self) -> dict[str, object]:
        """What is pickled and copied: not the kernels' view of the loss, which is made again."""
        return {name: value for name, value in self.__dict__.items() if name != "compiled_loss"}

    @property
    def is_centred(self) -> bool:
        """Whether the best constant may be taken out of every column."""
        return self.fit_intercept or self.loss.is_shift_invariant

    @property
    def n_samples(self) -> int:
        return self.design.shape[0]

    @property
    def n_features(self) -> int:
        return self.design.shape[1]

    @cached_property
    def unpenalised(self) -> Mask:
        """(p,) features that the regulariser does not see."""
        return self.norm.unpenalised(self.n_features)

    @cached_property
    def free_columns(self) -> Floats:
        """(n, k) columns whose coefficients carry no price: the intercept's ones and unpenalised features."""
        columns = self.design.columns(np.flatnonzero(self.unpenalised))
        if self.fit_intercept:
            columns = np.column_stack([np.ones(self.n_samples), columns])
        return columns

    @cached_property
    def moments(self) -> tuple[Floats, Floats]:
        """`sound_moments` of the columns."""
        return sound_moments(self.design, self.sample_weight)

    @cached_property
    def means(self) -> Floats:
        """Weighted means (p,) of the columns; one pass over X."""
        return self.design.rmatvec(self.sample_weight)

    @cached_property
    def sizes(self) -> Floats:
        """(p,) root mean squares of the columns as they are held, about 0; one pass over X at most."""
        if "gram" in self.kept:
            gram, means = self.gram
            return np.sqrt(np.maximum(np.diagonal(gram), 0.0) + means**2)
        with np.errstate(over="ignore"):
            return np.asarray(np.sqrt(self.design.mean_squares(self.sample_weight)))

    @property
    def mean_squares(self) -> Floats:
        """(p,) weighted mean squares of the columns, about their means where those are taken out."""
        means, deviations = self.moments
        return deviations**2 if self.is_centred else deviations**2 + means**2

    @property
    def gram(self) -> tuple[Floats, Floats]:
        """Gram matrix (p, p) and means (p,) of the columns, centred if there is an intercept; weighted."""
        if "gram" not in self.kept:
            known = self.__dict__.get("means") if self.fit_intercept else None
            self.keep_gram(*self.design.gram(self.sample_weight, self.fit_intercept, known))
        gram: tuple[Floats, Floats] = self.kept["gram"]
        return gram

    def keep_gram(self, gram: Floats, means: Floats) -> None:
        """Keep a Gram matrix (p, p) that is known without a pass over X, and the columns' means (p,)."""
        means = means if self.fit_intercept else np.zeros(self.n_features)
        self.kept["gram"] = (np.ascontiguousarray(gram), means)

    @cached_property
    def null_loss(self) -> float:
        """f at w = 0 with the best intercept."""
        return self.value(np.full(self.n_samples, self.null_intercept))

    @cached_property
    def null_intercept(self) -> float:
        return self.loss.constant_fit(self.y, self.sample_weight) if self.fit_intercept else 0.0

    @cached_property
    def floor(self) -> float:
        """Smallest value that the loss can take at all, -f*(0): 0 for squared error, Huber, logistic."""
        return 0.0 - self.loss.conjugate(np.zeros(self.n_samples), self.y, self.sample_weight)

    @cached_property
    def is_fitted_by_null(self) -> bool:
        """Whether w = 0 fits perfectly (a constant response).

        Up to rounding: what a relative error of 1e-14 in the predictor and the response costs.
        """
        eta = np.full(self.n_samples, self.null_intercept)
        moved = ROUNDING * self.loss.resolution(eta, self.y)
        return self.null_loss - self.floor <= 0.5 * float(self.curvature(eta) @ moved**2)

    @cached_property
    def scale(self) -> float:
        """f at w = 0, counted from `floor`; gaps are relative to it. For a perfect null fit, f at eta = 0."""
        if self.is_fitted_by_null:
            size = self.value(np.zeros(self.n_samples)) - self.floor
            return size if size > 0 else 1.0
        return self.null_loss - self.floor

    def rows(self, index: Indices) -> Instance:
        """The same on some of the rows, in any order and number; their weights are normalised again."""
        weights = self.sample_weight[index]
        return replace(
            self, design=self.design.rows(index), y=self.y[index], sample_weight=weights / weights.sum()
        )

    def divided(self, scales: Floats) -> Instance:
        """The same with every column of X divided by its scale (p,); a Gram matrix goes along."""
        other = replace(self, design=self.design.divided(scales))
        if "gram" in self.kept:
            gram, means = self.gram
            other.keep_gram(gram / np.outer(scales, scales), means / scales)
        return other

    def uncertainties(
        self, etas: Floats, U: Floats, intercepts: Floats, curvatures: Floats | None = None
    ) -> Floats:
        """(k,) standard deviation of gaps at predictors and dual points (k, n) due to rounding, first order.

        An error e_i of eta_i moves a dual point of curvature c_i by v_i c_i e_i, and with it the
        largest pull and so the gap by about <v c e, X w>. An error in X'u tells likewise.
        `curvatures` (k, n), or (1, n), are those of the loss where they are known.
        """
        curvatures = self.curvatures(etas) if curvatures is None else curvatures
        means, levels = np.zeros(len(etas)), np.zeros(len(etas))
        if self.is_centred:
            means = etas @ self.sample_weight
            levels = np.abs(means - intercepts)  # of X w, taken out again by the intercept
        resolution = self.loss.resolution(np.zeros(self.n_samples), self.y)
        etas, U = np.ascontiguousarray(etas), np.ascontiguousarray(U)
        return SPREAD_OF_ROUNDING * roundings(etas, U, curvatures, means, levels, resolution)

    def predictor(self, w: Floats, intercept: float) -> Floats:
        """eta = X w + b, (n,)."""
        return self.design.matvec(w) + intercept

    def value(self, eta: Floats) -> float:
        return self.loss.value(eta, self.y, self.sample_weight)

    def gradient(self, eta: Floats) -> Floats:
        return self.loss.gradient(eta, self.y, self.sample_weight)

    def curvature(self, eta: Floats) -> Floats:
        return self.loss.curvature(eta, self.y, self.sample_weight)

    def curvatures(self, etas: Floats) -> Floats:
        """(k, n) at predictors (k, n), or (1, n) where it is the same at all."""
        if self.loss.is_quadratic:
            return self.sample_weight[None, :]
        return np.array([self.curvature(eta) for eta in etas])

    def majorant(self, eta: Floats) -> Floats:
        return self.loss.majorant(eta, self.y, self.sample_weight)

    def hessian_root(self, eta: Floats) -> HessianRoot:
        return self.loss.hessian_root(eta, self.y, self.sample_weight)

    def conjugate(self, u: Floats) -> float:
        return self.loss.conjugate(u, self.y, self.sample_weight)

    @cached_property
    def compiled_loss(self) -> CompiledLoss | None:
        """The loss in the kernels, where they know it and its slack."""
        return compiled(self) if has_compiled_slack(self.loss) else None

    def slack(self, eta: Floats, u: Floats) -> float:
        if self.compiled_loss is not None:
            return self.compiled_loss.slack_at(np.ascontiguousarray(eta), np.ascontiguousarray(u))
        return self.loss.slack(eta, u, self.y, self.sample_weight)

    def slacks(self, etas: Floats, U: Floats) -> Floats:
        if self.compiled_loss is not None:
            return self.compiled_loss.slacks(np.ascontiguousarray(etas), np.ascontiguousarray(U))
        return self.loss.slacks(etas, U, self.y, self.sample_weight)

    def conjugates(self, U: Floats) -> Floats:
        return self.loss.conjugates(U, self.y, self.sample_weight)

    def best_intercept(self, linear: Floats, start: float) -> float:
        """argmin_b f(linear + b) by safeguarded Newton; 0 without an intercept."""
        if not self.fit_intercept:
            return 0.0
        if not self.loss.is_smooth:  # two lines that meet at y: moving eta is moving y
            return self.loss.constant_fit(self.y - linear, self.sample_weight)
        intercept = start
        value = self.value(linear + intercept)
        for _ in range(50):
            gradient = float(self.gradient(linear + intercept).sum())
            curvature = float(self.majorant(linear + intercept).sum())
            if curvature <= 0 or gradient == 0:
                break
            step = -gradient / curvature
            moved = False
            for _ in range(40):
                proposal = self.value(linear + intercept + step)
                if proposal <= value:
                    moved = proposal < value
                    intercept, value = intercept + step, proposal
                    break
                step *= 0.5
            if not moved:
                break
        return intercept


class ColumnStore:
    """Columns X[:, index] (n, m), kept between calls so that only new features are read."""

    def __init__(self, design: Design) -> None:
        self._design = design
        self._index: Indices = np.zeros(0, dtype=np.intp)
        self._columns: Floats = np.zeros((design.shape[0], 0))

    def take(self, index: Indices) -> Floats:
        """The columns of a sorted index."""
        if len(index) == len(self._index) and np.array_equal(index, self._index):
            return self._columns
        position = np.searchsorted(self._index, index)
        if len(self._index):
            known = self._index[np.minimum(position, len(self._index) - 1)] == index
        else:
            known = np.zeros(len(index), dtype=bool)
        columns = np.empty((self._design.shape[0], len(index)), order="F")
        columns[:, known] = self._columns[:, position[known]]
        if not known.all():
            columns[:, ~known] = self._design.columns(index[~known])
        self._index, self._columns = index, columns
        return columns
