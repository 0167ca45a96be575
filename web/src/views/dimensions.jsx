// Zeros of the smallest solution of m random equations in p unknowns, from normball.geometry.
import { Value, short } from "../numbers.jsx";
import { Range } from "../range.jsx";
import odds from "../../../src/normball/explorer/odds.json";

const { rows, columns } = odds;
const nearest = (list, x) => list.reduce((a, b) => (Math.abs(Math.log(b / x)) < Math.abs(Math.log(a / x)) ? b : a));
const TITLES = { l1: "L1", l2: "L2", linf: "L∞" };

export function Dimensions({ store }) {
  const s = store.signals;
  const sizes = [...new Set(rows.map((r) => r.p))].sort((a, b) => a - b);
  const p = nearest(sizes, s.odds_p.value);
  const counts = [...new Set(rows.filter((r) => r.p === p).map((r) => r.m))].sort((a, b) => a - b);
  const m = nearest(counts, s.odds_m.value);
  const here = rows.find((r) => r.p === p && r.m === m);
  const shown = Object.keys(TITLES).map((norm) => ({
    norm, ...Object.fromEntries(columns.map((name, k) => [name, here[norm][k]])),
  }));
  const steps = (list, x, name, label) => (
    <label class="slider"><span>{label}</span>
      <Range aria-label={label} step="1" now={() => ({ min: 0, max: list.length - 1, value: list.indexOf(x), text: String(x) })} onInput={(e) => store.set({ [name]: list[e.target.value] })} />
      <output>{x}</output></label>);
  return (
    <div class="dimensions">
      <p class="lead">{m} random equation{m > 1 ? "s" : ""} in {p} unknowns. Take the solution of smallest norm: how many of its {p} coefficients are exactly zero?</p>
      {steps(sizes, p, "odds_p", "unknowns p")}
      {steps(counts, m, "odds_m", "equations m")}
      {shown.map((r) => (
        <div key={r.norm} class="tally-row"><span>{TITLES[r.norm]}</span>
          <span class="meter"><span style={{ width: `${(100 * r.zeros) / p}%` }} /></span>
          <span class="count"><Value name={`zeros_${r.norm}`} x={() => r.zeros} digits={4} /> zeros<small>{r.low === r.high ? "exact" : `${short(r.low, 4)} to ${short(r.high, 4)}`}</small></span>
        </div>))}
      <p class="note">L1 keeps as many coefficients as there are equations. L2 spreads over all of them. L∞ makes {short(shown[2].at_bound, 4)} of them equally large: its corners lie where nothing is zero.</p>
    </div>
  );
}

