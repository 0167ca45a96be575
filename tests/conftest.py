"""What every test runs under: one thread a worker, drawn examples that repeat, no screen."""

from __future__ import annotations

import os

# before anything imports NumPy or matplotlib, which read these once; subprocesses inherit them
for _variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "POLARS_MAX_THREADS"):
    os.environ.setdefault(_variable, "1")
os.environ["MPLBACKEND"] = "Agg"

import random
import shutil
from collections.abc import Generator, Iterator
from typing import Any

import hypothesis
import numpy as np
import pytest

from browsing import chromium_at

hypothesis.settings.register_profile(
    "normball", derandomize=True, deadline=None, database=None, max_examples=25
)
hypothesis.settings.load_profile("normball")

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(autouse=True)
def _seeded() -> None:
    """Fixed state of the global generators, which other packages may draw from."""
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002 - the tests themselves use default_rng(seed)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of a Chromium browser; for tests marked `browser`."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip(f"no browser: none of {', '.join(BROWSERS)} is on the path")
    return found


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Any]:
    """A running browser, one a worker: starting it takes longer than most of what is done in it."""
    pytest.importorskip("playwright")
    with chromium_at(chromium) as running:
        yield running


@pytest.hookimpl(tryfirst=True)  # before `-m` takes its choice
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Of a test marked `quick_cases(n)`, all cases but n that are spread evenly are marked `slow`."""
    cases: dict[str, list[pytest.Item]] = {}
    for item in items:
        if item.get_closest_marker("quick_cases"):
            cases.setdefault(item.nodeid.partition("[")[0], []).append(item)
    for alike in cases.values():
        marker = alike[0].get_closest_marker("quick_cases")
        assert marker is not None
        (kept,) = marker.args
        quick = {int(place) for place in np.linspace(0, len(alike) - 1, min(kept, len(alike)))}
        for place, item in enumerate(alike):
            if place not in quick:
                item.add_marker(pytest.mark.slow)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where NORMBALL_REQUIRE_BROWSER is set, a browser test that cannot run has failed."""
    report = yield
    if report.skipped and item.get_closest_marker("browser") and os.environ.get("NORMBALL_REQUIRE_BROWSER"):
        report.outcome = "failed"
        report.longrepr = f"NORMBALL_REQUIRE_BROWSER is set, but: {report.longrepr}"
    return report
