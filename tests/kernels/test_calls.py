"""Calls of kernels: errors stay in the call where they arise; threads, forks and exits are safe."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import normball as nb
from normball.losses import Logistic
from normball.typing import Floats


class Broken(Logistic):
    """Fails in one method or returns what is no array, once the fit is on its way."""

    def __init__(self, method: str) -> None:
        self.method = method

    def __eq__(self, other: object) -> bool:
        return self is other

    __hash__ = object.__hash__

    def sample_curvatures(self, eta: Floats, y: Floats) -> Floats:
        if self.method == "curvature" and eta.any():
            raise ZeroDivisionError("curvature out of order")
        return super().sample_curvatures(eta, y)

    def sample_gradients(self, eta: Floats, y: Floats) -> Floats:
        if self.method == "gradient" and eta.any():
            raise ZeroDivisionError("gradient out of order")
        return super().sample_gradients(eta, y)

    def sample_values(self, eta: Floats, y: Floats) -> Floats:
        if self.method == "value" and np.abs(eta).max() > 0.3:
            raise KeyboardInterrupt
        return super().sample_values(eta, y)


def problem(loss: object) -> nb.Problem:
    generator = np.random.default_rng(0)
    X = np.asfortranarray(generator.normal(size=(150, 300)))
    return nb.Problem(X, (X[:, 0] + generator.normal(size=150) > 0) * 1.0, loss=loss)


@pytest.mark.parametrize(
    ("method", "error"),
    [("curvature", ZeroDivisionError), ("gradient", ZeroDivisionError), ("value", KeyboardInterrupt)],
)
def test_errors_stay_in_their_own_thread(method: str, error: type[BaseException]) -> None:
    expected = problem("logistic").path(n_alphas=15).coefs
    is_done = threading.Event()

    def fail() -> int:
        count = 0
        while not is_done.is_set() or count == 0:
            with pytest.raises(error):
                problem(Broken(method)).path(n_alphas=15)
            count += 1
        return count

    with ThreadPoolExecutor(3) as pool:
        failing = pool.submit(fail)
        try:
            sound = [pool.submit(lambda: problem("logistic").path(n_alphas=15).coefs) for _ in range(12)]
            for future in sound:
                np.testing.assert_array_equal(future.result(), expected)
        finally:
            is_done.set()
        assert failing.result() > 0


def test_a_failing_loss_is_not_asked_again_and_again() -> None:
    asked = []

    class Counting(Broken):
        def sample_gradients(self, eta: Floats, y: Floats) -> Floats:
            asked.append(bool(eta.any()))
            return super().sample_gradients(eta, y)

    with pytest.raises(ZeroDivisionError):
        problem(Counting("gradient")).solve(alpha=0.01)
    assert sum(asked) <= 3


FITS = """
import numpy as np
import normball as nb
generator = np.random.default_rng(0)
X = np.asfortranarray(generator.normal(size=(200, 1500)))
y = X[:, :20].sum(axis=1) + generator.normal(size=200)
def fit(loss="squared_error"):
    return nb.Problem(X, y if loss == "squared_error" else (y > 0) * 1.0, loss=loss).path(n_alphas=15).coefs
"""
"""Large enough for two threads."""

FORKS = {
    "of a quiet process": """
import multiprocessing, os
expected = fit("logistic")
for _ in range(2):
    child = os.fork()
    if child == 0:
        same = np.array_equal(fit("logistic"), expected)
        grandchild = os.fork()
        if grandchild == 0:
            os._exit(0 if same and np.array_equal(fit("logistic"), expected) else 3)
        os._exit(os.waitstatus_to_exitcode(os.waitpid(grandchild, 0)[1]))
    assert os.waitpid(child, 0)[1] == 0
with multiprocessing.get_context("fork").Pool(2) as pool:
    for found in pool.map(fit, ["logistic"] * 4):
        assert np.array_equal(found, expected)
""",
    "while another thread is in a kernel": """
import os, threading, time
expected = fit()
is_done = threading.Event()
def work():
    while not is_done.is_set():
        fit()
thread = threading.Thread(target=work)
thread.start()
for _ in range(4):
    time.sleep(0.02)
    child = os.fork()
    if child == 0:
        os._exit(0 if np.array_equal(fit(), expected) else 3)
    assert os.waitpid(child, 0)[1] == 0
is_done.set()
thread.join()
assert np.array_equal(fit(), expected)
""",
}

EXITS = {"in kernels": "['squared_error', 'logistic']", "in a loss of the user's own": "[Own()]"}
OWN = """
class Own(nb.losses.Logistic):
    pass
"""


def run(code: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"OMP_NUM_THREADS": "2", "PYTHONWARNINGS": "ignore"}
    return subprocess.run(
        [sys.executable, "-c", FITS + OWN + code],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.quick_cases(1)
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no fork")
@pytest.mark.parametrize("name", list(FORKS))
def test_a_fork_neither_hangs_nor_changes_a_bit(name: str) -> None:
    done = run(FORKS[name])
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.quick_cases(1)
@pytest.mark.parametrize("name", list(EXITS))
def test_the_interpreter_ends_while_threads_are_in_a_kernel(name: str) -> None:
    done = run(
        f"""
import threading, time
def forever(number):
    losses = {EXITS[name]}
    while True:
        fit(losses[number % len(losses)])
for number in range(4):
    threading.Thread(target=forever, args=[number], daemon=True).start()
time.sleep(0.3)
"""
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="a process's memory is not bounded elsewhere"
)
def test_no_memory_is_an_error() -> None:
    """The work arrays of a block of columns are as large as the result; 65 columns are two blocks."""
    done = run(
        """
import resource
from threadpoolctl import threadpool_limits
from normball._kernels import DataMatrix
fit()
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 900 * 2**20,) * 2)
for n_threads in (1, 2):
    for p, K in ((1, 7_500_000), (65, 1_000_000)):
        with threadpool_limits(n_threads):
            try:
                DataMatrix.dense(np.ones((1, p))).products(np.ones((K, 1)))
            except MemoryError as error:
                print(error)
            fit()
"""
    )
    assert done.stdout == 4 * "the kernels ran out of memory\n", done.stderr
