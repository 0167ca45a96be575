"""Regularisers and their balls. One class a file; `NORMS` is the registry.

A string where a norm is expected ("l1") is looked up here, with default parameters. Norms of
matrices have their own registry, `matrices.MATRIX_NORMS`.
"""

from __future__ import annotations

from difflib import get_close_matches

from .base import Norm
from .elastic_net import ElasticNet
from .face import Face
from .group_l2 import GroupL2
from .l1 import L1
from .l2 import L2
from .linf import LInf
from .lp import Lp
from .matrices import ColumnL2, EntrywiseL1, EntrywiseMax, Nuclear, Spectral
from .sorted_l1 import SortedL1
from .squared_l2 import SquaredL2

__all__ = [
    "L1",
    "L2",
    "NORMS",
    "ColumnL2",
    "ElasticNet",
    "EntrywiseL1",
    "EntrywiseMax",
    "Face",
    "GroupL2",
    "LInf",
    "Lp",
    "Norm",
    "Nuclear",
    "SortedL1",
    "Spectral",
    "SquaredL2",
    "get_norm",
]

NORMS: dict[str, type[Norm]] = {
    cls.name: cls for cls in (L1, L2, LInf, Lp, SquaredL2, ElasticNet, GroupL2, SortedL1)
}
"""Name -> class; a new norm is added here."""

_CONSTRUCTION = {"lp": "nb.norms.Lp(1.5)", "group_l2": "nb.norms.GroupL2([[0, 1], [2]])"}


def get_norm(norm: str | Norm) -> Norm:
    """The norm of a name (with default parameters), or the norm itself.

    Raises
    ------
    TypeError
        If it is neither a string nor a Norm.
    ValueError
        If the name is unknown (with the close match) or needs parameters (with an example).
    """
    if isinstance(norm, Norm):
        return norm
    if not isinstance(norm, str):
        raise TypeError(f"norm must be a name such as 'l1' or a Norm, got {norm!r}.")
    if norm in _CONSTRUCTION:
        raise ValueError(f"norm {norm!r} needs parameters; pass it as {_CONSTRUCTION[norm]}.")
    if norm not in NORMS:
        close = get_close_matches(norm.lower(), NORMS, n=1, cutoff=0.5)
        hint = f" Did you mean {close[0]!r}?" if close else ""
        raise ValueError(f"norm {norm!r} is unknown; known are {', '.join(NORMS)}.{hint}")
    return NORMS[norm]()
