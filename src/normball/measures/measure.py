"""One figure of predictive quality with its standard error over rows.

Every figure here is a smooth function of weighted means over rows (or over pairs of rows), so that
its standard error is that of its *influence*: with g_i what row i adds to the figure to first order,
sum_i g_i = 0, the variance is sum_i g_i^2, and n / (n - 1) of it for means of n rows (Efron, "The
jackknife, the bootstrap and other resampling plans", 1982, chapter 6). For the mean of equal weights
this is the deviation over sqrt(n), for the area under the curve the variance of DeLong, DeLong and
Clarke-Pearson (Biometrics 44, 1988) but for (m - 1) / m of m rows of a class.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..typing import Floats


@dataclass(frozen=True)
class Measure:
    """A figure that says how good predictions are.

    Attributes
    ----------
    name : str, such as "RMSE".
    value : float ; standard_error : float, over rows; NaN where there is none.
    baseline : float, the same figure of predictions without features; NaN where that is undefined.
    is_share : bool, a share of 1, shown in per cent.
    meaning : str, the figure in words, with its unit.
    """

    name: str
    value: float
    standard_error: float
    baseline: float
    is_share: bool
    meaning: str

    @property
    def shown(self) -> str:
        """The value as a person reads it."""
        return _number(self.value, self.is_share)

    @property
    def shown_with_error(self) -> str:
        """The value and its standard error."""
        if not np.isfinite(self.standard_error):
            return self.shown
        return f"{self.shown} ± {_number(self.standard_error, self.is_share, of_error=True)}"

    @property
    def shown_baseline(self) -> str:
        """The baseline, empty where there is none."""
        return "" if np.isnan(self.baseline) else _number(self.baseline, self.is_share)


def _number(value: float, is_share: bool, of_error: bool = False) -> str:
    if not is_share:
        return f"{value:.2g}" if of_error else f"{value:.4g}"
    return f"{100 * value:.1f} %" if abs(value) < 0.9995 or value == 1 else f"{100 * value:.2f} %"


def mean_of(values: Floats, weight: Floats) -> tuple[float, float]:
    """Weighted mean of values (m,) and its standard error; weights sum to 1."""
    mean = float((weight * values).sum())
    return mean, error_of(weight * (values - mean))


def error_of(influence: Floats) -> float:
    """Standard error from what each row (m,) adds to first order; NaN from a single row."""
    m = len(influence)
    return float(np.sqrt((influence**2).sum() * m / (m - 1))) if m > 1 else float("nan")


def share_taken_away(left: Floats, before: Floats, weight: Floats) -> tuple[float, float]:
    """1 - sum(weight left) / sum(weight before), as R2 is, and its standard error.

    NaN where nothing was there before, as for equal responses.
    """
    above, below = float((weight * left).sum()), float((weight * before).sum())
    if not below > 0 or not np.isfinite(above):
        return float("nan"), float("nan")
    influence = weight * (above / below * (before - below) - (left - above)) / below
    return 1.0 - above / below, error_of(influence)
