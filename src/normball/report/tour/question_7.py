"""Question 7: how much does it matter in practice? Measured on gene expression and on the table at hand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...datasets import Dataset, load_leukemia
from ..section import Block, Paragraph, Row, Section, Table, Takeaway
from .context import TourContext
from .cost import Cost, measure
from .nested import (
    L1,
    SQUARED_L2,
    UNPENALISED,
    Contestant,
    Fit,
    Nested,
    choose_and_fit,
    nested_cross_validate,
)
from .question_7_pictures import coefficient_pictures, mistakes_picture
from .wording import compared, listed, ratio_text, size_text, time_text

TITLE = "How much does it matter in practice?"
N_PATIENTS = 1000
N_SHOWN = 8

_TASKS = {
    "lineage": "T-cell or B-cell leukaemia",
    "molecular": "BCR/ABL fusion or none",
}


@dataclass(frozen=True, eq=False)
class Result:
    """One task and one norm: the nested folds, the model fitted to all patients, its cost."""

    task: str
    dataset: Dataset
    nested: Nested
    final: Fit
    cost: Cost

    @property
    def n_right(self) -> int:
        """Patients whose class was predicted rightly by a model that had not seen them."""
        return int((self.nested.mistakes == 0).sum())

    @property
    def n_patients(self) -> int:
        return len(self.dataset.y)

    @property
    def accuracy(self) -> str:
        """In per cent with its standard error."""
        share, error = 100 * (1 - self.nested.mean), 100 * self.nested.standard_error
        return f"{share:.1f} ± {error:.1f} %"


def answer(context: TourContext) -> Section:
    """The seventh section."""
    results = [
        _result(task, contestant, context) for task in _TASKS for contestant in (L1, SQUARED_L2)
    ]
    sparse, dense = results[0], results[1]
    regression, regression_sentence = _regression(context)
    headline = (
        f"To tell {_TASKS[sparse.task].replace(' or ', ' from ')}, L1 used {_kept(sparse)} of "
        f"{sparse.dataset.X.shape[1]:,} gene probes and got {sparse.n_right} of {sparse.n_patients} patients right; "
        f"L2 used {_kept(dense)} and got {dense.n_right} right."
    )
    blocks: list[Block] = [
        *_introduction(context, sparse),
        _leukemia_table(results),
        Paragraph(_leukemia_sentence(results)),
        Paragraph(_cost_sentence(sparse, dense)),
        Row((*coefficient_pictures(sparse.final, dense.final, sparse.dataset), mistakes_picture(results))),
        _probe_table(results),
        Paragraph(_stability_sentence(results)),
        *regression,
        Takeaway(
            "Choosing few features is not free accuracy: it buys models that one can read, store and apply cheaply. "
            "Whether it also predicts better depends on the data, which is why it is measured here."
        ),
    ]
    summary = f"{headline}\n{_cost_sentence(sparse, dense)}\n{regression_sentence}"
    return Section(TITLE, headline, blocks, summary)


def _result(task: str, contestant: Contestant, context: TourContext) -> Result:
    dataset = load_leukemia("lineage" if task == "lineage" else "molecular")
    n_outer, n_inner = _folds(context)
    nested = nested_cross_validate(dataset, "logistic", contestant, n_outer, n_inner, context.seed)
    final = choose_and_fit(dataset, "logistic", contestant, n_inner, context.seed)
    rows = context.rng("patients").integers(len(dataset.y), size=N_PATIENTS)
    cost = measure(final.coef, final.intercept, dataset.X[rows], repeats=30 if context.quick else 200)
    return Result(task, dataset, nested, final, cost)


def _folds(context: TourContext) -> tuple[int, int]:
    return (3, 3) if context.quick else (5, 5)


def _kept(result: Result) -> str:
    """Median number of probes over the outer folds: "3", or "all 4,000"."""
    median, total = float(np.median(result.nested.n_kept)), result.dataset.X.shape[1]
    return f"all {total:,}" if median == total else f"{median:,.0f}"


def _introduction(context: TourContext, sparse: Result) -> list[Block]:
    n_outer, n_inner = _folds(context)
    return [
        Paragraph(
            f"A blood sample of each patient with acute leukaemia was read by {sparse.dataset.X.shape[1]:,} probes, "
            "each of which measures how active one gene is (Chiaretti and others, 2004). Two questions matter to the "
            "physician: which kind of cell went astray (B or T), and does it carry the BCR/ABL fusion, for which a "
            "drug exists? The loss is the logistic one, made for yes or no."
        ),
        Paragraph(
            f"Nobody is predicted by a model that has seen them: the patients are dealt into {n_outer} groups, each "
            "group is set aside once, and everything (scaling, the choice of alpha, the fit) is done on the others. "
            f"Alpha is chosen by a second round of {n_inner} groups among these: the largest with the fewest mistakes."
        ),
    ]


def _leukemia_table(results: list[Result]) -> Table:
    rows = []
    for result in results:
        kept = result.nested.n_kept
        span = f"{kept.min():,} to {kept.max():,}" if kept.min() < kept.max() else "always"
        sparse = result.cost.sparse_bytes < result.cost.dense_bytes
        rows.append(
            (
                f"{_TASKS[result.task]}, {result.nested.contestant.name}",
                f"{np.median(kept):,.0f} ({span})",
                f"{result.n_right} of {result.n_patients}",
                result.accuracy,
                size_text(min(result.cost.sparse_bytes, result.cost.dense_bytes))
                + (" (sparse)" if sparse else " (dense)"),
                time_text(result.cost.sparse_seconds),
            )
        )
    return Table(
        ("task, norm", "probes kept", "right", "accuracy", "stored weights", f"{N_PATIENTS:,} predictions"),
        tuple(rows),
        "Measured in this run. Probes kept: median over the groups (smallest to largest). Accuracy on patients not "
        "seen, with its standard error. Stored weights: the smaller of a SciPy sparse matrix and a plain array. "
        "Predictions: time from a table that holds just the probes that the model uses.",
        (False, True, True, True, True, True),
    )


def _leukemia_sentence(results: list[Result]) -> str:
    parts = []
    for sparse, dense in zip(results[::2], results[1::2], strict=True):
        parts.append(f"{_TASKS[sparse.task]}: {compared(sparse.nested, dense.nested, 'fewer mistakes')}.")
    spotless = [result for result in results if result.n_right == result.n_patients]
    if spotless:
        who = listed([f"{result.nested.contestant.name} on {result.task}" for result in spotless])
        parts.append(
            f"No mistake at all ({who}) does not mean none ever: with {spotless[0].n_patients} patients, rates of up "
            f"to {300 / spotless[0].n_patients:.1f} % remain possible (the rule of three, at 95 %)."
        )
    return " ".join(parts)


def _cost_sentence(sparse: Result, dense: Result) -> str:
    size = f"its weights take {size_text(sparse.cost.sparse_bytes)} as a sparse matrix"
    if sparse.cost.sparse_bytes < dense.cost.dense_bytes:
        size += (
            f" against {size_text(dense.cost.dense_bytes)} for L2 "
            f"({ratio_text(dense.cost.dense_bytes, sparse.cost.sparse_bytes)} less)"
        )
    quick, slow = sparse.cost.sparse_seconds, dense.cost.dense_seconds
    pace = f"{N_PATIENTS:,} predictions take {time_text(quick)} against {time_text(slow)}"
    n_probes = len(sparse.final.kept)
    measured = f"and only {n_probes} probes have to be measured" if n_probes > 1 else "and only one probe has to be measured"
    return f"The L1 model fitted to all {sparse.n_patients} patients is small: {size}, {pace}, {measured}."


def _probe_table(results: list[Result]) -> Table:
    rows = []
    counts = []
    for result in results[::2]:
        kept, size = result.final.kept, np.abs(result.final.coef_standardised)
        order = kept[np.argsort(-size[kept], kind="stable")]
        counts.append(f"{min(len(order), N_SHOWN)} of {len(order)} for {_TASKS[result.task]}")
        n_folds = len(result.nested.fits)
        for j in order[:N_SHOWN]:
            rows.append(
                (
                    result.dataset.feature_names[j],
                    _TASKS[result.task],
                    f"{result.final.coef_standardised[j]:+.3f}",
                    f"{result.nested.times_kept(int(j))} of {n_folds}",
                )
            )
    return Table(
        ("probe", "task", "weight", "kept in groups"),
        tuple(rows),
        f"The probes that the L1 models of all patients use, largest weight first ({listed(counts)}). Weight: change "
        "of the log-odds per standard deviation of the probe. Kept in groups: how often the probe was chosen again "
        "when a group of patients was left out.",
        (False, False, True, True),
    )


def _stability_sentence(results: list[Result]) -> str:
    parts = []
    for result in results[::2]:
        ever = np.flatnonzero(np.any([fit.coef != 0 for fit in result.nested.fits], axis=0))
        always = [j for j in ever if result.nested.times_kept(int(j)) == len(result.nested.fits)]
        parts.append(f"for {_TASKS[result.task]}, {len(ever)} probes were chosen at least once and {len(always)} every time")
    return (
        f"A zero says that a probe is not needed, not that its gene plays no part: {'; '.join(parts)}. "
        "Probes that move together can stand in for one another, and a few patients more or less decide which is taken."
    )


# ---- a table of quantities: diabetes, or the reader's own ------------------------------
def _regression(context: TourContext) -> tuple[list[Block], str]:
    dataset = context.dataset
    n, p = dataset.X.shape
    n_outer, n_inner = _folds(context)
    # without a norm there must be more rows than features, or the best fit is not unique
    contestants = [L1, SQUARED_L2, *([UNPENALISED] if p + 1 < n * (1 - 1 / n_outer) else [])]
    nested = [
        nested_cross_validate(dataset, "squared_error", contestant, n_outer, n_inner, context.seed)
        for contestant in contestants
    ]
    typical = float(dataset.y.std())
    rows = tuple(
        (
            each.contestant.name,
            f"{np.median(each.n_kept):,.0f} ({each.n_kept.min():,} to {each.n_kept.max():,})",
            f"{np.sqrt(each.mean):.4g} ± {each.standard_error / (2 * np.sqrt(each.mean)):.2g}",
            f"{100 * (1 - each.mean / typical**2):.1f} %",
        )
        for each in nested
    )
    first = nested[0]
    sentence = (
        f"On {context.data_name} ({n:,} rows, {p:,} features), L1 kept {np.median(first.n_kept):,.0f} features in the "
        f"median; {compared(first, nested[1], 'a smaller error')}"
    )
    sentence += f", and {compared(first, nested[2], 'a smaller error')}." if len(nested) > 2 else "."
    lead = (
        f"The same game on {context.data_name}: {n:,} rows, {p:,} features, and {dataset.target_name!r} to be "
        f"predicted. Always guessing the average would be off by {typical:.4g} (root mean square)."
    )
    if p < 50:
        lead += " With so few features there is little to leave out, and little to gain."
    table = Table(
        ("norm", "features kept", "typical error", "variance explained"),
        rows,
        f"Features kept: median over {n_outer} groups (smallest to largest). Typical error: root mean square on rows "
        "not seen, with its standard error, in units of the target.",
        (False, True, True, True),
    )
    return [Paragraph(lead), table, Paragraph(sentence)], sentence
