// What a step changed, or several: listed here, and marked in the conversation.
import { html } from "../html.js";
import { Shown, Table } from "../parts.js";
import { useReading } from "../reading.js";
import { readPart } from "./calls.js";

const MOST = 100;
const columnsWith = (show) => [
  ["fragment", ({ id, message, slot, start }) => html`<button type="button" class="quiet" onClick=${() => show({ message, slot, character: start })}>${id}</button>`],
  ["was", ({ before }) => before ?? "not cut"],
  ["is", ({ after, before }) => (after === before ? `${after}, another text` : after)],
  ["tokens", ({ tokens }) => tokens.toLocaleString("en"), true],
];

/** What differs between two versions of a session. */
export function Changes({ name, version, since, oldest, choose, show }) {
  const load = async (signal) => (await readPart(name, "/diff", { from: since, to: version, limit: MOST }, signal)).body;
  const reading = useReading(load, [name, version, since]);
  const changed = (event) => {
    const number = Number(event.target.value);
    if (Number.isInteger(number) && number >= oldest && number <= version) choose(number);
  };
  if (oldest === version) return html`<p class="note">Nothing before this version is kept.</p>`;
  return html`
    <p><label>Since version <input type="number" min=${oldest} max=${version} value=${since} onChange=${changed} /></label></p>
    <${Shown} reading=${reading}>${(found) => html`<${Listed} of=${found} show=${show} />`}<//>`;
}

function Listed({ of, show }) {
  const { items, next, first, messages, rewrite_before: was, rewrite_after: is, seen_tokens_before: before, seen_tokens_after: after } = of;
  const sign = after > before ? "+" : after < before ? "−" : "±";
  const came = messages > 1 ? `${messages}: ${first + 1} to ${first + messages}` : `1: ${first + 1}`;
  return html`
    <dl class="differs">
      <div><dt>tokens of the view</dt>
        <dd>${before.toLocaleString("en")} → ${after.toLocaleString("en")} (${sign}${Math.abs(after - before).toLocaleString("en")})</dd></div>
      <div><dt>messages that came</dt><dd>${messages === 0 ? "none" : html`<button type="button" class="quiet" onClick=${() => show({ message: first })}>${came}</button>`}</dd></div>
      ${was !== is && html`<div><dt>rewrite</dt><dd class="letters">${was ?? "as it came"} → ${is ?? "as it came"}</dd></div>`}
    </dl>
    ${items.length > 0 && html`<${Table} caption="Fragments that changed" rows=${items} rowKey=${({ id }) => id} columns=${columnsWith(show)} />`}
    ${next && html`<p class="note">These are the first ${MOST}; all are marked in the conversation.</p>`}`;
}
