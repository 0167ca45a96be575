"""Pictures and page of `normball background`."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import numpy as np

from ..report.page import render_page
from ..report.section import (
    Block,
    Film,
    Paragraph,
    Picture,
    Row,
    Section,
    Table,
    Takeaway,
    picture_from_figure,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from .background import Split

COLUMNS = 5


def draw_contact_sheet(split: Split) -> Figure:
    """Original, background and people at five times, below one another."""
    import matplotlib.pyplot as plt

    chosen = np.linspace(0, len(split.clip.frames) - 1, COLUMNS).round().astype(int)
    rows = {"original": split.clip.frames, "background": split.background, "people": split.people}
    height, width = split.clip.frames.shape[1:]
    figure, axes = plt.subplots(
        3,
        COLUMNS,
        figsize=(2.2 * COLUMNS, 0.4 + 3 * 2.2 * height / width),
        layout="constrained",
        squeeze=False,
    )
    for line, (name, frames) in zip(axes, rows.items(), strict=True):
        for ax, k in zip(line, chosen, strict=True):
            ax.imshow(frames[k], cmap="gray", vmin=0, vmax=255, interpolation="nearest")
            ax.set(xticks=[], yticks=[])
        line[0].set_ylabel(name, fontsize=12)
    for ax, k in zip(axes[0], chosen, strict=True):
        ax.set_title(f"{k / float(split.clip.rate):.1f} s", fontsize=12)
    return figure


def draw_spectrum(split: Split) -> Figure:
    """Singular values of the video and of its background."""
    import matplotlib.pyplot as plt

    from ..displays import style

    frames = split.clip.frames.reshape(len(split.clip.frames), -1).astype(np.float64)
    short = frames @ frames.T if frames.shape[0] <= frames.shape[1] else frames.T @ frames
    before = np.sqrt(np.maximum(np.linalg.eigvalsh(short)[::-1], 0.0))
    after = split.model.singular_values_
    figure, ax = plt.subplots(figsize=(5, 3.2), layout="constrained")
    ax.semilogy(np.arange(1, len(before) + 1), before, color=style.LEVEL_SET, label="original")
    ax.semilogy(np.arange(1, len(after) + 1), after, color=style.BALL, label="background")
    ax.set_ylim(max(1e-8 * before[0], 0.5 * min(after.min(initial=before[0]), before.min())), 2 * before[0])
    ax.set(xlabel="direction", ylabel="singular value")
    ax.legend(frameon=False)
    return figure


def report_page(split: Split, film: bytes, summary: str) -> str:
    """The HTML page; the film is inside it."""
    model, frames = split.model, split.clip.frames
    source = "data:video/mp4;base64," + base64.b64encode(film).decode("ascii")
    blocks: list[Block] = [
        Film(
            source,
            "Original, background and people, in this order. The film of the people is middle grey where the "
            "sparse part is zero.",
            "Three films side by side: the original, the background without people, the people alone.",
        )
    ]
    if split.warning:
        blocks.append(Takeaway(split.warning))
    blocks += [
        Paragraph(
            "Every frame is one row of a matrix. The *nuclear norm*, the sum of the singular values, makes "
            "the background simple: few directions instead of few pixels. The *L1 norm* lets the rest be "
            "zero almost everywhere. Both balls have edges where level sets like to touch: that is why the "
            "rank falls, and why most of the film of the people is exactly zero."
        ),
        Row((_contact_picture(split),)),
        Row((_spectrum_picture(split),)),
        Table(
            ("quantity", "value"),
            (
                ("frames", f"{len(frames)} of {frames.shape[2]} x {frames.shape[1]} pixels"),
                ("rank of the background", f"{model.rank_} of at most {min(len(frames), frames[0].size)}"),
                ("directions above 1 % of the largest", str(split.model.visible_rank_)),
                ("entries where people are visible", f"{100 * split.share_of_people:.1f} %"),
                ("zeros in the sparse part", f"{100 * split.share_of_zeros:.1f} %"),
                ("price of the sparse part (lam)", f"{model.lam_:.4g}"),
                ("objective", f"{model.objective_:.6g}"),
                ("no decomposition is below", f"{model.dual_objective_:.6g}"),
                ("relative gap", f"{model.gap_:.1e}"),
                ("iterations", str(model.n_iter_)),
            ),
            "What was found, and the proof that nothing much better exists.",
            (False, True),
        ),
    ]
    return render_page(
        "Background and people",
        f"{split.clip.name}, split into a part of low rank and a sparse part by robust PCA.",
        [Section("What stays and what moves", summary, blocks)],
    )


def _contact_picture(split: Split) -> Picture:
    return picture_from_figure(
        draw_contact_sheet(split), "The same at five times.", "Original, background and people at five times."
    )


def _spectrum_picture(split: Split) -> Picture:
    return picture_from_figure(
        draw_spectrum(split),
        "Singular values: the background keeps the large ones and drops most of the others to exactly zero.",
        "Singular values of the original and of the background, on a logarithmic scale.",
    )
