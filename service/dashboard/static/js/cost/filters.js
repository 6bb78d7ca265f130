// What the page of costs looks at: a time, a session and an engine. All stand in the address, so that it can be kept and sent.
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
const NAMES = ["session", "engine", "model", "last", "since", "until"];

/** Read the part of the address: `session=pier&last=day`, or `since=2026-11-27T09:00&until=…` by the clock of who looks. */
export function readFilters(part = "") {
  const given = new URLSearchParams(part);
  return Object.fromEntries(NAMES.map((name) => [name, given.get(name) ?? ""]));
}

/** Write them as an address. */
export function addressOf(filters) {
  const given = new URLSearchParams(Object.entries(filters).filter(([, value]) => value));
  return `#/cost/${encodeURIComponent(given.toString())}`; // the frame decodes each part once
}

/** What to ask the API for. */
export function queryOf({ session, engine, model, last, since, until }, now = Date.now()) {
  const at = (text) => (text ? Math.max(0, Date.parse(text)) : undefined);
  return { session, engine, model, since_ms: last ? now - LAST[last] : at(since), until_ms: at(until) };
}

/** Why there is no such time; empty where there is. */
export function faultOf({ last, since, until }) {
  if (last && !(last in LAST)) return `“${last}” is none of the times to choose from.`;
  const unread = [["From", since], ["Until", until]].find(([, text]) => text && Number.isNaN(Date.parse(text)));
  if (unread) return `${unread[0]} is “${unread[1]}”, which is no date and time.`;
  return since && until && Date.parse(until) <= Date.parse(since) ? "Until isn't later than From, so nothing lies between them." : "";
}

/** Whether anything is left out. */
export const narrowed = (filters) => Object.values(filters).some(Boolean);

const ofEngine = ({ engine, model }) => JSON.stringify([engine, model]);

/** Choose what is looked at, among `engines`. A choice goes into the address, and the page follows. */
export function Filters({ filters, engines }) {
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
  // Each key in a field of a time makes another one: the way back leads to the page before, not through all of them.
  const set = (name) => (event) => location.replace(addressOf({ ...filters, session, last: "", [name]: event.target.value }));
  const chosen = (event) => {
    const [engine, model] = JSON.parse(event.target.value);
    go({ engine, model });
  };
  const shown = (event) => {
    event.preventDefault();
    go({});
  };
  const at = (name) => html`<input type="datetime-local" step="1" value=${filters[name]} onChange=${set(name)} />`;
  const given = filters.engine || filters.model;
  const known = engines.some((each) => ofEngine(each) === ofEngine(filters)) || !given ? engines : [...engines, filters];
  return html`
    <form class="cost-filters" onSubmit=${shown}>
      <label>Time <select value=${between ? "between" : filters.last} onChange=${picked}>
        ${TIMES.map(([value, name]) => html`<option key=${value} value=${value}>${name}</option>`)}
      </select></label>
      ${between && html`<label>From ${at("since")}</label><label>Until ${at("until")}</label>`}
      <label>Session${" "}
        <input type="text" value=${session} maxlength="512" autocomplete="off" spellcheck=${false} placeholder="all" onInput=${(event) => type(event.target.value)} />
      </label>
      ${(known.length > 1 || given) && html`<label>Engine and model <select value=${ofEngine(filters)} onChange=${chosen}>
        <option value=${ofEngine({ engine: "", model: "" })}>all</option>
        ${known.map((each) => html`<option key=${ofEngine(each)} value=${ofEngine(each)}>${each.engine} ${each.model}</option>`)}
      </select></label>`}
      <button type="submit">Show</button>
      ${(narrowed(filters) || between) && html`<a href="#/cost">Show all</a>`}
    </form>`;
}
