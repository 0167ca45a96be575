"""scikit-learn's own tests of its coordinate descent, run on the drop-in classes.

The installed test module is executed anew with the names of `normball.dropin` in place of
scikit-learn's; what it defines becomes the tests of this module.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
import sklearn.linear_model

from normball import dropin

pytestmark = [
    pytest.mark.filterwarnings("default"),
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
]

LEFT_OUT = {
    "test_enet_nonfinite_params": "entries near the largest float are refused, in words of our own",
    "test_lasso_dual_gap": "compares gaps to 1e-7 of themselves, and ours are rounding (1e-16)",
    "test_check_input_false": "asks for an error on rows in C order, which are welcome here",
    "test_enet_coordinate_descent_raises_convergence": "asks that max_iter=1 end before the solution",
    "test_multi_task_lasso_and_enet": "asks that max_iter=1 end before the solution",
}
"""Name of the test -> why it is left out."""


def executed(name: str) -> ModuleType:
    """A scikit-learn test module with the drop-in classes under scikit-learn's names."""
    spec = importlib.util.find_spec(name)
    assert spec is not None
    assert spec.origin is not None
    source = Path(spec.origin).read_text(encoding="utf-8")
    # one test replaces the class that LassoCV fits at last by its path
    source = source.replace(
        "sklearn.linear_model._coordinate_descent.Lasso", "normball.dropin.coordinate_descent.Lasso"
    )
    module = ModuleType(name)
    with pytest.MonkeyPatch.context() as patch:
        for replaced in dropin.__all__:
            patch.setattr(sklearn.linear_model, replaced, getattr(dropin, replaced))
        exec(compile(source, spec.origin, "exec"), vars(module))
    return module


def _collect(name: str) -> None:
    for attribute, value in vars(executed(name)).items():
        if attribute.startswith("test_") and attribute not in LEFT_OUT:
            globals()[attribute] = value


@pytest.fixture
def global_random_seed() -> int:
    """scikit-learn's own fixture, with the seed that its CI uses by default."""
    return 42


_collect("sklearn.linear_model.tests.test_coordinate_descent")
