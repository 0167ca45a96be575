"""What `normball fit` says first: how good the predictions are, in the units that people use."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html import unescape
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from click.testing import Result
from sklearn import metrics
from sklearn.model_selection import KFold, StratifiedKFold

import normball as nb
from tables_on_disk import fit_file, write

Run = Callable[..., Result]
N = 200
RNG = np.random.default_rng(0)
X = RNG.normal(size=(N, 4))
NAMES = ["a", "b", "c", "d"]
ETA = X[:, 0] - 0.5 * X[:, 1]
RESPONSES = {
    "squared_error": ETA + RNG.normal(size=N),
    "logistic": np.where(ETA - 1 + RNG.logistic(size=N) > 0, "yes", "no"),
    "poisson": RNG.poisson(np.exp(ETA)),
    "cox": RNG.exponential(np.exp(-ETA)),
}
EVENT = RNG.random(N) < 0.7


def table(folder: Path, loss: str) -> Path:
    frame = pl.DataFrame(X, schema=NAMES).with_columns(y=pl.Series(RESPONSES[loss]))
    if loss == "cox":
        frame = frame.with_columns(event=pl.Series(EVENT))
    return write(frame, folder / "t.csv")


@pytest.mark.quick_cases(6)
@pytest.mark.parametrize("level", [{}, {"alpha": "5%"}, {"budget": 0.5}], ids=["chosen", "alpha", "budget"])
@pytest.mark.parametrize("loss", RESPONSES)
def test_figures_are_those_of_scikit_learn_on_the_same_rows(folder: Path, loss: str, level: dict) -> None:
    options = {"loss": loss, "standardize": True, **level}
    if loss == "cox":
        options["event"] = "event"
    fit = fit_file(table(folder, loss), "y", **options)
    found, training = fit.quality.held_out, fit.quality.training
    assert found is not None
    y = RESPONSES[loss]
    is_class = loss == "logistic"
    splitter = (StratifiedKFold if is_class else KFold)(5, shuffle=True, random_state=0)
    kind = nb.Classifier if is_class else nb.Regressor
    held = np.zeros(N)
    areas, pairs = [], []
    response = np.where(EVENT, y, -y) if loss == "cox" else y
    for train, test in splitter.split(X, response):
        at = {k: nb.fraction(0.05) if k == "alpha" else v for k, v in level.items()}
        at = at or {"alpha": fit.model.alpha_}
        extra = {} if is_class else {"loss": loss}
        model = kind(standardize=True, **at, **extra).fit(X[train], response[train])
        held[test] = model._eta(X[test]).ravel()
        if is_class:
            areas.append(metrics.roc_auc_score(y[test], held[test]))
            pairs.append(np.sum(y[test] == "yes") * np.sum(y[test] == "no"))
    if loss == "squared_error":
        expected = metrics.root_mean_squared_error(y, held)
        assert found["RMSE"].value == pytest.approx(expected, rel=1e-4)
        assert found["R2"].value == pytest.approx(metrics.r2_score(y, held), rel=1e-4)
        assert training["R2"].value == pytest.approx(fit.model.score(pl.DataFrame(X, schema=NAMES), y))
    elif loss == "logistic":
        chosen = np.where(held > 0, "yes", "no")
        assert found["accuracy"].value == pytest.approx(metrics.accuracy_score(y, chosen), abs=1e-9)
        np.testing.assert_array_equal(found.confusion.round(), metrics.confusion_matrix(y, chosen))
        assert found["AUC"].value == pytest.approx(np.average(areas, weights=pairs), abs=1e-4)
        log_loss = metrics.log_loss(y, 1 / (1 + np.exp(-held)))
        assert found["log-loss"].value == pytest.approx(log_loss, rel=1e-4)
        assert found["accuracy"].baseline == pytest.approx(np.mean(y == "no"))
    elif loss == "poisson":
        expected = metrics.d2_tweedie_score(y, np.exp(held), power=1)
        assert found["share explained"].value == pytest.approx(expected, abs=1e-4)
    else:
        fold = np.zeros(N, dtype=int)
        for number, (_, test) in enumerate(splitter.split(X)):
            fold[test] = number
        expected = nb.measures.concordance(held, response, np.ones(N), fold)[0]
        assert found["concordance"].value == pytest.approx(expected, abs=1e-3)


SAID = {
    "squared_error": r"On rows that the model had not seen, predictions of 'y' are off by 0\.8\d+ ± 0\.0\d+",
    "logistic": r"\d\d\.\d % ± \d\.\d % of rows that the model had not seen are given their right class",
    "poisson": r"rows that the model had not seen, the features explain [\d.]+ % ± [\d.]+ % of the deviance",
    "cox": r"has the event first in [\d.]+ % ± [\d.]+ % of the pairs \(chance: 50 %\)",
}


@pytest.mark.quick_cases(1)
@pytest.mark.parametrize("loss", RESPONSES)
def test_said_first_in_terminal_and_report(run: Run, folder: Path, loss: str) -> None:
    event = ("--event", "event") if loss == "cox" else ()
    result = run("fit", table(folder, loss), "--target", "y", "--loss", loss, *event)
    assert result.exit_code == 0, result.output
    assert re.search(SAID[loss], result.stdout), result.stdout
    assert result.stdout.index("had not seen") < result.stdout.index("coefficient")
    assert result.stdout.index("coefficient") < result.stdout.index("price of a unit of norm")
    page = unescape((folder / "normball-fit" / "report.html").read_text(encoding="utf-8"))
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)).replace("\N{NO-BREAK SPACE}", " ")
    assert re.search(SAID[loss], text)
    first = re.findall(r"<h2[^>]*>([^<]+)</h2>", page)
    assert first[0] == "How good are the predictions?"
    assert first[1] == "What was found"
    ratio = {"logistic": "odds ratio", "poisson": "rate ratio", "cox": "hazard ratio"}.get(loss)
    assert ratio is None or (ratio in result.stdout and ratio in text)
    assert ("predicted yes" in text) == (loss == "logistic")
    stored = json.loads((folder / "normball-fit" / "model.json").read_text(encoding="utf-8"))["fit"]
    assert stored["quality"]["held_out"] is not None
    assert "nan" not in text.lower().split()


@pytest.mark.usefixtures("no_report")
def test_no_use_and_no_folds_are_said(run: Run, folder: Path) -> None:
    rng = np.random.default_rng(1)
    noise = pl.DataFrame(rng.normal(size=(60, 3)), schema=["a", "b", "y"])
    path = write(noise, folder / "noise.csv")
    said = run("fit", path, "--target", "y", "--alpha", "1%").stdout
    assert "the model predicts no better than a constant would" in said
    few = write(noise.head(4), folder / "few.csv")
    said = run("fit", few, "--target", "y", "--alpha", "10%").stdout
    assert "There are no held-out figures: --folds must lie between 2 and the number of rows (4)" in said
    assert "on the rows of the fit" in said.lower()
