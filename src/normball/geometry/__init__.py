"""From two dimensions to a hundred: odds of corners, sizes of cones, measurements needed.

Odds of touching a face (`zero_odds`, `face_shares`, `normal_cones`, and for the plane `corner_share`,
`ellipse_odds`); angles and intrinsic volumes (`cone_volumes`, `intrinsic_volumes`);
statistical dimension and what follows (`statistical_dimension`, `measurements_needed`,
`success_curve`); the experiment (`phase_transition`, `phase_transitions`); noise (`minimax_risk`,
`threshold_risk`, `universal_alpha`); and what zeros save (`worth_of_zeros`).
"""

from .cone_size import StatisticalDimension
from .descent_cones import cone_volumes
from .dimension import statistical_dimension
from .ellipses import RotatedEllipse
from .level_sets import Equations, GaussianDesign, LevelSetLaw, OrthonormalDesign
from .measurements import largest_sparsity, measurements_needed, success_curve, transition_width
from .noise import MinimaxRisk, minimax_alpha, minimax_risk, threshold_risk, universal_alpha
from .normal_cones import NormalCones, normal_cones
from .nuclear import nuclear_statistical_dimension
from .odds import (
    LeastNormZeros,
    contact_on_line,
    corner_share,
    ellipse_odds,
    wilson_interval,
    zeros_of_least_norm,
)
from .shares import FaceShares, face_shares, intrinsic_volumes
from .transition import PhaseTransition, phase_transition, phase_transitions
from .worth import Worth, worth_of_zeros
from .zeros import ZeroOdds, zero_odds

__all__ = [
    "Equations",
    "FaceShares",
    "GaussianDesign",
    "LeastNormZeros",
    "LevelSetLaw",
    "MinimaxRisk",
    "NormalCones",
    "OrthonormalDesign",
    "PhaseTransition",
    "RotatedEllipse",
    "StatisticalDimension",
    "Worth",
    "ZeroOdds",
    "cone_volumes",
    "contact_on_line",
    "corner_share",
    "ellipse_odds",
    "face_shares",
    "intrinsic_volumes",
    "largest_sparsity",
    "measurements_needed",
    "minimax_alpha",
    "minimax_risk",
    "normal_cones",
    "nuclear_statistical_dimension",
    "phase_transition",
    "phase_transitions",
    "statistical_dimension",
    "success_curve",
    "threshold_risk",
    "transition_width",
    "universal_alpha",
    "wilson_interval",
    "worth_of_zeros",
    "zero_odds",
    "zeros_of_least_norm",
]
