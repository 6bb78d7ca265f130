// What turns took over time: each of them, by hundreds, or by day.
import { Lines } from "../chart.js";
import { html, useMemo } from "../html.js";
import { day } from "./words.js";

const DAY_MS = 86_400_000;
/** By stretch: what the chart is called, and its x. A hundred turns are shown by their mean: the last ones may be fewer. */
const OVER_TIME = {
  turn: ["Tokens of each turn", "turn, the oldest first"],
  hundred: ["Tokens a turn, in the mean of each hundred", "turns so far"],
  day: ["Tokens of each day", "day (UTC)"],
};

const LINES = [
  ["in", "prompt_tokens"],
  ["saved by views", "saved_tokens"],
  ["from the cache", "cached_tokens"],
  ["out", "completion_tokens"],
  ["billed", "billed_tokens"],
];

/** The lines, where there are two points or more. */
export function OverTime({ of: { by, stretches, total }, priced }) {
  const x = useMemo(() => {
    let turns = 0;
    return stretches.map(({ from_ms: from, sums }) => (by === "day" ? Math.floor(from / DAY_MS) : (turns += sums.turns)));
  }, [stretches]);
  const lines = useMemo(() => {
    const of = (name) => stretches.map(({ sums }) => (by === "hundred" && sums[name] !== null ? sums[name] / sums.turns : sums[name]));
    const told = { cached_tokens: total.cached_tokens > 0, billed_tokens: priced };
    const drawn = LINES.filter(([, field]) => told[field] ?? true);
    return drawn.map((line) => ({ name: line[0], values: of(line[1]), look: LINES.indexOf(line) }));
  }, [stretches]);
  if (stretches.length < 2) return null;
  const [title, xName] = OVER_TIME[by];
  const label = by === "day" ? (value) => day(value * DAY_MS) : String;
  return html`
    <h2>${title}</h2>
    <${Lines} title=${title} x=${x} xName=${xName} yName="tokens" label=${label} lines=${lines} digits=${0} />`;
}
