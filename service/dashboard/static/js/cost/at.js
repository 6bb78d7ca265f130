// A moment, as the page of costs shows it: for people, and for machines that read it.
import { html } from "../html.js";
import { moment } from "./words.js";

export const At = ({ ms }) => html`<time class="moment" datetime=${new Date(ms).toISOString()}>${moment(ms)}</time>`;
