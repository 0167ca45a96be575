"""Whole paths of normball and its peers, side by side in one run.

    python benchmarks/run.py                # everything; about half an hour on two cores
    python benchmarks/run.py --quick        # three cases, within a minute or two
    python benchmarks/run.py --cases wide,text --solvers normball,celer

Every solver runs a case in a process of its own, warmed up on a small problem first; the
time is the best of several runs, the gap is measured by `accuracy.py`, memory is the peak
above the loaded data. Prints a table a case and a summary, and writes results.json and
time_against_gap.png.
"""

from __future__ import annotations

import json
import os
import pickle
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import click
import numpy as np
from accuracy import worst_gap
from cases import CASES, QUICK, Case
from rich.console import Console
from rich.table import Table
from scipy import sparse

from solvers import SOLVERS, solve_quietly

HERE = Path(__file__).resolve().parent
PATIENCE = 1.5
"""Seconds of repeats after which a time is good enough."""


def work(case_file: str, solver_name: str) -> None:
    """In the child: every tolerance of one solver, a JSON line each."""
    case: Case = pickle.loads(Path(case_file).read_bytes())
    solver = SOLVERS[solver_name]
    warm = Case("warm", *_corner(case), case.loss, case.alphas[:1] * 1e3, case.group_size)
    solve_quietly(solver, warm, solver.tolerances[0])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for tolerance in solver.tolerances:
        times: list[float] = []
        while not times or (sum(times) < PATIENCE and len(times) < 30):
            start = perf_counter()
            coefs = solve_quietly(solver, case, tolerance)
            times.append(solver.cost().get("seconds", perf_counter() - start))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        result = {
            "case": case.name,
            "solver": solver_name,
            "tolerance": tolerance,
            "seconds": min(times),
            "repeats": len(times),
            "gap": worst_gap(case, coefs),
            "megabytes": (peak - before) / 1024,
            "cost": solver.cost(),
        }
        print(json.dumps(result), flush=True)


def _corner(case: Case) -> tuple:
    """A few rows and columns, to compile and load what a first call needs."""
    p = min(case.X.shape[1], 20 * max(case.group_size, 1))
    rows = np.arange(0, len(case.y), max(len(case.y) // 60, 1))
    X = case.X[:, :p][rows]
    return sparse.csc_array(X) if sparse.issparse(X) else np.asfortranarray(X), case.y[rows]


def environment() -> dict[str, str]:
    """The same for all: no hand-set processor type or thread count."""
    hand_set = ("OPENBLAS_CORETYPE", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
    return {name: value for name, value in os.environ.items() if name not in hand_set}


def measure(case_file: str, solver: str, limit: float) -> list[dict]:
    """Results of one solver on one case; tolerances that it did not finish in time are left out."""
    command = [sys.executable, __file__, "--worker", case_file, solver]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=limit, env=environment())
        output, error = done.stdout, done.stderr if done.returncode else ""
    except subprocess.TimeoutExpired as expired:
        output, error = (expired.stdout or b"").decode(), f"stopped after {limit:g} s"
    results = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    if error:
        results.append({"solver": solver, "error": error.strip().splitlines()[-1]})
    return results


def show(console: Console, case: Case, results: list[dict], megabytes: float) -> None:
    n, p = case.X.shape
    title = f"{case.name}: {n:,} x {p:,}, {len(case.alphas)} alphas, X has {megabytes:,.0f} MB"
    table = Table(title=title)
    for column in ("solver", "tolerance", "seconds", "worst gap", "ratio", "peak MB", "passes"):
        table.add_column(column, justify="left" if column == "solver" else "right")
    ours = next((r for r in results if r["solver"] == "normball" and "seconds" in r), None)
    for r in results:
        if "error" in r:
            table.add_row(r["solver"], r["error"])
            continue
        ratio = f"{r['seconds'] / ours['seconds']:.1f}" if ours else ""
        mark = " *" if ours and r["gap"] <= ours["gap"] and r is not ours else ""
        passes = r["cost"].get("passes")
        table.add_row(
            r["solver"], f"{r['tolerance']:.0e}", f"{r['seconds']:.4g}", f"{r['gap']:.1e}{mark}", ratio,
            f"{r['megabytes']:.0f}", "" if passes is None else f"{passes:.1f}",
        )  # fmt: skip
    console.print(table)


def summarise(console: Console, results: list[dict]) -> None:
    """For each case: the fastest peer at a gap equal to ours or better, else the most accurate peer."""
    table = Table(title="time of the peer / time of normball (* its gap is equal or better)")
    for column in (
        "case",
        "normball",
        "gap",
        "fastest peer at tolerance",
        "ratio",
        "most accurate peer",
        "ratio ",
    ):
        table.add_column(column)
    for name in dict.fromkeys(r["case"] for r in results if "case" in r):
        of_case = [r for r in results if r.get("case") == name]
        ours = next((r for r in of_case if r["solver"] == "normball"), None)
        peers = [r for r in of_case if r["solver"] != "normball"]
        if ours is None or not peers:
            continue
        fastest = min(peers, key=lambda r: r["seconds"])
        exact = min(peers, key=lambda r: (max(r["gap"], ours["gap"]), r["seconds"]))

        def describe(r: dict, ours: dict = ours) -> str:
            mark = " *" if r["gap"] <= ours["gap"] else ""
            return f"{r['solver']} {r['tolerance']:.0e}: {r['seconds']:.3g} s @ {r['gap']:.0e}{mark}"

        table.add_row(
            name, f"{ours['seconds']:.4g} s", f"{ours['gap']:.0e}", describe(fastest),
            f"{fastest['seconds'] / ours['seconds']:.1f}", describe(exact),
            f"{exact['seconds'] / ours['seconds']:.1f}",
        )  # fmt: skip
    console.print(table)


@click.command()
@click.option("--cases", default=",".join(CASES), show_default=True, help="Comma-separated names.")
@click.option("--solvers", default=",".join(SOLVERS), show_default=True, help="Comma-separated names.")
@click.option("--quick", is_flag=True, help=f"Only the cases {', '.join(QUICK)}.")
@click.option("--limit", default=120.0, show_default=True, help="Seconds for a solver on a case.")
@click.option("--out", default="benchmark-results", show_default=True, type=click.Path(path_type=Path))
@click.option("--worker", nargs=2, hidden=True)
def main(
    cases: str, solvers: str, quick: bool, limit: float, out: Path, worker: tuple[str, str] | None
) -> None:
    """Time whole paths side by side."""
    if worker:
        work(*worker)
        return
    console, results = Console(width=130), []
    chosen = [SOLVERS[name] for name in solvers.split(",")]
    for solver in chosen:
        if solver.unavailable:
            console.print(f"{solver.name} is left out: {solver.unavailable}")
    for name in QUICK if quick else cases.split(","):
        case = CASES[name]()
        with tempfile.NamedTemporaryFile() as file:
            Path(file.name).write_bytes(pickle.dumps(case, protocol=5))
            of_case = [
                result
                for solver in chosen
                if not solver.unavailable and solver.can(case)
                for result in measure(file.name, solver.name, limit)
            ]
            megabytes = Path(file.name).stat().st_size / 2**20
        show(console, case, of_case, megabytes)
        results.extend(of_case)
    summarise(console, results)
    out.mkdir(parents=True, exist_ok=True)
    (out / "results.json").write_text(json.dumps(results, indent=1))
    from picture import draw

    draw([r for r in results if "seconds" in r], out / "time_against_gap.png")
    console.print(f"wrote {out / 'results.json'} and {out / 'time_against_gap.png'}")


if __name__ == "__main__":
    main()
