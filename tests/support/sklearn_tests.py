"""scikit-learn's own test modules, executed with the drop-in classes under scikit-learn's names."""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import sklearn.linear_model

from normball import dropin

MARKS = [
    pytest.mark.quick_cases(4),
    pytest.mark.filterwarnings("default"),
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
]


def own_tests(name: str, left_out: dict[str, str]) -> dict[str, Any]:
    """The tests of an installed module of scikit-learn, on the drop-in classes, without those left out."""
    tests = {key: value for key, value in _executed(name).items() if key.startswith("test_")}
    unknown = left_out.keys() - tests.keys()
    assert not unknown, f"there are no tests {sorted(unknown)} to be left out"
    return {key: value for key, value in tests.items() if key not in left_out}


def fixture_of(name: str, fixture: str) -> Any:
    """A fixture that the tests of that module ask for."""
    return _executed(name)[fixture]


@cache
def _executed(name: str) -> dict[str, Any]:
    """The names that the module defines, with the drop-in classes under scikit-learn's names."""
    spec = importlib.util.find_spec(f"sklearn.linear_model.tests.{name}")
    assert spec is not None
    assert spec.origin is not None
    source = Path(spec.origin).read_text(encoding="utf-8")
    # one test replaces the class that LassoCV fits at last by its path
    fitted_last = "sklearn.linear_model._coordinate_descent.Lasso"
    source = source.replace(fitted_last, "normball.dropin.coordinate_descent.Lasso")
    module: dict[str, Any] = {"__name__": name}
    with pytest.MonkeyPatch.context() as patch:
        for replaced in dropin.__all__:
            patch.setattr(sklearn.linear_model, replaced, getattr(dropin, replaced))
        exec(compile(source, spec.origin, "exec"), module)
    return module
