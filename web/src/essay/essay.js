// The essay's state: each step keeps its own, steps 5 and 6 share the rows that are learned from.
import { computed, signal } from "@preact/signals";
import { createMotion } from "./motion.js";
import { firstDraw, sampleOf, standOf } from "./sampling.js";
import { STEPS } from "./steps/index.js";

export function createEssay(story) {
  const data = story.sample, motion = createMotion();
  const draw = signal(firstDraw(data)), ids = computed(() => draw.value.ids), pair = computed(() => draw.value.pair);
  const sample = computed(() => sampleOf(data, draw.value));
  const stand = computed(() => standOf(data, { ids: ids.value, pair: pair.value }));
  const small = signal(false), above = signal(false), letters = signal(300), announced = signal("");
  const steps = STEPS.map((step) => ({ step, s: signal(step.start({ story })), open: signal(0), touched: false, held: false }));
  const essay = { story, data, motion, draw, sample, stand, small, above, letters, announced, steps, now: signal(0) };

  const setDraw = (next) => {
    const other = next.ids !== draw.peek().ids || next.pair !== draw.peek().pair;
    draw.value = next;
    const map = steps.find(({ step }) => step.id === "map");
    if (other) map.s.value = { ...map.s.peek(), c: null, been: false };
  };

  /** All that a step's functions may ask for; `peek` where nothing should follow it. */
  essay.contextOf = (k, peek = false) => {
    const read = (from) => (peek ? from.peek() : from.value), one = steps[k];
    return {
      s: read(one.s), open: read(one.open), story, data, draw: read(draw), sample: read(sample), stand: read(stand), small: read(small), letters: read(letters), setDraw, motion,
      get: () => one.s.peek(), put: (s) => { one.s.value = s; essay.settle(k); },
    };
  };

  /** Ticks what is done; while something is held nothing is, so that no picture changes under the hand. */
  essay.settle = (k) => {
    const { step, s, open, held } = steps[k];
    if (held) return;
    const task = step.tasks[open.peek()];
    if (!task || !task.done(s.peek(), essay.contextOf(k, true))) return;
    open.value += 1;
    announced.value = `${k + 1} ${open.peek() - 1}`;
  };

  essay.change = (k, key, value, { held = false } = {}) => {
    const one = steps[k];
    one.held = held;
    one.touched = true;
    one.s.value = one.step.change(one.s.peek(), key, value, essay.contextOf(k, true));
    essay.settle(k);
  };
  essay.hold = (k, what) => { const one = steps[k]; one.held = true; if ("hold" in one.s.peek()) one.s.value = { ...one.s.peek(), hold: what.hold ?? null }; };
  essay.release = (k) => {
    const one = steps[k];
    one.held = false;
    if (one.s.peek().hold != null) one.s.value = { ...one.s.peek(), hold: null };
    essay.settle(k);
  };
  essay.act = (k, name) => {
    steps[k].touched = true;
    steps[k].step.act(name, essay.contextOf(k, true));
    essay.settle(k);
  };
  return essay;
}
