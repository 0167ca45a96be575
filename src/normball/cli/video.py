"""Grey frames from any video file, and frames to mp4, through PyAV (FFmpeg's libraries)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..progress import Progress

Frames = NDArray[np.uint8]
DEFAULT_WIDTH = 320
"""Pixels to which wider videos are reduced unless --scale says otherwise."""
MOST_ENTRIES = 150_000_000
"""Pixels of all frames together: a few gigabytes of work."""
SHOWN_HEIGHT = 200
"""Videos are written at least this high, so that players do not blur small ones."""


@dataclass(frozen=True)
class Clip:
    """Grey frames (n, height, width), how many a second, and what they are called."""

    frames: Frames
    rate: Fraction
    name: str


def read_clip(path: str, scale: float | None, start: float, seconds: float | None) -> Clip:
    """The frames of a video from `start` on, as grey pictures.

    Raises
    ------
    ValueError
        If the file is no video, has sound only, ends before two frames, or is too large.
    OSError
        If it cannot be read.
    """
    av = require_av()
    try:
        with av.open(path) as container:
            if not container.streams.video:
                raise ValueError(f"{path} has sound but no pictures; give a video.")
            return _decode(container, path, scale, start, seconds)
    except (av.error.InvalidDataError, av.error.EOFError):
        raise ValueError(f"{path} cannot be read as a video; give an mp4, avi, mkv or webm file.") from None


def _decode(container: Any, path: str, scale: float | None, start: float, seconds: float | None) -> Clip:
    stream = container.streams.video[0]
    stream.thread_type = "AUTO"
    factor = min(1.0, DEFAULT_WIDTH / stream.width) if scale is None else scale
    width, height = max(round(stream.width * factor), 1), max(round(stream.height * factor), 1)
    if start > 0:
        container.seek(int(start * 1_000_000))
    frames: list[Frames] = []
    with Progress(stream.frames, "reading") as progress:
        for frame in container.decode(stream):
            progress()
            if frame.time is not None and frame.time < start:
                continue
            if seconds is not None and frame.time is not None and frame.time >= start + seconds:
                break
            frames.append(frame.reformat(width=width, height=height, format="gray").to_ndarray())
            if len(frames) * width * height > MOST_ENTRIES:
                raise ValueError(
                    f"{path} is too long for one piece: {len(frames)} frames of {width} x {height} pixels "
                    "fill the memory set aside; take a part with --start and --seconds, or a smaller --scale."
                )
    if len(frames) < 2:
        raise ValueError(
            f"{path} has {len(frames)} frames from second {start:g} on; at least 2 are needed, "
            "take another --start or --seconds."
        )
    return Clip(np.stack(frames), Fraction(stream.average_rate or 25), Path(path).name)


def write_mp4(path: Path, frames: Frames, rate: Fraction) -> None:
    """Write grey frames (n, height, width) as H.264, enlarged by whole pixels if they are small."""
    av = require_av()
    times = max(1, -(-SHOWN_HEIGHT // frames.shape[1]))
    height, width = (times * size + (times * size) % 2 for size in frames.shape[1:])
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=rate, options={"crf": "16"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for picture in frames:
            large = picture.repeat(times, axis=0).repeat(times, axis=1)
            # an even number of pixels each way is what the codec takes
            large = np.pad(large, [(0, height - large.shape[0]), (0, width - large.shape[1])], mode="edge")
            container.mux(stream.encode(av.VideoFrame.from_ndarray(large, format="gray")))
        container.mux(stream.encode(None))


def require_av() -> Any:
    """PyAV, or how to install it."""
    if find_spec("av") is None:
        raise ModuleNotFoundError(
            'videos need PyAV, which is not installed; run: pip install "normball[video]"',
            name="av",
        )
    import av

    return av
