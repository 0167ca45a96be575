"""Draws the pictures of the essay and the laboratory that README and docs show.

python benchmarks/explorer_pictures.py [--chromium PATH] [--out docs/images]
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

import normball as nb
from normball.explorer.story import write_story

LABORATORY = {
    "explorer_ellipse": ("light", "budget=1&free=true"),
    "explorer_space": (
        "dark",
        "dims=3&norm=sorted_l1&budget=1.6&cx=0.9&cy=1.5&cz=1.3&ellipse_ratio=1.6&map=true&view=frontier",
    ),
}
ESSAY = {"essay_compass": ("light", "compass"), "essay_data": ("light", "data")}


def main() -> None:
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--chromium", default=shutil.which("chromium") or shutil.which("google-chrome"))
    parser.add_argument("--out", type=Path, default=Path("docs/images"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        file = nb.explore().save(Path(folder) / "page.html")
        browser = playwright.chromium.launch(
            executable_path=options.chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        essay = write_story(Path(folder))[1]
        pictures = [(name, scheme, file, state) for name, (scheme, state) in LABORATORY.items()]
        pictures += [(name, scheme, essay, step) for name, (scheme, step) in ESSAY.items()]
        for name, scheme, source, address in pictures:
            size = {"width": 1240, "height": 1060 if source == file else 760}
            page = browser.new_page(viewport=size, color_scheme=scheme)
            page.goto(f"{source.as_uri()}#{address}")
            page.locator(".stage, .figure .plane svg").first.wait_for()
            page.wait_for_timeout(900)
            page.screenshot(path=options.out / f"{name}.png")
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
