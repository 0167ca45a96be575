"""Statements about the chosen features that stay honest although the data chose them."""

from __future__ import annotations

from .criteria import Criteria, criteria
from .debiased import Debiased, debiased
from .degrees_of_freedom import degrees_of_freedom
from .knockoff_selection import knockoff_e_values, knockoff_threshold
from .knockoffs import Knockoffs, knockoffs
from .refitting import adaptive, relaxed
from .selective import Selective, selective
from .stability import Stability, stability_selection

__all__ = [
    "Criteria",
    "Debiased",
    "Knockoffs",
    "Selective",
    "Stability",
    "adaptive",
    "criteria",
    "debiased",
    "degrees_of_freedom",
    "knockoff_e_values",
    "knockoff_threshold",
    "knockoffs",
    "relaxed",
    "selective",
    "stability_selection",
]
