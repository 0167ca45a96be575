// A canvas context that writes SVG: as much of it as the picture in space uses.
const number = (x) => String(Math.round(100 * x) / 100);
const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

export class SvgContext {
  parts = [];
  path = "";
  globalAlpha = 1;
  dash = [];
  textAlign = "left";

  setTransform() {}
  clearRect() {}
  setLineDash(dash) { this.dash = dash; }
  beginPath() { this.path = ""; }
  moveTo(x, y) { this.path += `M${number(x)} ${number(y)}`; }
  lineTo(x, y) { this.path += `L${number(x)} ${number(y)}`; }
  closePath() { this.path += "Z"; }
  arc(x, y, r) { this.path += `M${number(x - r)} ${number(y)}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`; }

  write(tag, more, content = "") {
    const opacity = this.globalAlpha < 1 ? ` opacity="${this.globalAlpha}"` : "";
    this.parts.push(`<${tag} ${more}${opacity}>${content}</${tag}>`);
  }

  get pen() {
    return `fill="none" stroke="${this.strokeStyle}" stroke-width="${this.lineWidth}" stroke-linejoin="round" stroke-linecap="round"${this.dash.length ? ` stroke-dasharray="${this.dash.join(" ")}"` : ""}`;
  }

  fill() { this.write("path", `d="${this.path}" fill="${this.fillStyle}"`); }
  stroke() { this.write("path", `d="${this.path}" ${this.pen}`); }
  words(text, x, y, paint) {
    const font = this.font.replaceAll('"', "'");
    this.write("text", `x="${number(x)}" y="${number(y)}" style="font:${font}" text-anchor="${this.textAlign === "right" ? "end" : "start"}" ${paint}`, escaped(text));
  }
  strokeText(text, x, y) { this.words(text, x, y, this.pen); }
  fillText(text, x, y) { this.words(text, x, y, `fill="${this.fillStyle}"`); }

  /** What `paint` draws, as one layer that is seen through. */
  group(alpha, paint) {
    const layer = new SvgContext();
    paint(layer);
    this.parts.push(`<g opacity="${alpha}">${layer.parts.join("")}</g>`);
  }
}
