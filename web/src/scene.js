// What is on the stage, derived from the state: never stored.
import { computed } from "@preact/signals";
import { budgetFor, cheaper, contact, contactPath, makePicture } from "./geometry/forms.js";
import { lossOf } from "./geometry/losses.js";
import { normOf } from "./geometry/norms.js";
import { ownScene } from "./own.js";
import { contactSentence } from "./words.js";

const NORM = ["norm", "dims", "p", "weight1", "weight2", "weight3", "slope", "l1_ratio", "groups"];
const LOSS = ["loss", "dims", "angle", "offset", "tilt", "cx", "cy", "cz", "ellipse_ratio", "ellipse_angle", "delta", "quantile", "power"];

/** The norms that the picture can be compared with. */
const ghostNorm = (name, dims) => normOf({ norm: name, dims, weight1: 1, weight2: 1, weight3: 1 });

export function createScene(store, data) {
  const s = store.signals;
  const read = (names) => Object.fromEntries(names.map((k) => [k, s[k].value]));
  const own = computed(() => (s.own.value && data.value
    ? ownScene(data.value, { a: s.pair_a.value, b: s.pair_b.value, step: s.step.value, refit: s.refit.value }) : null));

  // each by itself: what moves the level set leaves the ball, and all that is drawn of it, as it is
  const norm = computed(() => normOf(read(NORM)));
  const loss = computed(() => lossOf(read(LOSS)));
  const picture = computed(() => (own.value ? own.value.picture : makePicture(loss.value, norm.value, s.dims.value)));

  /** Radius of the ball. */
  const budget = computed(() => {
    if (own.value) return own.value.t;
    const form = s.form.value;
    const p = picture.value;
    if (form === "alpha" && !p.norm.convex) return budgetFor(p, "budget", s.budget.value);
    return budgetFor(p, form, s[form].value);
  });

  const touch = computed(() => {
    const found = contact(picture.value, budget.value);
    // copies of a feature leave a whole side optimal: the point of it that the model has
    return own.value && found.flat && !own.value.held ? { ...found, w: own.value.coef } : found;
  });

  /** Half the width of the picture, in units of the coefficients. */
  const extent = computed(() => (own.value ? own.value.extent : 2.6));

  const trail = computed(() => (own.value && own.value.trail) || contactPath(picture.value, picture.value.loss.samples || picture.value.d === 3 ? 17 : 33));

  const ghost = computed(() => {
    const name = s.ghost.value;
    if (name === "none" || own.value) return null;
    const other = makePicture(picture.value.loss, ghostNorm(name, picture.value.d), picture.value.d);
    const form = s.form.value === "alpha" ? "budget" : s.form.value;
    const t = form === "target" ? budgetFor(other, "target", s.target.value) : budget.value;
    return { name, picture: other, contact: contact(other, t) };
  });

  const free = computed(() => {
    if (!s.free.value || picture.value.d === 3) return null;
    const w = [s.free1.value, s.free2.value].map((x) => (own.value ? (x * own.value.extent) / 2.6 : x));
    const p = picture.value;
    if (!p.norm.convex) return { w, better: null, value: p.loss.value(w), size: p.norm.value(w) };
    return { w, better: cheaper(p, w), value: p.loss.value(w), size: p.norm.value(w) };
  });

  const most = computed(() => {
    const p = picture.value, nothing = Array(p.d).fill(0);
    return { budget: p.enough, alpha: contact(p, 0).alpha, target: p.loss.value(nothing) };
  });

  /** Levels of the dials: budget, price and target of the contact now, and the most that each can be. */
  const dials = computed(() => ({
    budget: Math.max(budget.value, 0),
    alpha: touch.value.alpha,
    target: touch.value.value,
    most: most.value,
  }));

  /** What kind of picture it is, as a string: parts of the page come and go with it. */
  const kind = computed(() => {
    const { loss, norm, d } = picture.value;
    return JSON.stringify({
      d, own: !!own.value, free: !!free.value, level: loss.line ? "line" : loss.gram ? "ellipse" : "samples", norm: norm.name, convex: norm.convex,
      names: own.value ? own.value.names : ["w₁", "w₂", "w₃"].slice(0, d),
    });
  });

  const scene = { own, picture, budget, touch, extent, trail, ghost, free, dials, kind };
  return { ...scene, sentence: computed(() => contactSentence(scene)) };
}
