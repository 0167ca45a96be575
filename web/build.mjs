// Bundles the page into the one module that Python ships (its banner names what it was built from),
// and writes the essay as a page without scripts.
// usage: node build.mjs [--check]   (--check: only compare with what is committed)
import { build, transform } from "esbuild";
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const explorer = join(here, "../src/normball/explorer");
const target = join(explorer, "static/explorer.js");

function files(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((e) => (e.isDirectory() ? files(join(folder, e.name)) : [join(folder, e.name)]));
}

/** Hash over the sources' names and contents, in order: the same that the tests compute in Python. */
const hash = createHash("sha256");
const sources = [...files(join(here, "src")), join(here, "package-lock.json"), join(explorer, "state.json")];
for (const file of sources.map((f) => [relative(join(here, ".."), f).replaceAll("\\", "/"), f]).sort((a, b) => (a[0] < b[0] ? -1 : 1))) {
  hash.update(file[0]).update("\0").update(readFileSync(file[1])).update("\0");
}

/** Style sheets become strings, without the spaces. */
const minifiedCss = {
  name: "css",
  setup(builder) {
    builder.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(readFileSync(path, "utf8"), { loader: "css", minify: true, target: "es2022" });
      return { contents: code.trim(), loader: "text" };
    });
  },
};

const options = { bundle: true, minify: true, format: "esm", target: "es2022", charset: "utf8", write: false, jsx: "automatic", jsxImportSource: "preact", plugins: [minifiedCss], absWorkingDir: here, legalComments: "none" };

async function bundled(entry, more = {}) {
  const result = await build({ ...options, ...more, entryPoints: [join(here, entry)] });
  return result.outputFiles[0].text;
}

/** The essay without scripts: what its components draw, written down, with the rules that apply to it. */
async function unscripted() {
  const module = await bundled("src/unscripted.js", { platform: "node" });
  const { style, page: whole } = (await import(`data:text/javascript;base64,${Buffer.from(module).toString("base64")}`)).default;
  const page = whole.replace(/><\/(path|circle|ellipse|rect)>/g, "/>").replace(/ text-anchor="start"|<g><\/g>/g, "").replace(/ (?:d|x|y|cx|cy)="[^"]*"/g, (place) => place.replace(/(\.\d)\d+/g, "$1").replace(/(\d) -/g, "$1-")).replace(/ +">/g, '">'); // as short as it draws the same, to tenths of a pixel
  const steps = readFileSync(join(explorer, "story/paper.py"), "utf8"); // draws the three steps that rest on data
  const classes = [...page.matchAll(/class="([^"]*)"/g), ...steps.matchAll(/"([^"]*)"/g), ...steps.matchAll(/class="([^"]*)"/g)].flatMap((found) => found[1].split(/[^\w-]+/));
  const tags = [...page.matchAll(/<([a-z][a-z0-9]*)/g), ...steps.matchAll(/<([a-z][a-z0-9]*)/g)].map((found) => found[1]);
  return `<style>${rulesFor(style, new Set([...classes.map((name) => `.${name}`), ...tags]))}</style>\n${page}\n`;
}

/** Rules of a minified style sheet whose selectors can match: every class and tag is among `words`. */
function rulesFor(css, words) {
  let out = "", at = 0;
  while (at < css.length) {
    const open = css.indexOf("{", at);
    if (open < 0) break;
    let end = open, depth = 0;
    do { depth += { "{": 1, "}": -1 }[css[end]] || 0; end += 1; } while (depth);
    const head = css.slice(at, open), body = css.slice(open + 1, end - 1);
    if (head.startsWith("@media")) { const inner = rulesFor(body, words); out += inner && `${head}{${inner}}`; }
    else if (!head.startsWith("@")) {
      // of a choice, :is(...), one that can match is enough
      const kept = head.split(/,(?![^(]*\))/).filter((one) => one.replace(/:is\([^)]*\)/g, (choice) => (choice.slice(4, -1).split(",").some((each) => canMatch(each, words)) ? "" : ".none-")).split(" ").every((each) => canMatch(each, words)));
      if (kept.length) out += `${kept.join(",")}{${body}}`;
    }
    at = end;
  }
  return out;
}

const canMatch = (selector, words) => !/:host|:hover|:focus|:disabled|::-/.test(selector) && (selector.replace(/\[[^\]]*\]|::?[a-z-]+/g, "").match(/[.]?[a-z][\w-]*/gi) || []).every((name) => words.has(name));

const banner = { js: `/* normball explorer; sources sha256 ${hash.digest("hex")}; contains Preact, Preact Signals (MIT) and gifenc (MIT) */` };
const made = { [target]: await bundled("src/index.js", { banner }), [join(explorer, "static/paper.html")]: await unscripted() };
for (const [file, text] of Object.entries(made)) {
  const name = relative(join(here, ".."), file);
  if (!process.argv.includes("--check")) {
    writeFileSync(file, text);
    console.log(`${name}: ${(text.length / 1000).toFixed(1)} kB`);
  } else if (readFileSync(file, "utf8") !== text) {
    console.error(`${name} is not what web/ builds; run: cd web && npm ci && npm run build`);
    process.exit(1);
  }
}
if (process.argv.includes("--check")) console.log("the committed files are what web/ builds");
