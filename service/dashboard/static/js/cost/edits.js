// Edits that have paid back, and those that haven't.
import { html } from "../html.js";
import { Figures, Kind, Table } from "../parts.js";
import { When } from "../writing.js";
import { addressOf } from "./filters.js";
import { amount, count, kindOf, some } from "./words.js";

const MAKERS = { app: "by hand", model: "the model", riffler: "Riffler" };
const toolOf = ({ tool }) => tool || "to make it fit";

/** How an edit stands, in words. */
function standing({ standing: how, lacks, owed_tokens: owed }) {
  if (how === "paid_back") return owed > 0 ? "paid back" : "costs nothing";
  if (how === "shown_again") return "shows text again";
  return how === "never" ? "never" : `not yet: ${some(lacks, "more call")}`;
}

/** After how many calls it is even. */
function even({ standing: how, breaks_even: calls }) {
  if (how === "shown_again") return "–";
  return calls === null ? "never" : calls ? count(calls) : "at once";
}

/** After how many calls edits have paid back together. */
function together({ lacks }) {
  if (lacks === null) return "no number of calls makes up for it";
  return lacks ? `even after ${some(lacks, "more call")} of each session` : "paid back together";
}

/** The accounts of edits. */
export function Edits({ of: { total, by, newest, priced }, filters }) {
  if (!total.edits) {
    return html`
      <h2>Edits</h2>
      <p class="note">
        Nothing was folded, summarised or restored here. The model does it with the context tools where a conversation grows long; by hand
        it is done on the page of a <a href="#/session">session</a>.
      </p>`;
  }
  return html`
    <h2>Edits <${Kind} of=${kindOf(total.edits, total.estimated, "counted", "edit")} /></h2>
    <p class="lead">
      An edit that hides text frees tokens of each later call of its session, and it owes once what leaves the prompt cache with it. It has
      paid back when it has earned as much. What no call had sent yet is in no cache: an edit before a session's first call owes nothing.
      ${!priced && " No price of a cache was set when these were made: they owe nothing, and each freed token counts as one."}
    </p>
    <${Figures} of=${[
      ["paid back", count(total.paid_back), total.paid_back === 1 ? "edit" : "edits"],
      ["not yet", count(total.not_yet), "more calls will do"],
      ["never", count(total.never), "they free nothing any more"],
      ["showed text again", count(total.shown_again), "they earn nothing"],
      ["earned, in tokens at full price", amount(total.earned_tokens), `${count(total.spared_tokens)} tokens freed of calls`],
      ["owed, in tokens at full price", amount(total.owed_tokens), "for what left the cache"],
      ["balance, in tokens at full price", amount(total.balance_tokens), together(total)],
    ]} />
    <${Meaning} />
    <div class="cost-edits">
    <${Table} caption="Edits by who made them, and with which tool" rows=${by} rowKey=${({ actor, tool }) => `${actor} ${tool}`}
      columns=${[
        ["who", ({ actor }) => MAKERS[actor]],
        ["tool", toolOf],
        ["edits", ({ sums }) => count(sums.edits), true],
        ["paid back", ({ sums }) => count(sums.paid_back), true],
        ["not yet", ({ sums }) => count(sums.not_yet), true],
        ["never", ({ sums }) => count(sums.never), true],
        ["shown again", ({ sums }) => count(sums.shown_again), true],
        ["freed of a call, tokens", ({ sums }) => count(sums.freed_tokens), true],
        ["earned, full-price tokens", ({ sums }) => amount(sums.earned_tokens), true],
        ["owed, full-price tokens", ({ sums }) => amount(sums.owed_tokens), true],
        ["balance, full-price tokens", ({ sums }) => amount(sums.balance_tokens), true],
      ]} />
    <${Table} caption=${`The newest ${count(newest.length)} of ${some(total.edits, "edit")}, one by one`} rows=${newest}
      columns=${[
        ["when", ({ at_ms: at }) => html`<${When} ms=${at} />`],
        ["session", ({ session }) => html`<a href=${addressOf({ ...filters, session })}>${session}</a>`],
        ["version", ({ session, version }) => html`
          <a href=${`#/session/${encodeURIComponent(session)}/${version}`} aria-label=${`${version} of ${session}`}>${version}</a>`, true],
        ["who", ({ actor }) => MAKERS[actor]],
        ["tool", toolOf],
        ["freed of a call, tokens", ({ freed_tokens: freed }) => count(freed), true],
        ["left the cache, tokens", ({ rewritten_tokens: rewritten }) => count(rewritten), true],
        ["even after, calls", even, true],
        ["calls since", ({ calls }) => count(calls), true],
        ["earned, full-price tokens", ({ earned_tokens: earned }) => amount(earned), true],
        ["owed, full-price tokens", ({ owed_tokens: owed }) => amount(owed), true],
        ["balance, full-price tokens", ({ balance_tokens: balance }) => amount(balance), true],
        ["stands", standing],
      ]} />
    </div>`;
}

/** What the columns stand for. */
const Meaning = () => html`
  <details class="cost-meaning">
    <summary>What is earned and owed</summary>
    <dl>
      <dt>freed of a call</dt>
      <dd>By how many tokens the edit made the view smaller that each call sends; negative where text is shown again.</dd>
      <dt>left the cache</dt>
      <dd>
        Tokens behind the first change: the prompt cache had them, and takes them anew. Edits by hand without a call between them break it
        together: each owes only what it adds.
      </dd>
      <dt>even after</dt>
      <dd>After so many calls the edit has paid back, unless some of it is shown again before.</dd>
      <dt>earned</dt>
      <dd>
        What the calls since cost less for it, in tokens at full price: a freed token that the cache had counts at the price of reading it,
        one that no call had sent at that of putting it there, once.
      </dd>
      <dt>owed</dt>
      <dd>
        What it costs once that text left the cache: for each of these tokens, the price of putting it there less that of reading it. A
        call that the model made only to edit isn't in it, because nobody knows how often it would have been called otherwise.
      </dd>
      <dt>balance</dt>
      <dd>Earned less owed.</dd>
    </dl>
  </details>`;
