// How good or bad something is, as a sign, a word and a colour.
import { html } from "../html.js";

const SAID = { ok: ["✓", "fine"], warn: ["!", "worth a look"], fail: ["✗", "amiss"], skip: ["–", "not looked at"] };

/** A level of a finding, as `riffler doctor` has them. */
export function Level({ of }) {
  const [sign, word] = SAID[of];
  return html`<span class=${`health-level ${of}`}><span aria-hidden="true">${sign}</span> ${word}</span>`;
}
