"""A dual point that meets the equations of the face exactly, where the gradient at eta does not.

At a solution -grad f(eta) = theta and B'X'theta = alpha grad R on its face, B as in `norms/face.py`.
Weights are stored with the rounding of eta: where columns are far from zero or nearly dependent it
is seen in X'theta, although f and R are at their optimum to the last digit. Any other theta is a
dual point too. The one nearest to the gradient, as the curvature H of the loss measures it, is

    theta - H C s,    C'H C s = C'theta - alpha g,

for the columns C of the face and of what carries no price. It costs the slack of the loss its square
over the curvature, the square of a rounding. What is missed of the equations is a difference of
products many times its size, and is taken in extended precision; each column counts in a unit of
its own.
"""

from __future__ import annotations

import numpy as np

from ..typing import Floats
from .instance import Instance

DEPENDENT = 1e-14
"""Share of the largest singular value below which equations say the same."""

MOST_STEPS = 4

LARGE = 2**16
"""Entries of a face from which its singular values cost more than a certificate may."""

MISSED = 1e-6
"""Share of their terms by which equations of a large face are missed by more than rounding."""


@np.errstate(over="ignore", invalid="ignore", divide="ignore")  # what is not finite is none
def dual_on_face(
    instance: Instance, w: Floats, eta: Floats, theta: Floats, alpha: float | None = None
) -> Floats | None:
    """The dual point (n,) nearest to theta = -grad f(eta) on the face of w (p,), at the price alpha.

    By default the price that theta gives itself. None where there is no such point.
    """
    face = instance.norm.face(w)
    curvature = instance.curvature(eta)
    if face.n_coordinates == 0 or not np.isfinite(theta).all() or not np.isfinite(curvature).all():
        return None
    E = face.restrict(instance.design.columns(face.index))
    free = instance.free_columns
    columns = np.column_stack([E, free])
    if alpha is None:
        alpha = _price(E.T @ theta, face.gradient, face.coordinates)
    goal = np.concatenate([alpha * face.gradient, np.zeros(free.shape[1])])
    sizes = np.sqrt(np.einsum("ij,ij->j", columns, columns))
    if not np.isfinite(sizes).all():
        return None
    sizes[sizes == 0] = 1.0
    if columns.size > LARGE and _is_missed(columns.T @ theta - goal, sizes, theta):
        return None
    root = instance.hessian_root(eta)
    bent = root.apply(columns / sizes)
    if not np.isfinite(bent).all():
        return None
    left, values, vectors = np.linalg.svd(bent, full_matrices=False)
    kept = values > DEPENDENT * values.max(initial=0.0)
    if not kept.any():
        return None
    exact = (columns / sizes).astype(np.longdouble).T
    aim = (goal / sizes).astype(np.longdouble)
    best, least = None, np.inf
    for _ in range(MOST_STEPS):
        missed = np.asarray(exact @ theta.astype(np.longdouble) - aim, dtype=np.float64)
        size = float(np.abs(missed).max())
        if not size < least:
            break
        best, least = theta, size
        theta = theta - root.adjoint(left[:, kept] @ ((vectors[kept] @ missed) / values[kept]))
    return best


def _is_missed(missed: Floats, sizes: Floats, theta: Floats) -> bool:
    """Whether theta is far from the equations: w is no solution on its face, with nothing to repair."""
    return bool((np.abs(missed) > MISSED * sizes * np.linalg.norm(theta)).any())


def _price(pull: Floats, gradient: Floats, coordinates: Floats) -> float:
    """As `face_newton.price_on_face`: the large coefficients decide."""
    priced = gradient * coordinates
    length = float(priced.sum())
    return max(float(pull[priced != 0] @ coordinates[priced != 0]) / length, 0.0) if length > 0 else 0.0
