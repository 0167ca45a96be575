"""False discovery rate and power of the knockoff filter by simulation, on collinear designs too.

python benchmarks/knockoffs.py [repetitions]

Each line: the rate with its standard error, and by how many of these it exceeds the bound; the power; and
for one draw the signs of features without effect, with the deviation of their difference from 0. "known"
is the Gaussian model with the true covariance of the rows, "gaussian" with an estimated one.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
from collinear import DESIGNS, draw, signal

import normball as nb

FDR = 0.2
N_FEATURES = 60


def simulate(design: str, n: int, share: float, repetitions: int, **options: Any) -> None:
    rng, p = np.random.default_rng(0), N_FEATURES
    n_true, is_known = int(share * p), options.get("model") == "known"
    given = options | ({"model": "gaussian", "covariance": DESIGNS[design].covariance(p)} if is_known else {})
    rates, power, signs = [], [], []
    for repetition in range(repetitions):
        X = draw(design, n, p, rng)
        true = rng.choice(p, n_true, replace=False)
        y = signal(X, true, 4.5 / np.sqrt(n), rng) + rng.standard_normal(n)
        found = nb.inference.knockoffs(X, y, FDR, seed=repetition, **given)
        n_false = len(np.setdiff1d(found.features, true))
        least = 1 / FDR if options.get("offset") == 0 else 0.0
        rates.append(n_false / max(len(found.features) + least, 1))
        power.append((len(found.features) - n_false) / max(n_true, 1))
        signs.append(np.sign(np.delete(found.statistics, true)))
    rate = np.mean(rates)
    error = max(np.std(rates), 0.5 / repetitions) / np.sqrt(repetitions)  # not 0 where no draw chose anything
    line = (
        f"{design:22} n={n:3} {n_true:2} true {' '.join(map(str, options.values())):29} rate {rate:.3f} "
        f"+- {error:.3f} ({(rate - FDR) / error:+5.1f}), power {np.mean(power):.2f}"
    )
    if "n_draws" not in options:
        positive, negative = ((np.array(signs) == side).sum() for side in (1, -1))
        line += f", {positive} + {negative} - ({(positive - negative) / np.sqrt(positive + negative):+.1f})"
    print(line, flush=True)


def main() -> None:
    repetitions = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    for design in DESIGNS:
        simulate(design, 200, 0.0, repetitions, model="fixed")
        simulate(design, 200, 0.2, repetitions, model="fixed")
        simulate(design, 200, 0.2, repetitions, model="known")
        simulate(design, 200, 0.2, repetitions, model="gaussian")
        simulate(design, 60, 0.2, repetitions, model="known", statistic="coefficient_difference")
        simulate(design, 200, 0.2, repetitions, model="fixed", statistic="coefficient_difference")
        simulate(design, 200, 0.2, repetitions // 4, model="fixed", n_draws=20)
    simulate("correlation 0.3^|j-k|", 200, 0.2, repetitions, model="fixed", copies="equicorrelated")
    simulate("correlation 0.3^|j-k|", 200, 0.2, repetitions, model="fixed", offset=0)


if __name__ == "__main__":
    main()
