// Paste a text, ask, watch the steps arrive, and give a thumb.
import { read } from "../api.js";
import { html, useEffect } from "../html.js";
import { Shown } from "../parts.js";
import { useReading } from "../reading.js";
import { Form } from "../try/form.js";
import { goOnIn, useTalk } from "../try/talk.js";
import { Turn } from "../try/turn.js";
import { count } from "../try/words.js";

/** The page; the part of the address after it names a session to go on in. */
export function Try({ parts: [session] }) {
  const { turns, said } = useTalk();
  useEffect(() => {
    if (session) goOnIn(session);
  }, [session]);
  return html`
    <p class="lead">What you ask goes to this Riffler and its engine, and stays in its Redis as a session. This browser keeps nothing.</p>
    <${Engines} />
    <${Form} />
    <p class="unseen" role="status">${said}</p>
    ${turns.map((turn, place) => html`<${Turn} key=${turns.length - place} number=${turns.length - place} turn=${turn} changes=${turn.changes} />`)}`;
}

function Engines() {
  const engines = useReading((signal) => read("engines", {}, signal), [], ["health"]);
  return html`<${Shown} reading=${engines}>${(found) => found.map(({ name, model, window_tokens: window, ready, failure }) => html`
    <p key=${name} class=${ready ? "note" : "note amiss"}>
      Engine <strong>${name}</strong>${model && model !== name && ` ${model}`}, with a window of ${count(window)} tokens. ${!ready && html`
      It can't answer now: ${failure}. <code>riffler doctor</code> says how to mend it.`}
    </p>`)}<//>`;
}
