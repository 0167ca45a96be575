// The rows that steps 5 and 6 learn from: which they are, what has been moved, and the fit to them.
import { randomFrom } from "../geometry/least.js";
import { classesOf, squaresOf } from "../geometry/sample.js";

/** How many rows can be taken hold of, each by itself. */
export const MOVABLE = 12;
const POINTS = 60;

/** Which rows: `ids` are learned from, the rest is unseen; `shifts` are the reader's. */
export const firstDraw = (data) => ({ ids: data.first, shifts: {}, pair: [0, 1], draws: 0 });

/** Another sample of the same size, the same for everybody's k-th. */
export function nextDraw(data, draw) {
  const draws = draw.draws + 1, random = randomFrom(100 + draws), all = data.y.map((_, i) => i), n = data.first.length;
  for (let i = 0; i < n; i++) { const j = i + Math.floor(random() * (all.length - i)); [all[i], all[j]] = [all[j], all[i]]; }
  return { ...draw, ids: all.slice(0, n), shifts: {}, draws };
}

const rowOf = (data, [a, b], i) => [data.columns[a][i], data.columns[b][i], data.y[i]];

function fitTo(data, draw, shifts) {
  const learned = new Set(draw.ids);
  const rows = draw.ids.map((i) => { const r = rowOf(data, draw.pair, i); r[2] += shifts[i] || 0; return r; });
  const unseen = data.y.map((_, i) => i).filter((i) => !learned.has(i)).map((i) => rowOf(data, draw.pair, i));
  return { rows, unseen, fit: (data.loss === "logistic" ? classesOf : squaresOf)(rows, unseen) };
}

/** The fit, and both errors along the path. */
export function sampleOf(data, draw) {
  const { rows, unseen, fit } = fitTo(data, draw, draw.shifts);
  const count = data.loss === "logistic" ? 30 : POINTS;
  const curve = Array.from({ length: count + 1 }, (_, k) => { const t = (fit.top * k) / count, w = fit.at(t); return { t, w, learned: fit.learned(w), unseen: fit.unseen(w) }; });
  const best = curve.reduce((a, b) => (b.unseen < a.unseen - 1e-12 ? b : a));
  return { rows, n: rows.length, others: unseen.length, fit, curve, best, names: draw.pair.map((j) => data.names[j]), four: fourOf(fit, curve, best) };
}

/** What four ways of fitting miss by on the unseen rows. */
function fourOf(fit, curve, best) {
  const kept = best.w.map(Math.abs), j = kept[0] >= kept[1] ? 0 : 1, share = fit.shrunk();
  return { all: fit.unseen(fit.c), alone: fit.unseen(fit.aloneIn(j)), best: best.unseen, shrunk: fit.unseen(fit.c.map((x) => share * x)), mean: curve[0].unseen, share, j };
}

/**
 * Whether some budget predicts the unseen rows better than the best fit does: by one per cent at least,
 * and of classes by more rows than their number varies by chance (its standard deviation).
 */
export function isHelped({ best, fit, four, others }) {
  const chance = fit.kind === "logistic" ? Math.sqrt((four.all * (1 - four.all)) / others) : 0;
  return best.unseen < Math.min(0.99 * four.all, four.all - chance) && best.t < fit.top;
}

const STEPS = [1, 2, 5, 10];

/** The first of 1, 2, 5, 10, 20, ... that is at least x. */
export function roundUp(x) {
  const power = 10 ** Math.floor(Math.log10(x || 1));
  return +(power * STEPS.find((s) => s * power >= x * (1 - 1e-9))).toPrecision(2);
}

function rangeOf(values) {
  const lo = Math.min(...values), hi = Math.max(...values), room = 0.06 * (hi - lo);
  return [lo - room, hi + room];
}

/** What does not move while a row is dragged: view, ticks and the ranges of the small plots. */
export function standOf(data, draw) {
  const { fit } = fitTo(data, draw, {}), most = Math.max(Math.abs(fit.c[0]), Math.abs(fit.c[1]), 1e-9);
  const tick = roundUp(0.45 * most), ends = [fit.at(0), fit.at(fit.top / 2), fit.c].flatMap((w) => [fit.learned(w), fit.unseen(w)]);
  return {
    centre: [0.5 * fit.c[0], 0.5 * fit.c[1] + 0.1 * most], half: 0.92 * most, window: roundUp(1.3 * most), ticks: [-2 * tick, -tick, tick, 2 * tick], levels: [0.14, 0.28, 0.45, 0.65].map((k) => (k * most) ** 2),
    y: data.loss === "logistic" ? [-0.12, 1.12] : rangeOf(data.y),
    errors: [Math.max(0, 0.8 * Math.min(...ends)), 1.25 * Math.max(...ends)], full: fit.top,
  };
}
