// Short vectors as plain arrays of 2 or 3 numbers.

// These are called thousands of times for each step of a drag: no closures for 2 and 3.
export function dot(a, b) {
  if (a.length === 2) return a[0] * b[0] + a[1] * b[1];
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

export function plus(a, b, s = 1) {
  if (a.length === 2) return [a[0] + s * b[0], a[1] + s * b[1]];
  if (a.length === 3) return [a[0] + s * b[0], a[1] + s * b[1], a[2] + s * b[2]];
  return a.map((x, i) => x + s * b[i]);
}

export function times(a, s) {
  if (a.length === 2) return [a[0] * s, a[1] * s];
  return a.map((x) => x * s);
}

export const length = (a) => Math.sqrt(dot(a, a));
export const cross = (a, b) => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
export const unit = (a) => times(a, 1 / (length(a) || 1));
export const largest = (a) => (a.length === 2 ? Math.max(Math.abs(a[0]), Math.abs(a[1])) : a.reduce((m, x) => Math.max(m, Math.abs(x)), 0));
export const zeros = (d) => (d === 2 ? [0, 0] : Array(d).fill(0));
export const axis = (d, i, x = 1) => Array.from({ length: d }, (_, k) => (k === i ? x : 0));
export const degrees = Math.PI / 180;

/** The root of a decreasing function between lo and hi, to the last bit. */
export function rootOfDecreasing(f, lo, hi, steps = 100) {
  for (let k = 0; k < steps; k++) {
    const mid = 0.5 * (lo + hi);
    if (mid <= lo || mid >= hi) break;
    if (f(mid) > 0) lo = mid;
    else hi = mid;
  }
  return 0.5 * (lo + hi);
}

/**
 * Root of a decreasing function between lo and hi: regula falsi (Illinois), with a halving every
 * third time. To the last bit, or until a step is shorter than `doubt`.
 */
export function rootBetween(f, lo, hi, doubt = 0) {
  let flo = f(lo), fhi = f(hi), side = 0, before = NaN, wasAbove = null;
  if (Number.isNaN(flo)) flo = Infinity;
  for (let k = 0; k < 120 && hi - lo > Math.max(4e-16 * hi, doubt); k++) {
    const cut = lo + ((hi - lo) * flo) / (flo - fhi);
    const mid = k % 3 < 2 && cut > lo && cut < hi ? cut : 0.5 * (lo + hi);
    if (mid <= lo || mid >= hi) break;
    const value = f(mid);
    // short steps on one side are regula falsi creeping; only a change of sign bounds the root
    if (value === 0 || (Math.abs(mid - before) < doubt && (value > 0) !== wasAbove)) return mid;
    before = mid;
    wasAbove = value > 0;
    if (value > 0) { lo = mid; flo = value; if (side === 1) fhi *= 0.5; side = 1; }
    else { hi = mid; fhi = value; if (side === -1) flo *= 0.5; side = -1; }
  }
  return 0.5 * (lo + hi);
}

/** L with L L' = M for a small symmetric M; null where M is not positive definite. */
export function cholesky(M) {
  const n = M.length;
  const L = M.map((row) => row.slice());
  for (let j = 0; j < n; j++) {
    for (let k = 0; k < j; k++) for (let i = j; i < n; i++) L[i][j] -= L[i][k] * L[j][k];
    if (!(L[j][j] > 0)) return null;
    const root = Math.sqrt(L[j][j]);
    for (let i = j; i < n; i++) L[i][j] /= root;
  }
  return L;
}

/** Solves L' x = b. */
export function backward(L, b) {
  const x = b.slice();
  for (let i = x.length - 1; i >= 0; i--) {
    for (let k = i + 1; k < x.length; k++) x[i] -= L[k][i] * x[k];
    x[i] /= L[i][i];
  }
  return x;
}

/** Solves M x = b for a small symmetric positive definite M; null where it is not. */
export function solveDefinite(M, b) {
  const L = cholesky(M);
  if (!L) return null;
  const x = b.slice();
  for (let i = 0; i < x.length; i++) {
    for (let k = 0; k < i; k++) x[i] -= L[i][k] * x[k];
    x[i] /= L[i][i];
  }
  return backward(L, x);
}

/** Solves M x = b by elimination with pivoting; null where M is singular. */
export function solve(M, b) {
  const n = b.length;
  const A = M.map((row, i) => [...row, b[i]]);
  for (let j = 0; j < n; j++) {
    let pivot = j;
    for (let i = j + 1; i < n; i++) if (Math.abs(A[i][j]) > Math.abs(A[pivot][j])) pivot = i;
    if (!(Math.abs(A[pivot][j]) > 0)) return null;
    [A[j], A[pivot]] = [A[pivot], A[j]];
    for (let i = 0; i < n; i++) {
      if (i === j) continue;
      const factor = A[i][j] / A[j][j];
      for (let k = j; k <= n; k++) A[i][k] -= factor * A[j][k];
    }
  }
  return A.map((row, i) => row[n] / row[i]);
}
