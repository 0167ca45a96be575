// The state of one page: read from and written to the address and the model (Python or none).
import { batch, signal } from "@preact/signals";
import { LABORATORY } from "./place.js";
import { atRest } from "./rest.js";
import { fields, version } from "./table.js";

export const defaults = Object.fromEntries(Object.entries(fields).map(([name, f]) => [name, f.default]));

/** A value brought into its field's range: [value, sentence or null]. */
function clean(name, raw) {
  const f = fields[name];
  if (f.kind === "flag") {
    if (raw === true || raw === "true" || raw === "1") return [true, null];
    if (raw === false || raw === "false" || raw === "0") return [false, null];
    return [f.default, `${name} must be true or false, not ${String(raw).slice(0, 40)}.`];
  }
  if (f.kind === "choice") {
    const known = Object.keys(f.choices);
    if (known.includes(String(raw))) return [typeof f.default === "number" ? Number(raw) : String(raw), null];
    return [f.default, `${name} must be one of ${known.join(", ")}, not ${String(raw).slice(0, 40)}.`];
  }
  const x = typeof raw === "boolean" || raw === null || raw === "" ? NaN : Number(raw);
  if (!Number.isFinite(x)) return [f.default, `${name} must be a number, not ${String(raw).slice(0, 40)}.`];
  const inRange = Math.min(f.max, Math.max(f.min, f.kind === "integer" ? Math.round(x) : x));
  return [inRange, inRange === x ? null : `${name} must lie between ${f.min} and ${f.max}; ${x} became ${inRange}.`];
}

/** State and sentences about what was not understood. */
export function readState(raw) {
  const state = { ...defaults };
  const notes = [];
  for (const [name, value] of Object.entries(raw)) {
    if (name === "v") {
      if (Number(value) > version) notes.push(`This address comes from a newer version (${value}); this page reads version ${version}.`);
    } else if (fields[name]) {
      const [good, note] = clean(name, value);
      state[name] = good;
      if (note) notes.push(note);
    } else notes.push(`${name.slice(0, 40)} is not known here and was ignored.`);
  }
  return { state, notes };
}

/** What differs from the page's first state, as the part of the address after #. */
function toHash(state, base) {
  const pairs = Object.entries(state).filter(([k, v]) => v !== base[k]);
  const text = (v) => (typeof v === "number" ? String(+v.toPrecision(12)) : String(v));
  return new URLSearchParams(pairs.map(([k, v]) => [k, text(v)])).toString();
}

const fromHash = (hash) => Object.fromEntries(new URLSearchParams(hash.replace(/^#/, "")));

/**
 * The store: one signal a field. `set` changes several at once; `push: true` makes a place for
 * the Back button. Changes reach the address and the model 80 ms after the last one.
 */
export function createStore(model, { ownsAddress, place }) {
  const given = readState(model.get("state") || {}), base = given.state;
  const named = () => (location.hash === `#${LABORATORY}` || !place.isLaboratory(location.hash) ? {} : fromHash(location.hash));
  const addressed = () => readState({ ...base, ...named() });
  const { state, notes } = ownsAddress ? addressed() : { state: base, notes: [] };
  const signals = Object.fromEntries(Object.entries(state).map(([k, v]) => [k, signal(v)]));
  const messages = signal([...given.notes, ...notes]);
  const all = () => Object.fromEntries(Object.entries(signals).map(([k, s]) => [k, s.value]));
  let written = toHash(state, base);

  const write = (push) => {
    later.cancel();
    const now = all();
    const hash = toHash(now, base);
    if (hash === written) return;
    written = hash;
    if (ownsAddress) {
      try { history[push ? "pushState" : "replaceState"](null, "", hash || place.hasStory ? `#${hash || LABORATORY}` : location.pathname + location.search); }
      catch { ownsAddress = false; }
    }
    model.set("state", now);
    model.save_changes();
  };
  const later = atRest(() => write(false), 80);
  const set = (changes, { push = false } = {}) => {
    if (push && later.isAsked) write(false);
    batch(() => { for (const [k, v] of Object.entries(changes)) signals[k].value = clean(k, v)[0]; });
    if (push) write(true);
    else later.ask();
  };
  const take = (read) => {
    batch(() => { for (const [k, v] of Object.entries(read.state)) signals[k].value = v; messages.value = read.notes; });
    written = toHash(read.state, base);
  };
  const fromAddress = () => { if (place.isLaboratory(location.hash)) take(addressed()); };
  const fromModel = () => {
    const read = readState(model.get("state") || {});
    if (!later.isAsked && toHash(read.state, base) !== toHash(all(), base)) take(read);
  };
  if (ownsAddress) { addEventListener("popstate", fromAddress); addEventListener("hashchange", fromAddress); }
  model.on("change:state", fromModel);
  const stop = () => {
    later.cancel();
    removeEventListener("popstate", fromAddress);
    removeEventListener("hashchange", fromAddress);
    if (model.off) model.off("change:state", fromModel);
  };
  /** Everything as the page was opened. */
  const reset = () => { set(base, { push: true }); messages.value = []; };
  /** What differs from the page as it is without any state. */
  const changed = () => Object.fromEntries(Object.entries(all()).filter(([k, v]) => v !== defaults[k]));
  return { signals, all, changed, hasAddress: () => ownsAddress, set, reset, flush: () => write(false), messages, stop };
}
