"""MatrixCompletion beside soft-impute, on generated rank-5 500 x 500 matrices with 20 % of the entries.

    python benchmarks/completion.py

Soft-impute is algorithm 1 of Mazumder, Hastie, Tibshirani (2010) as fancyimpute runs it: fill
in, shrink the singular values of a full decomposition, repeat, along the same path of prices.
It stops at each price where L changes by less than 1e-5 relative (its usual rule). Seconds
are processor time over all threads.
"""

from __future__ import annotations

from time import process_time

import numpy as np

import normball as nb

SIZE, RANK, SHARE = 500, 5, 0.2


def soft_impute(X: np.ndarray, prices: np.ndarray, change: float = 1e-5, most: int = 1000) -> np.ndarray:
    seen, L = ~np.isnan(X), np.zeros(X.shape)
    for price in prices:
        for _ in range(most):
            U, s, V = np.linalg.svd(np.where(seen, X, L), full_matrices=False)
            s = np.maximum(s - price, 0.0)
            before, L = L, (U * s) @ V
            if np.linalg.norm(L - before) <= change * np.linalg.norm(L):
                break
    return L


def main() -> None:
    print("| seed | error | largest gap | rank | seconds | soft-impute: error | seconds | ratio |")
    print("|---|---|---|---|---|---|---|---|")
    for seed in range(3):
        rng = np.random.default_rng(seed)
        truth = rng.standard_normal((SIZE, RANK)) @ rng.standard_normal((RANK, SIZE))
        X = np.where(rng.random(truth.shape) < SHARE, truth, np.nan)
        start = process_time()
        model = nb.MatrixCompletion(verbose=False).fit(X)
        seconds = process_time() - start
        prices = model.alphas_ * (~np.isnan(X)).sum()
        start = process_time()
        other = soft_impute(X, prices)
        slow = process_time() - start
        errors = [np.linalg.norm(L - truth) / np.linalg.norm(truth) for L in (model.completed(), other)]
        print(
            f"| {seed} | {errors[0]:.1e} | {model.gaps_.max():.1e} | {model.rank_} | {seconds:.2f} "
            f"| {errors[1]:.1e} | {slow:.1f} | {slow / seconds:.0f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
