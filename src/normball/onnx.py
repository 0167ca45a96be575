"""normball's estimators in ONNX, alone or at the end of a Pipeline, through skl2onnx.

    import normball.onnx
    from skl2onnx import to_onnx

    normball.onnx.register()
    to_onnx(pipeline, X[:1])

A fitted estimator predicts X w + b, exp(X w + b) or the probabilities of classes, for which skl2onnx has
converters of scikit-learn's estimators. Each class is registered with the shapes of that estimator
(`to_sklearn`), and hands the conversion on to it.
"""

from __future__ import annotations

from typing import Any

from sklearn.base import ClassifierMixin

from . import dropin
from .estimators import Classifier, ClassifierCV, Regressor, RegressorCV
from .estimators.persistence import to_sklearn

REGRESSORS = (Regressor, RegressorCV)
CLASSIFIERS = (Classifier, ClassifierCV)


def register() -> None:
    """Tell skl2onnx about the estimators and the drop-ins; once a process, more often changes nothing.

    Raises
    ------
    ModuleNotFoundError
        If skl2onnx is not installed.
    """
    try:
        from skl2onnx import update_registered_converter
        from skl2onnx.common import shape_calculator as shapes
    except ModuleNotFoundError:
        raise ModuleNotFoundError(
            "conversion to ONNX needs skl2onnx, which is not installed; run: pip install skl2onnx",
            name="skl2onnx",
        ) from None
    options = {"zipmap": [True, False, "columns"], "output_class_labels": [False, True], "nocl": [False]}
    for kind in (*REGRESSORS, *_classes_of_dropin(is_classifier=False)):
        shape = shapes.calculate_linear_regressor_output_shapes
        update_registered_converter(kind, f"Normball{kind.__name__}", shape, _convert)
    for kind in (*CLASSIFIERS, *_classes_of_dropin(is_classifier=True)):
        shape = shapes.calculate_linear_classifier_output_shapes
        update_registered_converter(kind, f"Normball{kind.__name__}", shape, _convert, options=options)


def _classes_of_dropin(is_classifier: bool) -> list[type]:
    """The drop-ins of one kind."""
    kinds = [kind for kind in (getattr(dropin, name) for name in dropin.__all__) if isinstance(kind, type)]
    return [kind for kind in kinds if issubclass(kind, ClassifierMixin) == is_classifier]


def _convert(scope: Any, operator: Any, container: Any) -> None:
    """The operator of scikit-learn's estimator with the same predictions, its outputs handed on."""
    from skl2onnx import get_model_alias
    from skl2onnx.common._apply_operation import apply_identity

    same = _plain(operator.raw_operator)
    inner = scope.declare_local_operator(get_model_alias(type(same)), same)
    inner.inputs = operator.inputs
    for given in operator.outputs:
        made = scope.declare_local_variable(given.raw_name, type(given.type)(given.type.shape))
        inner.outputs.append(made)
        apply_identity(scope, made.full_name, given.full_name, container)


def _plain(estimator: Any) -> Any:
    """A fitted estimator of scikit-learn's own that predicts the same.

    Raises
    ------
    ValueError
        With an `encoder`, or a loss that scikit-learn has no estimator for.
    """
    if getattr(estimator, "encoder", None) is not None:
        raise ValueError(
            "encoder= has no converter to ONNX; encode the table by a step of a Pipeline that has one, such "
            "as ColumnTransformer with OneHotEncoder, and leave encoder out."
        )
    if isinstance(estimator, (*REGRESSORS, *CLASSIFIERS)):
        return to_sklearn(estimator)
    own: Any = next(kind for kind in type(estimator).__mro__ if kind.__module__.startswith("sklearn."))
    same = own.__new__(own)
    same.__dict__.update(vars(estimator))
    return same
