// What turns cost: tokens in, saved, from a cache, billed and out; time by part; what came of edits.
import { read } from "../api.js";
import { When } from "../writing.js";
import { Edits } from "../cost/edits.js";
import { faultOf, Filters, narrowed, queryOf, readFilters } from "../cost/filters.js";
import { OverTime } from "../cost/over-time.js";
import { Parts } from "../cost/parts.js";
import { Meaning, Notes, Sums } from "../cost/sums.js";
import { Engines, Sessions } from "../cost/tables.js";
import { count, some } from "../cost/words.js";
import { html, useState } from "../html.js";
import { Shown, State } from "../parts.js";
import { useReading } from "../reading.js";

/** The page; its first part of the address says what it looks at. */
export function Cost({ parts: [part] }) {
  const filters = readFilters(part);
  const [engines, know] = useState([]); // also those that a choice leaves out
  const fault = faultOf(filters);
  return html`
    <p class="lead">What turns took of the model, and what views and edits saved. Audits aren't in it: they are no turns.</p>
    <${Filters} filters=${filters} engines=${engines} />
    ${fault ? html`<${Unread} fault=${fault} />` : html`<${Read} filters=${filters} part=${part} know=${know} />`}`;
}

const Unread = ({ fault }) => html`
  <${State} title="No such time" bad=${true}>${fault} Choose another one above, or <a href="#/cost">show all</a>.<//>`;

function Read({ filters, part, know }) {
  const load = async (signal) => {
    const found = await read("costs", queryOf(filters), signal);
    const key = ({ engine, model }) => JSON.stringify([engine, model]);
    know((known) => [...new Map([...known, ...found.engines].map((each) => [key(each), each])).values()]);
    return found;
  };
  const costs = useReading(load, [part], ["turns"]);
  return html`
    <div class="read" aria-busy=${costs.loading}>
      <${Shown} reading=${costs} empty=${(found) => found.looked_at === 0 && html`<${Nothing} filters=${filters} />`}>
        ${(found) => html`<${Found} of=${found} filters=${filters} />`}
      <//>
    </div>`;
}

function Nothing({ filters }) {
  if (narrowed(filters)) {
    return html`
      <${State} title="Nothing was logged">
        No turn or edit that is kept has this time, session and engine. Choose others above, or <a href="#/cost">show all</a>.
      <//>`;
  }
  return html`
    <${State} title="No turn yet">
      Ask something: <code>riffler ask "…"</code>, or <code>POST /api/v1/ask</code>. <code>make demo</code> fills these pages.
    <//>`;
}

function Found({ of, filters }) {
  const { total } = of;
  const priced = total.billed_tokens !== null;
  return html`
    <${Scope} of=${of} />
    ${total.turns > 0 && html`
      <${Sums} of=${total} />
      <${Notes} of=${of} priced=${priced} />
      <${Meaning} />
      <${OverTime} of=${of} priced=${priced} />
      <${Parts} of=${of.parts} turns=${total.turns} />`}
    <${Edits} of=${of.edits} filters=${filters} />
    <${Sessions} of=${of} priced=${priced} filters=${filters} />
    <${Engines} of=${of} priced=${priced} filters=${filters} />`;
}

/** What the figures are of. */
function Scope({ of: { looked_at: looked, whole, from_ms: from, to_ms: to, total, outcomes } }) {
  const ended = Object.entries(outcomes).map(([outcome, turns]) => `${count(turns)} ${outcome}`).join(", ");
  return html`
    <p class="note">
      ${!whole && "The newest "}${some(total.turns, "turn")}${ended && ` (${ended})`} and ${some(looked - total.turns, "edit")} by hand,${" "}
      <${When} ms=${from} /> to <${When} ms=${to} />, by your clock.
      ${!whole && " There are older ones: a narrower time or one session shows them."}
      ${!total.turns && " The model wasn't called in this time: ask the session something, and what the edits save shows here."}
    </p>`;
}
