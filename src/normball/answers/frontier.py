"""The frontier as a curve: enough points of it that straight lines between them do not show.

With f(t) the least loss at norm t, f is convex and its slope at a solution is minus its alpha.
Between two solutions (t0, f0, a0) and (t1, f1, a1) it therefore lies below the chord and above
both tangents, which meet at

    t* = (f0 + a0 t0 - f1 - a1 t1) / (a0 - a1),

so the chord is off by at most its height above the tangents there. Where that is too much, a
solution at the geometric mean of the two alphas is added. The curve begins at norm 0, with slope
-alpha_max; where alpha_max is infinite (ridge, whose frontier falls like a square root) the tangent
there is vertical and t* = 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..typing import Floats
from .path import Path

SHARE = 1e-3
"""Largest error of a chord, as a share of the height of the curve."""
ROUNDS = 24
"""Each halves the logarithm of the ratio of two alphas, or makes the first four times as large."""


@dataclass(frozen=True, eq=False)
class Frontier:
    """Points of the frontier.

    Attributes
    ----------
    norms : (k,) increasing from 0.
    losses : (k,) the least loss at each, decreasing.
    alphas : (k,) minus the slope there, decreasing; the first may be infinite.
    """

    norms: Floats
    losses: Floats
    alphas: Floats


def frontier_of(path: Path, share: float = SHARE) -> Frontier:
    """The frontier from norm 0 to the end of a path, to within a share of its height everywhere.

    Cost: that of one more alpha for each point that is added, a few for the usual grid.
    """
    found = _joined(_beginning(path), _points(path))
    for _ in range(ROUNDS):
        height = found.losses[0] - found.losses[-1]
        coarse = np.flatnonzero(_errors(found) > share * height)
        if not len(coarse):
            break
        before, after = found.alphas[coarse], found.alphas[coarse + 1]
        means = np.where(np.isfinite(before), np.sqrt(before) * np.sqrt(after), 4 * after)
        alphas = np.where(after > 0, means, before / 4)
        new = np.setdiff1d(alphas, found.alphas)
        if not len(new):
            break
        found = _joined(found, _points(path.problem.path(alphas=new, tol=path.tolerance, verbose=False)))
    return found


def _beginning(path: Path) -> Frontier:
    """Norm 0, if the path does not hold it."""
    if path.norms[0] == 0:
        return _points(path)
    problem = path.problem
    if np.isfinite(problem.alpha_max):
        return _points(problem.path(alphas=[problem.alpha_max], tol=path.tolerance, verbose=False))
    return Frontier(np.zeros(1), np.array([problem.instance.null_loss]), np.array([np.inf]))


def _points(path: Path) -> Frontier:
    return Frontier(path.norms, path.losses, path.alphas)


def _joined(first: Frontier, second: Frontier) -> Frontier:
    """Both, each alpha once, in the order of falling alpha."""
    alphas = np.concatenate([first.alphas, second.alphas])
    order = np.unique(-alphas, return_index=True)[1]
    norms = np.concatenate([first.norms, second.norms])[order]
    losses = np.concatenate([first.losses, second.losses])[order]
    return Frontier(np.maximum.accumulate(norms), np.minimum.accumulate(losses), alphas[order])


def _errors(points: Frontier) -> Floats:
    """(k - 1,) bounds on the error of each chord."""
    t, f, a = points.norms, points.losses, points.alphas
    width, fall, steep, flat = np.diff(t), -np.diff(f), a[:-1], a[1:]
    # distance of t* from the left end; under a vertical tangent it is that end
    meets = np.divide(fall - flat * width, steep - flat, out=np.zeros(len(width)), where=np.isfinite(steep))
    meets = np.clip(meets, 0.0, width)
    share = np.divide(meets, width, out=np.zeros(len(width)), where=width > 0)
    chord = (1 - share) * fall  # above the right end
    return np.asarray(np.where(width > 0, chord - flat * (width - meets), 0.0))
