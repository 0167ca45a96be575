// Odds: where do random lines and ellipses touch this ball? Thrown, mapped, and in many dimensions.
import { hasMap } from "../backdrops.jsx";
import { Segments } from "../controls.jsx";
import { FACES } from "../facemap.js";
import { percent, short, Value, wilson } from "../numbers.jsx";
import { aimOf, start, tallyFor } from "../throws.js";
import { nameOf } from "../words.js";
import { Dimensions } from "./dimensions.jsx";

const KINDS = [["corner", "a corner"], ["side", "a side"], ["round", "a round part"]];

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
  const aim = aimOf(store, scene);
  const tally = tallyFor(throws, aim);
  const what = loss.line ? "lines" : "ellipses";
  return (
    <div>
      <p class="lead">Throw {what} at random: where do they touch the {nameOf(norm, 2)}?</p>
      <button type="button" class="main" disabled={throws.running.value} onClick={() => start(throws, aim)}>Throw 1,000 {what}</button>
      <div class="tally">
        {KINDS.map(([k, label]) => {
          const share = tally ? tally[k] / tally.n : 0;
          const [lo, hi] = tally ? wilson(tally[k], tally.n) : [0, 0];
          return (
            <div key={k} class="tally-row"><span>{label}</span>
              <span class="meter"><span style={{ width: `${100 * share}%` }} /></span>
              <span class="count">{tally ? <><Value name={`tally_${k}`} x={() => tally[k]} digits={4} /><small title="95 % interval for the share">{percent(lo)} to {percent(hi)} %</small></> : "–"}</span>
            </div>);
        })}
      </div>
      {tally && <p class="note">{short(tally.zeros, 4)} of {short(tally.n, 4)} have a zero coefficient. The shares are 95 % intervals.</p>}
      {loss.line && norm.flat && <p class="note">Only a line exactly parallel to a side touches the whole side, and a random line never is: the side catches one direction, the corner a whole wedge of them.</p>}
    </div>
  );
}

/** The map itself is drawn on the stage. */
function Plane({ scene }) {
  const { norm } = scene.picture.value;
  if (!hasMap(scene.picture.value)) return <p class="note">The map is drawn for squared error in the plane, with a convex ball: choose squared error and 2-D.</p>;
  const names = scene.own.value && scene.own.value.names;
  return (
    <div>
      <p class="lead">Drag the best fit over the map: the colour says what the solution will be, with the ellipse and the budget as they are.</p>
      <ul class="legend">
        {FACES.filter(({ name }) => name !== "corner" || norm.name === "linf" || norm.name === "sorted_l1").map(({ name, text, colour }, k) => (
          <li key={name}><i class={colour ? "" : "clear"} style={colour && { background: `rgba(${colour.join()}, .45)` }} />{names && (k === 1 || k === 2) ? `${names[k - 1]} = 0` : text}</li>))}
      </ul>
      {norm.flat && <p class="note">A side catches a strip of best fits, a corner all that lies between two strips.</p>}
    </div>
  );
}
