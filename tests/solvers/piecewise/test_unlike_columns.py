"""Quantile fits with L1 prices where units of columns differ by 1e16: to the end of the path, and proved."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pytest
from scipy.optimize import linprog

from normball import Problem
from normball.losses import Quantile
from normball.norms import L1, ElasticNet
from normball.solvers import forms
from normball.solvers.ends.fits import null_point
from normball.solvers.ends.least import best_fit
from normball.solvers.generic.solver import solve_term
from normball.solvers.piecewise.box_certificate import certify_in_box
from normball.solvers.piecewise.vertex_path import VertexPath
from normball.solvers.terms import Ball, Condition
from normball.solvers.workspace import Options, Workspace
from normball.typing import Floats


@dataclass(frozen=True)
class Fit:
    """Plain columns Z (n, p), and the problem that sees them in units from 1e-8 to 1e8."""

    seed: int
    n: int
    p: int
    q: float
    positive: bool
    fit_intercept: bool

    @cached_property
    def plain(self) -> tuple[Floats, Floats]:
        rng = np.random.default_rng(self.seed)
        Z, truth = rng.standard_normal((self.n, self.p)), rng.standard_normal(self.p)
        y = Z @ (np.abs(truth) if self.positive else truth) + rng.standard_t(2, self.n)
        return Z, y

    @cached_property
    def units(self) -> Floats:
        return 10.0 ** np.linspace(-8, 8, self.p)

    @cached_property
    def problem(self) -> Problem:
        Z, y = self.plain
        norm = L1(positive=self.positive)
        return Problem(Z * self.units, y, loss=Quantile(self.q), norm=norm, fit_intercept=self.fit_intercept)

    def loss(self, w: Floats, intercept: float) -> float:
        """Of weights in the units of the problem."""
        Z, y = self.plain
        residuals = y - Z @ (w * self.units) - intercept
        return float(np.maximum(self.q * residuals, (self.q - 1) * residuals).mean())

    @cached_property
    def least_loss(self) -> float:
        """By HiGHS on the plain columns."""
        Z, y = self.plain
        columns = np.column_stack([Z, np.ones(self.n)]) if self.fit_intercept else Z
        bounds = [(0.0 if self.positive else None, None)] * self.p + [(None, None)] * (
            columns.shape[1] - self.p
        )
        costs = np.concatenate(
            [
                np.zeros(columns.shape[1]),
                np.full(self.n, self.q / self.n),
                np.full(self.n, (1 - self.q) / self.n),
            ]
        )
        equations = np.column_stack([columns, np.eye(self.n), -np.eye(self.n)])
        found = linprog(costs, A_eq=equations, b_eq=y, bounds=[*bounds, *[(0.0, None)] * (2 * self.n)])
        return float(found.fun)


FITS = [
    Fit(0, 35, 10, 0.5, False, True),
    Fit(1, 21, 14, 0.75, False, False),
    Fit(2, 40, 8, 0.25, True, True),
    Fit(3, 30, 12, 0.5, False, True),
]
every_fit = pytest.mark.parametrize("fit", FITS, ids=lambda fit: f"{fit.n}x{fit.p}")


@every_fit
def test_path_goes_on_until_the_smallest_columns_are_in(fit: Fit) -> None:
    instance = fit.problem.instance
    separable = instance.norm.separable(fit.p)
    assert separable is not None
    path = VertexPath(instance, separable)
    end = path.end()
    assert fit.loss(end.w, end.intercept) == pytest.approx(fit.least_loss, rel=1e-9)
    assert end.alpha < 1e-12 * path.first_alpha


@every_fit
def test_best_fit_is_the_best_and_is_proved(fit: Fit) -> None:
    solution = fit.problem.solve(alpha=0)
    assert fit.loss(solution.coef, solution.intercept) == pytest.approx(fit.least_loss, rel=1e-9)
    assert solution.certificate.is_met


@every_fit
@pytest.mark.parametrize("share", [0.5, 0.9, 0.999])
def test_budgets_are_met_and_proved(fit: Fit, share: float) -> None:
    best = fit.problem.solve(alpha=0)
    budget = share * float(np.abs(best.coef).sum())
    solution = fit.problem.solve(budget=budget)
    assert solution.certificate.is_met
    assert np.abs(solution.coef).sum() <= budget * (1 + 1e-12)
    # the weight of the smallest unit alone shrunk is within the budget as well
    other = best.coef.copy()
    largest = int(np.abs(other).argmax())
    other[largest] *= max(1 - (1 - share) * np.abs(other).sum() / abs(other[largest]), 0.0)
    if np.abs(other).sum() <= budget * (1 + 1e-12):
        assert solution.loss <= fit.loss(other, best.intercept)


@every_fit
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_targets_are_met_and_proved(fit: Fit, share: float) -> None:
    null = fit.problem.instance.null_loss
    target = fit.least_loss + share * (null - fit.least_loss)
    solution = fit.problem.solve(target=target)
    assert solution.certificate.is_met
    assert fit.loss(solution.coef, solution.intercept) <= target * (1 + 1e-9)


@every_fit
@pytest.mark.parametrize("factor", [0.99, 1.001, 1.5])
def test_bound_in_a_box_does_not_prove_another_point(fit: Fit, factor: float) -> None:
    """The gap of a point that is not the best is at least what it lacks."""
    instance = fit.problem.instance
    separable = instance.norm.separable(fit.p)
    assert separable is not None
    path = VertexPath(instance, separable)
    vertex = path.at(1e-9 * path.first_alpha)
    condition = Condition("penalty", vertex.alpha)
    right = certify_in_box(instance, condition, vertex.w, vertex.intercept, vertex.alpha, vertex.theta, 1e-8)
    moved = certify_in_box(
        instance, condition, factor * vertex.w, vertex.intercept, vertex.alpha, vertex.theta, 1e-8
    )
    assert right.gap <= 1e-12
    assert moved.primal > right.primal
    assert moved.gap >= (moved.primal - right.primal) / instance.scale - 1e-12


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_best_fit_of_coefficients_that_are_not_negative_is_that_of_any_price(seed: int) -> None:
    fit = Fit(seed, 30, 6, 0.5, True, True)
    Z, y = fit.plain
    problem = Problem(Z + 1e3, y, loss=Quantile(0.5), norm=ElasticNet(0.5, positive=True))
    found = best_fit(Workspace(problem.instance))
    assert found.is_attained
    assert found.loss == pytest.approx(fit.least_loss, rel=1e-8)


@pytest.mark.parametrize("loss", [0.9, 0.5, 0.1])
def test_loss_above_the_least_says_that_a_ball_binds(loss: float) -> None:
    """However small alpha is."""
    fit = Fit(5, 30, 6, 0.5, True, False)
    Z, y = fit.plain
    instance = Problem(
        Z, y, loss=Quantile(0.5), norm=ElasticNet(0.5, positive=True), fit_intercept=False
    ).instance
    options = Options(1e-8)
    best = best_fit(Workspace(instance))
    answer = solve_term(Workspace(instance), Ball(instance.norm, loss), null_point(instance), options)
    assert answer.certificate.is_met
    assert instance.norm.value(answer.point.w) == pytest.approx(loss)
    assert forms._is_above(instance, answer, best, options)
    largest = solve_term(Workspace(instance), Ball(instance.norm, 1e4), null_point(instance), options)
    assert largest.certificate.is_met
    assert not forms._is_above(instance, largest, best, options)
