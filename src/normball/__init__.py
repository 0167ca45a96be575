"""Fit norm-regularised models, and see why the answer is sparse.

A *ball* (the regulariser), a *level set* (the loss) and the place where they touch (the
solution) are the whole picture. `Problem` holds data, loss and norm and is solved in any
of three forms; a `Solution` comes with its proof, its contact and plain words; the
displays draw it; the estimators are the same in scikit-learn's interface. Whatever needs
matplotlib or scikit-learn is imported when it is first asked for.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from . import datasets, losses, norms
from .alpha_scale import convert_alpha, fraction
from .path import Path
from .problem import Problem
from .solution import Solution
from .version import version
from .warnings import ConvergenceWarning

if TYPE_CHECKING:
    from . import geometry, inference
    from .diagnosis import Diagnosis, diagnose
    from .displays import (
        BallDisplay,
        ConeDisplay,
        Contact3DDisplay,
        ContactDisplay,
        CVDisplay,
        DiagnosisDisplay,
        FaceSharesDisplay,
        FrontierDisplay,
        PathDisplay,
        PhaseTransitionDisplay,
        WorthDisplay,
        ZeroOddsDisplay,
        plot_balls,
    )
    from .estimators import Classifier, ClassifierCV, Regressor, RegressorCV

__all__ = [
    "BallDisplay",
    "CVDisplay",
    "Classifier",
    "ClassifierCV",
    "ConeDisplay",
    "Contact3DDisplay",
    "ContactDisplay",
    "ConvergenceWarning",
    "Diagnosis",
    "DiagnosisDisplay",
    "FaceSharesDisplay",
    "FrontierDisplay",
    "Path",
    "PathDisplay",
    "PhaseTransitionDisplay",
    "Problem",
    "Regressor",
    "RegressorCV",
    "Solution",
    "WorthDisplay",
    "ZeroOddsDisplay",
    "convert_alpha",
    "datasets",
    "diagnose",
    "fraction",
    "geometry",
    "inference",
    "losses",
    "norms",
    "plot_balls",
]

_ESTIMATORS = {"Classifier", "ClassifierCV", "Regressor", "RegressorCV"}
_DISPLAYS = {
    "BallDisplay",
    "CVDisplay",
    "ConeDisplay",
    "Contact3DDisplay",
    "ContactDisplay",
    "DiagnosisDisplay",
    "FaceSharesDisplay",
    "FrontierDisplay",
    "PathDisplay",
    "PhaseTransitionDisplay",
    "WorthDisplay",
    "ZeroOddsDisplay",
    "plot_balls",
}
_DIAGNOSIS = {"Diagnosis", "diagnose"}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return version()
    if name in _ESTIMATORS:
        if find_spec("sklearn") is None:
            raise ModuleNotFoundError(
                f'{name} needs scikit-learn, which is not installed; run: pip install "normball[estimators]"',
                name="sklearn",
            )
        from . import estimators

        return getattr(estimators, name)
    if name == "geometry":
        return import_module(".geometry", __name__)
    if name in _DIAGNOSIS:
        return getattr(import_module(".diagnosis", __name__), name)
    if name == "inference":
        return import_module(".inference", __name__)
    if name not in _DISPLAYS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if find_spec("matplotlib") is None:
        raise ModuleNotFoundError(
            f'{name} draws with matplotlib, which is not installed; run: pip install "normball[plot]"',
            name="matplotlib",
        )
    from . import displays

    return getattr(displays, name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
