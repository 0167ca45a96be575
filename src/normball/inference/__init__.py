"""Statements about the chosen features that stay honest although the data chose them."""

from __future__ import annotations

from .criteria import Criteria, criteria
from .degrees_of_freedom import degrees_of_freedom
from .knockoffs import Knockoffs, knockoff_threshold, knockoffs
from .refitting import adaptive, relaxed
from .selective import Selective, selective
from .stability import Stability, stability_selection

__all__ = [
    "Criteria",
    "Knockoffs",
    "Selective",
    "Stability",
    "adaptive",
    "criteria",
    "degrees_of_freedom",
    "knockoff_threshold",
    "knockoffs",
    "relaxed",
    "selective",
    "stability_selection",
]
