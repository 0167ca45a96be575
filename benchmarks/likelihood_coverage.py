"""Coverage by simulation of selective intervals for likelihoods and of debiased lasso intervals.

python benchmarks/likelihood_coverage.py [repetitions]

Five features have an effect, and every draw is of the same X. A selective interval is about the
coefficient among the chosen features, which is that of the truth where all five were chosen: other
draws are left out, which the guarantee allows, as it holds given what was chosen. Debiased intervals
are asked for the five features and for five without effect.
"""

from __future__ import annotations

import sys

import numpy as np
from collinear import Floats, draw, standardised
from scipy.stats import norm

import normball as nb

LEVEL = 0.9
CORRELATED = "correlation 0.3^|j-k|"
SELECTIVE = [
    ("logistic", CORRELATED, 500, 20, 0.03, 0.6),
    ("logistic", "correlation 0.9^|j-k|", 1000, 20, 0.01, 0.6),
    ("logistic", CORRELATED, 1000, 100, 0.03, 0.6),
    ("logistic", CORRELATED, 2000, 100, 0.02, 0.6),
    ("poisson", CORRELATED, 500, 20, 0.06, 0.3),
    ("cox", CORRELATED, 500, 20, 0.03, 0.4),
    ("cox", "correlation 0.9^|j-k|", 1000, 20, 0.01, 0.4),
    ("cox", CORRELATED, 500, 100, 0.04, 0.4),
]
"""Loss, design, rows, features, alpha, size of the effects for a deviation of the column."""
DEBIASED = [
    ("squared_error", CORRELATED, 500, 600, 0.5, 0.3),
    ("squared_error", "correlation 0.9^|j-k|", 500, 200, 0.3, 0.3),
    ("squared_error", "correlation 0.9^|j-k|", 1000, 200, 0.3, 0.3),
    ("logistic", CORRELATED, 1000, 50, 0.2, 0.3),
    ("logistic", CORRELATED, 1000, 50, 0.2, 0.6),
    ("poisson", CORRELATED, 500, 50, 0.5, 0.2),
]
"""The same with alpha in units of sqrt(2 log(p) / n)."""


def respond(loss: str, eta: Floats, rng: np.random.Generator) -> Floats:
    """y drawn at the predictor (n,); half to two thirds of the times of Cox are events."""
    if loss == "logistic":
        return (rng.random(len(eta)) < 1 / (1 + np.exp(-eta))).astype(float)
    if loss == "poisson":
        return rng.poisson(np.exp(eta)).astype(float)
    if loss == "cox":
        time, censored = rng.exponential(np.exp(-eta)), rng.exponential(1.5, len(eta))
        return np.column_stack([np.minimum(time, censored), time <= censored]).astype(float)
    return np.asarray(eta + rng.standard_normal(len(eta)))


def truth(design: str, n: int, p: int, size: float) -> tuple[Floats, Floats, np.random.Generator]:
    """X (n, p), coefficients (p,) and what draws the responses."""
    rng = np.random.default_rng([n, p])
    X, coef = standardised(draw(design, n, p, rng)), np.zeros(p)
    coef[rng.choice(p, 5, replace=False)] = size * rng.choice([-1.0, 1.0], 5)
    return X, coef, rng


def print_row(what: str, hits: list[int], sizes: list[int], naive: list[int], draws: int) -> None:
    """Coverage over all intervals; those of one draw are dependent, so its error is over draws."""
    hit, size = np.array(hits, dtype=float), np.array(sizes, dtype=float)
    covered = hit.sum() / size.sum()
    error = np.sqrt(((hit - covered * size) ** 2).sum()) / size.sum()
    print(
        f"{what}: coverage {100 * covered:.2f} % +- {100 * error:.2f} ({(covered - LEVEL) / error:+.2f} "
        f"standard errors), naive {100 * sum(naive) / size.sum():.1f} %, {int(size.sum())} intervals in "
        f"{len(hit)} of {draws} draws",
        flush=True,
    )


def simulate_selective(loss: str, design: str, n: int, p: int, alpha: float, size: float, draws: int) -> None:
    X, coef, rng = truth(design, n, p, size)
    hits, sizes, naive = [], [], []
    for _ in range(draws):
        problem = nb.Problem(X, respond(loss, X @ coef, rng), loss=loss)
        solution = problem.solve(alpha=alpha, tol=1e-11)
        if not set(np.flatnonzero(coef)) <= set(solution.support):
            continue
        found = nb.inference.selective(solution, level=LEVEL)
        wanted = coef[found.features]
        hits.append(int(((found.lower <= wanted) & (wanted <= found.upper)).sum()))
        sizes.append(len(wanted))
        half = norm.ppf(0.5 + LEVEL / 2) * found.standard_errors
        naive.append(int((np.abs(found.estimates - wanted) <= half).sum()))
    print_row(
        f"selective {loss}, {design}, n={n} p={p} alpha={alpha} effects {size}", hits, sizes, naive, draws
    )


def simulate_debiased(loss: str, design: str, n: int, p: int, share: float, size: float, draws: int) -> None:
    X, coef, rng = truth(design, n, p, size)
    asked = np.concatenate([np.flatnonzero(coef), rng.choice(np.flatnonzero(coef == 0), 5, replace=False)])
    hits, naive = [], []
    for _ in range(draws):
        problem = nb.Problem(X, respond(loss, X @ coef, rng), loss=loss)
        solution = problem.solve(alpha=share * np.sqrt(2 * np.log(p) / n))
        found = nb.inference.debiased(solution, asked, level=LEVEL)
        wanted = coef[asked]
        hits.append(int(((found.lower <= wanted) & (wanted <= found.upper)).sum()))
        half = norm.ppf(0.5 + LEVEL / 2) * found.standard_errors
        naive.append(int((np.abs(found.coefs - wanted) <= half).sum()))
    what = f"debiased {loss}, {design}, n={n} p={p} alpha={share} sqrt(2 log(p) / n) effects {size}"
    print_row(what, hits, [len(asked)] * draws, naive, draws)


def main() -> None:
    draws = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    for row in SELECTIVE:
        simulate_selective(*row, draws)
    for row in DEBIASED:
        simulate_debiased(*row, draws)


if __name__ == "__main__":
    main()
