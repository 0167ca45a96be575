"""scikit-learn's own tests of its logistic regression, run on the drop-in classes."""

from __future__ import annotations

import pytest

from sklearn_tests import MARKS, own_tests

pytestmark = MARKS

ITERATIONS = "counts or limits iterations of scikit-learn's solvers; ours ends at the solution"
OPTIONS = "which option is refused or warned of for which of scikit-learn's solvers; ours takes all"
LOOSE = "compares with scikit-learn's own cross-validation class, which is not replaced, at its tolerance"
LEFT_OUT = {
    "test_check_solver_option": OPTIONS,
    "test_elasticnet_l1_ratio_err_helpful": OPTIONS,
    "test_l1_ratio_None_deprecated": OPTIONS,
    "test_l1_ratio_non_elasticnet": OPTIONS,
    "test_large_sparse_matrix": OPTIONS,
    "test_liblinear_dual_random_state": "asks that another seed give another solution",
    "test_liblinear_with_large_values": OPTIONS,
    "test_logistic_cv": LOOSE,
    "test_logistic_cv_multinomial_score": LOOSE,
    "test_logistic_regression_array_api_compliance": "arrays of other libraries are not taken",
    "test_logistic_regression_callback_support": ITERATIONS,
    "test_logisticregression_warns_with_n_jobs": OPTIONS,
    "test_lr_penalty_l1ratio_incompatible": OPTIONS,
    "test_max_iter": ITERATIONS,
    "test_newton_cholesky_fallback_to_lbfgs": ITERATIONS,
    "test_warm_start": ITERATIONS,
    "test_zero_max_iter": ITERATIONS,
}
"""Name of the test -> why it is left out."""

globals().update(own_tests("test_logistic", LEFT_OUT))


@pytest.fixture
def global_random_seed() -> int:
    """As scikit-learn's fixture, with the seed that its CI uses by default."""
    return 42
