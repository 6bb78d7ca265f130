// What turns took in all, and what each figure means.
import { html } from "../html.js";
import { Figures, Kind, percent } from "../parts.js";
import { count, kindOf, some } from "./words.js";

/** What was read, saved, taken from a cache, billed and written. */
export function Sums({ of }) {
  const told = kindOf(of.turns, of.estimated, "measured");
  const saved = kindOf(of.turns, of.counts_estimated, "counted");
  const would = of.prompt_tokens + of.saved_tokens;
  const share = would > 0 ? `${percent(of.saved_tokens / would, 1)} of the ${count(would)} that would have gone in ` : "";
  const cached = of.cached_tokens
    ? [count(of.cached_tokens), html`${percent(of.cached_tokens / of.prompt_tokens, 1)} of tokens in <${Kind} of=${told} />`]
    : ["–", "the engine told of none"];
  return html`<${Figures} of=${[
    ["tokens in", count(of.prompt_tokens), html`read by the model, ${some(of.calls, "call")} <${Kind} of=${told} />`],
    ["tokens saved by views", count(of.saved_tokens), html`${share}<${Kind} of=${saved} />`],
    ["tokens from the prompt cache", ...cached],
    ["tokens billed", count(of.billed_tokens), of.billed_tokens === null ? "no price is set" : html`${against(of)} <${Kind} of=${told} />`],
    ["tokens out", count(of.completion_tokens), html`written by the model <${Kind} of=${told} />`],
  ]} />`;
}

/** What the cache did to the bill. */
function against({ billed_tokens: billed, prompt_tokens: read }) {
  if (!read || billed === read) return "as at full price";
  return `${percent(Math.abs(1 - billed / read), 1)} ${billed < read ? "less" : "more"} than all of them at full price`;
}

/** What the figures stand for, for who sees them for the first time. */
export const Meaning = () => html`
  <details class="cost-meaning">
    <summary>What these figures mean</summary>
    <dl>
      <dt>tokens in</dt>
      <dd>What the model read in all calls of these turns, those for rewrites and summaries and the tools' descriptions included.</dd>
      <dt>tokens saved by views</dt>
      <dd>
        Of each call, the tokens of the whole conversation as it was said, less those of the view that was sent in its place. Nobody ran the
        turns a second time without folding: it is the difference, not a comparison. A view says what it hides, so one that hides hardly
        anything is longer: then it is negative.
      </dd>
      <dt>tokens from the prompt cache</dt>
      <dd>Of the tokens in, those that the engine says it knew already, because an earlier call began alike.</dd>
      <dt>tokens billed</dt>
      <dd>
        The tokens in at the prices of the prompt cache that are set, as so many tokens at full price, which are those without a cache. Tokens
        out aren't in it: they have a price of their own.
      </dd>
      <dt>measured, counted, estimated</dt>
      <dd>
        Measured: the engine said so. Counted: by the tokenizer of the model that is served. Estimated: from the text's letters, or learned
        from what the engine said of other texts, where it gives no tokenizer; that may be a fifth off.
      </dd>
    </dl>
  </details>`;

/** What figures can't say by themselves. */
export function Notes({ of: { total, prices }, priced }) {
  if (!total.turns) return null;
  const at = ({ read, write, turns }) => `${read} for a token from the cache and ${write} for any other (${some(turns, "turn")})`;
  return html`
    ${priced && html`<p class="note">Prices, where 1 is a token at full price: ${prices.map(at).join("; ")}.</p>`}
    ${!priced && html`
      <p class="note">
        No price of a prompt cache is set, so tokens are all that can be told. <code>RIFFLER_CACHE_READ_PRICE</code>
        ${" "}and <code>RIFFLER_CACHE_WRITE_PRICE</code> say what a provider takes.
      </p>`}
    ${!total.cached_tokens && html`
      <p class="note">
        No call told of tokens from a cache: this engine doesn't tell, or has none.
        ${priced && " What is billed is the most that it can be."}
      </p>`}`;
}
