// The controls beside the stage: what is on it, the three linked dials, and the read-outs.
import { contactSentence, kindWord } from "./words.js";
import { Value, short } from "./numbers.jsx";
import { BallPicker, LossPicker } from "./pickers.jsx";
import { Range } from "./range.jsx";
import { fields } from "./table.js";

const PARAMETERS = {
  lp: ["p"], elastic_net: ["l1_ratio"], sorted_l1: ["slope"], group_l2: ["groups"],
  huber: ["delta"], quantile: ["quantile"], tweedie: ["power"],
};
const STEPS = { p: 0.05, weight1: 0.05, weight2: 0.05, weight3: 0.05, delta: 0.05, quantile: 0.05, power: 0.05, l1_ratio: 0.05, slope: 0.05, ellipse_ratio: 0.1, angle: 1, tilt: 1, ellipse_angle: 1 };

export function Choice({ store, name, label, options, disabled }) {
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

/** A slider and its number: `step` as the field's, change through the store. */
export function Slider({ store, name, min, max, label }) {
  const f = fields[name];
  const value = store.signals[name].value;
  const step = STEPS[name] || (f.kind === "integer" ? 1 : 0.01);
  const text = label || f.label;
  const change = (e) => store.set({ [name]: e.target.value });
  return (
    <label class="slider"><span>{text}</span>
      <Range aria-label={text} min={min ?? f.min} max={max ?? f.max} step={step} value={value} onInput={change} />
      <input type="number" aria-label={`${text}, number`} min={f.min} max={f.max} step="any" value={+value.toPrecision(6)} onChange={change} />
    </label>
  );
}

export function Toggle({ store, name, label }) {
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
  const s = store.signals;
  const { norm, loss } = scene.picture.value;
  const dials = scene.dials.value;
  const form = s.form.value;
  return (
    <fieldset class="dials"><legend>Three dials, one picture <span class="hint">hold one; the other two follow</span></legend>
      {DIALS.map(([name, label, hint]) => {
        const unknown = name === "alpha" && !norm.convex;
        const most = name === "budget" ? Math.min(6, Math.max(1.15 * dials.most.budget, dials.budget, 0.1)) : name === "alpha" ? Math.min(1e6, dials.most.alpha || 1) : dials.most.target;
        const least = name === "target" ? Math.min(loss.floor, most) : 0;
        const value = Number.isFinite(dials[name]) ? dials[name] : 0;
        const change = (v) => store.set({ form: name, [name]: v });
        return (
          <div key={name} class={`dial dial-${name} ${form === name ? "held" : ""}`}>
            <label class="hold"><input type="radio" name="form" aria-label={`hold the ${label}`} checked={form === name} disabled={unknown} onChange={() => store.set({ form: name, [name]: value }, { push: true })} /><span class="name">{label}<small>{hint}</small></span></label>
            <Range aria-label={label} min={least} max={most} step="any" value={value} disabled={unknown} onInput={(e) => change(e.target.value)} aria-valuetext={`${label} ${short(value)}`} />
            <input type="number" aria-label={`${label}, number`} step="any" disabled={unknown} value={unknown ? "" : +value.toPrecision(4)} onChange={(e) => change(e.target.value)} />
          </div>);
      })}
    </fieldset>
  );
}

export function Readouts({ store, scene, proof }) {
  const touch = scene.touch.value;
  const { norm, d } = scene.picture.value;
  const labels = scene.own.value ? scene.own.value.names : ["w₁", "w₂", "w₃"];
  return (
    <section class="readouts" aria-label="the contact in numbers">
      <dl>
        {touch.w.map((x, i) => <div key={i}><dt>{labels[i]}</dt><dd class={x === 0 ? "zero" : ""}><Value name={`w${i + 1}`} x={x} /></dd></div>)}
        <div><dt>touch</dt><dd>{kindWord(touch, norm, d)}</dd></div>
        <div><dt>zeros</dt><dd><Value name="zeros" x={touch.zeros} /></dd></div>
        <div><dt>price</dt><dd><Value name="alpha" x={touch.alpha} /></dd></div>
      </dl>
      <Badge touch={touch} convex={norm.convex} proof={proof} />
      <data hidden data-name="gap" value={String(touch.gap)} />
      <data hidden data-name="kind" value={touch.kind} />
      <data hidden data-name="budget" value={String(scene.dials.value.budget)} />
      <data hidden data-name="target" value={String(touch.value)} />
      <data hidden data-name="norm" value={store.signals.norm.value} />
    </section>
  );
}

const GAP = "The duality gap: how far, at most, the loss lies above the least that is possible, as a share of the loss at zero.";

function Badge({ touch, convex, proof }) {
  const told = proof.value;
  if (!convex) return <p class="badge open">not convex: no proof by duality</p>;
  if (told && told.state === "differs") return <p class="badge wrong" title={told.text}>differs from normball: {told.text}</p>;
  if (told && told.state === "same") return <p class="badge good" title={GAP}>confirmed by normball, gap {short(told.gap, 2)}</p>;
  return <p class="badge good" title={GAP}>computed here, gap {short(Math.max(touch.gap, 0), 2)}</p>;
}

/** The sentence under the picture, read out when it has rested. */
export function Sentence({ scene, spoken }) {
  return (
    <>
      <p class="sentence" aria-hidden="true">{contactSentence(scene)}</p>
      <p class="spoken" role="status">{spoken.value}</p>
    </>
  );
}
