"""Classes and counts on rows that are read in blocks: `Problem` makes these where rows do not fit."""

from __future__ import annotations

from dataclasses import dataclass, field
from os import PathLike
from time import perf_counter
from typing import Any

import numpy as np
from scipy import sparse

from ..blocks.base import Blocks
from ..blocks.predicting import predict_stored
from ..blocks.scan import Scan, scan
from ..blocks.stored import WHOLE, open_blocks, with_fill
from ..blocks.surrogate import LOSSES, SurrogatePath, is_streamed
from ..inputs.alpha_scale import Fraction
from ..losses import Loss, get_loss
from ..losses.base import SampleLoss
from ..norms import Norm, get_norm
from ..parameters import read_between, read_count, read_flag, read_positive
from ..progress import Progress
from ..typing import ArrayLike, Floats, Indices
from ..warnings import warn_unconverged

SMALL = 0.125
"""Share of the memory up to which rows are read as they are; paths in memory hold many predictors besides."""


@dataclass(frozen=True, eq=False)
class StreamedSolution:
    """A solution on rows that are not in memory.

    Attributes
    ----------
    problem : StreamedProblem
    coef : (p,) ; intercept : float
    alpha, loss, norm, gap : float, the gap relative to the loss without features.
    pull : (p,) X'(-grad f), what the data pull each coefficient with: alpha times its price at most where
        it is zero.
    """

    problem: StreamedProblem = field(repr=False)
    coef: Floats
    intercept: float
    alpha: float
    loss: float
    norm: float
    gap: float
    pull: Floats

    @property
    def support(self) -> Indices:
        """Positions of the non-zero coefficients."""
        return np.flatnonzero(self.coef)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Names of the features."""
        return self.problem.feature_names

    def table(self) -> list[tuple[str, float]]:
        """(name, coefficient) of the non-zero coefficients, largest first."""
        order = self.support[np.argsort(-np.abs(self.coef[self.support]), kind="stable")]
        return [(self.feature_names[j], float(self.coef[j])) for j in order]

    def predict(self, X: Any, to: str | PathLike[str] | None = None) -> Floats | None:
        """Mean response (n,) at the rows of a path, `nb.scan` or array; see `Solution.predict`."""
        loss, coef = self.problem.loss, self.coef

        def mean(rows: Floats) -> Floats:
            return loss.predict(rows @ coef + self.intercept)

        source = X if isinstance(X, str | PathLike | Scan) else scan(np.asarray(X))
        return predict_stored(source, self.feature_names, mean, to)

    def __str__(self) -> str:
        return (
            f"{self.problem.norm.title} with alpha {self.alpha:.6g}: {len(self.support)} of {len(self.coef)} "
            f"coefficients are non-zero.\nLoss ({self.problem.loss.measured_as}) {self.loss:.6g}, norm "
            f"{self.norm:.6g}; relative duality gap {self.gap:.1e}."
        )


@dataclass(frozen=True, eq=False)
class StreamedPath:
    """Solutions along decreasing alphas on rows that are not in memory.

    Attributes
    ----------
    problem : StreamedProblem
    alphas, intercepts, losses, norms, gaps : (k,)
    sparse_coefs : (k, p) CSR ; pulls : (k, p)
    tolerance : float
    n_passes : float, over all columns, the sample included.
    seconds : float
    """

    problem: StreamedProblem
    alphas: Floats
    sparse_coefs: sparse.csr_array
    intercepts: Floats
    losses: Floats
    norms: Floats
    gaps: Floats
    pulls: Floats
    tolerance: float
    n_passes: float
    seconds: float

    def __len__(self) -> int:
        return len(self.alphas)

    def __getitem__(self, index: int) -> StreamedSolution:
        """The solution at one of the alphas."""
        coef = self.sparse_coefs[[range(len(self))[index]]].toarray()[0]
        return StreamedSolution(
            problem=self.problem,
            coef=coef,
            intercept=float(self.intercepts[index]),
            alpha=float(self.alphas[index]),
            loss=float(self.losses[index]),
            norm=float(self.norms[index]),
            gap=float(self.gaps[index]),
            pull=self.pulls[index].copy(),
        )

    @property
    def coefs(self) -> Floats:
        """(k, p) coefficients as a dense array."""
        return np.asarray(self.sparse_coefs.toarray())

    @property
    def converged(self) -> bool:
        """Whether every solution meets the tolerance."""
        return bool((self.gaps <= self.tolerance).all())

    @property
    def n_nonzeros(self) -> Indices:
        """(k,) number of non-zero coefficients at each alpha."""
        return np.diff(self.sparse_coefs.indptr)

    def __repr__(self) -> str:
        return (
            f"StreamedPath({len(self)} alphas from {self.alphas[0]:.4g} to {self.alphas[-1]:.4g}, "
            f"{int(self.n_nonzeros[-1])} of {self.sparse_coefs.shape[1]} features at the end, largest gap "
            f"{self.gaps.max():.1e}, {self.n_passes:.1f} passes in {self.seconds:.1f} s)"
        )


class StreamedProblem:
    """Logistic or Poisson regression on rows that are read in blocks; made by `Problem`.

    Parameters
    ----------
    blocks : Blocks
    loss, norm : logistic or Poisson, and L1 or the elastic net with a price on every feature.
    fit_intercept : bool

    Notes
    -----
    Each call of `path` or `solve` reads the response once, a sample, and all rows four to six times
    (`blocks/surrogate.py`).
    """

    def __init__(self, blocks: Blocks, loss: Loss, norm: Norm, fit_intercept: bool) -> None:
        assert isinstance(loss, SampleLoss)
        self.blocks, self.loss, self.norm, self.fit_intercept = blocks, loss, norm, fit_intercept
        norm.check(blocks.shape[1])

    @property
    def n_features(self) -> int:
        """p."""
        return self.blocks.shape[1]

    @property
    def feature_names(self) -> tuple[str, ...]:
        """(p,) names of the columns."""
        return self.blocks.names

    def solve(self, alpha: float | Fraction, *, tol: float = 1e-8) -> StreamedSolution:
        """The solution at one alpha, or at a share of alpha_max."""
        if isinstance(alpha, Fraction):
            return self._follow(None, np.array([alpha.value]), tol)[0]
        return self._follow(np.array([read_positive(alpha, "alpha")]), np.ones(1), tol)[0]

    def path(
        self, n_alphas: int = 100, eps: float = 1e-3, alphas: ArrayLike | None = None, *, tol: float = 1e-8
    ) -> StreamedPath:
        """Solutions for a decreasing sequence of alphas; arguments as `Problem.path`."""
        count, last = read_count(n_alphas, "n_alphas"), read_between(eps, "eps", 0, 1)
        given = None if alphas is None else np.sort(np.asarray(alphas, dtype=np.float64))[::-1].copy()
        if given is not None and not (given.ndim == 1 and len(given) and (given > 0).all()):
            raise ValueError(f"alphas must be one or more numbers > 0, got {alphas!r}.")
        return self._follow(given, np.geomspace(1.0, last, count), tol)

    def _follow(self, alphas: Floats | None, shares: Floats, tol: float) -> StreamedPath:
        started, before = perf_counter(), self.blocks.n_passes
        tolerance = read_positive(tol, "tol")
        assert isinstance(self.loss, SampleLoss)
        surrogate = SurrogatePath(self.blocks, self.loss, self.norm, self.fit_intercept, tolerance)
        with Progress(5, f"passes over {self.blocks.title}") as bar:
            found = surrogate.follow(alphas, shares, lambda number, gap: bar(1))
        path = StreamedPath(
            self,
            found.alphas,
            sparse.csr_array(found.W.T),
            found.intercepts,
            found.losses,
            found.norms,
            found.gaps,
            found.pulls.T,
            tolerance,
            self.blocks.n_passes - before,
            perf_counter() - started,
        )
        if not path.converged:
            warn_unconverged(
                f"{found.n_passes} passes: the largest gap is {path.gaps.max():.1e}; end the path at a "
                "larger alpha, or load the rows.",
                stacklevel=4,
            )
        return path

    def __repr__(self) -> str:
        n, p = self.blocks.shape
        return f"StreamedProblem({n} samples, {p} features, loss={self.loss!r}, norm={self.norm!r})"


def streamed(
    X: Any,
    y: Any,
    loss: str | Loss = "squared_error",
    norm: str | Norm = "l1",
    fit_intercept: bool = True,
    sample_weight: Any = None,
    feature_names: Any = None,
) -> StreamedProblem | None:
    """The problem of a source whose rows do not fit; None where they do, or another loss is asked for."""
    chosen = get_loss(loss)
    if chosen.name not in LOSSES:
        return None
    blocks, share = open_blocks(X, y, sample_weight, feature_names)
    if share <= (SMALL if is_streamed(get_norm(norm), blocks.shape[1]) else WHOLE):
        return None
    return StreamedProblem(
        with_fill(blocks), chosen, get_norm(norm), read_flag(fit_intercept, "fit_intercept")
    )
