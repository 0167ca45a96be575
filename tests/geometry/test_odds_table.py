"""The table that the interactive page reads is what the package computes."""

from __future__ import annotations

import json
from importlib.resources import files

import numpy as np
import pytest

from normball.geometry import Equations, zero_odds, zeros_of_least_norm

SOURCE = files("normball") / "explorer" / "odds.json"
TABLE = json.loads(SOURCE.read_text(encoding="utf-8"))
NORMS = ("l1", "l2", "linf")


def test_it_is_small_and_whole() -> None:
    assert len(SOURCE.read_bytes()) < 20_000
    assert TABLE["columns"] == ["zeros", "low", "high", "chance", "at_bound"]
    sizes = sorted({row["p"] for row in TABLE["rows"]})
    assert sizes == [2, 3, 5, 10, 20, 50, 100, 200, 500, 1000]
    for p in sizes:
        counts = [row["m"] for row in TABLE["rows"] if row["p"] == p]
        assert counts == sorted(set(counts))
        assert (counts[0], counts[-1]) == (1, p)
        assert len(counts) >= min(p, 6)


@pytest.mark.parametrize("norm", NORMS)
def test_entries_are_those_of_the_exact_laws(norm: str) -> None:
    for row in TABLE["rows"]:
        zeros, low, high, chance, at_bound = row[norm]
        odds = zero_odds(norm, row["p"], Equations(row["m"]), "exact")
        assert zeros == pytest.approx(odds.mean)
        assert (low, high) == (zeros, zeros)
        assert chance == pytest.approx(odds.at_least_one)
        assert at_bound == (row["p"] - row["m"] + 1 if norm == "linf" else 1)


@pytest.mark.parametrize(("p", "position"), [(3, 0), (10, 2), (50, 4)])
def test_entries_are_what_solved_systems_show(p: int, position: int) -> None:
    row = [row for row in TABLE["rows"] if row["p"] == p][position]
    for norm in NORMS:
        found = zeros_of_least_norm(norm, p, row["m"], 3, np.random.default_rng(p))
        assert (found.zeros == row[norm][0]).all()
        assert (found.ties == row[norm][4]).all()


def test_the_systems_that_were_drawn_agree() -> None:
    assert sum(row["drawn"] for row in TABLE["rows"]) > 5000
    assert all(row["drawn"] == row["agree"] for row in TABLE["rows"])
