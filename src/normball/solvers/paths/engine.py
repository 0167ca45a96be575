"""The path engine: a fast solver among candidates, chosen by the table, and the path it gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from scipy import sparse

from ...typing import Floats, Indices
from ..certificate import certify_term
from ..dispatch import BATCHES, ON_GRAM, ON_SAMPLES, solver_of
from ..ends.fits import null_model
from ..far_means import about_means
from ..generic.face_newton import Point, solve_on_face
from ..groups.descent import GroupDescentPath
from ..groups.reweighting import GroupReweighting
from ..instance import ColumnStore, Instance
from ..terms import Condition, Penalty
from ..threads import one_blas_thread
from ..work import Work
from .batch_screening import BatchScreening, with_steps
from .gram_certificate import GramCertifier, GramTooRoughError
from .least_squares import LeastSquaresPath
from .levels import Levels, find_levels
from .path_certificate import GroupCertifier, PathCertifier, SeparableCertifier
from .rescue import GenericPath
from .restricted import Batch, Restricted
from .reweighted import ReweightedPath
from .tall import TallPath

PIVOTING_RATIO, NEWTON_RATIO = 0.9, 0.7
"""Smallest ratio of neighbouring alphas; longer steps are divided.

With fewer rows than features Newton's method takes ten times as long over steps of a half."""

Found = TypeVar("Found")

ON_SAMPLE = 1e-5
"""Relative gap to which a path on the first sample of rows is followed."""


@dataclass(frozen=True, eq=False)
class Trail:
    """Solutions along decreasing alphas.

    Attributes
    ----------
    alphas, intercepts, losses, norms, gaps : (k,)
    coefs : (k, p) CSR
    slopes : (k,) -dR/dalpha, the slope of the norm along the path.
    dual_norms : (k,) largest |x_j'(-grad f)| / price; alpha up to rounding.
    """

    alphas: Floats
    coefs: sparse.csr_array
    intercepts: Floats
    losses: Floats
    norms: Floats
    gaps: Floats
    slopes: Floats


class PathEngine:
    """Paths of one problem.

    Parameters
    ----------
    instance : Instance whose solver is one of `dispatch.BATCHES`.
    tolerance : float, relative gap.
    max_iterations : int, what an alpha may cost in the solver that takes over from the fast ones.

    Attributes
    ----------
    profile : dict, seconds by phase of the last path.
    """

    def __init__(self, instance: Instance, tolerance: float, max_iterations: int = 100) -> None:
        about = about_means(instance)
        instance, self._shift = about.instance, about.means
        self._instance, self._tolerance = instance, tolerance
        self._separable = instance.norm.separable(instance.n_features)
        self._blocks = instance.norm.blocks(instance.n_features)
        self._null = null_model(instance)
        self._solver_name, self._max_iterations = solver_of(instance), max_iterations
        self.profile: dict[str, float] = {}

    def follow(self, alphas: Floats, report: Callable[[int], None] = lambda count: None) -> Trail:
        """Solutions at decreasing alphas; `report` is told how many more are done."""
        if solver_of(self._instance, "penalty", alphas) == ON_SAMPLES:
            trail = self._follow_tall(alphas)
            if trail is not None:
                report(len(alphas))
                return self._uncentred(trail)
        # pivoting is slow over long steps; Newton's method takes them, with a line search
        ratio = PIVOTING_RATIO if self._is_piecewise else NEWTON_RATIO
        steps, places = with_steps(alphas, self._null.point.alpha, ratio)
        with one_blas_thread():
            try:
                trail = self._follow(alphas, steps, places, report)
            except GramTooRoughError:
                self._solver_name = "pivoting"
                trail = self._follow(alphas, steps, places, report)
        return self._uncentred(trail)

    def _follow_tall(self, alphas: Floats) -> Trail | None:
        """All alphas at once, on samples of rows that grow; None where that does not prove them."""
        assert self._separable is not None
        tall = TallPath(self._instance, self._separable, self._null, self._tolerance)

        def follow(sample: Instance) -> tuple[Floats, Floats] | None:
            if solver_of(sample) not in BATCHES:
                return None
            trail = PathEngine(sample, ON_SAMPLE, self._max_iterations).follow(alphas)
            return trail.coefs.toarray().T, trail.intercepts

        with one_blas_thread():
            pieces = tall.follow(alphas, follow)
        self.profile = tall.profile
        return None if pieces is None else self._join(alphas, pieces)

    def _follow(self, alphas: Floats, steps: Floats, places: Indices, report: Callable[[int], None]) -> Trail:
        screening = self._screening(min(1e-2 * self._tolerance, 1e-10), len(alphas))
        is_wanted = np.zeros(len(steps), dtype=bool)
        is_wanted[places] = True
        pieces, k = [], 0
        for batch, found, count in screening.follow(steps):
            chosen = np.flatnonzero(is_wanted[k : k + count])
            k += count
            if len(chosen):
                pieces.append((batch, found.gaps, chosen))
                report(len(chosen))
        self.profile = screening.profile
        return self._join(alphas, pieces)

    def until(
        self, alphas: Floats, end: Callable[[Indices, Floats], Found | None], largest: int
    ) -> Found | None:
        """What `end` makes of the support and weights of a point, the first that is not None.

        The path is left where a support is larger than `largest`.
        """
        steps, _ = with_steps(alphas, self._null.point.alpha, PIVOTING_RATIO)
        with one_blas_thread():
            for batch, _, count in self._screening(1e-10, len(alphas)).follow(steps):
                found = end(*batch.support(count - 1))
                if found is not None or batch.sizes[count - 1] > largest:
                    return found
        return None

    def solve(self, alpha: float, start: Point | None = None) -> Point:
        """The solution at one alpha: from `start` if that is near, else over a few alphas in between."""
        if start is not None:
            near = self.from_nearby(alpha, start)
            if near is not None:
                return near
        trail = self.follow(np.array([alpha]))
        return Point(trail.coefs[[0]].toarray()[0], float(trail.intercepts[0]), alpha)

    def from_nearby(self, alpha: float, start: Point) -> Point | None:
        """The solution at one alpha from a point near it; None if it is not near enough."""
        if self._shift is not None or not start.w.any():
            return None
        instance = self._instance
        with one_blas_thread():
            linear = instance.design.matvec(start.w)
            eta = linear + instance.best_intercept(linear, start.intercept)
            pull = instance.design.rmatvec(-instance.gradient(eta))
            screening = self._screening(min(1e-2 * self._tolerance, 1e-10), 1)
            features = np.flatnonzero((start.w != 0) | instance.unpenalised)
            try:
                batch = screening.reach(alpha, features, start.w[features], self._over_price(pull))
            except GramTooRoughError:
                return None
        if batch is None:
            return None
        w = np.zeros(instance.n_features)
        found, weights = batch.support(0)
        w[found] = weights
        return Point(w, float(batch.intercepts[0]), alpha)

    def _over_price(self, pull: Floats) -> Floats:
        """Pulls (p,) over prices; of groups, the length of the group's over its price."""
        if self._blocks is not None:
            return np.asarray(self._blocks.ratios(pull[:, None])[self._blocks.label, 0])
        assert self._separable is not None
        inverse = self._separable.inverse_price
        return pull if inverse is None else pull * inverse

    def meet(self, form: str, level: float) -> Point | None:
        """The point of the path at one budget or target; None where the engine does not reach it."""
        trail = self.at_levels(form, np.array([level]))
        if trail is None:
            return None
        return Point(trail.coefs[[0]].toarray()[0], float(trail.intercepts[0]), float(trail.alphas[0]))

    def at_levels(self, form: str, values: Floats) -> Trail | None:
        """Solutions at budgets (ascending) or targets (descending), all beyond the null point.

        None where the engine does not find one of them: a level beyond the end of the path,
        or an alpha that it cannot solve.
        """
        with one_blas_thread():
            try:
                trail = self._at_levels(form, values)
            except GramTooRoughError:
                self._solver_name = "pivoting"
                trail = self._at_levels(form, values)
        return None if trail is None else self._uncentred(trail)

    def _uncentred(self, trail: Trail) -> Trail:
        """Intercepts for X as it was given."""
        if self._shift is None:
            return trail
        return replace(trail, intercepts=trail.intercepts - trail.coefs @ self._shift)

    def _at_levels(self, form: str, values: Floats) -> Trail | None:
        instance, null = self._instance, self._null.point
        # the level is less certain than the gap: R may be flat there
        screening = self._screening(1e-14, len(values))
        loss = instance.value(instance.predictor(null.w, null.intercept))
        found = find_levels(
            screening, (null.alpha, loss), Levels(form, values), instance.scale, self._is_piecewise
        )
        self.profile = screening.profile
        if found is None:
            return None
        batch, gaps = found
        trail = self._join(batch.alphas, [(batch, gaps, np.arange(len(batch)))])
        return trail if self._is_piecewise else self._finished(form, values, trail)

    def _finished(self, form: str, values: Floats, trail: Trail) -> Trail | None:
        """Each point brought to its level by Newton's method on its face; None if one does not get there."""
        instance, store = self._instance, ColumnStore(self._instance.design)
        weights, rest = [], []
        for k, level in enumerate(values):
            start = Point(trail.coefs[[k]].toarray()[0], float(trail.intercepts[k]), float(trail.alphas[k]))
            point = solve_on_face(instance, store, Condition(form, float(level)), start)
            if point is None:
                return None
            eta = instance.predictor(point.w, point.intercept)
            term = Penalty(instance.norm, point.alpha)
            gap = certify_term(instance, term, point.w, point.intercept, eta, self._tolerance).gap
            if gap > self._tolerance:
                return None
            weights.append(sparse.csr_array(point.w[None, :]))
            loss, norm = instance.value(eta), instance.norm.value(point.w)
            error = norm / level - 1 if form == "budget" else (loss - level) / instance.scale
            if abs(error) > 1e-9:
                return None
            rest.append((point.alpha, point.intercept, loss, norm, gap))
        alphas, intercepts, losses, norms, gaps = np.array(rest).T
        coefs = sparse.csr_array(sparse.vstack(weights))
        return Trail(alphas, coefs, intercepts, losses, norms, gaps, trail.slopes)

    def _screening(self, precision: float, n_levels: int) -> BatchScreening:
        instance, null = self._instance, self._null
        work = Work.of(self._max_iterations, n_levels)
        start = (null.point.w, null.point.intercept)
        restricted, certifier = self._restricted(start, precision), self._certifier()
        rescuer = GenericPath(instance, start, 1e-2 * self._tolerance, work)
        return BatchScreening(certifier, restricted, rescuer, null.point.alpha, self._tolerance, work)

    def _restricted(self, start: tuple[Floats, float], precision: float) -> Restricted:
        """The part that works among candidates, which the solver is named after."""
        instance, separable, blocks = self._instance, self._separable, self._blocks
        if blocks is not None:
            if self._solver_name == "group descent":
                return GroupDescentPath(instance, blocks, precision)
            return GroupReweighting(instance, blocks, start[1], precision)
        assert separable is not None
        if self._solver_name in ("reweighting", ON_SAMPLES):
            return ReweightedPath(instance, separable, start, precision)
        return LeastSquaresPath(instance, separable, self._solver_name == ON_GRAM)

    def _certifier(self) -> PathCertifier:
        instance, pull = self._instance, self._null.pull
        if self._blocks is not None:
            return GroupCertifier(instance, self._blocks, pull)
        assert self._separable is not None
        if self._solver_name == ON_GRAM:
            return GramCertifier(instance, self._separable, pull, self._tolerance)
        return SeparableCertifier(instance, self._separable, pull)

    @property
    def _is_piecewise(self) -> bool:
        """Slopes along the path are exact."""
        return self._solver_name in (ON_GRAM, "pivoting")

    def _join(self, alphas: Floats, pieces: list[tuple[Batch, Floats, Indices]]) -> Trail:
        def numbers(name: str) -> Floats:
            return np.concatenate([getattr(batch, name)[chosen] for batch, _, chosen in pieces])

        features, weights, counts = [], [], []
        for batch, _, chosen in pieces:
            rows = batch.weights[chosen]  # 0 beyond the support
            held = np.flatnonzero(rows)
            features.append(batch.features[chosen].ravel()[held])
            weights.append(rows.ravel()[held])
            counts.append(np.count_nonzero(rows, axis=1))
        indptr = np.concatenate([[0], np.cumsum(np.concatenate(counts))])
        shape = (len(alphas), self._instance.n_features)
        coefs = sparse.csr_array((np.concatenate(weights), np.concatenate(features), indptr), shape=shape)
        coefs.sort_indices()
        return Trail(
            alphas=alphas,
            coefs=coefs,
            intercepts=numbers("intercepts"),
            losses=numbers("losses"),
            norms=numbers("norms"),
            gaps=np.concatenate([gaps[chosen] for _, gaps, chosen in pieces]),
            slopes=numbers("slopes"),
        )
