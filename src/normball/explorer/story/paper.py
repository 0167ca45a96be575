"""The steps that rest on data, for a page without scripts: a picture and a sentence each, as HTML.

The other steps are the same in every file; the build of the page writes them (`static/paper.html`).
"""

from __future__ import annotations

from html import escape
from importlib import resources
from string import Template
from typing import Any

import numpy as np

from ...problem import Problem
from ...typing import Floats
from .answers import best_entry, matter_text
from .sample import Sample
from .table import standardised

SIZE = 360
_HALF = SIZE / 2
_LETTER = 8.0  # pixels a letter of the pictures takes, on average


class _Plane:
    """A square picture of two weights, `reach` from its middle to its sides."""

    def __init__(self, reach: float) -> None:
        self.unit = 0.92 * _HALF / reach
        self.parts: list[str] = [
            _line("axis", [(0, _HALF), (SIZE, _HALF)]),
            _line("axis", [(_HALF, 0), (_HALF, SIZE)]),
        ]

    def to(self, w: Floats) -> tuple[float, float]:
        return _HALF + self.unit * float(w[0]), _HALF - self.unit * float(w[1])

    def path(self, tone: str, points: Floats, close: bool = True) -> None:
        self.parts.append(_line(tone, [self.to(p) for p in points], close))

    def dot(self, w: Floats, tone: str = "touch") -> None:
        x, y = self.to(w)
        self.parts.append(f'<circle class="dot {tone}" cx="{x:.1f}" cy="{y:.1f}" r="7"/>')

    def text(self, x: float, y: float, words: str, anchor: str = "start") -> None:
        self.parts.append(
            f'<text class="strong" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'
        )

    def svg(self, label: str) -> str:
        return _svg(self.parts, label)


def _svg(parts: list[str], label: str) -> str:
    return (
        f'<svg viewBox="0 0 {SIZE} {SIZE}" width="{SIZE}" role="img" aria-label="{escape(label)}">'
        f"{''.join(parts)}</svg>"
    )


def _shown(picture: str, said: str) -> str:
    return f'{picture}<p class="reading">{escape(said)}</p>'


def _line(tone: str, points: list[tuple[float, float]], close: bool = False) -> str:
    d = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + ("Z" if close else "")
    return f'<path class="{tone}" d="{d}"/>'


def _fitting(words: str, name: str, room: float) -> str:
    """The words around a name, which is shortened only where it does not fit into `room` pixels."""
    most = int(room / _LETTER) - len(words) + 2
    return words.format(name if len(name) <= most else f"{name[: most - 1].rstrip()}\N{HORIZONTAL ELLIPSIS}")


def paper_page(steps: dict[str, str], payload: dict[str, Any]) -> str:
    """The essay for a browser without scripts: nine pictures, and what they show."""
    text = resources.files("normball.explorer").joinpath("static", "paper.html").read_text("utf-8")
    parts = {f"step_{name}": html for name, html in steps.items()}
    parts |= {"made": escape(payload["made"]), "matter": escape(payload["answers"]["matter"])}
    return Template(text).substitute(parts)


def paper_steps(sample: Sample, matter: list[dict[str, Any]]) -> dict[str, str]:
    """Step -> HTML of its picture and what it shows."""
    return {"data": _data(sample), "map": _map(sample), "matter": _matter(matter)}


def _problem(sample: Sample) -> tuple[Problem, Floats]:
    """Two standardised features on the rows learned from, and their second moments."""
    rows = sample.learned
    Z = standardised(np.array(sample.payload["columns"][:2]).T, rows)[rows]
    return Problem(Z, np.array(sample.payload["y"])[rows], loss=sample.payload["loss"]), Z.T @ Z / len(Z)


def _best_fit(problem: Problem) -> Floats:
    """The best fit; for classes, which may be separated perfectly, almost that."""
    return problem.solve(alpha=1e-4 * problem.alpha_max if problem.loss.is_classifier else 0.0).coef


def _diamond(t: float) -> Floats:
    return t * np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]])


def _ellipse(gram: Floats, centre: Floats, w: Floats) -> Floats:
    """The level curve through w of the quadratic around `centre` with this Gram matrix."""
    d = w - centre
    size = float(np.sqrt(d @ gram @ d))
    angles = np.linspace(0, 2 * np.pi, 73)
    circle = np.stack([np.cos(angles), np.sin(angles)])
    return (centre[:, None] + size * np.linalg.solve(np.linalg.cholesky(gram).T, circle)).T


def _data(sample: Sample) -> str:
    names = sample.payload["names"]
    problem, gram = _problem(sample)
    best = _best_fit(problem)
    top = float(np.abs(best).sum())
    path = problem.path(budgets=np.linspace(0, top, 21)[1:-1])
    chosen = _best_budget(sample, top)
    w = problem.solve(budget=chosen).coef
    plane = _Plane(1.15 * max(float(np.abs(best).max()), chosen))
    plane.path("ball l1", _diamond(chosen))
    if sample.moments is not None:
        plane.path("level", _ellipse(gram, best, w))
    plane.path("trail", np.vstack([np.zeros(2), path.coefs, best]), close=False)
    plane.dot(best, "fit")
    plane.dot(w)
    plane.text(SIZE - 6, _HALF + 20, _fitting("weight of {}", names[0], SIZE - 12), "end")
    plane.text(_HALF + 8, 16, _fitting("weight of {}", names[1], _HALF - 12))
    said = (
        f"With the budget {chosen:.3g}: {names[0]} {w[0]:.3g}, {names[1]} {w[1]:.3g}; the best fit is at "
        f"({best[0]:.3g}, {best[1]:.3g})."
    )
    if sample.moments is not None:
        m = sample.moments
        said += (
            f" On the rows not seen the best fit misses {m.error(m.best):.3g}, this budget {m.error(w):.3g} "
            "(root mean square)."
        )
    picture = plane.svg("The diamond touched by the ellipse of the data, with the path of the touch")
    return _shown(picture, said)


def _best_budget(sample: Sample, top: float) -> float:
    if sample.moments is None:
        return 0.5 * top
    return min(float(np.abs(sample.moments.best_budget()[0]).sum()), top)


def _map(sample: Sample) -> str:
    problem, gram = _problem(sample)
    best = _best_fit(problem)
    window = 1.3 * float(np.abs(best).max())
    t = 0.4 * window
    inverse = np.linalg.inv(gram)
    plane = _Plane(window)
    for k, corner in enumerate(_diamond(t)):
        e = corner / t
        across = np.array([abs(e[1]), abs(e[0])])
        rays = [inverse @ (e + s * across) for s in (1.0, -1.0)]
        region = np.vstack([corner, *(corner + 2 * window * ray / np.linalg.norm(ray) for ray in rays)])
        plane.path(f"zone z{2 - k % 2}", region)
    plane.path("ball l1", _diamond(t))
    names = sample.payload["names"]
    plane.text(_HALF, 18, _fitting("{} = 0", names[0], SIZE - 12), "middle")
    plane.text(SIZE - 4, _HALF - 6, _fitting("{} = 0", names[1], _HALF), "end")
    said = (
        "Coloured: best fits for which one weight is exactly zero. White: both stay, the touch is on a side. "
        "The smaller the ball beside the distance of the best fit, the thinner the white strips."
    )
    picture = plane.svg("A map of best fits: wedges of the corners and strips of the sides")
    return _shown(picture, said)


def _matter(matter: list[dict[str, Any]]) -> str:
    one = matter[0]
    best = best_entry(one)
    columns = int(np.ceil(np.sqrt(one["total"])))
    g = SIZE / columns
    # one dot that is repeated: four thousand would double the size of the page
    tile = f'width="{g:.4f}" height="{g:.4f}" patternUnits="userSpaceOnUse"'
    dot = f'<circle cx="{g / 2:.2f}" cy="{g / 2:.2f}" r="{0.21 * g:.2f}" style="fill:var(--edge)"/>'
    high = g * np.ceil(one["total"] / columns)
    parts = [
        f'<defs><pattern id="zeros" {tile}>{dot}</pattern></defs>',
        f'<rect width="{SIZE}" height="{high:.1f}" style="fill:url(#zeros)"/>',
    ]
    for i in best["kept"]:
        x, y = (i % columns + 0.5) * g, (i // columns + 0.5) * g
        parts.append(f'<circle class="lit l1" cx="{x:.1f}" cy="{y:.1f}" r="5"/>')
    label = f"{one['total']:,} weights as dots, {len(best['kept'])} of them not zero"
    return _shown(_svg(parts, label), " ".join(matter_text(each) for each in matter))
