"""What a step of a drag costs the page, how soon it is painted, how large the file is.

python benchmarks/explorer_drag.py [--chromium PATH]

Each row drags a handle by 60 mouse steps in headless Chromium and takes the time from the step's
start until all drawing that it asked for is done (`normball drag step` of the page's own
performance timeline): arithmetic, Preact's comparison, changes of the document. The browser's
rasterising comes on top and is not the page's. Where other programs want the same cores, "cpu ms"
is the number to read: the thread's own time in all scripts, divided by the steps.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
from pathlib import Path
from typing import Any

import normball as nb

CASES = {
    "line, L1": ("", "line handle: distance"),
    "ellipse, L1": ("loss=squared_error&form=budget", "best fit handle, w1"),
    "ellipse, SLOPE, price held": ("loss=squared_error&form=alpha&norm=sorted_l1", "best fit handle, w1"),
    "Huber, L1.5": ("loss=huber&form=budget&norm=lp&p=1.5", "best fit handle, w1"),
    "logistic, target held": ("loss=logistic&form=target&target=0.4&view=frontier", "best fit handle, w1"),
    "quantile, L1": ("loss=quantile&form=budget", "best fit handle, w1"),
    "3-D ellipsoid, turned": ("dims=3&loss=squared_error&form=budget", None),
}


def script_seconds(session: Any) -> float:
    metrics = session.send("Performance.getMetrics")["metrics"]
    return next(float(m["value"]) for m in metrics if m["name"] == "ScriptDuration")


def main() -> None:
    from playwright.sync_api import sync_playwright
    from rich.console import Console
    from rich.table import Table

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--chromium", default=shutil.which("chromium") or shutil.which("google-chrome"))
    options = parser.parse_args()
    table = Table("case", "steps", "median ms", "worst ms", "cpu ms", "first paint ms")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        file = nb.explore().save(Path(folder) / "page.html")
        browser = playwright.chromium.launch(
            executable_path=options.chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        for name, (state, handle) in CASES.items():
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            page.goto(f"{file.as_uri()}#{state}")
            page.get_by_role("tablist").wait_for()
            held = page.locator("canvas.stage") if handle is None else page.get_by_role("slider", name=handle)
            held.scroll_into_view_if_needed()
            box = held.bounding_box()
            x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
            page.mouse.move(x, y)
            page.mouse.down()
            session = page.context.new_cdp_session(page)
            session.send("Performance.enable", {"timeDomain": "threadTicks"})
            before = script_seconds(session)
            page.mouse.move(x - 70, y + 90, steps=60)
            busy = script_seconds(session) - before
            page.mouse.up()
            page.wait_for_timeout(200)
            steps = page.evaluate("performance.getEntriesByName('normball drag step').map((e) => e.duration)")
            paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
            row = (len(steps), statistics.median(steps), max(steps), 1000 * busy / len(steps), paint)
            table.add_row(name, str(row[0]), *(f"{value:.1f}" for value in row[1:]))
            page.close()
        browser.close()
        Console().print(table)
        Console().print(f"exported file without data: {file.stat().st_size / 1000:.1f} kB")


if __name__ == "__main__":
    main()
