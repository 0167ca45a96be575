"""scikit-learn's own tests of its ridge regression, run on the drop-in classes."""

from __future__ import annotations

import pytest

from sklearn_tests import MARKS, fixture_of, own_tests

pytestmark = MARKS

ITERATIONS = "counts or limits iterations of scikit-learn's solvers; ours is a factorisation"
LEFT_OUT: dict[str, str] = {
    "test_lbfgs_solver_error": ITERATIONS,
    "test_n_iter": ITERATIONS,
}
"""Name of the test -> why it is left out."""

globals().update(own_tests("test_ridge", LEFT_OUT))
ols_ridge_dataset = fixture_of("test_ridge", "ols_ridge_dataset")


@pytest.fixture
def global_random_seed() -> int:
    """As scikit-learn's fixture, with the seed that its CI uses by default."""
    return 42
