// A figure with its interval as a bar on a scale that a table's rows share. The figures stand beside it, so it is hidden
// from screen readers.
import { html } from "./html.js";

/** A scale that holds all of these numbers, with some room at both ends. */
export function scaleOf(numbers) {
  const there = numbers.filter(Number.isFinite);
  const [low, high] = there.length ? [Math.min(...there), Math.max(...there)] : [0, 1];
  const room = (high - low || 1) * 0.04;
  return { low: low - room, high: high + room };
}

/** Draw one: `mark` is a number that all rows are seen against, as 0. */
export function Interval({ scale, value, low, high, mark, strong = false }) {
  const at = (number) => `${Math.min(100, Math.max(0, (100 * (number - scale.low)) / (scale.high - scale.low)))}%`;
  const reach = `left: ${at(low)}; right: calc(100% - ${at(high)})`;
  return html`<span class=${strong ? "interval strong" : "interval"} aria-hidden="true">
    ${mark !== undefined && html`<i class="mark" style=${`left: ${at(mark)}`}></i>`}
    ${Number.isFinite(low) && html`<i class="reach" style=${reach}></i>`}
    ${Number.isFinite(value) && html`<i class="value" style=${`left: ${at(value)}`}></i>`}
  </span>`;
}
