// The bill: price times norm, and loss; and what a step of the ball or of the line is worth.
import { nearly } from "../geometry/forms.js";
import { Live, useDerived, useKind } from "../live.jsx";
import { Value, short } from "../numbers.jsx";
import { exchange, flatName } from "../words.js";

/** One bill of rows(), as a bar of two parts; its row may be gone before the render that takes the bar away. */
function Bar({ label, rows, name }) {
  const bill = () => rows.value[name] || { norm: 0, loss: 0 };
  const share = (x) => `${Math.max(0, (100 * x) / rows.value.most).toFixed(2)}%`;
  const words = () => {
    const { norm, loss } = bill();
    return { "aria-label": `${label}: norm ${short(norm)}, loss ${short(loss)}, together ${short(norm + loss)}` };
  };
  return (
    <div class="bill">
      <span class="bill-label">{label}</span>
      <Live as="div" class="bar" role="img" live={words}>
        <Live as="span" class="part norm" live={() => ({ "--share": share(bill().norm) })} />
        <Live as="span" class="part loss" live={() => ({ "--share": share(bill().loss) })} />
      </Live>
      <Live as="span" class="bill-total" live={() => ({ text: short(bill().norm + bill().loss) })} />
    </div>
  );
}

/** What is asked for: on a line that is reached the norm alone; in the ball nothing more. */
function billKind({ loss }, touch) {
  if (loss.line && touch.value < 1e-12) return "line";
  return Number.isFinite(touch.alpha) && touch.alpha > 0 ? "price" : "free";
}

/** The bills {zero, contact, point: {norm, loss}}, and the largest. */
function billsOf(picture, touch, free) {
  const { loss } = picture;
  const isLine = billKind(picture, touch) === "line";
  const alpha = isLine ? 1 : Number.isFinite(touch.alpha) ? touch.alpha : 0;
  const offset = Math.min(loss.floor, 0);
  // every point of the line fits: what is left to pay is the norm itself
  const at = (size, value) => ({ norm: alpha * size, loss: isLine && value < 1e-6 ? 0 : value - offset });
  const bills = { contact: at(touch.size, touch.value) };
  if (!isLine) bills.zero = at(0, loss.value(Array(picture.d).fill(0)));
  if (free) bills.point = at(free.size, free.value);
  const most = Math.max(...Object.values(bills).map((b) => b.norm + b.loss), 1e-12);
  return { ...bills, most };
}

const BILL = <>The bill is <span class="ink norm">price × norm</span> + <span class="ink loss">loss</span>. </>;

const LEADS = {
  line: (alpha, d) => <>On the {flatName(d)} the loss is 0: all that is left to pay is the <span class="ink norm">norm</span>.</>,
  price: (alpha) => <>{BILL}At the price <Value name="price" x={alpha} /> the contact has the smallest bill of all points.</>,
  free: () => <>{BILL}The best fit is in the ball: no loss is left to buy, and the price is <Value name="price" x={() => 0} />.</>,
};

export function Prices({ store, scene }) {
  const { free, d } = useKind();
  const kind = useDerived(() => billKind(scene.picture.value, scene.touch.value), []).value;
  const rows = useDerived(() => billsOf(scene.picture.value, scene.touch.value, scene.free.value), []);
  const trade = useDerived(() => exchange(scene.picture.value, scene.touch.value.t), []);
  const trades = useDerived(() => !!trade.value, []).value;
  return (
    <div class="view-prices">
      <p class="lead">{LEADS[kind](() => scene.touch.value.alpha, d)}</p>
      {kind !== "line" && <Bar label="all zero" rows={rows} name="zero" />}
      <Bar label="the contact" rows={rows} name="contact" />
      {free && <Bar label="your point" rows={rows} name="point" />}
      {trades ? <Trade trade={trade} d={d} /> : <Step scene={scene} />}
      {free && <Cheaper scene={scene} />}
      {!free && !store.signals.free.value && d === 2 && <button type="button" class="quiet" onClick={() => store.set({ free: true }, { push: true })}>Place a point of your own</button>}
    </div>
  );
}

/** What the end of the arrow saves. */
function Cheaper({ scene }) {
  const better = () => scene.free.value?.better;
  const saves = useDerived(() => (better() ? better().saved > 1e-6 * scene.free.value.size : null), []).value;
  if (saves === null) return null;
  return (
    <p class="note">{saves
      ? <>Your point has norm <Value x={() => scene.free.value?.size} />. The end of the arrow fits as well with norm <Value name="better" x={() => better()?.after} />: it saves <strong><Value name="saved" x={() => better()?.saved} /></strong>.</>
      : <>No point that fits as well as yours has a smaller norm: yours is a contact.</>}</p>
  );
}

/** Growing the ball against moving the line. */
function Trade({ trade, d }) {
  const flat = flatName(d);
  const reached = useDerived(() => !!trade.value?.reached, []).value;
  const of = (name) => () => trade.value?.[name];
  const product = () => { const { move, rate } = trade.value || {}; return { text: `${short(move)} × ${short(rate)} = ${short(move * rate)}` }; };
  return (
    <p class="note">{reached
      ? <>The ball reaches the {flat}. One unit of budget is worth <Value name="rate" x={of("rate")} /> units of the {flat}'s distance.</>
      : <>To make them meet, <strong>grow the ball</strong> by <Value name="grow" x={of("grow")} /> or <strong>move the {flat}</strong> by <Value name="move" x={of("move")} />: one unit of ball is worth <Value name="rate" x={of("rate")} /> of {flat}. In units of loss that is the price, <Live as="span" live={product} />.</>}</p>
  );
}

/** What a little more budget buys, and what the price foretells; null where it buys nothing. */
function stepOf(picture, touch) {
  if (touch.inside || !(picture.enough > 0) || !Number.isFinite(touch.alpha)) return null;
  const step = Math.min(0.01 * picture.enough, picture.enough - touch.t);
  const { w } = nearly(picture, touch.t + step, touch.w); // off by little, and the loss there by its square
  return { step, fall: touch.value - picture.loss.value(w), foretold: touch.alpha * step };
}

function Step({ scene }) {
  const step = useDerived(() => stepOf(scene.picture.value, scene.touch.value), []);
  const buys = useDerived(() => !!step.value, []).value;
  const of = (name) => () => step.value?.[name];
  if (!buys) return <p class="note">The ball is larger than needed: more budget buys nothing.</p>;
  return (
    <p class="note"><strong>Grow the ball</strong> by <Value x={of("step")} digits={2} />: that buys <Value name="fall" x={of("fall")} /> of loss, and the price foretold <Value x={of("foretold")} />.</p>
  );
}
