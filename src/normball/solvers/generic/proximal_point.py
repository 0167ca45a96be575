"""Weighted least squares plus a regularising term, by a semismooth Newton proximal point method.

    minimise_w  |c - A w|^2 / 2 + h(w),      A = Pi diag(sqrt(d)) X,

where d (n,) are curvatures and Pi removes the direction sqrt(d) and the unpenalised columns, which
is the exact elimination of an intercept and of what carries no price: no step is long enough for
these. Proximal point step k adds
|w - w_k|^2 / (2 sigma); its dual is smooth,

    Phi(u) = |u|^2 / 2 - <c, u> - min_w { h(w) + |w - w_k|^2 / (2 sigma) - <A'u, w> },
    grad Phi(u) = u - c + A prox_{sigma h}(w_k + sigma A'u),

and is minimised by Newton's method with the generalised Jacobian of the prox, which the
face gives (`norms/face.py`). The Newton system has the size of the face or of the
sample, whichever is smaller. Where columns differ much in size, distances are measured in a
metric M that counts each feature by the square of its column, and K is that of the face in M.
Globally convergent, and fast once the face is found; increasing sigma makes the outer
iteration as fast as wanted. Source: Li, Sun, Toh, "A highly efficient semismooth Newton
augmented Lagrangian method for solving lasso problems", SIAM J. Optim. 28 (2018);
Rockafellar, "Augmented Lagrangians and applications of the proximal point algorithm", Math.
Oper. Res. 1 (1976).
Cost of a Newton step: two products with X and one factorisation.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from ...typing import Floats
from ..line_search import convex_step
from ..terms import Term
from ..work import Work
from .least_squares_model import LeastSquaresModel

MAX_STEPS = 60
"""Proximal point steps on one model."""

MAX_NEWTON = 25
"""Newton steps within one proximal point step."""

EASY = 4
"""Newton steps up to which a longer proximal step is worth trying: a hard one costs more than it gains."""

IDLE = 0.95
"""Share of the gap that is left after a step which was too short."""

MOST_STALLED = 8
"""Proximal point steps that gain little before a model is left, unless longer ones are to be had."""

LOST = 100.0
"""Growth of the gap in one step that shows an error, not progress."""

LARGEST_STEP = 1e16
"""Bound on sigma: nearly dependent columns call for long steps; one that loses its digits is taken back."""


@dataclass
class ProximalPointState:
    """What one call leaves to the next: the dual point and the step."""

    u: Floats
    sigma: float
    reach: float = 0.0
    """The step up to which nothing was gained, and Newton's method found easy."""


def minimise_model(
    model: LeastSquaresModel,
    term: Term,
    w: Floats,
    state: ProximalPointState,
    tolerance: float,
    work: Work,
) -> Floats:
    """Weights (p,) whose model objective is within `tolerance` (absolute) of the least, if `work` allows."""
    best, best_u, best_gap = w, state.u, np.inf
    stalled, failures = 0, 0
    for iteration in range(MAX_STEPS):
        if work.is_over:
            break
        inner_tolerance = max(0.05 * tolerance, 1e-30 * float(model.c @ model.c)) * 0.3**iteration
        proposal, n_newton, is_solved = _proximal_step(model, term, w, state, inner_tolerance)
        work.spend(max(n_newton, 1))
        gap = _model_gap(model, term, proposal, state.u)
        # too long a step for Newton, or for the digits of its dual: a shorter one has a smoother dual
        is_lost = gap > LOST * best_gap
        if not is_solved or is_lost:
            state.sigma *= 0.05
            state.reach = min(state.reach, state.sigma)
            failures += 1
            if is_lost:
                state.u, w = best_u, best
            if failures > 6:
                break
            continue
        is_gain, before = gap <= 0.5 * best_gap, best_gap
        if gap < best_gap:
            best, best_u, best_gap = proposal, state.u, gap
        w = proposal
        if best_gap <= tolerance:
            break
        stalled = 0 if is_gain else stalled + 1
        # a step that gains next to nothing is too short, whatever Newton's method has to do in it
        is_idle = gap > IDLE * before and n_newton < MAX_NEWTON // 2
        is_easy = (n_newton <= EASY or is_idle) and state.sigma < LARGEST_STEP
        if stalled > (MOST_STALLED if not is_easy else MAX_STEPS):
            break
        if is_easy:
            if not is_gain:
                state.reach = state.sigma
            state.sigma = min(state.sigma * 8, LARGEST_STEP)
    return model.completed(best)


def _model_gap(model: LeastSquaresModel, term: Term, w: Floats, u: Floats) -> float:
    """Duality gap of the model at w and the dual point u, brought into the dual domain."""
    z = model.rmatvec(u)
    scaling = term.dual_scaling(z)
    residual = model.c - model.matvec(w)
    primal = 0.5 * float(residual @ residual) + term.value(w)
    dual = scaling * float(model.c @ u) - 0.5 * scaling**2 * float(u @ u) - term.conjugate(scaling * z)
    return max(primal - dual, 0.0)


def _proximal_step(
    model: LeastSquaresModel, term: Term, w_k: Floats, state: ProximalPointState, tolerance: float
) -> tuple[Floats, int, bool]:
    """One proximal point step: minimise Phi by Newton with a line search; updates `state.u`.

    Returns the weights, the number of Newton steps, and whether they sufficed.
    """
    sigma = state.sigma
    u = model.centre(state.u)
    here = _evaluate(model, term, w_k, u, model.rmatvec(u), sigma)
    n_newton, is_solved = 0, False
    for n_newton in range(MAX_NEWTON + 1):
        size = float(here.residual @ here.residual)
        is_solved = 0.5 * size <= max(tolerance, 0.5 * model.rounding(here.w) ** 2)
        if is_solved or n_newton == MAX_NEWTON:
            break
        direction = model.newton_direction(term, here.w, here.mu, sigma, here.residual)
        slope = float(here.residual @ direction)
        if not slope < 0:
            break
        rounding = 1e-15 * (abs(here.value) + 0.5 * float(model.c @ model.c))
        at = partial(_along, model, term, w_k, here, (direction, model.rmatvec(direction)), sigma)
        found = convex_step(at, here.value, slope, rounding)
        if found is None:
            break
        here = found[1]
        if abs(slope) <= rounding and float(here.residual @ here.residual) >= 0.25 * size:
            is_solved = True  # up to rounding
            break
    state.u = here.u
    return here.w, n_newton, is_solved


@dataclass(frozen=True, eq=False)
class DualPoint:
    """A dual point u (n,), pull = A'u (p,), the prox point w (p,), its multiplier, Phi and grad Phi."""

    u: Floats
    pull: Floats
    w: Floats
    mu: float
    value: float
    residual: Floats


def _along(
    model: LeastSquaresModel,
    term: Term,
    w_k: Floats,
    here: DualPoint,
    step: tuple[Floats, Floats],
    sigma: float,
    share: float,
) -> tuple[float, float, DualPoint]:
    """Phi, its slope and the point after a share of a step, which is given with its pull."""
    point = _evaluate(model, term, w_k, here.u + share * step[0], here.pull + share * step[1], sigma)
    return point.value, float(point.residual @ step[0]), point


def _evaluate(
    model: LeastSquaresModel, term: Term, w_k: Floats, u: Floats, pull: Floats, sigma: float
) -> DualPoint:
    """The dual point u (n,), given its pull (p,)."""
    metric = model.metric
    w, mu = term.prox(w_k + sigma * (pull if metric is None else pull / metric), sigma, metric)
    moved = w - w_k
    distance = float(moved @ (moved if metric is None else metric * moved))
    inner = term.value(w) + distance / (2 * sigma) - float(pull @ w)
    value = 0.5 * float(u @ u) - float(model.c @ u) - inner
    return DualPoint(u, pull, w, mu, value, u - model.c + model.matvec(w))
