"""The worth of zeros: memory, bits and time of sparse models over p, and the accuracy given up.

    python benchmarks/worth_of_zeros.py [--picture FILE]

The models of the first table keep 50 coefficients. The second is measured on the shipped
data: L1 against squared L2, both by cross-validation on rows that the fit did not see.
"""

from __future__ import annotations

import argparse

import numpy as np

from normball import Problem, datasets
from normball.estimators import cross_validate
from normball.geometry import Worth, worth_of_zeros

SIZES = (100, 1_000, 10_000, 100_000, 1_000_000)
KEPT = 50


def by_size() -> list[Worth]:
    rng = np.random.default_rng(0)
    worths = []
    for p in SIZES:
        coef = np.zeros(p)
        coef[rng.choice(p, KEPT, replace=False)] = rng.standard_normal(KEPT)
        worths.append(worth_of_zeros(coef, n_rows=20))
    return worths


def accuracy() -> list[tuple[str, str, int, int, float, float, str]]:
    """Dataset, norm, coefficients kept, p, held-out loss, its standard error, share of wrong classes."""
    rows = []
    cases = [("diabetes", datasets.load_diabetes(), "squared_error")]
    cases += [
        (f"leukaemia, {task}", datasets.load_leukemia(task), "logistic") for task in ("lineage", "molecular")
    ]
    for name, data, loss in cases:
        X = (data.X - data.X.mean(axis=0)) / data.X.std(axis=0)
        for norm, eps in (("l1", 1e-3), ("squared_l2", 1e-7)):
            problem = Problem(X, data.y, loss, norm)
            alphas = None if np.isfinite(problem.alpha_max) else np.geomspace(1e3, 1e3 * eps, 40)
            found = cross_validate(problem, 5, 40, eps, alphas)
            kept = len(problem.solve(alpha=found.best_alpha).support)
            best = found.best_index
            wrong = "" if found.mean_error is None else f"{found.mean_error[best]:.1%}"
            error = found.standard_error[best]
            rows.append((name, norm, kept, X.shape[1], found.mean_loss[best], error, wrong))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--picture", help="file to draw the first table to")
    arguments = parser.parse_args()
    worths = by_size()
    print("|         p | kept | memory | bits to send | time to predict |   (dense over sparse)")
    for worth in worths:
        memory = worth.dense_bytes / worth.sparse_bytes
        bits, time = worth.dense_bits / worth.sparse_bits, worth.dense_seconds / worth.sparse_seconds
        size = f"{worth.n_features:9,} | {worth.n_nonzero:4}"
        print(f"| {size} | {memory:6,.0f} | {bits:12,.1f} | {time:15,.1f} |")
    print("\n| data | norm | kept | of | loss on unseen rows | wrong |")
    for name, norm, kept, p, loss, error, wrong in accuracy():
        print(f"| {name} | {norm} | {kept:,} | {p:,} | {loss:.4g} ± {error:.2g} | {wrong} |")
    if arguments.picture:
        from normball.displays import WorthDisplay

        WorthDisplay.from_worths(worths).plot().figure_.savefig(arguments.picture, dpi=130)


if __name__ == "__main__":
    main()
