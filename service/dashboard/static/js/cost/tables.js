// What turns took, by session and by engine.
import { html } from "../html.js";
import { Table } from "../parts.js";
import { When } from "../writing.js";
import { addressOf } from "./filters.js";
import { count, spent } from "./words.js";

const sum = (name) => (row) => count(row.sums[name]);
const columnsOf = ({ total }, priced) => [
  ["turns", sum("turns"), true],
  ["calls", sum("calls"), true],
  ["tokens in", sum("prompt_tokens"), true],
  ["tokens saved", sum("saved_tokens"), true],
  ...(total.cached_tokens ? [["tokens from the cache", sum("cached_tokens"), true]] : []),
  ...(priced ? [["tokens billed", sum("billed_tokens"), true]] : []),
  ["tokens out", sum("completion_tokens"), true],
  ["time taken", ({ sums: { ms } }) => spent(ms), true],
  ["last turn", ({ last_ms: at }) => html`<${When} ms=${at} />`],
];

/** The sessions that took most. */
export function Sessions({ of, priced, filters }) {
  if (!of.sessions.length) return null;
  const only = (session) => html`<a href=${addressOf({ ...filters, session })}>${session}</a>`;
  const steps = ({ session }) => session && html`<a href=${`#/session/${encodeURIComponent(session)}`} aria-label=${`steps of ${session}`}>steps</a>`;
  return html`
    <h2>By session</h2>
    <p class="note">A name narrows this page to its session.</p>
    <${Table} caption=${`The ${count(of.sessions.length)} that took most tokens`} rows=${of.sessions}
      rowKey=${({ session }) => session}
      columns=${[["session", ({ session }) => (session ? only(session) : "none was made")], ...columnsOf(of, priced), ["the model saw", steps]]} />`;
}

/** Engines, where there are several: a token of one isn't quite one of another. */
export function Engines({ of, priced, filters }) {
  if (of.engines.length < 2) return null;
  const only = ({ engine, model }) => html`<a href=${addressOf({ ...filters, engine, model })}>${engine} ${model}</a>`;
  return html`
    <h2>By engine and model</h2>
    <p class="note">A token of one isn't quite a token of another: tokenizers differ. A name narrows this page to its turns.</p>
    <${Table} caption="Engines and models, that of the most tokens first" rows=${of.engines}
      rowKey=${({ engine, model }) => JSON.stringify([engine, model])} columns=${[["engine and model", only], ...columnsOf(of, priced)]} />`;
}
