"""What is done to rows before a model is fitted to them: the same for a fold and for all rows.

Deviations of columns and weights from a first fit are learnt from rows, so in cross-validation
each fold learns them from the rows that it trains on, and the rows held out take no part.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..designs import Design, scales_of
from ..inference import adaptive
from ..problem import Problem
from ..typing import Floats


@dataclass(frozen=True)
class Preparation:
    """How a problem in the units of X becomes the one that is solved.

    Attributes
    ----------
    standardize : bool, divide each column by its standard deviation.
    is_adaptive : bool, take the weights of L1 from a first fit.
    """

    standardize: bool = False
    is_adaptive: bool = False

    def __call__(self, problem: Problem) -> tuple[Problem, Floats]:
        """What is solved, and the scales (p,) to divide its coefficients by to have them in units of X."""
        scales = np.ones(problem.n_features)
        if self.standardize:
            scales = scales_of(*problem.instance.moments)
            problem = problem.divided(scales)
        return (adaptive(problem) if self.is_adaptive else problem), scales


def standardised(design: Design, weights: Floats) -> tuple[Design, Floats]:
    """A design with columns of unit deviation, and what they were divided by (p,)."""
    scales = scales_of(*design.column_moments(weights))
    return design.divided(scales), scales
