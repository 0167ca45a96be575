// Which face of a ball in space catches each direction, and the share of all directions of each.
//
// The plane {n.w = d} that a growing ball first touches is touched at `top(n)`. The directions that
// one corner catches are its normal cone, the hull of the normals of the sides that meet there; its
// share is the cone's solid angle over 4 pi. Edges and sides of a polytope catch arcs and points: 0.
import { cross, dot, length, plus, times, unit } from "./vectors.js";

const names = ["w₁", "w₂", "w₃"];
const near = (a, b) => Math.abs(a - b) <= 1e-9;

/** What holds where a direction ends: its zeros, and which of the others are equally large. */
function conditionsOf(norm, w) {
  const most = Math.max(...w.map(Math.abs)), zero = names.filter((_, i) => Math.abs(w[i]) < 1e-9 * most);
  const ties = norm.name === "linf" || norm.name === "sorted_l1" ? names.filter((_, i) => zero.length < 3 && near(Math.abs(w[i]) / most, 1)) : [];
  return [zero.length ? `${zero.join(" = ")} = 0` : "no zero", ...(ties.length > 1 ? [ties.map((x) => `|${x}|`).join(" = ")] : [])].join(", ");
}

/** Solid angle of the triangle of three unit vectors (Van Oosterom and Strackee, 1983). */
function solidAngle(a, b, c) {
  const volume = Math.abs(dot(a, cross(b, c)));
  const angle = 2 * Math.atan2(volume, 1 + dot(a, b) + dot(b, c) + dot(c, a));
  return angle < 0 ? angle + 2 * Math.PI : angle;
}

/** Two directions at right angles to a direction and to each other. */
function across(n) {
  const e = unit(cross(n, Math.abs(n[2]) < 0.9 ? [0, 0, 1] : [1, 0, 0]));
  return [e, cross(n, e)];
}

/** Rays of a cone in their order around its middle. */
function ordered(rays) {
  const [e1, e2] = across(rays.reduce((a, b) => plus(a, b)));
  return rays.slice().sort((a, b) => Math.atan2(dot(a, e2), dot(a, e1)) - Math.atan2(dot(b, e2), dot(b, e1)));
}

/** Solid angle of the cone of rays in order. */
function coneAngle(rays) {
  const middle = unit(rays.reduce((a, b) => plus(a, b)));
  return rays.reduce((sum, r, k) => sum + solidAngle(middle, r, rays[(k + 1) % rays.length]), 0);
}

const ARC = 24;

/** Points of the great circle from one direction to another, less than half of it; the last is left out. */
export function arcBetween(a, b) {
  const angle = Math.acos(Math.min(1, Math.max(-1, dot(a, b))));
  if (angle < 1e-9) return [a];
  return Array.from({ length: ARC }, (_, k) => unit(plus(times(a, Math.sin((1 - k / ARC) * angle)), b, Math.sin((k / ARC) * angle))));
}

/** The outline of the cone of rays in order, on the sphere: great circles from one to the next. */
const outlineOf = (rays) => rays.flatMap((a, k) => arcBetween(a, rays[(k + 1) % rays.length]));

/** A circle on the sphere around a direction, by the cosine of its half-angle. */
function circleAround(n, cosine) {
  const [e1, e2] = across(n), sine = Math.sqrt(1 - cosine * cosine);
  return Array.from({ length: 4 * ARC }, (_, k) => { const a = (Math.PI * k) / (2 * ARC); return plus(plus(times(n, cosine), e1, sine * Math.cos(a)), e2, sine * Math.sin(a)); });
}

/** Normals of the sides that meet at a corner, each once. */
function raysAt(facets, w) {
  const rays = [];
  for (const { value, gradient } of facets) {
    if (Math.abs(value(w)) > 1e-9) continue;
    const n = unit(gradient());
    if (!rays.some((r) => length(plus(r, n, -1)) < 1e-9)) rays.push(n);
  }
  return rays;
}

/** Corners of {R <= 1} of a norm with sides: where its supports in the signed orders of 1, 2, 3 end. */
function cornersIn(norm) {
  const found = [];
  const signs = [-1, 0, 1];
  for (const a of signs) for (const b of signs) for (const c of signs) {
    if (!a && !b && !c) continue;
    const w = times([a, b, c], 1 / norm.value([a, b, c]));
    if (raysAt(norm.facets(1), w).length > 2) found.push(w);
  }
  return found;
}

/** Whether the compass of this ball is known: its corners, or its round parts, in closed form. */
export const hasCompass = (norm) => norm.homogeneous && norm.convex && (norm.flat || ["l2", "group_l2"].includes(norm.name));

/**
 * {kinds: [{name, share}], of(n), regions: [{kind, outline}], ground} of a ball in space: `of` says which
 * kind catches the direction n. Kinds are told apart by what holds on them; shares add up to 1. The regions
 * lie on the sphere of directions; what they leave is of the kind `ground`.
 */
export function compassIn(norm) {
  const shares = new Map(), drawn = [];
  const add = (w, share, outlines = []) => { const name = conditionsOf(norm, w); shares.set(name, (shares.get(name) || 0) + share); drawn.push(...outlines.map((outline) => [name, outline])); };
  if (norm.flat) for (const w of cornersIn(norm)) { const rays = ordered(raysAt(norm.facets(1), w)); add(w, coneAngle(rays) / (4 * Math.PI), [outlineOf(rays)]); }
  else if (norm.name === "group_l2") for (const [w, share, outlines] of groupShares(norm)) add(w, share, outlines);
  else add([1, 1, 1], 1);
  const kinds = [...shares].map(([name, share]) => ({ name, share }));
  const found = (n) => kinds.findIndex(({ name }) => name === conditionsOf(norm, norm.top(n, 1)));
  // a direction between two corners is either's: an arc without width
  const of = (n) => { const k = found(n); return k >= 0 ? k : found(plus(n, [1.3, 0.7, -1.1], 1e-7 * length(n))); };
  return { kinds, of, regions: drawn.map(([name, outline]) => ({ kind: kinds.findIndex((one) => one.name === name), outline })), ground: kinds.length - 1 };
}

/**
 * A pair and a single weight: |z_single| / 1 against |z_pair| / sqrt(2). The single one catches two
 * circular cones with half-angle atan(sqrt(2)), a share of 1 - 1 / sqrt(3); the pair's rim the rest.
 */
function groupShares({ groups }) {
  if (groups.length === 1) return [[[1, 1, 1], 1]];
  const [pair] = groups.filter((g) => g.length === 2), [single] = groups.filter((g) => g.length === 1);
  const only = (indices) => [0, 1, 2].map((i) => (indices.includes(i) ? 1 : 0)), share = 1 - 1 / Math.sqrt(3);
  return [[only(single), share, [1, -1].map((s) => circleAround(times(only(single), s), 1 / Math.sqrt(3)))], [only(pair), 1 - share]];
}
