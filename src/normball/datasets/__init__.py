"""Small real data shipped with the package, and generators of data with known answers."""

from __future__ import annotations

from .dataset import Dataset
from .generators import make_classification, make_regression
from .loaders import load_diabetes, load_leukemia, load_pedestrians

__all__ = [
    "Dataset",
    "load_diabetes",
    "load_leukemia",
    "load_pedestrians",
    "make_classification",
    "make_regression",
]
