"""A video as background and people, block by block: counts and a few frames are kept, the rest passes by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..typing import Floats
from .video import Footage, Frames

if TYPE_CHECKING:
    from ..estimators.robust_pca import RobustPCA

MOST_VISIBLE = 0.05
"""More visible directions than this share of the frames of a block: the camera moves, or the light does."""
CLEAR = 10
GREY = 128
"""What the people film shows where nothing is in front of the background."""
SAMPLES = 20
"""At least so many frames, evenly spread, are kept for the contact sheet (of longer videos)."""


@dataclass(frozen=True, eq=False)
class Parts:
    """A block of frames (n, height, width) and its two parts as grey levels."""

    original: Frames
    background: Frames
    people: Frames

    @property
    def side_by_side(self) -> Frames:
        """(n, height, 3 width)."""
        return np.concatenate([self.original, self.background, self.people], axis=2)


class Split:
    """Background and people of a video.

    Attributes
    ----------
    footage : Footage
    model : RobustPCA, one row a frame; its components are those of the video once `parts` has ended.
    n_frames, n_blocks, n_iterations : int
    largest_block : int, frames.
    gap : float, the largest of all blocks.
    samples : list of (index, frames (3, height, width): original, background, people)
    original_values : (n,) singular values of the video, if it is one block.
    """

    def __init__(self, footage: Footage, model: RobustPCA) -> None:
        self.footage, self.model = footage, model
        self.n_frames = self.n_blocks = self.n_iterations = self.largest_block = 0
        self.gap = 0.0
        self.samples: list[tuple[int, Frames]] = []
        self.original_values: Floats | None = None
        self._stride, self._n_zeros, self._n_clear = 1, 0, 0

    def parts(self) -> Iterator[Parts]:
        """Split one block after the other."""
        for frames in self.footage.blocks:
            model = self.model.partial_fit(frames.reshape(len(frames), -1))
            parts = Parts(
                frames,
                _grey(model.low_rank_.reshape(frames.shape)),
                _grey(model.sparse_.reshape(frames.shape) + GREY),
            )
            self._n_zeros += int((model.sparse_ == 0).sum())
            self._n_clear += int((np.abs(model.sparse_) > CLEAR).sum())
            self.n_iterations += model.n_iter_
            self.gap = max(self.gap, model.gap_)
            self.original_values = _singular_values(frames) if self.n_blocks == 0 else None
            self._keep_samples(parts)
            self.n_frames += len(frames)
            self.n_blocks += 1
            self.largest_block = max(self.largest_block, len(frames))
            yield parts

    def _keep_samples(self, parts: Parts) -> None:
        for k in range(-self.n_frames % self._stride, len(parts.original), self._stride):
            shown = np.stack([parts.original[k], parts.background[k], parts.people[k]])
            self.samples.append((self.n_frames + k, shown))
        while len(self.samples) > 2 * SAMPLES:
            self.samples, self._stride = self.samples[::2], 2 * self._stride

    @property
    def share_of_zeros(self) -> float:
        """Of the entries of the sparse part."""
        return self._n_zeros / self._n_entries

    @property
    def share_of_people(self) -> float:
        """Entries that differ from the background by more than `CLEAR` grey levels."""
        return self._n_clear / self._n_entries

    @property
    def _n_entries(self) -> int:
        return self.n_frames * self.footage.height * self.footage.width

    @property
    def moves(self) -> bool:
        """Whether the rank did not fall as it does for a fixed camera."""
        return self.model.visible_rank_ > max(3, MOST_VISIBLE * self.largest_block)

    @property
    def warning(self) -> str:
        """What to say if it did not; empty otherwise."""
        if not self.moves:
            return ""
        return (
            f"The rank does not fall: the background needs {self.model.visible_rank_} visible directions for "
            f"{self.n_frames} frames, where a fixed camera needs one or two. The camera moves, or "
            "the light does; take a part in which it stands still with --start and --seconds."
        )

    @property
    def summary(self) -> str:
        """Rank, zeros and gap in one sentence."""
        model, people, zeros = self.model, 100 * self.share_of_people, 100 * self.share_of_zeros
        return (
            f"Background of rank {model.rank_}, {model.visible_rank_} of it visible; people visible in "
            f"{people:.1f} % of the entries, {zeros:.1f} % exactly 0; "
            f"relative gap {self.gap:.1e}{self._in_blocks} after {self.n_iterations} iterations."
        )

    @property
    def _in_blocks(self) -> str:
        return f" or less in each of {self.n_blocks} blocks" if self.n_blocks > 1 else ""


def _grey(values: NDArray[np.floating]) -> Frames:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def _singular_values(frames: Frames) -> Floats:
    rows = frames.reshape(len(frames), -1).astype(np.float64)
    short = rows @ rows.T if rows.shape[0] <= rows.shape[1] else rows.T @ rows
    values: Floats = np.sqrt(np.maximum(np.linalg.eigvalsh(short)[::-1], 0.0))
    return values
