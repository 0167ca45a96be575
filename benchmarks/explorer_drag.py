"""What a step of a drag costs the page, how soon it is painted, how large the file is.

python benchmarks/explorer_drag.py [--chromium PATH]

Each row drags a handle of the laboratory, or a grip of a step of the essay, by 60 mouse steps in
headless Chromium and takes the time from the step's start until all drawing that it asked for is done
(`normball drag step` of the page's own performance timeline): arithmetic, Preact's comparison, changes
of the document. The browser's rasterising comes on top and is not the page's. Where other programs
want the same cores, "cpu ms" is the number to read: the thread's own time in all scripts, divided by
the steps. So is "cpu ms to open": the main thread's own time from the empty page to the first picture.
"""

from __future__ import annotations

import argparse
import gzip
import shutil
import statistics
import tempfile
from pathlib import Path
from typing import Any

import normball as nb
from normball.explorer.page import bundle
from normball.explorer.story import size_without_data, write_story

CASES = {
    "line, L1": ("loss=equation&form=target&target=0", "line handle: distance"),
    "ellipse, L1": ("loss=squared_error&form=budget", "best fit handle, w1"),
    "ellipse, SLOPE, price held": ("loss=squared_error&form=alpha&norm=sorted_l1", "best fit handle, w1"),
    "Huber, L1.5": ("loss=huber&form=budget&norm=lp&p=1.5", "best fit handle, w1"),
    "logistic, target held": ("loss=logistic&form=target&target=0.4&view=frontier", "best fit handle, w1"),
    "quantile, L1": ("loss=quantile&form=budget", "best fit handle, w1"),
    "3-D ellipsoid, turned": ("dims=3&loss=squared_error&form=budget", None),
}


# step of the essay -> the grip, as (which board, which grip of it)
STEPS = {
    "line": (".plane", 0),
    "slide": (".plane", 0),
    "compass": (".side", 0),
    "data": (".side", 3),
    "map": (".plane", 0),
    "price": (".plane", 0),
}
MOVE = {"data": (0, 40), "price": (0, -90)}


def seconds(session: Any, what: str) -> float:
    """The main thread's own time so far in scripts ("Script") or in all that it does ("Task")."""
    metrics = session.send("Performance.getMetrics")["metrics"]
    return next(float(m["value"]) for m in metrics if m["name"] == f"{what}Duration")


def opened(browser: Any, address: str, **context: Any) -> tuple[Any, Any, float]:
    """A page whose picture stands, the session that asks for its times, and the time it has taken."""
    page = browser.new_page(viewport={"width": 1280, "height": 800}, **context)
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.goto(address)
    page.locator(".stage, .figure .plane svg").first.wait_for()
    return page, session, seconds(session, "Task")


def main() -> None:
    from playwright.sync_api import sync_playwright
    from rich.console import Console
    from rich.table import Table

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--chromium", default=shutil.which("chromium") or shutil.which("google-chrome"))
    options = parser.parse_args()
    table = Table("case", "steps", "median ms", "worst ms", "cpu ms", "first paint ms", "cpu ms to open")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        file = nb.explore().save(Path(folder) / "page.html")
        essay = write_story(Path(folder), quick=True)[1]
        browser = playwright.chromium.launch(
            executable_path=options.chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        opened(browser, file.as_uri())[0].close()  # the browser has to start, too
        for name, (state, handle) in CASES.items():
            page, session, taken = opened(browser, f"{file.as_uri()}#{state}")
            held = page.locator("canvas.stage") if handle is None else page.get_by_role("slider", name=handle)
            table.add_row(name, *row_of(page, session, held, (-70, 90)), f"{1000 * taken:.0f}")
        for step, (board, k) in STEPS.items():
            page, session, taken = opened(browser, f"{essay.as_uri()}#{step}", reduced_motion="reduce")
            page.locator(f'.card.on[data-step="{step}"]').wait_for()
            page.wait_for_timeout(400)
            if step == "data":  # rows can be moved once the first task is done
                page.locator("#grip-t").focus()
                for _ in range(6):
                    page.keyboard.press("PageDown")
            held = page.locator(f".board{board} .held").nth(k)
            table.add_row(
                f"essay, {step}",
                *row_of(page, session, held, MOVE.get(step, (-70, 35))),
                f"{1000 * taken:.0f}",
            )
        browser.close()
        Console().print(table)
        for line in sizes(file, essay):
            Console().print(line)


def row_of(page: Any, session: Any, held: Any, move: tuple[float, float]) -> list[str]:
    """A drag by 60 steps: how many were drawn, what they cost, and when the page was first painted."""
    held.scroll_into_view_if_needed()
    box = held.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    if box["width"] > 100 and box["width"] < 300:  # a ring is taken at its rim
        x += 0.3 * box["width"]
    page.mouse.move(x, y)
    page.mouse.down()
    before = seconds(session, "Script")
    page.mouse.move(x + move[0], y + move[1], steps=60)
    busy = seconds(session, "Script") - before
    page.mouse.up()
    page.wait_for_timeout(200)
    steps = page.evaluate("performance.getEntriesByName('normball drag step').map((e) => e.duration)")
    paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    page.close()
    values = statistics.median(steps), max(steps), 1000 * busy / len(steps), paint
    return [str(len(steps)), *(f"{value:.1f}" for value in values)]


def sizes(laboratory: Path, essay: Path) -> list[str]:
    """What code and files weigh, in thousands of bytes; "without data" is `size_without_data`."""
    code = bundle().encode()
    kilo = [f"{n / 1000:.1f} kB" for n in (len(code), len(gzip.compress(code, 9)), laboratory.stat().st_size)]
    return [
        f"code of laboratory and essay: minified {kilo[0]}, the same packed with gzip {kilo[1]}",
        f"the laboratory's file (the essay is in it, too): {kilo[2]}",
        f"the essay's file: {size_without_data() / 1000:.1f} kB without data, "
        f"{essay.stat().st_size / 1000:.1f} kB with the data of a tour",
    ]


if __name__ == "__main__":
    main()
