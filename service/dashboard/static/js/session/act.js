// A button that can be of no use for now.
import { html } from "../html.js";

/** While it is `off` it does nothing and says so, but stays where the keyboard is: a disabled one would lose the focus. */
export const Act = ({ off, does, children, ...rest }) => html`
  <button type="button" aria-disabled=${off ? "true" : "false"} onClick=${() => off || does()} ...${rest}>${children}</button>`;
