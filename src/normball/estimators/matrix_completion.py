"""Missing entries filled in by the matrix of least nuclear norm that explains the others."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_array, check_is_fitted

from ..designs import check_storage
from ..parameters import read_between, read_count, read_positive
from ..progress import Progress
from ..solvers.low_rank.completion import Completion, Entries, complete, empty, spectral_norm
from ..typing import ArrayLike, Floats, Indices
from ..warnings import warn_unconverged


class MatrixCompletion(BaseEstimator):
    """Low-rank matrix from some of its entries, along a path of prices.

        minimise  1 / (2 n) sum over the n observed entries (X_ij - L_ij)^2  +  alpha ||L||_*

    Parameters
    ----------
    alpha : float > 0, optional
        Price of a unit of nuclear norm at the end of the path. Default `eps` times the least
        price at which L = 0.
    n_alphas : int >= 1, default 20
        Points of the path, from L = 0 (not counted) down to alpha on a logarithmic scale. Each
        starts from the one before, which is faster than alpha alone.
    eps : float, 0 < eps < 1, default 1e-5
        For noise-free entries small: the error that remains is about proportional. For noisy
        entries choose among `alphas_` with entries held back.
    tol : float > 0, default 1e-4
        Relative duality gap to be proved at each point.
    max_iter : int >= 1, default 1000
        Rounds (or steps of the splitting) a point, after which it ends with a `ConvergenceWarning`.
    verbose : bool, optional
        Show a progress bar always (True) or never (False); default: if the work is long.

    Attributes
    ----------
    alphas_, gaps_, nuclear_norms_, losses_ : (n_alphas,) of the path.
    ranks_ : (n_alphas,) int
    rank_, gap_, alpha_ : at its end.
    left_, singular_values_, right_ : (m, rank_), (rank_,), (rank_, n_features)
        The completed matrix is (left_ * singular_values_) @ right_.
    n_features_in_ : int

    Notes
    -----
    Memory: a few arrays of the number of observed entries, and factors; no (m, n) array is
    made unless X comes as one, `completed` is asked for, or entries are noisy and alpha is small:
    the rank is then high, and splitting on whole matrices takes over if they have at most 2e7 entries
    or 25 times the observed ones.

    References
    ----------
    Mazumder, Hastie, Tibshirani, JMLR 11 (2010), 2287-2322, and Hastie, Mazumder, Lee, Zadeh,
    JMLR 16 (2015), 3367-3402.

    Examples
    --------
    >>> import numpy as np, normball as nb
    >>> truth = np.outer(np.arange(1.0, 31), np.linspace(1, 2, 20))
    >>> X = np.where(np.random.default_rng(0).random(truth.shape) < 0.5, truth, np.nan)
    >>> model = nb.MatrixCompletion().fit(X)
    >>> model.rank_, bool(np.abs(model.completed() - truth).max() < 0.01)
    (1, True)
    """

    def __init__(
        self,
        alpha: float | None = None,
        *,
        n_alphas: int = 20,
        eps: float = 1e-5,
        tol: float = 1e-4,
        max_iter: int = 1000,
        verbose: bool | None = None,
    ) -> None:
        self.alpha = alpha
        self.n_alphas = n_alphas
        self.eps = eps
        self.tol = tol
        self.max_iter = max_iter
        self.verbose = verbose

    def fit(self, X: ArrayLike, y: object = None) -> MatrixCompletion:
        """Complete X (m, n_features): NaN is missing, or in a sparse matrix whatever is not stored.

        Raises
        ------
        ValueError
            If a parameter is out of range, X holds infinity, or nothing was observed.
        """
        self._check_parameters()
        entries = _entries(X)
        self.n_features_in_ = entries.shape[1]
        # entries of unit size: prices and tolerances never meet the ends of the number range
        unit = float(np.abs(entries.matrix.data).max()) or 1.0
        scaled = Entries(entries.with_data(entries.matrix.data / unit))
        largest = spectral_norm(scaled.matrix) / entries.count
        # a matrix of zeros is its own completion at every price
        first = largest if largest > 0 else 1.0
        last = self.eps * first if self.alpha is None else float(self.alpha) / unit
        alphas = first * np.geomspace(1.0, last / first, self.n_alphas + 1)[1:]
        with Progress(self.n_alphas, "completion", self.verbose) as progress:
            points = completions(scaled, alphas, self.tol, self.max_iter, progress)
        self._store(points, alphas, entries.count, unit)
        missed = int((self.gaps_ > self.tol).sum())
        if missed:
            warn_unconverged(
                f"MatrixCompletion missed tol={self.tol:g} at {missed} of {self.n_alphas} alphas, "
                f"the largest gap is {self.gaps_.max():.1e}; raise max_iter or n_alphas.",
                stacklevel=2,
            )
        return self

    def _check_parameters(self) -> None:
        if self.alpha is not None:
            read_positive(self.alpha, "alpha")
        read_between(self.eps, "eps", 0, 1)
        read_positive(self.tol, "tol")
        for name in ("n_alphas", "max_iter"):
            read_count(getattr(self, name), name)

    def _store(self, points: list[Completion], alphas: Floats, count: int, unit: float) -> None:
        self.alphas_ = alphas * unit
        self.gaps_ = np.array([point.gap for point in points])
        self.ranks_ = np.array([len(point.s) for point in points])
        self.nuclear_norms_ = unit * np.array([point.s.sum() for point in points])
        squares = np.array([point.primal for point in points]) - alphas * count * self.nuclear_norms_ / unit
        self.losses_ = unit**2 * squares / count
        end = points[-1]
        self.left_, self.singular_values_, self.right_ = end.U, unit * end.s, end.V.T
        self.rank_, self.gap_, self.alpha_ = len(end.s), end.gap, float(self.alphas_[-1])

    def completed(self) -> Floats:
        """The whole matrix (m, n_features) at the end of the path."""
        check_is_fitted(self)
        whole: Floats = (self.left_ * self.singular_values_) @ self.right_
        return whole

    def predict(self, rows: Indices, columns: Indices) -> Floats:
        """Entries (k,) at the places (rows[i], columns[i]), without the whole matrix."""
        check_is_fitted(self)
        left = self.left_[np.asarray(rows)] * self.singular_values_
        values: Floats = np.einsum("ik,ki->i", left, self.right_[:, np.asarray(columns)])
        return values


def completions(
    entries: Entries, alphas: Floats, tol: float, max_rounds: int, progress: Progress
) -> list[Completion]:
    """The completions at falling alphas, each from the one before."""
    points: list[Completion] = []
    for alpha in alphas:
        start = points[-1] if points else empty(entries)
        points.append(complete(entries, float(alpha) * entries.count, start, tol, max_rounds))
        progress()
    return points


def _entries(X: Any) -> Entries:
    """The observed entries of X, in float64."""
    check_storage(X)
    if sparse.issparse(X):
        checked = check_array(X, accept_sparse="csr", dtype=np.float64, input_name="X")
        matrix = sparse.csr_array(checked)
        matrix.sum_duplicates()
    else:
        dense = check_array(X, dtype=np.float64, ensure_all_finite="allow-nan", input_name="X")
        rows, columns = np.nonzero(~np.isnan(dense))
        matrix = sparse.csr_array((dense[rows, columns], (rows, columns)), shape=dense.shape)
    if matrix.nnz == 0:
        raise ValueError("X must have at least one observed entry, got none.")
    return Entries(matrix)
