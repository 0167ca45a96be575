// The page's sentences about what is on the stage.
import { short } from "./numbers.jsx";

const SHAPES = { l1: "diamond", l2: "circle", linf: "box", lp: "ball", elastic_net: "ball", group_l2: "ball", sorted_l1: "ball", squared_l2: "circle" };
const SOLIDS = { ...SHAPES, l1: "octahedron", l2: "sphere", linf: "cube", squared_l2: "sphere" };

export const nameOf = (norm, d) => (d === 3 ? SOLIDS : SHAPES)[norm.name];
/** What the equation is in so many dimensions. */
export const flatName = (d) => (d === 3 ? "plane" : "line");
const levelName = (loss, d) => (loss.line ? flatName(d) : d === 3 ? "level surface" : "level set");
export const ghostName = (name) => ({ l1: "L1", l2: "L2", linf: "L∞" })[name];
const names = ["w₁", "w₂", "w₃"];

const list = (items) => (items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items[items.length - 1]}`);

/** Which coefficients are zero, in words; of an own model only two are on the stage. */
function zeroWords(w, labels, own) {
  const zero = w.map((x, i) => (x === 0 ? labels[i] : null)).filter(Boolean);
  if (!zero.length) {
    const least = Math.min(...w.map(Math.abs));
    return least < 1e-9 * Math.max(...w.map(Math.abs)) ? "a coefficient is tiny, but none is exactly zero" : own ? "neither of these two is zero" : "no coefficient is zero";
  }
  return `${list(zero)} ${zero.length > 1 ? "are" : "is"} exactly zero`;
}

/** Where the level set touches: one sentence for the status line. */
export function contactSentence(scene) {
  const { norm, loss, d } = scene.picture.value;
  const touch = scene.touch.value;
  const labels = scene.own.value ? scene.own.value.names : names;
  const ball = nameOf(norm, d), level = levelName(loss, d);
  const equal = tiesOf(touch.w, norm).map((i) => labels[i]);
  const { value: own } = scene.own;
  const zero = (equal.length ? `${list(equal)} are equally large, ` : "") + zeroWords(touch.w, labels, own) + (own ? `; ${own.kept} of ${own.count} features are kept` : "");
  if (!(touch.t > 0) && own) return `Here ${list(labels)} are both exactly zero; ${own.kept} of ${own.count} features are kept.`;
  if (!(touch.t > 0)) return `The budget is 0: the ball is a point, and every coefficient is zero.`;
  if (touch.inside && loss.line) return `The ${level} crosses the ball: part of the budget is left over, the price is 0, and at the point of least norm ${zero}.`;
  if (touch.inside) return `The best fit lies inside the ball: the ball costs nothing, the price is 0, and ${zero}.`;
  if (touch.flat) return `The ${level} lies along a whole side of the ${ball}: every point of that side is equally good.`;
  if (!norm.convex) {
    const rivals = touch.others.length;
    return `The ${level} touches the ball ${touch.corner ? "at a corner" : "between the corners"}; ${zero}. This ball is not convex${rivals ? `: there ${rivals > 1 ? `are ${rivals} other local minima` : "is one other local minimum"}` : ""}, and no duality gap proves the answer.`;
  }
  if (touch.kind === "vertex") return `The ${level} touches the ${ball} at a corner: ${zero}.`;
  if (touch.kind === "face") {
    const where = d === 3 ? (touch.free < 3 ? "on an edge" : "on a side") : touch.zeros ? "at a corner" : "on a side";
    return `The ${level} touches the ${ball} ${where}: ${zero}.`;
  }
  return `The ${level} touches the ${ball} at a round place: ${zero}.`;
}

/** Three words for the read-out. */
export function kindWord(touch, norm, d) {
  if (touch.inside) return "inside";
  if (touch.flat) return "whole side";
  if (touch.kind === "vertex" || (d === 2 && touch.corner)) return "corner";
  if (touch.kind === "smooth") return "round part";
  return d === 3 && touch.free < 3 ? "edge" : "side";
}


/** The face that is touched, by what holds on it: "edge: w₃ = 0", "corner: |w₁| = |w₂|". */
export function faceName(touch, norm, d) {
  const kind = kindWord(touch, norm, d);
  const zero = names.filter((_, i) => touch.w[i] === 0);
  const equal = tiesOf(touch.w, norm);
  const conditions = [zero.length && zero.length < touch.w.length && `${zero.join(" = ")} = 0`, equal.length && equal.map((i) => `|${names[i]}|`).join(" = ")].filter(Boolean);
  return conditions.length && !touch.inside ? `${kind}: ${conditions.join(", ")}` : kind;
}

/** Which coefficients a ball whose faces are ties holds equal in size, by index. */
function tiesOf(w, norm) {
  if (norm.name !== "linf" && norm.name !== "sorted_l1") return [];
  const most = Math.max(...w.map(Math.abs));
  const near = (a, b) => Math.abs(a - b) <= 1e-9 * most;
  const sizes = norm.name === "linf" ? [most] : w.map(Math.abs).filter(Boolean);
  const size = sizes.find((x) => w.filter((y) => near(Math.abs(y), x)).length > 1);
  return size ? w.map((x, i) => (near(Math.abs(x), size) ? i : -1)).filter((i) => i >= 0) : [];
}

/** Growing the ball against moving the line: the two prices of question six, as numbers. */
export function exchange(picture, t) {
  const { norm, loss } = picture;
  if (!loss.line || !norm.homogeneous || !norm.convex) return null;
  const rate = norm.support(loss.line.a, 1);
  const grow = loss.line.b / rate - t;
  const move = loss.line.b - t * rate;
  return { rate, grow, move, reached: grow < 1e-9 };
}

export const shortVector = (w) => `(${w.map((x) => short(x)).join(", ")})`;
