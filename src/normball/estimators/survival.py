"""Survival at times, for estimators of times of events."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..answers.solution import Solution
from ..losses import BaselineHazard, Cox, Loss, StratifiedCox, get_loss
from ..losses.baseline_hazard import read_times
from ..losses.stratified_cox import blocks
from ..typing import Floats


class PredictsSurvival:
    """What `Regressor` and `RegressorCV` offer with loss="cox": the hazard that the likelihood leaves open.

    Attributes
    ----------
    baseline_hazard_ : BaselineHazard, Breslow's estimate at a linear predictor of 0; with strata a dict
        from the number of each stratum that has an event to its own.
    """

    loss: str | Loss
    _eta: Callable[..., Floats]

    def _note_times(self, loss: Loss, y: Any) -> None:
        """Keep the times of a response that holds their ranks."""
        self._times = loss.ranked_times(y) if isinstance(loss, Cox) else None
        if isinstance(loss, StratifiedCox):
            array = np.asarray(y)
            is_encoded = array.ndim == 1 or array.shape[1] == 1
            labels = loss.strata(array.ravel())[0] if is_encoded else array[:, 2].astype(np.float64)
            self._labels = np.unique(labels).tolist()

    def _keep(self, solution: Solution) -> None:
        super()._keep(solution)  # type: ignore[misc]
        self.__dict__.pop("baseline_hazard_", None)
        loss, instance = solution.problem.loss, solution.problem.instance
        if isinstance(loss, StratifiedCox):
            weight, eta = instance.sample_weight, solution.predictor
            self.baseline_hazard_: Any = {
                self._labels[int(loss.strata(instance.y[rows[:1]])[0][0])]: BaselineHazard.of(
                    eta[rows], signed, weight[rows], self._times
                )
                for rows, signed in blocks(instance.y)
                if (signed > 0).any()
            }
        elif isinstance(loss, Cox):
            self.baseline_hazard_ = BaselineHazard.of(
                solution.predictor, instance.y, instance.sample_weight, self._times
            )

    def predict_survival(self, X: Any, times: Any = None, strata: Any = None) -> Floats:
        """Probability (n, k) of no event up to each of the times (k,), for rows X (n, p).

        Parameters
        ----------
        X : (n, p) rows.
        times : (k,) numbers, optional
            Default: the times of events of the fit (`baseline_hazard_.times`); to be given for strata.
        strata : (n,) numbers, with loss="stratified_cox"
            The stratum of each row, one of those of the fit.

        Returns
        -------
        (n, k) probabilities; NaN at times after the last observation of the fit.

        Raises
        ------
        AttributeError
            If the loss is not that of Cox.
        ValueError
            If strata are missing, unknown or not one a row, or there are none in the fit.
        """
        return np.asarray(np.exp(-self.predict_cumulative_hazard(X, times, strata)))

    def predict_cumulative_hazard(self, X: Any, times: Any = None, strata: Any = None) -> Floats:
        """Cumulative hazard (n, k): minus the logarithm of `predict_survival`, whose parameters it takes."""
        baseline, eta = self._baseline(), self._eta(X)
        if isinstance(baseline, BaselineHazard):
            if strata is not None:
                raise ValueError("strata go with loss='stratified_cox'; leave them out.")
            return baseline.cumulative(eta, times)
        if strata is None or times is None:
            raise ValueError("a fit with strata needs times and the strata of the rows: strata=(n,) numbers.")
        given = np.ravel(np.asarray(strata, dtype=np.float64))
        if len(given) != len(eta):
            raise ValueError(f"strata must be one a row ({len(eta)}), got {len(given)}.")
        result = np.zeros((len(eta), len(read_times(times))))
        for label in np.unique(given).tolist():
            if label not in baseline:
                raise ValueError(f"stratum {label:g} has no event in the fit; known are {list(baseline)}.")
            result[given == label] = baseline[label].cumulative(eta[given == label], times)
        return result

    def _baseline(self) -> BaselineHazard | dict[float, BaselineHazard]:
        found: BaselineHazard | dict[float, BaselineHazard] | None = getattr(self, "baseline_hazard_", None)
        if found is None:
            raise AttributeError(
                f"survival is for loss='cox', fitted; this {type(self).__name__} has "
                f"loss={get_loss(self.loss).name!r}."
            )
        return found
