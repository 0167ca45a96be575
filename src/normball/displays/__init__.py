"""Pictures of solutions, with matplotlib, in the manner of scikit-learn's displays.

A display is made by a class method (`from_solution`, `from_path`, `from_norm`, ...) that does all
computing and keeps the result in attributes; `plot` only draws, on axes given or new, and returns the
display with `ax_` and `figure_`. `from_estimator` draws at once.
"""

from __future__ import annotations

try:
    import matplotlib as _matplotlib  # noqa: F401
except ImportError:
    raise ImportError(
        'the displays draw with matplotlib, which is not installed; run: pip install "normball[plot]"',
        name="matplotlib",
    ) from None

from .balls import BallDisplay, plot_balls
from .cone import ConeDisplay
from .contact import ContactDisplay
from .contact3d import Contact3DDisplay
from .contact_panels import classic_ellipse, classic_line, contact_row, line_contact
from .cross_validation import CVDisplay
from .diagnosis import DiagnosisDisplay
from .face_shares import FaceSharesDisplay
from .frontier import FrontierDisplay
from .noise import NoiseDisplay
from .normal_cones import NormalConesDisplay
from .nuclear_ball import NuclearBallDisplay
from .path import PathDisplay
from .phase_transition import PhaseTransitionDisplay
from .scaling import ScalingDisplay
from .survival import SurvivalDisplay
from .worth import WorthDisplay
from .zero_odds import ZeroOddsDisplay

__all__ = [
    "BallDisplay",
    "CVDisplay",
    "ConeDisplay",
    "Contact3DDisplay",
    "ContactDisplay",
    "DiagnosisDisplay",
    "FaceSharesDisplay",
    "FrontierDisplay",
    "NoiseDisplay",
    "NormalConesDisplay",
    "NuclearBallDisplay",
    "PathDisplay",
    "PhaseTransitionDisplay",
    "ScalingDisplay",
    "SurvivalDisplay",
    "WorthDisplay",
    "ZeroOddsDisplay",
    "classic_ellipse",
    "classic_line",
    "contact_row",
    "line_contact",
    "plot_balls",
]
