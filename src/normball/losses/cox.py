"""Cox: the partial likelihood of event times, for hazards proportional to exp(eta).

With risk sets R_m and events D_m at the distinct event times (`risk_sets.py`), v the sample
weights, c_m = sum of v over D_m, and ties counted as Breslow does,

    f(eta) = sum_m c_m log( sum_{j in R_m} v_j exp(eta_j) / c_m ) - sum_{events i} v_i eta_i.

Efron's count splits c_m evenly over the d events of a tie, the k-th of which sees the events
with the share 1 - k / d in its sum, k = 0, ..., d - 1. f is half the deviance: the negative
logarithm counted from that of the saturated model, so inf f = 0. Adding a constant to eta
changes nothing; there is no intercept. f is no sum over samples, its Hessian is

    diag(p) - sum_k c_k pi_k pi_k',     p = grad f + (v_i at events, 0 elsewhere),

with pi_k the shares of the k-th sum, so diag(p) lies above it; `cox_hessian.py` has its root.

The conjugate has a closed form because risk sets are nested. Write s = u + (v at events),
b_m = sum_{l <= m} (c_l - sum of s over group l) with b_0 = 0. Stationarity s_j = v_j
exp(eta_j) H_j, H the cumulated hazard, gives S_{m+1} H_m = b_m and S_m H_m = b_{m-1} + c_m
for the sums S_m, whatever their scale, so with a_m = b_{m-1} + c_m

    f*(u) = sum_j s_j log(s_j / v_j) + sum_m (b_m log b_m - a_m log a_m + c_m log c_m)

for s >= 0, b >= 0, b_M = 0, inf otherwise. With Efron's count one number of each tie remains
to be found, the share rho of its events in S_m: the root of the increasing function
rho (b_{m-1} + sum_k c_k (1 - k/d) / (1 - k rho / d)) = s(D_m), by bisection and Newton.

The slack f(eta) + f*(u) - <u, eta> telescopes over the groups: with x_j = v_j exp(eta_j), T_m their
sum over R_m, and D(q, p) = q log(q / p) - q + p,

    sum_m  sum_j D(s_j, a_m x_j / T_m) + D(b_m, a_m T_{m+1} / T_m),        j in group m.

Efron's count has for a_m the sum in parentheses above for events, that without (1 - k/d) for others,
and takes off sum_k c_k (r - 1 - log r), r = (1 - k pi / d) / (1 - k rho / d), pi = x(D_m) / T_m.

Sources: Cox, JRSS B 34 (1972); Breslow, Biometrics 30 (1974); Efron, JASA 72 (1977); weighted
ties as in Therneau and Grambsch, Modeling Survival Data (2000), section 3.3; the saturated
likelihood as in Simon, Friedman, Hastie, Tibshirani, J. Stat. Software 39 (2011). The
conjugate is derived in docs/mathematics.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ..typing import Floats, Mask
from ..values import refuse_masked, within_floats
from .base import Loss
from .cox_hessian import CoxRoot
from .log_link import divergence, exp_remainder
from .risk_sets import RiskSets, risk_sets

ROUNDING = 1e-13
"""Share of the events' weight by which a sum over the samples may be off by rounding."""


def _numbers(times: Any) -> Floats:
    """As float64; a text or an integer beyond floats is refused in one sentence."""
    try:
        return np.asarray(times, dtype=np.float64)
    except OverflowError:
        raise within_floats("y") from None
    except (TypeError, ValueError):
        raise TypeError(f"y must hold times and events as numbers, got {times.ravel()[0]!r}.") from None


def _pairs(y: Any) -> tuple[Floats, Floats] | None:
    """Times and events (n,) of pairs or a structured array; None for signed times.

    Raises
    ------
    ValueError
        If events are not 0 or 1, a time is not finite, or no field is boolean.
    """
    refuse_masked(y, "y")
    array = np.asarray(y)
    if array.dtype.names is not None:
        flags = [name for name in array.dtype.names if array.dtype[name].kind == "b"]
        if len(array.dtype.names) != 2 or len(flags) != 1:
            raise ValueError(
                "y must have two fields for the Cox loss, a boolean event and a time, got "
                f"{array.dtype}; make it an (n, 2) array of times and events."
            )
        (clock,) = (name for name in array.dtype.names if name != flags[0])
        time, event = _numbers(array[clock]), array[flags[0]].astype(np.float64)
    elif array.ndim == 2 and array.shape[1] == 2:
        time, event = _numbers(array).T
    else:
        return None
    if not np.isin(event, (0.0, 1.0)).all():
        raise ValueError("y must hold events coded 0 (censored) and 1 in its second column.")
    if not np.isfinite(time).all():
        raise ValueError(f"y must hold finite times, got {time[~np.isfinite(time)][0]}.")
    return time, event


def _xlogx(x: Floats) -> Floats:
    """x log x, 0 at 0 and at a negative remainder of rounding."""
    return x * np.log(x, out=np.zeros(len(x)), where=x > 0)


@dataclass(frozen=True, eq=False, repr=False)
class Cox(Loss):
    """Half the deviance of the partial likelihood.

    The response (n,) is the time, negative where the sample is censored at it; see
    `encode_response`. Integer weights equal repeated rows with Breslow's count; Efron's
    treats equal rows as a tie.

    Parameters
    ----------
    ties : {"breslow", "efron"}, default "breslow"
        How events at the same time are counted.
    """

    ties: str = "breslow"

    name: ClassVar[str] = "cox"
    title: ClassVar[str] = "Cox partial likelihood"
    measured_as: ClassVar[str] = "half the deviance of the partial likelihood"
    curvature_bound: ClassVar[float] = np.inf
    ratio_name: ClassVar[str] = "hazard ratio"
    is_likelihood: ClassVar[bool] = True
    is_diagonal: ClassVar[bool] = False
    is_shift_invariant: ClassVar[bool] = True
    compiled_form: ClassVar[tuple[str, ...]] = ("cox", "is_efron")

    def __post_init__(self) -> None:
        if self.ties not in ("breslow", "efron"):
            raise ValueError(f"ties must be 'breslow' or 'efron', got {self.ties!r}.")

    @property
    def is_efron(self) -> bool:
        return self.ties == "efron"

    def encode_response(self, y: Any) -> Any:
        """Signed times (n,) from pairs (time, event) or from a structured array; else y itself.

        Pairs are an (n, 2) array; of two named fields the boolean one is the event. Only
        the order of times matters: where one is not positive, ranks stand for all.

        Raises
        ------
        ValueError
            If events are not 0 or 1, a time is not finite, or no field is boolean.
        """
        pairs = _pairs(y)
        if pairs is None:
            return y
        time, event = pairs
        if (time <= 0).any():
            time = (np.unique(time, return_inverse=True)[1] + 1).astype(np.float64)
        return np.where(event == 1, time, -time)

    def ranked_times(self, y: Any) -> Floats | None:
        """The distinct times whose ranks `encode_response` gives; None where it gives the times."""
        pairs = _pairs(y)
        return None if pairs is None or (pairs[0] > 0).all() else np.unique(pairs[0])

    def check_response(self, y: Floats) -> None:
        if (y == 0).any():
            raise ValueError(
                f"y must be a time > 0, negative where censored, for the Cox loss, got 0 at position "
                f"{int((y == 0).argmax())}; pass times and events as pairs."
            )
        if not (y > 0).any():
            raise ValueError("y holds no event, only censored times, where the Cox loss needs one event.")

    def risk_sets(self, y: Floats, sample_weight: Floats) -> RiskSets:
        """Who is at risk when."""
        return risk_sets(y, sample_weight, self.is_efron)

    def value(self, eta: Floats, y: Floats, sample_weight: Floats) -> float:
        return float(self.values(eta[None, :], y, sample_weight)[0])

    def values(self, etas: Floats, y: Floats, sample_weight: Floats) -> Floats:
        sets = self.risk_sets(y, sample_weight)
        if len(sets.starts) == 0:
            return np.zeros(len(etas))
        etas = etas[:, sets.order]
        logs = etas + np.log(sets.weight)
        saturated = np.log(sets.masses)[sets.term_group] + np.log1p(-sets.term_share)
        # not by BLAS, whose last bit depends on how many rows there are
        reached = ((sets.log_denominators(logs) - saturated) * sets.term_mass).sum(axis=-1)
        served = (etas * (sets.weight * sets.is_event)).sum(axis=-1)
        return np.asarray(reached - served, dtype=np.float64)

    def gradient(self, eta: Floats, y: Floats, sample_weight: Floats) -> Floats:
        return self.curvature(eta, y, sample_weight) - np.where(y > 0, sample_weight, 0.0)

    def curvature(self, eta: Floats, y: Floats, sample_weight: Floats) -> Floats:
        """p (n,), the diagonal above the Hessian."""
        sets = self.risk_sets(y, sample_weight)
        if len(sets.starts) == 0:
            return np.zeros(len(y))
        logs = eta[sets.order] + np.log(sets.weight)
        hazard = np.log(sets.term_mass) - sets.log_denominators(logs)
        cumulated = np.logaddexp.accumulate(sets.log_over_terms(hazard))
        own = sets.log_over_terms(hazard + np.log1p(-sets.term_share))
        before = np.concatenate([[-np.inf], cumulated[:-1]])
        felt = np.where(sets.is_event, np.logaddexp(before, own)[sets.group], cumulated[sets.group])
        return sets.scatter(np.exp(logs + felt), len(y))

    def hessian_root(self, eta: Floats, y: Floats, sample_weight: Floats) -> CoxRoot:
        p = self.curvature(eta, y, sample_weight)
        return CoxRoot(self.risk_sets(y, sample_weight), eta, p)

    def conjugate(self, u: Floats, y: Floats, sample_weight: Floats) -> float:
        """f*(u); a sample in no risk set needs u_i = 0."""
        sets = self.risk_sets(y, sample_weight)
        shares = self._shares(sets, u)
        if shares is None:
            return np.inf
        s, before, after = shares
        own = float(np.sum(s * np.log(s / sets.weight, out=np.zeros(len(s)), where=s > 0)))
        if self.ties == "breslow":
            groups = _xlogx(after) - _xlogx(before + sets.masses) + _xlogx(sets.masses)
            return own + float(groups.sum())
        return own + self._tied(sets, s, before, after)

    @staticmethod
    def _shares(sets: RiskSets, u: Floats) -> tuple[Floats, Floats, Floats] | None:
        """s (r,), and b (M,) before and after each group; None outside the domain of f*."""
        outside = np.ones(len(u), dtype=bool)
        outside[sets.order] = False
        slack = ROUNDING * float(sets.masses.sum())
        if not np.isfinite(u).all() or (np.abs(u[outside]) > slack).any():
            return None
        s = u[sets.order] + sets.weight * sets.is_event
        after = np.cumsum(sets.masses - sets.over_groups(s))
        if (s < -slack * sets.weight).any() or (after < -slack).any() or (np.abs(after[-1:]) > slack).any():
            return None
        s, after = np.maximum(s, 0.0), np.maximum(after, 0.0)
        after[-1:] = 0.0
        return s, np.concatenate([[0.0], after[:-1]])[: len(after)], after

    def slack(self, eta: Floats, u: Floats, y: Floats, sample_weight: Floats) -> float:
        """f(eta) + f*(u) - <u, eta> as a sum of divergences, in which nothing large cancels."""
        sets = self.risk_sets(y, sample_weight)
        shares = self._shares(sets, u)
        if shares is None:
            return np.inf
        s, before, after = shares
        logs = eta[sets.order] + np.log(sets.weight)
        events, rest = sets.log_sums(logs)
        at_risk = np.logaddexp(events, rest)
        for_events = for_others = before + sets.masses
        excess = 0.0
        if self.ties == "efron":
            of_events = sets.over_groups(s * sets.is_event)
            rho = self._share_of_events(sets, of_events, before)
            for_events, for_others = self._reached(sets, rho, before)
            lag = (rho - np.exp(events - at_risk))[sets.term_group] * sets.term_share
            ratio = np.log1p(lag / (1 - sets.term_share * rho[sets.term_group]))
            excess = float(sets.term_mass @ exp_remainder(ratio))
        log_events, log_others = np.log(for_events), np.log(for_others)
        expected = np.where(sets.is_event, log_events[sets.group], log_others[sets.group])
        own = divergence(s, logs - at_risk[sets.group] + expected)
        left = divergence(after, np.append(at_risk[1:], -np.inf)[: len(after)] - at_risk + log_others)
        total = float(own.sum() + left.sum()) - excess
        return max(total, 0.0) if total == total else np.inf

    def _tied(self, sets: RiskSets, s: Floats, before: Floats, after: Floats) -> float:
        """The groups' part of f* with Efron's count."""
        of_events = sets.over_groups(s * sets.is_event)
        of_others = sets.over_groups(s) - of_events
        rho = self._share_of_events(sets, of_events, before)
        for_events, for_others = self._reached(sets, rho, before)
        left = 1 - sets.term_share * rho[sets.term_group]
        saturated = np.log(sets.masses)[sets.term_group] + np.log1p(-sets.term_share)
        groups = _xlogx(after) - (after + np.maximum(of_others, 0.0)) * np.log(for_others)
        groups -= of_events * np.log(for_events)
        return float(groups.sum() + sets.term_mass @ (saturated - np.log(left)))

    @staticmethod
    def _reached(sets: RiskSets, rho: Floats, before: Floats) -> tuple[Floats, Floats]:
        """S_m H (M,) as the events of each group and all others at risk count it."""
        left = 1 - sets.term_share * rho[sets.term_group]
        for_events = before + sets.over_terms(sets.term_mass * (1 - sets.term_share) / left)
        return for_events, before + sets.over_terms(sets.term_mass / left)

    @staticmethod
    def _share_of_events(sets: RiskSets, of_events: Floats, before: Floats) -> Floats:
        """rho (M,) in [0, 1]: Newton's method inside a bracket that bisection halves."""
        low, high = np.zeros(len(before)), np.ones(len(before))
        rho = np.clip(of_events / (before + sets.masses), 0.0, 1.0)
        for _ in range(60):
            left = 1 - sets.term_share * rho[sets.term_group]
            rate = sets.term_mass * (1 - sets.term_share) / left
            reached = before + sets.over_terms(rate)
            excess = rho * reached - of_events
            slope = reached + rho * sets.over_terms(rate * sets.term_share / left)
            low, high = np.where(excess < 0, rho, low), np.where(excess > 0, rho, high)
            step = rho - excess / slope
            moved = np.where((step >= low) & (step <= high), step, 0.5 * (low + high))
            if (np.abs(moved - rho) <= 4e-16).all():
                break
            rho = moved
        return rho

    def constant_fit(self, y: Floats, sample_weight: Floats) -> float:
        """0: a constant changes nothing.

        Raises
        ------
        ValueError
            If no event has positive weight.
        """
        if not ((y > 0) & (sample_weight > 0)).any():
            raise ValueError(
                "y holds no event among the samples of positive weight, where the Cox loss needs one."
            )
        return 0.0

    def is_counted(self, y: Floats) -> Mask:
        """Events; censored samples show in the risk sets alone."""
        return y > 0

    def predict(self, eta: Floats) -> Floats:
        """Hazard relative to eta = 0."""
        with np.errstate(over="ignore"):
            return np.exp(eta)
