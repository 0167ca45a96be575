// Pictures on paper: every step draws what the reader left, or its best moment.
import { planeOf } from "./plane.jsx";
import { plainText } from "./words.jsx";

const HIGH = 360;

export function PaperFrame({ step, context, touched }) {
  const open = touched ? context.open : step.tasks.length, s = touched ? context.s : step.best(context.s, open, context), x = { ...context, s, open, small: false };
  const said = step.reading(x), even = step.layout === "even", view = step.view(x), label = plainText(said), P = planeOf(HIGH, HIGH, view);
  const drawn = { ...x, P, label, planeSize: [HIGH, HIGH], sideSize: [even ? HIGH : 250, HIGH] };
  const captions = step.captions ? step.captions(x) : null;
  return (
    <div class={`paper ${even ? "even" : ""}`}>
      <div><step.Plane {...drawn} />{captions && <p class="under">{captions[0]}</p>}</div>
      <div>{step.Plane2 ? <step.Plane2 {...drawn} /> : <step.Side {...drawn} w={250} h={HIGH} />}{captions && <p class="under">{captions[1]}</p>}</div>
      <p class="reading">{said}</p>
    </div>);
}
