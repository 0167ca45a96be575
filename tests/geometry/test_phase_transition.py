"""The experiment: agreement with theory, and going on where it stopped."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from normball.geometry import phase_transition, phase_transitions
from normball.norms import GroupL2


def test_the_curve_of_the_experiment_is_that_of_theory() -> None:
    found = phase_transition(50, np.arange(2, 51, 2), [2, 5, 10, 20, 30], trials=60)
    assert (np.abs(found.half - found.theory_half) <= 4 * found.half_error + 0.5).all()
    assert found.deviation < 0.03
    assert "within" in str(found)
    assert found.shares.shape == found.theory.shape == (25, 5)
    assert (found.theory_at(0.05) < found.theory_half).all()


def test_it_goes_on_where_it_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from normball.geometry import phase_transition as function
    from normball.geometry.batches import solve_batch

    file, arguments = tmp_path / "cells.json", (12, [2, 4, 6, 8, 10], [1, 2, 4, 6])
    whole = function(*arguments, trials=20)
    calls = 0

    def stop_after(limit: int) -> None:
        nonlocal calls
        calls = 0

        def counted(*values: object) -> object:
            nonlocal calls
            calls += 1
            if calls > limit:
                raise KeyboardInterrupt
            return solve_batch(*values)  # type: ignore[arg-type]

        monkeypatch.setattr("normball.geometry.transition.solve_batch", counted)

    monkeypatch.setattr("normball.geometry.chunks.processors", lambda: 1)
    stop_after(17)
    with pytest.raises(KeyboardInterrupt):
        function(*arguments, trials=20, file=file)
    done = len(json.loads(file.read_text())["cells"])
    assert 0 < done <= 17
    stop_after(1000)
    resumed = function(*arguments, trials=20, file=file)
    assert calls == 20 - done
    np.testing.assert_array_equal(resumed.successes, whole.successes)
    # a finer grid uses what is there
    stop_after(1000)
    function(12, [2, 4, 5, 6, 8, 10], [1, 2, 4, 6], trials=20, file=file)
    assert calls == 4
    with pytest.raises(ValueError, match="another experiment"):
        function(*arguments, trials=21, file=file)
    file.write_text("[1]")
    with pytest.raises(ValueError, match="no record"):
        function(*arguments, trials=20, file=file)


def test_several_sizes_share_a_bar_and_a_file(tmp_path: Path) -> None:
    file = tmp_path / "cells.json"
    both = phase_transitions([8, 12], trials=10, file=file)
    assert [found.n_features for found in both] == [8, 12]
    cells = json.loads(file.read_text())["cells"]
    assert {cell[0] for cell in cells} == {8, 12}
    assert len(cells) == sum(found.successes.size for found in both)
    alone = phase_transition(12, trials=10)
    np.testing.assert_array_equal(alone.successes, both[1].successes)
    with pytest.raises(ValueError, match="at least one p"):
        phase_transitions([])


def test_other_norms() -> None:
    found = phase_transition(8, [2, 4, 6, 8], [1, 3], "linf", trials=25)
    # a flat of dimension s and an orthant of 8 - s
    assert found.theory_half == pytest.approx([4.5, 5.5], abs=0.1)
    assert (np.abs(found.half - found.theory_half) <= 4 * found.half_error + 0.3).all()
    groups = phase_transition(6, [3, 6], [1], GroupL2([0, 0, 1, 1, 2, 2]), trials=6)
    assert groups.shares[-1, 0] == 1
    assert 0 < groups.theory[0, 0] < groups.theory[1, 0] == 1


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ((10, [0, 5]), "measurements must be whole"),
        ((10, [5], [11]), "sparsities must be whole"),
        ((0,), "p must be"),
    ],
)
def test_errors_say_what_is_accepted(arguments: tuple[object, ...], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        phase_transition(*arguments)  # type: ignore[arg-type]
