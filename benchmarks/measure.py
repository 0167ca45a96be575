"""One run, measured: a solver at a tolerance on a case, in a process of its own.

The child loads the case, solves a corner of it (imports, compilation), sets its memory mark
back, and then solves the case again and again; the best time counts. Memory is the peak of
the first solve above what the process held just before: data, libraries, compiled code.
The time limit is on that first solve, so that a run stopped after t seconds takes more than t.
"""

from __future__ import annotations

import gc
import json
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

from accuracy import worst_gap
from cases import Case, corner
from solvers import SOLVERS, solve_quietly

REPEAT_SECONDS = 1.5
"""Runs are repeated until they took this long together, and at least three times..."""
PATIENCE_SECONDS = 10.0
"""...unless that would take longer than this."""
MAX_REPEATS = 500
STOPPED = 124
"""Status of a child that ran into the limit while it waited for a process of its own."""
SETUP_SECONDS = 180.0
"""What loading, compiling and measuring the gap may take on top of the limit of a solve."""


@dataclass(frozen=True)
class Run:
    """What one solver did at one tolerance; `problem` says why there is no time, if there is none."""

    case: str
    solver: str
    tolerance: float
    seconds: float = float("nan")
    repeats: int = 0
    gap: float = float("nan")
    megabytes: float = float("nan")
    cost: dict[str, Any] = field(default_factory=dict)
    problem: str = ""
    limit: float = float("nan")


def memory_megabytes(entry: str) -> float:
    """VmRSS (now) or VmHWM (peak) of this process; nan where the system does not tell."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return float("nan")
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(entry)), float("nan"))


def forget_peak() -> None:
    """Start the peak anew: loading the data and compiling may have taken more than solving does."""
    if Path("/proc/self/clear_refs").exists():
        Path("/proc/self/clear_refs").write_text("5")


def end_after(seconds: float, has_child: bool) -> None:
    """End this process by an alarm; 0 seconds call it off.

    Without a handler the alarm ends it even inside compiled code. Where the work is done by a
    process further down, the handler's error makes `subprocess.run` end that one first.
    """

    def stop(*_: object) -> None:
        raise TimeoutError

    if has_child and seconds:
        signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)


def measure_here(case: Case, name: str, tolerance: float, limit: float) -> Run:
    """In the child, which ends if the first solve takes longer than the limit."""
    solver = SOLVERS[name]
    solve_quietly(solver, corner(case), tolerance)
    gc.collect()
    forget_peak()
    before = memory_megabytes("VmRSS")
    times: list[float] = []
    end_after(limit, solver.has_child)
    while True:
        start = perf_counter()
        coefs = solve_quietly(solver, case, tolerance)
        elapsed = perf_counter() - start
        end_after(0, solver.has_child)
        cost = solver.cost()
        times.append(cost.pop("seconds", elapsed))
        if len(times) == 1:
            megabytes = memory_megabytes("VmHWM") - before
        total = sum(times)
        enough = total > REPEAT_SECONDS and len(times) >= 3
        if enough or total > PATIENCE_SECONDS or len(times) == MAX_REPEATS:
            break
    return Run(case.name, name, tolerance, min(times), len(times), worst_gap(case, coefs), megabytes, cost)


def environment() -> dict[str, str]:
    """The same for all: no processor type or thread count set by hand."""
    by_hand = {"OPENBLAS_CORETYPE"} | {name for name in os.environ if name.endswith("_NUM_THREADS")}
    return {name: value for name, value in os.environ.items() if name not in by_hand}


def measure(case_file: Path, case: str, solver: str, tolerance: float, limit: float) -> Run:
    """A run in a child of its own."""
    command = [sys.executable, __file__, str(case_file), solver, repr(tolerance), repr(limit)]
    try:
        child = subprocess.run(
            command, capture_output=True, text=True, env=environment(), timeout=limit + SETUP_SECONDS
        )
    except subprocess.TimeoutExpired:
        return Run(case, solver, tolerance, problem=f"not ready after {limit + SETUP_SECONDS:g} s")
    if child.returncode in (-signal.SIGALRM, STOPPED):
        return Run(case, solver, tolerance, problem=f"stopped after {limit:g} s", limit=limit)
    if child.returncode:
        last = (child.stderr.strip().splitlines() or [f"ended with status {child.returncode}"])[-1]
        return Run(case, solver, tolerance, problem=last)
    return Run(**json.loads(child.stdout.strip().splitlines()[-1]))


def measure_tolerances(
    case_file: Path, case: str, solver: str, tolerances: Sequence[float], limit: float
) -> list[Run]:
    """A solver's tolerances, loosest first; tighter ones than one that was stopped are not tried."""
    runs: list[Run] = []
    for tolerance in tolerances:
        if runs and runs[-1].limit > 0:
            problem = f"not tried: {runs[-1].tolerance:.0e} was stopped"
            runs.append(Run(case, solver, tolerance, problem=problem, limit=limit))
        else:
            runs.append(measure(case_file, case, solver, tolerance, limit))
    return runs


if __name__ == "__main__":
    with open(sys.argv[1], "rb") as file:
        the_case = pickle.load(file)
    try:
        run = measure_here(the_case, sys.argv[2], float(sys.argv[3]), float(sys.argv[4]))
    except TimeoutError:
        sys.exit(STOPPED)
    print(json.dumps(asdict(run)))
