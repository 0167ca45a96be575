"""One fit of a drop-in class against scikit-learn's own, on small tables and on genes.

python benchmarks/single_fits.py

scikit-learn runs at its default tolerance, and the drop-in classes at the last digits as always.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from time import perf_counter
from typing import Any

import numpy as np
import sklearn.linear_model as theirs

import normball as nb
from normball import dropin


def fastest(fit: Callable[..., Any], X: np.ndarray, y: np.ndarray, repeats: int) -> float:
    """Milliseconds of the fastest of some runs."""
    times = []
    for _ in range(repeats):
        start = perf_counter()
        fit(X, y)
        times.append(perf_counter() - start)
    return 1e3 * min(times)


def compare(name: str, X: np.ndarray, y: np.ndarray, repeats: int, **options: Any) -> None:
    own, other = (fastest(getattr(module, name)(**options).fit, X, y, repeats) for module in (dropin, theirs))
    given = ", ".join(f"{key}={value}" for key, value in options.items())
    print(f"{name}({given}) {X.shape}: {own:.2f} ms, scikit-learn {other:.2f} ms, ratio {other / own:.2f}")


def main() -> None:
    warnings.simplefilter("ignore")
    rng = np.random.default_rng(0)
    X = np.asfortranarray(rng.standard_normal((442, 64)))
    y = X[:, :8].sum(axis=1) + rng.standard_normal(442)
    genes = nb.datasets.load_leukemia()
    Z, ill = np.asfortranarray(genes.X), genes.y.astype(float)
    compare("Lasso", X, y, 100, alpha=0.1)
    compare("Ridge", X, y, 100, alpha=1.0)
    compare("LogisticRegression", X, y > 0, 20, C=0.1, l1_ratio=1.0, solver="liblinear")
    compare("Lasso", Z, ill, 5, alpha=0.01)
    compare("LogisticRegression", Z, ill, 5, C=1.0, l1_ratio=1.0, solver="liblinear")


if __name__ == "__main__":
    main()
