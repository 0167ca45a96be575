"""A table of numbers with names: what the loaders and generators return."""

from __future__ import annotations

from dataclasses import dataclass

from ..typing import Floats


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """Features, response and what they are called.

    Attributes
    ----------
    X : (n, p) float64
    y : (n,) float64; 0 or 1 for classes.
    feature_names : p names of the columns of X.
    target_name : name of y.
    description : what was measured and where it comes from, in one paragraph.
    class_names : names of the classes 0 and 1; None if y is a quantity.
    """

    X: Floats
    y: Floats
    feature_names: tuple[str, ...]
    target_name: str
    description: str
    class_names: tuple[str, str] | None = None

    def __post_init__(self) -> None:
        n, p = self.X.shape
        if self.y.shape != (n,) or len(self.feature_names) != p:
            raise ValueError(
                f"X of shape {self.X.shape} needs y of shape ({n},) and {p} feature names, "
                f"got {self.y.shape} and {len(self.feature_names)}."
            )

    def __repr__(self) -> str:
        n, p = self.X.shape
        return f"<Dataset: {n} samples, {p} features, target {self.target_name!r}>"
