"""200 random budgets and 200 random targets on the wide case, against one path of 100 alphas.

python benchmarks/levels.py
"""

from __future__ import annotations

from time import perf_counter

import numpy as np
from cases import CASES

import normball as nb


def main() -> None:
    case = CASES["wide"]()

    def problem() -> nb.Problem:
        return nb.Problem(case.X, case.y, fit_intercept=False)

    def best(solve: object, repeats: int = 5) -> tuple[float, nb.Path]:
        times = []
        for _ in range(repeats):
            start = perf_counter()
            path = solve()  # type: ignore[operator]
            times.append(perf_counter() - start)
        return min(times), path

    one, path = best(lambda: problem().path(alphas=case.alphas))
    rng = np.random.default_rng(0)
    budgets = path.norms[-1] * rng.random(200)
    targets = rng.uniform(path.losses[-1], path.losses[0], 200)
    by_budget, found_budgets = best(lambda: problem().path(budgets=budgets))
    by_target, found_targets = best(lambda: problem().path(targets=targets))
    error = max(
        np.abs(found_budgets.norms / np.sort(budgets) - 1).max(),
        np.abs(found_targets.losses / np.sort(targets)[::-1] - 1).max(),
    )
    gap = max(found_budgets.gaps.max(), found_targets.gaps.max())
    print(f"path {one:.3f} s, 200 budgets {by_budget:.3f} s, 200 targets {by_target:.3f} s")
    print(f"ratio {(by_budget + by_target) / one:.2f}; levels met to {error:.1e}, largest gap {gap:.1e}")


if __name__ == "__main__":
    main()
