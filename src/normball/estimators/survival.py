"""Survival at times, for estimators of times of events."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..answers.solution import Solution
from ..losses import BaselineHazard, Cox, Loss, get_loss
from ..typing import Floats


class PredictsSurvival:
    """What `Regressor` and `RegressorCV` offer with loss="cox": the hazard that the likelihood leaves open.

    Attributes
    ----------
    baseline_hazard_ : BaselineHazard, Breslow's estimate at a linear predictor of 0.
    """

    loss: str | Loss
    _eta: Callable[..., Floats]

    def _note_times(self, loss: Loss, y: Any) -> None:
        """Keep the times of a response that holds their ranks."""
        self._times = loss.ranked_times(y) if isinstance(loss, Cox) else None

    def _keep(self, solution: Solution) -> None:
        super()._keep(solution)  # type: ignore[misc]
        self.__dict__.pop("baseline_hazard_", None)
        if isinstance(solution.problem.loss, Cox):
            instance = solution.problem.instance
            self.baseline_hazard_ = BaselineHazard.of(
                solution.predictor, instance.y, instance.sample_weight, self._times
            )

    def predict_survival(self, X: Any, times: Any = None) -> Floats:
        """Probability (n, k) of no event up to each of the times (k,), for rows X (n, p).

        Parameters
        ----------
        X : (n, p) rows.
        times : (k,) numbers, optional
            Default: the times of events of the fit (`baseline_hazard_.times`).

        Returns
        -------
        (n, k) probabilities; NaN at times after the last observation of the fit.

        Raises
        ------
        AttributeError
            If the loss is not that of Cox.
        """
        return self._baseline().survival(self._eta(X), times)

    def predict_cumulative_hazard(self, X: Any, times: Any = None) -> Floats:
        """Cumulative hazard (n, k): minus the logarithm of `predict_survival`, whose parameters it takes."""
        return self._baseline().cumulative(self._eta(X), times)

    def _baseline(self) -> BaselineHazard:
        found: BaselineHazard | None = getattr(self, "baseline_hazard_", None)
        if found is None:
            raise AttributeError(
                f"survival is for loss='cox', fitted; this {type(self).__name__} has "
                f"loss={get_loss(self.loss).name!r}."
            )
        return found
