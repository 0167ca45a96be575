"""Levels of one problem solved one after another, each from the last; one level is a sequence of one.

What is common to all solvers happens here: the columns about their means where those are far from zero,
and n coordinates instead of p where the solver says so.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..typing import Floats
from .certificate import certify_term
from .dispatch import IN_N, solver_of
from .far_means import about_means
from .forms import solve_budget, solve_penalty, solve_target
from .generic.face_newton import Point
from .generic.planar import solve_planar
from .instance import Instance
from .smooth.rotated import Rotated, rotated
from .terms import Penalty
from .work import Work
from .workspace import Answer, Options, Workspace

SOLVERS = {"penalty": solve_penalty, "budget": solve_budget, "target": solve_target}


def solve_one(
    instance: Instance, form: str, level: float, options: Options, start: Point | None = None
) -> Answer:
    """The answer at one alpha, budget or target, certified; `start` is a point that may be near."""
    if solver_of(instance, form, [level]) == "planar search":
        return replace(solve_planar(instance, form, level), solver="planar search")
    return InTurn(instance, form, np.array([level]), options).solve(level, start)


class InTurn:
    """One level after another of a problem with a convex ball.

    Parameters
    ----------
    instance : Instance
    form : "penalty", "budget" or "target"
    levels : (k,) that are going to be asked for.
    options : Options
    """

    def __init__(self, instance: Instance, form: str, levels: Floats, options: Options) -> None:
        self._about, self._form, self._options = about_means(instance), form, options
        works = self._about.instance
        is_narrow = solver_of(works, form, levels).endswith(IN_N)
        self._narrow: Rotated | None = rotated(works) if is_narrow else None
        self._works = works if self._narrow is None else self._narrow.instance
        self._workspace = Workspace(self._works)
        self._last: Point | None = None

    def solve(self, level: float, start: Point | None = None) -> Answer:
        """The answer at the next level, from a point of the problem as given, or from the last one."""
        near = self._last if start is None else self._into(start)
        answer = self._solve(self._workspace, level, near)
        if not answer.certificate.is_met and self._last is not None:
            # what the last solve left may lead astray: once more from nothing
            self._workspace = Workspace(self._works)
            again = self._solve(self._workspace, level, None)
            answer = min(answer, again, key=lambda each: each.certificate.excess)
        self._last = answer.point
        return self._about.answer(self._back(answer, level), self._form, level)

    def _solve(self, workspace: Workspace, level: float, near: Point | None) -> Answer:
        workspace.work = Work.of(self._options.max_iterations)
        return SOLVERS[self._form](workspace, level, near, self._options)

    def _into(self, start: Point) -> Point:
        point = self._about.point(start)
        return point if self._narrow is None else replace(point, w=self._narrow.basis.T @ point.w)

    def _back(self, answer: Answer, alpha: float) -> Answer:
        """A penalised answer in p coordinates, certified there."""
        if self._narrow is None:
            return answer
        instance = self._about.instance
        point = replace(answer.point, w=self._narrow.basis @ answer.point.w)
        eta = instance.predictor(point.w, point.intercept)
        theta = None if instance.loss.is_smooth else answer.certificate.theta
        term, tolerance = Penalty(instance.norm, alpha), self._options.tolerance
        certificate = certify_term(instance, term, point.w, point.intercept, eta, tolerance, theta)
        return replace(answer, point=point, certificate=certificate, solver=answer.solver + IN_N)
