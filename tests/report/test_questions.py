"""Questions 1 to 5: what their sentences claim is what the solvers find, on awkward tables too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from itertools import product

import numpy as np
import pytest

from normball import Problem
from normball.datasets import Dataset
from normball.report.section import Block, Paragraph, Picture, Row, Section, Table
from normball.report.tour import question_1, question_3, question_5
from normball.report.tour.context import TourContext, make_context, standardised
from normball.report.tour.plane_pictures import strongest_pair

NUMBERS = (1, 2, 3, 4, 5)


def answer(number: int, context: TourContext) -> Section:
    return import_module(f"normball.report.tour.question_{number}").answer(context)  # type: ignore[no-any-return]


def table_of(X: np.ndarray, y: np.ndarray) -> Dataset:
    names = tuple(f"x{j}" for j in range(X.shape[1]))
    return Dataset(X, np.asarray(y, dtype=np.float64), names, "y", "Made up.")


def drawn(n: int = 60, p: int = 4) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, p))
    return X, X[:, 0] + 0.5 * X[:, 1] + rng.normal(size=n)


def awkward(kind: str) -> Dataset:
    X, y = drawn()
    few = np.random.default_rng(1).normal(size=(10, 30))
    copies = np.column_stack([X[:, 0], 1.8 * X[:, 0] + 32, X[:, 2]])
    tables = {
        "mostly ones": (X, y > -1),
        "mostly zeros": (X, y > 1),
        "copied column": (copies, y),
        "copied and negated": (copies * [1, -1, 1], y),
        "only copies": (copies[:, :2], y),
        "more columns than rows": (few, few[:, 0] - few[:, 1]),
        "perfect fit": (X, X[:, 0] - 0.3 * X[:, 1]),
        "huge": (X * 1e6, y * 1e9),
    }
    return table_of(*tables[kind])


AWKWARD = (
    "mostly ones",
    "mostly zeros",
    "copied column",
    "copied and negated",
    "only copies",
    "more columns than rows",
    "perfect fit",
    "huge",
)


def pictures_of(section: Section) -> Iterator[Picture]:
    for block in section.blocks:
        if isinstance(block, Row):
            yield from block.pictures


def words_of(section: Section) -> str:
    texts = [section.answer, section.summary]
    for block in section.blocks:
        texts += _texts(block)
    return " ".join(texts)


def _texts(block: Block) -> list[str]:
    if isinstance(block, Row):
        return [f"{one.caption} {one.description}" for one in block.pictures]
    if isinstance(block, Table):
        return [block.caption, *block.header, *(cell for row in block.rows for cell in row)]
    return [block.text]


def tables_of(section: Section) -> list[Table]:
    return [block for block in section.blocks if isinstance(block, Table)]


@cache
def diabetes() -> TourContext:
    return make_context(quick=True)


@cache
def of_diabetes(number: int) -> Section:
    """An answer that several tests look at."""
    return answer(number, diabetes())


@pytest.mark.parametrize("number", NUMBERS)
def test_each_answer_is_whole(number: int) -> None:
    section = of_diabetes(number)
    assert section.title.endswith("?")
    assert section.answer.endswith(".")
    assert section.summary.endswith((".", ")."))
    assert not re.search(r"\b(nan|inf)\b", words_of(section))
    for picture in pictures_of(section):
        assert picture.svg.startswith("<svg")
        assert len(picture.caption) > 15
        assert len(picture.description) > 15
    for table in tables_of(section):
        assert {len(row) for row in table.rows} == {len(table.header)} == {len(table.numeric)}


@pytest.mark.parametrize("number", [3, 4])
def test_same_seed_same_words(number: int) -> None:
    assert words_of(of_diabetes(number)) == words_of(answer(number, make_context(quick=True)))


@pytest.mark.parametrize(
    ("number", "kind"), [*product([1, 5], AWKWARD), *product([2, 4], ["only copies", "huge"])]
)
def test_awkward_tables_are_answered(number: int, kind: str) -> None:
    section = answer(number, make_context(awkward(kind), quick=True))
    assert not re.search(r"\b(nan|inf)\b", words_of(section))


@pytest.mark.parametrize(
    ("y", "n_ones", "words"),
    [
        ([1.0, 2.0, 3.0, 4.0], 2, "above its median (2.5)"),
        ([0.0, 0.0, 0.0, 1.0], 1, "above its median (0)"),
        ([0.0, 1.0, 1.0, 1.0], 3, "equal to its largest value (1)"),
    ],
)
def test_two_classes_are_always_both_there(y: list[float], n_ones: int, words: str) -> None:
    classes, said = question_1._two_classes(np.array(y))
    assert classes.sum() == n_ones
    assert set(classes) == {0.0, 1.0}
    assert said == words


def test_odds_in_the_table_are_those_of_the_norms() -> None:
    odds, systems = tables_of(of_diabetes(3))
    assert [row[:3] for row in odds.rows] == [
        ("L1", "100%", "100%"),
        ("L2", "0%", "0%"),
        ("LInf", "100%", "0%"),
    ]
    assert [row[3] == "0.0%" for row in odds.rows] == [False, True, True]
    assert "L2 at most 0." in odds.caption
    for p, m, _, *found in systems.rows:
        left = int(p) - int(m)
        assert found == [f"{left}", "0", "0"]


def test_longer_ellipses_touch_corners_more_often() -> None:
    found = re.search(r"catch (\d+)% of the circles and (\d+)% of the ellipses", words_of(of_diabetes(3)))
    assert found is not None
    assert int(found[1]) < int(found[2])


def test_shown_interval_of_nothing_is_not_nothing() -> None:
    assert question_3._interval_text(0, 20_000) == "at most 0.02%"
    assert question_3._interval_text(10_000, 20_000) == "49.3% to 50.7%"


def test_zeros_of_the_own_table_are_those_of_its_fit() -> None:
    X, y = drawn(p=6)
    section = answer(4, make_context(table_of(X, y), quick=True))
    problem = Problem(standardised(X), y)
    target = 0.5 * (problem.instance.null_loss + problem.solve(alpha=0.0).loss)
    zeros = [problem.with_norm(norm).solve(target=target).n_zeros for norm in ("l1", "l2", "linf")]
    assert tables_of(section)[0].rows[-1] == ("your table", "6", *(f"{count}" for count in zeros))


def test_the_cheaper_points_are_cheaper() -> None:
    rows = tables_of(of_diabetes(5))[0].rows
    (norm, same_norm, less_norm), (loss, less_loss, same_loss) = (
        [float(cell.replace(",", "")) for cell in row[1:]] for row in rows[-2:]
    )
    assert same_norm == norm
    assert less_loss < loss
    assert less_norm < norm
    assert same_loss == loss


def test_nothing_is_promised_where_the_curve_runs_along_the_side() -> None:
    context = make_context(awkward("only copies"), quick=True)
    problem = question_5.pair_problem(context)
    point = question_5._point_on_a_side(problem)
    assert problem.cheaper(point).is_optimal
    section = answer(5, context)
    assert not section.answer.startswith("Yes")
    assert "say the same thing" in section.answer
    texts = [block.text for block in section.blocks if isinstance(block, Paragraph)]
    assert any("correlation 1.000000" in text for text in texts)
    assert len(list(pictures_of(section))) == 1


@pytest.mark.parametrize("kind", ["copied column", "copied and negated"])
def test_the_pictured_pair_is_not_a_copy_where_another_column_exists(kind: str) -> None:
    context = make_context(awkward(kind), quick=True)
    columns = context.problem.design.columns(np.array(strongest_pair(context)))
    assert abs(np.corrcoef(columns.T)[0, 1]) < 0.999
    assert answer(5, context).answer.startswith("Yes")


def test_point_of_question_5_lies_on_the_side_and_is_cut() -> None:
    problem = question_5.pair_problem(diabetes())
    point = question_5._point_on_a_side(problem)
    best = problem.solve(alpha=0.0)
    assert (point * best.coef > 0).all()
    assert np.abs(point).sum() == pytest.approx(0.75 * best.norm)
    # downhill leaves the side's normal, so the level line crosses the side
    slope = -problem.gradient(point) * np.sign(point)
    assert abs(slope[0] - slope[1]) > 1e-3 * np.abs(slope).max()
