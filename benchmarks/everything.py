"""Every model that normball is fast at, or is not: one table against the best peers, from one run.

    python benchmarks/everything.py --quick          # every row, few repetitions: ten minutes on two cores
    python benchmarks/everything.py                  # also the large rows, more repetitions
    python benchmarks/everything.py --rows ridge     # rows whose names hold a word
    python benchmarks/everything.py --docs docs/benchmarks.md   # writes the table between its two marks

The rows and their contenders are in `rows/`, how they take turns in `contest.py`. Every
library gets one BLAS thread and two cores.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import click
import numpy as np
from contest import Outcome, Run, compete
from rich.console import Console
from rows import ROWS
from tables import table_with

MARKS = ("<!-- everything: begin -->", "<!-- everything: end -->")


def seconds_of(run: Run) -> str:
    if run.problem:
        return run.problem
    return f"{run.seconds:.3g} s" if run.seconds >= 0.1 else f"{1e3 * run.seconds:.3g} ms"


def accuracy_of(run: Run) -> str:
    if run.problem:
        return ""
    return f"{run.accuracy:.0e}" if run.accuracy > 1e-14 else "< 1e-14"


def cells(outcome: Outcome) -> list[str]:
    """The table's cells of one row."""
    row, ours, peer = outcome.row, outcome.ours, outcome.peer
    if not row.has_peers:
        bar = f"< {row.bar:g} s"
        rest = ["none", "", "", ""]
    else:
        bar = f"{row.bar:g}"
        if peer is None:
            rest = ["not installed", "", "", ""]
        else:
            more = "> " if peer.problem.startswith("stopped") else ""
            ratio = f"{more}{outcome.ratio:.2g}" if np.isfinite(outcome.ratio) else ""
            rest = [peer.contender, seconds_of(peer), accuracy_of(peer), ratio]
    verdict = "" if row.has_peers and peer is None else "met" if outcome.is_met else "not met"
    if np.isfinite(outcome.ratio) and outcome.ratio < 1:
        verdict = "slower" if not outcome.is_met else "met, slower"
    memory = f"{ours.megabytes:.0f}" if np.isfinite(ours.megabytes) else ""
    peers = f"{peer.megabytes:.0f}" if peer is not None and np.isfinite(peer.megabytes) else ""
    return [
        row.model,
        row.shape,
        seconds_of(ours),
        accuracy_of(ours),
        *rest,
        f"{memory} / {peers}",
        bar,
        verdict,
    ]


COLUMNS = (
    "model",
    "shape",
    "normball#",
    "accuracy#",
    "best peer",
    "its time#",
    "its accuracy#",
    "ratio#",
    "peak MB, ours / peer#",
    "bar#",
    "",
)


def markdown(rows: list[list[str]]) -> str:
    head = [name.rstrip("#") or "bar met" for name in COLUMNS]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for row in rows:
        bold = row[-1].endswith("slower")  # no row below 1 is hidden
        lines.append("| " + " | ".join(f"**{cell}**" if bold and cell else cell for cell in row) + " |")
    return "\n".join(lines)


def write_docs(file: Path, rows: list[list[str]]) -> None:
    """The table between the two marks, each on a line of its own."""
    text = file.read_text()
    begin, end = (f"\n{mark}\n" for mark in MARKS)
    head, _, rest = text.partition(begin)
    _, found, tail = f"\n{rest}".partition(end)
    if not found:
        raise click.ClickException(f"{file} lacks lines with the marks {MARKS[0]} and {MARKS[1]}.")
    file.write_text(f"{head}{begin}\n{markdown(rows)}\n{end}{tail}")


@click.command()
@click.option("--rows", "words", default="", help="Comma-separated words; rows whose names hold one of them.")
@click.option("--quick", is_flag=True, help="Without the large rows, and with fewer repetitions.")
@click.option("--limit", default=60.0, show_default=True, help="Seconds for one solve.")
@click.option("--cores", default=2, show_default=True, help="Processor cores that every library may use.")
@click.option("--docs", type=click.Path(path_type=Path, exists=True), help="Write the table into this file.")
@click.option("--out", default="benchmark-results", show_default=True, type=click.Path(path_type=Path))
def main(words: str, quick: bool, limit: float, cores: int, docs: Path | None, out: Path) -> None:
    """Time every model against the best peer of each."""
    for name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS"):
        os.environ[name] = "1"  # what the contenders' processes inherit
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])
    wanted = [word.strip() for word in words.split(",") if word.strip()]
    names = [name for name in ROWS if not wanted or any(word in name for word in wanted)]
    names = [name for name in names if not (quick and ROWS[name].is_slow)]
    console = Console(width=190)
    outcomes: list[Outcome] = []
    lines: list[list[str]] = []
    for name in names:
        with console.status(name) as status:
            outcome = compete(
                ROWS[name], min(limit, 20.0) if quick else limit, 1.0 if quick else 4.0, status.update
            )
        outcomes.append(outcome)
        lines.append(cells(outcome))
        console.print(" | ".join(lines[-1]))
    table = table_with("the best peer's time / normball's, at the accuracy that the row asks for", *COLUMNS)
    for line in lines:
        table.add_row(*line)
    console.print(table)
    out.mkdir(parents=True, exist_ok=True)
    facts = [
        {
            "row": o.row.name,
            "ratio": o.ratio if np.isfinite(o.ratio) else None,
            "bar": o.row.bar,
            "met": o.is_met,
            "runs": [
                {
                    "contender": r.contender,
                    "tolerance": r.tolerance,
                    "seconds": r.seconds,
                    "problem": r.problem,
                    "accuracy": r.accuracy if np.isfinite(r.accuracy) else None,
                    "megabytes": r.megabytes,
                }
                for r in (o.ours, *o.peers)
            ],
        }
        for o in outcomes
    ]
    (out / "everything.json").write_text(json.dumps(facts, indent=1) + "\n")
    if docs:
        write_docs(docs, lines)


if __name__ == "__main__":
    main()
