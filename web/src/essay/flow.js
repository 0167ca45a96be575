// Which card is read, and how the page gets to one: scrolling, keys, the address.
import { STEPS } from "./steps/index.js";
import { stopAfter, stopsIn } from "./stops.js";

const isStill = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** `scroller` is the window, or the element that scrolls by itself in a notebook. */
export function createFlow(essay, { root, scroller, write }) {
  const own = scroller === window, story = () => root.querySelector(".story"), figure = () => root.querySelector(".figure");
  const cards = () => [...root.querySelectorAll(".cards > .card")];
  const frame = () => (own ? { top: 0, height: innerHeight } : { top: scroller.getBoundingClientRect().top, height: scroller.clientHeight });
  let ready = false, wanted = null;

  /** The card under the middle of the screen; on a phone of the part below the figure. */
  const follow = () => {
    const { top, height } = frame(), under = essay.above.peek() ? Math.max(0, figure().getBoundingClientRect().bottom - top) : 0, middle = top + (under + height) / 2;
    let best = 0, near = Infinity;
    cards().forEach((card, k) => {
      const { top: a, bottom: b } = card.getBoundingClientRect(), away = middle < a ? a - middle : middle > b ? middle - b : 0;
      if (away < near) { near = away; best = k; }
    });
    const box = story().getBoundingClientRect();
    root.querySelector(".rail").classList.toggle("here", box.top < top + 0.6 * height && box.bottom > top + 0.5 * height);
    if (best === essay.now.peek()) { arrive(); return; }
    essay.motion.finish();
    essay.now.value = best;
    if (ready) write(STEPS[best].id);
    requestAnimationFrame(arrive);
  };

  /** The focus that waits for its step: {k, isLast, inHand}. */
  const arrive = () => {
    if (!wanted || wanted.k !== essay.now.peek()) return;
    const hand = stopsIn(root.querySelector(".hand")), card = wanted.isLast && !wanted.inHand ? stopsIn(cards()[wanted.k]) : [];
    const next = wanted.isLast ? [...hand, ...card].pop() : hand[0];
    wanted = null;
    if (next) next.focus({ preventScroll: true });
  };
  const focusStep = (k, isLast, inHand) => { wanted = { k, isLast, inHand }; if (k === essay.now.peek()) arrive(); else go(STEPS[k].id); };

  const go = (id, smooth = !isStill()) => {
    const target = root.querySelector(`[data-step="${id}"]`) || root.querySelector(`#${id}`);
    if (!target) return;
    const { top, height } = frame(), box = target.getBoundingClientRect(), isCard = target.classList.contains("card");
    // a card in the middle of the screen; one that is taller than that from its beginning
    const by = !isCard ? box.top - top - 24 : essay.above.peek() ? box.top - top - figure().offsetHeight + 2 : box.top - top + Math.min(0, (box.height - height) / 2);
    scroller.scrollBy({ top: by, behavior: smooth ? "smooth" : "instant" });
  };

  /** Brings what a task showed, and the next task, onto the screen where they lie below it. */
  const reveal = () => {
    const { top, height } = frame(), [last] = [...root.querySelectorAll(".card.on .one:not(.later)")].slice(-1);
    const below = last ? last.getBoundingClientRect().bottom + 14 - top - height : 0;
    if (below > 0) scroller.scrollBy({ top: below, behavior: isStill() ? "instant" : "smooth" });
  };

  const tab = (event) => {
    const at = root.getRootNode().activeElement, isNowhere = own && !at && document.activeElement === document.body && root.querySelector(".rail.here");
    if (isNowhere && event.shiftKey) return;
    const next = isNowhere ? [essay.now.peek(), false] : at && stopAfter(at, event.shiftKey, { root, cards: cards(), now: essay.now.peek() });
    if (!next) return;
    event.preventDefault();
    if (Array.isArray(next)) focusStep(...next); else next.focus();
  };

  const keys = (event) => {
    if (event.key === "Tab" && !event.ctrlKey && !event.metaKey && !event.altKey) { tab(event); return; }
    if (event.composedPath()[0].closest?.("input:not([type=range]), select, textarea") || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = STEPS[essay.now.peek() + ({ j: 1, k: -1 }[event.key] || 0)];
    if (!{ j: 1, k: 1 }[event.key] || !step) return;
    event.preventDefault();
    go(step.id);
  };
  scroller.addEventListener("scroll", follow, { passive: true });
  addEventListener("resize", follow);
  addEventListener("keydown", keys);
  return {
    go, follow, reveal,
    /** As `go`; the focus goes to the step's first control. */
    goWithFocus(id) { const k = STEPS.findIndex((step) => step.id === id); if (k >= 0) focusStep(k, false); else { go(id); stopsIn(root.querySelector(`#${id}`))[0]?.focus({ preventScroll: true }); } },
    /** From now on the address follows the reader. */
    start() { ready = true; },
    stop() { scroller.removeEventListener("scroll", follow); removeEventListener("resize", follow); removeEventListener("keydown", keys); },
  };
}
