"""`normball fit` on tables like those that everybody knows: what a client sees first."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from browsing import problems_of
from look_alikes import CASES
from tables_on_disk import write

ANSWER_IN_FIRST_SCREEN = """
() => {
  const answer = document.querySelector('section .answer').getBoundingClientRect();
  return [answer.top, answer.bottom, innerHeight];
}
"""
TABLES_THAT_SCROLL = """
() => [...document.querySelectorAll('section')].slice(0, 1)
  .flatMap(section => [...section.querySelectorAll('.table')])
  .filter(box => box.scrollWidth > box.clientWidth + 1).length
"""


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[str, Path]]:
    """What a fit of a table says, and its report; each is made once."""
    from click.testing import CliRunner

    from normball.cli.fit import fit_command

    made: dict[str, tuple[str, Path]] = {}

    def report(name: str) -> tuple[str, Path]:
        if name not in made:
            folder = tmp_path_factory.mktemp(name)
            make, options = CASES[name]
            path = write(make(), folder / f"{name}.csv")
            result: Result = CliRunner().invoke(
                fit_command, [str(path), *options, "--out", str(folder / "out")], catch_exceptions=False
            )
            assert result.exit_code == 0, result.output
            made[name] = (result.stdout, folder / "out" / "report.html")
        return made[name]

    return report


BEST = {
    "players": ("Years", "R2", "off by"),
    "loans": ("balance", "AUC", "are given their right class of 'default'"),
    "bicycles": ("temperature", "share explained", "of the deviance of 'riders'"),
    "patients": ("treatment=standard", "concordance", "has the event first in"),
    "genes": ("gene_0412", "AUC", "are given their right class of 'tissue'"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_what_is_said(reports: Callable[[str], tuple[str, Path]], name: str) -> None:
    """How good it predicts comes before the coefficients, the truth leads them, the objective comes last."""
    feature, figure, sentence = BEST[name]
    said, _ = reports(name)
    assert sentence in said
    places = [said.index(text) for text in (sentence, figure, "per deviation", feature, "Loss (")]
    assert places == sorted(places)
    assert "smallest alpha tried" not in said
    assert "nan" not in said.split()


@pytest.mark.quick_cases(1)
@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("name", CASES)
def test_the_answer_is_in_the_first_screen(
    reports: Callable[[str], tuple[str, Path]], name: str, width: int, browser: Any
) -> None:
    _, file = reports(name)
    assert problems_of(file, width, browser) == []
    with browser.new_page(viewport={"width": width, "height": 900}) as page:
        page.goto(file.as_uri())
        top, bottom, height = page.evaluate(ANSWER_IN_FIRST_SCREEN)
        assert 0 < top < bottom < height
        assert page.evaluate(TABLES_THAT_SCROLL) == 0
