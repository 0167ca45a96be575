"""How many times faster than its peers normball is to be, case by case, and who they are.

The ratio of a case is against the fastest peer whose gap is equal to normball's or better.
Where no peer gets there, it is against the fastest of the peers named here, each at the
tolerance named, and the gap that it stopped at is stated beside it. Where the bar names no
tolerance it is the tightest that brings the peer nearer to normball's gap in reasonable time: for
adelie, whose criterion is the square of a change, 1e-22.
"""

from __future__ import annotations

from dataclasses import dataclass

from measure import Run
from solvers import Normball


@dataclass(frozen=True)
class Bar:
    """At least and aimed-at ratio, and the peers with their tolerances."""

    least: float
    aim: float
    peers: dict[str, float]


EVERY = {"celer": 1e-6, "skglm": 1e-8, "adelie": 1e-12, "scikit-learn": 1e-7}


def named_runs(case: str) -> dict[str, tuple[float, ...]]:
    """The runs that decide a case: solvers with the one tolerance that counts."""
    peers = {name: (tolerance,) for name, tolerance in BARS[case].peers.items()}
    return {"normball": (Normball.default_tolerance,), **peers}


def against(least: float, aim: float, *names: str, **tolerances: float) -> Bar:
    return Bar(least, aim, {name: EVERY[name] for name in names} | tolerances)


BARS = {
    "wide": against(8, 12, "adelie", "celer"),
    "hard": against(35, 60, "adelie", "skglm"),
    "text": against(7, 12, "adelie", "celer"),
    "tall": against(1.1, 1.5, "scikit-learn"),
    "small": against(8, 25, "scikit-learn"),
    "leukaemia": against(10, 20, "celer"),
    "leukaemia-logistic": against(3, 10, "celer", "skglm", "scikit-learn", adelie=1e-22),
    "logistic": against(3, 10, "celer", "skglm", "scikit-learn", adelie=1e-22),
    "huber": against(3, 10, "skglm"),
    "poisson": against(3, 10, "skglm"),
    "group": against(2, 8, adelie=1e-22),
}


@dataclass(frozen=True)
class Comparison:
    """The run of normball that counts, the peer's run, and how many times longer that took."""

    ours: Run
    peer: Run
    ratio: float
    is_as_accurate: bool
    is_lower_bound: bool
    """Whether the peer was stopped, so that the ratio is larger than said."""


def own_run(runs: list[Run]) -> Run | None:
    """normball's run at its default tolerance, which ratios are relative to."""
    wanted = ("normball", Normball.default_tolerance)
    return next((r for r in runs if (r.solver, r.tolerance) == wanted and not r.problem), None)


def compare(runs: list[Run], bar: Bar | None) -> Comparison | None:
    """The comparison of a case by the rule above; without a bar all peers count, each at its tightest."""
    ours = own_run(runs)
    peers = [r for r in runs if r.solver != "normball" and (not r.problem or r.limit > 0)]
    if ours is None or not peers:
        return None
    accurate = [r for r in peers if r.gap <= ours.gap]
    if accurate:
        peer = min(accurate, key=lambda r: r.seconds)
        return Comparison(ours, peer, peer.seconds / ours.seconds, True, False)
    tightest = {r.solver: min(q.tolerance for q in peers if q.solver == r.solver) for r in peers}
    named = bar.peers if bar else tightest
    candidates = [r for r in peers if named.get(r.solver) == r.tolerance]
    if not candidates:
        return None
    peer = min(candidates, key=lambda r: r.limit if r.problem else r.seconds)
    seconds = peer.limit if peer.problem else peer.seconds
    return Comparison(ours, peer, seconds / ours.seconds, False, bool(peer.problem))
