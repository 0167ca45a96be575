"""scikit-learn's lasso and elastic net estimators on this engine.

They are scikit-learn's own classes (parameters, validation, cross-validation, attributes)
with the solver replaced: `path` is what they all call.
"""

from __future__ import annotations

from typing import Any, ClassVar

from sklearn import linear_model

from .paths import enet_path, lasso_path
from .sound_data import with_sound_data


@with_sound_data
class ElasticNet(linear_model.ElasticNet):
    """As `sklearn.linear_model.ElasticNet`, with every solution certified.

    Attributes
    ----------
    dual_gap_ : float or (k,), the duality gap on the scale of the objective; beside
        scikit-learn's other attributes.
    """

    path: ClassVar[Any] = staticmethod(enet_path)


@with_sound_data
class Lasso(linear_model.Lasso):
    """As `sklearn.linear_model.Lasso`, with every solution certified."""

    path: ClassVar[Any] = staticmethod(enet_path)


class _LeavesX:
    """X stays as it is; scikit-learn 1.9 multiplies it by the roots of the weights, without an intercept."""

    copy_X: bool  # noqa: N815 - the name is given
    fit_intercept: bool

    def fit(self, X: Any, y: Any, sample_weight: Any = None, **params: Any) -> Any:
        if sample_weight is not None and self.copy_X and not self.fit_intercept and hasattr(X, "copy"):
            X = X.copy()
        return super().fit(X, y, sample_weight=sample_weight, **params)  # type: ignore[misc]


@with_sound_data
class LassoCV(_LeavesX, linear_model.LassoCV):
    """As `sklearn.linear_model.LassoCV`: the paths of the folds and the final fit are this engine's."""

    path: ClassVar[Any] = staticmethod(lasso_path)

    def _get_estimator(self) -> Lasso:
        return Lasso()


@with_sound_data
class ElasticNetCV(_LeavesX, linear_model.ElasticNetCV):
    """As `sklearn.linear_model.ElasticNetCV`: the paths of the folds and the final fit are this engine's."""

    path: ClassVar[Any] = staticmethod(enet_path)

    def _get_estimator(self) -> ElasticNet:
        return ElasticNet()
