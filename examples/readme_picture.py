"""Draw the picture of the README: one line, touched by a diamond at a corner and by a circle beside it.

Run it from anywhere, with an optional file to write to:

    python examples/readme_picture.py [docs/images/contact.svg]
"""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt

from normball.displays import classic_line

DEFAULT = Path(__file__).resolve().parents[1] / "docs" / "images" / "contact.svg"
TITLES = ("L1: a corner, one weight is zero", "L2: round, no weight is zero")


def draw(path: Path) -> None:
    """Write the picture; the same bytes each time."""
    figure, axes = plt.subplots(1, 2, figsize=(6.4, 3.4), layout="constrained")
    for norm, title, ax in zip(("l1", "l2"), TITLES, axes, strict=True):
        labels = {"cone": "", "ball": "ball"}
        classic_line([norm], [ax], title=title, labels=labels, window=(-1.45, 1.75, -1.3, 1.9))
    with mpl.rc_context({"svg.fonttype": "path", "svg.hashsalt": "normball"}):
        figure.savefig(path, facecolor="white", metadata={"Date": None, "Creator": None})
    plt.close(figure)


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT
    target.parent.mkdir(parents=True, exist_ok=True)
    draw(target)
    print(f"wrote {target}")
