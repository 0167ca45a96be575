// One picture in its three forms: budget, price (alpha) and target trace the same frontier.
import { dot, largest, rootBetween, rootOfDecreasing, solve, times, zeros } from "./vectors.js";
import { localTouches, provingGradient, tangent, touch } from "./planar.js";
import { touchSolid } from "./solid.js";

const linear = (a) => ({ value: (w) => -dot(a, w), slopes: () => (v) => -dot(a, v) });

/** A picture: loss, norm and what follows from them. */
export function makePicture(loss, norm, d) {
  const picture = { loss, norm, d };
  const scale = loss.value(zeros(d)) - loss.floor;
  picture.scale = scale;
  if (loss.line) picture.enough = lineReach(loss.line, norm);
  else picture.enough = norm.value(loss.optimum);
  picture.contact = (t) => contact(picture, t);
  return picture;
}

/** The least norm on the line or plane a.w = b. */
function lineReach({ a, b }, norm) {
  if (!norm.convex) return Math.min(...a.map((x) => (x ? Math.abs(b / x) : Infinity)));
  if (norm.homogeneous) return b / norm.support(a, 1);
  let hi = 1;
  while (norm.support(a, hi) < b && hi < 1e12) hi *= 2;
  return rootOfDecreasing((t) => b - norm.support(a, t), 0, hi, 200);
}

/** Where the ball of radius t is touched: {w, t, alpha, value, gap, kind, corner, flat, ...}. */
export function contact(picture, t) {
  return describe(picture, t, find(picture, t));
}

/** The touching point {w} and what the search knows of it, to a share `doubt` of a side and from a `guess` of its direction (in the plane). */
function find(picture, t, search) {
  const { loss, norm, d } = picture;
  if (!(t > 0)) return { w: zeros(d), corner: true };
  const enough = t >= picture.enough * (1 - 1e-15);
  if (enough && !loss.line) return { w: loss.optimum, inside: true };
  const radius = enough ? picture.enough : t;
  if (loss.line) {
    const goal = linear(loss.line.a);
    const found = d === 3 ? { w: norm.top(loss.line.a, radius) }
      : norm.convex ? touch(goal, norm, radius, loss.line.a, search) : localTouches(goal, norm, radius)[0];
    return { ...found, inside: t > picture.enough * (1 + 1e-12) };
  }
  if (d === 3) return touchSolid(loss, norm, radius);
  if (norm.convex) return touch(loss, norm, radius, loss.optimum, search);
  const all = localTouches(loss, norm, radius);
  return { ...all[0], others: all.slice(1) };
}

/** The touching point as exact as a picture needs it: {w, corner, inside}. */
export const nearly = (picture, t, guess) => find(picture, t, { doubt: 1e-4, guess });

/** The subgradient of f at the touching point that proves it, and the price there. */
function priceOf({ loss, norm, d, enough }, t, found) {
  const { w } = found;
  let gradient = found.gradient || (d === 2 && norm.convex ? provingGradient(loss, norm, w) : loss.gradient(w));
  // a line that is reached is touched at price 0: nothing is left of the loss
  if (found.inside || (loss.line && t >= enough * (1 - 1e-15))) gradient = zeros(d);
  if (!largest(w) && loss.kinked) gradient = loss.gradient(w);
  const alpha = largest(w) ? Math.max(-dot(gradient, w) / norm.slope(w, w), 0) : norm.homogeneous && norm.convex ? norm.support(gradient, 1) : NaN;
  return { gradient, alpha };
}

/** What rounding has left of a zero is a zero; a ball of Lp, p > 1, has small weights that are none. */
function withZeros(norm, w) {
  if (norm.name === "lp" && norm.p > 1) return w;
  const least = 1e-12 * largest(w);
  return w.some((x) => x && Math.abs(x) < least) ? w.map((x) => (Math.abs(x) < least ? 0 : x)) : w;
}

/**
 * All prices at which w is the answer, [least, most]: where predictions meet the kinks of the
 * quantile loss, -g may be any of g0 + sum weight * lambda * x, lambda in [-q, 1 - q], that pushes
 * neither way along the boundary. The price -g.w / R'(w; w) is linear in lambda: its ends are
 * corners of that polygon.
 */
function pricesOf({ loss, norm, d }, w, alpha) {
  const kinks = loss.kinked && d === 2 && norm.convex && largest(w) ? loss.kinked(w, 1e-9) : [];
  if (!kinks.length || kinks.length > 4) return [alpha, alpha];
  const g0 = loss.gradient(w, 1e-9), q = loss.curve.q, sides = [1, -1].map((way) => tangent(norm, w, way)), slope = norm.slope(w, w);
  const along = (v) => ({ at: dot(g0, v), by: kinks.map((s) => s.weight * dot(s.x, v)) });
  const rules = [...sides.map(along), ...kinks.flatMap((_, i) => [1, -1].map((sign) => ({ at: sign > 0 ? q : 1 - q, by: kinks.map((__, j) => (i === j ? sign : 0)) })))];
  const room = 1e-7 * (largest(g0) + Math.max(...kinks.map((s) => s.weight * largest(s.x))));
  const price = along(w), found = [];
  for (const chosen of subsets(rules.length, kinks.length)) {
    const lambda = solve(chosen.map((i) => rules[i].by), chosen.map((i) => -rules[i].at));
    if (lambda && rules.every((r) => r.at + dot(r.by, lambda) >= -room)) found.push(Math.max(0, -(price.at + dot(price.by, lambda)) / slope));
  }
  return found.length ? [Math.min(...found, alpha), Math.max(...found, alpha)] : [alpha, alpha];
}

/** All choices of `size` among 0 .. count - 1. */
function subsets(count, size, from = 0) {
  if (!size) return [[]];
  const all = [];
  for (let i = from; i <= count - size; i++) for (const rest of subsets(count, size - 1, i + 1)) all.push([i, ...rest]);
  return all;
}

function describe(picture, t, found) {
  const { loss, norm } = picture;
  const w = withZeros(norm, found.w);
  const reached = loss.line && t >= picture.enough * (1 - 1e-15);
  const { gradient, alpha } = priceOf(picture, t, { ...found, w });
  const gap = norm.convex ? Math.max(dot(gradient, w) + norm.support(gradient, t) + (found.excess || 0), 0) / (picture.scale || 1) : NaN;
  const zero = w.filter((x) => x === 0).length;
  return {
    w, t, gradient, alpha, prices: reached || found.inside ? [0, 0] : pricesOf(picture, w, alpha), gap, value: reached ? 0 : loss.value(w), push: reached ? loss.line.a : times(gradient, -1), size: norm.value(w), zeros: zero, free: largest(w) ? dimension(norm, w) : 0,
    kind: kindOf(picture, w, found), corner: !!found.corner, flat: found.flat || null, inside: !!found.inside,
    others: found.others || [],
  };
}

function kindOf({ norm, d }, w, found) {
  if (found.inside) return "interior";
  if (!largest(w)) return "vertex";
  const free = dimension(norm, w);
  if (norm.flat) return free <= 1 ? "vertex" : "face";
  if (norm.name === "lp" && norm.p > 1) return "smooth";
  if (norm.name === "l2" || norm.name === "squared_l2") return "smooth";
  const active = w.filter((x) => x !== 0).length;
  if (norm.name === "group_l2") return free === d ? "smooth" : free === 1 ? "vertex" : "face";
  return active === d ? "smooth" : active === 1 ? "vertex" : "face";
}

/** How many directions the ray through w and its face span: zeros and ties take some away. */
function dimension(norm, w) {
  const m = largest(w);
  const tie = (a, b) => Math.abs(Math.abs(a) - Math.abs(b)) <= 1e-12 * m;
  if (norm.name === "linf") return 1 + w.filter((x) => !tie(x, m)).length;
  const sizes = w.filter((x) => x !== 0);
  if (norm.name === "group_l2") return norm.groups.filter((g) => g.some((i) => w[i])).flat().length;
  if (norm.name !== "sorted_l1") return sizes.length;
  return sizes.filter((x, i) => sizes.findIndex((y) => tie(x, y)) === i).length;
}

/** The budget at which the contact has this target or price. */
export function budgetFor(picture, form, level) {
  const { loss, d } = picture;
  const enough = picture.enough;
  if (form === "budget") return Math.max(level, 0);
  let guess = null; // one search starts where the last one ended
  const at = (t) => {
    const found = find(picture, t, { guess });
    if (t > 0) guess = found.w;
    return found;
  };
  if (form === "target") {
    if (level <= loss.floor + 1e-13 * picture.scale) return enough;
    if (level >= loss.value(zeros(d))) return 0;
    return rootBetween((t) => loss.value(at(t).w) - level, 0, enough);
  }
  if (level <= 0) return enough;
  if (level >= contact(picture, 0).alpha) return 0;
  return rootBetween((t) => priceOf(picture, t, at(t)).alpha - level, 0, enough);
}

/** Touching points {w, size, value} of `count` budgets up to the optimum, as exact as can be drawn. */
export function contactPath(picture, count) {
  const { loss, norm } = picture;
  let guess = null;
  return Array.from({ length: count }, (_, k) => {
    const { w } = nearly(picture, (picture.enough * k) / (count - 1), guess);
    if (k) guess = w;
    return { w, size: norm.value(w), value: loss.value(w) };
  });
}

/** The cheapest weights that fit as well as w: the contact of the level set through w. */
export function cheaper(picture, w) {
  const { loss, norm } = picture;
  const level = loss.value(w);
  const best = contact(picture, budgetFor(picture, "target", level));
  return { before: norm.value(w), after: best.size, saved: norm.value(w) - best.size, w: best.w, level };
}

