// The steps that made a session: who did what when, and one step back and forth.
import { html, useEffect, useState } from "../html.js";
import { readPart } from "./calls.js";
import { useReading } from "../reading.js";
import { Shown } from "../parts.js";
import { When } from "../writing.js";

const ACTORS = { app: "app", model: "model", riffler: "Riffler" };

/** The address of a session at a version; undefined is the present. */
export const addressOf = (name, version) => `#/session/${encodeURIComponent(name)}${version === undefined ? "" : `/${version}`}`;

/** Read the newest versions of a session, anew when something happens; first comes what it holds. */
export function useHistory(name, present) {
  const load = async (signal) => (present === undefined ? undefined : readPart(name, "/history", { limit: 50 }, signal));
  return useReading(load, [name], ["sessions"], [present]);
}

/** Back and forth by one step, with buttons and with [ and ]. */
export function Stepper({ name, version, present, oldest }) {
  const [back, forth] = [version - 1, version + 1];
  const canBack = back >= (oldest ?? 0);
  const canForth = forth <= present;
  const go = (to) => {
    location.hash = addressOf(name, to === present ? undefined : to);
  };
  useEffect(() => {
    const pressed = (event) => {
      const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
      if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "[" && canBack) go(back);
      if (event.key === "]" && canForth) go(forth);
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, [name, version, present, canBack]);
  return html`
    <div class="stepper">
      <button type="button" disabled=${!canBack} onClick=${() => go(back)}>Step back <kbd>[</kbd></button>
      <button type="button" disabled=${!canForth} onClick=${() => go(forth)}>Step forth <kbd>]</kbd></button>
      <span role="status">Version ${version} of ${present}${version === present ? ", the present" : ", in the past"}</span>
      ${version < present && html`<a href=${addressOf(name)}>To the present</a>`}
    </div>`;
}

/** The list of steps, the newest first. */
export function Steps({ name, version, reading }) {
  const [older, keep] = useState({ of: undefined, items: [], next: null });
  useEffect(() => keep({ of: undefined, items: [], next: null }), [name, reading.value?.body.items[0]?.version]);
  const more = async (cursor) => {
    const { body } = await readPart(name, "/history", { limit: 50, cursor });
    keep((before) => ({ of: cursor, items: [...before.items, ...body.items], next: body.next }));
  };
  return html`<${Shown} reading=${reading}>${({ body }) => {
    const items = [...body.items, ...older.items];
    const next = older.of ? older.next : body.next;
    return html`
      <ol class="versions" aria-label="Steps">
        ${items.map((step) => html`<li key=${step.version}>
          <a href=${addressOf(name, step.version)} aria-current=${step.version === version ? "step" : undefined}><b>${step.version}</b> ${step.words}</a>
          <small>${ACTORS[step.actor]} · <${When} ms=${step.at_ms} /></small>
        </li>`)}
      </ol>
      ${items.length === 0 && html`<p class="note">Nothing happened yet.</p>`}
      ${next && html`<button type="button" onClick=${() => more(next)}>Older steps</button>`}
      ${body.forked_from && html`<p class="note">Forked from <${Origin} of=${body.forked_from} />.</p>`}`;
  }}<//>`;
}

const Origin = ({ of: { session, version } }) => html`<a class="letters" href=${addressOf(session, version)}>${session}</a> at version ${version}`;
