"""The tour's parts on odds and worth say what `normball.geometry` computes."""

from __future__ import annotations

import re

import pytest

from normball.geometry import (
    Equations,
    OrthonormalDesign,
    face_shares,
    measurements_needed,
    universal_alpha,
    zero_odds,
)
from normball.report.section import Block, Paragraph, Picture, Row
from normball.report.tour import face_pictures, question_3, question_7_worth, zero_counts
from normball.report.tour.context import TourContext, make_context


@pytest.fixture(scope="module")
def context() -> TourContext:
    return make_context(quick=True)


def _parts(blocks: list[Block]) -> tuple[str, list[Picture]]:
    text = " ".join(block.text for block in blocks if isinstance(block, Paragraph))
    return text, [picture for block in blocks if isinstance(block, Row) for picture in block.pictures]


def test_face_shares_are_told_as_they_are() -> None:
    text, pictures = _parts(face_pictures.face_share_blocks())
    assert len(pictures) == 2
    plane = face_shares("l1", 2, 10 / 2**0.5).shares[0]
    assert f"{plane:.0%} of cases" in text
    most = int(re.search(r"at most (\d+) of the 100", text).group(1))
    cumulated = face_shares("l1", 100, 1.0).shares.cumsum()
    # faces of dimension k have k + 1 weights
    assert cumulated[most - 1] >= 0.5 > cumulated[most - 2]


def test_systems_agree_with_the_laws(context: TourContext) -> None:
    table, note = question_3._systems(context)
    for row in table.rows:
        p, m = int(row[0]), int(row[1])
        mean = zero_odds("l1", p, Equations(m)).mean
        assert row[3] == f"{mean:.0f}"
        assert row[4] == row[5] == "0"
    agreeing, total = re.search(r"([\d,]+) of ([\d,]+) solved systems agree", note).groups()
    assert agreeing == total


def test_law_of_the_zeros(context: TourContext) -> None:
    text, pictures = _parts(zero_counts.zero_count_blocks(context))
    alpha = universal_alpha(zero_counts.N, zero_counts.P)
    signal = [zero_counts.SIZE_OF_EFFECT] * zero_counts.N_TRUE + [0.0] * (zero_counts.P - zero_counts.N_TRUE)
    mean = zero_odds("l1", zero_counts.P, OrthonormalDesign(zero_counts.N, alpha, signal=signal)).mean
    assert f"gives {mean:.1f} zeros" in text
    assert len(pictures) == 1


def test_rows_and_worth(context: TourContext) -> None:
    text, pictures = _parts(question_7_worth.worth_blocks(context))
    numbers = [measurements_needed("l1", 100, s) for s in question_7_worth.SPARSITIES]
    assert f"{numbers[0]}, {numbers[1]} and {numbers[2]} of them for even odds" in text
    assert [f"even odds at {m}" in pictures[0].description for m in numbers] == [True] * 3
    assert "times less memory" in pictures[1].description
