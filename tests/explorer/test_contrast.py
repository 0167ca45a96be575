"""Lines that carry meaning and the borders of controls are 3 to 1 against their ground, words 4.5 to 1."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# every colour as it is seen: opacities of the element and of all around it, over the nearest ground
_RATIOS = """
([selector, property]) => {
  const root = document.querySelector('#normball-root').shadowRoot;
  const pen = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
  const rgba = (colour) => {
    pen.clearRect(0, 0, 1, 1);
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
    return { c: [r, g, b], a: a / 255 };
  };
  const up = (e) => e.parentElement || (e.getRootNode() !== root && e.getRootNode().host) || null;
  const groundOf = (e) => {
    for (let p = up(e); p; p = up(p)) {
      const { c, a } = rgba(getComputedStyle(p).backgroundColor);
      if (a === 1) return c;
    }
    return rgba(getComputedStyle(root.querySelector('.essay, .home')).backgroundColor).c;
  };
  const light = (c) => c.map((x) => x / 255)
    .map((x) => (x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4))
    .reduce((sum, x, k) => sum + x * [0.2126, 0.7152, 0.0722][k], 0);
  return [...root.querySelectorAll(selector)].filter((e) => e.getBoundingClientRect().width > 0).map((e) => {
    const style = getComputedStyle(e), ground = groundOf(e);
    let { c, a } = rgba(style[property]);
    if (property === 'stroke') a *= Number(style.strokeOpacity);
    for (let p = e; p; p = up(p)) a *= Number(getComputedStyle(p).opacity);
    const seen = light(c.map((x, k) => x * a + ground[k] * (1 - a))), under = light(ground);
    return (Math.max(seen, under) + 0.05) / (Math.min(seen, under) + 0.05);
  });
}
"""

LINES = {
    "data": [".level.faint", ".curve", ".learned", ".axes path", ".plotted:not(.gone) .fitted"],
    "compass": [".hair", ".ball"],
    "map": [".zone.ray", ".cross", ".level"],
    "price": [".level.dashed", ".arrow path"],
    "matter": [".dots.zero", ".dots.l2"],
}
WORDS = [
    ".reading",
    ".card.on > p:not(.more)",
    ".card.on .one:not(.done):not(.later) .task",
    ".card.on h2",
    "figcaption",
    ".slider label",
    ".slider output",
    ".card.on .kicker",
]


def check(page: Any, selector: str, prop: str, least: float) -> None:
    ratios = page.evaluate(_RATIOS, [selector, prop])
    assert ratios, selector
    assert min(ratios) >= least, (selector, prop, min(ratios))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_essay(scheme: str, reader: Any) -> None:
    page = reader("data", color_scheme=scheme)
    page.slide("t", 40)
    page.slide("y", 200)
    for prop in ("borderTopColor", "borderLeftColor"):
        check(page.page, ".buttons button, select", prop, 3)
    for step, lines in LINES.items():
        page.go(step)
        if step == "compass":
            page.slide("angle", 45)
            page.slide("r", 0)
        for line in lines:
            check(page.page, f".board {line}", "stroke", 3)
    page.page.wait_for_timeout(500)
    for words in WORDS:
        check(page.page, words, "color", 4.5)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_laboratory(scheme: str, opened: Any) -> None:
    tab = opened({"color_scheme": scheme}, loss="squared_error", form="budget", ghost="l2", norm="lp", p=3)
    for summary in tab.page.locator(".folds summary").all():
        summary.click()
    tab.page.locator(".picker summary").first.click()
    for line in (".levels .level", ".levels .touching", ".ball path", ".ghost path", ".grid .axis"):
        check(tab.page, f".stage {line}", "stroke", 3)
    check(
        tab.page, "input[type=number]:not(:disabled), select, .segments, .picker summary", "borderTopColor", 3
    )
    check(tab.page, ".sentence, .readouts dt, .slider > span, .key li, .option .name", "color", 4.5)
