"""The tour from the command line: one page, seven answers on the terminal, errors in one sentence."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from html_outline import outline
from normball.cli import main
from normball.explorer.story import size_without_data


def run_tour(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["tour", "--quick", "--out", str(folder), *arguments])  # type: ignore[arg-type]


def story_in(file: Path) -> dict[str, Any]:
    """What the page holds of the story."""
    text = file.read_text(encoding="utf-8")
    found = re.search(r'id="normball-explorer">(.*?)</script>', text, re.DOTALL)
    assert found is not None
    story: dict[str, Any] = json.loads(found[1])["story"]
    return story


def houses(folder: Path, target: str = "price", n: int = 60) -> Path:
    """Houses: a number that counts the rows, three numbers, words, a price, and whether it is high."""
    rng = np.random.default_rng(0)
    rooms, age, noise = rng.integers(1, 8, n), rng.uniform(0, 90, n), rng.normal(size=(2, n))
    street = rng.choice(["north", "south"], n)
    price = 0.05 * rooms - 0.001 * age + 0.02 * (street == "south") + 0.03 * noise[0]
    high, flag = np.where(price > np.median(price), "dear", "cheap"), (price > np.median(price)).astype(int)
    lines = ["id,rooms,age,noise,street,price,class,flag"]
    for i in range(n):
        gap = "" if i % 15 == 3 else f"{age[i]:.3f}"
        lines.append(
            f"{i + 1},{rooms[i]},{gap},{noise[1, i]:.3f},{street[i]},{price[i]:.5f},{high[i]},{flag[i]}"
        )
    file = folder / "houses.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def diabetes(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("tour")
    result = run_tour(folder)
    assert result.exit_code == 0, result.output
    assert not result.stderr
    return folder / "tour.html", result.stdout


def test_page_is_one_offline_file_with_nine_pictures_without_scripts(diabetes: tuple[Path, str]) -> None:
    file, _ = diabetes
    assert [path.name for path in file.parent.iterdir()] == ["tour.html"]
    page = file.read_text(encoding="utf-8")
    assert not re.findall(r"(?:src|srcset|action)=|@import|url\((?!#)", page)
    assert "connect-src 'none'" in page
    unscripted = page[page.index("<noscript>") + 10 : page.index("</noscript>")]
    found = outline(unscripted)
    levels = [level for level, _ in found.headings]
    assert levels[0] == 1
    assert all(b <= a + 1 for a, b in pairwise(levels))
    assert len(found.ids) == len(set(found.ids))
    assert all(len(label) > 20 for label in found.labels)
    assert set(found.scopes) == {"row"}
    assert len(re.findall(r'<section class="card">', unscripted)) == 9
    assert all("<svg" in part for part in unscripted.split('<section class="card">')[1:])
    assert "$" not in re.sub(r"<style>.*?</style>", "", unscripted, flags=re.DOTALL)


def test_file_is_small(diabetes: tuple[Path, str]) -> None:
    """Laboratory and essay, packed, with the pictures for browsers without scripts."""
    file, _ = diabetes
    assert size_without_data() < 160_000
    data = len(json.dumps(story_in(file)))
    assert size_without_data() < file.stat().st_size - data < 167_000  # three pictures rest on data, too


def test_terminal_tells_seven_answers_and_the_path(diabetes: tuple[Path, str]) -> None:
    file, said = diabetes
    lines = said.splitlines()
    starts = [line for line in lines if re.match(r"[1-7]\. ", line)]
    assert [line[0] for line in starts] == list("1234567")
    for start in starts:
        assert lines[lines.index(start) + 1].startswith("   ")
    assert lines[-1] == str(file)
    text = " ".join(said.split())
    for known in ("touches that line at (0, 1), at t = 1", "(0.4, 0.8), at t = 0.894", "keeps 10, by L2 100"):
        assert known in text
    assert "costs 1.5, the line leads to (0, 1), which costs 1." in text
    assert re.search(r"best fit misses 78\.5 .* best budget 62\.6, with age at exactly 0", text)


@pytest.mark.parametrize(
    ("target", "loss", "drop"),
    [
        ("price", "squared_error", ["class", "flag"]),
        ("class", "logistic", ["price", "flag"]),
        ("flag", "logistic", ["price", "class"]),
    ],
)
def test_own_table_decides_its_loss_and_says_what_was_left_out(
    target: str, loss: str, drop: list[str], tmp_path: Path
) -> None:
    options = [word for name in drop for word in ("--drop", name)]
    result = run_tour(tmp_path / "out", "--data", str(houses(tmp_path)), "--target", target, *options)
    assert result.exit_code == 0, result.output
    said = " ".join(result.stdout.split())
    assert "'id' looks like an identifier and was left out." in said
    assert "4 of 60 rows have missing values (in 'age') and were left out." in said
    assert "Column 'street' is coded" in said
    story = story_in(tmp_path / "out" / "tour.html")
    sample, own = story["sample"], story["matter"][0]
    assert (sample["loss"], sample["id"], own["id"]) == (loss, "own", "own")
    assert len(sample["y"]) == 56
    assert len(sample["first"]) == 37
    assert set(sample["names"]) == {"rooms", "age", "noise", "street=south"}
    assert "nested cross-validation" in own["verdict"]
    if loss == "logistic":
        assert 28 <= own["base"] <= own["budgets"][-1]["score"] <= 56
        assert "always saying the same gets" in said
    else:
        assert min(b["score"] for b in own["budgets"]) < own["base"]
        assert "typical error" in said


def test_a_table_of_noise_is_not_sold_as_a_success(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    X = rng.normal(size=(900, 2))
    y = X @ [2.0, 1.0] + 0.1 * rng.normal(size=900)
    lines = ["a,b,y", *(f"{a:.5f},{b:.5f},{v:.5f}" for (a, b), v in zip(X, y, strict=True))]
    (tmp_path / "plain.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    result = run_tour(tmp_path / "out", "--data", str(tmp_path / "plain.csv"), "--target", "y")
    assert result.exit_code == 0, result.output
    said = " ".join(result.stdout.split())
    assert "here the budget does not help prediction, it buys a model with fewer features" in said


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
        (lambda folder: ["--data", str(houses(folder))], "--data needs --target"),
        (lambda folder: ["--target", "price"], "--target needs --data"),
        (lambda folder: ["--drop", "age"], "--drop age leaves out a column of --data"),
        (lambda folder: ["--data", str(houses(folder)), "--target", "prize"], "did you mean 'price'?"),
        (
            lambda folder: ["--data", str(houses(folder)), "--target", "price", "--drop", "prize"],
            "--drop 'prize' is not a column",
        ),
        (
            lambda folder: ["--data", str(houses(folder)), "--target", "price", "--drop", "price"],
            "cannot be left out",
        ),
        (lambda folder: ["--data", str(folder / "no.csv"), "--target", "y"], "no such file"),
        (_with_text("table.txt", "a,y\n1,2\n"), "must end in .csv"),
        (
            _with_text("short.csv", "a,b,y\n" + "1,2,3\n2,1,4\n" * 3),
            "at least 20 rows, to learn from some and test on others, but the table has 6",
        ),
        (_with_text("narrow.csv", "a,y\n" + "1,3\n2,4\n" * 12), "at least 2 columns that vary"),
        (
            _with_text("gaps.csv", "a,b,y\n" + "1,,3\n2,,4\n" * 12),
            "every row of gaps.csv has a missing value",
        ),
        (
            _with_text("rare.csv", "a,b,y\n" + "1,2,no\n2,1,no\n" * 12 + "3,3,yes\n"),
            "'yes' in 1 rows only",
        ),
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


@pytest.mark.parametrize("works", [True, False])
def test_open_shows_the_page_or_says_that_it_could_not(
    works: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from normball.explorer.story import Story
    from normball.explorer.story.answers import Answer

    made = Story({}, (Answer("Why?", "Because."),), ""), tmp_path / "tour.html"
    opened: list[str] = []
    monkeypatch.setattr("normball.explorer.story.write_story", lambda *_, **__: made)
    monkeypatch.setattr("webbrowser.open", lambda address: opened.append(address) or works)
    result = run_tour(tmp_path, "--open")
    assert result.exit_code == 0, result.output
    assert opened == [made[1].resolve().as_uri()]
    assert "Because." in result.output
    assert ("No browser could be opened" in result.output) != works


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
