"""Paths and single fits of tall data: samples of rows that grow (`growing_samples.py`), then certified."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

import numpy as np

from ...norms.separable import Separable
from ...typing import Floats, Indices
from ..ends.smooth_fit import NullModel
from ..instance import Instance
from .batch_screening import HELD_AT_ONCE
from .growing_samples import GrowingSamples
from .path_certificate import SeparableCertifier
from .restricted import Batch

Piece = tuple[Batch, Floats, Indices]
"""A batch, its gaps, and which of its points are meant."""


class TallPath:
    """Points of one tall problem, proved on all rows.

    Parameters
    ----------
    instance : Instance whose solver is `dispatch.ON_SAMPLES`.
    separable : Separable
    null : NullModel
    tolerance : float, relative gap.

    Attributes
    ----------
    profile : dict of seconds by phase.
    """

    def __init__(self, instance: Instance, separable: Separable, null: NullModel, tolerance: float) -> None:
        self._instance, self._separable, self._null, self._tolerance = instance, separable, null, tolerance
        self.profile = dict.fromkeys(("sampling", "solving", "passes"), 0.0)

    def follow(
        self, alphas: Floats, on_sample: Callable[[Instance], tuple[Floats, Floats] | None]
    ) -> list[Piece] | None:
        """Pieces of the path; None where it is not for this way, or not proved.

        `on_sample` gives weights (p, K) and intercepts (K,) of the whole path on few rows.
        """
        point = self._null.point
        growing = GrowingSamples(self._instance, self._separable, (point.w, point.intercept), self._tolerance)
        start: tuple[Floats, Floats] | None = None
        clock = perf_counter()
        if len(alphas) > 1:
            sample = growing.first_sample
            start = None if sample is None else on_sample(sample)
            if start is None:
                return None
        clock = self._charge("sampling", clock)
        batch = growing.solve(alphas, start)
        clock = self._charge("solving", clock)
        pieces = None if batch is None else self._proved(batch)
        self._charge("passes", clock)
        return pieces

    def _proved(self, batch: Batch) -> list[Piece] | None:
        """A batch with its gaps, some points at a time; None where a better solver may find smaller ones."""
        certifier = SeparableCertifier(self._instance, self._separable, self._null.pull)
        everything = np.arange(self._instance.n_features)
        at_once = max(HELD_AT_ONCE // self._instance.n_samples, 1)
        pieces = []
        for first in range(0, len(batch), at_once):
            part = batch.part(slice(first, first + at_once))
            found = certifier.check(part, everything)
            if found.are_loose(self._tolerance).any():
                return None
            part.losses, part.norms = found.losses, found.norms
            pieces.append((part, found.gaps, np.arange(len(part))))
        return pieces

    def _charge(self, phase: str, since: float) -> float:
        now = perf_counter()
        self.profile[phase] += now - since
        return now
