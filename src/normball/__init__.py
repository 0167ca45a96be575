"""Fit norm-regularised models, and see why the answer is sparse.

A *ball* (the regulariser), a *level set* (the loss) and the place where they touch (the
solution) are the whole picture. `Problem` holds data, loss and norm and is solved in any
of three forms; a `Solution` comes with its proof, its contact and plain words; the
displays draw it; the estimators are the same in scikit-learn's interface. Whatever needs
matplotlib or scikit-learn, or is large, is imported when it is first asked for.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from . import datasets, losses, measures, norms
from .answers.path import Path
from .answers.solution import Solution
from .blocks.scan import scan
from .inputs.alpha_scale import convert_alpha, convert_l1_ratio, fraction
from .problem import Problem
from .version import version
from .warnings import ConvergenceWarning

if TYPE_CHECKING:
    from . import geometry, inference
    from .diagnosis import diagnose
    from .displays import (
        BallDisplay,
        ConeDisplay,
        Contact3DDisplay,
        ContactDisplay,
        CVDisplay,
        DiagnosisDisplay,
        FaceSharesDisplay,
        FrontierDisplay,
        NuclearBallDisplay,
        PathDisplay,
        PhaseTransitionDisplay,
        SurvivalDisplay,
        WorthDisplay,
        ZeroOddsDisplay,
        plot_balls,
    )
    from .estimators import Classifier, ClassifierCV, Regressor, RegressorCV
    from .estimators.low_rank_imputer import LowRankImputer
    from .estimators.matrix_completion import MatrixCompletion
    from .estimators.persistence import load
    from .estimators.robust_pca import RobustPCA
    from .estimators.table_encoder import TableEncoder
    from .explorer import explore

__all__ = [
    "BallDisplay",
    "CVDisplay",
    "Classifier",
    "ClassifierCV",
    "ConeDisplay",
    "Contact3DDisplay",
    "ContactDisplay",
    "ConvergenceWarning",
    "DiagnosisDisplay",
    "FaceSharesDisplay",
    "FrontierDisplay",
    "LowRankImputer",
    "MatrixCompletion",
    "NuclearBallDisplay",
    "Path",
    "PathDisplay",
    "PhaseTransitionDisplay",
    "Problem",
    "Regressor",
    "RegressorCV",
    "RobustPCA",
    "Solution",
    "SurvivalDisplay",
    "TableEncoder",
    "WorthDisplay",
    "ZeroOddsDisplay",
    "convert_alpha",
    "convert_l1_ratio",
    "datasets",
    "diagnose",
    "explore",
    "fraction",
    "geometry",
    "inference",
    "load",
    "losses",
    "measures",
    "norms",
    "plot_balls",
    "scan",
]

_MODULES = {
    "BallDisplay": ".displays",
    "CVDisplay": ".displays",
    "ConeDisplay": ".displays",
    "Contact3DDisplay": ".displays",
    "ContactDisplay": ".displays",
    "DiagnosisDisplay": ".displays",
    "FaceSharesDisplay": ".displays",
    "FrontierDisplay": ".displays",
    "NuclearBallDisplay": ".displays",
    "PathDisplay": ".displays",
    "PhaseTransitionDisplay": ".displays",
    "SurvivalDisplay": ".displays",
    "WorthDisplay": ".displays",
    "ZeroOddsDisplay": ".displays",
    "plot_balls": ".displays",
    "Classifier": ".estimators.classifier",
    "ClassifierCV": ".estimators.classifier_cv",
    "LowRankImputer": ".estimators.low_rank_imputer",
    "MatrixCompletion": ".estimators.matrix_completion",
    "Regressor": ".estimators.regressor",
    "RegressorCV": ".estimators.regressor_cv",
    "RobustPCA": ".estimators.robust_pca",
    "TableEncoder": ".estimators.table_encoder",
    "load": ".estimators.persistence",
    "diagnose": ".diagnosis",
    "explore": ".explorer",
}
"""Name -> where it is imported from when it is first asked for."""

_FOLDERS = {"geometry", "inference"}

_NEEDS = {"displays": ("matplotlib", "plot"), "estimators": ("scikit-learn", "estimators")}
"""Folder -> the package that it needs, and the extra that brings it."""


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return version()
    if name in _FOLDERS:
        return import_module(f".{name}", __name__)
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    package, extra = _NEEDS.get(_MODULES[name].split(".")[1], ("", ""))
    if package and find_spec(package.replace("scikit-learn", "sklearn")) is None:
        raise ModuleNotFoundError(
            f'{name} needs {package}, which is not installed; run: pip install "normball[{extra}]"',
            name=package.replace("scikit-learn", "sklearn"),
        )
    return getattr(import_module(_MODULES[name], __name__), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
