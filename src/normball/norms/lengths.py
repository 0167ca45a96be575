"""The length of a vector shrunk where every coordinate has a unit of its own.

    argmin_w  sum_j m_j (w_j - v_j)^2 / 2 + t |w|_2

is 0 if |m v| <= t, else w_j = rho m_j v_j / (m_j rho + t) with rho = |w|, the root of
|m v / (m rho + t)| = 1. The reciprocal of the left side increases and is concave in rho, so
Newton's method climbs to the root from 0 without overshooting, as in trust-region methods
(More, Sorensen, "Computing a trust region step", SIAM J. Sci. Stat. Comput. 4, 1983).
O(p) an iteration.
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
    length = 0.0
    for _ in range(MOST_STEPS):
        rate = metric / (metric * length + threshold)
        shares = pulled / (metric * length + threshold)
        size = float(np.linalg.norm(shares))
        step = (size - 1) * size**2 / float((shares / size) ** 2 @ rate) / size**2
        length += step
        if not step > 1e-16 * length:
            break
    return np.asarray(v * (metric * length / (metric * length + threshold)))
