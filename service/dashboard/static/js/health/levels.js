// How good or bad something is, as a sign, a word and a colour; and when it was.
import { moment } from "../cost/words.js";
import { html } from "../html.js";

const SAID = { ok: ["✓", "fine"], warn: ["!", "worth a look"], fail: ["✗", "amiss"], skip: ["–", "not looked at"] };

/** A moment, in one line. */
export const When = ({ ms }) => html`<time class="health-when" datetime=${new Date(ms).toISOString()}>${moment(ms)}</time>`;

/** A level of a finding, as `riffler doctor` has them. */
export function Level({ of }) {
  const [sign, word] = SAID[of];
  return html`<span class=${`health-level ${of}`}><span aria-hidden="true">${sign}</span> ${word}</span>`;
}
