// Where the tokens of a view go: one bar, and the same figures in a table.
import { html } from "../html.js";
import { Kind, percent, Shown, Table } from "../parts.js";
import { useReading } from "../reading.js";
import { readPart } from "./calls.js";

const ROLES = ["system", "developer", "user", "assistant", "tool"];

/** The tokens of a session's view at a version; `tag` says which state that is. */
export function Tokens({ name, version, tag }) {
  const reading = useReading(async (signal) => (await readPart(name, "/view/tokens", { version }, signal)).body, [name, version, tag]);
  return html`<${Shown} reading=${reading}>${(found) => html`<${Parts} of=${found} />`}<//>`;
}

function Parts({ of }) {
  const rows = [
    ...ROLES.filter((role) => of.text[role] !== undefined).map((role) => [`text of ${role}`, of.text[role], ""]),
    ["markers of folded text", of.folded.shown_tokens, hidden(of.folded)],
    ["summaries", of.summarised.shown_tokens, hidden(of.summarised)],
    ["rewrite", of.rewrite, of.rewritten ? `for ${of.rewritten.toLocaleString("en")} of the question` : ""],
    ["status block", of.status, ""],
    ["tools' schemas", of.tools, "beside the view, with each call"],
  ];
  const most = Math.max(of.budget + of.tools, of.seen + of.tools);
  const free = of.budget - of.seen;
  rows.push(free >= 0 ? ["free", free, "of the budget"] : ["over the budget", -free, "Riffler folds before a model is asked"]);
  const parts = free >= 0 ? rows : rows.slice(0, -1);
  return html`
    <p class="lead">The model sees <b>${of.seen.toLocaleString("en")}</b> of ${of.conversation.toLocaleString("en")} tokens; a view may take ${of.budget.toLocaleString("en")}.
      ${" "}<${Kind} of=${of.estimated ? "counts are estimated" : "counted by the model's tokenizer"} /></p>
    <div class="tokens" role="img" aria-label="The tokens by part; the figures are in the table below">
      ${parts.map(([part, count], at) => count > 0 && html`<span key=${part} class=${part === "free" ? "free" : `part p${at}`} style=${`flex-grow: ${count}`} title=${`${part}: ${count}`}>${count > most / 12 && part}</span>`)}
    </div>
    <details><summary>Tokens by part</summary>
      <${Table} caption="Tokens by part" rows=${rows.filter(([, count, more]) => count > 0 || more)} rowKey=${([part]) => part}
        columns=${[["part", ([part]) => part], ["tokens", ([, count]) => count.toLocaleString("en"), true], ["share of the budget", ([, count]) => percent(count / of.budget, 1), true], ["", ([, , more]) => more]]} />
    </details>`;
}

function hidden({ fragments, original_tokens: original }) {
  return fragments ? `for ${original.toLocaleString("en")} of ${fragments} fragment${fragments === 1 ? "" : "s"}` : "";
}
