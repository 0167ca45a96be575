"""Question 6: why do I pay to grow the ball, and pay to move the line? Two prices, one exchange rate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...alpha_scale import fraction
from ...displays import FrontierDisplay, PathDisplay
from ...displays.style import new_axes
from ...problem import Problem
from ...solution import Solution
from ..section import Block, Paragraph, Row, Section, Table, Takeaway, picture_from_figure
from .context import TourContext
from .question_6_pictures import SIZE, bill_picture
from .wording import count

TITLE = "Why do I pay to grow the ball, and pay to move the line?"
SHARES = (0.6, 0.3, 0.1, 0.03, 0.01)
"""Stations on the frontier, as shares of alpha_max; the third is looked at closely."""
STEP = 1e-3
"""Relative step of the finite differences."""


@dataclass(frozen=True, eq=False)
class Station:
    """A place on the frontier, and the two prices measured there without using alpha.

    Attributes
    ----------
    solution : Solution
    by_growing : loss saved per unit of norm, from two slightly different budgets.
    by_moving : norm needed per unit of loss, from two slightly different targets.
    """

    solution: Solution
    by_growing: float
    by_moving: float


def measure_prices(problem: Problem, share: float) -> Station:
    """Solve at a share of alpha_max, then measure both slopes by central differences.

    Between two kinks the loss is a parabola in the norm (squared error, L1), for which central
    differences are exact; in the other direction they are good to the square of the step.
    """
    solution = problem.solve(alpha=fraction(share), tol=1e-12)
    step = STEP * solution.norm
    less, more = (problem.solve(budget=solution.norm + sign * step, tol=1e-12) for sign in (-1, 1))
    growing = (less.loss - more.loss) / (more.norm - less.norm)
    shift = growing * step
    strict, lax = (problem.solve(target=solution.loss + sign * shift, tol=1e-12) for sign in (-1, 1))
    return Station(solution, growing, (strict.norm - lax.norm) / (lax.loss - strict.loss))


def answer(context: TourContext) -> Section:
    """The sixth section."""
    problem = context.problem
    stations = [measure_prices(problem, share) for share in SHARES]
    here = stations[2].solution
    unit = 10.0 ** np.floor(np.log10(here.norm / 20))  # a round number, small against the ball
    grown = problem.solve(budget=here.norm + unit, tol=1e-10)
    path = problem.path(n_alphas=60 if context.quick else 120, eps=1e-3)
    frontier = FrontierDisplay.from_path(path, at=here).plot(new_axes(size=SIZE), title="The frontier")
    coefficients = PathDisplay.from_path(path, n_labels=10).plot(new_axes(size=SIZE), title="What is bought")
    worst = max(
        abs(slope / station.solution.alpha - 1)
        for station in stations
        for slope in (station.by_growing, 1 / station.by_moving)
    )
    headline = (
        f"Both are one price, alpha. On {context.data_name}, at a ball of size {here.norm:.4g}, growing "
        f"the ball lowers the loss by {here.alpha:.4g} per unit of ball, and moving the line takes "
        f"{1 / here.alpha:.3g} units of ball per unit of loss: one exchange rate, read from either side."
    )
    blocks: list[Block] = [
        Paragraph(
            "The ball limits the coefficients, and a *level line* collects all coefficients that fit "
            "equally well. You can spend on either: grow the ball and keep the best fit inside it, or "
            "demand a better fit (move to a level line nearer to the best one) and take the smallest "
            "ball that reaches it. Both walk along the same curve, the *frontier*: for each size of "
            "ball, the lowest loss that can be had."
        ),
        Paragraph(
            "Think of a bill with two items: bill = loss + alpha times norm. The norm is the size of "
            f"the ball, the loss is the misfit (half the mean squared error of {context.target_name!r}), "
            "and alpha is the exchange rate between the two currencies: how much loss one unit of norm "
            "is worth. The cheapest bill is where one more unit of norm would save just what it costs, "
            "so alpha is the slope of the frontier there. All columns are scaled to standard deviation "
            "1 first, so that a unit of each coefficient means the same."
        ),
        Row(
            (
                picture_from_figure(
                    frontier.figure_,
                    "The frontier: the lowest loss (up) for each size of the ball (across). Its slope "
                    "is the price alpha: steep where the ball is small and a little more room helps a "
                    "lot, flat where it is large.",
                    f"Falling curve from loss {path.losses[0]:.4g} at norm 0 to {path.losses[-1]:.4g} at "
                    f"norm {path.norms[-1]:.4g}.",
                ),
                bill_picture(path, here),
                picture_from_figure(
                    coefficients.figure_,
                    "What is bought on the way: the coefficients as the ball grows. Each starts at zero "
                    "and leaves it when it becomes worth its price.",
                    f"{count(int(path.n_nonzeros[-1]), 'coefficient')} leave zero one after the other as "
                    "the ball grows.",
                ),
            )
        ),
        Paragraph(_one_unit(here, grown, unit)),
        _price_table(stations),
        Paragraph(_agreement(worst, problem, here)),
        Paragraph(_why(here)),
        Takeaway(
            "You may name the size of the ball, the loss to be reached, or the price. Each picks a "
            "point on the same frontier, and the price is its slope there."
        ),
    ]
    summary = (
        f"{headline}\nAlpha and the measured slopes agree to {_relative(worst)} at {len(stations)} places."
    )
    return Section(TITLE, headline, blocks, summary)


def _one_unit(here: Solution, grown: Solution, unit: float) -> str:
    saved = here.loss - grown.loss
    if grown.is_interior:
        return (
            f"Take the ball of size {here.norm:.4g}: the loss is {here.loss:.6g}. {unit:g} more is more "
            f"than can be used, because the best fit of all has norm {grown.norm:.4g} and loss "
            f"{grown.loss:.6g}."
        )
    promised = "alpha" if unit == 1 else f"alpha times {unit:g}"
    return (
        f"Try it. In the ball of size {here.norm:.4g} the lowest loss is {here.loss:.6g}; in the ball of "
        f"size {grown.norm:.4g}, larger by {unit:g}, it is {grown.loss:.6g}. That bought {saved:.4g}, "
        f"which is {100 * saved / (here.alpha * unit):.1f} % of {promised}. Not all of it, "
        f"because the price falls while one buys: from {here.alpha:.4g} to {grown.alpha:.4g} at the "
        "larger ball."
    )


def _price_table(stations: list[Station]) -> Table:
    rows = tuple(
        (
            f"{station.solution.norm:.4g}",
            f"{station.solution.loss:.6g}",
            f"{len(station.solution.support)} of {len(station.solution.coef)}",
            f"{station.solution.alpha:.6g}",
            f"{station.by_growing:.6g}",
            f"{1 / station.by_moving:.6g}",
        )
        for station in stations
    )
    return Table(
        (
            "size of ball",
            "lowest loss",
            "features used",
            "alpha",
            "slope, ball grown",
            "slope, line moved",
        ),
        rows,
        f"The slope of the frontier measured in two ways, each from two solutions {100 * STEP:g} % of "
        "the ball apart, beside the alpha that led there. Growing: loss saved divided by norm added. "
        "Moving: loss saved divided by the norm that it took, at prescribed losses.",
        (True,) * 6,
    )


def _relative(value: float) -> str:
    if value < 1e-12:
        return "12 digits"
    return f"{100 * value:.1g} %"


def _agreement(worst: float, problem: Problem, here: Solution) -> str:
    others = problem.solve(budget=here.norm, tol=1e-12), problem.solve(target=here.loss, tol=1e-12)
    scale = float(np.abs(here.coef).max()) or 1.0
    apart = max(float(np.abs(other.coef - here.coef).max()) for other in others) / scale
    return (
        f"The three columns of prices agree to {_relative(worst)}. Neither slope knew alpha: they come "
        "from lengths measured on the curve. It works backwards, too. Asked for this size of ball, or "
        "for this loss, instead of this price, the solver returns the same coefficients (to "
        f"{_relative(apart)} of the largest)."
    )


def _why(here: Solution) -> str:
    zeros = np.flatnonzero(here.coef == 0)
    largest = int(np.argmax(np.abs(here.coef)))
    said = [here.why(largest).sentence]
    if len(zeros):
        # the zero that is nearest to entering says most
        nearest = int(zeros[np.argmin(here.contact.slack[zeros])])
        said.append(here.why(nearest).sentence)
    return "The same price decides on each coefficient. " + " ".join(said)
