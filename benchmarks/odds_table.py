"""The table of odds behind the explorer's view: zeros of the smallest-norm answer of m random equations.

    python benchmarks/odds_table.py [--out src/normball/explorer/odds.json]

Prints the table as JSON, or writes it. A row a pair (p, m); for each norm

    [mean number of zeros, lower and upper end of its 95 % interval, odds of at least one zero,
     mean number of coefficients of the largest size].

The laws are exact, so that the intervals have no width. `drawn` systems of each pair are
solved as well, for p up to 200, and `agree` counts those that have as many zeros and ties
as the law says with all three norms.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np

from normball.geometry import Equations, zero_odds
from normball.geometry.batches import solve_batch
from normball.norms import get_norm
from normball.solvers.threads import one_blas_thread

SIZES = (2, 3, 5, 10, 20, 50, 100, 200, 500, 1000)
NORMS = ("l1", "l2", "linf")
SHARES = (0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0)
"""Equations as shares of the unknowns; at least 1, and at most p."""
LARGEST_DRAWN, WORK = 200, 4000


def equations_of(p: int) -> list[int]:
    """About eight m for one p, among them 1 and p; all where p is small."""
    if p <= len(SHARES):
        return list(range(1, p + 1))
    return sorted({1, *(min(max(round(share * p), 1), p) for share in SHARES)})


def law(norm: str, p: int, m: int) -> list[float]:
    """Mean zeros with its interval, odds of a zero, coefficients of the largest size."""
    odds = zero_odds(norm, p, Equations(m), "exact")
    # with LInf all but m - 1 coefficients reach the bound; elsewhere sizes differ
    at_bound = p - m + 1 if norm == "linf" else 1
    return [_plain(value) for value in (odds.mean, odds.mean, odds.mean, odds.at_least_one, at_bound)]


def drawn(p: int, m: int, seed: int = 0) -> tuple[int, int]:
    """Systems that were solved, and those that agree with the laws of all three norms."""
    trials = WORK // p if p <= LARGEST_DRAWN else 0
    trials = min(trials, 200)
    if not trials:
        return 0, 0
    rng = np.random.default_rng([seed, p, m])
    A, b = rng.standard_normal((trials, m, p)), rng.standard_normal((trials, m))
    agrees = np.ones(trials, dtype=bool)
    for norm in NORMS:
        zeros, _, _, _, at_bound = law(norm, p, m)
        coefs = solve_batch(get_norm(norm), A, b)
        size = np.abs(coefs)
        ties = (size >= size.max(axis=1, keepdims=True) * (1 - 1e-9)).sum(axis=1)
        agrees &= ((coefs == 0).sum(axis=1) == zeros) & (ties == at_bound)
    return trials, int(agrees.sum())


def table() -> dict[str, Any]:
    """The whole table."""
    rows = []
    with one_blas_thread():
        for p in SIZES:
            for m in equations_of(p):
                trials, agree = drawn(p, m)
                row: dict[str, Any] = {"p": p, "m": m, "drawn": trials, "agree": agree}
                rows.append({**row, **{norm: law(norm, p, m) for norm in NORMS}})
    return {
        "version": 1,
        "what": "m random equations in p unknowns, solved for the smallest norm",
        "columns": ["zeros", "low", "high", "chance", "at_bound"],
        "confidence": 0.95,
        "rows": rows,
    }


def as_text(content: dict[str, Any]) -> str:
    """JSON with one row a line."""
    head = {key: value for key, value in content.items() if key != "rows"}
    lines = [json.dumps(row, separators=(",", ":")) for row in content["rows"]]
    return json.dumps(head)[:-1] + ', "rows": [\n' + ",\n".join(lines) + "\n]}\n"


def _plain(value: float) -> float:
    """Whole numbers without a fraction, others in six digits."""
    return int(value) if float(value).is_integer() else float(f"{value:.6g}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, help="file to write; default: print")
    arguments = parser.parse_args()
    text = as_text(table())
    if arguments.out is None:
        print(text, end="")
    else:
        arguments.out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
