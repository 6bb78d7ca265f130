// Text cut into fragments by hand, so that parts of it can be folded: the same tool as the model's.
import { html, useState } from "../html.js";

const WAYS = [
  ["paragraphs", "paragraphs"],
  ["sentences", "sentences"],
  ["lines", "lines"],
  ["headings", "headings"],
  ["code", "functions and classes"],
  ["json", "parts of JSON"],
  ["message", "whole messages"],
  ["size", "size"],
];

/** Where to cut. It stands open where nothing is cut yet; `by` has what cuts. */
export function Cut({ by, none }) {
  const [open] = useState(none); // later the reader opens and closes it
  const [how, choose] = useState("paragraphs");
  const [tokens, size] = useState("");
  const [messages, narrow] = useState("");
  const cut = (event) => {
    event.preventDefault();
    if (by.busy) return;
    const sized = how !== "message" && tokens !== "" ? { tokens: Number(tokens) } : {};
    by.cut({ by: how, messages, ...sized });
  };
  return html`
    <details class="cut" open=${open}><summary>Cut into fragments</summary>
      <form class="ways" onSubmit=${cut}>
        <label>by <select value=${how} onChange=${(event) => choose(event.target.value)}>
          ${WAYS.map(([way, words]) => html`<option key=${way} value=${way}>${words}</option>`)}
        </select></label>
        ${how !== "message" && html`
          <label>tokens of each <input type="number" min="20" max="20000" placeholder=${how === "size" ? "500" : "any"}
            value=${tokens} onInput=${(event) => size(event.target.value)} /></label>`}
        <label>messages <input class="few" placeholder="all" maxlength="200" value=${messages} onInput=${(event) => narrow(event.target.value)} /></label>
        <button type="submit" aria-disabled=${by.busy ? "true" : "false"}>Cut</button>
      </form>
      <p class="note">Cutting changes nothing in what the model sees. Then fragments can be folded, and that undone.</p>
    </details>`;
}
