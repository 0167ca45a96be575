"""A few rows with the same second moments as many: for squared error they are the same problem.

Squared error sees rows through the sum of weights W, the mean m and the covariance C of [x, y] alone.
With a factor R'R = C, (d, d), and an orthogonal Q (d + 1, d + 1) whose first column is constant, the
d + 1 rows m + sqrt(d + 1) Q [0; R], of equal weights, have them too. So every norm, every form, every
dual point and every proof found on these rows is one for the rows they stand for; rows of several folds
stand beside each other, and cross-validation by whole folds has the same losses.

Q is one Householder reflection: O(d^2) besides the Cholesky factor, which is taken of the correlations,
so that the units of columns do not matter. Where they are singular, eigenvectors take its place.
"""

from __future__ import annotations

import numpy as np
from scipy import linalg

from ..typing import Floats


def equal_rows(covariance: Floats, mean: Floats) -> Floats:
    """(d + 1, d) rows of equal weight with a covariance (d, d) and a mean (d,)."""
    count = len(mean) + 1
    below = np.zeros((count, len(mean)))
    below[1:] = _factor(covariance)
    normal = np.full(count, -1 / np.sqrt(count))
    normal[0] += 1.0
    below -= np.outer(normal, (2 / (normal @ normal)) * (normal @ below))
    below *= np.sqrt(count)
    below += mean
    return below


def _factor(covariance: Floats) -> Floats:
    """(d, d) R with R'R = covariance; what rounding has made negative counts as 0."""
    sizes = np.sqrt(np.maximum(np.diagonal(covariance), 0.0))
    units = np.where(sizes > 0, sizes, 1.0)
    correlation = covariance / np.outer(units, units)
    try:
        factor = linalg.cholesky(correlation)
    except linalg.LinAlgError:
        values, vectors = linalg.eigh(correlation)
        factor = np.sqrt(np.maximum(values, 0.0))[:, None] * vectors.T
    return np.asarray(factor * sizes)
