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

/** The same colour for a part, whichever others there are. */
const hue = (part) => `cost-hue-${Math.max(0, Object.keys(MEANING).indexOf(part)) % 8}`;

/** How long each part of turns took. */
export function Parts({ of, turns }) {
  if (!of.length) return null;
  const whole = of.reduce((sum, { ms }) => sum + ms, 0);
  return html`
    <h2>Time by part</h2>
    <div class="cost-bar" aria-hidden="true">
      ${of.map(({ part, share }) => html`<span key=${part} class=${hue(part)} title=${part} style=${{ width: `${100 * share}%` }}></span>`)}
    </div>
    <${Table} caption=${`${spent(whole)} in all, measured by Riffler's clock`} rows=${of} rowKey=${({ part }) => part}
      columns=${[
        ["part", ({ part }) => html`<span class="cost-part"><span class=${`cost-swatch ${hue(part)}`} aria-hidden="true"></span>${part}</span>`],
        ["what it does", ({ part }) => MEANING[part] ?? ""],
        ["time in all", ({ ms }) => spent(ms), true],
        ["mean time of a turn", ({ ms }) => spent(ms / turns), true],
        ["share of the time", ({ share }) => percent(share, 1), true],
      ]} />`;
}
