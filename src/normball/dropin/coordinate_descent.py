"""scikit-learn's lasso and elastic net estimators on this engine.

They are scikit-learn's own classes (parameters, validation, cross-validation, attributes)
with the solver replaced: `path` is what they all call.
"""

from __future__ import annotations

from typing import Any, ClassVar

from sklearn import linear_model

from .paths import enet_path, lasso_path


class ElasticNet(linear_model.ElasticNet):
    """As `sklearn.linear_model.ElasticNet`, with every solution certified.

    Attributes
    ----------
    dual_gap_ : float or (k,), the duality gap on the scale of the objective; beside
        scikit-learn's other attributes.
    """

    path: ClassVar[Any] = staticmethod(enet_path)


class Lasso(linear_model.Lasso):
    """As `sklearn.linear_model.Lasso`, with every solution certified."""

    path: ClassVar[Any] = staticmethod(enet_path)


class LassoCV(linear_model.LassoCV):
    """As `sklearn.linear_model.LassoCV`: the paths of the folds and the final fit are this engine's."""

    path: ClassVar[Any] = staticmethod(lasso_path)

    def _get_estimator(self) -> Lasso:
        return Lasso()


class ElasticNetCV(linear_model.ElasticNetCV):
    """As `sklearn.linear_model.ElasticNetCV`: the paths of the folds and the final fit are this engine's."""

    path: ClassVar[Any] = staticmethod(enet_path)

    def _get_estimator(self) -> ElasticNet:
        return ElasticNet()
