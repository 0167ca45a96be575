"""How much work a solve may cost, whatever the data: a bound on what its inner loops add up to.

A unit is a step that solves a linear system: of Newton's method or of an active set. Solvers
that call each other share one allowance, so that their loops do not multiply; where it is
used up they return the best point so far, whose certificate says how good that is.
"""

from __future__ import annotations

from dataclasses import dataclass

STEPS_PER_ITERATION = 100
"""Units for each of the `max_iterations` of a solve: most take a few hundred in all, some a few thousand."""


@dataclass
class Work:
    """What is left of an allowance."""

    left: int

    @classmethod
    def of(cls, max_iterations: int, n_solves: int = 1) -> Work:
        """The allowance of so many solves."""
        return cls(STEPS_PER_ITERATION * max_iterations * n_solves)

    @property
    def is_over(self) -> bool:
        return self.left <= 0

    def spend(self, units: int = 1) -> None:
        self.left -= units
