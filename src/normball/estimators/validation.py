"""scikit-learn's validation of X and y, with data frames read as `Problem` reads them."""

from __future__ import annotations

from typing import Any

from sklearn.utils.validation import check_array, check_X_y, validate_data

from ..designs import as_design, check_storage
from ..inputs.frames import Frame, read_frame
from ..values import refuse_masked, within_floats

NO_RESPONSE = "no_validation"
"""scikit-learn's word for a call that has no y."""


def validated(estimator: Any, X: Any, y: Any = NO_RESPONSE, *, reset: bool = True, **options: Any) -> Any:
    """X, or X and y, as `validate_data` gives them: checked, with names and number of features noted.

    Parameters
    ----------
    estimator : the scikit-learn estimator that is fitted (`reset=True`) or asked.
    X : (n, p) array, sparse matrix or data frame; of a frame sparse columns stay sparse.
    y : (n,) array, optional
    reset : bool, default True
        Note the features; False compares them with those of the fit.
    **options
        As `sklearn.utils.check_array`.

    Raises
    ------
    TypeError, ValueError
        As scikit-learn, and as `read_frame` where X is a data frame.
    """
    if not isinstance(y, str):
        refuse_masked(y, "y")
    frame = read_frame(X, allow_missing=options.get("ensure_all_finite", True) == "allow-nan")
    if frame is None:
        check_storage(X)
        try:
            return validate_data(estimator, X, y, reset=reset, **options)
        except OverflowError:
            raise within_floats("X and y") from None
    validate_data(estimator, _named(X, frame), y, reset=reset, skip_check_array=True)
    try:
        if isinstance(y, str) and y == NO_RESPONSE:
            return check_array(frame.values, estimator=estimator, input_name="X", **options)
        return check_X_y(frame.values, y, estimator=estimator, **options)
    except ValueError:
        as_design(frame.values)  # which says where
        raise


def _named(X: Any, frame: Frame) -> Any:
    """X, or where only some of its names are texts its head with all of them as texts.

    scikit-learn takes names only if all are texts, none if none is, and refuses a mixture.
    """
    n_texts = sum(isinstance(name, str) for name in X.columns) if hasattr(X, "iloc") else len(frame.names)
    return X if n_texts in (0, len(frame.names)) else X.iloc[:0].set_axis(frame.names, axis=1)
