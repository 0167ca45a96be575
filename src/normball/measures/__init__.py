"""Predictive quality in the figures that people use, with standard errors."""

from __future__ import annotations

from .measure import Measure
from .pairs import auc, concordance, uno_concordance
from .quality import Quality, loss_in_words, quality_of
from .rows import ScoredRows
from .summary import PredictiveQuality

__all__ = [
    "Measure",
    "PredictiveQuality",
    "Quality",
    "ScoredRows",
    "auc",
    "concordance",
    "loss_in_words",
    "quality_of",
    "uno_concordance",
]
