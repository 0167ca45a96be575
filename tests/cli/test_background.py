"""`normball background` on the shipped clip, on films written here, and on what is no film."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from click.testing import Result

from browsing import problems_of
from html_outline import check_accessible, check_self_contained, outline
from normball.cli import background, video
from normball.cli.background_split import SAMPLES, Split
from normball.cli.video import Frames, Mp4Writer, open_video
from normball.estimators.robust_pca import RobustPCA

Run = Callable[..., Result]
FILES = {"background.mp4", "people.mp4", "side_by_side.mp4", "contact.png", "report.html"}


def textured(rng: np.random.Generator, height: int, width: int) -> np.ndarray:
    blocks = rng.integers(40, 216, (height // 8 + 1, width // 8 + 1), dtype=np.uint8)
    return blocks.repeat(8, axis=0).repeat(8, axis=1)[:height, :width]


def walker() -> np.ndarray:
    """30 frames of a white square that walks over a fixed texture."""
    frames = np.stack([textured(np.random.default_rng(0), 48, 64)] * 30)
    for k in range(30):
        frames[k, 20:28, 2 * k : 2 * k + 6] = 255
    return frames


def pan() -> np.ndarray:
    """40 frames of a camera that turns."""
    wide = textured(np.random.default_rng(1), 48, 64 + 80)
    return np.stack([wide[:, 2 * k : 2 * k + 64] for k in range(40)])


def write_mp4(path: Path, frames: Frames, rate: Fraction) -> None:
    with Mp4Writer(path, *frames.shape[1:], rate) as writer:
        writer.write(frames)


def read(path: str, scale: float, start: float = 0.0, seconds: float | None = None) -> Frames:
    with open_video(path, scale, start, seconds, None) as footage:
        return np.concatenate(list(footage.blocks))


def test_shipped_clip(run: Run) -> None:
    result = run("background", "--out", "out", "--seconds", "6", "--tol", "1e-3")
    assert result.exit_code == 0, result.output
    assert "60 frames of 96 x 72 pixels, 10 a second" in result.stdout
    assert not result.stderr
    assert {entry.name for entry in Path("out").iterdir()} == FILES
    page = Path("out/report.html").read_text(encoding="utf-8")
    check_accessible(check_self_contained(page))
    for part, width in (("background", 96), ("people", 96), ("side_by_side", 288)):
        with open_video(f"out/{part}.mp4", 1.0, 0.0, None, None) as clip:
            assert clip.rate == 10
            (frames,) = clip.blocks
        assert frames.shape == (60, 216, 3 * width)
    assert Path("out/contact.png").read_bytes().startswith(b"\x89PNG")


def test_walker_is_taken_out_of_an_mp4(run: Run) -> None:
    frames = walker()
    write_mp4(Path("walk.mp4"), frames, Fraction(15))
    result = run("background", "walk.mp4", "--scale", "0.2", "--out", "out")
    assert result.exit_code == 0, result.output
    assert "walk.mp4: 30 frames of 64 x 48 pixels, 15 a second." in result.stdout
    assert not result.stderr
    background = read("out/background.mp4", 0.2).astype(float)
    people = read("out/people.mp4", 0.2).astype(float)
    empty = textured(np.random.default_rng(0), 48, 64)
    assert np.abs(background - empty).mean() < 8
    for k in (0, 15, 29):
        square = (slice(21, 27), slice(2 * k + 1, 2 * k + 5))
        expected = np.minimum(128.0 + 255 - empty[square], 255)
        np.testing.assert_allclose(people[k][square].mean(), expected.mean(), atol=25)


@pytest.mark.slow
def test_moving_camera_is_warned_about(run: Run) -> None:
    write_mp4(Path("pan.mp4"), pan(), Fraction(10))
    result = run("background", "pan.mp4", "--scale", "0.2", "--out", "out")
    assert result.exit_code == 0
    assert "Warning: The rank does not fall: the background needs" in result.stderr
    assert "The camera moves" in Path("out/report.html").read_text(encoding="utf-8")


def sound(path: str) -> None:
    with av.open(path, "w") as container:
        stream = container.add_stream("pcm_s16le", rate=8000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.int16), format="s16", layout="mono")
        frame.sample_rate = 8000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def test_what_is_no_film(run: Run) -> None:
    Path("text.mp4").write_text("this is not a film, whatever its name says")
    Path("empty.mp4").write_bytes(b"")
    sound("sound.wav")
    write_mp4(Path("walk.mp4"), walker(), Fraction(10))
    cases = {
        ("text.mp4",): "text.mp4 cannot be read as a video; give an mp4, avi, mkv or webm file.",
        ("empty.mp4",): "empty.mp4 cannot be read as a video; give an mp4, avi, mkv or webm file.",
        ("sound.wav",): "sound.wav has sound but no pictures; give a video.",
        ("nowhere.mp4",): "nowhere.mp4: no such file or directory.",
        ("walk.mp4", "--start", "60"): "walk.mp4 has 0 frames from second 60 on; at least 2 are needed",
        ("--start", "60"): "the shipped clip has 24 seconds; --start and --seconds must leave 2 frames",
        ("--scale", "0.5"): "--scale is for a VIDEO of your own; the shipped clip is small already.",
        ("walk.mp4", "--scale", "2"): "2.0 is not in the range 0<x<=1.",
    }
    for arguments, message in cases.items():
        result = run("background", *arguments, "--out", "out")
        assert result.exit_code == 2, arguments
        assert message in result.stderr
        assert not Path("out").exists()


def test_a_part_of_a_video(folder: Path) -> None:
    write_mp4(folder / "walk.mp4", walker(), Fraction(10))
    path = str(folder / "walk.mp4")
    np.testing.assert_array_equal(read(path, 0.2, 1.0, 0.5), read(path, 0.2)[10:15])


def test_blocks_have_what_the_whole_has(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_mp4(folder / "walk.mp4", walker(), Fraction(10))
    path = str(folder / "walk.mp4")
    whole = read(path, 0.2)
    with open_video(path, 0.2, 0.0, None, 8) as footage:
        blocks = list(footage.blocks)
    assert [len(block) for block in blocks] == [8, 8, 8, 6]
    np.testing.assert_array_equal(np.concatenate(blocks), whole)
    # without --block, as many as memory is set aside for
    monkeypatch.setattr(video, "BLOCK_ENTRIES", 13 * 48 * 64)
    with open_video(path, 0.2, 0.0, None, None) as footage:
        assert [len(block) for block in footage.blocks] == [13, 13, 4]


@pytest.mark.slow
def test_a_video_is_read_no_further_than_its_blocks_are_split(folder: Path) -> None:
    write_mp4(folder / "walk.mp4", np.concatenate([walker()] * 20), Fraction(10))
    with open_video(str(folder / "walk.mp4"), 0.2, 0.0, None, 10) as footage:
        split = Split(footage, RobustPCA(tol=1e-2))
        largest = 0
        for count, parts in enumerate(split.parts(), 1):
            assert split.n_frames == 10 * count
            assert len(parts.original) == 10
            largest = max(largest, len(split.samples))
    assert count == 60
    assert largest <= 2 * SAMPLES
    assert np.ptp(np.diff([k for k, _ in split.samples])) == 0


def test_long_video_in_blocks(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    write_mp4(Path("walk.mp4"), walker(), Fraction(10))
    monkeypatch.setattr(background, "LARGEST_INSIDE", 10)
    result = run("background", "walk.mp4", "--scale", "0.2", "--out", "out", "--block", "12")
    assert result.exit_code == 0, result.output
    assert "24 frames done" in result.stdout
    assert "walk.mp4: 30 frames of 64 x 48 pixels, 10 a second." in result.stdout
    assert "or less in each of 3 blocks" in result.stdout
    assert not result.stderr
    page = Path("out/report.html").read_text(encoding="utf-8")
    assert "3 of at most 12 frames" in page
    assert 'src="side_by_side.mp4"' in page
    check_accessible(outline(page))
    found, empty = read("out/background.mp4", 0.2).astype(float), textured(np.random.default_rng(0), 48, 64)
    assert found.shape == (30, 48, 64)
    assert np.abs(found - empty).mean() < 8
    # the walker, too, is gone in every block
    for k in (0, 13, 29):
        square = (slice(21, 27), slice(2 * k + 1, 2 * k + 5))
        assert np.abs(found[k][square] - empty[square]).mean() < 25


@pytest.mark.slow
def test_shipped_clip_in_blocks(run: Run) -> None:
    result = run("background", "--out", "out", "--seconds", "6", "--tol", "1e-3", "--block", "20")
    assert result.exit_code == 0, result.output
    assert "60 frames of 96 x 72 pixels" in result.stdout
    assert "each of 3 blocks" in result.stdout
    assert read("out/side_by_side.mp4", 1.0).shape == (60, 216, 3 * 288)
    assert run("background", "--block", "1").exit_code == 2


def test_without_pyav(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(video, "find_spec", lambda name: None)
    result = run("background")
    assert result.exit_code == 2
    assert 'run: pip install "normball[video]"' in result.stderr


@pytest.mark.quick_cases(1)
@pytest.mark.browser
def test_report_in_a_browser(run: Run, browser: Any) -> None:
    run("background", "--out", "out", "--seconds", "3", "--tol", "1e-2")
    for width in (380, 1200):
        assert not problems_of(Path("out/report.html").resolve(), width, browser)
