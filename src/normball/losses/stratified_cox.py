"""Cox with strata: each stratum has a baseline hazard of its own, and all have the same coefficients.

The partial likelihood is the product of those of the strata, so that f is the sum over strata s of the
Cox loss f_s of their samples, and with it its gradient, its Hessian (in blocks), its conjugate and its
slack: f_s sees its own samples only (Therneau, Grambsch, Modeling Survival Data, 2000, section 3.2).

The response is one number a sample, the stratum and the rank of the time: rank + stratum * 2^32,
negative where censored. Both are whole numbers far below 2^53, so that nothing is rounded.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar, Final

import numpy as np

from ..typing import Floats, Indices
from ..values import refuse_masked
from .cox import Cox
from .hessian_root import HessianRoot

SPAN: Final = 2.0**32
"""What the codes of two strata differ by; ranks are below it."""


@dataclass(frozen=True, eq=False)
class BlockRoot(HessianRoot):
    """The roots of blocks of samples below one another.

    Attributes
    ----------
    rows : list of positions (n_s,) of the samples of each block ; roots : list of HessianRoot
    n_samples : int
    heights : tuple of int, rows of each root.
    """

    rows: list[Indices]
    roots: list[HessianRoot]
    n_samples: int
    heights: tuple[int, ...]

    @property
    def total(self) -> float:
        return sum(root.total for root in self.roots)

    def apply(self, values: Floats) -> Floats:
        parts = [root.apply(values[rows]) for rows, root in zip(self.rows, self.roots, strict=True)]
        return np.concatenate(parts)

    def adjoint(self, rows: Floats) -> Floats:
        result = np.zeros(self.n_samples)
        parts = np.split(rows, np.cumsum(self.heights)[:-1])
        for index, root, part in zip(self.rows, self.roots, parts, strict=True):
            result[index] = root.adjoint(part)
        return result

    def solve(self, gradient: Floats) -> Floats:
        return np.concatenate(
            [root.solve(gradient[rows]) for rows, root in zip(self.rows, self.roots, strict=True)]
        )


@dataclass(frozen=True, eq=False, repr=False)
class StratifiedCox(Cox):
    """Half the deviance of the partial likelihood of strata.

    The response (n, 3) holds times, events coded 0 and 1, and the stratum of each sample, any number.
    Samples are compared with those of their stratum only.

    Parameters
    ----------
    ties : {"breslow", "efron"}, default "breslow"
        How events at the same time are counted.
    """

    name: ClassVar[str] = "stratified_cox"
    title: ClassVar[str] = "Cox partial likelihood of strata"

    def encode_response(self, y: Any) -> Any:
        """Numbers (n,) from times, events and strata (n, 3); else y itself.

        Raises
        ------
        TypeError, ValueError
            If events are not 0 or 1, or a time or a stratum is not finite.
        """
        refuse_masked(y, "y")
        array = np.asarray(y)
        if array.ndim != 2 or array.shape[1] == 1:  # encoded already
            return y
        if array.shape[1] != 3:
            raise ValueError(
                "y must hold times, events and strata (n, 3) for the Cox loss of strata, got "
                f"{array.shape[1]} columns."
            )
        signed = Cox().encode_response(array[:, :2])
        strata = np.asarray(array[:, 2], dtype=np.float64)
        if not np.isfinite(strata).all():
            raise ValueError("y must hold finite numbers for strata in its third column.")
        ranks = np.unique(np.abs(signed), return_inverse=True)[1] + 1
        codes = np.unique(strata, return_inverse=True)[1]
        return np.sign(signed) * (ranks + SPAN * codes)

    def ranked_times(self, y: Any) -> Floats | None:
        array = np.asarray(y)
        return np.unique(array[:, 0].astype(np.float64)) if array.ndim == 2 and array.shape[1] == 3 else None

    @staticmethod
    def strata(y: Floats) -> tuple[Indices, Floats]:
        """Of encoded responses: the stratum of each (n,), and their ranks, negative where censored."""
        codes = np.floor(np.abs(y) / SPAN)
        return codes.astype(np.intp), np.sign(y) * (np.abs(y) - SPAN * codes)

    @property
    def _of_one(self) -> Cox:
        return Cox(self.ties)

    def values(self, etas: Floats, y: Floats, sample_weight: Floats) -> Floats:
        loss, total = self._of_one, np.zeros(len(etas))
        for rows, signed in blocks(y):
            total += loss.values(etas[:, rows], signed, sample_weight[rows])
        return total

    def curvature(self, eta: Floats, y: Floats, sample_weight: Floats) -> Floats:
        loss, result = self._of_one, np.zeros(len(y))
        for rows, signed in blocks(y):
            result[rows] = loss.curvature(eta[rows], signed, sample_weight[rows])
        return result

    def hessian_root(self, eta: Floats, y: Floats, sample_weight: Floats) -> HessianRoot:  # type: ignore[override]
        loss, index, roots, heights = self._of_one, [], [], []
        for rows, signed in blocks(y):
            sets = loss.risk_sets(signed, sample_weight[rows])
            if len(sets.starts):
                index.append(rows)
                roots.append(loss.hessian_root(eta[rows], signed, sample_weight[rows]))
                heights.append(len(sets.order) + len(sets.starts))
        return BlockRoot(index, list(roots), len(y), tuple(heights))

    def conjugate(self, u: Floats, y: Floats, sample_weight: Floats) -> float:
        loss = self._of_one
        return sum(loss.conjugate(u[rows], signed, sample_weight[rows]) for rows, signed in blocks(y))

    def slack(self, eta: Floats, u: Floats, y: Floats, sample_weight: Floats) -> float:
        loss = self._of_one
        return sum(loss.slack(eta[rows], u[rows], signed, sample_weight[rows]) for rows, signed in blocks(y))


def blocks(y: Floats) -> tuple[tuple[Indices, Floats], ...]:
    """Positions of the samples of each stratum and their signed ranks; remembered for the last responses."""
    return _blocks(np.float64(y).tobytes())


@lru_cache(maxsize=4)
def _blocks(y: bytes) -> tuple[tuple[Indices, Floats], ...]:
    codes, signed = StratifiedCox.strata(np.frombuffer(y))
    order = np.argsort(codes, kind="stable")
    starts = np.flatnonzero(np.diff(codes[order], prepend=-1))
    return tuple((rows, signed[rows]) for rows in np.split(order, starts[1:]))
