"""From relative hazards to survival: Breslow's estimate of the cumulative baseline hazard.

With the weights v and hazards exp(eta_j) of a Cox model, at the distinct event times t_m with the risk
sets R_m and the weight c_m of the events,

    H(t) = sum_{t_m <= t} c_m / sum_{j in R_m} v_j exp(eta_j),      S(t | x) = exp(-H(t) exp(eta(x))),

for any way of counting ties (Breslow, Biometrics 30, 1974; as lifelines does). H belongs to eta = 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..typing import Floats
from .risk_sets import risk_sets


@dataclass(frozen=True, eq=False)
class BaselineHazard:
    """The cumulative hazard of eta = 0, a step function of time.

    Attributes
    ----------
    times : (M,) distinct times of events, increasing.
    log_hazard : (M,) logarithm of the cumulative hazard at and after each.
    last_time : float, of the last observation: nothing is known beyond.
    """

    times: Floats
    log_hazard: Floats
    last_time: float

    @classmethod
    def of(cls, eta: Floats, y: Floats, sample_weight: Floats, times: Floats | None = None) -> BaselineHazard:
        """Of log-hazards eta (n,) of samples with times y (n,), negative where censored.

        Parameters
        ----------
        times : optional, the distinct times in order, of which y holds the ranks.
        """
        sets = risk_sets(y, sample_weight, False)
        logs = eta[sets.order] + np.log(sets.weight)
        steps = np.log(sets.masses) - sets.log_denominators(logs)
        at = np.abs(y[sets.order[sets.starts]])
        last = float(np.abs(y[sample_weight > 0]).max())
        if times is not None:
            at, last = times[at.astype(np.intp) - 1], float(times[int(last) - 1])
        return cls(at, np.logaddexp.accumulate(steps), last)

    @property
    def cumulative_hazard(self) -> Floats:
        """(M,) at and after each time of an event."""
        return np.asarray(np.exp(self.log_hazard))

    def cumulative(self, eta: Floats, times: Any = None) -> Floats:
        """Cumulative hazards (m, k) of log-hazards eta (m,) at times (k,); default at every event.

        NaN after the last observation, of which nothing is known.
        """
        at = self.times if times is None else read_times(times)
        steps = np.searchsorted(self.times, at, side="right")
        logs = np.concatenate([[-np.inf], self.log_hazard])[steps]
        with np.errstate(over="ignore"):
            hazards = np.exp(eta[:, None] + logs)
        hazards[:, at > self.last_time] = np.nan
        return np.asarray(hazards)

    def survival(self, eta: Floats, times: Any = None) -> Floats:
        """Probabilities (m, k) of no event up to each time."""
        return np.asarray(np.exp(-self.cumulative(eta, times)))

    def as_json(self) -> dict[str, Any]:
        """As JSON values."""
        return {"times": self.times.tolist(), "log": self.log_hazard.tolist(), "last": self.last_time}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> BaselineHazard:
        """From what `as_json` gave.

        Raises
        ------
        ValueError
            If it is nothing that `as_json` gives.
        """
        times, logs = (np.array(stored[name], dtype=np.float64) for name in ("times", "log"))
        if times.ndim != 1 or times.shape != logs.shape or not np.isfinite([*times, *logs]).all():
            raise ValueError("a baseline hazard of other numbers than times and logarithms")
        if (np.diff(times) <= 0).any() or (np.diff(logs) < 0).any() or not float(stored["last"]) >= times[-1]:
            raise ValueError("a baseline hazard that is not increasing")
        return cls(times, logs, float(stored["last"]))


def read_times(times: Any) -> Floats:
    """Times (k,) at which something is asked.

    Raises
    ------
    ValueError
        If they are not finite numbers.
    """
    try:
        found = np.atleast_1d(np.asarray(times, dtype=np.float64))
    except (TypeError, ValueError):
        found = np.array([np.nan])
    if found.ndim != 1 or not np.isfinite(found).all():
        raise ValueError(f"times must be finite numbers (k,), got {times!r}.")
    return found


def kaplan_meier(y: Floats, sample_weight: Floats) -> tuple[Floats, Floats]:
    """Distinct event times (M,) and the share (M,) without an event up to and including each.

    Kaplan, Meier, Journal of the American Statistical Association 53 (1958); y is negative where
    censored.
    """
    sets = risk_sets(y, sample_weight, False)
    at_risk = np.exp(sets.log_denominators(np.log(sets.weight)))
    shares: Floats = np.cumprod(1.0 - sets.masses / at_risk).astype(np.float64)
    return np.abs(y[sets.order[sets.starts]]), shares
