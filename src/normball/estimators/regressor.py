"""`Regressor`: any norm and any loss with a numeric response, in scikit-learn's interface."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.utils.validation import check_is_fitted

from ..blocks.predicting import predict_stored
from ..inputs.alpha_scale import Fraction
from ..inputs.reading import read_weights
from ..losses import Loss, get_loss
from ..norms import Norm
from ..typing import Floats
from .linear import LinearEstimator
from .stored_rows import is_stored, open_rows, problem_of, table_of
from .survival import PredictsSurvival


class PredictsNumbers(RegressorMixin):
    """Mean responses, for estimators with `loss` and `_eta`."""

    loss: str | Loss
    _eta: Callable[..., Floats]

    def _set_coefficients(self, coef: Floats, intercept: float) -> None:
        self.coef_, self.intercept_ = coef, intercept

    def predict(self, X: Any) -> Floats:
        """Mean response (n,) at X (n, p), or at the rows of a path or `nb.scan`, which are read in blocks."""
        if is_stored(X):
            check_is_fitted(self)
            names = getattr(self, "feature_names_in_", np.arange(self.n_features_in_).astype(str)).tolist()
            loss = get_loss(self.loss)
            found = predict_stored(X, names, lambda rows: loss.predict(rows @ self.coef_ + self.intercept_))
            assert found is not None
            return found
        return get_loss(self.loss).predict(self._eta(X))

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Share of the loss of a constant that the model takes away, 1 at best.

        For squared error that is R2, for others D2: 1 - (f(model) - least f) / (f(best constant) -
        least f) with the estimator's loss, as scikit-learn's generalised linear models score.
        """
        loss = get_loss(self.loss)
        if loss.is_quadratic:
            return float(super().score(X, y, sample_weight))
        response = np.asarray(loss.encode_response(y), dtype=np.float64)
        loss.check_response(response)
        weights = read_weights(sample_weight, len(response))
        least = -loss.conjugate(np.zeros(len(response)), response, weights)
        try:
            constant = np.full(len(response), loss.constant_fit(response, weights))
        except ValueError:  # the least loss is that of a constant at infinity
            null = 0.0
        else:
            null = loss.value(constant, response, weights) - least
        left = loss.value(self._eta(X), response, weights) - least
        rounding = 1e-12 * max(abs(least), 1.0)
        if null > rounding:
            return 1 - left / null
        return 1.0 if left <= rounding else 0.0

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        loss = get_loss(self.loss)
        try:
            loss.check_response(np.array([-1.0]))
        except ValueError:
            tags.target_tags.positive_only = True
        # a share of the partial likelihood is never near 1
        tags.regressor_tags.poor_score = not loss.is_diagonal
        return tags


def read_numbers(loss: Loss, y: Any) -> Any:
    """The response as the loss takes it.

    Raises
    ------
    ValueError
        If it is text.
    """
    if y is not None:
        first = next(iter(np.ravel(np.asarray(y))), 0.0)
        if isinstance(first, str):
            try:
                float(first)
            except ValueError:
                text = f"y must hold numbers, got {str(first)!r}; for classes use Classifier."
                raise ValueError(text) from None
    return loss.encode_response(y)


class Regressor(PredictsSurvival, PredictsNumbers, LinearEstimator):
    """Minimise the mean loss with a regulariser, a norm budget or a loss target.

    Parameters
    ----------
    norm : str or Norm, default "l1"
    loss : str or Loss, default "squared_error"
        A loss for numbers: squared_error, huber, poisson, ...
    alpha : float or Fraction, optional
        Penalty strength on scikit-learn's scale; `nb.fraction(0.1)` is a tenth of the smallest
        alpha at which every coefficient is zero. Default, if no budget and no target is given:
        that tenth.
    budget, target : float, optional
        Norm budget, or loss to be reached; at most one of the three is given.
    l1_ratio : float in (0, 1], optional
        Of norm="elastic_net".
    fit_intercept : bool, default True
    standardize : bool, default False
        Fit columns of unit standard deviation; alpha, budget and norm are then of those columns.
        `coef_` is in the units of X in any case.
    positive : bool, default False
        Coefficients >= 0 only (L1 and elastic net).
    feature_weights : (p,) array >= 0 or "adaptive", optional
        Price of each coefficient relative to alpha (L1 and elastic net): 0 unpenalised, inf never in.
        "adaptive" (L1): 1 / size in a first fit, see `inference.adaptive`.
    warm_start : bool, default False
        Start from the previous fit.
    tol : float, default 1e-8
        Relative duality gap to reach.
    max_iter : int, default 100
        Outer iterations of the solver.
    encoder : transformer, optional
        Fitted to the rows of the fit, and asked at each prediction: such as
        `TableEncoder(missing="mean")` for tables with texts, dates and missing values. With it
        norm="group_l2" takes the features of each column as a group.

    Attributes
    ----------
    coef_ : (p,) ; intercept_ : float
    alpha_, norm_, loss_ : float, price, norm and mean loss of the solution.
    gap_ : float, duality gap relative to the loss at zero coefficients ; dual_gap_ : the gap itself.
    n_iter_ : int
    solution_ : Solution, with certificate, contact and explanations.
    n_features_in_ : int ; feature_names_in_ : (p,), where X has names.

    Examples
    --------
    >>> import normball as nb
    >>> data = nb.datasets.load_diabetes()
    >>> model = nb.Regressor(alpha=50.0).fit(data.X, data.y)
    >>> int((model.coef_ != 0).sum()), model.gap_ < 1e-8
    (6, True)
    """

    def __init__(
        self,
        norm: str | Norm = "l1",
        loss: str | Loss = "squared_error",
        alpha: float | Fraction | None = None,
        budget: float | None = None,
        target: float | None = None,
        *,
        l1_ratio: float | None = None,
        fit_intercept: bool = True,
        standardize: bool = False,
        positive: bool = False,
        feature_weights: Any = None,
        warm_start: bool = False,
        tol: float = 1e-8,
        max_iter: int = 100,
        encoder: Any = None,
    ) -> None:
        super().__init__(
            norm,
            alpha,
            budget,
            target,
            l1_ratio=l1_ratio,
            fit_intercept=fit_intercept,
            standardize=standardize,
            positive=positive,
            feature_weights=feature_weights,
            warm_start=warm_start,
            tol=tol,
            max_iter=max_iter,
            encoder=encoder,
        )
        self.loss = loss

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Regressor:
        """Fit to X (n, p) and y (n,); `sample_weight` (n,) counts like repeated rows.

        X may be a path or `nb.scan`, y and sample_weight names of columns: rows that do not fit in memory are
        read in one pass, for squared error.

        Raises
        ------
        ValueError, TypeError
            As `Problem` and `Problem.solve`; and if the loss is one for classes.

        Warns
        -----
        ConvergenceWarning
            If the gap stays above tol.
        """
        loss, response_given = get_loss(self.loss), y
        if is_stored(X):
            stored = open_rows(self, X, y, loss, sample_weight)
            if stored.summary is not None:
                self._keep(self._solve(self._prepared(problem_of(self, stored, loss, self._norm()))))
                return self
            X, y, sample_weight = table_of(stored, X), stored.y, stored.sample_weight
            response_given = y
        X, y = self._read(X, read_numbers(loss, y), y_numeric=True)
        self._note_times(loss, response_given)
        if loss.is_classifier:
            raise ValueError(f"loss={loss.name!r} is for classes; use Classifier.")
        response = np.asarray(y, dtype=np.float64)
        problem = self._in_units_of_x(X, response, loss, self._norm(), sample_weight)
        self._keep(self._solve(self._prepared(problem)))
        return self
