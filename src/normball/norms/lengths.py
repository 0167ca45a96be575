"""The length of a vector shrunk where every coordinate has a unit of its own.

    argmin_w  sum_j m_j (w_j - v_j)^2 / 2 + t |w|_2

is 0 if |m v| <= t, else w_j = rho m_j v_j / (m_j rho + t) with rho = |w|, the root of
|m v / (m rho + t)| = 1. The reciprocal of the left side increases and is concave in rho, so
Newton's method climbs to the root without overshooting, as in trust-region methods (More,
Sorensen, "Computing a trust region step", SIAM J. Sci. Stat. Comput. 4, 1983), from the
largest root that a coordinate has by itself, |v_j| - t / m_j. O(p) an iteration.
"""

from __future__ import annotations

import numpy as np

from ..typing import Floats

MOST_STEPS = 200


def shrunk_length(v: Floats, threshold: float, metric: Floats) -> Floats:
    """w (p,) of the module docstring for metric m (p,) > 0 and threshold t >= 0."""
    if threshold <= 0:
        return np.array(v, dtype=np.float64)
    pulled = metric * v
    if not np.linalg.norm(pulled) > threshold:
        return np.zeros(len(v))
    length = max(float((np.abs(v) - threshold / metric).max()), 0.0)
    for _ in range(MOST_STEPS):
        grown = metric * length + threshold
        shares = pulled / grown
        square = float(shares @ shares)
        # of 1 - 1 / size, whose derivative is sum(shares^2 rate) / size^3
        step = square * (float(np.sqrt(square)) - 1) / float(shares**2 @ (metric / grown))
        length += step
        if not step > 1e-16 * length:
            break
    return np.asarray(v * (metric * length / (metric * length + threshold)))
