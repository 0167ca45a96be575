"""scikit-learn's own tests of its coordinate descent, run on the drop-in classes."""

from __future__ import annotations

import pytest

from sklearn_tests import MARKS, own_tests

pytestmark = MARKS

LEFT_OUT = {
    "test_check_input_false": "asks for an error on rows in C order, which are welcome here",
    "test_enet_coordinate_descent_raises_convergence": "asks that max_iter=1 end before the solution",
    "test_enet_nonfinite_params": "entries near the largest float are refused, in words of our own",
    "test_lasso_dual_gap": "compares gaps to 1e-7 of themselves, and ours are rounding (1e-16)",
    "test_multi_task_lasso_and_enet": "asks that max_iter=1 end before the solution",
}
"""Name of the test -> why it is left out."""

globals().update(own_tests("test_coordinate_descent", LEFT_OUT))


@pytest.fixture
def global_random_seed() -> int:
    """As scikit-learn's fixture, with the seed that its CI uses by default."""
    return 42
