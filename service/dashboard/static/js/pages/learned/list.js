// A policy's decisions, the newest first, by pages.
import { read } from "../../api.js";
import { html, useMemo } from "../../html.js";
import { figure, percent, Shown, State, Table } from "../../parts.js";
import { useReading } from "../../reading.js";
import { When } from "../../writing.js";

const PAGE = 50;
const STATES = ["open", "rewarded", "void"];

/** Read what an address says behind the policy: `arm=…&state=…&after=…`, with a cursor for each page that was turned. */
function placeOf(part) {
  const given = new URLSearchParams(part ?? "");
  return { arm: given.get("arm") ?? "", state: given.get("state") ?? "", cursors: given.getAll("after") };
}

/** Go there on the same page; the way back leads to the page before, not through each choice. */
function go(digest, { arm, state, cursors }) {
  const given = new URLSearchParams([["arm", arm], ["state", state], ...cursors.map((each) => ["after", each])].filter(([, value]) => value));
  location.replace(`#/learned/${encodeURIComponent(digest)}${given.size ? `/${encodeURIComponent(given)}` : ""}`); // the frame decodes each part once
}

/**
 * The list with its filters, at the place that the address names: who comes back from a decision finds it as it was. The
 * first page is kept up to date; others stay as they are.
 */
export function Decisions({ digest, arms, part }) {
  const { arm, state, cursors } = useMemo(() => placeOf(part), [part]);
  const turn = (to) => go(digest, { arm, state, cursors: to });
  const cursor = cursors.at(-1);
  const known = arm && !arms.includes(arm) ? [arm, ...arms] : arms; // one of the address stays chosen
  const page = useReading(
    (signal) => read(`policies/${encodeURIComponent(digest)}/decisions`, { limit: PAGE, arm, state, cursor }, signal),
    [digest, arm, state],
    cursor ? [] : ["decisions"],
    [cursor],
  );
  const told = page.loading ? "Reading …" : `Looked at ${page.value?.looked_at} decisions for this page.`;
  const filter = (name) => (event) => go(digest, { arm, state, [name]: event.target.value, cursors: [] });
  return html`<div>
    <p class="choices">
      <label>Arm <${Filter} value=${arm} of=${known} choose=${filter("arm")} /></label>
      <label>State <${Filter} value=${state} of=${STATES} choose=${filter("state")} /></label>
    </p>
    <${Shown} reading=${page} empty=${none}>${(found) => html`<${Rows} of=${found.items} />`}<//>
    <p class="choices">
      <button type="button" disabled=${!cursors.length} onClick=${() => turn(cursors.slice(0, -1))}>Newer</button>
      <button type="button" disabled=${!page.value?.next} onClick=${() => turn([...cursors, page.value.next])}>Older</button>
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
