"""False discovery rate and power of the knockoff filter by simulation.

python benchmarks/knockoffs.py [repetitions]
"""

from __future__ import annotations

import sys

import numpy as np

import normball as nb

FDR = 0.2


def simulate(n: int, p: int, repetitions: int, **options: object) -> None:
    rng = np.random.default_rng(0)
    covariance = 0.3 ** np.abs(np.subtract.outer(np.arange(p), np.arange(p)))
    root = np.linalg.cholesky(covariance)
    n_true = p // 5
    if options.get("model") == "gaussian":
        options["covariance"] = covariance
    false, power, modified = [], [], []
    for repetition in range(repetitions):
        X = rng.standard_normal((n, p)) @ root.T
        true = rng.choice(p, n_true, replace=False)
        y = X[:, true] @ rng.choice([-1.0, 1.0], n_true) * (3.5 / np.sqrt(n)) + rng.standard_normal(n)
        found = nb.inference.knockoffs(X, y, FDR, seed=repetition, **options).features
        n_false = len(np.setdiff1d(found, true))
        false.append(n_false / max(len(found), 1))
        modified.append(n_false / (len(found) + 1 / FDR))
        power.append((len(found) - n_false) / n_true)
    rate = modified if options.get("offset") == 0 else false
    name = "modified FDR" if options.get("offset") == 0 else "FDR"
    error = np.std(rate) / np.sqrt(repetitions)
    text = " ".join(str(value) for key, value in options.items() if key != "covariance")
    print(
        f"n={n} p={p} {text}: {name} {np.mean(rate):.3f} +- {error:.3f} (bound {FDR}), "
        f"power {np.mean(power):.2f}",
        flush=True,
    )


def main() -> None:
    repetitions = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    for model, n in (("fixed", 300), ("gaussian", 300), ("gaussian", 80)):
        for statistic in ("signed_max", "coefficient_difference"):
            simulate(n, 100, repetitions, model=model, statistic=statistic)
    simulate(300, 100, repetitions, model="fixed", copies="equicorrelated")
    simulate(300, 100, repetitions, model="fixed", offset=0)


if __name__ == "__main__":
    main()
