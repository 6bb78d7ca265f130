// How this page writes numbers and long texts.
import { html, useRef, useState } from "../html.js";
import { percent } from "../parts.js";

const MOST = 20000;

export { percent };
/** A whole number, in groups of three. */
export const count = (value) => value.toLocaleString("en");
/** A time in milliseconds, as seconds or milliseconds. */
export const seconds = (ms) => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`);

/** A text as it is, wrapped, of any length: the rest of a long one on demand. */
export function Text({ of, plain = false }) {
  const [whole, show] = useState(false);
  const text = useRef(null);
  const all = () => {
    show(true);
    text.current.focus(); // the button goes, and the focus would go with it
  };
  const shown = whole ? of : of.slice(0, MOST);
  return html`
    <div ref=${text} tabindex="-1" class=${plain ? "text" : "text code"} dir="auto">${shown}</div>
    ${shown.length < of.length && html`<button type="button" onClick=${all}>All ${count(of.length)} characters</button>`}`;
}

/** Arguments of a call, one a line; or as they came, where they are no object in JSON. */
export function setOut(json) {
  try {
    return Object.entries(JSON.parse(json)).map(([name, value]) => `${name}: ${JSON.stringify(value)}`).join("\n");
  } catch {
    return json;
  }
}
