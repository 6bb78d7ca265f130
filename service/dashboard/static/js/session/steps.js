// The steps that made a session: who did what when, and one step back and forth.
import { writing } from "../frame/keys.js";
import { html, useEffect, useLayoutEffect, useRef, useState } from "../html.js";
import { Failure, Shown } from "../parts.js";
import { useReading } from "../reading.js";
import { When } from "../writing.js";
import { Act } from "./act.js";
import { readPart } from "./calls.js";
import { useMending } from "../mending.js";

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
  // Before it is painted: who reads the version may press a key at once.
  useLayoutEffect(() => {
    const pressed = (event) => {
      if (writing(event) || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "[" && canBack) go(back);
      if (event.key === "]" && canForth) go(forth);
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, [name, version, present, canBack]);
  const where = useRef(null);
  return html`
    <div class="stepper">
      <${Act} off=${!canBack} does=${() => go(back)}>Step back <kbd>[</kbd><//>
      <${Act} off=${!canForth} does=${() => go(forth)}>Step forth <kbd>]</kbd><//>
      <span role="status" tabindex="-1" ref=${where}>Version ${version} of ${present}${version === present ? ", the present" : ", in the past"}</span>
      ${version < present && html`<a href=${addressOf(name)} onClick=${() => where.current.focus()}>To the present</a>`}
    </div>`;
}

const NONE = { of: undefined, items: [], next: null, error: undefined };

/** The list of steps, the newest first. */
export function Steps({ name, version, reading }) {
  const [older, keep] = useState(NONE);
  const list = useRef(null);
  const asked = useRef(undefined); // what is being read, at once: a second click would list it twice
  const newest = reading.value?.body.items[0]?.version;
  useEffect(() => {
    asked.current = undefined;
    keep(NONE);
  }, [name, newest]);
  const more = async (cursor) => {
    if (asked.current) return;
    const mine = (asked.current = { cursor });
    try {
      const { body } = await readPart(name, "/history", { limit: 50, cursor });
      if (mine !== asked.current) return;
      const last = list.current.querySelector("li:last-child a");
      keep((before) => ({ of: cursor, items: [...before.items, ...body.items], next: body.next, error: undefined }));
      if (!body.next) last?.focus(); // the button goes, and the focus would go with it
    } catch (error) {
      if (mine === asked.current) keep((before) => ({ ...before, error }));
    }
    if (mine === asked.current) asked.current = undefined;
  };
  const next = older.of ? older.next : reading.value?.body.next;
  useMending(older.error, () => more(next));
  return html`<${Shown} reading=${reading}>${({ body }) => {
    const items = [...body.items, ...older.items];
    return html`
      <ol class="versions" aria-label="Steps" ref=${list}>
        ${items.map((step) => html`<li key=${step.version}>
          <a href=${addressOf(name, step.version)} aria-current=${step.version === version ? "step" : undefined}><b>${step.version}</b> ${step.words}</a>
          <small>${ACTORS[step.actor]} · <${When} ms=${step.at_ms} /></small>
        </li>`)}
      </ol>
      ${items.length === 0 && html`<p class="note">Nothing happened yet.</p>`}
      ${older.error ? html`<${Failure} error=${older.error} again=${() => more(next)} />` : next && html`<button type="button" onClick=${() => more(next)}>Older steps</button>`}
      ${body.forked_from && html`<p class="note">Forked from <${Origin} of=${body.forked_from} />.</p>`}`;
  }}<//>`;
}

const Origin = ({ of: { session, version } }) => html`<a class="letters" href=${addressOf(session, version)}>${session}</a> at version ${version}`;
