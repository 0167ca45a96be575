"""Small real data shipped with the package; sources and licences are in `SOURCES.md`."""

from __future__ import annotations

from importlib import resources
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .dataset import Dataset

_TASKS = {
    "lineage": ("T-cell rather than B-cell lineage", "B", "T"),
    "molecular": ("BCR/ABL fusion rather than no known abnormality", "NEG", "BCR/ABL"),
}


def load_diabetes() -> Dataset:
    """Progression of diabetes in 442 patients, 10 features in their original units.

    `age` in years, `sex` (1 or 2), `bmi` body mass index in kg/m^2, `bp` average blood
    pressure in mm Hg, and six blood serum measurements: `s1` total cholesterol, `s2`
    low-density lipoproteins, `s3` high-density lipoproteins, `s4` total cholesterol over
    high-density lipoproteins, `s5` log of triglycerides, `s6` glucose. `target` measures
    the progression of the disease one year later, 25 to 346. Columns are neither centred
    nor scaled.

    References
    ----------
    Efron, Hastie, Johnstone, Tibshirani, Least Angle Regression, Annals of Statistics
    32 (2004), 407-499.
    """
    path = resources.files(__package__).joinpath("diabetes.csv")
    header, *lines = path.read_text(encoding="utf-8").splitlines()
    *feature_names, target_name = header.split(",")
    table = np.array([line.split(",") for line in lines], dtype=np.float64)
    return Dataset(
        X=np.ascontiguousarray(table[:, :-1]),
        y=table[:, -1].copy(),
        feature_names=tuple(feature_names),
        target_name=target_name,
        description=(
            "Ten baseline measurements of 442 diabetes patients and the progression of their disease "
            "one year later (Efron, Hastie, Johnstone, Tibshirani 2004)."
        ),
    )


def load_leukemia(task: Literal["lineage", "molecular"] = "lineage") -> Dataset:
    """Gene expression (log2) of patients with acute lymphoblastic leukaemia, 4,000 probes.

    The probes are those of highest variance among 12,625.

    Parameters
    ----------
    task : "lineage" or "molecular", default "lineage"
        What y tells apart. "lineage": T-cell (1) from B-cell (0), all 128 patients.
        "molecular": patients with the BCR/ABL fusion (1) from those in whom no
        abnormality was found (NEG, 0), 79 patients of B-cell lineage. Every BCR/ABL patient
        is of that lineage, so patients of the other one would give the answer away.

    Raises
    ------
    ValueError
        If `task` is neither.

    References
    ----------
    Chiaretti et al., Gene expression profile of adult T-cell acute lymphocytic leukemia
    identifies distinct subsets of patients with different response to therapy and
    survival, Blood 103 (2004), 2771-2778.
    """
    if task not in _TASKS:
        raise ValueError(f"task must be 'lineage' or 'molecular', got {task!r}.")
    question, zero, one = _TASKS[task]
    with resources.files(__package__).joinpath("leukemia.npz").open("rb") as file, np.load(file) as stored:
        classes = stored[task].astype(str)
        chosen = (classes == zero) | (classes == one)
        if task == "molecular":
            chosen &= stored["lineage"].astype(str) == "B"
        expression = stored["expression"][chosen].astype(np.float64)
        probes = tuple(stored["probe"].astype(str).tolist())
    return Dataset(
        X=expression,
        y=(classes[chosen] == one).astype(np.float64),
        feature_names=probes,
        target_name=task,
        description=(
            f"Gene expression (log2, 4,000 probes) of {chosen.sum()} patients with acute lymphoblastic "
            f"leukaemia; to tell: {question} (Chiaretti et al. 2004)."
        ),
        class_names=(zero, one),
    )


PEDESTRIANS_RATE = 10
"""Frames of `load_pedestrians` a second."""


def load_pedestrians() -> NDArray[np.uint8]:
    """(240, 72, 96) grey frames, 10 a second, of a fixed camera over a path with people walking.

    From `vtest.avi`, a sample video of OpenCV (Apache-2.0), averaged over 8 x 8 pixels.
    """
    with (
        resources.files(__package__).joinpath("pedestrians.npz").open("rb") as file,
        np.load(file) as stored,
    ):
        frames: NDArray[np.uint8] = stored["frames"]
    return frames
