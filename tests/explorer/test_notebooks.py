"""The widget where notebooks show it: JupyterLab and marimo, headless; Python follows a drag."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser

CELLS = [
    "import normball as nb\nexplorer = nb.explore(loss='squared_error', form='budget', budget=1.0)",
    "explorer",
]
FOLLOWED = "print(f\"budget now {explorer.state['budget']:.3f} zeros {explorer.solution.n_zeros}\")"


def need(*packages: str) -> None:
    """Skip where a notebook is not installed; where NORMBALL_REQUIRE_NOTEBOOKS is set, that is a failure."""
    missing = [name for name in packages if find_spec(name) is None]
    assert not (missing and os.environ.get("NORMBALL_REQUIRE_NOTEBOOKS")), f"not installed: {missing}"
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}; run: pip install 'normball[notebooks-test]'")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(command: list[str], url: str, folder: Path) -> Iterator[None]:
    """A server that answers at `url`, and is gone afterwards."""
    log = (folder / "server.log").open("w")
    process = subprocess.Popen(
        command, cwd=folder, stdout=log, stderr=subprocess.STDOUT, env=dict(os.environ)
    )
    try:
        for _ in range(240):
            try:
                urllib.request.urlopen(url, timeout=2).close()
                break
            except OSError:
                assert process.poll() is None, (folder / "server.log").read_text()[-2000:]
                time.sleep(0.25)
        yield
    finally:
        process.terminate()
        process.wait(20)
        log.close()


def opened_in(browser: Any) -> Any:
    """A new page, closed when it is left."""
    return browser.new_page(viewport={"width": 1280, "height": 1000})


def drag_the_budget(page: Any) -> str:
    """The ball's handle is dragged by mouse, in the widget's shadow root; what Python should say then."""
    handle = page.get_by_role("slider", name="budget handle", exact=True)
    handle.wait_for(timeout=90_000)
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 25, y - 25, steps=20)
    page.mouse.up()
    page.wait_for_timeout(500)
    budget = float(handle.get_attribute("aria-valuenow"))
    assert 0.2 < budget < 0.9
    return f"budget now {budget:.3f} zeros 1"


def test_jupyterlab_shows_the_widget_and_python_follows(browser: Any, tmp_path: Path) -> None:
    need("playwright", "anywidget", "jupyterlab")
    empty = {"metadata": {}, "outputs": [], "execution_count": None}
    sources = [*CELLS, FOLLOWED]
    cells = [{"cell_type": "code", "id": f"c{k}", "source": s, **empty} for k, s in enumerate(sources)]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    book = {"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}
    (tmp_path / "book.ipynb").write_text(json.dumps(book))
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        "--no-browser",
        "--allow-root",
        f"--port={port}",
        "--ip=127.0.0.1",
    ]
    command += ["--ServerApp.token=", "--ServerApp.password=", f"--ServerApp.root_dir={tmp_path}"]
    with running(command, f"http://127.0.0.1:{port}/api", tmp_path), opened_in(browser) as page:
        page.goto(f"http://127.0.0.1:{port}/lab/tree/book.ipynb")
        page.locator(".jp-Notebook .cm-content").first.click(timeout=90_000)
        for _ in range(2):
            page.keyboard.press("Shift+Enter")
        expected = drag_the_budget(page)
        page.locator(".jp-Notebook .cm-content").nth(2).click()
        page.keyboard.press("Shift+Enter")
        page.get_by_text(expected).wait_for(timeout=60_000)


def test_marimo_shows_the_widget_and_python_follows(browser: Any, tmp_path: Path) -> None:
    need("playwright", "anywidget", "marimo")
    (tmp_path / "book.py").write_text(
        "import marimo\n\napp = marimo.App()\n\n\n"
        "@app.cell\ndef _():\n    import marimo as mo\n    import normball as nb\n\n"
        "    explorer = nb.explore(loss='squared_error', form='budget', budget=1.0)\n"
        "    shown = mo.ui.anywidget(explorer.widget())\n    shown\n    return explorer, mo, shown\n\n\n"
        "@app.cell\ndef _(explorer, mo, shown):\n    shown.value\n"
        "    said = f\"budget now {explorer.state['budget']:.3f} zeros {explorer.solution.n_zeros}\"\n"
        "    mo.md(said)\n    return\n"
        "\n\nif __name__ == '__main__':\n    app.run()\n"
    )
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "marimo",
        "run",
        "book.py",
        "--headless",
        "--no-token",
        "--port",
        str(port),
    ]
    with running(command, f"http://127.0.0.1:{port}/health", tmp_path), opened_in(browser) as page:
        page.goto(f"http://127.0.0.1:{port}/")
        page.get_by_text(drag_the_budget(page)).wait_for(timeout=60_000)
