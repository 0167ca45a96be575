// 8. Counting zeros in 2, 3 and 100 dimensions.
import { CIRCLE, DIAMOND } from "../../geometry/sample.js";
import { leastL1, leastL2, normalFrom, randomEquations, randomFrom } from "../../geometry/least.js";
import { dot, length, times } from "../../geometry/vectors.js";
import { Axes, Ball, Dot, Line, Picture } from "../plane.jsx";
import { Circle, Diamond, W1, W2 } from "../words.jsx";
import { Solid } from "./solid.jsx";

const ZERO = 1e-10;
const kept = new Map();

/** The least answers of the equations thrown: {l1, l2, n} with n the direction of one equation in 2 or 3 unknowns. */
export function answersOf({ p, m, seed }) {
  const key = `${p} ${m} ${seed}`;
  if (!kept.has(key)) {
    if (kept.size > 40) kept.clear();
    if (p === 100) { const equations = randomEquations(m, p, seed); kept.set(key, { l1: leastL1(equations), l2: leastL2(equations) }); }
    else {
      const random = randomFrom(seed), raw = Array.from({ length: p }, () => normalFrom(random)), n = times(raw, 1 / length(raw));
      const k = n.map(Math.abs).indexOf(Math.max(...n.map(Math.abs)));
      kept.set(key, { n, l1: n.map((x, i) => (i === k ? 1 / x : 0)), l2: n }); // n.w = 1: the balls of these sizes touch it
    }
  }
  return kept.get(key);
}

export const zerosOf = (w) => w.filter((x) => Math.abs(x) < ZERO).length;

const tenth = (x) => Math.round(10 * x) / 10;
const boxOf = (x, y, side) => `M${tenth(x)} ${tenth(y)}h${tenth(side)}v${tenth(side)}h-${tenth(side)}z`;

/** One square a weight, as wide as the weight is large, or just wide enough to be seen; an empty place is a zero. */
function Squares({ P, w, tone }) {
  const g = P.w / 10, most = Math.max(...w.map(Math.abs)), weights = [];
  const lines = Array.from({ length: 11 }, (_, k) => `M0 ${(k * g).toFixed(1)}H${P.w}M${(k * g).toFixed(1)} 0V${P.w}`).join("");
  w.forEach((x, i) => {
    const left = (i % 10) * g, top = Math.floor(i / 10) * g, side = Math.max(0.14, Math.abs(x) / most) * (g - 6);
    if (Math.abs(x) >= ZERO) weights.push(boxOf(left + (g - side) / 2, top + (g - side) / 2, side));
  });
  return <><path class="place" d={lines} /><path class={`weight ${tone}`} data-count={weights.length} d={weights.join("")} /></>;
}

function Half({ P, s, which, label }) {
  const answer = answersOf(s), norm = which === "l1" ? DIAMOND : CIRCLE;
  const away = 0.5 * (1 - s.drop);
  let inside;
  if (s.p === 100) inside = <Squares P={P} w={answer[which]} tone={which} />;
  else if (s.p === 3) inside = <Solid P={P} n={answer.n} round={which === "l2"} yaw={s.yaw} away={1 + away} />;
  else {
    const w = times(answer[which], 1 / norm.value(answer[which]));
    inside = <><Axes P={P} names={[W1, W2]} /><Ball P={P} norm={norm} t={1} tone={which} /><Line P={P} n={answer.n} d={dot(answer.n, w) + away} /><Dot P={P} at={w} r={7} /></>;
  }
  return <Picture w={P.w} h={P.h} label={label}>{inside}</Picture>;
}

const caption = (s, which, Name, name) => { const w = answersOf(s)[which], zeros = zerosOf(w); return <><Name>{name}</Name> uses {s.p - zeros}: <b>{zeros} of {s.p} zero</b></>; };

const SIZES = [2, 3, 100];

/** Which numbers of weights have not been thrown yet, once one has. */
function stillOf({ seen }) {
  const left = SIZES.filter((p) => !seen.includes(p));
  return seen.length && left.length ? ` (Still to come: ${left.join(" and ")}.)` : "";
}

export const many = {
  id: "many", question: "What do sparse and dense mean with 100 weights?", layout: "even",
  text: () => <>Sparse: some weights are exactly zero, the more the sparser. Dense: none is. So count them. One random equation meets the diamond at a corner, which leaves one weight of two, one of three, one of a hundred. And m equations leave m weights: so many are enough to satisfy m equations, and L1 pays for no more.</>,
  tasks: [
    { ask: ({ s }) => `Throw a few lines, planes and equations: with 2, with 3 and with 100 weights.${stillOf(s)}`, said: () => "Every throw: L1 keeps one weight, L2 keeps them all.", done: (s) => s.seen.length === 3 },
    { ask: () => "With 100 weights, turn up the equations.", said: () => "L1 keeps as many weights as there are random equations. L2 keeps all 100, none zero.", done: (s) => s.p === 100 && s.m >= 10 },
  ],
  start: () => ({ p: 2, m: 1, seed: 3, seen: [], yaw: 35, drop: 1, throws: 0 }),
  best: (s) => ({ ...s, p: 100, m: 10, drop: 1 }),
  view: () => ({ centre: [0, 0], half: 1.6 }),
  lab: ({ s }) => ({ loss: "equation", norm: "l1", form: "target", target: 0, dims: s.p === 3 ? 3 : 2 }),
  controls({ s, open }) {
    const size = (p) => ({ name: `p${p}`, label: String(p), spoken: `${p} weights`, pressed: s.p === p });
    const list = [{ buttons: [{ name: "throw", label: "Throw", main: true }, { group: [size(2), size(3), size(100)], label: "weights", shown: true }] }];
    if (s.p === 3) list.push({ key: "yaw", label: "turn", min: -180, max: 180, step: 1, value: s.yaw, text: `${s.yaw}°`, tone: "ink" });
    if (s.p === 100 && open) list.push({ key: "m", label: "equations", min: 1, max: 60, step: 1, value: s.m, text: String(s.m), spoken: `${s.m} equations`, tone: "fit" });
    return list;
  },
  change: (s, key, value) => ({ ...s, [key]: Math.round(value) }),
  act(name, { get, put, motion }) {
    const s = get();
    if (name !== "throw") { const p = Number(name.slice(1)); put({ ...s, p, m: p === 100 ? s.m : 1, throws: 0, drop: 1 }); return; }
    put({ ...s, seed: s.seed + 1, seen: s.seen.includes(s.p) ? s.seen : [...s.seen, s.p], throws: s.throws + 1, drop: 0 });
    motion.run(420, (x) => put({ ...get(), drop: x }));
  },
  Plane: (x) => <Half {...x} which="l1" />,
  Plane2: (x) => <Half {...x} which="l2" />,
  captions: ({ s }) => [caption(s, "l1", Diamond, "L1"), caption(s, "l2", Circle, "L2")],
  reading({ s }) {
    if (s.p === 100) return `${s.m === 1 ? "One random equation" : `${s.m} random equations`}, 100 weights. A square is as wide as its weight beside the largest of its panel; an empty place is a zero.`;
    const times = s.throws === 1 ? "once" : `${s.throws} times`;
    return `One random equation in ${s.p} unknowns: a ${s.p === 2 ? "line" : "plane"}.${s.throws ? ` Thrown ${times}: a corner of L1's ball ${s.throws === 1 ? "was" : "was always"} touched.` : ""}`;
  },
};
