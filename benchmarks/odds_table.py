"""The table of odds behind the explorer's view: zeros of the smallest-norm answer of m random equations.

    python benchmarks/odds_table.py [--out src/normball/explorer/odds.json] [--check]

Prints the table as JSON, or writes it. A row holds the norm, p, m, the mean number of zeros
with the ends of its 95 % interval, and for LInf how many coefficients reach the bound (0 for
norms whose coefficients are not tied). The laws are exact and certain: the intervals have no
width, and the odds of at least one zero are 1 where the mean is not 0, and 0 elsewhere.

With --check random systems of each pair with p up to 200 are solved as well, and those that
have as many zeros and ties as the law says with all three norms are counted.
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
COLUMNS = ("norm", "p", "m", "zeros", "low", "high", "at_bound")
SHARES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9)
"""Equations as shares of the unknowns, rounded."""
LARGEST_DRAWN, WORK, MOST = 200, 4000, 200
"""Largest p that is solved, unknowns of all systems of a pair, and systems of a pair at most."""


def equations_of(p: int) -> list[int]:
    """Up to nine m for one p; fewer than p, for then all norms have one answer, but both where p is 2."""
    return sorted({min(max(round(share * p), 1), max(p - 1, 2)) for share in SHARES})


def law(norm: str, p: int, m: int) -> tuple[int, int]:
    """Number of zeros, and of coefficients at the bound; both certain."""
    odds = zero_odds(norm, p, Equations(m), "exact").odds
    zeros = int(odds.argmax())
    if odds[zeros] != 1:
        raise ValueError(f"the number of zeros must be certain, got odds {odds[zeros]} for {norm}, {p}, {m}.")
    # all but m - 1 coefficients reach the side of the cube
    return zeros, p - m + 1 if norm == "linf" else 0


def table() -> dict[str, Any]:
    """The whole table."""
    rows = []
    for p in SIZES:
        for m in equations_of(p):
            for norm in NORMS:
                zeros, at_bound = law(norm, p, m)
                rows.append([norm, p, m, zeros, zeros, zeros, at_bound])
    return {"columns": list(COLUMNS), "rows": rows}


def count_agreeing(p: int, m: int, seed: int = 0) -> tuple[int, int]:
    """Systems that were solved with all three norms, and those that agree with all three laws."""
    trials = min(WORK // p, MOST)
    rng = np.random.default_rng([seed, p, m])
    A, b = rng.standard_normal((trials, m, p)), rng.standard_normal((trials, m))
    agrees = np.ones(trials, dtype=bool)
    for norm in NORMS:
        zeros, at_bound = law(norm, p, m)
        coefs = solve_batch(get_norm(norm), A, b)
        size = np.abs(coefs)
        ties = (size >= size.max(axis=1, keepdims=True) * (1 - 1e-9)).sum(axis=1)
        agrees &= ((coefs == 0).sum(axis=1) == zeros) & (ties == max(at_bound, 1))
    return trials, int(agrees.sum())


def check() -> tuple[int, int]:
    """Systems over all pairs with p up to 200, and those that agree."""
    with one_blas_thread():
        pairs = [(p, m) for p in SIZES if p <= LARGEST_DRAWN for m in equations_of(p)]
        counts = np.array([count_agreeing(p, m) for p, m in pairs])
    return int(counts[:, 0].sum()), int(counts[:, 1].sum())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, help="file to write; default: print")
    parser.add_argument("--check", action="store_true", help="solve random systems and count")
    arguments = parser.parse_args()
    if arguments.check:
        drawn, agreeing = check()
        print(f"{agreeing:,} of {drawn:,} systems have the zeros and the ties of the laws")
        return
    text = json.dumps(table(), separators=(",", ":"))
    if arguments.out is None:
        print(text)
    else:
        arguments.out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
