"""Every example of the gallery runs as it stands, in a fresh folder, without a warning."""

from __future__ import annotations

import ast
import runpy
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
SCRIPTS = sorted(EXAMPLES.rglob("plot_*.py"))
NAMES = [path.relative_to(EXAMPLES).with_suffix("").as_posix() for path in SCRIPTS]


@pytest.mark.quick_cases(2)
@pytest.mark.parametrize("path", SCRIPTS, ids=NAMES)
def test_runs_and_draws(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    plt = pytest.importorskip("matplotlib.pyplot")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    drawn = []
    monkeypatch.setattr(plt, "show", lambda: drawn.extend(map(plt.figure, plt.get_fignums())))
    try:
        runpy.run_path(str(path), run_name="__main__")
        assert drawn, "no picture"
        for figure in drawn:
            figure.draw_without_rendering()
    finally:
        plt.close("all")
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("path", SCRIPTS, ids=NAMES)
def test_has_a_title_and_says_what_is_seen(path: Path) -> None:
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert text is not None
    title, rule, blank, *lines = text.splitlines()
    assert rule == "=" * len(title)
    assert blank == ""
    assert 2 <= len(lines) <= 8


def test_every_folder_has_a_heading() -> None:
    assert {path.parent for path in SCRIPTS} == {
        path.parent for path in EXAMPLES.glob("*/GALLERY_HEADER.rst")
    }


def test_gallery_names_its_folders_in_order() -> None:
    conf = (EXAMPLES.parent / "docs" / "conf.py").read_text(encoding="utf-8")
    assert all(f'"../examples/{path.parent.name}"' in conf for path in EXAMPLES.glob("*/GALLERY_HEADER.rst"))


def test_every_example_is_linked_from_a_page() -> None:
    docs = EXAMPLES.parent / "docs"
    pages = [page.read_text(encoding="utf-8") for page in docs.rglob("*.md") if "_build" not in page.parts]
    linked = {name for name in NAMES if any(f"</gallery/{name}>" in page for page in pages)}
    assert sorted(set(NAMES) - linked) == []


def test_names_no_private_module() -> None:
    for path in SCRIPTS:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module is not None:
                assert not any(part.startswith("_") for part in node.module.split(".")), path
