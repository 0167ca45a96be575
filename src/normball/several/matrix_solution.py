"""What `MatrixProblem` returns: the coefficients of several responses, their rank, and the proof."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from scipy import linalg

from ..cached import cached_property
from ..inputs.tables import read_table
from ..norms.matrices import MatrixFace
from ..solvers.certificate import Certificate
from ..typing import ArrayLike, Floats

if TYPE_CHECKING:
    from .matrix_problem import MatrixProblem


@dataclass(frozen=True, eq=False)
class MatrixSolution:
    """A solved regression of several responses. Made by the methods of `MatrixProblem`.

    Attributes
    ----------
    problem : MatrixProblem
    coef : (p, q) W
    intercept : (q,) b
    alpha : float
        Price of a unit of nuclear norm: given or found; 0 where nothing binds and for a given rank.
    singular_values : (rank,) of W, descending.
    loss : float, f at the solution.
    form : "penalty", "budget", "target" or "rank".
    level : float, what was asked for.
    certificate : Certificate
        Its `theta` is (n, q). For "rank" the dual value is that of the theorem of Eckart and Young.
    """

    problem: MatrixProblem = field(repr=False)
    coef: Floats
    intercept: Floats
    alpha: float
    singular_values: Floats
    loss: float
    form: str
    level: float
    certificate: Certificate

    @property
    def rank(self) -> int:
        """Rank of W."""
        return len(self.singular_values)

    @property
    def norm(self) -> float:
        """||W||_*."""
        return float(self.singular_values.sum())

    @property
    def converged(self) -> bool:
        """Whether the certificate meets the tolerance that was asked for."""
        return self.certificate.is_met

    @cached_property
    def face(self) -> MatrixFace:
        """The face of the ball on which W lies: column and row space, rank and dimension."""
        return self.problem.norm.face(self.coef)

    @cached_property
    def pulls(self) -> Floats:
        """(min(p, q),) singular values of -grad f: at most alpha, and `rank` of them equal to it."""
        values: Floats = linalg.svdvals(self.problem.deviations.T @ self.certificate.theta)
        return values

    def predict(self, X: ArrayLike) -> Floats:
        """X W + b (m, q) at new rows X (m, p).

        Raises
        ------
        ValueError
            If X has another number of columns.
        """
        design = read_table(X).design
        p = self.problem.n_features
        if design.shape[1] != p:
            raise ValueError(f"X has {design.shape[1]} features but {p} were fitted.")
        values: Floats = design.columns(np.arange(p)) @ self.coef + self.intercept
        return values

    def __str__(self) -> str:
        p, q = self.coef.shape
        asked = {"penalty": "alpha", "rank": "rank at most"}.get(self.form, self.form)
        return (
            f"Nuclear with {asked} {self.level:.6g}: rank {self.rank} of {min(p, q)} "
            f"({p} features, {q} responses); on the rows of the fit RMSE {np.sqrt(2 * self.loss / q):.4g} an "
            f"entry ({np.sqrt(2 * self.problem.scale / q):.4g} without features).\n"
            f"Relative duality gap {self.certificate.gap:.1e}"
            f"{'.' if self.converged else f', above tol={self.certificate.tolerance:g}.'}\n"
            f"Loss (half the squared error of a row) {self.loss:.6g}, norm {self.norm:.6g}, price of a unit "
            f"of norm {self.alpha:.4g}."
        )
