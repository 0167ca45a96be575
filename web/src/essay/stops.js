// The order of Tab. The figure is one for all steps, so the order of the page is not that of the story:
// a step's controls come before what its card offers, then those of the next step.

/** What Tab stops at inside of an element, in order. */
export const stopsIn = (box) => [...box.querySelectorAll("a[href], button, input, select, [tabindex='0']")].filter((e) => e.getClientRects().length && getComputedStyle(e).visibility !== "hidden");

/**
 * Where Tab goes from `at` when the page's own order is not meant: an element, [k, isLast] for the first
 * or last stop of step k, or null.
 */
export function stopAfter(at, back, { root, cards, now }) {
  const k = cards.findIndex((card) => card.contains(at)), hand = root.querySelector(".hand"), end = root.querySelector(".end");
  const stops = stopsIn(k >= 0 ? cards[k] : hand.contains(at) ? hand : end);
  if (at !== stops[back ? 0 : stops.length - 1]) return null;
  if (k >= 0) return back ? [k, true, hand] : k + 1 < cards.length ? [k + 1, false] : null;
  if (!hand.contains(at)) return back && end.contains(at) ? [cards.length - 1, true] : null;
  if (back) return now ? [now - 1, true] : null;
  return stopsIn(cards[now])[0] || (now + 1 < cards.length ? [now + 1, false] : stopsIn(end)[0]);
}
