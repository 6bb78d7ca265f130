// Ways to other parts of a long conversation.
import { html, useState } from "../html.js";

/** To either end, and to a message by its number. What is ordered comes first, whatever is being read. */
export function Ways({ view, show }) {
  const [typed, type] = useState("");
  const number = Number(typed);
  const there = typed !== "" && Number.isInteger(number) && number >= 1 && number <= view.messages;
  const go = (event) => {
    event.preventDefault();
    if (there) show({ message: number - 1 });
  };
  return html`
    <form class="ways" onSubmit=${go}>
      <button type="button" disabled=${view.first} onClick=${() => show({})}>Beginning</button>
      <button type="button" disabled=${view.last} onClick=${() => show({ last: true })}>End</button>
      <label>Message <input type="number" min="1" max=${Math.max(1, view.messages)} value=${typed} onInput=${(event) => type(event.target.value)} /></label> of ${view.messages.toLocaleString("en")}
      <button type="submit" disabled=${!there}>Show</button>
    </form>`;
}
