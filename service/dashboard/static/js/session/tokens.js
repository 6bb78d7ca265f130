// Where the tokens of a view go: one bar, and the same figures in a table.
import { html } from "../html.js";
import { Kind, percent, Shown, Table } from "../parts.js";
import { useReading } from "../reading.js";
import { readPart } from "./calls.js";

const ROLES = ["system", "developer", "user", "assistant", "tool"];

/** The tokens of a session's view at a version; `tag` says which state that is. */
export function Tokens({ name, version, tag }) {
  const reading = useReading(async (signal) => (await readPart(name, "/view/tokens", { version }, signal)).body, [name, version], [], [tag]);
  return html`<${Shown} reading=${reading}>${(found) => html`<${Parts} of=${found} />`}<//>`;
}

function Parts({ of }) {
  const rows = [
    ...ROLES.filter((role) => of.text[role] !== undefined).map((role) => [`text of ${role}`, of.text[role], ""]),
    ["markers of folded text", of.folded.shown_tokens, hidden(of.folded)],
    ["summaries", of.summarised.shown_tokens, hidden(of.summarised)],
    ["rewrite", of.rewrite, of.rewritten ? `for ${count(of.rewritten)} of the question` : ""],
    ["status block", of.status, ""],
    ["tools' schemas", of.tools, "beside the view, with each call"],
  ];
  const most = Math.max(of.budget + of.tools, of.seen + of.tools);
  const free = of.budget - of.seen;
  rows.push(free >= 0 ? ["free", free, "of the budget"] : ["over the budget", -free, "Riffler folds before a model is asked"]);
  const parts = free >= 0 ? rows : rows.slice(0, -1);
  return html`
    <p class="lead">The model sees <b>${count(of.seen)}</b> of ${count(of.conversation)} tokens; a view may take ${count(of.budget)}.
      ${" "}<${Kind} of=${of.estimated ? "counts are estimated" : "counted by the model's tokenizer"} /></p>
    <div class="tokens" role="img" aria-label="The tokens by part; the figures are in the table below">
      ${parts.map(([part, size]) => size > 0 && html`<${Part} key=${part} part=${part} size=${size} named=${size > most / 12} />`)}
    </div>
    <details><summary>Tokens by part</summary>
      <${Table} caption="Tokens by part" rows=${rows.filter(([, size, more]) => size > 0 || more)} rowKey=${([part]) => part} columns=${[
        ["part", ([part]) => part],
        ["tokens", ([, size]) => count(size), true],
        ["share of the budget", ([, size]) => percent(size / of.budget, 1), true],
        ["stands", ([, , more]) => more],
      ]} />
    </details>`;
}

const Part = ({ part, size, named }) => html`
  <span class=${part === "free" ? "free" : "part"} style=${`flex-grow: ${size}`} title=${`${part}: ${size}`}>${named && part}</span>`;

const count = (tokens) => tokens.toLocaleString("en");

function hidden({ fragments, original_tokens: original }) {
  return fragments ? `for ${count(original)} of ${fragments} fragment${fragments === 1 ? "" : "s"}` : "";
}
