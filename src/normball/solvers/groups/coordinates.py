"""The coordinates of a group in which its block of the Gram matrix is diagonal."""

from __future__ import annotations

import numpy as np
from scipy.linalg.lapack import dgejsv

from ...typing import Floats, Indices

WELL_CONDITIONED = 1e-6
"""Share of a group's largest eigenvalue from which the others are exact enough from its Gram matrix."""


def own_coordinates(columns: Floats, sizes: Indices) -> list[tuple[Floats, Floats]]:
    """For each run of columns A an orthonormal basis Q with A Q orthogonal, and A Q, without zeros."""
    ends = np.cumsum(sizes)
    runs = [columns[:, part] for part in map(slice, ends - sizes, ends)]
    if len(sizes) > 1 and (sizes == sizes[0]).all():
        stacked = columns.reshape(len(columns), len(sizes), -1).transpose(1, 2, 0)
        found = list(zip(*np.linalg.eigh(stacked @ stacked.transpose(0, 2, 1)), strict=True))
    else:
        found = [(values, basis) for values, basis in (np.linalg.eigh(run.T @ run) for run in runs)]
    return [
        (basis, run @ basis) if values[0] > WELL_CONDITIONED * values[-1] else _by_rotations(run)
        for (values, basis), run in zip(found, runs, strict=True)
    ]


def _by_rotations(columns: Floats) -> tuple[Floats, Floats]:
    """The same by Jacobi's rotations, to as many digits as the columns have, whatever their scales.

    Drmac, Veselic, "New fast and accurate Jacobi SVD algorithm", SIAM J. Matrix Anal. Appl. 29 (2008).
    """
    m = columns.shape[1]
    missing = max(m - len(columns), 0)
    tall = np.vstack([columns, np.zeros((missing, m))])
    values, left, basis, work, _, info = dgejsv(tall, joba=0, jobr=0, jobp=0)
    values = values * (work[0] / work[1])
    if info != 0 or not np.isfinite(values).all():
        left, values, turned = np.linalg.svd(tall, full_matrices=False)
        basis = turned.T
    kept = values**2 > 0
    return basis[:, kept], (left[:, kept] * values[kept])[: len(columns)]
