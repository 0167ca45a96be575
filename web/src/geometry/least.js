// The weights of least norm that satisfy m equations A w = b: exactly, by L1 and by L2.
import { dot, solve } from "./vectors.js";

/** Random numbers in [0, 1) that repeat for a seed (mulberry32). */
export function randomFrom(seed) {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** One standard normal number (Box and Muller). */
export const normalFrom = (random) => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** m equations in p unknowns with standard normal entries. */
export function randomEquations(m, p, seed) {
  const random = randomFrom(seed), row = (n) => Array.from({ length: n }, () => normalFrom(random));
  return { A: Array.from({ length: m }, () => row(p)), b: row(m) };
}

const columnsOf = (A) => A[0].map((_, j) => A.map((row) => row[j]));

/** A'(AA')^-1 b: the answer of least L2 norm. */
export function leastL2({ A, b }) {
  const nu = solve(A.map((r) => A.map((q) => dot(r, q))), b);
  return columnsOf(A).map((c) => dot(c, nu));
}

/**
 * The answer of least L1 norm: the end of the lasso's path, followed corner by corner as its price
 * `price` falls from max |A'b| to 0 (homotopy; Osborne, Presnell and Turlach, 2000). On a piece the
 * weights in use change along d with (G d)_S = sign_S; one joins where its correlation reaches the
 * price, one leaves where it becomes zero. Each step costs a solve of at most m unknowns.
 */
export function leastL1({ A, b }) {
  const columns = columnsOf(A), p = columns.length, m = A.length;
  const gram = columns.map((x) => columns.map((y) => dot(x, y)));
  const w = Array(p).fill(0), used = [], signs = [];
  let correlations = columns.map((c) => dot(c, b));
  let price = Math.max(...correlations.map(Math.abs)), left = -1;
  const start = price;
  const join = (j) => { used.push(j); signs.push(Math.sign(correlations[j])); };
  join(correlations.findIndex((x) => Math.abs(x) === price));
  for (let step = 0; step < 8 * m + 20 && price > 1e-12 * start; step++) {
    const d = solve(used.map((i) => used.map((j) => gram[i][j])), signs);
    const slopes = gram.map((row) => used.reduce((sum, j, k) => sum + row[j] * d[k], 0));
    const next = nextCorner({ used, signs, d, w, slopes, correlations, price, left, full: used.length >= m });
    used.forEach((j, k) => { w[j] += next.by * d[k]; });
    correlations = correlations.map((x, j) => x - next.by * slopes[j]);
    price -= next.by;
    left = -1;
    if (next.leaves >= 0) {
      left = used[next.leaves];
      w[left] = 0;
      used.splice(next.leaves, 1);
      signs.splice(next.leaves, 1);
    } else if (next.joins >= 0) join(next.joins);
    else break;
  }
  return polished(A, b, w, used);
}

/** How far the price falls to the next corner of the path, and which weight joins or leaves there. */
function nextCorner({ used, d, w, slopes, correlations, price, left, full }) {
  const next = { by: price, joins: -1, leaves: -1 };
  for (let j = 0; j < w.length && !full; j++) {
    if (used.includes(j)) continue;
    for (const s of [1, -1]) {
      const closing = 1 - s * slopes[j], by = (price - s * correlations[j]) / closing;
      // the one that has just left stands exactly at the price
      if (closing > 1e-12 && by > (j === left ? 1e-9 : -1e-12) && by < next.by) Object.assign(next, { by: Math.max(by, 0), joins: j, leaves: -1 });
    }
  }
  used.forEach((j, k) => {
    const by = -w[j] / d[k];
    if (by > 1e-12 && by < next.by) Object.assign(next, { by, joins: -1, leaves: k });
  });
  return next;
}

/** The weights in use, solved once more from the equations: their residual is rounding only. */
function polished(A, b, w, used) {
  if (used.length !== A.length) return w;
  const exact = solve(A.map((row) => used.map((j) => row[j])), b);
  const answer = Array(w.length).fill(0);
  used.forEach((j, k) => { answer[j] = exact[k]; });
  return answer;
}
