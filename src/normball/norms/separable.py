"""Regularisers that are sums over the features, as the path engine reads them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..typing import Floats


@dataclass(frozen=True, eq=False)
class Separable:
    """R(w) = sum_j price_j |w_j| + ridge_j w_j^2 / 2, with w >= 0 if one-sided.

    Attributes
    ----------
    price : (p,) >= 0; 0 = unpenalised, inf = never in.
    ridge : (p,) > 0, or None for none.
    is_one_sided : bool
    """

    price: Floats
    ridge: Floats | None = None
    is_one_sided: bool = False

    def prox(self, v: Floats, step: float, metric: Floats) -> Floats:
        """argmin_w sum_j metric_j (w_j - v_j)^2 / 2 + step R(w), (p,)."""
        pull = np.maximum(v, 0.0) if self.is_one_sided else np.abs(v)
        with np.errstate(invalid="ignore"):  # a price of inf keeps a feature out even for no step
            allowed = np.where(np.isinf(self.price), np.inf, step * self.price) / metric
        shrunk = np.maximum(pull - allowed, 0.0)
        if self.ridge is not None:
            stays = shrunk > 0  # the ridge of the others may be infinite
            shrunk[stays] /= 1 + step * self.ridge[stays] / metric[stays]
        return np.sign(v) * shrunk + 0.0

    @property
    def inverse_price(self) -> Floats | None:
        """(p,) 1 / price, 0 for unpenalised features; None where every price is 1."""
        if (self.price == 1).all():
            return None
        with np.errstate(divide="ignore"):
            return np.where(self.price > 0, 1 / self.price, 0.0)
