// What the page of costs looks at: a time and a session. Both stand in the address, so that it can be kept and sent.
import { html, useEffect, useState } from "../html.js";

const HOUR_MS = 3_600_000;
const LAST = { hour: HOUR_MS, day: 24 * HOUR_MS, week: 7 * 24 * HOUR_MS, month: 30 * 24 * HOUR_MS };
const TIMES = [
  ["", "all that is kept"],
  ["hour", "the last hour"],
  ["day", "the last 24 hours"],
  ["week", "the last 7 days"],
  ["month", "the last 30 days"],
  ["between", "between …"],
];

/** Read the part of the address: `session=pier&last=day`, or `since=2026-11-27T09:00&until=…` by the clock of who looks. */
export function readFilters(part = "") {
  const given = new URLSearchParams(part);
  const text = (name) => given.get(name) ?? "";
  return { session: text("session"), last: text("last"), since: text("since"), until: text("until") };
}

/** Write them as an address. */
export function addressOf(filters) {
  const given = new URLSearchParams(Object.entries(filters).filter(([, value]) => value));
  return `#/cost/${encodeURIComponent(given.toString())}`; // the frame decodes each part once
}

/** What to ask the API for. */
export function queryOf({ session, last, since, until }, now = Date.now()) {
  const at = (text) => (text && Number.isFinite(Date.parse(text)) ? Math.max(0, Date.parse(text)) : undefined);
  return { session, since_ms: LAST[last] ? now - LAST[last] : at(since), until_ms: at(until) };
}

/** Whether anything is left out. */
export const narrowed = (filters) => Object.values(filters).some(Boolean);

/** Choose what is looked at. A choice goes into the address, and the page follows. */
export function Filters({ filters }) {
  const timed = Boolean(filters.since || filters.until);
  const [session, type] = useState(filters.session);
  const [between, open] = useState(timed);
  useEffect(() => type(filters.session), [filters.session]);
  useEffect(() => open(timed), [timed]);
  const go = (change) => {
    location.hash = addressOf({ ...filters, session, ...change });
  };
  const picked = (event) => {
    const choice = event.target.value;
    open(choice === "between");
    if (choice !== "between") go({ last: choice, since: "", until: "" });
  };
  const set = (name) => (event) => go({ last: "", [name]: event.target.value });
  const typed = (event) => type(event.target.value);
  const shown = (event) => {
    event.preventDefault();
    go({});
  };
  return html`
    <form class="cost-filters" onSubmit=${shown}>
      <label>Time <select value=${between ? "between" : filters.last} onChange=${picked}>
        ${TIMES.map(([value, name]) => html`<option key=${value} value=${value}>${name}</option>`)}
      </select></label>
      ${between && html`
        <label>From <input type="datetime-local" value=${filters.since} onChange=${set("since")} /></label>
        <label>Until <input type="datetime-local" value=${filters.until} onChange=${set("until")} /></label>`}
      <label>Session${" "}
        <input type="text" value=${session} maxlength="512" autocomplete="off" spellcheck="false" placeholder="all" onInput=${typed} />
      </label>
      <button type="submit">Show</button>
      ${narrowed(filters) && html`<a href="#/cost">Show all</a>`}
    </form>`;
}
