// The table that Python and the page share: fields of the state, and the samples' patterns.
import table from "../../src/normball/explorer/state.json";

export const { fields, patterns, version } = table;
