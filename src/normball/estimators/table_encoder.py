"""`TableEncoder`: tables as they are, with texts, dates and missing values, as numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from ..inputs.coding import POLICIES, Coding, Policy, listed
from ..inputs.series import type_name
from ..parameters import read_count, read_flag, shown


class TableEncoder(TransformerMixin, BaseEstimator):
    """Columns of numbers, true and false, texts and dates as the features of a fit.

    What is learnt (levels, means for missing values, the first day) is learnt from the rows of `fit`:
    in a pipeline, or as `encoder=` of an estimator, from the training rows of every fold.

    Parameters
    ----------
    missing : "refuse", "mean" or "indicator", default "refuse"
        What a missing value stands for: an error, the mean of its feature (for a level: its share), or
        that and a further feature that says where values were missing (of levels: a level of its own).
    rare : int, default 10
        Levels in fewer rows than this, and in less than 1 % of them, are one level `name=(other)`,
        which takes unknown levels too.
    calendar : bool, default False
        Dates become days since the first one; True adds months and weekdays as levels.
    categories : list of names, optional
        Columns of numbers that are to be read as levels.

    Attributes
    ----------
    codings_ : list of Coding, how each column becomes features; a column of one level only has none.
    groups_ : list of positions of the features that come from the same column, for `group_l2`.
    feature_names_in_ : (columns,) ; n_features_in_ : int
    """

    def __init__(
        self, missing: str = "refuse", rare: int = 10, calendar: bool = False, categories: Any = None
    ) -> None:
        self.missing = missing
        self.rare = rare
        self.calendar = calendar
        self.categories = categories

    def _policy(self) -> Policy:
        if self.missing not in POLICIES:
            raise ValueError(
                f"missing must be 'refuse', 'mean' or 'indicator', got {self.missing!r}; rows are left out "
                "before, such as by X.dropna()."
            )
        return Policy(
            self.missing,
            read_count(self.rare, "rare", 0),
            read_flag(self.calendar, "calendar"),
            tuple(self.categories or ()),
        )

    def fit(self, X: Any, y: Any = None) -> TableEncoder:
        """Learn the codings of the columns of X, a pandas, polars or PyArrow table.

        Raises
        ------
        TypeError, ValueError
            If X is no table, or a column is neither numbers, texts nor dates, holds no value, or has
            missing values that are to be refused.
        """
        frame, policy = _frame(X), self._policy()
        self.feature_names_in_ = np.array(frame.columns, dtype=object)
        self.n_features_in_ = len(frame.columns)
        absent = [name for name in policy.categories if name not in frame.columns]
        if absent:
            raise ValueError(f"categories names {listed(absent)}, which X does not have.")
        self.codings_ = []
        for name in frame.columns:
            column = frame[name]
            kind = type_name(column)
            if kind.startswith("values of type"):
                raise TypeError(
                    f"column {name!r} holds {kind}, which are neither numbers, texts nor dates; leave it out."
                )
            if kind == "no value":
                raise ValueError(f"column {name!r} holds no value; leave it out.")
            self.codings_ += Coding.learn(column, policy)
        names = self.get_feature_names_out().tolist()
        if len(set(names)) < len(names):
            repeated = next(name for name in names if names.count(name) > 1)
            raise ValueError(
                f"two features would both be called {repeated!r}; rename a column or a category."
            )
        return self

    @classmethod
    def of_codings(cls, codings: Sequence[Coding], **parameters: Any) -> TableEncoder:
        """A fitted encoder from codings that are known."""
        encoder = cls(**parameters)
        encoder.codings_ = list(codings)
        names = list(dict.fromkeys(coding.name for coding in codings))
        encoder.feature_names_in_ = np.array(names, dtype=object)
        encoder.n_features_in_ = len(names)
        return encoder

    @property
    def groups_(self) -> list[list[int]]:
        """Positions of the features that come from the same column (or part of a date)."""
        counts = [len(coding.features) for coding in self.codings_]
        ends = np.cumsum(counts).tolist()
        return [list(range(end - count, end)) for end, count in zip(ends, counts, strict=True) if count]

    def transform(self, X: Any) -> Any:
        """The features (n, p) of rows as a table of the same library; columns are found by name.

        Raises
        ------
        ValueError
            If a column is not there, holds something else than at the fit, or an unknown level.
        """
        return self._as_table(X, unknown_is_zero=False)

    def transform_leniently(self, X: Any) -> Any:
        """The same; a level that was not there at the fit has zeros for all levels."""
        return self._as_table(X, unknown_is_zero=True)

    def _as_table(self, X: Any, unknown_is_zero: bool) -> Any:
        import narwhals as nw

        check_is_fitted(self)
        frame = _frame(X)
        absent = [c.name for c in self.codings_ if c.name not in frame.columns]
        if absent:
            raise ValueError(f"X lacks the columns {listed(absent)}; add them under these names.")
        values: dict[str, Any] = {}
        for coding in self.codings_:
            block = coding.encode(frame[coding.name], unknown_is_zero)
            values |= dict(zip(coding.features, block.T, strict=True))
        table = nw.from_dict(values, backend=nw.get_native_namespace(frame)).to_native()
        if hasattr(X, "index") and hasattr(table, "index"):
            table.index = X.index
        return table

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """Names (p,) of the features."""
        names = [name for coding in self.codings_ for name in coding.features]
        return np.array(names, dtype=object)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.string = tags.input_tags.categorical = tags.input_tags.allow_nan = True
        return tags


def _frame(X: Any) -> Any:
    import narwhals as nw

    frame = nw.from_native(X, eager_only=True, pass_through=True)
    if not isinstance(frame, nw.DataFrame):
        raise TypeError(f"X must be a table with named columns, got {shown(X)}.")
    return frame
