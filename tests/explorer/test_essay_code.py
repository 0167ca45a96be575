"""What the essay tells its reader to type runs as it is printed, and does what it says beside it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import normball as nb

pytestmark = pytest.mark.browser


def ran(code: str) -> dict[str, Any]:
    data = nb.datasets.load_diabetes()
    X, y = np.asarray(data.X), np.asarray(data.y)
    names: dict[str, Any] = {"X_train": X[:300], "X_test": X[300:], "y_train": y[:300], "y_test": y[300:]}
    exec(code, names)
    return names


@pytest.mark.quick_cases(1)
def test_code_of_the_end_runs(reader: Any) -> None:
    pytest.importorskip("sklearn")
    page = reader("matter")
    codes = {
        e.get_attribute("aria-label"): e.inner_text() for e in page.page.locator(".end pre[aria-label]").all()
    }
    assert set(codes) == {"scikit-learn", "normball"}
    theirs, ours = ran(codes["scikit-learn"])["model"], ran(codes["normball"])["model"]
    assert 0 < (theirs[-1].coef_ != 0).sum() <= 10
    assert 0 < (ours.coef_ != 0).sum() <= 10
    text = page.page.locator(".end").inner_text()
    assert "LogisticRegression(l1_ratio=1" in text
    from sklearn.linear_model import LogisticRegression

    assert "l1_ratio" in LogisticRegression().get_params()
