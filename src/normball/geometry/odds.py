"""Odds that a level set touches a ball where a coefficient is zero.

One equation a.w = b in the plane. The smallest ball that reaches the line touches it where
the ball goes furthest along a, so the contact is at a point exactly if a lies in the normal
cone of the ball there. For a random line (a in any direction, all equally likely) the odds
of a corner are therefore the angles of the corners' cones, divided by the full turn.

Ellipses. Around the best fit w0, with f = (w - w0)' G (w - w0) / 2, the point v of the ball is
the contact exactly if -grad f(v) = G (w0 - v) lies in the normal cone at v; so again a cone
test, no solver, decides whether an ellipse touches at a corner.

m equations in p unknowns. Almost surely the least-L1 solution has exactly m non-zeros, one
for each equation (a vertex of a linear program; Chen, Donoho, Saunders, SIAM Review 43,
2001); the least-L2 solution has none that are zero; the least-LInf solution has no zeros but
p - m + 1 coefficients tied at the maximum.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..norms import Norm, get_norm
from ..parameters import read_probability
from ..problem import Problem
from ..typing import Floats, Indices, Mask

AXES = np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]])
DIAGONALS = np.array([[1.0, 1.0], [-1.0, 1.0], [-1.0, -1.0], [1.0, -1.0]])
"""The only directions in which balls in the plane have corners."""


def contact_on_line(a: Floats, b: float, norm: str | Norm) -> Floats:
    """Point (2,) or (p,) of least norm with a.w = b, by the package's solver.

    Parameters
    ----------
    a : (p,) not all zero.
    b : float
    norm : str or Norm
    """
    problem = Problem(np.asarray(a, dtype=np.float64)[None, :], [b], norm=norm, fit_intercept=False)
    return problem.solve(target=0.0, tol=1e-10).coef


def corner_share(norm: str | Norm, axes_only: bool = False) -> float:
    """Probability that a random line touches the ball of the plane at a corner.

    Exact: the angles of the corners' normal cones over the full turn.

    Parameters
    ----------
    norm : str or Norm
        Convex, for two features; the ball of radius 1 is used.
    axes_only : bool, default False
        Count only corners on the axes, where a coefficient is zero.

    Returns
    -------
    float
        1 for L1, 0 for L2; 1 for LInf, but 0 with `axes_only`.
    """
    norm = get_norm(norm)
    norm.check(2)
    directions = AXES if axes_only else np.vstack([AXES, DIAGONALS])
    total = 0.0
    for direction in directions:
        reach = norm.reach(direction, 1.0)
        if np.isfinite(reach) and reach > 0:
            first, second = norm.normal_rays(direction * reach)
            cross = abs(first[0] * second[1] - first[1] * second[0])
            total += float(np.arctan2(cross, first @ second))
    return total / (2 * np.pi)


def ellipse_odds(
    norm: str | Norm, trials: int, rng: np.random.Generator, elongation: tuple[float, float] = (1.0, 10.0)
) -> int:
    """How many of `trials` random ellipses touch the unit ball of the plane where a coefficient is zero.

    The ellipse's axes point anywhere, and its centre, the best fit, lies in any direction
    from 0, just outside the ball to three times as far. Exact per ellipse (cone test), vectorised.

    Parameters
    ----------
    norm : str or Norm
        Convex, for two features.
    trials : int
    rng : Generator
    elongation : (float, float), default (1, 10)
        Bounds of length over width, drawn uniformly in the logarithm; equal bounds fix it.

    Raises
    ------
    ValueError
        If the bounds are not 1 <= first <= second.
    """
    elongation = read_elongation(elongation)
    norm = get_norm(norm)
    turn = rng.uniform(0, np.pi, trials)
    shortest, longest = np.log(elongation)
    ratio = np.exp(rng.uniform(shortest, longest, trials)) ** 2
    cos, sin = np.cos(turn), np.sin(turn)
    # G = long direction (cos, sin) with curvature 1, short one with curvature ratio
    gram = np.empty((trials, 2, 2))
    gram[:, 0, 0], gram[:, 1, 1] = cos**2 + ratio * sin**2, sin**2 + ratio * cos**2
    gram[:, 0, 1] = gram[:, 1, 0] = (1 - ratio) * cos * sin
    angle = rng.uniform(0, 2 * np.pi, trials)
    rays = np.column_stack([np.cos(angle), np.sin(angle)])
    reach = np.array([norm.reach(ray, 1.0) for ray in rays])
    centre = rays * (reach * rng.uniform(1.0, 3.0, trials))[:, None]
    touched = np.zeros(trials, dtype=bool)
    for direction in AXES:
        corner = direction * norm.reach(direction, 1.0)
        pull = np.einsum("nij,nj->ni", gram, centre - corner)
        touched |= _in_cone(pull, *norm.normal_rays(corner))
    return int(touched.sum())


def read_elongation(elongation: tuple[float, float]) -> tuple[float, float]:
    """Bounds of the length over the width of ellipses.

    Raises
    ------
    ValueError
        If they are not 1 <= first <= second.
    """
    if len(elongation) != 2 or not 1 <= elongation[0] <= elongation[1] < np.inf:
        raise ValueError(f"elongation must be bounds 1 <= first <= second, got {elongation!r}.")
    return float(elongation[0]), float(elongation[1])


def _in_cone(z: Floats, first: Floats, second: Floats) -> Mask:
    """(n,) whether z (n, 2) lies strictly between two rays less than half a turn apart."""
    if first[0] * second[1] - first[1] * second[0] < 0:
        first, second = second, first
    after = first[0] * z[:, 1] - first[1] * z[:, 0]
    before = z[:, 0] * second[1] - z[:, 1] * second[0]
    return np.asarray((after > 0) & (before > 0))


def wilson_interval(successes: int, trials: int, confidence: float = 0.95) -> tuple[float, float]:
    """Confidence interval of a probability from counts.

    Source: Wilson, "Probable inference, the law of succession, and statistical inference",
    JASA 22 (1927).

    Raises
    ------
    ValueError
        If there are no trials, or successes or confidence are out of range.
    """
    if trials < 1 or not 0 <= successes <= trials:
        raise ValueError(f"successes must lie between 0 and trials >= 1, got {successes} of {trials}.")
    confidence = read_probability(confidence, "confidence")
    from scipy.special import ndtri

    z = float(ndtri(0.5 + confidence / 2))
    share, spread = successes / trials, z * z / trials
    centre = (share + spread / 2) / (1 + spread)
    half = z / (1 + spread) * np.sqrt(share * (1 - share) / trials + spread / (4 * trials))
    # without a success the lower end is 0, with nothing else the upper end is 1: not their rounding
    return centre - half if successes else 0.0, centre + half if successes < trials else 1.0


@dataclass(frozen=True, eq=False)
class LeastNormZeros:
    """Zeros counted in least-norm solutions of random equations.

    Attributes
    ----------
    norm : Norm
    n_features, n_equations : p and m.
    zeros : (trials,) exact zeros of each solution.
    ties : (trials,) coefficients that share the largest size (to rounding).
    largest_gap : float, worst relative duality gap among the solutions.
    """

    norm: Norm
    n_features: int
    n_equations: int
    zeros: Indices
    ties: Indices
    largest_gap: float


def zeros_of_least_norm(
    norm: str | Norm, n_features: int, n_equations: int, trials: int, rng: np.random.Generator
) -> LeastNormZeros:
    """Zeros of min R(w) subject to A w = b, for random A (m, p) and b with normal entries.

    Each problem is solved by `Problem.solve(target=0)` and proved by its duality gap.

    Raises
    ------
    ValueError
        If m is not between 1 and p.
    """
    if not 1 <= n_equations <= n_features:
        raise ValueError(f"n_equations must lie between 1 and n_features={n_features}, got {n_equations}.")
    norm = get_norm(norm)
    zeros, ties, gaps = [], [], []
    for _ in range(trials):
        A = rng.standard_normal((n_equations, n_features))
        problem = Problem(A, rng.standard_normal(n_equations), norm=norm, fit_intercept=False)
        solution = problem.solve(target=0.0)
        size = np.abs(solution.coef)
        zeros.append(solution.n_zeros)
        ties.append(int((size >= size.max() * (1 - 1e-9)).sum()))
        gaps.append(solution.certificate.gap)
    return LeastNormZeros(norm, n_features, n_equations, np.array(zeros), np.array(ties), max(gaps))
