"""How many columns L1 keeps by chance, and the alpha at which it keeps none.

A column that has nothing to do with y is pulled by the residuals r of the fit with a force
that is normal with deviation |r| / n (columns of mean square 1, weights 1/n), and kept if the
force exceeds alpha. So p such columns give

    p 2 Phi(-alpha n / |r|)

entries, which is exact in the limit for independent Gaussian columns: the residuals of the fit
itself, not those of the truth, are what counts, and no correction for degrees of freedom
belongs there. Source: Bayati, Montanari, "The LASSO risk for Gaussian matrices", IEEE Trans. IT
58 (2012), theorem 1.5 and corollary 1.7.
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

from ..answers.solution import Solution
from ..geometry.noise import universal_alpha
from ..problem import Problem
from ..typing import Floats

EVEN = float(np.log(2))
"""Expected number at which the odds of none are even (Poisson)."""
CLOSE = 1e-3
"""Relative change of alpha at which the search for it ends."""


def noise_of(solution: Solution) -> float:
    """Root mean square of the residual pulls of rows, times the root of n where weights differ."""
    problem = solution.problem
    pulls = problem.instance.gradient(solution.predictor)
    return float(np.linalg.norm(pulls) * np.sqrt(problem.n_samples))


def kept_by_chance(solution: Solution) -> float:
    """Columns that this alpha would keep on average if none had anything to do with y."""
    problem = solution.problem
    return float(expected_entries(solution.alpha, problem, noise_of(solution)))


def expected_entries(alpha: float | Floats, problem: Problem, noise: float) -> Floats:
    """Columns (k,) that alphas (k,) would keep by chance at this noise."""
    if noise == 0:
        return np.zeros(np.shape(alpha))
    return np.asarray(problem.n_features * 2 * ndtr(-np.sqrt(problem.n_samples) / noise * np.asarray(alpha)))


def without_chance(solution: Solution) -> Solution:
    """The fit at the least alpha above this one at which even odds keep all noise out.

    A larger alpha leaves larger residuals, which ask for a larger alpha: repeated until both agree.
    """
    problem: Problem = solution.problem
    while solution.alpha < problem.alpha_max:
        noise = noise_of(solution)
        wanted = universal_alpha(problem.n_samples, problem.n_features, noise, 0.5) if noise else 0.0
        if wanted <= (1 + CLOSE) * solution.alpha:
            break
        solution = problem.solve(alpha=min(wanted, problem.alpha_max))
    return solution
