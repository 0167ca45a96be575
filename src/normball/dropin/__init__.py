"""scikit-learn's linear models with the same names, parameters, scale and attributes, on this engine.

    from normball.dropin import Lasso      # instead of: from sklearn.linear_model import Lasso

The classes are scikit-learn's own with the solver replaced: the numbers are those that
scikit-learn approaches as `tol` goes to 0, and `dual_gap_` proves them. Needs scikit-learn
(`pip install "normball[estimators]"`).
"""

from .coordinate_descent import ElasticNet, ElasticNetCV, Lasso, LassoCV
from .logistic import LogisticRegression
from .logistic_cv import LogisticRegressionCV
from .multitask import MultiTaskElasticNet, MultiTaskElasticNetCV, MultiTaskLasso, MultiTaskLassoCV
from .paths import enet_path, lasso_path
from .ridge import Ridge, RidgeCV

__all__ = [
    "ElasticNet",
    "ElasticNetCV",
    "Lasso",
    "LassoCV",
    "LogisticRegression",
    "LogisticRegressionCV",
    "MultiTaskElasticNet",
    "MultiTaskElasticNetCV",
    "MultiTaskLasso",
    "MultiTaskLassoCV",
    "Ridge",
    "RidgeCV",
    "enet_path",
    "lasso_path",
]
