// Which decisions are looked at: by time, and by a feature of their query. The choice lives in the address.
import { html } from "../../html.js";

const NAMES = ["since", "until", "feature", "present", "against", "by"];

/** Read what an address says behind the policy: `since=…&feature=…`. */
export function valuesOf(part) {
  const given = new URLSearchParams(part ?? "");
  return Object.fromEntries(NAMES.map((name) => [name, given.get(name) ?? ""]));
}

/** Go to the same page with other values; the way back leads to the page before, not through each choice. */
export function go(digest, values) {
  const given = Object.entries(values).filter(([, value]) => value !== "");
  location.replace(`#/regret/${encodeURIComponent(digest)}${given.length ? `/${new URLSearchParams(given)}` : ""}`);
}

/** What the API is asked for. */
export const queryOf = ({ since, until, feature, present }) => ({
  since_ms: since,
  until_ms: until,
  feature,
  present: feature && present,
});

/** A time as the browser's control writes it, in the reader's time zone. */
function local(ms) {
  const time = ms === "" ? NaN : Number(ms);
  const shifted = new Date(time - new Date(time).getTimezoneOffset() * 60000);
  return Number.isNaN(shifted.getTime()) ? "" : shifted.toISOString().slice(0, 19);
}

const toMs = (text) => (text === "" ? "" : String(new Date(text).getTime()));

export function Filters({ values, features, change }) {
  const { since, until, feature, present } = values;
  const known = feature && !features.includes(feature) ? [feature, ...features] : features; // one of the address stays chosen
  const time = (name, value) => html`<input type="datetime-local" step="1" value=${local(value)} onChange=${({ target }) => change({ [name]: toMs(target.value) })} />`;
  return html`
    <fieldset class="controls">
      <legend>Decisions</legend>
      <label>From ${time("since", since)}</label>
      <label>before ${time("until", until)}</label>
      <label>Feature <select value=${feature} onChange=${({ target }) => change({ feature: target.value, present: target.value && present })}>
        <option value="">any query</option>
        ${known.map((name) => html`<option key=${name} value=${name}>${name}</option>`)}
      </select></label>
      ${feature && html`<label>Queries <select value=${present || "true"} onChange=${({ target }) => change({ present: target.value })}>
        <option value="true">that have it</option>
        <option value="false">that lack it</option>
      </select></label>`}
      ${(since || until || feature) && html`<button type="button" onClick=${() => change({ since: "", until: "", feature: "", present: "" })}>Take all</button>`}
    </fieldset>`;
}
