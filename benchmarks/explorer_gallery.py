"""Draws every step of the essay and every picture and view of the laboratory, to be looked at.

python benchmarks/explorer_gallery.py OUT [--only WORD] [--chromium PATH]

One PNG for each step and view, at 1280 and 390 pixels, light and dark; for the stages, which
are many, sheets of twelve small pictures each (every norm with every loss, in the plane and in
space). Nothing is asserted here: the tests ask for numbers, this is for eyes.
"""

from __future__ import annotations

import argparse
import base64
import shutil
import tempfile
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import normball as nb
from normball.explorer.state import table
from normball.explorer.story import STEPS, write_story

WIDTHS = {1280: 1000, 390: 844}
SCHEMES = ("light", "dark")
ELLIPSE = "loss=squared_error&form=budget"
VIEWS = {
    "start": "",
    "prices": f"{ELLIPSE}&free=true&ghost=l2",
    "prices_line": "form=budget&budget=0.6",
    "frontier": f"{ELLIPSE}&view=frontier&free=true",
    "frontier_space": f"{ELLIPSE}&view=frontier&dims=3&budget=1.6",
    "map": f"{ELLIPSE}&map=true",
    "compass": f"{ELLIPSE}&dims=3&norm=sorted_l1&map=true",
    "model_none": "view=model",
}


def states_of(kind: str) -> Iterator[tuple[str, str]]:
    """(label, address) for every norm with every loss."""
    fields = table()["fields"]
    for norm, loss in product(fields["norm"]["choices"], fields["loss"]["choices"]):
        space = "&dims=3&budget=1.2" if kind == "space" else "&budget=1"
        yield f"{norm}, {loss}", f"norm={norm}&loss={loss}&form=budget{space}"


def sheet(browser: Any, pictures: list[tuple[str, bytes]], out: Path, columns: int) -> None:
    """Pictures with their labels, side by side in one PNG."""
    cells = "".join(
        f"<figure><img src='data:image/png;base64,{base64.b64encode(data).decode()}'>"
        f"<figcaption>{label}</figcaption></figure>"
        for label, data in pictures
    )
    style = (
        f"body{{display:grid;grid-template-columns:repeat({columns},auto);gap:6px;margin:6px;"
        "font:13px sans-serif;background:#888;width:max-content}figure{margin:0}img{display:block}"
    )
    page = browser.new_page(viewport={"width": 400, "height": 300})
    page.set_content(f"<style>{style}</style>{cells}")
    page.locator("body").screenshot(path=out)
    page.close()


def main() -> None:
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path)
    parser.add_argument("--only", default="", help="only pictures whose name contains this")
    parser.add_argument("--chromium", default=shutil.which("chromium") or shutil.which("google-chrome"))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        file = nb.explore().save(Path(folder) / "page.html").as_uri()
        data = nb.datasets.load_diabetes()
        problem = nb.Problem(data.X, data.y, feature_names=data.feature_names)
        own = nb.explore(problem, features=("bmi", "s5")).save(Path(folder) / "own.html").as_uri()
        browser = playwright.chromium.launch(
            executable_path=options.chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        pages = {name: f"{file}#{state}" for name, state in VIEWS.items()}
        pages |= {"model_own": own, "model_fixed": f"{own}#own=true&view=model&refit=false&step=40"}
        essay = write_story(Path(folder))[1].as_uri()
        pages |= {f"essay_{k}_{step}": f"{essay}#{step}" for k, step in enumerate(STEPS, start=1)}
        for scheme in SCHEMES:
            for width, height in WIDTHS.items():
                context = browser.new_context(
                    viewport={"width": width, "height": height}, color_scheme=scheme
                )
                page = context.new_page()
                for name, address in pages.items():
                    if options.only not in f"{name}_{width}_{scheme}":
                        continue
                    page.goto("about:blank")
                    page.goto(address)
                    page.locator(".stage, .figure .plane svg").first.wait_for()
                    page.wait_for_timeout(900)
                    whole = not name.startswith("essay")
                    page.screenshot(path=options.out / f"{name}_{width}_{scheme}.png", full_page=whole)
                if width == 390:
                    continue
                for kind in ("plane", "space"):
                    if options.only not in f"sheet_{kind}_{scheme}":
                        continue
                    page.set_viewport_size({"width": 760, "height": 620})
                    shots: list[tuple[str, bytes]] = []
                    for label, state in states_of(kind):
                        page.goto("about:blank")
                        page.goto(f"{file}#{state}")
                        page.locator(".stage").wait_for()
                        page.wait_for_timeout(250)
                        shots.append((label, page.locator(".stage").screenshot()))
                    for k in range(0, len(shots), 12):
                        out = options.out / f"sheet_{kind}_{scheme}_{k // 12}.png"
                        sheet(browser, shots[k : k + 12], out, columns=4)
                context.close()
        browser.close()


if __name__ == "__main__":
    main()
