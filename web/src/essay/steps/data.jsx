// 5. Real rows: the ellipse, the path of the touch, and the error on rows that were not seen.
import { DIAMOND, placeOf } from "../../geometry/sample.js";
import { levelOutlines } from "../../outlines.js";
import { MOVABLE, firstDraw, isHelped, nextDraw } from "../sampling.js";
import { Axes, Ball, Cross, Dot, Ellipse, Label, Picture, Shape } from "../plane.jsx";
import { fitting, widthOf } from "../../room.js";
import { Fit, Zero, capital, counted, grouped, named, num, percent, round } from "../words.jsx";
import { Scatters, errorText, placesOf } from "./scatter.jsx";


const isOwn = (data) => data.id !== "diabetes";
const isClasses = (data) => data.loss === "logistic";

/** Budget, weights and place of step 5 now. */
export function nowOf(s, sample) {
  const t = Math.min(s.t ?? sample.fit.top, sample.fit.top), w = sample.fit.at(t);
  return { t: s.t ?? sample.fit.top, w, ...placeOf(w, t, sample.fit.top) };
}

function Intro({ data, sample }) {
  const [a, b] = sample.names, what = isClasses(data) ? `${data.target} (${data.classes[1]} or ${data.classes[0]})` : data.target;
  return isOwn(data)
    ? <>{capital(counted(sample.n))} rows of your table: predict {what} from {a} and {b}, in standard deviations.</>
    : <>{capital(counted(sample.n))} diabetes patients: from body mass (BMI) and age, in standard deviations, predict how far the disease will have gone a year later. (Picked to show the effect clearly; “another twelve” draws at random.)</>;
}

/** What shrinking and zeros did on this sample: true of the numbers beside it. */
function Verdict({ data, sample }) {
  const { four, names, best, fit } = sample, zero = best.w.findIndex((x) => x === 0), e = (x) => errorText(data, x);
  if (!isHelped(sample)) return <>Here the budget does not help prediction ({e(four.all)} at the best fit, {e(four.best)} at the best budget); a small one buys a model with fewer features.</>;
  const gains = <>Unseen {data.rows} are predicted better at the best budget, picked in hindsight: {e(four.best)} instead of {e(four.all)}.</>;
  if (zero < 0) return <>{gains} Shrinking does it: at the best budget both features stay.</>;
  const alike = Math.abs(four.shrunk - four.best) < 0.05 * four.all;
  return <>{gains} Shrinking earns that{alike ? <>; the zero is cheap: {e(four.alone)} with {names[1 - zero]} alone, unshrunk, and {e(four.shrunk)} with both weights times {num(four.share, 2)}, the best factor.</> : <> in part: both weights times {num(four.share, 2)} give {e(four.shrunk)}.</>}</>;
}

function Typical({ data }) {
  const { typical } = data;
  if (!typical) return null;
  return <> In {grouped(typical.draws)} random draws of that many the best budget, again in hindsight, cuts the error by {round(typical.gain)} in the median and has a zero in {percent(typical.zeros)}.</>;
}

export const data = {
  id: "data", question: "Why a budget at all?", layout: "with",
  text: ({ data, sample }) => <><Intro data={data} sample={sample} /> No weights fit all of them, so in place of one line there are <Fit>ellipses</Fit> around the best fit ×: on each, {isClasses(data) ? "the logistic loss is the same (so they are not quite ellipses)" : "the sum of the squared misses is the same"}. But the best fit also learns the luck of these {counted(sample.n)}: it <i>overfits</i>{isOwn(data) ? ", the less the more rows there are" : ""}. The test is on {sample.others} others.</>,
  tasks: [
    { ask: ({ sample, s }) => `Turn the budget down until ${s.moved && nowOf(s, sample).on === "corner" ? sample.names[nowOf(s, sample).zero] : likelyZero(sample)} drops out.`, said: ({ data, sample }) => <>At small budgets the touch is on a corner: one weight is exactly 0. <Verdict data={data} sample={sample} /></>, done: (s, { sample }) => s.moved && nowOf(s, sample).on === "corner" },
    { ask: ({ data }) => (isClasses(data) ? `Move a ${data.row} to the other class. Watch the ellipse.` : `Drag a ${data.row} up or down. Watch the ellipse.`), said: ({ data }) => <>The ellipse moves with the data, and the touch with it along a side; at a corner it can stay.<Typical data={data} /> How is a budget really chosen? Each is tried on rows held back in turn: cross-validation.</>, done: (s) => s.dragged >= 1 },
  ],
  start: () => ({ t: null, moved: false, dragged: 0, hold: null, row: Math.min(3, MOVABLE - 1) }),
  best: (s, open, { sample }) => ({ ...s, t: sample.best.t }),
  view: ({ stand }) => ({ centre: stand.centre, half: stand.half }),
  lab: null,
  controls({ s, open, small, data, sample, stand }) {
    const { t } = nowOf(s, sample), most = Math.max(stand.full, sample.fit.top, t);
    const list = [{ key: "t", label: "budget t", min: 0, max: most, step: most / 200, value: t, text: round(t), spoken: spokenOf({ s, data, sample }), tone: "l1" }];
    if (open < 1) return list;
    const row = rowControl({ s, data, sample, stand, small });
    const draws = (another, first) => ({ buttons: [{ name: "draw", label: another, spoken: `Another ${counted(sample.n)}` }, { name: "first", label: first, spoken: `The first ${counted(sample.n)}` }], selects: small ? null : pairSelects({ data, sample }) });
    if (small) return [...list, { row: open > 1 ? [row, draws("Others", "First")] : [row] }];
    list.push(row);
    if (open > 1) list.push(draws(`Another ${counted(sample.n)}`, `The first ${counted(sample.n)}`));
    return list;
  },
  change(s, key, value, x) {
    if (key === "t") { const top = x.sample.fit.top; return { ...s, t: Math.abs(value - top) < top / 500 ? null : value, moved: true }; }
    if (key === "row") return { ...s, row: value };
    if (key === "a" || key === "b") { changePair(x, key === "a" ? 0 : 1, value); return { ...s, t: null }; }
    return moveRow(s, s.hold ?? s.row, value, x);
  },
  act(name, { get, put, data, setDraw, draw }) {
    setDraw(name === "first" ? { ...firstDraw(data), pair: draw.pair, draws: draw.draws } : nextDraw(data, draw));
    put({ ...get(), t: null });
  },
  grips({ sample, stand, sideSize }) {
    const m = placesOf(...sideSize, stand);
    return [0, 1].flatMap((j) => sample.rows.slice(0, MOVABLE).map((r) => ({ at: [m.x(sample.fit.scale.of(r)[j]), m.top(j) + m.y(r[2])], key: "y", side: true, r: 14 })));
  },
  grab({ side, point, sample, stand, sideSize }) {
    if (!side) return null;
    const m = placesOf(...sideSize, stand);
    let near = 26, found = null;
    for (const j of [0, 1]) {
      sample.rows.slice(0, MOVABLE).forEach((r, i) => {
        const apart = Math.hypot(m.x(sample.fit.scale.of(r)[j]) - point[0], m.top(j) + m.y(r[2]) - point[1]);
        if (apart < near) { near = apart; found = { key: "y", hold: i, from: r[2] - m.valueAt(point[1] - m.top(j)), top: m.top(j) }; }
      });
    }
    return found;
  },
  drag: (held, { point, stand, sideSize }) => held.from + placesOf(...sideSize, stand).valueAt(point[1] - held.top),
  Plane({ P, s, sample, stand, label, small }) {
    const { fit, curve, names } = sample, { t, w, on, zero } = nowOf(s, sample), [x0, y0] = P.to([0, 0]);
    const path = curve[Math.round(curve.length * 0.25)].w, [px, py] = P.to(path), [dx, dy] = P.to(w), isLeft = x0 < 0.6 * P.w;
    const isClear = (Math.abs(px - dx) > 60 || Math.abs(py - dy) > 24) && Math.abs(py - y0 - 42) > 20;
    const weightOf = (i, room) => `weight of ${fitting(names[i], room - widthOf("weight of ", 14, 600), 14, 600)}`;
    return (
      <Picture w={P.w} h={P.h} label={label}>
        <Axes P={P} ticks={stand.ticks} />
        <Label P={P} at={P.from([P.w - 6, Math.min(y0 + 34, P.h - 8)])} anchor="end">{weightOf(0, P.w - 12)}</Label>
        <Label P={P} at={P.from([isLeft ? Math.max(x0, 0) + 8 : Math.min(x0, P.w) - 8, 16])} anchor={isLeft ? "start" : "end"}>{weightOf(1, (isLeft ? P.w - Math.max(x0, 0) : Math.min(x0, P.w)) - 12)}</Label>
        <Ball P={P} norm={DIAMOND} t={t} tone="l1" />
        <Levels P={P} fit={fit} levels={stand.levels} w={w} on={on} />
        <Shape P={P} points={curve.map((p) => p.w)} tone="trail" open />
        {!small && isClear && <Label P={P} at={path} anchor="middle" dy={-8} tone="soft">path of the touch</Label>}
        <Cross P={P} at={fit.c} /><Label P={P} at={fit.c} dy={-13} anchor="middle" tone="soft">{fit.isEndless ? "and on" : "best fit"}</Label>
        <Dot P={P} at={w} tone={on === "corner" ? `z${zero + 1} edged` : "touch"} r={7.5} />
      </Picture>);
  },
  Side: ({ s, open, w, h, data, sample, stand }) => <Scatters w={w} h={h} data={data} sample={sample} stand={stand} weights={nowOf(s, sample).w} t={nowOf(s, sample).t} held={s.hold} four={open > 0} />,
  reading({ s, data, sample, letters, small }) {
    const now = nowOf(s, sample), [a, b] = sample.names.map((name) => named(name, (letters - 118) / 2)), weights = <>{a} <b>{round(now.w[0])}</b>, {b} <b>{round(now.w[1])}</b></>;
    const error = isClasses(data) ? <>Of {sample.others} unseen rows <b>{errorText(data, sample.fit.unseen(now.w))}</b> are classified wrongly ({errorText(data, sample.four.mean)} by guessing the larger class).</>
      : <>Error on {sample.others} unseen {data.rows} (root mean square): <b>{round(sample.fit.unseen(now.w))}</b>; guessing the average{small ? "" : ` of the ${counted(sample.n)}`}: {round(sample.four.mean)}.</>;
    if (now.on === "nothing") return isClasses(data) ? "No budget: every row gets the larger class." : `No budget: every ${data.row} gets the average.`;
    if (now.on === "inside" && sample.fit.isEndless) return <>These rows can be separated perfectly: the weights would grow without end. {error}</>;
    if (now.on === "inside") return <>The best fit itself: {weights}. {error}</>;
    return <>A {now.on}: {now.on === "corner" ? <Zero i={now.zero}>{weights}</Zero> : weights}. {error}</>;
  },
};

const likelyZero = (sample) => { const w = sample.fit.at(0.02 * sample.fit.top); return sample.names[w.findIndex((x) => x === 0)]; };

const spokenOf = ({ s, data, sample }) => { const { t, w } = nowOf(s, sample); return `budget ${round(t)}: ${sample.names[0]} ${round(w[0])}, ${sample.names[1]} ${round(w[1])}, error on unseen rows ${errorText(data, sample.fit.unseen(w))}`; };

function rowControl({ s, data, sample, stand, small }) {
  const rows = sample.rows.slice(0, MOVABLE), value = rows[s.row][2], [lo, hi] = isClasses(data) ? [0, 1] : stand.y;
  const pick = { key: "row", label: `which ${data.row}`, value: s.row, options: rows.map((_, i) => [i, `${data.row} ${i + 1}`]) };
  return { key: "y", label: `${data.row} ${s.row + 1}`, pick, min: lo, max: hi, step: isClasses(data) ? 1 : (hi - lo) / 100, value, text: isClasses(data) ? data.classes[value > 0.5 ? 1 : 0] : `${isOwn(data) || small ? "" : "score "}${round(value)}`, tone: "fit" };
}

function pairSelects({ data, sample }) {
  if (data.names.length < 3) return null;
  return ["a", "b"].map((key, i) => ({ key, label: i ? "second feature" : "first feature", value: data.names.indexOf(sample.names[i]), options: data.names.map((name, j) => [j, name]).filter(([j]) => data.names[j] !== sample.names[1 - i]) }));
}

function changePair({ draw, setDraw }, i, value) {
  const pair = draw.pair.slice();
  pair[i] = value;
  setDraw({ ...draw, pair, shifts: {} });
}

function moveRow(s, i, value, { data, draw, setDraw, sample, stand }) {
  const [lo, hi] = stand.y, y = isClasses(data) ? (value > 0.5 ? 1 : 0) : Math.min(hi, Math.max(lo, value)), before = sample.rows[i][2], id = draw.ids[i];
  if (y === before) return s;
  setDraw({ ...draw, shifts: { ...draw.shifts, [id]: (draw.shifts[id] || 0) + y - before } });
  return { ...s, row: i, dragged: s.dragged + Math.abs(y - before) / (isClasses(data) ? 1 : 0.07 * (hi - lo)) };
}

/** Level curves around the best fit, the touching one strong. */
function Levels({ P, fit, levels, w, on }) {
  if (fit.kind === "logistic") {
    const worst = fit.loss.value([0, 0]) - fit.loss.floor, all = [fit.loss.value(w), ...[0.02, 0.1, 0.3, 0.7].map((k) => fit.loss.floor + k * worst)];
    return levelOutlines(fit.loss, all, 2 * P.half, 48).map((points, k) => points && <Shape key={k} P={P} points={points} tone={k ? "level faint" : "level"} />).reverse();
  }
  const level = fit.over(w);
  return <>{levels.map((q, k) => <Ellipse key={k} P={P} G={fit.G} c={fit.c} q={q} tone="level faint" />)}{on !== "inside" && level > 0 && <Ellipse P={P} G={fit.G} c={fit.c} q={level} tone="level" />}</>;
}
