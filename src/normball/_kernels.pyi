from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .typing import Floats, Indices, Mask

DONE: int
NEEDS_CAPACITY: int
STALLED: int
INTERRUPTED: int
COUNTERS: tuple[str, ...]
FIGURES: tuple[str, ...]
instruction_set: str

def max_threads() -> int: ...

class DataMatrix:
    vector_width: int
    @staticmethod
    def dense(values: NDArray[Any]) -> DataMatrix: ...
    @staticmethod
    def sparse(
        data: NDArray[Any], indices: NDArray[Any], indptr: NDArray[Any], shape: tuple[int, int]
    ) -> DataMatrix: ...
    def products(self, U: Floats) -> Floats: ...
    def scan(
        self,
        U: Floats,
        alphas: Floats,
        inverse_price: Floats | None,
        skip: NDArray[np.bool_],
        one_sided: bool,
        slack: float,
        early: int,
        late: int,
    ) -> tuple[NDArray[np.int32], Floats, Floats, Floats]: ...

def descend_groups(
    gram: Floats,
    starts: Indices,
    values: Floats,
    price: Floats,
    alpha: float,
    precision: float,
    most: int,
    w: Floats,
    r: Floats,
) -> int: ...
def split_rows(
    M: NDArray[Any],
    L: NDArray[Any],
    b: NDArray[Any],
    h: NDArray[Any],
    observed: Mask | None,
    Z: NDArray[Any],
    mean: NDArray[Any],
    ratio: float,
    shrink: float,
    bound: float,
    relaxation: float,
    weight: float,
) -> None: ...

class ActiveSet:
    counters: NDArray[np.int64]
    def __init__(self, capacity: int) -> None: ...
    @property
    def capacity(self) -> int: ...
    @property
    def members(self) -> Indices: ...
    @property
    def sign(self) -> Floats: ...
    def grow(self, capacity: int) -> None: ...
    def hold_dense(self, values: Floats, m: int) -> None: ...
    def hold_sparse(
        self, data: Floats, indices: NDArray[np.integer], indptr: NDArray[np.integer], n: int
    ) -> None: ...
    def hold_gram(self, gram: Floats) -> None: ...
    def set_quadratic(
        self,
        b: Floats | None,
        h: Floats | None,
        mean: Floats | None,
        c: Floats,
        price: Floats,
        ridge: Floats | None,
        one_sided: bool,
    ) -> None: ...
    def set_metric(self, h: Floats | None, mean: Floats | None, precision: float) -> None: ...
    def inner_products(self, columns: Indices, U: Floats) -> Floats: ...
    def combination(self, columns: Indices, w: Floats) -> Floats: ...
    def retarget(self, members: Indices, sign: Floats, alpha: float = 0.0, rebuild: bool = False) -> None: ...
    def solve(
        self, candidates: Indices, alphas: Floats, alpha_before: float, start: Floats | None = None
    ) -> tuple[int, int, Indices, Indices, Floats, Floats | None, Floats]: ...

LOSS_KINDS: tuple[str, ...]

class CompiledLoss:
    def __init__(
        self,
        kind: str,
        parameter: float,
        y: Floats,
        sample_weight: Floats,
        evaluate: Callable[[Floats], tuple[float, Floats, Floats, Floats]],
        slack: Callable[[Floats, Floats], float],
        sets: tuple[Indices, Floats, Indices, Indices, Floats] | None = None,
    ) -> None: ...
    def at(self, eta: Floats) -> tuple[float, Floats, Floats, Floats]: ...
    def slack_at(self, eta: Floats, u: Floats) -> float: ...
    def duals(self, etas: Floats, removes_ones: bool, has_units: bool) -> tuple[Floats, Floats, Floats]: ...
    def slacks(self, etas: Floats, U: Floats) -> Floats: ...

def roundings(
    etas: Floats, U: Floats, curvatures: Floats, means: Floats, levels: Floats, resolution: Floats
) -> Floats: ...

class Reweighting:
    def __init__(
        self, active: ActiveSet, loss: CompiledLoss, fits_intercept: bool, scale: float, tolerance: float
    ) -> None: ...
    def solve(
        self,
        candidates: Indices,
        free_slots: Indices,
        inverse_price: Floats,
        mean: Floats,
        alphas: Floats,
        alpha_before: float,
        now: tuple[Indices, Floats, float],
        earlier: tuple[Indices, Floats, float],
        alpha_earlier: float,
    ) -> tuple[int, int, Indices, Indices, Floats, Floats]: ...
