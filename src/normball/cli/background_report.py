"""Pictures and page of `normball background`."""

from __future__ import annotations

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

    from .background_split import Split

COLUMNS = 5


def draw_contact_sheet(split: Split) -> Figure:
    """Original, background and people at five times, below one another."""
    import matplotlib.pyplot as plt

    samples = split.samples
    chosen = [samples[k] for k in np.linspace(0, len(samples) - 1, COLUMNS).round().astype(int)]
    height, width = split.footage.height, split.footage.width
    figure, axes = plt.subplots(
        3,
        COLUMNS,
        figsize=(2.2 * COLUMNS, 0.4 + 3 * 2.2 * height / width),
        layout="constrained",
        squeeze=False,
    )
    for column, (k, shown) in zip(axes.T, chosen, strict=True):
        for ax, frame in zip(column, shown, strict=True):
            ax.imshow(frame, cmap="gray", vmin=0, vmax=255, interpolation="nearest")
            ax.set(xticks=[], yticks=[])
        column[0].set_title(f"{k / float(split.footage.rate):.1f} s", fontsize=12)
    for ax, name in zip(axes[:, 0], ("original", "background", "people"), strict=True):
        ax.set_ylabel(name, fontsize=12)
    return figure


def draw_spectrum(split: Split) -> Figure:
    """Singular values of the background, and of the video where it was one block."""
    import matplotlib.pyplot as plt

    from ..displays import style

    after, before = split.model.singular_values_, split.original_values
    known = after if before is None else before
    figure, ax = plt.subplots(figsize=(5, 3.2), layout="constrained")
    if before is not None:
        ax.semilogy(np.arange(1, len(before) + 1), before, color=style.LEVEL_SET, label="original")
    ax.semilogy(np.arange(1, len(after) + 1), after, color=style.BALL, label="background")
    top = known.max(initial=1.0)
    ax.set_ylim(max(1e-8 * top, 0.5 * min(after.min(initial=top), known.min(initial=top))), 2 * top)
    ax.set(xlabel="direction", ylabel="singular value")
    ax.legend(frameon=False)
    return figure


def report_page(split: Split, film: str) -> str:
    """The HTML page; `film` is the source of the video, a path or the film itself as a data URI."""
    blocks: list[Block] = [
        Film(
            film,
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
            _facts(split),
            "What was found, and the proof that nothing much better exists.",
            (False, True),
        ),
    ]
    return render_page(
        "Background and people",
        f"{split.footage.name}, split into a part of low rank and a sparse part by robust PCA.",
        [Section("What stays and what moves", split.summary, blocks)],
    )


def _facts(split: Split) -> tuple[tuple[str, str], ...]:
    model, footage = split.model, split.footage
    most = min(split.largest_block, footage.height * footage.width)
    one_block = split.n_blocks == 1
    return (
        ("frames", f"{split.n_frames} of {footage.width} x {footage.height} pixels"),
        *(() if one_block else (("blocks", f"{split.n_blocks} of at most {split.largest_block} frames"),)),
        ("rank of the background", f"{model.rank_} of at most {most}"),
        ("directions above 1 % of the largest", str(model.visible_rank_)),
        ("entries where people are visible", f"{100 * split.share_of_people:.1f} %"),
        ("zeros in the sparse part", f"{100 * split.share_of_zeros:.1f} %"),
        ("price of the sparse part (lam)", f"{model.lam_:.4g}"),
        *(
            (
                ("objective", f"{model.objective_:.6g}"),
                ("no decomposition is below", f"{model.dual_objective_:.6g}"),
            )
            if one_block
            else ()
        ),
        ("relative gap" if one_block else "largest relative gap of a block", f"{split.gap:.1e}"),
        ("iterations", str(split.n_iterations)),
    )


def _contact_picture(split: Split) -> Picture:
    return picture_from_figure(
        draw_contact_sheet(split), "The same at five times.", "Original, background and people at five times."
    )


def _spectrum_picture(split: Split) -> Picture:
    return picture_from_figure(
        draw_spectrum(split),
        "Singular values: the background keeps the large ones and drops most of the others to exactly zero.",
        "Singular values of the background beside those of the original, on a logarithmic scale."
        if split.original_values is not None
        else "Singular values of the background, on a logarithmic scale.",
    )
