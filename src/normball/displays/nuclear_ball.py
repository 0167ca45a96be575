"""The nuclear-norm ball of symmetric 2 x 2 matrices, and the level set that touches it.

With x = W11, z = W22, y = sqrt(2) W12 lengths are Frobenius norms. The eigenvalues are
(x + z) / 2 +- |((x - z) / 2, y / sqrt(2))|, so that

    ||W||_* = max(|x + z|, sqrt(2) |((x - z) / sqrt(2), y)|):

the ball of radius t is a cylinder of height sqrt(2) t and radius t / sqrt(2) around the axis of
multiples of the identity. Its two rims are the matrices of rank one, positive and negative; they
are to it what corners are to the diamond.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from mpl_toolkits.mplot3d.art3d import Line3DCollection  # type: ignore[import-untyped]

from ..norms.matrices import Nuclear
from ..parameters import read_positive
from ..typing import ArrayLike, Floats, Indices
from . import style
from .space import View, axis_tips, draw_axes, draw_body, prepare

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

N_AROUND = 96
NAMES = ("$W_{11}$", "$W_{22}$", r"$\sqrt{2}\,W_{12}$")
IDENTITY = np.array([1.0, 1.0, 0.0]) / np.sqrt(2)
ACROSS = np.array([[1.0, -1.0, 0.0], [0.0, 0.0, np.sqrt(2)]]) / np.sqrt(2)


def to_space(W: Floats) -> Floats:
    """(3,) point of a symmetric matrix (2, 2)."""
    return np.array([W[0, 0], W[1, 1], np.sqrt(2) * W[0, 1]])


def to_matrix(point: Floats) -> Floats:
    """(2, 2) symmetric matrix of a point (3,)."""
    x, z, y = point
    return np.array([[x, y / np.sqrt(2)], [y / np.sqrt(2), z]])


@dataclass(eq=False)
class NuclearBallDisplay:
    """The ball, a target matrix, and its nearest point in the ball; made by `from_matrix`.

    Attributes
    ----------
    target : (2, 2) centre of the level sets |W - target|_F.
    contact : (2, 2) where the smallest one that meets the ball touches it.
    rank : int, of the contact.
    radius : float
    vertices, triangles : (k, 3), (m, 3) the boundary of the ball.
    rims : two closed lines (N_AROUND + 1, 3): the matrices of rank one.
    ax_, figure_ : where `plot` drew.
    """

    target: Floats
    contact: Floats
    rank: int
    radius: float
    vertices: Floats
    triangles: Indices
    rims: tuple[Floats, Floats]
    ax_: Axes = field(init=False, repr=False)
    figure_: Figure = field(init=False, repr=False)

    @classmethod
    def from_matrix(cls, target: ArrayLike, radius: float = 1.0) -> NuclearBallDisplay:
        """Project a symmetric 2 x 2 matrix on the ball.

        Raises
        ------
        ValueError
            If the matrix is not symmetric 2 x 2 and finite, or radius is not > 0.
        """
        W = np.asarray(target)
        W = W.astype(np.float64) if W.dtype.kind in "biuf" else np.zeros(0)
        if W.shape != (2, 2) or not np.isfinite(W).all() or W[0, 1] != W[1, 0]:
            raise ValueError(f"target must be a symmetric 2 x 2 matrix of finite numbers, got {target!r}.")
        radius = read_positive(radius, "radius")
        norm = Nuclear()
        contact = norm.project(W, radius)
        rims = _rims(radius)
        vertices, triangles = _cylinder(*rims)
        return cls(W, contact, norm.face(contact).rank, radius, vertices, triangles, rims)

    def plot(self, ax: Axes | None = None, *, title: str | None = None) -> NuclearBallDisplay:
        """Draw on three-dimensional axes, given or new.

        Raises
        ------
        ValueError
            If ax is flat.
        """
        self.ax_ = ax = style.new_axes(ax, three_d=True)
        style.require_space(ax)
        self.figure_ = style.figure_of(ax)
        text = "Nuclear norm: rims of rank one" if title is None else title
        if text:
            ax.set_title(text, fontsize=style.TITLE)
        middle, touch = to_space(self.target), to_space(self.contact)
        normal = middle - touch
        outside = bool(np.abs(normal).max() > 1e-12 * max(1.0, float(np.abs(middle).max())))
        eye = View.beside(touch, normal) if outside else View()
        reach = np.abs(self.vertices).max(axis=0)
        length = float(np.linalg.norm(normal))
        sphere = middle + length * _sphere() if outside else middle[None, None]
        shown = [self.vertices, 1.1 * axis_tips(reach), sphere.reshape(-1, 3)]
        prepare(ax, eye, np.vstack(shown))
        draw_body(ax, self.vertices, self.triangles, eye, style.BALL, is_polyhedral=False)
        draw_axes(ax, NAMES, reach, eye)
        if outside:
            self._draw_level_set(sphere, middle)
        space: Any = ax
        space.plot(*touch[:, None], "o", color=style.CONTACT, ms=7, zorder=8)
        words = f"inside the ball, rank {self.rank}"
        if outside:
            words = f"contact of rank {self.rank}: nearest to the target \N{MULTIPLICATION SIGN}"
        place = {"transform": ax.transAxes, "ha": "center", "va": "bottom"}
        space.text2D(0.5, 0.0, words, fontsize=style.NORMAL, weight="bold", **place)
        return self

    def _draw_level_set(self, sphere: Floats, middle: Floats) -> None:
        space: Any = self.ax_
        wires = [*sphere[1:-1:2], *np.swapaxes(sphere, 0, 1)[:-1:4]]
        lines = Line3DCollection(wires, colors=style.LEVEL_SET, linewidths=0.7, alpha=0.8)
        lines.set_zorder(4.0)
        space.add_collection3d(lines)
        space.plot(*middle[:, None], "x", color=style.LEVEL_SET, ms=7, mew=2.0, zorder=7)


def _rims(radius: float) -> tuple[Floats, Floats]:
    around = np.linspace(0.0, 2 * np.pi, N_AROUND + 1)
    circle = np.column_stack([np.cos(around), np.sin(around)]) @ ACROSS
    size = radius / np.sqrt(2)
    return size * (circle + IDENTITY), size * (circle - IDENTITY)


def _cylinder(upper: Floats, lower: Floats) -> tuple[Floats, Indices]:
    """Vertices and triangles, the latter counter-clockwise from outside."""
    n = N_AROUND
    vertices = np.vstack([upper[:-1], lower[:-1], upper[:-1].mean(axis=0), lower[:-1].mean(axis=0)])
    here, after = np.arange(n), (np.arange(n) + 1) % n
    top, bottom = np.full(n, 2 * n), np.full(n, 2 * n + 1)
    triangles = np.concatenate(
        [
            np.column_stack([here, n + here, after]),
            np.column_stack([after, n + here, n + after]),
            np.column_stack([top, here, after]),
            np.column_stack([bottom, n + after, n + here]),
        ]
    )
    corners = vertices[triangles]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    inward = (normals * corners.mean(axis=1)).sum(axis=1) < 0
    triangles[inward] = triangles[inward][:, [0, 2, 1]]
    return vertices, triangles


def _sphere() -> Floats:
    """(rings, points, 3) of the unit sphere."""
    up, around = np.meshgrid(np.linspace(0, np.pi, 17), np.linspace(0, 2 * np.pi, 49), indexing="ij")
    return np.stack([np.sin(up) * np.cos(around), np.sin(up) * np.sin(around), np.cos(up)], axis=2)
