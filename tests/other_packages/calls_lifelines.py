"""What lifelines says to the calls in the first column of docs/coming_from_lifelines.md, as JSON by call.

It is not needed to run the tests, and lives in an environment of its own. From this folder:

    python -m venv lifelines && lifelines/bin/pip install lifelines==0.30.3
    lifelines/bin/python calls_lifelines.py > calls_lifelines.json
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import lifelines
import numpy as np
import pandas as pd

HERE = Path(__file__).parent
PAGE = HERE / "../../docs/coming_from_lifelines.md"


class CoxPHFitter(lifelines.CoxPHFitter):
    """To its last digits."""

    def fit(self, *arguments: object, **options: object) -> CoxPHFitter:
        precise = {"precision": 1e-12, "r_precision": 1e-13}
        return super().fit(*arguments, **options, fit_options=precise)


def main() -> None:
    """Print what every call says: numbers as a list, a default as its text."""
    table = pd.read_csv(HERE / "table.csv")
    columns = ["x1", "x2", "x3", "x4", "x5", "x6", "time", "event"]
    weighted = table[[*columns, "weight"]]
    names = {
        "CoxPHFitter": CoxPHFitter,
        "np": np,
        "df": weighted.drop(columns="weight"),
        "weighted": weighted,
        "stratified": table[[*columns, "kind"]],
    }
    answers = {}
    for call in re.findall(r"^\| `([^`]*)`", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE):
        found = eval(call, names)
        is_number = isinstance(found, pd.Series | pd.DataFrame | np.floating)
        answers[call] = np.ravel(np.asarray(found), order="F").tolist() if is_number else repr(found)
    print(json.dumps(answers, indent=0))


if __name__ == "__main__":
    main()
