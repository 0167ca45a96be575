// The bill: price times norm, and loss; and what a step of the ball or of the line is worth.
import { contact } from "../geometry/forms.js";
import { Value, short } from "../numbers.jsx";
import { exchange } from "../words.js";

function Bar({ label, norm, loss, most, total }) {
  const share = (x) => `${Math.max(0, (100 * x) / most)}%`;
  return (
    <div class="bill">
      <span class="bill-label">{label}</span>
      <div class="bar" role="img" aria-label={`${label}: norm ${short(norm)}, loss ${short(loss)}, together ${short(total)}`}>
        <span class="part norm" style={{ width: share(norm) }} />
        <span class="part loss" style={{ width: share(loss) }} />
      </div>
      <span class="bill-total">{short(total)}</span>
    </div>
  );
}

/** The rows of the bill, and the sentence above them. */
function billOf(picture, touch, free) {
  const { loss } = picture;
  const offset = Math.min(loss.floor, 0);
  if (loss.line && touch.value < 1e-12) {
    // every point of the line fits: what is left to pay is the norm itself
    const row = (size, value) => ({ norm: size, loss: value < 1e-6 ? 0 : value });
    return {
      lead: <>On the line the loss is 0: all that is left to pay is the <span class="ink norm">norm</span>.</>,
      rows: [["the contact", row(touch.size, 0)], ...(free ? [["your point", row(free.size, free.value)]] : [])],
    };
  }
  const alpha = Number.isFinite(touch.alpha) ? touch.alpha : 0;
  const at = (size, value) => ({ norm: alpha * size, loss: value - offset });
  return {
    lead: <>The bill is <span class="ink norm">price × norm</span> + <span class="ink loss">loss</span>. {alpha > 0
      ? <>At the price <Value name="price" x={alpha} /> the contact has the smallest bill of all points.</>
      : <>The best fit is in the ball: no loss is left to buy, and the price is <Value name="price" x={0} />.</>}</>,
    rows: [["all zero", at(0, loss.value(Array(picture.d).fill(0)))], ["the contact", at(touch.size, touch.value)], ...(free ? [["your point", at(free.size, free.value)]] : [])],
  };
}

export function Prices({ store, scene }) {
  const picture = scene.picture.value;
  const touch = scene.touch.value;
  const free = scene.free.value;
  const { lead, rows } = billOf(picture, touch, free);
  const most = Math.max(...rows.map(([, b]) => b.norm + b.loss), 1e-12);
  const trade = exchange(picture, touch.t);
  return (
    <div class="view-prices">
      <p class="lead">{lead}</p>
      {rows.map(([label, b]) => <Bar key={label} label={label} norm={b.norm} loss={b.loss} total={b.norm + b.loss} most={most} />)}
      {trade ? <Trade trade={trade} /> : <Step picture={picture} touch={touch} alpha={touch.alpha} />}
      {free && free.better && (
        <p class="note">{free.better.saved > 1e-6 * free.size
          ? <>Your point has norm {short(free.size)}. The end of the arrow fits as well with norm <Value name="better" x={free.better.after} />: it saves <strong><Value name="saved" x={free.better.saved} /></strong>.</>
          : <>No point that fits as well as yours has a smaller norm: yours is a contact.</>}</p>)}
      {!store.signals.free.value && picture.d === 2 && <button type="button" class="quiet" onClick={() => store.set({ free: true }, { push: true })}>Place a point of your own</button>}
    </div>
  );
}

function Trade({ trade }) {
  return (
    <p class="note">{trade.reached
      ? <>The ball reaches the line. One unit of budget is worth <Value name="rate" x={trade.rate} /> units of the line's distance.</>
      : <>To make them meet, <strong>grow the ball</strong> by <Value name="grow" x={trade.grow} /> or <strong>move the line</strong> by <Value name="move" x={trade.move} />: one unit of ball is worth <Value name="rate" x={trade.rate} /> of line. In units of loss that is the price, {short(trade.move)} × {short(trade.rate)} = {short(trade.move * trade.rate)}.</>}</p>
  );
}

function Step({ picture, touch, alpha }) {
  if (touch.inside || !(picture.enough > 0) || !Number.isFinite(touch.alpha)) return <p class="note">The ball is larger than needed: more budget buys nothing.</p>;
  const step = Math.min(0.01 * picture.enough, picture.enough - touch.t);
  const after = contact(picture, touch.t + step);
  return (
    <p class="note"><strong>Grow the ball</strong> by {short(step, 2)}: that buys <Value name="fall" x={touch.value - after.value} /> of loss, and the price foretold {short(alpha * step)}.</p>
  );
}
