// Which card is read, and how the page gets to one: scrolling, keys, the address.
import { STEPS } from "./steps/index.js";

const isStill = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** `scroller` is the window, or the element that scrolls by itself in a notebook. */
export function createFlow(essay, { root, scroller, write }) {
  const own = scroller === window, story = () => root.querySelector(".story"), figure = () => root.querySelector(".figure");
  const cards = () => [...root.querySelectorAll(".cards > .card")];
  const frame = () => (own ? { top: 0, height: innerHeight } : { top: scroller.getBoundingClientRect().top, height: scroller.clientHeight });
  let ready = false;

  /** The card under the middle of the screen; on a phone of the part below the figure. */
  const follow = () => {
    const { top, height } = frame(), under = essay.small.peek() ? figure().getBoundingClientRect().bottom - top : 0, middle = top + (under + height) / 2;
    let best = 0, near = Infinity;
    cards().forEach((card, k) => {
      const { top: a, bottom: b } = card.getBoundingClientRect(), away = middle < a ? a - middle : middle > b ? middle - b : 0;
      if (away < near) { near = away; best = k; }
    });
    const box = story().getBoundingClientRect();
    root.querySelector(".rail").classList.toggle("here", box.top < top + 0.6 * height && box.bottom > top + 0.5 * height);
    if (best === essay.now.peek()) return;
    essay.motion.finish();
    essay.now.value = best;
    if (ready) write(STEPS[best].id);
  };

  const go = (id, smooth = !isStill()) => {
    const target = root.querySelector(`[data-step="${id}"]`) || root.querySelector(`#${id}`);
    if (!target) return;
    const { top, height } = frame(), box = target.getBoundingClientRect(), isCard = target.classList.contains("card");
    const by = !isCard ? box.top - top - 24 : essay.small.peek() ? box.top - top - figure().offsetHeight + 2 : box.top + box.height / 2 - top - height / 2;
    scroller.scrollBy({ top: by, behavior: smooth ? "smooth" : "instant" });
  };

  const keys = (event) => {
    if (event.composedPath()[0].closest?.("input, select, textarea, button") || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = STEPS[essay.now.peek() + ({ j: 1, k: -1 }[event.key] || 0)];
    if (!{ j: 1, k: 1 }[event.key] || !step) return;
    event.preventDefault();
    go(step.id);
  };
  scroller.addEventListener("scroll", follow, { passive: true });
  addEventListener("resize", follow);
  addEventListener("keydown", keys);
  return {
    go, follow,
    /** From now on the address follows the reader. */
    start() { ready = true; },
    stop() { scroller.removeEventListener("scroll", follow); removeEventListener("resize", follow); removeEventListener("keydown", keys); },
  };
}
