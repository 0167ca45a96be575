"""The film of question 7: what its sentence claims is what the arrays hold."""

from __future__ import annotations

import re

from normball.report.section import Row, Table
from normball.report.tour.context import make_context
from normball.report.tour.question_7_background import background_blocks


def test_people_leave_fewer_traces_than_with_squares() -> None:
    blocks, said = background_blocks(make_context(quick=True))
    table = next(block for block in blocks if isinstance(block, Table))
    rows = {name: values for name, *values in table.rows}
    low, squares = (float(text.rstrip(" %")) for text in rows["Background off by more than 10 grey levels"])
    assert low < 0.2 * squares
    zeros = float(rows["Foreground exactly at zero"][0].rstrip(" %"))
    assert f"{zeros:.0f} %" in said
    assert float(rows["Relative duality gap"][0]) <= 1e-3
    pictures = next(block.pictures for block in blocks if isinstance(block, Row))
    assert len(pictures) == 4
    assert all(re.search("<image", picture.svg) for picture in pictures)
