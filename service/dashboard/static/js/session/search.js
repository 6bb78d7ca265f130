// A search over all that a session holds: texts, hidden ones too, calls, summaries, rewrites. Looking changes nothing.
import { html, useRef, useState } from "../html.js";
import { Act } from "./act.js";
import { readPart } from "./calls.js";

const WAYS = [
  ["any_case", "whatever the case"],
  ["exact", "exactly"],
  ["pattern", "regular expression"],
  ["ranked", "words, the best first"],
  ["fuzzy", "nearly"],
];

const PLACES = [
  ["", "everything"],
  ["original", "texts that came"],
  ["call", "arguments of calls"],
  ["summary", "summaries"],
  ["rewrite", "rewrites"],
];

/** Search a session at a version; `jump(hit, version)` shows a match in the conversation, as it was searched. */
export function Search({ name, version, jump }) {
  const [query, ask] = useState("");
  const [how, choose] = useState("any_case");
  const [place, narrow] = useState("");
  const [found, hold] = useState(undefined);
  const hits = useRef(null);
  const look = async (asked, cursor) => {
    hold((before) => ({ ...(cursor ? before : {}), busy: true }));
    try {
      const { body } = await readPart(name, "/search", { ...asked, cursor });
      if (cursor && !body.next) hits.current?.querySelector("li:last-child button")?.focus(); // "More" goes
      hold((before) => ({ ...body, items: cursor ? [...before.items, ...body.items] : body.items, asked }));
    } catch (error) {
      hold((before) => ({ ...(cursor ? before : {}), busy: false, error }));
    }
  };
  const submitted = (event) => {
    event.preventDefault();
    if (query && !found?.busy) look({ query, how, found_in: place, version });
  };
  return html`
    <form class="search" onSubmit=${submitted} role="search">
      <label>Find <input type="search" value=${query} maxlength="2000" onInput=${(event) => ask(event.target.value)} /></label>
      <label>how <select value=${how} onChange=${(event) => choose(event.target.value)}>
        ${WAYS.map(([way, words]) => html`<option key=${way} value=${way}>${words}</option>`)}
      </select></label>
      <label>in <select value=${place} onChange=${(event) => narrow(event.target.value)}>
        ${PLACES.map(([kind, words]) => html`<option key=${kind} value=${kind}>${words}</option>`)}
      </select></label>
      <button type="submit" disabled=${!query}>Search</button>
    </form>
    <div role="status" aria-busy=${Boolean(found?.busy)}>
      ${found?.error && html`<p class="wrong">${found.error.message}</p>`}
      ${found?.items && html`<p class="note">${found.total.toLocaleString("en")} match${found.total === 1 ? "" : "es"} in version ${found.version}.
        ${found.total === 0 && " Hidden text, inner steps, calls, summaries and rewrites were looked at, too."}</p>`}
    </div>
    ${found?.items && html`<ol class="hits" ref=${hits}>${found.items.map((hit, at) => html`<li key=${at}><${Hit} of=${hit} go=${() => jump(hit, found.asked.version)} /></li>`)}</ol>`}
    ${found?.next && html`<${Act} off=${found.busy} does=${() => look(found.asked, found.next)}>More matches<//>`}`;
}

/** Say what a match was found in. */
function sourceOf({ found_in: kind, role, origin, fragment, call }) {
  if (kind === "call") return `arguments of call ${call}`;
  if (kind === "summary") return `summary of ${fragment}`;
  if (kind === "rewrite") return "rewrite of the question";
  return `${role === "tool" ? "result of a call" : role}${origin === "step" ? ", inner step" : ""}`;
}

const shownOf = ({ shown, version, found_in: kind, fragment }) =>
  shown === "gone" ? `gone, made by version ${version}` : `${shown}${fragment && kind === "original" ? ` · ${fragment}` : ""}`;

const Hit = ({ of, go }) => html`
  <button type="button" onClick=${go}>
    <small>message ${of.message + 1} · ${sourceOf(of)} · ${shownOf(of)}</small>
    <span class="letters">${of.before}<mark>${of.match}</mark>${of.after}</span>
  </button>`;
