// Whether what one sees follows the service by itself. Said quietly: in words, and to screen readers politely.
import { html, useEffect, useState } from "../html.js";
import { useLive } from "../live.js";

/** What passes sooner isn't said: one tab takes over from another, or the service is started anew. */
const PASSING_MS = 1500;
const WORDS = {
  connecting: ["connecting", "Pages begin to follow the service."],
  live: ["live", "Pages follow the service by themselves."],
  away: ["not live", "The service tells no changes now: pages read again every 15 seconds, and connect again by themselves."],
};

/** The word in the frame's corner. */
export function Live() {
  const state = useLive();
  const [said, say] = useState(state);
  useEffect(() => {
    const timer = setTimeout(() => say(state), state === "live" ? 0 : PASSING_MS);
    return () => clearTimeout(timer);
  }, [state]);
  const [word, meaning] = WORDS[said];
  return html`<span class=${`live ${said}`} aria-live="polite" title=${meaning}>${word}</span>`;
}
