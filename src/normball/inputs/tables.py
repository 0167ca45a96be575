"""Reading what users pass as X and y: arrays, sparse matrices, data frames."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from numbers import Real
from os import PathLike
from typing import NoReturn

import numpy as np

from ..designs import Design, as_design
from ..parameters import shown
from ..typing import ArrayLike, Floats
from ..values import refuse_masked, within_floats
from .frames import read_frame


@dataclass(frozen=True, eq=False)
class Table:
    """A design with the names of its columns; None where there are none, as in an array."""

    design: Design
    names: tuple[str, ...] | None


def read_table(X: ArrayLike) -> Table:
    """Design and feature names of X (n, p).

    Raises
    ------
    TypeError, ValueError
        As `as_design`, and for a data frame as `read_frame`.
    """
    if X is None or isinstance(X, (str, bytes, PathLike)):
        raise TypeError(
            f"X must be a table of numbers, got {X!r}; read a file first, for example by polars.read_csv."
        )
    frame = read_frame(X)
    if frame is None:
        return Table(as_design(X), None)
    return Table(as_design(frame.values), frame.names)


def numbered_names(count: int, letter: str = "x") -> tuple[str, ...]:
    """x0, x1, ...: the names of columns that have none."""
    return tuple(f"{letter}{j}" for j in range(count))


def read_vector(values: ArrayLike, name: str, length: int | None, unit: str = "row") -> Floats:
    """A float64 vector (length,) from an array, list, or series; one entry for each `unit` of X.

    Where `length` is None any length will do.

    Raises
    ------
    TypeError, ValueError
        Not real numbers, not one-dimensional, another length, NaN or infinity (first position).
    """
    refuse_masked(values, name)
    array = np.asarray(values)
    if array.ndim == 0:
        raise TypeError(f"{name} must be a list or array of numbers, got {shown(values)}.")
    if array.ndim == 2 and 1 in array.shape:
        array = array.reshape(-1)
    if array.ndim != 1:
        raise ValueError(f"{name} must have one dimension, got shape {array.shape}.")
    if array.dtype.kind not in "fiub":
        try:
            if array.dtype.kind != "O":
                raise ValueError
            array = array.astype(np.float64)
        except OverflowError:
            raise within_floats(name) from None
        except (TypeError, ValueError):
            _refuse_entries(array, name)
    array = array.astype(np.float64)
    if length is not None and len(array) != length:
        raise ValueError(f"{name} has {len(array)} entries but X has {length} {unit}s; give one a {unit}.")
    if not np.isfinite(array).all():
        position = int((~np.isfinite(array)).argmax())
        raise ValueError(
            f"{name} must be finite, got {array[position]} at position {position}; drop or fill it."
        )
    return array


def _refuse_entries(array: np.ndarray, name: str) -> NoReturn:
    """Say what keeps entries from being numbers: missing values of a series, if all else is numbers."""
    wrong = [position for position, entry in enumerate(array) if not isinstance(entry, Real)]
    if wrong and all(str(array[position]) == "<NA>" for position in wrong):
        raise ValueError(
            f"{name} must be finite, got <NA> at position {wrong[0]}; drop or fill it."
        ) from None
    first = repr(str(array[0])) if len(array) else "none"
    raise TypeError(f"{name} must be real numbers, got entries such as {first}.") from None


def find_name(names: tuple[str, ...], feature: int | str) -> int:
    """Position of a feature given by name or position (negative counts from the end).

    Raises
    ------
    TypeError, ValueError
        Neither; unknown name (with the close match) or position out of range.
    """
    if isinstance(feature, str):
        if feature in names:
            return names.index(feature)
        close = get_close_matches(feature, names, n=1)
        hint = f" Did you mean {close[0]!r}?" if close else ""
        raise ValueError(
            f"feature {feature!r} is unknown; there are {len(names)} names such as {names[:3]}.{hint}"
        )
    is_number = isinstance(feature, Real) and not isinstance(feature, bool)
    if not is_number or feature % 1 != 0:  # NaN and infinity, too
        raise TypeError(f"feature must be a name or a position counted from 0, got {feature!r}.")
    position = int(feature)
    if not -len(names) <= position < len(names):
        raise ValueError(
            f"feature {shown(position)} is out of range; there are {len(names)} features, counted from 0."
        )
    return position % len(names)
