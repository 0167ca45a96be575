"""What SPGL1 says to the calls in the first column of docs/coming_from_spgl1.md, as JSON by call.

It is not needed to run the tests, and lives in an environment of its own. From this folder:

    python -m venv spgl1 && spgl1/bin/pip install spgl1==0.0.3 pandas
    spgl1/bin/python calls_spgl1.py > calls_spgl1.json
"""

from __future__ import annotations

import inspect
import json
import re
import sys
from contextlib import redirect_stdout
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import spgl1

HERE = Path(__file__).parent
PAGE = HERE / "../../docs/coming_from_spgl1.md"
PRECISE = {"opt_tol": 1e-11, "bp_tol": 1e-11, "dec_tol": 1e-9, "iter_lim": 100_000}


def main() -> None:
    """Print what every call says: numbers as a list, a default as its text."""
    table = pd.read_csv(HERE / "table.csv")
    X = table.iloc[:, :6].to_numpy()
    names = {
        "A": X,
        "b": table["gaussian"].to_numpy(),
        "wide": X[:12].T,
        "few": X[:12].T[:, :2] @ [1.0, -2.0],
        "weights": np.array([1.0, 2.0, 0.5, 1.0, 3.0, 1.5]),
        "default": lambda function, name: inspect.signature(function).parameters[name].default,
        **{name: partial(getattr(spgl1, name), **PRECISE) for name in ("spg_bp", "spg_bpdn", "spg_lasso")},
    }
    answers = {}
    for call in re.findall(r"^\| `([^`]*)`", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE):
        if call.startswith("default"):
            answers[call] = repr(eval(call, names | {"spgl1": spgl1.spgl1}))
            continue
        with redirect_stdout(sys.stderr):  # it tells of its line searches there
            found = eval(call, names | {"spgl1": partial(spgl1.spgl1, **PRECISE)})
        answers[call] = np.ravel(found).tolist()
    print(json.dumps(answers, indent=0))


if __name__ == "__main__":
    main()
