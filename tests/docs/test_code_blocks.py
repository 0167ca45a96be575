"""The documents as a reader uses them: the Python of each page runs from top to bottom."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted(path for path in (ROOT / "docs").rglob("*.md") if "_build" not in path.parts)
NAMES = [path.relative_to(ROOT / "docs").as_posix() for path in PAGES]


def python_of(path: Path) -> str:
    """The Python blocks of a page as one script, at the lines where they stand."""
    text = path.read_text(encoding="utf-8")
    lines = [""] * len(text.splitlines())
    for block in re.finditer(r"^```python\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL):
        first = text[: block.start(1)].count("\n")
        code = block.group(1).splitlines()
        lines[first : first + len(code)] = code
    return "\n".join(lines)


@pytest.mark.parametrize("path", [path for path in PAGES if python_of(path).strip()], ids=lambda p: p.stem)
def test_python_runs(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pyplot = pytest.importorskip("matplotlib.pyplot")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("webbrowser.open", lambda *_: True)
    exec(compile(python_of(path), str(path), "exec"), {"__name__": "__page__"})
    pyplot.close("all")


def test_every_page_is_reached_from_the_contents() -> None:
    named = set()
    for path in PAGES:
        text = path.read_text(encoding="utf-8")
        for tree in re.findall(r"^```\{toctree\}\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL):
            entries = [line for line in tree.splitlines() if line and not line.startswith(":")]
            named |= {(path.parent / entry).resolve() for entry in entries}
    left_out = [name for name, path in zip(NAMES, PAGES, strict=True) if path.with_suffix("") not in named]
    assert left_out == ["index.md"]
