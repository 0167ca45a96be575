"""Draws the pictures of the interactive page that README and docs show.

python benchmarks/explorer_pictures.py [--chromium PATH] [--out docs/images]
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

import normball as nb

PICTURES = {
    "explorer_ellipse": ("light", "loss=squared_error&form=budget&budget=1&free=true"),
    "explorer_odds": ("dark", "story=4&ghost=l2&view=odds&odds=dimensions&odds_p=100&odds_m=10&trail=false"),
    "explorer_space": (
        "light",
        "dims=3&loss=squared_error&form=budget&budget=1.6&cx=0.9&cy=1.5&cz=1.3&ellipse_ratio=1.6&view=frontier",
    ),
}


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
        for name, (scheme, state) in PICTURES.items():
            page = browser.new_page(viewport={"width": 1240, "height": 1060}, color_scheme=scheme)
            page.goto(f"{file.as_uri()}#{state}")
            page.get_by_role("tablist").wait_for()
            page.wait_for_timeout(400)
            page.screenshot(path=options.out / f"{name}.png")
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
