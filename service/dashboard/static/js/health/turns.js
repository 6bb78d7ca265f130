// What the newest turns say: errors by kind, what took long, and the turns themselves.
import { count, spent } from "../cost/words.js";
import { html } from "../html.js";
import { State, Table } from "../parts.js";
import { Prose } from "./coded.js";
import { When } from "../writing.js";

const PARTS = ["arrive", "features", "policy", "rewrite", "model", "tools", "answer"];

const sessionLink = (name) => (name ? html`<a class="health-name" href=${`#/session/${encodeURIComponent(name)}`}>${name}</a>` : "–");

/** Errors that ended turns, by kind, with what to do. */
export function Errors({ of }) {
  if (!of.errors.length) {
    return html`<h2>Errors of turns</h2><${State} title="No error">None of these ${count(of.looked_at)} turns ended by one.<//>`;
  }
  return html`
    <h2>Errors of turns</h2>
    <${Table} caption="What ended turns, the most frequent first" rows=${of.errors} rowKey=${({ error, outcome }) => error + outcome} columns=${[
      ["error", ({ error }) => html`<code>${error}</code>`],
      ["turns", ({ count: turns }) => count(turns), true],
      ["outcome", ({ outcome }) => outcome],
      ["newest", ({ newest_ms: ms }) => html`<${When} ms=${ms} />`],
      ["what to do", ({ mend }) => html`<${Prose} text=${mend} />`],
    ]} />`;
}

/** The turns that took longest: each with its parts as a bar, and in figures beside it. */
export function Slowest({ of }) {
  if (!of.slowest.length) return null;
  const longest = of.slowest[0].total_ms || 1;
  const present = PARTS.filter((part) => of.slowest.some(({ times_ms: times }) => times[part] !== undefined));
  const swatch = (part) => html`<span class=${`health-swatch health-hue-${PARTS.indexOf(part)}`} aria-hidden="true"></span>${part}`;
  return html`
    <h2>Slowest turns</h2>
    <${Table} caption="Turns that took longest, with the time of each part" rows=${of.slowest} columns=${[
      ["ended", ({ at_ms: ms }) => html`<${When} ms=${ms} />`],
      ["session", ({ session }) => sessionLink(session)],
      ["how", ({ outcome, error }) => (error ? html`${outcome} <code>${error}</code>` : outcome)],
      ["time", ({ total_ms: ms }) => spent(ms), true],
      ["parts", (turn) => html`<${Bar} of=${turn} longest=${longest} />`],
      ...present.map((part) => [swatch(part), ({ times_ms: times }) => (times[part] === undefined ? "–" : spent(times[part])), true]),
    ]} />`;
}

function Bar({ of, longest }) {
  const spans = PARTS.filter((part) => of.times_ms[part] !== undefined).map((part) => {
    const ms = of.times_ms[part];
    const style = { width: `${(100 * ms) / longest}%` };
    return html`<span key=${part} class=${`health-hue-${PARTS.indexOf(part)}`} title=${`${part} ${spent(ms)}`} style=${style}></span>`;
  });
  return html`<div class="health-strip" aria-hidden="true">${spans}</div>`;
}

/** The newest records of the turn log. */
export function Newest({ of }) {
  return html`
    <h2>Newest turns</h2>
    <${Table} caption="The newest turns and edits by hand" rows=${of} rowKey=${({ id }) => id} columns=${[
      ["ended", ({ at_ms: kept, late_ms: late }) => html`<${When} ms=${kept - late} />`],
      ["what", ({ kind, outcome, error }) => (kind === "edit" ? "edit by hand" : error ? html`${outcome} <code>${error}</code>` : outcome)],
      ["session", ({ session }) => sessionLink(session)],
      ["arm", ({ arm, executed }) => (arm && executed && arm !== executed ? `${arm}, not used` : arm || "–")],
      ["calls", ({ calls }) => count(calls), true],
      ["tools", ({ tools_done: done, tools_refused: refused }) => (refused ? `${done}, ${refused} refused` : count(done)), true],
      ["tokens in", ({ prompt_tokens: tokens }) => count(tokens), true],
      ["out", ({ completion_tokens: tokens }) => count(tokens), true],
      ["time", ({ kind, total_ms: ms }) => (kind === "edit" ? "–" : spent(ms)), true],
    ]} />`;
}
