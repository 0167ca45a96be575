"""How many random level sets a minute the odds of zeros are counted on, for each norm and law.

    python benchmarks/odds_rates.py [--seconds 4] [--p 100]

Level sets with p unknowns: m = p / 2 random equations; squared error with n = 2 p rows,
neighbouring columns correlated 0.5 and 5 true coefficients; rotated ellipses. All
processors that the process may use are at work.
"""

from __future__ import annotations

import argparse
from time import perf_counter

import numpy as np

from normball.geometry import Equations, GaussianDesign, LevelSetLaw, RotatedEllipse, zero_odds
from normball.geometry.chunks import CHUNK, processors
from normball.norms import L1, L2, ElasticNet, GroupL2, LInf, Norm, SortedL1


def rate(norm: Norm, p: int, law: LevelSetLaw, seconds: float) -> float:
    """Level sets a minute; a chunk for each processor first, then as many as fit the time."""
    first = CHUNK // 8 * processors()
    start = perf_counter()
    zero_odds(norm, p, law, "sampling", trials=first, verbose=False)
    spent = perf_counter() - start
    trials = int(np.ceil(first * seconds / spent / (CHUNK * processors()))) * CHUNK * processors()
    if spent > seconds:
        return 60 * first / spent
    start = perf_counter()
    zero_odds(norm, p, law, "sampling", trials=trials, seed=1, verbose=False)
    return 60 * trials / (perf_counter() - start)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=4.0, help="about how long each rate takes")
    parser.add_argument("--p", type=int, default=100, help="number of features, a multiple of 10")
    arguments = parser.parse_args()
    p = arguments.p
    signal = np.where(np.arange(p) < 5, 1.0, 0.0)
    laws: dict[str, LevelSetLaw] = {
        f"{p // 2} equations": Equations(p // 2),
        f"squared error, n = {2 * p}": GaussianDesign(2 * p, 0.1, signal=signal, correlation=0.5),
        "rotated ellipses": RotatedEllipse(),
    }
    norms: list[Norm] = [
        L1(),
        L1(weights=np.linspace(0.5, 2.0, p)),
        LInf(),
        L2(),
        ElasticNet(0.8),
        GroupL2(np.repeat(np.arange(p // 5), 5)),
        SortedL1(),
    ]
    labels = ["L1", "L1, weights", "LInf", "L2", "elastic net", "groups of 5", "SLOPE"]
    print(f"level sets a minute, p = {p}, {processors()} processors")
    print("| norm | " + " | ".join(laws) + " |")
    print("|---|" + "---|" * len(laws))
    for label, norm in zip(labels, norms, strict=True):
        rates = [f"{rate(norm, p, law, arguments.seconds):,.0f}" for law in laws.values()]
        print(f"| {label} | " + " | ".join(rates) + " |", flush=True)


if __name__ == "__main__":
    main()
