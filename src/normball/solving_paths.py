"""How a path is found: all levels together where the problem's solver can, else one after another."""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from .answers.path import Path
from .answers.solution import warn_if_loose
from .inputs.tables import read_vector
from .parameters import read_between, read_count
from .progress import Progress
from .solvers.dispatch import BATCHES, solver_of
from .solvers.in_turn import InTurn
from .solvers.instance import Instance
from .solvers.paths.engine import PathEngine, Trail
from .solvers.smooth.ridge_path import ridge_path
from .solvers.threads import one_blas_thread, suitable_threads
from .solvers.workspace import Options
from .typing import ArrayLike, Floats

if TYPE_CHECKING:
    from .problem import Problem


MENDED = ("alphas", "intercepts", "losses", "norms", "gaps")
"""What is replaced of a point."""
MOST_IN_VAIN = 2
"""Points in a row that a solve for themselves does not prove either, after which the rest is left."""


def alpha_grid(problem: Problem, n_alphas: int, eps: float) -> Floats:
    """(n_alphas,) decreasing from alpha_max to eps * alpha_max, evenly spaced in the logarithm.

    Where alpha_max is infinite (ridge) the grid starts at the sum of the features' mean
    squares (variances, with an intercept) times the loss's curvature, where every direction is
    shrunk at least by half; without curvature (quantile) at 4 |grad f|^2 / f, both at w = 0, where
    the step of 1 / alpha along the gradient saves at most a quarter of the loss.

    Raises
    ------
    ValueError
        If every alpha has the same solution.
    """
    shares, first = grid_shares(n_alphas, eps), problem.alpha_max
    if not np.isfinite(first):
        first = _ridge_scale(problem)
    if first == 0:
        is_closed = bool(problem.norm.excluded(problem.n_features).all())
        raise no_grid(bool(problem.instance.unpenalised.all()), is_closed)
    return first * shares


def _ridge_scale(problem: Problem) -> float:
    instance = problem.instance
    curvature = float(instance.curvature(np.full(instance.n_samples, instance.null_intercept)).sum())
    if curvature > 0:
        return float(instance.mean_squares.sum()) * curvature
    slope = problem.gradient(np.zeros(problem.n_features), instance.null_intercept)
    return 4 * float(slope @ slope) / instance.null_loss if instance.null_loss > 0 else 0.0


def no_grid(is_free: bool, is_closed: bool) -> ValueError:
    """The error of a problem whose solution is the same at every alpha.

    Parameters
    ----------
    is_free, is_closed : whether no feature has a price, or every one an infinite price.
    """
    why = "y is unrelated to X (alpha_max is 0)"
    if is_free:
        why = "no feature is penalised (alpha_max is 0)"
    elif is_closed:
        why = "every weight is infinite, so that no feature may enter"
    return ValueError(f"the path has no alphas: {why}; give alphas=[...].")


def grid_shares(n_alphas: int, eps: float) -> Floats:
    """(n_alphas,) from 1 to eps, evenly spaced in the logarithm."""
    count, last = read_count(n_alphas, "n_alphas"), read_between(eps, "eps", 0, 1)
    return np.geomspace(1.0, last, count)


def read_levels(values: ArrayLike, name: str) -> Floats:
    """Alphas, budgets or targets of a path, in the order of falling alpha.

    Raises
    ------
    ValueError
        If there are none, or one is out of range.
    """
    levels = read_vector(values, name, len(np.atleast_1d(np.asarray(values))))
    least = {"alphas": 0.0, "budgets": -1e-300, "targets": -np.inf}[name]
    if len(levels) == 0 or (levels <= least).any():
        wanted = {"alphas": " > 0", "budgets": " >= 0", "targets": ""}[name]
        raise ValueError(f"{name} must be one or more numbers{wanted}, got {values!r}.")
    return np.sort(levels) if name == "budgets" else np.sort(levels)[::-1].copy()


def solve_path(
    problem: Problem, form: str, levels: Floats, tolerance: float, verbose: bool | None = None
) -> Path:
    """Solutions at alphas, budgets or targets, in the order of falling alpha; see `Problem.path`."""
    instance = problem.instance
    started, passes = perf_counter(), problem.design.n_passes
    profile: dict[str, float] = {}
    with Progress(len(levels), "path", verbose) as progress, suitable_threads(problem.design.shape):
        trail, solver = None, solver_of(instance, form, levels)
        if solver == "ridge factors":
            with one_blas_thread():
                trail = ridge_path(instance, levels)
        elif solver in BATCHES:
            engine = PathEngine(instance, tolerance)
            trail = engine.follow(levels, progress) if form == "penalty" else engine.at_levels(form, levels)
            trail = (
                trail if trail is None or form == "penalty" else _in_its_form(trail, form, levels, instance)
            )
            profile.update(engine.profile)
            if trail is not None and (trail.gaps > tolerance).any():
                trail = _mended(instance, form, levels, trail, tolerance)
        if trail is None:
            trail, solver = _one_by_one(instance, form, levels, tolerance, progress)
    profile["total"] = perf_counter() - started
    path = Path(
        problem=problem,
        alphas=levels if form == "penalty" else trail.alphas,
        sparse_coefs=trail.coefs,
        intercepts=trail.intercepts,
        norms=trail.norms,
        losses=trail.losses,
        gaps=trail.gaps,
        tolerance=tolerance,
        n_passes=problem.design.n_passes - passes if problem.summary is None else problem.summary.n_passes,
        profile=profile,
        solver=solver,
    )
    if verbose:
        print(path.summary())
    loose = np.flatnonzero(path.gaps > tolerance)
    if len(loose):
        warn_if_loose(path[int(loose[0])])
    return path


def _mended(instance: Instance, form: str, levels: Floats, trail: Trail, tolerance: float) -> Trail:
    """The points that a fast solver left above the tolerance, each solved for itself while that helps."""
    in_turn, in_vain = InTurn(instance, form, levels, Options(tolerance)), 0
    rows, numbers = (
        [trail.coefs[[k]] for k in range(len(levels))],
        {name: getattr(trail, name).copy() for name in MENDED},
    )
    for k in np.flatnonzero(trail.gaps > tolerance).tolist():
        answer = in_turn.solve(float(levels[k]))
        point, gap = answer.point, answer.certificate.excess
        in_vain = 0 if gap <= tolerance else in_vain + 1
        if gap < numbers["gaps"][k]:
            rows[k] = sparse.csr_array(point.w[None, :])
            eta = instance.predictor(point.w, point.intercept)
            alpha = levels[k] if form == "penalty" else point.alpha
            found = (alpha, point.intercept, instance.value(eta), instance.norm.value(point.w), gap)
            for name, value in zip(MENDED, found, strict=True):
                numbers[name][k] = value
        if in_vain == MOST_IN_VAIN:
            break
    return replace(trail, coefs=sparse.csr_array(sparse.vstack(rows)), **numbers)


def _in_its_form(trail: Trail, form: str, levels: Floats, instance: Instance) -> Trail:
    """Gaps of penalised points as those of the budgets or targets that they were found for.

    With g the gap at alpha, in units of f, Lagrange duality gives g + alpha |t - R| for a budget, and for
    a target (g + |s - f|) / alpha, relative to R.
    """
    gaps = trail.gaps * instance.scale
    if form == "budget":
        gaps = (gaps + trail.alphas * np.abs(levels - trail.norms)) / instance.scale
    else:
        worth = trail.alphas * trail.norms
        gaps = np.divide(gaps + np.abs(levels - trail.losses), worth, out=gaps, where=worth > 0)
    return replace(trail, gaps=gaps)


def _one_by_one(
    instance: Instance, form: str, levels: Floats, tolerance: float, progress: Progress
) -> tuple[Trail, str]:
    """Each level solved from the one before; and the solvers that they took."""
    in_turn, answers = InTurn(instance, form, levels, Options(tolerance)), []
    for level in levels.tolist():
        answers.append(in_turn.solve(level))
        progress(1)
    points = [answer.point for answer in answers]
    gaps = [answer.certificate.excess for answer in answers]
    etas = [instance.predictor(point.w, point.intercept) for point in points]
    trail = Trail(
        alphas=np.array([point.alpha for point in points]),
        coefs=sparse.csr_array(np.array([point.w for point in points])),
        intercepts=np.array([point.intercept for point in points]),
        losses=np.array([instance.value(eta) for eta in etas]),
        norms=np.array([instance.norm.value(point.w) for point in points]),
        gaps=np.array(gaps),
        slopes=np.zeros(len(points)),
    )
    return trail, "; ".join(dict.fromkeys(answer.solver for answer in answers))
