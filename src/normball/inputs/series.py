"""Columns of pandas, polars and PyArrow tables as numbers, texts and days."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..typing import Floats

DAY = np.timedelta64(1, "D")


def _series(column: Any) -> Any:
    import narwhals as nw

    return nw.from_native(column, series_only=True, allow_series=True)


def is_number(column: Any) -> bool:
    """Whether a column holds numbers (true and false are none)."""
    series = _series(column)
    if series.dtype.is_numeric():
        return True
    import narwhals as nw

    values = series.drop_nulls().to_list() if series.dtype == nw.Object else []
    return bool(values) and all(
        isinstance(value, int | float | np.number) and not isinstance(value, bool) for value in values
    )


def is_date(column: Any) -> bool:
    """Whether a column holds dates, or dates with times."""
    import narwhals as nw

    kind = _series(column).dtype
    return bool(kind == nw.Date or kind == nw.Datetime)


def numbers_of(column: Any) -> Floats:
    """(n,) float64, NaN where a value is missing."""
    series = _series(column)
    if series.dtype.is_numeric() and not series.null_count():
        return np.array(series.to_numpy(), dtype=np.float64)
    return np.array([np.nan if value is None else value for value in series.to_list()], dtype=np.float64)


def dates_of(column: Any) -> Floats:
    """(n,) days since 1970, NaN where a value is missing."""
    import narwhals as nw

    series = _series(column)
    if not is_date(column):
        return np.zeros(len(series))
    if getattr(series.dtype, "time_zone", None):
        series = series.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
    stamps = series.cast(nw.Datetime("us")).to_numpy().astype("datetime64[us]")
    days: Floats = (stamps - np.datetime64(0, "us")) / DAY
    return np.where(np.isnat(stamps), np.nan, days)


def texts_of(column: Any, in_lower_case: bool = False) -> list[str | None]:
    """Texts, None where a value is missing; true and false as 'true' and 'false'."""
    import narwhals as nw

    series = _series(column)
    is_boolean = series.dtype == nw.Boolean
    if series.dtype.is_float():
        numbers = numbers_of(column).tolist()
        return [None if np.isnan(value) else f"{value:g}" for value in numbers]
    values = series.to_list()
    texts = [None if value is None or value != value else str(value) for value in values]
    if in_lower_case or is_boolean or all(isinstance(value, bool) for value in values if value is not None):
        texts = [None if text is None else text.lower() for text in texts]
    return texts


def type_name(column: Any) -> str:
    """What a sentence calls the entries of a column."""
    import narwhals as nw

    kind = _series(column).dtype
    if kind.is_numeric():
        return "numbers"
    if kind == nw.Boolean:
        return "true and false"
    if kind.is_temporal():
        return "dates or times"
    if kind in (nw.String, nw.Categorical, nw.Enum):
        return "text"
    values = _series(column).to_list()
    if all(value is None or value != value for value in values):
        return "no value"
    if kind == nw.Object and all(isinstance(value, str) for value in values if value is not None):
        return "text"
    return f"values of type {kind}"
