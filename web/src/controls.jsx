// The controls beside the stage: what is on it, the three linked dials, and the read-outs.
import { exchange, flatName, kindWord } from "./words.js";
import { Live, useKind } from "./live.jsx";
import { Value, short } from "./numbers.jsx";
import { hasMap } from "./backdrops.jsx";
import { BallPicker, LossPicker } from "./pickers.jsx";
import { Range } from "./range.jsx";
import { fields } from "./table.js";

const PARAMETERS = {
  lp: ["p"], elastic_net: ["l1_ratio"], sorted_l1: ["slope"], group_l2: ["groups"],
  huber: ["delta"], quantile: ["quantile"], tweedie: ["power"],
};
const LOGARITHMIC = ["p"];
const STEPS = { p: 0.05, weight1: 0.05, weight2: 0.05, weight3: 0.05, delta: 0.05, quantile: 0.05, power: 0.05, l1_ratio: 0.05, slope: 0.05, ellipse_ratio: 0.1, angle: 1, tilt: 1, ellipse_angle: 1 };

function Choice({ store, name, label, options, disabled }) {
  const s = store.signals[name];
  const choices = Object.entries(fields[name].choices).filter(([k]) => !options || options.includes(k));
  return (
    <label class="choice"><span>{label || fields[name].label}</span>
      <select aria-label={label || fields[name].label} value={String(s.value)} disabled={disabled} onChange={(e) => store.set({ [name]: e.target.value }, { push: true })}>
        {choices.map(([k, text]) => <option key={k} value={k}>{text}</option>)}
      </select>
    </label>
  );
}

export function Segments({ store, name, label }) {
  const s = store.signals[name];
  return (
    <div class="segments" role="group" aria-label={label || fields[name].label}>
      {Object.entries(fields[name].choices).map(([k, text]) => (
        <button key={k} type="button" aria-pressed={String(s.value) === k} onClick={() => store.set({ [name]: k }, { push: true })}>{text}</button>))}
    </div>
  );
}

/** A number to be typed: `value()` of signals; what is typed goes to `change`. */
function Typed({ value, change, ...rest }) {
  const typed = (e) => {
    change(e.target.value);
    e.target.value = value(); // where it was out of range the store kept another
  };
  return <Live as="input" type="number" step="any" live={() => ({ value: value() })} onChange={typed} {...rest} />;
}

/** A slider and its number: `step` as the field's, change through the store. */
function Slider({ store, name, min, max, label }) {
  const f = fields[name];
  const field = store.signals[name];
  const step = STEPS[name] || (f.kind === "integer" ? 1 : 0.01);
  const text = label || f.label;
  const change = (value) => store.set({ [name]: value });
  const [to, from] = LOGARITHMIC.includes(name) ? [Math.log, Math.exp] : [(x) => x, (x) => x];
  return (
    <label class="slider"><span>{text}</span>
      <Range aria-label={text} step={to === Math.log ? "any" : step} now={() => ({ min: to(min ?? f.min), max: to(max ?? f.max), value: to(field.value), text: `${text} ${short(field.value)}` })} onInput={(e) => change(+from(Number(e.target.value)).toPrecision(3))} />
      <Typed aria-label={`${text}, number`} min={f.min} max={f.max} value={() => +field.value.toPrecision(6)} change={change} />
    </label>
  );
}

function Toggle({ store, name, label }) {
  const s = store.signals[name];
  return <label class="toggle"><input type="checkbox" checked={s.value} onChange={(e) => store.set({ [name]: e.target.checked }, { push: true })} /><span>{label || fields[name].label}</span></label>;
}

export function Setup({ store, scene }) {
  const s = store.signals;
  const solid = s.dims.value === 3;
  const parameters = PARAMETERS[s.norm.value] || [];
  return (
    <section class="setup" aria-label="what is on the stage">
      <div class="head"><BallPicker store={store} /><Segments store={store} name="dims" /></div>
      {parameters.map((name) => (name === "groups" ? <Choice key={name} store={store} name="groups" /> : <Slider key={name} store={store} name={name} min={name === "p" && solid ? 1 : undefined} />))}
      {solid && s.norm.value === "lp" && s.p.value < 1 && <p class="note">In space p starts at 1, where balls are convex: this is p = 1.</p>}
      <LossPicker store={store} scene={scene} />
      {(PARAMETERS[s.loss.value] || []).map((name) => <Slider key={name} store={store} name={name} />)}
      <div class="options">
        {!solid && <span class="option"><span class="name">compare with</span><Segments store={store} name="ghost" /></span>}
        {!solid && <Toggle store={store} name="free" label="a point of your own" />}
        {(solid || hasMap(scene.picture.value)) && <Toggle store={store} name="map" label={solid ? "compass: what each direction ends on" : "map: what each best fit ends on"} />}
        <Toggle store={store} name="trail" label="path" />
      </div>
      <Folds store={store} solid={solid} />
    </section>
  );
}

/** What is seldom needed: the weights, and every handle as a number. */
function Folds({ store, solid }) {
  const s = store.signals;
  const line = s.loss.value === "equation";
  const weights = ["weight1", "weight2", "weight3"].slice(0, s.dims.value);
  return (
    <div class="folds">
      <details class="more"><summary>{line ? `Place the ${flatName(s.dims.value)} by numbers` : "Place the level set by numbers"}</summary>
        {line ? <><Slider store={store} name="angle" label="angle of the normal, degrees" /><Slider store={store} name="offset" /></>
          : <><Slider store={store} name="cx" label="best fit, w₁" /><Slider store={store} name="cy" label="best fit, w₂" />
            {solid && <Slider store={store} name="cz" label="best fit, w₃" />}
            <Slider store={store} name="ellipse_ratio" /><Slider store={store} name="ellipse_angle" /></>}
        {solid && <Slider store={store} name="tilt" />}
      </details>
      {s.norm.value === "l1" && <details class="more" open={weights.some((k) => s[k].peek() !== 1)}><summary>Weigh the coefficients</summary>
        {weights.map((name) => <Slider key={name} store={store} name={name} />)}</details>}
    </div>
  );
}

const DIALS = { budget: ["budget", "norm ≤"], alpha: ["price", "per unit of norm"], target: ["target", "loss ≤"] };

export function Dials({ store, scene }) {
  const form = store.signals.form.value;
  const dial = (name) => <Dial key={name} store={store} scene={scene} name={name} />;
  return (
    <fieldset class="dials"><legend>Budget <span class="hint">drag the ball, or turn it here</span></legend>
      {dial("budget")}
      <details class="more" open={form !== "budget"}><summary>Price and target: other names of the same dial <span class="hint">hold one; the others follow</span></summary>
        {dial("alpha")}{dial("target")}</details>
    </fieldset>
  );
}

/** The first of 1, 2, 5, 10, 20, ... that is at least x: a scale that stays while things are dragged. */
function scaleOf(x) {
  const power = 10 ** Math.floor(Math.log10(x || 1));
  return [1, 2, 5, 10].map((s) => s * power).find((s) => s >= x * (1 - 1e-9));
}

const MOST_BUDGET = 4;

function Dial({ store, scene, name }) {
  const [label, hint] = DIALS[name];
  const { convex } = useKind();
  const unknown = name === "alpha" && !convex;
  const held = store.signals.form.value === name;
  const level = () => { const x = scene.dials.value[name]; return Number.isFinite(x) ? x : 0; };
  const now = () => {
    const { most, budget } = scene.dials.value, value = level();
    const max = name === "budget" ? Math.max(MOST_BUDGET, budget) : scaleOf(Math.min(1e6, Math.max(most[name], 1e-6)));
    return { min: name === "target" ? Math.min(scene.picture.value.loss.floor, 0, max) : 0, max, value, text: `${label} ${short(value)}` };
  };
  const change = (v) => store.set({ form: name, [name]: v });
  return (
    <div class={`dial dial-${name} ${held ? "held" : ""}`}>
      <label class="hold"><input type="radio" name="form" aria-label={`hold the ${label}`} checked={held} disabled={unknown} onChange={() => store.set({ form: name, [name]: level() }, { push: true })} /><span class="name">{label}<small>{hint}</small></span></label>
      <Range aria-label={label} step="any" disabled={unknown} now={now} onInput={(e) => change(e.target.value)} />
      <Typed aria-label={`${label}, number`} disabled={unknown} value={() => (unknown ? "" : +level().toPrecision(4))} change={change} />
    </div>
  );
}

/** What tests and programs read, and nobody sees. */
const Hidden = ({ name, value }) => <Live as="data" hidden data-name={name} live={() => ({ value: String(value()) })} />;

export function Readouts({ store, scene, proof }) {
  const { names, convex, d } = useKind();
  const touch = () => scene.touch.value;
  return (
    <section class="readouts" aria-label="the contact in numbers">
      <dl>
        {names.map((name, i) => <div key={i}><dt>{name}</dt><Live as="dd" live={() => ({ class: touch().w[i] === 0 ? "zero" : "" })}><Value name={`w${i + 1}`} x={() => touch().w[i]} /></Live></div>)}
        <div><dt>touch</dt><Live as="dd" live={() => ({ text: kindWord(touch(), scene.picture.value.norm, d) })} /></div>
        <div><dt>zeros</dt><dd><Value name="zeros" x={() => touch().zeros} /></dd></div>
        <Price scene={scene} />
      </dl>
      <Badge scene={scene} convex={convex} proof={proof} />
      <Hidden name="gap" value={() => touch().gap} />
      <Hidden name="kind" value={() => touch().kind} />
      <Hidden name="budget" value={() => scene.dials.value.budget} />
      <Hidden name="target" value={() => touch().value} />
      <Hidden name="norm" value={() => store.signals.norm.value} />
    </section>
  );
}

/** What a unit of norm is worth: a range where the loss has kinks; on a line that is reached, in units of the line. */
function Price({ scene }) {
  const interval = () => { const [lo, hi] = scene.touch.value.prices; return hi - lo > 1e-6 * Math.max(hi, 1e-9) ? `${short(lo)} to ${short(hi)}` : short(scene.touch.value.alpha); };
  const trade = () => exchange(scene.picture.value, scene.touch.value.t);
  const reached = () => { const now = trade(); return now && now.reached; };
  return (
    <div>
      <Live as="dt" live={() => ({ text: reached() ? `norm per unit of the ${flatName(scene.picture.value.d)}` : "price" })} />
      <dd><Live as="data" data-name="alpha" live={() => ({ value: String(scene.touch.value.alpha), text: reached() ? short(1 / trade().rate) : interval() })} /></dd>
    </div>
  );
}

const GAP = "The duality gap: how far, at most, the loss lies above the least that is possible, as a share of the loss at zero.";

function Badge({ scene, convex, proof }) {
  const told = proof.value;
  if (!convex) return <p class="badge open">not convex: no proof by duality</p>;
  if (told && told.state === "differs") return <p class="badge wrong" title={told.text}>differs from normball: {told.text}</p>;
  if (told && told.state === "same") return <p class="badge good" title={GAP}>confirmed by normball, gap {short(told.gap, 2)}</p>;
  return <Live as="p" class="badge good" title={GAP} live={() => ({ text: `computed here, gap ${short(Math.max(scene.touch.value.gap, 0), 2)}` })} />;
}

/** The sentence under the picture, read out when it has rested. */
export function Sentence({ scene, spoken }) {
  return (
    <>
      <Live as="p" class="sentence" aria-hidden="true" live={() => ({ text: scene.sentence.value })} />
      <p class="spoken" role="status">{spoken.value}</p>
    </>
  );
}
