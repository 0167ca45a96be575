"""The full cross-check: random problems of every loss, norm and form against CVXPY with Clarabel.

    python benchmarks/cvxpy_grid.py --problems 2688 --jobs 2

walks through `tests/problems.py`'s grid (2688 problems are one full round: each loss x norm x
form with both storages and shapes, with and without weights and intercept), prints a table by
loss x norm x form, then each failure with its position, and exits with 1 if there is any.
`--first POSITION --problems 1` repeats one.
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
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

import numpy as np

from comparison import Comparison, compare
from normball import ConvergenceWarning
from problems import grid_problem

LARGEST_INACCURATE_SHARE = 0.03


@dataclass(frozen=True)
class Result:
    """One problem of the grid; `comparison` is None if the package raised."""

    position: int
    cell: tuple[str, str, str]
    label: str
    comparison: Comparison | None
    failures: list[str]


def run(position: int, tol: float) -> Result:
    """Compare at one position of the grid; an unmet tolerance is a figure, any other warning a failure."""
    problem = grid_problem(position)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", ConvergenceWarning)
        try:
            comparison = compare(problem, tol)
        except Exception as error:  # a crash is one failure of many, the rest of the grid goes on
            failures = [f"{type(error).__name__}: {error}"]
            return Result(position, problem.axes.cell, str(problem), None, failures)
    return Result(position, problem.axes.cell, str(problem), comparison, comparison.failures())


def run_all(positions: Sequence[int], tol: float, n_jobs: int) -> Iterator[Result]:
    """Results in order, with progress on standard error."""
    start = perf_counter()
    with ProcessPoolExecutor(n_jobs) as pool:
        for done, result in enumerate(pool.map(partial(run, tol=tol), positions, chunksize=4), 1):
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
    "excess": 8,
    "gap": 8,
    "gap<=1e-8": 9,
    "gap<=1e-12": 10,
    "ms": 8,
    "slowest ms": 10,
    "reference ms": 12,
}
"""Heading -> width; the worst difference, excess and gap of a row, and mean times."""


def table_row(results: Sequence[Result]) -> str:
    """Figures of some results, under `COLUMNS`."""
    seen = [result.comparison for result in results if result.comparison is not None]
    n_failed = sum(bool(result.failures) for result in results)

    def figures(name: str) -> np.ndarray:
        return np.array([getattr(comparison, name) for comparison in seen] or [np.nan])

    differences, gaps, seconds = figures("difference"), figures("gap"), figures("seconds")
    is_known = np.isfinite(differences)
    worst = np.abs(differences[is_known]).max() if is_known.any() else np.nan
    cells = (
        f"{len(results)}",
        f"{n_failed}",
        f"{worst:.1e}",
        f"{figures('excess').max():.1e}",
        f"{gaps.max():.1e}",
        f"{(gaps <= 1e-8).sum() / len(results):.1%}",
        f"{(gaps <= 1e-12).sum() / len(results):.1%}",
        f"{1e3 * seconds.mean():.1f}",
        f"{1e3 * seconds.max():.0f}",
        f"{1e3 * figures('reference_seconds').mean():.1f}",
    )
    return "  ".join(text.rjust(width) for text, width in zip(cells, COLUMNS.values(), strict=True))


def print_table(results: Sequence[Result]) -> None:
    """One row a loss x norm x form, and totals by loss, by form and of all."""
    groups: dict[tuple[str, ...], list[Result]] = defaultdict(list)
    for result in results:
        loss, _, form = result.cell
        for group in (result.cell, ("~ all", "", ""), ("~ all", "", form), (loss, "~ all", "")):
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
    n_inaccurate = sum(
        result.comparison is not None and not result.comparison.is_accurate for result in results
    )
    share = n_inaccurate / len(results)
    print(
        f"{len(failed)} of {len(results)} problems failed; Clarabel was inaccurate on {n_inaccurate} "
        f"({share:.1%}), where the answer rests on our own gap."
    )
    if share > LARGEST_INACCURATE_SHARE:
        print(f"FAILED: more than {LARGEST_INACCURATE_SHARE:.0%} of the references are inaccurate.")
    return bool(failed) or share > LARGEST_INACCURATE_SHARE


def main() -> int:
    """Exit status: 0 if all problems agree."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--problems", type=int, default=1000, help="how many problems (default 1000)")
    parser.add_argument("--first", type=int, default=0, help="position in the grid to start at (default 0)")
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, help="processes (default: all cores)"
    )
    parser.add_argument("--tol", type=float, default=1e-8, help="gap asked of the package (default 1e-8)")
    arguments = parser.parse_args()
    if min(arguments.problems, arguments.jobs) < 1 or arguments.first < 0 or not arguments.tol > 0:
        parser.error("--problems and --jobs must be at least 1, --first at least 0 and --tol above 0.")
    positions = range(arguments.first, arguments.first + arguments.problems)
    results = list(run_all(positions, arguments.tol, arguments.jobs))
    print_table(results)
    return int(print_failures(results))


if __name__ == "__main__":
    sys.exit(main())
