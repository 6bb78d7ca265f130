// Texts of the service in which names of settings and commands stand in backticks: those parts as code.
import { html } from "../html.js";

/** A text, with what stands in backticks as code; one that is left open stays as it is. */
export function Coded({ text }) {
  const parts = text.split(/`([^`]+)`/);
  return parts.map((part, at) => (at % 2 ? html`<code>${part}</code>` : part));
}

/** The same as a sentence in a table. */
export const Prose = ({ text }) => html`<span class="health-prose"><${Coded} text=${text} /></span>`;
