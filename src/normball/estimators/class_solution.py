"""What a fit of several classes says of itself: the contact of W (p, K) with its ball, coefficient by
coefficient.

The regulariser is a sum over all entries of W, so that the geometry is that of the vector of its
p K entries, feature after feature: at the solution -grad f = X'V(Y - P) lies in the normal cone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..answers.contact import Contact, find_contact
from ..answers.verdict import proof_of
from ..cached import cached_property
from ..inputs.tables import find_name
from ..measures import ScoredRows, quality_of
from ..norms import Norm
from ..solvers.classes.multinomial import ClassWeights
from ..typing import Floats


@dataclass(frozen=True, eq=False)
class ClassExplanation:
    """The trade of one feature's coefficients, one a class, per unit and in units of the loss.

    Attributes
    ----------
    feature : str ; classes : (K,) labels.
    coef : (K,) values.
    benefit : (K,) loss saved by the first unit in the direction in which the data pull.
    price : (K,) what that unit costs.
    slack : (K,) price - benefit for a zero, else 0.
    sentence : str, a line a class.
    """

    feature: str
    classes: np.ndarray
    coef: Floats
    benefit: Floats
    price: Floats
    slack: Floats
    sentence: str

    def __str__(self) -> str:
        return self.sentence


@dataclass(frozen=True, eq=False)
class ClassSolution:
    """A solution of a multinomial regression, in the units that were fitted.

    Attributes
    ----------
    found : ClassWeights ; alpha : float ; norm : Norm, of each column of W.
    classes : (K,) labels ; feature_names : tuple of p names.
    null_loss : float, loss without features.
    rows : ScoredRows, the rows of the fit with what is predicted for them.
    """

    found: ClassWeights
    alpha: float
    norm: Norm
    classes: np.ndarray
    feature_names: tuple[str, ...]
    null_loss: float
    rows: ScoredRows

    @cached_property
    def _stacked(self) -> Norm:
        """The norm of all entries of W in one vector."""
        weights: Any = getattr(self.norm, "weights", None)
        if weights is None:
            return self.norm
        repeated = np.repeat(np.asarray(weights), len(self.classes))
        stacked: Norm = replace(self.norm, weights=repeated)  # type: ignore[type-var]
        return stacked

    @cached_property
    def contact(self) -> Contact:
        """Of the p K entries of W, feature after feature, with their ball."""
        return find_contact(self._stacked, self.found.W.ravel(), self.found.pulls.ravel(), self.alpha, False)

    def why(self, feature: int | str) -> ClassExplanation:
        """Why the coefficients of a feature are zero, or are not."""
        position, K = find_name(self.feature_names, feature), len(self.classes)
        w, entries = self.found.W.ravel(), np.arange(K) + position * K
        price = np.zeros(K)
        signs = np.where(w[entries] != 0, np.sign(w[entries]), np.sign(self.contact.normal[entries]))
        for k, entry in enumerate(entries.tolist()):
            direction = np.zeros(len(w))
            direction[entry] = signs[k] or 1.0
            growth = self._stacked.directional_derivative(w, direction)
            price[k] = self.alpha * growth if np.isfinite(growth) else np.inf
        benefit = np.abs(self.contact.normal[entries])
        slack = np.where(w[entries] == 0, self.contact.slack[entries], 0.0)
        name = self.feature_names[position]
        lines = [
            _sentence(name, label, *numbers)
            for label, *numbers in zip(
                self.classes.tolist(), w[entries].tolist(), benefit.tolist(), price.tolist(), strict=True
            )
        ]
        return ClassExplanation(name, self.classes, w[entries], benefit, price, slack, "\n".join(lines))

    def lines(self) -> list[str]:
        """The verdict: what was found, and how sure it is."""
        W, K = self.found.W, len(self.classes)
        norm = sum(self.norm.value(column) for column in W.T)
        return [
            f"{self.norm.title} with alpha {self.alpha:.6g}, {K} classes: {int(W.any(axis=1).sum())} of "
            f"{len(W)} features and {int((W != 0).sum())} of {W.size} coefficients are non-zero; on the rows "
            f"of the fit {quality_of(None, self.rows).headline}.",
            proof_of(self.found.gap, "loss without features"),
            f"Loss (mean of -log(probability of the class)) {self.found.loss:.6g} (from {self.null_loss:.6g} "
            f"without features), norm {norm:.6g}, price of a unit of norm {self.alpha:.4g}.",
            self.contact.sentence,
        ]


def _sentence(name: str, label: Any, value: float, benefit: float, price: float) -> str:
    start = f"{name!r} for class {label!r} is "
    if price == 0:
        return f"{start}{value:.4g}: it is not penalised and takes the value that fits best."
    if value != 0:
        return (
            f"{start}{value:.4g}, where its last unit just pays: one more would lower the loss by "
            f"{benefit:.4g} per unit and cost {price:.4g} in norm."
        )
    if np.isinf(price):
        return f"{start}zero because it may not move that way (its price is infinite)."
    return (
        f"{start}zero: a unit of it would lower the loss by {benefit:.4g} and costs {price:.4g} in norm, so "
        f"the data pull with {100 * benefit / price:.0f} % of the strength needed to move it."
    )
