// The story: a card a step, with its tasks and what they showed.
import { STEPS } from "./steps/index.js";

const Tasks = ({ step, context, onPaper }) => (
  <div class="tasks">
    {step.tasks.map((task, i) => {
      const done = context.open > i, later = i > 0 && context.open < i;
      return (
        <div key={i} class={`one ${done ? "done" : ""} ${later ? "later" : ""}`}>
          {!onPaper && <p class="task" aria-hidden={done}>{later ? "" : task.ask(context)}</p>}
          <p class="said" aria-hidden={!done && !onPaper}>{done || onPaper ? task.said(context) : <span class="room">{task.said(context)}</span>}</p>
        </div>);
    })}
  </div>);

function Card({ essay, k, go, openLab }) {
  const { step, open } = essay.steps[k], on = essay.now.value === k, context = essay.contextOf(k), next = STEPS[k + 1];
  const all = open.value === step.tasks.length;
  // by a key the focus goes along
  const follow = (id) => (event) => { event.preventDefault(); go(id, event.detail === 0); };
  return (
    <section class={`card ${on ? "on" : ""}`} id={step.id} data-step={step.id} aria-labelledby={`h-${step.id}`}>
      <p class="kicker">{k + 1} of {STEPS.length}</p>
      <h2 id={`h-${step.id}`}>{step.question}</h2>
      <p>{step.text(context)}</p>
      <div class="frame" />
      <Tasks step={step} context={context} />
      <p class={`more ${all ? "ready" : ""}`}>
        {step.lab && <button type="button" class="tolab" onClick={() => openLab(step.lab(essay.contextOf(k, true)))}>In the laboratory</button>}
        {step.labNote && <small>({step.labNote(context)})</small>}
        {next ? <a href={`#${next.id}`} onClick={follow(next.id)}>Next: {next.question} ↓</a> : <a href="#end" onClick={follow("end")}>Which one should I use? ↓</a>}
      </p>
    </section>);
}

export const Cards = ({ essay, go, openLab, innerRef }) => <div class="cards" ref={innerRef}>{STEPS.map((step, k) => <Card key={step.id} essay={essay} k={k} go={go} openLab={openLab} />)}</div>;

/** A step on paper: its text, its picture at the reader's state or at its best moment, what it showed. */
export function PaperCard({ step, k, context, children }) {
  return (
    <section class="card">
      <p class="kicker">{k + 1} of {STEPS.length}</p>
      <h2>{step.question}</h2>
      <p>{step.text(context)}</p>
      {children}
      <Tasks step={step} context={{ ...context, open: step.tasks.length }} onPaper />
    </section>);
}
