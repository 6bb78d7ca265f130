// What to do about an error of the API, beside what it says itself.
import { html } from "./html.js";

const AGAIN = "Wait a little, then try again.";
/** By kind, or by status; what `detail` says stands before it. */
export const TO_DO = {
  "scope-missing": "Ask who runs this service for a key with that scope; “Forget key” above asks for it.",
  400: "This page sent what can't be read: reload it.",
  401: "Ask who runs this service for a key that it knows.",
  403: "Open this page at the address of the service itself.",
  404: "It may have been deleted, or its name in the address is another one. The pages above begin anew.",
  409: "Look at what is there now, then decide.",
  412: "It changed meanwhile. Look at what is there now, then decide.",
  413: "Send a smaller text, or parts of it in several questions.",
  421: "Open this page under a name that the service has.",
  422: "A value isn't as it must be. Change it; where it comes from the address, the pages above begin anew.",
  429: `There were too many requests. ${AGAIN}`,
  500: "Riffler's log says why. Give who runs it the request's name below.",
  502: html`<code>riffler doctor</code> asks the engine, and says how to mend what it finds.`,
  503: html`<code>riffler doctor</code> looks at Redis and the engine, and says how to mend what it finds. ${AGAIN}`,
  504: html`Ask for less, or raise <code>RIFFLER_TIMEOUT_S</code>.`,
  507: "Make room on the disk or the device that is named, then try again.",
};
