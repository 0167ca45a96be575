// Random lines and ellipses thrown at a ball: where they touch it.
import { signal } from "@preact/signals";
import { contact, makePicture } from "./geometry/forms.js";
import { lossOf, quadratic } from "./geometry/losses.js";
import { onBoundary } from "./geometry/norms.js";
import { times } from "./geometry/vectors.js";

/** A random line that touches the ball of radius t, or a random ellipse with its centre outside. */
function randomPicture(norm, t, isLine) {
  const a = 2 * Math.PI * Math.random();
  const u = [Math.cos(a), Math.sin(a)];
  if (isLine) {
    const offset = norm.convex ? norm.support(u, t) : t;
    return makePicture(lossOf({ loss: "equation", dims: 2, angle: (a * 180) / Math.PI - 180, offset }), norm, 2);
  }
  const c = times(onBoundary(norm, u, t), 1.2 + 1.8 * Math.random());
  const b = Math.PI * Math.random(), k = 1 + 4 * Math.random(), [cos, sin] = [Math.cos(b), Math.sin(b)];
  const G = [[k * cos * cos + (sin * sin) / k, (k - 1 / k) * cos * sin], [(k - 1 / k) * cos * sin, k * sin * sin + (cos * cos) / k]];
  const cross = G.map((row) => row[0] * c[0] + row[1] * c[1]);
  return makePicture(quadratic(G, cross, 0, c), norm, 2);
}

const kindOf = (c) => (c.flat ? "side" : c.kind === "vertex" || c.corner ? "corner" : c.kind === "face" ? "side" : "round");

/** The tally of one page: kept while the ball and the kind of level set stay the same. */
export function createThrows() {
  return { key: "", tally: signal(null), running: signal(false) };
}

const FIELDS = ["norm", "p", "weight1", "weight2", "slope", "l1_ratio", "groups", "own"];

/** What is thrown at now: {norm, isLine, radius, key}; balls of norms differ by size only. */
export function aimOf(store, scene) {
  const { norm, loss } = scene.picture.value;
  const size = Math.max(scene.budget.value, 1e-9);
  const radius = norm.homogeneous ? 1 : size;
  const key = JSON.stringify(FIELDS.map((k) => store.signals[k].value).concat(!!loss.line, radius));
  return { norm, isLine: !!loss.line, radius, scale: norm.homogeneous ? size : 1, key };
}

/** The tally if it belongs to what is thrown at now. */
export function tallyFor(throws, { key }) {
  const tally = throws.tally.value;
  return tally && tally.key === key ? tally : null;
}

const SHOWN = 10;

/** Throws `count`, one by one at first and then ever faster. */
export function start(throws, { norm, isLine, radius, key }, count = 1000) {
  throws.key = key;
  throws.running.value = true;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const tally = { key, n: 0, corner: 0, side: 0, round: 0, zeros: 0, piles: new Map(), last: [] };
  let frame = 0;
  const one = () => {
    const picture = randomPicture(norm, radius, isLine);
    const c = contact(picture, isLine ? picture.enough : radius);
    tally[kindOf(c)] += 1;
    tally.zeros += c.zeros > 0 ? 1 : 0;
    const w = times(c.w, radius / (norm.homogeneous ? norm.value(c.w) || 1 : radius));
    const place = w.map((x) => x.toFixed(6)).join();
    if (!tally.piles.has(place)) tally.piles.set(place, { w, count: 0 });
    tally.piles.get(place).count += 1;
    tally.last = [{ loss: picture.loss, value: c.value, stretch: isLine && norm.homogeneous ? radius / picture.enough : 1 }, ...tally.last].slice(0, SHOWN);
    tally.n += 1;
  };
  const some = () => {
    if (throws.key !== key) { throws.running.value = false; return; }
    frame += 1;
    const until = still ? count : Math.min(count, tally.n + 1 + Math.floor(frame / 8));
    while (tally.n < until) one();
    throws.tally.value = { ...tally };
    if (tally.n < count) requestAnimationFrame(some);
    else throws.running.value = false;
  };
  some();
}
