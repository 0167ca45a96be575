"""normball for benchopt's benchmark_lasso: copy this file into its `solvers` folder.

There the objective is |y - X b|^2 / 2 + lmbd |b|_1, so alpha = lmbd / n.
"""

from typing import ClassVar

import numpy as np
from benchopt import BaseSolver

import normball as nb


class Solver(BaseSolver):
    """One alpha at a time, more exactly from call to call."""

    name = "normball"
    sampling_strategy = "tolerance"
    requirements: ClassVar = ["pip::normball"]

    def set_objective(self, X, y, lmbd, fit_intercept=False):
        self.problem = nb.Problem(X, y, fit_intercept=fit_intercept)
        self.alpha = lmbd / len(y)
        self.fit_intercept = fit_intercept

    def run(self, tol):
        self.solution = self.problem.solve(alpha=self.alpha, tol=min(max(tol, 1e-12), 1e-2))

    def get_result(self):
        beta = self.solution.coef
        return {"beta": np.append(beta, self.solution.intercept) if self.fit_intercept else beta}
