// Runs when the page is built: prints the page without scripts.
import { jsx } from "preact/jsx-runtime";
import coloursCss from "./colours.css";
import essayCss from "./essay/essay.css";
import { Unscripted } from "./essay/unscripted.jsx";
import { markup } from "./markup.js";

export default { style: `${coloursCss}\n${essayCss}`, page: markup(jsx(Unscripted, {})) };
