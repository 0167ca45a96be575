// The essay for a browser without scripts: written into a file when the page is built. What rests on
// data is put in by Python where `$` names it.
import { End } from "./end.jsx";
import { PaperCard } from "./cards.jsx";
import { PaperFrame } from "./paper.jsx";
import { Header } from "./opening.jsx";
import { STEPS } from "./steps/index.js";

const FROM_DATA = ["data", "map", "matter"];

export const Unscripted = () => (
  <div class="essay unscripted">
    <Header />
    {STEPS.map((step, k) => (FROM_DATA.includes(step.id) ? <section class="card" key={step.id}><p class="kicker">{k + 1} of {STEPS.length}</p><h2>{step.question}</h2><div class="paper">{`$step_${step.id}`}</div></section>
      : <PaperCard key={step.id} step={step} k={k} context={contextOf(step)}><PaperFrame step={step} context={contextOf(step)} touched={false} /></PaperCard>))}
    <End story={{ answers: { matter: "$matter" }, made: "$made" }} />
  </div>);

const contextOf = (step) => ({ s: step.start({}), open: step.tasks.length, small: false });
