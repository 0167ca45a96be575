"""The commands, run in this process in an empty folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from normball.cli.background import background_command
from normball.cli.fit import fit_command
from normball.cli.predict import predict_command

COMMANDS = {"background": background_command, "fit": fit_command, "predict": predict_command}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(folder: Path) -> Callable[..., Result]:
    """`run("fit", "table.csv", "--target", "y")`, in the empty folder; a traceback fails the test."""

    def run(command: str, *arguments: object) -> Result:
        result = CliRunner().invoke(COMMANDS[command], [str(item) for item in arguments])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


@pytest.fixture
def no_report(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fits draw nothing, which takes most of their time and is looked at in tests of its own."""
    monkeypatch.setattr("normball.cli.fit_report.fit_report", lambda *_: "")
