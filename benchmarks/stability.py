"""False choices of stability selection against both of its bounds, by simulation on collinear designs.

python benchmarks/stability.py [repetitions]

Shah and Samworth bound the expected number of chosen features that a half chooses with a probability of
q / p or less (here: by the mean share over all repetitions), whatever the design; Meinshausen and
Buehlmann that of features without effect, where these are exchangeable.
"""

from __future__ import annotations

import sys

import numpy as np
from collinear import DESIGNS, draw, signal, standardised

import normball as nb


def simulate(design: str, n: int, p: int, cutoff: float, repetitions: int) -> None:
    rng = np.random.default_rng(0)
    true = rng.choice(p, 5, replace=False)
    shares, q, bounds = [], [], None
    for repetition in range(repetitions):
        X = standardised(draw(design, n, p, rng))
        y = signal(X, true, 0.5, rng) + rng.standard_normal(n)
        found = nb.inference.stability_selection(nb.Problem(X, y), cutoff=cutoff, n_pairs=25, seed=repetition)
        shares.append(found.shares)
        q.append(found.q)
        bounds = found.concave_bound, found.pointwise_bound
    chosen, weak = np.array(shares) >= cutoff - 1e-12, np.mean(shares, axis=0) <= np.mean(q) / p
    is_false = np.isin(np.arange(p), true, invert=True)
    for name, those, bound in zip(("weak", "without effect"), (weak, is_false), bounds or (), strict=False):
        counts = chosen[:, those].sum(axis=1)
        error = np.std(counts) / np.sqrt(repetitions)
        print(
            f"{design:22} n={n} p={p} cutoff {cutoff}: {counts.mean():.3f} +- {error:.3f} chosen of "
            f"{those.sum()} {name}, bound {bound:.3f}; power {chosen[:, true].mean():.2f}",
            flush=True,
        )


def main() -> None:
    repetitions = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    for design in DESIGNS:
        for cutoff in (0.6, 0.75):
            simulate(design, 100, 50, cutoff, repetitions)


if __name__ == "__main__":
    main()
