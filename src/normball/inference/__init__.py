"""Statements about the chosen features that stay honest although the data chose them."""

from __future__ import annotations

from .knockoffs import Knockoffs, knockoff_threshold, knockoffs
from .selective import Selective, selective

__all__ = ["Knockoffs", "Selective", "knockoff_threshold", "knockoffs", "selective"]
