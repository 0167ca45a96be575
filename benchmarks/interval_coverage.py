"""Coverage of selective intervals by simulation, on collinear designs too, and that of the naive ones.

python benchmarks/interval_coverage.py [repetitions]
"""

from __future__ import annotations

import sys

import numpy as np
from collinear import DESIGNS, draw, signal, standardised
from scipy.stats import norm

import normball as nb

LEVEL = 0.9


def simulate(design: str, n: int, p: int, alpha: float, sigma_known: bool, repetitions: int) -> None:
    rng = np.random.default_rng([n, p])
    X = standardised(draw(design, n, p, rng))
    true = rng.choice(p, 5, replace=False)
    mean = signal(X, true, 0.3, rng)
    shares, naive_shares = [], []
    for _ in range(repetitions):
        y = mean + rng.standard_normal(n)
        solution = nb.Problem(X, y).solve(alpha=alpha, tol=1e-11)
        if not len(solution.support):
            continue
        found = nb.inference.selective(solution, sigma=1.0 if sigma_known else None, level=LEVEL)
        A = np.column_stack([np.ones(n), X[:, found.features]])
        truth = np.linalg.lstsq(A, mean)[0][1:]
        half = norm.ppf(0.5 + LEVEL / 2) * np.sqrt(np.diag(np.linalg.inv(A.T @ A)))[1:]
        # features of one draw are dependent: the standard error is over draws
        shares.append([((found.lower <= truth) & (truth <= found.upper)).sum(), len(truth)])
        naive_shares.append((np.abs(found.estimates - truth) <= half).sum())
    hit, size = np.array(shares, dtype=float).T
    covered = hit.sum() / size.sum()
    error = np.sqrt(((hit - covered * size) ** 2).sum()) / size.sum()
    naive = np.sum(naive_shares) / size.sum()
    print(
        f"{design:22} n={n} p={p} alpha={alpha} sigma {'known' if sigma_known else 'estimated'}: coverage "
        f"{100 * covered:.2f} % +- {100 * error:.2f} ({(covered - LEVEL) / error:+.2f} standard errors), "
        f"naive {100 * naive:.1f} %, {int(size.sum())} intervals in {len(hit)} draws",
        flush=True,
    )


def main() -> None:
    repetitions = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    for design in DESIGNS:
        simulate(design, 100, 20, 0.2, True, repetitions)
        simulate(design, 60, 100, 0.3, True, repetitions)
    simulate("correlation 0.3^|j-k|", 100, 20, 0.2, False, repetitions)


if __name__ == "__main__":
    main()
