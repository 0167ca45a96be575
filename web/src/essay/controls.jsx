// Sliders, buttons and menus under the picture; they stay in place, so that focus does.

const shareOf = ({ value, min, max }) => (max > min ? Math.min(1, Math.max(0, (value - min) / (max - min))) : 0);

function Slider({ essay, k, c }) {
  const id = `grip-${c.key}`;
  const change = (event, held) => essay.change(k, c.key, Number(event.target.value), { held });
  const enter = (event) => { if (c.enter && event.key === "Enter") { event.preventDefault(); essay.act(k, c.enter); } };
  return (
    <div class="slider">
      {c.pick ? <Menu essay={essay} k={k} c={c.pick} /> : <label for={id}>{c.label}</label>}
      <input type="range" id={id} aria-label={c.label} min={c.min} max={c.max} step={c.step} value={c.value} aria-disabled={c.off ? "true" : undefined} aria-valuetext={c.spoken || c.text}
        style={{ "--fill": `calc(10px + ${shareOf(c).toFixed(4)} * (100% - 20px))`, "--tint": `var(--tone-${c.tone})` }} onInput={(event) => change(event, true)} onChange={(event) => change(event, false)} onKeyDown={enter} />
      <output for={id}>{c.text}</output>
    </div>);
}

function Menu({ essay, k, c }) {
  return <select aria-label={c.label} value={c.value} onChange={(event) => essay.change(k, c.key, Number(event.target.value))}>{c.options.map(([value, text]) => <option key={value} value={value}>{text}</option>)}</select>;
}

const Button = ({ essay, k, b }) => <button type="button" class={b.main ? "main" : ""} data-act={b.name} aria-label={b.spoken} aria-pressed={"pressed" in b ? b.pressed : undefined} aria-disabled={b.off ? "true" : undefined} onClick={() => b.off || essay.act(k, b.name)}>{b.label}</button>;

const Buttons = ({ essay, k, c }) => (
  <div class="buttons">
    {c.buttons.map((b, i) => (b.group ? <span key={i} class="segments" role="group" aria-label={b.label}>{b.shown && <small aria-hidden="true">{b.label}</small>}{b.group.map((one) => <Button key={one.name} essay={essay} k={k} b={one} />)}</span> : <Button key={i} essay={essay} k={k} b={b} />))}
    {(c.selects || []).map((one) => <Menu key={one.key} essay={essay} k={k} c={one} />)}
  </div>);

const Control = (props) => (props.c.buttons ? <Buttons {...props} /> : <Slider {...props} />);

export function Controls({ essay, k, list }) {
  return (
    <div class="controls" key={k}>
      {list.map((c, i) => {
        const before = list.slice(0, i).filter((one) => one.buttons).length; // the same button stays, and with it focus, where a slider goes
        if (c.row) return <div key={`row${i}`} class={c.row.every((one) => one.key) && c.row.length > 1 ? "pair" : "mixed"}>{c.row.map((one) => <Control key={one.key || "buttons"} essay={essay} k={k} c={one} />)}</div>;
        return <Control key={c.key || `buttons${before}`} essay={essay} k={k} c={c} />;
      })}
    </div>);
}
