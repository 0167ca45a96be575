"""Designs: how the data matrix is held. One storage a file; `DESIGNS` is the registry."""

from __future__ import annotations

import numpy as np
from scipy.sparse import issparse

from ..typing import ArrayLike, Floats
from .base import Design
from .constant import scales_of
from .dense import DenseDesign
from .sparse import SparseDesign
from .validation import check_dense, check_sparse, check_storage

__all__ = [
    "DESIGNS",
    "DenseDesign",
    "Design",
    "SparseDesign",
    "as_design",
    "check_storage",
    "moments_of",
    "scales_of",
]

DESIGNS: dict[str, type[Design]] = {"dense": DenseDesign, "sparse": SparseDesign}
"""Name -> class; a new storage is added here, and `as_design` chooses among them."""


def as_design(X: ArrayLike) -> Design:
    """Hold X, checked, without copying it where its storage allows.

    Parameters
    ----------
    X : (n, p) array, nested lists, numeric data frame, SciPy sparse matrix or array, or Design
        n >= 1; p may be 0. A `Design` is returned as it is.

    Raises
    ------
    TypeError
        If the entries are not real numbers (complex, text, objects).
    ValueError
        If X is not two-dimensional, has no samples, or holds NaN or infinity (the message
        gives the first position by rows).
    """
    if isinstance(X, Design):
        return X
    if issparse(X):
        return SparseDesign(check_sparse(X))
    return DenseDesign(check_dense(X))


def moments_of(X: ArrayLike) -> tuple[Floats, Floats]:
    """Means (p,) and standard deviations (p,) of the columns, 0 for those constant up to rounding."""
    design = as_design(X)
    n = design.shape[0]
    return design.column_moments(np.full(n, 1 / n))
