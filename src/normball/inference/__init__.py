"""Statements about the chosen features that stay honest although the data chose them."""

from __future__ import annotations

from .selective import Selective, selective

__all__ = ["Selective", "selective"]
