// Bundles the page into the one module that Python ships; its banner names what it was built from.
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
const sources = [...files(join(here, "src")), join(here, "package-lock.json"), join(explorer, "state.json"), join(explorer, "odds.json")];
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

const result = await build({
  entryPoints: [join(here, "src/index.js")], bundle: true, minify: true, format: "esm", target: "es2022", charset: "utf8", write: false,
  jsx: "automatic", jsxImportSource: "preact", plugins: [minifiedCss], absWorkingDir: here, legalComments: "none",
  banner: { js: `/* normball explorer; sources sha256 ${hash.digest("hex")}; contains Preact, Preact Signals (MIT) and gifenc (MIT) */` },
});
const text = result.outputFiles[0].text;
if (process.argv.includes("--check")) {
  if (readFileSync(target, "utf8") !== text) {
    console.error("src/normball/explorer/static/explorer.js is not what web/ builds; run: cd web && npm ci && npm run build");
    process.exit(1);
  }
  console.log("the committed bundle is what web/ builds");
} else {
  writeFileSync(target, text);
  console.log(`${relative(process.cwd(), target)}: ${(text.length / 1000).toFixed(1)} kB`);
}
