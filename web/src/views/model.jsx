// The reader's own model: choose two features, walk along the path, ask why.
import { notDrawn } from "../own.js";
import { Plot, W, frameOf, inner, line } from "../plot.jsx";
import { fitting } from "../room.js";
import { Value, short } from "../numbers.jsx";
import { Range } from "../range.jsx";
import { useState } from "preact/hooks";

const SNIPPET = `import normball as nb
problem = nb.Problem(X, y, norm="l1")
nb.explore(problem)`;

export function Model({ store, data }) {
  const own = data.value;
  if (!own) {
    return (
      <div class="view-model">
        <p class="lead">Here your own model can be taken hold of: two of its features on the stage, the others as the path has them.</p>
        <pre>{SNIPPET}</pre>
        <p class="note">or, at a terminal: <code>normball explore table.csv --target price</code></p>
      </div>);
  }
  const s = store.signals;
  const why = notDrawn(own);
  const steps = own.path.alphas.length;
  const at = Math.min(s.step.value, steps - 1);
  const active = own.path.coefs[at].filter((x) => x !== 0).length;
  return (
    <div class="view-model">
      {why ? <p class="note">{why}</p> : <label class="toggle"><input type="checkbox" checked={s.own.value} onChange={(e) => store.set({ own: e.target.checked, dims: 2 }, { push: true })} /><span>on the stage: my data</span></label>}
      <div class="row"><Feature store={store} own={own} name="pair_a" label="across" /><Feature store={store} own={own} name="pair_b" label="up" /></div>
      <div class="option"><span class="name">the others</span>
        <div class="segments" role="group" aria-label="the other features">
          {[[true, "re-fitted along the path"], [false, `held as at price ${short(own.path.alphas[Math.min(own.start, steps - 1)])}`]].map(([value, text]) => (
            <button key={text} type="button" aria-pressed={s.refit.value === value} onClick={() => store.set({ refit: value }, { push: true })}>{text}</button>))}
        </div></div>
      <label class="slider"><span>walk along the path</span>
        <Range aria-label="walk along the path" step="1" now={() => ({ min: 0, max: steps - 1, value: at, text: `price ${short(own.path.alphas[at])}, ${active} features` })} onInput={(e) => store.set({ step: e.target.value })} />
        <output>{active} kept</output></label>
      <p class="note">price <Value name="path_alpha" x={() => own.path.alphas[at]} />, norm <Value name="path_norm" x={() => own.path.norms[at]} />, loss <Value name="path_loss" x={() => own.path.losses[at]} /></p>
      <Paths store={store} own={own} at={at} />
      <Why own={own} pair={[s.pair_a.value, s.pair_b.value]} />
    </div>
  );
}

function Feature({ store, own, name, label }) {
  const value = Math.min(store.signals[name].value, own.features.length - 1);
  return (
    <label class="choice"><span>{label}</span>
      <select value={value} onChange={(e) => store.set({ [name]: e.target.value }, { push: true })}>
        {own.features.map((f, i) => <option key={i} value={i}>{f}</option>)}
      </select></label>
  );
}

function Paths({ store, own, at }) {
  const s = store.signals;
  const pair = [s.pair_a.value, s.pair_b.value].map((i) => Math.min(i, own.features.length - 1));
  const coefs = own.path.coefs, norms = own.path.norms;
  const shown = own.features.map((_, i) => i).filter((i) => pair.includes(i) || coefs.some((w) => w[i] !== 0)).slice(0, 40);
  const all = shown.flatMap((i) => coefs.map((w) => w[i]));
  const [low, high] = [Math.min(0, ...all), Math.max(0, ...all)];
  const frame = frameOf([0, Math.max(...norms) || 1], [low - 0.06 * (high - low), high + 0.14 * (high - low)]);
  return (
    <Plot frame={() => frame} xLabel="norm" yLabel="coefficients" label="coefficients along the path">
      {shown.filter((i) => !pair.includes(i)).map((i) => <path key={i} class="other" d={line(frame, norms.map((t, k) => [t, coefs[k][i]]))} />)}
      {pair.map((i, k) => <path key={`pair${k}`} class={`pair pair-${k}`} d={line(frame, norms.map((t, j) => [t, coefs[j][i]]))} />)}
      <path class="here" d={`M${frame.x(norms[at])} ${inner.y}v${inner.height}`} />
      {pair.map((i, k) => <text key={`name${k}`} class={`pair-name pair-${k}`} x={frame.x(norms[norms.length - 1]) - 4} text-anchor="end" y={frame.y(coefs[coefs.length - 1][i]) - 5}>{fitting(own.features[i], 0.6 * W, 18, 600)}</text>)}
    </Plot>
  );
}

function Why({ own, pair }) {
  const [asked, ask] = useState(null);
  const i = Math.min(asked ?? pair[0], own.features.length - 1);
  return (
    <div class="why">
      <label class="choice"><span>why is it in, or not?</span>
        <select value={i} onChange={(e) => ask(Number(e.target.value))}>{own.features.map((f, k) => <option key={k} value={k}>{f}</option>)}</select></label>
      <p class="note">{own.why[i]} <small>(at price {short(own.path.alphas[Math.min(own.start, own.path.alphas.length - 1)])}, where the page opened)</small></p>
    </div>
  );
}
