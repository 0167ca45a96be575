// The controls beside the stage: what is on it, the three linked dials, and the read-outs.
import { kindWord } from "./words.js";
import { Live, useKind } from "./live.jsx";
import { Value, short } from "./numbers.jsx";
import { BallPicker, LossPicker } from "./pickers.jsx";
import { Range } from "./range.jsx";
import { fields } from "./table.js";

const PARAMETERS = {
  lp: ["p"], elastic_net: ["l1_ratio"], sorted_l1: ["slope"], group_l2: ["groups"],
  huber: ["delta"], quantile: ["quantile"], tweedie: ["power"],
};
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
  return (
    <label class="slider"><span>{text}</span>
      <Range aria-label={text} step={step} now={() => ({ min: min ?? f.min, max: max ?? f.max, value: field.value })} onInput={(e) => change(e.target.value)} />
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
      <div class="head"><h3>Ball</h3><Segments store={store} name="dims" /></div>
      <BallPicker store={store} />
      {parameters.map((name) => (name === "groups" ? <Choice key={name} store={store} name="groups" /> : <Slider key={name} store={store} name={name} min={name === "p" && solid ? 1 : undefined} />))}
      {solid && s.norm.value === "lp" && s.p.value < 1 && <p class="note">In space p starts at 1, where balls are convex: this is p = 1.</p>}
      <h3>Loss</h3>
      <LossPicker store={store} scene={scene} />
      {(PARAMETERS[s.loss.value] || []).map((name) => <Slider key={name} store={store} name={name} />)}
      <div class="options">
        {!solid && <span class="option"><span class="name">compare with</span><Segments store={store} name="ghost" /></span>}
        {!solid && <Toggle store={store} name="free" label="a point of your own" />}
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
      <details class="more"><summary>{line ? "Place the line by numbers" : "Place the level set by numbers"}</summary>
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

const DIALS = [["budget", "budget", "norm ≤"], ["alpha", "price", "per unit of norm"], ["target", "target", "loss ≤"]];

export function Dials({ store, scene }) {
  return (
    <fieldset class="dials"><legend>Three dials, one picture <span class="hint">hold one; the other two follow</span></legend>
      {DIALS.map(([name, label, hint]) => <Dial key={name} store={store} scene={scene} name={name} label={label} hint={hint} />)}
    </fieldset>
  );
}

function Dial({ store, scene, name, label, hint }) {
  const { convex } = useKind();
  const unknown = name === "alpha" && !convex;
  const held = store.signals.form.value === name;
  const level = () => { const x = scene.dials.value[name]; return Number.isFinite(x) ? x : 0; };
  const now = () => {
    const dials = scene.dials.value;
    const max = name === "budget" ? Math.min(6, Math.max(1.15 * dials.most.budget, dials.budget, 0.1)) : name === "alpha" ? Math.min(1e6, dials.most.alpha || 1) : dials.most.target;
    const value = level();
    return { min: name === "target" ? Math.min(scene.picture.value.loss.floor, max) : 0, max, value, text: `${label} ${short(value)}` };
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
        <div><dt>price</dt><dd><Value name="alpha" x={() => touch().alpha} /></dd></div>
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
