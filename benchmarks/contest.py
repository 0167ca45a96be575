"""Contenders for one model on one set of data: each in a process of its own, taking turns.

A row of the big table (`everything.py`) names a model, a shape, the accuracy that counts, and
who solves it, each with a ladder of tolerances from loose to tight. Every contender climbs its
ladder until its answer is as accurate as asked; that tolerance is then timed again, all
contenders in turn, so that a machine that slows down slows all of them. The best time counts.

Accuracy is measured on the objective that a contender's answer has, by formulas that the row
states itself:

    accuracy = max over the points of (F - F*) / scale,  and infeasibility where there are constraints,

with F* the least objective that any contender reached.
"""

from __future__ import annotations

import gc
import multiprocessing
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from multiprocessing.connection import Connection
from time import perf_counter
from typing import Any

import numpy as np
from measure import forget_peak, memory_megabytes

SETUP_SECONDS = 240.0
"""What making the data, importing and compiling may take on top of the limit of a solve."""

Result = Any
Data = Any


@dataclass(frozen=True)
class Contender:
    """Who solves it: `solve(data, tolerance)` returns what the row's `judge` understands."""

    name: str
    package: str
    ladder: tuple[float, ...]
    solve: Callable[[Data, float], Result]

    @property
    def is_missing(self) -> bool:
        return find_spec(self.package) is None


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes
    ----------
    model, shape : str, what the table shows.
    make : () -> data, the same in every process.
    objective : (data, result) -> (k,) values of the objective, and the largest infeasibility.
    scale : (data) -> float or (k,), what an excess is relative to (the loss without features).
    contenders : the first one is normball.
    accuracy : float, the excess that counts as solved.
    bar : float, least ratio of the best peer's time to ours; or most seconds where there is no peer.
    """

    name: str
    model: str
    shape: str
    make: Callable[[], Data]
    objective: Callable[[Data, Result], tuple[np.ndarray, float]]
    scale: Callable[[Data], float]
    contenders: Sequence[Contender]
    accuracy: float = 1e-8
    bar: float = 1.0
    is_slow: bool = False

    @property
    def has_peers(self) -> bool:
        return len(self.contenders) > 1


@dataclass
class Run:
    """One contender at one tolerance: best of its times (s), peak memory (MB) of a solve, its objective."""

    contender: str
    tolerance: float
    seconds: float = float("inf")
    megabytes: float = float("nan")
    values: np.ndarray = field(default_factory=lambda: np.zeros(0))
    infeasibility: float = 0.0
    problem: str = ""
    accuracy: float = float("inf")


@dataclass(frozen=True)
class Outcome:
    """What a row came to; `peer` is the quickest that is as accurate as asked, else the most accurate."""

    row: Row
    ours: Run
    peer: Run | None
    peers: tuple[Run, ...]

    @property
    def ratio(self) -> float:
        """The peer's time over ours; nan where nothing is to be compared."""
        if self.peer is None or self.ours.problem:
            return float("nan")
        return self.peer.seconds / self.ours.seconds

    @property
    def is_met(self) -> bool:
        if self.ours.problem or self.ours.accuracy > self.row.accuracy:
            return False
        if not self.row.has_peers:
            return self.ours.seconds <= self.row.bar
        return not self.ratio < self.row.bar


class Corner:
    """A contender's process: loads the data once, then solves at the tolerances that it is sent."""

    def __init__(self, row: Row, index: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._ours, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(row.name, index, theirs), daemon=True)
        self._process.start()
        theirs.close()
        self.contender = row.contenders[index]
        self.runs: list[Run] = []
        self._is_ready = False

    def run(self, tolerance: float, limit: float) -> Run:
        """One solve, timed; a problem where it took longer than the limit or failed."""
        run = Run(self.contender.name, tolerance)
        patience = limit + (0.0 if self._is_ready else SETUP_SECONDS)
        try:
            self._ours.send(tolerance)
            if not self._is_ready:
                if not self._ours.poll(SETUP_SECONDS):
                    raise TimeoutError
                assert self._ours.recv() == "ready"
                self._is_ready, patience = True, limit
            if not self._ours.poll(patience):
                raise TimeoutError
            told = self._ours.recv()
        except TimeoutError:
            run.problem, run.seconds = f"stopped after {limit:.0f} s", limit
            self.close()
        except (EOFError, OSError):
            run.problem = "its process ended"
        else:
            if isinstance(told, str):
                run.problem = told
            else:
                run.seconds, run.megabytes, run.values, run.infeasibility = told
        return run

    def close(self) -> None:
        self._process.kill()
        self._process.join()
        self._ours.close()


def _serve(row_name: str, index: int, connection: Connection) -> None:
    from rows import ROWS

    row = ROWS[row_name]
    solve, data = row.contenders[index].solve, row.make()
    warnings.simplefilter("ignore")
    is_first = True
    while True:
        try:
            tolerance = connection.recv()
        except EOFError:
            return
        if is_first:
            connection.send("ready")
            is_first = False
        gc.collect()
        forget_peak()
        before = memory_megabytes("VmRSS")
        try:
            start = perf_counter()
            result = solve(data, tolerance)
            seconds = perf_counter() - start
        except Exception as error:
            connection.send(f"{type(error).__name__}: {error}"[:200])
            continue
        peak = memory_megabytes("VmHWM") - before
        values, infeasibility = row.objective(data, result)
        connection.send((seconds, max(peak, 0.0), np.atleast_1d(values), float(infeasibility)))


def _measure(runs: Sequence[Run], row: Row, scale: float) -> None:
    """Accuracies of all runs, relative to the least objective among those that meet the constraints."""
    known = [run for run in runs if not run.problem and np.isfinite(run.values).all()]
    if not known:
        return
    # who misses the constraints is paid for it to first order: F* is that of who meets them
    feasible = [run for run in known if run.infeasibility <= 1e-3 * row.accuracy] or known
    best = np.min([run.values for run in feasible], axis=0)
    for run in known:
        excess = float(np.max((run.values - best) / scale, initial=0.0))
        run.accuracy = max(excess, run.infeasibility, 0.0)


def compete(
    row: Row, limit: float, seconds: float, say: Callable[[str], None] = lambda text: None
) -> Outcome:
    """All contenders up their ladders, then in turn at the tolerance that counts, for about `seconds`."""
    corners = [
        Corner(row, index) for index, contender in enumerate(row.contenders) if not contender.is_missing
    ]
    scale = row.scale(row.make())
    try:
        for corner in corners:
            # normball climbs beyond what it needs: F* has to be known better than the accuracy that counts
            for tolerance in corner.contender.ladder:
                say(f"{row.name}: {corner.contender.name} at {tolerance:.0e}")
                corner.runs.append(corner.run(tolerance, limit))
                if corner.runs[-1].problem:
                    break
                every = [run for other in corners for run in other.runs]
                _measure(every, row, scale)
                if corner is not corners[0] and corner.runs[-1].accuracy <= row.accuracy:
                    break
        _measure([run for corner in corners for run in corner.runs], row, scale)
        chosen = {id(corner): _that_counts(corner.runs, row.accuracy) for corner in corners}
        start = perf_counter()
        for turn in range(50):
            alive = [corner for corner in corners if not chosen[id(corner)].problem]
            if turn >= 3 and perf_counter() - start > seconds:
                break
            if turn >= 1 and perf_counter() - start > 8 * seconds:
                break
            for corner in alive:
                run = chosen[id(corner)]
                if turn and run.seconds > 4 * seconds:
                    continue
                say(f"{row.name}: {corner.contender.name}, turn {turn + 1}")
                again = corner.run(run.tolerance, limit)
                run.seconds = min(run.seconds, again.seconds)
                run.megabytes = min(run.megabytes, again.megabytes)  # the first solve imports and compiles
    finally:
        for corner in corners:
            corner.close()
    counted = [chosen[id(corner)] for corner in corners]
    ours, peers = counted[0], tuple(counted[1:])
    accurate = [run for run in peers if run.accuracy <= row.accuracy and not run.problem]
    peer = min(accurate, key=lambda run: run.seconds, default=None)
    if peer is None:
        peer = min((run for run in peers), key=lambda run: run.accuracy, default=None)
    return Outcome(row, ours, peer, peers)


def _that_counts(runs: Sequence[Run], accuracy: float) -> Run:
    """The loosest tolerance that is accurate enough; else the most accurate run, or one that was stopped."""
    enough = [run for run in runs if not run.problem and run.accuracy <= accuracy]
    if enough:
        return enough[0]
    solved = [run for run in runs if not run.problem]
    return min(solved, key=lambda run: run.accuracy) if solved else runs[-1]
