"""The contact in space: the ball of three coefficients and the level set that touches it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from mpl_toolkits.mplot3d.art3d import Line3DCollection, Poly3DCollection  # type: ignore[import-untyped]

from ..answers.solution import Solution
from ..norms.boundary import surface
from ..parameters import read_flag
from ..typing import Floats, Indices
from . import style
from .fitted import made_as
from .level_surface import N_AROUND, N_UP, best_fit_of, flat_directions, flat_piece, level_surface_through
from .plane import outward_normal
from .space import View, axis_tips, draw_axes, draw_body, prepare

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FAR = 2.6
"""The level surface is cut off at so many times the reach of the ball."""


@dataclass(eq=False)
class Contact3DDisplay:
    """Three coefficients: the ball and the touching level set; made by `from_solution`.

    Attributes
    ----------
    solution : Solution
    vertices, triangles : (k, 3) and (m, 3), boundary of the ball.
    contact_point : (3,)
    normal : (3,) or None, direction of -grad f.
    best_fit : (3,) or None, the loss's minimiser.
    level_surface : (rings, N_AROUND + 1, 3) or None, the level set through the contact, in closed
        rings around it; an ellipsoid for squared error, cut off where it leaves the picture.
    flat : (2, 3), (4, 3) or None, the level set where it is a line or a plane (Xw = y).
    ax_, figure_ : where `plot` drew.
    """

    solution: Solution
    vertices: Floats
    triangles: Indices
    contact_point: Floats
    normal: Floats | None
    best_fit: Floats | None
    level_surface: Floats | None
    flat: Floats | None
    ax_: Axes = field(init=False, repr=False)
    figure_: Figure = field(init=False, repr=False)

    @classmethod
    def from_solution(cls, solution: Solution) -> Contact3DDisplay:
        """Compute the picture of a solution with three features.

        Raises
        ------
        TypeError, ValueError
            If it is no solution, the problem has another number of features, or the ball is a point.
        """
        problem = made_as(solution, Solution, "solution", "problem.solve(alpha=0.1)").problem
        if problem.n_features != 3:
            raise ValueError(
                f"a picture in space needs a problem of three features, but X has {problem.n_features}; "
                "use ContactDisplay for two of them."
            )
        radius = solution.level if solution.form == "budget" else solution.norm
        if radius == 0:
            raise ValueError(
                "the ball is a point (norm 0), there is nothing to draw; lower alpha or raise the budget."
            )
        vertices, triangles = surface(problem.norm, radius, 14)
        reach = float(np.abs(vertices).max())
        directions, normal = flat_directions(solution), outward_normal(solution)
        best_fit, level_surface, flat = None, None, None
        if len(directions) and solution.certificate.form == "fit":
            flat = flat_piece(solution.coef, directions, (1.25 if len(directions) == 1 else 0.85) * reach)
        elif len(directions) == 0:
            normal = None if solution.certificate.form == "fit" else normal
            best_fit = best_fit_of(solution)
            if best_fit is not None and normal is not None:
                level_surface = level_surface_through(solution, best_fit, FAR * reach)
        return cls(
            solution=solution,
            vertices=vertices,
            triangles=triangles,
            contact_point=solution.coef,
            normal=normal,
            best_fit=best_fit,
            level_surface=level_surface,
            flat=flat,
        )

    def plot(
        self,
        ax: Axes | None = None,
        *,
        title: str | None = None,
        tangent: bool = False,
        view: tuple[float, float] | None = None,
    ) -> Contact3DDisplay:
        """Draw.

        Parameters
        ----------
        ax : Axes, optional
            Three-dimensional; default a new figure of one panel.
        title : str, optional
            Default: the name of the norm; "" for none.
        tangent : bool, default False
            Show a piece of the plane that separates ball and level set.
        view : (elevation, azimuth) in degrees, optional
            Default: such that the contact is in front, seen at a slant.

        Returns
        -------
        Contact3DDisplay
            This display, with `ax_` and `figure_`.

        Raises
        ------
        ValueError
            If ax is flat.
        """
        self.ax_ = ax = style.new_axes(ax, three_d=True)
        style.require_space(ax)
        self.figure_ = style.figure_of(ax)
        title = self.solution.problem.norm.title if title is None else title
        if title:
            ax.set_title(title, fontsize=style.TITLE)
        if view is not None:
            eye = View(*view)
        else:
            eye = View() if self.normal is None else View.beside(self.contact_point, self.normal)
        prepare(ax, eye, self._shown())
        draw_body(
            ax, self.vertices, self.triangles, eye, style.BALL, self.solution.problem.norm.is_polyhedral
        )
        read_flag(tangent, "tangent")
        names = [style.literal(name) for name in self.solution.feature_names]
        draw_axes(ax, names, np.abs(self.vertices).max(axis=0), eye)
        # the tangent plane separates the two bodies, so that its side towards the eye is in front
        is_front = self.normal is None or float(self.normal @ eye.towards) >= 0
        self._draw_level_set(ax, 4.0 if is_front else 1.5, tangent)
        self._draw_contact(ax)
        return self

    def _shown(self) -> Floats:
        """(k, 3) points that must be in the picture."""
        tips = 1.1 * axis_tips(np.abs(self.vertices).max(axis=0))
        known = [self.vertices, tips]
        if self.level_surface is not None:
            known.append(self.level_surface.reshape(-1, 3))
        if self.flat is not None:
            known.append(self.flat)
        return np.vstack(known)

    @property
    def _arrow(self) -> Floats:
        """(3,) from the contact to the tip of the arrow along -grad f."""
        assert self.normal is not None  # asked only where there is one
        return np.asarray(0.45 * np.abs(self.vertices).max() * self.normal / np.linalg.norm(self.normal))

    def _draw_level_set(self, ax: Axes, zorder: float, tangent: bool) -> None:
        space: Any = ax
        if self.level_surface is not None:
            grid = self.level_surface
            quads = np.stack([grid[:-1, :-1], grid[1:, :-1], grid[1:, 1:], grid[:-1, 1:]], axis=2)
            quads = quads.reshape(-1, 4, 3)
            skin = Poly3DCollection(quads, facecolors=style.LEVEL_SET, edgecolors="none", alpha=0.07)
            skin.set_zorder(zorder)
            space.add_collection3d(skin)
            # meridians stop short of the contact, where they would run together
            wires = [*grid[2::2], *np.swapaxes(grid[2:, : -1 : N_AROUND // 12], 0, 1)]
            wire = Line3DCollection(wires, colors=style.LEVEL_SET, linewidths=0.7, alpha=0.8)
            wire.set_zorder(zorder + 0.1)
            space.add_collection3d(wire)
        if self.flat is not None and len(self.flat) == 2:
            space.plot(*self.flat.T, color=style.LEVEL_SET, lw=2.2, zorder=zorder + 0.1)
        elif self.flat is not None:
            _draw_plane(ax, self.flat, style.LEVEL_SET, zorder)
        # an unbounded level set has no outline of its own to show
        tangent = tangent or (self.level_surface is None and self.flat is None)
        if tangent and self.normal is not None:
            _, _, rows = np.linalg.svd(self.normal[None])
            reach = 0.5 * float(np.abs(self.vertices).max())
            _draw_plane(ax, flat_piece(self.contact_point, rows[1:], reach), style.NORMAL_CONE, zorder - 0.5)

    def _shows_best_fit(self) -> bool:
        """Whether the level set is closed in the picture; otherwise its middle is out of sight."""
        is_closed = self.level_surface is not None and len(self.level_surface) == N_UP + 1
        return self.best_fit is not None and (is_closed or self.level_surface is None)

    def _draw_contact(self, ax: Axes) -> None:
        space: Any = ax
        a, b, c = self.contact_point
        if self._shows_best_fit():
            space.plot(*self.best_fit[:, None], "x", color=style.LEVEL_SET, ms=7, mew=2.0, zorder=7)  # type: ignore[index]
        if self.normal is not None:
            tip = self.contact_point + self._arrow
            space.plot(*np.array([self.contact_point, tip]).T, color=style.NORMAL_CONE, lw=1.8, zorder=6.5)
            space.text(
                *(tip + 0.3 * self._arrow),
                style.name_of_normal(self.solution),
                color=style.NORMAL_CONE,
                fontsize=style.NORMAL,
                ha="center",
                va="center",
                path_effects=style.halo(),
                zorder=9,
            )
        space.plot([a], [b], [c], "o", color=style.CONTACT, ms=7, zorder=8, gid="contact")
        words = ", ".join(style.number(value, 2) for value in self.contact_point)
        ax.text2D(  # type: ignore[attr-defined]
            0.5,
            0.0,
            f"contact at ({words}), loss {style.loss_of(self.solution)}",
            transform=ax.transAxes,
            ha="center",
            va="bottom",
            fontsize=style.NORMAL,
            weight="bold",
        )


def _draw_plane(ax: Axes, corners: Floats, color: str, zorder: float) -> None:
    space: Any = ax
    piece = Poly3DCollection([corners], facecolors=color, edgecolors="none", alpha=0.16)
    piece.set_zorder(zorder)
    space.add_collection3d(piece)
    rim = np.vstack([corners, corners[:1]])
    space.plot(*rim.T, color=color, lw=1.2, zorder=zorder + 0.1)
