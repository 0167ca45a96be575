"""The full cross-check: random problems of every loss, norm and form against CVXPY with Clarabel.

    python benchmarks/cvxpy_grid.py --problems 5000 --jobs 2

walks through `tests/support/problems.py`'s problems on plain and on hard data (collinear, badly scaled,
far from zero, tied, one-hot, tiny), single fits and paths: 672 problems hold each loss x norm x form
once, 4704 with every kind of data. `--data plain` walks through plain data only, each cell with both
storages and shapes, with and without weights and intercept. It prints a table by loss x norm x form,
by kind of data, then each failure with its position, and exits with 1 if there is any. Where the two
answers differ, a certificate in extended precision (`tests/support/extended_certificate.py`) tells whose
fault it is. `--first POSITION --problems 1` repeats one problem.
"""

from __future__ import annotations

import argparse
import os
import sys
import warnings
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter

# one thread a process, before NumPy reads it; children inherit the setting
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "support"))

import numpy as np

from comparison import Comparison, compare
from normball import ConvergenceWarning
from problems import grid_problem, hard_problem
from time_limit import time_limit

WALKS = {"hard": hard_problem, "plain": grid_problem}
LARGEST_INACCURATE_SHARE = 0.03
"""Of plain data; Clarabel is no judge of columns whose units differ by 1e16."""


@dataclass(frozen=True)
class Result:
    """One problem of the walk; `comparisons` has its points, and is empty if the package raised."""

    position: int
    cell: tuple[str, str, str]
    data: str
    label: str
    comparisons: list[Comparison]
    failures: list[str]


def run(position: int, data: str, tol: float, limit: float) -> Result:
    """Compare at one position of a walk; an unmet tolerance is a figure, any other warning a failure."""
    problem = WALKS[data](position)
    comparisons: list[Comparison] = []
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", ConvergenceWarning)
        try:
            with time_limit(limit):
                comparisons = compare(problem, tol)
            failures = [sentence for each in comparisons for sentence in each.failures()]
        except Exception as error:  # a crash is one failure of many, the rest of the walk goes on
            failures = [f"{type(error).__name__}: {error}"]
    return Result(position, problem.axes.cell, problem.axes.data, str(problem), comparisons, failures)


def run_all(positions: Sequence[int], data: str, tol: float, limit: float, n_jobs: int) -> Iterator[Result]:
    """Results in order, with progress on standard error."""
    start = perf_counter()
    work = partial(run, data=data, tol=tol, limit=limit)
    with ProcessPoolExecutor(n_jobs) as pool:
        for done, result in enumerate(pool.map(work, positions, chunksize=4), 1):
            if done % 25 == 0 or done == len(positions):
                seconds = perf_counter() - start
                print(
                    f"\r{done} of {len(positions)} problems, {seconds:.0f} s",
                    end="",
                    file=sys.stderr,
                    flush=True,
                )
            yield result
    print(file=sys.stderr)


COLUMNS = {
    "problems": 8,
    "failed": 6,
    "difference": 10,
    "broken": 8,
    "gap": 8,
    "gap<=1e-8": 9,
    "gap<=1e-12": 10,
    "ms": 8,
    "slowest ms": 10,
    "reference ms": 12,
}
"""Heading -> width; the worst difference, broken constraint and gap of a row, and mean times a point."""


def table_row(results: Sequence[Result]) -> str:
    """Figures of some results, under `COLUMNS`."""
    seen = [each for result in results for each in result.comparisons]
    n_failed = sum(bool(result.failures) for result in results)

    def figures(name: str) -> np.ndarray:
        return np.array([getattr(comparison, name) for comparison in seen] or [np.nan])

    differences, gaps, seconds = figures("difference"), figures("gap"), figures("seconds")
    is_known = np.isfinite(differences) & figures("is_accurate").astype(bool)
    broken = np.array([comparison.finding.infeasibility for comparison in seen] or [np.nan])
    cells = (
        f"{len(results)}",
        f"{n_failed}",
        f"{np.abs(differences[is_known]).max(initial=0.0):.1e}",
        f"{broken.max():.1e}",
        f"{gaps.max():.1e}",
        f"{(gaps <= 1e-8).mean():.1%}",
        f"{(gaps <= 1e-12).mean():.1%}",
        f"{1e3 * seconds.mean():.1f}",
        f"{1e3 * seconds.max():.0f}",
        f"{1e3 * figures('reference_seconds').mean():.1f}",
    )
    return "  ".join(text.rjust(width) for text, width in zip(cells, COLUMNS.values(), strict=True))


def print_table(results: Sequence[Result]) -> None:
    """One row a loss x norm x form, and totals by loss, by form, by kind of data and of all."""
    groups: dict[tuple[str, ...], list[Result]] = defaultdict(list)
    for result in results:
        loss, _, form = result.cell
        totals = (("~ all", "", ""), ("~ all", "", form), ("~ all", result.data, ""), (loss, "~ all", ""))
        for group in (result.cell, *totals):
            groups[group].append(result)
    print(f"{'loss':14}{'norm':20}{'form':14}" + "  ".join(k.rjust(v) for k, v in COLUMNS.items()))
    # the tilde sorts totals after what they sum up
    for (first, second, third), members in sorted(groups.items()):
        print(f"{first:14}{second:20}{third:14}{table_row(members)}")


def print_failures(results: Sequence[Result]) -> bool:
    """Print what failed; return whether anything did."""
    failed = [result for result in results if result.failures]
    for result in failed:
        print(f"FAILED at position {result.position} ({result.label}): {'; '.join(result.failures)}")
    points = [(result.data, each) for result in results for each in result.comparisons]
    inaccurate = [data for data, each in points if not each.is_accurate]
    print(
        f"{len(failed)} of {len(results)} problems failed; Clarabel was inaccurate on {len(inaccurate)} of "
        f"{len(points)} points, where the answer rests on the certificate in extended precision."
    )
    n_plain = sum(data == "plain" for data, _ in points)
    is_doubtful = inaccurate.count("plain") > LARGEST_INACCURATE_SHARE * n_plain
    if is_doubtful:
        print(f"FAILED: more than {LARGEST_INACCURATE_SHARE:.0%} of the references on plain data are off.")
    return bool(failed) or is_doubtful


def main() -> int:
    """Exit status: 0 if all problems agree."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--problems", type=int, default=1000, help="how many problems (default 1000)")
    parser.add_argument("--first", type=int, default=0, help="position in the grid to start at (default 0)")
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, help="processes (default: all cores)"
    )
    parser.add_argument("--data", choices=tuple(WALKS), default="hard", help="which walk (default hard)")
    parser.add_argument("--limit", type=float, default=30.0, help="seconds a problem may take (default 30)")
    parser.add_argument("--tol", type=float, default=1e-8, help="gap asked of the package (default 1e-8)")
    arguments = parser.parse_args()
    if min(arguments.problems, arguments.jobs) < 1 or arguments.first < 0 or not arguments.tol > 0:
        parser.error("--problems and --jobs must be at least 1, --first at least 0 and --tol above 0.")
    positions = range(arguments.first, arguments.first + arguments.problems)
    results = list(run_all(positions, arguments.data, arguments.tol, arguments.limit, arguments.jobs))
    print_table(results)
    return int(print_failures(results))


if __name__ == "__main__":
    sys.exit(main())
