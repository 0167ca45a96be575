// Balls and level sets to choose from, each drawn as it is.
import { useRef } from "preact/hooks";
import { lossOf } from "./geometry/losses.js";
import { normOf } from "./geometry/norms.js";
import { largest, plus } from "./geometry/vectors.js";
import { ballOutline, levelOutline } from "./outlines.js";
import { defaults } from "./store.js";
import { fields } from "./table.js";

const SIDE = 30;
const path = (points, scale) => `M${points.map(([x, y]) => `${(SIDE / 2 + scale * x).toFixed(1)} ${(SIDE / 2 - scale * y).toFixed(1)}`).join("L")}Z`;
const fitted = (points) => (SIDE / 2 - 2.5) / Math.max(...points.map(largest));

function ballGlyph(state) {
  const points = ballOutline(normOf({ ...state, dims: 2 }), 1, 48);
  return <path class="glyph-ball" d={path(points, fitted(points))} />;
}

const drawn = new Map();

/** Two level sets around a best fit that is off centre, or the line. */
function levelGlyph(name) {
  if (drawn.has(name)) return drawn.get(name);
  let glyph = <path class="glyph-level" d="M3 7L27 23" />;
  if (name !== "equation") {
    const loss = lossOf({ ...defaults, loss: name, cx: 0.9, cy: 0.7, ellipse_ratio: 1.6 });
    const rise = loss.value([0, 0]) - loss.floor;
    const [outer, inner] = [0.9, 0.2].map((share) => levelOutline(loss, loss.floor + share * rise, 4, 48).map((w) => plus(w, loss.optimum, -1)));
    glyph = <path class="glyph-level" d={path(outer, fitted(outer)) + path(inner, fitted(outer))} />;
  }
  drawn.set(name, glyph);
  return glyph;
}

/** A menu whose button shows what is chosen: name and picture. */
function Picker({ store, name, label, glyph, also }) {
  const menu = useRef(null), chosen = store.signals[name].value, choices = fields[name].choices;
  const choose = (k) => { store.set({ [name]: k, ...(also ? also(k) : {}) }, { push: true }); menu.current.open = false; menu.current.querySelector("summary").focus(); };
  const picture = (k) => <svg viewBox={`0 0 ${SIDE} ${SIDE}`} aria-hidden="true">{glyph(k)}</svg>;
  return (
    <details class="picker" ref={menu} onKeyDown={(e) => { if (e.key === "Escape") menu.current.open = false; }}>
      <summary>{picture(chosen)}<span><small>{label}</small>{choices[chosen]}</span></summary>
      <div role="radiogroup" aria-label={label}>
        {Object.entries(choices).map(([k, text]) => (
          <label key={k} class="pick">
            <input type="radio" name={name} value={k} aria-label={text} checked={chosen === k} onChange={() => choose(k)} />
            {picture(k)}<span aria-hidden="true">{text}</span>
          </label>))}
      </div>
    </details>
  );
}

const BALL_STATE = ["p", "weight1", "weight2", "weight3", "slope", "l1_ratio", "groups"];

export function BallPicker({ store }) {
  const state = Object.fromEntries(BALL_STATE.map((k) => [k, store.signals[k].value]));
  return <Picker store={store} name="norm" label="ball" glyph={(norm) => ballGlyph({ ...state, norm })} />;
}

/** A target of one loss says nothing about another: the ball stays as it is while losses are tried. */
export function LossPicker({ store, scene }) {
  const keep = () => (store.signals.form.peek() === "budget" ? {} : { form: "budget", budget: +scene.dials.peek().budget.toPrecision(6) });
  return <Picker store={store} name="loss" label="loss" glyph={levelGlyph} also={keep} />;
}
