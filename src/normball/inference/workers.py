"""The same function on many tasks: one after the other, or by the workers of joblib."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Event
from typing import Any, ClassVar, TypeVar

from ..designs.stopping import obeying
from ..parameters import read_count
from ..progress import Progress

MOST_WORKERS = 10**6

Result = TypeVar("Result")


def each(
    function: Callable[..., Result], tasks: Sequence[tuple[Any, ...]], n_jobs: int | None, bar: Progress
) -> list[Result]:
    """What a function finds for every task, in their order.

    Parameters
    ----------
    function : callable of the entries of a task; defined in a module, so that processes find it.
    tasks : sequence of tuples
    n_jobs : int, optional
        None: one after the other. Else workers of joblib: threads, since the compiled kernels leave
        the interpreter's lock and X is then not copied, or what surrounds the call
        (`joblib.parallel_config`), such as dask and ray.
    bar : Progress
        Advanced by each task.

    Raises
    ------
    TypeError, ValueError
        If `n_jobs` is no whole number, or 0.
    ModuleNotFoundError
        If joblib is needed and is not there.
    """
    found: list[Result] = []
    if n_jobs is None:
        for task in tasks:
            found.append(function(*task))
            bar()
        return found
    if read_count(n_jobs, "n_jobs", -MOST_WORKERS, MOST_WORKERS) == 0:
        raise ValueError("n_jobs must not be 0; give a number of workers, -1 for all, or None for none.")
    try:
        from joblib import Parallel, delayed
    except ModuleNotFoundError:
        raise ModuleNotFoundError(
            "n_jobs needs joblib, which is not installed; leave n_jobs out or run: pip install joblib",
            name="joblib",
        ) from None
    with _Obedient(function) as obedient:
        # as a list: not every backend can return one result after the other
        found = list(Parallel(n_jobs=n_jobs, prefer="threads")(delayed(obedient)(*task) for task in tasks))
    bar(len(tasks))
    return found


class _Obedient:
    """A function whose threads stop once the caller has left the block: joblib lets them go on.

    Workers in other processes, which find no flag, are left to joblib.
    """

    flags: ClassVar[dict[int, Event]] = {}

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function, self._key = function, id(self)

    def __call__(self, *arguments: Any) -> Any:
        with obeying(self.flags.get(self._key)):
            return self._function(*arguments)

    def __enter__(self) -> _Obedient:
        self.flags[self._key] = Event()
        return self

    def __exit__(self, *error: object) -> None:
        self.flags.pop(self._key).set()
