"""Missing values of a table filled in by a matrix of low rank, as an imputer of scikit-learn's kind.

The columns are centred and divided by their deviations (of the values seen), and the table is
completed by the matrix L of least price (`matrix_completion.py`),

    minimise  1 / (2 n) sum over the n observed entries (Z_ij - L_ij)^2  +  alpha ||L||_*.

alpha is chosen on entries held back: a share of the observed ones, drawn at random, is filled in at
every alpha of the path from the others, several times, and the alpha of the least mean squared error
is taken.

Rows that come later. With L = A B', B = V sqrt(S) from the singular values S of L, each row of A
at the optimum is the ridge regression of the row's observed entries on those rows of B,

    a = (sum over observed j of b_j b_j' + n alpha I)^-1 sum over observed j of z_j b_j,

(Hastie, Mazumder, Lee, Zadeh, JMLR 16 (2015), lemma 1). The same is done for new rows, so that a
row of the table that was fitted is filled in the same way when it comes again.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from ..designs import check_storage
from ..parameters import read_between, read_count, read_flag, read_positive
from ..progress import Progress
from ..solvers.low_rank.completion import Completion, Entries, ridge_rows, spectral_norm
from ..typing import ArrayLike, Floats, Mask
from ..warnings import warn_unconverged
from .matrix_completion import completions


class LowRankImputer(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Fills in missing values from the other columns by a matrix of least nuclear norm.

    Parameters
    ----------
    alpha : float > 0, optional
        Price of a unit of nuclear norm, for standardised columns and the mean loss over the observed
        entries. Default: chosen on entries held back.
    n_alphas : int >= 1, default 20
        Points of the path, from L = 0 (not counted) down on a logarithmic scale.
    eps : float, 0 < eps < 1, default 1e-3
        End of the path for the default alpha, as a share of the price at which L = 0.
    held_out : float, 0 < held_out < 1, default 0.1
        Share of the observed entries that is held back each time.
    n_repeats : int >= 1, default 3
        How often entries are held back.
    standardize : bool, default True
        Divide the columns by their deviations; they are centred always.
    keep_empty_features : bool, default False
        Keep columns without any observed value, filled with 0; by default they are left out.
    tol : float > 0, default 1e-4
        Relative duality gap to be proved at each point.
    max_iter : int >= 1, default 1000
        Rounds a point, after which it ends with a `ConvergenceWarning`.
    random_state : int, RandomState or None, default 0
        Which entries are held back.
    verbose : bool, optional
        Show a progress bar always (True) or never (False); default: if the work is long.

    Attributes
    ----------
    alpha_ : float
    alphas_ : (n_alphas,) of the path.
    held_out_errors_ : (n_repeats, n_alphas)
        Root mean squared error on the entries held back, in deviations of their columns; filling in
        with means has about 1. Only where alpha was chosen.
    rank_, gap_, n_iter_ : of the completed matrix; n_iter_ are rounds at the last point of the path.
    means_, scales_ : (n_features_in_,) of the columns; NaN where a column is empty.
    loadings_ : (kept columns, rank_) B above.
    n_features_in_, feature_names_in_ : as everywhere in scikit-learn.

    Examples
    --------
    >>> import numpy as np, normball as nb
    >>> rng = np.random.default_rng(0)
    >>> truth = rng.standard_normal((60, 2)) @ rng.standard_normal((2, 8))
    >>> X = np.where(rng.random(truth.shape) < 0.8, truth, np.nan)
    >>> filled = nb.LowRankImputer().fit_transform(X)
    >>> bool(np.sqrt(np.mean((filled - truth)[np.isnan(X)] ** 2)) < 0.05 * truth.std())
    True
    """

    def __init__(
        self,
        alpha: float | None = None,
        *,
        n_alphas: int = 20,
        eps: float = 1e-3,
        held_out: float = 0.1,
        n_repeats: int = 3,
        standardize: bool = True,
        keep_empty_features: bool = False,
        tol: float = 1e-4,
        max_iter: int = 1000,
        random_state: Any = 0,
        verbose: bool | None = None,
    ) -> None:
        self.alpha = alpha
        self.n_alphas = n_alphas
        self.eps = eps
        self.held_out = held_out
        self.n_repeats = n_repeats
        self.standardize = standardize
        self.keep_empty_features = keep_empty_features
        self.tol = tol
        self.max_iter = max_iter
        self.random_state = random_state
        self.verbose = verbose

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.transformer_tags.preserves_dtype = []
        return tags

    def fit(self, X: ArrayLike, y: object = None) -> LowRankImputer:
        """Learn the columns' means, deviations and loadings from X (n, p), NaN where missing.

        Raises
        ------
        ValueError
            If a parameter is out of range, X holds infinity, or nothing was observed.
        """
        self._check_parameters()
        table = self._read(X, reset=True)
        seen = ~np.isnan(table)
        if not seen.any():
            raise ValueError("X must have at least one observed value, got none.")
        self._standardise(table, seen)
        entries = _entries(self._scaled(table), seen[:, self._kept])
        largest = spectral_norm(entries.matrix) / entries.count
        first = largest if largest > 0 else 1.0  # nothing varies: L = 0 at every price
        last = self.eps * first if self.alpha is None else float(self.alpha)
        self.alphas_ = first * np.geomspace(1.0, last / first, self.n_alphas + 1)[1:]
        rounds = self.n_alphas * (1 + (self.n_repeats if self.alpha is None else 0))
        with Progress(rounds, "completion", self.verbose) as progress:
            best = self.n_alphas - 1
            if self.alpha is None:
                self.held_out_errors_ = self._errors(entries, progress)
                best = int((self.held_out_errors_**2).mean(axis=0).argmin())
            path = completions(entries, self.alphas_[: best + 1], self.tol, self.max_iter, progress)
        self._store(path[-1], float(self.alphas_[best]), entries.count)
        return self

    def transform(self, X: ArrayLike) -> Floats:
        """X (n, p) with its missing values filled in; what was observed stays as it is.

        Returns
        -------
        (n, kept columns) array, or a frame after `set_output`.
        """
        check_is_fitted(self)
        table = self._read(X, reset=False)
        seen = ~np.isnan(table)
        entries = _entries(self._scaled(table), seen[:, self._kept])
        rows = ridge_rows(entries.pattern, entries.matrix, self.loadings_, self._price)
        filled = self.means_[self._kept] + self.scales_[self._kept] * (rows @ self.loadings_.T)
        whole = np.zeros(table.shape)
        whole[:, self._kept] = filled
        whole = np.where(seen, table, whole)
        return whole if self.keep_empty_features else whole[:, self._kept]

    def get_feature_names_out(self, input_features: Any = None) -> Any:
        """Names of the columns that come out: those with an observed value, or all."""
        names = super().get_feature_names_out(input_features)
        return names if self.keep_empty_features else names[self._kept]

    # ---- parts ------------------------------------------------------------------------
    @property
    def _kept(self) -> Mask:
        """(p,) columns with an observed value."""
        return ~np.isnan(self.means_)

    def _check_parameters(self) -> None:
        if self.alpha is not None:
            read_positive(self.alpha, "alpha")
        read_between(self.eps, "eps", 0, 1)
        read_between(self.held_out, "held_out", 0, 1)
        read_positive(self.tol, "tol")
        for name in ("n_alphas", "max_iter", "n_repeats"):
            read_count(getattr(self, name), name)
        for name in ("standardize", "keep_empty_features"):
            read_flag(getattr(self, name), name)

    def _read(self, X: ArrayLike, reset: bool) -> Floats:
        check_storage(X)
        table: Floats = validate_data(self, X, reset=reset, dtype=np.float64, ensure_all_finite="allow-nan")
        return table

    def _standardise(self, table: Floats, seen: Mask) -> None:
        counts = seen.sum(axis=0)
        values = np.where(seen, table, 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            self.means_ = values.sum(axis=0) / counts
            deviations = np.sqrt((np.where(seen, table - self.means_, 0.0) ** 2).sum(axis=0) / counts)
        varies = deviations > 1e-12 * np.abs(self.means_)
        scales = np.where(varies, deviations if self.standardize else 1.0, 1.0)
        self.scales_ = np.where(counts > 0, scales, np.nan)

    def _scaled(self, table: Floats) -> Floats:
        kept = self._kept
        return np.asarray((table[:, kept] - self.means_[kept]) / self.scales_[kept])

    def _errors(self, entries: Entries, progress: Progress) -> Floats:
        """(n_repeats, n_alphas) of entries held back."""
        n_held = round(self.held_out * entries.count)
        if not 0 < n_held < entries.count:
            raise ValueError(
                f"held_out={self.held_out:g} of {entries.count} observed values leaves none to learn from or "
                "to test on; pass alpha."
            )
        rng = check_random_state(self.random_state)
        errors = []
        for _ in range(self.n_repeats):
            held = np.zeros(entries.count, dtype=bool)
            held[rng.permutation(entries.count)[:n_held]] = True
            taught, asked = _part(entries, ~held), _part(entries, held)
            path = completions(taught, self.alphas_, self.tol, self.max_iter, progress)
            misses = [asked.of(point.U * point.s, point.V) - asked.matrix.data for point in path]
            errors.append([np.sqrt(np.mean(miss**2)) for miss in misses])
        return np.array(errors)

    def _store(self, end: Completion, alpha: float, count: int) -> None:
        self.alpha_, self.rank_, self.gap_ = alpha, len(end.s), end.gap
        self.n_iter_ = end.n_rounds
        self.loadings_, self._price = end.V * np.sqrt(end.s), alpha * count
        if end.gap > self.tol:
            warn_unconverged(
                f"LowRankImputer missed tol={self.tol:g} at alpha={alpha:g}, the gap is {end.gap:.1e}; raise "
                "max_iter or n_alphas.",
                stacklevel=3,
            )


def _entries(scaled: Floats, seen: Mask) -> Entries:
    rows, columns = np.nonzero(seen)
    return Entries(sparse.csr_array((scaled[rows, columns], (rows, columns)), shape=scaled.shape))


def _part(entries: Entries, chosen: Mask) -> Entries:
    """Some of the observed entries."""
    places = (entries.rows[chosen], entries.matrix.indices[chosen])
    return Entries(sparse.csr_array((entries.matrix.data[chosen], places), shape=entries.shape))
