"""Robust principal component analysis: a table as low rank + sparse, with the proof.

    minimise ||L||_* + lam ||S||_1   subject to   L + S = X

(principal component pursuit). The nuclear norm is the L1 norm of the singular values: its
ball meets a level set at low rank for the same reason as the diamond's meets it on a corner,
and the two norms side by side tell structure from gross errors, as the background of a
video from the people in front of it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from ..parameters import read_count, read_not_negative, read_positive
from ..progress import gap_progress
from ..solvers.low_rank.coordinates import coordinates
from ..solvers.low_rank.pursuit import Decomposition, principal_component_pursuit
from ..typing import ArrayLike, Floats, Mask
from ..warnings import warn_unconverged
from .past_rows import PastRows, merged_components
from .validation import validated

UNSURE = 10.0
"""Components of several blocks below so many times tol, as a share of the largest, may be errors."""
COORDINATE_TOL = 1e-6
COORDINATE_STEPS = 2000
VISIBLE = 0.01
"""A direction counts as visible from this share of the largest singular value on."""
_BLOCK_ROWS = 64


class RobustPCA(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """Low rank + sparse: principal components that a minority of gross errors cannot move.

    Parameters
    ----------
    lam : float > 0, optional
        Price of a unit of `sparse_` in units of nuclear norm. Default
        1 / sqrt(max(n_samples, n_features)), with missing entries 1 / sqrt(share observed *
        max(...)): the prices at which Candès et al. prove exact recovery.
    noise : float >= 0, default 0
        Standard deviation of dense noise that neither part should follow (stable principal
        component pursuit): the misfit |X - L - S|^2 / (2 mu), mu = noise * sqrt(2 max(n_samples,
        n_features)), takes the place of the equation L + S = X.
    tol : float > 0, default 1e-6
        Relative duality gap to be proved; the search stops when it is. Down to 1e-5 the work
        is done in float32, below in float64.
    max_iter : int >= 1, default 5000
        Where the search ends if the gap was not reached, with a `ConvergenceWarning`.
    verbose : bool, optional
        Show a progress bar always (True) or never (False); default: if the work is long.

    Attributes
    ----------
    low_rank_, sparse_ : (n_samples, n_features)
        Their sum is X on the support of `sparse_`, which is exactly 0 elsewhere.
    rank_ : int
    visible_rank_ : int
        Singular values above 1 % of the largest: what a picture of `low_rank_` shows.
    components_ : (rank_, n_features), orthonormal rows; `low_rank_` lies in their span.
    singular_values_ : (rank_,) of `low_rank_`, descending.
    gap_ : float
        (objective_ - dual_objective_) / objective_, in float64 from what is returned.
    objective_ : float
        Of (low_rank_, X - low_rank_), which meets the equation exactly.
    dual_objective_ : float
        No decomposition of X has a smaller objective.
    dual_point_ : (n_samples, n_features)
        The proof: spectral norm <= 1, entries <= lam_, and <dual_point_, X> = dual_objective_
        (with noise minus mu / 2 |dual_point_|^2).
    lam_ : float, the price used.
    n_iter_ : int
    n_samples_seen_ : int
        Rows so far: of `fit`, or of all calls of `partial_fit`.
    n_features_in_ : int

    Notes
    -----
    NaN in X marks a missing entry: `low_rank_` fills it in, `sparse_` is 0 there.
    Each iteration costs one product of X with a matrix of its shorter side and one
    eigenproblem of that size, or, where both sides are long, products with a few more vectors
    than the rank. Memory: four times X in the precision of the work, X not counted.

    References
    ----------
    Candès, Li, Ma, Wright, Robust principal component analysis?, Journal of the ACM 58 (2011).
    Zhou, Li, Wright, Candès, Ma, Stable principal component pursuit, ISIT 2010.

    Examples
    --------
    >>> import numpy as np, normball as nb
    >>> X = np.outer(np.arange(1.0, 41), np.ones(30))
    >>> X[3, 7] += 25
    >>> model = nb.RobustPCA().fit(X)
    >>> model.rank_, int((model.sparse_ != 0).sum())
    (1, 1)
    """

    def __init__(
        self,
        lam: float | None = None,
        *,
        noise: float = 0.0,
        tol: float = 1e-6,
        max_iter: int = 5000,
        verbose: bool | None = None,
    ) -> None:
        self.lam = lam
        self.noise = noise
        self.tol = tol
        self.max_iter = max_iter
        self.verbose = verbose

    def _check_parameters(self) -> None:
        if self.lam is not None:
            read_positive(self.lam, "lam")
        read_not_negative(self.noise, "noise")
        read_positive(self.tol, "tol")
        read_count(self.max_iter, "max_iter")

    def _split(self, X: NDArray[Any]) -> None:
        """Solve for X, in whichever direction is tall, and keep what was found."""
        observed = _observed(X)
        n_seen = X.size if observed is None else int(observed.sum())
        if n_seen == 0:
            raise ValueError("X must have at least one entry that is not NaN, got only NaN.")
        longest = max(X.shape)
        self.lam_ = float(1.0 / np.sqrt(longest * (n_seen / X.size))) if self.lam is None else float(self.lam)
        is_tall = X.shape[0] >= X.shape[1]
        with gap_progress("robust PCA", self.tol, self.verbose) as report:
            found = principal_component_pursuit(
                X if is_tall else X.T,
                self.lam_,
                nu=float(self.noise) * np.sqrt(2.0 * longest),
                observed=None if observed is None else observed if is_tall else observed.T,
                tol=self.tol,
                max_iter=self.max_iter,
                report=report,
            )
        self._store(found, is_tall)
        if self.gap_ > self.tol:
            warn_unconverged(
                f"RobustPCA ended after {self.n_iter_} iterations at the relative gap {self.gap_:.1e}, above "
                f"tol={self.tol:g}; raise max_iter, or tol if that gap is good enough.",
                stacklevel=3,
            )

    def _store(self, found: Decomposition, is_tall: bool) -> None:
        turned = (lambda M: M) if is_tall else np.transpose
        self.low_rank_: Floats = turned(found.low_rank)
        self.sparse_: Floats = turned(found.sparse)
        self.dual_point_: Floats = turned(found.dual_point)
        self.singular_values_: Floats = found.singular_values
        self.rank_ = len(found.singular_values)
        self.components_: Floats = found.right.copy() if is_tall else (found.left / found.singular_values).T
        self.objective_, self.dual_objective_ = found.proof.primal, found.proof.dual
        self.gap_: float = found.proof.gap
        self.n_iter_: int = found.n_iterations

    def fit(self, X: ArrayLike, y: object = None) -> RobustPCA:
        """Split X (n_samples, n_features); y is ignored.

        Raises
        ------
        ValueError
            If a parameter is out of range, X holds infinity, or every entry is missing.
        """
        self._check_parameters()
        X = validated(self, X, dtype="numeric", ensure_all_finite="allow-nan")
        self._split(X)
        self._past = PastRows(self.low_rank_, 1, len(X), len(X))
        return self

    def partial_fit(self, X: ArrayLike, y: object = None) -> RobustPCA:
        """Split the next rows X (n, n_features) of a table that is longer than memory; y is ignored.

        They are split together with rows of the low-rank part so far, evenly spread over the past
        and as many as the largest block has: background seen before has its weight, though its
        frames are gone. Afterwards `low_rank_` and `sparse_` are those of X. `gap_`, `objective_`,
        `lam_` and `dual_point_` belong to the problem that was solved, rows of the past first, then
        X. `components_` and `singular_values_` are those of all rows so far, at most as many as that
        block has, none below `10 * tol` times the largest. Memory depends on the size of the
        blocks, not on their number.

        Raises
        ------
        ValueError
            As `fit`; if X has another number of features than the first block.
        """
        if not hasattr(self, "_past"):
            return self.fit(X)
        self._check_parameters()
        X = validated(self, X, dtype="numeric", ensure_all_finite="allow-nan", reset=False)
        known, past = (self.singular_values_, self.components_), self._past
        carried = past.choice()
        self._split(np.vstack([carried, X]))
        self.low_rank_, self.sparse_ = self.low_rank_[len(carried) :], self.sparse_[len(carried) :]
        self._past = past.followed_by(self.low_rank_)
        self.singular_values_, self.components_ = merged_components(
            *known, self.low_rank_, UNSURE * self.tol, most=self._past.height
        )
        self.rank_ = len(self.singular_values_)
        return self

    @property
    def n_samples_seen_(self) -> int:
        """Rows so far: of `fit`, or of all calls of `partial_fit` since."""
        check_is_fitted(self)
        return self._past.n_seen

    def transform(self, X: ArrayLike) -> Floats:
        """Coordinates (n, rank_) of the rows of X (n, n_features) among `components_`.

        They minimise the sum of absolute deviations from X over its entries that are not
        NaN, to a proved gap of 1e-6 of the row's own sum of absolute values.
        """
        check_is_fitted(self)
        X = validated(self, X, reset=False, dtype=np.float64, ensure_all_finite="allow-nan")
        observed = _observed(X)
        scores = np.zeros((len(X), self.rank_))
        worst = 0.0
        for start in range(0, len(X), _BLOCK_ROWS):
            rows = slice(start, start + _BLOCK_ROWS)
            seen = None if observed is None else observed[rows]
            scores[rows], gaps = coordinates(
                X[rows], self.components_, seen, COORDINATE_TOL, COORDINATE_STEPS
            )
            worst = max(worst, float(gaps.max()))
        if worst > COORDINATE_TOL:
            warn_unconverged(
                f"transform ended at the relative gap {worst:.1e}, above {COORDINATE_TOL:g}; the "
                "coordinates are good to about that much.",
                stacklevel=2,
            )
        return scores

    def inverse_transform(self, X: ArrayLike) -> Floats:
        """Rows (n, n_features) of coordinates X (n, rank_).

        Raises
        ------
        ValueError
            If X has another number of columns.
        """
        check_is_fitted(self)
        scores = np.asarray(X, dtype=np.float64)
        if scores.ndim != 2 or scores.shape[1] != self.rank_:
            raise ValueError(f"X must have rank_={self.rank_} columns, got shape {scores.shape}.")
        rows: Floats = scores @ self.components_
        return rows

    @property
    def visible_rank_(self) -> int:
        """Singular values above 1 % of the largest."""
        check_is_fitted(self)
        return int((self.singular_values_ > VISIBLE * self.singular_values_.max(initial=0.0)).sum())

    @property
    def _n_features_out(self) -> int:
        """For scikit-learn's `get_feature_names_out`."""
        return self.rank_

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags


def _observed(X: NDArray[Any]) -> Mask | None:
    """Flags of the entries that are not NaN; None for all."""
    if X.dtype.kind != "f":
        return None
    seen: Mask = ~np.isnan(X)
    return None if seen.all() else seen
