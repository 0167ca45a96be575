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

import os
from dataclasses import dataclass

import numpy as np

from ..inputs.tables import read_vector
from ..norms import Norm
from ..parameters import read_count
from ..typing import ArrayLike, Floats, Indices
from .batches import solve_batch
from .chunks import run_parallel
from .descent_cones import read_signal
from .measurements import success_curve
from .record import Cell, Record

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
    """Run the experiment for one p; `phase_transitions` runs it for several.

    Parameters
    ----------
    p : int, default 100
    measurements : (M,) whole numbers 1..p, optional
        Default: about 32 from p/32 to p, with p - 1.
    sparsities : (S,) whole numbers >= 1, optional
        As `statistical_dimension` counts them. Default: about 24 over all that the norm allows.
    norm : str or Norm, default "l1"
        L1, LInf, L2 and groups are solved in batches; others one problem at a time, so far slower.
    trials : int, default 50, a cell.
    seed : int, default 0
        Each cell has its own generator from (seed, p, m, s).
    file : path, optional
        Cells are kept there (JSON) as they are done; a later call with the same file, norm,
        trials and seed goes on where the last one stopped, and gives the same result.
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
    plan = _Plan.read(p, measurements, sparsities, norm)
    return _run([plan], read_count(trials, "trials"), seed, file, verbose)[0]


def phase_transitions(
    sizes: ArrayLike,
    norm: str | Norm = "l1",
    *,
    trials: int = 50,
    seed: int = 0,
    file: str | os.PathLike[str] | None = None,
    verbose: bool | None = None,
) -> list[PhaseTransition]:
    """Run the experiment over a grid (p, m, s), with one bar and one file for all.

    Parameters
    ----------
    sizes : (K,) whole numbers p; for each the default m and s of `phase_transition`.
    norm : str or Norm, default "l1"
        Without parameters that depend on p.
    trials, seed, file, verbose : as `phase_transition`, which finds its cells in the same file.

    Returns
    -------
    list of PhaseTransition, one a size.

    Raises
    ------
    ValueError
        As `phase_transition`.
    """
    plans = [_Plan.read(int(p), None, None, norm) for p in np.atleast_1d(sizes)]
    if not plans:
        raise ValueError("sizes must hold at least one p, got none.")
    return _run(plans, read_count(trials, "trials"), seed, file, verbose)


@dataclass(frozen=True, eq=False)
class _Plan:
    """What is to be done for one p: the grid, and the signal of each sparsity."""

    norm: Norm
    n_features: int
    measurements: Indices
    sparsities: Indices
    signals: dict[int, Floats]

    @classmethod
    def read(
        cls, p: int, measurements: ArrayLike | None, sparsities: ArrayLike | None, norm: str | Norm
    ) -> _Plan:
        p = read_count(p, "p")
        m_grid = _grid(measurements, "measurements", p, 32)
        if measurements is None and p > 1:  # dense signals are found at p and not before
            m_grid = np.union1d(m_grid, p - 1)
        s_grid = _grid(sparsities, "sparsities", _most_sparsity(norm, p), 24)
        signals = {int(s): read_signal(norm, p, int(s))[1] for s in s_grid}
        return cls(read_signal(norm, p, 1)[0], p, m_grid, s_grid, signals)

    @property
    def cells(self) -> list[Cell]:
        """(p, m, s) row by row."""
        return [(self.n_features, int(m), int(s)) for m in self.measurements for s in self.sparsities]

    def result(self, done: dict[Cell, int], trials: int) -> PhaseTransition:
        """The cells of this plan with the theory."""
        shape = (len(self.measurements), len(self.sparsities))
        curves = [success_curve(self.norm, self.n_features, self.signals[int(s)]) for s in self.sparsities]
        return PhaseTransition(
            norm=self.norm,
            n_features=self.n_features,
            measurements=self.measurements,
            sparsities=self.sparsities,
            successes=np.array([done[cell] for cell in self.cells]).reshape(shape),
            trials=trials,
            curves=np.array(curves).T,
        )


def _run(
    plans: list[_Plan], trials: int, seed: int, file: str | os.PathLike[str] | None, verbose: bool | None
) -> list[PhaseTransition]:
    """All cells that are missing, then the results."""
    norm, seed = plans[0].norm, read_count(seed, "seed", 0)
    record = Record(file, {"norm": repr(norm), "trials": trials, "seed": seed})
    by_size = {plan.n_features: plan for plan in plans}
    missing = [cell for plan in plans for cell in plan.cells if cell not in record.cells]

    def work(cell: Cell) -> int:
        p, m, s = cell
        signal = by_size[p].signals[s]
        rng = np.random.default_rng([seed, p, m, s])
        A = rng.standard_normal((trials, m, p))
        distance = np.linalg.norm(solve_batch(norm, A, A @ signal) - signal, axis=1)
        return int((distance <= SAME * np.linalg.norm(signal)).sum())

    for cell, successes in run_parallel(work, missing, "phase transition", verbose):
        record.add(cell, successes)
    record.save()
    return [plan.result(record.cells, trials) for plan in plans]


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
