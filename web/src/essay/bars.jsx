// Bills: bars parted by what is paid for.
const share = (x, most) => `${(Math.max(0, Math.min(1, x / most)) * 100).toFixed(2)}%`;

/** Parts [value, tone, label] of a bar that ends at `most`, with a dashed mark. */
export function Bar({ parts, most, mark }) {
  return (
    <div class="bar">
      {parts.map(([value, tone, label], k) => <i key={k} class={tone} style={{ width: share(value, most) }}>{value / most > 0.13 ? label : ""}</i>)}
      {mark === undefined ? null : <u style={{ left: share(mark, most) }} />}
    </div>);
}

export function Bill({ title, tone, parts, most, mark, left, right, next, good }) {
  return (
    <div class="bill">
      <h3 class={tone}>{title}</h3>
      <Bar parts={parts} most={most} mark={mark} />
      <div class="sum"><span>{left}</span><b>{right}</b></div>
      {next && <div class={`next ${good ? "yes" : "no"}`}>{next}</div>}
    </div>);
}
