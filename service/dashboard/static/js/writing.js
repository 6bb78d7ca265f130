// How all pages write a moment.
import { html } from "./html.js";

const two = (number) => String(number).padStart(2, "0");

/** A moment by the clock of who looks, as in `2026-11-27 09:04:31`: of one length, so that columns line up. */
export function moment(ms) {
  const at = new Date(ms);
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/** The same as an element, which tells machines the moment in UTC; a dash where none is known. */
export const When = ({ ms }) => (ms == null ? "–" : html`<time class="moment" datetime=${new Date(ms).toISOString()}>${moment(ms)}</time>`);
