"""`normball explore` as it is typed: the page is served, answers, and ends at Ctrl-C; or is saved."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from normball.cli import main

pytest.importorskip("starlette")
pytest.importorskip("uvicorn")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["explore", *arguments])  # type: ignore[arg-type]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    file = tmp_path / "houses.csv"
    rows = [f"{i},{(i * 7) % 5},{2 * i + (i * 3) % 4}" for i in range(30)]
    file.write_text("\n".join(["rooms,age,price", *rows]))
    return file


def test_serves_until_interrupted() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", "from normball.cli import main; main()", "explore", "--no-open"],
        stderr=subprocess.STDOUT,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    try:
        said = process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+/", said)
        assert found, said
        with urllib.request.urlopen(found[0]) as response:
            assert b'id="normball-root"' in response.read()
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=20)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 0
    assert rest.strip() == "normball explore: ended."


def test_saves_the_page_of_a_table(table: Path, tmp_path: Path) -> None:
    result = run(str(table), "--target", "price", "--save", str(tmp_path / "page.html"))
    assert result.exit_code == 0, result.output
    assert "it works offline" in result.output
    text = (tmp_path / "page.html").read_text()
    assert '"title": "houses.csv"' in text
    assert '"target_name": "price"' in text


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--target", "price"], "--target price names a column of a file; give the file, too."),
        (["FILE"], "--target is missing"),
        (["FILE", "--target", "cost"], "cost"),
        (["FILE", "--target", "price", "--norm", "l3"], "norm 'l3' is unknown"),
        (["nowhere.csv", "--target", "price"], "nowhere.csv"),
        (["--port", "70000"], "70000"),
    ],
)
def test_errors_are_sentences(table: Path, arguments: list[str], sentence: str) -> None:
    result = run(*[str(table) if a == "FILE" else a for a in arguments])
    assert result.exit_code == 2
    assert sentence in result.output
    assert "Traceback" not in result.output
