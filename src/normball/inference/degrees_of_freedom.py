"""Degrees of freedom of a fit, for every norm by one formula: the trace of its Jacobian.

For squared error the degrees of freedom are the expected divergence of the fitted values
in y (Stein 1981). Along the face on which a solution lies (see `norms.face`; B maps face
coordinates to weights, H is the Hessian of R along it) the fit moves with y as

    df = trace( (J + alpha H)^-1 J ),    J = B'X'D X B,   D = Hessian of f in X w,

with the columns centred (weights D) if there is an intercept, which adds 1. For a loss that
is not squared error this is the same with f replaced by its parabola at the solution. What
becomes of the formula:

- L1: number of non-zeros (Zou, Hastie, Tibshirani, Annals of Statistics 35, 2007), or the
  rank of their columns (Tibshirani, Taylor, Annals of Statistics 40, 2012);
- squared L2 and elastic net: sum of d^2 / (d^2 + alpha q) over singular values d of the
  chosen columns;
- groups: the exact divergence (Vaiter et al., Applied and Computational Harmonic Analysis
  2012), of which Yuan and Lin's formula (JRSS B 68, 2006) is the orthonormal case;
- a loss of straight pieces (quantile): the responses that are met exactly (Li, Zhu, JCGS 17,
  2008), for which no Jacobian is needed;
- sorted L1: number of distinct non-zero magnitudes; LInf: the ties at the top count once.

O(n d^2 + d^3) for d face coordinates.
"""

from __future__ import annotations

import numpy as np
from scipy.linalg import eigh

from ..answers.solution import Solution
from ..typing import Floats

MET = 1e-7
"""Share of the range of y up to which a response counts as met."""


def degrees_of_freedom(solution: Solution) -> float:
    """Degrees of freedom of a solution at its alpha, intercept included.

    In the budget and target forms the value is that of the penalty form at the alpha found;
    an active budget takes up to one degree more away.

    Parameters
    ----------
    solution : Solution

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If the norm is not convex.
    """
    problem, instance = solution.problem, solution.problem.instance
    if not problem.norm.is_convex:
        raise ValueError(f"degrees of freedom need a convex ball; {problem.norm.title} has none.")
    eta = instance.predictor(solution.coef, solution.intercept)
    if not instance.loss.is_smooth:
        residuals = np.abs(instance.y - eta)
        return float((residuals <= MET * np.ptp(instance.y)).sum())
    face = problem.norm.face(solution.coef)
    columns = face.restrict(problem.design.columns(face.index))
    if problem.fit_intercept:
        weights = instance.curvature(eta)
        total = float(weights.sum())
        columns = columns - (weights @ columns) / (total or 1.0)
    columns = instance.hessian_root(eta).apply(columns)
    bends = face.curvature.any() or face.factors.shape[1] > 0
    before = float(problem.fit_intercept)
    if face.n_coordinates == 0:
        return before
    if not bends or solution.alpha == 0:
        return before + _rank(columns)
    if face.factors.shape[1] == 0 and np.ptp(face.curvature) == 0:
        squares = np.linalg.svd(columns, compute_uv=False) ** 2
        return before + float((squares / (squares + solution.alpha * face.curvature[0])).sum())
    hessian = np.diag(face.curvature) + (face.factors * face.factor_weights) @ face.factors.T
    return before + _trace(columns.T @ columns, solution.alpha * hessian)


def _rank(columns: Floats) -> float:
    values = np.linalg.svd(columns, compute_uv=False)
    return float((values > 1e-10 * values.max(initial=0.0)).sum())


def _trace(gram: Floats, hessian: Floats) -> float:
    """Trace of (J + H)^-1 J where both are positive semidefinite, on the range of their sum."""
    values, vectors = eigh(gram + hessian)
    seen = values > 1e-12 * values[-1]
    basis = vectors[:, seen] / np.sqrt(values[seen])
    return float(((gram @ basis) * basis).sum())
