// 9. What zeros save: thousands of weights as dots, and patients told right by models that had not seen them.
import { Picture } from "../plane.jsx";
import { Circle, Diamond, counted, grouped, named, num, plainText, round } from "../words.jsx";

const setOf = (x) => x.story.matter[x.s.set];
const stepOf = (x) => setOf(x).budgets[Math.min(x.s.k[x.s.set], setOf(x).budgets.length - 1)];
const isClasses = (set) => set.kind === "classes";

/** "127 of 128 right", or the typical error. */
const scoreText = (set, score) => (isClasses(set) ? `${score} of ${set.rows} right` : `typical error ${round(score)}`);
const some = (set, n, count = grouped) => `${n ? count(n) : "no"} ${n === 1 ? set.feature : set.features}`;

/** As good as the best budget; of a large table half a per cent less is as good. */
function isBest(set, score) {
  const scores = set.budgets.map((b) => b.score);
  return isClasses(set) ? score >= Math.max(...scores) - Math.floor(0.005 * set.rows) : score <= 1.005 * Math.min(...scores);
}

/** The smallest budget that is as good as the best. */
export const bestStep = (set) => set.budgets.findIndex((b) => isBest(set, b.score));

/** A dot a weight: those that are zero small and grey. */
function Field({ P, set, lit, all, tone, label }) {
  const columns = Math.ceil(Math.sqrt(set.total)), g = P.w / columns, at = (i) => [((i % columns) + 0.5) * g, (Math.floor(i / columns) + 0.5) * g];
  const r = Math.min(Math.max(5, 0.9 * g), 0.42 * Math.max(g, 12));
  const spots = Array.from({ length: set.total }, (_, i) => { const [x, y] = at(i); return `M${x.toFixed(1)} ${y.toFixed(1)}h0`; }).join("");
  return (
    <Picture w={P.w} h={P.h} label={label}>
      <path class={all ? `dots ${tone}` : "dots zero"} style={{ strokeWidth: (g * (all ? 0.62 : 0.42)).toFixed(2) }} d={spots} />
      {lit.map((i) => { const [x, y] = at(i).map((v) => Math.min(P.w - r - 1, Math.max(r + 1, v))); return <circle key={i} class={`lit ${tone}`} cx={x.toFixed(1)} cy={y.toFixed(1)} r={r.toFixed(1)} />; })}
    </Picture>);
}

/** As many names of what is kept, the largest weight first, as there is room for. */
function namesIn({ names, kept }, room) {
  const shown = [];
  for (const name of names.map((one) => named(one, 32))) { room -= name.length + 2; if (room < 0) break; shown.push(name); }
  return shown.length ? ` (${shown.join(", ")}${kept.length > shown.length ? ", …" : ""})` : "";
}

function Said({ x }) {
  const set = setOf(x), best = set.budgets[bestStep(set)], first = <>At the budget where the model of all {grouped(set.rows)} {set.rowName} has {some(set, best.kept.length, counted)}, models that had not seen the {set.rowName}: {scoreText(set, best.score)}. Picking that budget afterwards flatters it a little; L2 chose its price on other rows</>;
  const useless = <>A zero does not prove that a {set.id === "own" ? "feature" : "gene"} is useless: another {set.feature} may say the same.</>;
  if (set.id === "lineage") {
    const single = set.budgets.filter((b) => b.kept.length === 1).reduce((a, b) => (a && a.score >= b.score ? a : b), null);
    return <>{first} and gets {set.dense.score}, with all {grouped(set.total)}. It is an easy task: always saying B gets {set.base} right{single ? <>, one probe {single.score}</> : ""}. BCR/ABL is harder: more probes, more mistakes. {useless}</>;
  }
  return <>{first}: {scoreText(set, set.dense.score)}, with all {grouped(set.total)}; {isClasses(set) ? `always the same answer: ${grouped(set.base)}` : `guessing the average: ${round(set.base)}`}.{set.verdict ? ` ${set.verdict}` : ""} {useless}</>;
}

export const matter = {
  id: "matter", question: "How much does it matter?", layout: "even",
  text: (x) => {
    const set = setOf(x);
    return <>{set.about} Here are the {grouped(set.total)} weights of the model, as dots. Those that are zero are grey: a {set.feature} nobody needs to measure.</>;
  },
  tasks: [{ ask: (x) => (setOf(x).id === "lineage" ? `Raise the budget until all ${setOf(x).rows} are classified right.` : "Raise the budget to where the model does best."), said: (x) => <Said x={x} />, done: (s, x) => isBest(setOf({ ...x, s }), stepOf({ ...x, s }).score) }],
  start: ({ story }) => ({ set: 0, k: story.matter.map(() => 1) }),
  best: (s, open, { story }) => ({ ...s, k: story.matter.map(bestStep) }),
  view: () => ({ centre: [0, 0], half: 1 }),
  lab: null,
  controls(x) {
    const set = setOf(x), k = x.s.k[x.s.set];
    const list = [{ key: "k", label: "budget", min: 0, max: set.budgets.length - 1, step: 1, value: k, text: num(stepOf(x).budget, 1), spoken: `budget ${num(stepOf(x).budget, 1)}: ${some(set, stepOf(x).kept.length)}, ${scoreText(set, stepOf(x).score)}`, tone: "l1" }];
    if (x.story.matter.length > 1) list.push({ buttons: [{ group: x.story.matter.map((one, i) => ({ name: `set${i}`, label: one.title, pressed: x.s.set === i })), label: "which task" }] });
    return list;
  },
  change: (s, key, value) => ({ ...s, k: s.k.map((k, i) => (i === s.set ? Math.round(value) : k)) }),
  act: (name, { get, put }) => put({ ...get(), set: Number(name.slice(3)) }),
  Plane: (x) => <Field P={x.P} set={setOf(x)} lit={stepOf(x).kept} tone="l1" label={x.label} />,
  Plane2: (x) => <Field P={x.P} set={setOf(x)} lit={[]} all tone="l2" label={`L2: all ${grouped(setOf(x).total)} weights are in use`} />,
  captions: (x) => { const set = setOf(x), now = stepOf(x); return [<><Diamond>L1</Diamond>: <b>{some(set, now.kept.length)}</b>, {scoreText(set, now.score)}</>, <><Circle>L2</Circle>: <b>all {grouped(set.total)}</b>, {scoreText(set, set.dense.score)}</>]; },
  reading(x) {
    const set = setOf(x), now = stepOf(x);
    const score = isClasses(set) ? <>{now.score} of {set.rows} {set.rowName} are classified right by models that had not seen them; {x.small ? "" : "always giving "}the same answer{x.small ? " always" : ""}: {set.base}.</> : <>Typical error {round(now.score)} on rows not seen; {round(set.base)} by guessing the average.</>;
    const start = `Budget ${num(now.budget, 1)}: ${grouped(now.kept.length)} of ${grouped(set.total)} weights are not zero`;
    return <>Budget {num(now.budget, 1)}: <b>{grouped(now.kept.length)}</b> of {grouped(set.total)} weights{x.small ? "" : " are not zero"}{x.small ? "" : namesIn(now, x.letters - start.length - plainText(score).length - 8)}. {score}</>;
  },
};
