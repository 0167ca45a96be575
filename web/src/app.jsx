// The whole page: story, stage, controls, views.
import { effect, signal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { Dials, Readouts, Sentence, Setup } from "./controls.jsx";
import { EXPORTS, canSavePage, sweepsOf } from "./share.js";
import { SolidStage } from "./solidstage.jsx";
import { Stage } from "./stage.jsx";
import { Key } from "./key.jsx";
import { Kind, useKind } from "./live.jsx";
import { atRest } from "./rest.js";
import { fields } from "./table.js";
import { Frontier } from "./views/frontier.jsx";
import { Model } from "./views/model.jsx";
import { Prices } from "./views/prices.jsx";

export function createPage(store, scene, data, proof, place) {
  const page = { store, scene, data, proof, place, spoken: signal(""), frame: { solid: () => scene.picture.value.d === 3 } };
  const rested = atRest(() => { page.spoken.value = scene.sentence.peek(); }, 300);
  const speak = effect(() => { if (scene.sentence.value) rested.ask(); });
  page.stop = () => { rested.cancel(); speak(); };
  return page;
}

export function App({ page }) {
  return <Kind.Provider value={page.scene.kind}><Page page={page} /></Kind.Provider>;
}

function Page({ page }) {
  const { store, scene } = page;
  const { d, own } = useKind();
  return (
    <div class="page">
      <Header page={page} />
      <Notes store={store} />
      <div class="columns">
        <div class="left">
          <div class="frame">{d === 3 ? <SolidStage store={store} scene={scene} frame={page.frame} /> : <Stage store={store} scene={scene} frame={page.frame} />}<Zoom store={store} /></div>
          <Sentence scene={scene} spoken={page.spoken} />
          <Key store={store} scene={scene} />
          <Readouts store={store} scene={scene} proof={page.proof} />
        </div>
        <div class="right">
          <Introduction data={page.data.value} />
          {!own && <Setup store={store} scene={scene} />}
          {!own && <Dials store={store} scene={scene} />}
          <Views page={page} />
        </div>
      </div>
    </div>
  );
}

function Zoom({ store }) {
  const by = (factor) => store.set({ zoom: store.signals.zoom.value * factor });
  return <div class="zoom"><button type="button" aria-label="nearer" onClick={() => by(1.2)}>+</button><button type="button" aria-label="farther" onClick={() => by(1 / 1.2)}>−</button></div>;
}

function Header({ page }) {
  const { place, store } = page;
  return (
    <header>
      <h1 class="word">normball</h1>
      {place.hasStory && <button type="button" onClick={place.toStory}>The story</button>}
      <button type="button" onClick={store.reset}>Reset</button>
      <Keys />
      <Share page={page} />
    </header>
  );
}

const KEYS = [["Tab", "to the next handle"], ["arrows", "a small step; with Shift ten times as far"], ["Page Up, Page Down", "a large step"],
  ["Home, End", "to the end of the range"], ["Backspace", "back to the start (or double-click)"], ["Shift while turning", "whole 15 degrees"], ["?", "this list"]];

function Keys() {
  const list = useRef(null);
  useEffect(() => {
    const root = list.current.getRootNode();
    const heard = (event) => {
      if (event.key === "?" && !/INPUT|SELECT|TEXTAREA/.test(event.target.tagName)) list.current.open = !list.current.open;
      if (event.key === "Escape") root.querySelectorAll("header details").forEach((d) => { d.open = false; });
    };
    root.addEventListener("keydown", heard);
    return () => root.removeEventListener("keydown", heard);
  }, []);
  return (
    <details class="share keys" ref={list}><summary aria-label="keys">?</summary>
      <dl>{KEYS.map(([key, what]) => <div key={key}><dt>{key}</dt><dd>{what}</dd></div>)}</dl></details>
  );
}

function Notes({ store }) {
  const notes = store.messages.value;
  if (!notes.length) return null;
  return <div class="notes" role="alert">{notes.map((n) => <p key={n}>{n}</p>)}<button type="button" onClick={() => { store.messages.value = []; }}>close</button></div>;
}

function Introduction({ data }) {
  const { own } = useKind();
  return (
    <section class="card" aria-label="introduction">
      {own ? <>
        <h2>{data.title}: {data.target_name || "y"} from {data.n_features} features</h2>
        <p>{data.n_samples} samples. Two features are on the stage; the <span class="ink norm">ball</span> is what the others leave of the budget. Walk along the path or drag the ball, choose other features, ask why.</p>
      </> : <>
        <h2>Take hold of the ball, the level set and the budget</h2>
        <p>The <span class="ink norm">ball</span> holds the coefficients that you can pay for, the <span class="ink loss">level set</span> those that fit equally well; where they touch is the answer. Drag either.</p>
      </>}
    </section>
  );
}

const VIEWS = { prices: Prices, frontier: Frontier, model: Model };

function Views({ page }) {
  const s = page.store.signals.view;
  const names = Object.entries(fields.view.choices);
  const View = VIEWS[s.value];
  const turn = (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    const k = names.findIndex(([name]) => name === s.value);
    const next = names[(k + by + names.length) % names.length][0];
    page.store.set({ view: next }, { push: true });
    event.currentTarget.querySelector(`[data-view=${next}]`).focus();
  };
  return (
    <section class="views">
      <div role="tablist" aria-label="views" class="tabs" onKeyDown={turn}>
        {names.map(([name, label]) => <button key={name} id={`tab-${name}`} data-view={name} type="button" role="tab" aria-selected={s.value === name} aria-controls="view" tabindex={s.value === name ? 0 : -1} onClick={() => page.store.set({ view: name }, { push: true })}>{label}</button>)}
      </div>
      <div role="tabpanel" id="view" aria-labelledby={`tab-${s.value}`} tabindex="0"><View store={page.store} scene={page.scene} data={page.data} /></div>
    </section>
  );
}

const ITEMS = [["link", "Copy the link"], ["png", "Picture (PNG)"], ["svg", "Picture (SVG)"], ["html", "This page (HTML)"], ["csv", "Frontier (CSV)"], ["python", "Python program"]];

function Share({ page }) {
  const [said, say] = useState("");
  const menu = useRef(null);
  const s = page.store.signals;
  const { own } = useKind();
  useEffect(() => { if (said) { const t = setTimeout(() => say(""), 6000); return () => clearTimeout(t); } return undefined; }, [said]);
  const run = async (name, more = {}) => {
    menu.current.open = false;
    try { say(await EXPORTS[name]({ ...page, ...more, progress: (share) => say(`drawing the animation: ${Math.round(100 * share)} %`) })); }
    catch (error) { say(`That did not work: ${error.message || error}`); }
  };
  const possible = ITEMS.filter(([name]) => !(name === "html" && !canSavePage()) && !(name === "python" && own));
  return (
    <div class="share">
      <details ref={menu}><summary>Share</summary>
        <ul>{possible.map(([name, label]) => <li key={name}><button type="button" onClick={() => run(name)}>{label}</button></li>)}
          {!own && sweepsOf({ loss: s.loss.value, norm: s.norm.value, dims: s.dims.value }).map(([name, words]) => <li key={name}><button type="button" onClick={() => run("gif", { name })}>Animation of {words} (GIF)</button></li>)}
        </ul></details>
      <p class="said" role="status">{said}</p>
    </div>
  );
}
