"""How likely a contact at a corner is: exact in the plane, by sampling in many dimensions."""

from .odds import (
    LeastNormZeros,
    contact_on_line,
    corner_share,
    ellipse_odds,
    wilson_interval,
    zeros_of_least_norm,
)

__all__ = [
    "LeastNormZeros",
    "contact_on_line",
    "corner_share",
    "ellipse_odds",
    "wilson_interval",
    "zeros_of_least_norm",
]
