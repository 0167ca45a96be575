"""What has begun ends at its next product once the caller stops: Ctrl-C does not wait for whole chunks."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from threading import Event
from time import sleep
from typing import Any

import numpy as np
import pytest
from scipy import sparse

import normball as nb
from normball.designs import as_design
from normball.geometry import Equations, GaussianDesign, batches, zero_odds
from normball.geometry.chunks import run_parallel
from normball.geometry.stacks import pull, solve_each, times
from normball.inference.workers import each
from normball.progress import Progress

MANY = 200_000

DENSE, SPARSE = as_design(np.eye(3)), as_design(sparse.csc_array(np.eye(3)))
STACK, ONES = np.eye(3)[None], np.ones((1, 3))
PRODUCTS: dict[str, Callable[[], object]] = {
    "dense matvec": lambda: DENSE.matvec(ONES[0]),
    "dense rmatvec": lambda: DENSE.rmatvec(ONES[0]),
    "dense float16": lambda: as_design(np.eye(3, dtype=np.float16)).rmatvec(ONES[0]),
    "sparse matvec": lambda: SPARSE.matvec(ONES[0]),
    "sparse products": lambda: SPARSE.products(ONES),
    "sparse gram": lambda: SPARSE.gram(ONES[0] / 3, False),
    "scan": lambda: DENSE.scan(ONES, np.ones(1), None, np.zeros(3, bool), False, 0, 0),
    "stack times": lambda: times(STACK, ONES),
    "stack pull": lambda: pull(STACK, ONES),
    "stack solve": lambda: solve_each(STACK, ONES),
}


@pytest.mark.parametrize("name", list(PRODUCTS))
def test_every_product_looks_up(name: str) -> None:
    has_begun, counts = Event(), [0]

    def work(item: int) -> None:
        if item == 0:
            assert has_begun.wait(60)
            return
        for counts[0] in range(1, MANY):
            PRODUCTS[name]()
            has_begun.set()

    results = run_parallel(work, [0, 1], "", False)
    next(results)
    results.close()
    assert 0 < counts[0] < MANY - 1
    PRODUCTS[name]()  # the caller's own thread goes on


def test_workers_of_an_interrupted_caller_stop() -> None:
    has_begun, counts = Event(), [0]

    def work(item: int) -> None:
        if item == 0:
            assert has_begun.wait(60)
            raise KeyboardInterrupt
        for counts[0] in range(1, MANY):
            DENSE.matvec(ONES[0])
            has_begun.set()

    with pytest.raises(KeyboardInterrupt):
        each(work, [(1,), (0,)], 2, Progress(2, "", False))
    sleep(0.1)
    reached = counts[0]
    sleep(0.1)
    assert counts[0] == reached < MANY - 1
    DENSE.matvec(ONES[0])


@pytest.mark.skipif(os.name == "nt", reason="Windows has no way to send Ctrl-C to one process")
@pytest.mark.parametrize("norm", [nb.norms.SortedL1(), nb.norms.L1([1.0] * 59 + [0.0]), nb.norms.Lp(1.5)])
@pytest.mark.parametrize("law", [Equations(30), GaussianDesign(40, 0.1)])
def test_ctrl_c_does_not_wait_for_a_chunk(norm: Any, law: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[None] = []
    noticed: list[int] = []

    class Counted(nb.Problem):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            begun.append(None)
            if len(begun) == 3:
                os.kill(os.getpid(), signal.SIGINT)
            super().__init__(*arguments, **options)

    def interrupt(*_: object) -> None:  # on a busy machine the caller's thread has its turn late
        noticed.append(len(begun))
        raise KeyboardInterrupt

    monkeypatch.setattr(batches, "Problem", Counted)
    before = signal.signal(signal.SIGINT, interrupt)
    try:
        with pytest.raises(KeyboardInterrupt):
            zero_odds(norm, 60, law, "sampling", trials=512)
    finally:
        signal.signal(signal.SIGINT, before)
    assert len(begun) - noticed[0] < 60
