"""Warnings of a solve reach the thread that solves; nothing silences those of others."""

from __future__ import annotations

import ast
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import numpy as np
import pytest

import normball as nb
from normball import dropin
from normball.warnings import quietly, warn_unconverged

SOURCE = Path(nb.__file__).parent


def test_only_the_command_line_changes_filters_of_the_process() -> None:
    """Threads share them: where two overlap, the last to leave restores what the first had set."""
    changing = {"catch_warnings", "simplefilter", "filterwarnings"}
    guilty = [
        path
        for path in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in changing and "cli" not in path.parts
    ]
    assert guilty == []


def test_one_thread_is_quiet_while_another_is_not() -> None:
    meet = Barrier(2)

    def silent() -> None:
        with quietly():
            meet.wait(60)
            warn_unconverged("not heard")
            meet.wait(60)

    def loud() -> None:
        meet.wait(60)
        warn_unconverged("heard")
        meet.wait(60)

    def both() -> None:
        with ThreadPoolExecutor(2) as pool:
            for future in [pool.submit(silent), pool.submit(loud)]:
                future.result()

    with pytest.warns(nb.ConvergenceWarning, match="^heard$") as caught:
        both()
    assert len(caught) == 1


def test_filters_survive_overlapping_fits() -> None:
    generator = np.random.default_rng(0)
    X = generator.normal(size=(60, 8))
    y = X[:, 0] + generator.normal(size=60)
    before = list(warnings.filters)

    def fit(_: int) -> None:
        dropin.lasso_path(X, y, alphas=5)
        dropin.Lasso(alpha=0.1).fit(X, y)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(fit, range(24)))
    assert list(warnings.filters) == before
