// A policy's decisions, the newest first, by pages.
import { read } from "../../api.js";
import { html, useState } from "../../html.js";
import { figure, percent, Shown, State, Table } from "../../parts.js";
import { useReading } from "../../reading.js";
import { When } from "../../writing.js";

const PAGE = 50;
const STATES = ["open", "rewarded", "void"];

/** The list with its filters. The first page is kept up to date; others stay as they are. */
export function Decisions({ digest, arms }) {
  const [arm, ofArm] = useState("");
  const [state, ofState] = useState("");
  const [cursors, turn] = useState([]); // of the pages before this one, and of this one
  const cursor = cursors[cursors.length - 1];
  const page = useReading(
    (signal) => read(`policies/${digest}/decisions`, { limit: PAGE, arm, state, cursor }, signal),
    [digest, arm, state],
    cursor ? [] : ["decisions"],
    [cursor],
  );
  const told = page.loading ? "Reading …" : `Looked at ${page.value?.looked_at} decisions for this page.`;
  const filter = (by) => (event) => {
    by(event.target.value);
    turn([]);
  };
  return html`<div>
    <p class="choices">
      <label>Arm <${Filter} value=${arm} of=${arms} choose=${filter(ofArm)} /></label>
      <label>State <${Filter} value=${state} of=${STATES} choose=${filter(ofState)} /></label>
    </p>
    <${Shown} reading=${page} empty=${none}>${(found) => html`<${Rows} of=${found.items} />`}<//>
    <p class="choices">
      <button type="button" disabled=${!cursors.length} onClick=${() => turn((before) => before.slice(0, -1))}>Newer</button>
      <button type="button" disabled=${!page.value?.next} onClick=${() => turn((before) => [...before, page.value.next])}>Older</button>
      ${page.value && html`<span class="note" aria-busy=${page.loading}>${told}</span>`}
    </p>
  </div>`;
}

const Filter = ({ value, of, choose }) => html`<select value=${value} onChange=${choose}>
  <option value="">all</option>
  ${of.map((name) => html`<option key=${name} value=${name}>${name}</option>`)}
</select>`;

const none = ({ items, next }) => !items.length && html`<${State} title="No such decision here">
  ${next ? "None of those that were looked at; older ones are left: turn to them." : "Choose another arm or state."}
<//>`;

const Rows = ({ of }) => html`<${Table} caption="Decisions, the newest first" rows=${of} rowKey=${({ decision }) => decision}
  columns=${[
    ["decision", ({ decision }) => html`<a href=${`#/decision/${encodeURIComponent(decision)}`}><code>${decision}</code></a>`],
    ["made", ({ at_ms: at }) => html`<${When} ms=${at} />`],
    ["arm", ({ arm, unexecuted }) => html`${arm}${unexecuted && html` <small>(not executed)</small>`}`],
    ["propensity", ({ arm, propensities }) => percent(propensities[arm], 1), true],
    ["state", ({ state }) => state],
    ["reward", ({ reward }) => figure(reward, 3), true],
    ["source", ({ source }) => source ?? "–"],
    ["tokens", ({ cost }) => (cost ? cost.tokens : "–"), true],
  ]} />`;
