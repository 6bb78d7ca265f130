// What turns cost: tokens in, saved, from a cache, billed and out; time by part; what came of edits.
import { read } from "../api.js";
import { Lines } from "../chart.js";
import { Edits } from "../cost/edits.js";
import { addressOf, Filters, narrowed, queryOf, readFilters } from "../cost/filters.js";
import { Parts } from "../cost/parts.js";
import { count, day, kindOf, moment, some, spent } from "../cost/words.js";
import { html, useMemo } from "../html.js";
import { Figures, Kind, percent, Shown, State, Table } from "../parts.js";
import { useReading } from "../reading.js";

/** The page; its first part of the address says what it looks at. */
export function Cost({ parts: [part] }) {
  const filters = readFilters(part);
  const costs = useReading((signal) => read("costs", queryOf(filters), signal), [part], ["turns"]);
  return html`
    <p class="lead">What turns took of the model, and what views and edits saved. Audits aren't in it: they are no turns.</p>
    <${Filters} filters=${filters} />
    <${Shown} reading=${costs} empty=${(found) => found.looked_at === 0 && html`<${Nothing} filters=${filters} />`}>
      ${(found) => html`<${Found} of=${found} />`}
    <//>`;
}

function Nothing({ filters }) {
  if (narrowed(filters)) {
    return html`<${State} title="Nothing was logged">No turn of this session in this time is kept. <a href="#/cost">Show all</a><//>`;
  }
  return html`
    <${State} title="No turn yet">
      Ask something: <code>riffler ask "…"</code>, or <code>POST /api/v1/ask</code>. <code>make demo</code> fills these pages.
    <//>`;
}

function Found({ of }) {
  const { total } = of;
  const priced = total.billed_tokens !== null;
  return html`
    <${Scope} of=${of} />
    <${Sums} of=${total} />
    <${Notes} of=${of} priced=${priced} />
    <${OverTime} of=${of} priced=${priced} />
    <${Parts} of=${of.parts} turns=${total.turns} />
    <${Edits} of=${of.edits} priced=${priced} />
    <${Sessions} of=${of} priced=${priced} />`;
}

/** What the figures are of. */
function Scope({ of: { looked_at: looked, whole, from_ms: from, to_ms: to, total, outcomes } }) {
  const ended = Object.entries(outcomes).map(([outcome, turns]) => `${count(turns)} ${outcome}`).join(", ");
  const at = (ms) => html`<span class="moment">${moment(ms)}</span>`;
  return html`
    <p class="note">
      ${!whole && "The newest "}${some(total.turns, "turn")}${ended && ` (${ended})`} and ${some(looked - total.turns, "edit")} by hand,${" "}
      ${at(from)} to ${at(to)}.${!whole && " There are older ones: a narrower time or one session shows them."}
    </p>`;
}

function Sums({ of }) {
  const told = kindOf(of.turns, of.estimated, "measured");
  const saved = kindOf(of.turns, of.counts_estimated, "counted");
  const would = of.prompt_tokens + of.saved_tokens;
  const share = would > 0 ? `${percent(of.saved_tokens / would, 1)} of what would have gone in ` : "";
  const cached = of.cached_tokens
    ? [count(of.cached_tokens), html`${percent(of.cached_tokens / of.prompt_tokens, 1)} of tokens in <${Kind} of=${told} />`]
    : ["–", "the engine told none"];
  return html`<${Figures} of=${[
    ["tokens in", count(of.prompt_tokens), html`${some(of.calls, "call")} <${Kind} of=${told} />`],
    ["saved by views", count(of.saved_tokens), html`${share}<${Kind} of=${saved} />`],
    ["read from a cache", ...cached],
    ["billed", count(of.billed_tokens), of.billed_tokens === null ? "no price is set" : html`tokens at full price <${Kind} of=${told} />`],
    ["tokens out", count(of.completion_tokens), html`<${Kind} of=${told} />`],
  ]} />`;
}

/** What figures can't say by themselves. */
function Notes({ of: { total, prices }, priced }) {
  if (!total.turns) return null;
  const at = ({ read: cached, write, turns }) => `${cached} a token from the cache and ${write} any other (${some(turns, "turn")})`;
  return html`
    ${priced && html`<p class="note">Billed: ${prices.map(at).join("; ")}. What comes out has a price of its own.</p>`}
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

const DAY_MS = 86_400_000;
/** By stretch: what the chart is called, and its x. A hundred turns are shown by their mean: the last ones may be fewer. */
const OVER_TIME = {
  turn: ["Tokens of each turn", "turn"],
  hundred: ["Tokens a turn, in the mean of each hundred", "turns"],
  day: ["Tokens of each day (UTC)", "day"],
};

const LINES = [
  ["in", "prompt_tokens"],
  ["saved", "saved_tokens"],
  ["from a cache", "cached_tokens"],
  ["out", "completion_tokens"],
  ["billed", "billed_tokens"],
];

function OverTime({ of: { by, stretches, total }, priced }) {
  const x = useMemo(() => {
    let turns = 0;
    return stretches.map(({ from_ms: from, sums }) => (by === "day" ? Math.floor(from / DAY_MS) : (turns += sums.turns)));
  }, [stretches]);
  const lines = useMemo(() => {
    const of = (name) => stretches.map(({ sums }) => (by === "hundred" ? sums[name] / sums.turns : sums[name]));
    const told = { cached_tokens: total.cached_tokens > 0, billed_tokens: priced };
    const drawn = LINES.filter(([, field]) => told[field] ?? true);
    return drawn.map((line) => ({ name: line[0], values: of(line[1]), look: LINES.indexOf(line) }));
  }, [stretches]);
  if (stretches.length < 2) return null;
  const [title, xName] = OVER_TIME[by];
  const label = by === "day" ? (value) => day(value * DAY_MS) : String;
  return html`
    <h2>${title}</h2>
    <${Lines} title=${title} x=${x} xName=${xName} label=${label} lines=${lines} digits=${0} />`;
}

function Sessions({ of: { sessions: of, total }, priced }) {
  if (!of.length) return null;
  const sums = (name) => (row) => count(row.sums[name]);
  return html`
    <h2>By session</h2>
    <${Table} caption=${`The ${count(of.length)} that took most tokens`} rows=${of} rowKey=${({ session }) => session}
      columns=${[
        ["session", ({ session }) => (session ? html`<a href=${addressOf({ session })}>${session}</a>` : "none was made")],
        ["turns", sums("turns"), true],
        ["calls", sums("calls"), true],
        ["in", sums("prompt_tokens"), true],
        ["saved", sums("saved_tokens"), true],
        ...(total.cached_tokens ? [["from a cache", sums("cached_tokens"), true]] : []),
        ...(priced ? [["billed", sums("billed_tokens"), true]] : []),
        ["out", sums("completion_tokens"), true],
        ["time", ({ sums: { ms } }) => spent(ms), true],
        ["last", ({ last_ms: at }) => html`<span class="moment">${moment(at)}</span>`],
      ]} />`;
}
