// Edits that have paid back, and those that haven't.
import { html } from "../html.js";
import { figure, Figures, Kind, Table } from "../parts.js";
import { addressOf } from "./filters.js";
import { count, moment, some } from "./words.js";

const MAKERS = { app: "by hand", model: "the model", riffler: "Riffler" };
const toolOf = ({ tool }) => tool || "to make it fit";

/** How an edit stands, in words. */
function standing({ standing: how, lacks }) {
  if (how === "paid_back") return "paid back";
  if (how === "shown_again") return "shows text again";
  return how === "never" ? "never" : `not yet: ${lacking(lacks)}`;
}

const lacking = (calls) => `${some(calls, "call")} ${calls === 1 ? "lacks" : "lack"}`;
/** After how many calls edits have paid back together. */
function together({ lacks }) {
  if (lacks === null) return "no number of calls makes up for it";
  return lacks ? `even after ${some(lacks, "more call")} of each session` : "paid back together";
}
const price = (value) => figure(value, 1);

/** The accounts of edits. */
export function Edits({ of: { total, by, newest }, priced }) {
  if (!total.edits) return html`<h2>Edits</h2><p class="note">Nothing was folded, summarised or restored in these turns.</p>`;
  const kind = newest.some(({ estimated }) => estimated) ? "estimated" : "counted";
  return html`
    <h2>Edits <${Kind} of=${kind} /></h2>
    <p class="lead">
      An edit frees tokens of each later call of its session, and costs once what leaves the prompt cache with it. It has paid back when
      what it freed of the calls that came is worth more than that, at the price of a token from the cache.
      ${!priced && " No price of a cache is set: edits cost nothing here, and pay at once."}
    </p>
    <${Figures} of=${[
      ["paid back", count(total.paid_back)],
      ["not yet", count(total.not_yet)],
      ["never", count(total.never), "they free nothing any more"],
      ["showed text again", count(total.shown_again)],
      ["earned", price(total.earned_tokens), `${count(total.spared_tokens)} tokens freed of calls`],
      ["owed", price(total.owed_tokens)],
      ["balance", price(total.balance_tokens), together(total)],
    ]} />
    <${Table} caption="Edits by who made them" rows=${by} rowKey=${({ actor, tool }) => `${actor} ${tool}`}
      columns=${[
        ["who", ({ actor }) => MAKERS[actor]],
        ["tool", toolOf],
        ["edits", ({ sums }) => count(sums.edits), true],
        ["paid back", ({ sums }) => count(sums.paid_back), true],
        ["not yet", ({ sums }) => count(sums.not_yet), true],
        ["never", ({ sums }) => count(sums.never), true],
        ["shown again", ({ sums }) => count(sums.shown_again), true],
        ["freed", ({ sums }) => count(sums.freed_tokens), true],
        ["earned", ({ sums }) => price(sums.earned_tokens), true],
        ["owed", ({ sums }) => price(sums.owed_tokens), true],
        ["balance", ({ sums }) => price(sums.balance_tokens), true],
      ]} />
    <${Table} caption=${`The newest ${count(newest.length)} of ${count(total.edits)} edits; earned, owed and balance in tokens at full price`} rows=${newest}
      columns=${[
        ["when", ({ at_ms: at }) => html`<span class="moment">${moment(at)}</span>`],
        ["session", ({ session }) => html`<a href=${addressOf({ session })}>${session}</a>`],
        ["version", ({ version }) => version, true],
        ["who", ({ actor }) => MAKERS[actor]],
        ["tool", toolOf],
        ["freed", ({ freed_tokens: freed }) => count(freed), true],
        ["left the cache", ({ rewritten_tokens: rewritten }) => count(rewritten), true],
        ["calls since", ({ calls }) => count(calls), true],
        ["earned", ({ earned_tokens: earned }) => price(earned), true],
        ["owed", ({ owed_tokens: owed }) => price(owed), true],
        ["balance", ({ balance_tokens: balance }) => price(balance), true],
        ["stands", standing],
      ]} />`;
}
