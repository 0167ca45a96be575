"""The page: escaping, emphasis, unique ids, structure, layout in a browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import pytest

from browsing import problems_of
from html_outline import check_accessible, check_self_contained
from normball.report.page import embed, prose, render_page
from normball.report.section import (
    Paragraph,
    Picture,
    Row,
    Section,
    Table,
    Takeaway,
    picture_from_figure,
)


def picture(description: str = "a line") -> Picture:
    figure, ax = plt.subplots(figsize=(4, 3))
    ax.plot([0, 1], [1, 0], label="<b> & --> text")
    ax.set_ylim(0, 0.5)
    ax.legend()
    return picture_from_figure(figure, "A *falling* line.", description)


def sections() -> list[Section]:
    wide = Table(
        tuple(f"a long heading {k}" for k in range(9)),
        (tuple(f"cell_{k}" for k in range(9)),),
        "A wide table.",
        (False, *[True] * 8),
    )
    blocks = [
        Paragraph("Plain, *emphasis*, 2 * 3 * 4 and <script>alert(1)</script>."),
        Row((picture(), picture('quoted "twice" <svg>'), picture())),
        Takeaway("One sentence."),
        wide,
        Paragraph("an_uncommonly_long_name_" * 8),
    ]
    return [Section(f"Question {k}: <why>?", "An answer.", blocks) for k in (1, 2)]


@pytest.fixture(scope="module")
def page() -> str:
    return render_page("A title & more", "A *lead*.", sections(), "A footer.")


def test_page_is_self_contained_and_accessible(page: str) -> None:
    found = check_self_contained(page)
    check_accessible(found)
    assert [text for _, text in found.headings] == [
        "A title & more",
        "Question 1: <why>?",
        "Question 2: <why>?",
    ]
    assert found.labels.count('quoted "twice" <svg>') == 2
    assert found.counts["nav"] == 1
    assert found.scopes.count("col") == 18
    assert found.scopes.count("row") == 2


def test_what_users_name_is_shown_not_run(page: str) -> None:
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "<!--" not in page


def test_one_section_needs_no_list_of_links() -> None:
    page = render_page("Title", "Lead.", sections()[:1])
    assert "<nav" not in page
    assert "<footer" not in page


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a *word* here", "a <em>word</em> here"),
        ("*two words*, twice *x*", "<em>two words</em>, twice <em>x</em>"),
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("2*3*4", "2*3*4"),
        ("a < b & *c*", "a &lt; b &amp; <em>c</em>"),
        ("*open", "*open"),
        ("at 95 % or 5 of 9 %s", "at 95\N{NO-BREAK SPACE}% or 5 of 9\N{NO-BREAK SPACE}%s"),
    ],
)
def test_prose(text: str, html: str) -> None:
    assert str(prose(text)) == html


def test_embedded_pictures_grow_a_little_and_keep_their_shape() -> None:
    head = '<svg width="288pt" height="216pt" viewBox="0 0 288 216">'
    svg = head + '<g id="a"/><g id="a"/><path d="M 0.123456 -3.999999"/><use xlink:href="#a"/></svg>'
    panel = embed(Picture(svg, "caption", "what is seen"), "p7-")
    assert panel.width == round(288 * 4 / 3 * 1.15)
    assert 'viewBox="0 0 288 216"' in panel.svg
    assert 'id="p7-a"' in panel.svg
    assert 'id="p7-a-2"' in panel.svg
    assert ' href="#p7-a"' in panel.svg
    assert "height=" not in panel.svg
    assert 'd="M 0.12 -4.00"' in panel.svg


@pytest.mark.quick_cases(1)
@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1280])
def test_page_fits_the_screen(page: str, width: int, tmp_path: Path, browser: Any) -> None:
    file = tmp_path / "page.html"
    file.write_text(page, encoding="utf-8")
    assert problems_of(file, width, browser) == []
