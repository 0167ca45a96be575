"""Question 7: how much does it matter in practice? Measured on gene expression and on the table at hand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...datasets import Dataset, load_leukemia
from ...typing import Indices
from ..section import Block, Paragraph, Row, Section, Table, Takeaway
from .context import TourContext
from .cost import Cost, measure
from .nested import (
    L1,
    SQUARED_L2,
    Contestant,
    Fit,
    Nested,
    choose_and_fit,
    nested_cross_validate,
)
from .question_7_background import background_blocks
from .question_7_pictures import coefficient_pictures, mistakes_picture
from .question_7_table import compare_on_table
from .question_7_worth import worth_blocks
from .wording import compared, listed, ratio_text, signed, size_text, span, time_text

TITLE = "How much does it matter in practice?"
N_PATIENTS = 1000
N_SHOWN = 8

_TASKS = {"lineage": "T cell or B cell", "molecular": "BCR/ABL or none"}


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
    def label(self) -> str:
        """What is told apart."""
        return _TASKS[self.task]

    @property
    def accuracy(self) -> str:
        """In per cent with its standard error; without a mistake, the 95 % bound of the rule of three."""
        if self.n_right == self.n_patients:
            return f"100 %, at least {100 - 300 / self.n_patients:.1f} %"
        share, error = 100 * (1 - self.nested.mean), 100 * self.nested.standard_error
        return f"{share:.1f} ± {error:.1f} %"


def answer(context: TourContext) -> Section:
    """The seventh section: leukaemia first, or the reader's own table first where there is one."""
    genes, genes_said, cost_said = _genes(context)
    table, table_said = compare_on_table(context)
    film, film_said = background_blocks(context)
    takeaway = Takeaway(
        "A model with few features can be read, stored and applied cheaply. Whether it also predicts "
        "better depends on the data, so it is worth measuring."
    )
    if context.is_own_data:
        blocks = [
            *table,
            Paragraph("And on a table with thousands of features, where more is at stake:"),
            *genes,
        ]
        said = [table_said, genes_said, cost_said, film_said]
    else:
        blocks, said = [*genes, *table, Paragraph(table_said)], [genes_said, cost_said, table_said, film_said]
    return Section(TITLE, said[0], [*blocks, *worth_blocks(context), *film, takeaway], "\n".join(said))


def _genes(context: TourContext) -> tuple[list[Block], str, str]:
    """Blocks on gene expression, and what they show in two sentences: accuracy, cost."""
    results = [_result(task, contestant, context) for task in _TASKS for contestant in (L1, SQUARED_L2)]
    sparse, dense = results[0], results[1]
    headline = (
        f"To tell T-cell from B-cell leukaemia, L1 used {_kept(sparse)} of {sparse.dataset.X.shape[1]:,} "
        f"gene probes and got {sparse.n_right} of {sparse.n_patients} patients right; L2 used "
        f"{_kept(dense)} and got {dense.n_right} right."
    )
    cost_sentence = _cost_sentence(sparse, dense)
    pictures = (*coefficient_pictures(sparse.final, dense.final, sparse.dataset), mistakes_picture(results))
    blocks: list[Block] = [
        *_introduction(context, sparse, results[2]),
        _leukemia_table(results),
        Paragraph(_leukemia_sentence(results)),
        Paragraph(cost_sentence),
        Row(pictures),
        _probe_table(results),
        *_other_probes(results),
        Paragraph(_stability_sentence(results)),
    ]
    return blocks, headline, cost_sentence


def _result(task: str, contestant: Contestant, context: TourContext) -> Result:
    dataset = load_leukemia("lineage" if task == "lineage" else "molecular")
    n_outer, n_inner = context.n_folds
    nested = nested_cross_validate(dataset, "logistic", contestant, n_outer, n_inner, context.seed)
    final = choose_and_fit(dataset, "logistic", contestant, n_inner, context.seed)
    rows = context.rng("patients").integers(len(dataset.y), size=N_PATIENTS)
    cost = measure(final.coef, final.intercept, dataset.X[rows], repeats=30 if context.quick else 200)
    return Result(task, dataset, nested, final, cost)


def _kept(result: Result) -> str:
    """Median number of probes over the outer folds: "3", or "all 4,000"."""
    median, total = float(np.median(result.nested.n_kept)), result.dataset.X.shape[1]
    return f"all {total:,}" if median == total else f"{median:,.0f}"


def _introduction(context: TourContext, lineage: Result, molecular: Result) -> list[Block]:
    n_outer, n_inner = context.n_folds
    return [
        Paragraph(
            "A blood sample of each patient with acute leukaemia was read by "
            f"{lineage.dataset.X.shape[1]:,} probes, each of which measures how active one gene is "
            "(Chiaretti and others, 2004). Two questions matter to the physician: which kind of cell "
            f"went astray, T or B ({lineage.n_patients} patients); and, where it is a B cell, does it "
            f"carry the BCR/ABL fusion, for which a drug exists ({molecular.n_patients} patients)? The "
            "loss is the logistic one, made for yes or no."
        ),
        Paragraph(
            f"Nobody is predicted by a model that has seen them: the patients are dealt into {n_outer} "
            "groups, each group is set aside once, and everything (scaling, the choice of alpha, the "
            f"fit) is done on the others. Alpha is chosen by a second round of {n_inner} groups among "
            "these: the largest alpha among those with the fewest mistakes."
        ),
    ]


def _leukemia_table(results: list[Result]) -> Table:
    rows = []
    for result in results:
        sparse = result.cost.sparse_bytes < result.cost.dense_bytes
        rows.append(
            (
                f"{result.label}, {result.nested.contestant.name}",
                span(result.nested),
                f"{result.n_right} of {result.n_patients}",
                result.accuracy,
                size_text(min(result.cost.sparse_bytes, result.cost.dense_bytes))
                + (" (sparse)" if sparse else " (dense)"),
                time_text(result.cost.seconds),
            )
        )
    return Table(
        ("task, norm", "probes kept", "right", "accuracy", "stored weights", f"{N_PATIENTS:,} predictions"),
        tuple(rows),
        "Measured in this run. Probes kept: median over the groups (smallest to largest). Accuracy on "
        "patients not seen, with its standard error; without any mistake, what 95 % confidence leaves "
        "possible. Stored weights: the smaller of a SciPy sparse matrix and a plain array. Predictions: "
        "best time of many, from a table that holds just the probes that the model uses.",
        (False, True, True, True, True, True),
    )


def _leukemia_sentence(results: list[Result]) -> str:
    parts = []
    for sparse, dense in zip(results[::2], results[1::2], strict=True):
        parts.append(f"{sparse.label}: {compared(sparse.nested, dense.nested, 'fewer mistakes')}.")
    return " ".join(parts)


def _cost_sentence(sparse: Result, dense: Result) -> str:
    size = f"its weights take {size_text(sparse.cost.sparse_bytes)} as a sparse matrix"
    if sparse.cost.sparse_bytes < dense.cost.dense_bytes:
        size += (
            f" against {size_text(dense.cost.dense_bytes)} for L2 "
            f"({ratio_text(dense.cost.dense_bytes, sparse.cost.sparse_bytes)} less)"
        )
    quick, slow = sparse.cost.seconds, dense.cost.seconds
    pace = f"{N_PATIENTS:,} predictions take {time_text(quick)} against {time_text(slow)}"
    n_probes = len(sparse.final.kept)
    return (
        f"The L1 model fitted to all {sparse.n_patients} patients is small: {size}, {pace}, "
        f"and the number of probes to be measured is {n_probes} instead of {len(dense.final.kept):,}."
    )


def _by_weight(result: Result) -> Indices:
    """The probes of the model of all patients, largest weight first."""
    kept, size = result.final.kept, np.abs(result.final.coef_standardised)
    return kept[np.argsort(-size[kept], kind="stable")]


def _other_probes(results: list[Result]) -> list[Block]:
    """The names that the table leaves out."""
    paragraphs: list[Block] = []
    for result in results[::2]:
        rest = [result.dataset.feature_names[j] for j in _by_weight(result)[N_SHOWN:]]
        if rest:
            paragraphs.append(Paragraph(f"The other probes for {result.label}: {listed(rest)}."))
    return paragraphs


def _probe_table(results: list[Result]) -> Table:
    rows = []
    counts = []
    for result in results[::2]:
        order = _by_weight(result)
        counts.append(f"{min(len(order), N_SHOWN)} of {len(order)} for {result.label}")
        n_folds = len(result.nested.fits)
        for j in order[:N_SHOWN]:
            rows.append(
                (
                    result.dataset.feature_names[j],
                    result.label,
                    signed(float(result.final.coef_standardised[j]), 3),
                    f"{result.nested.times_kept(int(j))} of {n_folds}",
                )
            )
    return Table(
        ("probe", "task", "weight", "kept in groups"),
        tuple(rows),
        f"The probes that the L1 models of all patients use, largest weight first ({listed(counts)}). "
        "Weight: change of the log-odds per standard deviation of the probe. Kept in groups: how often "
        "the probe was chosen again when a group of patients was left out.",
        (False, False, True, True),
    )


def _stability_sentence(results: list[Result]) -> str:
    parts = []
    for result in results[::2]:
        ever = np.flatnonzero(np.any([fit.coef != 0 for fit in result.nested.fits], axis=0))
        always = [j for j in ever if result.nested.times_kept(int(j)) == len(result.nested.fits)]
        parts.append(
            f"for {result.label}, {len(ever)} probes were chosen at least once and {len(always)} every time"
        )
    return (
        f"A zero says that a probe is not needed, not that its gene plays no part: {'; '.join(parts)}. "
        "Probes that move together can stand in for one another, and a few patients more or less decide "
        "which is taken."
    )
