"""Level sets of the loss in space: a closed surface, or a line or plane where Xw = y has many answers."""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq

from ..answers.solution import Solution
from ..problem import Problem
from ..typing import Floats

N_AROUND, N_UP = 36, 20
"""Facets of the level surface around the contact, and from there to the other side."""


def flat_directions(solution: Solution) -> Floats:
    """(k, 3) orthonormal directions along which the loss never changes."""
    instance = solution.problem.instance
    columns = solution.problem.design.columns(np.arange(3))
    if instance.fit_intercept:
        columns = columns - instance.sample_weight @ columns
    weighted = np.sqrt(instance.sample_weight)[:, None] * columns
    values, vectors = np.linalg.eigh(weighted.T @ weighted)
    return np.asarray(vectors[:, values <= 1e-12 * values[-1]].T)


def flat_piece(point: Floats, directions: Floats, reach: float) -> Floats:
    """(2, 3) ends of a line or (4, 3) corners of a square through a point."""
    if len(directions) == 1:
        return np.array([point - reach * directions[0], point + reach * directions[0]])
    signs = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
    return np.asarray(point + reach * signs @ directions[:2])


def best_fit_of(solution: Solution) -> Floats | None:
    """(3,) minimiser of the loss, None where there is none."""
    try:
        return solution.problem.with_norm("l2").solve(alpha=0.0).coef
    except ValueError:  # separable classes: the loss falls for ever
        return None


def level_surface_through(solution: Solution, best_fit: Floats, limit: float) -> Floats:
    """The level set through the solution, in rings around the contact, as far as the limit.

    Found along rays from the best fit, in coordinates in which it is nearly a sphere (quite
    one for squared error).
    """
    problem, level = solution.problem, solution.loss
    axes = _principal_axes(solution)
    pole = (solution.coef - best_fit) @ np.linalg.inv(axes)
    radius = float(np.linalg.norm(pole))
    frame = np.linalg.svd(pole[None])[2]
    frame[0] = pole / radius  # the other two are at right angles to it
    turns = np.linspace(0, 2 * np.pi, N_AROUND + 1)
    around = np.cos(turns)[:, None] * frame[1] + np.sin(turns)[:, None] * frame[2]
    rings = [np.repeat(solution.coef[None], N_AROUND + 1, axis=0)]
    for height in np.linspace(0, np.pi, N_UP + 1)[1:]:
        ways = (np.cos(height) * frame[0] + np.sin(height) * around[:-1]) @ axes
        ring = np.empty((N_AROUND, 3))
        for position, way in enumerate(ways):  # neighbours are the best guess of each other
            radius = _crossing(problem, best_fit, way, level, radius)
            ring[position] = best_fit + radius * way
        if np.abs(ring).max() > limit:
            break
        rings.append(np.vstack([ring, ring[:1]]))
    return np.array(rings)


def _crossing(problem: Problem, start: Floats, way: Floats, level: float, guess: float) -> float:
    """Where the loss, which rises along the way, reaches the level; precise to what can be seen."""

    def excess(length: float) -> float:
        return problem.loss_at(start + length * way) - level

    here = excess(guess)
    if abs(here) <= 1e-9 * problem.instance.scale:
        return guess
    step = 0.8 if here > 0 else 1.25
    other = guess
    while excess(other) * here > 0 and 1e-6 < other / guess < 1e6:
        other *= step
    return (
        float(brentq(excess, min(guess, other), max(guess, other), rtol=1e-4))
        if excess(other) * here < 0
        else other
    )


def _principal_axes(solution: Solution) -> Floats:
    """(3, 3) rows in whose coordinates the level set is nearly a sphere."""
    instance = solution.problem.instance
    columns = solution.problem.design.columns(np.arange(3))
    curvature = instance.majorant(solution.predictor)
    if not curvature.any():  # straight pieces: the columns alone give the proportions
        curvature = instance.sample_weight
    if instance.fit_intercept:
        columns = columns - curvature @ columns / curvature.sum()
    values, vectors = np.linalg.eigh((columns.T * curvature) @ columns)
    return np.asarray(vectors.T / np.sqrt(values)[:, None])
