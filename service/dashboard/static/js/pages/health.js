// How the service is: Redis, the engine, what waits, which errors came, what took long; and what to do where it is amiss.
import { read } from "../api.js";
import { count, some, spent } from "../cost/words.js";
import { Coded } from "../health/coded.js";
import { Level } from "../health/levels.js";
import { RequestErrors, SlowestRequests } from "../health/requests.js";
import { Engine, Redis } from "../health/server.js";
import { Errors, Newest, Slowest } from "../health/turns.js";
import { html } from "../html.js";
import { Figures, Shown, State } from "../parts.js";
import { useReading } from "../reading.js";
import { moment } from "../writing.js";

const HOUR_MS = 3600000;
/** What is looked at: name in the address, words, how far back. */
const SPANS = [
  ["", "the newest 1,000 turns", 0],
  ["hour", "the last hour", HOUR_MS],
  ["day", "the last 24 hours", 24 * HOUR_MS],
  ["week", "the last 7 days", 168 * HOUR_MS],
];
const MOST = 5000; // reading more takes a second of a processor, again and again

/** The page; its first part of the address says how far back it looks. */
export function Health({ parts: [span] }) {
  const [name, , back] = SPANS.find(([each]) => each === span) ?? SPANS[0];
  const query = () => (back ? { since_ms: Date.now() - back, limit: MOST } : {});
  const health = useReading((signal) => read("health", query(), signal), [name], ["turns", "health", "clock"]);
  const turns = useReading((signal) => read("turns", { limit: 20 }, signal), [], ["turns", "sessions"]);
  return html`
    <p class="lead">
      Whether the parts answer, what waits, and what the turns of late say. Where something is amiss, the line beside it says what to do;
      ${" "}<code>riffler doctor</code> looks further.
    </p>
    <${Span} name=${name} />
    <${Shown} reading=${health}>${(found) => html`<${Found} of=${found} turns=${turns} />`}<//>`;
}

function Span({ name }) {
  const picked = (event) => {
    location.hash = event.target.value ? `#/health/${event.target.value}` : "#/health";
  };
  const choices = SPANS.map(([each, words]) => html`<option key=${each} value=${each}>${words}</option>`);
  return html`<p><label>Turns of <select value=${name} onChange=${picked}>${choices}</select></label></p>`;
}

function Found({ of, turns }) {
  return html`
    <${Summary} of=${of} />
    <${Redis} of=${of.redis} />
    <${Engine} of=${of.engine} />
    ${of.turns ? html`<${Errors} of=${of.turns} />` : html`<${Unread} of=${of} />`}
    <${RequestErrors} of=${of.requests} />
    ${of.turns && html`<${Slowest} of=${of.turns} />`}
    <${SlowestRequests} of=${of.requests} />
    ${of.turns && html`<${NewestTurns} of=${turns} />`}`;
}

const Unread = ({ of: { turns_why: why, queue } }) => html`
  <h2>Turns</h2>
  <${State} title="The turn log can't be read" bad=${true}>
    <p><${Coded} text=${why} /></p>
    ${queue.unrecorded > 0 && html`<p>What ended meanwhile waits to be recorded (${count(queue.unrecorded)}), and is told here once Redis is back.</p>`}
  <//>`;

const NewestTurns = ({ of }) => html`
  <${Shown} reading=${of}>${({ items }) => (items.length ? html`<${Newest} of=${items} />` : html`<${Nothing} />`)}<//>`;

const Nothing = () => html`
  <h2>Newest turns</h2>
  <${State} title="No turn yet">Ask something: <code>riffler ask "…"</code>, or <code>POST /api/v1/ask</code>. It appears here by itself.<//>`;

function Summary({ of: { level, queue, turns } }) {
  const { audits, reports, listeners, unrecorded, lost } = queue;
  const ended = turns && Object.entries(turns.outcomes).map(([outcome, number]) => `${count(number)} ${outcome}`).join(", ");
  const since = turns?.looked_at ? `${moment(turns.oldest_ms)} to ${moment(turns.newest_ms)}` : turns ? "no turn" : "the log can't be read";
  const newest = turns && !turns.whole ? "the newest; there are more: " : "";
  return html`<${Figures} of=${[
    ["the service", html`<${Level} of=${level} />`],
    ["turns running", count(queue.turns), "in all processes"],
    ["waiting behind them", count(audits + reports), `${some(audits, "audit")}, ${some(reports, "report")}`],
    ...(unrecorded || lost ? [["waiting to be recorded", count(unrecorded), lost ? `${count(lost)} lost since the start` : "turns, until Redis is back"]] : []),
    ["following live", count(listeners), "in the process that answered"],
    ["turns looked at", turns ? count(turns.looked_at) : "–", newest + (ended || since)],
    ["half took at most", turns?.p50_ms == null ? "–" : spent(turns.p50_ms), turns ? "of the answered ones" : since],
    ["95 % took at most", turns?.p95_ms == null ? "–" : spent(turns.p95_ms), since],
  ]} />`;
}
