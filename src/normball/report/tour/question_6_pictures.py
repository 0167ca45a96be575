"""Picture of question 6: the bill along the frontier, cheapest where the slope equals the price."""

from __future__ import annotations

from ...displays.style import BALL, CONTACT, LEVEL_SET, NORMAL, TITLE, figure_of, new_axes, plain_axes
from ...path import Path
from ...solution import Solution
from ..section import Picture, picture_from_figure

SIZE = (4.0, 3.6)


def bill_picture(path: Path, here: Solution) -> Picture:
    """Loss, alpha times norm, and their sum against the size of the ball, for the alpha of one solution."""
    shown = path.norms <= 2.5 * here.norm
    norms, losses = path.norms[shown], path.losses[shown]
    toll = here.alpha * norms
    ax = new_axes(size=SIZE)
    plain_axes(ax)
    ax.plot(norms, losses, "--", color=LEVEL_SET, linewidth=1.6, label="loss")
    ax.plot(norms, toll, ":", color=BALL, linewidth=1.8, label="alpha times norm")
    ax.plot(norms, losses + toll, color=CONTACT, linewidth=1.8, label="bill: the sum")
    cheapest = here.loss + here.alpha * here.norm
    ax.plot(here.norm, cheapest, "o", color=CONTACT, markersize=6)
    ax.vlines(here.norm, 0, cheapest, color=CONTACT, linewidth=0.7, linestyle="-")
    ax.set_ylim(0, 1.08 * float((losses + toll).max()))
    ax.set_xlim(left=0)
    ax.set_xlabel("size of the ball (norm)", fontsize=NORMAL)
    ax.set_ylabel("cost, in units of the loss", fontsize=NORMAL)
    ax.set_title(f"The bill at alpha = {here.alpha:.3g}", fontsize=TITLE)
    ax.legend(frameon=False, fontsize=NORMAL, loc="upper right")
    caption = (
        "The bill for a fixed price. The loss falls with the ball, the toll for the ball rises; the sum "
        f"is least ({cheapest:.4g}) at size {here.norm:.4g}, where what the last unit saves equals what "
        "it costs."
    )
    description = (
        "A falling curve (loss) and a rising line (alpha times norm); their sum is lowest, "
        f"{cheapest:.4g}, at norm {here.norm:.4g}."
    )
    return picture_from_figure(figure_of(ax), caption, description)
