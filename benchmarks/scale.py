"""Fits of files larger than the memory that is allowed, against just reading them.

    python benchmarks/scale.py --quick        # 0.8 GB of Parquet in /tmp, removed afterwards
    python benchmarks/scale.py --rows 5000000 # 4 GB

Every row is a process of its own, so that its peak memory is its own. "Just reading" is what pyarrow
does with the same columns and row groups. Prints the table of docs/guide/larger_than_memory.md.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

COLUMNS = 200
RESPONSES = ("price", "bought", "visits")
WORK = ("read", "path", "cv", "ridge", "groups", "logistic", "poisson")
NAMES = {
    "read": "just reading, pyarrow",
    "path": "lasso, 100 alphas",
    "cv": "lasso, 100 alphas, 5-fold cross-validation",
    "ridge": "ridge, 100 alphas",
    "groups": "group lasso, 100 alphas",
    "logistic": "logistic L1, 100 alphas to a gap of 1e-8",
    "poisson": "Poisson L1, 100 alphas to a gap of 1e-8",
}


def write(path: Path, rows: int, columns: int) -> None:
    """A table of correlated float32 columns with a tenth of them in the response."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rng = np.random.default_rng(0)
    weights = np.zeros(columns)
    weights[::10] = rng.standard_normal(len(weights[::10]))
    names = [f"x{j}" for j in range(columns)]
    schema = pa.schema(
        [*((name, pa.float32()) for name in names), *((name, pa.float32()) for name in RESPONSES)]
    )
    group = max(16_000_000 // columns, 1)
    with pq.ParquetWriter(path, schema, compression="none", use_dictionary=False) as writer:
        for start in range(0, rows, group):
            count = min(group, rows - start)
            X = rng.standard_normal((columns, count), dtype=np.float32)
            X += 0.5 * rng.standard_normal(count, dtype=np.float32)
            eta = (weights @ X) / np.linalg.norm(weights)
            price = 5 * eta + 5 * rng.standard_normal(count)
            bought = rng.random(count) < 1 / (1 + np.exp(1 - eta))
            visits = rng.poisson(np.exp(0.5 * eta))
            responses = [values.astype(np.float32) for values in (price, bought, visits)]
            writer.write_table(pa.table([*X, *responses], schema=schema))


def work(what: str, path: Path, memory: str) -> dict[str, float]:
    """Seconds, processor seconds, peak memory and the worst gap of one kind of work."""
    import pyarrow.parquet as pq

    import normball as nb

    def scan_of(response: str) -> Any:
        return nb.scan(path, memory=memory, drop=[name for name in RESPONSES if name != response])

    started, used = time.perf_counter(), time.process_time()
    gap, passes = float("nan"), 1.0
    if what == "read":
        with pq.ParquetFile(path) as opened:
            for batch in opened.iter_batches(batch_size=2**27 // (8 * opened.metadata.num_columns)):
                del batch
    elif what == "cv":
        model = nb.RegressorCV(cv=5, eps=1e-3).fit(scan_of("price"), "price")
        gap, passes = model.gap_, model.solution_.problem.summary.n_passes
    elif what in ("logistic", "poisson"):
        response = "bought" if what == "logistic" else "visits"
        found = nb.Problem(scan_of(response), response, loss=what).path()
        gap, passes = float(found.gaps.max()), found.n_passes
    else:
        norm = {"path": "l1", "ridge": "squared_l2"}.get(what)
        problem = nb.Problem(scan_of("price"), "price", norm=norm or "l1")
        if norm is None:
            groups = [list(range(j, min(j + 5, problem.n_features))) for j in range(0, problem.n_features, 5)]
            problem = problem.with_norm(nb.norms.GroupL2(groups))
        found = problem.path()
        gap, passes = float(found.gaps.max()), found.n_passes
    return {
        "wall": time.perf_counter() - started,
        "cpu": time.process_time() - used,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "passes": passes,
        "gap": gap,
    }


def measured(what: str, path: Path, memory: str, repeats: int) -> dict[str, float]:
    """The fastest of some runs, each in a process of its own."""
    found = []
    for _ in range(repeats):
        command = [sys.executable, __file__, "--work", what, "--file", str(path), "--memory", memory]
        found.append(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))
    return min(found, key=lambda run: run["wall"])


def main() -> None:
    """Write the file, measure, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--columns", type=int, default=COLUMNS)
    parser.add_argument("--memory", default="700MB")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--only", nargs="+", choices=WORK, default=WORK)
    parser.add_argument("--quick", action="store_true", help="1,000,000 rows, each work once")
    parser.add_argument("--work", choices=WORK, help=argparse.SUPPRESS)
    parser.add_argument("--file", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.work:
        print(json.dumps(work(asked.work, Path(asked.file), asked.memory)))
        return
    repeats = 1 if asked.quick else asked.repeats
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "big.parquet"
        write(path, asked.rows, asked.columns)
        size = path.stat().st_size / 1e9
        table = f"{asked.rows:,} x {asked.columns} float32, {size:.2f} GB"
        print(f"{table}, memory={asked.memory!r}; load {os.getloadavg()[0]:.1f}\n")
        print("| work | passes | wall s | x reading | processor s | peak memory GB | worst gap |")
        print("|---|---|---|---|---|---|---|")
        alone = None
        for what in asked.only:
            found = measured(what, path, asked.memory, repeats)
            alone = found["wall"] if alone is None else alone
            gap = "" if np.isnan(found["gap"]) else f"{found['gap']:.0e}"
            times = f"{found['wall']:.2f} | {found['wall'] / alone:.1f}"
            print(
                f"| {NAMES[what]} | {found['passes']:.3g} | {times} "
                f"| {found['cpu']:.2f} | {found['peak'] / 1e9:.2f} | {gap} |"
            )


if __name__ == "__main__":
    main()
