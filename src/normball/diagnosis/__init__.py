"""Will L1 work on my data? `diagnose(X, y)` evaluates the conditions of theory, in plain words."""

from .conditions import Conditions
from .correlations import Correlations
from .diagnosis import Diagnosis, diagnose
from .findings import Finding

__all__ = ["Conditions", "Correlations", "Diagnosis", "Finding", "diagnose"]
