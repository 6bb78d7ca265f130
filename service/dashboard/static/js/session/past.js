// What stands in place of edits where a version of the past is shown.
import { html, useRef, useState } from "../html.js";
import { change } from "./calls.js";
import { addressOf } from "./steps.js";

/** In the past nothing can be edited: the present can, and a session of its own that begins here. */
export function Past({ name, version }) {
  const [wrong, tell] = useState("");
  const forking = useRef(false); // at once: a second click would make a second session
  const fork = async () => {
    if (forking.current) return;
    forking.current = true;
    tell("");
    try {
      const made = await change(name, "/fork", { version });
      location.hash = addressOf(made.session);
    } catch (error) {
      tell(error.message);
    }
    forking.current = false;
  };
  return html`<div class="state"><strong>This is the past</strong>
    <p>Edits are made at the present: <a href=${addressOf(name)}>go there</a>, or <button type="button" onClick=${fork}>fork a session from here</button></p>
    ${wrong && html`<p class="wrong" role="alert">${wrong}</p>`}</div>`;
}
