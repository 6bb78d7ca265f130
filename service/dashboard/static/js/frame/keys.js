// Keys of all pages, and the small help that names them.
import { html, useLayoutEffect, useRef, useState } from "../html.js";
import { keep, recalled } from "./kept.js";

let single = recalled("keys", "on") === "on";

const PRESSED = ["checkbox", "radio", "button", "submit", "reset", "file", "color", "range"]; // nobody writes into these
/** Whether somebody is writing, so that a letter is a letter. */
export const writing = ({ target }) =>
  target.isContentEditable || ["TEXTAREA", "SELECT"].includes(target.tagName) || (target.tagName === "INPUT" && !PRESSED.includes(target.type));
const alone = (event) => event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey;

// Who speaks to the computer says letters: all single keys can be turned off, those of pages, too (WCAG 2.1.4).
addEventListener("keydown", (event) => {
  if (!single && alone(event) && !writing(event)) event.stopImmediatePropagation();
}, true);

/** The button and the dialog that name the keys; `pages` are reached by their number, `more` are the keys of this page. */
export function Keys({ pages, more = [] }) {
  const dialog = useRef(null);
  const [on, turn] = useState(single);
  useLayoutEffect(() => {
    const pressed = (event) => {
      if (!alone(event) || writing(event) || dialog.current.open) return;
      const page = /^[1-9]$/.test(event.key) && pages[event.key - 1];
      if (event.key === "?") dialog.current.showModal();
      else if (page) location.hash = page.address;
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, [pages]);
  const turned = (event) => {
    single = event.target.checked;
    keep("keys", single ? "on" : "off");
    turn(single);
  };
  const rows = [
    ["?", "this help"],
    ...pages.slice(0, 9).map(({ title }, place) => [`${place + 1}`, title]),
    ...more,
    ["Tab", "to the next control; the first one leads past the pages' names"],
    ["Esc", "closes this"],
  ];
  return html`
    <button type="button" class="quiet" aria-haspopup="dialog" onClick=${() => dialog.current.showModal()}>Keys</button>
    <dialog ref=${dialog} aria-labelledby="keys-title">
      <h2 id="keys-title">Keys</h2>
      <dl class="keys">${rows.map(([key, does]) => html`<div key=${key}><dt><kbd>${key}</kbd></dt><dd>${does}</dd></div>`)}</dl>
      <p><label><input type="checkbox" checked=${on} onChange=${turned} /> single keys act, outside of fields</label></p>
      <button type="button" onClick=${() => dialog.current.close()}>Close</button>
    </dialog>`;
}
