"""Fit norm-regularised models, and see why the answer is sparse.

A *ball* (the regulariser), a *level set* (the loss) and the place where they touch (the
solution) are the whole picture. `Problem` holds data, loss and norm and is solved in any
of three forms; a `Solution` comes with its proof, its contact and plain words; the
displays draw it. Whatever needs matplotlib is imported when it is first asked for.
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
    from .displays import (
        BallDisplay,
        Contact3DDisplay,
        ContactDisplay,
        FrontierDisplay,
        NuclearBallDisplay,
        PathDisplay,
        plot_balls,
    )
    from .estimators.matrix_completion import MatrixCompletion
    from .estimators.robust_pca import RobustPCA

__all__ = [
    "BallDisplay",
    "Contact3DDisplay",
    "ContactDisplay",
    "ConvergenceWarning",
    "FrontierDisplay",
    "MatrixCompletion",
    "NuclearBallDisplay",
    "Path",
    "PathDisplay",
    "Problem",
    "RobustPCA",
    "Solution",
    "convert_alpha",
    "datasets",
    "fraction",
    "losses",
    "norms",
    "plot_balls",
]

_ESTIMATORS = {"MatrixCompletion": "matrix_completion", "RobustPCA": "robust_pca"}
"""Name -> module; scikit-learn is imported when one is first asked for."""

_DISPLAYS = {
    "BallDisplay",
    "Contact3DDisplay",
    "ContactDisplay",
    "FrontierDisplay",
    "NuclearBallDisplay",
    "PathDisplay",
    "plot_balls",
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return version()
    if name in _ESTIMATORS:
        return _estimator(name)
    if name not in _DISPLAYS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if find_spec("matplotlib") is None:
        raise ModuleNotFoundError(
            f'{name} draws with matplotlib, which is not installed; run: pip install "normball[plot]"',
            name="matplotlib",
        )
    from . import displays

    return getattr(displays, name)


def _estimator(name: str) -> Any:
    if find_spec("sklearn") is None:
        raise ModuleNotFoundError(
            f'{name} needs scikit-learn, which is not installed; run: pip install "normball[sklearn]"',
            name="sklearn",
        )
    module = import_module(f".estimators.{_ESTIMATORS[name]}", __name__)
    return getattr(module, name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
