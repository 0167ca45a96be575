"""Regularisers that see only the length of w, on wide data: the same problem in n coordinates.

With X' = Q R (Q (p, n) with orthonormal columns) every w splits into Q u and a part that X
does not see. That part only adds length, so it is 0 in the solution, and

    X w = R' u,    |w| = |u|:

a problem with the n x n design R'. Costs 2 n^2 p operations and a copy of X, once
(Hastie, Tibshirani, "Efficient quadratic regularization for expression arrays",
Biostatistics 5, 2004).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import linalg

from ...designs import DenseDesign
from ...typing import Floats
from ..instance import Instance


@dataclass(frozen=True, eq=False)
class Rotated:
    """The narrow instance, and the basis (p, n) that leads back: w = basis @ u."""

    instance: Instance
    basis: Floats


def rotated(instance: Instance) -> Rotated:
    """The narrow form of a problem on dense data with p >= n."""
    columns = instance.design.columns(np.arange(instance.n_features))
    basis, triangle = linalg.qr(columns.T, mode="economic", check_finite=False)
    return Rotated(replace(instance, design=DenseDesign(np.asfortranarray(triangle.T))), np.asarray(basis))
