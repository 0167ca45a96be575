// Odds: where do random lines and ellipses touch this ball? Thrown, mapped, and in many dimensions.
import { useEffect, useRef } from "preact/hooks";
import { signal } from "@preact/signals";
import { Segments } from "../controls.jsx";
import { contact, makePicture } from "../geometry/forms.js";
import { lossOf, quadratic } from "../geometry/losses.js";
import { length } from "../geometry/vectors.js";
import { percent, short, Value, wilson } from "../numbers.jsx";
import { ballOutline } from "../outlines.js";
import { nameOf } from "../words.js";
import { Dimensions } from "./dimensions.jsx";

const KINDS = [["corner", "a corner"], ["side", "a side"], ["round", "a round part"]];

const kindOf = (c) => (c.flat ? "side" : c.kind === "vertex" || c.corner ? "corner" : c.kind === "face" ? "side" : "round");

/** A random line at distance 1, or a random ellipse with its centre outside the ball. */
function randomPicture(norm, isLine) {
  const a = 2 * Math.PI * Math.random();
  if (isLine) return makePicture(lossOf({ loss: "equation", dims: 2, angle: (a * 180) / Math.PI - 180, offset: 1 }), norm, 2);
  const u = [Math.cos(a), Math.sin(a)], r = 1.2 + 1.8 * Math.random();
  const c = u.map((x) => (x * r) / Math.max(norm.value(u), 1e-9));
  const b = Math.PI * Math.random(), k = 1 + 4 * Math.random(), [cos, sin] = [Math.cos(b), Math.sin(b)];
  const G = [[k * cos * cos + (sin * sin) / k, (k - 1 / k) * cos * sin], [(k - 1 / k) * cos * sin, k * sin * sin + (cos * cos) / k]];
  const cross = G.map((row) => row[0] * c[0] + row[1] * c[1]);
  return makePicture(quadratic(G, cross, 0, c), norm, 2);
}

/** The tally of one page: kept while the ball and the kind of level set stay the same. */
export function createThrows() {
  return { key: "", tally: signal(null), running: signal(false) };
}

function start(throws, norm, isLine, key, count = 1000) {
  throws.key = key;
  throws.running.value = true;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const tally = { n: 0, corner: 0, side: 0, round: 0, zeros: 0, spots: [] };
  const some = () => {
    if (throws.key !== key) { throws.running.value = false; return; }
    const until = still ? count : Math.min(count, tally.n + 20);
    while (tally.n < until) {
      const picture = randomPicture(norm, isLine);
      const c = contact(picture, isLine ? picture.enough : 1);
      tally[kindOf(c)] += 1;
      tally.zeros += c.zeros > 0 ? 1 : 0;
      const scale = 1 / (norm.value(c.w) || 1);
      tally.spots.push(norm.homogeneous ? c.w.map((x) => x * scale) : c.w);
      tally.n += 1;
    }
    throws.tally.value = { ...tally };
    if (tally.n < count) requestAnimationFrame(some);
    else throws.running.value = false;
  };
  some();
}

export function Odds({ store, scene, throws }) {
  const mode = store.signals.odds.value;
  return (
    <div class="view-odds">
      <Segments store={store} name="odds" />
      {mode === "throws" ? <Throws store={store} scene={scene} throws={throws} /> : mode === "plane" ? <Plane scene={scene} /> : <Dimensions store={store} />}
    </div>
  );
}

function Throws({ store, scene, throws }) {
  const { norm, loss, d } = scene.picture.value;
  if (d === 3) return <p class="note">The throws are in the plane: switch to 2-D, or look at many dimensions.</p>;
  const isLine = !!loss.line;
  const s = store.signals;
  const key = JSON.stringify(["norm", "p", "weight1", "weight2", "slope", "l1_ratio", "groups"].map((k) => s[k].value).concat(isLine));
  const tally = throws.key === key ? throws.tally.value : null;
  const what = isLine ? "lines" : "ellipses";
  const radius = 84;
  const outline = ballOutline(norm, 1);
  const most = Math.max(...outline.map(length));
  const spot = ([x, y]) => [110 + (radius * x) / most, 110 - (radius * y) / most];
  return (
    <div>
      <p class="lead">Throw {what} at random: where do they touch the {nameOf(norm, 2)}?</p>
      <div class="throws">
        <svg viewBox="0 0 220 220" class="dartboard" role="img" aria-label={tally ? `${tally.n} touches on the ball` : "the ball, nothing thrown yet"}>
          <path class="ball-line" d={`M${outline.map((p) => spot(p).map((v) => v.toFixed(1)).join(" ")).join("L")}Z`} />
          {tally && <path class="spots" d={tally.spots.map((p, k) => { const [x, y] = spot(p); const j = ((k * 7919) % 100) / 100 - 0.5, i = ((k * 104729) % 100) / 100 - 0.5; return `M${(x + 7 * j).toFixed(1)} ${(y + 7 * i).toFixed(1)}h.01`; }).join("")} />}
        </svg>
        <div class="tally">
          <button type="button" class="main" disabled={throws.running.value} onClick={() => start(throws, norm, isLine, key)}>Throw 1,000 {what}</button>
          {KINDS.map(([k, label]) => {
            const share = tally ? tally[k] / tally.n : 0;
            const [lo, hi] = tally ? wilson(tally[k], tally.n) : [0, 0];
            return (
              <div key={k} class="tally-row"><span>{label}</span>
                <span class="meter"><span style={{ width: `${100 * share}%` }} /></span>
                <span class="count">{tally ? <><Value name={`tally_${k}`} x={tally[k]} digits={4} /><small title="95 % interval">{percent(lo)} to {percent(hi)} %</small></> : "–"}</span>
              </div>);
          })}
          {tally && <p class="note">{short(tally.zeros, 4)} of {short(tally.n, 4)} have a zero coefficient.</p>}
        </div>
      </div>
      {isLine && <p class="note">Only a line exactly parallel to a side touches the whole side, and a random line never is: the side catches one direction, the corner a whole wedge of them.</p>}
    </div>
  );
}

const COLOURS = { "10": [0, 114, 178], "01": [230, 159, 0], "00": [150, 150, 150], "11": [240, 228, 200], in: [255, 255, 255] };

/** The plane coloured by the face that a level set centred there would touch. */
function Plane({ scene }) {
  const canvas = useRef(null);
  const picture = scene.picture.value;
  const { loss, norm, d } = picture;
  const t = scene.budget.value;
  const drawable = d === 2 && loss.gram && norm.convex && !scene.own.value;
  const gram = loss.gram;
  useEffect(() => {
    if (!drawable || !canvas.current) return undefined;
    const wait = setTimeout(() => {
      const n = 110, context = canvas.current.getContext("2d"), image = context.createImageData(n, n);
      for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) {
        const c = [((j + 0.5) / n) * 5.2 - 2.6, 2.6 - ((i + 0.5) / n) * 5.2];
        const cross = gram.map((row) => row[0] * c[0] + row[1] * c[1]);
        const found = contact(makePicture(quadratic(gram, cross, 0, c), norm, 2), t);
        const colour = found.inside ? COLOURS.in : COLOURS[`${found.w[0] === 0 ? 1 : 0}${found.w[1] === 0 ? 1 : 0}`] || COLOURS["00"];
        const plain = found.zeros === 0 && found.corner ? [204, 121, 167] : found.zeros === 0 && !found.inside ? COLOURS["11"] : colour;
        image.data.set([...plain, found.inside ? 0 : 255], 4 * (i * n + j));
      }
      context.putImageData(image, 0, 0);
    }, 120);
    return () => clearTimeout(wait);
  });
  if (!drawable) return <p class="note">The map is drawn for squared error in the plane, with a convex ball: choose squared error, 2-D.</p>;
  const spot = ([x, y]) => `${(((x + 2.6) / 5.2) * 260).toFixed(1)} ${(((2.6 - y) / 5.2) * 260).toFixed(1)}`;
  return (
    <div>
      <p class="lead">Put the best fit anywhere: the colour says what the solution will be, with the ellipse and the budget as they are.</p>
      <div class="plane">
        <canvas ref={canvas} width="110" height="110" role="img" aria-label="the plane coloured by which coefficients would be zero" />
        <svg viewBox="0 0 260 260" aria-hidden="true"><path class="ball-line" d={`M${ballOutline(norm, t).map(spot).join("L")}Z`} />
          <path class="cross" d={`M${spot(loss.optimum)}m-5 -5l10 10m0 -10l-10 10`} /></svg>
      </div>
      <ul class="legend">
        <li><i style="background:rgb(0,114,178)" />w₁ = 0</li><li><i style="background:rgb(230,159,0)" />w₂ = 0</li>
        <li><i style="background:rgb(204,121,167)" />a corner without zeros</li><li><i style="background:rgb(240,228,200)" />no zero</li><li><i class="clear" />inside the ball</li>
      </ul>
    </div>
  );
}
