// What a step changed, or several: listed here, and marked in the conversation.
import { html } from "../html.js";
import { Shown, Table } from "../parts.js";
import { useReading } from "../reading.js";
import { readPart } from "./calls.js";

const MOST = 100;

/** What differs between two versions of a session. */
export function Changes({ name, version, since, choose }) {
  const load = async (signal) => (await readPart(name, "/diff", { from: since, to: version, limit: MOST }, signal)).body;
  const reading = useReading(load, [name, version, since]);
  const changed = (event) => {
    const number = Number(event.target.value);
    if (Number.isInteger(number) && number >= 0 && number <= version) choose(number);
  };
  return html`
    <p><label>Since version <input type="number" min="0" max=${version} value=${since} onChange=${changed} /></label></p>
    <${Shown} reading=${reading}>${(found) => html`<${Listed} of=${found} />`}<//>`;
}

function Listed({ of }) {
  const grown = of.seen_tokens_after - of.seen_tokens_before;
  return html`
    <dl class="differs">
      <div><dt>tokens of the view</dt><dd>${of.seen_tokens_before.toLocaleString("en")} → ${of.seen_tokens_after.toLocaleString("en")} (${grown > 0 ? "+" : grown < 0 ? "−" : "±"}${Math.abs(grown).toLocaleString("en")})</dd></div>
      <div><dt>messages that came</dt><dd>${of.messages === 0 ? "none" : `${of.messages}: ${of.first + 1}${of.messages > 1 ? ` to ${of.first + of.messages}` : ""}`}</dd></div>
      ${of.rewrite_before !== of.rewrite_after && html`<div><dt>rewrite</dt><dd class="letters">${of.rewrite_before ?? "as it came"} → ${of.rewrite_after ?? "as it came"}</dd></div>`}
    </dl>
    ${of.items.length > 0 && html`<${Table} caption="Fragments that changed" rows=${of.items} rowKey=${({ id }) => id}
      columns=${[["fragment", ({ id }) => id], ["was", ({ before }) => before ?? "not cut"], ["is", ({ after, before }) => (after === before ? `${after}, another text` : after)], ["tokens", ({ tokens }) => tokens.toLocaleString("en"), true]]} />`}
    ${of.next && html`<p class="note">These are the first ${MOST}; all are marked in the conversation.</p>`}`;
}
