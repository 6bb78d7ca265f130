// Whether what one sees follows the service by itself. Said quietly: in words, and to screen readers politely.
import { html } from "../html.js";
import { useLive } from "../live.js";

const WORDS = {
  connecting: ["connecting", "Pages begin to follow the service."],
  live: ["live", "Pages follow the service by themselves."],
  away: ["not live", "The service tells no changes now: pages read again every 15 seconds, and connect again by themselves."],
};

/** The word in the frame's corner. */
export function Live() {
  const state = useLive();
  const [word, meaning] = WORDS[state];
  return html`<span class=${`live ${state}`} aria-live="polite" title=${meaning}>${word}</span>`;
}
