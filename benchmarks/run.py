"""Whole paths of normball and its peers, side by side in one run.

    python benchmarks/run.py                # everything; up to an hour on two cores
    python benchmarks/run.py --quick        # three cases, only the runs that decide them; about a minute
    python benchmarks/run.py --cases wide,text --solvers normball,celer

Every run has a process of its own (`measure.py`); the gap is measured by `accuracy.py` from
the coefficients. Prints a table a case and a summary against the bars in `bars.py`, and
writes results.json, after every case, and time_against_gap.png.
"""

from __future__ import annotations

import json
import math
import os
import pickle
import platform
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from importlib import metadata
from pathlib import Path

import click
from bars import BARS, named_runs
from cases import CASES, Case
from measure import Run, measure_tolerances
from picture import draw
from rich.console import Console
from scipy import sparse
from solvers import SOLVERS, n_cores
from tables import show_case, show_summary

QUICK = ["small", "leukaemia", "wide"]


def pick(given: str, known: dict, option: str) -> list[str]:
    names = [name.strip() for name in given.split(",") if name.strip()]
    for name in names:
        if name not in known:
            raise click.BadParameter(f"{name!r} is not one of {', '.join(known)}.", param_hint=option)
    return names


def run_case(case: Case, asked: Mapping[str, tuple[float, ...]], limit: float, console: Console) -> list[Run]:
    """The solvers that know this kind of case, each at the tolerances asked for."""
    runs: list[Run] = []
    with tempfile.TemporaryDirectory() as folder, console.status(case.name) as status:
        file = Path(folder) / "case.pickle"
        with file.open("wb") as stream:
            pickle.dump(case, stream, protocol=5)
        for name, tolerances in asked.items():
            if case.kind in SOLVERS[name].kinds:
                status.update(f"{case.name}: {name}")
                runs += measure_tolerances(file, case.name, name, tolerances, limit)
    return runs


def size_megabytes(case: Case) -> float:
    X = case.X
    size = X.data.nbytes + X.indices.nbytes + X.indptr.nbytes if sparse.issparse(X) else X.nbytes
    return size / 2**20


def machine(solvers: list[str]) -> dict[str, object]:
    names = {SOLVERS[name].package for name in solvers} | {"numpy", "scipy"}
    distributions = metadata.packages_distributions()
    versions = {
        name: metadata.version(distributions[name][0]) for name in sorted(names & distributions.keys())
    }
    return {"system": platform.platform(), "python": platform.python_version(), "cores": n_cores()} | versions


def write(file: Path, runs: list[Run], facts: dict[str, object]) -> None:
    """JSON knows no nan: what was not measured is null."""
    rows = [
        {k: None if isinstance(v, float) and not math.isfinite(v) else v for k, v in asdict(run).items()}
        for run in runs
    ]
    file.write_text(json.dumps({"machine": facts, "runs": rows}, indent=1) + "\n")


@click.command()
@click.option("--cases", help=f"Comma-separated names; left out, all of them: {', '.join(CASES)}.")
@click.option("--solvers", default=",".join(SOLVERS), show_default=True, help="Comma-separated names.")
@click.option("--quick", is_flag=True, help=f"Only runs that decide; without --cases: {', '.join(QUICK)}.")
@click.option("--limit", default=120.0, show_default=True, help="Seconds for a solver to solve a case.")
@click.option("--cores", default=2, show_default=True, help="Processor cores that every solver may use.")
@click.option("--out", default="benchmark-results", show_default=True, type=click.Path(path_type=Path))
def main(cases: str | None, solvers: str, quick: bool, limit: float, cores: int, out: Path) -> None:
    """Time whole paths side by side."""
    names = pick(cases or ",".join(QUICK if quick else CASES), BARS if quick else CASES, "--cases")
    chosen = pick(solvers, SOLVERS, "--solvers")
    console = Console(width=150)
    if hasattr(os, "sched_setaffinity"):  # children inherit it
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])
    for name in list(chosen):
        if SOLVERS[name].unavailable:
            console.print(f"{name} is left out: {SOLVERS[name].unavailable}")
            chosen.remove(name)
    out.mkdir(parents=True, exist_ok=True)
    facts, runs = machine(chosen), []
    for name in names:
        case = CASES[name]()
        wanted = named_runs(name) if quick else {s: SOLVERS[s].tolerances for s in SOLVERS}
        asked = {s: wanted[s] for s in chosen if s in wanted}
        of_case = run_case(case, asked, limit, console)
        show_case(console, case, of_case, size_megabytes(case))
        runs += of_case
        write(out / "results.json", runs, facts)
    show_summary(console, runs)
    draw([run for run in runs if not run.problem], out / "time_against_gap.png")
    console.print(f"wrote {out / 'results.json'} and {out / 'time_against_gap.png'}")


if __name__ == "__main__":
    main()
