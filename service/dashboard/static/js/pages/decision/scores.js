// The arms that could be drawn: their chances, their scores by what is known now, and what these are made of.
import { html } from "../../html.js";
import { Interval, scaleOf } from "../../interval.js";
import { figure, Kind, percent, range, Table } from "../../parts.js";

/** All arms on one scale, and each arm's contributions below. */
export function Scores({ of: { arms, learned } }) {
  const scale = scaleOf(arms.flatMap(ends));
  const parts = scaleOf([0, ...arms.flatMap(({ contributions }) => contributions).flatMap(ends)]);
  return html`<div>
    <h3>What could be drawn <${Kind} of="estimated" /></h3>
    <p class="note">Chances are as they were logged with the draw. Scores are the expected reward by what the log teaches now,
      ${" "}${figure(learned, 0)} rewards, under the default policy's model: at the draw less was known.</p>
    <${Table} caption="Arms that could be drawn" rows=${arms} rowKey=${({ arm }) => arm}
      columns=${[
        ["arm", ({ arm, drawn }) => (drawn ? html`<strong>${arm}</strong> (drawn)` : arm)],
        ["chance", ({ propensity }) => percent(propensity, 1), true],
        [`${figure(scale.low)} to ${figure(scale.high)}`, (each) => html`<${Bar} of=${each} scale=${scale} strong=${each.drawn} />`],
        ["score", ({ mean }) => figure(mean, 3), true],
        ["95 %", ({ mean, margin }) => range(mean - margin, mean + margin, 3), true],
      ]} />
    <h3>What scores are made of</h3>
    ${arms.map((arm) => html`<${Made} key=${arm.arm} of=${arm} scale=${parts} />`)}
  </div>`;
}

const ends = ({ mean, margin }) => [mean - margin, mean + margin];
const Bar = ({ of, ...rest }) => html`<${Interval} value=${of.mean} low=${of.mean - of.margin} high=${of.mean + of.margin} ...${rest} />`;

/** One arm's contributions; they add up to its score. */
const Made = ({ of: { arm, drawn, mean, contributions }, scale }) => html`
  <details open=${drawn}>
    <summary>${arm}${drawn ? ", drawn" : ""}: ${figure(mean, 3)}</summary>
    <${Table} caption=${`What the score of ${arm} is made of`} rows=${contributions} rowKey=${({ feature }) => feature}
      columns=${[
        ["feature", ({ feature }) => feature],
        ["value", ({ x }) => figure(x, 3), true],
        [`${figure(scale.low)} to ${figure(scale.high)}`, (each) => html`<${Bar} of=${each} scale=${scale} mark=${0} />`],
        ["adds", (each) => figure(each.mean, 3), true],
        ["95 %", (each) => range(each.mean - each.margin, each.mean + each.margin, 3), true],
      ]} />
  </details>`;
