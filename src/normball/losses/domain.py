"""How exactly a point must lie in the domain of a conjugate."""

from __future__ import annotations

from typing import Final

ROUNDING: Final = 1e-15
"""Relative excess over an end of the domain that is rounding and counts as inside.

A gradient v_i g_i divided by v_i again may leave the domain of l* by one unit in the
last place; a certificate must not become infinite by that.
"""
