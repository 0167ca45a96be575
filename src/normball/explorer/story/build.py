"""The essay as the page reads it, and as one offline file."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ...version import version
from ..page import page_html
from ..state import defaults
from .answers import Answer, matter_text, seven_answers
from .matter import make_matter
from .paper import paper_page, paper_steps
from .sample import make_sample
from .table import StoryTable

FILE_NAME = "tour.html"
STEPS = ("line", "ball", "slide", "compass", "data", "map", "price", "many", "matter")
"""The essay's steps: what `explore(story=...)` and the address after # may name."""

Progress = Callable[[int, str], None]
"""Called with the number of parts done and the part that comes next ("" at the end)."""

PARTS = ("the rows", "few weights", "the answers")


@dataclass(frozen=True, eq=False)
class Story:
    """What the essay needs beyond geometry.

    Attributes
    ----------
    payload : dict that the page reads.
    answers : the seven answers, in words.
    paper : the essay for a browser without scripts, as HTML.
    """

    payload: dict[str, Any]
    answers: tuple[Answer, ...]
    paper: str

    def starting_at(self, step: str) -> dict[str, Any]:
        """The payload of a page that opens at a step."""
        return self.payload | {"start": step}


def make_story(
    table: StoryTable | None = None, quick: bool = False, seed: int = 0, progress: Progress | None = None
) -> Story:
    """Everything that the essay shows of data, computed now.

    Parameters
    ----------
    table : StoryTable, optional
        The reader's own; default: diabetes.
    quick : bool, default False
        Fewer folds and random samples.
    seed : int, default 0
        Of everything that is drawn at random.
    progress : callable, optional
        See `Progress`.
    """
    start, table = time.perf_counter(), table or StoryTable.default()
    tell = progress or (lambda done, part: None)
    tell(0, PARTS[0])
    sample = make_sample(table, quick, seed)
    tell(1, PARTS[1])
    matter = make_matter(table, quick, seed)
    tell(2, PARTS[2])
    answers = seven_answers(table, sample, matter, seed)
    tell(3, "")
    seconds = time.perf_counter() - start
    payload = {
        "sample": sample.payload,
        "matter": matter,
        "answers": {"matter": matter_text(matter[0])},
        "made": _made(table, quick, seed, seconds),
        "start": "",
    }
    return Story(payload, answers, paper_page(paper_steps(sample, matter), payload))


def write_story(
    out: Path,
    table: StoryTable | None = None,
    quick: bool = False,
    progress: Progress | None = None,
    seed: int = 0,
) -> tuple[Story, Path]:
    """Compute the essay and write it as `tour.html` in the folder `out`.

    Raises
    ------
    OSError
        If the folder cannot be made or written to.
    """
    story = make_story(table, quick, seed, progress)
    out.mkdir(parents=True, exist_ok=True)
    path = out / FILE_NAME
    page = page_html(defaults(), story=story.payload, paper=story.paper)
    path.write_text(page, encoding="utf-8")
    return story, path


def size_without_data() -> int:
    """Bytes of the essay's file as it is written, less everything that rests on data.

    What remains: laboratory and essay, packed, and six of the nine pictures for a browser without scripts.
    """
    blank = paper_page(dict.fromkeys(("data", "map", "matter"), ""), {"made": "", "answers": {"matter": ""}})
    return len(page_html(defaults(), story={}, paper=blank).encode())


def _maker() -> str:
    """The library with its version, where it is installed."""
    number = version()
    return "normball, from its source tree," if number.endswith("+uninstalled") else f"normball {number}"


def _made(table: StoryTable, quick: bool, seed: int, seconds: float) -> str:
    own = (
        " ".join([table.dataset.description, *table.notes, ""])
        if table.is_own
        else "Diabetes data: Efron and others (2004); the disease score runs from 25 to 346, and weights are "
        "points of score for one standard deviation. "
    )
    return (
        f"Made by {_maker()} on {date.today().isoformat()} in {seconds:.0f} seconds"
        f"{', with few folds (quick)' if quick else ''}, random seed {seed}. {own}Leukaemia data: Chiaretti "
        f"and others (2004), {5 if quick else 10}-fold cross-validation; L2 chooses its price on other rows."
    )
