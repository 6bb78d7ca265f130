// Sessions: the list of them, and one of them as the model saw it.
import { read } from "../api.js";
import { html, useRef, useState } from "../html.js";
import { Shown, State, Table } from "../parts.js";
import { useReading } from "../reading.js";
import { Act } from "../session/act.js";
import { Session } from "../session/one.js";
import { addressOf } from "../session/steps.js";
import { When } from "../writing.js";

/** `#/session` lists, `#/session/NAME` shows the present, `#/session/NAME/VERSION` the past. */
export function Sessions({ parts: [name, version] }) {
  if (!name) return html`<div class="of-session"><${Listed} /></div>`;
  const number = /^\d{1,15}$/.test(version ?? "") ? Number(version) : undefined;
  if (version && number === undefined) {
    return html`<${State} title="No such version" bad=${true}>A version is a number. <a href=${addressOf(name)}>The present of this session</a><//>`;
  }
  return html`<div class="of-session"><${Session} key=${name} name=${name} asked=${number} /></div>`;
}

function Listed() {
  const [cursors, lead] = useState([undefined]);
  const cursor = cursors[cursors.length - 1];
  const paged = useRef(false); // once there are pages the buttons stay, and the keyboard with them
  const reading = useReading((signal) => read("sessions", { cursor, limit: 50 }, signal), [], ["sessions"], [cursor]);
  const open = (event) => {
    event.preventDefault();
    const name = new FormData(event.target).get("name");
    if (name) location.hash = addressOf(name);
  };
  const none = ({ items, next }) => items.length === 0 && !next && cursors.length === 1 && html`
    <${State} title="No session yet">Ask something: <code>riffler ask "…"</code>, or <code>POST /api/v1/sessions</code>.<//>`;
  return html`
    <p class="lead">What the model saw at each step of a conversation, and what was folded, summarised or rewritten for it.</p>
    <form class="ways" onSubmit=${open}>
      <label>Open by name <input name="name" required maxlength="512" autocomplete="off" /></label>
      <button type="submit">Open</button>
    </form>
    <${Shown} reading=${reading} empty=${none}>${({ items, next }) => html`
      <${Table} caption="Sessions, the newest first" rows=${items} rowKey=${({ session }) => session}
        columns=${[
          ["session", ({ session }) => html`<a class="letters" href=${addressOf(session)}>${session}</a>`],
          ["version", ({ version }) => version, true],
          ["messages", ({ messages }) => messages.toLocaleString("en"), true],
          ["made", ({ created_ms: ms }) => html`<${When} ms=${ms} />`],
        ]} />
      <p>
        ${(paged.current ||= Boolean(next)) && html`
          <${Act} off=${cursors.length === 1} does=${() => lead(cursors.slice(0, -1))}>Newer<//>
          ${" "}<${Act} off=${!next || reading.loading} does=${() => lead([...cursors, next])}>Older<//>`}
      </p>`}<//>`;
}
