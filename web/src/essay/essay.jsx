// The essay: header, figure and cards, and the static end.
import { render as draw } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { Cards } from "./cards.jsx";
import { End } from "./end.jsx";
import { Header } from "./opening.jsx";
import { Figure } from "./figure.jsx";
import { createFlow } from "./flow.js";
import { plainText } from "./words.jsx";
import { PaperFrame } from "./paper.jsx";
import { STEPS } from "./steps/index.js";

const NARROW = 860, LOW = 560;

/** About how many letters the sentence under the picture may have: three lines of it. */
function lettersOf(wide, isLow) {
  const line = wide > NARROW ? (Math.min(wide, 1220) - 480) / 8.6 : (isLow ? 0.57 * wide - 28 : wide - 28) / 7.3;
  return Math.floor(2.75 * line);
}

function Rail({ essay, go }) {
  return (
    <nav class="rail" aria-label="Steps">
      {STEPS.map((step, k) => {
        const done = essay.steps[k].open.value === step.tasks.length;
        return <a key={step.id} href={`#${step.id}`} class={done ? "done" : ""} aria-current={essay.now.value === k ? "step" : undefined} aria-label={`${k + 1}. ${step.question}`} title={step.question} onClick={(event) => { event.preventDefault(); go(step.id); }} />;
      })}
    </nav>);
}

/** Takeaways as they are reached, for those who listen. */
function Announced({ essay }) {
  const [k, i] = essay.announced.value.split(" ").map(Number);
  return <p class="spoken" role="status">{essay.announced.value ? plainText(STEPS[k - 1].tasks[i].said(essay.contextOf(k - 1))) : ""}</p>;
}

export function Essay({ essay, asked, own, write, openLab }) {
  const root = useRef(null), figure = useRef(null), flow = useRef(null);
  const go = (id, focus) => (focus ? flow.current.goWithFocus(id) : flow.current.go(id));
  useLayoutEffect(() => {
    const measure = () => {
      if (!root.current) return;
      const wide = root.current.clientWidth, high = own ? innerHeight : root.current.clientHeight, isLow = wide <= NARROW && high < LOW;
      essay.small.value = wide <= NARROW;
      essay.above.value = wide <= NARROW && !isLow;
      root.current.classList.toggle("low", isLow);
      essay.letters.value = lettersOf(wide, isLow);
      root.current.style.setProperty("--screen", `${high}px`);
    };
    measure();
    const watch = new ResizeObserver(measure);
    watch.observe(root.current);
    if (own) addEventListener("resize", measure);
    flow.current = createFlow(essay, { root: root.current, scroller: own ? window : root.current, write });
    return () => { watch.disconnect(); removeEventListener("resize", measure); flow.current.stop(); essay.motion.finish(); };
  }, []);
  useEffect(() => {
    // not before the page has been laid out, and the address follows only after that
    const open = () => { if (asked.step) flow.current.go(asked.step, false); flow.current.follow(); setTimeout(flow.current.start, 150); };
    const timer = requestAnimationFrame(() => requestAnimationFrame(open));
    return () => cancelAnimationFrame(timer);
  }, [asked]);
  const reached = essay.announced.value;
  useEffect(() => { if (reached) flow.current.reveal(); }, [reached]);
  useEffect(() => {
    const paper = () => root.current.querySelectorAll(".cards .frame").forEach((frame, k) => draw(<PaperFrame step={STEPS[k]} context={essay.contextOf(k, true)} touched={essay.steps[k].touched} />, frame));
    addEventListener("beforeprint", paper);
    return () => removeEventListener("beforeprint", paper);
  }, []);
  return (
    <div class={`essay ${own ? "own" : "boxed"}`} ref={root} tabindex={own ? undefined : 0}>
      <Header />
      <Rail essay={essay} go={go} />
      <div class="story">
        <Figure essay={essay} innerRef={figure} />
        <Cards essay={essay} go={go} openLab={openLab} />
      </div>
      <End story={essay.story} go={go} openLab={openLab} />
      <Announced essay={essay} />
    </div>);
}
