// A search over all of a session's texts, hidden ones too. Looking changes nothing.
import { html, useState } from "../html.js";
import { readPart } from "./calls.js";

const WAYS = [
  ["any_case", "whatever the case"],
  ["exact", "exactly"],
  ["pattern", "regular expression"],
  ["ranked", "words, the best first"],
  ["fuzzy", "nearly"],
];

/** Search a session at a version; `jump(hit)` shows a match in the conversation. */
export function Search({ name, version, jump }) {
  const [query, ask] = useState("");
  const [how, choose] = useState("any_case");
  const [found, hold] = useState(undefined);
  const look = async (cursor) => {
    hold((before) => ({ ...(cursor ? before : {}), busy: true }));
    try {
      const { body } = await readPart(name, "/search", { query, how, version, cursor });
      hold((before) => ({ ...body, items: cursor ? [...before.items, ...body.items] : body.items, asked: query }));
    } catch (error) {
      hold({ error });
    }
  };
  const submitted = (event) => {
    event.preventDefault();
    if (query) look(undefined);
  };
  return html`
    <form class="search" onSubmit=${submitted} role="search">
      <label>Find <input type="search" value=${query} maxlength="2000" onInput=${(event) => ask(event.target.value)} /></label>
      <label>how <select value=${how} onChange=${(event) => choose(event.target.value)}>
        ${WAYS.map(([way, words]) => html`<option key=${way} value=${way}>${words}</option>`)}
      </select></label>
      <button type="submit" disabled=${!query || found?.busy}>Search</button>
    </form>
    <div role="status" aria-busy=${Boolean(found?.busy)}>
      ${found?.error && html`<p class="wrong">${found.error.message}</p>`}
      ${found?.items && html`<p class="note">${found.total.toLocaleString("en")} match${found.total === 1 ? "" : "es"} in version ${found.version}.
        ${" "}Hidden text and inner steps are looked at, too.</p>`}
    </div>
    ${found?.items && html`<ol class="hits">${found.items.map((hit, at) => html`<li key=${at}><${Hit} of=${hit} jump=${jump} /></li>`)}</ol>`}
    ${found?.next && html`<button type="button" disabled=${found.busy} onClick=${() => look(found.next)}>More matches</button>`}`;
}

const Hit = ({ of, jump }) => html`
  <button type="button" onClick=${() => jump(of)}>
    <small>message ${of.message + 1} · ${of.role}${of.origin === "step" ? ", inner step" : ""} · ${of.shown}${of.fragment && ` · ${of.fragment}`}</small>
    <span class="letters">${of.before}<mark>${of.match}</mark>${of.after}</span>
  </button>`;
