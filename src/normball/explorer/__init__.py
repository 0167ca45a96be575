"""The interactive page: take hold of the line, the ball and the budget.

`explore` returns an `Explorer`, which shows itself in a notebook, opens as a local page, or is
saved as one offline file. Nothing here needs a web package until it is shown.
"""

from __future__ import annotations

from importlib.util import find_spec
from os import PathLike
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

from ..answers.path import Path
from ..answers.solution import Solution
from ..problem import Problem
from .payload import path_of, payload
from .picture import picture_problem, solve_picture
from .state import ReadState, State, checked_state, defaults, read_state

if TYPE_CHECKING:
    from .widget import ExplorerWidget

__all__ = ["Explorer", "explore"]


def explore(
    model: Any = None, features: tuple[Any, Any] | None = None, *, story: str | None = None, **state: Any
) -> Explorer:
    """The interactive picture, of two coefficients or of your own model.

    Parameters
    ----------
    model : Problem, Solution, Path, fitted estimator, optional
        Shown in the view "Model": two of its features on the stage, the others as its path has
        them. Without one, the page is about two (or three) coefficients of its own.
    features : (a, b), optional
        Names or positions of the two features on the stage; default the first two that enter.
    story : str, optional
        Open the essay behind which the laboratory stands, at one of its steps: "line", "ball",
        "slide", "compass", "data", "map", "price", "many" or "matter". What it shows of data is
        computed first, in a few seconds.
    **state
        Fields of the page to begin with, such as `norm="l2"`, `loss="squared_error"`,
        `dims=3`, `budget=0.8`; docs/explorer.md lists them.

    Returns
    -------
    Explorer
        In a notebook it shows itself; `save` writes one offline file, `show` opens the page.

    Raises
    ------
    ValueError
        A field, feature or step is unknown, or a value lies outside its range.
    TypeError
        The model is nothing that can be explored, or an estimator without its solution.

    Examples
    --------
    >>> import normball as nb
    >>> nb.explore(norm="l2", budget=0.5, form="budget").solution.n_zeros
    0
    """
    told = _story(story, model)
    if model is None:
        if features is not None:
            raise ValueError(f"features={features!r} chooses among those of a model; give the model, too.")
        return Explorer(checked_state(state), None, told)
    problem, solution, path = _parts(model)
    pair = _pair(problem, features)
    if path is None:
        path = path_of(problem, solution)
    data = payload(solution, path, pair, _title(model), getattr(problem, "target_name", "y"))
    begin = {"view": "model", "own": data["note"] is None, "step": data["start"]}
    begin |= {"pair_a": data["pair"][0], "pair_b": data["pair"][1]}
    return Explorer(checked_state(begin | state), data)


def _story(step: str | None, model: Any) -> dict[str, Any] | None:
    """The payload of the essay that opens at a step; None without one."""
    if step is None:
        return None
    from .story import STEPS, make_story

    if step not in STEPS:
        raise ValueError(f"story must be a step of the essay, one of {', '.join(STEPS)}; got {step!r}.")
    if model is not None:
        raise ValueError(
            f"story={step!r} opens the essay, which has data of its own; leave the model out, or put a table "
            "into it with `normball tour --data FILE --target COLUMN`."
        )
    return make_story().starting_at(step)


def _parts(model: Any) -> tuple[Problem, Solution | None, Path | None]:
    if isinstance(model, Problem):
        return model, None, None
    if isinstance(model, Path):
        return model.problem, None, model
    solution = model if isinstance(model, Solution) else getattr(model, "solution_", None)
    if isinstance(solution, Solution):
        return solution.problem, solution, None
    if len(getattr(model, "classes_", ())) > 2:
        raise TypeError(
            f"this {type(model).__name__} tells {len(model.classes_)} classes apart, with a coefficient a "
            "feature for each of them; the page shows models with one coefficient a feature, such as a "
            "Classifier of two classes."
        )
    raise TypeError(
        "explore takes a Problem, Solution, Path or fitted estimator of normball, got "
        f"{type(model).__name__}; call fit first (one that was pickled has left its data behind)."
    )


def _pair(problem: Problem, features: tuple[Any, Any] | None) -> tuple[int, int] | None:
    if problem.n_features < 2:
        raise ValueError(f"the picture needs two features, the model has {problem.n_features}.")
    if features is None:
        return None
    if isinstance(features, str) or len(features) != 2:
        raise ValueError(f"features must be two names or positions, got {features!r}.")
    a, b = (problem.feature_position(feature) for feature in features)
    if a == b:
        raise ValueError(f"features must be two different ones, got {features!r}.")
    return a, b


def _title(model: Any) -> str:
    problem = _parts(model)[0]
    name = "" if isinstance(model, Problem | Solution | Path) else f"{type(model).__name__}, "
    return f"{name}{problem.loss.title} with {problem.norm.title}"


class Explorer:
    """The page with a state and, where there is one, a model. Made by `explore`.

    Attributes
    ----------
    data : dict or None
        What the page knows of the model.
    story : dict or None
        What the essay shows of data, where the page holds it.
    """

    def __init__(
        self, state: State, data: dict[str, Any] | None, story: dict[str, Any] | None = None
    ) -> None:
        self._state = state
        self.data = data
        self.story = story
        self._widget: ExplorerWidget | None = None

    @property
    def state(self) -> State:
        """All fields of the page as they are now; in a notebook it follows what the reader does."""
        given = self._widget.state if self._widget is not None else self._state
        return ReadState(read_state(given)[0])

    def set(self, **changes: Any) -> None:
        """Change fields of the page, in a notebook of the widget that is shown.

        Raises
        ------
        ValueError
            As `explore`.
        """
        self._state = checked_state({**self.state, **changes})
        if self._widget is not None:
            self._widget.state = dict(self._state)

    def problem(self) -> Problem:
        """The picture of the state as a `Problem` of two or three features."""
        return picture_problem(self.state)

    @property
    def solution(self) -> Solution:
        """The contact of the state's picture, solved by normball in the form that the state holds."""
        return solve_picture(self.state)

    def html(self) -> str:
        """The page as the text of one offline HTML file."""
        from .page import page_html

        return page_html(self.state, self.data, story=self.story)

    def save(self, path: str | PathLike[str]) -> FilePath:
        """Write the page as one file that works offline; returns its path."""
        target = FilePath(path)
        target.write_text(self.html(), encoding="utf-8")
        return target

    def show(self, port: int = 0, open_browser: bool = True) -> None:
        """Serve the page on this machine until interrupted, and open it in the browser.

        Raises
        ------
        ModuleNotFoundError
            Without starlette and uvicorn; the message says how to install them.
        ValueError
            If the port is taken.
        """
        from .local import serve_page

        serve_page(self.state, self.data, story=self.story, port=port, open_browser=open_browser)

    def widget(self) -> ExplorerWidget:
        """The notebook widget, made once.

        Raises
        ------
        ModuleNotFoundError
            Without anywidget; the message says how to install it.
        """
        if self._widget is None:
            if find_spec("anywidget") is None:
                raise ModuleNotFoundError(
                    "the widget needs anywidget, which is not installed; "
                    'run: pip install "normball[notebook]"',
                    name="anywidget",
                )
            from .widget import ExplorerWidget

            self._widget = ExplorerWidget(self._state, self.data, self.story)
        return self._widget

    def _repr_mimebundle_(self, **options: Any) -> Any:
        """The widget; without anywidget, the offline page in a frame."""
        if find_spec("anywidget") is not None:
            return self.widget()._repr_mimebundle_(**options)
        return {"text/plain": repr(self), "text/html": self._repr_html_()}

    def _repr_html_(self) -> str:
        """The offline page in a frame that may run its script and save files, and nothing else."""
        from html import escape

        return (
            '<iframe sandbox="allow-scripts allow-downloads" title="normball" '
            f'srcdoc="{escape(self.html())}" style="width: 100%; height: 880px; border: 0"></iframe>'
        )

    def __repr__(self) -> str:
        changed = {name: value for name, value in self.state.items() if value != defaults()[name]}
        fields = ", ".join(f"{name}={value!r}" for name, value in changed.items())
        return f"Explorer({fields}): .show() opens it, .save('picture.html') writes one offline file"
