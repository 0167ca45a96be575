"""The deviation of the noise of squared error, where it is not given."""

from __future__ import annotations

import numpy as np
from scipy.linalg import qr

from ..answers.solution import Solution
from ..parameters import read_positive


def read_noise(solution: Solution, n_chosen: int, sigma: float | None) -> tuple[float, str]:
    """Deviation of the noise of a row of average weight, and how it was come by; 1 for likelihoods.

    Raises
    ------
    TypeError, ValueError
        sigma that is no number > 0, or given for a likelihood; see also `_estimated`.
    """
    loss = solution.problem.loss
    if not loss.is_quadratic:
        if sigma is not None:
            raise ValueError(
                f"sigma must be left out with {loss!r}, whose noise follows from the mean; got {sigma!r}."
            )
        return 1.0, "noise as the likelihood has it at the fitted means"
    return (read_positive(sigma, "sigma"), "given") if sigma is not None else _estimated(solution, n_chosen)


def _estimated(solution: Solution, n_chosen: int) -> tuple[float, str]:
    """Deviation of the noise of a row of average weight, and from which residuals it was estimated.

    Those of least squares on all features where there are more rows than columns, else those of the
    lasso, divided by n minus the number of chosen columns.

    Parameters
    ----------
    solution : Solution
    n_chosen : int
        Columns chosen by the lasso, the intercept included.

    Raises
    ------
    ValueError
        If there are no more rows than columns, or nothing is left over.
    """
    problem, instance = solution.problem, solution.problem.instance
    n, p, before = problem.n_samples, problem.n_features, int(problem.fit_intercept)
    if n > p + before:
        share = np.sqrt(instance.sample_weight)
        every = problem.design.columns(np.arange(p))
        columns = np.column_stack([np.ones((instance.n_samples, before)), every]) * share[:, None]
        basis, triangle, _ = qr(columns, mode="economic", pivoting=True)
        diagonal = np.abs(np.diag(triangle))
        rank = int((diagonal > 1e-10 * diagonal.max(initial=0.0)).sum())
        response = share * instance.y
        rest, used, source = response - basis[:, :rank] @ (basis[:, :rank].T @ response), rank, "all features"
    else:
        predictor = instance.predictor(solution.coef, solution.intercept)
        rest = np.sqrt(instance.sample_weight) * (instance.y - predictor)
        used, source = n_chosen, "the lasso"
    if n <= used or not rest.any():
        raise ValueError(
            f"sigma cannot be estimated from {n} rows after {used} coefficients; "
            "pass sigma= or take a larger alpha."
        )
    return float(np.sqrt(n * float(rest @ rest) / (n - used))), f"estimated from the residuals of {source}"
