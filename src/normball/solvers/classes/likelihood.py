"""The likelihood of several classes: loss, probabilities, and the intercepts that balance them.

    f(eta) = sum_i v_i (log sum_k exp(eta_ik) - eta_{i, y_i}),      -grad f = V (Y - P),

with P the probabilities (rows in the simplex) and Y the classes as 0 and 1. The exponentials
are shifted by the largest of each row, so that none overflows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...cached import cached_property
from ...typing import Floats, Indices

MOST_BALANCES = 20
"""Newton steps for the intercepts."""


@dataclass(eq=False)
class ClassPoint:
    """Loss, probabilities P (n, K) and residual V (Y - P) (n, K) of one linear predictor (n, K).

    `log_total` (n,) is the logarithm of the sum of its exponentials.
    """

    loss: float
    P: Floats
    residual: Floats
    eta: Floats
    log_total: Floats

    @property
    def log_probabilities(self) -> Floats:
        """log P (n, K), finite where P rounds to 0."""
        return np.asarray(self.eta - self.log_total[:, None])

    @cached_property
    def balance(self) -> Floats:
        """(K,) minus the gradient in the intercepts."""
        return np.asarray(self.residual.sum(axis=0))

    @property
    def imbalance(self) -> float:
        """Its largest entry."""
        return float(np.abs(self.balance).max())


class ClassLikelihood:
    """The likelihood of samples with these classes.

    Parameters
    ----------
    codes : (n,) class of each sample, 0 to K - 1
    n_classes : int, K
    sample_weight : (n,) > 0, sums to 1
    """

    def __init__(self, codes: Indices, n_classes: int, sample_weight: Floats) -> None:
        self.codes, self.weights, self._rows = codes, sample_weight, np.arange(len(codes))
        # columns in one piece: sums over few classes are then sums of long vectors
        self.Y = np.zeros((len(codes), n_classes), order="F")
        self.Y[self._rows, codes] = 1.0

    def at(self, eta: Floats) -> ClassPoint:
        """Loss and probabilities at the linear predictor (n, K)."""
        top = eta.max(axis=1)
        P = np.exp(eta - top[:, None])
        total = P.sum(axis=1)
        P /= total[:, None]
        logarithm = np.log(total)
        loss = self.weights @ (logarithm + (top - eta[self._rows, self.codes]))
        return ClassPoint(float(loss), P, self.weights[:, None] * (self.Y - P), eta, logarithm + top)

    def balanced(self, linear: Floats, b: Floats) -> tuple[Floats, ClassPoint]:
        """The best intercepts (K,) for linear (n, K) from b on, and the point there.

        A step counts if it halves the gradient or lowers the loss by more than rounding.
        """
        here = self.at(linear + b)
        for _ in range(MOST_BALANCES):
            if here.imbalance <= 1e-15:
                break
            weighted = self.weights[:, None] * here.P
            H = np.diag(weighted.sum(axis=0)) - here.P.T @ weighted
            step = np.linalg.lstsq(H, here.balance, rcond=1e-13)[0]
            for halvings in range(30 if here.imbalance > 1e-12 else 1):
                proposal = b + 0.5**halvings * step
                moved = self.at(linear + proposal)
                if moved.imbalance <= 0.5 * here.imbalance or moved.loss < here.loss - 1e-15 * abs(here.loss):
                    break
            else:
                break
            b, here = proposal, moved
        return b, here
