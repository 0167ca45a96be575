"""The table that the interactive page reads is what the package computes."""

from __future__ import annotations

import json
from importlib.resources import files

import numpy as np
import pytest

from normball.geometry import Equations, zero_odds, zeros_of_least_norm

SOURCE = files("normball") / "explorer" / "odds.json"
TABLE = json.loads(SOURCE.read_text(encoding="utf-8"))
ROWS = [dict(zip(TABLE["columns"], row, strict=True)) for row in TABLE["rows"]]


def test_it_is_small_and_whole() -> None:
    assert len(SOURCE.read_bytes()) < 20_000
    assert TABLE["columns"] == ["norm", "p", "m", "zeros", "low", "high", "at_bound"]
    assert sorted({row["p"] for row in ROWS}) == [2, 3, 5, 10, 20, 50, 100, 200, 500, 1000]
    pairs = {
        norm: [(row["p"], row["m"]) for row in ROWS if row["norm"] == norm] for norm in ("l1", "l2", "linf")
    }
    assert pairs["l1"] == pairs["l2"] == pairs["linf"]
    assert len(set(pairs["l1"])) == len(pairs["l1"]) == len(ROWS) / 3
    assert all(sum(p == each for p, _ in pairs["l1"]) >= 6 for each in (10, 100, 1000))


@pytest.mark.parametrize("norm", ["l1", "l2", "linf"])
def test_entries_are_those_of_the_exact_laws(norm: str) -> None:
    for row in ROWS:
        if row["norm"] != norm:
            continue
        odds = zero_odds(norm, row["p"], Equations(row["m"]), "exact")
        assert row["zeros"] == row["low"] == row["high"] == pytest.approx(odds.mean)
        # certain, so that the odds of a zero need no column
        assert odds.at_least_one == (row["zeros"] > 0)
        assert row["at_bound"] == (row["p"] - row["m"] + 1 if norm == "linf" else 0)


@pytest.mark.parametrize("p", [3, 10, 50])
def test_entries_are_what_solved_systems_show(p: int) -> None:
    for row in [row for row in ROWS if row["p"] == p][3:6]:
        found = zeros_of_least_norm(row["norm"], p, row["m"], 3, np.random.default_rng(p))
        assert (found.zeros == row["zeros"]).all()
        if row["at_bound"]:
            assert (found.ties == row["at_bound"]).all()
