"""The tour: seven questions about the picture of ball and level set, answered on data in one page."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from importlib import import_module
from pathlib import Path

from ...datasets import Dataset
from ...version import version
from ...warnings import ConvergenceWarning
from ..page import render_page
from ..section import Paragraph, Section
from .context import TourContext, make_context

FILE_NAME = "tour.html"
TOPICS = (
    "the level set",
    "the ball",
    "the odds of a corner",
    "counting zeros",
    "a cheaper point",
    "two prices",
    "in practice",
)
"""What the seven questions are about, in order; question k is answered by the module `question_k`."""

Progress = Callable[[int, str], None]
"""Called with the number of sections done and the topic that comes next ("" at the end)."""


@dataclass(frozen=True, eq=False)
class Tour:
    """A finished tour: its sections, the file that holds them, and how long it took."""

    sections: tuple[Section, ...]
    path: Path
    seconds: float


def write_tour(
    out: Path,
    data: Dataset | None = None,
    quick: bool = False,
    progress: Progress | None = None,
    seed: int = 0,
) -> Tour:
    """Answer the seven questions and write the report.

    Parameters
    ----------
    out : Path
        Folder for `tour.html`; made if it is not there.
    data : Dataset, optional
        The reader's table; default: diabetes.
    quick : bool, default False
        Fewer samples and folds.
    progress : callable, optional
        See `Progress`.
    seed : int, default 0
        Of everything that is drawn at random.

    Returns
    -------
    Tour

    Raises
    ------
    ValueError
        As `make_context`, before anything is written.
    OSError
        If the folder cannot be made or written to.
    """
    start = time.perf_counter()
    context = make_context(data, quick, seed)
    out.mkdir(parents=True, exist_ok=True)
    sections = tuple(_sections(context, progress or (lambda done, topic: None)))
    seconds = time.perf_counter() - start
    page = render_page("Why is the answer sparse?", _lead(context), sections, _footer(context, seconds))
    path = out / FILE_NAME
    path.write_text(page, encoding="utf-8")
    return Tour(sections, path, seconds)


def _sections(context: TourContext, progress: Progress) -> Iterator[Section]:
    for number, topic in enumerate(TOPICS, start=1):
        progress(number - 1, topic)
        module = import_module(f"{__name__}.question_{number}")
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", ConvergenceWarning)
            section = module.answer(context)
        yield _with_warnings(replace(section, title=f"{number}. {section.title}"), caught)
    progress(len(TOPICS), "")


def _with_warnings(section: Section, caught: list[warnings.WarningMessage]) -> Section:
    """Fits that missed their tolerance are said in the section, not lost on a terminal."""
    messages = []
    for warning in caught:
        if issubclass(warning.category, ConvergenceWarning):
            messages.append(str(warning.message))
        else:
            warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)
    if not messages:
        return section
    note = f"A note of caution: {len(messages)} of the fits behind this section are less exact. {messages[0]}"
    return replace(section, blocks=[*section.blocks, Paragraph(note)])


def _lead(context: TourContext) -> str:
    n, p = context.dataset.X.shape
    table = (
        f"your table ({n:,} rows, {p:,} features, target {context.target_name!r})"
        if context.is_own_data
        else f"real data: {p} measurements of {n} diabetes patients, and gene activity of leukaemia patients"
    )
    return (
        "A ball, a level set, and the place where they touch: that picture explains why some models use "
        f"only a few of their features. Here are seven questions about it, answered with {table}. Every "
        "number and every picture was computed when this page was made."
    )


def _footer(context: TourContext, seconds: float) -> str:
    made = f"Made by normball {version()} on {date.today().isoformat()} in {seconds:.0f} seconds"
    mode = ", with few samples (quick)" if context.quick else ""
    own = "" if context.is_own_data else f"{context.dataset.description} "
    return (
        f"{made}{mode}, random seed {context.seed}. {own}Leukaemia: Chiaretti and others, Blood 103 "
        "(2004), 2771-2778. Times depend on the machine and on what else it is doing."
    )
