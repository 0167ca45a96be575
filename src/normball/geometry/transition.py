"""The experiment: how often the least-norm answer is the signal, over measurements and sparsity.

Every cell (m, s) draws Gaussian A (m, p) afresh, sets b = A w for a signal w of sparsity s,
solves for the least norm and compares. With a Gaussian A only the face on which w lies
matters, so one signal a sparsity is enough.

The 50 % point of a row is estimated without a model for the curve, by the mean of the
distribution that rises from 0 to 1 over the grid (Spearman 1908, Karber 1931):

    sum_i (r_{i+1} - r_i) (m_i + m_{i+1}) / 2,    r_i the share of successes,

with r = 0 at m = 0 and r = 1 at m = p, where no experiment is needed. Its standard error is
the root of sum_i ((m_{i+1} - m_{i-1}) / 2)^2 r_i (1 - r_i) / trials.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any

import numpy as np

from ..norms import Norm
from ..tables import read_count, read_vector
from ..typing import ArrayLike, Floats, Indices
from .chunks import run_parallel
from .descent_cones import read_signal
from .level_sets import least_norm_batch
from .measurements import success_curve

SAME = 1e-5
"""An answer is the signal if it is nearer than this share of the signal's length."""


@dataclass(frozen=True, eq=False)
class PhaseTransition:
    """Successes over a grid, and the theory; made by `phase_transition`.

    Attributes
    ----------
    norm : Norm
    n_features : p.
    measurements : (M,) m, ascending.
    sparsities : (S,) s, ascending.
    successes : (M, S) trials in which the answer was the signal.
    trials : int, a cell.
    curves : (p + 1, S) odds of success by theory, for m = 0..p; see `success_curve`.
    """

    norm: Norm
    n_features: int
    measurements: Indices
    sparsities: Indices
    successes: Indices
    trials: int
    curves: Floats

    @property
    def theory(self) -> Floats:
        """(M, S) odds of success by theory."""
        return self.curves[self.measurements]

    @property
    def theory_half(self) -> Floats:
        """(S,) m at which theory gives even odds."""
        return self.theory_at(0.5)

    def theory_at(self, odds: float) -> Floats:
        """(S,) m at which theory gives these odds of success, between whole numbers by straight lines."""
        return np.array([_crossing(curve, odds) for curve in self.curves.T])

    @property
    def shares(self) -> Floats:
        """(M, S) share of successes."""
        return np.asarray(self.successes / self.trials)

    @property
    def half(self) -> Floats:
        """(S,) m of even odds in the experiment; see the module."""
        m = np.concatenate([[0], self.measurements, [self.n_features]])
        r = np.vstack([np.zeros(len(self.sparsities)), self.shares, np.ones(len(self.sparsities))])
        return np.asarray(((m[1:] + m[:-1]) / 2) @ np.diff(r, axis=0))

    @property
    def half_error(self) -> Floats:
        """(S,) standard error of `half`."""
        m = np.concatenate([[0], self.measurements, [self.n_features]])
        weight = (m[2:] - m[:-2]) / 2
        return np.asarray(np.sqrt(weight**2 @ (self.shares * (1 - self.shares)) / self.trials))

    @property
    def deviation(self) -> float:
        """Largest distance of the experiment's 50 % curve from the theory's, as a share of p."""
        return float(np.abs(self.half - self.theory_half).max() / self.n_features)

    def __str__(self) -> str:
        return (
            f"{self.norm.title}, p = {self.n_features}: {self.successes.size} cells of {self.trials} trials; "
            f"the 50 % curve is within {100 * self.deviation:.2g} % of p of theory."
        )


def phase_transition(
    p: int = 100,
    measurements: ArrayLike | None = None,
    sparsities: ArrayLike | None = None,
    norm: str | Norm = "l1",
    *,
    trials: int = 50,
    seed: int = 0,
    file: str | os.PathLike[str] | None = None,
    verbose: bool | None = None,
) -> PhaseTransition:
    """Run the experiment; call it once for each p.

    Parameters
    ----------
    p : int, default 100
    measurements : (M,) whole numbers 1..p, optional
        Default: about 32 from p/32 to p, with p - 1.
    sparsities : (S,) whole numbers >= 1, optional
        As `statistical_dimension` counts them. Default: about 24 over all that the norm allows.
    norm : str or Norm, default "l1"
        L1 without weights is solved in batches; others one problem at a time, so far slower.
    trials : int, default 50, a cell.
    seed : int, default 0
        Each cell has its own generator from (seed, m, s).
    file : path, optional
        Cells are kept there (JSON) as they are done; a later call with the same file and
        arguments goes on where the last one stopped, and gives the same result.
    verbose : bool, optional
        Progress bar; see `Progress`.

    Returns
    -------
    PhaseTransition

    Raises
    ------
    ValueError
        Numbers out of range, or a file of another experiment.
    """
    p, trials = read_count(p, "p"), read_count(trials, "trials")
    m_grid = _grid(measurements, "measurements", p, 32)
    if measurements is None and p > 1:  # dense signals are found at p and not before
        m_grid = np.union1d(m_grid, p - 1)
    limit = _most_sparsity(norm, p)
    s_grid = _grid(sparsities, "sparsities", limit, 24)
    signals = {int(s): read_signal(norm, p, int(s))[1] for s in s_grid}
    norm = read_signal(norm, p, 1)[0]
    record = _Record(file, {"norm": repr(norm), "p": p, "trials": trials, "seed": seed})
    cells = [(int(m), int(s)) for m in m_grid for s in s_grid]
    missing = [cell for cell in cells if cell not in record.cells]

    def work(cell: tuple[int, int]) -> int:
        m, s = cell
        rng = np.random.default_rng([seed, m, s])
        A = rng.standard_normal((trials, m, p))
        answers = least_norm_batch(norm, A, A @ signals[s])
        distance = np.linalg.norm(answers - signals[s], axis=1)
        return int((distance <= SAME * np.linalg.norm(signals[s])).sum())

    for cell, successes in run_parallel(work, missing, "phase transition", verbose):
        record.add(cell, successes)
    record.save()
    curves = np.array([success_curve(norm, p, signals[int(s)]) for s in s_grid]).T
    return PhaseTransition(
        norm=norm,
        n_features=p,
        measurements=m_grid,
        sparsities=s_grid,
        successes=np.array([record.cells[cell] for cell in cells]).reshape(len(m_grid), len(s_grid)),
        trials=trials,
        curves=curves,
    )


def _grid(values: ArrayLike | None, name: str, limit: int, count: int) -> Indices:
    """Ascending whole numbers from 1 to `limit`; by default about `count` of them, evenly spread."""
    if values is None:
        return np.unique(np.round(np.linspace(limit / count, limit, count)).clip(1).astype(np.intp))
    given = read_vector(values, name, len(np.atleast_1d(values)), "cell")
    if not len(given) or (given != np.round(given)).any() or given.min() < 1 or given.max() > limit:
        raise ValueError(f"{name} must be whole numbers from 1 to {limit}, got {given.tolist()}.")
    return np.unique(given.astype(np.intp))


def _most_sparsity(norm: str | Norm, p: int) -> int:
    """Largest number that `read_signal` takes."""
    norm, _ = read_signal(norm, p, 1)
    blocks = norm.blocks(p)
    if blocks is not None:
        return len(blocks.price)
    return p - 1 if norm.name == "linf" else p


def _crossing(curve: Floats, odds: float) -> float:
    """Where a curve over m = 0, 1, ..., p reaches the odds, on the straight line between its points."""
    above = int((curve >= odds).argmax())
    if above == 0:
        return 0.0
    low, high = curve[above - 1], curve[above]
    return float(above - 1 + (odds - low) / (high - low))


class _Record:
    """Cells that are done, in a file where there is one."""

    def __init__(self, file: str | os.PathLike[str] | None, experiment: dict[str, Any]) -> None:
        self.file, self.experiment = None if file is None else FilePath(file), experiment
        self.cells: dict[tuple[int, int], int] = {}
        self._unsaved = 0
        if self.file is None or not self.file.exists():
            return
        try:
            stored = json.loads(self.file.read_text(encoding="utf-8"))
            found = stored["experiment"]
            self.cells = {(m, s): successes for m, s, successes in stored["cells"]}
        except (ValueError, KeyError, TypeError):
            raise ValueError(
                f"file {str(self.file)!r} is no record of a phase transition; give another."
            ) from None
        if found != experiment:
            raise ValueError(
                f"file {str(self.file)!r} holds another experiment, {found}, not {experiment}; give another."
            )

    def add(self, cell: tuple[int, int], successes: int) -> None:
        """Keep a cell; the file is written now and then, and at the end."""
        self.cells[cell] = successes
        self._unsaved += 1
        if self._unsaved >= 16:
            self.save()

    def save(self) -> None:
        """Write all cells, so that an interruption leaves either the old file or the new one."""
        self._unsaved = 0
        if self.file is None:
            return
        cells = [[m, s, successes] for (m, s), successes in sorted(self.cells.items())]
        text = json.dumps({"experiment": self.experiment, "cells": cells})
        temporary = self.file.with_name(self.file.name + ".part")
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(self.file)
