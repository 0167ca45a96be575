"""The tour from the command line: one page with seven sections, a summary, and errors in one sentence."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from browsing import problems_of
from html_outline import check_accessible, check_self_contained
from normball.cli import main
from normball.report.section import Section
from normball.report.tour import Tour


def run_tour(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["tour", "--quick", "--out", str(folder), *arguments])  # type: ignore[arg-type]


def own_table(folder: Path) -> Path:
    """40 houses: three numbers, one column of words, a price."""
    rng = np.random.default_rng(0)
    rooms, age, noise = rng.integers(1, 8, 40), rng.uniform(0, 90, 40), rng.normal(size=(2, 40))
    street = rng.choice(["north", "south"], 40)
    price = 0.05 * rooms - 0.001 * age + 0.02 * (street == "south") + 0.01 * noise[0]
    lines = ["rooms,age,noise,street,price"]
    lines += [f"{rooms[i]},{age[i]:.3f},{noise[1, i]:.3f},{street[i]},{price[i]:.5f}" for i in range(40)]
    file = folder / "houses.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


@pytest.fixture(scope="module", params=["diabetes", "own"])
def tour(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path, str]:
    """Which table, the report, what the terminal said; run once, whatever the number of workers."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / f"tour-{request.param}"
    said = folder / "said.txt"
    try:
        folder.mkdir()
    except FileExistsError:  # another worker is at it
        deadline = time.monotonic() + 240
        while not said.exists() and time.monotonic() < deadline:
            time.sleep(0.2)
        return request.param, folder / "out" / "tour.html", said.read_text(encoding="utf-8")
    own = request.param == "own"
    arguments = ("--data", str(own_table(folder)), "--target", "price") if own else ()
    result = run_tour(folder / "out", *arguments)
    unfinished = folder / "said.part"
    unfinished.write_text(result.output, encoding="utf-8")
    unfinished.rename(said)
    assert result.exit_code == 0, result.output
    assert not result.stderr
    return request.param, folder / "out" / "tour.html", result.stdout


def test_report_has_seven_answers(tour: tuple[str, Path, str]) -> None:
    table, file, _ = tour
    assert [path.name for path in file.parent.iterdir()] == ["tour.html"]
    page = file.read_text(encoding="utf-8")
    found = check_self_contained(page)
    check_accessible(found)
    numbers = [text.split(".")[0] for level, text in found.headings if level == 2]
    assert numbers == [str(k) for k in range(1, 8)]
    assert all(text.endswith("?") for level, text in found.headings if level == 2)
    assert page.count('class="answer"') == 7
    assert all(len(label) > 20 for label in found.labels)
    assert "nan" not in found.text.lower().split()
    names = ("rooms", "price") if table == "own" else ("bmi", "disease progression")
    for name in names:
        assert name in found.text


def test_terminal_tells_each_answer_and_the_path(tour: tuple[str, Path, str]) -> None:
    _, file, said = tour
    lines = said.splitlines()
    starts = [line for line in lines if line[:2] in {f"{k}." for k in range(1, 8)}]
    assert len(starts) == 7
    for start in starts:
        following = lines[lines.index(start) + 1 :]
        assert next(line for line in following if not line[:2].strip().endswith(".")).startswith("   ")
    assert lines[-1] == str(file)
    assert ("Column 'street' is coded" in said) == (tour[0] == "own")


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1280])
def test_report_fits_the_screen(tour: tuple[str, Path, str], width: int, browser: Any) -> None:
    assert problems_of(tour[1], width, browser) == []


def _with_text(name: str, text: str) -> Callable[[Path], list[str]]:
    def arguments(folder: Path) -> list[str]:
        (folder / name).write_text(text, encoding="utf-8")
        return ["--data", str(folder / name), "--target", "y"]

    return arguments


def _out_is_a_file(folder: Path) -> list[str]:
    (folder / "out").write_text("", encoding="utf-8")
    return []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (lambda folder: ["--data", str(own_table(folder))], "--data needs --target"),
        (lambda folder: ["--target", "price"], "--target needs --data"),
        (lambda folder: ["--data", str(own_table(folder)), "--target", "prize"], "did you mean 'price'?"),
        (lambda folder: ["--data", str(folder / "no.csv"), "--target", "y"], "no such file"),
        (_with_text("table.txt", "a,y\n1,2\n"), "must end in .csv"),
        (_with_text("short.csv", "a,b,y\n" + "1,2,3\n2,1,4\n" * 3), "at least 10 rows, but the table has 6"),
        (_with_text("narrow.csv", "a,y\n" + "1,3\n2,4\n" * 9), "at least 2 columns that vary"),
        (_with_text("gaps.csv", "a,b,y\n" + "1,,3\n2,1,4\n" * 9), "missing values in 'b'"),
        (_out_is_a_file, "file exists"),
    ],
)
def test_errors_are_one_sentence(
    arguments: Callable[[Path], list[str]], message: str, tmp_path: Path
) -> None:
    result = run_tour(tmp_path / "out", *arguments(tmp_path))
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1
    assert not (tmp_path / "out").is_dir()


def test_open_shows_the_report(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    section = Section("1. Why?", "Because.", [], "")
    made = Tour((section,), tmp_path / "tour.html", 1.0)
    opened: list[str] = []
    monkeypatch.setattr("normball.report.tour.write_tour", lambda *_, **__: made)
    monkeypatch.setattr("webbrowser.open", opened.append)
    result = run_tour(tmp_path, "--open")
    assert result.exit_code == 0, result.output
    assert opened == [made.path.resolve().as_uri()]
    assert "Because." in result.output


def test_help_names_the_commands() -> None:
    result = CliRunner().invoke(main, ["--help"])  # type: ignore[arg-type]
    assert result.exit_code == 0
    for name in ("tour", "fit", "predict"):
        assert f"\n  {name} " in result.output


def test_version() -> None:
    result = CliRunner().invoke(main, ["--version"])  # type: ignore[arg-type]
    assert result.output.startswith("normball, version ")


def test_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from normball.cli import group

    monkeypatch.setattr(group, "find_spec", lambda name: None if name == "jinja2" else object())
    result = CliRunner().invoke(main, ["tour"])  # type: ignore[arg-type]
    assert result.exit_code == 2
    assert (
        'jinja2 not installed, which the command line needs; run: pip install "normball[cli]"'
        in result.stderr
    )


def test_missing_click_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    from normball.cli import _without_click

    with pytest.raises(SystemExit) as stopped:
        _without_click()
    assert stopped.value.code == 2
    assert 'pip install "normball[cli]"' in capsys.readouterr().err
