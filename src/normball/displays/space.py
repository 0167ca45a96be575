"""Bodies in space, drawn so that depth reads: shaded facets, edges, hidden edges dashed.

matplotlib sorts facets by depth inside one collection only. What is drawn here is convex
or nearly so, and a ball and the level set that touches it lie on two sides of a plane;
hence the order between bodies is known for a given view and is set by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.colors import to_rgb
from mpl_toolkits.mplot3d.art3d import Line3DCollection, Poly3DCollection  # type: ignore[import-untyped]

from ..typing import Floats, Indices
from . import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

CREASE = 0.94
"""Cosine between neighbouring facets below which their common side is an edge (20 degrees)."""
FLAT = 0.9999
"""The same for polyhedra, where all that is not flat is an edge (1 degree)."""


UNIT = 0.297365
"""Share of the panel that half an axis covers on paper, by matplotlib's orthographic projection."""
FILLED = 0.45
"""Half the share of the panel that what is shown may cover."""


@dataclass(frozen=True)
class View:
    """Where the eye is, in degrees."""

    elevation: float = 20.0
    azimuth: float = 35.0

    @property
    def towards(self) -> Floats:
        """(3,) unit vector from the picture to the eye."""
        up, around = np.radians([self.elevation, self.azimuth])
        return np.array([np.cos(up) * np.cos(around), np.cos(up) * np.sin(around), np.sin(up)])

    @property
    def screen(self) -> Floats:
        """(2, 3) unit vectors to the right and upwards on paper."""
        around = np.radians(self.azimuth)
        right = np.array([-np.sin(around), np.cos(around), 0.0])
        return np.array([right, np.cross(self.towards, right)])

    @classmethod
    def beside(cls, point: Floats, normal: Floats) -> View:
        """A view that sees a point of a ball in front and the plane with that normal at a slant."""
        views = [cls(up, around) for up in (18.0, 28.0, -18.0) for around in np.arange(-170.0, 190.0, 5.0)]
        length = max(float(np.linalg.norm(point)), 1e-300)

        def badness(view: View) -> float:
            slant = float(view.towards @ normal) / float(np.linalg.norm(normal))
            front = float(view.towards @ point) / length
            end_on = max(float(np.abs(view.towards).max()) - 0.8, 0.0)
            return (
                abs(slant - 0.3)
                + max(0.35 - front, 0.0)
                + 2.0 * end_on
                + 0.1 * (view.elevation < 0)
                + 0.001 * abs(view.azimuth - 35)
            )

        return min(views, key=badness)


def prepare(ax: Axes, view: View, points: Floats) -> None:
    """Axes without a frame, from the view, just large enough to show the points (k, 3)."""
    space: Any = ax
    space.set_axis_off()
    space.computed_zorder = False
    space.set_proj_type("ortho")
    space.view_init(elev=view.elevation, azim=view.azimuth)
    on_paper = points @ view.screen.T
    low, high = on_paper.min(axis=0), on_paper.max(axis=0)
    half = 0.5 * float((high - low).max()) * UNIT / FILLED
    centre = 0.5 * (low + high) @ view.screen
    for axis, name in enumerate("xyz"):
        getattr(space, f"set_{name}lim")(centre[axis] - half, centre[axis] + half)
    space.set_box_aspect((1, 1, 1), zoom=1.0)


def draw_body(
    ax: Axes, vertices: Floats, triangles: Indices, view: View, color: str, is_polyhedral: bool
) -> None:
    """A closed surface of triangles as an opaque shaded body with its edges, at height 2 to 2.2."""
    zorder = 2.0
    space: Any = ax
    corners = vertices[triangles]
    normals = _normals(corners)
    light = view.towards + np.array([-0.35, 0.25, 0.75])
    light /= np.linalg.norm(light)
    shade = 0.5 + 0.5 * np.clip(normals @ light, -1, 1)
    base = np.array(to_rgb(color))
    dark, pale = 0.55 * base + 0.45, 0.13 * base + 0.87
    colors = (1 - shade[:, None]) * dark + shade[:, None] * pale
    # a hairline of its own colour closes the seams that antialiasing leaves between facets
    body = Poly3DCollection(corners, facecolors=colors, edgecolors=colors, linewidths=0.4, zorder=zorder)
    space.add_collection3d(body)
    seen, hidden = _creases(vertices, triangles, normals, view.towards, FLAT if is_polyhedral else CREASE)
    for ends, width, dashes, above in ((hidden, 0.6, (0, (2, 3)), 0.1), (seen, 1.6, "-", 0.2)):
        if len(ends):
            edges = Line3DCollection(ends, colors=color, linewidths=width, linestyles=dashes)
            edges.set_zorder(zorder + above)
            space.add_collection3d(edges)


def _normals(corners: Floats) -> Floats:
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    length = np.linalg.norm(normals, axis=1, keepdims=True)
    return np.asarray(np.divide(normals, length, out=np.zeros_like(normals), where=length > 0))


def _creases(
    vertices: Floats, triangles: Indices, normals: Floats, towards: Floats, crease: float
) -> tuple[Floats, Floats]:
    """Sides (k, 2, 3) where the surface bends sharply: those in front, and those behind."""
    sides = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    owner = np.tile(np.arange(len(triangles)), 3)
    key = np.sort(sides, axis=1)
    order = np.lexsort((key[:, 1], key[:, 0]))
    key, owner = key[order], owner[order]
    pairs = np.flatnonzero((key[:-1] == key[1:]).all(axis=1))
    one, other = owner[pairs], owner[pairs + 1]
    sharp = (normals[one] * normals[other]).sum(axis=1) < crease
    faces_eye = np.maximum(normals[one] @ towards, normals[other] @ towards) > 1e-9
    sides = key[pairs]
    while sharp.any():
        # edges of a body close up; what ends in the open is the fan of facets around the tip of a cone
        degree = np.bincount(sides[sharp].ravel(), minlength=len(vertices))
        dangling = sharp & (degree[sides] == 1).any(axis=1)
        if not dangling.any():
            break
        sharp = sharp & ~dangling
    ends = vertices[sides]
    return ends[sharp & faces_eye], ends[sharp & ~faces_eye]


def axis_tips(reaches: Floats, length: float = 1.4) -> Floats:
    """(6, 3) ends of the axes: so many times the reaches (3,) of the body, and at least half the largest."""
    tips = np.maximum(length * reaches, 0.5 * length * reaches.max()) * np.eye(3)
    return np.vstack([tips, -tips / length * (1 + 0.5 * (length - 1))])


def draw_axes(ax: Axes, names: Sequence[str], reaches: Floats, view: View) -> None:
    """The three axes from the surface of the body outwards, behind it where it hides them."""
    space: Any = ax
    tips = axis_tips(reaches)
    for position, tip in enumerate(tips):
        axis = position % 3
        is_front = float(tip @ view.towards) > 0
        start = np.sign(tip) * reaches if is_front else np.zeros(3)
        space.plot(
            *np.array([start * (tip != 0), tip]).T,
            color=style.CONTACT,
            lw=0.9,
            zorder=2.6 if is_front else 1.0,
        )
        if position < 3:
            space.text(
                *(tip + 0.12 * float(reaches.max()) * np.eye(3)[axis]),
                names[axis],
                fontsize=style.NORMAL,
                ha="center",
                va="center",
                zorder=9,
                path_effects=style.halo(),
            )
