"""Grey frames from any video file, and frames to mp4, through PyAV (FFmpeg's libraries)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Frames = NDArray[np.uint8]
DEFAULT_WIDTH = 320
"""Pixels to which wider videos are reduced unless --scale says otherwise."""
BLOCK_ENTRIES = 75_000_000
"""Pixels of all frames of a block: two to four gigabytes of work."""
SHOWN_HEIGHT = 200
"""Videos are written at least this high, so that players do not blur small ones."""


@dataclass(frozen=True)
class Footage:
    """A video: name, frames a second, size, and blocks (n, height, width) of frames, read when asked for."""

    name: str
    rate: Fraction
    height: int
    width: int
    blocks: Iterator[Frames]


@contextmanager
def open_video(
    path: str, scale: float | None, start: float, seconds: float | None, block: int | None
) -> Iterator[Footage]:
    """The frames of a video from `start` on, as grey pictures in blocks of `block` frames.

    Default: as many as `BLOCK_ENTRIES` allows, so that most videos are one block.

    Raises
    ------
    ValueError
        If the file is no video, has sound only, or (from the blocks) ends before two frames.
    OSError
        If it cannot be read.
    """
    av = require_av()
    try:
        with av.open(path) as container:
            if not container.streams.video:
                raise ValueError(f"{path} has sound but no pictures; give a video.")
            stream = container.streams.video[0]
            factor = min(1.0, DEFAULT_WIDTH / stream.width) if scale is None else scale
            width, height = max(round(stream.width * factor), 1), max(round(stream.height * factor), 1)
            frames = (
                frame.reformat(width=width, height=height, format="gray").to_ndarray()
                for frame in _decode(container, start, seconds)
            )
            size = block or max(BLOCK_ENTRIES // (width * height), 2)
            rate = Fraction(stream.average_rate or 25)
            yield Footage(Path(path).name, rate, height, width, _in_blocks(frames, size, path, start))
    except (av.error.InvalidDataError, av.error.EOFError):
        raise ValueError(f"{path} cannot be read as a video; give an mp4, avi, mkv or webm file.") from None


def _decode(container: Any, start: float, seconds: float | None) -> Iterator[Any]:
    """Frames of the first video stream between the two times."""
    stream = container.streams.video[0]
    stream.thread_type = "AUTO"
    if start > 0:
        container.seek(int(start * 1_000_000))
    for frame in container.decode(stream):
        if frame.time is not None and frame.time < start:
            continue
        if seconds is not None and frame.time is not None and frame.time >= start + seconds:
            break
        yield frame


def _in_blocks(frames: Iterator[Frames], size: int, path: str, start: float) -> Iterator[Frames]:
    """Stacks of `size` frames, the last one with what is left."""
    taken: list[Frames] = []
    is_first = True
    for frame in frames:
        taken.append(frame)
        if len(taken) == size:
            yield np.stack(taken)
            taken, is_first = [], False
    if is_first and len(taken) < 2:
        raise ValueError(
            f"{path} has {len(taken)} frames from second {start:g} on; at least 2 are needed, "
            "take another --start or --seconds."
        )
    if taken:
        yield np.stack(taken)


class Mp4Writer:
    """Grey frames as H.264, enlarged by whole pixels if they are small; closes as a context manager."""

    def __init__(self, path: Path, height: int, width: int, rate: Fraction) -> None:
        self._av = require_av()
        self._times = max(1, -(-SHOWN_HEIGHT // height))
        # an even number of pixels each way is what the codec takes
        self._height, self._width = (
            self._times * size + (self._times * size) % 2 for size in (height, width)
        )
        self._container = self._av.open(str(path), "w")
        self._stream = self._container.add_stream("libx264", rate=rate, options={"crf": "16"})
        self._stream.width, self._stream.height = self._width, self._height
        self._stream.pix_fmt = "yuv420p"

    def write(self, frames: Frames) -> None:
        """Add frames (n, height, width)."""
        for picture in frames:
            large = picture.repeat(self._times, axis=0).repeat(self._times, axis=1)
            missing = [(0, self._height - large.shape[0]), (0, self._width - large.shape[1])]
            shown = self._av.VideoFrame.from_ndarray(np.pad(large, missing, mode="edge"), format="gray")
            self._container.mux(self._stream.encode(shown))

    def __enter__(self) -> Mp4Writer:
        return self

    def __exit__(self, *what: object) -> None:
        self._container.mux(self._stream.encode(None))
        self._container.close()


def require_av() -> Any:
    """PyAV, or how to install it."""
    if find_spec("av") is None:
        raise ModuleNotFoundError(
            'videos need PyAV, which is not installed; run: pip install "normball[video]"',
            name="av",
        )
    import av

    return av
