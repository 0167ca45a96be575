"""Why a coefficient is zero, or is not: what it buys in loss and what it costs in norm.

Moving coefficient j by a small h changes the loss by g_j h (g = grad f) and the bill for
the norm by alpha R'(w; e_j sign(h)) |h|. At a solution no move pays:

    benefit |g_j|  <=  price alpha R'(w; e_j s),   s = -sign(g_j),

with equality for a non-zero coefficient of a smooth-in-j regulariser. All numbers are
per unit of the coefficient, in units of the loss.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from .solution import Solution


@dataclass(frozen=True)
class Explanation:
    """The trade of one coefficient; numbers per unit of the coefficient, in units of the loss.

    Attributes
    ----------
    feature : str
        Its name.
    coef : float
        Its value.
    benefit : float
        Loss saved by the first unit in the direction in which the data pull: |g_j|.
    price : float
        What that unit costs: alpha times the growth of the norm; inf if it may not move.
    slack : float
        price - benefit for a zero (how much harder the data would have to pull), else 0.
    sentence : str
        The same in words.
    """

    feature: str
    coef: float
    benefit: float
    price: float
    slack: float
    sentence: str

    def __str__(self) -> str:
        return self.sentence


def explain(solution: Solution, position: int) -> Explanation:
    """Explanation of the coefficient at `position`."""
    norm, w = solution.problem.norm, solution.coef
    normal = solution.contact.normal
    name, value = solution.feature_names[position], float(w[position])
    pull = float(normal[position])
    direction = np.zeros(len(w))
    direction[position] = np.sign(value) if value != 0 else (np.sign(pull) or 1.0)
    growth = norm.directional_derivative(w, direction)
    price = np.inf if not np.isfinite(growth) else solution.contact.price * growth
    benefit = pull * float(direction[position])
    slack = float(solution.contact.slack[position]) if value == 0 else 0.0
    sentence = _sentence(solution, name, value, benefit, price, slack)
    return Explanation(name, value, abs(benefit), float(price), slack, sentence)


def _sentence(solution: Solution, name: str, value: float, benefit: float, price: float, slack: float) -> str:
    saves = f"{abs(benefit):.4g}"
    if bool(solution.problem.instance.unpenalised[solution.problem.feature_position(name)]):
        return f"{name!r} is not penalised: it takes the value {value:.4g} that fits best."
    if solution.is_exact_fit:
        share = 100 * abs(benefit) / price if price > 0 else 0.0
        if value != 0:
            return f"{name!r} is {value:.4g}: it is one of the coefficients that carry the perfect fit."
        return (
            f"{name!r} is zero because the equations pull on it with {share:.0f} % of the strength "
            "that would be needed to move it."
        )
    if solution.alpha == 0:
        return f"{name!r} is {value:.4g}: the norm costs nothing here, so only the fit decides."
    if value != 0:
        return (
            f"{name!r} is {value:.4g}, where its last unit just pays: one more would lower the loss by "
            f"{saves} per unit and cost {price:.4g} in norm."
        )
    if np.isinf(price):
        return f"{name!r} is zero because it may not move that way (its price is infinite)."
    if solution.norm == 0:
        return (
            f"{name!r} is zero like all others: a unit would lower the loss by at most {saves} "
            f"but costs {price:.4g}."
        )
    if slack <= 1e-7 * solution.alpha:
        return (
            f"{name!r} is zero but on the brink: a unit would lower the loss by {saves}, "
            f"just what it costs ({price:.4g})."
        )
    share = 100 * abs(benefit) / price if price > 0 else 0.0
    return (
        f"{name!r} is zero because a unit of it would lower the loss by only {saves} but costs {price:.4g} "
        f"in norm: the data pull with {share:.0f} % of the strength needed to move it."
    )
