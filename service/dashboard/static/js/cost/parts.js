// Time by part: one bar, and the same in a table.
import { html } from "../html.js";
import { percent, Table } from "../parts.js";
import { spent } from "./words.js";

const MEANING = {
  arrive: "taking in what came, and making it fit",
  features: "reading the query",
  policy: "drawing an arm",
  rewrite: "rewriting, and the guard",
  model: "the model's calls",
  tools: "the context tools",
  answer: "keeping the answer",
  other: "between the parts",
};

/** How long each part of turns took. */
export function Parts({ of, turns }) {
  if (!of.length) return null;
  const whole = of.reduce((sum, { ms }) => sum + ms, 0);
  return html`
    <h2>Time by part</h2>
    <div class="bar" aria-hidden="true">${of.map(({ part, share }, at) => html`<span key=${part} class=${`hue-${at % 8}`} title=${part} style=${{ width: `${100 * share}%` }}></span>`)}</div>
    <${Table} caption=${`${spent(whole)} in all`} rows=${of} rowKey=${({ part }) => part}
      columns=${[
        ["part", ({ part }) => html`<span class=${`swatch hue-${of.findIndex((each) => each.part === part) % 8}`} aria-hidden="true"></span>${part}`],
        ["", ({ part }) => MEANING[part] ?? ""],
        ["time", ({ ms }) => spent(ms), true],
        ["a turn", ({ ms }) => spent(ms / turns), true],
        ["share", ({ share }) => percent(share, 1), true],
      ]} />`;
}
