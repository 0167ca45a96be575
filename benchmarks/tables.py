"""What `run.py` prints: a table a case, and one that sums them up."""

from __future__ import annotations

from bars import BARS, compare, own_run
from cases import Case
from measure import Run
from rich.console import Console
from rich.table import Table


def table_with(title: str, *columns: str) -> Table:
    """Text columns to the left, numbers (a trailing #) to the right."""
    table = Table(title=title, title_justify="left", min_width=100)
    for column in columns:
        table.add_column(column.rstrip("#"), justify="right" if column.endswith("#") else "left")
    return table


def show_case(console: Console, case: Case, runs: list[Run], megabytes: float) -> None:
    n, p = case.X.shape
    table = table_with(
        f"{case.name}: {n:,} x {p:,}; {case.description}; X has {megabytes:,.1f} MB",
        "solver", "tolerance#", "seconds#", "best of#", "worst gap#", "its gap is", "ratio#", "peak MB#",
        "passes#",
    )  # fmt: skip
    ours = own_run(runs)
    for run in runs:
        if run.problem:
            table.add_row(run.solver, f"{run.tolerance:.0e}", run.problem)
            continue
        is_peer = ours is not None and run.solver != "normball"
        verdict = ("equal or better" if run.gap <= ours.gap else "worse") if ours and is_peer else ""
        passes = run.cost.get("passes")
        table.add_row(
            run.solver, f"{run.tolerance:.0e}", f"{run.seconds:.4g}", str(run.repeats), f"{run.gap:.1e}",
            verdict, f"{run.seconds / ours.seconds:.1f}" if ours else "", f"{run.megabytes:.1f}",
            "" if passes is None else f"{passes:.1f}",
        )  # fmt: skip
    console.print(table)


def show_summary(console: Console, runs: list[Run]) -> None:
    """Each case against its bar, by the rule in `bars.py`."""
    table = table_with(
        "time of the peer / time of normball",
        "case", "normball s#", "gap#", "peer", "tolerance#", "seconds#", "its gap", "ratio#", "at least#",
        "aim#", "bar",
    )  # fmt: skip
    for name in dict.fromkeys(run.case for run in runs):
        bar = BARS.get(name)
        found = compare([run for run in runs if run.case == name], bar)
        if found is None:
            table.add_row(name, "", "", "nothing to compare")
            continue
        peer, more = found.peer, "> " if found.is_lower_bound else ""
        seconds = peer.limit if peer.problem else peer.seconds
        gap = "" if peer.problem else f"{peer.gap:.0e}, " + ("as good" if found.is_as_accurate else "worse")
        verdict = ""
        if bar:
            verdict = "missed" if found.ratio < bar.least else "met" if found.ratio < bar.aim else "aim met"
            if found.is_lower_bound and found.ratio < bar.least:
                verdict = "open: raise --limit"
        table.add_row(
            name, f"{found.ours.seconds:.4g}", f"{found.ours.gap:.0e}", peer.solver, f"{peer.tolerance:.0e}",
            f"{more}{seconds:.3g}", gap, f"{more}{found.ratio:.1f}",
            f"{bar.least:g}" if bar else "", f"{bar.aim:g}" if bar else "", verdict,
        )  # fmt: skip
    console.print(table)
